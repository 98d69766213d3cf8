"""Finds what LaTeXML could not put into a page: missing files, sections without text. Pure.

A section whose file is missing leaves an empty heading, unresolved labels, a link to nowhere, or an
error that names the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from lxml.etree import XPath, _Element

from digest.fulltext.html.elements import all_text, classes, with_class
from digest.model import Section
from digest.patterns import regex

MAX_NAMED = 5
MANY_LABELS = 3
"""So many different labels without a target. One or two are the authors' own slips."""
_FILE = regex(r"[\w./-]+\.(?:tex|ltx|latex)\b")
_INCLUDES = regex(r"\\(?:input|include|subfile|subfileinclude|import|subimport|loadsection)\b\s*\{?\s*([\w./-]*)")
_LINKS = XPath(".//a[contains(@href, '#S') or contains(@href, '#A')]")
_SECTION_LINK = regex(r"#([SA]\d{1,2})(?:\.|\Z)")
_IDS = XPath(".//@id", smart_strings=False)


def missing_parts(article: _Element, sections: Sequence[Section], data: bytes) -> tuple[str, ...]:
    """Returns the names of the parts, as far as the page tells them."""
    found = [*_files(article), *_empty(sections), *_unreached(article), *_unresolved(article)]
    if b"</html" not in data[-4_000:].lower() and sections:
        found.append(f"{sections[-1].title} …")
    return tuple(dict.fromkeys(name for name in found if name))[:MAX_NAMED]


def _files(article: _Element) -> list[str]:
    found = []
    for error in with_class(article, "ltx_ERROR"):
        text = all_text(error)
        after = f"{text} {(error.tail or '').strip()[:100]}"
        named = _INCLUDES.search(after)
        file = _FILE.search(after if named else text)
        if file:
            found.append(file[0])
        elif named:
            found.append(named[1] or "\\input")
        elif "missing_file" in classes(error):
            found.append(text[:60])
    return found


def _empty(sections: Sequence[Section]) -> list[str]:
    """Returns numbered sections with neither text nor a section below them."""
    return [
        s.title
        for s, after in zip(sections, [*sections[1:], None], strict=True)
        if not s.passages
        and re.match(r"(?:\d|[A-Z]\b|Appendix|[IVX]+\.)", s.title)
        and (after is None or after.level <= s.level)
    ]


def _unreached(article: _Element) -> list[str]:
    """Returns sections that a link leads to but that are not on the page."""
    ids = set(cast(list[str], _IDS(article)))
    wanted: dict[str, str] = {}
    for link in cast(list[_Element], _LINKS(article)):
        href = link.get("href") or ""
        to = _SECTION_LINK.search(href)
        if to and (href.startswith("#") or "arxiv" in href.partition("#")[0] or "ar5iv" in href):
            title = (link.get("title") or "").partition(" ‣ ")[0] if to.end() == len(href) else ""
            named = f"Section {to[1][1:]}" if to[1][0] == "S" else f"Appendix {to[1][1:]}"
            wanted[to[1]] = title or wanted.get(to[1]) or named
    return [wanted[name] for name in sorted(wanted) if name not in ids]


def _unresolved(article: _Element) -> list[str]:
    labels = {all_text(el).removeprefix("LABEL:") for el in with_class(article, "ltx_missing_label")}
    return sorted(labels) if len(labels) >= MANY_LABELS else []
