"""Answers questions about authors, dates, categories, code, version, pages, licence, venue, title
and links from metadata and rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from digest.fulltext.links import links
from digest.model import Paper
from digest.patterns import regex
from digest.ports import Source
from digest.render.labels import day_words, label
from digest.render.markdown import escape, link

_VENUE = regex(
    r"accept|publish|appear|conference|proceedings|workshop|journal|camera|\bin press\b|\b[A-Z][A-Za-z]{2,}[ '’-]{0,2}(?:19|20)?\d\d\b"
)
"""Comments that name a venue."""
_COUNTS_PAGES = regex(r"\d\W{0,2}(?:pages?\b|pp\b|p\.)", re.IGNORECASE)


def facts(names: Sequence[str], source: Source, language: str) -> str:
    """Returns the facts about a paper as one paragraph."""
    return " ".join(f for n in names for f in _fact(n, source, language))


def by_paper(sources: Sequence[Source], said: Sequence[str]) -> str:
    """Returns what is said about each paper; if there are several, with number and title."""
    if len(sources) == 1:
        return said[0]
    return "\n\n".join(
        f"**{escape(f'{s.number} · {s.paper.title}' if s.number else s.paper.title)}** {fact}"
        for s, fact in zip(sources, said, strict=True)
    )


def _fact(name: str, source: Source, language: str) -> Iterator[str]:
    paper = source.paper
    if name == "authors" and paper.authors:
        yield label("fact.authors", language, names=escape(", ".join(paper.authors)))
    elif name == "date":
        yield _date(paper, language)
    elif name == "categories" and paper.categories:
        yield label("fact.categories", language, categories=escape(", ".join(paper.categories)))
    elif name == "code":
        own = [
            link(label(found.kind, language), found.url) if found.known else f"`{found.url}`"
            for found in links(paper, source.text)
        ]
        yield label("fact.links", language, links=", ".join(own)) if own else label("fact.no links", language)
    else:
        yield from _edition(name, source, language)


def _edition(name: str, source: Source, language: str) -> Iterator[str]:
    paper = source.paper
    if name in ("version", "withdrawn"):
        yield label("fact.version", language, version=paper.version, date=_day(paper.updated.date(), paper, language))
    elif name == "pages":
        if source.text.pages:
            yield label("fact.pages", language, n=source.text.pages)
        if _COUNTS_PAGES.search(paper.comment):
            yield label("fact.comment", language, comment=escape(paper.comment))
    elif name == "venue":
        yield from _venue(paper, language)
    elif name == "page":
        places = [link(f"arXiv:{paper.versioned}", paper.abs_url), link("PDF", paper.pdf_url)]
        places.append(link("DOI", f"https://doi.org/{paper.doi or f'10.48550/arXiv.{paper.id}'}"))  # arXiv's own
        yield f"“{escape(paper.title)}”: {', '.join(places)}"
    if name == "withdrawn":
        yield label("withdrawn" if paper.withdrawn else "fact.not withdrawn", language)
    elif name in ("affiliation", "cited"):
        yield label(f"fact.no {name}", language, pdf=link("PDF", paper.pdf_url))
    elif name == "licence":
        yield label("fact.licence", language, page=link("arXiv", paper.abs_url))


def _venue(paper: Paper, language: str) -> Iterator[str]:
    told = bool(_VENUE.search(paper.comment))
    if paper.journal_ref:
        yield label("fact.journal", language, journal=escape(paper.journal_ref))
    if told:
        yield label("fact.comment", language, comment=escape(paper.comment))
    if not (told or paper.journal_ref):
        yield label("fact.no venue", language)


def _day(day: date, paper: Paper, language: str) -> str:
    return day_words(day, language, "yMMM" if paper.month_only else "yMMMd")


def _date(paper: Paper, language: str) -> str:
    first, updated = paper.published.date(), paper.updated.date()
    written = _day(first, paper, language)
    if paper.version == 1 or first == updated:
        return label("fact.date.month" if paper.month_only else "fact.date.once", language, date=written)
    version = f"v{paper.version}"
    return label("fact.date", language, date=written, version=version, updated=day_words(updated, language, "yMMMd"))
