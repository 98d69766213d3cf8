"""Moves the Scores of new papers by what a channel's votes and questions have taught. Pure.

The method is Rocchio's. A paper is a vector of its words, first and last authors and categories,
weighted by their rarity among the day's papers. A voted paper pulls similar papers up or down, so
every move has a reason: the voted paper and what the two share. Without votes nothing moves.

Why no library: scikit-learn and river bring scipy (60 MB and more in a process limited to 160),
bm25s has neither negative nor weighted examples, and a channel's handful of votes in three months
is too little to fit a classifier."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from digest.model import Paper, Score
from digest.render import tex
from digest.render.labels import joined, label
from digest.render.markdown import escape
from digest.retrieval.folding import fold
from digest.retrieval.terms import terms

MOVES = 3.0
"""Points of relevance (of 10) that all votes together can add or take away."""
ALIKE, SAME = 0.06, 0.22
"""Cosine below which two papers share only their field, and from which they share a topic. Measured
on a hundred real abstracts of one search: half of the pairs are below 0.03, one in a thousand above
0.26."""
NAMED = 3
"""How many shared words the reason names."""
LEARNED = 8
"""How many names of each kind a channel is told."""
HEAVIEST = 2.0
"""The highest weight of one example, however many people agree."""

Vector = Mapping[str, float]


@dataclass(frozen=True)
class Example:
    """A paper that people voted on."""

    paper: Paper
    weight: float
    """The weight: 1 for more like this or saved, 0.5 for asked about, -1 for fewer like this; at
    most 1 for each person."""


@dataclass(frozen=True)
class Moved:
    """How the votes move one paper."""

    score: Score
    by: float
    """Points of relevance."""
    like: Paper | None = None
    """The voted paper that moved it most."""
    shared: tuple[str, ...] = ()
    """What the two papers share, as this paper writes it: words, people, categories."""

    def say(self, language: str) -> str:
        """Returns the sentence that tells readers why the votes brought the paper here."""
        if self.like is None or self.by <= 0:
            return ""
        words = joined(map(escape, self.shared), language)
        return label("learned", language, title=escape(tex.plain(self.like.title)), words=words)


@dataclass(frozen=True)
class Learned:
    more: tuple[str, ...]
    fewer: tuple[str, ...]
    papers: int


@dataclass(frozen=True)
class Preferences:
    examples: tuple[Example, ...] = ()

    def move(self, papers: Sequence[Paper], scores: Sequence[Score]) -> list[Moved]:
        """Returns the moves in the order given. A paper's own votes do not move it."""
        if not self._weighty or not papers:
            return [Moved(score, 0.0) for score in scores]
        rarity = _rarity([*papers, *(example.paper for example in self._weighty)])
        taught = [(example, _vector(example.paper, rarity)) for example in self._weighty]
        by_id = {paper.id: paper for paper in papers}
        return [_moved(by_id[s.paper_id], s, rarity, taught) if s.paper_id in by_id else Moved(s, 0.0) for s in scores]

    def learned(self, background: Sequence[Paper] = ()) -> Learned:
        """Returns what pulls most. `background`: other papers, which show what is common."""
        examples = self._weighty
        rarity = _rarity([*background, *(example.paper for example in examples)])
        sums: Counter[str] = Counter()
        names: dict[str, str] = {}
        for example in examples:
            names |= _written(example.paper)
            for feature, value in _vector(example.paper, rarity).items():
                sums[feature] += example.weight * value  # type: ignore[assignment]  # a Counter adds floats as well
        ranked = sorted(sums, key=lambda f: (-sums[f], f))
        more = _named((f for f in ranked if sums[f] > 0), names, LEARNED)
        fewer = _named((f for f in reversed(ranked) if sums[f] < 0), names, LEARNED)
        return Learned(more, fewer, len(examples))

    @cached_property
    def _weighty(self) -> tuple[Example, ...]:
        """Returns one example for each paper; contradicting votes cancel out."""
        sums: dict[str, float] = {}
        papers = {example.paper.id: example.paper for example in self.examples}
        for example in self.examples:
            sums[example.paper.id] = sums.get(example.paper.id, 0.0) + example.weight
        return tuple(Example(papers[i], max(-HEAVIEST, min(HEAVIEST, w))) for i, w in sums.items() if w)


NO_PREFERENCES = Preferences()


def _moved(paper: Paper, score: Score, rarity: Vector, taught: Sequence[tuple[Example, Vector]]) -> Moved:
    own = _vector(paper, rarity)
    pulls = [
        (example.weight * _likeness(own, vector), example, vector)
        for example, vector in taught
        if example.paper.id != paper.id
    ]
    total = max(-1.0, min(1.0, sum(pull for pull, _, _ in pulls)))
    if not total:
        return Moved(score, 0.0)
    relevance = round(max(0.0, min(10.0, score.relevance + MOVES * total)), 2)
    _, example, vector = max(pulls, key=lambda p: p[0] if total > 0 else -p[0])
    shared = sorted((f for f in own if f in vector), key=lambda f: (-own[f] * vector[f], f))
    named = _named(shared, _written(paper), NAMED)
    return Moved(replace(score, relevance=relevance), relevance - score.relevance, example.paper, named)


def _likeness(one: Vector, other: Vector) -> float:
    """Returns the cosine, 0 to 1, without what any two papers of a field share."""
    small, large = sorted((one, other), key=len)
    cosine = sum(value * large.get(feature, 0.0) for feature, value in small.items())
    return max(0.0, min(1.0, (cosine - ALIKE) / (SAME - ALIKE)))


def _features(paper: Paper) -> Counter[str]:
    counts = Counter(f"word {term}" for term in terms(f"{paper.title} {paper.title} {paper.abstract}") if len(term) > 1)
    counts.update({f"author {fold(name)}": 3 for name in _leading(paper)})
    counts.update(f"category {name}" for name in paper.categories)
    return counts


def _leading(paper: Paper) -> Iterable[str]:
    """Returns the first three authors and the last."""
    return dict.fromkeys([*paper.authors[:3], *paper.authors[-1:]])


def _rarity(papers: Sequence[Paper]) -> dict[str, float]:
    """Returns how rare each feature is. A feature of all papers weighs nothing."""
    count = len({paper.id for paper in papers})
    holding = Counter(feature for paper in {p.id: p for p in papers}.values() for feature in _features(paper))
    return {feature: math.log((1 + count) / (1 + n)) + 1.0 / count for feature, n in holding.items()}


def _vector(paper: Paper, rarity: Vector) -> dict[str, float]:
    """Returns the paper's vector of length 1."""
    raw = {f: (1 + math.log(n)) * rarity.get(f, 0.0) for f, n in _features(paper).items()}
    length = math.sqrt(sum(value * value for value in raw.values())) or 1.0
    return {f: value / length for f, value in raw.items() if value > 0}


def _written(paper: Paper) -> dict[str, str]:
    names: dict[str, str] = {}
    for word in re.findall(r"[^\W_](?:[\w-]*[^\W_])?", f"{paper.title} {paper.abstract}"):
        for term in terms(word):
            names.setdefault(f"word {term}", word)
    names |= {f"author {fold(name)}": name for name in paper.authors}
    return names | {f"category {name}": name for name in paper.categories}


def _named(features: Iterable[str], written: Mapping[str, str], limit: int) -> tuple[str, ...]:
    names = (written.get(feature) or feature.partition(" ")[2] for feature in features)
    return tuple(dict.fromkeys(names))[:limit]
