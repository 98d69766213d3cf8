"""Whether an answer of arXiv's API is a whole feed. Pure.

The package that reads the entries takes anything for a feed: a page that says `Rate exceeded.` is an empty list to it, and a truncated
one is mended. Here such an answer is Trouble; an error that arXiv states as an entry is Refused.
"""

from __future__ import annotations

import re

from lxml import etree

from digest.arxiv.http import Refused, Trouble
from digest.arxiv.metadata import line
from digest.render.catalogs import Sentence
from digest.render.labels import label

_NAMES = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}
_CONTROL = bytes(set(range(32)) - {9, 10, 13})
"""Not allowed in XML, and now and then in an abstract all the same."""


def checked(body: bytes, start: int, size: int) -> tuple[bytes, int]:
    """The feed, cleaned, and how many entries the whole query has. Raises Trouble, Refused."""
    body = body.translate(None, _CONTROL)
    root = _root(body)
    entries = root.findall("a:entry", _NAMES)
    for entry in entries:
        if "/api/errors" in (entry.findtext("a:id", "", _NAMES) or ""):
            raise Refused(line(entry.findtext("a:summary", "", _NAMES)), 200)
    total = _total(root, len(entries))
    promised = min(size, total - start)
    # One in a hundred may be missing: arXiv is known to drop a record that it cannot show.
    if promised - len(entries) > promised // 100:
        raise Trouble(label.sentence("arxiv.short", held=len(entries), promised=promised))
    return body, total


def no_feed(body: bytes) -> Sentence:
    """With the words of the page that a person would see first: to tell `Rate exceeded.` from a proxy's login page."""
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", body[:4000].decode(errors="replace"))
    shown = line(text)[:60]
    return label.sentence("arxiv.page.said", said=shown) if shown else label.sentence("arxiv.page")


def _root(body: bytes) -> etree._Element:
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        if b"<feed" not in body[:2000]:
            raise Trouble(no_feed(body)) from None
        if not body.rstrip().endswith(b"</feed>"):
            raise Trouble(label.sentence("arxiv.cut")) from None
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    if root is None or etree.QName(root).localname != "feed":
        raise Trouble(no_feed(body))
    return root


def _total(root: etree._Element, entries: int) -> int:
    text = (root.findtext("o:totalResults", "", _NAMES) or "").strip()
    return int(text) if text.isdigit() else entries
