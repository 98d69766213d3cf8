"""Leases: the exclusive right to a piece of work, held by a token and renewed in the background.

A holder that dies or freezes loses its lease by expiry. A holder that was frozen finds out by
`Lease.is_held(seconds)`, which compares with the machine's own clock; that clock runs on through a
stop or a suspension.

While the store is unavailable every lease expires and no process can take one; `LeasePolicy`
says what the holder does then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from enum import StrEnum
from uuid import uuid4

from bot.core.clock import boot_clock
from bot.store.embedded.directory import StoreUnavailable
from bot.store.redis import Base, Script, key, millis
from digest.errors import PaperboyError

log = logging.getLogger(__name__)

TAKE = Script("""
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3]) end
  return 1
end
return 0
""")
"""Keys: the lease, its last holder. Arguments: token, life, how long to remember the last
holder."""
RESUME = Script("""
local holder = redis.call('GET', KEYS[1]) or redis.call('GET', KEYS[2])
if holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return 1
""")
"""Takes an expired lease again if no other process has held it since."""
RENEW = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
)
DROP = Script("""
for _, name in ipairs(KEYS) do
  if redis.call('GET', name) == ARGV[1] then redis.call('DEL', name) end
end
return 1
""")
"""Also forgets the last holder, so that a late renewal does not take the lease again."""
MAX_PAUSE = 0.5
HOLDER_MEMORY = timedelta(minutes=10)
"""How long the last holder is remembered: longer than an unavailable store is retried."""
RELEASE_TIMEOUT = 5.0
"""Seconds."""
AGAIN = 0.3
"""Seconds between renewals while the store does not answer. They are short, so that the holder is
first when it is back."""


class LeaseLost(PaperboyError):
    """Another process may hold it now."""


class LeaseBusy(PaperboyError):
    """Another process holds it."""


class LeasePolicy(StrEnum):
    """Decides when the body of a lease is cancelled."""

    STRICT = "strict"
    """Cancelled once another process may hold the lease: for work that must not be done twice."""
    THROUGH_OUTAGES = "through outages"
    """Cancelled once another process holds the lease, and not by an outage: for costly work that
    may be repeated."""
    UNWATCHED = "unwatched"
    """Never cancelled: the body checks `Lease.is_held` itself."""


class Lease:
    """Made by `Leases.lease`."""

    def __init__(self, store: Base, name: str, life: timedelta, policy: LeasePolicy = LeasePolicy.STRICT) -> None:
        self.name = name
        self.policy = policy
        self.key = lease_key(name)
        self.token = uuid4().hex
        self.life = life
        self._keys = [self.key, key("leased", name)]
        self._store = store
        self._until = 0.0

    def is_held(self, seconds: float = 0) -> bool:
        """Returns whether the lease lasts that long, counted from before the request that took
        it."""
        return boot_clock() + seconds < self._until

    def remaining(self) -> float:
        """Returns the seconds that remain."""
        return max(0.0, self._until - boot_clock())

    async def acquire(self) -> bool:
        """Takes the lease if it is free. The caller must then read again what the lease guards."""
        return await self._ask(TAKE)

    async def renew(self) -> bool:
        """Returns False if the lease has expired. With THROUGH_OUTAGES it is retaken if no other
        process has held it."""
        return await self._ask(RESUME if self.policy is LeasePolicy.THROUGH_OUTAGES else RENEW)

    async def _ask(self, script: Script) -> bool:
        before = boot_clock()
        remembered = millis(HOLDER_MEMORY) if self.policy is LeasePolicy.THROUGH_OUTAGES else 0
        held = await self._store.redis.run(script, self._keys, [self.token, millis(self.life), remembered])
        self._until = before + self.life.total_seconds() if held else 0.0
        return bool(held)

    async def release(self) -> None:
        self._until = 0.0
        await self._store.redis.run(DROP, self._keys, [self.token])


def lease_key(name: str) -> str:
    return key("lease", name)


class Leases(Base):
    async def free_leases(self) -> None:
        """Deletes all leases. Only for a caller that knows that no other process lives."""
        held = [*await self.redis.scan(key("lease", "*")), *await self.redis.scan(key("pace", "*", "holder"))]
        if held:
            await self.redis.do("DEL", *held)

    @contextlib.asynccontextmanager
    async def lease(
        self,
        name: str,
        life: timedelta = timedelta(seconds=60),
        *,
        wait: timedelta | None = None,
        policy: LeasePolicy = LeasePolicy.STRICT,
    ) -> AsyncIterator[Lease]:
        """Waits for the lease (at most `wait`, then LeaseBusy) and renews it in the background.
        Once it is lost in the sense of `policy`, cancels the body and raises LeaseLost."""
        lease = Lease(self, name, life, policy)
        await _wait_for(lease, wait)
        body = asyncio.current_task()
        assert body is not None
        lost = asyncio.Event()
        cancelled = None if policy is LeasePolicy.UNWATCHED else body
        renewal = asyncio.create_task(_renew(lease, cancelled, lost), name=f"lease {name}")
        try:
            yield lease
        except BaseException as error:
            ours = cancelled is not None and lost.is_set() and body.uncancel() == 0
            if ours and isinstance(error, asyncio.CancelledError):
                raise LeaseLost(f"Another process has taken over: {name}.") from None
            raise
        finally:
            renewal.cancel()
            await _give_back(lease)


async def _give_back(lease: Lease) -> None:
    """Drops the lease; if that fails, it expires."""
    with contextlib.suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(RELEASE_TIMEOUT):
            await asyncio.shield(lease.release())


async def _wait_for(lease: Lease, wait: timedelta | None) -> None:
    ends = None if wait is None else time.monotonic() + wait.total_seconds()
    pause = 0.02
    try:
        while not await lease.acquire():
            if ends is not None and time.monotonic() >= ends:
                raise LeaseBusy(f"Another process is at it: {lease.name}.")
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
            pause = min(2 * pause, MAX_PAUSE)
    except asyncio.CancelledError:  # the request under way may have taken it
        await _give_back(lease)
        raise


async def _renew(lease: Lease, body: asyncio.Task[object] | None, lost: asyncio.Event) -> None:
    third = lease.life.total_seconds() / 3
    pause, held = third, True
    while held or body is None:
        await asyncio.sleep(pause)
        try:
            # The body must end before another process may begin.
            async with asyncio.timeout(
                min(third, lease.remaining()) if lease.policy is LeasePolicy.STRICT else max(third, 1)
            ):
                held = await lease.renew()
            pause = third
        except (StoreUnavailable, TimeoutError):
            held = lease.policy is LeasePolicy.THROUGH_OUTAGES or lease.is_held()
            pause = min(third, AGAIN)
    log.warning("event=lease_lost name=%s", lease.name)
    lost.set()
    if body is not None:
        body.cancel()
