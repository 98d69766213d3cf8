"""`paperboy mcp` as a process of its own, with an agent at its other end."""

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.paths import ROOT
from tests.scenarios.conftest import World

Ask = Callable[..., Awaitable[str]]
"""Calls `ask_paper`, or the tool `tool` with `given`; returns the text it answers with."""


@contextlib.asynccontextmanager
async def agent(world: World, channel: str, **environment: str) -> AsyncIterator[Ask]:
    """What the process writes to stderr is added to `mcp.log` in the world's folder."""
    env = {"PATH": os.environ["PATH"], "HOME": str(world.home), "PYTHONPATH": str(ROOT), "SHORTEN_PACE": "10"}
    words = ["-m", "tests.servers.short_waits", "mcp", "--channel", channel]
    started = StdioServerParameters(
        command=sys.executable, args=words, env=env | world.environment | environment, cwd=world.home
    )
    with (world.home / "mcp.log").open("a") as log:
        async with stdio_client(started, log) as streams, ClientSession(*streams) as client:
            await client.initialize()

            async def ask(paper_id: str = "", question: str = "", tool: str = "ask_paper", **given: str) -> str:
                values = given or {"paper_id": paper_id, "question": question}
                return (await client.call_tool(tool, values)).content[0].text

            yield ask
