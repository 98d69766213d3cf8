"""The process's clock: the machine's, or one that starts at PAPERBOY_NOW and runs on.

`boot_clock` is for waits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

log = logging.getLogger(__name__)


def clock(start: datetime | None) -> Callable[[], datetime]:
    """Returns a function that gives the time, aware and in UTC. A clock that was set logs a
    warning."""
    if start is None:
        return lambda: datetime.now(UTC)
    log.warning(
        "event=clock_set now=%s PAPERBOY_NOW is set: this process does not go by the real time", start.isoformat()
    )
    begun = time.monotonic()
    return lambda: start.astimezone(UTC) + timedelta(seconds=time.monotonic() - begun)


def boot_clock() -> float:
    """Returns seconds, counted through sleep where the platform has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)
