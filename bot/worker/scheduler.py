"""The clock: APScheduler says when a channel's daily run is due, and the queue does the rest. One clock at a time, by a lease.

Jobs live in memory and are made from the subscriptions, again whenever those change. What was due while no clock ran is found at the
start and by every look at the subscriptions: the last due moment whose run was never begun is begun, once, however many days were missed.
A run that was begun and is not ended is put into the queue again by a new clock, where it joins itself if it is there: so nothing is lost
between the store and the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.core.schedule import Due, latest_due
from bot.core.subscription import Subscription
from bot.store import LeaseBusy, LeaseLost, RunState, Store, StoreUnavailable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
LOOK = 15.0
"""Seconds between two looks at the subscriptions."""
GRACE = int(timedelta(hours=12).total_seconds())
CAUGHT_UP = timedelta(days=3)
"""Older than this, a missed run is not made any more: what it would have shown is taken up by the next."""
AGAIN = 1.0
"""Seconds until a clock that had to stop tries to be the clock again."""

Begin = Callable[[Subscription, date], Awaitable[None]]
"""Begins the daily run of a local date; called twice, it does no harm."""


class RunScheduler:
    def __init__(self, store: Store, begin: Begin, now: Callable[[], datetime]) -> None:
        self._store = store
        self._begin = begin
        self._now = now
        self._jobs: dict[str, Subscription] = {}
        self._seen_to: dict[str, Due] = {}
        """By subscription: the due run that was begun, or found begun, last."""

    async def run(self) -> None:
        """Until cancelled. Waits while another process is the clock, and takes over when that ends; waits for a store that is away."""
        while True:
            try:
                async with self._store.lease("clock", LEASE, wait=timedelta(seconds=60)):
                    await self._tick()
            except (LeaseBusy, LeaseLost, StoreUnavailable) as error:
                log.info("event=clock_elsewhere cause=%s", type(error).__name__)
                await asyncio.sleep(AGAIN)

    async def _tick(self) -> None:
        scheduler = AsyncIOScheduler()
        scheduler.start()
        self._jobs, self._seen_to = {}, {}
        log.info("event=clock_started")
        try:
            while True:
                await self.look(scheduler)
                await asyncio.sleep(LOOK)
        finally:
            scheduler.shutdown(wait=False)

    async def look(self, scheduler: AsyncIOScheduler) -> None:
        """Makes the jobs what the subscriptions say, and catches up on what was missed. One that cannot be read stops no other."""
        current = {s.key: s for s in await self._store.subscriptions() if not s.paused and s.days and s.created}
        for key in self._jobs.keys() - current.keys():
            scheduler.remove_job(key)
            del self._jobs[key]
        for key, subscription in current.items():
            try:
                if self._jobs.get(key) != subscription:
                    self._schedule(scheduler, subscription)
                    self._jobs[key] = subscription
                await self.catch_up(subscription)
            except (
                LookupError,
                ValueError,
                OSError,
            ):  # a timezone that this machine no longer knows, a time that is none
                log.exception("event=not_scheduled subscription=%s", key)

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
        """At the moment itself, as the subscription is by then. What fails here is done by the next look."""
        try:
            current = await self._store.subscription(subscription.key)
            if current is not None and not current.paused:
                await self.catch_up(current)
        except StoreUnavailable as error:
            log.warning("event=clock_waits subscription=%s cause=%r", subscription.key, str(error))

    async def catch_up(self, subscription: Subscription) -> None:
        """Begins the newest run that is due and was not begun yet."""
        due = latest_due(subscription, self._now())
        if due is None or self._seen_to.get(subscription.key) == due:
            return
        if self._now() - due.at <= CAUGHT_UP:
            run = await self._store.run_state(subscription.key, due.day, "daily")
            if run is None or run.state is RunState.OPEN:
                log.info("event=due subscription=%s date=%s", subscription.key, due.day)
                await self._begin(subscription, due.day)
        self._seen_to[subscription.key] = due
