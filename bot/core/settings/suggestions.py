"""Suggests timezones and languages for what people write: `PST`, `UTC+8`, `München`, `русский`.

Names come from CLDR, IANA and Wiktionary, cities from GeoNames, in their own and other languages.
Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from rapidfuzz import fuzz, process

from bot.core.zones import zone_names
from digest.patterns import regex
from digest.render.catalogs import languages

LIMIT = 3
CUTOFF = 85
"""How alike a mistyped name and a known one must be, of 100."""
_OFFSET = regex(r"(?:(?:utc|gmt)\s+(?=\d)|(?:utc|gmt)?\s*(?=[+-]))([+-]?)(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_HAN = regex(r"[\u3400-\u9fff]{2,}")
SHORTEST, LONGEST = 4, 60
"""Characters of a name that is compared with others. A shorter one, an abbreviation, is known or
not."""


def timezones(typed: str) -> tuple[str, ...]:
    """Names of the tz database for what was typed, the most populous first; at most LIMIT."""
    words = _key(typed)
    words = {"z": "utc", "zulu": "utc"}.get(words, words)
    if offset := _OFFSET.fullmatch(words.replace("−", "-")):
        sign, hours, minutes = offset.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        return tuple(zone for zone in _cities() if _standard_offset(zone) == delta)[:LIMIT]
    names = _zone_names()
    known = _known_zone(words) or next(filter(None, map(_known_zone, _inner_names(words))), ())
    return known or _nearest(words, names) or _nearest(words.rpartition("/")[2], names)


def is_an_abbreviation(zone: str) -> bool:
    """Whether a name of the tz database is what clocks elsewhere are called in winter alone: to the
    database `EST` is five hours behind UTC all year, to people it is New York's time."""
    for group, forms in Locale("en").meta_zones.items():
        short = forms.get("short", {})
        if "daylight" in short and short.get("standard") == zone:
            there = {_today(name) for name, of in get_global("meta_zones").items() if of == group}
            largest = next((city for city in _cities() if city in there), zone)
            year = datetime.now().year  # noqa: DTZ005  # a year is enough
            return utc_offsets(largest, year) != utc_offsets(zone, year)
    return False


def _known_zone(words: str) -> tuple[str, ...]:
    return _zone_names().get(words, ())[:LIMIT]


def _inner_names(words: str) -> Iterator[str]:
    """`london time` without the word for time, `berlin, germany` without the country."""
    for locale in _locales():
        before, _, after = _key(locale.zone_formats["region"]).partition("%s")
        if words.startswith(before) and words.endswith(after):
            yield words[len(before) : len(words) - len(after)].strip()
    city = re.sub(r"\([^()]*\)", "", words).partition(",")[0].strip()  # `(UTC+01:00) Berlin, Rome`
    yield city
    yield re.split(r"[/\\]", city)[-1].strip()  # `Asia/Beijing`
    if not _time_words().isdisjoint(parts := words.split()):  # `heure de Paris`
        yield from _without_ends(parts)


@cache
def _time_words() -> frozenset[str]:
    return frozenset(
        word for locale in _locales() for word in re.findall(r"[^\W_]+", _key(locale.zone_formats["region"]))
    )


def _without_ends(parts: list[str]) -> Iterator[str]:
    """The words without the first, without the last, without the first two, …"""
    for n in range(1, min(len(parts), 5)):
        yield " ".join(parts[n:])
        yield " ".join(parts[:-n])


def language_tags(typed: str) -> tuple[str, ...]:
    """BCP 47 tags for the name of a language or country, or for its old tag; at most LIMIT."""
    words, names = _key(typed), _language_names()
    alias = get_global("language_aliases").get(words)
    if alias or words in names:
        return (alias.replace("_", "-"),) if alias else names[words][:LIMIT]
    if SHORTEST <= len(words) <= LONGEST:
        # A word of a longer name: `Mandarin` of `Mandarin Chinese`.
        within = {tag for name, tags in names.items() if words in name.split() for tag in tags}
        if within:
            return tuple(sorted(within, key=lambda tag: (len(tag), tag)))[:LIMIT]
    if _HAN.fullmatch(words):  # `简中` of 简体中文
        own = {str(locale).replace("_", "-") for locale in _locales()}
        holding = [name for name, tags in names.items() if tags[0] in own and set(words) <= set(name)]
        if holding:
            return names[min(holding, key=len)][:LIMIT]
    parts = list(_without_ends(words.split()))
    exact = next((names[part][:LIMIT] for part in parts if part in names), ())
    return _nearest(words, names) or exact or next(filter(None, (_nearest(part, names) for part in parts)), ())


def zones_by_population() -> tuple[str, ...]:
    """The zones of the tz database that have a city, the most populous first."""
    return tuple(_cities())


@cache
def utc_offsets(zone: str, year: int) -> tuple[str, str]:
    """The offsets of a zone in January and July."""
    winter, summer = (f"{datetime(year, month, 1, tzinfo=ZoneInfo(zone)):%z}" for month in (1, 7))
    return winter, summer


def timezone_of(language: str) -> str:
    """The most populous zone where a locale is at home: `ja` is Asia/Tokyo. Empty where a locale
    says nothing: English is many people's second language, and a platform's default."""
    try:
        locale = Locale.parse(language, sep="-", resolve_likely_subtags=True)
        territory = locale.territory or get_global("likely_subtags").get(locale.language, "").rpartition("_")[2]
    except (ValueError, UnknownLocaleError):
        return ""
    if not territory or (locale.language, territory) == ("en", "US"):
        return ""
    there = set(get_global("territory_zones").get(territory, ()))
    return next((zone for zone in _cities() if zone in there), "")


def _nearest(words: str, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if words in names:
        return names[words][:LIMIT]
    if not SHORTEST <= len(words) <= LONGEST:
        return ()
    found = process.extract(words, list(names), scorer=fuzz.ratio, limit=LIMIT, score_cutoff=CUTOFF)
    return tuple(dict.fromkeys(zone for name, _, _ in found for zone in names[name]))[:LIMIT]


def _key(typed: str) -> str:
    """Without case and accents, as the tables are."""
    bare = typed.casefold().replace("_", " ")
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))
    return " ".join(bare.split())


@cache
def _cities() -> dict[str, list[str]]:
    """Zones of the tz database, the most populous first, with names of their cities."""
    return _table("cities.tsv")


def _table(name: str) -> dict[str, list[str]]:
    text = files("bot.core").joinpath(name).read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return {key: names.split("|") for key, names in rows}


def _standard_offset(zone: str) -> timedelta | None:
    """The offset outside daylight saving time, this year."""
    year = datetime.now().year  # noqa: DTZ005  # a year is enough
    found = (ZoneInfo(zone).utcoffset(datetime(year, month, 1)) for month in (1, 7))  # noqa: DTZ001
    return min(offset for offset in found if offset is not None)


@cache
def _zone_names() -> dict[str, tuple[str, ...]]:
    order = {zone: n for n, zone in enumerate(_cities())}
    known, found = zone_names(), dict[str, set[str]]()
    for words, zones in _named_zones():
        found.setdefault(words, set()).update(zones & known)
    for words, zones in _abbreviations().items():
        found.setdefault(words, zones)  # CLDR's own go before: PST is Manila's too
    for name, zone in get_global("windows_zone_mapping").items():
        found.setdefault(_key(name), {_today(zone)})
    for zone, cities in _cities().items():
        for city in cities:
            found.setdefault(city, set()).add(zone)
    for zone in sorted(known):  # a whole name goes before the ends of longer ones
        found.setdefault(_key(zone.rpartition("/")[2]), {_today(zone)}).add(_today(zone))
        if "/" in zone or not is_an_abbreviation(zone):
            found[_key(zone)] = {zone}
    ranked = {
        words: sorted(zones, key=lambda zone: (order.get(zone, len(order)), zone)) for words, zones in found.items()
    }
    return {words: tuple(zones) for words, zones in ranked.items() if zones}


def _today(zone: str) -> str:
    """CLDR and the tz database keep old names: Asia/Calcutta, US/Eastern."""
    new = get_global("zone_aliases").get(zone, zone)
    return str(new) if new in _cities() else zone


def _named_zones() -> Iterator[tuple[str, set[str]]]:
    """Names of zones, of groups of zones (`PST`) and of countries."""
    groups: dict[str, set[str]] = {}
    for zone, group in get_global("meta_zones").items():
        groups.setdefault(group, set()).add(_today(zone))
    countries = {code: {_today(zone) for zone in zones} for code, zones in get_global("territory_zones").items()}
    for locale in _locales():
        for group, forms in locale.meta_zones.items():
            for style in ("long", "short"):
                yield from ((_key(text), groups.get(group, set())) for text in forms.get(style, {}).values())
        for code, text in locale.territories.items():
            name = _key(text)
            yield name, countries.get(code, set())
            # A part of the world is named after a whole: `Korea` is South or North.
            yield from ((word, countries.get(code, set())) for word in name.split()[1:] if len(word) > SHORTEST)
        for zone, found in locale.time_zones.items():
            texts = [text for style in ("long", "short") for text in found.get(style, {}).values()]
            yield from ((_key(text), {_today(zone)}) for text in [*texts, found.get("city", "")] if text)
    yield from ((code.casefold(), zones) for code, zones in countries.items())
    for old, codes in get_global("territory_aliases").items():
        yield old.casefold(), countries.get(codes[0], set())


def _abbreviations() -> dict[str, set[str]]:
    """What the tz database calls the times of zones: `KST`."""
    found: dict[str, set[str]] = {}
    for zone in _cities():
        for month in (1, 7):
            name = ZoneInfo(zone).tzname(datetime(datetime.now().year, month, 1)) or ""  # noqa: DTZ001, DTZ005  # as above
            found.setdefault(name.casefold(), set()).add(zone)
    return found


@cache
def _language_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for tag, names in _table("languages.tsv").items():
        for name in names:
            found.setdefault(name, {})[tag] = None
    for locale in _locales():
        for code, text in locale.languages.items():
            found.setdefault(_key(text), {})[code.replace("_", "-")] = None
    tags = {text: tuple(sorted(codes, key=len)) for text, codes in found.items()}
    likely = get_global("likely_subtags")
    for locale in _locales():
        for code, text in locale.territories.items():
            if language := likely.get(f"und_{code}", "").partition("_")[0]:
                tags.setdefault(_key(text), (language,))
                tags.setdefault(code.casefold(), (language,))
    for tag, further in _table("further_languages.tsv").items():
        for name in further:
            tags.setdefault(name, (tag,))
    return tags


@cache
def _locales() -> tuple[Any, ...]:
    """The locales of the catalogs, and those whose abbreviations and spellings are common: `IST`,
    `BST`."""
    variants = ("en", "en_GB", "en_IN", "en_AU", "en_ZA", "en_SG", "zh_Hant")
    return tuple(Locale.parse(language) for language in (*variants, *languages("bot")))
