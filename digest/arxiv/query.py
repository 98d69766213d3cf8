"""Turns what a person types into arXiv's query language. Pure.

Only words of the typed text reach arXiv. The operators, fields and brackets are ours. The module
understands `au:` or `author:`, `ti:` or `title:`, and "quoted phrases"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.arxiv.categories import is_archive
from digest.patterns import regex

MOST_TERMS = 16
_FIELDS = {"au": "au", "author": "au", "ti": "ti", "title": "ti"}
_TOKEN = regex(
    r"""(?:(?P<field>au|author|ti|title)\s*[:：]\s*)?(?:["“”](?P<phrase>[^"“”]*)["“”]?|(?P<word>[^\s"“”]+))?""",
    re.IGNORECASE,
)
_OPERATORS = {"and", "or", "not", "andnot", "to"}


@dataclass(frozen=True)
class _Term:
    field: str
    """The field: `au`, `ti` or `all`."""
    text: str
    prefixed: bool
    quoted: bool

    def __str__(self) -> str:
        return f'{self.field}:"{self.text}"' if " " in self.text or self.quoted else f"{self.field}:{self.text}"


def searches(words: str) -> list[str]:
    """Returns queries to try in order until one finds something: the narrowest first, the one for
    any of the words last. Empty for an empty text.

    A field applies to all words after it (`au: Kaiming He`). If that finds nothing, it applies to
    one word (`au:He diffusion`)."""
    terms = _terms(words)
    strict = " AND ".join(str(t) for t in _spread(terms))
    loose = " AND ".join(str(t) for t in terms)
    any_of = " OR ".join(str(t) for t in terms)
    return [query for query in dict.fromkeys((strict, loose, any_of)) if query]


def of_categories(categories: Sequence[str]) -> str:
    """Returns the query for papers of any of these. An archive includes its subject classes."""
    terms = [term for c in categories for term in ((f"cat:{c}", f"cat:{c}.*") if is_archive(c) else (f"cat:{c}",))]
    return f"({' OR '.join(terms)})"


def submitted_between(start: datetime, end: datetime) -> str:
    """Returns the query for papers submitted in this time, to the minute in GMT, with both ends."""
    return f"submittedDate:[{start:%Y%m%d%H%M} TO {end:%Y%m%d%H%M}]"


def _terms(words: str) -> list[_Term]:
    terms: list[_Term] = []
    field = ""
    for match in _TOKEN.finditer(words):
        if match["field"]:
            field = _FIELDS[match["field"].lower()]
        quoted = match["phrase"] is not None
        text = _plain(match["phrase"] or match["word"] or "")
        if not text or (not quoted and text.lower() in _OPERATORS):
            continue
        terms.append(_Term(field or "all", text, bool(field), quoted))
        field = ""
    return terms[:MOST_TERMS]


def _spread(terms: Sequence[_Term]) -> list[_Term]:
    """Puts each unquoted word under the last typed field."""
    field = "all"
    spread = []
    for term in terms:
        field = term.field if term.prefixed else field
        spread.append(
            term if term.quoted and not term.prefixed else _Term(field, term.text, term.prefixed, term.quoted)
        )
    return spread


def _plain(text: str) -> str:
    """Returns only words and spaces: arXiv reads the hyphen of `vision-language` as an operator."""
    return " ".join(re.sub(r"[^\w']|_", " ", text).split())[:80]
