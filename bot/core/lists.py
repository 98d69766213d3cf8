"""Long lists that people choose from: arXiv's categories, timezones, languages. Pure.

Each is in groups small enough for a menu of Discord, which holds 25, with room for what is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.localedata import locale_identifiers

from bot.core.settings import suggestions
from digest.arxiv import categories
from digest.render.catalogs import languages, locale_of

T = TypeVar("T")

GROUP = 20
Choices = Sequence[tuple[str, str]]
"""(label, value) pairs."""


def groups(listed: str, language: str) -> Mapping[str, Choices]:
    """The groups of `category`, `timezone` or `language`, by name. `language`: the reader's."""
    match listed:
        case "language":
            return _languages(language)
        case "timezone":  # labelled anew, since offsets change with summer time
            now = datetime.now(UTC)
            named = _timezones(now.year).items()
            return {name: [(timezone_label(zone, now), zone) for zone in zones] for name, zones in named}
        case _:
            return _categories()


def prepare(language: str) -> None:
    """Makes the lists once. This takes tenths of a second, so call it in a thread before they are
    needed."""
    for listed in ("category", "timezone", "language"):
        groups(listed, language)


def category_label(category: str) -> str:
    """`cs.CV · Computer Vision and Pattern Recognition`."""
    name = categories.names().get(category, "")
    return f"{category} · {name}"[:100] if name else category


def timezone_label(zone: str, now: datetime) -> str:
    """`Asia/Shanghai (UTC+08:00)`, with the offset of this moment."""
    if zone == "UTC":
        return zone
    offset = f"{now.astimezone(ZoneInfo(zone)):%z}"
    return f"{zone} (UTC{offset[:3]}:{offset[3:5]})"


def language_label(tag: str, language: str) -> str:
    """A language by its name in the reader's; the tag if it has none there."""
    own = next((name for name, known in own_languages() if known == tag), "")
    return own or _capitalized(_names(language).get(tag.replace("-", "_"), tag))


@cache
def _names(language: str) -> Mapping[str, str]:
    return dict(locale_of(language).languages)


def _capitalized(name: str) -> str:
    return name[:1].upper() + name[1:]


@cache
def own_languages() -> Choices:
    """The languages of the catalogs by their own names, and their tags: `Português (Brasil)`."""
    locales = [locale_of("en"), *map(locale_of, languages("bot"))]
    tags = ["-".join(filter(None, (locale.language, locale.territory))) for locale in locales]
    names = [locale_of(tag).get_display_name() or tag for tag in tags]
    return [(_capitalized(name), tag) for name, tag in zip(names, tags, strict=True)]


@cache
def _categories() -> Mapping[str, Choices]:
    """The archives, each with its classes, in parts where there are more than GROUP."""
    names, found = categories.names(), dict[str, Choices]()
    for archive, members in groupby(names, lambda c: c.partition(".")[0]):
        parts = _parts([c for c in members if not categories.is_archive(c)])
        for part in parts:
            span = f" {part[0].partition('.')[2]} – {part[-1].partition('.')[2]}" if len(parts) > 1 else ""
            found[f"{names[archive]} ({archive}{span})"] = [(category_label(c), c) for c in part]
    return found


@cache
def _timezones(year: int) -> Mapping[str, Sequence[str]]:
    """The regions, each with the most populous zone for every pair of offsets in it."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for zone in suggestions.zones_by_population():
        region, _, city = zone.partition("/")
        if city:
            found.setdefault(region, {}).setdefault(suggestions.utc_offsets(zone, year), zone)
    shown: dict[str, Sequence[str]] = {}
    for region, zones in sorted(found.items()):
        parts = _parts([zone for _, zone in sorted(zones.items(), key=lambda item: int(item[0][0]))])
        shown |= {f"{region} {n}" if len(parts) > 1 else region: part for n, part in enumerate(parts, 1)}
    return shown | {"UTC": ["UTC"]}


@cache
def _languages(reader: str) -> Mapping[str, Choices]:
    """All languages that CLDR describes, by their names in the reader's."""
    named = sorted((language_label(tag, reader), tag) for tag in locale_identifiers() if "_" not in tag)
    return {f"{part[0][0]} – {part[-1][0]}": part for part in _parts(named)}


def _parts(values: Sequence[T]) -> list[Sequence[T]]:
    return [values[start : start + GROUP] for start in range(0, len(values), GROUP)]
