"""Measures how much of a document was read. Pure.

Letters and digits are counted, because spaces, signs and markup differ between a document and what
is read from it.
"""

from __future__ import annotations

from digest.model import Form, FullText
from digest.patterns import regex

TOLERATED = 0.05
"""Share of a text that may be lost without a note."""
_ASCII = bytes(range(128))
_NO_ASCII_LETTERS = bytes(c for c in range(256) if c > 127 or not chr(c).isalnum())
_FORMULA = regex(r"\$[^$\n]*\$")


def letters(text: str) -> int:
    coded = text.encode("utf-8", "surrogatepass")  # six times as fast as str.isalnum
    others = coded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return len(coded.translate(None, _NO_ASCII_LETTERS)) + sum(map(str.isalnum, others))


def lost_share(there: int, read: int) -> float:
    """Returns 0 to 1, in hundredths."""
    return round(min(max(0.0, 1 - read / there), 1.0), 2) if there > 0 else 0.0


def read_letters(text: FullText) -> int:
    """Returns the number of letters in sections, their titles and the references."""
    passages = (p.text for s in text.sections for p in s.passages)
    return letters("".join((*passages, *(s.title for s in text.sections), *text.references)))


def prose_letters(text: FullText) -> int:
    """Returns the letters of the text without formulas, which are longer in TeX than in print."""
    return sum(
        letters(_FORMULA.sub("", p.text)) for s in text.sections for p in s.passages if p.form is not Form.EQUATION
    )


def is_lacking(text: FullText) -> bool:
    """Returns whether a reader should know that some of the text was not read."""
    return text.lost > TOLERATED or bool(text.missing)
