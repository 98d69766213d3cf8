"""Splits texts into the terms that are indexed and searched for. Pure.

`digest.retrieval` stems words and cuts Chinese, Japanese and Korean into pairs of characters:
most Chinese words have two, which trigrams cannot find.
"""

from __future__ import annotations

from functools import lru_cache

from digest.patterns import regex
from digest.retrieval.glossary import english_of
from digest.retrieval.synonyms import alike
from digest.retrieval.terms import bare, stem, terms

_WORD = regex(r"\w+(?:['’.]\w+)*")
LONGEST_CACHED = 24


@lru_cache(maxsize=60_000)
def _terms_of_word(word: str) -> tuple[str, ...]:
    return tuple(term.replace(".", "p") for term in terms(word))


def terms_of(text: str) -> list[str]:
    """The terms in order, letters and digits only. A word's terms are computed once."""
    found: list[str] = []
    for word in _WORD.findall(text):
        uncached = len(word) > LONGEST_CACHED
        found += _terms_of_word.__wrapped__(word) if uncached else _terms_of_word(word)
    return found


def terms_of_query(words: str) -> list[str]:
    return list(dict.fromkeys(terms_of(bare(words))))


def wider_terms(words: str, known: list[str]) -> list[str]:
    """Terms that often stand for the same: the English of Chinese words, and synonyms."""
    english = [stem(word) for phrase in english_of(words) for word in phrase.split()]
    similar = [term for one in [*known, *english] for term in sorted(alike(one))]
    return [term for term in dict.fromkeys([*english, *similar]) if term not in known]
