"""Digests, and where their papers were shown.

A digest is stored in parts: papers, analyses and the summary are stored under the hash of their
content and shared by all channels. A digest and its ledger entries are stored in one
transaction, so a lost digest leaves no paper as considered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.core.chat import Place
from bot.store.archive import archive_change
from bot.store.ledger import Ledgers
from bot.store.redis import LONG, Command, key, lasting, literal, pack, seconds, unpack
from digest.cache_keys import fingerprint
from digest.model import Digest, from_json, to_json
from digest.selection.ledger import LedgerEntry

PART = "$part"


@dataclass(frozen=True)
class EarlierEntry:
    """A paper in an earlier digest of the same channel."""

    digest: str
    number: int
    local_date: date
    message: str
    """The id of the paper's post; empty when it was not recorded."""


class Digests(Ledgers):
    async def save_digest(self, digest: Digest, entries: Sequence[LedgerEntry], categories: Sequence[str]) -> None:
        """Stores the digest and its ledger entries at once. May be repeated."""
        body, parts = _take_apart(digest)
        life = seconds(LONG)
        index, shown = _index(digest.subscription), _shown(digest.subscription)
        oldest = self.now() - LONG
        commands: list[Command] = [("SET", key("part", name), pack(part), "EX", life) for name, part in parts.items()]
        commands += [
            ("SET", key("digest", digest.key), pack(body), "EX", life),
            *lasting(LONG, "ZADD", index, digest.made_at.timestamp(), digest.key),
            ("ZREMRANGEBYSCORE", index, "-inf", oldest.timestamp()),
        ]
        for entry in digest.entries:
            value = f"{entry.number} {digest.local_date} {digest.made_at.isoformat()}"
            commands.append(("HSET", shown, f"{entry.paper.id} {digest.key}", value))
        commands += await self._drop_outdated(shown, oldest)
        commands.append(("EXPIRE", shown, life))
        commands += await self._ledger_commands(digest.subscription, entries, categories)
        commands += archive_change("digest", digest.key)
        await self.redis.transaction(commands)

    async def _drop_outdated(self, shown: str, oldest: datetime) -> list[Command]:
        fields = await self.redis.do("HGETALL", shown)
        old = [f for f, value in fields.items() if datetime.fromisoformat(value.decode().split(" ")[2]) < oldest]
        return [("HDEL", shown, field) for field in old]

    async def digest(self, digest: str) -> Digest | None:
        body = await self.redis.do("GET", key("digest", digest))
        if body is None:
            return None
        value = json.loads(unpack(body))
        names = sorted(_names(value))
        found = await self.redis.do("MGET", *(key("part", name) for name in names)) if names else []
        if None in found:  # the digest is expiring
            return None
        parts = {name: json.loads(unpack(part)) for name, part in zip(names, found, strict=True)}
        return from_json(Digest, json.dumps(_put_together(value, parts)))

    async def digests(self, subscription: str, limit: int = 10) -> list[str]:
        """Returns the keys of the channel's digests, newest first."""
        return [k.decode() for k in await self.redis.do("ZREVRANGE", _index(subscription), 0, limit - 1)]

    async def latest_digest(self, subscription: str) -> Digest | None:
        for name in await self.digests(subscription, 3):
            found = await self.digest(name)
            if found is not None:
                return found
        return None

    async def save_posts(self, digest: str, place: Place, messages: Mapping[str, str]) -> None:
        """Stores which message shows which paper, in both directions. `messages`: paper id to the
        id of its first message."""
        posts = key("posts", digest)
        commands: list[Command] = []
        for paper, message in messages.items():
            commands.append(("HSET", posts, paper, message))
            commands.append(("SET", subject_key(place, message), paper, "EX", seconds(LONG)))
        if commands:
            await self.redis.transaction([*commands, ("EXPIRE", posts, seconds(LONG))])

    async def posts(self, digest: str) -> dict[str, str]:
        """Returns paper id to message id."""
        found = await self.redis.do("HGETALL", key("posts", digest))
        return {paper.decode(): message.decode() for paper, message in found.items()}

    async def save_message_subject(self, place: Place, message: str, subject: str) -> None:
        """Stores what a message is about. `subject`: a paper id, or an `AnswerTo` as a string."""
        await self.redis.do("SET", subject_key(place, message), subject, "EX", seconds(LONG))

    async def message_subject(self, place: Place, message: str) -> str:
        """Returns the paper or answer that a message is about; empty if unknown."""
        return await self.redis.text("GET", subject_key(place, message))

    async def earlier(self, paper_id: str, subscription: str) -> EarlierEntry | None:
        """The latest digest of this channel that showed the paper."""
        found: list[tuple[str, str, str, str]] = []
        cursor: Any = 0
        while True:
            cursor, fields = await self.redis.do(
                "HSCAN", _shown(subscription), cursor, "MATCH", f"{literal(paper_id)} *", "COUNT", 1000
            )
            for field, value in fields.items():
                number, day, made = value.decode().split(" ")
                found.append((made, field.decode().split(" ", 1)[1], number, day))
            if int(cursor) == 0:
                break
        if not found:
            return None
        _made, digest, number, day = max(found)
        message = await self.redis.text("HGET", key("posts", digest), paper_id)
        return EarlierEntry(digest, int(number), date.fromisoformat(day), message)

    async def shown(self, subscription: str) -> dict[str, str]:
        """Paper id to the key of the latest digest of this channel that showed it."""
        found: dict[str, tuple[str, str]] = {}
        for field, value in (await self.redis.do("HGETALL", _shown(subscription))).items():
            paper, digest = field.decode().split(" ", 1)
            made = value.decode().split(" ")[2]
            found[paper] = max(found.get(paper, ("", "")), (made, digest))
        return {paper: digest for paper, (_, digest) in found.items()}


def subject_key(place: Place, message: str) -> str:
    return key("subject", place.key, message)


def _index(subscription: str) -> str:
    return key("digests", subscription)


def _shown(subscription: str) -> str:
    return key("shown", subscription)


def _take_apart(digest: Digest) -> tuple[bytes, dict[str, bytes]]:
    """The digest with references in place of its parts, and the parts by their hash."""
    value: dict[str, Any] = json.loads(to_json(digest))
    parts: dict[str, bytes] = {}

    def apart(holder: dict[str, Any], name: str) -> None:
        if holder[name] is not None:
            part = json.dumps(holder[name], ensure_ascii=False, sort_keys=True).encode()
            label = fingerprint(part)
            parts[label] = part
            holder[name] = {PART: label}

    for entry in value["entries"]:
        apart(entry, "paper")
        apart(entry, "analysis")
    for candidate in value["others"]:
        apart(candidate, "paper")
    apart(value, "summary")
    return json.dumps(value, ensure_ascii=False).encode(), parts


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        if PART in value:
            return {value[PART]}
        value = list(value.values())
    if isinstance(value, list):
        return {name for item in value for name in _names(item)}
    return set()


def _put_together(value: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if PART in value:
            return parts[value[PART]]
        return {name: _put_together(item, parts) for name, item in value.items()}
    if isinstance(value, list):
        return [_put_together(item, parts) for item in value]
    return value
