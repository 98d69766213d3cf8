"""Reads arXiv's daily feed in both dialects (`/rss/` and `/atom/`), the only source of how a paper
was announced. Pure.

A page that is not a feed, or a truncated feed, raises Trouble: it does not count as an empty
day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from digest.arxiv import ids
from digest.arxiv.calendar import NEW_YORK
from digest.arxiv.http import Trouble
from digest.arxiv.metadata import LONGEST_LIST, MOST_CATEGORIES, YEARS, authors_of, line, paragraphs, withdrawn
from digest.arxiv.xml import children, local, said, tree
from digest.model import Kind, Listed, Paper
from digest.patterns import regex
from digest.render.labels import label

MOST_ITEMS = 2000
"""arXiv's limit: a feed of this length may be truncated."""

_NEWS = {"new": Kind.NEW, "cross": Kind.CROSS}
_REPLACED = "replace"
_PREFIX = regex(r"^\s*arXiv:\S+\s+Announce Type:\s*(?P<kind>[a-z-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)
_HEADERS = regex(r"\A(?:[ \t]*[A-Z][\w -]{0,30}:[^\n]{0,200}\n){0,4}\s*Abstract:\s*")
"""Headers of an abstract, as in arXiv's mails: `License: …`."""
_CATEGORY = regex(r"[a-z-]+(?:\.[A-Za-z-]+)?", re.ASCII)
_SUMMARY = ("summary", "description")
_AFFILIATION = regex(r"\([^()]*\)")
_DEEPEST_AFFILIATION = 3
"""The most brackets within brackets."""
_NAME_SUFFIX = regex(r"(?:Jr|Sr)\.?|I{2,3}|IV", re.ASCII)


@dataclass(frozen=True)
class Feed:
    day: date | None
    """The date of the list; None if the feed is empty."""
    items: int
    """Number of all items, including replacements."""
    news: tuple[Listed, ...]
    """New and cross-listed papers in the feed's order, each once with its strongest kind.
    `published` and `updated` are the list's date."""
    replaced: tuple[str, ...] = ()
    """Ids of papers with a new version."""


def parse(body: bytes) -> Feed:
    """Returns the feed. Raises Trouble."""
    root = tree(body, ("rss", "feed", "RDF"), "arxiv.feed cut")
    channel = next(children(root, "channel"), root)
    entries = [e for e in root.iter() if isinstance(e.tag, str) and local(e) in ("item", "entry")]
    if entries and not any(_ref(entry) for entry in entries):
        raise Trouble(label.sentence("arxiv.empty"))
    if entries and not any(_kind(entry) for entry in entries):
        raise Trouble(label.sentence("arxiv.kinds"))
    news: dict[str, Listed] = {}
    for entry in entries:
        listed = _listed(entry, channel)
        if listed and (listed.paper.id not in news or listed.kind is Kind.NEW):
            news[listed.paper.id] = listed
    days = Counter(at.astimezone(NEW_YORK).date() for e in entries if (at := _time(e) or _time(channel)))
    day = max(days, key=lambda d: (days[d], d), default=None)  # a single entry may have a wrong date
    replaced = [ref.id for entry in entries if _kind(entry) == _REPLACED and (ref := _ref(entry))]
    return Feed(day, len(entries), tuple(news.values()), tuple(dict.fromkeys(replaced)))


def joined(feeds: Sequence[Feed]) -> Feed:
    news: dict[str, Listed] = {}
    for item in (item for part in feeds for item in part.news):
        if item.paper.id not in news or item.kind is Kind.NEW:
            news[item.paper.id] = item
    days = [part.day for part in feeds if part.day]
    replaced = dict.fromkeys(paper for part in feeds for paper in part.replaced)
    return Feed(max(days, default=None), sum(part.items for part in feeds), tuple(news.values()), tuple(replaced))


def _listed(entry: etree._Element, channel: etree._Element) -> Listed | None:
    ref, kind = _ref(entry), _kind(entry)
    if ref is None or kind not in _NEWS:
        return None
    at = (_time(entry) or _time(channel) or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)
    abstract = paragraphs(_HEADERS.sub("", _PREFIX.sub("", said(entry, *_SUMMARY), count=1)))
    paper = Paper(
        id=ref.id,
        version=ref.version or 1,
        title=line(said(entry, "title")),
        abstract=abstract,
        authors=_authors(entry),
        categories=tuple(dict.fromkeys(_categories(entry)))[:MOST_CATEGORIES],
        published=at,
        updated=at,
        journal_ref=line(said(entry, "journal_reference")),
        doi=line(said(entry, "DOI")),
        withdrawn=withdrawn("", abstract),
    )
    return Listed(paper, _NEWS[kind])


def _kind(entry: etree._Element) -> str:
    """Returns `new`, `cross` or `replace`, also for `cross-list`, `replace-cross`; else empty."""
    prefix = _PREFIX.match(said(entry, *_SUMMARY))
    kind = (said(entry, "announce_type") or (prefix["kind"] if prefix else "")).strip().lower()
    return next((known for known in (*_NEWS, _REPLACED) if kind.startswith(known)), "")


def _ref(entry: etree._Element) -> ids.PaperRef | None:
    links = (child.get("href") or child.text or "" for child in children(entry, "link"))
    return next((ref for text in (said(entry, "id", "guid"), *links) if (ref := ids.parse(text[:500]))), None)


def _categories(entry: etree._Element) -> Iterator[str]:
    for child in children(entry, "category"):
        if term := line(child.get("term") or child.text):
            parts = re.split(r"[;,\s]+", term)
            yield from parts if all(map(_CATEGORY.fullmatch, parts)) else (term,)


def _authors(entry: etree._Element) -> tuple[str, ...]:
    """Splits `dc:creator` at commas. An affiliation or `Jr.` belongs to the name before it."""
    said_names = [said(child, "name") or child.text or "" for child in children(entry, "author")]
    return authors_of(_names(said_names or [child.text or "" for child in children(entry, "creator")]))


def _names(lists: Iterable[str]) -> Iterator[str]:
    name, left = "", LONGEST_LIST
    for text in lists:
        bare = text[:left]
        left -= len(bare)
        for _ in range(_DEEPEST_AFFILIATION):
            bare = _AFFILIATION.sub("", bare)
        for part in map(str.strip, bare.split(",")):
            if name and _NAME_SUFFIX.fullmatch(part):
                name += f", {part}"
                continue
            if name:
                yield name
            name = part
    yield name


def _time(entry: etree._Element) -> datetime | None:
    """Parses RSS's `Fri, 23 Feb 2024 00:00:00 -0500` and Atom's `2025-08-20T00:00:00-04:00`. An
    Atom feed has only `updated`. A time without a zone is in New York's, as arXiv's are."""
    text = said(entry, "published", "pubDate", "updated", "lastBuildDate", "date")[:60]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
        except ValueError:
            continue
        if at.year in YEARS:
            return at if at.tzinfo else at.replace(tzinfo=NEW_YORK)
    return None
