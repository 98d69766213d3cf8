"""The store is away for a minute, at a stage of the day: its server killed, frozen, or out of memory. The bot has to live through it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass

from bench.kill.waiting import answers, ask, digests, judged
from bench.kill.world import World
from bot.store import StoreUnavailable

HOW = ("killed", "frozen", "full")


@dataclass(frozen=True)
class Away:
    how: str
    after: float
    """Seconds after the start of the bot."""
    seconds: float
    wrong: tuple[str, ...]


async def away(world: World, how: str, chance: random.Random, seconds: float) -> Away:
    """A day with one process, in which the store is away from a random moment on."""
    world.next_day()
    bot = await world.start()
    after = chance.uniform(1, 6)
    wrong: list[str] = []
    asked = {}
    try:
        async with asyncio.timeout(seconds + 240):
            await asyncio.sleep(after)
            await _gone(world, how, seconds)
            await digests(world)
            asked = dict(await ask(world, [f"What does paper {n} measure, on {world.day}?" for n in (1, 3)]))
            await answers(world, asked)
    except TimeoutError:
        wrong.append(f"not whole {240} s after it was back")
    if bot.returncode is not None:
        wrong.append(f"the bot ended with {bot.returncode}")
    await asyncio.sleep(1)
    wrong += await judged(world, asked)
    if any(codes := await world.end_bot()):
        wrong.append(f"it ended with {codes}")
    return Away(how, after, seconds, tuple(wrong))


async def _gone(world: World, how: str, seconds: float) -> None:
    if how == "full":
        async with world.store() as store:
            await store.redis.do("CONFIG", "SET", "maxmemory", 1)
        await asyncio.sleep(seconds)
        async with world.store() as store:
            await store.redis.do("CONFIG", "SET", "maxmemory", 0)
        return
    with world.store_away(frozen=how == "frozen"):
        await asyncio.sleep(seconds)
    with contextlib.suppress(StoreUnavailable):
        await world.store_back()
