"""Finds the bot's messages by the marker of their key, in a channel, thread or forum.

Without “Read Message History”, Discord returns an empty list instead of a refusal. An empty result
is verified, because it would lead to a second post."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from bot.core.chat import Forbidden, HistoryRefused, TargetMissing
from bot.core.texts import say
from bot.discord.ids import has_marker, marker, snowflake
from bot.discord.rest import MESSAGE, MESSAGES, Rest

PAGE = 100
PAGES = 50
"""How many pages are searched for a key: 5,000 messages."""
NEEDS = "“Read Message History”"


class History:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def find(self, channel: str, key: str, since: datetime) -> str | None:
        """Returns the bare id of the message with this key. Raises HistoryRefused."""
        await self._rest.ready()
        mark, seen = marker(key), 0
        async for message in self._since(channel, snowflake(since.timestamp() * 1000)):
            seen += 1
            if message["author"]["id"] == self._rest.me and has_marker(message, mark):
                return str(message["id"])
        if not seen:
            await self._check_readable(channel)
        return None

    async def thread_on(self, message: str) -> str | None:
        with contextlib.suppress(TargetMissing):
            return str((await self._rest.read("/channels/{channel_id}", channel_id=message))["id"])
        return None

    async def find_post(self, key: str, forum: Mapping[str, Any], since: datetime) -> str | None:
        """Returns the forum post, active or archived, whose starter has this key."""
        active = await self._rest.read("/guilds/{guild_id}/threads/active", guild_id=str(forum["guild_id"]))
        archived = await self._read("/channels/{channel_id}/threads/archived/public", channel_id=str(forum["id"]))
        least = snowflake(since.timestamp() * 1000)
        for thread in [*active["threads"], *archived["threads"]]:
            ours = str(thread["owner_id"]) == self._rest.me and str(thread["parent_id"]) == str(forum["id"])
            if ours and int(thread["id"]) >= least and await self._starts_with(str(thread["id"]), key):
                return str(thread["id"])
        return None

    async def marker_on(self, channel: str, message: str) -> int | None:
        """Returns the marker of a message, for edits without its key. Raises TargetMissing."""
        try:
            now = await self._read(MESSAGE, channel_id=channel, message_id=message)
        except HistoryRefused:
            return None
        return next((c.get("id") for c in now.get("components", ())), None)

    async def _since(self, channel: str, after: int) -> AsyncIterator[dict[str, Any]]:
        for _ in range(PAGES):
            page = await self._read(MESSAGES, {"after": str(after), "limit": PAGE}, channel_id=channel)
            for message in page:
                yield message
            if len(page) < PAGE:
                return
            after = max(int(m["id"]) for m in page)
        raise HistoryRefused(say.sentence("error.discord.history", n=PAGE * PAGES))

    async def _read(self, path: str, params: dict[str, Any] | None = None, **parts: str) -> Any:
        """Reads messages. Raises HistoryRefused without the permission."""
        try:
            return await self._rest.read(path, needs=NEEDS, params=params, **parts)
        except Forbidden as error:
            raise HistoryRefused(error.sentence) from error

    async def _check_readable(self, channel: str) -> None:
        """Raises HistoryRefused unless Discord says that the message is unknown."""
        with contextlib.suppress(TargetMissing):
            await self._read(MESSAGE, channel_id=channel, message_id=channel)

    async def _starts_with(self, thread: str, key: str) -> bool:
        with contextlib.suppress(TargetMissing):
            return has_marker(await self._read(MESSAGE, channel_id=thread, message_id=thread), marker(key))
        return False
