"""What a child process does instead of parsing. It imports this module, so that it need not import a test's."""

import os
import signal
import socket
from pathlib import Path

from digest.errors import Unreadable
from digest.fulltext import worker


def dying(job: worker.Job) -> bytes:
    os.kill(os.getpid(), signal.SIGSEGV)
    return b""


def endless(job: worker.Job) -> bytes:
    while True:
        pass


def greedy(job: worker.Job) -> bytes:
    try:
        held = bytearray(4_000_000_000)
    except MemoryError as e:
        raise Unreadable("needs more memory than is allowed") from e
    return bytes(held[:1])


def nosy(job: worker.Job) -> bytes:
    environ = Path("/proc/self/environ")
    return repr(sorted(os.environ)).encode() + (environ.read_bytes() if environ.exists() else b"")


def calling(job: worker.Job) -> bytes:
    """Connects to the port in the data."""
    try:
        socket.create_connection(("127.0.0.1", int(job.data)), 5).close()
    except OSError:
        return b"refused"
    return b"connected"
