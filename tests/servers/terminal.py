"""A person at a terminal: a process on a pseudo-terminal, what it shows, and what is typed."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import struct
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.deadline import DEADLINE
from tests.servers.forking import ForkServer, Started

ESCAPES = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    def __init__(self, master: int, process: Started) -> None:
        self._master, self.process = master, process
        self.raw = ""
        self._read = 0
        """What `expect` has gone past."""

    @property
    def shown(self) -> str:
        return ESCAPES.sub("", self.raw).replace("\r\n", "\n")

    async def expect(self, words: str) -> str:
        """Waits until the words are shown, after those expected before. Returns what stands before them."""
        try:
            async with asyncio.timeout(DEADLINE):
                while (at := self.shown.find(words, self._read)) < 0:
                    assert not self._ended(), f"the program ended before {words!r}:\n{self.shown}"
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{words!r} is not shown:\n{self.shown}") from None
        before, self._read = self.shown[self._read : at], at + len(words)
        return before

    def _ended(self) -> bool:
        return self.process.returncode is not None and not self._receive()

    def _receive(self) -> bool:
        try:
            data = os.read(self._master, 65536)
        except (BlockingIOError, OSError):
            return False
        self.raw += data.decode(errors="replace")
        return bool(data)

    async def answer(self, words: str, line: str) -> None:
        """Types the line at the prompt after the words: what is typed before a hidden prompt is thrown away."""
        await self.expect(words)
        async with asyncio.timeout(DEADLINE):
            while not self.shown.endswith(": "):
                await asyncio.sleep(0.02)
        self.type(line)

    def type(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def press(self, key: str) -> None:
        os.write(self._master, key.encode())

    async def ended(self) -> int:
        async with asyncio.timeout(DEADLINE):
            code = await self.process.wait()
        while self._receive():
            pass
        return code


@asynccontextmanager
async def at_terminal(forks: ForkServer, *words: str, cwd: Path, env: dict[str, str]) -> AsyncIterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = await forks.start(*words, cwd=cwd, env=env | {"TERM": "xterm-256color"}, terminal=slave)
    os.close(slave)
    os.set_blocking(master, False)
    terminal = Terminal(master, process)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, terminal._receive)
    try:
        yield terminal
    finally:
        loop.remove_reader(master)
        process.kill()
        os.close(master)
