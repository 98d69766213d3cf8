"""A small Discord to live in: servers, channels, threads, people and messages, as JSON of the API. No I/O; events go to `emit`."""

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.discord_rules import NO_EMBEDS, V2, Refused, mentioned, pinged

TEXT, DM, NEWS, PUBLIC_THREAD, FORUM = 0, 1, 5, 11, 15
EPOCH = 1_420_070_400_000
ALL = (1 << 50) - 1
MANAGE_CHANNELS = 1 << 4

PERMISSIONS = {
    "VIEW_CHANNEL": 1 << 10, "SEND_MESSAGES": 1 << 11, "READ_MESSAGE_HISTORY": 1 << 16, "ATTACH_FILES": 1 << 15, "MANAGE_CHANNELS": 1 << 4,
    "CREATE_PUBLIC_THREADS": 1 << 35, "SEND_MESSAGES_IN_THREADS": 1 << 38,
}  # fmt: skip


def iso() -> str:
    return datetime.now(UTC).isoformat()


@dataclass
class Interaction:
    id: str
    token: str
    payload: dict[str, Any]
    began: float
    kind: int = 0
    """The type of the first response; 0 while there is none."""
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    shown: list[dict[str, Any]] = field(default_factory=list)
    """Messages it was answered with, ephemeral ones too, as they stand now."""
    original: str = ""
    acked_after: float = 0.0


class World:
    def __init__(self) -> None:
        self._count = itertools.count()
        self.emit: Callable[[str, dict[str, Any]], None] = lambda name, data: None
        self.application = self.snowflake()
        self.bot = self.person("paperboy", bot=True)
        self.guilds: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.members: dict[str, set[str]] = defaultdict(set)
        self.denied: dict[str, set[str]] = defaultdict(set)
        """Permissions the bot lacks, by channel."""
        self.commands: list[dict[str, Any]] = []
        self.interactions: dict[str, Interaction] = {}
        self.nonces: dict[tuple[str, str], str] = {}
        self.pings: list[str] = []
        """Everybody the bot would have notified."""
        self.mentions: list[str] = []
        """Everything the bot wrote that has the form of a mention."""

    def snowflake(self) -> str:
        return str((int(time.time() * 1000) - EPOCH << 22) + next(self._count) % (1 << 22))

    # ------------------------------------------------------------ places and people

    def person(self, name: str, *, bot: bool = False) -> dict[str, Any]:
        return {
            "id": self.snowflake(), "username": name, "discriminator": "0", "global_name": name, "avatar": None, "bot": bot,
        }  # fmt: skip

    def guild(self, name: str = "Lab") -> dict[str, Any]:
        guild_id = self.snowflake()
        everyone = {
            "id": guild_id, "name": "@everyone", "permissions": str(ALL & ~(1 << 3) & ~(1 << 5)), "position": 0, "color": 0, "hoist": False,
            "managed": False, "mentionable": False, "flags": 0,
        }  # fmt: skip
        own = everyone | {
            "id": self.snowflake(),
            "name": "paperboy",
            "managed": True,
            "tags": {"bot_id": self.bot["id"]},
        }
        self.guilds[guild_id] = {"id": guild_id, "name": name, "owner_id": self.snowflake(), "roles": [everyone, own]}
        return self.guilds[guild_id]

    def channel(self, guild: dict[str, Any], kind: int = TEXT, name: str = "papers", **more: Any) -> dict[str, Any]:
        made = {
            "id": self.snowflake(), "type": kind, "guild_id": guild["id"], "name": name, "position": 0, "permission_overwrites": [],
            "parent_id": None, "topic": None, "rate_limit_per_user": 0, "last_message_id": None, "nsfw": False, "flags": 0, **more,
        }  # fmt: skip
        self.channels[made["id"]] = made
        self.emit("CHANNEL_CREATE", made)
        return made

    def forum(self, guild: dict[str, Any], tags: tuple[str, ...] = (), *, require_tag: bool = False) -> dict[str, Any]:
        made = [
            {"id": self.snowflake(), "name": t, "moderated": False, "emoji_id": None, "emoji_name": None} for t in tags
        ]
        return self.channel(
            guild,
            FORUM,
            "papers-forum",
            available_tags=made,
            default_reaction_emoji=None,
            flags=1 << 4 if require_tag else 0,
        )

    def direct(self, user: dict[str, Any]) -> dict[str, Any]:
        for channel in self.channels.values():
            if channel["type"] == DM and channel["recipients"][0]["id"] == user["id"]:
                return channel
        made = {"id": self.snowflake(), "type": DM, "recipients": [user], "last_message_id": None, "flags": 0}
        self.channels[made["id"]] = made
        return made

    def thread(
        self, parent: dict[str, Any], thread_id: str, name: str, owner: str, minutes: int, tags: Sequence[str] = ()
    ) -> dict[str, Any]:
        made = {
            "id": thread_id, "type": PUBLIC_THREAD, "guild_id": parent["guild_id"], "parent_id": parent["id"], "owner_id": owner, "name": name,
            "last_message_id": None, "message_count": 0, "member_count": 1, "total_message_sent": 0, "rate_limit_per_user": 0,
            "applied_tags": list(tags), "flags": 0,
            "thread_metadata": {
                "archived": False, "auto_archive_duration": minutes, "archive_timestamp": iso(), "locked": False, "create_timestamp": iso(),
            },
        }  # fmt: skip
        self.channels[thread_id] = made
        self.emit("THREAD_CREATE", {**made, "newly_created": True})
        return made

    # ------------------------------------------------------------ looking

    def get_channel(self, channel_id: str) -> dict[str, Any]:
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        if "VIEW_CHANNEL" in self.lacking(channel):
            raise Refused(403, 50001, "Missing Access")
        return channel

    def lacking(self, channel: dict[str, Any]) -> set[str]:
        return self.denied[channel["id"]] | self.denied[channel.get("parent_id") or ""]

    def permissions(self, channel: dict[str, Any]) -> int:
        """What the bot may do there; in no channel it is an administrator."""
        lacking = sum(PERMISSIONS.get(name, 0) for name in self.lacking(channel))
        return ALL & ~(1 << 3) & ~lacking if "guild_id" in channel else 0

    def need(self, channel: dict[str, Any], permission: str) -> None:
        if permission in self.lacking(channel):
            raise Refused(403, 50013, "Missing Permissions")

    def get_message(self, channel_id: str, message_id: str) -> dict[str, Any]:
        message = self.messages[channel_id].get(message_id)
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        return message

    def active_threads(self, guild_id: str) -> list[dict[str, Any]]:
        return [
            c
            for c in self.channels.values()
            if c["type"] == PUBLIC_THREAD and c["guild_id"] == guild_id and not c["thread_metadata"]["archived"]
        ]

    # ------------------------------------------------------------ messages

    def write(
        self,
        channel: dict[str, Any],
        author: dict[str, Any],
        body: dict[str, Any],
        *,
        message_id: str = "",
        hidden: bool = False,
        **more: Any,
    ) -> dict[str, Any]:
        """Stores a message as its sender gave it, with what the server adds; `hidden`: ephemeral, in nobody's history."""
        flags = int(body.get("flags") or 0)
        named = [u for u in [*self._named(body), body.get("_answered")] if u is not None]
        message: dict[str, Any] = {
            "id": message_id or self.snowflake(), "channel_id": channel["id"], "author": author, "content": body.get("content") or "",
            "timestamp": iso(), "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": named, "mention_roles": [m[3:-1] for m in mentioned(body) if m.startswith("<@&")],
            "attachments": self._stored(body.get("attachments") or []), "embeds": [], "pinned": False, "type": 0, "flags": flags, "components": self._numbered(body.get("components") or []),
            **more,
        }  # fmt: skip
        if body.get("nonce") is not None:
            message["nonce"] = body["nonce"]
        reference = body.get("message_reference")
        if reference:
            message["type"] = 19
            message["message_reference"] = {**reference, "channel_id": channel["id"], "type": 0}
            message["referenced_message"] = self.messages[channel["id"]].get(str(reference["message_id"]))
        if "guild_id" in channel:
            message["guild_id"] = channel["guild_id"]
        if author is self.bot and not flags & 1 << 6:
            self.pings += pinged(body)
            self.mentions += mentioned(body)
        if not hidden:
            self.messages[channel["id"]][message["id"]] = message
            channel["last_message_id"] = message["id"]
            if channel["type"] == PUBLIC_THREAD:
                self._stir(channel)
            self.emit("MESSAGE_CREATE", message)
        return message

    def _stored(self, attachments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Uploaded files have the number of their part, kept ones their id."""
        kept = [a | {"id": a["id"] if len(str(a["id"])) > 3 else self.snowflake()} for a in attachments]
        urls = [f"https://cdn.example/{a['id']}/{a.get('filename')}" for a in kept]
        return [a | {"size": 1, "url": url, "proxy_url": url} for a, url in zip(kept, urls, strict=True)]

    def _stir(self, thread: dict[str, Any]) -> None:
        """Writing to an archived thread opens it again."""
        thread["message_count"] += 1
        if thread["thread_metadata"]["archived"]:
            thread["thread_metadata"]["archived"] = False
            self.emit("THREAD_UPDATE", thread)

    def _named(self, body: dict[str, Any]) -> list[dict[str, Any] | None]:
        people = {u["id"]: u for u in [self.bot, *self.people()]}
        return [people.get(m.strip("<@!>")) for m in dict.fromkeys(mentioned(body)) if not m.startswith(("<@&", "@"))]

    def people(self) -> list[dict[str, Any]]:
        return [m["author"] for by_id in self.messages.values() for m in by_id.values()]

    def _numbered(self, components: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Discord gives every component an id, counting where none was given."""
        count = itertools.count(1)

        def number(component: dict[str, Any]) -> dict[str, Any]:
            made = {**component, "id": component.get("id") or next(count)}
            if "components" in component:
                made["components"] = [number(c) for c in component["components"]]
            if "accessory" in component:
                made["accessory"] = number(component["accessory"])
            return made

        return [number(c) for c in components]

    def rewrite(self, message: dict[str, Any], body: dict[str, Any], *, hidden: bool = False) -> dict[str, Any]:
        if message["flags"] & V2 and not (int(body.get("flags") or message["flags"]) & V2):
            raise Refused(400, 50035, "Invalid Form Body: flags: IS_COMPONENTS_V2 cannot be removed")
        if "content" in body:
            message["content"] = body["content"] or ""
            before = message.get("referenced_message") or {}
            answered = [u for u in message["mentions"] if u["id"] == before.get("author", {}).get("id")]
            message["mentions"] = [u for u in [*self._named(body), *answered] if u is not None]
        message["flags"] |= int(body.get("flags") or 0) & (V2 | NO_EMBEDS)
        if "components" in body:
            message["components"] = self._numbered(body["components"] or [])
        if "attachments" in body:
            kept = {a["id"]: a for a in message["attachments"]}
            message["attachments"] = [kept.get(str(a["id"])) or self._stored([a])[0] for a in body["attachments"]]
        message["edited_timestamp"] = iso()
        if message["author"] is self.bot:
            self.mentions += mentioned(body)
        if not hidden:
            self.emit("MESSAGE_UPDATE", message)
        return message

    def preview(self, message: dict[str, Any]) -> None:
        """What a link in it leads to is shown below it."""
        message["embeds"] = [{"type": "link", "url": "https://example.org", "title": "An example"}]
        self.emit("MESSAGE_UPDATE", message)

    def remove(self, channel_id: str, message_id: str) -> None:
        message = self.get_message(channel_id, message_id)
        del self.messages[channel_id][message_id]
        gone = {"id": message_id, "channel_id": channel_id}
        self.emit("MESSAGE_DELETE", gone | ({"guild_id": message["guild_id"]} if "guild_id" in message else {}))

    def remove_thread(self, thread: dict[str, Any]) -> None:
        """With its messages, which no event tells."""
        del self.channels[thread["id"]]
        self.messages.pop(thread["id"], None)
        self.emit("THREAD_DELETE", {name: thread[name] for name in ("id", "guild_id", "parent_id", "type")})

    def guild_create(self, guild: dict[str, Any]) -> dict[str, Any]:
        own = [c for c in self.channels.values() if c.get("guild_id") == guild["id"]]
        member = {"user": self.bot, "roles": [], "joined_at": iso(), "deaf": False, "mute": False, "flags": 0}
        return {
            **guild, "icon": None, "splash": None, "discovery_splash": None, "banner": None, "description": None, "afk_channel_id": None,
            "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US", "system_channel_id": None,
            "system_channel_flags": 0, "rules_channel_id": None, "public_updates_channel_id": None, "vanity_url_code": None,
            "application_id": None, "max_members": 500000, "max_presences": None, "features": [], "emojis": [], "stickers": [],
            "member_count": 3, "large": False, "unavailable": False, "joined_at": iso(), "members": [member],
            "channels": [c for c in own if c["type"] != PUBLIC_THREAD],
            "threads": [c for c in own if c["type"] == PUBLIC_THREAD and not c["thread_metadata"]["archived"]],
            "presences": [], "voice_states": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
            "premium_progress_bar_enabled": False, "nsfw_level": 0, "nsfw": False,
        }  # fmt: skip
