"""HTTP endpoints /healthz (the process answers), /readyz (all parts are up) and /metrics.

Slack over HTTP is mounted on the same application. No answer names a person, a channel or a
secret. A connection serves one request and ends after a fixed time, finished or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import http_exceptions, web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.alerts.admin import REFUSAL
from bot.core import metrics
from bot.core.reports import Reports
from bot.core.texts import say
from digest.errors import Misconfigured, PaperboyError

log = logging.getLogger(__name__)
_requests = logging.getLogger("bot.server.requests")
"""aiohttp's, which logs a trace for every stranger's request that is no HTTP."""

STORE_TIMEOUT = 2.0
"""Seconds."""
WATCH_EVERY = 30.0
REPORT_AFTER = timedelta(minutes=5)
"""How long a connection is down before admins hear of it: a renewal takes up to a minute."""
LOOPBACK = "127.0.0.1"
MAX_CONNECTIONS = 100
"""Connections open at once on one port; a further one closes the oldest, which is half a request: a
whole one is answered in milliseconds."""
CONNECTION_TIME = 20.0
"""Seconds from accepting a connection to its end. Slack waits three for an answer."""


class _OneLine(logging.Filter):
    """Makes a line at DEBUG of a malformed request."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, http_exceptions.HttpProcessingError | web.RequestPayloadError):
            record.msg, record.args = "event=malformed_request cause=%s", (type(error).__name__,)
            record.levelno, record.levelname, record.exc_info = logging.DEBUG, "DEBUG", None
        return True


_requests.addFilter(_OneLine())


@dataclass
class Health:
    """The parts a process depends on; `bot.server.service` adds them as it starts roles."""

    parts: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """Name to whether it is up: `slack`, `discord`."""
    store: Callable[[], Awaitable[object]] | None = None
    depth: Callable[[], Awaitable[Mapping[str, int]]] | None = None
    refused: set[str] = field(default_factory=set)
    """The platforms that refuse the bot's token until it is started with another."""
    stopping: bool = False

    async def states(self) -> dict[str, str]:
        """Name to `up`, `down`, `refused` or `stopping`."""
        found = {name: "up" if up() else "down" for name, up in self.parts.items()}
        found |= dict.fromkeys(self.refused, "refused")
        if self.store is not None:
            found["store"] = await self._store_up(self.store)
        if self.stopping:
            found["process"] = "stopping"
        return found

    async def _store_up(self, ask: Callable[[], Awaitable[object]]) -> str:
        try:
            async with asyncio.timeout(STORE_TIMEOUT):
                await ask()
        except (PaperboyError, TimeoutError):
            return "down"
        return "up"

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)

    def mount_metrics(self, app: web.Application) -> None:
        app.router.add_get("/metrics", self._metrics)

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        states = await self.states()
        ready = all(state == "up" for state in states.values())
        return web.json_response({"status": "ready" if ready else "not ready", **states}, status=200 if ready else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        if self.depth is not None:
            with contextlib.suppress(PaperboyError, TimeoutError):
                async with asyncio.timeout(STORE_TIMEOUT):
                    metrics.show_depth(await self.depth())
        # `content_type=` would refuse the version that Prometheus asks for.
        return web.Response(body=generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def watch_connections(
    health: Health, reports: Reports, parts: frozenset[str], pause: float = WATCH_EVERY
) -> None:
    """Reports connections that stay down to the admins, until cancelled."""
    while True:
        await asyncio.sleep(pause)
        if health.stopping:
            continue
        for name in (parts & health.parts.keys()) - health.refused:
            if health.parts[name]():
                await reports.report_recovery(REFUSAL, about=name)
                await reports.report_recovery("listening", about=name)
            else:
                await reports.report_fault(
                    "listening", say.sentence("error.connection"), about=name, after=REPORT_AFTER
                )


@contextlib.asynccontextmanager
async def serve_http(
    health: Health, app: web.Application, port: int, metrics_port: int | None, *, host: str = "", needed: bool
) -> AsyncIterator[None]:
    """Listens on `host`; if that is empty, on all addresses for a `needed` port, else on loopback.

    Raises Misconfigured for a `needed` port that is taken; another one is only logged.
    """
    health.mount(app)
    async with contextlib.AsyncExitStack() as stack:
        if metrics_port in (None, port):
            health.mount_metrics(app)
        else:
            metrics_app = web.Application()
            health.mount_metrics(metrics_app)
            assert metrics_port is not None
            await _listen(metrics_app, host or LOOPBACK, metrics_port, "METRICS_PORT", stack, needed=False)
        await _listen(app, host or (None if needed else LOOPBACK), port, "PORT", stack, needed=needed)
        yield


async def _listen(
    app: web.Application, host: str | None, port: int, setting: str, stack: contextlib.AsyncExitStack, *, needed: bool
) -> None:
    app.on_response_prepare.append(_end_after_response)
    runner = web.AppRunner(app, access_log=None, logger=_requests)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    assert runner.server is not None
    try:
        listening = await asyncio.get_running_loop().create_server(_bounded(runner.server), host, port)
        stack.callback(listening.close)
    except OSError as error:
        sentence = f"{setting} {port} cannot be used ({error.strerror}). Set {setting} to a free port."
        if host and (isinstance(error, socket.gaierror) or error.errno in (errno.EADDRNOTAVAIL, None)):
            sentence = f"HOST {host} is not an address of this machine. Set HOST to one, or to 0.0.0.0 for all."
        if needed:
            raise Misconfigured(sentence) from error
        log.warning("event=no_health_port setting=%s reason=%r", setting, sentence)


async def _end_after_response(_: web.Request, response: web.StreamResponse) -> None:
    """A connection that is kept would be cut in a later request."""
    response.force_close()


def _bounded(server: web.Server) -> Callable[[], asyncio.Protocol]:
    """Limits connections and their time: aiohttp has no time-out for headers and bodies."""

    def accept() -> asyncio.Protocol:
        for oldest in server.connections[: 1 - MAX_CONNECTIONS]:
            _abort(oldest)
        protocol = server()
        asyncio.get_running_loop().call_later(CONNECTION_TIME, _abort, protocol)
        return protocol

    return accept


def _abort(protocol: web.RequestHandler) -> None:
    if protocol.transport is not None:
        protocol.transport.abort()
