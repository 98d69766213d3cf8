"""What a Slack workspace holds: people, channels, messages and who sees them. In memory, with a clock of its own."""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.servers.slack.rules import Refused, shown

TEAM = "T0PAPER"
ENTERPRISE = "E0ORG"
BOT_USER = "U0BOT"
BOT_ID = "B0BOT"
APP = "A0APP"


@dataclass
class User:
    id: str
    name: str
    locale: str = "en-US"
    restricted: bool = False
    """A guest."""
    admin: bool = False
    """An admin of the workspace."""
    bot: bool = False
    team: str = TEAM
    teams: tuple[str, ...] = ()
    """All workspaces of an Enterprise organisation that the person is in."""
    tz: str = "Europe/Berlin"


@dataclass
class File:
    """A file that nobody sees until a message shows it."""

    length: int
    alt: str
    data: bytes = b""
    complete: bool = False
    channel: str = ""
    """Where it was sent; else no channel."""


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    metadata: dict[str, Any] | None = None
    bot_id: str = ""
    edited: bool = False
    streaming: bool = False
    to: str = ""
    """An ephemeral message: the one person who sees it."""
    unfurl: tuple[Any, Any] = (None, None)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edits: int = 0
    subtype: str = ""

    @property
    def shown(self) -> str:
        return shown(self.blocks) if self.blocks else self.text

    def json(self, *, with_metadata: bool = False, replies: int = 0) -> dict[str, Any]:
        out: dict[str, Any] = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text, "team": TEAM}
        if self.subtype:
            out["subtype"] = self.subtype
        if self.bot_id:
            out |= {"bot_id": self.bot_id, "app_id": APP}
        if self.blocks:
            out["blocks"] = self.blocks
        if self.thread_ts:
            out["thread_ts"] = self.thread_ts
        elif replies:
            out |= {"thread_ts": self.ts, "reply_count": replies}
        if self.edited:
            out["edited"] = {"user": self.user, "ts": self.ts}
        if self.streaming:
            out["streaming_state"] = "in_progress"
        if with_metadata and self.metadata:
            out["metadata"] = self.metadata
        return out


@dataclass
class Channel:
    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    archived: bool = False
    direct: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    ephemeral: list[Message] = field(default_factory=list)


class Limits:
    """So many calls of a kind in a window. `speed` 10 makes the window a tenth, for tests that cannot wait."""

    def __init__(self, now: Callable[[], float], speed: float) -> None:
        self.now, self.speed = now, speed
        self.seen: dict[str, deque[float]] = {}

    def take(self, name: str, most: int, window: float) -> None:
        window /= self.speed
        calls = self.seen.setdefault(name, deque())
        now = self.now()
        while calls and now - calls[0] >= window:
            calls.popleft()
        if len(calls) >= most:
            wait = window - (now - calls[0])
            raise Refused("ratelimited", name, status=429, wait=wait)
        calls.append(now)


class Workspace:
    """The state, and the checks that need it. Raises Refused."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._tick = itertools.count(1)
        self.users: dict[str, User] = {BOT_USER: User(BOT_USER, "paperboy", bot=True)}
        self.channels: dict[str, Channel] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.prompts: dict[str, list[dict[str, str]]] = {}
        self.unfurls: dict[str, dict[str, Any]] = {}
        """By the message's id."""
        self.views: dict[str, dict[str, Any]] = {}
        self.statuses: list[tuple[str, str, str]] = []
        """(channel, thread, status)"""

    # ------------------------------------------------ building

    def add_user(self, id: str, name: str = "", **more: Any) -> User:
        self.users[id] = User(id, name or id.lower(), **more)
        return self.users[id]

    def add_channel(self, id: str, *members: str, bot: bool = True, **more: Any) -> Channel:
        channel = Channel(id, more.pop("name", id.lower()), set(members) | ({BOT_USER} if bot else set()), **more)
        self.channels[id] = channel
        return channel

    def open_direct(self, user: str) -> Channel:
        name = f"D{user[1:]}"
        if name not in self.channels:
            self.add_channel(name, user, direct=True)
        return self.channels[name]

    # ------------------------------------------------ finding

    def channel(self, id: str, *, post: bool = False) -> Channel:
        if id.startswith("U") and id in self.users and post:
            return self.open_direct(id)
        channel = self.channels.get(id)
        if channel is None or (channel.private and BOT_USER not in channel.members):
            raise Refused("channel_not_found", id)
        if BOT_USER not in channel.members:
            raise Refused("not_in_channel", id)
        if post and channel.archived:
            raise Refused("is_archived", id)
        return channel

    def message(self, channel: Channel, ts: str, error: str = "message_not_found") -> Message:
        found = channel.messages.get(ts)
        if found is None:
            raise Refused(error, ts)
        return found

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The parent and its replies, in order."""
        messages = self.channels[channel].messages
        return [m for m in sorted(messages.values(), key=lambda m: m.ts) if ts in (m.ts, m.thread_ts)]

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """All that this person sees in the channel, threads included, in order."""
        place = self.channels[channel]
        alone = [m for m in place.ephemeral if m.to == user]
        return sorted([*place.messages.values(), *alone], key=lambda m: m.ts)

    # ------------------------------------------------ storing

    def new_ts(self) -> str:
        """Unique and rising, also when the clock stands."""
        seconds = int(self.now())
        return f"{seconds}.{next(self._tick):06d}"

    def put(self, channel: Channel, message: Message) -> Message:
        if message.thread_ts:
            parent = channel.messages.get(message.thread_ts)
            if parent is None:
                raise Refused("thread_not_found", message.thread_ts)
            if parent.thread_ts and parent.thread_ts != parent.ts:
                raise Refused("cannot_reply_to_message", f"{message.thread_ts} is itself a reply")
        if message.to:
            if message.to not in channel.members:
                raise Refused("user_not_in_channel", message.to)
            channel.ephemeral.append(message)
        else:
            channel.messages[message.ts] = message
        return message
