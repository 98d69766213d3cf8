"""The program as a process, against a local arXiv and a local model that speak the real protocols."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.settings.settings import Settings
from bot.server.service import Role, serve
from bot.store.embedded.directory import server_lock
from tests.servers.arxiv import ArxivServer
from tests.servers.forking import ForkServer, Started
from tests.servers.model import ModelServer
from tests.servers.papers import a_day

FRIDAY = date(2026, 1, 30)
MORNING = datetime(2026, 1, 30, 9, tzinfo=UTC)


@dataclass
class Result:
    code: int
    out: str
    err: str


@dataclass
class World:
    arxiv: ArxivServer
    model: ModelServer
    home: Path
    forks: ForkServer
    environment: dict[str, str] = field(default_factory=dict)

    def at(self, now: datetime) -> None:
        """The day that arXiv and the program live in."""
        self.arxiv.now = now
        self.environment["PAPERBOY_NOW"] = now.isoformat()

    async def start(self, *words: str, output: Any = None, **environment: str) -> Started:
        """A process of its own. `output`: a file for stdout and stderr; else they are pipes."""
        bare = {name: value for name, value in os.environ.items() if re.fullmatch(r"PATH|LANG|LC_.*|TMPDIR", name)}
        env = bare | {"HOME": str(self.home), "SHORTEN_PACE": "10"} | self.environment | environment
        return await self.forks.start(*words, cwd=self.home, env=env, output=output)

    async def run(self, *words: str, **environment: str) -> Result:
        process = await self.start(*words, **environment)
        out, err = await process.communicate()
        return Result(await process.wait(), out.decode(), err.decode())


@contextlib.asynccontextmanager
async def serving(settings: Settings, *roles: Role) -> AsyncIterator[None]:
    """`paperboy run` in this process, where that it is a process of its own is not the claim. All roles unless named."""
    running = asyncio.create_task(serve(settings, frozenset(roles or Role)))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextlib.asynccontextmanager
async def a_world(home: Path, forks: ForkServer) -> AsyncIterator[World]:
    """Friday's list with 24 papers in cs.CV, read at nine; the model is configured."""
    async with ArxivServer(now=MORNING) as arxiv, ModelServer() as model:
        arxiv.add(*a_day(24, FRIDAY, ("cs.CV",), words=1500))
        world = World(arxiv, model, home, forks)
        world.environment |= arxiv.environment
        world.environment |= {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "sk-local",
            "LLM_MODEL": "stand-in",
            "LLM_MODEL_FAST": "stand-in-fast",
            "PAPERBOY_HOME": str(home / "home"),
        }
        world.at(MORNING)
        yield world
        await _stop_store(world)


async def _stop_store(world: World) -> None:
    """It ends with the last process that uses it. One that was killed may have left it running."""
    data = Path(world.environment["PAPERBOY_HOME"])
    if data.exists():
        if ended := server_lock(data):
            ended.close()
        else:
            await world.run("stop")


@pytest.fixture
async def world(tmp_path: Path, forks: ForkServer) -> AsyncIterator[World]:
    async with a_world(tmp_path, forks) as made:
        yield made
