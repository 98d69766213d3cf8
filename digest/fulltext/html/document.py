"""Parses LaTeXML's HTML, as arXiv and ar5iv serve it, to a FullText. Pure: bytes in, value out.

The parser is lxml's lenient one, without network and entities. Text that the page hides from people
moves to `FullText.hidden`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from lxml import html as lxml_html
from lxml.etree import LxmlError, _Element

from digest.errors import Unreadable
from digest.fulltext.completeness import letters, lost_share, read_letters
from digest.fulltext.hidden import screened
from digest.fulltext.html.blocks import Walk
from digest.fulltext.html.elements import all_text, classes, tag, with_class
from digest.fulltext.html.figures import teaser
from digest.fulltext.html.hidden_text import take_out_hidden
from digest.fulltext.html.inline import is_dropped
from digest.fulltext.html.missing import missing_parts
from digest.fulltext.html.stylesheets import sheet_of
from digest.model import Basis, FullText
from digest.patterns import regex

MIN_BODY = 200
"""Characters of running text. With less, a page is a cover or a failed conversion, not a paper."""

_FATAL = regex(r"Conversion to HTML had a Fatal error")
_NO_HTML = regex(r"No HTML for|HTML is not available for the source|No content available")


def read_html(data: bytes, paper_id: str, version: int) -> FullText:
    """Raises Unreadable for error pages, failed conversions and pages without a body."""
    page = _parse(data)
    article = _article(page)
    walk = Walk()
    try:
        walk.left_out.hidden.extend(take_out_hidden(article, sheet_of(page), data))
        there = letters(str(article.xpath("string()")))
        walk.block(article, "")
    except RecursionError as e:
        raise Unreadable("The paper's HTML is nested too deeply to be read.") from e
    sections = tuple(s for s in (walk.abstract, *walk.sections) if s.passages or s.title)
    if sum(len(p.text) for s in sections[1:] for p in s.passages) < MIN_BODY:
        raise Unreadable("The paper's HTML has no body.")
    hidden = tuple(walk.left_out.hidden)
    figure = teaser(page, article, paper_id, version)
    text = FullText(paper_id, version, Basis.HTML, sections, tuple(walk.references), hidden=hidden, figure=figure)
    lost = lost_share(there - walk.left_out.letters, read_letters(text) - walk.left_out.added)
    return screened(replace(text, lost=lost, missing=missing_parts(article, sections, data)))


def _parse(data: bytes) -> _Element:
    try:
        data.decode("utf-8")
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the page declares it
    parser = lxml_html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, recover=True)
    try:
        page: _Element | None = lxml_html.document_fromstring(data, parser=parser)
    except (LxmlError, ValueError, AssertionError) as e:
        raise Unreadable("The paper's HTML is broken.") from e
    if page is None:
        raise Unreadable("The paper's HTML is empty.")
    return page


def _article(page: _Element) -> _Element:
    """Returns the paper's element, which error pages lack. A failed conversion says so
    elsewhere."""
    for el in page.iter("span", "div", "a", "p"):
        mine = classes(el)
        if "ar5iv-severity-fatal" in mine or ("ltx_ERROR" in mine and _FATAL.search(all_text(el))):
            raise Unreadable("arXiv could not convert this paper to HTML.")
    found = [el for el in with_class(page, "ltx_document") if not is_dropped(el)]
    found.sort(key=lambda el: tag(el) != "article")
    if not found:
        raise Unreadable(
            "arXiv has no HTML of this paper."
            if _NO_HTML.search(all_text(page)[:2_000])
            else "The page does not hold a paper."
        )
    article = found[0]
    for el in article.iter("p", "div"):
        if _FATAL.match(" ".join(str(t) for t in islice(el.itertext(), 3)).strip()):
            raise Unreadable("arXiv could not convert this paper to HTML.")
    return article
