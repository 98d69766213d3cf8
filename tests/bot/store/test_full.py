"""A server that takes no writes is waited for, then told of in a sentence; and the queue says so without a flood."""

import asyncio
import logging
from datetime import timedelta

import pytest
import redis

from bot.core.chat import Place
from bot.store import Redis, RedisCache, Store, StoreUnavailable
from bot.store import redis as module
from bot.store.redis import Script
from bot.worker.queue import QUICK, Queue
from tests.deadline import DEADLINE

WRITE = Script("redis.call('SET', KEYS[1], ARGV[1]) return 1")


@pytest.fixture
async def full(redis_url):
    """A client that ends the shortage."""
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory", "1")
        yield client
        client.config_set("maxmemory", "0")


@pytest.mark.parametrize("how", ["command", "script", "transaction"])
async def test_out_of_memory_is_a_sentence(redis_url, full, how):
    async with Redis(redis_url, full=0) as store:
        asked = {
            "command": lambda: store.do("SET", "k", "v"),
            "script": lambda: store.run(WRITE, ["k"], ["v"]),
            "transaction": lambda: store.transaction([("SET", "k", "v"), ("EXPIRE", "k", 9)]),
        }
        with pytest.raises(StoreUnavailable, match="used up its memory"):
            await asked[how]()
        assert await store.do("GET", "k") is None  # reading goes on


async def test_what_was_to_be_kept_is_kept_once_there_is_room_and_the_log_says_at_once_why_it_waits(
    redis_url, full, monkeypatch, caplog
):
    monkeypatch.setattr(module, "FULL_RETRY_DELAY", 0.02)
    async with Redis(redis_url) as store:
        writing = [
            asyncio.create_task(store.do("SET", "a", "1")),
            asyncio.create_task(store.run(WRITE, ["b"], ["2"])),
            asyncio.create_task(store.transaction([("SET", "c", "3"), ("INCR", "count")])),
        ]
        await asyncio.sleep(0.2)
        assert not any(task.done() for task in writing)
        [told] = [r.getMessage() for r in caplog.records if "store_awaited" in r.getMessage()]
        assert "has used up its memory. Raise its maxmemory" in told
        full.config_set("maxmemory", "0")
        await asyncio.gather(*writing)
        assert await store.do("MGET", "a", "b", "c", "count") == [b"1", b"2", b"3", b"1"]


async def test_a_server_that_is_read_only_for_a_moment_is_waited_for(redis_url, monkeypatch):
    """As while a hosted one changes over to another machine."""
    monkeypatch.setattr(module, "FULL_RETRY_DELAY", 0.02)
    with redis.Redis.from_url(redis_url) as client:
        async with Redis(redis_url) as connection:

            async def make() -> bytes:
                client.execute_command("REPLICAOF", "127.0.0.1", "1")
                asyncio.get_running_loop().call_later(0.2, client.execute_command, "REPLICAOF", "NO", "ONE")
                return b"paid"

            cache = RedisCache(Store(connection))
            try:
                assert await cache.once("reply", timedelta(days=1), make) == b"paid"
                assert await cache.get("reply") == b"paid"
            finally:
                client.execute_command("REPLICAOF", "NO", "ONE")


async def test_the_queue_tells_of_it_in_a_line_and_goes_on_afterwards(redis_url, caplog):
    ran = asyncio.Event()

    async def answer(*_: object) -> None:
        ran.set()

    async with Redis(redis_url) as connection, Queue(redis_url, Store(connection)) as queue:
        queue.register("answer", answer, QUICK)
        running = asyncio.create_task(queue.run())
        with redis.Redis.from_url(redis_url) as client, caplog.at_level(logging.WARNING):
            client.config_set("maxmemory", "1")
            await asyncio.sleep(2.5)
            assert not running.done()
            client.config_set("maxmemory", "0")
        await queue.add("answer", Place("slack", "C1").key)
        async with asyncio.timeout(DEADLINE):
            await ran.wait()
        await queue.drain(1)
        await running
    lines = [r for r in caplog.records if r.name.startswith("docket")]
    assert len(lines) <= 2
    assert all(r.exc_info is None for r in lines)
