"""The Cache over Redis. All processes together do equal work once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.core.ids import join_key
from bot.store.leases import MAX_PAUSE, LeaseBusy, LeasePolicy, Leases
from bot.store.redis import key, pack, seconds, unpack
from digest.errors import for_log

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=20)
"""The longest that others wait for a process that died while it made a value."""


class RedisCache:
    """A `digest.ports.Cache`."""

    def __init__(self, store: Leases) -> None:
        self._store = store
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, key: str) -> bytes | None:
        held = await self._store.redis.do("GET", _cached(key))
        return None if held is None else unpack(held)

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        if not keys:
            return []
        held = await self._store.redis.do("MGET", *(_cached(key) for key in keys))
        return [None if value is None else unpack(value) for value in held]

    async def put(self, key: str, value: bytes, life: timedelta) -> None:
        await self._store.redis.do("SET", _cached(key), pack(value), "EX", seconds(life))

    async def once(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Makes a value once: by a lock within the process and a lease between processes."""
        held = await self.get(key)
        if held is not None:
            return held
        lock = self._here.setdefault(key, asyncio.Lock())
        async with lock:
            pause = 0.02
            while True:
                held = await self.get(key)
                if held is not None:
                    return held
                try:
                    name = join_key("once", key)
                    async with self._store.lease(name, HOLD, wait=timedelta(0), policy=LeasePolicy.THROUGH_OUTAGES):
                        return await self._make(key, life, make)
                except LeaseBusy:
                    await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
                    pause = min(2 * pause, MAX_PAUSE)

    async def _make(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        held = await self.get(key)  # another process may have finished before our lease
        if held is None:
            held = await make()
            await self._keep(key, held, life)
        return held

    async def _keep(self, key: str, value: bytes, life: timedelta) -> None:
        """Stores a value even when cancelled meanwhile: it was paid for."""
        storing = asyncio.create_task(self.put(key, value, life))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait({storing})
            if not storing.cancelled() and (error := storing.exception()):
                log.warning("event=not_kept key=%s cause=%r", key, for_log(error))
            raise


def _cached(name: str) -> str:
    return key("cache", name)
