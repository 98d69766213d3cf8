"""The Chat port in a terminal: prints messages and keeps them in the store."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live

from bot.console import render
from bot.console.choices import Choice, choices
from bot.console.history import History
from bot.core.chat import (
    Actions,
    Block,
    Checklist,
    Form,
    Grant,
    Heading,
    Panel,
    Person,
    Place,
    Post,
    Question,
    Responder,
    Row,
    Step,
    StepKind,
    TargetMissing,
    Text,
    Thread,
    Upload,
    without_pictures,
)
from bot.core.ids import StepKey, link_to, reply_url
from bot.store import Store, post_from_data, post_to_data
from digest.render.markdown import escape

NAME = "console"
FRAMES_PER_SECOND = 8
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class ConsoleChat:
    """Implements Chat. Prints messages to `screen` and progress to `stderr`."""

    name = NAME
    whispers = True
    lists_members = False
    has_archive = False
    opens_threads = False
    roles = False
    hears = True

    def __init__(self, store: Store, screen: Console | None = None, stderr: Console | None = None) -> None:
        self._store = store
        self.screen = screen or render.terminal(sys.stdout)
        self.stderr = stderr or render.terminal(sys.stderr)
        self.choices: tuple[Choice, ...] = ()
        """What the last post asks for."""
        self.form: Form | None = None
        """A form that was opened and not filled in yet."""

    def history(self, place: Place) -> History:
        return History(self._store, place.channel)

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:  # noqa: ARG002
        parent = Step(str(StepKey(key, "0")), StepKind.POST, {"post": post_to_data(thread.parent)})
        replies = [
            Step(
                str(StepKey(key, str(n + 1))),
                StepKind.REPLY,
                {"post": post_to_data(without_pictures(post))},
                on=parent.key,
                reply=n,
            )
            for n, post in enumerate(thread.replies)
        ]
        if thread.finished is None:
            return [parent, *replies]
        targets = {reply_url(n): link_to(step.key) for n, step in enumerate(replies)}
        finished = render.relinked(post_to_data(thread.finished), targets)
        edit = Step(str(StepKey(key, str(len(replies) + 1))), StepKind.EDIT, {"post": finished}, on=parent.key)
        return [parent, *replies, edit]

    async def upload(self, upload: Upload) -> Upload:
        return upload

    async def post(self, step: Step, place: Place, on: str = "", upload: Upload | None = None) -> str:  # noqa: ARG002
        history = self.history(place)
        if step.kind is StepKind.THREAD:
            return on
        if step.kind is StepKind.EDIT:
            await self._edit(history, on, step.payload["post"])
            return on
        message = await history.put(step.key, dict(step.payload["post"]), on or place.thread)
        self._print(post_from_data(step.payload["post"]), reply=step.kind is StepKind.REPLY)
        return message

    async def _edit(self, history: History, message: str, post: dict[str, Any]) -> None:
        """Changes the stored message only: printed text stays on the screen."""
        found = await history.message(message)
        if found is None or found.deleted:
            raise TargetMissing("The message was deleted.")
        await history.change(replace(found, post=post))

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:  # noqa: ARG002
        return await self.history(place).find(key, since)

    async def delete(self, place: Place, message: str) -> None:
        history = self.history(place)
        found = await history.message(message)
        if found is not None and not found.deleted:
            await history.change(replace(found, deleted=True))

    async def close_thread(self, place: Place, thread: str, name: str) -> None:
        """Does nothing: a thread has no name here."""

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """Changes the stored message and prints its new form."""
        await self._edit(self.history(place), message, post_to_data(post))
        self._print(post, reply=True)

    async def link(self, place: Place, message: str) -> str:
        """A placeholder that identifies the message; it leads nowhere."""
        return f"https://terminal.invalid/{place.channel}/{message}"

    async def draft(self, question: Question, key: str, message: str = "") -> ConsoleDraft:  # noqa: ARG002
        return ConsoleDraft(self, question.place, key)

    async def direct(self, person: Person) -> Place:
        return Place(self.name, f"direct-{person.id}", direct=True)

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:  # noqa: ARG002
        return ConsoleResponder(self, place)

    async def inside(self, person: Person, places: Sequence[Place]) -> frozenset[str]:  # noqa: ARG002
        return frozenset(place.key for place in places)

    async def is_forum(self, place: Place) -> bool:  # noqa: ARG002
        return False

    async def grants(self, place: Place, extra: Mapping[str, str]) -> Sequence[Grant]:  # noqa: ARG002
        return ()

    async def text_now(self, question: Question) -> str | None:
        return question.text

    async def send(
        self,
        place: Place,
        post: Post,
        key: str,
        to: Person | None = None,  # noqa: ARG002
        picture: Upload | None = None,  # noqa: ARG002
    ) -> str:
        return await self.finish(place, post, key, reply=bool(place.thread))

    async def finish(self, place: Place, post: Post, key: str, *, reply: bool) -> str:
        """Prints and stores the post once per key. Returns the message's id."""
        history = self.history(place)
        found = await history.find(key, EPOCH)
        if found is not None:
            await self._replace(place, found, post)
            return found
        message = await history.put(key, post_to_data(post), place.thread)
        self._print(post, reply=reply)
        return message

    async def _replace(self, place: Place, message: str, post: Post) -> None:
        known = await self.history(place).message(message)
        if known is not None and not known.deleted and known.post != post_to_data(post):
            await self.edit(place, message, post)

    def _print(self, post: Post, *, reply: bool) -> None:
        self.screen.print(render.reply(post) if reply else render.parent(post))
        self.offer(post)
        self.screen.print()

    def offer(self, post: Post) -> None:
        """Shows the keys for what the post asks."""
        self.choices = choices(post)
        if any(not choice.key.isdigit() for choice in self.choices):  # a menu shows its numbers itself
            self.screen.print(render.keys(self.choices))


@dataclass
class ConsoleDraft:
    """Implements Draft: live on a terminal, printed once elsewhere."""

    chat: ConsoleChat
    place: Place
    key: str
    stopped: bool = False
    _live: Live | None = None

    async def write(self, text: str) -> None:
        self._show(render.provisional(text))

    async def status(self, text: str) -> None:
        self._show(render.status(text))

    async def until_stopped(self) -> None:
        """Never returns: a terminal has only the keyboard's interrupt."""
        await asyncio.Event().wait()

    async def end_writing(self) -> str:
        await self.close()
        return ""

    async def restart(self) -> None:
        await self.close()

    async def discard(self) -> None:
        await self.close()
        found = await self.chat.history(self.place).find(self.key, EPOCH)
        if found is not None:
            await self.chat.delete(self.place, found)

    async def finish(self, post: Post, picture: Upload | None = None) -> str:  # noqa: ARG002
        await self.close()
        return await self.chat.finish(self.place, post, self.key, reply=True)

    async def close(self) -> None:
        """Removes the provisional text from the screen."""
        if self._live is not None:
            live, self._live = self._live, None
            await asyncio.to_thread(live.stop)

    def _show(self, shown: RenderableType) -> None:
        if not self.chat.screen.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self.chat.screen, transient=True, refresh_per_second=FRAMES_PER_SECOND)
            self._live.start()
        self._live.update(shown)


def _row(row: Row) -> tuple[Block, ...]:
    said = Text(f"{escape(row.label)}\\\n{escape(row.detail)}")
    return (said, Actions((row.button,))) if row.button else (said,)


@dataclass
class ConsoleResponder:
    """Implements Responder for commands typed at the prompt."""

    chat: ConsoleChat
    place: Place

    def handed_over(self) -> Mapping[str, str]:
        return {}

    async def show(self, post: Post, *, picture: Upload | None = None) -> None:  # noqa: ARG002
        self.chat.screen.print(render.reply(post))
        self.chat.offer(post)
        self.chat.screen.print()

    async def progress(self, text: str) -> None:
        self.chat.stderr.print(render.status(text))

    async def form(self, form: Form) -> None:
        self.chat.form = form
        self.chat.screen.print(render.form(form))

    async def panel(self, panel: Panel) -> None:
        """Prints what is new: a panel that replaces another often has the same fields."""
        if panel.form != self.chat.form:
            await self.form(panel.form)
        if panel.blocks:
            self.chat.screen.print(render.reply(Post(panel.blocks, "", panel.form.language)))

    async def checklist(self, checklist: Checklist) -> None:
        rows = [block for row in checklist.rows for block in _row(row)]
        await self.show(Post((Heading(checklist.title, 2), *rows), checklist.title, checklist.language))

    async def page(self, title: str, post: Post) -> None:
        self.chat.screen.print(render.page(title, post))

    async def file(self, name: str, text: str) -> None:
        """Writes to the working directory without replacing a file."""
        path = Path(name)
        if await asyncio.to_thread(path.exists):
            path = path.with_stem(f"{path.stem}-{datetime.now(UTC):%H%M%S}")
        await asyncio.to_thread(path.write_text, text, "utf-8")
        self.chat.stderr.print(render.status(f"Written to {path}."))
