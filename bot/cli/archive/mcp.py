"""`paperboy mcp`: the archive's tools for agents, over stdio or HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from bot.cli.run import run_command

Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="Serve this channel over stdio; repeatable. Default: all.", metavar="CHANNEL"),
]
Http = Annotated[bool, typer.Option("--http", help="Serve HTTP at 127.0.0.1 instead of stdio.")]
Port = Annotated[int, typer.Option(help="The port of HTTP.", metavar="N", min=1, max=65535)]
START_TIMEOUT = 5.0
"""Seconds that the archive may take to have an owner."""


@contextlib.asynccontextmanager
async def _owning(archive: Any, store: Any) -> AsyncIterator[None]:
    """Owns the archive while no other process does. Begins when one does, so that an agent's first
    question is answered."""
    import asyncio

    owner = asyncio.create_task(archive.run())
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT):
                while not await store.archive_has_owner():  # noqa: ASYNC110  # no event crosses processes
                    await asyncio.sleep(0.05)
        yield
    finally:
        owner.cancel()
        await asyncio.gather(owner, return_exceptions=True)


def mcp(channel: Channels = None, http: Http = False, port: Port = 8000) -> None:
    """Serve the archive to agents by the Model Context Protocol. See docs/archive.md."""

    async def work(settings: Any) -> None:
        from bot.archive.links import Links
        from bot.cli.archive.agents import answering
        from bot.server.wiring import open_app
        from digest.errors import BadInput, Misconfigured

        if http and channel:
            raise BadInput("--channel is for stdio. Over HTTP the token of a link opens its one channel.")
        try:
            from bot.archive.mcp import LinkTokens, serve_http, server
        except ModuleNotFoundError:
            raise Misconfigured("`paperboy mcp` needs the mcp package: pip install 'paperboy-digest[mcp]'.") from None
        async with open_app(settings) as app, _owning(app.archive, app.store):
            # People's own digests are nobody else's, and no agent's.
            known = {s.key for s in await app.store.subscriptions() if not s.place.direct}
            if unknown := sorted(set(channel or ()) - known):
                raise BadInput(f"{unknown[0]} is not a channel here; `paperboy subscriptions list` shows them.")
            ask = answering(app)
            if not http:
                await server(app.archive, ask, channel or known).run_stdio_async()
                return
            url = settings.archive_url or f"http://127.0.0.1:{port}"
            tokens = LinkTokens(Links(app.store, url, settings.archive_public))
            await serve_http(server(app.archive, ask, (), tokens, url, port))

    run_command(work)
