"""Tells the archive of changes, and carries requests to the process that owns its file.

A change only says where to look again, so it may be told twice and in any order. It is told in the
transaction that makes it. It is removed once the archive has looked, unless it was told again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from bot.core.crypto.signatures import Signer
from bot.store.leases import lease_key
from bot.store.redis import LONG, Command, Script, key, lasting, seconds
from bot.store.secret import Secrets

CHANGES = key("archive-changes")
ASKED = key("archive-asked")
FILE_ID = key("archive-home")
ARCHIVE_LEASE = "archive"
ASKED_LIFE = timedelta(minutes=15)
REPLY_LIFE = timedelta(minutes=1)
FORGOTTEN_LIFE = timedelta(days=400)
BLOCK = 2
"""Seconds of one blocking read; a connection's time-out is five."""

TAKE_OUT = Script("""
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0
""")


@dataclass(frozen=True)
class ArchiveChange:
    kind: str
    """`digest`, `question`, `votes` or `forgotten`, which is a channel."""
    name: str
    token: str


def archive_change(kind: str, name: str) -> list[Command]:
    """The commands that tell the archive to look at something again."""
    return lasting(LONG, "HSET", CHANGES, f"{kind} {name}", uuid4().hex)


class ArchiveExchange(Secrets):
    async def archive_changes(self) -> list[ArchiveChange]:
        found = await self.redis.do("HGETALL", CHANGES)
        changes = [(*name.decode().split(" ", 1), token.decode()) for name, token in found.items()]
        return [ArchiveChange(kind, name, token) for kind, name, token in changes]

    async def take_out_change(self, change: ArchiveChange) -> None:
        await self.redis.run(TAKE_OUT, [CHANGES], [f"{change.kind} {change.name}", change.token])

    async def archive_channels(self) -> list[str]:
        """The keys of all channels with digests, questions or votes."""
        found = set()
        for kind in ("digests", "asked", "votes"):
            prefix = key(kind, "")
            found |= {name.removeprefix(prefix) for name in await self.redis.scan(f"{prefix}*")}
        return sorted(found)

    async def questions_of(self, subscription: str) -> list[str]:
        return await self.redis.members(key("asked", subscription))

    async def hidden_person(self, person: str) -> str:
        """A keyed hash that stands for the person in the archive."""
        return Signer(await self.secret()).sign("archive", person)

    # ------------------------------------------------------------ one process owns the file

    async def archive_file_id(self) -> str:
        """The id of the file that last held everything; empty for none."""
        return await self.redis.text("GET", FILE_ID)

    async def set_archive_file_id(self, name: str) -> None:
        await self.redis.do("SET", FILE_ID, name, "EX", seconds(LONG))

    async def archive_has_owner(self) -> bool:
        return bool(await self.redis.do("EXISTS", lease_key(ARCHIVE_LEASE)))

    async def ask_archive(self, request: bytes, within: float) -> bytes | None:
        """Returns the owner's reply, or None if none comes in time."""
        name = uuid4().hex
        reply = key("archive-reply", name)
        await self.redis.keep(ASKED_LIFE, "RPUSH", ASKED, name.encode() + request)
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            found = await self.redis.do("BLPOP", reply, min(BLOCK, max(0.05, ends - time.monotonic())))
            if found:
                return bytes(found[1])
        return None

    async def next_archive_request(self) -> tuple[str, bytes] | None:
        """Returns (name, request). Waits up to two seconds."""
        found = await self.redis.do("BLPOP", ASKED, BLOCK)
        return (found[1][:32].decode(), found[1][32:]) if found else None

    async def answer_archive(self, name: str, reply: bytes) -> None:
        await self.redis.keep(REPLY_LIFE, "RPUSH", key("archive-reply", name), reply)

    # ------------------------------------------------------------ links to its pages

    async def link_series(self, subscription: str) -> str:
        """Returns a part of the signatures of links to the channel's pages. It changes when they
        are revoked."""
        return await self.redis.text("GET", await self._series(subscription))

    async def revoke_links(self, subscription: str) -> None:
        """Revokes the links that were given out: they no longer open the channel's pages."""
        await self.redis.do("SET", await self._series(subscription), uuid4().hex, "EX", seconds(LONG))

    async def _series(self, subscription: str) -> str:
        """Names the key by a hash, so that it outlives the channel's other keys and links stay
        revoked."""
        return key("archive-links", Signer(await self.secret()).sign("links", subscription))

    # ------------------------------------------------------------ what must not come back

    async def note_forgotten(self, subscription: str) -> None:
        """Records that the channel was forgotten, for an archive's file that is away at the
        moment."""
        moment = repr(self.now().timestamp())
        await self.redis.do("SET", await self._forgotten_key(subscription), moment, "EX", seconds(FORGOTTEN_LIFE))

    async def forgotten_at(self, subscription: str) -> float:
        """When the channel was last forgotten, seconds since 1970; 0 for never."""
        return float(await self.redis.do("GET", await self._forgotten_key(subscription)) or 0)

    async def _forgotten_key(self, subscription: str) -> str:
        return key("archive-forgotten", Signer(await self.secret()).sign("forgotten", subscription))
