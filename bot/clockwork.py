"""The clock: APScheduler says when a channel's daily run is due, and the queue does the rest. One clock at a time, by a lease.

Jobs live in memory and are made from the subscriptions, again whenever those change. What was due while no clock ran is found at the
start and by every look at the subscriptions: the last due moment whose run was never begun is begun, once, however many days were missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.schedule import last_due
from bot.store import LeaseBusy, LeaseLost, Store
from bot.subscription import Subscription

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
LOOK = 15.0
"""Seconds between two looks at the subscriptions."""
GRACE = int(timedelta(hours=12).total_seconds())
CAUGHT_UP = timedelta(days=3)
"""Older than this, a missed run is not made any more: what it would have shown is taken up by the next."""


class Clock:
    def __init__(
        self, store: Store, begin: Callable[[Subscription, datetime], Awaitable[None]], now: Callable[[], datetime]
    ) -> None:
        """`begin` starts the daily run of a subscription for the local date of a due moment; called twice, it does no harm."""
        self._store = store
        self._begin = begin
        self._now = now
        self._jobs: dict[str, Subscription] = {}

    async def run(self) -> None:
        """Until cancelled. Waits while another process is the clock, and takes over when that ends."""
        while True:
            try:
                async with self._store.lease("clock", LEASE, wait=timedelta(seconds=60)):
                    await self._tick()
            except (LeaseBusy, LeaseLost) as error:
                log.info("event=clock_elsewhere cause=%s", type(error).__name__)
                await asyncio.sleep(1)

    async def _tick(self) -> None:
        scheduler = AsyncIOScheduler()
        scheduler.start()
        self._jobs = {}
        log.info("event=clock_started")
        try:
            while True:
                await self.look(scheduler)
                await asyncio.sleep(LOOK)
        finally:
            scheduler.shutdown(wait=False)

    async def look(self, scheduler: AsyncIOScheduler) -> None:
        """Makes the jobs what the subscriptions say, and catches up on what was missed."""
        current = {s.key: s for s in await self._store.subscriptions() if not s.paused and s.days and s.created}
        for key in self._jobs.keys() - current.keys():
            scheduler.remove_job(key)
        for key, subscription in current.items():
            if self._jobs.get(key) != subscription:
                self._schedule(scheduler, subscription)
            await self.catch_up(subscription)
        self._jobs = current

    def _schedule(self, scheduler: AsyncIOScheduler, subscription: Subscription) -> None:
        hour, minute = subscription.time.split(":")
        trigger = CronTrigger(
            day_of_week=",".join(subscription.days), hour=hour, minute=minute, timezone=ZoneInfo(subscription.timezone)
        )
        scheduler.add_job(
            self.catch_up,
            trigger,
            args=(subscription,),
            id=subscription.key,
            replace_existing=True,
            misfire_grace_time=GRACE,
            coalesce=True,
        )

    async def catch_up(self, subscription: Subscription) -> None:
        """Begins the newest run that is due and was not begun yet."""
        due = last_due(subscription, self._now())
        if due is None or self._now() - due > CAUGHT_UP:
            return
        day = due.astimezone(ZoneInfo(subscription.timezone)).date()
        if await self._store.run_state(subscription.key, day, "daily") is None:
            log.info("event=due subscription=%s date=%s", subscription.key, day)
            await self._begin(subscription, due)
