"""Checks whether a sentence says about one thing what its quotation says about another."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator, Sequence

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.figures import Figure, figures
from digest.evidence.clauses import CLAUSES, END
from digest.evidence.content_words import vocabulary_of, words
from digest.evidence.rules.case import Case, Doubt
from digest.evidence.rules.order import comparison_in
from digest.patterns import regex


def other_part(case: Case) -> Iterator[Doubt]:
    """Doubts `B grows linearly` if the quotation contrasts `A grows linearly, whereas B grows
    quadratically`."""
    pieces = [_contrasted(piece) for piece in END.split(case.whole) if piece]
    # With many sentences, another one may say it.
    if case.ground.table or (case.foreign and case.latin) or len(pieces) > _FEW_SENTENCES:
        return
    if not any(len(sides) > 1 for sides in pieces):
        yield from _other_coordinated(case)
    for sides in pieces:
        if len(sides) < 2 or any(_POINTS_BACK.search(side) for side in sides):
            continue
        held = [vocabulary_of(side) for side in sides]
        for clause in CLAUSES.split(case.sentence):
            if comparison_in(clause):  # it names both
                continue
            own = [[h.holds(w) for h in held] for w in words(clause)]
            alone = {holds.index(True) for holds in own if sum(holds) == 1}
            told = [f for f in figures(clause) if f.plain]
            alone |= {n for f in told for n, side in enumerate(sides) if _stands_in(f, side, sides)}
            if len(alone) > 1:
                yield Doubt("the quotation says it of the other of two", 2)
                return


def _other_coordinated(case: Case) -> Iterator[Doubt]:
    """As `other_part`, for `A is …, and B is …`: a figure beside the words of the other part."""
    for piece in END.split(case.whole):
        sides = _COORDINATED.split(piece)
        if len(sides) != 2:
            continue
        held = [vocabulary_of(side) for side in sides]
        for clause in CLAUSES.split(case.sentence):
            every = figures(clause)
            own = [
                [h.holds(w) for h in held]
                for w in words(clause)
                if w.raw not in _TAKES and not any(f.start <= w.start < f.start + len(f.text) for f in every)
            ]
            worded = {holds.index(True) for holds in own if sum(holds) == 1}
            told = [f for f in every if f.plain or f.value > 1]
            given = {n for f in told for n, side in enumerate(sides) if _stands_in(f, side, sides)}
            if worded and given and not worded & given:
                yield Doubt("the quotation says it of the other of two", 2)
                return
            if len(worded) > 1 and not given:
                yield Doubt("the quotation says it of the other of two", 1)
                return


def _stands_in(figure: Figure, side: str, sides: Sequence[str]) -> bool:
    """Returns whether a figure is only on this side."""
    return [one for one in sides if places_of_figure(figure, one)] == [side]


_COORDINATED = regex(
    r",\s+and\s+(?=(?:the|an?|our|on|in|for|at|its)\b|[\w-]+(?: [\w-]+){0,3} (?:is|are|was|were|by|grew|rose|fell|took|takes|needs?|costs?)\b)"
)
_TAKES = frozenset(("take", "takes", "took", "need", "needs", "needed", "cost", "costs"))
_CONTRASTED = regex(
    r";\s|(?:,\s+|(?<![\s,])\s+)(?:whereas|while(?!\s+(?:\w+ing|not)\b))\s|,\s+(?:although|though)\s|,\s+but\s+(?=(?:the|a|an|our)\b|[A-Z])"
)
_UNLIKE = regex(r"\A\W*(?:Unlike|In contrast to)\s[^,]+,(?:\s+which\s[^,]+,)?")
_FEW_SENTENCES = 3
_POINTS_BACK = regex(
    r"\b(?:it|its|they|them|their|this|these|those|both|latter|former|ones?|respectively)\b", re.IGNORECASE
)


def _contrasted(sentence: str) -> list[str]:
    """Returns the contrasted parts of a sentence, each with a subject of its own."""
    if unlike := _UNLIKE.match(sentence):
        return [unlike[0], sentence[unlike.end() :]]
    return [side for side in _CONTRASTED.split(sentence) if side.strip()]
