"""Connects to Slack by Socket Mode with an app-level token, or by signed HTTP requests.

Two sockets stay open, because Slack renews each every few hours and a command in the gap would be
lost. Either socket may receive any event."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from aiohttp import web
from cachetools import TTLCache
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.chat import ChatError, EventHandler, Forbidden, OutcomeUnknown, Throttled
from bot.slack.chat import SlackChat
from bot.slack.listeners.events import Events
from bot.slack.listeners.forms import flaw
from bot.slack.listeners.interactions import Interactions
from bot.slack.listeners.people import People
from bot.slack.listeners.socket import RETRY_PAUSES, Socket
from bot.slack.web_api import API_URL, Identity
from digest.errors import Misconfigured, for_log, trace

log = logging.getLogger(__name__)

SHORTCUT = "ask_paper"
COMMANDS = ("/paper", "/digest")
PATH = "/slack/events"
SIGNATURE_LIFE = 600.0
"""Seconds. A signature is valid for five minutes before and after its time."""
DRAIN = 20.0
ACK = 3.0


class ConnectionClosing(Exception):
    """Raised for events during shutdown, so that Slack sends them again."""


class SlackConnection:
    """Runs until another task calls `close`. Shares `chat` with the rest of the process."""

    def __init__(
        self,
        chat: SlackChat,
        handler: EventHandler,
        *,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API_URL,
        sockets: int = 2,
        ping: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Without an app token, requests come through `mount`."""
        assert app_token or signing_secret
        self._chat, self._handler = chat, handler
        self._app_token, self._secret, self._api_url = app_token, signing_secret, api_url
        self._count, self._ping = sockets, ping
        self._tasks: set[asyncio.Task[None]] = set()
        self._dispatches: set[asyncio.Task[Any]] = set()
        self._closing = False
        self.began = False
        """Slack has accepted the tokens once."""
        self._end: asyncio.Future[None] | None = None
        self._sockets: list[Socket] = []
        self._signatures: TTLCache[str, bool] = TTLCache(math.inf, SIGNATURE_LIFE)
        """Signatures received, because each is good for one request."""
        people = People(chat.api)
        self._events = Events(chat.api, handler, people, self._start_task, self._revoked)
        self._app = self._bolt(Interactions(chat, handler, people, self._start_task, now))

    def _bolt(self, interactions: Interactions) -> AsyncApp:
        quiet = logging.getLogger("bot.slack.bolt")
        quiet.setLevel(logging.ERROR)  # warnings quote payloads

        async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
            who = await self._chat.api.identity()
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_user_id=who.user, bot_id=who.bot
            )

        app = AsyncApp(
            name="paperboy",
            logger=quiet,
            client=AsyncWebClient(base_url=self._api_url),
            signing_secret=self._secret,
            authorize=authorize,
            ignoring_self_events_enabled=False,  # ignoring them would hide deletions of our posts
        )
        app.use(self._store_event)
        for name in COMMANDS:
            app.command(name)(interactions.handle_command)
        anything = re.compile("")
        app.action(anything)(interactions.handle_click)
        app.view(anything)(interactions.handle_form)
        app.shortcut(SHORTCUT)(interactions.handle_shortcut)
        return app

    async def _store_event(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:  # noqa: A002
        """Stores events, as global middleware. An exception leaves the event unacknowledged."""
        if self._closing:
            raise ConnectionClosing
        if body.get("type") != "event_callback":
            await next()
            return None
        await self._events.handle(body)
        return BoltResponse(status=200, body="")

    def _revoked(self, sentence: str) -> None:
        log.error("event=slack_uninstalled reason=%s", sentence)
        self._fail(Forbidden(sentence))

    def _start_task(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._log_failure)
        return task

    def _log_failure(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, ChatError):
            log.warning("event=slack_refused reason=%s", for_log(error))
        elif error is not None:
            log.error("event=slack_task_failed\n%s", trace(error))

    @property
    def connected(self) -> bool:
        """Returns whether Slack is connected, for /readyz; over HTTP always True until closing."""
        if not self._app_token:
            return not self._closing
        return any(socket.is_open for socket in self._sockets)

    async def run(self) -> None:
        """Runs until `close`. Raises Misconfigured if a token is refused."""
        try:
            await self._run()
        except Forbidden as error:
            raise Misconfigured(str(error)) from error

    async def _run(self) -> None:
        self._end = asyncio.get_running_loop().create_future()
        who = await self._identify()
        try:
            if self._app_token:
                await self._open_sockets()
            self.began = True
            log.info("event=slack_connected team=%s by=%s", who.team, "socket" if self._app_token else "http")
            await self._end
        finally:
            await self._close_sockets()

    async def _identify(self) -> Identity:
        """Returns the bot's identity, once Slack is reachable. Raises Forbidden for a refused
        token."""
        for pause in chain(RETRY_PAUSES, repeat(RETRY_PAUSES[-1])):
            try:
                return await self._chat.api.identity()
            except (Throttled, OutcomeUnknown) as error:
                log.warning("event=slack_unreachable again_in=%.0f reason=%s", pause, for_log(error))
                await asyncio.sleep(pause)
        raise AssertionError

    async def _open_sockets(self) -> None:
        for _ in range(self._count):
            if self._end is None or self._end.done():
                return
            socket = Socket(self._app_token, self._chat.api, self._ping, self._fail)
            socket.socket_mode_request_listeners.append(self._from_socket)
            self._sockets.append(socket)
            await socket.connect()  # type: ignore[no-untyped-call]

    def mount(self, app: web.Application) -> None:
        """Adds the route for Slack's requests to an application that is served elsewhere."""
        app.router.add_post(PATH, self._from_http)

    async def _from_socket(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._dispatches.add(task)
        task.add_done_callback(self._dispatches.discard)
        await send_async_response(client, request, await run_async_bolt_app(self._app, request), 0)

    async def _from_http(self, request: web.Request) -> web.Response:
        """Handles a request. Checks the signature before it parses anything."""
        try:
            body = (await request.read()).decode()
            if not self._signed(body, request.headers):
                return web.Response(status=401, text="Not signed by Slack, or received before.")
            parsed = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
            if wrong := flaw(parsed.body, self._events.types):
                log.info("event=slack_malformed at=%s", wrong)
                return web.Response(status=400, text="Not a request of Slack.")
        except web.HTTPException:  # the body is too large
            raise
        except Exception:  # noqa: BLE001  # whatever the SDK's parser makes of a shape that is none of Slack's
            log.info("event=slack_malformed at=body")
            return web.Response(status=400, text="Not a request of Slack.")
        answer = await to_aiohttp_response(await self._app.async_dispatch(parsed))
        if answer.status >= 500:  # Slack repeats it at once, with the same signature
            self._signatures.pop(request.headers["X-Slack-Signature"], None)
        return answer

    def _signed(self, body: str, headers: Mapping[str, str]) -> bool:
        """Returns whether Slack signed this within five minutes and it was not received before."""
        at, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not re.fullmatch(r"[0-9]{1,12}", at) or not signature.isascii():
            return False
        if not SignatureVerifier(self._secret).is_valid(body, at, signature):
            return False
        if signature in self._signatures:
            return False
        self._signatures[signature] = True
        return True

    def _fail(self, error: Exception) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_exception(error)

    async def close(self, grace: float = DRAIN) -> None:
        """Refuses new events, then waits up to `grace` seconds for tasks."""
        self._closing = True
        if self._dispatches:
            await asyncio.wait(set(self._dispatches), timeout=min(grace, ACK))
        await self._close_sockets()
        going_on = self._tasks | self._dispatches
        if going_on:
            _, late = await asyncio.wait(going_on, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._end is not None and not self._end.done():
            self._end.set_result(None)

    async def _close_sockets(self) -> None:
        sockets, self._sockets = self._sockets, []
        await asyncio.gather(*(socket.close() for socket in sockets))  # type: ignore[no-untyped-call]
