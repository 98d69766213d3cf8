"""Splits texts into the terms that are indexed and searched for. Pure.

`digest.retrieval` stems words and cuts Chinese, Japanese and Korean into pairs of characters:
most Chinese words have two, which trigrams cannot find.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from digest.patterns import regex
from digest.retrieval.folding import composed
from digest.retrieval.glossary import english_of
from digest.retrieval.synonyms import alike
from digest.retrieval.terms import bare, stem, terms

_WORD = regex(r"\w+(?:['’.]\w+)*")
_COMPOUND = regex(r"(?<![\w-])([^\W\d_]{1,12})-([^\W\d_]{1,12})(?![\w-])")
LONGEST_CACHED = 24


@lru_cache(maxsize=60_000)
def _terms_of_word(word: str) -> tuple[str, ...]:
    return tuple(term.replace(".", "p") for term in terms(word))


def terms_of(text: str) -> list[str]:
    """Returns the terms in order, letters and digits only. `t-SNE` is also `tsne`. A word's terms
    are computed once."""
    found: list[str] = []
    for word in _WORD.findall(_COMPOUND.sub(lambda m: f"{m[0]} {(m[1] + m[2]).lower()}", composed(text))):
        uncached = len(word) > LONGEST_CACHED
        found += _terms_of_word.__wrapped__(word) if uncached else _terms_of_word(word)
    return found


def terms_of_query(words: str) -> list[str]:
    return list(dict.fromkeys(terms_of(bare(words))))


def joined_terms(words: str) -> list[str]:
    """Returns neighbours joined to one word: `data set` may be written `dataset`."""
    return [term for one, other in pairwise(_WORD.findall(composed(words))) for term in terms_of(one + other)]


def parted(term: str) -> Iterator[tuple[str, str]]:
    """Returns a word split in two: `dataset` may be written `data set`."""
    return ((stem(term[:at]), stem(term[at:])) for at in range(1, len(term)))


def wider_terms(words: str, known: list[str]) -> list[str]:
    """Returns terms that often mean the same: the English of Chinese words, synonyms, and two words
    as one."""
    english = [stem(word) for phrase in english_of(words) for word in phrase.split()]
    similar = [term for one in [*known, *english] for term in sorted(alike(one))]
    return [term for term in dict.fromkeys([*english, *similar, *joined_terms(words)]) if term not in known]
