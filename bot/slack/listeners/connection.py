"""The connection to Slack: Socket Mode where there is an app-level token, else signed HTTP requests. Reconnects, and drains at its end.

Two sockets are held, because Slack renews each of them every few hours and a command finds nobody in the gap. Either may get any event.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.chat import Doubtful, EventHandler, Forbidden, Throttled
from bot.slack.chat import SlackChat
from bot.slack.listeners.events import Events
from bot.slack.listeners.interactions import Interactions
from bot.slack.listeners.people import People
from bot.slack.listeners.socket import PAUSES, Socket
from bot.slack.wire import API_URL, Identity
from digest.errors import Misconfigured

log = logging.getLogger(__name__)

SHORTCUT = "ask_paper"
COMMANDS = ("/paper", "/digest")
PATH = "/slack/events"
DRAIN = 20.0
ACK = 3.0


class Closing(Exception):
    """Nothing new is taken any more; unacknowledged, Slack gives it to another process, or again later."""


class SlackConnection:
    """`run` until `close`, from another task. `chat` is the same that the rest of the process posts with."""

    def __init__(
        self,
        chat: SlackChat,
        handler: EventHandler,
        *,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API_URL,
        port: int | None = None,
        sockets: int = 2,
        ping: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`port`: where to listen without an app token; None where the requests come through `mount`."""
        assert app_token or signing_secret
        self._chat, self._handler = chat, handler
        self._app_token, self._secret, self._api_url = app_token, signing_secret, api_url
        self._port, self._count, self._ping = port, sockets, ping
        self._tasks: set[asyncio.Task[None]] = set()
        self._dispatches: set[asyncio.Task[Any]] = set()
        self._closing = False
        self._ended: asyncio.Future[None] | None = None
        self._sockets: list[Socket] = []
        self._runner: web.AppRunner | None = None
        people = People(chat.wire)
        self._events = Events(chat.wire, handler, people, self._later, self._revoked)
        self._app = self._bolt(Interactions(chat, handler, people, self._begin, now))

    # ------------------------------------------------------------ the app

    def _bolt(self, interactions: Interactions) -> AsyncApp:
        quiet = logging.getLogger("bot.slack.bolt")
        quiet.setLevel(logging.ERROR)  # its warnings quote payloads

        async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
            who = await self._chat.wire.identity()
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_user_id=who.user, bot_id=who.bot
            )

        app = AsyncApp(
            name="paperboy",
            logger=quiet,
            client=AsyncWebClient(base_url=self._api_url),
            signing_secret=self._secret,
            authorize=authorize,
            ignoring_self_events_enabled=False,  # it hides that a person deleted a post of ours; `events` tells the rest apart
        )
        app.use(self._keep)
        for name in COMMANDS:
            app.command(name)(interactions.commanded)
        anything = re.compile("")
        app.action(anything)(interactions.clicked)
        app.view(anything)(interactions.submitted)
        app.shortcut(SHORTCUT)(interactions.shortcut)
        return app

    async def _keep(self, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:  # noqa: A002
        """The global middleware: an event ends here, kept; what it raises leaves the event unacknowledged."""
        if self._closing:
            raise Closing
        if body.get("type") != "event_callback":
            await next()
            return None
        await self._events.took(body)
        return BoltResponse(status=200, body="")

    def _revoked(self, sentence: str) -> None:
        log.error("event=slack_uninstalled reason=%s", sentence)
        self._fail(Forbidden(sentence))

    # ------------------------------------------------------------ tasks

    def _begin(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _later(self, work: Awaitable[None]) -> None:
        self._begin(work)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("event=slack_task_failed", exc_info=task.exception())

    # ------------------------------------------------------------ life

    @property
    def connected(self) -> bool:
        """For /readyz. Over HTTP there is nothing to lose."""
        if not self._app_token:
            return not self._closing
        return any(socket.up for socket in self._sockets)

    async def run(self) -> None:
        """Until `close`. Raises Misconfigured when a token is refused or the app is uninstalled: that does not become right by trying again."""
        try:
            await self._run()
        except Forbidden as error:
            raise Misconfigured(str(error)) from error

    async def _run(self) -> None:
        self._ended = asyncio.get_running_loop().create_future()
        who = await self._known()
        try:
            if self._app_token:
                await self._dial()
            elif self._port is not None:
                await self._listen(self._port)
            log.info("event=slack_connected team=%s by=%s", who.team, "socket" if self._app_token else "http")
            await self._ended
        finally:
            await self._hang_up()

    async def _known(self) -> Identity:
        """A Slack that is away when the process starts is waited for; a refused token is not."""
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            try:
                return await self._chat.wire.identity()
            except (Throttled, Doubtful) as error:
                log.warning("event=slack_unreachable again_in=%.0f reason=%s", pause, error)
                await asyncio.sleep(pause)
        raise AssertionError

    async def _dial(self) -> None:
        web_client = AsyncWebClient(base_url=self._api_url, retry_handlers=[], timeout=15)
        for _ in range(self._count):
            if self._ended is None or self._ended.done():
                return
            socket = Socket(self._app_token, web_client, self._ping, self._fail)
            socket.socket_mode_request_listeners.append(self._from_socket)
            self._sockets.append(socket)
            await socket.connect()  # type: ignore[no-untyped-call]

    async def _listen(self, port: int) -> None:
        app = web.Application()
        self.mount(app)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, port=port).start()

    def mount(self, app: web.Application, path: str = PATH) -> None:
        """Takes Slack's requests at a path of an application that is served elsewhere."""
        app.router.add_post(path, self._from_http)

    async def _from_socket(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._dispatches.add(task)
        task.add_done_callback(self._dispatches.discard)
        await send_async_response(client, request, await run_async_bolt_app(self._app, request), 0)

    async def _from_http(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self._app.async_dispatch(await to_bolt_request(request)))

    def _fail(self, error: Exception) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(error)

    async def close(self, grace: float = DRAIN) -> None:
        """Takes nothing more, lets acknowledgements out, then waits for what is being done for people."""
        self._closing = True
        if self._dispatches:
            await asyncio.wait(set(self._dispatches), timeout=min(grace, ACK))
        await self._hang_up()
        going_on = self._tasks | self._dispatches
        if going_on:
            _, late = await asyncio.wait(going_on, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    async def _hang_up(self) -> None:
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.close()  # type: ignore[no-untyped-call]
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
