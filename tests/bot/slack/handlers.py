"""A Front that writes down what it was told: the seam's double, for tests of what comes in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.chat import (
    Click,
    Command,
    Heading,
    Person,
    Place,
    Post,
    Question,
    Responder,
    Submission,
    Text,
    Vote,
    VoteKind,
)


async def nothing(*_: Any) -> None:
    pass


@dataclass
class RecordingFront:
    threads: set[str] = field(default_factory=set)
    """Ids of threads the bot started."""
    told: list[tuple[str, Any]] = field(default_factory=list)
    broken: int = 0
    """So many times the store cannot be written."""
    problems: Mapping[str, str] = field(default_factory=dict)
    on_command: Callable[[Command, Responder], Awaitable[None]] = nothing
    on_click: Callable[[Click, Responder], Awaitable[None]] = nothing
    on_submit: Callable[[Submission, Responder], Awaitable[None]] = nothing
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
        async with asyncio.timeout(10):
            while not self.all(name):
                self.news.clear()
                await self.news.wait()
        (value,) = self.all(name)
        return value

    async def concerns(self, place: Place) -> bool:
        return place.direct or place.thread in self.threads

    async def asked(self, question: Question) -> None:
        self._keep("asked", question)

    async def amended(self, question: Question) -> None:
        self._keep("amended", question)

    async def withdrawn(self, place: Place, message: str) -> None:
        self._keep("withdrawn", (place, message))

    async def commanded(self, command: Command, respond: Responder) -> None:
        self._keep("commanded", command)
        await self.on_command(command, respond)

    async def clicked(self, click: Click, respond: Responder) -> None:
        self._keep("clicked", click)
        await self.on_click(click, respond)

    async def submitted(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        self._keep("submitted", submission)
        await self.on_submit(submission, respond)
        return self.problems

    async def voted(self, vote: Vote) -> None:
        self._keep("voted", vote)

    async def reacted(self, place: Place, message: str, person: Person, kind: VoteKind, *, undo: bool = False) -> None:
        self._keep("reacted", (place, message, person, kind, undo))

    async def membership(self, place: Place, *, joined: bool, by: Person | None = None) -> None:
        self._keep("membership", (place, joined, by))

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        return []

    async def home(self, person: Person, platform: str) -> Post:
        return Post((Heading("Home"), Heading("C0123456", 3), Text(f"for {person.id} in {person.language}")), "home")
