"""Checks of the store (answers, persistence, space, open faults) and the clock."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from bot.core.finding import Check, Finding, State
from bot.core.ids import FaultId
from bot.core.settings.settings import Settings
from bot.server.wiring import open_store
from bot.store import Store
from bot.store.redis import RedisError
from digest.errors import PaperboyError

MIN_FREE = 500_000_000
"""Bytes that a busy day and one rewrite of the embedded store's file need."""


async def store(settings: Settings) -> list[Finding]:
    kind = "REDIS_URL" if settings.redis_url else f"embedded, in {settings.home}"
    async with open_store(settings, full=0) as (store, _, _):
        await store.server_time()
        await store.redis.try_commands()
        found = [Finding("store", State.GOOD, kind)]
        if settings.redis_url:
            found += await _check_persistence(store)
        else:
            found += _check_disk(settings.home)
        return found + await _faults(store)


async def _check_persistence(store: Store) -> list[Finding]:
    """Warns of a server without an append-only file."""
    with contextlib.suppress(RedisError, PaperboyError):
        info = await store.redis.do("INFO", "persistence")
        if not int(info.get("aof_enabled", 1)):
            said = "the server at REDIS_URL has no append-only file and loses its last writes when it ends"
            todo = (
                "Set `appendonly yes` or choose a plan that keeps every write: a lost "
                "record means a paper posted twice."
            )
            return [Finding("REDIS_URL", State.DOUBTFUL, said, todo)]
    return []


def _check_disk(home: Path) -> list[Finding]:
    free = shutil.disk_usage(home).free
    if free >= MIN_FREE:
        return []
    return [
        Finding(
            "disk",
            State.DOUBTFUL,
            f"{free / 1e6:.0f} MB free in {home}",
            "Free some space soon: the store stops when the disk is full.",
        )
    ]


async def _faults(store: Store) -> list[Finding]:
    return [
        Finding(
            f"fault: {FaultId.parse(name).name}",
            State.DOUBTFUL,
            f"since {datetime.fromisoformat(fault['since']):%Y-%m-%d %H:%M} UTC"
            f"{', ' + fault['channel'] if fault['channel'] else ''}: {fault['cause']}",
            "See “What to do when” in docs/operations.md. It closes when the next call, digest or answer succeeds.",
        )
        for name, fault in sorted((await store.load_faults()).items())
    ]


async def time(settings: Settings) -> list[Finding]:
    if settings.paperboy_now is None:
        return []
    said = f"set to {settings.paperboy_now:%Y-%m-%d %H:%M}, so processes do not use the real time"
    return [Finding("PAPERBOY_NOW", State.DOUBTFUL, said, "Unset it: it is for tests.")]


CHECKS: list[Check] = [store, time]
