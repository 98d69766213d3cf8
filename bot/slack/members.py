"""Asks Slack which channels a person is in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from cachetools import TTLCache

from bot.core.chat import ChatError, Forbidden, Place
from bot.slack.web_api import SlackRefused, WebApi

MAX_AGE = 60.0
MAX_PEOPLE = 2_000
TIMEOUT = 2.0
"""Seconds that a lookup may take: a command is acknowledged within three."""
PAGE = 999
PAGES = 10
"""Pages read per channel or person. In a larger channel, the person counts as absent."""


class Members:
    """Keeps answers for a minute. Private channels count, because the bot shares them."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._known: TTLCache[str, frozenset[str]] = TTLCache(MAX_PEOPLE, MAX_AGE)

    async def inside(self, user: str, places: Sequence[Place]) -> frozenset[str]:
        """Returns the keys of the channels that the person is in. A single channel's own list of
        members decides, because somebody may just have joined. Raises ChatError."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._inside(user, places)
        except TimeoutError:
            raise ChatError("Slack did not say in time who is in the channel.") from None

    async def _inside(self, user: str, places: Sequence[Place]) -> frozenset[str]:
        try:
            known: frozenset[str] | None = await self._channels(user)
        except (SlackRefused, Forbidden):
            known = None
        found = {place for place in places if place.direct or (known is not None and place.channel in known)}
        if known is None or len(places) == 1:
            left = [place for place in places if place not in found]
            members = await asyncio.gather(*(self._is_member(user, place.channel) for place in left))
            found |= {place for place, member in zip(left, members, strict=True) if member}
        return frozenset(place.key for place in found)

    async def _channels(self, user: str) -> frozenset[str]:
        if (known := self._known.get(user)) is not None:
            return known
        found = await self._all(
            "users.conversations", "channels", user=user, types="public_channel,private_channel", exclude_archived=True
        )
        ids = frozenset(str(channel["id"]) for channel in found)
        self._known[user] = ids
        return ids

    async def _is_member(self, user: str, channel: str) -> bool:
        return user in await self._all("conversations.members", "members", channel=channel)

    async def _all(self, method: str, name: str, **args: Any) -> list[Any]:
        pages = self._api.pages(method, PAGES, limit=PAGE, **args)
        return [one async for page in pages for one in page.get(name, [])]
