"""Many channels, one question to arXiv."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from digest.arxiv.sharing import SharedPapers
from digest.errors import ArxivUnavailable
from digest.model import Listing, Paper
from digest.ports import MemoryCache
from tests.builders import a_paper

NOON = datetime(2026, 1, 30, 17, 1, tzinfo=UTC)


class Counting:
    """Papers that notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.down = False
        self.known = [a_paper("2401.00001", version=2), a_paper("2401.00001", version=1), a_paper("math/0309136")]

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        self.asked.append(tuple(categories))
        await asyncio.sleep(0)
        if self.down:
            raise ArxivUnavailable("down")
        return Listing(tuple(categories), now.date(), (), tuple(self.known))

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        self.asked.append(tuple(ids))
        by_name = {"2401.00001": 0, "2401.00001v2": 0, "2401.00001v1": 1, "math.GT/0309136": 2}
        return [self.known[by_name[i]] for i in ids if i in by_name]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        self.asked.append(words)
        return self.known[:limit]


@pytest.fixture
def papers():
    return Counting()


@pytest.fixture
def shared(papers):
    return SharedPapers(papers, MemoryCache())


async def test_channels_with_the_same_categories_share_one_look(papers, shared):
    looks = await asyncio.gather(
        *(shared.announced(["cs.CV", "cs.RO"], NOON + timedelta(seconds=n)) for n in range(50))
    )
    other_order = await shared.announced(["cs.RO", "cs.CV"], NOON)
    assert papers.asked == [("cs.CV", "cs.RO")]
    assert all(look == looks[0] for look in looks)
    assert (other_order.categories, other_order.window) == (("cs.RO", "cs.CV"), looks[0].window)


async def test_other_categories_another_hour_and_a_new_list_are_looked_at_afresh(papers, shared):
    midnight = datetime(2026, 1, 30, 5, 0, tzinfo=UTC)
    for categories, now in ((["cs.CV"], NOON), (["cs.RO"], NOON), (["cs.CV"], NOON + timedelta(minutes=20))):
        await shared.announced(categories, now)
    assert len(papers.asked) == 3
    await shared.announced(["cs.CV"], midnight - timedelta(seconds=1))
    await shared.announced(["cs.CV"], midnight)
    assert len(papers.asked) == 5


async def test_a_failure_is_not_kept(papers, shared):
    papers.down = True
    with pytest.raises(ArxivUnavailable):
        await shared.announced(["cs.CV"], NOON)
    papers.down = False
    assert (await shared.announced(["cs.CV"], NOON)).window


async def test_only_papers_that_are_not_at_hand_are_asked_for(papers, shared):
    await shared.get(["2401.00001"])
    found = await shared.get(["2401.00001v1", "math.GT/0309136", "2401.99999", "2401.00001"])
    assert [p.versioned for p in found] == ["2401.00001v1", "math/0309136v1", "2401.00001v2"]
    assert papers.asked == [("2401.00001",), ("2401.00001v1", "math.GT/0309136", "2401.99999")]
    await shared.get(["2401.00001v1", "math.GT/0309136"])
    assert len(papers.asked) == 2
    assert await shared.get([]) == []


async def test_a_paper_asked_for_with_and_without_version_is_not_mixed_up(shared):
    for _ in range(2):
        assert [p.version for p in (await shared.get(["2401.00001", "2401.00001v1"]))] == [2, 1]


async def test_the_same_words_are_searched_once(papers, shared):
    first = await shared.search("cats", 2)
    assert await shared.search("cats", 2) == first == papers.known[:2]
    assert papers.asked == ["cats"]
