"""The Chat of a terminal: the channel on its screen, its history on a Board."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console, RenderableType
from rich.live import Live

from bot.console import render
from bot.console.history import Board
from bot.core.chat import Form, Gone, Person, Place, Post, Question, Step, StepKind, Thread
from bot.store import Store, post_from_data, post_to_data

NAME = "console"
FRAMES = 8
"""A second, of an answer while it is written."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class ConsoleChat:
    """A `bot.core.chat.Chat`. The channel is printed to `screen`; what goes on is said on `aside`, the standard error."""

    name = NAME
    whispers = True
    roles = False
    hears = True

    def __init__(self, store: Store, screen: Console | None = None, aside: Console | None = None) -> None:
        self._store = store
        self.screen = screen or render.terminal(sys.stdout)
        self.aside = aside or render.terminal(sys.stderr)

    def board(self, place: Place) -> Board:
        return Board(self._store, place.channel)

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:  # noqa: ARG002  # every terminal shows alike
        parent = Step(f"{key}:0", StepKind.POST, {"post": post_to_data(thread.parent)})
        replies = [
            Step(f"{key}:{n + 1}", StepKind.REPLY, {"post": post_to_data(post)}, on=parent.key, reply=n)
            for n, post in enumerate(thread.replies)
        ]
        if thread.finished is None:
            return [parent, *replies]
        targets = {f"reply:{n}": "{{link:" + step.key + "}}" for n, step in enumerate(replies)}
        finished = render.relinked(post_to_data(thread.finished), targets)
        edit = Step(f"{key}:{len(replies) + 1}", StepKind.EDIT, {"post": finished}, on=parent.key)
        return [parent, *replies, edit]

    async def post(self, step: Step, place: Place, on: str = "") -> str:
        board = self.board(place)
        if step.kind is StepKind.THREAD:
            return on
        if step.kind is StepKind.EDIT:
            await self._edit(board, on, step.payload["post"])
            return on
        message = await board.put(step.key, dict(step.payload["post"]), on or place.thread)
        self._print(post_from_data(step.payload["post"]), reply=step.kind is StepKind.REPLY)
        return message

    async def _edit(self, board: Board, message: str, post: dict[str, Any]) -> None:
        """A terminal cannot take back what it has printed; what is kept changes."""
        found = await board.message(message)
        if found is None or found.deleted:
            raise Gone("The message was deleted.")
        await board.change(replace(found, post=post))

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:  # noqa: ARG002
        return await self.board(place).find(key, since)

    async def delete(self, place: Place, message: str) -> None:
        board = self.board(place)
        found = await board.message(message)
        if found is not None and not found.deleted:
            await board.change(replace(found, deleted=True))

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """What is kept changes, and the new form is printed: a terminal cannot take back what it has printed."""
        await self._edit(self.board(place), message, post_to_data(post))
        self._print(post, reply=True)

    async def link(self, place: Place, message: str) -> str:
        """A terminal's messages have no address; this one tells them apart, and leads nowhere."""
        return f"https://terminal.invalid/{place.channel}/{message}"

    async def draft(self, question: Question, key: str) -> ConsoleDraft:
        return ConsoleDraft(self, question.place, key)

    async def send(self, place: Place, post: Post, key: str, to: Person | None = None) -> str:  # noqa: ARG002
        return await self.finish(place, post, key, reply=bool(place.thread))

    async def finish(self, place: Place, post: Post, key: str, *, reply: bool) -> str:
        """Once per key, however often it is called."""
        board = self.board(place)
        found = await board.find(key, LONG_AGO)
        if found is not None:
            return found
        message = await board.put(key, post_to_data(post), place.thread)
        self._print(post, reply=reply)
        return message

    async def show_again(self, place: Place) -> None:
        """Prints the channel as it stands: after a restart."""
        for message in await self.board(place).messages():
            self._print(post_from_data(message.post), reply=bool(message.thread))

    def _print(self, post: Post, *, reply: bool) -> None:
        shown: RenderableType = render.reply(post) if reply else render.parent(post)
        self.screen.print(shown)
        self.screen.print()


@dataclass
class ConsoleDraft:
    """An answer while it is written: live on a terminal, printed once anywhere else."""

    chat: ConsoleChat
    place: Place
    key: str
    _live: Live | None = None

    async def write(self, text: str) -> None:
        self._show(render.provisional(text))

    async def status(self, text: str) -> None:
        self._show(render.status(text))

    async def finish(self, post: Post) -> str:
        await self.close()
        return await self.chat.finish(self.place, post, self.key, reply=True)

    async def close(self) -> None:
        """Takes the provisional text off the screen."""
        if self._live is not None:
            live, self._live = self._live, None
            await asyncio.to_thread(live.stop)

    def _show(self, shown: RenderableType) -> None:
        if not self.chat.screen.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self.chat.screen, transient=True, refresh_per_second=FRAMES)
            self._live.start()
        self._live.update(shown)


@dataclass
class ConsoleResponder:
    """A `bot.core.chat.Responder`: the answer to a command typed at the prompt."""

    chat: ConsoleChat
    place: Place

    async def show(self, post: Post, *, private: bool = True) -> str:
        if private:
            self.chat.screen.print(render.reply(post))
            self.chat.screen.print()
            return ""
        return await self.chat.finish(self.place, post, f"shown:{uuid4().hex}", reply=False)

    async def progress(self, text: str) -> None:
        self.chat.aside.print(render.status(text))

    async def form(self, form: Form) -> None:
        self.chat.screen.print(render.form(form))

    async def page(self, title: str, post: Post) -> None:
        self.chat.screen.print(render.page(title, post))

    async def file(self, name: str, text: str) -> None:
        """Into the folder the terminal is in; a file that is there is left alone."""
        path = Path(name)
        if await asyncio.to_thread(path.exists):
            path = path.with_stem(f"{path.stem}-{datetime.now(UTC):%H%M%S}")
        await asyncio.to_thread(path.write_text, text, "utf-8")
        self.chat.aside.print(render.status(f"Written to {path}."))
