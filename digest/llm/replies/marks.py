"""Marks sentences that could not be verified, and settles doubts by a judge's words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from digest.model import MARK, Analysis, Doubt, Mention, Summary, Theme
from digest.patterns import regex

_SENTENCE_END = regex(r"[.。!！?？…]*[”\"」』)）*_]*(?:\s*\|)?\s*\Z")
"""In a row of a table, the mark belongs in the last cell: text after the row is not shown."""
_LONGEST_END = 300
"""Characters. From each of a row of marks, the pattern reads on to the end."""


ANSWER = "answer"
"""The place of an answer's doubts."""


class Word(StrEnum):
    """What a judge says about a pair of sentence and quotation."""

    YES = "yes"
    NO = "no"
    OPPOSITE = "opposite"
    SILENT = "silent"
    """The sentence only claims that the paper does not say something."""


def marked(text: str) -> str:
    """Returns `It works (?).` for `It works.`."""
    return insert_before_end(text, MARK)


def insert_before_end(text: str, addition: str) -> str:
    end = _SENTENCE_END.search(text, max(0, len(text) - _LONGEST_END))
    cut = end.start() if end else len(text)
    return f"{text[:cut].rstrip()} {addition}{text[cut:]}" if text.strip() else text


def claim_of(paper_id: str) -> str:
    """Returns the place of doubts about a paper's claim, which is hidden until confirmed."""
    return f"{paper_id}.claim"


def shown(doubt: Doubt) -> str:
    """Returns the sentence as it is shown until someone confirms it."""
    return doubt.sentence if doubt.slight else marked(doubt.sentence)


def settled(doubt: Doubt, word: Word | None) -> str:
    """Returns the sentence after the judge's word; empty if the passage says the opposite."""
    if word is None:
        return shown(doubt)
    if word is Word.OPPOSITE:
        return ""
    sound = word is Word.YES or (word is Word.SILENT and doubt.where == ANSWER)
    return doubt.sentence if sound else marked(doubt.sentence)


def settle_analysis(analysis: Analysis, words: Mapping[Doubt, Word]) -> Analysis:
    """Returns the analysis after the judge confirmed, marked or refuted its sentences."""
    core, findings = analysis.core, list(analysis.findings)
    for doubt in analysis.doubts:
        said = settled(doubt, words.get(doubt))
        core = core.replace(shown(doubt), said, 1) if doubt.where == "core" else core
        if doubt.where != "core":
            findings = [replace(f, statement=said) if f.statement == shown(doubt) else f for f in findings]
    left = tuple(f for f in findings if f.statement)
    lost = [n for n, gone in (("core", not core.strip()), ("findings", not left)) if gone and n not in analysis.missing]
    open_doubts = tuple(d for d in analysis.doubts if d not in words)
    return replace(analysis, core=core.strip(), findings=left, missing=(*lost, *analysis.missing), doubts=open_doubts)


def settle_summary(
    summary: Summary,
    words: Mapping[Doubt, Word],
    settled_texts: Mapping[tuple[str, str], str],
    cores: Mapping[str, str],
) -> Summary:
    """Returns the summary. `settled_texts`: by paper, the settled core idea and sentences, which a
    mention may repeat. `cores`: by paper, what replaces a refuted mention."""
    said = {(d.where, shown(d)): settled(d, words.get(d)) for d in summary.doubts}
    claims = {d.where: d.sentence for d in summary.doubts if words.get(d) is Word.YES}

    def mention(one: Mention) -> Mention:
        text = said.get((one.paper_id, one.text), one.text)
        # A sentence of the analysis keeps the mark or the end that it got there.
        text = settled_texts.get((one.paper_id, text), text)
        claim = one.claim or claims.get(claim_of(one.paper_id), "")
        return Mention(one.paper_id, text or cores.get(one.paper_id, ""), claim)

    def themes(given: tuple[Theme, ...]) -> tuple[Theme, ...]:
        return tuple(Theme(t.text, tuple(map(mention, t.mentions))) for t in given)

    return replace(
        summary,
        first=tuple(map(mention, summary.first)),
        trends=themes(summary.trends),
        highlights=themes(summary.highlights),
        directions=themes(summary.directions),
        doubts=tuple(d for d in summary.doubts if d not in words),
    )
