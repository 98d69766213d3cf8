"""Holds back the requests of one token after its platform asked for a pause."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import aiohttp

from bot.core.chat import Throttled

READ_TRIES = 4
"""How often a read is tried that the platform answers with 429."""
LONGEST_WAIT = 15.0
"""Seconds that each try waits at most."""
JITTER = 0.25
"""Share of the pause that is added at random, so that waiting requests do not all return at
once."""
MAX_JITTER = 2.0
MAX_NAMES = 2_000
LONGEST_PAUSE = 3600.0
"""Seconds: the longest ban that a platform sets. A header may name any number."""


T = TypeVar("T")


def seconds_of(header: str | None, default: float) -> float:
    """The pause that `Retry-After` asks for."""
    try:
        seconds = float(header or default)
    except ValueError:
        seconds = default
    return min(max(seconds, 0.05), LONGEST_PAUSE) if seconds == seconds else default  # noqa: PLR0124  # nan


class Pauses(Protocol):
    """The pauses that other processes with the same token were asked for. Never raises."""

    async def put(self, name: str, seconds: float) -> None: ...

    async def left(self, names: Sequence[str]) -> tuple[float, float]:
        """The longest pause of these: the seconds that are left of it, and its length."""
        ...


class Throttle:
    """One for each token in a process. `name`: what the platform limits, such as a method."""

    def __init__(
        self,
        pauses: Pauses | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._shared, self._clock, self._chance = pauses, clock, chance
        self._pauses: dict[str, tuple[float, float]] = {}
        """Name to the pause's end and length."""

    async def pause(self, name: str, seconds: float) -> None:
        """A refusal of an earlier request does not shorten a pause."""
        if len(self._pauses) >= MAX_NAMES:
            now = self._clock()
            self._pauses = {n: pause for n, pause in self._pauses.items() if pause[0] > now}
        ends = self._clock() + seconds
        if ends > self._pauses.get(name, (0.0, 0.0))[0]:
            self._pauses[name] = (ends, seconds)
        if self._shared is not None:
            await self._shared.put(name, seconds)

    async def wait(self, *names: str) -> float:
        """Seconds to hold a request back, 0 to make it now."""
        left, length = 0.0, 0.0
        for name in names:
            ends, seconds = self._pauses.get(name, (0.0, 0.0))
            if ends - self._clock() > left:
                left, length = ends - self._clock(), seconds
        if self._shared is not None:
            left, length = max((left, length), await self._shared.left(names))
        return left + self._chance() * min(JITTER * length, MAX_JITTER) if left > 0 else 0.0

    async def read(self, request: Callable[[], Awaitable[T]], *names: str) -> T:
        """Makes a request that may be repeated. Waits until the pauses of these names are over, and
        again after a 429. Raises Throttled after READ_TRIES, and at once for a platform that cannot
        be reached."""
        for left in reversed(range(READ_TRIES)):
            await asyncio.sleep(min(await self.wait(*names), LONGEST_WAIT))
            try:
                return await request()
            except Throttled as error:
                if not left or isinstance(error.__cause__, aiohttp.ClientError):
                    raise
        raise AssertionError("unreachable: the last try raises")  # pragma: no cover
