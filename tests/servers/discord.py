"""A local Discord: REST over HTTP and the gateway over WebSocket, for the real discord.py. Strict, and able to go wrong on request.

async with Discord() as discord:
    guild = discord.world.guild(); channel = discord.world.channel(guild)
    …  DISCORD_API_URL=discord.api_url  DISCORD_GATEWAY_URL=discord.gateway_url
    discord.fail("POST", r"/channels/\\d+/messages", 502, stored=True)
"""

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

from tests.servers.discord_gateway import Gateway
from tests.servers.discord_routes import answered
from tests.servers.discord_rules import Refused
from tests.servers.discord_world import DM, MANAGE_CHANNELS, Interaction, World, iso
from tests.servers.local import started

TOKEN = "a-token.of-the.tests"


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """As Discord sends it: the SDK wants the content type without a charset."""
    body = json.dumps(value, default=str).encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})})


async def _body(request: web.Request) -> Any:
    """JSON, or the JSON part of a form, which must name its files."""
    if not request.can_read_body:
        return None
    if not request.content_type.startswith("multipart/"):
        return await request.json()
    form = await request.post()
    body = json.loads(str(form["payload_json"]))
    parts = [part for part in form.values() if isinstance(part, web.FileField)]
    files = [part.filename for part in parts]
    for part in parts:
        part.file.close()
    assert [a["filename"] for a in body.get("message", body)["attachments"]] == files
    return body


@dataclass
class Request:
    method: str
    path: str
    body: Any
    status: int = 0
    at: float = field(default_factory=time.monotonic)


@dataclass
class Fault:
    method: str
    path: re.Pattern[str]
    status: int
    """0: the connection is dropped."""
    stored: bool
    """The request is carried out first."""
    times: int
    retry_after: float
    code: int


class Discord:
    def __init__(self, *, content: bool = True, posts: tuple[int, float] = (1000, 1.0)) -> None:
        """`content`: the message-content intent is enabled. `posts`: so many messages in so many seconds for each channel."""
        self.world = World()
        self.gateway = Gateway(self.world, content=content)
        self.posts = posts
        self.journal: list[Request] = []
        self.faults: list[Fault] = []
        self.token = TOKEN
        self.slow_files = 0.0
        """Seconds that a request with a file takes."""
        self.refuse_files = 0
        """How many requests with a file are refused as too large."""
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self.url = ""

    # ------------------------------------------------------------ life

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", "/api/v10{path:.*}", self._api)
        self._runner, used = await started(app, port)
        self.url = f"http://127.0.0.1:{used}"
        self.gateway.url = self.gateway_url

    async def close(self) -> None:
        assert self._runner is not None
        await self.gateway.drop(1001)
        await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/gateway/"

    # ------------------------------------------------------------ what tests do to it

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        *,
        stored: bool = False,
        times: int = 1,
        retry_after: float = 0.05,
        code: int = 0,
    ) -> None:
        self.faults.append(Fault(method, re.compile(path), status, stored, times, retry_after, code))

    def requests(self, method: str, path: str) -> list[Request]:
        return [r for r in self.journal if r.method == method and re.fullmatch(path, r.path)]

    def say(
        self, user: dict[str, Any], channel: dict[str, Any], text: str, *, reply_to: str = "", ping: bool = True
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"content": text}
        if reply_to:
            body["message_reference"] = {"message_id": reply_to}
        more: dict[str, Any] = {"member": self.member(user)} if "guild_id" in channel else {}
        answered = self.world.messages[channel["id"]].get(reply_to)
        if answered and ping:
            body["_answered"] = answered["author"]
        return self.world.write(channel, user, body, **more)

    def member(self, user: dict[str, Any]) -> dict[str, Any]:
        return {"user": user, "roles": sorted(self.world.members[user["id"]]), "joined_at": iso(), "deaf": False, "mute": False, "flags": 0, "nick": None, "avatar": None, "premium_since": None, "pending": False}  # fmt: skip

    def react(self, user: dict[str, Any], message: dict[str, Any], emoji: str, *, undo: bool = False) -> None:
        event = {
            "user_id": user["id"], "channel_id": message["channel_id"], "message_id": message["id"], "emoji": {"id": None, "name": emoji},
            "burst": False, "type": 0,
        }  # fmt: skip
        if "guild_id" in message:
            event |= {"guild_id": message["guild_id"], "member": self.member(user)}
        self.world.emit(f"MESSAGE_REACTION_{'REMOVE' if undo else 'ADD'}", event)

    def clear_reactions(self, message: dict[str, Any], emoji: str = "") -> None:
        """A moderator takes all reactions off, or all with one emoji. Discord does not say whose they were."""
        event = {k: message[k] for k in ("channel_id", "guild_id") if k in message} | {"message_id": message["id"]}
        if emoji:
            event["emoji"] = {"id": None, "name": emoji}
        self.world.emit(f"MESSAGE_REACTION_REMOVE_{'EMOJI' if emoji else 'ALL'}", event)

    def interact(
        self, user: dict[str, Any], channel: dict[str, Any], kind: int, data: dict[str, Any], *, message: dict[str, Any] | None = None,
        locale: str = "en-US", admin: bool = False, member: bool = True,
    ) -> Interaction:  # fmt: skip
        """kind: 2 command, 3 component, 4 autocomplete, 5 modal. `member`: the bot is on the server; else the person installed it."""
        permissions = MANAGE_CHANNELS if admin else 0
        payload: dict[str, Any] = {
            "id": self.world.snowflake(), "application_id": self.world.application, "type": kind, "token": f"t{self.world.snowflake()}",
            "version": 1, "data": data, "channel_id": channel["id"], "channel": {**channel, "permissions": str(permissions)}, "locale": locale,
            "entitlements": [], "authorizing_integration_owners": {"0": channel.get("guild_id", "0")} if member else {"1": user["id"]}, "attachment_size_limit": 10_000_000,
            "app_permissions": str(self.world.permissions(channel)), "context": 1 if channel["type"] == DM else 0,
        }  # fmt: skip
        if "guild_id" in channel:
            payload |= {"guild_id": channel["guild_id"], "guild_locale": "en-US"}
            payload["member"] = self.member(user) | {"permissions": str(permissions)}
        else:
            payload["user"] = user
        if message is not None:
            payload["message"] = message
        made = Interaction(payload["id"], payload["token"], payload, time.monotonic())
        self.world.interactions[made.token] = made
        self.world.emit("INTERACTION_CREATE", payload)
        return made

    # ------------------------------------------------------------ HTTP

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.match_info["path"])
        body = await _body(request)
        record = Request(request.method, path, body)
        self.journal.append(record)
        fault = next((f for f in self.faults if f.method in (request.method, "*") and f.path.fullmatch(path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            if fault.stored:
                await self._carry_out(request, record)
            return self._broken(request, record, fault)
        if request.content_type.startswith("multipart/"):
            if self.refuse_files:
                self.refuse_files -= 1
                record.status = 413
                return _json({"message": "Request entity too large", "code": 40005}, status=413)
            await asyncio.sleep(self.slow_files)
        return await self._carry_out(request, record)

    def _authorised(self, request: web.Request, path: str) -> None:
        free = path.startswith(("/interactions/", "/webhooks/"))
        if not free and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refused(401, 0, "401: Unauthorized")

    def _broken(self, request: web.Request, record: Request, fault: Fault) -> web.StreamResponse:
        record.status = fault.status
        if fault.status == 0:
            request.transport.abort()
            return web.Response()
        if fault.status == 429:
            return self._throttled(fault.retry_after)
        return _json({"message": "injected", "code": fault.code}, status=fault.status)

    def _throttled(self, wait: float, headers: dict[str, str] | None = None) -> web.Response:
        head = {"Retry-After": f"{wait:.3f}", "X-RateLimit-Scope": "user", "Via": "1.1 google", **(headers or {})}
        told = {"message": "You are being rate limited.", "retry_after": wait, "global": False}
        return _json(told, status=429, headers=head)

    async def _carry_out(self, request: web.Request, record: Request) -> web.StreamResponse:
        try:
            self._authorised(request, record.path)
            if (limited := self._limited(record)) is not None:
                record.status = 429
                return limited
            answer = answered(self, record.method, record.path, record.body, dict(request.query))
        except Refused as refused:
            record.status = refused.status
            return _json({"message": refused.message, "code": refused.code}, status=refused.status)
        record.status = 204 if answer is None else 200
        return web.Response(status=204) if answer is None else _json(answer, headers=self._limits(record))

    def _bucket(self, record: Request) -> deque[float] | None:
        found = re.fullmatch(r"/channels/(\d+)/messages", record.path)
        if record.method != "POST" or found is None:
            return None
        sent = self._sent[found[1]]
        while sent and time.monotonic() - sent[0] > self.posts[1]:
            sent.popleft()
        return sent

    def _limited(self, record: Request) -> web.Response | None:
        sent = self._bucket(record)
        if sent is None or len(sent) < self.posts[0]:
            if sent is not None:
                sent.append(time.monotonic())
            return None
        return self._throttled(self.posts[1] - (time.monotonic() - sent[0]), self._limits(record))

    def _limits(self, record: Request) -> dict[str, str]:
        sent = self._bucket(record)
        if sent is None:
            return {}
        left = self.posts[1] - (time.monotonic() - sent[0]) if sent else 0
        return {
            "X-RateLimit-Limit": str(self.posts[0]), "X-RateLimit-Remaining": str(self.posts[0] - len(sent)), "X-RateLimit-Bucket": "post",
            "X-RateLimit-Reset": f"{time.time() + left:.3f}", "X-RateLimit-Reset-After": f"{left:.3f}",
        }  # fmt: skip
