"""Turns a question into words that a passage may contain. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from digest.checks.facts.number_words import counts_in_words
from digest.extractive.sentences import term_set
from digest.model import Turn
from digest.patterns import regex
from digest.retrieval.folding import fold
from digest.retrieval.glossary import translated
from digest.retrieval.synonyms import alike
from digest.retrieval.terms import bare, stem, terms

_WORD = regex(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LATIN = regex(r"[A-Za-z0-9]+(?:[-'’][A-Za-z0-9]+)*")
NUMBER = regex(r"(?<![A-Za-z0-9_.,])(?<![A-Za-z]-)#?\d{1,4}(?![A-Za-z0-9_%]|[.,]\d|-[A-Za-z])(?:['’]s\b)?")
"""A number that may name a paper, unlike that of `GPT-4` or `3-shot`."""
_UNKNOWN = regex(r"[\u30a1-\u30fa\u30fc]{2,}|[\u3400-\u9fff々]{2,}|[^\W\d_a-zA-Z\u3041-\u30ff\u3400-\u9fff々]{2,}")
"""Words that the glossary lacks. Hiragana are particles and endings, and stand between words."""
_EAST = frozenset(("CJK", "HIRAGANA", "KATAKANA"))
_KNOWN = 0.5
"""Share of a question's characters that the glossary must know to search in another script."""
_TIME = "time hour day minute week second"
_SPEED = "fast slow speed latency"
_SIZE = "size parameter number"
_MEASURES = {
    "long": _TIME,
    "fast": f"{_SPEED} throughput {_TIME}",
    "quick": f"{_SPEED} {_TIME}",
    "slow": f"{_SPEED} {_TIME}",
    "big": _SIZE,
    "large": _SIZE,
    "small": _SIZE,
    "many": "number total count",
    "much": "number total amount",
    "expensive": "cost price",
    "well": "",
    "good": "",
    "often": "",
    "high": "",
    "low": "",
    "far": "",
}
"""By word after `how`: words beside the figure that it asks for."""
_HOW = regex(rf"\bhow ({'|'.join(_MEASURES)})(?:ly)?\b", re.IGNORECASE)
_PACE = frozenset(map(stem, _SPEED.split()))
_DIGIT = regex(r"\d")
_SPELLINGS = tuple(
    (regex(written), other)
    for written, other in (
        (r"ll(?=ed|ing|er)", "l"), (r"(?<=[aeiou])l(?=(?:ed|ings?|ers?)$)", "ll"),
        (r"is(?=e|ing|ation)", "iz"), (r"iz(?=e|ing|ation)", "is"), (r"yse", "yze"), (r"yze", "yse"),
        (r"our(?=s?$|al|ed|ing)", "or"), (r"(?<=\w{3})or(?=s?$|al|ed|ing)", "our"),
        (r"tre$", "ter"), (r"ence$", "ense"),
    )
)  # fmt: skip
"""British and American forms, in both directions: `labelled`, `optimizer`, `behaviour`."""
_COMPOUND = 5
"""Letters of a word that may be written as two (`over-fitting`)."""


@dataclass(frozen=True)
class Wanted:
    words: tuple[tuple[str, frozenset[str]], ...]
    """Each word of the question, with the terms of which a passage may contain one; none for a word
    that cannot be searched."""
    foreign: bool = False
    """Whether the question is in another script than the papers."""
    lost: bool = False
    """Whether too little of it can be searched in the papers' script."""
    measures: frozenset[str] = frozenset()
    """Terms beside the figure that `how many` asks for."""
    size: str = ""
    """What asks for a size, as in the question: `how fast`."""
    before: tuple[tuple[str, frozenset[str]], ...] = ()
    """Words of the question before, if this one says little."""

    @cached_property
    def groups(self) -> tuple[frozenset[str], ...]:
        return tuple(dict.fromkeys(group for _, group in (*self.words, *self.before) if group))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset().union(*self.groups)

    @cached_property
    def near(self) -> frozenset[str]:
        """Returns the question's terms and their synonyms. A translation has its own."""
        return self.terms if self.foreign else self.terms.union(*map(alike, self.terms))

    def query(self, texts: Iterable[str]) -> str:
        """Returns the terms to search by. A word counts twice, or once with its synonyms."""
        held = frozenset().union(*map(term_set, texts))
        own = [
            *self.terms,
            *(t for g in self.groups if not self.foreign and not g & held for term in g for t in alike(term)),
        ]
        return " ".join(sorted([*own, *own, *((self.near | self.measures) - {*own})]))

    def held(self, text: str) -> list[int]:
        """Returns the groups that the text contains."""
        mine = term_set(text)
        return [i for i, group in enumerate(self.groups) if group & mine]

    def touches(self, text: str) -> bool:
        """Returns whether the text contains enough to be shown: a word, or half a translation."""
        if self.foreign:
            return len(self.held(text)) >= max(1, len(self.groups) // 2)
        return bool(self.near & term_set(text))

    def written(self, text: str) -> list[str]:
        """Returns the words of the text that the question asks for, or their synonyms, as
        written."""
        found = {next(iter(term_set(w)), ""): w for w in reversed(_WORD.findall(text)) if self.near & term_set(w)}
        return list(reversed(found.values()))

    def unmatched(self, texts: Sequence[str]) -> list[str]:
        """Returns the words of the question that none of the texts contains, as written."""
        held = frozenset().union(*map(term_set, texts))
        whole = _joined(" ".join(texts))
        missing = (word for word, group in self.words if not group & held)
        sizes = [self.size] if self.size and not self._sized(held, texts) else []
        return list(dict.fromkeys([*sizes, *(w for w in missing if len(w) < _COMPOUND or _joined(w) not in whole)]))

    def _sized(self, held: frozenset[str], texts: Sequence[str]) -> bool:
        """Whether the texts have what the size is measured in or, but for a pace, a count."""
        counted = not self.measures & _PACE
        return bool(self.measures & held) or (
            counted and any(_DIGIT.search(s) or counts_in_words(s, "en") for s in texts)
        )


def wanted_of(question: str, history: Sequence[Turn], sample: str) -> Wanted:
    """Returns the words. `sample`: text of the papers, which shows their script. A follow-up that
    says little also gets the words of the question before."""
    found = _wanted(question, sample)
    if len(found.groups) < 2 and history:
        before = _wanted(NUMBER.sub(" ", history[-1].question), sample)  # they may name other papers
        if before.foreign == found.foreign or not found.groups:
            foreign, lost = before.foreign, before.lost and (found.lost or not found.words)
            return replace(found, before=before.words, foreign=foreign, lost=lost)
    return found


def of_matter(english: str) -> Wanted:
    """Returns any of the English words, without synonyms."""
    return Wanted(((english, frozenset(stem(word) for word in english.split())),), foreign=True)


def _wanted(question: str, sample: str) -> Wanted:
    if script_of(question) == script_of(sample):
        asked = list(_HOW.finditer(question))
        measures = frozenset(stem(w) for m in asked for w in _MEASURES[m[1].lower()].split())
        size = asked[0][0].lower() if measures else ""
        return Wanted(tuple(_words(bare(_HOW.sub("how", question)))), measures=measures, size=size)
    known = [(word, english) for _, word, english in translated(question)]
    in_english = [(word, frozenset(stem(w) for w in english.split())) for word, english in known]
    rest = bare(question)
    for word, _ in known:
        rest = rest.replace(word, " ")
    unknown = [(word, frozenset[str]()) for word in _UNKNOWN.findall(rest)]
    characters = sum(len(word) for word, _ in (*known, *unknown))
    share = sum(len(word) for word, _ in known) / characters if characters else 0.0
    latin = _words(" ".join(_LATIN.findall(question)))  # `在SQuAD上` is written without spaces
    return Wanted((*latin, *in_english, *unknown), foreign=True, lost=share < _KNOWN)


def _joined(text: str) -> str:
    """Returns the text with compounds as one word: `over-fitting` as `overfitting`."""
    return re.sub(r"[-‐‑]", "", fold(text))


def _words(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    for word in _WORD.findall(text):
        others = {t for written, other in _SPELLINGS for t in terms(written.sub(other, word.lower()))}
        own = dict.fromkeys(terms(word))
        yield from ((word, frozenset((term, *others)) if len(own) == 1 else frozenset((term,))) for term in own)


@lru_cache(maxsize=256)
def script_of(text: str) -> str:
    """Returns most words' script, an ideograph being a word: `LATIN`, `CJK`, `HANGUL`."""
    counts = Counter(_scripts(text[:4_000]))
    return counts.most_common(1)[0][0] if counts else "LATIN"


def _scripts(text: str) -> Iterator[str]:
    for word in _WORD.findall(text):
        names = [unicodedata.name(c, "").split(" ")[0] for c in word if c.isalpha()]
        east = ["CJK" for name in names if name in _EAST]
        yield from east or names[:1]
