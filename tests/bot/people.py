"""A channel in memory and a context around it: what people do, without a platform, over a real store and real papers' metadata."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Self

from bot.commands.dispatcher import Dispatcher
from bot.console.chat import ConsoleChat
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import (
    Actions,
    Button,
    Checklist,
    Click,
    Command,
    Form,
    Menu,
    Panel,
    Person,
    Place,
    Post,
    Question,
    Submission,
    Upload,
)
from bot.core.subscription import Subscription
from bot.digests.daily import Daily
from bot.questions.conversation import Conversation
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater
from digest.model import Digest, Profile
from digest.ports import FreePace
from tests.bot.days import make_and_post
from tests.conftest import Clock

ANN = Person("ann", admin=True, moderates=True, language="en")
BOB = Person("bob", language="zh")
HERE = Place("console", "papers")


@dataclass
class Respond:
    """A Responder that remembers."""

    posts: list[Post] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    lists: list[Checklist] = field(default_factory=list)
    pages: list[Post] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    pictures: list[Upload] = field(default_factory=list)

    def handed_over(self) -> Mapping[str, str]:
        return {}

    async def show(self, post: Post, *, picture: Upload | None = None) -> None:
        self.posts.append(post)
        self.pictures += [picture] if picture else []

    async def progress(self, text: str) -> None:
        self.lines.append(text)

    async def form(self, form: Form) -> None:
        self.forms.append(form)

    async def panel(self, panel: Panel) -> None:
        self.panels.append(panel)

    async def checklist(self, checklist: Checklist) -> None:
        self.lists.append(checklist)

    async def page(self, title: str, post: Post) -> None:
        self.pages.append(post)

    async def file(self, name: str, text: str) -> None:
        self.files[name] = text

    @property
    def text(self) -> str:
        return "\n".join(words(post) for post in self.posts)

    def button(self, action: str) -> Button:
        blocks = [block for post in self.posts for block in post.blocks if isinstance(block, Actions)]
        return next(button for block in blocks for button in block.buttons if button.action == action)

    def menu(self) -> Menu:
        return next(block for post in self.posts for block in post.blocks if isinstance(block, Menu))


def words(post: Post) -> str:
    """All that a Post says."""
    return "\n".join(str(getattr(b, "markdown", "") or getattr(b, "text", "")) for b in post.blocks)


@dataclass
class Queue:
    """Takes what is put in, and registers anything."""

    put: list[tuple[str, ...]] = field(default_factory=list)
    later: list[tuple[str, timedelta]] = field(default_factory=list)
    """(key, wait) of what is to run later."""

    def register(self, *_: object) -> None:
        pass

    async def hasten(self, task: str, *ids: str) -> None:
        await self.add(task, *ids)

    async def add(self, task: str, *ids: str, **more: Any) -> bool:
        self.put.append((task, *ids))
        if more:
            self.later.append((more["key"], more["wait"]))
        return True


@dataclass
class Channel:
    context: Context
    handler: Dispatcher
    chat: ConsoleChat
    clock: Clock
    conversation: Conversation

    def but(self, **parts: Any) -> Self:
        """The same under a context with these parts in place of its own."""
        context = replace(self.context, **parts)
        conversation = Conversation(context)
        if isinstance(context.queue, InlineQueue):
            context.queue.register("answer", conversation.answer)
        return replace(self, context=context, handler=Dispatcher(context, conversation), conversation=conversation)

    def jobs(self, services: Mapping[str, object], **parts: Any) -> tuple[Context, Jobs]:
        """The queue's tasks under a context with these services and parts in place of its own, whose queue keeps what is put in."""
        used, chats = replace(self.context.services, **services), parts.get("chats", self.context.chats)
        daily, queue = Daily(self.context.store, used, chats, FreePace(), self.clock), Queue()
        context = replace(self.context, services=used, daily=daily, queue=queue, **parts)
        return context, Jobs(context, Conversation(context), queue)

    async def command(self, name: str, text: str, person: Person = ANN, place: Place = HERE) -> Respond:
        respond = Respond()
        await self.handler.on_command(
            Command(f"c{self.clock().timestamp()}", name, text, place, person, self.clock()), respond
        )
        return respond

    async def click(self, button: Button | tuple[str, str], person: Person = ANN, place: Place = HERE) -> Respond:
        action, value = button if isinstance(button, tuple) else (button.action, button.value)
        respond = Respond()
        await self.handler.on_click(Click(f"k{action}", action, value, place, person, "", self.clock()), respond)
        return respond

    async def submit(
        self, form: Form | Panel, person: Person = ANN, pressed: str = "", **fields: str
    ) -> tuple[Mapping[str, str], Respond]:
        """`pressed`: a panel's button, or a change."""
        respond, state = Respond(), ""
        if isinstance(form, Panel):
            form, state = form.form, form.state
        given = {f.name: f.value for f in form.fields} | fields
        submission = Submission(
            "s1", form.action, form.value, given, HERE, person, self.clock(), pressed=pressed, state=state
        )
        problems = await self.handler.on_submit(submission, respond)
        await self.handler.drain()
        return problems, respond

    async def set_up(self, **profile: str) -> Subscription:
        made = Subscription(
            HERE, Profile(("cs.CV",), language="en", **profile), papers=3, created=self.clock() - timedelta(days=1)
        )
        await self.context.store.save_subscription(made)
        return made

    async def digest(self, subscription: Subscription | None = None) -> tuple[Digest, Place]:
        """Made and delivered; and its thread."""
        digest, delivered = await make_and_post(self.context, subscription or await self.set_up())
        return digest, replace(HERE, thread=delivered.ids[f"{digest.key}:0"])

    async def ask(self, thread: Place, text: str, person: Person = ANN, **more: object) -> str:
        """Says something in a thread; gives what the bot answered there, empty for silence."""
        before = len(await self.said(thread))
        self.clock.forward(timedelta(seconds=1))
        name = f"q{self.clock().timestamp()}"
        values = {"message": name, "addressed": False} | more
        await self.handler.on_question(Question(name, thread, person, text, self.clock(), **values))
        return "\n".join((await self.said(thread))[before:])

    async def said(self, thread: Place) -> list[str]:
        from bot.store import post_from_data

        return [words(post_from_data(m.post)) for m in await self.chat.history(thread).messages()]

    def screen(self) -> str:
        return self.chat.screen.file.getvalue()


async def wait_of(task: Awaitable[None]) -> timedelta | None:
    """Works a task off: how long it then wants to wait before it is begun again, if at all."""
    try:
        await task
    except RetryLater as later:
        return later.wait
    return None


def after(monkeypatch: Any, store: Any, name: str, act: Callable[[], Awaitable[Any]]) -> None:
    """Does something once, right after the store's next call of this name."""
    call = getattr(store, name)

    async def called(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(store, name, call)
        made = await call(*args, **more)
        await act()
        return made

    monkeypatch.setattr(store, name, called)
