"""The task queue: adds tasks and runs them. The only importer of docket.

There are three dockets, so that no task waits for slower ones: `quick` (answers), `slow` (digests,
few at once) and `posts` (deliveries: a channel takes a message a second, so very many wait at
once). A task is a name and ids; its data is in the store. A task is delivered until it ends: if its
worker dies or freezes, another takes it after half a minute, or at once if no other process is
alive. Docket's key prevents duplicates while a task is queued, our done marker afterwards, and a
lease keeps two workers from running it at once. Deaths of its workers are counted from its last
checkpoint (`bot.store.work.tasks`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, NoReturn, Self, cast
from uuid import uuid4

from bot.core.ids import join_key
from bot.core.texts import say
from bot.store import LeaseBusy, LeaseLost, LeasePolicy, Store, StoreUnavailable, TaskDeaths
from bot.store.embedded.server import EmbeddedStore
from bot.store.redis import RedisError, Script, sentences
from digest.errors import for_log, trace


@contextlib.contextmanager
def _without_results() -> Iterator[None]:
    """Lets docket import no library to keep results with, which would take 6 MB: none is kept here.
    It finds classes of these names that have nothing."""
    names = {"key_value.aio.protocols.key_value": "AsyncKeyValue", "key_value.aio.stores.redis": "RedisStore"}
    made = {module: ModuleType(module) for module in names.keys() - sys.modules.keys()}
    for module, empty in made.items():
        setattr(empty, names[module], type(names[module], (), {}))
    sys.modules.update(made)
    try:
        yield
    finally:
        for module in made:
            del sys.modules[module]


with _without_results():
    from docket import CurrentExecution, Docket, Execution, Worker
    from docket.dependencies import AdmissionBlocked

log = logging.getLogger(__name__)

SLOW = "slow"
QUICK = "quick"
POSTS = "posts"
DOCKETS = (SLOW, QUICK, POSTS)
CONCURRENCY: Mapping[str, int] = {SLOW: 8, QUICK: 16, POSTS: 250}
LEASE_POLICY: Mapping[str, LeasePolicy] = {
    SLOW: LeasePolicy.THROUGH_OUTAGES,
    QUICK: LeasePolicy.STRICT,
    POSTS: LeasePolicy.STRICT,
}
"""A digest costs money and posts nothing: it continues while the store is away. Posts stop."""
REDELIVERY = timedelta(seconds=30)
RETRY_IF_HELD = timedelta(seconds=3)
RETRY_AFTER_FAULT = timedelta(seconds=5)
"""Quadrupled after each further fault."""
UNKNOWN_FOR = timedelta(days=1)
"""How long a task waits for a version of the program that knows it."""
DEAD_AFTER = timedelta(hours=1)
"""Idle time after which a consumer counts as dead; set on its messages so that they are claimed."""
DRAIN = 20.0

FREE_PENDING = Script("""
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
"""Ages pending messages of some consumers, deletes dead consumers, frees the next sweep."""


class _OutageFilter(logging.Filter):
    """Reduces docket's tracebacks during an outage to one line every ten seconds."""

    last_logged = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        outage = any(words in str(record.msg) for words in ("Redis is unavailable", "Redis error"))
        if not isinstance(error, RedisError | OSError) and not outage:
            return True
        if time.monotonic() - _OutageFilter.last_logged < 10:
            return False
        _OutageFilter.last_logged = time.monotonic()
        record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        record.msg, record.args = "event=queue_waits cause=%s", (type(error).__name__ if error else "ConnectionError",)
        return True


for _name in ("docket.worker", "docket.docket", "docket.strikelist"):
    logging.getLogger(_name).addFilter(_OutageFilter())


class RetryLater(Exception):
    """Raised by a task to be run again after `wait`; this does not count as a death."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"retry in {wait}")
        self.wait = wait


@dataclass(frozen=True)
class Task:
    """What a task's function knows about its own execution."""

    key: str
    deaths: TaskDeaths
    store: Store

    @property
    def cautious(self) -> bool:
        """Whether it died twice at the same checkpoint, so units run one at a time."""
        return self.deaths.cautious

    async def checkpoint(self) -> None:
        """Call this after storing progress. Later deaths are counted from here."""
        await self.store.checkpoint(self.key)

    @contextlib.asynccontextmanager
    async def unit(self, name: str) -> AsyncIterator[bool]:
        """Wraps a part that may kill the process. Yields False if it did so twice: skip it."""
        allowed = not await self.store.should_skip(self.key, name)
        if allowed:
            await self.store.begin_unit(self.key, name)
        try:
            yield allowed
        except BaseException:
            await _complete(self.store.fail_unit(self.key, name))
            raise
        await self.store.end_unit(self.key, name)


Function = Callable[..., Awaitable[None]]
"""Takes a Task and the ids given to `add`."""


async def _ignore(task: str, note: str) -> None: ...


class Queue:
    """Use with `async with`. `on_set_aside` gets the key and a note of each task given up."""

    def __init__(
        self,
        url: str,
        store: Store,
        embedded: EmbeddedStore | None = None,
        *,
        redelivery: timedelta | None = None,
        on_set_aside: Callable[[str, str], Awaitable[None]] = _ignore,
    ) -> None:
        self._url = url
        self._store = store
        self._embedded = embedded
        self._redelivery = redelivery or REDELIVERY
        self._on_set_aside = on_set_aside
        self._functions: dict[str, Function] = {}
        self._docket_of: dict[str, str] = {}
        # Results are in our store, and an exception may hold secrets: docket keeps neither.
        nothing = cast(Any, object())
        self._dockets = {
            name: Docket(
                f"paperboy-{name}", url, execution_ttl=timedelta(0), missed_heartbeats=10, result_storage=nothing
            )
            for name in DOCKETS
        }
        self._runners: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for docket in self._dockets.values():
            await self._stack.enter_async_context(docket)
            docket.register(self._run_task, names=["task"])
        await self._free_if_alone()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    def register(self, name: str, function: Function, docket: str) -> None:
        if docket not in self._dockets:
            raise ValueError(f"no such docket: {docket}")
        self._functions[name] = function
        self._docket_of[name] = docket

    async def add(self, task: str, *ids: str, key: str = "", wait: timedelta = timedelta(0)) -> bool:
        """Adds a task. Returns False if one of this key is queued or done."""
        name = key or join_key(task, *ids)
        if await self._store.is_done(name):
            return False
        with sentences(self._url):
            put = self._dockets[self._docket_of[task]].add("task", when=datetime.now(UTC) + wait, key=name)
            execution = await put(task, json.dumps(ids))
        return execution.disposition.name == "SCHEDULED"

    async def hasten(self, task: str, *ids: str) -> None:
        """Runs a task at once that waits for another try or was put aside, and forgets its deaths.
        Its lease keeps a running one from being run twice."""
        name = join_key(task, *ids)
        await self._store.take_up(name)
        await self._store.unmark_done(name)
        with sentences(self._url):
            put = self._dockets[self._docket_of[task]].replace("task", when=datetime.now(UTC), key=name)
            await put(task, json.dumps(ids))

    async def depth(self) -> dict[str, int]:
        """Returns the number of tasks in each docket, running ones included."""
        depths = {}
        for name, docket in self._dockets.items():
            waiting, parked = await self._store.redis.batch([("XLEN", docket.stream_key), ("ZCARD", docket.queue_key)])
            depths[name] = int(waiting) + int(parked)
        return depths

    async def run(self, *dockets: str) -> None:
        """Runs tasks of the named dockets (default: all) until `drain` or cancellation."""
        at_work = [asyncio.create_task(self._run_worker(name), name=f"docket {name}") for name in dockets or DOCKETS]
        try:
            await asyncio.wait(at_work, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            await self._stop_now()
            results = await asyncio.gather(*at_work, return_exceptions=True)
            await self._free_own()
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def drain(self, grace: float = DRAIN) -> None:
        """Takes no new tasks; stops running ones after `grace` seconds, to be resumed."""
        self._stopping.set()
        if self._runners:
            await asyncio.wait(self._runners, timeout=grace)
        await self._stop_now()

    async def _run_worker(self, docket: str) -> None:
        async with self._worker(docket) as worker:  # its exit waits for running tasks
            runner = asyncio.create_task(worker.run_forever(), name=f"worker {docket}")
            stopping = asyncio.create_task(self._stopping.wait())
            self._runners.add(runner)
            await asyncio.wait((runner, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        await asyncio.gather(runner, return_exceptions=True)
        if not runner.cancelled():
            runner.result()  # a bug in the worker reaches the caller

    async def _stop_now(self) -> None:
        """Cancels repeatedly, because a cancellation can be swallowed (see `bot.store.redis`)."""
        self._stopping.set()
        while left := {runner for runner in self._runners if not runner.done()}:
            for runner in left:
                runner.cancel()
            await asyncio.wait(left, timeout=1)

    def _worker(self, docket: str) -> Worker:
        return Worker(
            self._dockets[docket],
            name=f"{socket.gethostname()}#{os.getpid()}#{uuid4().hex[:6]}",
            concurrency=CONCURRENCY[docket],
            redelivery_timeout=self._redelivery,
            reconnection_delay=timedelta(seconds=1),
            schedule_automatic_tasks=False,
        )

    async def _run_task(self, name: str, ids: str, execution: Execution = CurrentExecution()) -> None:  # noqa: B008  # injected
        function = self._functions.get(name)
        try:
            if function is None:
                await self._wait_for_version(execution)
                return
            if await self._store.is_done(execution.key):
                return
            policy = LEASE_POLICY[self._docket_of[name]]
            async with self._store.lease(f"task:{execution.key}", self._redelivery, wait=timedelta(0), policy=policy):
                await self._attempt(function, json.loads(ids), execution)
        except LeaseBusy as busy:
            raise AdmissionBlocked(execution, "another worker", retry_delay=RETRY_IF_HELD) from busy
        except (LeaseLost, StoreUnavailable) as error:
            log.warning("event=task_lost task=%s reason=%s", execution.key, for_log(error))
            _leave_pending(execution)

    async def _wait_for_version(self, execution: Execution) -> None:
        """Leaves a task of another version of the program to its workers, and drops it after
        `UNKNOWN_FOR`. Its data is in the store; a version that knows it queues it again."""
        if self._store.now() - await self._store.unknown_since(execution.key) < UNKNOWN_FOR:
            raise AdmissionBlocked(execution, "unknown task", retry_delay=self._redelivery)
        log.error("event=task_unknown task=%s", execution.key)
        await self._store.end_task(execution.key)

    async def _attempt(self, function: Function, ids: list[str], execution: Execution) -> None:
        key, attempt = execution.key, uuid4().hex
        deaths = await self._store.begin_task(key, attempt)
        if deaths.hopeless:
            await self._set_aside(key)
            return
        try:
            await function(Task(key, deaths, self._store), *ids)
        except RetryLater as later:
            await self._store.release_task(key, attempt)
            await _put_off(execution, later.wait)
        except asyncio.CancelledError:
            await _complete(self._store.release_task(key, attempt))
            raise
        except (LeaseLost, StoreUnavailable):
            raise
        except Exception as error:  # noqa: BLE001  # counted, and tried again
            log.error("event=task_failed task=%s attempt=%s\n%s", key, attempt, trace(error))  # noqa: TRY400  # without messages
            delay = RETRY_AFTER_FAULT * 4**deaths.count
            await _put_off(execution, delay)
        await self._store.mark_done(key)
        await self._store.end_task(key)

    async def _set_aside(self, key: str) -> None:
        note = say.sentence("error.task")
        log.error("event=task_aside task=%s", key)
        await self._store.set_task_aside(key, note)
        await self._on_set_aside(key, note)
        await self._store.end_task(key)

    async def _free_if_alone(self) -> None:
        """Frees all pending tasks and leases if no other process uses the embedded store."""
        if self._embedded is None:
            return
        async with self._embedded.alone() as alone:
            if alone:
                await self._store.free_leases()
                for docket in self._dockets.values():
                    await self._free_pending(docket)

    async def _free_own(self) -> None:
        """Frees this process's unfinished tasks for other workers at once."""
        with contextlib.suppress(StoreUnavailable, RedisError):
            for docket in self._dockets.values():
                await self._free_pending(docket, f"{socket.gethostname()}#{os.getpid()}#")

    async def _free_pending(self, docket: Docket, prefix: str = "") -> None:
        long = int(DEAD_AFTER.total_seconds() * 1000)
        keys = [docket.stream_key, docket.redelivery_sweep_key]
        await self._store.redis.run(FREE_PENDING, keys, [docket.worker_group_name, prefix, long])


async def _put_off(execution: Execution, wait: timedelta) -> NoReturn:
    """Queues the task again after `wait`, unless it was hastened or replaced while it ran: what
    docket does itself would put the newer one off."""
    execution.when = datetime.now(UTC) + wait
    await execution.schedule(reschedule_message=execution.message_id, expected_generation=execution.generation)
    raise AdmissionBlocked(execution, "put off", handled=True)


def _leave_pending(execution: Execution) -> NoReturn:
    """Leaves the message pending: the next sweep takes it, unless another worker already has it."""
    raise AdmissionBlocked(execution, "lost", handled=True)


async def _complete(request: Awaitable[None]) -> None:
    """Completes although the task is being cancelled, within five seconds."""
    with contextlib.suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.shield(request)
