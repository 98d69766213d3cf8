"""Removes the line numbers of a review copy from the rows that PDFium joins them to.

They count upwards, row by row or at every fifth, through most of a page, apart from the text beside
them. `layout` handles numbers that PDFium leaves alone."""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import Any

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.columns import Row
from digest.fulltext.pdf.pdfium_calls import Argument
from digest.patterns import regex

STEPS = (1, 2, 5, 10)
LEAST = 5
"""Line numbers of a page. Fewer may belong to a list."""
MOST_OF = 0.5
"""Share of the page's long rows that have a number."""
LONG = 20
"""Characters of a long row."""
APART = 1.2
"""Width of a blank in digits. Wider blanks in running text are chance."""
CELLS = 0.7
"""Width in units of the blank beside a number. A blank as wide is between cells of a table."""
_FIRST = regex(r"\d{1,5}(?=\s|\Z)")
_LAST = regex(r"(?:(?<=\s)|\A)\d{1,5}\Z")

_Numbers = dict[int, tuple[int, int]]
"""By row: where its number begins and ends."""
_Series = tuple[int, int, Any]
"""The series' length, its last row, and the series before, if there is one."""


def without_line_numbers(page: Argument, rows: list[Row]) -> list[Row]:
    """Returns the rows. Positions are those of the page's characters."""
    spans = [_numbers(rows, at_end=at_end) for at_end in (False, True)]
    if max(map(len, spans)) < LEAST:
        return rows
    long = sum(map(_is_long, rows))
    for step in STEPS:
        columns = [_counted(rows, held, step) for held in spans]
        if not _are_most(rows, columns, step, long):
            continue
        columns = [held if _stand_apart(page, rows, held) else {} for held in columns]
        if _are_most(rows, columns, step, long):
            return [left for i, row in enumerate(rows) if (left := _without(row, *(held.get(i) for held in columns)))]
    return rows


def _are_most(rows: list[Row], columns: list[_Numbers], step: int, long: int) -> bool:
    numbered = [rows[i] for held in columns for i in held]
    return len(numbered) >= LEAST and step * sum(map(_is_long, numbered)) >= MOST_OF * long


def _is_long(row: Row) -> bool:
    return len(row[2]) >= LONG


def _numbers(rows: list[Row], *, at_end: bool) -> _Numbers:
    pattern = _LAST.search if at_end else _FIRST.match
    place = -1 if at_end else 0
    held = ((i, text) for i, (_, _, text) in enumerate(rows) if text[place].isdigit())  # the pattern takes longer
    return {i: found.span() for i, text in held if (found := pattern(text))}


def _counted(rows: list[Row], numbers: _Numbers, step: int) -> _Numbers:
    """Returns the longest series that counts upwards by `step`, about as many rows apart."""
    series: dict[int, _Series] = {}
    """By row: the longest series that ends in its number."""
    for row, (start, end) in numbers.items():
        value = int(rows[row][2][start:end])
        before = series.get(value - step)
        length = before[0] + 1 if before else 1
        if value not in series or length > series[value][0]:
            series[value] = (length, row, before)
    last = max(series.values(), key=itemgetter(0), default=None)
    best: list[int] = []
    while last is not None:
        best.append(last[1])
        last = last[2]
    best.reverse()
    near = sum(step <= b - a <= 3 * step for a, b in pairwise(best))
    return {row: numbers[row] for row in best} if len(best) >= LEAST and near >= 0.7 * len(best) - 1 else {}


def _stand_apart(page: Argument, rows: list[Row], numbers: _Numbers) -> bool:
    """Returns whether a wide blank is beside them and none elsewhere in a row, as between cells."""
    apart = beside = cells = 0
    for row, (start, end) in numbers.items():
        first, _, text = rows[row]
        if start == 0 and end == len(text):
            continue
        left, right = pdfium_calls.box(page, first + start).left, pdfium_calls.box(page, first + end - 1).right
        gap = _blank(page, first + (start - 1 if start else end))
        beside += 1
        apart += gap > APART * (right - left) / (end - start)
        blanks = (at for at in range(1, len(text) - 1) if text[at] == " " and at not in (start - 1, end))
        cells += any(_blank(page, first + at) > CELLS * gap for at in blanks)
    return apart >= 0.8 * beside and cells <= 0.3 * beside


def _blank(page: Argument, index: int) -> float:
    """Returns the width of a blank between two characters."""
    return float(pdfium_calls.box(page, index + 1).left - pdfium_calls.box(page, index - 1).right)


def _without(row: Row, *numbers: tuple[int, int] | None) -> Row | None:
    """Returns what is left of a row: its middle if it has a number on both sides."""
    first, _, text = row
    begin, end = 0, len(text)
    for span in numbers:
        if span is not None and span[0] == begin:
            begin = span[1]
        elif span is not None:
            end = span[0]
    kept = text[begin:end]
    start = first + begin + len(kept) - len(kept.lstrip())
    kept = kept.strip()
    return (start, start + len(kept) - 1, kept) if kept else None
