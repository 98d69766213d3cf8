"""Calls Slack's Web API and lists the methods and scopes that are used.

The SDK retries reads. Posts are made once with a timeout, because a dropped connection may hide a
post that was made. Errors become ChatErrors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, TypeVar

import aiohttp
import stamina
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.bounded import bound_replies
from bot.core.chat import ChatError, Forbidden, HistoryRefused, OutcomeUnknown, Outside, TargetMissing, Throttled
from bot.core.texts import say
from bot.core.throttle import Pauses, Throttle, seconds_of
from bot.slack.render.blocks import file_of, has_feedback, with_plain_feedback

log = logging.getLogger(__name__)

TIMEOUT = 15.0
API_URL = "https://slack.com/api/"
MAX_ALT = 1_000
"""Characters of a file's own alt text. An image block has its own, of up to 2,000."""
FILE_PAUSE = 1.0
"""Seconds until a file that was just uploaded is tried again."""
POST_GAP = 1.0
"""Seconds between two messages in a channel: Slack accepts one a second.
https://docs.slack.dev/apis/web-api/rate-limits"""
MAX_THROTTLE_WAIT = 60.0
"""Seconds that `retry_throttled` waits in total."""

METHODS: Mapping[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": (),  # with the app-level token
    "assistant.threads.setStatus": ("assistant:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "chat.appendStream": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "users.conversations": ("channels:read", "groups:read"),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Every method that the bot calls, with its scopes. A test compares the manifest with it."""

_READS = (
    "auth.test", "chat.getPermalink", "conversations.history", "conversations.info",
    "conversations.members", "conversations.replies", "users.conversations", "users.info",
)  # fmt: skip
_POSTS = ("chat.postMessage", "chat.startStream")
_TOKEN = {
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
    "app_uninstalled", "org_login_required",
}  # fmt: skip
_OUTSIDE = {
    "is_archived": "error.slack.archived",
    "not_in_channel": "error.slack.outside",
    "channel_not_found": "error.slack.channel",
}
_GONE = {
    "thread_not_found": "error.slack.thread",
    "message_not_found": "error.slack.message",
    "user_not_in_channel": "error.slack.person",
}
_OUTCOME_UNKNOWN = {"internal_error", "fatal_error", "request_timeout", "service_unavailable", ""}

T = TypeVar("T")


class SlackRefused(ChatError):
    """Slack refused a request; `code` is its error code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Identity:
    """Who the bot is in its workspace."""

    team: str
    user: str
    bot: str
    url: str
    """`https://team.slack.com/`."""
    scopes: frozenset[str] = frozenset()
    """The token's scopes; empty if Slack does not say."""


class WebApi:
    """Calls Slack by two web clients over one session. Use and close it in one event loop."""

    def __init__(self, token: str, api_url: str = API_URL, pauses: Pauses | None = None) -> None:
        """`pauses`: those of all processes with this token."""
        quiet = logging.getLogger("bot.slack.sdk")
        quiet.setLevel(logging.WARNING)  # at DEBUG the SDK logs messages
        self.posts = AsyncWebClient(token, api_url, int(TIMEOUT), retry_handlers=[], logger=quiet)
        handlers = [AsyncConnectionErrorRetryHandler(), AsyncServerErrorRetryHandler(2)]
        self.reads = AsyncWebClient(token, api_url, int(TIMEOUT), retry_handlers=list(handlers), logger=quiet)
        self._throttle = Throttle(pauses)
        self._identity: Identity | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._plain_feedback = False
        """Slack has refused feedback icons."""

    def _open(self) -> None:
        if self._closed:
            raise SlackRefused(say.sentence("error.slack.closed"), "closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
                trust_env=True,
                trace_configs=[bound_replies(aiohttp.TraceConfig())],
            )
            self.posts.session = self.reads.session = self._session

    async def close(self) -> None:
        """Closes the session. Later calls raise SlackRefused."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, *, token: str = "", **args: Any) -> dict[str, Any]:
        """Calls a method as `_call` does. Sends refused blocks again: those with a file after a
        moment, because a file is not ready at once; those with feedback icons with buttons instead,
        and so all later ones unless the file may have been the cause."""
        given = args.get("blocks") or []
        icons, file = has_feedback(given), file_of(args)
        plain = {"blocks": with_plain_feedback(given)} if icons else {}
        if not icons or not self._plain_feedback:
            try:
                return await self._call_with_blocks(method, token, args, patient=bool(file))
            except SlackRefused as error:
                if error.code != "invalid_blocks" or not icons:
                    raise
            if file:
                return await self._call(method, token=token, **args | plain)
            # Stored first, because the next request may be throttled and its caller may repeat it.
            self._plain_feedback = True
            log.info("event=plain_feedback reason='Slack refuses context_actions'")
        try:
            return await self._call_with_blocks(method, token, args | plain, patient=bool(file))
        except SlackRefused:
            if not file:
                self._plain_feedback = False  # the icons were not the cause
            raise

    async def pages(self, method: str, most: int | None = None, **args: Any) -> AsyncIterator[dict[str, Any]]:
        """Yields the pages of a listing, at most `most`."""
        for _ in islice(count(), most):
            answer = await self.call(method, **args)
            yield answer
            args["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not args["cursor"]:
                return

    async def _call_with_blocks(
        self, method: str, token: str, args: Mapping[str, Any], *, patient: bool
    ) -> dict[str, Any]:
        """Calls a method. `patient`: tries refused blocks a second time, after FILE_PAUSE."""
        if patient:
            try:
                return await self._call(method, token=token, **args)
            except SlackRefused as error:
                if error.code != "invalid_blocks":
                    raise
            await asyncio.sleep(FILE_PAUSE)
        return await self._call(method, token=token, **args)

    async def _call(self, method: str, *, token: str = "", **args: Any) -> dict[str, Any]:
        """Uses the bot's token or `token`. Raises OutcomeUnknown, Throttled, TargetMissing,
        Forbidden, SlackRefused. After a 429, makes no request of the method until Slack's pause is
        over. Posts no message in a channel within the gap after another. A read waits for this; any
        other call raises Throttled."""
        assert method in METHODS, method
        self._open()
        if method in _READS:
            return await self._throttle.read(lambda: self._request(method, token, args), method)
        channel = [f"post:{args.get('channel')}"] if method in _POSTS else []
        if wait := await self._throttle.wait(method, *channel):
            raise Throttled(say.sentence("error.slack.busy"), wait)
        answer = await self._request(method, token, args)
        for name in channel:
            await self._throttle.pause(name, POST_GAP)
        return answer

    async def _request(self, method: str, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        client = self.reads if method in _READS else self.posts
        channel = str(args.get("channel") or args.get("channel_id") or "")
        try:
            if method in _READS:
                answer = await client.api_call(method, http_verb="GET", params={k: _flat(v) for k, v in args.items()})
            else:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                answer = await client.api_call(method, json=dict(args), headers=headers)
        except Exception as error:
            translated = translate_error(error, method, channel)
            if isinstance(translated, Throttled) and not isinstance(error, aiohttp.ClientError):
                await self._throttle.pause(method, translated.wait)
            raise translated from error
        data = dict(answer.data) if isinstance(answer.data, dict) else {}
        return data | {"scopes": answer.headers.get("X-OAuth-Scopes", "")} if method == "auth.test" else data

    async def upload(self, name: str, data: bytes, alt: str = "", channel: str = "") -> str:
        """Uploads a file to a channel. Without a channel, nobody sees the file until a message
        shows it. Returns the file's id. Raises as `call` does."""
        self._open()
        try:
            made = await self.posts.files_upload_v2(
                content=data, filename=name, title=name, alt_txt=alt[:MAX_ALT] or None, channel=channel or None
            )
        except Exception as error:
            raise translate_error(error, "files.getUploadURLExternal", "") from error
        return str(made["file"]["id"])

    async def send_back(self, url: str, body: Mapping[str, Any]) -> None:
        """Posts to a response_url. Raises OutcomeUnknown; SlackRefused once the URL is used up."""
        self._open()
        assert self._session is not None
        try:
            plain = {**body, "blocks": with_plain_feedback(body["blocks"])} if body.get("blocks") else body
            async with self._session.post(url, json=plain) as answer:
                text = await answer.text()
                if answer.status != 200:
                    raise SlackRefused(say.sentence("error.slack.used up", said=text[:60]), text[:60])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise translate_error(error, "response_url", "") from error

    async def identity(self) -> Identity:
        """Returns the bot's identity, requested once. Raises Forbidden for a refused token."""
        if self._identity is None:
            data = await self.call("auth.test")
            known = data["team_id"], data["user_id"], data.get("bot_id", ""), data["url"]
            self._identity = Identity(*known, _scopes(data))
        return self._identity

    async def scopes(self) -> frozenset[str]:
        """Returns the token's scopes as they are now; empty if Slack does not say."""
        return _scopes(await self.call("auth.test"))


def _scopes(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(s for s in str(data["scopes"]).replace(" ", "").split(",") if s)


def _flat(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


async def retry_throttled(request: Callable[[], Awaitable[T]]) -> T:
    """Repeats a throttled request after the pause that Slack asks for."""

    def pause(error: Exception) -> bool | float:
        return max(error.wait, 0.05) if isinstance(error, Throttled) else False

    return await stamina.AsyncRetryingCaller(attempts=None, timeout=MAX_THROTTLE_WAIT)(pause, request)


def translate_error(error: Exception, method: str, channel: str) -> Exception:
    """Returns the ChatError for an exception of the SDK, and any other exception as it is."""
    if isinstance(error, SlackApiError):
        return _from_response(error, method, channel)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Throttled(say.sentence("error.slack.unreachable"), 5.0)
    if isinstance(
        error, TimeoutError | aiohttp.ClientError | SlackClientError | ConnectionError | RecursionError | UnicodeError
    ):
        return OutcomeUnknown(say.sentence("error.slack.slow", method=method))
    return error


def _from_response(error: SlackApiError, method: str, channel: str) -> ChatError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 200))
    raw = getattr(response, "data", None)
    data: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    code = str(data.get("error", ""))
    if status == 429 or code in ("ratelimited", "rate_limited"):
        headers: Mapping[str, str] = getattr(response, "headers", None) or {}
        return Throttled(say.sentence("error.slack.busy"), seconds_of(headers.get("Retry-After"), 1.0))
    if status >= 500 or code in _OUTCOME_UNKNOWN:
        return OutcomeUnknown(say.sentence("error.slack.trouble", method=method, code=code or status))
    return _from_code(code, data, method, channel)


def _from_code(code: str, data: Mapping[str, Any], method: str, channel: str) -> ChatError:
    """Returns the ChatError for one of Slack's error codes."""
    if code == "missing_scope":
        what = say.sentence("error.slack.scope", scope=data.get("needed") or ", ".join(METHODS[method]))
        return HistoryRefused(what) if method in ("conversations.history", "conversations.replies") else Forbidden(what)
    if code in _TOKEN:
        name = "SLACK_APP_TOKEN" if method == "apps.connections.open" else "SLACK_BOT_TOKEN"
        return Forbidden(say.sentence("error.slack.token", code=code, setting=name))
    if code in _OUTSIDE:
        return Outside(say.sentence(_OUTSIDE[code], channel=channel))
    if code in _GONE:
        return TargetMissing(say.sentence(_GONE[code], channel=channel))
    if code.startswith("restricted_action") or code in (
        "access_denied",
        "ekm_access_denied",
        "no_permission",
        "not_allowed_token_type",
    ):
        name = "error.slack.denied.channel" if channel else "error.slack.denied"
        return Forbidden(say.sentence(name, channel=channel, code=code))
    detail = "; ".join(str(m) for m in data.get("response_metadata", {}).get("messages", []))[:300]
    name = "error.slack.refused.detail" if detail else "error.slack.refused"
    return SlackRefused(say.sentence(name, method=method, code=code, detail=detail), code)
