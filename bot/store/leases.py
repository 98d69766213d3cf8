"""Leases: the right to do something, for a while, held by a token and renewed in the background.

A holder that dies or freezes loses it by expiry. A holder that was frozen cannot know that until it looks: `sure(seconds)` tells by the
machine's own clock (which runs on through a stop and a suspension) whether the lease still has so long to go.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

from bot.redis_home import StoreUnavailable
from bot.store.base import Base, key, millis
from bot.store.redis import Script
from digest.errors import PaperboyError

log = logging.getLogger(__name__)

TAKE = Script("""
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0
""")
RENEW = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
)
DROP = Script("if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0")
LONGEST_PAUSE = 0.5
GIVE_BACK = 5.0
"""Seconds."""


class LeaseLost(PaperboyError):
    """Another process may be at it now."""


class LeaseBusy(PaperboyError):
    """Another process is at it."""


def boot_clock() -> float:
    """Seconds that also run while the machine sleeps, where the platform has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Lease:
    """One holding. Made by `Leases.lease`."""

    def __init__(self, store: Base, name: str, life: timedelta) -> None:
        self.name = name
        self.key = lease_key(name)
        self.token = uuid4().hex
        self.life = life
        self._store = store
        self._until = 0.0

    def sure(self, seconds: float = 0) -> bool:
        """It is held for so long yet, counted from before the request that took it."""
        return boot_clock() + seconds < self._until

    async def take(self) -> bool:
        """Takes it if it is free. Whoever takes a lease anew must look anew at what it guards."""
        return await self._ask(TAKE)

    async def renew(self) -> bool:
        """Only what is still ours: one that ran out is not taken again unnoticed."""
        return await self._ask(RENEW)

    async def _ask(self, script: Script) -> bool:
        before = boot_clock()
        held = await self._store.redis.run(script, [self.key], [self.token, millis(self.life)])
        self._until = before + self.life.total_seconds() if held else 0.0
        return bool(held)

    async def drop(self) -> None:
        self._until = 0.0
        await self._store.redis.run(DROP, [self.key], [self.token])


def lease_key(name: str) -> str:
    return key("lease", name)


class Leases(Base):
    async def free_leases(self) -> None:
        """For whoever knows that no other process lives: what the dead ones held need not be waited for."""
        held = [*await self.redis.scan(key("lease", "*")), *await self.redis.scan(key("pace", "*", "holder"))]
        if held:
            await self.redis.do("DEL", *held)

    @contextlib.asynccontextmanager
    async def lease(
        self, name: str, life: timedelta = timedelta(seconds=60), *, wait: timedelta | None = None, strict: bool = True
    ) -> AsyncIterator[Lease]:
        """Waits for the lease (at most `wait`, then LeaseBusy), renews it in the background and gives it back.

        Once it is lost the body is cancelled and LeaseLost is raised; with `strict=False` the body looks for itself (`Lease.sure`).
        """
        lease = Lease(self, name, life)
        await _wait_for(lease, wait)
        body = asyncio.current_task()
        assert body is not None
        lost = asyncio.Event()
        renewal = asyncio.create_task(_renew(lease, body if strict else None, lost), name=f"lease {name}")
        try:
            yield lease
        except BaseException as error:
            ours = strict and lost.is_set() and body.uncancel() == 0
            if ours and isinstance(error, asyncio.CancelledError):
                raise LeaseLost(f"Another process has taken over: {name}.") from None
            raise
        finally:
            renewal.cancel()
            await _give_back(lease)


async def _give_back(lease: Lease) -> None:
    """What cannot be given back ends by expiry."""
    with contextlib.suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(GIVE_BACK):
            await asyncio.shield(lease.drop())


async def _wait_for(lease: Lease, wait: timedelta | None) -> None:
    ends = None if wait is None else time.monotonic() + wait.total_seconds()
    pause = 0.02
    try:
        while not await lease.take():
            if ends is not None and time.monotonic() >= ends:
                raise LeaseBusy(f"Another process is at it: {lease.name}.")
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
            pause = min(2 * pause, LONGEST_PAUSE)
    except asyncio.CancelledError:  # the request under way may have taken it
        await _give_back(lease)
        raise


async def _renew(lease: Lease, body: asyncio.Task[object] | None, lost: asyncio.Event) -> None:
    third = lease.life.total_seconds() / 3
    held = True
    while held or body is None:
        await asyncio.sleep(third)
        try:
            async with asyncio.timeout(third):
                held = await lease.renew()
        except (StoreUnavailable, TimeoutError):
            held = lease.sure()
    log.warning("event=lease-lost name=%s", lease.name)
    lost.set()
    if body is not None:
        body.cancel()
