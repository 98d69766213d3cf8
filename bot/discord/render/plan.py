"""Renders a Thread as the steps of a Delivery. Pure.

A stored plan must fit a text channel and a forum. So the parent is rendered both ways, and a step
that only one of them needs (the parent's overflow) says so. Payloads:

    POST    {"text": message, "forum": {"name", "tags", "auto_archive_duration", "message"}}
    THREAD  {"name", "auto_archive_duration"}                       skipped in a forum; with "only":
                                                                    "forum", in a text channel, too
    REPLY   {"message": message, "only": "" | "text" | "forum"}     skipped in the other kind
    EDIT    {"text": message, "forum": message}, or as REPLY

With a post for each paper, in a forum only, a paper is a POST like the parent:

    POST    {"forum": {"name", "tags", "auto_archive_duration", "message"}}

The parent's `forum` then has "make", the tags that may be made. A tag is a list of names, of which
the forum may have one. The papers are posted from the last to the first, because a forum shows the
newest on top.

Keys: `<key>:0` parent, `:t` its thread, `:4` the fourth reply, `:4.1` its overflow, `:e…` edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.core.chat import THREAD_TITLE, ForumPost, Post, Step, StepKind, Thread, picture_in, without_pictures
from bot.core.ids import StepKey, further_key, link_to, reply_url
from bot.discord.ids import ComponentId, custom_id, marker, parse_custom_id
from bot.discord.render.markdown import Target, Unit
from bot.discord.render.messages import (
    ACCENT,
    COMPONENTS,
    CONTENT,
    GREY,
    NO_EMBEDS,
    NOBODY,
    ROWS,
    SILENT,
    TEXT,
    edited,
    keyed,
    messages,
    pieces,
    v2,
)
from bot.discord.render.packing import Gallery, Line, Piece, Row, Words, pack, size
from digest.render.width import shortened

ARCHIVE = 10080
"""Minutes until a thread is archived: seven days."""
Payload = dict[str, Any]
Parts = list[tuple[Payload, Payload | None]]
"""(posted, edited) forms of the parent's messages. All but the first are in the thread."""


def plan(thread: Thread, key: str) -> list[Step]:
    target = _target(key, len(thread.replies))
    text, forum = (_parent(thread, target, forum=kind) for kind in (False, True))
    parent, opened, edit = (str(StepKey(key, name)) for name in ("0", "t", "e"))
    name = {"name": thread_name(thread.title or thread.parent.fallback), "auto_archive_duration": ARCHIVE}
    starter = {**name, "tags": [list(names) for names in thread.tags], "message": _starter_keyed(forum[0][0], parent)}
    if thread.posts:
        starter["make"] = [list(names) for names in thread.make]
    has_thread = bool(thread.replies) or len(text) > 1
    steps = [
        Step(parent, StepKind.POST, {"text": keyed(text[0][0], parent), "forum": starter}),
        Step(opened, StepKind.THREAD, name if has_thread else {**name, "only": "forum"}, on=parent),
    ]
    edits: list[Step] = []
    if text[0][1] is not None and forum[0][1] is not None:
        done = {"text": edited(text[0][1], parent), "forum": _starter_edited(forum[0][1], parent)}
        edits.append(Step(edit, StepKind.EDIT, done, on=parent))
    for only, parts in (("text", text), ("forum", forum)):
        for i, (posted, finished) in enumerate(parts[1:], 1):
            step_key = further_key(parent, f"{only[0]}{i}")
            steps.append(Step(step_key, StepKind.REPLY, {"message": keyed(posted, step_key), "only": only}, on=opened))
            if finished is not None:
                again = {"message": edited(finished, step_key), "only": only}
                edits.append(Step(further_key(edit, f"{only[0]}{i}"), StepKind.EDIT, again, on=step_key))
    papers = [
        post_steps(thread.posts[n], key, n, reply)
        if thread.posts
        else _reply(reply, key, n, opened, first=n < thread.first)
        for n, reply in enumerate(thread.replies)
    ]
    for paper in reversed(papers) if thread.posts else papers:
        steps += paper
    return [*steps, *edits]


@lru_cache(maxsize=4)
def _target(key: str, replies: int) -> Target:
    """Returns where each reply begins. It is the same function each time, so that the cache of
    drawn texts knows it."""
    begins = {reply_url(i): link_to(StepKey(key, str(i + 1))) for i in range(replies)}
    return lambda url: begins.get(url, url)


def _reply(reply: Post, key: str, n: int, opened: str, *, first: bool) -> list[Step]:
    """Returns a paper's messages in the thread. `first`: the paper is one to read first."""
    begin, accent = str(StepKey(key, str(n + 1))), ACCENT if first else GREY
    bare = messages(reply, accent=accent)
    picture = picture_in(reply)
    shown = messages(reply, pictured=True, accent=accent) if picture else bare
    steps = []
    for i, message in enumerate(bare):
        said = further_key(begin, i) if i else begin
        payload = {"message": silent(keyed(message, said)), "only": ""}
        step = Step(said, StepKind.REPLY, payload, on=opened, reply=-1 if i else n)
        # The plan must not depend on whether the picture can be uploaded.
        if picture and not i and shown[1:] == bare[1:]:
            pictured = {"message": silent(keyed(shown[0], said)), "only": ""}
            step = replace(step, payload=pictured, picture=picture, bare=payload)
        steps.append(step)
    return steps


def post_steps(head: ForumPost, key: str, n: int, reply: Post) -> list[Step]:
    """Returns a paper's post in a forum: its first message, shown in the list, and the others."""
    begin, picture = str(StepKey(key, str(n + 1))), picture_in(reply)
    bare = _post_messages(without_pictures(reply))
    shown = _post_messages(reply) if picture else bare

    def starter(messages: Sequence[Payload]) -> Payload:
        name = {
            "name": thread_name(head.name),
            "auto_archive_duration": ARCHIVE,
            "tags": [list(names) for names in head.tags],
        }
        return {"forum": {**name, "message": _starter_keyed(messages[0], begin)}}

    step = Step(begin, StepKind.POST, starter(bare), reply=n)
    # The plan must not depend on whether the picture can be uploaded.
    if picture and shown[1:] == bare[1:]:
        step = replace(step, payload=starter(shown), picture=picture, bare=step.payload)
    more = [(further_key(begin, i), message) for i, message in enumerate(bare[1:], 1)]
    return [step, *(Step(k, StepKind.REPLY, {"message": silent(keyed(m, k)), "only": ""}, on=begin) for k, m in more)]


def _post_messages(reply: Post) -> list[Payload]:
    """Returns the text above the Rule with the buttons, then the rest in further messages."""
    found, controls = _layout(reply, str, ())
    rule = next((i for i, piece in enumerate(found) if isinstance(piece, Line)), len(found))
    above = found[:rule]
    picture = next((i for i, piece in enumerate(above) if isinstance(piece, Gallery)), None)
    if picture is not None:  # the file is below the text, so its caption is, too
        above = [*above[:picture], *above[picture + 2 :], above[picture + 1]]
    first, *over = pack(above, lambda i: (TEXT, COMPONENTS) if i else (CONTENT, 10_000)) or [[]]
    below = pack(found[rule:], lambda _: (TEXT, COMPONENTS))
    starter = {**_starter(first, controls), "allowed_mentions": NOBODY}
    return [silent(starter), *(v2(part) for part in (*over, *below))]


def silent(message: Payload) -> Payload:
    return {**message, "flags": message.get("flags", 0) | SILENT}


def thread_name(title: str) -> str:
    """Returns a thread's or post's name within Discord's limit."""
    return shortened(title, THREAD_TITLE, size) or "arXiv"


def _parent(thread: Thread, target: Target, *, forum: bool) -> Parts:
    """Packs the posted and the edited form into the same number of messages. If that is impossible,
    drops the edited form, whose links are longer."""
    ping = [Words((Unit(f"-# <@&{thread.ping}>"),))] if thread.ping else []
    before = _layout(thread.parent, str, ping)
    after = _layout(thread.finished, target, ping) if thread.finished else None
    first, further = (CONTENT, ROWS) if forum else (TEXT, COMPONENTS - 1)
    for less in range(0, first // 2, 100):
        rows = sum(1 if forum else r.count for r in before[1])

        def room(n: int, less: int = less, rows: int = rows) -> tuple[int, int]:
            return (first - less, 10_000 if forum else further - rows) if n == 0 else (TEXT - less, COMPONENTS)

        posted = pack(before[0], room) or [[]]
        finished = pack(after[0], room) or [[]] if after else None
        if finished is None or len(finished) == len(posted):
            break
    else:
        finished = None
    made = [_message(p, before[1] if i == 0 else (), thread, forum=forum, n=i) for i, p in enumerate(posted)]
    if finished is None or after is None:
        return [(m, None) for m in made]
    return [
        (m, _message(p, after[1] if i == 0 else (), thread, forum=forum, n=i))
        for i, (m, p) in enumerate(zip(made, finished, strict=True))
    ]


def _layout(post: Post, target: Target, ping: Sequence[Piece]) -> tuple[list[Piece], list[Row]]:
    """Returns (text pieces, controls at the end). The controls stay with the first message."""
    found = pieces(post, target)
    controls: list[Row] = []
    while found and isinstance(found[-1], Row):
        controls.insert(0, found.pop())  # type: ignore[arg-type]
    return [*found, *ping], controls


def _message(part: Sequence[Piece], controls: Sequence[Row], thread: Thread, *, forum: bool, n: int) -> Payload:
    allowed = {"parse": [], "roles": [thread.ping]} if thread.ping and n == 0 else NOBODY
    if forum and n == 0:
        message = _starter(part, controls)
    else:
        message = v2([*part, *controls], accent=ACCENT if n == 0 else None)
    message = {**message, "allowed_mentions": allowed}
    return message if thread.ping and n == 0 else silent(message)


def _starter(part: Sequence[Piece], controls: Sequence[Row]) -> Payload:
    """Returns a forum post's first message: plain content with a classic row of buttons."""
    text = "\n".join(p.text for p in part if isinstance(p, Words))
    rows = [*(p for p in part if isinstance(p, Row)), *controls]
    return {
        "content": text,
        "flags": NO_EMBEDS,
        "components": [{"type": 1, "components": list(r.components)} for r in rows],
    }


def _starter_keyed(message: Payload, key: str) -> Payload:
    """Adds the key to a forum post's first message, which takes no nonce. The key is the `id` of
    the message's row. Discord does not document that classic rows keep their id, so it is also in
    the first button's custom_id. A message without buttons gets a link button."""
    rows = message["components"] or [
        {"type": 1, "components": [{"type": 2, "style": 5, "label": "arXiv", "url": "https://arxiv.org"}]}
    ]
    first, *others = rows
    button, *more = first["components"]
    pressed = parse_custom_id(button.get("custom_id", ""))
    if pressed is not None:
        button = {
            **button,
            "custom_id": custom_id(ComponentId(pressed.action, pressed.value, pressed.confirm), marker(key)),
        }
    return {**message, "components": [{**first, "id": marker(key), "components": [button, *more]}, *others]}


def _starter_edited(message: Payload, key: str) -> Payload:
    return {**_starter_keyed(message, key), "flags": NO_EMBEDS}
