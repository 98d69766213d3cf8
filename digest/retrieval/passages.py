"""Finds the passages of papers that a question is about.

Passages are the paper's own paragraphs, captions and tables. They are searched by words, together
with their headings and neighbours. If a server gives embeddings, both rankings are fused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.model import Analysis, FullText, Passage, Section
from digest.patterns import regex
from digest.ports import Source
from digest.retrieval.bm25 import Bm25
from digest.retrieval.terms import asked, terms

Nearness = Mapping[int, float]
"""Similarity to a question by passage index, with gaps (`digest.llm.similarity`)."""

LENGTH = 0.4
"""BM25's b: how a paper was cut into passages says little about their content."""
NEIGHBOURS = 0.15
"""Share of a neighbour's score: an answer is often beside the question's words."""
NOTE = 0.5
"""Share of a note's score that goes to the passages it is based on."""
FUSION = 20
"""The constant of reciprocal rank fusion."""
EMBEDDED_CHARACTERS = 2_000
"""Characters of a passage that are embedded."""
MEANING = 0.5
"""Weight of the embeddings' ranking against that of the words, which tell more within one paper."""

_SECTIONS_OF = {
    "motivation": regex(r"introduc|motivation|background|related", re.IGNORECASE),
    "method": regex(r"method|approach|model|architect|framework|algorithm|system|design", re.IGNORECASE),
    "novelty": regex(r"related|introduc|discussion|comparison", re.IGNORECASE),
    "experiments": regex(r"experiment|result|evaluat|ablation|analysis|setup|dataset|data", re.IGNORECASE),
    "practical": regex(r"implement|detail|applica|discussion|appendix|setup", re.IGNORECASE),
    "conclusion": regex(r"conclu|limit|discussion|future", re.IGNORECASE),
}
"""Sections that an Analysis part is about."""


@dataclass(frozen=True)
class Hit:
    passage: Passage
    section: Section
    source_index: int
    """Index of its Source among those given."""
    score: float


@dataclass(frozen=True)
class _Note:
    """A note about a paper in the reader's language, and the passages that it is based on."""

    text: str
    rests_on: tuple[int, ...]


_Unit = tuple[int, Section, Passage]
"""A passage in its section, with the index of its paper."""


class _Index:
    def __init__(self, units: Sequence[_Unit], notes: Sequence[_Note] = ()) -> None:
        self.units = units
        self._notes = notes
        bags = [[*terms(p.text), *terms(s.title)] for _, s, p in units] + [terms(n.text) for n in notes]
        self._index = Bm25(bags, LENGTH)

    def scores(self, query: str) -> list[float]:
        found = [w for w in asked(query) if w in self._index]
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


def _best(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda i: (-scores[i], i))


def _fused(scores: Sequence[float], near: Nearness) -> list[float]:
    """Fuses the rankings by words, where they match, and by similarity."""
    fused = [0.0] * len(scores)
    for rank, i in enumerate(_best(scores) if any(scores) else ()):
        fused[i] += 1.0 / (FUSION + rank + 1)
    for rank, i in enumerate(sorted(near, key=lambda i: (-near[i], i))):
        fused[i] += MEANING / (FUSION + rank + 1)
    return fused


class Passages:
    """All passages of some papers, to be searched by words and, if known, by similarity."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._units = [(i, *unit) for i, source in enumerate(sources) for unit in _passages(source.text)]
        self._index = _Index(self._units, list(_notes(sources, self._units)))

    def top(self, query: str, k: int = 10, near: Nearness | None = None) -> list[Hit]:
        """Returns the best hits first; without a match, the opening passages with score 0."""
        scores = self._index.scores(query)
        if near:
            scores = _fused(scores, near)
        if not any(scores):
            return self.opening(k)
        return [self._hit(i, scores[i]) for i in _best(scores)[:k]]

    def opening(self, k: int) -> list[Hit]:
        of_source: list[list[int]] = [[] for _ in self._sources]
        for i, (source, _, _) in enumerate(self._units):
            of_source[source].append(i)
        each = max(1, -(-k // max(1, len(self._sources))))
        return [self._hit(i, 0.0) for own in of_source for i in own[:each]][:k]

    def _hit(self, i: int, score: float) -> Hit:
        source, section, passage = self._units[i]
        return Hit(passage, section, source, score)


def _passages(text: FullText) -> Iterator[tuple[Section, Passage]]:
    return ((s, p) for s in text.sections for p in s.passages if p.text.strip())


def texts_to_embed(text: FullText, query: str, most: int) -> dict[int, str]:
    """Returns texts to embed by index: the best `most` passages by words, with their headings."""
    units = [(0, *unit) for unit in _passages(text)]
    places = sorted(_best(_Index(units).scores(query))[:most]) if len(units) > most else range(len(units))
    return {i: f"{units[i][1].title}\n{units[i][2].text}"[:EMBEDDED_CHARACTERS] for i in places}


def _notes(sources: Sequence[Source], units: Sequence[_Unit]) -> Iterator[_Note]:
    for i, source in enumerate(sources):
        if source.analysis is not None:
            own = [at for at, unit in enumerate(units) if unit[0] == i]
            yield from _said(source.analysis, source.text, own, units)


def _said(analysis: Analysis, text: FullText, own: Sequence[int], units: Sequence[_Unit]) -> Iterator[_Note]:
    """Yields findings with their quotation's passage, parts with their sections, and the core idea
    with the abstract."""
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


_CONCLUDES = regex(r"conclu|summary|limitation|discussion|future|结论|总结|局限", re.IGNORECASE)
_INTRODUCES = regex(r"introduction|引言|绪论|导论", re.IGNORECASE)
_INTRO = 3
"""How many passages of the introduction and of the conclusion are selected first."""
FRAME = 0.35
"""Share of a selection that is kept for these and the abstract."""


@dataclass(frozen=True)
class Selection:
    text: FullText
    matched: bool
    """False if nothing in the paper matches the query. The rest is then the paper's beginning."""


def select(
    text: FullText, query: str, limit_chars: int, *, analysis: Analysis | None = None, near: Nearness | None = None
) -> Selection:
    """Returns a FullText of at most `limit_chars`, in the document's order: the abstract, the start
    of the introduction, the conclusion, then the passages that match `query` best. `analysis`, in
    the reader's language, helps a query in another script to find its passages."""
    places = [(s, p) for s, section in enumerate(text.sections) for p in range(len(section.passages))]
    if sum(len(text.sections[s].passages[p].text) + 2 for s, p in places) <= limit_chars:
        return Selection(text, matched=True)
    ranked, matched = _ranked(text, query, analysis, near or {})
    kept = _filled(text, ranked, limit_chars)
    sections = (
        replace(section, passages=tuple(p for j, p in enumerate(section.passages) if (i, j) in kept))
        for i, section in enumerate(text.sections)
    )
    chosen = tuple(s for s in sections if s.passages)
    return Selection(replace(text, sections=chosen or (_beginning(text, limit_chars),)), matched)


def _filled(text: FullText, ranked: Sequence[tuple[int, int]], limit_chars: int) -> set[tuple[int, int]]:
    """Returns the selected indexes: the abstract, the frame up to its share, then the best."""
    kept: set[tuple[int, int]] = set()
    used = 0
    abstract = ((0, j) for j in range(len(text.sections[0].passages)))
    frame = int(FRAME * limit_chars)
    for wanted, most in ((abstract, limit_chars), (_frame(text), frame), (ranked, limit_chars)):
        for place in wanted:
            size = len(text.sections[place[0]].passages[place[1]].text) + 2
            if place not in kept and used + size <= most:
                kept.add(place)
                used += size
    return kept


def _beginning(text: FullText, limit_chars: int) -> Section:
    section = next((s for s in text.sections if s.passages), None)
    if section is None:
        return Section("Abstract", 1)
    first = section.passages[0]
    return replace(section, passages=(replace(first, text=first.text[:limit_chars]),))


def _frame(text: FullText) -> Iterator[tuple[int, int]]:
    """Yields the first passages of the introduction and of the conclusion."""
    opening = next((i for i, s in enumerate(text.sections) if i and _INTRODUCES.search(s.title)), 1)
    if opening < len(text.sections):
        yield from ((opening, j) for j in range(min(_INTRO, len(text.sections[opening].passages))))
    last = next((i for i in range(len(text.sections) - 1, 0, -1) if _CONCLUDES.search(text.sections[i].title)), 0)
    if last:
        yield from ((last, j) for j in range(min(_INTRO, len(text.sections[last].passages))))


def _ranked(
    text: FullText, query: str, analysis: Analysis | None, near: Nearness
) -> tuple[list[tuple[int, int]], bool]:
    """Returns indexes, best first (without a match in order), and whether any matches."""
    units = [(0, *unit) for unit in _passages(text)]
    places = [(i, j) for i, s in enumerate(text.sections) for j, p in enumerate(s.passages) if p.text.strip()]
    notes = list(_said(analysis, text, range(len(units)), units)) if analysis else []
    scores = _Index(units, notes).scores(query)
    if near:
        scores = _fused(scores, near)
    return [places[i] for i in _best(scores)], any(scores)
