"""Autocompletion of what a person types into a command."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process, utils

from bot.core.chat import Place
from bot.store import Store
from digest.arxiv import categories
from digest.render import tex

CHOICES = 25
LANGUAGES = (
    ("English", "en"),
    ("中文", "zh"),
    ("日本語", "ja"),
    ("한국어", "ko"),
    ("Deutsch", "de"),
    ("Français", "fr"),
    ("Español", "es"),
)


async def complete(store: Store, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
    """Suggestions for `field` (`paper`, `category`, `timezone`, `language`): at most 25 pairs of label and value."""
    if field == "paper":
        return await _papers(store, typed, place)
    if field == "category":
        return (
            [(f"{c} · {categories.names()[c]}"[:100], c) for c in categories.nearest(typed, CHOICES)] if typed else []
        )
    if field == "timezone":
        found = process.extract(
            typed or "UTC",
            sorted(available_timezones()),
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=CHOICES,
        )
        return [(zone, zone) for zone, _, _ in found]
    return [pair for pair in LANGUAGES if typed.lower() in pair[0].lower() or typed.lower() == pair[1]] or [
        (typed, typed)
    ]


async def _papers(store: Store, typed: str, place: Place) -> list[tuple[str, str]]:
    """The papers of the latest digest here that fit what was typed: by number, or by words of the title."""
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
