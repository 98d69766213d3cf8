"""Lines of a PDF page with their place and type, through PDFium. The only module that knows its calls.

The one thing to know: a call through ctypes costs about half a microsecond and a page has thousands of characters, so a line is
known by its first, middle and last character only. Coordinates are PDF's: points, y upwards.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext import mend

_SUBSET = re.compile(r"\A[A-Z]{6}\+")
_HEAVY = re.compile(r"bold|medi|cmbx|cmb\d|cmssbx|heavy|black|demi|-b\b|\.b\b|sfbx|ptmb|semib", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """What stands on one line. It ends in U+FFFE where a hyphen broke its last word."""

    text: str
    page: int
    x0: float
    x1: float
    y: float
    """The baseline."""
    size: float
    """Points, of most of it."""
    lead_size: float
    """Of its first character: smaller where a footnote's mark stands there."""
    font: str
    heavy: bool
    upright: bool = True
    column: int = 0
    """0: over the whole width, 1: left, 2: right."""


class Reader:
    """Reads pages; holds the buffers that PDFium writes into."""

    def __init__(self) -> None:
        self._box = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._name = ctypes.create_string_buffer(96)
        self._flags = ctypes.c_int()

    def lines(self, text_page: pdfium.PdfTextPage, number: int) -> list[Line]:
        """The page's lines in the order of its content; what stands raised or lowered in a line is part of it."""
        text = text_page.get_text_range()
        exact = raw.FPDFText_CountChars(text_page) == len(text)
        found: list[Line] = []
        for start, end, row in _rows(text):
            clean = mend.characters(row).strip()
            if not clean:
                continue
            first, last = start, end
            if not exact:
                first, last = (raw.FPDFText_GetCharIndexFromTextIndex(text_page, i) for i in (start, end))
            if 0 <= first <= last:
                _add(found, self._line(text_page, clean, first, last, number))
        return found

    def _line(self, page: pdfium.PdfTextPage, text: str, first: int, last: int, number: int) -> Line:
        x0, _, y = self._place(page, first)
        _, x1, y_end = self._place(page, last)
        middle = (first + last) // 2
        size, upright = self._size(page, middle)
        lead, _ = self._size(page, first)
        trail, _ = self._size(page, last)
        if lead > size and lead >= trail * 0.98:
            size, middle = lead, first
        elif trail > size:
            size, middle = trail, last
        if upright and lead < size * 0.9:
            y = y_end if trail >= size * 0.9 else self._baseline(page, middle)
        font = self._font(page, middle)
        heavy = _HEAVY.search(font) is not None or raw.FPDFText_GetFontWeight(page, middle) >= 600
        return Line(text, number, x0, x1, y, size, lead, font, heavy, upright)

    def _place(self, page: pdfium.PdfTextPage, index: int) -> tuple[float, float, float]:
        raw.FPDFText_GetLooseCharBox(page, index, self._box)
        return self._box.left, self._box.right, self._baseline(page, index)

    def _baseline(self, page: pdfium.PdfTextPage, index: int) -> float:
        raw.FPDFText_GetCharOrigin(page, index, self._x, self._y)
        return self._y.value

    def _size(self, page: pdfium.PdfTextPage, index: int) -> tuple[float, bool]:
        """Points and whether the character stands upright: the font's size is often 1, scaled by the matrix."""
        size = raw.FPDFText_GetFontSize(page, index)
        if not raw.FPDFText_GetMatrix(page, index, self._matrix):
            return size, True
        scale = math.hypot(self._matrix.c, self._matrix.d)
        return size * scale, abs(self._matrix.b) < 0.2 * max(scale, 1e-6)

    def _font(self, page: pdfium.PdfTextPage, index: int) -> str:
        raw.FPDFText_GetFontInfo(page, index, self._name, 96, self._flags)
        return _SUBSET.sub("", self._name.value.decode("utf-8", "replace"))


def _rows(text: str) -> Iterator[tuple[int, int, str]]:
    """Each printed row with the places of its first and last visible character; rows PDFium joined at a hyphen are parted again."""
    at = 0
    for printed in text.split("\r\n"):
        inside = at
        for row in _after_breaks(printed):
            if stripped := row.strip():
                start = inside + len(row) - len(row.lstrip())
                yield start, start + len(stripped) - 1, stripped
            inside += len(row)
        at += len(printed) + 2


def _after_breaks(printed: str) -> list[str]:
    if mend.BREAK not in printed:
        return [printed]
    *broken, rest = printed.split(mend.BREAK)
    return [piece + mend.BREAK for piece in broken] + [rest]


def _add(found: list[Line], line: Line) -> None:
    """Appends, or joins what stands on the same line right behind the last fragment."""
    if not found or not _continues(found[-1], line):
        found.append(line)
        return
    last = found[-1]
    size = max(last.size, line.size)
    apart = " " if line.x0 - last.x1 > 0.15 * size else ""
    if line.size > last.size * 1.1 or (len(line.text) > len(last.text) and line.size > last.size * 0.9):
        last.y, last.size, last.font, last.heavy = line.y, line.size, line.font, line.heavy
    last.text += apart + line.text
    last.x1 = line.x1


def _continues(last: Line, line: Line) -> bool:
    size = max(last.size, line.size)
    if not (last.upright and line.upright) or last.text.endswith(mend.BREAK):
        return False
    return -0.35 * size <= line.x0 - last.x1 <= 1.2 * size and abs(line.y - last.y) < 0.62 * size
