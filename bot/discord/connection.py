"""Clients of the SDK, set up as the house needs them: nobody is ever mentioned, no message's text reaches the log, proxies are honoured.

`DISCORD_API_URL` and `DISCORD_GATEWAY_URL` are the process's: the SDK keeps the API's address on a class, for its webhooks too.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

API = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"

_RESET = {errno.ECONNRESET, 54, 10054}
"""What the SDK would send again; the numbers are those of macOS and Windows."""


def use(api_url: str = API, gateway_url: str = GATEWAY) -> None:
    """Where Discord is, for this process. Before any client is made."""
    Route.BASE = api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody talks here
    # At DEBUG the SDK logs every event and request, with texts and tokens of interactions.
    logger = logging.getLogger("discord")
    logger.setLevel(max(logger.level, logging.INFO))


def options() -> dict[str, Any]:
    """For any client of ours."""
    return {"allowed_mentions": discord.AllowedMentions.none(), "http_trace": _once()}


def rest_only() -> discord.Client:
    """For workers: `login()`, never `connect()`."""
    return discord.Client(intents=discord.Intents(guilds=True), **options())


def keep_gateway(client: discord.Client) -> None:
    """A gateway of one's own stays, also for a resume, for which Discord names another host."""
    gateway = DiscordWebSocket.DEFAULT_GATEWAY
    if str(gateway) == GATEWAY:
        return
    connect: Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]] = client.http.ws_connect

    async def ws_connect(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        return await connect(str(gateway.with_query(yarl.URL(url).query)), compress=compress)

    client.http.ws_connect = ws_connect  # type: ignore[method-assign]


def _once() -> aiohttp.TraceConfig:
    """The SDK sends a request again when the connection was reset; a post may have arrived by then, so it must not."""
    trace = aiohttp.TraceConfig()

    async def failed(
        _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        error = params.exception
        if params.method == "POST" and isinstance(error, OSError) and error.errno in _RESET:
            msg = "the connection was reset"
            raise aiohttp.ClientConnectionError(msg) from error

    trace.on_request_exception.append(failed)
    return trace
