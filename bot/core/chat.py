"""The Chat port and its values: what Paperboy needs from a chat platform.

Content is a `Post` of blocks whose text is CommonMark; the builder of a Post escapes untrusted
text. A platform's `render` turns a Post into messages within its limits without cutting
anything, its `chat.py` sends them, and its listeners turn events into a Question, Command,
Click, Submission or Vote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.core.ids import ChannelKey
from bot.core.texts import say
from digest.errors import PaperboyError
from digest.patterns import clean
from digest.render.width import colon

# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True)
class Heading:
    """`markdown` may hold a link. Level 1 opens a parent message, 2 a paper's, 3 is a bold line."""

    markdown: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    markdown: str


@dataclass(frozen=True)
class Small:
    """Grey and small where possible. `<t:UNIX>` becomes a date and time in the reader's zone."""

    markdown: str


@dataclass(frozen=True)
class Quotation:
    """A passage quoted from a paper, with the link to its place."""

    text: str
    """Plain text, not Markdown."""
    label: str
    url: str
    number: int = 0
    """`[1]`; 0 for none."""


@dataclass(frozen=True)
class Picture:
    """A stored picture. A post shows it where it is uploaded with the post, else goes without."""

    key: str
    """The key under which it is stored (`digest.cache_keys.picture`)."""
    alt: str
    """Plain text: what it shows, whose it is and its licence."""
    caption: str
    """Plain text below it: whose it is and its licence."""


@dataclass(frozen=True)
class Table:
    """Each cell is Markdown of one line. Platforms without tables show `table_lines`."""

    header: tuple[str, ...]
    """The headings of the columns. The first stands in the corner."""
    rows: tuple[tuple[str, ...], ...]
    """The rows. The first cell of each is its heading."""


@dataclass(frozen=True)
class Rule:
    """A horizontal line below what a reader needs to decide whether to read on."""

    folds: bool = False
    """Whether what follows, up to the buttons, is hidden until a reader asks for it, on a platform
    that can hide it."""
    behind_button: bool = False
    """Whether one of the buttons shows all that follows, and more: a platform that cannot fold
    leaves it out."""


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"
    MENU = "menu"
    """In the overflow menu `⋯`, else an ordinary button or a context-menu command."""
    FEEDBACK = "feedback"
    """A small 👍 / 👎 pair."""


@dataclass(frozen=True)
class Button:
    action: str
    """A name of `bot.core.rights.ACTIONS`: `ask`, `full`, `others`, `add`, `save`, …"""
    value: str
    """At most 60 characters: a `Subject` of `bot.core.ids` as a string, or a key."""
    label: str
    style: Style = Style.PLAIN
    confirm: str = ""
    """A question asked before it acts."""
    count: int = 0
    """How many people pressed it, shown behind the label; 0 shows nothing."""
    url: str = ""
    """The page that the button opens. It then does nothing else."""

    @property
    def counted(self) -> str:
        """The label with the count."""
        return f"{self.label} · {self.count}" if self.count else self.label


@dataclass(frozen=True)
class Actions:
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Menu:
    """Choose one of at most MENU_OPTIONS: (label, value) pairs."""

    action: str
    placeholder: str
    options: tuple[tuple[str, str], ...]


MENU_OPTIONS = 100
"""How many options a Menu has at most. A platform whose menus hold fewer shows several menus."""

Block = Heading | Text | Small | Quotation | Picture | Table | Rule | Actions | Menu


@dataclass(frozen=True)
class Post:
    """One item of content; several messages where the platform's limits require it."""

    blocks: tuple[Block, ...]
    fallback: str
    """What a lock screen shows, plain text: at most 90 characters of news."""
    language: str = "en"


def table_lines(table: Table) -> tuple[Text, ...]:
    """A text for each row: its heading, then a line for each column."""
    names = table.header[1:]
    return tuple(
        Text(
            "\n".join(
                [
                    f"**{row[0]}**\n",
                    *(f"- **{n}**{colon(row[0])}{cell}" for n, cell in zip(names, row[1:], strict=True)),
                ]
            )
        )
        for row in table.rows
    )


def picture_in(post: Post) -> Picture | None:
    return next((block for block in post.blocks if isinstance(block, Picture)), None)


def without_pictures(post: Post) -> Post:
    return replace(post, blocks=tuple(block for block in post.blocks if not isinstance(block, Picture)))


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: str = "line"
    """`line`, `lines`, `choice`, `choices`, `time`; `search` and `searches`: of a long list."""
    value: str = ""
    """For `choices` and `searches`: comma-separated."""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(label, value) pairs; of a long list the chosen and the suggested ones."""
    required: bool = False
    listed: str = ""
    """For `search` and `searches`: the list in `bot.core.lists`."""
    live: bool = False
    """In a Panel: whether a change is reported at once, as `Submission.pressed`."""
    more: bool = False
    """In a Panel: whether it is shown on the second page only."""
    secret: bool = False
    """Whether what is typed must not be stored on its way. Only in a Form of at most five
    fields."""

    def ask(self, language: str) -> str:
        """The label before what was chosen."""
        return self.label + colon(self.label, language)


@dataclass(frozen=True)
class Form:
    """A modal. Its answer comes back as a Submission with the same `action` and `value`."""

    action: str
    value: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    language: str = "en"


@dataclass(frozen=True)
class Panel:
    """A form that stays open and explains its values below them. Each change and each button comes
    back as a Submission, and another Panel then takes its place."""

    form: Form
    blocks: tuple[Block, ...] = ()
    """Below the fields."""
    buttons: tuple[Button, ...] = ()
    """The buttons beside the submit. They send the form, with their action as
    `Submission.pressed`."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Sentences by field."""
    more: bool = False
    """Whether it shows the fields of the second page."""
    state: str = ""
    """Comes back as `Submission.state`: at most 200 characters."""


@dataclass(frozen=True)
class Row:
    """One thing to choose."""

    value: str
    label: str
    """Plain text, short."""
    detail: str
    """Plain text: why one might choose it."""
    button: Button | None = None
    """Chooses this row alone, on a platform without check boxes. Without it, that platform shows a
    menu from which several are chosen, which comes back as a Click whose value holds their values,
    comma-separated."""


@dataclass(frozen=True)
class Checklist:
    """Things to choose several of. The answer is a Submission whose fields hold the values."""

    action: str
    value: str
    title: str
    submit: str
    rows: tuple[Row, ...]
    language: str = "en"
    least: int = 1
    most: int = 25
    """How many may be chosen at most."""
    ask: str = ""
    """A sentence that says what to choose; empty if the title does."""
    told: str = ""
    """A sentence that says what the submit does, needed where `instead` offers something else."""
    instead: Button | None = None
    """A second button, which does something else with what was chosen. Where a form is sent, its
    action comes back as the field `INSTEAD`; elsewhere it is a Click whose value holds the values
    of the rows' buttons, comma-separated."""


INSTEAD = "instead"


CHANGED = "changed:"
"""Begins `Submission.pressed` after a change of a live field, whose name follows."""


# ---------------------------------------------------------------- what people do


@dataclass(frozen=True)
class Place:
    """A channel, or a thread in it."""

    platform: str
    """`slack`, `discord`, `console`."""
    channel: str
    """Unique on its platform."""
    thread: str = ""
    """The id of the thread; empty in the channel itself."""
    direct: bool = False

    @property
    def key(self) -> str:
        return str(ChannelKey(self.platform, self.channel))

    @property
    def command(self) -> str:
        """What changes and runs the digest of this place, for sentences."""
        return "/digest me" if self.direct else "/digest"


@dataclass(frozen=True)
class Person:
    """Opaque: ids are for limits, votes and privacy, and never reach a model or a log."""

    id: str
    admin: bool = False
    """May change the channel's settings, by the platform's own rules."""
    moderates: bool = False
    """Is an admin or owner of the workspace; on Discord, manages the channel."""
    asks: bool = True
    """Has one of the roles that may ask, where the settings name such roles."""
    language: str = ""
    """As the platform reports it, BCP 47; empty when unknown."""
    timezone: str = ""
    """As the platform reports it, a name of the tz database; empty when unknown."""


@dataclass(frozen=True)
class Question:
    """A message that may want an answer. Stored before it is acknowledged."""

    id: str
    """Unique and stable over redelivery: the same event or message gives the same id."""
    place: Place
    person: Person
    text: str
    """Without the mention of the bot."""
    at: datetime
    message: str = ""
    """The id of the message that asked, to reply to; empty when it came from a form."""
    reply_to: str = ""
    """The id of the message it replies to, where the platform has that."""
    subject: str = ""
    """A paper's id, where a button or form named it."""
    edited: str = ""
    """Names the edit that gave it this text. The names of later edits sort after it. Empty if never
    edited."""
    addressed: bool = True
    """Whether the bot was mentioned, replied to, or asked through a button or in a direct
    message."""
    mentions_others: bool = False
    replies_to_person: bool = False
    private: bool = False
    """Whether only the asker is to see the answer."""
    hidden: bool = False
    """Whether the platform hides its text from the bot."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the platform needs to answer (short-lived tokens, team ids). Never logged."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True)
class Command:
    """`/paper …` or `/digest …`, or a button that means the same."""

    id: str
    name: str
    """`paper` or `digest`."""
    text: str
    """What follows, as typed."""
    place: Place
    person: Person
    at: datetime
    extra: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    """The question, on a platform that asks for paper and question separately. `text` is then the
    paper."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        object.__setattr__(self, "question", clean(self.question))


@dataclass(frozen=True)
class Click:
    """A button or a menu."""

    id: str
    action: str
    value: str
    place: Place
    person: Person
    message: str
    """The id of the message it stands under."""
    at: datetime
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    id: str
    action: str
    value: str
    fields: Mapping[str, str]
    place: Place
    person: Person
    at: datetime
    extra: Mapping[str, str] = field(default_factory=dict)
    pressed: str = ""
    """In a Panel: the button's action, or CHANGED and the field's name; empty for the submit."""
    state: str = ""
    """The `state` of the Panel."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {name: clean(typed) for name, typed in self.fields.items()})


ALONE = "alone"
"""A key in `extra`, for what people do where the bot is no member. All answers are for the person
alone."""


ELSEWHERE = "elsewhere"
"""A key in `extra`, for a form about another channel than the one in which it is filled in."""


HOME = "home"
"""A key in `extra`, for what people press on their own page. Its value is the direct conversation
in which the answer appears."""


class VoteKind(StrEnum):
    MORE = "more"
    FEWER = "fewer"
    SAVED = "saved"
    WRONG = "wrong"
    ASKED = "asked"
    """A public question about the paper counts as a vote."""


@dataclass(frozen=True)
class Vote:
    """Feedback on a paper or, for `wrong`, on an answer. `undo` takes it back."""

    kind: VoteKind
    subject: str
    """A paper's id, or an `AnswerTo` as a string."""
    place: Place
    person: Person
    at: datetime
    undo: bool = False
    reaction: str = ""
    """The `reaction_id` it came from; empty for a vote by a button."""


def reaction_id(message: str, emoji: str) -> str:
    """Names one emoji on a message; without the emoji, it begins the names of all on it."""
    return f"{message} {emoji}"


# ---------------------------------------------------------------- failures


class ChatError(PaperboyError):
    """A platform refused or did not answer. `str()` is a sentence that says what to do."""


class OutcomeUnknown(ChatError):
    """The request may have been carried out (a time-out, a lost connection, a 5xx): look first."""


class Throttled(ChatError):
    """Not carried out; try again after `wait` seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class TargetMissing(ChatError):
    """The channel, thread or message was deleted."""


class Forbidden(ChatError):
    """A permission or scope is missing (the sentence names it) or the token was revoked."""


class Outside(Forbidden):
    """The bot is not in the channel, or it is archived. Either may be undone: nothing is gone."""


class NotServed(Forbidden):
    """The platform has no token in the settings; what waits for it is stored."""


class HistoryRefused(ChatError):
    """The channel's history may not be read, so a post in doubt cannot be found."""


# ---------------------------------------------------------------- the port


class Chats(dict[str, "Chat"]):
    """The Chats by platform name. A platform without a token raises NotServed."""

    def __missing__(self, platform: str) -> Chat:
        raise NotServed(say.sentence("error.platform", platform=platform.title()))


@dataclass(frozen=True)
class Grant:
    """A right of the bot in a channel, had or missing."""

    name: str
    """`post`, `threads`, `history`, `files`: the text `grant.<name>`."""
    held: bool
    missing: str = ""
    """What gives it, in the platform's words: `Send Messages`, `chat:write`, `/invite`."""


class StepKind(StrEnum):
    POST = "post"
    """A message in the channel; its id is that of the thread for later steps."""
    THREAD = "thread"
    """Opens a thread on the step `on`, if that takes a request. Repeated, returns the same id."""
    REPLY = "reply"
    """A message in the thread of the step named in `on`."""
    EDIT = "edit"
    """Replaces the message of the step named in `on`. May be repeated."""


@dataclass(frozen=True)
class Step:
    """A rendered request. All are stored before the first is made; a resume sends those."""

    key: str
    """Unique in the installation and findable in the channel: `<digest key>:<n>`."""
    kind: StepKind
    payload: Mapping[str, Any]
    """The platform's JSON. In an EDIT, `{{link:<key>}}` stands for the link to that step."""
    on: str = ""
    """The key of an earlier step."""
    thread: str = ""
    """For a REPLY or THREAD without `on`: the id of an earlier thread, or of the message that opens
    it."""
    reply: int = -1
    """Index of the `Thread.replies` that this message begins; -1 for any other step."""
    picture: Picture | None = None
    """The picture that `payload` shows."""
    bare: Mapping[str, Any] = field(default_factory=dict)
    """The payload without the picture, for when it cannot be uploaded."""


@dataclass(frozen=True)
class Upload:
    """A picture for one step."""

    data: bytes
    """A PNG or a JPEG."""
    alt: str
    file: str = ""
    """The platform's id of it, where it takes files apart from messages."""

    @property
    def name(self) -> str:
        return "figure.png" if self.data.startswith(b"\x89PNG") else "figure.jpg"


THREAD_TITLE = 100
"""Characters."""


@dataclass(frozen=True)
class ForumPost:
    """The name and the tags of a post in a forum."""

    name: str
    """Plain text of any length; a platform shows the beginning."""
    tags: tuple[tuple[str, ...], ...] = ()
    """The most important first. Each is one or more names for the same: the first that the forum
    has is used, and the first of all is made where it has none."""


@dataclass(frozen=True)
class Thread:
    """A digest to render. In `finished`, `reply:<n>` links to the first message of `replies[n]`."""

    parent: Post
    replies: tuple[Post, ...]
    finished: Post | None
    title: str = ""
    """For platforms whose threads have names: at most THREAD_TITLE characters."""
    tags: tuple[tuple[str, ...], ...] = ()
    """The tags of the parent in a forum; see `ForumPost.tags`."""
    first: int = 0
    """How many of the first `replies` are to be read first."""
    ping: str = ""
    """The role the parent may mention (Subscription.ping_role). Empty: a silent post."""
    posts: tuple[ForumPost, ...] = ()
    """In a forum where each paper has a post: one for each of `replies`. Empty where papers are
    replies."""
    make: tuple[tuple[str, ...], ...] = ()
    """With `posts`: the tags that may be made, as in `ForumPost.tags`."""


class Draft(Protocol):
    """An answer while it is written."""

    async def write(self, text: str) -> None:
        """Shows the whole text so far, at the platform's pace; never blocks the model for long."""
        ...

    async def status(self, text: str) -> None:
        """`Reading 2601.22153 …`"""
        ...

    @property
    def stopped(self) -> bool:
        """Whether a person stopped the answer with a control of the platform."""
        ...

    async def until_stopped(self) -> None:
        """Returns once a person stopped the answer."""
        ...

    async def end_writing(self) -> str:
        """Shows no more provisional text. Returns the text shown last."""
        ...

    async def restart(self) -> None:
        """Lets other provisional text follow in the same message: the question was edited."""
        ...

    async def finish(self, post: Post, picture: Upload | None = None) -> str:
        """Replaces the provisional text. Returns the message's id. Safe to repeat. `picture`: the
        post's, uploaded."""
        ...

    async def discard(self) -> None:
        """Deletes what was shown: the question was deleted. Safe to repeat."""
        ...


class Chat(Protocol):
    """Where digests go and questions come from. `bot.digests.delivery` owns the retry of posts."""

    name: str
    """The platform's name, as in `Place.platform`."""
    whispers: bool
    """Whether it can show a message to one person alone without a command or button."""

    hears: bool
    """Whether plain messages in the bot's threads can be read."""

    lists_members: bool
    """Whether it can tell of any channel if a person is in it; see `inside`."""

    has_archive: bool
    """Whether the archive has pages, which menus then offer to open."""

    opens_threads: bool
    """Whether a message has no thread until one is opened on it."""

    roles: bool
    """Whether people have roles, one of which a digest's parent may mention (`Thread.ping`)."""

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:
        """Renders the thread as steps, of which the first is the parent. Pure."""
        ...

    async def upload(self, upload: Upload) -> Upload:
        """Uploads a picture that the next post shows, where the platform takes files apart from
        messages. Nobody sees it before. Raises ChatError."""
        ...

    async def post(self, step: Step, place: Place, on: str = "", upload: Upload | None = None) -> str:
        """Carries out a step once, within 15 s. `on`: the message id recorded for `step.on`. With
        an `upload` the payload shows it. Returns the message id. Raises OutcomeUnknown, Throttled,
        TargetMissing, Forbidden."""
        ...

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:
        """The id of the message with `key`, posted since then, else None. Raises HistoryRefused."""
        ...

    async def delete(self, place: Place, message: str) -> None:
        """Deletes a message. May be repeated."""
        ...

    async def close_thread(self, place: Place, thread: str, name: str) -> None:
        """Renames and archives a thread of ours whose messages were deleted, where the platform has
        that. May be repeated."""
        ...

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """Replaces a small message or an answer. Raises TargetMissing if it was deleted."""
        ...

    async def link(self, place: Place, message: str) -> str:
        """An https link to a message."""
        ...

    async def draft(self, question: Question, key: str, message: str = "") -> Draft:
        """Begins the answer to a question. After a crash `key` finds the half-written one.
        `message`: the id of an earlier answer to replace."""
        ...

    async def text_now(self, question: Question) -> str | None:
        """The text of a question's message as it reads now; None if it was deleted. Raises
        ChatError if the message cannot be read."""
        ...

    async def send(
        self, place: Place, post: Post, key: str, to: Person | None = None, picture: Upload | None = None
    ) -> str:
        """Sends a small message, to `to` alone if given. Returns its id, empty if it has none. A
        message for all is not sent again if `key` is found among the last ones. `picture`: the
        post's, uploaded."""
        ...

    async def direct(self, person: Person) -> Place:
        """The direct conversation with a person, opened if need be. Raises ChatError."""
        ...

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:
        """Returns a Responder that goes on answering a command, click or submission, from its
        `extra`."""
        ...

    async def inside(self, person: Person, places: Sequence[Place]) -> frozenset[str]:
        """The keys of those channels that the person is in. A platform that shows a channel's
        commands only to people in it may return all. Raises ChatError."""
        ...

    async def is_forum(self, place: Place) -> bool:
        """Whether the channel is a forum, where each paper may have a post. Raises ChatError."""
        ...

    async def grants(self, place: Place, extra: Mapping[str, str]) -> Sequence[Grant]:
        """The rights that a digest in this channel needs, each compared with what the bot has.
        `extra`: of the command, click or form that asks. Raises ChatError."""
        ...


class Responder(Protocol):
    """Answers one command, click or submission."""

    def handed_over(self) -> Mapping[str, str]:
        """What `Chat.responder` needs as `extra` to go on answering, in any process."""
        ...

    async def show(self, post: Post, *, picture: Upload | None = None) -> None:
        """Shows the answer or its next message to the asker alone. `picture`: the post's,
        uploaded."""
        ...

    async def progress(self, text: str) -> None:
        """Shows a line to the asker alone, replacing the last one."""
        ...

    async def form(self, form: Form) -> None:
        """Opens a modal. Call it before anything else, and within three seconds."""
        ...

    async def panel(self, panel: Panel) -> None:
        """Opens a panel, as `form`, or replaces the one that was opened or acted in. A panel that
        the person has changed meanwhile stays as it is."""
        ...

    async def checklist(self, checklist: Checklist) -> None:
        """Shows check boxes in a modal, or a button for each row. As with `form`, call it before
        anything else, and within three seconds."""
        ...

    async def page(self, title: str, post: Post) -> None:
        """Shows something long to the asker alone: a modal, ephemeral pages, a pager."""
        ...

    async def file(self, name: str, text: str) -> None:
        """Sends a text file to the asker alone, or shows a page if uploads are not allowed."""
        ...


class EventHandler(Protocol):
    """Receives a platform's events. `on_question`, `on_edit`, `on_delete`, `on_membership` return
    once the event is stored. If they raise, the platform gets no acknowledgement."""

    async def knows(self, place: Place) -> bool:
        """Whether the bot started the thread or answers in it, or the channel has a digest. In
        other places, only messages that address the bot are stored."""
        ...

    async def on_question(self, question: Question) -> None:
        """Takes a question: once per `question.id` and once per (place, message), however often it
        is delivered."""
        ...

    async def on_edit(self, question: Question) -> None:
        """A message was edited. An earlier question in it is answered as it reads now."""
        ...

    async def on_delete(self, place: Place, message: str) -> None:
        """A message was deleted: a question ends; a post of ours is not posted again. Without a
        message, the whole thread was deleted."""
        ...

    async def on_command(self, command: Command, respond: Responder) -> None: ...

    async def on_click(self, click: Click, respond: Responder) -> None: ...

    async def refusal(self, click: Click) -> str:
        """Why the person may not do this, as a sentence; empty if they may. Asked before a
        confirmation is shown."""
        ...

    async def on_submit(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        """Checks a form, and returns a sentence for each wrong field. What the form does is shown
        later."""
        ...

    async def on_reaction(
        self, place: Place, message: str, person: Person, kind: VoteKind, *, emoji: str = "", undo: bool = False
    ) -> None:
        """Records 👍 👎 🔖 on a message of the bot. `emoji`: as the platform names it."""
        ...

    async def on_reactions_cleared(self, place: Place, message: str, emoji: str = "") -> None:
        """Somebody took all reactions off a message, or all with one emoji."""
        ...

    async def on_membership(self, place: Place, *, joined: bool, by: Person | None = None, greet: bool = True) -> None:
        """The bot was invited to a channel, or (`joined=False`) removed from it, or the channel was
        archived. `greet`: whether to say here how to begin."""
        ...

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        """At most 25 (label, value). `field`: `paper`, `category`, `timezone`, `language`."""
        ...

    async def unfurl(self, place: Place, urls: Sequence[str]) -> Mapping[str, Post]:
        """Returns, by link, what to show below links that somebody posted; nothing for other
        links."""
        ...

    async def prompts(self, person: Person, platform: str) -> Sequence[tuple[str, str]]:
        """At most four (title, message) that a person may want to begin with."""
        ...

    async def home(self, person: Person, platform: str) -> Post:
        """A person's own page: subscriptions, last digests, saved papers, how to ask."""
        ...
