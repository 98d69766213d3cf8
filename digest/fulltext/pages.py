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
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext import mend

_SUBSET = re.compile(r"\A[A-Z]{6}\+")
_FORCE_BOLD = 1 << 18
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
    y_end: float
    """Of its end: lower where PDFium joined two lines at a hyphen that belongs to the word."""
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
        # made once: ctypes makes such a reference anew for each call otherwise
        self._to_box, self._to_matrix = ctypes.byref(self._box), ctypes.byref(self._matrix)
        self._to_x, self._to_y, self._to_flags = ctypes.byref(self._x), ctypes.byref(self._y), ctypes.byref(self._flags)
        self._fonts: dict[bytes, tuple[str, bool]] = {}

    def lines(self, text_page: pdfium.PdfTextPage, number: int) -> list[Line]:
        """The page's lines in the order of its content; what stands raised or lowered in a line is part of it."""
        text = text_page.get_text_range()
        page = text_page.raw
        exact = raw.FPDFText_CountChars(page) == len(text)
        found: list[Line] = []
        for start, end, row in _rows(text):
            clean = mend.characters(row).strip()
            if not clean:
                continue
            first, last = start, end
            if not exact:
                first, last = (raw.FPDFText_GetCharIndexFromTextIndex(page, i) for i in (start, end))
            if 0 <= first <= last:
                _add(found, self._line(page, clean, first, last, number))
        return found

    def _line(self, page: Any, text: str, first: int, last: int, number: int) -> Line:
        """Ten calls: this is where the time goes."""
        box = self._box
        raw.FPDFText_GetLooseCharBox(page, first, self._to_box)
        x0, low = box.left, box.bottom
        raw.FPDFText_GetLooseCharBox(page, last, self._to_box)
        x1, low_end = box.right, box.bottom
        middle = (first + last) // 2
        size, upright = self._size(page, middle)
        lead = size
        typical = middle
        if last - first > 2:
            lead, trail = self._size(page, first)[0], self._size(page, last)[0]
            size, typical = sorted(((size, middle), (lead, first), (trail, last)))[1]
        y = y_end = self._baseline(page, typical if lead < size * 0.9 else first)
        if abs(low_end - low) > size:  # two lines that PDFium joined at a hyphen
            y_end = self._baseline(page, last)
        font, heavy = self._font(page, typical)
        return Line(text, number, x0, x1, y, y_end, size, lead, font, heavy, upright)

    def _baseline(self, page: Any, index: int) -> float:
        raw.FPDFText_GetCharOrigin(page, index, self._to_x, self._to_y)
        return self._y.value

    def _size(self, page: Any, index: int) -> tuple[float, bool]:
        """Points, and whether the character stands upright: the font's size is often 1, scaled by the matrix."""
        size: float = raw.FPDFText_GetFontSize(page, index)
        matrix = self._matrix
        if not raw.FPDFText_GetMatrix(page, index, self._to_matrix):
            return size, True
        scale = math.hypot(matrix.c, matrix.d)
        return size * scale, abs(matrix.b) < 0.2 * scale or not scale

    def _font(self, page: Any, index: int) -> tuple[str, bool]:
        """Its name without the subset's prefix, and whether it is bold by name or flag."""
        raw.FPDFText_GetFontInfo(page, index, self._name, 96, self._to_flags)
        name = self._name.value
        known = self._fonts.get(name)
        if known is None:
            font = _SUBSET.sub("", name.decode("utf-8", "replace"))
            known = self._fonts[name] = font, _HEAVY.search(font) is not None or bool(self._flags.value & _FORCE_BOLD)
        return known


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
    last = found[-1] if found else None
    if last is None or not _continues(last, line):
        found.append(line)
        return
    size = max(last.size, line.size)
    if last.text.endswith(mend.BREAK):  # no hyphen, but a ligature the font has no name for: mostly `ffi`
        last.text = last.text[:-1] + ("ffl" if line.text.startswith("e") else "ffi") + line.text
    else:
        last.text += (" " if line.x0 - last.x1 > 0.15 * size else "") + line.text
    if line.size > last.size * 1.1 or (len(line.text) > len(last.text) / 2 and line.size > last.size * 0.9):
        last.y, last.size, last.font, last.heavy = line.y, line.size, line.font, line.heavy
        last.y_end = line.y_end
    last.x1 = line.x1


def _continues(last: Line, line: Line) -> bool:
    size = max(last.size, line.size)
    if not (last.upright and line.upright):
        return False
    apart, raised = line.x0 - last.x1, abs(line.y - last.y_end)
    if len(line.text) <= 3:  # a root or a large operator hangs from the top of the line
        return -0.6 * size <= apart <= 0.5 * size and raised < 1.1 * size
    return -0.6 * size <= apart <= 1.2 * size and raised < 0.62 * size
