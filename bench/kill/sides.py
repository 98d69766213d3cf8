"""The two platforms as the benchmark sees them: what stands in a channel, held against the plan that was stored before its first post."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.chat import Post, Step
from bot.discord.ids import has_marker, marker
from bot.discord.render import messages as discord_render
from bot.slack.render import messages as slack_render
from tests.servers.discord import TOKEN, Discord
from tests.servers.slack import APP_TOKEN, BOT_ID, BOT_TOKEN, BOT_USER, SlackServer

SPEED = 10.0
"""Of the bot's waits, and of the local platforms' limits."""


@dataclass(frozen=True)
class Stands:
    """One of the bot's messages in a channel, in the order in which they were posted."""

    id: str
    key: str
    """Of its step or answer; empty where it carries none."""
    content: Any
    thread: str
    edited: bool


class Side(Protocol):
    name: str
    channel: str

    @property
    def environment(self) -> dict[str, str]: ...

    async def listened(self) -> None:
        """Returns when the bot is connected."""
        ...

    def posts(self) -> int:
        """How many messages the bot was let post so far."""
        ...

    def stands(self, keys: Sequence[str]) -> list[Stands]:
        """What the bot has in the channel and its threads; `keys` are those that may be found."""
        ...

    def content(self, step: Step) -> Any:
        """What a step's message is to look like."""
        ...

    def answer(self, post: Post, key: str) -> dict[str, Any]:
        """What an answer's messages are to look like, by key."""
        ...

    def ask(self, thread: str, text: str) -> str:
        """A person's question in a thread; the id of the message."""
        ...

    def again(self, message: str) -> None:
        """The event of a question comes once more."""
        ...

    def edit(self, message: str, text: str) -> None: ...

    def delete(self, message: str) -> None: ...

    def deny(self) -> None:
        """The bot may not post any more."""
        ...

    def allow(self) -> None: ...

    def fault(self, chance: random.Random) -> str:
        """Makes one of the next requests go wrong; how."""
        ...


class Slack:
    name, channel = "slack", "C0PAPERS"

    def __init__(self) -> None:
        self.server = SlackServer(speed=SPEED, ack=3)
        self.server.space.add_user("U1", "ann")
        self.server.space.add_channel(self.channel, "U1")
        self._said: dict[str, list[Any]] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.server.url,
            "SLACK_CHANNEL": self.channel,
        }

    async def listened(self) -> None:
        await self.server.hub.connected.wait()

    def posts(self) -> int:
        return sum(1 for m in self.server.space.channel(self.channel).messages.values() if m.bot_id == BOT_ID)

    def stands(self, keys: Sequence[str]) -> list[Stands]:  # noqa: ARG002  # Slack shows every key
        messages = sorted(self.server.space.channel(self.channel).messages.values(), key=lambda m: m.ts)
        return [
            Stands(m.ts, slack_render.key_of(m.json(with_metadata=True)), m.blocks, m.thread_ts, m.edits > 0)
            for m in messages
            if m.bot_id == BOT_ID
        ]

    def content(self, step: Step) -> Any:
        return step.payload.get("blocks")

    def answer(self, post: Post, key: str) -> dict[str, Any]:
        return {slack_render.key_of(m): m["blocks"] for m in slack_render.render_post(post, key)}

    def ask(self, thread: str, text: str) -> str:
        deliveries = self.server.say(self.channel, "U1", f"<@{BOT_USER}> {text}", thread)
        ts = str(deliveries[0].payload["event"]["ts"])
        self._said[ts] = deliveries
        return ts

    def again(self, message: str) -> None:
        for delivery in self._said[message]:
            self.server.again(delivery)

    def edit(self, message: str, text: str) -> None:
        self.server.edit(self.channel, message, f"<@{BOT_USER}> {text}")

    def delete(self, message: str) -> None:
        self.server.remove(self.channel, message)

    def deny(self) -> None:
        self.server.scopes.discard("chat:write")

    def allow(self) -> None:
        self.server.scopes.add("chat:write")

    def fault(self, chance: random.Random) -> str:
        methods = ["chat.postMessage"] * 3 + [
            "chat.update",
            "chat.startStream",
            "chat.stopStream",
            "conversations.replies",
        ]
        method = chance.choice(methods)
        kind = chance.choice(["drop", "refuse", "500", "503", "html", "slow:2", "429:0.3", "429:1"])
        self.server.fail(method, kind, skip=chance.randrange(4) if method == "chat.postMessage" else 0)
        return f"{method} {kind}"


class OnDiscord:
    name = "discord"

    def __init__(self) -> None:
        self.server = Discord(posts=(5, 5 / SPEED))
        guild = self.server.world.guild()
        self._place = self.server.world.channel(guild)
        self.channel = self._place["id"]
        self._ann = self.server.world.person("ann")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.server.api_url,
            "DISCORD_GATEWAY_URL": self.server.gateway_url,
            "DISCORD_CHANNEL_ID": self.channel,
        }

    async def listened(self) -> None:
        gateway = self.server.gateway
        await gateway.connected(len(gateway.identified) + gateway.resumed + 1)

    def _own(self) -> list[Mapping[str, Any]]:
        world = self.server.world
        messages = [m for by_id in world.messages.values() for m in by_id.values() if m["author"] is world.bot]
        return sorted(messages, key=lambda m: int(m["id"]))

    def posts(self) -> int:
        return len(self._own())

    def stands(self, keys: Sequence[str]) -> list[Stands]:
        marks = {key: marker(key) for key in keys}
        found = []
        for m in self._own():
            key = next((key for key, mark in marks.items() if has_marker(dict(m), mark)), "")
            thread = "" if m["channel_id"] == self.channel else m["channel_id"]
            found.append(Stands(m["id"], key, _bare(m["components"]), thread, m["edited_timestamp"] is not None))
        return found

    def content(self, step: Step) -> Any:
        message = step.payload.get("text") or step.payload.get("message") or {}
        return _bare(message.get("components") or [])

    def answer(self, post: Post, key: str) -> dict[str, Any]:
        messages = discord_render.messages(post)
        return {f"{key}.{n}" if n else key: _bare(m["components"]) for n, m in enumerate(messages)}

    def ask(self, thread: str, text: str) -> str:
        said = self.server.say(
            self._ann, self.server.world.channels[thread], f"<@{self.server.world.bot['id']}> {text}"
        )
        return f"{thread}/{said['id']}"

    def _find(self, message: str) -> dict[str, Any]:
        thread, _, bare = message.partition("/")
        return self.server.world.messages[thread][bare]

    def again(self, message: str) -> None:
        self.server.world.emit("MESSAGE_CREATE", self._find(message))

    def edit(self, message: str, text: str) -> None:
        me = self.server.world.bot["id"]
        self.server.world.rewrite(self._find(message), {"content": f"<@{me}> {text}"})

    def delete(self, message: str) -> None:
        self.server.world.remove(*message.split("/"))

    def deny(self) -> None:
        self.server.world.denied[self.channel] |= {"SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS"}

    def allow(self) -> None:
        self.server.world.denied.clear()

    def fault(self, chance: random.Random) -> str:
        kind = chance.choice(["429", "502", "503", "stored, then 502", "stored, then dropped", "dropped"])
        status = int(kind) if kind.isdigit() else 502 if "502" in kind else 0
        method, path = chance.choice(
            [("POST", r"/channels/\d+/messages")] * 3
            + [("PATCH", r"/channels/\d+/messages/\d+"), ("POST", r"/channels/\d+/messages/\d+/threads")]
        )
        self.server.fail(method, path, status, stored=kind.startswith("stored"), retry_after=chance.choice([0.1, 0.6]))
        return f"{method} {path.rpartition('/')[2]} {kind}"


def _bare(components: Sequence[Mapping[str, Any]]) -> Any:
    """Without the ids that Discord gives to components that have none."""
    return [{k: _bare(v) if k == "components" else v for k, v in c.items() if k != "id"} for c in components]
