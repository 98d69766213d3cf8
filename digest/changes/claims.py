"""Compares what two versions of a paper claim, sentence by sentence. Pure.

A claim has changed if an otherwise equal sentence has another figure or says the opposite. A claim
is new if the abstract has a sentence with a measured figure that resembles no earlier sentence.
What printing does to figures (TeX, rounding, units, number words, lost spaces) is no change."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Levenshtein

from digest.checks.facts.figures import NUMBER_WORDS, Figure, figures
from digest.evidence.ground import Ground
from digest.evidence.sentences import sentences
from digest.evidence.support import Support, support_of
from digest.patterns import regex
from digest.render.tex import plain

SAME = 0.8
"""Similarity from which two sentences are the same, apart from figures."""
SAME_IN_TEXT = 0.9
"""The same for a whole text, which has many sentences of one form."""
OTHER = 0.55
"""Similarity below which a sentence has no counterpart."""
LEAST_SHARED = 0.4
"""Share of common words below which two sentences are not compared further."""
LEAST_WORDS = 6
"""Words of a sentence, at least, to be looked for in a whole text."""
LEAST_IN_ABSTRACT = 4
LEAST_POWER = 3
"""The least power of ten by which figures with equal digits, beside equal words, may differ and
count as equal."""
_MEASURED = ("%", "x", "points", "db", "fps")
_SCALE = {
    "ms": ("s", 1e-3),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "d": ("s", 86400.0),
    "mb": ("gb", 1e-3),
    "tb": ("gb", 1e3),
}
_URL = regex(
    r"(?:https?://|www\.|(?<![\w.-])[\w.-]+\.(?:com|org|io|net)/)\S+|\barXiv:\S+|\[\d[\d,\s–-]*\]", re.IGNORECASE
)
_DECIMAL_COMMA = regex(r"(?<=\d),(?=\d{1,2}(?!\d))")
_DOUBT_IN_BRACKETS = regex(r"(?<![\d.])(\d+\.(\d+))\((\d{1,3})\)")
_WORD = regex(r"[^\W\d_]+")
_NAME_BEFORE = regex(
    r"[A-Za-z][-‐–]?\Z|\b(?:Section|Sec\.|Theorem|Thm\.|Lemma|Table|Fig\.|Figure|Eq\.|Appendix|Chapter|Part|version|v)\s?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence and the parts that are compared."""

    text: str
    """The sentence as in the paper."""

    @cached_property
    def bare(self) -> str:
        text = _DECIMAL_COMMA.sub(".", _URL.sub(" ", plain(self.text)))
        return _DOUBT_IN_BRACKETS.sub(lambda m: f"{m[1]} ± {int(m[3]) / 10 ** len(m[2]):.{len(m[2])}f}", text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Returns the words without figures, which are compared separately."""
        return tuple(w for w in (m[0].casefold() for m in _WORD.finditer(self.bare)) if w not in NUMBER_WORDS)

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(f for f in figures(self.bare) if not _NAME_BEFORE.search(self.bare[: f.start]))

    @cached_property
    def digits(self) -> str:
        return "".join(c for c in self.bare if c.isdecimal())

    def resembles(self, other: Sentence) -> float:
        """Returns 0 to 1, by words in their order and by letters: a typo is no other word."""
        if len(self._set & other._set) < LEAST_SHARED * max(len(self._set), len(other._set)):
            return 0.0
        by_words = Levenshtein.normalized_similarity(self.words, other.words, score_cutoff=0.3)
        if not by_words:
            return 0.0
        letters = Levenshtein.normalized_similarity(" ".join(self.words), " ".join(other.words))
        return max(by_words, letters if by_words >= OTHER else 0.0)


def sentences_of(text: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(s.strip()) for s in sentences(" ".join(text.split()), "en") if s.strip())


def _same(one: Figure, other: Figure) -> bool:
    """Returns whether two figures are equal within the coarser one's rounding."""
    (a, unit), (b, unit_b) = _scaled(one), _scaled(other)
    if unit != unit_b and unit and unit_b and {unit, unit_b} != {"%", "points"}:
        return False
    step = max(one.step * (a / one.value if one.value else 1), other.step * (b / other.value if other.value else 1))
    tolerance = 0.5 * step * 1.0001
    pairs = [(a, b), (a * 100, b), (a, b * 100)] if "%" in (unit, unit_b) and unit != unit_b else [(a, b)]
    return any(abs(x - y) <= max(tolerance, 1e-9 * max(abs(x), abs(y))) for x, y in pairs)


def _not_rescaled(mine: Iterable[Figure], theirs: Sequence[Figure], least: int) -> list[Figure]:
    return [figure for figure in mine if not any(_rescaled(figure, other, least) for other in theirs)]


def _rescaled(one: Figure, other: Figure, least: int) -> bool:
    """Returns whether they differ only by a power of ten from `least` on: `10 mT`, `0.01 T`."""
    if {one.unit, other.unit} & set(_MEASURED) or one.value * other.value <= 0:
        return False
    factor = 10.0 ** round(math.log10(other.value / one.value))
    near = abs(other.value - one.value * factor) <= 0.5001 * max(one.step * factor, other.step)
    return near and abs(math.log10(factor)) >= least


def _scaled(figure: Figure) -> tuple[float, str]:
    unit, factor = _SCALE.get(figure.unit, (figure.unit, 1.0))
    return figure.value * factor, unit


def _left(mine: Iterable[Figure], theirs: Iterable[Figure]) -> list[Figure]:
    """Returns the figures that the other side lacks."""
    rest, left = list(theirs), []
    for figure in mine:
        match = next((f for f in rest if _same(figure, f)), None)
        if match is None:
            left.append(figure)
        else:
            rest.remove(match)
    return left


def has_changed(before: Sentence, now: Sentence) -> bool:
    """Returns whether an otherwise equal sentence has another figure or says the opposite."""
    if before.digits != now.digits:
        gone, new = _left(before.figures, now.figures), _left(now.figures, before.figures)
        least = LEAST_POWER if before.words == now.words else 1
        if any(f.plain for f in gone) and any(f.plain for f in new):
            gone, new = _not_rescaled(gone, new, least), _not_rescaled(new, gone, least)
        if any(f.plain for f in gone) and any(f.plain for f in new):
            return True
    if before.words == now.words or before.digits != now.digits:
        return False
    said, spelt = before.bare, _without_typos(now, before)
    return _contradicts(spelt, said) and _contradicts(said, spelt)


def _contradicts(one: str, other: str) -> bool:
    return support_of(one, Ground(other, other), "en").support is Support.CONTRADICTED


def _without_typos(sentence: Sentence, before: Sentence) -> str:
    """Returns the text with words of `before` for words that are only spelt differently."""
    gone = [w for w in before.words if w not in sentence.words]

    def spelt(match: re.Match[str]) -> str:
        word = match[0].casefold()
        return match[0] if word in before.words else next((w for w in gone if _is_typo(word, w)), match[0])

    return _WORD.sub(spelt, sentence.bare)


def _is_typo(one: str, other: str) -> bool:
    """Returns whether the words differ by a typo (`neever`, `nto`), not as `unable` and `able` or
    `decrease` and `increase`."""
    if one.endswith(other) or other.endswith(one):
        return False
    return sorted(one) == sorted(other) or Levenshtein.normalized_similarity(one, other) > 0.8


def nearest(sentence: Sentence, others: Sequence[Sentence]) -> tuple[float, Sentence | None]:
    best = max(((sentence.resembles(o), n) for n, o in enumerate(others)), default=(0.0, -1), key=lambda pair: pair[0])
    return best[0], others[best[1]] if best[0] else None


def changed(before: Sequence[Sentence], now: Sequence[Sentence]) -> Iterator[tuple[Sentence, Sentence]]:
    """Yields pairs of sentences of two abstracts whose claims differ."""
    exact = {s.bare.casefold() for s in now}
    for sentence in before:
        if sentence.bare.casefold() in exact or len(sentence.words) < LEAST_IN_ABSTRACT:
            continue
        likeness, other = nearest(sentence, now)
        if other is None or likeness < SAME or nearest(other, before)[1] is not sentence:
            continue
        if has_changed(sentence, other) and not _moved(sentence, other, before, now):
            yield sentence, other


def _moved(one: Sentence, other: Sentence, before: Sequence[Sentence], now: Sequence[Sentence]) -> bool:
    """Returns whether the figures only moved: a sentence was split, or two were joined."""
    if one.digits == other.digits:
        return False
    there, earlier = ([f for s in side for f in s.figures] for side in (now, before))
    return all(any(_same(f, g) for g in there) for f in one.figures) and all(
        any(_same(f, g) for g in earlier) for f in other.figures
    )


def added(before: Sequence[Sentence], now: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yields new sentences of an abstract that have a measured figure."""
    held = [f for s in before for f in s.figures]
    for sentence in now:
        if nearest(sentence, before)[0] >= OTHER or len(sentence.words) < LEAST_WORDS:
            continue
        measured = [f for f in sentence.figures if f.plain and (f.unit in _MEASURED or f.step < 1)]
        if any(not any(_same(f, h) for h in held) for f in measured):
            yield sentence
