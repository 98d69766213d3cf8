"""What a question asks for, as words that a passage may contain. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from digest.extractive.sentences import term_set
from digest.model import Turn
from digest.patterns import regex
from digest.retrieval.glossary import translated
from digest.retrieval.synonyms import alike
from digest.retrieval.terms import bare, stem, terms

_WORD = regex(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LATIN = regex(r"[A-Za-z0-9]+(?:[-'’][A-Za-z0-9]+)*")
_EAST = frozenset(("CJK", "HIRAGANA", "KATAKANA"))
_KNOWN = 0.5
"""Share of a question's characters that the glossary must know to search in another script."""


@dataclass(frozen=True)
class Wanted:
    words: tuple[tuple[str, frozenset[str]], ...]
    """Each word of the question, and the terms of which a passage may contain one; none for a word
    that cannot be searched."""
    foreign: bool = False
    """Whether the question is in another script than the papers."""
    lost: bool = False
    """Whether too little of it can be searched in the papers' script."""

    @cached_property
    def groups(self) -> tuple[frozenset[str], ...]:
        return tuple(dict.fromkeys(group for _, group in self.words if group))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset().union(*self.groups)

    @cached_property
    def near(self) -> frozenset[str]:
        """The question's terms and those that mean the same. A translation has its own."""
        return self.terms if self.foreign else self.terms.union(*map(alike, self.terms))

    @property
    def query(self) -> str:
        """The question's own terms count twice."""
        own = sorted(self.terms)
        return " ".join([*own, *own, *sorted(self.near - self.terms)])

    def held(self, text: str) -> list[int]:
        """The groups that the text contains."""
        mine = term_set(text)
        return [i for i, group in enumerate(self.groups) if group & mine]

    def touches(self, text: str) -> bool:
        """Whether it contains enough to be shown: a word, of a translation half of them."""
        if self.foreign:
            return len(self.held(text)) >= max(1, len(self.groups) // 2)
        return bool(self.near & term_set(text))

    def written(self, text: str) -> list[str]:
        """The words of the text that the question asks for or that mean the same, as they stand
        there."""
        found = {next(iter(term_set(w)), ""): w for w in reversed(_WORD.findall(text)) if self.near & term_set(w)}
        return list(reversed(found.values()))

    def unmatched(self, texts: Iterable[str]) -> list[str]:
        """The words of the question that none of the texts contains, as they stand there."""
        held = frozenset().union(*map(term_set, texts))
        return list(dict.fromkeys(word for word, group in self.words if not group & held))


def wanted_of(question: str, history: Sequence[Turn], sample: str) -> Wanted:
    """`sample`: text of the papers, which shows their script. A follow-up that says little has the
    words of the question before it too."""
    found = _wanted(question, sample)
    if len(found.groups) < 2 and history:
        before = _wanted(history[-1].question, sample)
        return replace(found, words=(*found.words, *before.words), lost=found.lost and before.lost)
    return found


def _wanted(question: str, sample: str) -> Wanted:
    if script_of(question) == script_of(sample):
        return Wanted(tuple(_words(bare(question))))
    known = [(word, english) for _, word, english in translated(question)]
    in_english = [(word, frozenset(stem(w) for w in english.split())) for word, english in known]
    rest = bare(question)
    for word, _ in known:
        rest = rest.replace(word, " ")
    unknown = [(word, frozenset[str]()) for word in re.findall(r"[^\W\d_a-zA-Z]{2,}", rest)]
    characters = sum(len(word) for word, _ in (*known, *unknown))
    share = sum(len(word) for word, _ in known) / characters if characters else 0.0
    latin = _words(" ".join(_LATIN.findall(question)))  # `在SQuAD上` is written without spaces
    return Wanted((*latin, *in_english, *unknown), foreign=True, lost=share < _KNOWN)


def _words(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    for word in _WORD.findall(text):
        yield from ((word, frozenset((term,))) for term in dict.fromkeys(terms(word)))


@lru_cache(maxsize=256)
def script_of(text: str) -> str:
    """The script of most words, an ideograph counting as a word: `LATIN`, `CJK`, `HANGUL`."""
    counts = Counter(_scripts(text[:4_000]))
    return counts.most_common(1)[0][0] if counts else "LATIN"


def _scripts(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        names = [unicodedata.name(c, "").split(" ")[0] for c in word if c.isalpha()]
        east = ["CJK" for name in names if name in _EAST]
        yield from east or names[:1]
