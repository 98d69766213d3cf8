"""An EventHandler that records its events and answers as a test tells it to, for tests of the listeners."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.chat import Click, Command, Heading, Person, Place, Post, Question, Responder, Submission, Text, VoteKind
from tests.deadline import DEADLINE

Answer = Callable[[Any, Responder], Awaitable[Any]]


def said(text: str) -> Post:
    return Post((Text(text),), text)


@dataclass
class RecordingHandler:
    threads: set[str] = field(default_factory=set)
    """Ids of threads the bot started."""
    looked: list[Place] = field(default_factory=list)
    """Places asked about."""
    told: list[tuple[str, Any]] = field(default_factory=list)
    broken: int = 0
    """So many times the store cannot be written."""
    refuses: str = ""
    """What a confirmation is refused with."""
    problems: Mapping[str, str] = field(default_factory=dict)
    on: dict[str, Answer] = field(default_factory=dict)
    """What is done with an event, by the first word of a command's text, or by an action; else by `command`, `click`, `submit`."""
    suggestions: Sequence[tuple[str, str]] = ()
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def _keep(self, name: str, value: Any) -> None:
        if self.broken:
            self.broken -= 1
            raise ConnectionError("the store is not there")
        self.told.append((name, value))
        self.news.set()

    def all(self, name: str) -> list[Any]:
        return [value for kind, value in self.told if kind == name]

    @property
    def questions(self) -> list[Question]:
        return self.all("asked")

    @property
    def commands(self) -> list[Command]:
        return self.all("commanded")

    @property
    def clicks(self) -> list[Click]:
        return self.all("clicked")

    @property
    def submissions(self) -> list[Submission]:
        return self.all("submitted")

    async def one(self, name: str) -> Any:
        """The only thing of that name, waited for."""
        async with asyncio.timeout(DEADLINE):
            while not self.all(name):
                self.news.clear()
                await self.news.wait()
        (value,) = self.all(name)
        return value

    async def knows(self, place: Place) -> bool:
        self.looked.append(place)
        return place.direct or place.thread in self.threads

    async def on_question(self, question: Question) -> None:
        self._keep("asked", question)

    async def on_edit(self, question: Question) -> None:
        self._keep("amended", question)

    async def on_delete(self, place: Place, message: str) -> None:
        self._keep("withdrawn", (place, message))

    async def on_command(self, command: Command, respond: Responder) -> None:
        self._keep("commanded", command)
        await self._answer(("command", command.text.split(" ")[0]), command, respond)

    async def on_click(self, click: Click, respond: Responder) -> None:
        self._keep("clicked", click)
        await self._answer(("click", click.action), click, respond)

    async def refusal(self, click: Click) -> str:
        return self.refuses

    async def on_submit(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        self._keep("submitted", submission)
        return await self._answer(("submit", submission.action), submission, respond) or self.problems

    async def _answer(self, names: Sequence[str], event: Any, respond: Responder) -> Any:
        answer = next((self.on[name] for name in names if name in self.on), None)
        return await answer(event, respond) if answer else None

    async def on_reaction(
        self, place: Place, message: str, person: Person, kind: VoteKind, *, emoji: str = "", undo: bool = False
    ) -> None:
        self._keep("reacted", (place, message, person, kind, undo))

    async def on_reactions_cleared(self, place: Place, message: str, emoji: str = "") -> None:
        raise AssertionError(message)

    async def on_membership(self, place: Place, *, joined: bool, by: Person | None = None, greet: bool = True) -> None:
        self._keep("membership", (place, joined, by, greet))

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        return self.suggestions

    async def unfurl(self, place: Place, urls: Sequence[str]) -> Mapping[str, Post]:
        return {}

    async def prompts(self, person: Person, platform: str) -> Sequence[tuple[str, str]]:
        return ()

    async def home(self, person: Person, platform: str) -> Post:
        return Post((Heading("Home"), Heading("C0123456", 3), Text(f"for {person.id} in {person.language}")), "home")
