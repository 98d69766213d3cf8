"""Backup and restore of the embedded store, as docs/operations.md tells it: the directory is copied, also under writes, and started elsewhere."""

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.store import Redis, Store
from bot.store.embedded.server import stop as stop_store
from bot.store.embedded.server import store_address
from digest.model import Profile
from tests.builders import a_digest


async def kept(home: Path) -> tuple[set[str], int]:
    """The channels and the notes that a data directory holds."""
    async with store_address("", home) as (url, _), Redis(url) as redis:
        store = Store(redis)
        channels = {s.key for s in await store.subscriptions()}
        notes = len(await redis.scan("paperboy:done:*"))
        assert await store.latest_digest("slack:C0") is not None
    await stop_store(home)
    return channels, notes


async def test_a_copy_taken_while_it_runs_holds_everything_acknowledged_before(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    acknowledged = 0
    async with store_address("", first) as (url, _), Redis(url) as redis:
        store = Store(redis)
        for n in range(40):
            await store.save_subscription(Subscription(Place("slack", f"C{n}"), created=datetime.now(UTC)))
        await store.save_digest(a_digest(3, subscription="slack:C0", made_at=datetime.now(UTC)), (), ("cs.CV",))

        async def writing() -> None:
            nonlocal acknowledged
            while True:
                await store.mark_done(f"task-{acknowledged}")
                acknowledged += 1

        at_work = asyncio.create_task(writing())
        while acknowledged < 500:
            await asyncio.sleep(0.01)
        before = acknowledged
        await asyncio.to_thread(shutil.copytree, first / "store", second / "store")
        at_work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await at_work
    await stop_store(first)
    channels, notes = await kept(second)
    assert channels == {f"slack:C{n}" for n in range(40)}
    assert notes >= before


async def test_a_copy_of_a_stopped_store_is_the_same_to_the_last_write(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    async with store_address("", first) as (url, _), Redis(url) as redis:
        store = Store(redis)
        await store.save_subscription(Subscription(Place("slack", "C0"), created=datetime.now(UTC)))
        await store.save_digest(a_digest(3, subscription="slack:C0", made_at=datetime.now(UTC)), (), ("cs.CV",))
        for n in range(100):
            await store.mark_done(f"task-{n}")
    await stop_store(first)
    shutil.copytree(first / "store", second / "store")
    assert await kept(second) == await kept(first) == ({"slack:C0"}, 100)


async def test_what_is_forgotten_is_in_no_file_of_the_store(tmp_path):
    """The append-only file holds what was deleted until it is written anew."""
    place = Place("slack", "C1")

    def written() -> bytes:
        return b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())

    async with store_address("", tmp_path) as (url, _), Redis(url) as redis:
        store = Store(redis)
        await store.save_subscription(
            Subscription(place, Profile(("cs.CV",), interests="xylophonequasar"), created=datetime.now(UTC))
        )
        assert b"xylophonequasar" in written()
        await redis.do("BGREWRITEAOF")  # one that runs meanwhile does not hold it up
        await store.forget_subscription(place.key)
        async with asyncio.timeout(20):
            while (await redis.do("INFO", "persistence"))["aof_rewrite_in_progress"]:
                await asyncio.sleep(0.01)
        assert b"xylophonequasar" not in written()
    await stop_store(tmp_path)
