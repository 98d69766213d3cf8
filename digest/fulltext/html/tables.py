"""Turns tables of LaTeXML's HTML into rows of Markdown.

LaTeXML writes them as `<table>` or, within a line, as nested `<span>` with the same classes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from digest.fulltext.html.elements import LeftOut, classes, tag
from digest.fulltext.html.inline import Notes, text_of

MAX_ROWS = 2_000
MAX_COLUMNS = 200


def table_text(table: _Element, notes: Notes, left_out: LeftOut) -> str:
    """Returns Markdown rows; plain lines for one column; empty for a table of pictures."""
    grid, head = _grid(table, notes, left_out)
    grid = [row for row in grid if any(row)]
    if not grid:
        return ""
    width = max(len(row) for row in grid)
    filled = [i for i in range(width) if any(i < len(row) and row[i] for row in grid)]
    rows = [[row[i] if i < len(row) else "" for i in filled] for row in grid]
    if len(filled) == 1:
        return "\n".join(row[0] for row in rows)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if 0 < head < len(lines):
        lines.insert(head, "|" + " --- |" * len(filled))
    return "\n".join(lines)


def _grid(table: _Element, notes: Notes, left_out: LeftOut) -> tuple[list[list[str]], int]:
    """Returns cells by row and column (a spanning one in its first), and the number of head
    rows."""
    grid: list[list[str]] = []
    taken: dict[tuple[int, int], bool] = {}
    head = 0
    for number, row in enumerate(_rows(table)):
        if number >= MAX_ROWS:
            break
        cells = [c for c in row if tag(c) in ("td", "th") or not classes(c).isdisjoint(("ltx_td", "ltx_th"))]
        if head == number and cells and all("ltx_th_column" in classes(c) or "ltx_th_row" in classes(c) for c in cells):
            head += 1
        grid.append(_place(cells, number, taken, notes, left_out))
    return grid, sum(1 for row in grid[:head] if any(row))


def columns(table: _Element) -> dict[_Element, int]:
    """Returns the first column of each cell."""
    found: dict[_Element, int] = {}
    taken: dict[tuple[int, int], bool] = {}
    for number, row in enumerate(_rows(table)):
        if number >= MAX_ROWS:
            break
        column = 0
        for cell in (c for c in row if tag(c) in ("td", "th")):
            while taken.get((number, column)):
                column += 1
            wide = _span(cell, "colspan")
            for down in range(1, _span(cell, "rowspan")):
                taken.update(((number + down, column + right), True) for right in range(wide))
            found[cell] = column
            column += wide
    return found


def column_elements(table: _Element) -> list[_Element]:
    """Returns for each column its `<col>`, or its `<colgroup>` without one."""
    groups = [child for child in table if tag(child) in ("colgroup", "col")]
    return [
        col
        for group in groups
        for col in ([c for c in group if tag(c) == "col"] or [group])
        for _ in range(min(_span(col, "span"), MAX_COLUMNS))
    ]


def _place(
    cells: list[_Element], number: int, taken: dict[tuple[int, int], bool], notes: Notes, left_out: LeftOut
) -> list[str]:
    row: list[str] = []
    column = 0
    for cell in cells:
        while taken.get((number, column)):
            row.append("")
            column += 1
        wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
        if column + wide > MAX_COLUMNS:
            break
        row.extend([text_of(cell, notes, left_out), *[""] * (wide - 1)])
        for down in range(1, high):
            taken.update(((number + down, column + right), True) for right in range(wide))
        column += wide
    return row


def _rows(table: _Element) -> Iterator[_Element]:
    """Yields rows of this table, not of tables in its cells."""
    for child in table:
        if tag(child) == "tr" or "ltx_tr" in classes(child):
            yield child
        elif tag(child) in ("thead", "tbody", "tfoot") or not classes(child).isdisjoint(
            ("ltx_thead", "ltx_tbody", "ltx_tfoot")
        ):
            yield from _rows(child)


def _span(cell: _Element, name: str) -> int:
    """Returns the attribute `rowspan`, or the number of the class `ltx_rowspan_2`."""
    marked = next((c.rpartition("_")[2] for c in classes(cell) if c.startswith(f"ltx_{name}_")), "")
    value = cell.get(name) or marked
    return min(max(int(value), 1), 50) if value.isdecimal() and len(value) < 4 else 1
