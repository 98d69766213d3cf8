"""Decides who may ask if the settings name roles (DISCORD_ASK_ROLES)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import discord
from cachetools import LRUCache

from bot.core.chat import ChatError, TargetMissing
from bot.discord.events import roles_of
from bot.discord.rest import Rest

MAX_AGE = 600.0
MAX_PEOPLE = 2_000
MEMBER = "/guilds/{guild_id}/members/{user_id}"


class AskRoles:
    """`roles`: ids that may ask; empty for all. `guilds`: ids of the bot's servers."""

    def __init__(self, rest: Rest, roles: frozenset[str], guilds: Callable[[], Sequence[int]]) -> None:
        self._rest, self.roles, self._guilds = rest, roles, guilds
        self._known: LRUCache[int, tuple[float, bool]] = LRUCache(MAX_PEOPLE)

    async def allow(self, user: discord.abc.User, *, direct: bool) -> bool:
        """Returns whether the user may ask; in a direct conversation, by a role in any server."""
        if not self.roles:
            return True
        return await self._has_role_anywhere(user.id) if direct else bool(self.roles & roles_of(user))

    async def _has_role_anywhere(self, user: int) -> bool:
        """Returns whether the user has a role in any server; False if Discord does not say."""
        asked, known = self._known.get(user, (0.0, False))
        if asked and time.monotonic() - asked < MAX_AGE:
            return known
        try:
            found = [await self._roles_in(guild, user) for guild in self._guilds()]
        except ChatError:
            return known
        has = any(self.roles & roles for roles in found)
        self._known[user] = (time.monotonic(), has)
        return has

    async def _roles_in(self, guild: int, user: int) -> frozenset[str]:
        try:
            member = await self._rest.read(MEMBER, guild_id=str(guild), user_id=str(user))
        except TargetMissing:
            return frozenset()
        return frozenset(str(role) for role in member["roles"])
