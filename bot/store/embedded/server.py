"""The embedded store: one Redis or Valkey server per data directory, shared by its processes.

Three kernel locks, which end with the process that holds them:
- `start.lock` is held while a process adopts or starts the server.
- `users.lock` is shared by all users; a process that can lock it exclusively is the only one.
  It is taken before `start.lock`, so that the server can be started again at any time.
- `server.log` is locked by the server, which inherits the open file, so that no second server
  starts on the same files.

The server's parent is a guard, a short shell script that reads from a pipe. When the process
that started it is killed, the pipe closes and the guard ends the server, on Linux and macOS
alike. If that process ends cleanly while others are connected, it writes a word to the pipe and
the server stays. Each process watches its connection and adopts or starts again when it breaks.
One that begins alone ends a server that it finds, which the guard of a killed one may be about to.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import subprocess
import time
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from bot.store.embedded.directory import (
    StoreUnavailable,
    full_disk,
    last_log_line,
    ping,
    prepare,
    server_binary,
    server_lock,
    socket_path,
)
from digest.errors import for_log

log = logging.getLogger(__name__)

START_TIMEOUT = 30.0
"""Seconds that another process may take to start the server."""
LOADING = 300.0
"""Seconds that a server may take to read its files back."""

GUARD = """trap "" XFSZ
"$@" &
server=$!
exec >&-
read -r word && exit 0
kill -TERM "$server" 2>/dev/null
wait "$server"
"""
"""`XFSZ` is ignored so that a limit on file sizes looks like a full disk."""


ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""The variables of the environment that the server gets: no tokens."""


class Stopped(StrEnum):
    STOPPED = "stopped"
    NOT_RUNNING = "not running"
    IN_USE = "in use"


class EmbeddedStore:
    """`async with EmbeddedStore(home) as store:` keeps a server alive at `store.url`."""

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().resolve()
        self.socket = socket_path(self.home)
        self._users: IO[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    async def __aenter__(self) -> Self:
        prepare(self.home)
        self._users = (self.home / "users.lock").open("ab")
        try:
            await _lock(self.home, self._users, fcntl.LOCK_SH)
            async with _start_lock(self.home):
                await self._end_orphan(self._users)
                await self._adopt_or_start()
        except BaseException:
            await self._let_go()
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name="embedded store")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        async with _start_lock(self.home):
            if self._alone():
                await _shut_down(self.home)
            elif self._guard is not None and self._guard.stdin is not None:
                with contextlib.suppress(OSError):
                    self._guard.stdin.write(b"stay\n")
            await self._let_go()

    async def _end_orphan(self, users: IO[bytes]) -> None:
        """Ends a server that nobody uses: the guard of a killed process is about to."""
        if self._alone():
            await _shut_down(self.home)
        await _lock(self.home, users, fcntl.LOCK_SH)  # a refused exclusive lock has lost the shared one

    async def ensure(self) -> None:
        """Adopts or starts the server. Safe at any time, in several processes at once."""
        async with _start_lock(self.home):
            await self._adopt_or_start()

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Yields whether no other process uses this store. None can begin meanwhile: be quick.

        The start lock is free in the block, so that a server that dies then is started again.
        """
        async with _start_lock(self.home):
            alone = self._alone()
            if not alone and self._users is not None:
                await _lock(self.home, self._users, fcntl.LOCK_SH)  # a refused exclusive lock has lost the shared one
        try:
            yield alone
        finally:
            if self._users is not None:
                await _lock(self.home, self._users, fcntl.LOCK_SH)

    def _alone(self) -> bool:
        """Tries to lock `users.lock` exclusively. Only under the start lock."""
        if self._users is None:
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def _let_go(self) -> None:
        if self._users is not None:
            self._users.close()
            self._users = None
        await self._dismiss_guard()

    async def _dismiss_guard(self) -> None:
        """Closes the pipe. The guard ends, and so does the server unless it is to stay."""
        guard, self._guard = self._guard, None
        if guard is not None and guard.stdin is not None:
            guard.stdin.close()
            await asyncio.to_thread(guard.wait)

    async def _adopt_or_start(self) -> None:
        ends = time.monotonic() + START_TIMEOUT
        while True:
            answer = await ping(self.socket)
            if answer == "PONG":
                return
            if answer == "LOADING":
                await self._wait_until_loaded()
                return
            alive = server_lock(self.home)
            if alive is not None:
                await self._start(alive)
                return
            if time.monotonic() > ends:  # starting, stopping or stuck
                raise StoreUnavailable(
                    f"The store in {self.home} runs but does not answer. Its log is {self.home / 'server.log'}; "
                    "end the process, or restart the machine."
                )
            await asyncio.sleep(0.05)

    async def _start(self, alive: IO[bytes]) -> None:
        """`alive` is the locked log, which the server inherits."""
        await self._dismiss_guard()
        with alive:
            if full := full_disk(self.home):
                raise full
            self._guard = subprocess.Popen(  # noqa: S603, ASYNC220  # returns at once: the shell is replaced by nothing that waits
                ["/bin/sh", "-c", GUARD, "paperboy-store", *self._command()],
                stdin=subprocess.PIPE,
                stdout=alive,
                stderr=subprocess.DEVNULL,
                cwd=self.home,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                start_new_session=True,
                umask=0o077,
                bufsize=0,
            )
        log.info("event=store_started home=%s", self.home)
        await self._wait_until_loaded()

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.home / "store"),
            "appendonly": "yes",
            # With `everysec` a write waits for a busy disk, and is lost if the server is killed.
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "daemonize": "no",
            "databases": "1",
        }
        return [str(server_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]

    async def _wait_until_loaded(self) -> None:
        ends = time.monotonic() + LOADING
        while (answer := await ping(self.socket)) != "PONG":
            gone = server_lock(self.home) if answer is None else None
            if gone is not None:
                gone.close()
                raise StoreUnavailable(f"The store could not be started: {last_log_line(self.home)}")
            if time.monotonic() > ends:
                raise StoreUnavailable(f"The store in {self.home} takes too long to read its files.")
            await asyncio.sleep(0.01)

    async def _keep_alive(self) -> None:
        """Waits on an idle connection, which ends when the server does."""
        pause = 0.1
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self.socket)
                try:
                    pause = 0.1
                    await reader.read()
                finally:
                    writer.close()
                log.warning("event=store_lost home=%s", self.home)
            except OSError:
                log.debug("event=store_unreachable home=%s", self.home)
            try:
                await self.ensure()
            except (StoreUnavailable, OSError) as error:
                log.error("event=store_down reason=%s", for_log(error))  # noqa: TRY400  # the sentence is the whole story
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)


@contextlib.asynccontextmanager
async def _start_lock(home: Path) -> AsyncIterator[None]:
    with (home / "start.lock").open("ab") as file:
        await _lock(home, file, fcntl.LOCK_EX)
        yield


async def _lock(home: Path, file: IO[bytes], how: int) -> None:
    """Locks a file without blocking the event loop. Raises StoreUnavailable."""
    ends = time.monotonic() + START_TIMEOUT
    while True:
        try:
            return fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends and await ping(socket_path(home)) != "LOADING":
                raise StoreUnavailable(
                    f"Another process holds {file.name} and does not let go. `fuser {file.name}` names it; end it."
                ) from None
            await asyncio.sleep(0.02)


async def _shut_down(home: Path) -> bool:
    """Stops the server and waits for its end. Only under the start lock."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket_path(home))
    except OSError:
        return False
    with contextlib.suppress(OSError):
        writer.write(b"SHUTDOWN NOSAVE FORCE\r\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await reader.read()
        writer.close()
    ends = time.monotonic() + 10
    while (free := server_lock(home)) is None and time.monotonic() < ends:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    if free is not None:
        free.close()
    return free is not None


async def stop(home: Path) -> Stopped:
    """Ends a server unless it is in use, since its users would start it again."""
    store = EmbeddedStore(home)
    home = store.home
    if not (home / "server.log").exists():  # never used
        return Stopped.NOT_RUNNING
    prepare(home)
    async with _start_lock(home):
        with (home / "users.lock").open("ab") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return Stopped.IN_USE
            return Stopped.STOPPED if await _shut_down(home) else Stopped.NOT_RUNNING


@contextlib.asynccontextmanager
async def store_address(redis_url: str, home: Path) -> AsyncIterator[tuple[str, EmbeddedStore | None]]:
    """Yields REDIS_URL, or the address of an embedded store that runs as long as the context."""
    if redis_url:
        yield redis_url, None
        return
    async with EmbeddedStore(home) as store:
        yield store.url, store
