"""Removes from a question the words that name its papers, which ask for nothing in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.extractive.matters import known_ending
from digest.extractive.question import NUMBER
from digest.patterns import regex
from digest.ports import Source
from digest.retrieval.folding import fold
from digest.which_paper.numbers import unnumbered
from digest.which_paper.pointing import without_steps
from digest.which_paper.titles import own_names
from digest.which_paper.worded import aligned, descriptions

_WORD = regex(r"[^\W\d_]+(?:['’]s\b)?")
_ET_AL = regex(r"\bet al\b\.?", re.IGNORECASE)
_ONE_OF = regex(
    r"\b(?:the|that)\s+(?:[\w'’-]+\s+){1,4}?(?:one|papers?|article|study)\b|[^\s，,。？?]{2,12}?的?[那这]一?篇(?:论文|文章)?",
    re.IGNORECASE,
)
"""`the poetry one`, `讲假评论的那篇`"""
_LEAST = 3
"""Letters of a name."""


def unnamed(question: str, sources: Sequence[Source], *, others: bool = False) -> str:
    """Returns the question without numbers, places and authors of the papers. `others`: it may
    number other papers."""
    numbers = {str(s.number) for s in sources}
    rest = unnumbered(without_steps(question))
    rest = NUMBER.sub(lambda m: " " if others or re.sub(r"\D", "", m[0]) in numbers else m[0], rest)
    names = {fold(w) for s in sources for a in s.paper.authors for w in a.split() if len(w) >= _LEAST}
    rest = _ET_AL.sub(" ", rest)
    return _WORD.sub(lambda m: " " if m[0][0].isupper() and fold(re.sub("['’]s$", "", m[0])) in names else m[0], rest)


def undescribed(question: str, sources: Sequence[Source]) -> str:
    """Returns the question without what says which paper it is: its subject or its own name."""
    rest = _ONE_OF.sub(" ", question)
    for what in descriptions(rest):
        at = aligned(rest).find(what)
        rest = f"{rest[:at]} {known_ending(what)} {rest[at + len(what) :]}" if at >= 0 else rest
    names = frozenset().union(*(own_names(s.paper) for s in sources))
    return " ".join(w for w in rest.split() if fold(re.sub(r"\W", "", w)) not in names)
