"""Sets accents on their letters where PDFium has put them at the end of the row.

TeX's older fonts draw `Š` as two signs. A row's end gets those that stand higher than the row, so
their letters are found by place. Texts keep their length: positions in them stay true.
"""

from __future__ import annotations

import unicodedata

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.characters import COMBINING
from digest.fulltext.pdf.pdfium_calls import Argument
from digest.patterns import regex

_ASTRAY = regex(f"[{''.join(COMBINING)}](?=\r\n|\\Z)")


def with_accents(page: Argument, text: str) -> str:
    """The text of a page whose characters have the same positions."""
    astray = [found for found in _ASTRAY.finditer(text) if text[found.start() - 1] == " "]
    if not astray:
        return text
    signs = list(text)
    for found in astray:
        at = found.start()
        middle = _middle(page, at)
        for letter in range(text.rfind("\n", 0, at) + 1, at):
            left, right = pdfium_calls.sides(page, letter)
            joined = unicodedata.normalize("NFC", signs[letter] + COMBINING[found[0]])
            if left <= middle <= right and len(joined) == 1:
                signs[letter], signs[at] = joined, " "
                break
    return "".join(signs)


def _middle(page: Argument, index: int) -> float:
    left, right = pdfium_calls.sides(page, index)
    return (left + right) / 2
