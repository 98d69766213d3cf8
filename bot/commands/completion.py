"""Completes what a person types into a command."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process, utils

from bot.core.chat import Place
from bot.store import Store
from digest.arxiv import categories
from digest.render import tex
from digest.render.catalogs import languages, locale_of

CHOICES = 25


async def complete(store: Store, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
    """At most 25 (label, value) for `field`: `paper`, `category`, `timezone`, `language`."""
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
    return [(n, tag) for n, tag in _languages() if typed.lower() in n.lower() or typed.lower() == tag.lower()] or [
        (typed, typed)
    ]


@cache
def _languages() -> list[tuple[str, str]]:
    """The languages of the catalogs and their tags: `Português (Brasil)`, `pt-BR`."""
    locales = [locale_of("en"), *map(locale_of, languages("bot"))]
    tags = ["-".join(filter(None, (locale.language, locale.territory))) for locale in locales]
    names = [locale_of(tag).get_display_name() or tag for tag in tags]
    return [(name[0].upper() + name[1:], tag) for name, tag in zip(names, tags, strict=True)]


async def _papers(store: Store, typed: str, place: Place) -> list[tuple[str, str]]:
    """The papers of the channel's latest digest that match by number or by words of the title."""
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
