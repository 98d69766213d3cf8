"""Stores the previews that people saw, so that the posted papers are the ones shown."""

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
    """Stores the preview. Returns its name in this channel."""
    name = secrets.token_hex(6)
    await cache.put(join_key("preview", channel, name), to_json(preview), LIFE)
    return name


async def load(cache: Cache, channel: str, name: str) -> Preview | None:
    kept = await cache.get(join_key("preview", channel, name)) if name else None
    return from_json(Preview, kept) if kept else None


async def give_to_run(cache: Cache, run: str, preview: Preview) -> None:
    """Makes the run take its papers and Scores from the preview."""
    await cache.put(join_key("previewed", run), to_json(preview), RUN_LIFE)


async def of_run(cache: Cache, run: str) -> Preview | None:
    kept = await cache.get(join_key("previewed", run))
    return from_json(Preview, kept) if kept else None
