"""Checks that an answer of arXiv's API is a whole feed. Pure.

The `arxiv` package reads `Rate exceeded.` as an empty feed and mends a truncated one. Here both
raise Trouble. An error entry of arXiv raises Refused."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from digest.arxiv.http import Refused, Trouble
from digest.arxiv.metadata import YEARS, line
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
    # arXiv drops a record that it cannot show: one in a hundred may be missing.
    if promised - len(entries) > promised // 100:
        raise Trouble(label.sentence("arxiv.short", held=len(entries), promised=promised))
    undated = [entry for entry in entries if not _date(entry)]
    for entry in undated:
        root.remove(entry)
    if entries and len(undated) == len(entries):
        raise Trouble(label.sentence("arxiv.short", held=0, promised=len(entries)))
    return etree.tostring(root, encoding="utf-8"), total


def _date(entry: etree._Element) -> bool:
    """Fills in a missing or invalid date from the entry's other one. False if both are."""
    times = {name: (entry.findtext(f"a:{name}", "", _NAMES) or "").strip() for name in ("published", "updated")}
    known = next((text for text in times.values() if _is_time(text)), "")
    for name, text in times.items():
        if known and not _is_time(text):
            for wrong in entry.findall(f"a:{name}", _NAMES):
                entry.remove(wrong)
            etree.SubElement(entry, f"{{{_NAMES['a']}}}{name}").text = known
    return bool(known)


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _total(root: etree._Element, entries: int) -> int:
    text = (root.findtext("o:totalResults", "", _NAMES) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else entries
