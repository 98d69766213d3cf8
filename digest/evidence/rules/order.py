"""Checks whether what is compared or paired is in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.checks.facts.directions import AXES, COMPARATORS
from digest.checks.facts.figures import Figure, figures
from digest.evidence.baselines import compared_with
from digest.evidence.clauses import CLAUSES, END
from digest.evidence.content_words import HAN, names_in_order, words
from digest.evidence.rules.case import Case, Doubt
from digest.evidence.rules.tables import LESS_IS_BETTER
from digest.patterns import regex


def comparison(case: Case) -> Iterator[Doubt]:
    """Doubts `A outperforms B` if the quotation says `B outperforms A`."""
    if case.turned_twice:
        return
    if case.order == "exchanged":
        yield Doubt("the quotation compares them the other way round", 3 if case.foreign else 4)
    if case.order:
        return
    if not case.foreign and _ahead_for_behind(case):
        yield Doubt("the quotation compares them the other way round", 2)
    own = comparison_in(case.sentence)
    for piece in END.split(case.whole):
        ground = comparison_in(piece)
        if own is None or ground is None or ground.axis != own.axis:
            continue
        if own.crosses(ground) if own.up == ground.up else own.follows(ground):
            yield Doubt("the quotation compares them the other way round", 4)
            return
    yield from _names_in_turn(case)


def of_figures(case: Case) -> Iterator[Doubt]:
    """Doubts `A needs less than B` if the quotation only gives the figures of the two."""
    if case.foreign or not comparison_in(case.sentence) or any(_figures(case.sentence)):
        return
    pieces = [clause for piece in END.split(case.whole) if piece for clause in CLAUSES.split(piece)]
    with_figures = [p for p in pieces if p and any(_figures(p))]
    directed = any(side.search(p) for p in with_figures for axis in AXES[:3] for side in (axis.up, axis.down))
    if not directed and not comparison_in(case.whole) and sum(map(len, map(_figures, with_figures))) > 1:
        yield Doubt("the quotation only gives the figures", 1)


def _figures(text: str) -> list[Figure]:
    """Returns figures that are not part of a name such as `Na-7`."""
    return [f for f in figures(text) if f.plain and not re.search(r"[^\W\d]-?$", text[: f.start])]


def _names_in_turn(case: Case) -> Iterator[Doubt]:
    mine = [] if case.foreign and case.latin else names_in_order(case.sentence)
    for piece in END.split(case.whole):
        theirs = [n for n in names_in_order(piece) if n in mine]
        if len(theirs) > 1 and theirs != [n for n in mine if n in theirs]:
            yield Doubt(
                "the quotation has the names in another order", 2 if len(theirs) == 2 and not case.foreign else 1
            )
            return


def _ahead_for_behind(case: Case) -> bool:
    """Returns whether it is `beats B by 2 points` for `2 points below B`."""
    if LESS_IS_BETTER.search(case.whole):
        return False
    signs = [
        (("better" in mine.up, "better" in mine.down), ("more" in theirs.up, "more" in theirs.down))
        for mine in compared_with(case.sentence)
        for theirs in compared_with(case.whole)
        if mine.standard == theirs.standard
    ]
    return any(one != (False, False) and one == other[::-1] for one, other in signs)


@dataclass(frozen=True)
class _Comparison:
    left: frozenset[str]
    right: frozenset[str]
    axis: str
    up: bool

    def crosses(self, other: _Comparison) -> bool:
        """Returns whether each side is on the other's other side."""
        one, two = self.left & other.right, self.right & other.left
        return bool(one and two) and len(self.right & other.right) < len(two)

    def follows(self, other: _Comparison) -> bool:
        one, two = self.left & other.left, self.right & other.right
        return bool(one and two) and len(self.right & other.left) < len(two)


def comparison_in(text: str) -> _Comparison | None:
    match = COMPARATORS.search(text)
    if match is None:
        return None
    every = list(words(text))
    # In `more retention than`, what is compared is inside.
    left = {s for w in every if w.start < match.end() for s in w.stems}
    right = {s for w in [w for w in every if w.start >= match.end()][:5] for s in w.stems}
    axis, up = _axis_of(match[0])
    before = _BI.search(text)
    if before and HAN.search(text):
        right, left = (
            {s for w in every if before.end() <= w.start < match.start() for s in w.stems},
            {s for w in every if w.start < before.start() for s in w.stems},
        )
    return _Comparison(frozenset(left - right), frozenset(right - left), axis, up)


_BI = regex(r"比|相较于|相比于")


def _axis_of(comparator: str) -> tuple[str, bool]:
    """Returns the axis of `faster than`, which is that of `more quickly than`, too."""
    for axis in reversed(AXES[:3]):
        for side in (axis.up, axis.down):
            if side.search(comparator):
                less = axis is not AXES[0] and AXES[0].down.match(comparator)
                return ("size" if axis.name == "more" else axis.name), (side is axis.up) != bool(less)
    return "", True
