"""Makes clients of the SDK that mention nobody, log no message texts and never resend a post.

`DISCORD_API_URL` and `DISCORD_GATEWAY_URL` hold for the whole process, because the SDK keeps them
on classes."""

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

from bot.core.bounded import bound_replies

API = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"

READY_WAIT = 2.0
"""Seconds without another server after which the bot counts as ready. The SDK's own default."""
_RESET = {errno.ECONNRESET, 54, 10054}
"""Errors after which the SDK resends. The numbers are those of macOS and Windows."""


def set_addresses(api_url: str = API, gateway_url: str = GATEWAY) -> None:
    """Sets Discord's addresses for this process. Call it before any client is made."""
    Route.BASE = api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice
    # At DEBUG the SDK logs texts and tokens.
    logger = logging.getLogger("discord")
    logger.setLevel(max(logger.level, logging.INFO))


def client_options() -> dict[str, Any]:
    """Returns the options of every client."""
    return {
        "allowed_mentions": discord.AllowedMentions.none(),
        "http_trace": bound_replies(_no_resend()),
        "guild_ready_timeout": READY_WAIT,
    }


def make_rest_client() -> discord.Client:
    """Returns a client for `login()` without `connect()`."""
    return discord.Client(intents=discord.Intents(guilds=True), **client_options())


def pin_gateway(client: discord.Client) -> None:
    """Keeps a configured gateway for resumes, too, for which Discord names another host."""
    gateway = DiscordWebSocket.DEFAULT_GATEWAY
    if str(gateway) == GATEWAY:
        return
    connect: Callable[..., Awaitable[aiohttp.ClientWebSocketResponse]] = client.http.ws_connect

    async def ws_connect(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        return await connect(str(gateway.with_query(yarl.URL(url).query)), compress=compress)

    client.http.ws_connect = ws_connect  # type: ignore[method-assign]


def _no_resend() -> aiohttp.TraceConfig:
    """Stops the SDK from resending a POST after a connection reset: the first may have arrived."""
    trace = aiohttp.TraceConfig()

    async def failed(
        _: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        error = params.exception
        if params.method == "POST" and isinstance(error, OSError) and error.errno in _RESET:
            raise aiohttp.ClientConnectionError("the connection was reset") from error

    trace.on_request_exception.append(failed)
    return trace
