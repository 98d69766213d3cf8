"""The server itself: `async with SlackServer() as slack`, then point SLACK_API_URL at `slack.url`.

Real HTTP and WebSocket for the real SDKs. It keeps a journal of calls, refuses what Slack refuses, limits the rate of posts, and breaks
on demand (`fail`). What people do is in `people.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import yaml
from aiohttp import web

from tests.deadline import DEADLINE
from tests.paths import ROOT
from tests.servers.local import started
from tests.servers.slack import rules
from tests.servers.slack.faults import Fault, broken, next_fault
from tests.servers.slack.hub import Hub
from tests.servers.slack.methods import METHODS
from tests.servers.slack.people import People
from tests.servers.slack.rules import Refused
from tests.servers.slack.workspace import BOT_ID, BOT_USER, File, Limits, Message, Workspace

MANIFEST = ROOT / "bot/slack/manifest.yaml"
BOT_TOKEN = "xoxb-test"
APP_TOKEN = "xapp-test"


@dataclass
class Call:
    method: str
    args: dict[str, Any]
    error: str
    """Empty when it was carried out and answered."""
    at: float


@dataclass
class ResponseUrl:
    user: str
    channel: str
    made: float
    origin: Message | None
    uses: int = 0


class SlackServer(People):
    """`limits=False` lifts all rate limits; `speed=20` makes their windows a twentieth. `ack`: the seconds to acknowledge in."""

    def __init__(self, *, limits: bool = True, speed: float = 1.0, ack: float = 3.0) -> None:
        self.space = Workspace(time.time)
        self.changed = asyncio.Event()
        self.hub = Hub(ack, self.changed)
        self.limits = Limits(time.monotonic, speed)
        self.limited = limits
        self.manifest = yaml.safe_load(MANIFEST.read_text())
        self.scopes: set[str] = set(self.manifest["oauth_config"]["scopes"]["bot"])
        self.events: set[str] = set(self.manifest["settings"]["event_subscriptions"]["bot_events"])
        self.journal: list[Call] = []
        self.faults: list[Fault] = []
        self.files: dict[str, File] = {}
        self.files_late = 0
        """How many messages are refused because their file cannot be used yet."""
        self.revoked = ""
        """`token_revoked`, `invalid_auth`, `account_inactive`: the answer to everything."""
        self.stopped: set[str] = set()
        """Streams a person stopped."""
        self.responses: dict[str, ResponseUrl] = {}
        self._triggers: dict[str, tuple[str, float]] = {}
        self._tickets: set[str] = set()
        self._ids = itertools.count(1)
        self.host, self.port = "127.0.0.1", 0

    # ------------------------------------------------ life

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """For SLACK_API_URL."""
        return f"{self.origin}/api/"

    async def start(self, port: int = 0) -> SlackServer:
        app = web.Application(client_max_size=4 * 2**20)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_post("/response/{id}", self._response)
        self._runner, self.port = await started(app, port)
        return self

    async def stop(self) -> None:
        await self.hub.close()
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # ------------------------------------------------ what tests ask and break

    def fail(
        self,
        method: str,
        kind: str,
        times: int = 1,
        skip: int = 0,
        when: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None:
        """The next `times` calls of the method, after `skip` good ones, go wrong."""
        self.faults.append(Fault(method, kind, times, skip, when or (lambda args: True)))

    def calls(self, *methods: str) -> list[Call]:
        return [c for c in self.journal if c.method in methods]

    def refusals(self) -> list[Call]:
        """Calls that were refused for what was in them: in a sound bot there are none."""
        fine = {"", "ratelimited", "fault"}
        return [c for c in self.journal if c.error not in fine]

    async def until(self, held: Callable[[], Any], seconds: float = DEADLINE) -> Any:
        """Waits until the predicate holds, looked at whenever something was called. Returns its value."""
        async with asyncio.timeout(seconds):
            while not (value := held()):
                self.changed.clear()
                await self.changed.wait()
            return value

    # ------------------------------------------------ Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        args = await _arguments(request)
        fault = next_fault(self.faults, name, args)
        error, answer, status, headers = "", {}, 200, {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        if fault and fault.startswith("slow:"):
            await asyncio.sleep(float(fault[5:]))
        if fault in ("refuse", "500", "503", "html"):
            self._note(name, args, "fault")
            return broken(request, fault)
        try:
            answer = self._call(name, args, request.headers.get("Authorization", ""), fault)
        except Refused as refused:
            error, status = refused.error, refused.more.pop("status", 200)
            if "wait" in refused.more:
                headers["Retry-After"] = _seconds(refused.more.pop("wait"), whole=not name.startswith("chat."))
            answer = {"ok": False, "error": error, **refused.more}
        self._note(name, args, "fault" if fault and not fault.startswith("slow") else error)
        if fault == "drop":
            return broken(request, "refuse")
        return web.json_response({"ok": not error, **answer}, status=status, headers=headers)

    def _call(self, name: str, args: dict[str, Any], authorization: str, fault: str) -> dict[str, Any]:
        if fault.startswith("429:"):
            raise Refused("ratelimited", status=429, wait=float(fault[4:]))
        if fault.startswith("error:"):
            raise Refused(fault[6:])
        if self.revoked:
            raise Refused(self.revoked)
        if name == "apps.connections.open":
            return self._open_connection(authorization)
        if authorization != f"Bearer {BOT_TOKEN}":
            raise Refused("invalid_auth" if authorization else "not_authed")
        if name not in METHODS:
            raise Refused("unknown_method", name)
        scope, a_minute, allowed, function = METHODS[name]
        if scope:
            self.require(scope)
        unknown = set(args) - allowed - {"token"}
        if unknown:
            raise Refused("invalid_arguments", f"{name} has no argument {sorted(unknown)}")
        if self.limited:
            self.limits.take(name, a_minute, 60.0)
        return function(self, args)

    def require(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refused("missing_scope", scope, needed=scope, provided=",".join(sorted(self.scopes)))

    def post_slot(self, channel: str) -> None:
        """One post a second and channel."""
        if self.limited:
            self.limits.take(f"post:{channel}", 1, 1.0)

    def _note(self, name: str, args: dict[str, Any], error: str) -> None:
        self.journal.append(Call(name, args, error, time.monotonic()))
        self.changed.set()

    # ------------------------------------------------ files

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """The address that `files.getUploadURLExternal` gave. Faults are those of the method `upload`."""
        data, fault = await request.read(), next_fault(self.faults, "upload", {})
        if fault.startswith("slow:"):
            await asyncio.sleep(float(fault[5:]))
        self._note("upload", {"size": len(data)}, "fault" if fault else "")
        if fault in ("refuse", "500", "503", "html"):
            return broken(request, fault)
        file = self.files[request.match_info["id"]]
        if len(data) != file.length:
            return web.Response(status=400, text="another length")
        file.data = data
        return broken(request, "refuse") if fault == "drop" else web.Response(text=f"OK - {len(data)}")

    def check_files(self, blocks: list[dict[str, Any]]) -> None:
        """A block may show a file of ours whose upload is complete. Raises Refused."""
        for block in blocks:
            file = self.files.get(block.get("slack_file", {}).get("id", ""))
            if block["type"] == "image" and (file is None or not file.complete or self.files_late):
                self.files_late = max(0, self.files_late - 1)
                raise Refused("invalid_blocks", "invalid slack file")

    # ------------------------------------------------ Socket Mode

    def _open_connection(self, authorization: str) -> dict[str, Any]:
        if authorization != f"Bearer {APP_TOKEN}":
            raise Refused("not_allowed_token_type" if "xoxb" in authorization else "invalid_auth")
        ticket = f"ticket-{next(self._ids)}"
        self._tickets.add(ticket)
        return {"url": f"ws://{self.host}:{self.port}/link?ticket={ticket}"}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="a ticket is good for one connection")
        self._tickets.remove(ticket)
        return await self.hub.serve(request)

    # ------------------------------------------------ triggers, views, response URLs

    def new_trigger(self, user: str) -> str:
        trigger = f"{next(self._ids)}.trigger"
        self._triggers[trigger] = (user, time.monotonic())
        return trigger

    def use_trigger(self, trigger: str) -> str:
        user, made = self._triggers.pop(trigger, ("", 0.0))
        if not user:
            raise Refused("invalid_trigger_id" if not trigger else "exchanged_trigger_id")
        if time.monotonic() - made > 3:
            raise Refused("expired_trigger_id")
        return user

    def keep_view(self, view: dict[str, Any], user: str) -> dict[str, Any]:
        view |= {"id": f"V{next(self._ids)}", "hash": "1", "team_id": "T0PAPER", "state": {"values": {}}, "_user": user}
        self.space.views[view["id"]] = view
        self.changed.set()
        return view

    def new_response_url(self, user: str, channel: str, origin: Message | None = None) -> str:
        key = f"r{next(self._ids)}"
        self.responses[key] = ResponseUrl(user, channel, self.space.now(), origin)
        return f"{self.origin}/response/{key}"

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.json()
        known = self.responses.get(request.match_info["id"])
        error = ""
        try:
            self._respond(_usable(known, self.space.now()), body)
        except Refused as refused:
            error = refused.error
            body["detail"] = refused.detail
        self._note("response_url", body, error)
        return web.Response(text=error or "ok", status=404 if error else 200)

    def _respond(self, known: ResponseUrl, body: dict[str, Any]) -> None:
        allowed = {
            "text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts",
            "unfurl_links", "unfurl_media",
        }  # fmt: skip
        if unknown := set(body) - allowed:
            raise Refused("invalid_arguments", f"{sorted(unknown)}")
        place = self.space.channels[known.channel]
        if body.get("delete_original"):
            if known.origin in place.ephemeral:
                place.ephemeral.remove(known.origin)
            return
        rules.message_text(body.get("text"))
        blocks = rules.message_blocks(body["blocks"]) if body.get("blocks") else []
        if body.get("replace_original") and known.origin is not None:
            known.origin.text, known.origin.blocks = body["text"], blocks
            known.origin.edits += 1
            return
        alone = body.get("response_type", "ephemeral") == "ephemeral"
        unfurl = (body.get("unfurl_links"), body.get("unfurl_media"))
        message = Message(self.space.new_ts(), place.id, BOT_USER, body["text"], blocks, bot_id=BOT_ID, unfurl=unfurl)
        message.thread_ts = body.get("thread_ts", "")
        if alone:
            message.to = known.user
            place.ephemeral.append(message)
        else:
            place.messages[message.ts] = message
        if known.origin is None:
            known.origin = message


def _usable(known: ResponseUrl | None, now: float) -> ResponseUrl:
    if known is None or now - known.made > 1800:
        raise Refused("expired_url")
    known.uses += 1
    if known.uses > 5:
        raise Refused("used_url")
    return known


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return {k: v for k, v in (await request.json()).items() if v is not None}
    form = {**request.query, **(await request.post())}
    return {
        k: json.loads(v) if isinstance(v, str) and v[:1] in "[{" and k in ("blocks", "view", "metadata") else v
        for k, v in form.items()
    }


def _seconds(wait: float, *, whole: bool) -> str:
    """Slack counts in whole seconds, as the SDK expects of it; for posts a server that is sped up is more exact."""
    return str(math.ceil(wait)) if whole or wait > 0.5 else f"{wait:.3f}"
