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
_FORMULA = regex(r"\$[^$\n]*\$")


def letters(text: str) -> int:
    if text.isascii():  # most lines of most papers, six times as fast
        return len(text.encode().translate(None, _ASCII_SIGNS))
    return sum(map(str.isalnum, text))


def lost_share(there: int, read: int) -> float:
    """Of 0 to 1, in hundredths."""
    return round(max(0.0, 1 - read / there), 2) if there > 0 else 0.0


def read_letters(text: FullText) -> int:
    """Of sections, their titles and the references."""
    passages = sum(letters(p.text) for s in text.sections for p in s.passages)
    return passages + sum(letters(s.title) for s in text.sections) + sum(map(letters, text.references))


def prose_letters(text: FullText) -> int:
    """Of the text without formulas, which are longer in TeX than in print."""
    return sum(
        letters(_FORMULA.sub("", p.text)) for s in text.sections for p in s.passages if p.form is not Form.EQUATION
    )


def is_lacking(text: FullText) -> bool:
    """Whether a reader should know that more was there than was read."""
    return text.lost > TOLERATED or bool(text.missing)
