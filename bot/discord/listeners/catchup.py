"""What was said while nobody listened: after a start, or a session that could not be resumed, active threads and direct messages
are read from the last message seen. The EventHandler knows which of it was answered."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import discord

from bot.core.chat import Place
from bot.discord.events import place_of
from bot.discord.ids import snowflake
from digest.errors import PaperboyError
from digest.ports import Cache

log = logging.getLogger(__name__)

SEEN, DIRECTS = "discord:seen", "discord:directs"
LIFE = timedelta(days=30)
EVERY = 5.0
"""Seconds between two writes of how far was read."""
BACK = timedelta(hours=24)
"""Older questions are left alone: their askers have moved on."""
MARGIN = timedelta(seconds=60)
"""Events of a moment come in any order."""
MESSAGES = 200
"""Of one thread."""
PEOPLE = 200


class Watermark:
    """The newest message this bot has heard of, and with whom it has direct messages; kept in the store now and then."""

    def __init__(self, memory: Cache) -> None:
        self._memory = memory
        self._newest, self._written = 0, 0.0

    async def note(self, message: int) -> None:
        self._newest = max(self._newest, message)
        if time.monotonic() - self._written > EVERY:
            await self.keep()

    async def keep(self) -> None:
        if self._newest:
            self._written = time.monotonic()
            with contextlib.suppress(PaperboyError):  # an older mark only makes more to read
                await self._memory.put(SEEN, str(self._newest).encode(), LIFE)

    async def before(self, now: float) -> int | None:
        """From which id on to read at this time (Unix seconds); None at the very first start."""
        kept = await self._memory.get(SEEN)
        if kept is None:
            return None
        oldest = snowflake((now - BACK.total_seconds()) * 1000)
        margin = int(MARGIN.total_seconds() * 1000) << 22
        return max(int(kept) - margin, oldest)

    async def direct(self, channel: str) -> None:
        known = await self.directs()
        if known[-1:] != [channel]:
            kept = [*(c for c in known if c != channel), channel][-PEOPLE:]
            await self._memory.put(DIRECTS, ",".join(kept).encode(), LIFE)

    async def directs(self) -> list[str]:
        kept = await self._memory.get(DIRECTS)
        return kept.decode().split(",") if kept else []


async def catch_up(
    client: discord.Client,
    seen: Watermark,
    concerns: Callable[[Place], Awaitable[bool]],
    heard: Callable[[discord.Message], Awaitable[None]],
) -> None:
    """Passes to `heard` each message newer than the watermark in threads that concern the bot and in direct messages."""
    after = await seen.before(time.time())
    if after is None:
        await seen.note(snowflake(time.time() * 1000))
        return
    found = 0
    async for channel in _channels(client, seen, concerns, after):
        async for message in channel.history(limit=MESSAGES, after=discord.Object(after), oldest_first=True):
            found += 1
            await heard(message)
            await seen.note(message.id)
    log.info("event=caught_up messages=%d", found)


async def _channels(
    client: discord.Client, seen: Watermark, concerns: Callable[[Place], Awaitable[bool]], after: int
) -> AsyncIterator[discord.abc.Messageable]:
    """Active threads of the bot with messages newer than `after`, and all direct conversations."""
    for guild in client.guilds:
        for thread in guild.threads:
            if (thread.last_message_id or 0) > after and await concerns(place_of(thread)):
                yield thread
    for channel in await seen.directs():
        yield client.get_partial_messageable(int(channel), type=discord.ChannelType.private)
