"""The clock over a real store: what is due is begun once, whoever is the clock, whatever was missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.chat import Place
from bot.core.ids import RunKey
from bot.core.schedule import next_run
from bot.core.subscription import Subscription
from bot.store import Redis, RunState, Store, StoreUnavailable
from bot.worker.scheduler import RunScheduler
from tests.deadline import until

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FRIDAY = date(2026, 1, 30)


def a_subscription(channel: str = "C1", **values) -> Subscription:
    return Subscription(Place("slack", channel), **{"created": LONG_AGO, "time": "08:30", **values})


class Begun:
    """The queue: remembers the daily runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.runs: list[tuple[str, date]] = []

    async def __call__(self, task: str, name: str) -> None:
        if task == "digest":
            run = RunKey.parse(name)
            assert await self.store.run_state(run.subscription, run.day, run.kind)
            self.runs.append((run.subscription, run.day))


@pytest.fixture
def begun(store):
    return Begun(store)


@pytest.fixture
def run_scheduler(store, begun, clock):
    return RunScheduler(store, begun, clock)


@pytest.fixture
async def scheduler():
    made = AsyncIOScheduler()
    made.start()
    yield made
    made.shutdown(wait=False)


@asynccontextmanager
async def running(clock: RunScheduler) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(clock.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class TestCatchingUp:
    async def test_down_at_the_time_it_begins_the_run_at_the_start_once(self, store, begun, clock, scheduler):
        await store.save_subscription(a_subscription())
        for _ in range(2):  # two starts
            again = RunScheduler(store, begun, clock)
            await again.refresh(scheduler)
            await again.refresh(scheduler)
            await store.end_run(await store.begin_run("slack:C1", FRIDAY, "daily"), RunState.DONE)
        assert begun.runs == [("slack:C1", FRIDAY)]

    async def test_several_missed_days_make_one_run(self, store, begun, run_scheduler, clock, scheduler):
        await store.save_subscription(a_subscription())
        await run_scheduler.refresh(scheduler)
        clock.forward(timedelta(days=4))
        await run_scheduler.refresh(scheduler)
        assert [day for _, day in begun.runs] == [FRIDAY, date(2026, 2, 3)]

    async def test_what_was_missed_three_days_ago_is_left_to_the_next_run(
        self, store, begun, run_scheduler, clock, scheduler
    ):
        await store.save_subscription(a_subscription(days=("mon",)))
        await run_scheduler.refresh(scheduler)  # Monday was on the 26th
        assert begun.runs == []
        clock.forward(timedelta(days=3))
        await run_scheduler.refresh(scheduler)
        assert begun.runs == [("slack:C1", date(2026, 2, 2))]

    async def test_before_its_time_and_before_its_creation_nothing_is_due(self, store, begun, run_scheduler, scheduler):
        await store.save_subscription(a_subscription("C1", time="09:01", created=datetime(2026, 1, 30, tzinfo=UTC)))
        await store.save_subscription(a_subscription("C2", created=datetime(2026, 1, 30, 8, 31, tzinfo=UTC)))
        await run_scheduler.refresh(scheduler)
        assert begun.runs == []

    async def test_a_run_that_was_begun_and_is_not_ended_is_put_in_again_by_a_new_clock(
        self, store, begun, run_scheduler, scheduler
    ):
        """Somebody may have been killed between the store and the queue."""
        await store.save_subscription(a_subscription())
        await store.begin_run("slack:C1", FRIDAY, "daily")
        await run_scheduler.refresh(scheduler)
        assert begun.runs == [("slack:C1", FRIDAY)]

    async def test_one_that_cannot_be_read_stops_no_other(self, store, begun, run_scheduler, scheduler):
        await store.save_subscription(a_subscription("C1", timezone="Mars/Olympus"))
        await store.save_subscription(a_subscription("C2"))
        await run_scheduler.refresh(scheduler)
        assert begun.runs == [("slack:C2", FRIDAY)]


class TestJobs:
    async def test_they_are_what_the_subscriptions_say_also_after_a_change(self, store, run_scheduler, scheduler):
        await store.save_subscription(a_subscription("C1"))
        await store.save_subscription(a_subscription("C2", paused=True))
        await store.save_subscription(a_subscription("C3", days=()))
        await run_scheduler.refresh(scheduler)
        assert [job.id for job in scheduler.get_jobs()] == ["slack:C1"]
        await store.save_subscription(a_subscription("C1", paused=True))
        await store.save_subscription(a_subscription("C2", time="10:15", timezone="Asia/Shanghai"))
        await run_scheduler.refresh(scheduler)
        [job] = scheduler.get_jobs()
        at = job.next_run_time.astimezone(ZoneInfo("Asia/Shanghai"))
        assert (job.id, f"{at:%H:%M}") == ("slack:C2", "10:15")
        await store.remove_subscription("slack:C2")
        await run_scheduler.refresh(scheduler)
        assert scheduler.get_jobs() == []

    async def test_a_job_is_late_for_hours_before_it_is_missed_and_runs_once(self, store, run_scheduler, scheduler):
        await store.save_subscription(a_subscription())
        await run_scheduler.refresh(scheduler)
        [job] = scheduler.get_jobs()
        assert job.misfire_grace_time >= 6 * 3600
        assert job.coalesce

    @pytest.mark.parametrize(
        ("time", "zone", "days"),
        [
            ("09:00", "Europe/Berlin", ("mon", "tue", "wed", "thu", "fri")),
            ("00:00", "America/New_York", ("sun",)),
            ("23:59", "Pacific/Auckland", ("mon", "sat")),
        ],
    )
    async def test_apscheduler_means_the_same_days_and_times_as_we_do(
        self, store, run_scheduler, scheduler, time, zone, days
    ):
        subscription = a_subscription(time=time, timezone=zone, days=days)
        await store.save_subscription(subscription)
        await run_scheduler.refresh(scheduler)
        [job] = scheduler.get_jobs()
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        for _ in range(40):
            fires = job.trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
            assert fires == next_run(subscription, moment)
            moment = fires

    async def test_at_a_time_that_occurs_twice_the_second_firing_begins_nothing(
        self, store, begun, run_scheduler, clock, scheduler
    ):
        """APScheduler fires at both half past ones of 1 November in New York."""
        subscription = a_subscription(time="01:30", timezone="America/New_York")
        await store.save_subscription(subscription)
        clock.time = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
        await run_scheduler.refresh(scheduler)
        begun.runs.clear()
        [job] = scheduler.get_jobs()
        first = job.trigger.get_next_fire_time(None, clock.time)
        second = job.trigger.get_next_fire_time(first, first)
        assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)
        for fires in (first, second):
            clock.time = fires.astimezone(UTC)
            await job.func(*job.args)
            await store.end_run(await store.begin_run("slack:C1", date(2026, 11, 1), "daily"), RunState.DONE)
        assert begun.runs == [("slack:C1", date(2026, 11, 1))]

    async def test_a_job_whose_subscription_just_paused_begins_nothing(
        self, store, begun, run_scheduler, clock, scheduler
    ):
        await store.save_subscription(a_subscription(time="09:01"))
        await run_scheduler.refresh(scheduler)
        begun.runs.clear()
        [job] = scheduler.get_jobs()
        await store.save_subscription(a_subscription(time="09:01", paused=True))
        clock.forward(timedelta(minutes=2))
        await job.func(*job.args)
        assert begun.runs == []

    async def test_it_fires_by_itself(self, store, begun, run_scheduler, clock, scheduler, monkeypatch):
        """The real scheduler, shortly before the real moment."""
        now = datetime.now(UTC)
        if now.second > 57:  # the minute would change under the test
            await asyncio.sleep(3.1)
            now = datetime.now(UTC)
        soon = (now + timedelta(minutes=1)).replace(second=0, microsecond=0)
        await store.save_subscription(a_subscription(time=f"{soon:%H:%M}", created=now))
        clock.time = now
        await run_scheduler.refresh(scheduler)
        assert begun.runs == []
        [job] = scheduler.get_jobs()
        assert job.next_run_time == soon
        clock.time = soon
        job.modify(next_run_time=datetime.now(UTC))
        await until(lambda: begun.runs == [("slack:C1", soon.date())])


class TestOneAtATime:
    async def test_of_two_clocks_one_works_and_the_other_takes_over(self, redis_url, store, clock, monkeypatch):
        monkeypatch.setattr("bot.worker.scheduler.REFRESH_EVERY", 0.02)
        await store.save_subscription(a_subscription())
        async with Redis(redis_url) as other_redis:
            first, second = Begun(store), Begun(Store(other_redis, clock))
            async with running(RunScheduler(second.store, second, clock)):
                await until(lambda: bool(second.runs))
                async with running(RunScheduler(store, first, clock)) as waiting:
                    await store.save_subscription(a_subscription("C2"))
                    await until(lambda: len(second.runs) == 2)
                    assert first.runs == []
                    assert not waiting.done()
            async with running(RunScheduler(store, first, clock)):
                await store.save_subscription(a_subscription("C3"))
                await until(lambda: ("slack:C3", FRIDAY) in first.runs)

    async def test_a_clock_that_lost_its_lease_becomes_the_clock_again(self, store, begun, clock, monkeypatch):
        monkeypatch.setattr("bot.worker.scheduler.LEASE", timedelta(seconds=0.3))
        monkeypatch.setattr("bot.worker.scheduler.RETRY_AFTER", 0.05)
        monkeypatch.setattr("bot.worker.scheduler.REFRESH_EVERY", 0.02)
        async with running(RunScheduler(store, begun, clock)):
            await asyncio.sleep(0.1)
            await store.redis.do("SET", "paperboy:lease:clock", "another", "PX", 600)  # as after a freeze
            await store.save_subscription(a_subscription())
            await until(lambda: bool(begun.runs))

    async def test_a_store_that_is_away_is_waited_for(self, redis_url, clock, monkeypatch):
        monkeypatch.setattr("bot.worker.scheduler.RETRY_AFTER", 0.05)

        class Away(Store):
            times = 3

            async def subscriptions(self) -> list[Subscription]:
                self.times -= 1
                if self.times > 0:
                    raise StoreUnavailable("The store does not answer.")
                return await super().subscriptions()

        async with Redis(redis_url) as redis:
            away = Away(redis, clock)
            begun = Begun(away)
            await away.save_subscription(a_subscription())
            async with running(RunScheduler(away, begun, clock)):
                await until(lambda: bool(begun.runs))


async def test_new_times_hold_from_now_on_whoever_sets_them(store, begun, run_scheduler, clock, scheduler):
    """At nine, a channel that runs at noon is set to half past eight: today's run is not caught up on, tomorrow's comes."""
    noon = a_subscription(time="12:00")
    await store.save_subscription(noon)
    await run_scheduler.refresh(scheduler)
    begun.runs.clear()
    await store.save_subscription(replace(noon, time="08:30"))
    await run_scheduler.refresh(scheduler)
    assert begun.runs == []
    clock.forward(timedelta(days=1))
    await run_scheduler.refresh(scheduler)
    assert begun.runs == [("slack:C1", date(2026, 1, 31))]
