"""Runs the child process that parses, from the first paper until it is idle.

A child may crash, hang or run out of memory over a paper, which is then Unreadable (`Crashed`), and
the next paper gets a new child. A paper whose idle child was killed also gets a new one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from typing import Any

from pebble import ProcessExpired, ProcessPool

from digest.errors import Unreadable
from digest.fulltext import worker
from digest.model import Basis, Paper

log = logging.getLogger(__name__)

SECONDS = 60.0
OVERHEAD = 30.0
"""Seconds that a child may take to start and to return its result, besides parsing."""
IDLE = 5.0
"""Seconds after which idle children are stopped: each holds about 70 MB. ArXiv's pace brings the
next text within two, and a process that ends meanwhile waits a tenth of a second for them."""
TASKS = 100
"""Papers after which a child is replaced, because PDFium and lxml fragment its memory."""


Work = Callable[[Any], bytes]
"""A function of `worker`."""

_living: set[ProcessPool] = set()
"""Pools of this process. Each has named semaphores from its first child until after its last."""
_changing = threading.Lock()
"""Held while `_living` changes, and while what its members share is stopped."""


class Crashed(Unreadable):
    """The child died or was stopped over this paper. This may not happen again."""


class ChildPool:
    def __init__(self, *, seconds: float = SECONDS, idle: float = IDLE) -> None:
        self._seconds = seconds
        self._memory = worker.memory_ceiling()
        self._idle = idle
        self._pool: ProcessPool | None = None
        self._children: frozenset[int | None] = frozenset()
        """Process ids at the time when the last paper was given out."""
        self._slot = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._busy = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def parse(self, basis: Basis, data: bytes, paper: Paper) -> bytes:
        """Returns a FullText as JSON. Raises Unreadable, or `Crashed` if the child ended."""
        job = worker.Job(basis, data, paper.id, paper.version, self._seconds)
        return await self._run_bounded(worker.parse, job, basis.value.upper())

    async def redraw(self, data: bytes, *, unchanged: bool) -> bytes:
        """Returns a picture encoded anew. Raises Unreadable, or `Crashed` if the child ended."""
        return await self._run_bounded(worker.redraw, worker.PictureJob(data, unchanged, self._seconds), "picture")

    async def _run_bounded(self, function: Work, job: object, what: str) -> bytes:
        self._cancel_idle_timer()
        self._busy += 1
        try:
            async with self._slot:
                try:
                    return await self._run(function, job)
                except BrokenProcessPool:  # the idle child was killed before it got this paper
                    await self._stop()
                    return await self._run(function, job)
        except ProcessExpired as e:
            raise Crashed(f"reading the {what} ended its process ({e.exitcode})") from e
        except BrokenProcessPool as e:
            raise Crashed(f"no process could be started to read the {what}") from e
        except TimeoutError as e:
            raise Crashed(f"reading the {what} took more than {self._seconds:g} s") from e
        finally:
            self._busy -= 1
            if not self._busy:
                self._start_idle_timer()

    async def aclose(self) -> None:
        self._cancel_idle_timer()
        await self._stop()
        while self._closing:
            await asyncio.gather(*self._closing)
            await asyncio.sleep(0)  # lets done tasks leave the set: gather of them does not yield

    async def _run(self, function: Work, job: object) -> bytes:
        async with self._starting:
            future = await asyncio.to_thread(self._schedule, function, job)
        try:
            async with asyncio.timeout(self._seconds + OVERHEAD):
                result: bytes = await asyncio.wrap_future(future)
        except TimeoutError:
            await self._stop()
            raise
        return result

    def _schedule(self, function: Work, job: object) -> Future[bytes]:
        """Starts the work in a thread, because starting a process takes a while."""
        if self._pool is not None and _children() != self._children:
            _stop(self._pool)  # a killed child may have held a lock, which nobody releases
            self._pool = None
        if self._pool is None:
            self._pool = _new(self._memory)
        try:
            future: Future[bytes] = self._pool.schedule(function, args=(job,), timeout=self._seconds)
        except (RuntimeError, OSError) as e:
            raise BrokenProcessPool(str(e)) from e
        self._children = _children()
        return future

    def _cancel_idle_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_idle_timer(self) -> None:
        self._cancel_idle_timer()
        if self._pool is not None:
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._stop_if_idle)

    def _stop_if_idle(self) -> None:
        if not self._busy:
            task = asyncio.get_running_loop().create_task(self._stop())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(_stop, pool)


def _children() -> frozenset[int | None]:
    return frozenset(child.pid for child in multiprocessing.active_children())


def _new(memory: int) -> ProcessPool:
    with _changing:
        pool = ProcessPool(
            max_workers=1,
            max_tasks=TASKS,
            initializer=worker.limit_process,
            initargs=(memory,),
            context=multiprocessing.get_context("spawn"),
        )
        _living.add(pool)
    return pool


def _stop(pool: ProcessPool) -> None:
    stopped = False
    while not stopped:
        pool.stop()  # type: ignore[no-untyped-call]
        with contextlib.suppress(RuntimeError):  # it was starting, and runs now
            pool.join()
            stopped = True
    with _changing:
        _living.discard(pool)
        if not _living:
            _stop_tracker()
    log.debug("event=parsers_stopped")


def _stop_tracker() -> None:
    """Stops multiprocessing's process for named semaphores (6 MB), if no pool has any.

    It unlinks remaining semaphores, and no child can open them then. Living children hold its pipe,
    and stopping would wait for them. It restarts by itself."""
    stop = getattr(getattr(resource_tracker, "_resource_tracker", None), "_stop", None)  # private
    if stop is not None and not multiprocessing.active_children():
        stop()
