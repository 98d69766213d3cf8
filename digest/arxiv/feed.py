"""Reads arXiv's daily feed in both dialects (`/rss/` and `/atom/`), the only source of how a
paper was announced. Pure.

A page that is not a feed, or a truncated feed, raises Trouble: it is no empty day.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser

from digest.arxiv import ids
from digest.arxiv.atom import no_feed
from digest.arxiv.calendar import NEW_YORK
from digest.arxiv.http import Trouble
from digest.arxiv.metadata import line, paragraphs, withdrawn
from digest.model import Kind, Listed, Paper
from digest.render.labels import label

MOST_ITEMS = 2000
"""arXiv's limit: a feed of this length may be truncated."""

_NEWS = {"new": Kind.NEW, "cross": Kind.CROSS}
_PREFIX = re.compile(r"^\s*arXiv:\S+\s+Announce Type:\s*(?P<kind>[a-z-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)
_COMMA = re.compile(r",\s*(?![^()]*\))")
_NAME_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.ASCII)


@dataclass(frozen=True)
class Feed:
    day: date | None
    """The date of the list; None when the feed is empty."""
    items: int
    """All items, replacements too."""
    news: tuple[Listed, ...]
    """New and cross-listed papers in the feed's order, each once with its strongest kind.
    `published` and `updated` are the list's date."""


def parse(body: bytes) -> Feed:
    """Raises Trouble."""
    # A stream: feedparser takes bytes that look like a file name or an address for one.
    parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise Trouble(no_feed(body))
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        raise Trouble(label.sentence("arxiv.feed cut"))
    if parsed.entries and not any(_ref(entry) for entry in parsed.entries):
        raise Trouble(label.sentence("arxiv.empty"))
    news: dict[str, Listed] = {}
    for entry in parsed.entries:
        listed = _listed(entry, parsed.feed)
        if listed and (listed.paper.id not in news or listed.kind is Kind.NEW):
            news[listed.paper.id] = listed
    days = [at.astimezone(NEW_YORK).date() for e in parsed.entries if (at := _time(e) or _time(parsed.feed))]
    return Feed(max(days, default=None), len(parsed.entries), tuple(news.values()))


def joined(feeds: Sequence[Feed]) -> Feed:
    news: dict[str, Listed] = {}
    for item in (item for part in feeds for item in part.news):
        if item.paper.id not in news or item.kind is Kind.NEW:
            news[item.paper.id] = item
    days = [part.day for part in feeds if part.day]
    return Feed(max(days, default=None), sum(part.items for part in feeds), tuple(news.values()))


def _listed(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Listed | None:
    ref = _ref(entry)
    summary = str(entry.get("summary", ""))
    prefix = _PREFIX.match(summary)
    kind = str(entry.get("arxiv_announce_type", "") or (prefix["kind"] if prefix else "")).lower()
    if ref is None or kind not in _NEWS:
        return None
    at = (_time(entry) or _time(feed) or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)
    abstract = paragraphs(summary[prefix.end() :] if prefix else summary)
    paper = Paper(
        id=ref.id,
        version=ref.version or 1,
        title=line(str(entry.get("title", ""))),
        abstract=abstract,
        authors=_authors(entry),
        categories=tuple(dict.fromkeys(str(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term"))),
        published=at,
        updated=at,
        journal_ref=line(str(entry.get("arxiv_journal_reference", ""))),
        doi=line(str(entry.get("arxiv_doi", ""))),
        withdrawn=withdrawn("", abstract),
    )
    return Listed(paper, _NEWS[kind])


def _ref(entry: Mapping[str, Any]) -> ids.PaperRef | None:
    return ids.parse(str(entry.get("id", ""))) or ids.parse(str(entry.get("link", "")))


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Splits `dc:creator` at commas; an affiliation and `Jr.` belong to the name before."""
    names: list[str] = []
    for author in entry.get("authors", ()):
        for part in _COMMA.split(line(str(author.get("name", "")))):
            if names and _NAME_SUFFIX.fullmatch(part):
                names[-1] += f", {part}"
            elif name := line(re.sub(r"\s*\([^()]*\)", "", part)):
                names.append(name)
    return tuple(names)


def _time(entry: Mapping[str, Any]) -> datetime | None:
    """Reads RSS's `Fri, 23 Feb 2024 00:00:00 -0500` and Atom's `2025-08-20T00:00:00-04:00`. An
    Atom feed has `updated` only."""
    text = str(entry.get("published") or entry.get("updated") or "")
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
