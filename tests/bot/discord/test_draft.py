"""How an answer that is being shown comes to its end: finished once, at any moment, and nothing of the half one left."""

import asyncio
from typing import Any

from bot.core.chat import OutcomeUnknown
from bot.discord.draft import Draft
from tests.bot.contract import a_post


class Paper:
    """An AnswerMessage whose requests take no time."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    async def find(self, key: str) -> str | None:
        return None

    async def create(self, payload: dict[str, Any], key: str, picture: object = None) -> tuple[str, dict[str, Any]]:
        self.shown.append(payload)
        return "1", payload

    async def change(self, message: str, payload: dict[str, Any], picture: object = None) -> None:
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


class SlowPaper(Paper):
    """The first edit is given up, and carried out when it is too late."""

    def __init__(self, late: float) -> None:
        super().__init__()
        self.late, self.edits = late, 0

    async def change(self, message: str, payload: dict[str, Any], picture: object = None) -> None:
        self.edits += 1
        if self.edits > 1:
            return self.shown.append(payload)
        asyncio.get_running_loop().call_later(self.late, self.shown.append, payload)
        raise OutcomeUnknown("Discord does not answer.")


async def test_an_edit_that_is_carried_out_late_does_not_replace_the_answer(monkeypatch):
    monkeypatch.setattr("bot.core.draft.LATE_ARRIVAL", 0.3)
    sheet = SlowPaper(late=0.2)
    draft = Draft(sheet, "answer:1", pace=0.01)
    await draft.write("It")
    while not sheet.shown:
        await asyncio.sleep(0)
    await draft.write("It rel")
    while not sheet.edits:
        await asyncio.sleep(0)
    await draft.finish(a_post("done"))
    assert sum("It rel" in str(shown) for shown in sheet.shown) >= 1
    assert "done" in str(sheet.shown[-1])
