"""Checks that an answer of arXiv's API is a whole feed. Pure.

The `arxiv` package reads `Rate exceeded.` as an empty feed and mends a truncated one. Here both
raise Trouble; an error entry of arXiv raises Refused.
"""

from __future__ import annotations

from lxml import etree

from digest.arxiv.http import Refused, Trouble
from digest.arxiv.metadata import line
from digest.arxiv.xml import tree
from digest.render.labels import label

_NAMES = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def checked(body: bytes, start: int, size: int) -> tuple[bytes, int]:
    """Returns the mended feed and the query's number of entries. Raises Trouble, Refused."""
    root = tree(body, ("feed",))
    entries = root.findall("a:entry", _NAMES)
    for entry in entries:
        if "/api/errors" in (entry.findtext("a:id", "", _NAMES) or ""):
            raise Refused(line(entry.findtext("a:summary", "", _NAMES)), 200)
    total = _total(root, len(entries))
    promised = min(size, total - start)
    # arXiv is known to drop a record that it cannot show: one in a hundred may be missing.
    if promised - len(entries) > promised // 100:
        raise Trouble(label.sentence("arxiv.short", held=len(entries), promised=promised))
    return etree.tostring(root, encoding="utf-8"), total


def _total(root: etree._Element, entries: int) -> int:
    text = (root.findtext("o:totalResults", "", _NAMES) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else entries
