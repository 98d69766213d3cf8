"""A worker in a process of its own, for tests that kill it: `python worker_process.py URL WHAT`."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from bot.store import Redis, Store
from bot.worker.queue import SLOW, Queue, Task


async def count(task: Task, number: str) -> None:
    await asyncio.sleep(0.02)
    await task.store.redis.do("SADD", "counted", number)


async def die(_task: Task) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def poison(task: Task) -> None:
    """Five papers, of which the third kills whoever reads it; all at once, or one at a time after two deaths."""

    async def read(paper: str) -> None:
        if await task.store.redis.do("SISMEMBER", "read", paper):
            return
        async with task.unit(paper) as sound:
            if not sound:
                await task.store.redis.do("SADD", "skipped", paper)
                return
            await asyncio.sleep(0.05)
            if paper == "3":
                os.kill(os.getpid(), signal.SIGKILL)
            await task.store.redis.do("SADD", "read", paper)

    if task.cautious:
        for paper in "12345":
            await read(paper)
    else:
        await asyncio.gather(*(read(paper) for paper in "12345"))


async def freeze(task: Task) -> None:
    """Waits to be told to go on; a test freezes the process meanwhile."""
    await task.store.redis.do("SET", "begun", "1")
    try:
        while not await task.store.redis.do("EXISTS", "go"):
            await asyncio.sleep(0.02)
        await task.store.redis.do("INCR", "ended")
    except asyncio.CancelledError:
        await task.store.redis.do("SET", "cancelled", "1")
        raise


async def main(url: str, what: str) -> None:
    window = timedelta(seconds=30 if what == "freeze-long" else 1)
    async with Redis(url) as redis, Queue(url, Store(redis), redelivery=window) as queue:
        for function in (count, die, poison, freeze):
            queue.register(function.__name__, function, SLOW)
        await queue.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
