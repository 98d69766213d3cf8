"""Scores bags of terms by BM25, as Lucene does.

It is our own because a paper has some hundred passages: numpy and an index library would cost 12 MB
and gain nothing. `tests/digest/retrieval/test_bm25.py` compares each score with bm25s."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

K1 = 1.5


class Bm25:
    """Scores bags. `b` sets how much long bags are penalised."""

    def __init__(self, bags: Sequence[Sequence[str]], b: float = 0.75) -> None:
        self._size = len(bags)
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        mean = sum(map(len, bags)) / len(bags) if any(bags) else 1.0
        for at, bag in enumerate(bags):
            damping = K1 * (1 - b + b * len(bag) / mean)
            for term, count in Counter(bag).items():
                self._postings[term].append((at, count / (count + damping)))

    def __contains__(self, term: str) -> bool:
        return term in self._postings

    def scores(self, query: Sequence[str]) -> list[float]:
        """Returns the score of each bag. A term that occurs twice in the query counts twice."""
        found = [0.0] * self._size
        for term, times in Counter(query).items():
            postings = self._postings.get(term, ())
            rarity = math.log(1 + (self._size - len(postings) + 0.5) / (len(postings) + 0.5))
            for at, share in postings:
                found[at] += times * rarity * share
        return found
