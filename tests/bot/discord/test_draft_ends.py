"""An answer whose finished form comes in the very moment in which its first words hurry the display on: it is finished all the same."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.discord.draft import Draft
from tests.bot.contract import a_post


class Paper:
    """A Sheet at hand: no request takes any time."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    async def find(self, key: str) -> str | None:
        return None

    async def create(self, payload: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        self.shown.append(payload)
        return "1", payload

    async def change(self, message: str, payload: dict[str, Any]) -> None:
        self.shown.append(payload)

    def name(self, message: str) -> str:
        return message


async def test_an_answer_finishes_whatever_moment_its_first_words_come_in():
    for turns in range(6):
        sheet = Paper()
        draft = Draft(sheet, "answer:1", pace=60)
        await draft.status("Reading")
        for _ in range(10):  # the status is shown, and its minute begins
            await asyncio.sleep(0)
        await draft.write("It")
        for _ in range(turns):
            await asyncio.sleep(0)
        finished = asyncio.create_task(draft.finish(a_post("done")))
        await asyncio.wait({finished}, timeout=3)  # a display whose end was swallowed would be waited for without end
        assert finished.done()
        assert "done" in str(sheet.shown[-1])
