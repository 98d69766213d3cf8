"""Checks whether a sentence's figures are in its quotation, and belong to the same thing there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations

from digest.checks.facts.claims import derived_from, missing_figures, part_of_name, places_of_figure
from digest.checks.facts.directions import negations
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.number_words import number_words, numbers_of
from digest.checks.language import base
from digest.evidence.clauses import END, clause_at
from digest.evidence.content_words import HAN, MEASURES, Word, vocabulary_of, words
from digest.evidence.rules.amounts import bounds_agree, counts_in_a_row
from digest.evidence.rules.case import Case, Doubt, holds_name
from digest.evidence.rules.counts import counted_noun, counts_agree, noun_after
from digest.evidence.rules.names import figures_by_name
from digest.evidence.rules.shares import CHANGE, SHARE
from digest.evidence.rules.tables import table_holds, table_rows
from digest.patterns import regex


def figures_fit(case: Case) -> Iterator[Doubt]:
    near = f"{case.ground.around}\n{case.granted}"
    missing = [
        f
        for f in missing_figures(case.sentence, case.whole)
        if not _printed(case, f)
        and not _each(case, f)
        and not _between_two(case, f)
        and not _of_counts(case, f)
        and not _in_a_word(case, f)
        and not _ordinal(case, f)
    ]
    for figure in missing:
        if not missing_figures(figure.text, near):
            yield Doubt(f"the quotation does not hold {figure.text}", 2)
            continue
        if reason := _follows(case, figure):
            yield Doubt(reason, 1)
            continue
        if figure.bound and any(f.bound and abs(100 - f.value - figure.value) < 1e-6 for f in _per_cents(case.whole)):
            # For example, `no more than 10 % are wrong` for `at least 90 % are right`.
            yield Doubt(f"the quotation bounds what is left of {figure.text}", 2)
            continue
        other = [f for f in figures(case.whole) if f.plain and f.unit == figure.unit and f.value != figure.value]
        alike = other and (figure.unit or figure.step < 1) and case.share >= 0.5
        yield Doubt(f"the quotation does not hold {figure.text}", 4 if alike else 3)
    gone = {f.text for f in missing}
    for figure in figures(case.sentence):
        told = figure.plain and figure.text not in gone and not part_of_name(case.sentence, figure)
        if told and not missing_figures(figure.text, case.whole):
            yield from _fits(case, figure)
    yield from _one_of_several(case)
    yield from counts_agree(case)
    yield from bounds_agree(case)


def _follows(case: Case, figure: Figure) -> str:
    """Returns how a figure follows from those of the quotation, or nothing."""
    if _between_neighbours(case, figure):
        return f"the quotation does not say {figure.text}, the difference of two of its figures"
    if _added_or_shared(case, figure):
        return f"the quotation does not say {figure.text}, the sum or a share of its figures"
    if derived_from(figure, case.sentence, f"{case.whole}\n{case.ground.around}"):
        return f"the quotation does not say {figure.text}, which follows from two of its figures"
    if _near_bound(case, figure):
        return f"the quotation does not say {figure.text} but a figure near it"
    return f"the quotation says it of the rest, not {figure.text}" if _rest_of(case, figure) else ""


def _each(case: Case, figure: Figure) -> bool:
    """Returns whether it is `1文あたり` or `1개당` for `each`, `per`, `a single`."""
    return case.foreign and figure.value == 1 and _EACH.search(case.whole) is not None


def _in_a_word(case: Case, figure: Figure) -> bool:
    """Returns whether it is `1,000,000` for `a million`."""
    return any(
        figure.value == value * (0.5 if half else 1.0)
        for half, word in _SCALE.findall(case.whole)
        if (value := _SCALES[word.lower()])
    )


_SCALES = {"dozen": 12.0, "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SCALE = regex(rf"\b(?:(half)\s+)?(?:an?|one|the)\s+({'|'.join(_SCALES)})\b", re.IGNORECASE)


def _ordinal(case: Case, figure: Figure) -> bool:
    """Returns whether it is `2番目`, `2e` or `2.` for `second`."""
    spoken = number_words().get(base(case.language)) if case.foreign and figure.step == 1 else None
    after = case.sentence[figure.start + len(figure.text) :]
    ends = (*spoken["suffix"], "番目") if spoken else ()
    told = any(after.startswith(end) and not re.match("[A-Za-z]", after[len(end) :]) for end in ends)
    words = numbers_of("en", "ordinal")
    return told and any(words.get(word) == figure.value for word in re.findall(r"[a-z]+", case.whole.lower()))


def _of_counts(case: Case, figure: Figure) -> bool:
    """Returns whether it is `6 %` for `17 of 300` or `one in 17`, or the rest after a change."""
    slack = max(0.5 * figure.step, 0.05 * figure.value if figure.about else 0.0)
    shares = (100 * n / m for n, m in counts_in_a_row(case.whole))
    left = _left_of_changes(case) if figure.unit == "%" else ()
    return figure.unit == "%" and any(abs(share - figure.value) <= slack for share in (*shares, *left))


def _left_of_changes(case: Case) -> list[float]:
    """Returns what changes leave: `28 % of the memory` for `cuts memory by 72 %`."""
    if not SHARE.search(case.sentence):
        return []
    return [100 - float(m[m.lastindex or 0]) for m in CHANGE.finditer(case.whole)]


def _rest_of(case: Case, figure: Figure) -> bool:
    """Returns whether it is `2.5 % were not` for `97.5 % were`."""
    whole = [f.value for f in _per_cents(case.whole)]
    turned = (len(case.negations) - len(negations(case.whole))) % 2
    return figure.unit == "%" and bool(turned) and any(abs(100 - n - figure.value) < 1e-6 for n in whole)


def _per_cents(text: str) -> list[Figure]:
    return [f for f in figures(text) if f.unit == "%"]


def _between_two(case: Case, figure: Figure) -> bool:
    """Returns whether it is the difference of two figures of both: `by 5.6, from 41.2 to 46.8`."""
    told = [f for f in figures(case.sentence) if f.text != figure.text and _printed(case, f)]
    return any(
        one.unit in ("", other.unit) and abs(abs(one.value - other.value) - figure.value) < max(figure.step, 1e-9) / 2
        for one, other in combinations(told, 2)
    )


def _between_neighbours(case: Case, figure: Figure) -> bool:
    """As `_between_two`, for two adjacent figures of the quotation: `saves 184 euros`."""
    found = figures(case.whole)
    return figure.value >= 10 and any(
        abs(abs(one.value - other.value) - figure.value) < 1e-9
        for one, other in pairwise(found)
        if one.unit == other.unit and figure.unit in ("", one.unit) and other.start - one.start < _CLOSE
    )


def _added_or_shared(case: Case, figure: Figure) -> bool:
    """Returns whether it is the sum or a share: `1,420` for `14,200, a tenth of which`."""
    slack = 0.05 * figure.value if figure.about else 0.5 * figure.step
    return any(
        abs(result - figure.value) <= slack
        for piece in END.split(case.whole)
        for one, other in pairwise(figures(piece or ""))
        for result in _results(one, other)
        if figure.value >= 10 and figure.unit in (one.unit, other.unit)
    )


def _results(one: Figure, other: Figure) -> Iterator[float]:
    if one.unit == other.unit and one.step == other.step:
        yield one.value + other.value
    for share, whole in permutations((one, other)):
        if share.unit == "%" and whole.unit != "%":
            yield share.value * whole.value / 100


def _near_bound(case: Case, figure: Figure) -> bool:
    """Returns whether it is `less than 20 minutes` for 18 minutes."""
    low, high = (1.0, 1.25) if figure.bound == ">" else (0.8, 1.0)
    return bool(figure.bound) and any(
        f.unit == figure.unit and low * figure.value <= f.value <= high * figure.value for f in figures(case.whole)
    )


def _printed(case: Case, figure: Figure) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(figure.text)}(?![\d]|\.\d)", case.whole) is not None


def _one_of_several(case: Case) -> Iterator[Doubt]:
    """Doubts which of several figures of a kind is meant, if the words are not known."""
    chinese = base(case.language) == "zh"
    known = chinese and (case.read or any(case.mine.holds(w) for w in case.said))
    if not case.foreign or known or case.ground.table:
        return
    named = [f.text for name, f in figures_by_name(case) if holds_name(case.sentence, name)]
    told = figures(case.sentence)
    # Some Chinese is known: several figures are compared by the words between them.
    for figure in told if not chinese or len(told) == 1 else ():
        here = next(iter(places_of_figure(figure, case.whole)), None) if figure.plain else None
        if here is None or any(places_of_figure(figure, text) for text in named):
            continue
        others = [f for f in figures(case.whole) if f.plain and f.unit == here.unit and f.value != here.value]
        if others:
            yield Doubt(f"the quotation has {others[0].text} beside {figure.text}", 1)
            return


def _fits(case: Case, figure: Figure) -> Iterator[Doubt]:
    """Doubts whether the figure belongs to what the sentence says about it."""
    places = places_of_figure(figure, case.whole)
    if not places or (figure.step == 1 and 1900 <= figure.value <= 2100):
        return
    if doubt := _counts_other(case, figure, places):
        yield doubt
        return
    if case.ground.table and (rows := table_rows(case.whole)):
        yield from table_holds(case, figure, rows)
        return
    yield from _beside_another(case, figure, places)


def _counts_other(case: Case, figure: Figure, places: Sequence[Figure]) -> Doubt | None:
    """Doubts a unit if the quotation counts things, things for a unit, or other things."""
    measured = figure.unit in MEASURES and not case.ground.table and not any(p.unit for p in places)
    if measured and (noun := counted_noun(case.whole, places[0])):
        return Doubt(f"the quotation counts {noun} with {figure.text}", 2)
    if other := _other_counted(case, figure, places):
        return Doubt(f"the quotation counts {other} with {figure.text}", 1)
    measured = not figure.unit and all(p.unit in MEASURES or (p.unit == "%" and figure.value > 1) for p in places)
    if measured and not (case.foreign and case.latin) and (noun := counted_noun(case.sentence, figure)):
        return Doubt(f"the quotation counts no {noun} with {figure.text}", 2)
    return None


def _beside_another(case: Case, figure: Figure, places: Sequence[Figure]) -> Iterator[Doubt]:
    """Doubts the figure if another one in the quotation is beside its words."""
    told = list(figures(case.sentence))
    anchors = _anchors(case.sentence, figure, told)
    if not anchors:
        return
    values = {f.value for f in told}
    others = [f for f in figures(case.whole) if f.plain and f.value not in values and _as_fine(f, figure)]
    mine = max((_near_figure(case, p, anchors) for p in places), key=len)
    for other in others:
        theirs = _near_figure(case, other, anchors)
        if theirs - mine and not mine - theirs:
            beside = any(_holds_both(piece, places, other) for piece in case.spans)
            named = any(w.name and w.raw in theirs - mine for w in anchors) and not (beside and case.foreign)
            yield Doubt(f"in the quotation {figure.text} belongs to something else", 3 if named else 2)
            return


def _other_counted(case: Case, figure: Figure, places: Sequence[Figure]) -> str:
    """Returns what the quotation counts with a figure, if a Chinese sentence counts another."""
    if figure.unit or not case.foreign or len(places) != 1:
        return ""
    end = figure.start + len(figure.text)
    word = next((w for w in case.said if HAN.match(w.raw) and end <= w.start <= end + 2), None)
    noun = noun_after(case.whole, places[0])
    return noun if word and noun and noun not in word.stems and not case.near.holds(word) else ""


def _near_figure(case: Case, figure: Figure, anchors: Sequence[Word]) -> set[str]:
    clause = vocabulary_of(clause_at(case.whole, figure.start))
    return {w.raw for w in anchors if clause.holds(w)}


def _as_fine(one: Figure, other: Figure) -> bool:
    near = min(abs(one.value), abs(other.value)) * 1_000 >= max(abs(one.value), abs(other.value))
    return one.step == other.step or (near and min(one.step, other.step) >= 1)


def _holds_both(span: tuple[int, int], places: Sequence[Figure], other: Figure) -> bool:
    start, end = span
    return start <= other.start < end and any(start <= p.start < end for p in places)


_CLOSE = 60
"""Characters."""
_EACH = regex(r"\b(?:each|every|per|single|an?|one)\b", re.IGNORECASE)


def _anchors(text: str, figure: Figure, told: Sequence[Figure]) -> list[Word]:
    """Returns the words of the figure's clause that are nearer to it than to another figure."""
    clause = clause_at(text, figure.start)
    start = text.find(clause)
    found = []
    for word in words(clause):
        at = start + word.start
        if min(told, key=lambda f: abs(f.start - at)).start == figure.start:
            found.append(word)
    return found
