"""What processes share: leases, the cache, the pace, the budget; and the connection's traps."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import ClassVar

import pytest

from bot.store import LeaseBusy, LeaseLost, Redis, RedisBudget, RedisCache, RedisPace, RedisPauses, Store
from bot.store.leases import Lease, LeasePolicy
from bot.store.limits.pace import Bursts, OneAtATime
from digest.errors import OverBudget
from digest.model import Usage
from digest.ports import booked

SHORT = timedelta(milliseconds=300)
LIFE = timedelta(minutes=1)


async def away(store: Store, for_: timedelta) -> None:
    """It answers nobody for so long."""
    await store.redis.do("CLIENT", "PAUSE", round(for_.total_seconds() * 1000), "ALL")


class TestConnection:
    async def test_a_cancelled_task_ends_although_the_client_swallows_cancellations(self, store):
        """Python 3.11's `wait_for`, by which redis-py sends, swallows about one in seven."""

        async def write() -> None:
            while True:
                await store.redis.do("SET", "a", "1")

        for _ in range(60):
            writing = asyncio.create_task(write())
            await asyncio.sleep(0.002)
            writing.cancel()
            done, _ = await asyncio.wait([writing], timeout=1)
            assert done
            assert writing.cancelled()

    async def test_a_repeated_script_is_as_good_as_one(self, store):
        """redis-py sends a command again when its answer got lost: what must happen once says so by its token."""
        original, calls = store.redis.run, 0

        async def twice(script, keys, args=()):
            nonlocal calls
            calls += 1
            await original(script, keys, args)
            return await original(script, keys, args)

        store.redis.run = twice
        day = datetime(2026, 1, 30, tzinfo=UTC).date()
        assert (await store.begin_run("slack:C1", day, "now")).fresh
        budget = RedisBudget(store, daily=1.0)
        ticket = await budget.reserve("slack:C1", Usage(usd=0.9))
        await budget.settle(ticket, Usage(1, 10, 0, 5, 0.4))
        assert (await store.spending(day)).total == Usage(1, 10, 0, 5, 0.4)
        async with store.lease("x", LIFE):
            pass
        assert (await store.begin_task("t", "1")).count == 0
        assert calls >= 5

    async def test_many_at_once_wait_for_a_connection(self, store):
        answers = await asyncio.gather(*(store.redis.do("INCR", "n") for _ in range(500)))
        assert sorted(answers) == list(range(1, 501))


class TestLeases:
    async def test_one_at_a_time(self, store):
        inside = 0

        async def enter() -> None:
            nonlocal inside
            async with store.lease("x", LIFE):
                inside += 1
                assert inside == 1
                await asyncio.sleep(0.001)
                inside -= 1

        await asyncio.gather(*(enter() for _ in range(10)))

    async def test_it_does_not_wait_longer_than_asked(self, store):
        async with store.lease("x", LIFE):
            with pytest.raises(LeaseBusy):
                async with store.lease("x", LIFE, wait=timedelta(0)):
                    pass

    async def test_it_is_renewed_for_as_long_as_it_is_held(self, store):
        async with store.lease("x", timedelta(seconds=3)) as lease:
            left = before = lease.remaining()
            while left <= before:
                await asyncio.sleep(0.01)
                before, left = left, lease.remaining()
            assert lease.is_held()
            with pytest.raises(LeaseBusy):
                async with store.lease("x", SHORT, wait=timedelta(0)):
                    pass

    async def test_a_dead_holder_frees_it_by_expiry(self, store):
        assert await Lease(store, "x", SHORT).acquire()
        began = time.monotonic()
        async with store.lease("x", LIFE):
            assert time.monotonic() - began < 3

    async def test_a_lost_lease_stops_the_work(self, store):
        async def work() -> None:
            async with store.lease("x", SHORT):
                await store.redis.do("SET", "paperboy:lease:x", "somebody else")
                await asyncio.sleep(10)

        with pytest.raises(LeaseLost):
            await work()

    async def test_one_that_ran_out_is_not_taken_again_unnoticed(self, store):
        lease = Lease(store, "x", SHORT)
        assert await lease.acquire()
        await store.redis.do("DEL", lease.key)
        assert not await lease.renew()
        assert not lease.is_held()
        assert await lease.acquire()

    async def test_dropping_does_not_free_somebody_elses(self, store):
        first = Lease(store, "x", LIFE)
        await first.acquire()
        await store.redis.do("SET", first.key, "somebody else")
        await first.release()
        assert await store.redis.do("GET", first.key) == b"somebody else"

    async def test_dear_work_goes_on_while_the_store_is_away_and_has_its_lease_when_it_is_back(self, store):
        async with store.lease("x", SHORT, policy=LeasePolicy.THROUGH_OUTAGES) as lease:
            await away(store, 3 * SHORT)
            await asyncio.sleep(3 * SHORT.total_seconds())
            assert not lease.is_held()
            await store.server_time()  # it is back
            async with asyncio.timeout(5):
                while not lease.is_held():
                    await asyncio.sleep(0.01)
            with pytest.raises(LeaseBusy):
                async with store.lease("x", SHORT, wait=timedelta(0)):
                    pass

    async def test_dear_work_stops_when_another_had_the_lease_meanwhile(self, store):
        async def work() -> None:
            async with store.lease("x", SHORT, policy=LeasePolicy.THROUGH_OUTAGES) as lease:
                await store.redis.do("DEL", lease.key)  # as by expiry
                async with store.lease("x", LIFE, wait=timedelta(0), policy=LeasePolicy.THROUGH_OUTAGES):
                    pass
                await asyncio.sleep(10)

        with pytest.raises(LeaseLost):
            await work()

    async def test_other_work_has_stopped_before_its_lease_can_be_anothers(self, store):
        life = timedelta(seconds=1.5)
        began = 0.0

        async def work() -> None:
            nonlocal began
            async with store.lease("x", life):
                began = time.monotonic()
                await away(store, timedelta(seconds=2.5))
                try:
                    await asyncio.sleep(10)
                finally:
                    began = time.monotonic() - began

        with pytest.raises(LeaseLost):
            await work()
        assert began < life.total_seconds() + 0.3

    async def test_a_renewal_on_its_way_does_not_bring_back_what_was_given_back(self, store):
        lease = Lease(store, "x", LIFE, LeasePolicy.THROUGH_OUTAGES)
        assert await lease.acquire()
        await lease.release()
        assert not await lease.renew()
        assert await Lease(store, "x", LIFE).acquire()

    async def test_whoever_is_alone_frees_all(self, store):
        await Lease(store, "x", LIFE).acquire()
        await store.free_leases()
        async with store.lease("x", LIFE, wait=timedelta(0)):
            pass


class TestCache:
    async def test_what_was_put_is_found_until_its_life_ends(self, store):
        cache = RedisCache(store)
        assert await cache.get("k") is None
        await cache.put("k", b"short", LIFE)
        await cache.put("long", b"x" * 100_000, LIFE)
        assert (await cache.get("k"), await cache.get("long")) == (b"short", b"x" * 100_000)
        assert 0 < await store.redis.do("TTL", "paperboy:cache:k") <= 60
        assert await store.redis.do("STRLEN", "paperboy:cache:long") < 1000

    async def test_equal_work_in_flight_is_done_once_over_processes(self, redis_url, store):
        made = 0

        async def make() -> bytes:
            nonlocal made
            made += 1
            await asyncio.sleep(0.05)
            return b"value"

        async with Redis(redis_url) as other:
            caches = [RedisCache(store), RedisCache(Store(other))]
            values = await asyncio.gather(*(caches[n % 2].once("k", LIFE, make) for n in range(20)))
        assert (set(values), made) == ({b"value"}, 1)

    async def test_a_failure_reaches_its_caller_and_another_tries(self, store):
        cache, calls = RedisCache(store), 0

        async def make() -> bytes:
            nonlocal calls
            calls += 1
            await asyncio.sleep(0.01)
            if calls == 1:
                raise ValueError("no")
            return b"value"

        results = await asyncio.gather(*(cache.once("k", LIFE, make) for _ in range(3)), return_exceptions=True)
        assert sorted(str(r) for r in results) == ["b'value'", "b'value'", "no"]
        assert calls == 2

    async def test_a_holder_that_died_is_taken_over(self, store):
        assert await Lease(store, "once:k", SHORT).acquire()

        async def make() -> bytes:
            return b"value"

        assert await RedisCache(store).once("k", LIFE, make) == b"value"

    async def test_a_cancelled_holder_lets_the_next_go_on_at_once(self, store):
        cache, began = RedisCache(store), asyncio.Event()

        async def forever() -> bytes:
            began.set()
            await asyncio.Event().wait()
            raise AssertionError

        async def make() -> bytes:
            return b"value"

        first = asyncio.create_task(cache.once("k", LIFE, forever))
        await began.wait()
        second = asyncio.create_task(cache.once("k", LIFE, make))
        first.cancel()
        async with asyncio.timeout(2):
            assert await second == b"value"

    async def test_what_was_made_is_kept_by_who_is_cancelled_while_the_store_is_away(self, store):
        cache, made = RedisCache(store), 0

        async def make() -> bytes:
            nonlocal made
            made += 1
            await away(store, 2 * SHORT)
            return b"bought"

        first = asyncio.create_task(cache.once("k", LIFE, make))
        while not made:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        first.cancel()
        assert await cache.once("k", LIFE, make) == b"bought"
        assert made == 1
        with pytest.raises(asyncio.CancelledError):
            await first


class TestPace:
    RULES: ClassVar = {
        "arxiv": OneAtATime(timedelta(milliseconds=100), hold=SHORT),
        "content": Bursts(4, timedelta(milliseconds=100), timedelta(milliseconds=100)),
        "post": Bursts(1, timedelta(milliseconds=50)),
    }

    @pytest.fixture
    async def paces(self, redis_url, store):
        async with Redis(redis_url) as other:
            yield [RedisPace(store, self.RULES), RedisPace(Store(other), self.RULES)]

    async def test_arxiv_is_one_connection_and_so_far_apart_over_processes(self, paces):
        starts, inside = [], 0

        async def request(pace: RedisPace) -> None:
            nonlocal inside
            async with pace.slot("arxiv"):
                starts.append(time.monotonic())
                inside += 1
                assert inside == 1
                await asyncio.sleep(0.03)
                inside -= 1

        await asyncio.gather(*(request(paces[n % 2]) for n in range(6)))
        assert min([after - before for before, after in pairwise(starts)]) > 0.095
        assert starts[-1] - starts[0] < 2

    async def test_content_comes_in_bursts_with_a_rest(self, paces):
        starts = []

        async def request(pace: RedisPace) -> None:
            async with pace.slot("content"):
                starts.append(time.monotonic())

        began = time.monotonic()
        await asyncio.gather(*(request(paces[n % 2]) for n in range(10)))
        times = sorted(start - began for start in starts)
        # The rule's own times from below; from above only that it does not stall, because the machine may be busy.
        # (Who wakes late by less than 50 ms does not shift the rest.)
        assert times[4] - times[0] > 0.12
        assert times[8] - times[4] > 0.12
        assert times[9] < 3

    async def test_each_channel_has_its_own_pace(self, paces):
        began = time.monotonic()

        async def post(channel: str, count: int) -> None:
            for _ in range(count):
                async with paces[0].slot(f"post:slack:{channel}"):
                    pass

        await asyncio.gather(*(post(f"C{n}", 3) for n in range(20)))
        assert 0.1 <= time.monotonic() - began < 3, "twenty channels one after the other would take longer"
        assert not paces[0]._here, "nothing is kept of a channel in which nobody waits"

    async def test_a_holder_that_died_frees_it_by_expiry(self, paces, store):
        await store.redis.do("SET", "paperboy:pace:arxiv:holder", "dead", "PX", 300)
        began = time.monotonic()
        async with paces[0].slot("arxiv"):
            assert 0.2 < time.monotonic() - began < 2

    async def test_a_long_request_keeps_it(self, paces):
        order = []

        async def long() -> None:
            async with paces[0].slot("arxiv"):
                order.append("long begins")
                await asyncio.sleep(3 * SHORT.total_seconds())
                order.append("long ends")

        async def other() -> None:
            await asyncio.sleep(0.05)
            async with paces[1].slot("arxiv"):
                order.append("other")

        await asyncio.gather(long(), other())
        assert order == ["long begins", "long ends", "other"]

    async def test_the_rules_are_those_of_arxiv_and_the_platforms(self):
        from bot.store.limits.pace import RULES

        second = timedelta(seconds=1)
        assert RULES["arxiv"] == OneAtATime(3 * second)
        assert RULES["arxiv-content"] == Bursts(4, second, second)
        assert RULES["post"] == Bursts(1, 1.05 * second)


class TestBudget:
    async def test_a_cap_holds_over_processes_before_calls_are_made(self, redis_url, store, clock):
        async with Redis(redis_url) as other:
            budgets = [RedisBudget(store, daily=1.0), RedisBudget(Store(other, clock), daily=1.0)]
            asked = [budgets[n % 2].reserve("slack:C1", Usage(usd=0.3)) for n in range(10)]
            results = await asyncio.gather(*asked, return_exceptions=True)
        refused = [r for r in results if isinstance(r, OverBudget)]
        assert len(refused) == 7
        assert refused[0].until == datetime(2026, 1, 31, tzinfo=UTC)

    async def test_what_a_call_did_not_cost_is_free_again(self, store):
        budget = RedisBudget(store, daily=1.0)
        ticket = await budget.reserve("slack:C1", Usage(usd=0.9))
        with pytest.raises(OverBudget, match="What is left of the day's budget"):
            await budget.reserve("slack:C1", Usage(usd=0.2))
        await budget.settle(ticket, Usage(1, 1000, 200, 50, 0.1))
        await budget.reserve("slack:C1", Usage(usd=0.8))
        assert await budget.used() == pytest.approx(0.1)

    async def test_a_channels_cap_is_its_own(self, store):
        budget = RedisBudget(store, daily=10.0, each=0.5)
        await budget.settle(await budget.reserve("slack:C1", Usage(usd=0.4)), Usage(1, usd=0.4))
        with pytest.raises(OverBudget, match="What is left of this channel's budget"):
            await budget.reserve("slack:C1", Usage(usd=0.2))
        await budget.reserve("slack:C2", Usage(usd=0.2))
        assert await budget.used("slack:C1") == pytest.approx(0.8)

    async def test_a_cap_of_nothing_is_reached_before_the_first_call(self, store):
        assert await RedisBudget(store, daily=0.0).used("slack:C1") == 1
        assert await RedisBudget(store, daily=10.0, each=0.0).used("slack:C1") == 1

    async def test_a_dead_process_gives_its_reservation_back(self, store, clock):
        budget = RedisBudget(store, daily=1.0)
        ticket = await budget.reserve("slack:C1", Usage(usd=0.9))
        clock.forward(timedelta(minutes=11))
        await budget.reserve("slack:C1", Usage(usd=0.9))
        await budget.settle(ticket, Usage(1, usd=0.7))  # it was only slow: it counts all the same
        assert (await store.spending(clock().date())).total.usd == pytest.approx(0.7)

    async def test_settling_twice_counts_once(self, store, clock):
        budget = RedisBudget(store)
        ticket = await budget.reserve("slack:C1", Usage())
        for _ in range(2):
            await budget.settle(ticket, Usage(1, 100, 0, 10, 0.1))
        assert (await store.spending(clock().date())).total.calls == 1

    async def test_what_was_spent_by_payer_and_stage_by_day_and_month(self, store, clock):
        budget = RedisBudget(store)
        for day in (30, 31):
            clock.time = datetime(2026, 1, day, 12, tzinfo=UTC)
            for payer, stage, usd in (
                ("slack:C1", "rank", 0.1),
                ("slack:C1", "analyse", 0.2),
                ("discord:1:2", "rank", 0.3),
            ):
                with booked(payer, stage):
                    await budget.settle(await budget.reserve(payer, Usage(usd=usd)), Usage(1, 100, 10, 5, usd))
        day_ = await store.spending("2026-01-31")
        month = await store.spending("2026-01")
        assert day_.by["slack:C1", "analyse"] == Usage(1, 100, 10, 5, 0.2)
        assert day_.by_payer()["slack:C1"].calls == 2
        assert month.by_stage()["rank"] == Usage(4, 400, 40, 20, 0.8)
        assert month.total.usd == pytest.approx(1.2)
        assert (await store.spending("2025-12")).total == Usage()

    async def test_without_a_price_tokens_alone_are_counted(self, store, clock):
        budget = RedisBudget(store, daily=1.0)
        await budget.settle(await budget.reserve("slack:C1", Usage(1, 100, usd=None)), Usage(1, 100, 0, 5, None))
        assert (await store.spending(clock().date())).total == Usage(1, 100, 0, 5, None)


class TestPauses:
    async def test_what_one_process_was_asked_for_holds_for_all_with_its_token(self, store):
        one, other, stranger = (RedisPauses(store, token) for token in ("xoxb-1", "xoxb-1", "xoxb-2"))
        await one.put("chat.update", 30)
        await one.put("chat.update", 2)
        left, length = await other.left(["users.info", "chat.update"])
        assert 29 < left <= 30
        assert length == 30
        assert await other.left(["users.info"]) == await stranger.left(["chat.update"]) == (0.0, 0.0)

    async def test_it_ends_by_itself_and_no_token_or_name_stands_in_the_store(self, store):
        await RedisPauses(store, "xoxb-secret").put("POST /webhooks/token", 7)
        [name] = await store.redis.do("KEYS", "*pause*")
        assert b"secret" not in name
        assert b"webhook" not in name
        assert 0 < await store.redis.do("PTTL", name) <= 7_000

    async def test_a_store_that_is_away_holds_nobody_back_for_long(self, store):
        pauses = RedisPauses(store, "xoxb-1")
        await away(store, timedelta(seconds=1.5))
        began = time.monotonic()
        assert await pauses.left(["chat.update"]) == (0.0, 0.0)
        assert time.monotonic() - began < 1.4
