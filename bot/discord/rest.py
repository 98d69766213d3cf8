"""Makes requests to Discord through the SDK's HTTP client. Errors become ChatErrors.

The SDK retries reads. It would also retry a post after 429 and most 5xx, so writes pass their own
`raise_for_status`, which ends the request at the first error."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import aiohttp
import discord
from discord.http import Route, json_or_text

from bot.core.chat import ChatError, Forbidden, OutcomeUnknown, TargetMissing, Throttled, Upload
from bot.core.texts import say
from bot.core.throttle import Throttle, seconds_of
from digest.errors import Misconfigured

TIMEOUT = 15.0
UNREACHABLE = 5.0
"""Seconds until an unreachable Discord is asked again."""

UNKNOWN_MESSAGE = 10008
_ENDED = "error.discord.ended"
_GONE = {
    10003: "error.discord.channel",
    10004: "error.discord.server",
    UNKNOWN_MESSAGE: "error.discord.message",
    10015: _ENDED,
    10062: _ENDED,
    50027: _ENDED,
}
_FORBIDDEN = {
    50001: "error.discord.hidden", 50007: "error.discord.direct", 50008: "error.discord.kind",
    50024: "error.discord.kind.thread", 50083: "error.discord.locked",
    160005: "error.discord.locked", 160006: "error.discord.threads", 40067: "error.discord.tag",
    200000: "error.discord.automod", 240000: "error.discord.links",
}  # fmt: skip
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"
CHANNEL = "/channels/{channel_id}"
GLOBAL = "global"
"""The name of the pause that holds for the whole token."""
CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
"""The path of an interaction's first response, without a rate limit, due within three seconds."""
ORIGINAL = "@original"
"""The id of an interaction's first response."""
THREAD_EXISTS = 160004
ARCHIVED = 50083


REFUSES_LOGIN = "Discord refuses the token: copy it again from the Bot page of the developer portal into DISCORD_TOKEN."


def webhook_message(message: str) -> str:
    """Returns the path of a message in answer to an interaction."""
    return "/webhooks/{webhook_id}/{webhook_token}/messages/" + message


class Refused(ChatError):
    """A refusal with Discord's error code, for callers that handle the code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class File(NamedTuple):
    """A file that a person asked for."""

    name: str
    data: bytes


class Rest:
    def __init__(self, client: discord.Client, token: str = "", throttle: Throttle | None = None) -> None:
        """`throttle`: the pauses of all requests with this token."""
        self.client = client
        self._token = token
        self.throttle = throttle or Throttle()
        self._login = asyncio.Lock()

    @property
    def me(self) -> str:
        assert self.client.user is not None, "logged in"
        return str(self.client.user.id)

    @property
    def application(self) -> str:
        return str(self.client.application_id)

    async def ready(self) -> None:
        """Logs in once. Raises Forbidden for a refused token."""
        if self.client.user is not None:
            return
        async with self._login:
            if self.client.user is None:
                try:
                    with translate_errors(""):
                        await log_in(self.client, self._token)
                except Misconfigured:  # only the listener ends the program for this
                    raise Forbidden(say.sentence("error.discord.token")) from None

    async def write(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        needs: str = "",
        upload: Upload | File | None = None,
        **parts: str,
    ) -> Any:
        """Makes one request without a retry. `needs`: the permissions that the error names.
        `upload`: a file that the body names. Raises Throttled, also without a request until the
        pause after a 429 is over."""
        await self.ready()
        more = {} if body is None else {"json": body} if upload is None else _form(body, upload)
        limit = 4 * TIMEOUT if isinstance(upload, File) else TIMEOUT
        name = " ".join((method, path, parts.get("channel_id", ""), parts.get("webhook_token", "")))
        if not path.startswith(CALLBACK) and (wait := await self.throttle.wait(GLOBAL, name)):
            raise Throttled(say.sentence("error.discord.busy"), wait)
        with translate_errors(needs):
            async with self._noting_pauses(name), asyncio.timeout(limit):
                return _parsed(
                    await self.client.http.request(
                        Route(method, path, **parts),
                        raise_for_status=_raise_for_error,
                        timeout=aiohttp.ClientTimeout(total=limit),
                        **more,
                    )
                )

    @asynccontextmanager
    async def _noting_pauses(self, name: str) -> AsyncIterator[None]:
        try:
            yield
        except discord.HTTPException as error:
            if error.status == 429:
                headers = getattr(error.response, "headers", {})
                whole = headers.get("X-RateLimit-Global") or headers.get("X-RateLimit-Scope") == "global"
                await self.throttle.pause(GLOBAL if whole else name, _wait(error))
            raise

    async def read(self, path: str, *, needs: str = "", params: dict[str, Any] | None = None, **parts: str) -> Any:
        """Makes one read. The SDK retries failures; after a 429, waits for Discord's pause."""
        await self.ready()
        name = " ".join(("GET", path, parts.get("channel_id", "")))

        async def request() -> Any:
            with translate_errors(needs):
                async with self._noting_pauses(name):
                    return _parsed(
                        await self.client.http.request(
                            Route("GET", path, **parts),
                            params=params or {},
                            raise_for_status=_raise_for_429,
                            timeout=aiohttp.ClientTimeout(total=2 * TIMEOUT),
                        )
                    )

        return await self.throttle.read(request, GLOBAL, name)


def _form(body: Any, file: Upload | File) -> dict[str, Any]:
    """Returns the arguments of a request with a body and a file, as the SDK makes them."""
    opened = discord.File(io.BytesIO(file.data), filename=file.name)
    return {
        "files": [opened],
        "form": [
            {"name": "payload_json", "value": json.dumps(body)},
            {"name": "files[0]", "value": opened.fp, "filename": file.name, "content_type": "application/octet-stream"},
        ],
    }


def _parsed(answer: Any) -> Any:
    """Returns the JSON of an answer. Raises OutcomeUnknown for a page and for JSON that is no
    answer. An empty answer is valid."""
    if answer is None or (isinstance(answer, str) and answer):
        raise OutcomeUnknown(say.sentence("error.discord.slow"))
    return answer


async def log_in(client: discord.Client, token: str) -> None:
    """Raises Misconfigured for a wrong token, OutcomeUnknown, and errors of the SDK and aiohttp."""
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise Misconfigured(REFUSES_LOGIN) from None
    except (KeyError, TypeError) as error:  # the answer was a page, or JSON of another shape
        raise OutcomeUnknown(say.sentence("error.discord.slow")) from error


async def _raise_for_429(response: aiohttp.ClientResponse) -> None:
    if response.status == 429:
        await _raise_for_error(response)


async def _raise_for_error(response: aiohttp.ClientResponse) -> None:
    if response.status >= 400:
        raise discord.HTTPException(response, await json_or_text(response))


@contextmanager
def translate_errors(needs: str) -> Iterator[None]:
    """Turns errors of the SDK and aiohttp into ChatErrors."""
    try:
        yield
    except discord.HTTPException as error:
        raise _to_chat_error(error, needs) from error
    except discord.RateLimited as error:
        raise Throttled(say.sentence("error.discord.busy"), error.retry_after) from error
    except aiohttp.ClientConnectorError as error:
        raise Throttled(say.sentence("error.discord.unreachable"), UNREACHABLE) from error
    except (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError, UnicodeError, RecursionError) as error:
        raise OutcomeUnknown(say.sentence("error.discord.slow")) from error


def _to_chat_error(error: discord.HTTPException, needs: str) -> ChatError:
    if error.code in _GONE:
        return TargetMissing(say.sentence(_GONE[error.code]))
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
            return TargetMissing(say.sentence("error.discord.gone"))
        case status if status >= 500:
            return OutcomeUnknown(say.sentence("error.discord.trouble", status=status))
    return Refused(say.sentence("error.discord.refused", code=error.code, said=error.text[:300]), error.code)


def _wait(error: discord.HTTPException) -> float:
    """Returns the header's seconds. A ban by Discord's edge has no body and may last an hour."""
    headers = getattr(error.response, "headers", {})
    return seconds_of(headers.get("Retry-After"), 5.0)
