"""Finds the list of references at a PDF's end, and its entries. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.fulltext.pdf.headings import is_references
from digest.fulltext.pdf.pages import Line
from digest.patterns import regex

MAX_TITLE = 60
"""Characters of the list's heading, with its number."""
_ENTRY = regex(r"\[[\w+.’'-]{1,12}\] |\(?\d{1,3}[.)] (?=[A-Z])")


def unnamed_references(lines: Sequence[Line]) -> int:
    """Returns the index of `[1]` before `[2]` … `[4]` in the last half; else the end."""
    if any(len(line.text) <= MAX_TITLE and is_references(line.text) for line in lines):
        return len(lines)
    numbers = [
        (i, int(m[1]))
        for i, line in enumerate(lines)
        if i > len(lines) // 2 and (m := re.match(r"\[(\d{1,3})\] ", line.text))
    ]
    for at, (index, number) in enumerate(numbers):
        if number == 1 and [n for _, n in numbers[at : at + 4]] == [1, 2, 3, 4]:
            return index
    return len(lines)


def entries(lines: Sequence[Line]) -> list[list[str]]:
    """Returns each entry's lines, found by number, else by hanging indent, else by distance."""
    numbered = sum(1 for line in lines if _ENTRY.match(line.text)) > len(lines) // 12
    left: dict[tuple[int, int], float] = {}
    for line in lines:
        side = (line.page, line.column)
        left[side] = min(left.get(side, line.x0), line.x0)
    hanging = sum(1 for line in lines if line.x0 > left[line.page, line.column] + 4) > len(lines) // 4
    found: list[list[str]] = []
    before: Line | None = None
    for line in lines:
        if numbered:
            begins = _ENTRY.match(line.text) is not None
        elif hanging:
            begins = line.x0 < left[line.page, line.column] + 3 and line.text[:1].isupper()
        else:
            begins = before is not None and (
                before.text.endswith(".") and (before.y_end - line.y > 1.3 * line.size or before.page != line.page)
            )
        if begins or not found:
            found.append([])
        found[-1].append(line.text)
        before = line
    return found
