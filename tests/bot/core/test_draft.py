"""What every platform's draft has in common."""

import asyncio

from bot.core import draft
from bot.core.chat import Post, Text
from bot.core.draft import DraftPump, Recovery

FINAL = Post((Text("The answer."),), "")


class Shown(DraftPump):
    """Remembers what it showed."""

    _pace = 0.001

    def __init__(self):
        super().__init__()
        self.shown = []

    async def _show(self, text):
        self.shown.append(text)

    def _recover(self, error):
        return Recovery.STOP

    def _may_arrive_late(self):
        return False

    async def _replace(self, post, picture):
        self.shown.append(post)
        return "1"

    async def _replace_again(self, post, picture): ...

    async def _end_provisional(self): ...

    async def _delete_all(self): ...


async def write(writing, text):
    await writing.write(text)
    await asyncio.sleep(0.02)


async def test_after_the_process_was_frozen_only_the_final_form_is_shown(monkeypatch):
    """Another had taken the answer over and ended it: what was written on replaced its final form."""
    real, jump = draft.boot_clock, [0.0]
    monkeypatch.setattr(draft, "boot_clock", lambda: real() + jump[0])
    monkeypatch.setattr(draft, "BEAT", 0.01)
    writing = Shown()
    await write(writing, "One")
    await write(writing, "One, two")
    jump[0] = 60.0
    await write(writing, "One, two, three")
    assert writing.shown == ["One", "One, two"]
    await writing.finish(FINAL)
    assert writing.shown[2:] == [FINAL]


async def test_a_model_that_is_slow_is_no_freeze(monkeypatch):
    real, clock = draft.boot_clock, [0.0]
    monkeypatch.setattr(draft, "boot_clock", lambda: real() + clock[0])
    monkeypatch.setattr(draft, "BEAT", 0.01)
    writing = Shown()
    await write(writing, "One")
    for _ in range(4):
        clock[0] += 10.0
        await asyncio.sleep(0.03)
    await write(writing, "One, two")
    assert writing.shown == ["One", "One, two"]
