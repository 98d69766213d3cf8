"""Reads numbers, units and names as another language writes them: `12,5 %`, `3 Tage`,
`BERT-Modell`.

The marks of numbers and the words of units are from CLDR."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Literal

from digest.checks.language import base
from digest.patterns import regex

_DECIMAL_COMMA = regex(r"(?<![\d.,])\d+(?:\.\d{3})*,\d+(?!\d|[.,]\d)")
_GROUPED = regex(r"(?<![\d.,])[1-9]\d{0,2}(?P<group>[.\u00a0\u202f\u2009 ])\d{3}(?:(?P=group)\d{3})*(?![\d.])")
_SPACES = " \u00a0\u202f\u2009"


@lru_cache(maxsize=32)
def _symbols(language: str) -> tuple[str, str]:
    """Returns the decimal and the grouping mark."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # English texts do without it

    try:
        symbols = Locale.parse(language, sep="-").number_symbols["latn"]
    except (UnknownLocaleError, ValueError, KeyError):
        return ".", ","
    return symbols["decimal"], symbols["group"]


def with_english_numbers(text: str, language: str, source: str) -> str:
    """Returns the text, of the same length, with its numbers written as in English.

    A number that the source has in the same form was copied, and stays."""
    if not language or base(language) == "en":
        return text
    decimal, group = _symbols(language)
    if decimal != ",":
        return text

    def comma_groups(number: re.Match[str]) -> str:
        mark = number["group"]
        fits = mark == group or mark in _SPACES  # the standards of measures allow it everywhere
        return number[0].replace(mark, ",") if fits and not _copied(number[0], source) else number[0]

    def dot_decimal(number: re.Match[str]) -> str:
        return (
            number[0]
            if _copied(number[0], source)
            else number[0].replace(".", "\0").replace(",", ".").replace("\0", ",")
        )

    return _GROUPED.sub(comma_groups, _DECIMAL_COMMA.sub(dot_decimal, text))


_UNITS = {
    "duration-nanosecond": "ns", "duration-microsecond": "µs", "duration-millisecond": "ms", "duration-second": "seconds", "duration-minute": "minutes", "duration-hour": "hours",
    "duration-day": "days", "duration-week": "weeks", "duration-month": "months", "duration-year": "years",
    "length-nanometer": "nm", "length-micrometer": "µm", "length-millimeter": "mm", "length-centimeter": "cm", "length-meter": "m", "length-kilometer": "km", "length-mile": "miles",
    "mass-microgram": "µg", "mass-milligram": "mg", "mass-gram": "g", "mass-kilogram": "kg", "mass-tonne": "tonnes", "volume-milliliter": "ml", "volume-liter": "liters",
    "power-watt": "W", "power-kilowatt": "kW", "power-megawatt": "MW", "power-gigawatt": "GW",
    "digital-kilobyte": "KB", "digital-megabyte": "MB", "digital-gigabyte": "GB", "digital-terabyte": "TB",
}  # fmt: skip
_MAGNITUDES = {"1000": "thousand", "1000000": "million", "1000000000": "billion", "1000000000000": "trillion"}
_COUNTS = (1, 2, 5)
"""A number of each plural form."""
_SYMBOL = 3
"""The most letters of a unit's symbol in which capitals matter, such as `МГц`."""
_ORDINARY = regex(r"[^\W\d_][^\W\d_A-Z]{2,}")
_JOINING = frozenset(("de", "nl", "sv", "da", "nb", "nn", "no", "fi", "et", "hu", "lb"))
"""Languages that join a name to a noun by a hyphen."""


@lru_cache(maxsize=32)
def _units(language: str) -> tuple[re.Pattern[str] | None, dict[str, str]]:
    """Returns a pattern for the word of a unit after a figure, and the words in English."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # English texts do without it
    from babel.units import format_unit  # noqa: PLC0415

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return None, {}
    found: dict[str, str] = {}
    forms: tuple[Literal["long", "short"], ...] = ("long", "short")
    for unit, english in _UNITS.items():
        for count, length in product(_COUNTS, forms):
            number, _, word = format_unit(count, unit, length, locale=locale).partition(str(count))
            word = word.strip(_SPACES)
            written = not word.isascii() if len(word) < 3 else word.isalpha()
            if word and not number and written:
                found.setdefault(word if len(word) <= _SYMBOL else word.casefold(), english)
    for plural in locale.compact_decimal_formats.get("long", {}).values():
        for number, pattern in plural.items():
            word = pattern.pattern.replace("0", "").strip(_SPACES)
            if number in _MAGNITUDES and pattern.pattern.startswith("0") and word.isalpha() and len(word) > 2:
                found.setdefault(word.casefold(), _MAGNITUDES[number])
    words, symbols = (
        "|".join(sorted((re.escape(w) for w in found if (len(w) <= _SYMBOL) == short), key=len, reverse=True))
        or r"(?!)"
        for short in (False, True)
    )
    # An ending of a case may follow (`Tagen`, `часами`); in Chinese, Japanese and Korean anything.
    spaced = base(language) not in ("zh", "ja", "ko")
    endings = (r"[^\W\d_]{0,2}(?!\w)", r"(?!\w)") if spaced else ("", r"(?![A-Za-z])")
    pattern = rf"(?<=\d)\s?(?:(?P<word>{words}){endings[0]}|(?P<symbol>(?-i:{symbols})){endings[1]})"
    return re.compile(pattern, re.IGNORECASE) if found else None, found


_PART_OF = regex(r"[之の의]\s?\d")
"""`3分の1` is a third, not minutes."""


def with_english_units(text: str, language: str) -> str:
    """Returns `12 days` for `12 Tage`. Dates such as `3月12日` and years such as `2019年` stay."""
    return read_units(text, language)[0]


def read_units(text: str, language: str) -> tuple[str, Sequence[int]]:
    """Returns the text with its units in English, and for each place in it the place in `text`."""
    read: list[str] = []
    places: list[int] = []
    at = 0
    for start, end, unit in _units_in(text, language):
        read += text[at:start], unit
        places += [*range(at, start), start, *([end] * (len(unit) - 1))]
        at = end
    rest = range(at, len(text) + 1)
    return "".join((*read, text[at:])), (*places, *rest) if read else rest


def _units_in(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    if base(language) in ("", "en", "zh"):  # Chinese units are read with the figures
        return
    pattern, words = _units(language)
    for match in pattern.finditer(text) if pattern else ():
        before = text[max(0, match.start() - 6) : match.start()]
        unit = words[match["symbol"] or match["word"].casefold()]
        if (
            (unit == "days" and re.search(r"[月월]\s?\d+$", before))
            or (unit in ("months", "years") and re.search(r"(?:\d{4}|[年년]\s?\d+)$", before))
            or _PART_OF.match(text, match.end())
        ):
            continue
        yield *match.span(), f" {unit} "


def without_noun(name: str, language: str) -> str:
    """Returns `BERT` for `BERT-Modell`, if the language joins a name to a noun by a hyphen."""
    start, hyphen, noun = name.rpartition("-")
    return start if hyphen and base(language) in _JOINING and _ORDINARY.fullmatch(noun) else name


def _copied(number: str, source: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", source) is not None
