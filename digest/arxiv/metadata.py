"""Cleans arXiv's metadata for reading. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.fulltext.hidden import visible
from digest.patterns import regex

_WORK = r"(?:paper|article|submission|manuscript|preprint|work|version|draft|note|report|thesis|document)"
_WITHDRAWN = regex(
    rf"^\W*(?:withdrawn|retracted)\b(?!\s+from\b)"
    rf"|\b(?:this|the|our)\s+(?:\w+\s+)?{_WORK}\s+(?:has\s+been|have\s+been|is|was|is\s+being|has\s+now\s+been)\s+(?:temporarily\s+)?(?:withdrawn|retracted)\b(?!\s+from\b)"
    rf"|^\W*{_WORK}\s+(?:has\s+been\s+|is\s+|was\s+)?(?:withdrawn|retracted)\b(?!\s+from\b)"
    rf"|\b(?:withdrawn|retracted)\s+(?:by\s+(?:the\s+)?(?:corresponding\s+|first\s+)?(?:authors?|arxiv|submitter)\b|due\s+to\b|because\b)"
    rf"|\b(?:this|the|our)\s+{_WORK}\s[^.;]{{1,80}}\b(?:and|so|therefore)\s+(?:it\s+)?(?:(?:is|was|has\s+been|now|hence|therefore)\s+){{0,3}}(?:withdrawn|retracted)\b(?!\s+from\b)"
    rf"|\b(?:authors?|we|I)\s+(?:(?:have|has|are|am|had|must|hereby|therefore|now)\s+)*(?:(?:decided?|chose|chosen|wish|want|need)\s+to\s+)?"
    rf"withdr(?:ew|awn?|awing)\s+(?:this|the|our)\s+{_WORK}\b(?!\s+from\b)"
    rf"|\bremoved\s+by\s+arxiv\b|^\W*(?:\d+\s+(?:pages?|pp|figures?|tables?)\W+(?:and\s+)?){{1,4}}(?:withdrawn|retracted)\W*$",
    re.IGNORECASE,
)
_EARLIER = regex(
    rf"\b(?:previous|earlier|first|older|old|another|v\d|version\s+\d)\s+(?:{_WORK}\s+)?(?:(?:was|has\s+been|is)\s*)?(?:withdrawn|retracted)",
    re.IGNORECASE,
)

MOST_AUTHORS = 6_000
"""The most authors of a paper: the largest collaborations have about 5,200."""
LONGEST_LIST = 200_000
"""Characters of all authors' names of a paper: the largest collaborations have about 60,000."""
MOST_CATEGORIES = 50
LONGEST_LINE = 2_000
"""Characters of a title, name or comment: arXiv's own forms accept a few hundred."""
YEARS = range(1900, 2200)
"""The years of a plausible date. Calendars overflow near the ends of time."""
LONGEST_ABSTRACT = 20_000
"""Characters of an abstract: arXiv's own form accepts 1,920."""


def line(text: str | None) -> str:
    """Returns a title in one line with single spaces, without text that only a model would see."""
    return " ".join(visible(_cut(text or "", LONGEST_LINE)).split())


def authors_of(names: Iterable[str | None]) -> tuple[str, ...]:
    found: list[str] = []
    left = LONGEST_LIST
    for name in names:
        cleaned = line(name and name[:left])
        if any(map(str.isalnum, cleaned)):  # arXiv lists the colon in "DeepSeek-AI: Xiao Bi" as an author
            found.append(cleaned)
            left -= len(cleaned)
        if len(found) >= MOST_AUTHORS or left <= 0:
            break
    return tuple(found)


def paragraphs(text: str | None) -> str:
    """Joins an abstract's 80-character lines. Empty and indented lines start a paragraph."""
    found: list[list[str]] = [[]]
    for raw in _cut((text or "").strip(), LONGEST_ABSTRACT).splitlines():
        if not raw.strip() or raw[0] in " \t":
            found.append([])
        found[-1].extend(raw.split())
    return "\n\n".join(" ".join(words) for words in found if words)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def withdrawn(comment: str | None, abstract: str | None = "") -> bool:
    """Returns whether it is withdrawn: a later version's comment or the abstract says so."""
    said = line(comment)
    instead = line(abstract)
    return _says_so(said) or (len(instead) < 300 and _says_so(instead))


def _says_so(text: str) -> bool:
    return bool(_WITHDRAWN.search(text)) and not _EARLIER.search(text)
