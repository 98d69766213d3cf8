"""HTTP endpoints /healthz (the process answers), /readyz (all parts are up) and /metrics.

Slack over HTTP is mounted on the same application. The ports listen on all addresses, so no answer
names a person, a channel or a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.core import metrics
from bot.core.reports import Reports
from bot.core.texts import say
from digest.errors import Misconfigured, PaperboyError

log = logging.getLogger(__name__)

STORE_TIMEOUT = 2.0
"""Seconds."""
WATCH_EVERY = 30.0
REPORT_AFTER = timedelta(minutes=5)
"""How long a connection is down before admins hear of it: a renewal takes up to a minute."""


@dataclass
class Health:
    """The parts a process depends on; `bot.server.service` adds them as it starts roles."""

    parts: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """Name to whether it is up: `slack`, `discord`, `worker`."""
    store: Callable[[], Awaitable[object]] | None = None
    depth: Callable[[], Awaitable[Mapping[str, int]]] | None = None
    stopping: bool = False

    async def states(self) -> dict[str, str]:
        """Name to `up`, `down` or `stopping`."""
        found = {name: "up" if up() else "down" for name, up in self.parts.items()}
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
        for name in parts & health.parts.keys():
            if health.parts[name]():
                await reports.report_recovery("listening", about=name)
            else:
                await reports.report_fault(
                    "listening", say.sentence("error.connection"), about=name, after=REPORT_AFTER
                )


@contextlib.asynccontextmanager
async def serve_http(
    health: Health, app: web.Application, port: int, metrics_port: int | None, *, needed: bool
) -> AsyncIterator[None]:
    """Raises Misconfigured for a `needed` port that is taken; another one is only logged."""
    health.mount(app)
    async with contextlib.AsyncExitStack() as stack:
        if metrics_port in (None, port):
            health.mount_metrics(app)
        else:
            metrics_app = web.Application()
            health.mount_metrics(metrics_app)
            await _listen(metrics_app, metrics_port, "METRICS_PORT", stack, needed=False)
        await _listen(app, port, "PORT", stack, needed=needed)
        yield


async def _listen(
    app: web.Application, port: int | None, setting: str, stack: contextlib.AsyncExitStack, *, needed: bool
) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, port=port).start()
    except OSError as error:
        sentence = f"{setting} {port} cannot be used ({error.strerror}). Set {setting} to a free port."
        if needed:
            raise Misconfigured(sentence) from error
        log.warning("event=no_health_port setting=%s reason=%r", setting, sentence)
