"""What a round waits for, and how it is judged: the day's digests on both platforms, the answers in their threads, what is told of the papers
of the day before, and the round-up of the week."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from bench.kill.sides import Side
from bench.kill.whole import digest_faults, post_faults
from bench.kill.world import ANNOUNCED, PAPERS, World
from bot.changes.news import A_DAY
from bot.core.schedule import roundup_due
from bot.digests.roundup import WEEKLY
from bot.store import DeliveryState, QuestionState, RunState, Store, StoredQuestion, StoreUnavailable

Asked = Mapping[str, Sequence[str]]
"""Side to the messages of the questions asked in its thread."""


def digest_key(world: World, side: Side) -> str:
    return f"{side.name}:{side.channel}:{world.day.isoformat()}:daily"


def roundup_key(world: World, side: Side) -> str:
    return f"{side.name}:{side.channel}:{world.day.isoformat()}:{WEEKLY}"


async def digests(world: World) -> None:
    """Returns when the day's digests are delivered, by the record."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            async with world.store() as store:
                if all([await _is_done(world, store, side) for side in world.sides]):
                    return
        await asyncio.sleep(0.1)


async def _is_done(world: World, store: Store, side: Side) -> bool:
    delivery = await store.delivery(digest_key(world, side))
    run = await store.run_state(f"{side.name}:{side.channel}", world.day, "daily")
    return bool(delivery and delivery.state is DeliveryState.DONE and run is not None and run.state is RunState.DONE)


async def ask(world: World, texts: Sequence[str], threads: Mapping[str, str] | None = None) -> Asked:
    """A person asks in the threads of the day's digests, or in these."""
    while threads is None:
        with contextlib.suppress(StoreUnavailable):
            async with world.store() as store:
                threads = {side.name: await _thread(store, digest_key(world, side)) for side in world.sides}
                world.threads = dict(threads)
    return {s.name: [s.ask(threads[s.name], text) for text in texts] for s in world.sides if s.name in threads}


async def _thread(store: Store, key: str) -> str:
    delivery = await store.delivery(key)
    assert delivery is not None
    return delivery.ids[delivery.plan[0].key]


async def answers(world: World, asked: Asked) -> None:
    """Returns when every question has been answered and no other is open, by the record."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            async with world.store() as store:
                due = [await _asked(store, side, m) for side in world.sides for m in asked.get(side.name, ())]
                given = all(one is not None and one.state is QuestionState.ANSWERED for one in due)
                if given and not await store.unanswered():
                    return
        await asyncio.sleep(0.1)


async def _asked(store: Store, side: Side, message: str) -> StoredQuestion | None:
    """What a message asked; None while it is not kept."""
    found = await store.redis.do("GET", f"paperboy:said:{side.name}:{side.channel}:{message}")
    return await store.question(found.decode()) if found else None


async def changes_and_roundups(world: World) -> None:
    """Returns when what changed of earlier papers is told, or put off to the week's message, and the round-up stands, by the record."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            async with world.store() as store:
                if await store.is_done(f"look:{world.day}"):
                    told = [await _is_told(world, store, side) for side in world.sides]
                    if all(told):
                        return
        await asyncio.sleep(0.1)


async def _is_told(world: World, store: Store, side: Side) -> bool:
    channel = f"{side.name}:{side.channel}"
    if await _roundup_due(world, store, side):
        weekly = await store.delivery(roundup_key(world, side))
        if weekly is None or weekly.state is not DeliveryState.DONE:
            return False
    return await store.is_done(f"news:{channel}:{world.day}") or not await store.news(channel)


async def _roundup_due(world: World, store: Store, side: Side) -> bool:
    subscription = await store.subscription(f"{side.name}:{side.channel}")
    return subscription is not None and roundup_due(subscription, WEEKLY, world.now()) is not None


async def judged(world: World, asked: Asked) -> list[str]:
    """What is wrong in the channels, as sentences."""
    async with asyncio.timeout(60):  # the store may just be starting again
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await _judged(world, asked)
            await asyncio.sleep(0.2)


async def _judged(world: World, asked: Asked) -> list[str]:
    wrong: list[str] = []
    async with world.store() as store:
        for side in world.sides:
            key = digest_key(world, side)
            digest, delivery = await store.digest(key), await store.delivery(key)
            if digest is None or delivery is None:
                wrong.append(f"{side.name}: no digest, or no delivery")
                continue
            due = [await _asked(store, side, m) for m in asked.get(side.name, ())]
            faults = [f"{due.count(None)} questions were not kept"] if None in due else []
            faults += digest_faults(digest, PAPERS, ANNOUNCED)
            told = [
                await store.delivery(f"{side.name}:{side.channel}:{world.day}:changes-{n}") for n in (1, 2, 3, "week")
            ]
            changed = len(set(world.shown.get(side.name, ())).intersection(world.changed))
            if len([one for one in told[:A_DAY] if one]) != min(A_DAY, changed):
                faults.append(f"of {changed} changes one stands 0 times")
            weekly = await store.delivery(roundup_key(world, side))
            if weekly is None and await _roundup_due(world, store, side):
                faults.append("the round-up stands 0 times")
            posted = [one for one in (*told, weekly) if one]
            faults += post_faults(side, delivery, [one for one in due if one], world.accounted[side.name], posted)
            world.shown[side.name] = [entry.paper.id for entry in digest.entries]
            wrong += [f"{side.name}: {fault}" for fault in faults]
    return wrong
