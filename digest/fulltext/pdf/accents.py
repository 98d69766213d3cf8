"""Sets accents on their letters where PDFium has put them at the end of the row or of a word.

TeX's older fonts draw `Š` as two signs. An accent higher than the row comes later, so its letter is
found by place. Texts keep their length, so that positions in them stay true."""

from __future__ import annotations

import unicodedata

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.characters import COMBINING
from digest.fulltext.pdf.pdfium_calls import Argument
from digest.patterns import regex

JOINED = "\x01"
"""Replaces a blank that is none. `characters` leaves it out."""
_FIRST = regex(f"(?<=[A-Za-z] )[{''.join(COMBINING)}](?=[A-Za-z])")
_STROKE = regex(r" (?=[lL])")
_STROKED = {"l": "ł", "L": "Ł"}
_ASTRAY = regex(f"[{''.join(COMBINING)}](?=\r\n|\\Z| )")


def with_accents(page: Argument, text: str) -> str:
    """Returns the page's text, whose characters have the same positions."""
    astray = [found for found in _ASTRAY.finditer(text) if text[found.start() - 1] == " "]
    if not astray:
        return text
    signs = list(text)
    for found in astray:
        at = found.start()
        accent = pdfium_calls.box(page, at)
        middle = (accent.left + accent.right) / 2
        for letter in range(text.rfind("\n", 0, at) + 1, at):
            sides = pdfium_calls.box(page, letter)
            joined = unicodedata.normalize("NFC", signs[letter] + COMBINING[found[0]])
            near = abs(accent.bottom - sides.bottom) < 0.6 * (sides.top - sides.bottom)
            if near and sides.left <= middle <= sides.right and len(joined) == 1:
                signs[letter], signs[at] = joined, " "
                if text[at + 1 : at + 2] == " " and not _is_apart(page, text, at):
                    signs[at - 1 : at + 2] = JOINED * 3
                break
    return "".join(signs)


def _is_apart(page: Argument, text: str, at: int) -> bool:
    """Returns whether the letters around a sign and its blanks are apart."""
    after = at + 3 if text[at + 2 : at + 3] in COMBINING else at + 2
    return after >= len(text) or _gap(page, at - 2, after)


def _gap(page: Argument, before: int, after: int) -> bool:
    left, right = pdfium_calls.box(page, before), pdfium_calls.box(page, after)
    return bool(right.left - left.right > 0.15 * (right.top - right.bottom))


def with_first_accents(page: Argument, text: str) -> str:
    """As `with_accents`, where a word begins with an accent: the blank before it stays."""
    signs: list[str] | None = None
    for found in _FIRST.finditer(text):
        at = found.start()
        joined = unicodedata.normalize("NFC", text[at + 1] + COMBINING[text[at]])
        if len(joined) == 1 and _gap(page, at - 2, at + 1):
            signs = signs or list(text)
            signs[at : at + 2] = [JOINED, joined]
    return text if signs is None else "".join(signs)


def with_strokes(page: Argument, text: str) -> str:
    """The same for `Ł`, which older fonts draw as a letter and a stroke coded as a blank."""
    signs: list[str] | None = None
    blanks = [found.start() for found in _STROKE.finditer(text)]
    lefts, _, rights, bottoms = pdfium_calls.boxes(page, blanks)
    x0s, _, x1s, ys = pdfium_calls.boxes(page, [at + 1 for at in blanks])
    for at, left, right, bottom, x0, x1, y in zip(blanks, lefts, rights, bottoms, x0s, x1s, ys, strict=True):
        if right - left > 0 and x0 - 0.5 < left and right < x1 + 0.5 and abs(bottom - y) < 0.5:
            signs = signs or list(text)
            signs[at + 1] = _STROKED[text[at + 1]]
            apart = at == 0 or x0 - pdfium_calls.box(page, at - 1).right > 0.5 * (x1 - x0)
            signs[at] = " " if apart else JOINED
    return text if signs is None else "".join(signs)
