"""Reads messages missed during downtime in channels, active threads and direct conversations.

The event handler knows which of them were answered."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import discord

from bot.core.chat import ChatError, Forbidden, Place, TargetMissing
from bot.discord.events import place_of
from bot.discord.ids import snowflake
from bot.discord.rest import translate_errors
from digest.errors import PaperboyError, for_log
from digest.ports import Cache

log = logging.getLogger(__name__)

WATERMARK_KEY, DIRECTS_KEY = "discord:seen", "discord:directs"
LIFE = timedelta(days=30)
WRITE_EVERY = 5.0
"""Seconds between two writes of the watermark."""
MAX_AGE = timedelta(hours=24)
"""How old a question may be to be answered."""
MARGIN = timedelta(seconds=60)
"""How far back reading starts before the watermark, because events may come out of order."""
MAX_MESSAGES = 200
"""How many messages are read per thread."""
MAX_DIRECTS = 200
MAX_OTHERS = 50
"""How many channels and threads are read per server in which the bot has no digest and no thread,
but may be mentioned: those with the newest messages. Each costs a request or two."""


class Watermark:
    """Stores the newest message id received, and the direct channels.

    While it is held, it is not saved. It is held until a session has caught up, because the session
    receives newer messages before it reads the missed ones."""

    def __init__(self, memory: Cache) -> None:
        self._memory = memory
        self._newest, self._written, self._held = 0, 0.0, True

    def hold(self) -> None:
        self._held = True

    async def release(self) -> None:
        self._held = False
        await self.save()

    async def note(self, message: int) -> None:
        self._newest = max(self._newest, message)
        if time.monotonic() - self._written > WRITE_EVERY:
            await self.save()

    async def save(self) -> None:
        if self._newest and not self._held:
            self._written = time.monotonic()
            with contextlib.suppress(PaperboyError):  # with an older watermark, more is read
                await self._memory.put(WATERMARK_KEY, str(self._newest).encode(), LIFE)

    async def before(self, now: float) -> int | None:
        """Returns the id to read from, for a Unix time in seconds; None at the very first start."""
        kept = await self._memory.get(WATERMARK_KEY)
        if kept is None:
            return None
        oldest = snowflake((now - MAX_AGE.total_seconds()) * 1000)
        margin = int(MARGIN.total_seconds() * 1000) << 22
        return max(int(kept) - margin, oldest)

    async def direct(self, channel: str) -> None:
        known = await self.directs()
        if known[-1:] != [channel]:
            kept = [*(c for c in known if c != channel), channel][-MAX_DIRECTS:]
            await self._memory.put(DIRECTS_KEY, ",".join(kept).encode(), LIFE)

    async def directs(self) -> list[str]:
        kept = await self._memory.get(DIRECTS_KEY)
        return kept.decode().split(",") if kept else []


async def catch_up(
    client: discord.Client,
    watermark: Watermark,
    concerns: Callable[[Place], Awaitable[bool]],
    receive: Callable[[discord.Message], Awaitable[None]],
) -> None:
    """Passes each message newer than the watermark to `receive`, then releases the watermark. A
    channel that cannot be read keeps it held, so the next start reads from the same moment."""
    after = await watermark.before(time.time())
    if after is None:
        await watermark.note(snowflake(time.time() * 1000))
        await watermark.release()
        return
    found, unread = 0, 0
    async for channel in _channels(client, watermark, concerns, after):
        try:
            with translate_errors(""):
                missed = channel.history(limit=MAX_MESSAGES, after=discord.Object(after), oldest_first=True)
                async for message in missed:
                    found += 1
                    await receive(message)
                    await watermark.note(message.id)
        except (Forbidden, TargetMissing):  # the right or the channel was lost meanwhile
            continue
        except ChatError as error:
            unread += 1
            log.warning("event=channel_not_caught_up reason=%r", for_log(error))
    if not unread:
        await watermark.release()
    log.info("event=caught_up messages=%d unread=%d", found, unread)


async def _channels(
    client: discord.Client, watermark: Watermark, concerns: Callable[[Place], Awaitable[bool]], after: int
) -> AsyncIterator[discord.abc.Messageable]:
    """Yields channels with messages newer than `after`. First come the bot's active threads, then
    the channels with a digest and their active threads or forum posts. Then come at most MAX_OTHERS
    other channels and threads, and all direct conversations."""
    for guild in client.guilds:
        places: list[discord.TextChannel | discord.Thread] = [*guild.text_channels, *guild.threads]
        others: list[discord.TextChannel | discord.Thread] = []
        for channel in sorted(places, key=lambda c: c.last_message_id or 0, reverse=True):
            place = place_of(channel)
            if (channel.last_message_id or 0) <= after or not _is_readable(channel):
                continue
            if await concerns(place) or (place.thread and await concerns(replace(place, thread=""))):
                yield channel
            else:
                others.append(channel)
        if len(others) > MAX_OTHERS:
            log.warning("event=not_caught_up server=%s channels=%d", guild.id, len(others) - MAX_OTHERS)
        for channel in others[:MAX_OTHERS]:
            yield channel
    for direct in await watermark.directs():
        yield client.get_partial_messageable(int(direct), type=discord.ChannelType.private)


def _is_readable(channel: discord.TextChannel | discord.Thread) -> bool:
    where = channel.parent if isinstance(channel, discord.Thread) else channel
    if where is None:
        return False
    rights = where.permissions_for(channel.guild.me)
    return rights.view_channel and rights.read_message_history
