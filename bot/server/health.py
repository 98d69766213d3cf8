"""/healthz, /readyz and /metrics. Alive is whoever answers; ready is who can do its part: store, connections, worker.

Slack over HTTP is mounted on the same application. `PORT` and `METRICS_PORT` are taken at all addresses of the machine; nothing told here
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
from digest.errors import Misconfigured, PaperboyError

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds that the store may take to answer."""
WATCH = 30.0
DOWN_LASTS = timedelta(minutes=5)
"""Before the admins are told that a connection is down: renewing one takes a minute at most."""


@dataclass
class Health:
    """What a process depends on: filled by `bot.server.service` as roles are begun."""

    parts: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """Name to whether it is up: `slack`, `discord`, `worker`."""
    store: Callable[[], Awaitable[object]] | None = None
    depth: Callable[[], Awaitable[Mapping[str, int]]] | None = None
    stopping: bool = False

    async def standing(self) -> dict[str, str]:
        """Each part: `up`, `down`, or `stopping`."""
        found = {name: "up" if up() else "down" for name, up in self.parts.items()}
        if self.store is not None:
            found["store"] = await self._store_up(self.store)
        if self.stopping:
            found["process"] = "stopping"
        return found

    async def _store_up(self, ask: Callable[[], Awaitable[object]]) -> str:
        try:
            async with asyncio.timeout(LOOK):
                await ask()
        except (PaperboyError, TimeoutError):
            return "down"
        return "up"

    # ------------------------------------------------------------ what is served

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)

    def mount_metrics(self, app: web.Application) -> None:
        app.router.add_get("/metrics", self._metrics)

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        standing = await self.standing()
        ready = all(state == "up" for state in standing.values())
        return web.json_response(
            {"status": "ready" if ready else "not ready", **standing}, status=200 if ready else 503
        )

    async def _metrics(self, _: web.Request) -> web.Response:
        if self.depth is not None:
            with contextlib.suppress(PaperboyError, TimeoutError):
                async with asyncio.timeout(LOOK):
                    metrics.show_depth(await self.depth())
        # The class would insist on a content type without the version that Prometheus asks for.
        return web.Response(body=generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def watch(health: Health, reports: Reports, parts: frozenset[str], pause: float = WATCH) -> None:
    """Tells the admins, on whatever platform still works, of a connection that stays down, and when it is back. Until cancelled."""
    while True:
        await asyncio.sleep(pause)
        if health.stopping:
            continue
        for name in parts & health.parts.keys():
            if health.parts[name]():
                await reports.over("listening", about=name)
            else:
                await reports.fault("listening", "not connected", about=name, after=DOWN_LASTS)


@contextlib.asynccontextmanager
async def served(
    health: Health, app: web.Application, port: int, metrics_port: int | None, *, needed: bool
) -> AsyncIterator[None]:
    """Serves `app` on `port`, and the metrics there or on their own. `needed`: people's requests come by this port; a port that is taken
    then ends the process (Misconfigured), else it is told and done without."""
    health.mount(app)
    async with contextlib.AsyncExitStack() as stack:
        if metrics_port in (None, port):
            health.mount_metrics(app)
        else:
            beside = web.Application()
            health.mount_metrics(beside)
            await _listening(beside, metrics_port, "METRICS_PORT", stack, needed=False)
        await _listening(app, port, "PORT", stack, needed=needed)
        yield


async def _listening(
    app: web.Application, port: int | None, setting: str, stack: contextlib.AsyncExitStack, *, needed: bool
) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, port=port).start()
    except OSError as error:
        sentence = f"{setting} {port} cannot be listened on ({error.strerror}). Set {setting} to one that is free."
        if needed:
            raise Misconfigured(sentence) from error
        log.warning("event=no_health_port setting=%s reason=%r", setting, sentence)
