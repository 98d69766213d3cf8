"""An application of aiohttp on this machine, for as long as a test needs it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    """Gives the address, without a slash at its end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(handler: Handler, method: str = "*", path: str = "/{path:.*}") -> AsyncIterator[str]:
    """A server with one handler. Gives its address."""
    app = web.Application(client_max_size=2**26)
    app.router.add_route(method, path, handler)
    async with running(app) as url:
        yield url
