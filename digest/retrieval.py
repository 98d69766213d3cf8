"""Finds the passages of papers that a question is about. The one thing to know: passages are the paper's own (a paragraph, a caption, a table), searched
with their headings and neighbours by words; where a server gives embeddings, both rankings are fused. Nothing here decides what is true.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest.bm25 import Bm25
from digest.model import Analysis, FullText, Passage, Section
from digest.ports import Source
from digest.words import asked, terms

Embed = Callable[[Sequence[str]], Awaitable[Any]]
"""Texts to vectors, one row each (a numpy array)."""

LENGTH = 0.4
"""BM25's b: passages of one paper differ in length because of how it was cut, which says little about what is in them."""
NEIGHBOURS = 0.15
"""Share of a neighbour's score that a passage gets: an answer often stands beside the sentence that has the question's words."""
NOTE = 0.5
"""Share of the score of what was said of a paper that goes to the passages it rests on."""
FUSION = 20
"""Of reciprocal rank fusion."""
MEANING = 0.5
"""Weight of the vectors' order against the words': inside one paper the question's own words tell more."""

_SECTIONS_OF = {
    "motivation": re.compile(r"introduc|motivation|background|related", re.IGNORECASE),
    "method": re.compile(r"method|approach|model|architect|framework|algorithm|system|design", re.IGNORECASE),
    "novelty": re.compile(r"related|introduc|discussion|comparison", re.IGNORECASE),
    "experiments": re.compile(r"experiment|result|evaluat|ablation|analysis|setup|dataset|data", re.IGNORECASE),
    "practical": re.compile(r"implement|detail|applica|discussion|appendix|setup", re.IGNORECASE),
    "conclusion": re.compile(r"conclu|limit|discussion|future", re.IGNORECASE),
}
"""Sections that a part of an Analysis speaks of."""


@dataclass(frozen=True)
class Hit:
    passage: Passage
    section: Section
    source_index: int
    """Of the Source it is from, among those given."""
    score: float


@dataclass(frozen=True)
class _Note:
    """What was said of a paper in the reader's language, and the passages it rests on."""

    text: str
    rests_on: tuple[int, ...]


class _Index:
    """Passages by words, each with the words of its heading."""

    def __init__(self, units: Sequence[tuple[int, Section, Passage]], notes: Sequence[_Note] = ()) -> None:
        self.units = units
        self._notes = notes
        bags = [[*terms(p.text), *terms(s.title)] for _, s, p in units] + [terms(n.text) for n in notes]
        self._index = Bm25(bags, LENGTH)

    def words(self, query: str) -> list[str]:
        """Those of the query that stand somewhere."""
        return [w for w in asked(query) if w in self._index]

    def scores(self, query: str) -> list[float]:
        found = self.words(query)
        if not found:
            return [0.0] * len(self.units)
        raw = self._index.scores(found)
        own = raw[: len(self.units)]
        for note, score in zip(self._notes, raw[len(self.units) :], strict=True):
            for at in note.rests_on:
                own[at] += NOTE * score
        return [own[i] + NEIGHBOURS * sum(own[j] for j in self._beside(i)) for i in range(len(own))]

    def _beside(self, i: int) -> Iterator[int]:
        for j in (i - 1, i + 1):
            if 0 <= j < len(self.units) and self.units[j][0] == self.units[i][0]:
                yield j

    def order(self, query: str) -> list[int]:
        """Best first; with nothing to match, in the document's order."""
        scores = self.scores(query)
        return sorted(range(len(scores)), key=lambda i: (-scores[i], i))


class Passages:
    """All passages of some papers, searched by words; `fused_top` also by meaning."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._units = [
            (i, section, passage)
            for i, source in enumerate(sources)
            for section in source.text.sections
            for passage in section.passages
            if passage.text.strip()
        ]
        self._index = _Index(self._units, list(_notes(sources, self._units)))
        self._vectors: Any = None

    def top(self, query: str, k: int = 10) -> list[Hit]:
        """The best `k`, best first. With nothing to match, the opening passages of each paper, with score 0."""
        scores = self._index.scores(query)
        if not any(scores):
            return self.opening(k)
        order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
        return [self._hit(i, scores[i]) for i in order[:k]]

    def opening(self, k: int) -> list[Hit]:
        """The first passages of each paper, in turn."""
        of_source: list[list[int]] = [[] for _ in self._sources]
        for i, (source, _, _) in enumerate(self._units):
            of_source[source].append(i)
        each = max(1, -(-k // max(1, len(self._sources))))
        return [self._hit(i, 0.0) for own in of_source for i in own[:each]][:k]

    def _hit(self, i: int, score: float) -> Hit:
        source, section, passage = self._units[i]
        return Hit(passage, section, source, score)

    async def fused(self, query: str, embed: Embed, k: int = 10) -> list[Hit]:
        """By reciprocal ranks of the words' order and the vectors'. The passages' vectors are asked for once."""
        import numpy as np  # noqa: PLC0415

        if not self._units:
            return []
        if self._vectors is None:
            texts = [f"{s.title}\n{p.text}"[:2_000] for _, s, p in self._units]
            self._vectors = _unit_length(np.asarray(await embed(texts), dtype=float))
        asked_for = _unit_length(np.asarray(await embed([query]), dtype=float))[0]
        near = self._vectors @ asked_for
        by_meaning = sorted(range(len(self._units)), key=lambda i: (-float(near[i]), i))
        fused = [0.0] * len(self._units)
        for rank, i in enumerate(by_meaning):
            fused[i] += MEANING / (FUSION + rank + 1)
        for rank, i in enumerate(self._index.order(query) if self._index.words(query) else ()):
            fused[i] += 1.0 / (FUSION + rank + 1)
        best = sorted(range(len(fused)), key=lambda i: (-fused[i], i))
        return [self._hit(i, fused[i]) for i in best[:k]]


def _unit_length(rows: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _notes(sources: Sequence[Source], units: Sequence[tuple[int, Section, Passage]]) -> Iterator[_Note]:
    for i, source in enumerate(sources):
        if source.analysis is not None:
            own = [at for at, unit in enumerate(units) if unit[0] == i]
            yield from _said(source.analysis, source.text, own, units)


def _said(
    analysis: Analysis, text: FullText, own: Sequence[int], units: Sequence[tuple[int, Section, Passage]]
) -> Iterator[_Note]:
    """Findings rest on the passage of their quotation, parts on the sections that speak of such things, the core on the abstract."""
    for finding in analysis.findings:
        url = finding.evidence.url if finding.evidence else ""
        yield _Note(finding.statement, tuple(at for at in own if url and text.url(units[at][2]) == url)[:8])
    first = text.sections[0] if text.sections else None
    abstract = tuple(at for at in own if units[at][1] is first)
    yield _Note(analysis.core, abstract)
    for part in analysis.parts:
        wanted = _SECTIONS_OF.get(part.name)
        rests = tuple(at for at in own if wanted and wanted.search(units[at][1].title)) or abstract
        yield _Note(f"{part.short}\n{part.full}", rests)


async def fused_top(passages: Passages, query: str, embed: Embed, k: int = 10) -> list[Hit]:
    """By words and by meaning; `top` does without a server."""
    return await passages.fused(query, embed, k)


# ---------------------------------------------------------------- a selection for the model

_CONCLUDES = re.compile(r"conclu|summary|limitation|discussion|future|结论|总结|局限", re.IGNORECASE)
_INTRODUCES = re.compile(r"introduction|引言|绪论|导论", re.IGNORECASE)
_INTRO = 3
"""Passages of the introduction, and of the conclusion, that are kept first."""
FRAME = 0.35
"""Share of a selection that they and the abstract may take."""


def select(text: FullText, query: str, limit_chars: int, *, extra: str = "") -> FullText:
    """A FullText of at most `limit_chars`, in the document's order: the abstract, the beginning of the introduction, the conclusion, then the passages
    that fit `query` best. `extra` is what is said of the paper in the reader's language, which widens a query in another script.
    """
    places = [(s, p) for s, section in enumerate(text.sections) for p in range(len(section.passages))]
    if sum(len(text.sections[s].passages[p].text) + 2 for s, p in places) <= limit_chars:
        return text
    kept = _filled(text, query, extra, limit_chars)
    sections = (
        replace(section, passages=tuple(p for j, p in enumerate(section.passages) if (i, j) in kept))
        for i, section in enumerate(text.sections)
    )
    chosen = tuple(s for s in sections if s.passages)
    return replace(text, sections=chosen or (_beginning(text, limit_chars),))


def _filled(text: FullText, query: str, extra: str, limit_chars: int) -> set[tuple[int, int]]:
    """Places of the passages that are kept: the abstract, then what frames the paper up to its share, then the best."""
    kept: set[tuple[int, int]] = set()
    used = 0
    abstract = ((0, j) for j in range(len(text.sections[0].passages)))
    frame = int(FRAME * limit_chars)
    for wanted, most in ((abstract, limit_chars), (_frame(text), frame), (_ranked(text, query, extra), limit_chars)):
        for place in wanted:
            size = len(text.sections[place[0]].passages[place[1]].text) + 2
            if place not in kept and used + size <= most:
                kept.add(place)
                used += size
    return kept


def _beginning(text: FullText, limit_chars: int) -> Section:
    """Where not even the first passage fits: as much of it as does."""
    section = next((s for s in text.sections if s.passages), None)
    if section is None:
        return Section("Abstract", 1)
    first = section.passages[0]
    return replace(section, passages=(replace(first, text=first.text[:limit_chars]),))


def _frame(text: FullText) -> Iterator[tuple[int, int]]:
    """The beginning of the introduction, and of the conclusion."""
    opening = next((i for i, s in enumerate(text.sections) if i and _INTRODUCES.search(s.title)), 1)
    if opening < len(text.sections):
        yield from ((opening, j) for j in range(min(_INTRO, len(text.sections[opening].passages))))
    last = next((i for i in range(len(text.sections) - 1, 0, -1) if _CONCLUDES.search(text.sections[i].title)), 0)
    if last:
        yield from ((last, j) for j in range(min(_INTRO, len(text.sections[last].passages))))


def _ranked(text: FullText, query: str, extra: str) -> Iterator[tuple[int, int]]:
    index = _Index([(i, s, p) for i, s in enumerate(text.sections) for p in s.passages if p.text.strip()])
    places = [(i, j) for i, s in enumerate(text.sections) for j, p in enumerate(s.passages) if p.text.strip()]
    for at in index.order(f"{query}\n{extra}" if extra and not index.words(query) else query):
        yield places[at]
