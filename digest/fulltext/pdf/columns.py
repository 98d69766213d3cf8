"""Splits rows that run across both columns.

PDFium joins them if a file sets its columns row by row (scans with recognised text, some editors).
Only if three long rows have the same wide gap are all rows of a page checked."""

from __future__ import annotations

import unicodedata
from operator import sub

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.pdfium_calls import Argument

Row = tuple[int, int, str]
"""The positions of its first and last character, and its text."""
MIN_ROW = 60
"""Characters of a row that may be two."""
MIN_HALF = 20
"""Characters of each half."""
Gap = tuple[int, float, float]
"""The gap's position in the row, and its left and right x in points."""


def split_columns(page: Argument, rows: list[Row]) -> list[Row]:
    """Splits rows at the gutter, if there is one. Positions are those of the page's characters."""
    long = [row for row in rows if len(row[2]) >= MIN_ROW]
    if len(long) < 8 or len(long) * 3 < len(rows):
        return rows
    gaps: list[Gap] = []
    for quarter in (2, 1, 3):
        gap = _gap(page, long[len(long) * quarter // 4])
        if gap is None:
            return rows
        gaps.append(gap)
    left, right = max(gap[1] for gap in gaps), min(gap[2] for gap in gaps)
    if left >= right:
        return rows
    return [part for row in rows for part in _halves(page, row, (left + right) / 2)]


def _halves(page: Argument, row: Row, gutter: float) -> list[Row]:
    start, end, text = row
    gap = _gap(page, row) if len(text) >= MIN_ROW else None
    if gap is None or not gap[1] <= gutter <= gap[2]:
        return [row]
    at = gap[0]
    left, right = text[:at].rstrip(), text[at:].lstrip()
    return [(start, start + len(left) - 1, left), (end - len(right) + 1, end, right)]


def _gap(page: Argument, row: Row) -> Gap | None:
    """Returns the widest blank near the middle of a row, if it is wider than the type is high."""
    start, _, text = row
    middle = range(max(MIN_HALF, len(text) // 3), min(len(text) - MIN_HALF, len(text) * 2 // 3 + 1))
    letters = [at for at in middle if text[at] != " " and not unicodedata.combining(text[at])]
    lefts, tops, rights, bottoms = pdfium_calls.boxes(page, [start + at for at in letters])
    gaps = list(map(sub, lefts[1:], rights))
    if not gaps:
        return None
    widest = max(gaps)
    first = gaps.index(widest)
    return (
        (letters[first + 1], rights[first], lefts[first + 1]) if widest > 1.1 * max(map(sub, tops, bottoms)) else None
    )
