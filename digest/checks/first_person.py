"""Finds the first person singular, which a text about a paper never uses.

Quotations do not count, nor papers that begin in it themselves (of one author, of dialogues).
"""

from __future__ import annotations

import re

from digest.checks import phrases
from digest.patterns import regex

_BEFORE = r"(?<![\w.@/'’-])"
_VERB = "(?:am|was|won['’]t|can['’]t|don['’]t|couldn['’]t|have|had|will|would|must|can(?:not)?(?! be)|could|should|may|do|did|need|want|kept|tried|hope|think|believe|assume|suggest|understand|appreciate|see)"
"""After `I`, which alone may be a symbol or a Roman numeral."""
_SINGULAR = regex(
    rf"\bI['’](?:m|ve|ll|d)\b|\b(?:should|shall|could|can|may) I\b|(?:^|[,;:.!?—–(]\s*|\b(?:that|what|which|something|anything|and|but|as|if|so)\s+)I {_VERB}\b"
    rf"|{_BEFORE}(?:my|myself|[Ll]et me)\b|{_BEFORE}My (?=[a-z])"
    r"|(?:私|わたし|僕)(?:は|が|の|も)|(?:저는|제가|저의)"
    rf"|{_BEFORE}(?:[Jj]e|[Mm]oi|mon|mes)\b|{_BEFORE}[Jj]['’](?=[a-zéèêà])|{_BEFORE}(?:[Ii]ch|mich|mir|[Mm]eine?[rsnm]?|[Ii]k|mijn|jag|[Mm]i (?:dis)?spiace|[Nn]on mi è)\b"
    rf"|{_BEFORE}(?:[Yy]o|[Ee]u)\b(?=\s+[a-zéíó])|{_BEFORE}(?:[Яя]|мне|меня|мо[йяёи])\b",
    re.MULTILINE,
)
_CHINESE = regex(r"(?<![自忘大小唯本])我(?!们|国|校|院|军|方|等)")
"""Not enough in itself: abstracts of one author are translated so."""
_BEGINNING = 3_000
"""Characters of a paper that show in which person it is written."""
_MAX_ASIDE = 400
"""Characters of a paragraph that only talks around the text."""


def first_person(text: str, source: str = "") -> str:
    """The words in the first person singular; empty if none, or if the paper uses it too."""
    found = _SINGULAR.search(phrases.QUOTED.sub("“”", text))
    if not found or (source and _SINGULAR.search(source[:_BEGINNING])):
        return ""
    return found[0].strip()


def is_aside(paragraph: str) -> bool:
    """A short paragraph in the first person; the others may be sound."""
    unquoted = phrases.QUOTED.sub("“”", paragraph.strip())
    return (
        len(unquoted) <= _MAX_ASIDE
        and "\n" not in unquoted
        and bool(_SINGULAR.search(unquoted) or _CHINESE.search(unquoted))
    )
