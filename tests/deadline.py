"""How long tests wait for what has to come."""

import asyncio
from collections.abc import Callable

DEADLINE = 120.0
"""Seconds. Only a failing test waits so long, so it allows for a machine with other work."""


async def until(holds: Callable[[], object], seconds: float = DEADLINE) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
