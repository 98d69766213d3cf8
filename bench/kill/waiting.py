"""What a round waits for, and how it is judged: the day's digests on both platforms, and the answers in their threads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from bench.kill.sides import Side, faults_of
from bench.kill.world import World
from bot.store import DeliveryState, RunState, Store, StoreUnavailable

Asked = Mapping[str, Sequence[str]]
"""Side to the messages of the questions asked in its thread."""


def digest_key(world: World, side: Side) -> str:
    return f"{side.name}:{side.channel}:{world.day.isoformat()}:daily"


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


async def ask(world: World, texts: Sequence[str]) -> Asked:
    """A person asks in the threads of both digests."""
    asked: dict[str, list[str]] = {}
    async with world.store() as store:
        for side in world.sides:
            delivery = await store.delivery(digest_key(world, side))
            assert delivery is not None
            thread = delivery.ids[delivery.plan[0].key]
            asked[side.name] = [side.ask(thread, text) for text in texts]
    return asked


async def answers(world: World, asked: Asked) -> None:
    """Returns when every question has been answered, by the record."""
    while True:
        with contextlib.suppress(StoreUnavailable):
            async with world.store() as store:
                due = [(side, message) for side in world.sides for message in asked.get(side.name, ())]
                if all([await _answer_key(store, side, message, answered=True) for side, message in due]):
                    return
        await asyncio.sleep(0.1)


async def _answer_key(store: Store, side: Side, message: str, *, answered: bool = False) -> str:
    """Of the message that answers; empty while the question is not kept, or not `answered`."""
    found = await store.redis.do("GET", f"paperboy:said:{side.name}:{side.channel}:{message}")
    asked = await store.question(found.decode()) if found else None
    if asked is None or (answered and asked.state != "answered"):
        return ""
    return f"answer:{asked.question.id}"


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
            delivery = await store.delivery(digest_key(world, side))
            if delivery is None:
                wrong.append(f"{side.name}: no delivery")
                continue
            due = [await _answer_key(store, side, m) for m in asked.get(side.name, ())]
            wrong += [f"{side.name}: {fault}" for fault in faults_of(side, delivery, due)]
    return wrong
