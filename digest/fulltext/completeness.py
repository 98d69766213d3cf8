"""Measures how much of a document was read. Pure.

Letters and digits are counted, because spaces, signs and markup differ between a document and what
is read from it.
"""

from __future__ import annotations

from digest.model import Form, FullText
from digest.patterns import regex

TOLERATED = 0.05
"""Share of a text whose loss is not worth a word."""
_ASCII_SIGNS = bytes(c for c in range(128) if not chr(c).isalnum())
_NOT_ASCII = regex(r"[^\x00-\x7f]+")
_FORMULA = regex(r"\$[^$\n]*\$")


def letters(text: str) -> int:
    plain = len(text.encode("ascii", "ignore").translate(None, _ASCII_SIGNS))  # six times as fast as str.isalnum
    return plain if text.isascii() else plain + sum(map(str.isalnum, "".join(_NOT_ASCII.findall(text))))


def lost_share(there: int, read: int) -> float:
    """Of 0 to 1, in hundredths."""
    return round(max(0.0, 1 - read / there), 2) if there > 0 else 0.0


def read_letters(text: FullText) -> int:
    """Of sections, their titles and the references."""
    passages = (p.text for s in text.sections for p in s.passages)
    return letters("".join((*passages, *(s.title for s in text.sections), *text.references)))


def prose_letters(text: FullText) -> int:
    """Of the text without formulas, which are longer in TeX than in print."""
    return sum(
        letters(_FORMULA.sub("", p.text)) for s in text.sections for p in s.passages if p.form is not Form.EQUATION
    )


def is_lacking(text: FullText) -> bool:
    """Whether a reader should know that more was there than was read."""
    return text.lost > TOLERATED or bool(text.missing)
