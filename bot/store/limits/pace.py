"""The Pace over Redis: all processes together keep the rates that arXiv and the channels allow.

`arxiv` is one connection at a time, three seconds from start to start. The others are
timetables: a script assigns the next free moment, so turns come in the order of the requests.
Times are the server's.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4
from weakref import WeakValueDictionary

from bot.store.embedded.directory import StoreUnavailable
from bot.store.leases import DROP
from bot.store.redis import Base, Script, Word, key, millis
from digest.cache_keys import fingerprint

NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"

TURN = Script(
    NOW
    + """
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 0
end
if holder then return math.max(20, math.min(redis.call('PTTL', KEYS[1]), 250)) end
local free = tonumber(redis.call('GET', KEYS[2]) or '0')
if free > now then return free - now end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], now + ARGV[3], 'PX', ARGV[3])
return 0
"""
)
"""Keys: holder, free from. Arguments: token, life of the holding, gap. Returns milliseconds to
wait, 0 if the turn is taken."""

RESERVE = Script(
    NOW
    + """
local burst, within, rest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local start, given, last = unpack(redis.call('HMGET', KEYS[1], 'start', 'given', 'last'))
start, given, last = tonumber(start or '0'), tonumber(given or '0'), tonumber(last or '0')
local at = math.max(now, last)
if given >= burst or at >= start + within then
  if start > 0 then at = math.max(at, start + within + rest) end
  start, given = at, 0
end
redis.call('HSET', KEYS[1], 'start', start, 'given', given + 1, 'last', at)
redis.call('PEXPIRE', KEYS[1], math.max(1, at - now) + within + rest + 1000)
return at - now
"""
)
"""Key: the timetable. Arguments: how many, within, then a rest. Returns milliseconds to wait."""

LATE = 0.05

SHIFT = Script("""
for _, field in ipairs({'start', 'last'}) do
  local at = redis.call('HGET', KEYS[1], field)
  if at then redis.call('HSET', KEYS[1], field, at + ARGV[1]) end
end
return 1
""")
"""Key: the timetable. Argument: milliseconds. Run twice, it only slows everybody for a moment."""


@dataclass(frozen=True)
class OneAtATime:
    """A rule: one request at a time, with at least `gap` from start to start."""

    gap: timedelta
    hold: timedelta = timedelta(seconds=20)
    """How long a turn lasts after its last renewal: a dead holder frees it then."""


@dataclass(frozen=True)
class Bursts:
    """A rule: at most `count` requests within a time, then a rest."""

    count: int
    within: timedelta
    rest: timedelta = timedelta(0)


Rule = OneAtATime | Bursts
SECOND = timedelta(seconds=1)
RULES: dict[str, Rule] = {
    "arxiv": OneAtATime(3 * SECOND),
    "arxiv-content": Bursts(4, SECOND, SECOND),
    "post": Bursts(1, 1.05 * SECOND),
}
"""The rules by name, or by the part of a name before its first colon. Posts keep more than the
second that platforms count: a request that arrives early is refused and costs a second."""


PAUSE = Script("""
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[1]) end
return 1
""")
"""Key: the pause. Argument: milliseconds. A longer pause stays."""

LEFT = Script("""
local left, length = 0, 0
for _, key in ipairs(KEYS) do
  local rest = redis.call('PTTL', key)
  if rest > left then left, length = rest, tonumber(redis.call('GET', key)) end
end
return {left, length}
""")
"""Keys: pauses. Returns the milliseconds left of the longest, and its length."""

STORE_TIMEOUT = 0.5
"""Seconds that a request of a platform is held back by a store that does not answer."""


class RedisPauses:
    """`bot.core.throttle.Pauses` of one token, for all processes. `token` is kept as a hash."""

    def __init__(self, store: Base, token: str) -> None:
        self._store, self._token = store, token

    def _key(self, name: str) -> str:
        return key("pause", fingerprint(self._token, name))

    async def put(self, name: str, seconds: float) -> None:
        with contextlib.suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(STORE_TIMEOUT):
                await self._store.redis.run(PAUSE, [self._key(name)], [max(1, round(seconds * 1000))])

    async def left(self, names: Sequence[str]) -> tuple[float, float]:
        with contextlib.suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(STORE_TIMEOUT):
                left, length = await self._store.redis.run(LEFT, [self._key(name) for name in names])
                return left / 1000, length / 1000
        return 0.0, 0.0


class RedisPace:
    """A `digest.ports.Pace`."""

    def __init__(self, store: Base, rules: dict[str, Rule] | None = None) -> None:
        self._store = store
        self._rules = RULES if rules is None else rules
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[None]:
        rule = self._rules.get(name) or self._rules[name.split(":", 1)[0]]
        if isinstance(rule, Bursts):
            await self._moment(name, rule)
            yield
            return
        async with self._here.setdefault(name, asyncio.Lock()), self._turn(name, rule):
            yield

    async def _moment(self, name: str, rule: Bursts) -> None:
        wait = await self._store.redis.run(
            RESERVE, [key("pace", name)], [rule.count, millis(rule.within), int(rule.rest.total_seconds() * 1000)]
        )
        due = time.monotonic() + wait / 1000
        await asyncio.sleep(wait / 1000)
        late = time.monotonic() - due
        if late > LATE:  # a busy process starts late: shift the next turns too
            await self._store.redis.run(SHIFT, [key("pace", name)], [round(late * 1000)])

    @contextlib.asynccontextmanager
    async def _turn(self, name: str, rule: OneAtATime) -> AsyncIterator[None]:
        keys = [key("pace", name, "holder"), key("pace", name, "free")]
        args: list[Word] = [uuid4().hex, millis(rule.hold), millis(rule.gap)]
        while wait := await self._store.redis.run(TURN, keys, args):  # noqa: ASYNC110  # no event crosses processes
            await asyncio.sleep(wait / 1000 + random.uniform(0, 0.05))  # noqa: S311
        renewal = asyncio.create_task(self._renew(keys, args, rule), name=f"pace {name}")
        try:
            yield
        finally:
            renewal.cancel()
            with contextlib.suppress(StoreUnavailable):
                await asyncio.shield(self._store.redis.run(DROP, keys[:1], args[:1]))

    async def _renew(self, keys: list[str], args: list[Word], rule: OneAtATime) -> None:
        while True:
            await asyncio.sleep(rule.hold.total_seconds() / 3)
            with contextlib.suppress(StoreUnavailable):
                await self._store.redis.run(TURN, keys, args)
