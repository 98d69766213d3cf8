"""Answers questions about a paper as a whole: its subject, results, method, limits or aim. Pure.

The words of these questions are in every paper and find nothing. The paper's own sentences about it
are the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.extractive.sentences import (
    Sentence,
    core_sentence,
    future_sentences,
    limit_sentences,
    portions,
    result_sentences,
    sentences_of,
)
from digest.model import Paper
from digest.ports import Source

MOST = 3
"""Sentences of one paper."""


def own_words(part: str, source: Source) -> list[str]:
    """Returns the paper's sentences about this part, best first; none if it has no good one."""
    sentences = sentences_of(source.text)
    return [s.text for s in dict.fromkeys(_of(part, sentences, source.paper))][:MOST]


def _of(part: str, sentences: Sequence[Sentence], paper: Paper) -> Iterator[Sentence]:
    core = core_sentence(sentences, paper)
    if part in ("core", "difference"):
        yield from filter(None, [core])
        yield from (s for s in result_sentences(sentences, paper) if s.abstract)
        if not core:
            yield from (s for s in sentences if s.abstract)
    elif part == "related":
        yield from (s for s in sentences if s.role == part)
    elif part in ("limits", "future"):
        yield from (limit_sentences if part == "limits" else future_sentences)(sentences, paper)
    elif part == "result":
        yield from result_sentences(sentences, paper)
        yield from portions(("experiments", "conclusion"), sentences, paper)["experiments"]
    else:
        name = "motivation" if part == "why" else part
        yield from portions(("motivation", "method", "experiments", "conclusion"), sentences, paper)[name]
