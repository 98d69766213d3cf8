"""The terminal's channel keeps the contract of every Chat."""

import io
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.console import render
from bot.console.chat import ConsoleChat
from bot.core.chat import Forbidden, HistoryRefused, OutcomeUnknown, Person, Place, Question, TargetMissing, Throttled
from bot.store import Store
from tests.bot.contract import Break, ChatContract, Seen


class BreakingChat(ConsoleChat):
    """A terminal whose line is as bad as a platform's."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, render.terminal(io.StringIO()), render.terminal(io.StringIO()))
        self.breaks: dict[str, list[Break]] = defaultdict(list)

    async def post(self, step, place, on="", upload=None):
        match self.breaks["post"].pop(0) if self.breaks["post"] else None:
            case Break.ANSWER_LOST:
                await super().post(step, place, on)
                raise OutcomeUnknown("No answer.")
            case Break.REQUEST_LOST:
                raise OutcomeUnknown("No answer.")
            case Break.THROTTLED:
                raise Throttled("Too fast.", 0.05)
            case Break.GONE:
                raise TargetMissing("The channel no longer exists.")
            case Break.FORBIDDEN:
                raise Forbidden("Not allowed.")
        return await super().post(step, place, on)

    async def find(self, *args):
        if self.breaks["find"] and self.breaks["find"].pop(0) is Break.HISTORY:
            raise HistoryRefused("The history may not be read.")
        return await super().find(*args)


class ConsoleWorld:
    def __init__(self, store: Store) -> None:
        self.chat = BreakingChat(store)
        self.place = Place("console", "demo")

    async def posts(self) -> Sequence[Seen]:
        messages = await self.chat.history(self.place).messages()
        return [Seen(m.id, json.dumps(m.post, ensure_ascii=False), m.thread) for m in messages]

    def break_next(self, break_: Break, when: str = "post") -> None:
        self.chat.breaks[when].append(break_)

    async def remove(self, message: str) -> None:
        await self.chat.delete(self.place, message)

    def refusals(self) -> Sequence[object]:
        return []

    def question(self, thread: Place) -> Question:
        return Question("contract-q", thread, Person("you"), "does it release code?", datetime.now(UTC))


class TestConsoleContract(ChatContract):
    @pytest.fixture
    async def world(self, store):
        return ConsoleWorld(store)
