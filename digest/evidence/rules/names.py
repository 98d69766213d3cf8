"""Checks whether the names of a sentence are in its quotation, each beside its own figure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from digest.checks.facts.claims import missing_names, part_of_name, places_of_figure
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.names import COMMON, squeezed
from digest.evidence.clauses import END
from digest.evidence.content_words import HAN, NAMED, Word, is_direction, is_place, vocabulary_of, words
from digest.evidence.ground import SentenceIndex
from digest.evidence.rules.case import EAST, Case, Doubt, holds_name, with_own
from digest.patterns import regex


def names_stand(case: Case) -> Iterator[Doubt]:
    near = f"{case.whole}\n{case.ground.around}\n{case.granted}\n{case.own}"
    missing = missing_names(case.sentence, near, case.language)
    known, own = squeezed(near), squeezed(f"{case.whole}\n{case.granted}")
    for name in missing:
        if _PERCENTILE.fullmatch(name) and name[1:] in near:
            continue
        if any(f.unit and f.text.endswith(name) and places_of_figure(f, case.whole) for f in figures(case.sentence)):
            continue
        if squeezed(name) not in known and not (name[1:].islower() and is_direction(name)):
            yield Doubt(f"the quotation does not name {name}", 3)
    first = case.said[:1] if case.foreign or (case.index and _opens_with_name(case.sentence, case.index)) else []
    for word in (*first, *case.said[1:]):
        if case.foreign and case.latin:  # its nouns may begin with a capital
            return
        if not (word.name or (case.foreign and not HAN.search(word.raw))) or (
            _after_stop(case, word) and word not in first
        ):
            continue
        if word.raw.lower() not in COMMON and not case.near.holds(word) and squeezed(word.raw) not in known:
            yield Doubt(f"the quotation does not name {word.raw}", 2)
            return
        if not case.mine.holds(word) and squeezed(word.raw) not in own:
            yield Doubt(f"{word.raw} stands beside the quotation, not in it", 1)


_PERCENTILE = regex(r"p\d[\d.]*", re.IGNORECASE)
"""`p99.9` for the 99.9th percentile."""


def names_beside(case: Case) -> Iterator[Doubt]:
    """Doubts `Agent-S` of the sentence before, if the quotation only has `agent`, and `RCP8.5` for
    `RCP4.5`."""
    for name in dict.fromkeys(
        m[0] for m in NAMED.finditer(case.sentence) if not m[0].islower() and _MARKED.search(m[0])
    ):
        if not holds_name(case.whole, name) and holds_name(case.ground.around, name) and name not in case.granted:
            same = name.rstrip("0123456789.-")
            other = name[-1].isdecimal() and re.search(rf"(?<![A-Za-z0-9]){re.escape(same)}-?\d", case.whole)
            yield Doubt(f"{name} stands beside the quotation, not in it", 2 if other else 1)
            return


_MARKED = regex(r"[-\d]")


def words_in_turn(case: Case) -> Iterator[Doubt]:
    """Doubts `322 usual care, 318 coaching` if the quotation has `322 coaching, 318 usual care`."""
    if case.ground.table or (case.foreign and case.latin):
        return
    for piece in END.split(case.whole):
        yield from _in_turn_within(case, list(_parts_with_figure(piece or "")))


def _in_turn_within(case: Case, theirs: Sequence[tuple[str, Figure]]) -> Iterator[Doubt]:
    for part, figure in _parts_with_figure(case.sentence):
        own = [p for p, f in theirs if places_of_figure(figure, f.text)]
        others = [p for p, f in theirs if not places_of_figure(figure, f.text) and places_of_figure(f, case.sentence)]
        if len(own) != 1 or len(others) != 1:
            continue
        here, there = vocabulary_of(own[0]), vocabulary_of(others[0])
        said = words(part)
        if any(there.holds(w) and not here.holds(w) for w in said) and not any(
            here.holds(w) and not there.holds(w) for w in said
        ):
            yield Doubt(f"the quotation gives {figure.text} to the other of two", 3)
            return


def _parts_with_figure(text: str) -> Iterator[tuple[str, Figure]]:
    for part in _PART.split(text):
        told = [f for f in figures(part) if f.plain and not part_of_name(part, f)]
        if len(told) == 1:
            yield part, told[0]


def _opens_with_name(sentence: str, index: SentenceIndex) -> bool:
    return sentence.split(maxsplit=1)[0].strip(",:") in index.names


def _after_stop(case: Case, word: Word) -> bool:
    before = case.sentence[: word.start].rstrip(' "“(')
    return not case.foreign and (not before or before[-1] in ".:!?")


def in_turn(case: Case) -> Iterator[Doubt]:
    """Doubts `B 52.8 and A 54.2` if the quotation has `A 52.8 and B 54.2`."""
    own = case.index.own if case.index else ""
    told = [f for f in figures(case.sentence) if f.plain and not part_of_name(case.sentence, f)]
    for piece in [] if case.ground.table else [p for p in END.split(case.whole) if p]:
        read = with_own(piece, own) if own and not holds_name(piece, own) and holds_name(case.sentence, own) else piece
        values = [f.value for f in told if places_of_figure(f, read)]
        theirs = [f.value for f in figures(read) if f.plain and f.value in values]
        mine, others = _named_in_order(case.sentence, read), _named_in_order(read, case.sentence)
        alike = len({f.unit for f in told if f.value in values}) == 1 and len({n.islower() for n in mine}) == 1
        if not alike or len(values) != 2 or sorted(values) != sorted(theirs) or values[0] == values[1]:
            continue
        if len(mine) == 2 and sorted(mine) == sorted(others) and (mine == others) != (values == theirs):
            yield Doubt("the quotation gives the names each other's figures", 2)
            return


def figures_by_name(case: Case) -> list[tuple[str, Figure]]:
    """Returns names of the quotation, each with its only figure."""
    shared = {n for n in _names_of(case.sentence) if holds_name(case.whole, n)}
    names = shared | {n for n in _names_of(case.whole) if not _opens(n, case.whole)}
    return [pair for piece in END.split(case.whole) if piece for pair in _given(piece, names)]


def _names_of(text: str) -> list[str]:
    """Returns the names. In Chinese, Japanese and Korean, also short words in Latin letters."""
    found = [m[0] for m in NAMED.finditer(text) if m[0].lower() not in COMMON]
    return list(dict.fromkeys([*found, *(_LATIN_WORD.findall(text) if EAST.search(text) else ())]))


def _opens(name: str, text: str) -> bool:
    """Returns whether a word has its capital because a sentence begins with it."""
    return name[1:].islower() and any(piece.lstrip().startswith(name) for piece in END.split(text) if piece)


_LATIN_WORD = regex(r"(?<![A-Za-z0-9-])[a-z][a-z-]{3,}(?![A-Za-z0-9-])")


def _given(text: str, names: AbstractSet[str]) -> Iterator[tuple[str, Figure]]:
    """Yields each name and figure that are alone in a part of the text."""
    for part in _PART.split(_TWO_NAMES.sub(r"\1 ", text)):
        named = [n for n in names if holds_name(part, n)]
        told = [f for f in figures(part) if f.plain and not part_of_name(part, f)]
        if len(named) == 1 and len(told) == 1:
            yield named[0], told[0]


_TWO_NAMES = regex(r"\b(?<![\w-])([A-Z][\w-]*+) (?:and|und|et|y|e|и|和|与) (?=[A-Z])")
_PART = regex(
    r"[,;:](?=\s)|[，；：、。]|\b(?:and|but|while|whereas|compared (?:with|to)|against|than|from|und|während|et|tandis que|y|mientras|e|enquanto|и|а)\b|而|和|与",
    re.IGNORECASE,
)


def _named_in_order(text: str, other: str) -> list[str]:
    """Returns names, and labels such as `test-clean`, that both texts have, by first occurrence."""
    found = (m for m in NAMED.finditer(text) if holds_name(other, m[0]) and m[0].lower() not in COMMON)
    return list(dict.fromkeys(m[0] for m in found if m[0].islower() or not is_place(text, m)))
