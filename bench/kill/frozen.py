"""One of several processes is stopped (SIGSTOP) in the middle of a delivery, long enough to lose every lease, and goes on where it was."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass

from bench.kill.waiting import answers, ask, changes_and_roundups, digests, judged
from bench.kill.world import World

POSTED = re.compile(r"event=posted ")


@dataclass(frozen=True)
class Frozen:
    processes: int
    seconds: float
    posts_before: int
    """Steps that the process had recorded when it was stopped."""
    taken_over: int
    """Steps that the others had recorded when it was thawed, beyond those at the stop."""
    posts_at_thaw: int
    wrong: tuple[str, ...]


async def freeze(world: World, processes: int, chance: random.Random, seconds: float) -> Frozen:
    """A day with so many processes: one with every role, the others as clock and worker. The one that delivers is stopped for `seconds`."""
    world.next_day()
    names = [f"process-{world.day.isoformat()}-{n}.log" for n in range(processes)]
    bots = [await world.start(*(() if n == 0 else ("clock", "worker")), log_name=name) for n, name in enumerate(names)]

    def posted(n: int) -> int:
        return len(POSTED.findall((world.home / names[n]).read_text(errors="replace")))

    wanted = chance.randrange(1, 5)
    async with asyncio.timeout(120):
        while not any(posted(n) >= wanted for n in range(processes)):
            await asyncio.sleep(0.005)
    frozen = max(range(processes), key=posted)
    await asyncio.sleep(chance.uniform(0, 0.1))
    world.freeze(bots[frozen])
    before, others = posted(frozen), sum(posted(n) for n in range(processes) if n != frozen)
    await asyncio.sleep(seconds)
    taken_over = sum(posted(n) for n in range(processes) if n != frozen) - others
    at_thaw = sum(side.posts() for side in world.sides)
    world.thaw(bots[frozen])
    wrong: list[str] = []
    asked = {}
    try:
        async with asyncio.timeout(180):
            await digests(world)
            asked = dict(await ask(world, [f"What does paper {n} measure, on {world.day}?" for n in (1, 3)]))
            await answers(world, asked)
            await changes_and_roundups(world)
    except TimeoutError:
        wrong.append("not whole after 180 s")
    await asyncio.sleep(1)
    wrong += await judged(world, asked)
    if any(codes := await world.end_bot()):
        wrong.append(f"ended with {codes}")
    return Frozen(processes, seconds, before, taken_over, at_thaw, tuple(wrong))
