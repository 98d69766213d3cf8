"""Completes what a person types into a command."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rapidfuzz import fuzz, process, utils

from bot.core import lists
from bot.core.chat import Place
from bot.core.settings import suggestions
from bot.core.zones import zone_names
from bot.store import Store
from digest.arxiv import categories
from digest.render import tex

CHOICES = 25


async def complete(store: Store, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
    """Returns at most 25 pairs (label, value) that complete `field`: `paper`, `category`,
    `timezone` or `language`."""
    if field == "paper":
        return await _papers(store, typed, place)
    if field == "category":
        return [(lists.category_label(c), c) for c in categories.nearest(typed, CHOICES)] if typed else []
    if field == "timezone":
        found = process.extract(
            typed or "UTC", sorted(zone_names()), scorer=fuzz.WRatio, processor=utils.default_process, limit=CHOICES
        )
        # In a thread, because the tables of cities and abbreviations take a moment to read.
        meant = await asyncio.to_thread(suggestions.timezones, typed)
        return [(zone, zone) for zone in dict.fromkeys([*meant, *(zone for zone, _, _ in found)])][:CHOICES]
    spoken = [(name, tag) for name, tag in lists.own_languages() if _means(typed, name, tag)]
    if spoken:
        return spoken
    meant = await asyncio.to_thread(suggestions.language_tags, typed)
    return [(lists.language_label(tag, "en"), tag) for tag in meant] or [(typed, typed)]


def _means(typed: str, name: str, tag: str) -> bool:
    return typed.lower() in name.lower() or typed.lower() == tag.lower()


async def _papers(store: Store, typed: str, place: Place) -> list[tuple[str, str]]:
    """Returns papers of the channel's latest digest that match by number or words of the title."""
    digest = await store.latest_digest(place.key)
    entries = digest.entries if digest else ()
    fitting = [
        e
        for e in entries
        if typed.strip().lstrip("#") == str(e.number)
        or not typed.strip()
        or typed.lower().strip() in tex.plain(e.paper.title).lower()
    ]
    return [(f"{e.number} · {tex.plain(e.paper.title)}"[:100], e.paper.versioned) for e in fitting[:CHOICES]]
