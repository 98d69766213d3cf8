"""Checks whether a figure is in the row and column of a table that the sentence names."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator, Sequence

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.directions import AXES
from digest.checks.facts.figures import Figure, figures
from digest.evidence.baselines import compared_with
from digest.evidence.content_words import LABEL, MEASURES, folded_word, vocabulary_of
from digest.evidence.rules.case import Case, Doubt, holds_name
from digest.patterns import regex


def table_holds(case: Case, figure: Figure, rows: list[list[str]]) -> Iterator[Doubt]:
    """Doubts a figure that is not in a row and a column that the sentence names."""
    cells = _cells(case, figure, rows)
    if not cells or any(figure.text in head for head in rows[0]):  # `RULER 128k`
        return
    said = {folded_word(w) for w in LABEL.findall(case.sentence)} | vocabulary_of(case.sentence).stems
    if _OURS.search(case.sentence) or (case.index and case.index.own and holds_name(case.sentence, case.index.own)):
        said |= {"our", "ours", "propos"}

    def named(cell: str) -> float:
        label = _label(cell)
        if label and holds_name(case.sentence, cell):  # `PnP-Sky의`
            return 1.0
        return sum(word in said for word in label) / len(label) if label else 0.0

    labels, heads = [named(row[0]) for row in rows], [named(cell) for cell in rows[0]]
    heads += [0.0] * max(0, max(map(len, rows)) - len(heads))
    best_row = max(labels[1:], default=0.0)
    for r, c in cells:
        # A column that is not named may be meant, if the named ones hold the other figures.
        taken = {k for k, head in enumerate(heads) if k and head and _told_in(case, rows[r], k, figure)}
        spoken = {word for k in taken for word in _label(rows[0][k])} & said  # `RULER` does not also name `RULER 64k`
        others = [k for k, head in enumerate(rows[0]) if k and k not in taken and not {*_label(head)} & said <= spoken]
        free = max((heads[k] for k in others), default=0.0)
        if labels[r] >= best_row and heads[c] >= free:
            if (_BEST.search(case.sentence) or _WORST.search(case.sentence)) and _between(case, rows, c, figure.value):
                yield Doubt(f"in the table {figure.text} is not the first of its column", 3)
            unit = _unit_of_head(rows[0][c], case.whole) if c < len(rows[0]) else ""
            if {figure.unit, unit} <= {*MEASURES, "%", "db"} and not places_of_figure(figure, f"{rows[r][c]} {unit}"):
                yield Doubt(f"in the table {figure.text} is in {unit}", 3)
            return
    # A part of a row's label may be translated, or the label of a column.
    own_row = any(labels[r] >= best_row > 0 for r, _ in cells) and not any(heads[1:])
    translated = case.foreign and (own_row or any(0 < labels[r] < 1 for r, _ in cells))
    yield Doubt(f"in the table {figure.text} stands in another row or column", 2 if translated else 3)


def _cells(case: Case, figure: Figure, rows: list[list[str]]) -> list[tuple[int, int]]:
    """Returns where in a table a figure is. Most rows are skipped by their digits."""
    digits = {_DIGITS.sub("", p.text) for p in places_of_figure(figure, case.whole)}
    told = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if c and _DIGITS.sub("", cell) in digits]
    told += (
        []
        if told
        else [
            (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if c and any(d in cell for d in digits)
        ]
    )
    return [(r, c) for r, c in told if _same(figure, rows[r][c])]


def _told_in(case: Case, row: Sequence[str], column: int, but: Figure) -> bool:
    """Returns whether another figure of the sentence is in a cell."""
    others = [f for f in figures(case.sentence) if f.text != but.text]
    return column < len(row) and any(_same(f, row[column]) for f in others)


def _between(case: Case, rows: list[list[str]], column: int, value: float) -> bool:
    """Returns whether others of the column are higher; lower, if less is better."""
    others = [f.value for row in rows[1:] if column < len(row) for f in list(figures(row[column]))[:1]]
    said = case.sentence
    for head in filter(None, rows[0]):  # `Low Saxon` is no low value
        said = said.replace(head, " ")
    least = bool(AXES[0].down.search(said) or LESS_IS_BETTER.search(rows[0][column])) != bool(_WORST.search(said))
    return bool(others) and (min(others) < value if least else max(others) > value)


def table_order(case: Case) -> Iterator[Doubt]:
    """Doubts `A outperforms B` if B's row has the higher figure in the named column."""
    rows = table_rows(case.whole) if case.ground.table else []
    said = {folded_word(w) for w in LABEL.findall(case.sentence)}
    columns = [c for c, head in enumerate(rows[0]) if c and _label(head) and set(_label(head)) <= said] if rows else []
    if len(columns) != 1 or LESS_IS_BETTER.search(rows[0][columns[0]]):
        return
    values = {
        row[0]: f.value
        for row in rows[1:]
        if row[0] in case.sentence and columns[0] < len(row)
        for f in list(figures(row[columns[0]]))[:1]
    }
    for compared in compared_with(case.sentence):
        others = [n for n in values if n != compared.standard and n in case.sentence]
        if (
            compared.standard not in values
            or len(others) != 1
            or not (compared.up ^ compared.down) & {"better", "more"}
        ):
            continue
        ahead = values[others[0]] - values[compared.standard]
        if ahead and (ahead > 0) != bool(compared.up & {"better", "more"}):
            yield Doubt("the table has them the other way round", 3)
            return


_BEST = regex(
    r"\b(?:best|highest|largest|lowest|smallest|fastest|am besten|höchste\w*|besten?|meilleur\w*|mejor|melhor|(?:la|le|el|o|a) (?:plus|más|mais) \w+)\b|最[高好优佳大低小快]|가장|최고",
    re.IGNORECASE,
)
_WORST = regex(
    r"\b(?:worst|slowest|weakest|poorest|schlechtest\w*|langsamst\w*|(?:le|la|les) (?:pire|plus lente?)s?|peor|pior|(?:el|la|o|a) (?:más|mais) lent[ao])\b|最[差慢弱]|最悪|最も遅|가장 (?:느|나쁜)|최악",
    re.IGNORECASE,
)
LESS_IS_BETTER = regex(
    r"↓|\b(?:errors?|loss|perplexity|ppl|wer|cer|mae|rmse|mse|fid|latency|time|params?|parameters|memory|cost)\b",
    re.IGNORECASE,
)


def table_rows(text: str) -> list[list[str]]:
    rows = [line for line in text.splitlines() if line.count("|") >= 2 and not re.fullmatch(r"[\s|:-]+", line)]
    return [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows] if len(rows) > 1 else []


def _unit_of_head(head: str, table: str) -> str:
    """Returns `GB` of `Memory (GB)`. The caption may give the unit, too."""
    found = _IN_BRACKETS.search(head)
    if not found and head and (said := re.search(rf"(?<!\w){re.escape(head)}\s\(", table, re.IGNORECASE)):
        found = _IN_BRACKETS.match(table, said.end() - 1)
    return next((f.unit for f in figures(f"1 {found[1]}")), "") if found else ""


_IN_BRACKETS = regex(r"[(\[]([^()\[\]]{1,12})[)\]]")
_OURS = regex(
    r"\b(?:our|ours|proposed|authors?['’]?|vorgeschlagen\w*|autoren|proposée?s?|auteurs|propuest[oa]s?|autores|propost[oa]s?|предлож\w*|автор\w*)\b|作者|本文|提出|我们|提案|著者|제안|저자",
    re.IGNORECASE,
)
"""Names in tables for the authors' own work, such as `Ours`."""


def _label(cell: str) -> list[str]:
    return [folded_word(w) for w in LABEL.findall(cell)]


_DIGITS = regex(r"[^\d.]+")


def _same(figure: Figure, cell: str) -> bool:
    # A whole number is a percentage only with the sign, which the caption may have.
    percent = figure.unit == "%" and cell[-1:].isdigit() and places_of_figure(figure, f"{cell}%")
    return bool(percent or places_of_figure(figure, cell))
