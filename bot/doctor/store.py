"""Of `paperboy check`, the store: that it answers, keeps what it is told, has room, and what faults it knows of; and the clock."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from bot.core.settings import Settings
from bot.doctor.finding import Check, Finding, State
from bot.server.wiring import stored
from bot.store import Store
from bot.store.redis import RedisError
from digest.errors import PaperboyError

ROOM = 500_000_000
"""Bytes of free disk below which the embedded store may soon have none: a day of many channels and one rewrite of its file."""


async def store(settings: Settings) -> list[Finding]:
    kind = "REDIS_URL" if settings.redis_url else f"embedded, in {settings.home}"
    async with stored(settings) as (opened, _, _):
        await opened.server_time()
        found = [Finding("store", State.GOOD, kind)]
        if settings.redis_url:
            found += await _kept(opened)
        else:
            found += _room(settings.home)
        return found + await _faults(opened)


async def _kept(opened: Store) -> list[Finding]:
    """Whether the server writes down what it is told, where it says so."""
    with contextlib.suppress(RedisError, PaperboyError):
        told = await opened.redis.do("INFO", "persistence")
        if not int(told.get("aof_enabled", 1)):
            said = "the server at REDIS_URL has no append-only file: when it ends, what was written last is lost"
            todo = "Set `appendonly yes` there, or choose a plan that keeps every write: a lost record is a paper posted twice."
            return [Finding("REDIS_URL", State.DOUBTFUL, said, todo)]
    return []


def _room(home: Path) -> list[Finding]:
    free = shutil.disk_usage(home).free
    if free >= ROOM:
        return []
    return [
        Finding("disk", State.DOUBTFUL, f"{free / 1e6:.0f} MB free in {home}", "Make room before the store has none.")
    ]


async def _faults(opened: Store) -> list[Finding]:
    """What lasts: the admins' channel has been told, where there is one."""
    return [
        Finding(
            f"fault: {name.partition(' ')[0]}",
            State.DOUBTFUL,
            f"since {datetime.fromisoformat(fault['since']):%Y-%m-%d %H:%M} UTC"
            f"{', ' + fault['channel'] if fault['channel'] else ''}: {fault['cause']}",
            "See “What to do when” in docs/operations.md; it goes by itself when the next call, digest or answer is well.",
        )
        for name, fault in sorted((await opened.faults_known()).items())
    ]


async def time(settings: Settings) -> list[Finding]:
    """Nothing, unless the clock was set."""
    if settings.paperboy_now is None:
        return []
    said = f"set to {settings.paperboy_now:%Y-%m-%d %H:%M}: processes do not go by the real time"
    return [Finding("PAPERBOY_NOW", State.DOUBTFUL, said, "It is for tests: unset it.")]


CHECKS: list[Check] = [store, time]
