"""Keeps the previews that people saw, so that what is posted is what was shown."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bot.core.ids import join_key
from digest.model import from_json, to_json
from digest.pipeline import Preview
from digest.ports import Cache

LIFE = timedelta(hours=2)
RUN_LIFE = timedelta(days=1)


async def keep(cache: Cache, channel: str, preview: Preview) -> str:
    """Returns a name that stands for the preview in this channel."""
    name = secrets.token_hex(6)
    await cache.put(join_key("preview", channel, name), to_json(preview), LIFE)
    return name


async def load(cache: Cache, channel: str, name: str) -> Preview | None:
    kept = await cache.get(join_key("preview", channel, name)) if name else None
    return from_json(Preview, kept) if kept else None


async def give_to_run(cache: Cache, run: str, preview: Preview) -> None:
    """Has the run make its digest of these papers with these Scores."""
    await cache.put(join_key("previewed", run), to_json(preview), RUN_LIFE)


async def of_run(cache: Cache, run: str) -> Preview | None:
    kept = await cache.get(join_key("previewed", run))
    return from_json(Preview, kept) if kept else None
