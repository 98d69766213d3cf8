"""Checks that an answer of arXiv's API is a whole feed. Pure.

The `arxiv` package reads `Rate exceeded.` as an empty feed and mends a truncated one. Here both
raise Trouble; an error entry of arXiv raises Refused.
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
"""Control characters: XML forbids them, and abstracts contain them now and then."""


def checked(body: bytes, start: int, size: int) -> tuple[bytes, int]:
    """Returns the cleaned feed and the query's number of entries. Raises Trouble, Refused."""
    body = body.translate(None, _CONTROL)
    root = _root(body)
    entries = root.findall("a:entry", _NAMES)
    for entry in entries:
        if "/api/errors" in (entry.findtext("a:id", "", _NAMES) or ""):
            raise Refused(line(entry.findtext("a:summary", "", _NAMES)), 200)
    total = _total(root, len(entries))
    promised = min(size, total - start)
    # arXiv is known to drop a record that it cannot show: one in a hundred may be missing.
    if promised - len(entries) > promised // 100:
        raise Trouble(label.sentence("arxiv.short", held=len(entries), promised=promised))
    return body, total


def no_feed(body: bytes) -> Sentence:
    """Quotes the page's first words, to tell `Rate exceeded.` from a proxy's login page."""
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
