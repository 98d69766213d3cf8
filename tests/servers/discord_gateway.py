"""The gateway of the local Discord: hello, identify, ready, events, resume, and the ways it goes wrong."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.servers.discord_rules import walk
from tests.servers.discord_world import DM, World

CONTENT = 1 << 15
_NEEDED = {
    "MESSAGE_CREATE": (1 << 9, 1 << 12), "MESSAGE_UPDATE": (1 << 9, 1 << 12), "MESSAGE_DELETE": (1 << 9, 1 << 12),
    "MESSAGE_REACTION_ADD": (1 << 10, 1 << 13), "MESSAGE_REACTION_REMOVE": (1 << 10, 1 << 13),
    "MESSAGE_REACTION_REMOVE_ALL": (1 << 10, 1 << 13), "MESSAGE_REACTION_REMOVE_EMOJI": (1 << 10, 1 << 13),
}  # fmt: skip


@dataclass
class Session:
    id: str
    intents: int
    socket: web.WebSocketResponse | None
    sent: list[dict[str, Any]] = field(default_factory=list)
    """Every event of the session, for a resume."""
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def pump(self, socket: web.WebSocketResponse, start: int) -> None:
        """Sends the events in order, from the one after `start` on."""
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                self.more.clear()
                for event in self.sent[start:]:
                    await socket.send_json(event)
                    start += 1
                await self.more.wait()


class Gateway:
    def __init__(self, world: World, *, content: bool = True) -> None:
        self.world, self.content = world, content
        self.sessions: dict[str, Session] = {}
        self.identified: list[int] = []
        """The intents of each IDENTIFY."""
        self.resumed = 0
        self.refuse_resume = False
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens while a new session is told its servers: before each but the first."""
        self.url = ""
        self._arrived = asyncio.Condition()
        world.emit = self.emit

    # ------------------------------------------------------------ what tests do to it

    async def drop(self, code: int = WSCloseCode.INTERNAL_ERROR) -> None:
        """The connection ends with this code; the session can be resumed unless the code says otherwise."""
        for session in list(self.sessions.values()):
            if session.socket is not None:
                socket, session.socket = session.socket, None
                await socket.close(code=code)

    async def reconnect(self) -> None:
        await self._control({"op": 7, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        if not resumable:
            self.refuse_resume = True
        await self._control({"op": 9, "d": resumable})

    async def _control(self, frame: dict[str, Any]) -> None:
        for session in list(self.sessions.values()):
            if session.socket is not None:
                await session.socket.send_json(frame)

    async def connected(self, times: int = 1) -> None:
        """Returns when so many sessions were identified or resumed since the start."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.identified) + self.resumed >= times)

    # ------------------------------------------------------------ events

    def emit(self, name: str, data: dict[str, Any]) -> None:
        for session in self.sessions.values():
            self._tell(session, name, data)

    def _tell(self, session: Session, name: str, data: dict[str, Any]) -> None:
        channel = self.world.channels.get(str(data.get("channel_id", "")))
        needed = _NEEDED.get(name)
        if needed and not session.intents & needed[1 if channel and channel["type"] == DM else 0]:
            return
        if name.startswith("MESSAGE") and "author" in data:
            data = self._censored(data, session, channel)
        event = {"op": 0, "t": name, "s": len(session.sent) + 1, "d": json.loads(json.dumps(data))}
        session.sent.append(event)
        session.more.set()

    def _censored(self, message: dict[str, Any], session: Session, channel: dict[str, Any] | None) -> dict[str, Any]:
        return self.shown(message, channel, content=bool(session.intents & CONTENT))

    def shown(self, message: dict[str, Any], channel: dict[str, Any] | None, *, content: bool) -> dict[str, Any]:
        """What the bot sees of a message, by the gateway and by requests alike. `content`: it has the intent."""
        bot = self.world.bot["id"]
        seen = (
            content
            or (channel is not None and channel["type"] == DM)
            or message["author"]["id"] == bot
            or any(u["id"] == bot for u in message["mentions"])
        )
        return message if seen else {**message, "content": "", "components": [], "embeds": [], "attachments": []}

    # ------------------------------------------------------------ the socket

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        pump: asyncio.Task[None] | None = None
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = json.loads(frame.data)
            if said["op"] == 1:
                await socket.send_json({"op": 11})
            elif said["op"] == 2:
                pump = await self._identify(socket, said["d"])
            elif said["op"] == 6:
                pump = await self._resume(socket, said["d"])
        if pump is not None:
            pump.cancel()
        for session in self.sessions.values():
            if session.socket is socket:
                session.socket = None
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> asyncio.Task[None] | None:
        self.identified.append(data["intents"])
        if data["intents"] & CONTENT and not self.content:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        self.refuse_resume = False
        session = Session(self.world.snowflake(), data["intents"], socket)
        self.sessions[session.id] = session
        guilds = [{"id": g, "unavailable": True} for g in self.world.guilds]
        ready = {
            "v": 10, "user": self.world.bot, "guilds": guilds, "session_id": session.id, "resume_gateway_url": self.url,
            "application": {"id": self.world.application, "flags": 1 << 19}, "private_channels": [], "relationships": [],
        }  # fmt: skip
        self._tell(session, "READY", ready)
        for number, guild in enumerate(self.world.guilds.values()):
            if number:
                self.meanwhile()
            self._tell(session, "GUILD_CREATE", self.world.guild_create(guild))
        await self._notify()
        return asyncio.create_task(session.pump(socket, 0))

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> asyncio.Task[None] | None:
        session = self.sessions.get(data["session_id"])
        if session is None or self.refuse_resume:
            await socket.send_json({"op": 9, "d": False})
            return None
        session.socket = socket
        self.resumed += 1
        self._tell(session, "RESUMED", {})
        await self._notify()
        return asyncio.create_task(session.pump(socket, data["seq"]))

    async def _notify(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in walk(message["components"]) if c["type"] in (2, 3)]
