"""Makes a FullText of the abstract alone, for a paper whose full text is unavailable."""

from __future__ import annotations

from digest.fulltext.hidden import screened
from digest.model import Basis, FullText, Paper, Passage, Section

ABSTRACT = "Abstract"


def abstract_text(paper: Paper, note: str = "") -> FullText:
    """Returns the FullText. `note` says why there is no full text."""
    return screened(FullText(paper.id, paper.version, Basis.ABSTRACT, (abstract_section(paper),), note=note))


def abstract_section(paper: Paper) -> Section:
    paragraphs = (" ".join(p.split()) for p in paper.abstract.split("\n\n"))
    return Section(ABSTRACT, 1, passages=tuple(Passage(p) for p in paragraphs if p))
