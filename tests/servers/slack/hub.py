"""How events and interactions reach the app: Socket Mode envelopes or signed HTTP requests, acknowledged or delivered again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

RETRIES = 3


@dataclass(eq=False)
class Delivery:
    """One event or interaction on its way. `answer` is what was acknowledged; None while it was not, or when it carried nothing."""

    kind: str
    payload: dict[str, Any]
    sent: list[float] = field(default_factory=list)
    acked_at: float = 0.0
    answer: dict[str, Any] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acked(self) -> bool:
        return bool(self.acked_at)

    @property
    def took(self) -> float:
        """Seconds from the first sending to the acknowledgement."""
        return self.acked_at - self.sent[0]

    async def wait(self) -> Delivery:
        await self.done.wait()
        return self


@dataclass(eq=False)
class _Socket:
    ws: web.WebSocketResponse
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """`within`: the seconds an acknowledgement may take."""

    def __init__(self, within: float, changed: asyncio.Event) -> None:
        self.within, self.changed = within, changed
        self.sockets: list[_Socket] = []
        self.connected = asyncio.Event()
        self.opened = 0
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.http: tuple[str, str] | None = None
        """(url, signing secret): deliver there instead of through sockets."""

    # ------------------------------------------------ sockets

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(heartbeat=None)
        await ws.prepare(request)
        socket = _Socket(ws)
        await ws.send_json(
            {
                "type": "hello",
                "num_connections": len(self.sockets) + 1,
                "connection_info": {"app_id": "A0APP"},
                "debug_info": {"host": "local", "approximate_connection_time": 3600},
            }
        )
        self.opened += 1
        self.sockets.append(socket)
        self.connected.set()
        self.changed.set()
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._answered(json.loads(message.data))
        finally:
            self._forget(socket)
        return ws

    def _forget(self, socket: _Socket) -> None:
        socket.gone.set()
        if socket in self.sockets:
            self.sockets.remove(socket)
        self.changed.set()
        if not self.sockets:
            self.connected.clear()

    def _answered(self, body: dict[str, Any]) -> None:
        waiting = self._waiting.pop(body.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(body.get("payload"))

    async def say_disconnect(self) -> None:
        """Slack's polite way: a message, and the connection is closed a moment later by whoever is first."""
        for socket in list(self.sockets):
            await socket.ws.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "local"}}
            )

    def cut(self) -> None:
        """Every connection breaks, without a word."""
        for socket in list(self.sockets):
            transport = socket.ws._req.transport if socket.ws._req is not None else None
            if transport is not None:
                transport.abort()
            self._forget(socket)

    # ------------------------------------------------ delivering

    def deliver(self, kind: str, payload: dict[str, Any]) -> Delivery:
        """Starts it. Events are tried again when unacknowledged; commands and interactions are not."""
        delivery = Delivery(kind, payload)
        task = asyncio.get_running_loop().create_task(self._run(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def settled(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)  # gather of finished ones would not yield: they would stay for ever

    async def _run(self, delivery: Delivery) -> None:
        tries = RETRIES + 1 if delivery.kind == "events_api" else 1
        try:
            for attempt in range(tries):
                answered, answer = await (self._by_http if self.http else self._by_socket)(delivery, attempt)
                if answered:
                    delivery.acked_at, delivery.answer = time.monotonic(), answer
                    return
        finally:
            delivery.done.set()

    async def _by_socket(self, delivery: Delivery, attempt: int) -> tuple[bool, dict[str, Any] | None]:
        if delivery.kind == "events_api":
            await self.connected.wait()
        if not self.sockets:
            return False, None
        self._turn += 1
        socket = self.sockets[self._turn % len(self.sockets)]
        envelope = str(uuid.uuid4())
        future: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = future
        delivery.sent.append(time.monotonic())
        body: dict[str, Any] = {"envelope_id": envelope, "type": delivery.kind, "payload": delivery.payload}
        body["accepts_response_payload"] = delivery.kind != "events_api"
        if delivery.kind == "events_api":
            body |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        with contextlib.suppress(ConnectionError):
            await socket.ws.send_json(body)
        gone = asyncio.ensure_future(socket.gone.wait())
        await asyncio.wait({future, gone}, timeout=self.within, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        self._waiting.pop(envelope, None)
        return (True, future.result()) if future.done() else (False, None)

    async def _by_http(self, delivery: Delivery, attempt: int) -> tuple[bool, dict[str, Any] | None]:
        assert self.http is not None
        url, secret = self.http
        if delivery.kind == "events_api":
            body, kind = json.dumps(delivery.payload), "application/json"
        elif delivery.kind == "slash_commands":
            body, kind = urlencode(delivery.payload), "application/x-www-form-urlencoded"
        else:
            body, kind = urlencode({"payload": json.dumps(delivery.payload)}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **signature(secret, body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        delivery.sent.append(time.monotonic())
        timeout = aiohttp.ClientTimeout(total=self.within)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers) as got,
            ):
                text = await got.text()
                if got.status != 200:
                    return False, None
                return True, json.loads(text) if text.startswith("{") else None
        except (aiohttp.ClientError, TimeoutError):
            return False, None

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in list(self.sockets):
            await socket.ws.close()


def signature(secret: str, body: str, at: float | None = None) -> dict[str, str]:
    """The two headers Slack signs a request with."""
    stamp = str(int(time.time() if at is None else at))
    made = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}
