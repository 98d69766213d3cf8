"""The store is away for a minute, at a stage of the day: its server killed or frozen, its memory or its disk full. The bot has to live through it.

People ask meanwhile, in the thread of the day before. Nothing is killed but the store, so nothing is forgiven: no answer of the model that
was received may be bought again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass

from bench.kill.stages import LENGTH, Marks
from bench.kill.waiting import Asked, answers, ask, changes_and_roundups, digests, judged
from bench.kill.world import World

HOW = ("killed", "frozen", "out of memory", "disk full")
RECOVERY_TIMEOUT = 240
"""Seconds after its return in which the day must be whole."""


@dataclass(frozen=True)
class Away:
    how: str
    stage: str
    seconds: float
    asked: int
    """Questions put while it was away."""
    wrong: tuple[str, ...]


async def away(world: World, how: str, stage: str, chance: random.Random, seconds: float) -> Away:
    """A day with one process, in which the store is away from a random moment of a stage on."""
    world.next_day()
    marks = Marks.now(world)
    bot = await world.start()
    outage = asyncio.create_task(_outage(world, how, stage, marks, chance, seconds))
    wrong: list[str] = []
    meanwhile: Asked = {}
    asked: Asked = {}
    try:
        async with asyncio.timeout(seconds + RECOVERY_TIMEOUT):
            await digests(world)
            asked = await ask(world, [f"What does paper {n} measure, on {world.day}?" for n in (1, 3)])
            marks.asked.set()
            meanwhile = await outage
            asked = {side: [*meanwhile.get(side, ()), *asked[side]] for side in asked}
            await answers(world, asked)
            await changes_and_roundups(world)
    except TimeoutError:
        wrong.append(f"not whole {RECOVERY_TIMEOUT} s after it was back")
    if bot.returncode is not None:
        wrong.append(f"the bot ended with {bot.returncode}")
    await asyncio.sleep(1)
    wrong += await judged(world, asked)
    if any(codes := await world.end_bot()):
        wrong.append(f"it ended with {codes}")
    return Away(how, stage, seconds, sum(map(len, meanwhile.values())), tuple(wrong))


async def _outage(world: World, how: str, stage: str, marks: Marks, chance: random.Random, seconds: float) -> Asked:
    """What people asked meanwhile."""
    threads = dict(world.threads)
    while not marks.begun(world, stage):
        await asyncio.sleep(0.01)
    await asyncio.sleep(chance.uniform(0, LENGTH[stage]))
    async with _gone(world, how):
        await asyncio.sleep(seconds / 2)
        asked = await ask(world, [f"What does paper 2 measure, before {world.day}?"], threads)
        await asyncio.sleep(seconds / 2)
    return asked


def _gone(world: World, how: str) -> contextlib.AbstractAsyncContextManager[None]:
    match how:
        case "out of memory":
            return world.out_of_memory()
        case "disk full":
            return world.disk_full()
        case _:
            return world.store_away(frozen=how == "frozen")
