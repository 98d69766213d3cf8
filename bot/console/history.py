"""The stored messages of a terminal's channel, found again after a crash as on any platform."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.store import Store
from bot.store.redis import Script, key, seconds

LIFE = timedelta(days=7)

PUT = Script("""
local known = redis.call('HGET', KEYS[1], 'token ' .. ARGV[1])
if known then return known end
local number = redis.call('HINCRBY', KEYS[1], 'count', 1)
redis.call('HSET', KEYS[1], 'token ' .. ARGV[1], number, 'message ' .. number, ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return number
""")
"""A repeated request has the same token and gets the same number."""


@dataclass(frozen=True)
class Message:
    id: str
    key: str
    post: dict[str, Any]
    at: datetime
    thread: str = ""
    """The id of the parent; empty in the channel itself."""
    deleted: bool = False


class History:
    def __init__(self, store: Store, channel: str) -> None:
        self._store = store
        self._key = key("board", channel)

    async def put(self, name: str, post: dict[str, Any], thread: str = "") -> str:
        message = Message("", name, post, await self._store.server_time(), thread)
        number = await self._store.redis.run(PUT, [self._key], [uuid4().hex, _packed(message), seconds(LIFE)])
        return str(int(number))

    async def message(self, id_: str) -> Message | None:
        found = await self._store.redis.do("HGET", self._key, f"message {id_}")
        return _unpacked(id_, found) if found else None

    async def change(self, message: Message) -> None:
        await self._store.redis.keep(LIFE, "HSET", self._key, f"message {message.id}", _packed(message))

    async def messages(self) -> list[Message]:
        """Undeleted messages in order."""
        fields = await self._store.redis.do("HGETALL", self._key)
        names = {n.decode(): value for n, value in fields.items() if n.startswith(b"message ")}
        found = [_unpacked(n.removeprefix("message "), value) for n, value in names.items()]
        return sorted((m for m in found if not m.deleted), key=lambda m: int(m.id))

    async def find(self, name: str, since: datetime) -> str | None:
        return next((m.id for m in await self.messages() if m.key == name and m.at >= since), None)


def _packed(message: Message) -> str:
    return json.dumps(asdict(message) | {"at": message.at.isoformat()}, ensure_ascii=False)


def _unpacked(id_: str, value: bytes) -> Message:
    fields = json.loads(value)
    return Message(**(fields | {"id": id_, "at": datetime.fromisoformat(fields["at"])}))
