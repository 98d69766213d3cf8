"""Checks whether sentence and quotation have one direction: up or down, better or worse."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import permutations, product

from digest.checks.facts.directions import AWAY, AXES, NEGATION, Axis, negations
from digest.evidence.clauses import END, part_at
from digest.evidence.content_words import is_direction, start_of, vocabulary_of, words, words_beside
from digest.evidence.rules.case import CHANGES, Case, Doubt
from digest.evidence.rules.order import comparison_in
from digest.patterns import regex
from digest.retrieval.terms import LITTLE, stem


def graded(case: Case) -> Iterator[Doubt]:
    """Doubts `more fluent` if the quotation has `less fluent`."""
    if case.foreign or case.turned_twice or case.order:
        return
    mine, theirs = _grades(case.sentence), _grades(case.whole)
    for word, signs in mine.items():
        other = theirs.get(word, set())
        if other and not signs & other:
            yield Doubt(f"the quotation grades “{word}” the other way", 2)
            return


def directions(case: Case) -> Iterator[Doubt]:
    """Doubts `raises` if the quotation has `lowers`."""
    if case.turned_twice:
        return
    compared = comparison_in(case.sentence), comparison_in(case.whole)
    crossed = compared[0] and compared[1] and compared[0].crosses(compared[1])
    for axis in AXES:
        if axis in AXES[:3] and (case.order or crossed):
            continue  # the sides are exchanged, too, or known not to be
        for mine, opposite in ((axis.up, axis.down), (axis.down, axis.up)):
            if doubt := _against(case, axis, mine, opposite):
                yield doubt
                if not case.foreign:
                    return


def removed(case: Case) -> Iterator[Doubt]:
    """Doubts `the module lowers accuracy` if the quotation has `removing the module lowers it`."""
    if case.foreign:
        return
    sides = ((case.sentence, case.mine), (case.whole, vocabulary_of(case.sentence)))
    for direction in (side for axis in AXES if axis.name in CHANGES for side in (axis.up, axis.down)):
        for pair in product(*(_found(direction, text) for text, _ in sides)):
            away = [
                any(other.holds(word) for gone in _taken_away(part) for word in words_beside(part, gone))
                for found, (text, other) in zip(pair, sides, strict=True)
                for part in (part_at(text, found.start(), found.end(), END),)
            ]
            if away[0] != away[1] and case.beside(*pair):
                yield Doubt("only one of the two speaks of something that is taken away", 2)
                return


def _taken_away(text: str) -> Iterator[re.Match[str]]:
    """Yields `removing the module`, `without it`. Who `removed` something may mean no more."""
    return (gone for gone in AWAY.finditer(text) if not gone[0].lower().endswith("ed"))


def _against(case: Case, axis: Axis, mine: re.Pattern[str], opposite: re.Pattern[str]) -> Doubt | None:
    """Doubts a direction of the sentence if the quotation has the opposite one."""
    own = _found(mine, case.sentence)
    if not own:
        return None
    if opposite.search(case.sentence):
        said = "" if case.foreign or axis not in AXES[:3] else _turned_beside(case, own, mine, opposite)
        return Doubt(f"the quotation says the opposite of “{said}”", 2) if said else None
    without = negations(case.whole) and all(NEGATION.fullmatch(m[0]) for m in own)  # the same as `no` says
    if without or _agrees(case, own, _found(mine, case.whole)):
        return None
    found = [m for m in _found(opposite, case.whole) if not _turned(case, m)]
    if case.foreign and found:
        return Doubt(f"the quotation says “{found[0][0]}”", 2 if axis.name in _STATED else 1)
    if any(case.beside(a, b) for a in own for b in found):
        told = case.share >= 0.5 and not mine.search(case.whole) and not case.ablated
        passive = own[0][0].lower().endswith(" by") != found[0][0].lower().endswith(" by")  # `comparison` has the sides
        level = 4 if told and not passive and not _of_other_side(case, own, found) else 2
        return Doubt(f"the quotation says “{found[0][0]}”, not “{own[0][0]}”", level)
    return None


def _of_other_side(case: Case, own: Sequence[re.Match[str]], found: Sequence[re.Match[str]]) -> bool:
    """Matches `the baseline has a higher loss` for `its loss is lower than the baseline's`."""
    sides = (case.sentence, own, comparison_in(case.sentence)), (case.whole, found, comparison_in(case.whole))
    return any(
        compared is None
        and other is not None
        and any(other.right.intersection(w.stems) for w in words(text) if w.start < matches[0].start())
        for (text, matches, compared), (_, _, other) in permutations(sides)
    )


def _found(direction: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Returns directions. `above 500 °C` is a place and has none."""
    return [m for m in direction.finditer(text) if not _BOUND.match(text, m.start())]


_BOUND = regex(r"(?:above|below|under|over)\s+\d", re.IGNORECASE)


def _turned_beside(case: Case, own: Sequence[re.Match[str]], same: re.Pattern[str], opposite: re.Pattern[str]) -> str:
    """Returns `longer … lower the latency` if the quotation has `longer … raise the latency`."""
    agreeing, turned = (
        {word for m in side.finditer(case.whole) for word in _next_to(case.whole, m)} for side in (same, opposite)
    )
    for match in own:
        beside = _next_to(case.sentence, match)
        if beside & turned and not beside & agreeing and not case.negations and not negations(case.whole):
            return match[0]
    return ""


def _turned(case: Case, theirs: re.Match[str]) -> bool:
    """Returns whether a negation on one side makes the two directions agree."""
    around = part_at(case.whole, theirs.start(), theirs.end(), END)
    return (len(negations(case.sentence)) - len(negations(around))) % 2 == 1


def _agrees(case: Case, own: Sequence[re.Match[str]], found: Sequence[re.Match[str]]) -> bool:
    """Returns whether the quotation has the direction, too, for the same thing if that is known."""
    known = not case.foreign or any(case.mine.holds(w) for m in own for w in words_beside(case.sentence, m))
    return bool(found) and (not known or any(case.beside(a, b) for a in own for b in found))


_GRADE = regex(r"\b(more|most|less|least)\s+(?:\w+ly\s+)?([a-z]{4,})\b", re.IGNORECASE)


def _grades(text: str) -> dict[str, set[bool]]:
    """Returns for each graded word whether there is more of it."""
    found: dict[str, set[bool]] = {}
    for grade, word in _GRADE.findall(text):
        if word.lower() not in LITTLE:
            found.setdefault(stem(word), set()).add(grade.lower() in ("more", "most"))
    return found


_STATED = frozenset(("more", "better", "estimate", "fast", "positive", "same", "most", "twice", "present"))
"""Axes that are compared across languages. The words of others have too many meanings."""


def _next_to(text: str, match: re.Match[str]) -> set[str]:
    """Returns the stems of the content words right before and after a match."""
    every = [w for w in words(text) if not is_direction(w.raw)]
    at = bisect_left(every, match.start(), key=start_of)
    return {s for w in every[max(0, at - 1) : at + 1] for s in w.stems}
