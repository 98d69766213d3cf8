"""Folds a word to the form in which words are compared: no case, accents, ligatures or marks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from digest.patterns import regex

FOLDED = {
    "×": "x", "−": "-", "⁻": "-", "–": "-", "‐": "-", "‑": "-", "‒": "-", "ı": "i", "ß": "ss",
    "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
}  # fmt: skip
_INVISIBLE = regex("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff\u0300-\u036f]")


def composed(text: str) -> str:
    """Returns each letter as one character, without ligatures, wide and mathematical forms."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(FOLDED.get(c, c) for c in plain if not unicodedata.combining(c) and not _INVISIBLE.match(c))
    return unicodedata.normalize("NFC", plain)
