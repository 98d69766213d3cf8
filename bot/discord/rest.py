"""Requests to Discord through the SDK's HTTP client: writes once, within their time; reads with the SDK's retries.

The SDK itself retries 429 and most 5xx, which for a post is not its to decide. `raise_for_status` of one request stops it: the
first answer that is no success ends the request. What went wrong becomes a ChatError whose sentence names what to do.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord
from discord.http import Route, handle_message_parameters, json_or_text

from bot.core.chat import ChatError, Doubtful, Forbidden, Gone, Throttled
from digest.errors import Misconfigured

TIMEOUT = 15.0
UNREACHABLE = 5.0
"""Seconds until a request that could not be made at all is worth another."""

_ENDED = "The interaction has ended."
_GONE = {
    10003: "The channel or thread is no more.",
    10004: "The server is no more.",
    10008: "The message was deleted.",
    10015: _ENDED,
    10062: _ENDED,
    50027: _ENDED,
}
_FORBIDDEN = {
    50001: "The bot may not see this channel: give its role “View Channel” there.",
    50007: "This person takes no direct messages from the bot.",
    50008: "Messages cannot be sent in a channel of this kind: choose a text channel, a forum or a thread.",
    50024: "This cannot be done in a channel of this kind: choose a text channel or a forum.",
    50083: "The thread is archived and locked: unlock it, or give the bot's role “Manage Threads”.",
    160006: "The server has as many active threads as Discord allows: archive some.",
    40067: "This forum requires a tag on every post: make one called “digest”.",
    200000: "The server's AutoMod blocked the message: let the bot's role through in its rules.",
    240000: "The server's filter of links blocked the message.",
}
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
ORIGINAL = "@original"
"""The first message an interaction was answered with."""
THREAD_EXISTS = 160004
ARCHIVED = 50083


def shown(message: str) -> str:
    """The path of a message an interaction was answered with."""
    return "/webhooks/{webhook_id}/{webhook_token}/messages/" + message


class Refused(ChatError):
    """An answer of Discord with a code that its caller may know what to do with."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Rest:
    def __init__(self, client: discord.Client, token: str = "") -> None:
        self.client = client
        self._token = token
        self._login = asyncio.Lock()

    @property
    def me(self) -> str:
        assert self.client.user is not None, "logged in"
        return str(self.client.user.id)

    @property
    def application(self) -> str:
        return str(self.client.application_id)

    async def ready(self) -> None:
        """Logs in at the first need. Raises Misconfigured for a wrong token."""
        if self.client.user is not None:
            return
        async with self._login:
            if self.client.user is None:
                with translated(""):
                    await log_in(self.client, self._token)

    async def write(self, method: str, path: str, body: Any = None, *, needs: str = "", **parts: str) -> Any:
        """Once. `needs`: the permissions it takes, for the sentence when one is missing."""
        await self.ready()
        with translated(needs):
            async with asyncio.timeout(TIMEOUT):
                more = {} if body is None else {"json": body}
                return await self.client.http.request(
                    Route(method, path, **parts),
                    raise_for_status=_final,
                    timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                    **more,
                )

    async def upload(self, path: str, name: str, data: bytes, **parts: str) -> Any:
        """A file to one person alone, in answer to an interaction. Once."""
        await self.ready()
        file = discord.File(io.BytesIO(data), filename=name)
        with (
            translated("Attach Files"),
            handle_message_parameters(
                file=file,
                flags=discord.MessageFlags(ephemeral=True),
                allowed_mentions=discord.AllowedMentions.none(),
            ) as made,
        ):
            async with asyncio.timeout(4 * TIMEOUT):
                return await self.client.http.request(
                    Route("POST", path, **parts), files=made.files, form=made.multipart, raise_for_status=_final
                )

    async def read(self, path: str, *, needs: str = "", params: dict[str, Any] | None = None, **parts: str) -> Any:
        await self.ready()
        with translated(needs):
            return await self.client.http.request(
                Route("GET", path, **parts), params=params or {}, timeout=aiohttp.ClientTimeout(total=2 * TIMEOUT)
            )


async def log_in(client: discord.Client, token: str) -> None:
    """Raises Misconfigured for a wrong token; what the SDK and aiohttp raise otherwise."""
    try:
        await client.login(token)
    except discord.LoginFailure:
        msg = "Discord refuses the token: copy it anew from the Bot page of the developer portal into DISCORD_TOKEN."
        raise Misconfigured(msg) from None


async def _final(response: aiohttp.ClientResponse) -> None:
    if response.status >= 400:
        raise discord.HTTPException(response, await json_or_text(response))


@contextmanager
def translated(needs: str) -> Iterator[None]:
    """What the SDK and aiohttp raise, as ours."""
    try:
        yield
    except discord.HTTPException as error:
        raise _of(error, needs) from error
    except discord.RateLimited as error:
        raise Throttled("Discord asks for patience.", error.retry_after) from error
    except aiohttp.ClientConnectorError as error:
        raise Throttled("Discord cannot be reached.", UNREACHABLE) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Doubtful("Discord did not answer in time, or the connection broke.") from error


def _of(error: discord.HTTPException, needs: str) -> ChatError:
    if error.code in _GONE:
        return Gone(_GONE[error.code])
    if error.code == 50013:
        return Forbidden(f"A permission is missing in this channel: give the bot's role {needs or 'what it asks for'}.")
    if error.code == ARCHIVED and error.status == 400:
        return Refused("The thread is archived.", ARCHIVED)
    if error.code in _FORBIDDEN:
        return Forbidden(_FORBIDDEN[error.code])
    return _by_status(error, needs)


def _by_status(error: discord.HTTPException, needs: str) -> ChatError:
    match error.status:
        case 429:
            return Throttled("Discord asks for patience.", _wait(error))
        case 401:
            return Forbidden("Discord refuses the token: it was reset or revoked; set DISCORD_TOKEN anew.")
        case 403:
            return Forbidden(f"Discord does not allow it (code {error.code}): check the bot's permissions ({needs}).")
        case 404:
            return Gone("It is no more.")
        case status if status >= 500:
            return Doubtful(f"Discord has trouble of its own ({status}).")
    return Refused(f"Discord refused it (code {error.code}): {error.text[:300]}", error.code)


def _wait(error: discord.HTTPException) -> float:
    """Seconds. A ban by Discord's edge has no body and may last an hour."""
    headers = getattr(error.response, "headers", {})
    try:
        return max(float(headers.get("Retry-After", 5)), 0.05)
    except ValueError:
        return 5.0
