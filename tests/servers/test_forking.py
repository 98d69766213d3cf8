"""What stands for a forked process hands on what it was given, and takes the process along when it is killed."""

import asyncio
import json
import os
import socket
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.deadline import DEADLINE


async def test_descriptors_keep_their_numbers(forks):
    read, write = os.pipe()
    code = f"import os; os.write({write}, b'handed on')"
    process = await asyncio.create_subprocess_exec(*forks.command, str(write), "-c", code, pass_fds=[write])
    os.close(write)
    async with asyncio.timeout(DEADLINE):
        assert await process.wait() == 0
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"handed on"


async def test_a_process_ends_with_what_stands_for_it(forks):
    code = "import signal; print('runs', flush=True); signal.pause()"
    process = await asyncio.create_subprocess_exec(*forks.command, "-c", code, stdout=PIPE)
    assert await process.stdout.readline() == b"runs\n"
    process.kill()
    async with asyncio.timeout(DEADLINE):
        assert await process.stdout.read() == b""
    await process.wait()


async def test_who_asks_and_is_killed_at_once_takes_nobody_else_along(forks):
    status, theirs = socket.socketpair()
    with theirs, Path(os.devnull).open("r+b") as nothing, socket.socket(socket.AF_UNIX) as control:
        control.connect(forks.command[-1])
        control.recv(1)
        status.close()
        request = json.dumps({"code": "", "words": [], "passed": [], "cwd": ".", "env": {}}).encode()
        descriptors = [theirs.fileno(), *[nothing.fileno()] * 3]
        socket.send_fds(control, [len(request).to_bytes(4, "big") + request], descriptors)
    process = await asyncio.create_subprocess_exec(*forks.command, "-c", "print('runs')", stdout=PIPE)
    async with asyncio.timeout(DEADLINE):
        assert await process.stdout.read() == b"runs\n"
    assert await process.wait() == 0
