"""Selects the few passages of a paper that could mend a flawed text of its analysis. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digest.evidence.sentences import sentences
from digest.model import FullText, Paper
from digest.ports import Source
from digest.retrieval.passages import Hit, Passages
from digest.retrieval.terms import asked, terms

QUERIES = {
    "abstract": "we propose present results",
    "motivation": "problem, existing methods fail, challenge, hypothesis",
    "method": "method, architecture, components, training objective",
    "novelty": "unlike previous work, difference, novel",
    "experiments": "experiments, data, baselines, results, ablation",
    "practical": "code, data, settings, compute, hyperparameters",
    "conclusion": "conclusion, limitations, future work",
    "contribution": "main contribution",
    "innovation": "key innovation, method",
    "impact": "impact, results",
    "applications": "applications",
    "limitations": "limitations, fails",
    "findings": "results, outperforms, achieves, improves",
    "core": "we propose, idea, results",
}
"""The words that papers use in each place of an analysis."""
_HITS = 4
"""Passages found by one query."""
_LEAST = 200
"""Characters of a passage's piece."""

_HEADING = 6
"""Characters of a heading beside its words."""


def excerpts(paper: Paper, text: FullText, queries: Sequence[str], characters: int) -> FullText:
    """Returns a FullText with pieces of the best passages of each query, in the paper's order.
    Pieces and headings together have `characters`."""
    index = Passages([Source(paper, text)])
    each = max(_LEAST, characters // max(1, len(queries)))
    taken: dict[int, str] = {}
    headed: set[int] = set()
    left = characters
    for query, hit in _in_turn(index, queries):
        heading = 0 if id(hit.section) in headed else len(hit.section.title) + _HEADING
        room = left - heading
        if id(hit.passage) in taken or room < min(_LEAST, len(hit.passage.text)):
            continue
        piece = _clipped(hit.passage.text, query, min(each, room))
        taken[id(hit.passage)] = piece
        headed.add(id(hit.section))
        left = room - len(piece)
    kept = []
    for section in text.sections:
        own = tuple(replace(p, text=taken[id(p)]) for p in section.passages if id(p) in taken)
        if own:
            kept.append(replace(section, passages=own))
    return replace(text, sections=tuple(kept))


def _in_turn(index: Passages, queries: Sequence[str]) -> Iterator[tuple[str, Hit]]:
    """Yields the best passage of every query, then the second best, and so on."""
    hits = [index.top(query, _HITS) for query in queries]
    for rank in range(_HITS):
        for query, own in zip(queries, hits, strict=True):
            if rank < len(own):
                yield query, own[rank]


def _clipped(text: str, query: str, characters: int) -> str:
    """Returns the sentences around the one with most of the query's words."""
    if len(text) <= characters:
        return text
    pieces = sentences(text, "en")
    wanted = set(asked(query))
    best = max(range(len(pieces)), key=lambda i: (len(wanted & set(terms(pieces[i]))), -i))
    first, last = best, best + 1
    while True:
        if last < len(pieces) and len("".join(pieces[first : last + 1])) <= characters:
            last += 1
        elif first and len("".join(pieces[first - 1 : last])) <= characters:
            first -= 1
        else:
            return "".join(pieces[first:last]).strip()[: max(characters, _LEAST)]
