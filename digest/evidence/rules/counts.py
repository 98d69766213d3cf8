"""Compares number words, and what a figure counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.notation import with_english_units
from digest.checks.facts.number_words import with_counts_in_digits
from digest.evidence.content_words import MEASURES
from digest.evidence.rules.case import Case, Doubt
from digest.patterns import regex
from digest.retrieval.terms import LITTLE, stem


def counts_agree(case: Case) -> Iterator[Doubt]:
    """Doubts `three models` if the quotation has `five models`."""
    own = [f for f in figures(case.sentence) if not f.plain and f.value > 1]
    for figure in own:
        alike = [f for f in figures(case.whole) if f.value == figure.value and f.unit in MEASURES]
        if figure.unit in MEASURES and alike and all(f.unit != figure.unit for f in alike):
            yield Doubt(f"the quotation says {alike[0].text}", 2)
            return
        noun = noun_after(case.sentence, figure)
        if not noun:
            continue
        counted = [f for f in figures(case.whole) if noun_after(case.whole, f) == noun]
        if counted and all(f.value != figure.value for f in counted):
            yield Doubt(f"the quotation gives another number of {noun}", 2)
            return
    if not case.foreign and (lacking := _lacking_counts(case)):
        yield Doubt(f"the quotation does not hold {lacking}", 2)
    yield from _foreign_counts(case)


def _lacking_counts(case: Case) -> str:
    """Returns a number word with a bound, if the quotation bounds another number."""
    mine, theirs = dict(_bounded(case.sentence)), dict(_bounded(case.whole))
    held = {f.value for f in figures(f"{case.whole}\n{case.ground.around}")}
    return next((text for bound, (text, value) in mine.items() if bound in theirs and value not in held), "")


def _foreign_counts(case: Case) -> Iterator[Doubt]:
    """Doubts `fünf Annotatoren` for `three annotators`, and `四分之一` for a third."""
    told = list(figures(case.sentence))
    worded = case.worded
    said = {f.value for f in told} | worded
    left = [f for f in figures(case.whole) if f.value not in said and f.value != 1]
    counts = any(f.step == 1 and f.value < 100 and f.unit not in ("%", "points") for f in left)
    lacking = [f"{n:g}" for n in sorted(worded) if counts and all(f.value != n for f in figures(case.whole))]
    if any(f.unit == "%" for f in left):
        shares = [f for f in told if f.unit == "%" and not f.plain]
        lacking += [f.text for f in shares if not places_of_figure(f, case.whole) and not _bounds_one(f, left)]
    if case.foreign:
        digits = with_english_units(with_counts_in_digits(case.sentence, case.language), case.language)
        lacking += [
            f.text
            for f in figures(digits)
            if f.unit in MEASURES and f.value in worded and not places_of_figure(f, case.whole)
        ]
    if lacking:
        yield Doubt(f"the quotation does not hold {lacking[0]}", 2)


def _bounds_one(share: Figure, found: Sequence[Figure]) -> bool:
    """Returns whether it is like `more than four fifths` for 83 %."""
    over = [f.value - share.value for f in found if f.unit == "%"]
    return any(0 < (rest if share.bound == ">" else -rest) <= 10 for rest in over) if share.bound else False


_NOUN_AFTER = regex(r"[\s-]*(?:(?:[a-z]+(?:ed|al|ive|ent|ing|er|ual)|[A-Z]\w*|different|new|such)\s+){0,2}([a-z]{3,})")

_BOUND = regex(r"\b(fewer than|less than|more than|at least|at most|up to|over|under)\s+$", re.IGNORECASE)


def _bounded(text: str) -> Iterator[tuple[str, tuple[str, float]]]:
    """Yields the bound and the number of `fewer than five`."""
    for figure in figures(text):
        if not figure.unit and (bound := _BOUND.search(text[max(0, figure.start - 24) : figure.start])):
            yield bound[1].lower(), (figure.text, figure.value)


def noun_after(text: str, figure: Figure) -> str:
    """Returns the stem of the noun that a figure counts."""
    found = _NOUN_AFTER.match(text, figure.start + len(figure.text))
    return stem(found[1]) if found and found[1] not in LITTLE else ""


def counted_noun(text: str, figure: Figure) -> str:
    """Returns the noun or the name after a figure: `8 A100 GPUs`, `36块A100`."""
    named = _NAME_AFTER.match(text, figure.start + len(figure.text))
    return noun_after(text, figure) or (named[1] if named else "")


_NAME_AFTER = regex(r"\s*+(?:[\u3400-\u9fff]{1,2}\s*+)?([A-Z][A-Za-z]*\d[\w-]*)")
