"""A channel's digests as Atom (RFC 4287) and JSON Feed 1.1. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from bot.archive.export import shortened
from bot.core.ids import RunKey
from bot.core.texts import say
from digest.cache_keys import fingerprint
from digest.model import Digest
from digest.render import tex
from digest.render.labels import day_words
from digest.render.width import colon

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Item:
    id: str
    url: str
    title: str
    text: str
    updated: datetime
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    id: str
    """An id that stays when the link changes."""
    url: str
    """The address of the item's page, ending in a slash."""
    query: str
    title: str
    language: str
    updated: datetime
    items: tuple[Item, ...]


def feed_of(digests: Sequence[Digest], url: str, channel: str, language: str, *, by_paper: bool) -> Feed:
    """Returns a feed with an item for each digest, or for each paper, newest first."""
    name = f"urn:paperboy:{fingerprint(channel)}"
    made = (_papers if by_paper else _days)(digests, url, name)
    items = tuple(made)
    updated = max((item.updated for item in items), default=datetime(1970, 1, 1, tzinfo=UTC))
    query = "?by=paper" if by_paper else ""
    shown = ", ".join(digests[0].profile.categories) if digests else ""
    title = " · ".join(filter(None, (say("page.title", language), shown)))  # a reader may have several
    return Feed(f"{name}{':papers' if by_paper else ''}", url, query, title, language, updated, items)


def _days(digests: Sequence[Digest], url: str, name: str) -> Iterable[Item]:
    for digest in digests:
        run = RunKey.parse(digest.key).in_channel
        day = day_words(digest.local_date, digest.language, "yMMMEd")
        lines = [_words(digest.summary.overview), *(f"{e.number}. {tex.plain(e.paper.title)}" for e in digest.entries)]
        yield Item(
            f"{name}:{run}",
            f"{url}d/{run}",
            f"{day}{colon(day, digest.language)}{digest.summary.headline}",
            "\n\n".join(lines),
            digest.made_at,
        )


def _papers(digests: Sequence[Digest], url: str, name: str) -> Iterable[Item]:
    told: set[str] = set()
    for digest in digests:
        for entry in digest.entries:
            paper = entry.paper
            if paper.id not in told:
                told.add(paper.id)
                core = entry.analysis.core if entry.analysis and entry.analysis.core else paper.abstract
                title = tex.plain(paper.title)
                yield Item(
                    f"{name}:{paper.id}",
                    f"{url}p/{paper.id}",
                    title,
                    _words(core),
                    digest.made_at,
                    shortened(paper).authors,
                    paper.categories,
                )


def _words(text: str) -> str:
    """Returns a text of a model or a paper without Markdown, its formulas in plain characters."""
    return tex.plain(text.replace("**", ""))


def atom(feed: Feed) -> str:
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.url}feed.atom{feed.query}")
    _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    _add(_add(root, "author"), "name", "Paperboy")
    for item in feed.items:
        entry = _add(root, "entry")
        _add(entry, "id", item.id)
        _add(entry, "title", item.title)
        _add(entry, "updated", item.updated.isoformat())
        _add(entry, "link", rel="alternate", type="text/html", href=item.url)
        for author in item.authors:
            _add(_add(entry, "author"), "name", author)
        for category in item.categories:
            _add(entry, "category", term=category)
        _add(entry, "summary", item.text, type="text")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        made.text = _NOT_XML.sub("", text)
    return made


def json_feed(feed: Feed) -> str:
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": f"{feed.url}feed.json{feed.query}",
        "language": feed.language,
        "items": [
            {
                "id": item.id,
                "url": item.url,
                "title": item.title,
                "content_text": item.text,
                "date_published": item.updated.isoformat(),
                **({"authors": [{"name": name} for name in item.authors]} if item.authors else {}),
                **({"tags": list(item.categories)} if item.categories else {}),
            }
            for item in feed.items
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
