"""The queue against a real server, with workers that are really killed."""

import asyncio
import logging
import math
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.store import LeaseLost, Redis, Store
from bot.store.embedded.server import EmbeddedStore
from bot.worker import queue as work_module
from bot.worker.queue import POSTS, QUICK, SLOW, Queue, RetryLater, Task
from tests.deadline import DEADLINE
from tests.servers.forking import ForkServer, Started

WINDOW = timedelta(seconds=1)
"""Instead of half a minute."""


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = DEADLINE) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def working(queue: Queue) -> AsyncIterator[None]:
    running = asyncio.create_task(queue.run())
    try:
        yield
    finally:
        await queue.drain(0.2)
        await running


@pytest.fixture
async def queue(redis_url, store):
    async with Queue(redis_url, store, redelivery=WINDOW) as made:
        yield made


class TestAdding:
    async def test_a_task_gets_its_ids(self, queue):
        got: list[tuple[str, ...]] = []

        async def digest(task: Task, *ids: str) -> None:
            got.append((task.key, *ids))

        queue.register("digest", digest, SLOW)
        assert await queue.add("digest", "slack:C1", "2026-01-30")
        async with working(queue):
            await until(lambda: queue._store.is_done("digest:slack:C1:2026-01-30"))
        assert got == [("digest:slack:C1:2026-01-30", "slack:C1", "2026-01-30")]

    async def test_one_key_is_in_once_while_it_lives_and_done_once_afterwards(self, queue, store):
        ran, go_on = [], asyncio.Event()

        async def digest(task: Task) -> None:
            ran.append(task.key)
            await go_on.wait()

        queue.register("digest", digest, SLOW)
        assert await queue.add("digest", key="k")
        assert not await queue.add("digest", key="k")
        async with working(queue):
            await until(lambda: _is(ran == ["k"]))
            assert not await queue.add("digest", key="k")
            go_on.set()
            await until(lambda: store.is_done("k"))
            await until(lambda: _empty(queue))
            assert not await queue.add("digest", key="k")

    async def test_questions_do_not_wait_for_digests(self, queue, store):
        async def digest(_task: Task, number: str) -> None:
            await asyncio.Event().wait()

        async def answer(_task: Task) -> None:
            pass

        queue.register("digest", digest, SLOW)
        queue.register("answer", answer, QUICK)
        for number in range(30):
            await queue.add("digest", str(number))
        await queue.add("answer", key="q")
        async with working(queue):
            await until(lambda: store.is_done("q"))
            assert (await queue.depth())["slow"] == 30

    async def test_later_is_begun_again_and_is_no_death(self, queue, store):
        deaths = []

        async def digest(task: Task) -> None:
            deaths.append(task.deaths.count)
            if len(deaths) < 4:
                raise RetryLater(timedelta(milliseconds=10))

        queue.register("digest", digest, SLOW)
        await queue.add("digest", key="k")
        async with working(queue):
            await until(lambda: store.is_done("k"))
        assert deaths == [0, 0, 0, 0]

    async def test_what_is_hastened_while_it_runs_is_begun_again_at_once(self, queue, store):
        begun, hastened = 0, asyncio.Event()

        async def refused(_task: Task, name: str) -> None:
            nonlocal begun
            begun += 1
            if begun == 1:
                await hastened.wait()
                raise RetryLater(timedelta(hours=1))

        queue.register("delivery", refused, POSTS)
        async with working(queue):
            await queue.add("delivery", "a")
            await until(lambda: _is(begun == 1))
            await queue.hasten("delivery", "a")
            hastened.set()
            await until(lambda: store.is_done("delivery:a"))
        assert begun == 2


class TestVersions:
    @pytest.fixture
    async def unknown(self, redis_url, queue, store):
        """Whether a worker got a task of a newer version, which waits in the queue."""

        async def seen() -> bool:
            return bool(await store.redis.do("HEXISTS", "paperboy:task:later:a", "unknown"))

        async with Queue(redis_url, store, redelivery=WINDOW) as newer:
            newer.register("later", _nothing, SLOW)
            await newer.add("later", "a")
            yield seen

    async def test_a_task_of_a_newer_version_waits_for_it(self, queue, store, unknown):
        async with working(queue):
            await until(unknown)
            queue.register("later", _nothing, SLOW)
            await until(lambda: store.is_done("later:a"))

    async def test_a_task_that_no_version_knew_for_a_day_is_dropped(self, queue, store, clock, unknown, caplog):
        async with working(queue):
            await until(unknown)
            clock.forward(work_module.UNKNOWN_FOR)
            await until(lambda: _empty(queue))
        assert "event=task_unknown task=later:a" in caplog.text
        assert not await store.is_done("later:a")
        assert not await unknown()


class TestFaults:
    async def test_five_attempts_at_one_place_put_it_aside_with_a_note(self, redis_url, store, monkeypatch):
        monkeypatch.setattr("bot.worker.queue.RETRY_AFTER_FAULT", timedelta(milliseconds=1))
        told, cautious = [], []

        async def aside(task: str, note: str) -> None:
            told.append((task, note))

        async def digest(task: Task) -> None:
            cautious.append(task.cautious)
            raise RuntimeError("a bug")

        async with Queue(redis_url, store, redelivery=WINDOW, on_set_aside=aside) as queue:
            queue.register("digest", digest, SLOW)
            await queue.add("digest", key="k")
            async with working(queue):
                await until(lambda: _is(bool(told)))
                await until(lambda: _empty(queue))
        assert cautious == [False, False, True, True, True]
        assert list(await store.tasks_aside()) == ["k"]
        assert told[0][0] == "k"
        assert not await store.is_done("k")

    async def test_a_checkpoint_begins_the_count_anew(self, queue, store, monkeypatch):
        monkeypatch.setattr("bot.worker.queue.RETRY_AFTER_FAULT", timedelta(milliseconds=1))
        runs = []

        async def digest(task: Task) -> None:
            runs.append(task.deaths.count)
            if len(runs) < 8:
                await task.checkpoint()
                raise RuntimeError("a bug")

        queue.register("digest", digest, SLOW)
        await queue.add("digest", key="k")
        async with working(queue):
            await until(lambda: store.is_done("k"))
        assert max(runs) == 1

    async def test_a_unit_alone_at_two_deaths_is_skipped(self, store):
        """As a worker that dies leaves it: begun, and neither ended nor let go."""
        for attempt in ("1", "2"):
            await store.begin_task("k", attempt)
            await store.begin_unit("k", "2601.00001")
            assert not await store.should_skip("k", "2601.00001")
        await store.begin_task("k", "3")
        assert await store.should_skip("k", "2601.00001")
        assert not await store.should_skip("k", "2601.00002")

    async def test_units_in_company_are_not_blamed(self, store):
        for attempt in "1234":
            await store.begin_task("k", attempt)
            await store.begin_unit("k", "a")
            await store.begin_unit("k", "b")
        assert not await store.should_skip("k", "a")
        assert (await store.begin_task("k", "5")).cautious

    async def test_what_was_let_go_did_not_die(self, store):
        await store.begin_task("k", "1")
        await store.begin_unit("k", "a")
        await store.release_task("k", "1")
        assert (await store.begin_task("k", "2")).count == 0
        await store.release_task("k", "1")  # a late word of the first changes nothing for the second
        assert (await store.begin_task("k", "3")).count == 1

    async def test_a_task_that_lost_its_lease_is_taken_up_again(self, queue, store):
        """As after a stall of the process, which is still the only one."""
        tries = []

        async def digest(task: Task) -> None:
            tries.append(task.key)
            if len(tries) == 1:
                raise LeaseLost("Another process has taken over.")

        queue.register("digest", digest, QUICK)
        await queue.add("digest", key="k")
        async with working(queue):
            await until(lambda: store.is_done("k"))
        assert tries == ["k", "k"]


class TestDraining:
    async def test_what_runs_may_end(self, queue, store):
        began = asyncio.Event()

        async def digest(_task: Task) -> None:
            began.set()
            await asyncio.sleep(0.3)

        queue.register("digest", digest, SLOW)
        await queue.add("digest", key="k")
        running = asyncio.create_task(queue.run())
        await began.wait()
        await queue.drain(10)
        await running
        assert await store.is_done("k")

    async def test_what_does_not_end_in_time_goes_on_at_once_in_another_worker(self, redis_url, queue, store):
        """Without waiting for the window, and without having died."""
        began = asyncio.Event()

        async def stuck(_task: Task) -> None:
            began.set()
            await asyncio.Event().wait()

        async def digest(task: Task) -> None:
            deaths.append(task.deaths.count)

        deaths: list[int] = []
        queue.register("digest", stuck, SLOW)
        await queue.add("digest", key="k")
        running = asyncio.create_task(queue.run())
        await began.wait()
        await queue.drain(0.1)
        await running
        async with Queue(redis_url, store, redelivery=timedelta(seconds=30)) as other:
            other.register("digest", digest, SLOW)
            async with working(other):
                await until(lambda: store.is_done("k"), 10)
        assert deaths == [0]

    async def test_a_cancelled_worker_does_not_wait_for_its_tasks(self, queue, store):
        began = asyncio.Event()

        async def stuck(_task: Task) -> None:
            began.set()
            await asyncio.Event().wait()

        queue.register("digest", stuck, SLOW)
        await queue.add("digest", key="k")
        running = asyncio.create_task(queue.run())
        await began.wait()
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=5)
        assert done
        assert running.cancelled()
        assert (await store.begin_task("k", "another")).count == 0


class TestDying:
    """Workers in processes of their own, killed with SIGKILL or frozen."""

    @asynccontextmanager
    async def worker(self, url: str, what: str, forks: ForkServer) -> AsyncIterator[Started]:
        process = await forks.start(url, what, module="tests.bot.worker.worker_process", output=sys.__stderr__)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def test_a_killed_workers_tasks_go_on_in_another_and_none_is_lost(self, redis_url, queue, store, forks):
        queue.register("count", _nothing, SLOW)
        for number in range(40):
            await queue.add("count", str(number))
        async with self.worker(redis_url, "count", forks) as first:
            await until(lambda: _counted(store, 10))
            first.send_signal(signal.SIGKILL)
            await first.wait()
        async with self.worker(redis_url, "count", forks):
            await until(lambda: _counted(store, 40))
            await until(lambda: _empty(queue))

    async def test_a_task_that_kills_its_workers_is_put_aside(self, redis_url, queue, store, forks):
        queue.register("die", _nothing, SLOW)
        await queue.add("die", key="k")

        async def aside() -> bool:
            return bool(await store.tasks_aside())

        deaths = 0
        while not await aside():
            async with self.worker(redis_url, "die", forks) as worker:
                await until(lambda w=worker: _ended_or(w, aside))
                deaths += worker.returncode == -signal.SIGKILL
        assert deaths == 5

    async def test_a_paper_that_kills_its_readers_is_skipped_and_the_others_are_read(
        self, redis_url, queue, store, forks
    ):
        queue.register("poison", _nothing, SLOW)
        await queue.add("poison", key="k")
        for _ in range(10):
            if await store.is_done("k"):
                break
            async with self.worker(redis_url, "poison", forks) as worker:
                await until(lambda w=worker: _ended_or(w, lambda: store.is_done("k")))
        assert await store.redis.do("SMEMBERS", "skipped") == {b"3"}
        assert await store.redis.do("SMEMBERS", "read") == {b"1", b"2", b"4", b"5"}
        assert await store.tasks_aside() == {}

    async def test_a_frozen_workers_task_is_taken_over_and_not_ended_by_it_when_it_thaws(
        self, redis_url, queue, store, forks
    ):
        queue.register("freeze", _nothing, SLOW)
        await queue.add("freeze", key="k")
        async with self.worker(redis_url, "freeze", forks) as first:
            await until(lambda: _exists(store, "begun"))
            first.send_signal(signal.SIGSTOP)
            await store.redis.do("DEL", "begun")
            async with self.worker(redis_url, "freeze", forks) as second:
                await until(lambda: _exists(store, "begun"))
                first.send_signal(signal.SIGCONT)
                await until(lambda: _exists(store, "cancelled"))
                assert not await store.is_done("k")
                await store.redis.do("SET", "go", "1")
                await until(lambda: store.is_done("k"))
                assert second.returncode is None
        assert await store.redis.do("GET", "ended") == b"1"

    async def test_alone_with_the_embedded_store_pending_work_is_reclaimed_at_once(self, tmp_path, forks):
        async with EmbeddedStore(tmp_path) as embedded, Redis(embedded.url) as redis:
            store = Store(redis)
            async with Queue(embedded.url, store) as queue:
                queue.register("freeze", _nothing, SLOW)
                await queue.add("freeze", key="k")
            async with self.worker(embedded.url, "freeze-long", forks) as worker:
                await until(lambda: _exists(store, "begun"))
                worker.kill()
                await worker.wait()
            done = asyncio.Event()

            async def go_on(_task: Task) -> None:
                done.set()

            async with Queue(embedded.url, store, embedded) as queue:  # with the window of half a minute
                queue.register("freeze", go_on, SLOW)
                async with working(queue):
                    await asyncio.wait_for(done.wait(), DEADLINE)


async def _nothing(_task: Task, *_ids: str) -> None:
    pass


async def _is(value: bool) -> bool:
    return value


async def _exists(store: Store, key: str) -> bool:
    return bool(await store.redis.do("EXISTS", key))


async def _counted(store: Store, count: int) -> bool:
    return int(await store.redis.do("SCARD", "counted")) >= count


async def _nothing(_task: Task, *_ids: str) -> None: ...


async def _empty(queue: Queue) -> bool:
    return set((await queue.depth()).values()) == {0}


async def _ended_or(worker: Started, aside: Callable[[], Awaitable[bool]]) -> bool:
    return worker.returncode is not None or await aside()


def test_a_store_that_is_away_is_said_once_and_not_several_times_a_second(caplog, monkeypatch):
    monkeypatch.setattr(work_module._OutageFilter, "last_logged", -math.inf)
    for name in (None, "docket.worker"):  # a command that ran in this process may have set another level
        caplog.set_level(logging.WARNING, name)
    docket = logging.getLogger("docket.worker")
    for _ in range(3):
        docket.warning("Redis error in cancellation listener, reconnecting...")
    docket.warning("Something else")
    assert [r.getMessage() for r in caplog.records] == ["event=queue_waits cause=ConnectionError", "Something else"]
