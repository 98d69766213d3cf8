"""The queue: what runs, where. The only importer of docket.

Three dockets, so that nobody waits for what is slower: `quick` (answers), `slow` (digests in the making, few at once) and `posts`
(deliveries: little work and much waiting, since a channel takes a message a second, so very many at once). A task is a name and ids; what it needs is in the store. It is
delivered until it has ended: a worker that dies or freezes loses it to another after half a minute, at once where no other process lives.
docket's key keeps a task from being put in twice while it lives; our done marker, afterwards. A lease keeps two workers from having it at
once; deaths are counted from its last checkpoint (`bot.store.tasks`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn, Self
from uuid import uuid4

from docket import CurrentExecution, Docket, Execution, Worker
from docket.dependencies import AdmissionBlocked

from bot.store import Deaths, Hold, LeaseBusy, LeaseLost, Store, StoreUnavailable
from bot.store.embedded.server import EmbeddedStore
from bot.store.redis import RedisError, Script, sentences

log = logging.getLogger(__name__)

SLOW = "slow"
QUICK = "quick"
POSTS = "posts"
DOCKETS = (SLOW, QUICK, POSTS)
CONCURRENCY: Mapping[str, int] = {SLOW: 8, QUICK: 16, POSTS: 250}
HOLD: Mapping[str, Hold] = {SLOW: Hold.THROUGH_OUTAGES, QUICK: Hold.SURE, POSTS: Hold.SURE}
"""A digest in the making posts nothing and its calls are dear: while the store is away it goes on. An answer is seen: it stops in time."""
REDELIVERY = timedelta(seconds=30)
HELD_BY_ANOTHER = timedelta(seconds=10)
AFTER_A_FAULT = timedelta(seconds=5)
"""Four times as long after each further one."""
LONG_IDLE = timedelta(hours=1)
"""Of a consumer that is no more, and what a message it held is made to look like."""
DRAIN = 20.0


FREE = Script("""
local stream, sweep = KEYS[1], KEYS[2]
local group, prefix, long = ARGV[1], ARGV[2], tonumber(ARGV[3])
local pending = redis.pcall('XPENDING', stream, group, '-', '+', 10000)
if pending.err then return 0 end
for _, message in ipairs(pending) do
  local id, consumer = message[1], message[2]
  if string.sub(consumer, 1, #prefix) == prefix then
    redis.call('XCLAIM', stream, group, consumer, 0, id, 'IDLE', long, 'JUSTID')
  end
end
for _, raw in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local consumer = {}
  for i = 1, #raw, 2 do consumer[raw[i]] = raw[i + 1] end
  if consumer.pending == 0 and consumer.idle > long then redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name) end
end
redis.call('DEL', sweep)
return 1
""")
"""Makes pending messages of some consumers look long abandoned, takes away consumers long dead, and lets the next sweep be at once."""


class _Calm(logging.Filter):
    """A store that is away makes docket say so several times a second, each with a traceback: a line every ten seconds tells as much."""

    said = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        told = any(words in str(record.msg) for words in ("Redis is unavailable", "Redis error"))
        if not isinstance(error, RedisError | OSError) and not told:
            return True
        if time.monotonic() - _Calm.said < 10:
            return False
        _Calm.said = time.monotonic()
        record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        record.msg, record.args = "event=queue_waits cause=%s", (type(error).__name__ if error else "ConnectionError",)
        return True


for _name in ("docket.worker", "docket.docket", "docket.strikelist"):
    logging.getLogger(_name).addFilter(_Calm())


class Later(Exception):
    """Raised by a task that has to wait for something: it is begun again after `wait`, and that is no death."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"again in {wait}")
        self.wait = wait


@dataclass(frozen=True)
class Task:
    """What a task's function gets to know of itself."""

    key: str
    deaths: Deaths
    store: Store

    @property
    def cautious(self) -> bool:
        """It died twice at the same place: units one at a time."""
        return self.deaths.cautious

    async def checkpoint(self) -> None:
        """Something of it is stored for good."""
        await self.store.checkpoint(self.key)

    @contextlib.asynccontextmanager
    async def unit(self, name: str) -> AsyncIterator[bool]:
        """Around a part of it that may kill the process: a paper. False: it has, twice, and is to be left out."""
        sound = not await self.store.should_skip(self.key, name)
        if sound:
            await self.store.unit_started(self.key, name)
        try:
            yield sound
        except BaseException:
            await _shielded(self.store.unit_failed(self.key, name))
            raise
        await self.store.unit_done(self.key, name)


Function = Callable[..., Awaitable[None]]
"""Takes a Task and the ids it was put in with."""


async def say_nothing(task: str, note: str) -> None:
    """Called with what is put aside."""


class Queue:
    """`async with Queue(url, store) as queue:`; register, `add` from anywhere, and `run` where work is to be done."""

    def __init__(
        self,
        url: str,
        store: Store,
        embedded: EmbeddedStore | None = None,
        *,
        concurrency: Mapping[str, int] = CONCURRENCY,
        redelivery: timedelta | None = None,
        on_aside: Callable[[str, str], Awaitable[None]] = say_nothing,
    ) -> None:
        self._url = url
        self._store = store
        self._embedded = embedded
        self._concurrency = concurrency
        self._redelivery = redelivery or REDELIVERY
        self._on_aside = on_aside
        self._functions: dict[str, Function] = {}
        self._docket_of: dict[str, str] = {}
        # Results and exceptions are not kept: what counts is in the store, and an exception may hold what must not leak.
        self._dockets = {
            name: Docket(f"paperboy-{name}", url, execution_ttl=timedelta(0), missed_heartbeats=10) for name in DOCKETS
        }
        self._runners: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for docket in self._dockets.values():
            await self._stack.enter_async_context(docket)
            docket.register(self._task, names=["task"])
        await self._take_over()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    def register(self, name: str, function: Function, docket: str) -> None:
        if docket not in self._dockets:
            raise ValueError(f"no such docket: {docket}")
        self._functions[name] = function
        self._docket_of[name] = docket

    async def add(
        self, task: str, *ids: str, key: str = "", wait: timedelta = timedelta(0), again: bool = False
    ) -> bool:
        """Puts a task in, to be begun after `wait`. False if one of its key is in, or is done (unless it is to be done `again`)."""
        name = key or ":".join((task, *ids))
        if again:
            await self._store.unmark_done(name)
        elif await self._store.is_done(name):
            return False
        with sentences(self._url):
            put = self._dockets[self._docket_of[task]].add("task", when=datetime.now(UTC) + wait, key=name)
            execution = await put(task, json.dumps(ids))
        return execution.disposition.name == "SCHEDULED"

    async def cancel(self, task: str, *ids: str, key: str = "") -> None:
        """Takes a task out, also while it runs."""
        with sentences(self._url):
            await self._dockets[self._docket_of[task]].cancel(key or ":".join((task, *ids)))

    async def depth(self) -> dict[str, int]:
        """How many tasks are in each docket, running ones included."""
        depths = {}
        for name, docket in self._dockets.items():
            waiting, parked = await self._store.redis.batch([("XLEN", docket.stream_key), ("ZCARD", docket.queue_key)])
            depths[name] = int(waiting) + int(parked)
        return depths

    # ------------------------------------------------------------ running

    async def run(self, *dockets: str) -> None:
        """Works until `drain` or cancellation. All dockets unless told which."""
        at_work = [asyncio.create_task(self._work_on(name), name=f"docket {name}") for name in dockets or DOCKETS]
        try:
            await asyncio.wait(at_work, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            await self._stop_now()
            ends = await asyncio.gather(*at_work, return_exceptions=True)
            await self._release()
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def drain(self, patience: float = DRAIN) -> None:
        """No new tasks; running ones may end, and are stopped after `patience` seconds. They go on from their checkpoints, anywhere."""
        self._stopping.set()
        if self._runners:
            await asyncio.wait(self._runners, timeout=patience)
        await self._stop_now()

    async def _work_on(self, docket: str) -> None:
        async with self._worker(docket) as worker:  # leaving it lets running tasks end
            runner = asyncio.create_task(worker.run_forever(), name=f"worker {docket}")
            stopping = asyncio.create_task(self._stopping.wait())
            self._runners.add(runner)
            await asyncio.wait((runner, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        if not runner.cancelled():
            runner.result()  # a bug in the worker reaches the caller

    async def _stop_now(self) -> None:
        """Again and again, because a cancellation can be swallowed on its way (see `bot.store.redis`)."""
        self._stopping.set()
        while left := {runner for runner in self._runners if not runner.done()}:
            for runner in left:
                runner.cancel()
            await asyncio.wait(left, timeout=1)

    def _worker(self, docket: str) -> Worker:
        return Worker(
            self._dockets[docket],
            name=f"{socket.gethostname()}#{os.getpid()}#{uuid4().hex[:6]}",
            concurrency=self._concurrency[docket],
            redelivery_timeout=self._redelivery,
            reconnection_delay=timedelta(seconds=1),
            schedule_automatic_tasks=False,
        )

    async def _task(self, name: str, ids: str, execution: Execution = CurrentExecution()) -> None:  # noqa: B008  # how docket is asked
        function = self._functions.get(name)
        if function is None:  # put in by a newer version of the program
            raise AdmissionBlocked(execution, "unknown task", retry_delay=self._redelivery)
        try:
            if await self._store.is_done(execution.key):
                return
            hold = HOLD[self._docket_of[name]]
            async with self._store.lease(f"task:{execution.key}", self._redelivery, wait=timedelta(0), hold=hold):
                await self._attempt(function, json.loads(ids), execution)
        except LeaseBusy as busy:
            raise AdmissionBlocked(execution, "another worker", retry_delay=HELD_BY_ANOTHER) from busy
        except (LeaseLost, StoreUnavailable) as error:
            log.warning("event=task-lost task=%s reason=%s", execution.key, error)
            _leave_pending(execution)

    async def _attempt(self, function: Function, ids: list[str], execution: Execution) -> None:
        key, attempt = execution.key, uuid4().hex
        deaths = await self._store.task_begun(key, attempt)
        if deaths.hopeless:
            await self._set_aside(key)
            return
        try:
            await function(Task(key, deaths, self._store), *ids)
        except Later as later:
            await self._store.task_let_go(key, attempt)
            raise AdmissionBlocked(execution, "waiting", retry_delay=later.wait) from later
        except asyncio.CancelledError:
            await _shielded(self._store.task_let_go(key, attempt))
            raise
        except (LeaseLost, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("event=task-failed task=%s attempt=%s", key, attempt)
            delay = AFTER_A_FAULT * 4**deaths.count
            raise AdmissionBlocked(execution, "a fault", retry_delay=delay) from error
        await self._store.mark_done(key)
        await self._store.task_ended(key)

    async def _set_aside(self, key: str) -> None:
        note = "Five attempts ended at the same place."
        log.error("event=task-aside task=%s", key)
        await self._store.put_aside(key, note)
        await self._on_aside(key, note)
        await self._store.task_ended(key)

    # ------------------------------------------------------------ what the dead left

    async def _take_over(self) -> None:
        """Where no other process lives, nothing of the dead need be waited for."""
        if self._embedded is None:
            return
        async with self._embedded.alone() as alone:
            if alone:
                await self._store.free_leases()
                for docket in self._dockets.values():
                    await self._free(docket)

    async def _release(self) -> None:
        """What this process had begun and not ended is free for others at once."""
        with contextlib.suppress(StoreUnavailable, RedisError):
            for docket in self._dockets.values():
                await self._free(docket, f"{socket.gethostname()}#{os.getpid()}#")

    async def _free(self, docket: Docket, prefix: str = "") -> None:
        long = int(LONG_IDLE.total_seconds() * 1000)
        keys = [docket.stream_key, docket.redelivery_sweep_key]
        await self._store.redis.run(FREE, keys, [docket.worker_group_name, prefix, long])


def _leave_pending(execution: Execution) -> NoReturn:
    """Neither done nor given back: whoever sweeps next takes it, and if another worker has it, it stays theirs."""
    raise AdmissionBlocked(execution, "lost", handled=True)


async def _shielded(request: Awaitable[None]) -> None:
    """Ends although the task is being cancelled, if it takes no more than five seconds."""
    with contextlib.suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.shield(request)
