"""Reads number words of sixteen languages, from CLDR's spellout rules, and counts in words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from digest.checks.language import base
from digest.patterns import regex

_EAST = {
    "zh": r"[个個名位种種项項次层台轮块步类组张条篇段份家倍]",
    "ja": r"(?:人|名|つ|件|個|種|回|倍|層|本|台|段階|言語)",
    "ko": r"(?:명|개|가지|번|건|편|대|종|단계|배)",
}
"""Words that number words may count. Without them, `一致` and `이` are words of their own."""


def without_accents(text: str) -> str:
    """Returns the text without capitals and accents, as `number_words.json` has it."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in split if not "\u0300" <= c <= "\u036f"))


@cache
def number_words() -> Mapping[str, Mapping[str, Any]]:
    """Returns by language: `cardinal` and `ordinal`, words by number, and `suffix`, that of
    ordinals in digits. All are without capitals and accents."""
    return json.loads(files(__package__).joinpath("number_words.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def numbers_of(language: str, *kinds: str) -> Mapping[str, int]:
    """Returns the numbers by their words, without spaces: cardinals, ordinals or both."""
    listed = [number_words()[language][kind] for kind in kinds or ("ordinal", "cardinal")]
    return {re.sub(r"\s", "", w): int(n) for by_number in listed for n, words in by_number.items() for w in words}


def counts_in_words(text: str, language: str) -> list[int]:
    """Returns counts above one: 3 and 5 for `drei bis fünf Stunden`, 3 for `세 명`."""
    return [number for _, number in _counts(text, language)]


def with_counts_in_digits(text: str, language: str) -> str:
    """Returns `au moins 3` for `au moins trois`."""
    for match, number in reversed(list(_counts(text, language))):
        text = f"{text[: match.start()]}{number}{text[match.end() :]}"
    return text


def _counts(text: str, language: str) -> Iterator[tuple[re.Match[str], int]]:
    spoken = base(language)
    if spoken == "en" or spoken not in number_words():
        return
    numbers = numbers_of(spoken, "cardinal")
    for match in (_counted(spoken) if spoken in _EAST else _WORD).finditer(text):
        number = numbers.get(without_accents(match[0]).replace(" ", ""), 1)
        if number > 1:
            yield match, number


_WORD = regex(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+)*")


@lru_cache(maxsize=4)
def _counted(language: str) -> re.Pattern[str]:
    known = (w for n, ws in number_words()[language]["cardinal"].items() if int(n) > 1 for w in ws)
    words = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    return re.compile(rf"(?<![一二三四五六七八九十百千万第\d])(?:{words})(?=\s?{_EAST[language]})")
