"""One Socket Mode connection: the SDK's client, with what it lacks.

It would dial a used address again and again (an address is good once), ask for new ones without a pause though Slack allows one a minute
or so, go on forever with a token that is refused, and write addresses, which are secrets, to the log.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.chat import Doubtful, Forbidden, Throttled
from bot.slack.wire import SlackRefused, sentence

log = logging.getLogger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds between attempts to get an address."""


class _Discreet(logging.Filter):
    """Keeps addresses with their tickets out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = re.sub(r"wss?://\S+", "wss://…", record.getMessage())
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


_quiet = logging.getLogger("bot.slack.listeners.socket.sdk")
_quiet.setLevel(logging.WARNING)  # on DEBUG the SDK logs whole messages
_quiet.addFilter(_Discreet())


class Socket(SocketModeClient):
    """`failed` is called once, with Forbidden, when there is no use in trying on."""

    def __init__(
        self, app_token: str, web_client: AsyncWebClient, ping: float, failed: Callable[[Exception], None]
    ) -> None:
        super().__init__(app_token, _quiet, web_client, ping_interval=ping)
        self._failed = failed
        self._pauses = PAUSES
        self.aiohttp_client_session = _Dialler(self.aiohttp_client_session, self)  # type: ignore[assignment]

    @property
    def up(self) -> bool:
        return not self.closed and self.current_session is not None and not self.current_session.closed

    async def issue_new_wss_url(self) -> str:
        """Returns an address, however long that takes. Raises Forbidden after it has closed the client for good."""
        attempt = 0
        while True:
            try:
                answer = await self.web_client.apps_connections_open(app_token=self.app_token)
                return str(answer["url"])
            except Exception as error:
                meant = sentence(error, "apps.connections.open", "")
                pause = self._pauses[min(attempt, len(self._pauses) - 1)]
                if isinstance(meant, Forbidden | SlackRefused):
                    self.closed = True
                    told = Forbidden(
                        f"Slack does not open a connection: {meant} Check SLACK_APP_TOKEN (xapp-…, connections:write)."
                    )
                    self._failed(told)
                    raise told from error
                if not isinstance(meant, Throttled | Doubtful):
                    raise
                if isinstance(meant, Throttled):
                    pause = max(pause, meant.wait)
                log.warning("event=slack_unreachable again_in=%.0f reason=%s", pause, meant)
                attempt += 1
                await asyncio.sleep(pause)


class _Dialler:
    """The client's session, which forgets an address that did not work."""

    def __init__(self, session: aiohttp.ClientSession, socket: Socket) -> None:
        self._session, self._socket = session, socket

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        try:
            socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, **options)
        except Exception:
            self._socket.wss_uri = None
            raise
        return socket
