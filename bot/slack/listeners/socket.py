"""Runs one Socket Mode connection: the SDK's client with five faults mended.

The SDK redials used addresses although each works once, requests new ones without a pause, retries
a refused token forever, follows redirects anywhere, and logs addresses, which are secrets."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.core.bounded import bound_replies
from bot.core.chat import Forbidden, OutcomeUnknown, Throttled
from bot.slack.web_api import SlackRefused, WebApi
from digest.errors import for_log

log = logging.getLogger(__name__)

RETRY_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds between attempts to get an address."""


CLOSE = 1.0
"""Seconds that Slack has to answer a closed connection. The SDK's ten delay the shutdown."""


class _RedactAddresses(logging.Filter):
    """Removes addresses from log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = re.sub(r"wss?://\S+", "wss://…", record.getMessage())
        record.args, record.exc_info = (), None
        return True


_sdk_log = logging.getLogger("bot.slack.listeners.socket.sdk")
_sdk_log.setLevel(logging.WARNING)  # at DEBUG the SDK logs messages
_sdk_log.addFilter(_RedactAddresses())


class Socket(SocketModeClient):
    """Runs a connection. `on_failure` is called once with Forbidden if retrying is useless."""

    def __init__(self, app_token: str, api: WebApi, ping: float, on_failure: Callable[[Exception], None]) -> None:
        super().__init__(app_token, _sdk_log, api.posts, ping_interval=ping)
        self._api = api
        self._on_failure = on_failure
        self._retry_pauses = RETRY_PAUSES
        trace = bound_replies(aiohttp.TraceConfig())
        trace.freeze()
        self.aiohttp_client_session.trace_configs.append(trace)
        self.aiohttp_client_session = _Session(self.aiohttp_client_session, self)  # type: ignore[assignment]

    @property
    def is_open(self) -> bool:
        return not self.closed and self.current_session is not None and not self.current_session.closed

    async def issue_new_wss_url(self) -> str:
        """Returns an address, and waits for it. Raises Forbidden after it has closed the client."""
        attempt = 0
        while True:
            try:
                return str((await self._api.call("apps.connections.open", token=self.app_token))["url"])
            except (Forbidden, SlackRefused) as error:
                self.closed = True
                failure = Forbidden(
                    f"Slack does not open a connection: {error} Check SLACK_APP_TOKEN (xapp-…, connections:write)."
                )
                self._on_failure(failure)
                raise failure from error
            except (Throttled, OutcomeUnknown) as error:
                pause = self._retry_pauses[min(attempt, len(self._retry_pauses) - 1)]
                if isinstance(error, Throttled):
                    pause = max(pause, error.wait)
                log.warning("event=slack_unreachable again_in=%.0f reason=%s", pause, for_log(error))
                attempt += 1
                await asyncio.sleep(pause)


class _Session:
    """The client's session. It forgets the address if dialling fails."""

    def __init__(self, session: aiohttp.ClientSession, socket: Socket) -> None:
        self._session, self._socket = session, socket

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        patience = aiohttp.ClientWSTimeout(ws_close=CLOSE)
        try:
            socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, timeout=patience, **options)
        except Exception:
            self._socket.wss_uri = None
            raise
        return socket
