"""An EventHandler that records its events, for tests of the listeners."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.chat import Click, Command, Heading, Person, Place, Post, Question, Responder, Submission, Text, VoteKind
from tests.deadline import DEADLINE


async def nothing(*_: Any) -> None:
    pass


@dataclass
class RecordingHandler:
    threads: set[str] = field(default_factory=set)
    """Ids of threads the bot started."""
    told: list[tuple[str, Any]] = field(default_factory=list)
    broken: int = 0
    """So many times the store cannot be written."""
    refuses: str = ""
    """What a confirmation is refused with."""
    problems: Mapping[str, str] = field(default_factory=dict)
    do_command: Callable[[Command, Responder], Awaitable[None]] = nothing
    do_click: Callable[[Click, Responder], Awaitable[None]] = nothing
    do_submit: Callable[[Submission, Responder], Awaitable[None]] = nothing
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def _keep(self, name: str, value: Any) -> None:
        if self.broken:
            self.broken -= 1
            raise ConnectionError("the store is not there")
        self.told.append((name, value))
        self.news.set()

    def all(self, name: str) -> list[Any]:
        return [value for kind, value in self.told if kind == name]

    async def one(self, name: str) -> Any:
        """The only thing of that name, waited for."""
        async with asyncio.timeout(DEADLINE):
            while not self.all(name):
                self.news.clear()
                await self.news.wait()
        (value,) = self.all(name)
        return value

    async def knows(self, place: Place) -> bool:
        return place.direct or place.thread in self.threads

    async def on_question(self, question: Question) -> None:
        self._keep("asked", question)

    async def on_edit(self, question: Question) -> None:
        self._keep("amended", question)

    async def on_delete(self, place: Place, message: str) -> None:
        self._keep("withdrawn", (place, message))

    async def on_command(self, command: Command, respond: Responder) -> None:
        self._keep("commanded", command)
        await self.do_command(command, respond)

    async def on_click(self, click: Click, respond: Responder) -> None:
        self._keep("clicked", click)
        await self.do_click(click, respond)

    async def refusal(self, click: Click) -> str:
        return self.refuses

    async def on_submit(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        self._keep("submitted", submission)
        await self.do_submit(submission, respond)
        return self.problems

    async def on_reaction(
        self, place: Place, message: str, person: Person, kind: VoteKind, *, emoji: str = "", undo: bool = False
    ) -> None:
        self._keep("reacted", (place, message, person, kind, undo))

    async def on_reactions_cleared(self, place: Place, message: str, emoji: str = "") -> None:
        raise AssertionError(message)

    async def on_membership(self, place: Place, *, joined: bool, by: Person | None = None, greet: bool = True) -> None:
        self._keep("membership", (place, joined, by))

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        return []

    async def unfurl(self, place: Place, urls: Sequence[str]) -> Mapping[str, Post]:
        return {}

    async def prompts(self, person: Person, platform: str) -> Sequence[tuple[str, str]]:
        return ()

    async def home(self, person: Person, platform: str) -> Post:
        return Post((Heading("Home"), Heading("C0123456", 3), Text(f"for {person.id} in {person.language}")), "home")
