"""Finds two things of a quotation that have changed places in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from digest.checks.facts.claims import part_of_name
from digest.checks.facts.directions import negations
from digest.checks.facts.figures import Figure, figures
from digest.evidence.clauses import CLAUSES, END
from digest.evidence.content_words import HAN, LABEL, folded_word, words
from digest.evidence.rules.case import Case, Doubt
from digest.evidence.rules.certainty import CAUSE, TOGETHER
from digest.patterns import regex
from digest.retrieval.terms import LITTLE


def figures_exchanged(case: Case) -> Iterator[Doubt]:
    """Doubts `7 files from 35 projects` if the quotation has `35 files from 7 projects`."""
    mine = {} if case.ground.table else _words_of_figures(case.sentence)
    for piece in END.split(case.whole):
        theirs = _words_of_figures(piece or "")
        for pair in combinations([value for value in mine if value in theirs], 2):
            turned = (len(mine[a] & theirs[b]) > len(mine[a] & theirs[a]) for a, b in permutations(pair))
            if all(turned):
                told = " and ".join(f"{value:g}" for value in pair)
                yield Doubt(f"the quotation has {told} the other way round", 2 if case.foreign else 3)
                return


def _words_of_figures(text: str) -> dict[float, frozenset[str]]:
    """Returns the words beside each figure that a text has once."""
    told = [f for f in figures(text) if not part_of_name(text, f)]
    values = [f.value for f in told]
    return {f.value: frozenset(_words_with(text, f, told)) for f in told if values.count(f.value) == 1}


def _words_with(text: str, figure: Figure, told: Sequence[Figure]) -> Iterator[str]:
    """Yields what follows a figure up to the next one, and the word before the first in a part."""
    end = figure.start + len(figure.text)
    before = max((f.start + len(f.text) for f in told if f.start < figure.start), default=0)
    after = min((f.start for f in told if f.start > figure.start), default=len(text))
    left = _BREAK.split(text[before : figure.start])
    right = _BREAK.split(text[end:after], maxsplit=1)[0]
    first = not before or len(left) > 1
    for part, nearest in ((left[-1] if first else "", slice(-1, None)), (right, slice(_NEAREST))):
        yield from [folded_word(w) for w in LABEL.findall(part) if not w.isdecimal() and w.lower() not in LITTLE][
            nearest
        ]
        yield from (stem for w in [w for w in words(part) if HAN.match(w.raw)][nearest] for stem in w.stems)


_NEAREST = 3
_BREAK = regex(
    r"[,;:.](?=\s|$)|[，；：。、]|\b(?:and|but|while|whereas|from|versus|than|und|et|y|e|aus|de|da|do|из|и)\b|和|与|而|从"
)


def sides_exchanged(case: Case) -> Iterator[Doubt]:
    """Doubts `B causes A` if the quotation has `A causes B`, and `B with A` for `A with B`."""
    if case.foreign or case.ground.table or case.turned_twice:
        return
    theirs = {(one.lower(), joint.lower(), other.lower()) for one, joint, other in _joined(case.whole)}
    for one, joint, other in _joined(case.sentence):
        if one != other and (other.lower(), joint.lower(), one.lower()) in theirs:
            yield Doubt(f"the quotation says “{other} {joint} {one}”", 2)
            return
    for left, cause, right in (*_caused(case.sentence), *_ranked(case.sentence)):
        for before, _, after in (*_ranked(case.whole),) if _RANKED.fullmatch(cause) else _caused(case.whole):
            if (left - before) & after and (right - after) & before:
                yield Doubt(f"the quotation has the two sides of “{cause}” exchanged", 2)
                return


def _joined(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _JOINED.finditer(text):
        if match[1].lower() not in LITTLE and match[3].lower() not in LITTLE:
            yield match[1], match[2], match[3]


_JOINED = regex(
    r"\b([a-z]{3,})\s+(?=(with|by|instead of|rather than|into|to|than|before|after|over)\s+"
    r"(?:the\s|an?\s)?([a-z]{3,})\b)",
    re.IGNORECASE,
)


def _caused(text: str) -> Iterator[tuple[frozenset[str], str, frozenset[str]]]:
    """Yields the stems before a word for a cause, the word, and the stems after it."""
    for clause in (clause for piece in END.split(text) for clause in CLAUSES.split(piece or "")):
        cause = CAUSE.search(clause)
        if (
            cause
            and not _PASSIVE.match(clause, cause.start())
            and not TOGETHER.search(clause)
            and not negations(clause)
        ):
            yield _stems(clause[: cause.start()]), cause[0], _stems(clause[cause.end() :])


def _ranked(text: str) -> Iterator[tuple[frozenset[str], str, frozenset[str]]]:
    """Yields the same of `A is strongest, followed by B`."""
    for piece in END.split(text):
        if found := _RANKED.search(piece or ""):
            yield _stems(piece[: found.start()]), found[0], _stems(piece[found.end() :])


_RANKED = regex(r"\bfollowed by\b", re.IGNORECASE)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem for word in words(text) for stem in word.stems)


_PASSIVE = regex(r"(?:because|due|owing|thanks|driven|explained)\b|\w+\s+(?:\w+\s)?by\b", re.IGNORECASE)
