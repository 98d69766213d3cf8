"""An EventHandler that records what it is handed, and answers commands and buttons as a test tells it to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.core.chat import Click, Command, Person, Place, Post, Question, Responder, Submission, Text, VoteKind

Answer = Callable[[Any, Responder], Awaitable[Any]]


def said(text: str) -> Post:
    return Post((Text(text),), text)


class RecordingHandler:
    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.amendments: list[Question] = []
        self.withdrawals: list[tuple[Place, str]] = []
        self.commands: list[Command] = []
        self.clicks: list[Click] = []
        self.submissions: list[Submission] = []
        self.reactions: list[tuple[Place, str, str, VoteKind, bool]] = []
        self.members: list[tuple[Place, bool]] = []
        self.looked: list[Place] = []
        self.ours: set[str] = set()
        """Threads the bot started."""
        self.on: dict[str, Answer] = {}
        """By a command's text's first word, or an action."""
        self.suggestions: Sequence[tuple[str, str]] = ()

    async def knows(self, place: Place) -> bool:
        self.looked.append(place)
        return place.thread in self.ours

    async def on_question(self, question: Question) -> None:
        self.questions.append(question)

    async def on_edit(self, question: Question) -> None:
        self.amendments.append(question)

    async def on_delete(self, place: Place, message: str) -> None:
        self.withdrawals.append((place, message))

    async def on_command(self, command: Command, respond: Responder) -> None:
        self.commands.append(command)
        await self._answer(command.text.split(" ")[0], command, respond)

    async def on_click(self, click: Click, respond: Responder) -> None:
        self.clicks.append(click)
        await self._answer(click.action, click, respond)

    async def refusal(self, click: Click) -> str:
        return ""

    async def on_submit(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        self.submissions.append(submission)
        return await self._answer(submission.action, submission, respond) or {}

    async def _answer(self, name: str, event: Any, respond: Responder) -> Any:
        return await self.on[name](event, respond) if name in self.on else None

    async def on_reaction(
        self, place: Place, message: str, person: Person, kind: VoteKind, *, emoji: str = "", undo: bool = False
    ) -> None:
        self.reactions.append((place, message, person.id, kind, undo))

    async def on_reactions_cleared(self, place: Place, message: str, emoji: str = "") -> None:
        raise AssertionError(message)

    async def on_membership(self, place: Place, *, joined: bool, by: Person | None = None, greet: bool = True) -> None:
        self.members.append((place, joined, greet))

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        return self.suggestions

    async def unfurl(self, place: Place, urls: Sequence[str]) -> Mapping[str, Post]:
        return {}

    async def prompts(self, person: Person, platform: str) -> Sequence[tuple[str, str]]:
        return ()

    async def home(self, person: Person, platform: str) -> Post:
        raise AssertionError("Discord has no such page")
