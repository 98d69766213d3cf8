"""`paperboy mcp` as a process of its own, with an agent at its other end."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.bot.server.test_health import free_port
from tests.deadline import DEADLINE
from tests.paths import ROOT
from tests.scenarios.conftest import World

Ask = Callable[..., Awaitable[str]]
"""Calls `ask_paper`, or the tool `tool` with `given`; returns the text it answers with."""
PROGRAM = ["-c", "import runpy; runpy.run_module('tests.servers.short_waits', run_name='__main__')", "mcp"]
START = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "an agent", "version": "1"}}


def log_of(world: World) -> Path:
    return world.home / "mcp.log"


def _environment(world: World) -> dict[str, str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(world.home), "PYTHONPATH": str(ROOT), "SHORTEN_PACE": "10"}
    return env | world.environment


def request(number: int, method: str, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()


@contextlib.asynccontextmanager
async def agent(world: World, channel: str, **environment: str) -> AsyncIterator[Ask]:
    """What the process writes to stderr is added to `log_of(world)`."""
    command, *words = [*world.forks.command, *PROGRAM, "--channel", channel]
    env = _environment(world) | environment
    started = StdioServerParameters(command=command, args=words, env=env, cwd=world.home)
    with log_of(world).open("a") as log:
        async with stdio_client(started, log) as streams, ClientSession(*streams) as client:
            await client.initialize()

            async def ask(paper_id: str = "", question: str = "", tool: str = "ask_paper", **given: str) -> str:
                values = given or {"paper_id": paper_id, "question": question}
                return (await client.call_tool(tool, values)).content[0].text

            yield ask


async def write_lines(world: World, channel: str, *lines: bytes) -> list[dict[str, Any]]:
    """What an agent that keeps to no protocol is answered: bytes to stdin, a line each, then a request that is answered when they all
    were read."""
    command = [*world.forks.command, *PROGRAM, "--channel", channel]
    with log_of(world).open("a") as log:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=log, env=_environment(world), cwd=world.home
        )
        begun = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'
        said = [request(0, "initialize", **START), begun, *lines, request(10_000, "tools/list")]
        process.stdin.write(b"\n".join(said) + b"\n")
        answers: list[dict[str, Any]] = []
        async with asyncio.timeout(DEADLINE):
            while not answers or answers[-1].get("id") != 10_000:
                answers.append(json.loads(await process.stdout.readline()))
            process.stdin.close()
            assert await process.wait() == 0
    return answers


@contextlib.asynccontextmanager
async def over_http(world: World, **environment: str) -> AsyncIterator[str]:
    """`paperboy mcp --http` at the address that is yielded."""
    port = free_port()
    env = _environment(world) | environment
    with log_of(world).open("a") as log:
        process = await world.forks.start("mcp", "--http", "--port", str(port), cwd=world.home, env=env, output=log)
        url = f"http://127.0.0.1:{port}"
        try:
            async with asyncio.timeout(DEADLINE), aiohttp.ClientSession() as session:
                while True:
                    with contextlib.suppress(aiohttp.ClientError):
                        async with session.get(url):
                            break
                    await asyncio.sleep(0.05)
            yield url
        finally:
            process.terminate()
            await process.wait()
