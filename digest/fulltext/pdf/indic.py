"""Spells Indic words that a PDF has in visual order. Pure.

TeX's engines write glyph by glyph: `ि` comes before the consonants that it is spoken after, and the
`र्` above them comes after. Both are put where Unicode wants them."""

from __future__ import annotations

import unicodedata

from digest.patterns import regex

OFTEN = 0.1
"""Share of signs that begin a word, from which a text counts as written in visual order."""
_LEFT = "\u093f\u09bf\u09c7\u09c8\u0a3f\u0abf\u0b47\u0bc6-\u0bc8\u0d46-\u0d48\u0dd9-\u0ddb"
"""Signs that are drawn before their consonants."""
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0d4d\u0dca]"
"""Signs that join consonants. Tamil's does not."""
_CONSONANT = (
    "[\u0915-\u0939\u0958-\u095f\u0995-\u09b9\u09ce\u09dc-\u09df\u0a15-\u0a39\u0a59-\u0a5e\u0a95-\u0ab9"
    "\u0b15-\u0b39\u0b5c-\u0b5f\u0b95-\u0bb9\u0d15-\u0d39\u0d9a-\u0dc6][\u093c\u09bc\u0a3c\u0abc\u0b3c]?"
)
_CLUSTER = f"{_CONSONANT}(?:{_VIRAMA}{_CONSONANT})*"
_SIGNS = "[\u093e-\u094c\u09be-\u09cc\u0a3e-\u0a4c\u0abe-\u0acc\u0b3e-\u0b4c]*"
_ANY_LEFT = regex(f"[{_LEFT}]")
_FIRST_LEFT = regex(rf"(?<!\S)[{_LEFT}](?=\S)")
_LEFT_OF = regex(f"([{_LEFT}])({_CLUSTER})")
_RA_ABOVE = regex(f"({_CLUSTER}{_SIGNS})((?:\u0930\u094d|\u09b0\u09cd|\u0a30\u0a4d|\u0ab0\u0acd|\u0b30\u0b4d))")
_YA_BEHIND = regex(f"({_CONSONANT})\u09af\u09cd")
"""Bengali's `্য`, which fonts call `য্`."""
_NASAL_FIRST = regex("([\u0901-\u0903])([\u093e-\u094c])")
_IN_TWO = {"\u093e\u0947": "\u094b", "\u093e\u0948": "\u094c"}
"""Vowel signs that fonts draw as two and that Unicode does not compose."""


def is_as_seen(text: str) -> bool:
    found = len(_ANY_LEFT.findall(text))
    return found > 0 and len(_FIRST_LEFT.findall(text)) > OFTEN * found


def spelled(text: str) -> str:
    """Returns a text in visual order as it is spelled."""
    text = _LEFT_OF.sub(r"\2\1", _YA_BEHIND.sub("\\1\u09cd\u09af", text))
    text = _RA_ABOVE.sub(r"\2\1", text)
    text = _NASAL_FIRST.sub(r"\2\1", text)
    for two, one in _IN_TWO.items():
        text = text.replace(two, one)
    return unicodedata.normalize("NFC", text)
