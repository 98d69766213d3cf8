"""Finds the content words, names and directions of a sentence. Pure.

It knows Chinese words by the glossary, and those of other scripts not at all."""

from __future__ import annotations

# ruff: noqa: SIM905, E501  # patterns of words read as lists
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from digest.checks.facts.directions import AXES
from digest.checks.facts.names import abbreviates, initials_of
from digest.evidence.clauses import CLAUSES, bounds_at
from digest.patterns import regex
from digest.retrieval.glossary import translated
from digest.retrieval.terms import LITTLE, stem, terms

PAPER_MARKS = regex(r"\b(?:BIBREF|TABREF|FIGREF|SECREF|EQREF|INLINEFORM|DISPLAYFORM|UID)\d*\b")


@dataclass(frozen=True)
class Word:
    raw: str
    start: int
    stems: frozenset[str]
    """The word's stems. A Chinese word has several translations."""
    name: bool = False


_LATIN = regex(r"[A-Za-zÀ-ɏ]{3,}(?:['’][a-z]+)?|[A-Za-zÀ-ɏ]+")
LABEL = regex(r"[^\W_]+")
HAN = regex(r"[\u3400-\u9fff]")
_GENERAL = frozenset(
    stem(w)
    for w in """report reports show shows find finds found result results method approach propose proposed present presents study work states state explain provide give given accord according discuss text
    quote passage number value figure table section word words see note notes write written evaluation experiment experiments conclude observe observed demonstrate demonstrates indicate indicates suggest
    suggests mention highlight emphasize obtain obtained achieve achieves achieved reach reaches reached perform performed performs performance consider considered able describe described based including
    include includes various respectively furthermore moreover thus hence therefore however although since while whereas within towards across per via could would many one two three first second new make
    makes made main key compared comparison respect set way case kind type certain bibref tabref figref secref inlineform displayform eqref uid""".split()
)
"""Words for talking about papers. Two sentences that share them need not agree."""


@lru_cache(maxsize=20_000)
def _content_stems(word: str) -> frozenset[str]:
    return frozenset(t for t in terms(word) if t not in _GENERAL and len(t) > 1)


@lru_cache(maxsize=256)
def words(text: str) -> tuple[Word, ...]:
    """Returns the content words of a text; of scripts besides Latin, only known Chinese ones."""
    return tuple(uncached_words(text))


def uncached_words(text: str) -> Iterator[Word]:
    plain = PAPER_MARKS.sub(" ", text)
    for match in _LATIN.finditer(plain):
        raw = match[0]
        if found := _content_stems(raw):
            yield Word(raw, match.start(), found, raw[0].isupper() or not raw.islower())
    if HAN.search(plain):
        for start, raw, english in translated(plain):
            stems = frozenset(s for w in english.split() if w not in LITTLE and (s := stem(w)) not in _GENERAL)
            if stems:
                yield Word(raw, start, stems)


class Vocabulary:
    def __init__(self, text: str) -> None:
        self.words = list(words(text))
        self.stems = frozenset(s for w in self.words for s in w.stems)
        self._starts = frozenset(s[:6] for s in self.stems if len(s) >= 6)
        self._text = text

    def directed(self, word: Word) -> bool:
        """Returns whether the text has the word's direction: `drops` for `falls`."""
        return any(name in _COMPARED for name, _ in _sides(word.raw) & self._sides)

    @cached_property
    def _sides(self) -> frozenset[tuple[str, bool]]:
        return frozenset(side for w in self.words for side in _sides(w.raw))

    @cached_property
    def _initials(self) -> str:
        return initials_of(self._text)

    def holds(self, word: Word) -> bool:
        if any(s in self.stems or (len(s) >= 6 and s[:6] in self._starts) for s in word.stems):
            return True
        return word.raw.isupper() and abbreviates(word.raw.lower(), self._initials)


vocabulary_of = lru_cache(maxsize=128)(Vocabulary)
_COMPARED = frozenset(axis.name for axis in AXES[:3])
NAMED = regex(r"(?<![A-Za-z0-9-])(?:[A-Z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*|[a-z]+(?:-[a-z0-9]+)+)(?![A-Za-z0-9-])")


def is_place(text: str, name: re.Match[str]) -> bool:
    """Returns whether something is measured there: `on COCO`, `COCO 上`."""
    before, after = text[max(0, name.start() - 12) : name.start()], text[name.end() : name.end() + 4]
    return bool(_PLACE_BEFORE.search(before) or _PLACE_AFTER.match(after))


_PLACE_BEFORE = regex(r"\b(?:on|auf|bei|in|im|sur|dans|en|no|na|em|на|в)\s(?:the\s)?$", re.IGNORECASE)
_PLACE_AFTER = regex(r"\s?(?:上|中|において|で(?!は?な)|に(?!比)|에서|에(?! 비)|数据集)")
MEASURES = frozenset(
    "us ns um angstrom mev ev kev pa hpa kpa mpa nmol/l umol/l mmol/l ms s min h d wk mo y gb mb kb tb km mile cm mm nm ug mg g kg t ul ml l milliw w kw megaw gw".split()
)


def folded_word(word: str) -> str:
    return stem(word.lower())


def words_beside(text: str, match: re.Match[str]) -> list[Word]:
    """Returns the four words on each side of a match, in its clause."""
    start, end = bounds_at(text, match.start(), match.end(), CLAUSES)
    every = words(text)
    every = every[bisect_left(every, start, key=start_of) : bisect_left(every, end, key=start_of)]
    before = [w for w in every if w.start < match.start()][-4:]
    after = [w for w in every if w.start >= match.end()][:4]
    return [*before, *after]


def start_of(word: Word) -> int:
    return word.start


def are_opposite(one: str, other: str) -> bool:
    sides = [(axis.up, axis.down) for axis in AXES]
    return any(
        (up.fullmatch(one) and down.fullmatch(other)) or (down.fullmatch(one) and up.fullmatch(other))
        for up, down in sides
    )


def names_in_order(text: str) -> list[str]:
    named = {m.start() for m in NAMED.finditer(text) if is_place(text, m)}
    found = (w.raw.lower() for w in words(text) if w.name and w.start and w.start not in named)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Token:
    norm: str
    raw: str
    content: bool
    name: bool


@lru_cache(maxsize=20_000)
def _sides(word: str) -> frozenset[tuple[str, bool]]:
    """Returns the axes that a word is on, and whether it is at the upper end."""
    return frozenset(
        (axis.name, side is axis.up) for axis in AXES for side in (axis.up, axis.down) if side.fullmatch(word)
    )


def is_direction(word: str) -> bool:
    return bool(_sides(word))


@lru_cache(maxsize=128)
def tokens(text: str) -> tuple[Token, ...]:
    """Returns all words in order, without figures."""
    found = []
    for number, match in enumerate(LABEL.finditer(PAPER_MARKS.sub(" ", text))):
        raw = match[0]
        if raw[0].isdecimal():
            continue
        norm = folded_word(raw)
        directed = is_direction(raw)
        content = directed or (raw.lower() not in LITTLE and norm not in _GENERAL)
        found.append(Token(norm, raw, content, content and number > 0 and not raw.islower()))
    return tuple(found)
