"""Who speaks: a card about a paper is in nobody's first person singular. The one thing to know: this is grammar and no list of phrases, and it holds
outside quotation marks and where the paper itself does not begin in that person (papers of one author, corpora of dialogues).
"""

from __future__ import annotations

import re

from digest.checks import phrases

_BEFORE = r"(?<![\w.@/'’-])"
_HAS = "(?:am|was|have|had|will|would|must|can(?:not)?(?! be)|could|should|may|do|did|need|want|kept|tried|hope|think|believe|assume|suggest|understand|appreciate|see)"
"""After the pronoun: alone it may be a symbol, or a Roman numeral."""
_SINGULAR = re.compile(
    rf"\bI['’](?:m|ve|ll|d)\b|(?:^|[,;:.!?—–(]\s*|\b(?:that|what|which|something|anything|and|but|as|if|so)\s+)I {_HAS}\b"
    rf"|{_BEFORE}(?:my|myself|[Ll]et me)\b|{_BEFORE}My (?=[a-z])"
    r"|(?:私|わたし|僕)(?:は|が|の|も)|(?:저는|제가|저의)"
    rf"|{_BEFORE}(?:[Jj]e|[Mm]oi|mon|mes)\b|{_BEFORE}[Jj]['’](?=[a-zéèêà])|{_BEFORE}(?:[Ii]ch|mich|mir|[Mm]eine?[rsnm]?|[Ii]k|mijn|jag|[Mm]i (?:dis)?spiace|[Nn]on mi è)\b"
    rf"|{_BEFORE}(?:[Yy]o|[Ee]u)\b(?=\s+[a-zéíó])|{_BEFORE}(?:[Яя]|мне|меня|мо[йяёи])\b",
    re.MULTILINE,
)
_CHINESE = re.compile(r"(?<![自忘大小唯本])我(?!们|国|校|院|军|方|等)")
"""Too little by itself: abstracts of one author are translated so."""
_BEGINS = 3_000
"""Characters of a paper that show in which person it is written."""
_SHORT = 400
"""Characters of a paragraph that may be nothing but talk around the text."""


def first_person(text: str, source: str = "") -> str:
    """The words by which somebody speaks of himself; empty where nobody does, or the paper does so too."""
    found = _SINGULAR.search(phrases.QUOTED.sub("“”", text))
    if not found or (source and _SINGULAR.search(source[:_BEGINS])):
        return ""
    return found[0].strip()


def is_talk(paragraph: str) -> bool:
    """A short paragraph in the first person, beside others that may be sound."""
    unquoted = phrases.QUOTED.sub("“”", paragraph.strip())
    return (
        len(unquoted) <= _SHORT
        and "\n" not in unquoted
        and bool(_SINGULAR.search(unquoted) or _CHINESE.search(unquoted))
    )
