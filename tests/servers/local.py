"""An application of aiohttp on this machine, for as long as a test needs it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def started(app: web.Application, port: int = 0, **options: Any) -> tuple[web.AppRunner, int]:
    """Listens on this port, or a free one; gives it. Whoever called ends the runner by `cleanup`."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, **options)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, runner.addresses[0][1]


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    """Gives the address, without a slash at its end."""
    runner, port = await started(app)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(handler: Handler, method: str = "*", path: str = "/{path:.*}") -> AsyncIterator[str]:
    """A server with one handler. Gives its address."""
    app = web.Application(client_max_size=2**26)
    app.router.add_route(method, path, handler)
    async with running(app) as url:
        yield url
