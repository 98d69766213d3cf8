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
from bot.core.texts import say
from digest.errors import Misconfigured

TIMEOUT = 15.0
UNREACHABLE = 5.0
"""Seconds until a request that could not be made at all is worth another."""

_ENDED = "error.discord.ended"
_GONE = {
    10003: "error.discord.channel",
    10004: "error.discord.server",
    10008: "error.discord.message",
    10015: _ENDED,
    10062: _ENDED,
    50027: _ENDED,
}
_FORBIDDEN = {
    50001: "error.discord.hidden",
    50007: "error.discord.direct",
    50008: "error.discord.kind",
    50024: "error.discord.kind.thread",
    50083: "error.discord.locked",
    160006: "error.discord.threads",
    40067: "error.discord.tag",
    200000: "error.discord.automod",
    240000: "error.discord.links",
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
                file=file, flags=discord.MessageFlags(ephemeral=True), allowed_mentions=discord.AllowedMentions.none()
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
        raise Throttled(say.sentence("error.discord.busy"), error.retry_after) from error
    except aiohttp.ClientConnectorError as error:
        raise Throttled(say.sentence("error.discord.unreachable"), UNREACHABLE) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Doubtful(say.sentence("error.discord.slow")) from error


def _of(error: discord.HTTPException, needs: str) -> ChatError:
    if error.code in _GONE:
        return Gone(say.sentence(_GONE[error.code]))
    if error.code == 50013:
        name = "error.discord.permission" if needs else "error.discord.permission.unnamed"
        return Forbidden(say.sentence(name, permissions=needs))
    if error.code == ARCHIVED and error.status == 400:
        return Refused(say.sentence("error.discord.archived"), ARCHIVED)
    if error.code in _FORBIDDEN:
        return Forbidden(say.sentence(_FORBIDDEN[error.code]))
    return _by_status(error, needs)


def _by_status(error: discord.HTTPException, needs: str) -> ChatError:
    match error.status:
        case 429:
            return Throttled(say.sentence("error.discord.busy"), _wait(error))
        case 401:
            return Forbidden(say.sentence("error.discord.token"))
        case 403:
            return Forbidden(say.sentence("error.discord.denied", code=error.code, permissions=needs))
        case 404:
            return Gone(say.sentence("error.discord.gone"))
        case status if status >= 500:
            return Doubtful(say.sentence("error.discord.trouble", status=status))
    return Refused(say.sentence("error.discord.refused", code=error.code, said=error.text[:300]), error.code)


def _wait(error: discord.HTTPException) -> float:
    """Seconds. A ban by Discord's edge has no body and may last an hour."""
    headers = getattr(error.response, "headers", {})
    try:
        return max(float(headers.get("Retry-After", 5)), 0.05)
    except ValueError:
        return 5.0
