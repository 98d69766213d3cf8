"""What every topic of the store shares: the connection, the clock, names and lifetimes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from bot.store.redis import Redis
from digest.cache_keys import DAY

PREFIX = "paperboy"
LONG = 90 * DAY
"""Digests, deliveries, questions, answers, votes."""
LEDGER_LIFE = 60 * DAY
PLAN_LIFE = 7 * DAY
REMOVED_LIFE = 30 * DAY
"""The settings of a channel that removed the bot: invited again, it goes on where it stopped."""
MONTH_LIFE = 400 * DAY
"""What was spent in a month, by payer and stage."""
OPEN_LIFE = 7 * DAY
"""Work that is begun: put aside after three days, so nothing open is older."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def key(*parts: str) -> str:
    return ":".join((PREFIX, *parts))


def seconds(life: timedelta) -> int:
    return max(1, round(life.total_seconds()))


def millis(life: timedelta) -> int:
    return max(1, round(life.total_seconds() * 1000))


def literal(text: str) -> str:
    """For SCAN's MATCH: without the meaning of its wildcards."""
    return "".join(f"\\{c}" if c in "*?[]^\\" else c for c in text)


def iso(day: date) -> str:
    return day.isoformat()


class Base:
    def __init__(self, redis: Redis, now: Callable[[], datetime] = utc_now) -> None:
        self.redis = redis
        self.now = now
        """The process's clock, which tests may set; lifetimes run by the server's."""

    async def server_time(self) -> datetime:
        """One clock for all machines."""
        whole, micros = await self.redis.do("TIME")
        return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(micros))
