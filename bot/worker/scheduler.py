"""The scheduler: APScheduler says when a channel's daily run is due, and the queue does the rest.

One process schedules at a time, by a lease. Jobs live in memory and follow the subscriptions, which
are re-read every `REFRESH_EVERY` seconds. Some minutes before a run its digest is made ahead. Each
refresh also begins the last due run of a channel if nobody has begun it, once, however many days
were missed. A new scheduler queues a run again that was begun and has not ended; the queue ignores
it if it is there. So a kill between store and queue loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.core.ids import RunKey
from bot.core.schedule import Due, latest_due, next_run, roundup_due
from bot.core.subscription import Subscription
from bot.digests.roundup import KINDS
from bot.store import LeaseBusy, LeaseLost, RunState, Store, StoreUnavailable
from digest.arxiv import calendar
from digest.errors import for_log, trace

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
REFRESH_EVERY = 15.0
"""Seconds between two readings of the subscriptions."""
GRACE = int(timedelta(hours=12).total_seconds())
CATCH_UP_WITHIN = timedelta(days=3)
"""How late a missed run is still made. The next run takes up the papers of older ones."""
MIN_AHEAD, MAX_AHEAD = timedelta(minutes=2), timedelta(minutes=30)
"""How long before its time a digest is begun."""
USUAL_DURATION = timedelta(minutes=5)
LOOK_HOUR = 6
"""The hour of the day, UTC, from which watched papers are looked up."""
RETRY_AFTER = 1.0
"""Seconds until a scheduler that had to stop asks for the lease again."""

AddTask = Callable[[str, str], Awaitable[object]]
"""Adds a task of `bot.worker.jobs` and its id to the queue. Safe to call twice."""


class RunScheduler:
    def __init__(self, store: Store, add: AddTask, now: Callable[[], datetime]) -> None:
        self._store = store
        self._add = add
        self._last_roundup: dict[tuple[str, str], Due] = {}
        """By subscription and kind: the last round-up that was begun."""
        self._looked: date | None = None
        self._now = now
        self._scheduled: dict[str, Subscription] = {}
        self._last_begun: dict[str, Due] = {}
        """By subscription: the last due run that was begun, here or elsewhere."""
        self._last_ahead: dict[str, datetime] = {}
        """By subscription: the moment of the last run whose digest was to be made ahead."""

    async def run(self) -> None:
        """Runs until cancelled. Waits while another process schedules or the store is away."""
        while True:
            try:
                async with self._store.lease("clock", LEASE, wait=timedelta(seconds=60)):
                    await self._schedule_runs()
            except (LeaseBusy, LeaseLost, StoreUnavailable) as error:
                log.info("event=clock_elsewhere cause=%s", type(error).__name__)
                await asyncio.sleep(RETRY_AFTER)

    async def _schedule_runs(self) -> None:
        """Never returns. Raises what a refresh raises."""
        scheduler = AsyncIOScheduler()
        failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def refresh() -> None:
            try:
                await self.refresh(scheduler)
            except Exception as error:  # noqa: BLE001  # APScheduler would only log it
                if not failure.done():
                    failure.set_exception(error)

        every = IntervalTrigger(seconds=REFRESH_EVERY)
        scheduler.add_job(refresh, every, next_run_time=datetime.now(UTC), misfire_grace_time=None, coalesce=True)
        self._scheduled, self._last_begun = {}, {}
        scheduler.start()
        log.info("event=clock_started")
        try:
            await failure
        finally:
            scheduler.shutdown(wait=False)

    async def refresh(self, scheduler: AsyncIOScheduler) -> None:
        """Updates the jobs and begins missed runs. A broken subscription stops no other."""
        current = {s.key: s for s in await self._store.subscriptions() if not s.paused and s.days and s.created}
        for key in self._scheduled.keys() - current.keys():
            scheduler.remove_job(key)
            del self._scheduled[key]
        for key, subscription in current.items():
            try:
                if self._scheduled.get(key) != subscription:
                    self._schedule(scheduler, subscription)
                    self._scheduled[key] = subscription
                await self.catch_up(subscription)
                await self._prepare(subscription)
                await self._round_up(subscription)
            except (LookupError, ValueError, OSError) as error:  # an unknown timezone, an invalid time
                log.error("event=not_scheduled subscription=%s\n%s", key, trace(error))  # noqa: TRY400  # without messages

        await self._look_after()

    async def _look_after(self) -> None:
        """Begins the day's look, once arXiv's list is out."""
        now = self._now().astimezone(UTC)
        if now.hour >= LOOK_HOUR and self._looked != now.date():
            await self._add("look", now.date().isoformat())
            self._looked = now.date()

    def _schedule(self, scheduler: AsyncIOScheduler, subscription: Subscription) -> None:
        hour, minute = subscription.time.split(":")
        trigger = CronTrigger(
            day_of_week=",".join(subscription.days), hour=hour, minute=minute, timezone=ZoneInfo(subscription.timezone)
        )
        scheduler.add_job(
            self._fire,
            trigger,
            args=(subscription,),
            id=subscription.key,
            replace_existing=True,
            misfire_grace_time=GRACE,
            coalesce=True,
        )

    async def _fire(self, subscription: Subscription) -> None:
        """Begins a due run. The next refresh retries what fails here."""
        try:
            current = await self._store.subscription(subscription.key)
            if current is not None and not current.paused:
                await self.catch_up(current)
        except StoreUnavailable as error:
            log.warning("event=clock_waits subscription=%s cause=%r", subscription.key, for_log(error))

    async def _prepare(self, subscription: Subscription) -> None:
        """Has the next digest made shortly before its time, if the list that it will show is out.
        How long before: one and a half times what the last one took, and a margin."""
        now, key = self._now(), subscription.key
        due = next_run(subscription, now)
        if due is None or due - now > MAX_AHEAD or self._last_ahead.get(key) == due:
            return
        taken = await self._store.duration(key) or USUAL_DURATION
        if due - now <= min(max(taken * 1.5 + MIN_AHEAD, MIN_AHEAD), MAX_AHEAD):
            self._last_ahead[key] = due
            if calendar.latest_list(now) == calendar.latest_list(due):
                log.info("event=made_before_time subscription=%s due=%s", key, due.isoformat())
                await self._add("ahead", str(RunKey(key, subscription.local_date(due), "daily")))

    async def _round_up(self, subscription: Subscription) -> None:
        """Begins the newest round-ups that are due. The queue ignores those that are out."""
        for kind in KINDS:
            due, name = roundup_due(subscription, kind, self._now()), (subscription.key, kind)
            if due is None or self._last_roundup.get(name) == due:
                continue
            if self._now() - due.at <= CATCH_UP_WITHIN:
                await self._add("roundup", str(RunKey(subscription.key, due.day, kind)))
            self._last_roundup[name] = due

    async def catch_up(self, subscription: Subscription) -> None:
        """Begins the newest due run unless it has ended already."""
        due = latest_due(subscription, self._now())
        if due is None or self._last_begun.get(subscription.key) == due:
            return
        if self._now() - due.at <= CATCH_UP_WITHIN:
            run = await self._store.run_state(subscription.key, due.day, "daily")
            if run is None or run.state is RunState.OPEN:
                log.info("event=due subscription=%s date=%s", subscription.key, due.day)
                run = await self._store.begin_run(subscription.key, due.day, "daily")
                await self._add("digest", run.key)
        self._last_begun[subscription.key] = due
