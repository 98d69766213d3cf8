"""Subscriptions: the settings of channels. They never expire; a removed channel's last 30 days.

A person's own digest is a Subscription whose place is the direct conversation with the bot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core.chat import Place
from bot.core.subscription import Subscription, changed
from bot.store.redis import LONG, REMOVED_LIFE, Base, Script, key, seconds
from bot.store.zotero import LINKS as ZOTERO
from digest.model import from_json, to_json

ALL = key("subscriptions")
PERSONAL = key("personal")

REPLACE = Script("""
local all, removed, personal = unpack(KEYS)
local name, before, after, direct = unpack(ARGV)
local now = redis.call('HGET', all, name) or ''
if now ~= before and now ~= after then return 0 end
redis.call('HSET', all, name, after)
redis.call('DEL', removed)
if direct == '1' then redis.call('SADD', personal, name) end
return 1
""")
"""Saves settings unless they were changed since `before` was read."""

REMOVE = Script("""
local all, removed, personal, zotero = unpack(KEYS)
local name, before, kept, life = unpack(ARGV)
local now = redis.call('HGET', all, name) or ''
if now ~= before then return now == '' and 1 or 0 end
redis.call('SET', removed, kept, 'EX', life)
redis.call('HDEL', all, name)
redis.call('HDEL', zotero, name)
redis.call('SREM', personal, name)
return 1
""")

Change = Callable[[Subscription | None], Subscription | None]
"""Makes new settings of those that stand, of None if there are none. Returns None to leave them."""


class Subscriptions(Base):
    async def subscriptions(self) -> list[Subscription]:
        found = await self.redis.do("HVALS", ALL)
        return sorted((from_json(Subscription, value) for value in found), key=lambda s: s.key)

    async def subscription(self, subscription: str) -> Subscription | None:
        value = await self.redis.do("HGET", ALL, subscription)
        return None if value is None else from_json(Subscription, value)

    async def save_subscription(self, subscription: Subscription) -> None:
        """Saves the settings, whatever they were."""
        await self.replace_subscription(subscription.key, lambda _: subscription)

    async def replace_subscription(
        self, subscription: str, change: Change
    ) -> tuple[Subscription | None, Subscription | None]:
        """Saves what `change` makes of the settings. Calls it again if somebody changed them
        meanwhile. Returns the settings before and after. Changed times hold from now on, so no
        earlier moment becomes due."""
        while True:
            found = await self.redis.do("HGET", ALL, subscription) or b""
            before = from_json(Subscription, found) if found else None
            made = change(before)
            if made is None:
                return before, None
            if before is not None:
                made = changed(before, made, self.now())
            keys = [ALL, _removed(subscription), PERSONAL]
            if await self.redis.run(REPLACE, keys, [subscription, found, to_json(made), int(made.place.direct)]):
                return before, made

    async def remove_subscription(self, subscription: str, *, paused: bool = False) -> None:
        """Removes the channel. Its settings, without a key for Zotero, are kept for thirty days in
        case the bot returns. `paused`: it shall not go on by itself then."""
        keys = [ALL, _removed(subscription), PERSONAL, ZOTERO]
        while found := await self.redis.do("HGET", ALL, subscription):
            known = from_json(Subscription, found)
            kept = to_json(replace(known, paused=known.paused or paused))
            if await self.redis.run(REMOVE, keys, [subscription, found, kept, seconds(REMOVED_LIFE)]):
                return

    async def removed_subscription(self, subscription: str) -> Subscription | None:
        """The settings of a channel that removed the bot less than thirty days ago."""
        value = await self.redis.do("GET", _removed(subscription))
        return None if value is None else from_json(Subscription, value)

    async def removed_subscriptions(self) -> list[Subscription]:
        prefix = _removed("")
        names = [name.removeprefix(prefix) for name in await self.redis.scan(f"{prefix}*")]
        return [found for name in names if (found := await self.removed_subscription(name)) is not None]

    async def personal_digests(self) -> int:
        """Returns how many people have a digest of their own."""
        return int(await self.redis.do("SCARD", PERSONAL))

    async def save_own_place(self, person: str, place: Place) -> None:
        """Stores the direct conversation with a person."""
        await self.redis.do("SET", _own_place(person), to_json(place), "EX", seconds(LONG))

    async def own_place(self, person: str) -> Place | None:
        value = await self.redis.do("GET", _own_place(person))
        return None if value is None else from_json(Place, value)


def _own_place(person: str) -> str:
    return key("person", person, "direct")


def _removed(subscription: str) -> str:
    return key("removed", subscription)
