"""What several channels use is paid for by all of them, evenly, to the last billionth of a dollar; caps count who made the calls."""

import asyncio
import itertools
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.digests.daily import Daily, RunOptions
from bot.store import RedisBudget, RedisCache, Store
from digest.extractive.analyst import ExtractiveAnalyst
from digest.llm.analyst import ModelAnalyst
from digest.llm.server.client import Model
from digest.llm.server.prices import Price
from digest.model import Profile, Usage
from digest.ports import FreePace, Services, booked
from tests.conftest import Clock
from tests.sample_day import SampleDay
from tests.servers.model import ModelServer

FRIDAY = date(2026, 1, 30)
VISION = Profile(("cs.CV",), "video", language="en")


async def bought(budget: RedisBudget, payer: str, unit: str, usd: float) -> None:
    with booked(payer, "analyse", unit=unit):
        await budget.settle(await budget.reserve(payer, Usage(1, usd=usd)), Usage(1, 100, 0, 10, usd))


class TestSplitting:
    async def test_evenly_over_who_uses_it_however_often_and_the_rest_of_a_division_is_not_lost(self, store, clock):
        budget = RedisBudget(store)
        await bought(budget, "a", "paper", 1.0)
        for payer in ("b", "c", "b", "a", "c"):
            await budget.share(payer, "paper")
        spent = await store.spending(clock().date())
        assert [spent.by_payer()[p].usd for p in "abc"] == pytest.approx([1 / 3] * 3)
        assert sum(round((u.usd or 0) * 1e9) for u in spent.by.values()) == 1_000_000_000
        assert spent.by_payer()["a"].calls == 1
        assert spent.by_payer()["b"].calls == 0
        assert (await store.spending("2026-01")).by == spent.by

    async def test_what_is_bought_for_it_later_is_split_over_all_again(self, store, clock):
        budget = RedisBudget(store)
        await bought(budget, "a", "paper", 0.4)
        await budget.share("b", "paper")
        await bought(budget, "b", "paper", 0.2)  # a repair
        spent = (await store.spending(clock().date())).by_payer()
        assert [spent[p].usd for p in "ab"] == pytest.approx([0.3, 0.3])

    async def test_who_comes_the_next_day_shares_in_what_the_first_day_cost_and_later_it_is_free(self, store, clock):
        budget = RedisBudget(store)
        await bought(budget, "a", "paper", 0.4)
        clock.forward(timedelta(days=1))
        await budget.share("b", "paper")
        clock.forward(timedelta(days=1))
        await budget.share("c", "paper")
        spent = (await store.spending(FRIDAY)).by_payer()
        assert {p: u.usd for p, u in spent.items()} == pytest.approx({"a": 0.2, "b": 0.2})

    async def test_nothing_is_shared_that_cost_nothing_or_belongs_to_one(self, store, clock):
        budget = RedisBudget(store)
        await budget.share("b", "at hand for weeks")
        await bought(budget, "a", "", 0.4)
        await budget.share("b", "")
        assert {p: u.usd for p, u in (await store.spending(clock().date())).by_payer().items()} == {"a": 0.4}

    async def test_a_cap_counts_the_calls_a_channel_made_whoever_shares_them_later(self, store):
        budget = RedisBudget(store, daily=10, each=1)
        await bought(budget, "a", "paper", 0.8)
        await budget.share("b", "paper")
        assert await budget.used("a") == pytest.approx(0.8)
        assert await budget.used("b") == pytest.approx(0.08)  # the installation's
        assert (await store.spending(FRIDAY)).made == {"a": 0.8}


@dataclass
class House:
    store: Store
    daily: Daily
    server: ModelServer
    clock: Clock

    async def digest(self, channel: str, profile: Profile) -> None:
        subscription = Subscription(Place("console", channel), profile, papers=3, created=self.clock())
        await self.store.save_subscription(subscription)
        run = await self.store.begin_run(subscription.key, FRIDAY, "daily")
        assert await self.daily.make(subscription, run, RunOptions()) is not None

    async def costs(self) -> dict[str, float]:
        """Of each channel, in billionths of a dollar."""
        spent = (await self.store.spending(FRIDAY)).by_payer()
        return {payer.removeprefix("console:"): round((u.usd or 0.0) * 1e9) for payer, u in spent.items()}


@pytest.fixture
async def house(store, clock):
    async with ModelServer() as server:
        budget, cache = RedisBudget(store), RedisCache(store)
        prices = {"stand-in": Price(1, 0.1, 4)}
        model = Model(name="stand-in", base_url=server.base_url, cache=cache, budget=budget, prices=prices)
        sample = SampleDay()
        services = Services(
            sample, sample, ModelAnalyst(model), ExtractiveAnalyst(), cache, spent=budget.used, share=budget.share
        )
        yield House(store, Daily(store, services, {}, FreePace(), clock), server, clock)
        await model.aclose()


async def test_channels_with_one_profile_pay_alike_whoever_comes_first(house):
    await house.digest("a", VISION)
    alone = (await house.costs())["a"]
    calls = len(house.server.calls)
    await house.digest("b", VISION)
    await asyncio.gather(house.digest("c", VISION), house.digest("d", VISION))
    costs = await house.costs()
    assert len(house.server.calls) == calls
    assert sum(costs.values()) == alone
    assert costs == pytest.approx(dict.fromkeys("abcd", alone / 4), abs=10)


async def test_at_the_same_moment_too(house):
    await asyncio.gather(*(house.digest(channel, VISION) for channel in "abcd"))
    costs = await house.costs()
    assert costs == pytest.approx(dict.fromkeys("abcd", sum(costs.values()) / 4), abs=10)


async def test_another_profile_shares_the_papers_and_ranks_for_itself(house):
    await house.digest("a", VISION)
    first = (await house.store.spending(FRIDAY)).by[("console:a", "analyse")]
    await house.digest("b", replace(VISION, interests="moving pictures", unwanted=("nothing",)))
    stages = (await house.store.spending(FRIDAY)).by
    for channel, stage in itertools.product("ab", ("rank",)):
        assert stages[f"console:{channel}", stage].calls >= 1
    analyses = [stages[f"console:{channel}", "analyse"].usd or 0 for channel in "ab"]
    assert min(analyses) > 0
    assert analyses[0] < (first.usd or 0)
