"""A paper's figure in its Entry: only where the channel wants it and its picture is at hand in time."""

import asyncio
from dataclasses import replace

import pytest

from digest import read_paper as module
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Figure
from digest.ports import MemoryCache, Services
from digest.read_paper import read_paper
from tests.builders import a_score
from tests.digest.llm.papers import a_text, moving

FIGURE = Figure("2601.00001v1/x1.png", "Figure 1", "Overview.", "S1.F1", "CC BY 4.0")


class World:
    """The texts and pictures of one paper."""

    def __init__(self, data: bytes = b"png", wait: float = 0.0) -> None:
        self.data, self.wait = data, wait
        self.asked = 0

    async def read(self, paper):
        return replace(a_text(paper), figure=FIGURE)

    async def picture(self, figure):
        self.asked += 1
        await asyncio.sleep(self.wait)
        if not self.data:
            raise RuntimeError("a bug")
        return self.data if self.data != b"none" else b""

    async def entry(self, *, figures: bool):
        stand_in = ExtractiveAnalyst()
        services = Services(self, self, stand_in, stand_in, MemoryCache(), pictures=self)
        return await read_paper(moving(), a_score(moving().id), 1, "en", services, figures=figures)


async def test_the_figure_is_in_the_entry_where_the_channel_wants_it():
    world = World()
    assert (await world.entry(figures=True)).figure == FIGURE
    assert (await world.entry(figures=False)).figure is None
    assert world.asked == 1


@pytest.mark.parametrize("world", [World(b"none"), World(b""), World(wait=60)], ids=["none", "a bug", "slow"])
async def test_a_picture_that_is_not_at_hand_costs_nothing_else(world, monkeypatch):
    monkeypatch.setattr(module, "PICTURE_SECONDS", 0.05)
    entry = await world.entry(figures=True)
    assert entry.figure is None
    assert entry.analysis is not None
