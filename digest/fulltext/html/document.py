"""arXiv's HTML (LaTeXML's, as arXiv, ar5iv and LaTeXML itself write it) to a FullText. Pure: bytes in, value out.

The one thing to know: the parser is lxml's lenient one, without network and entities; what the page hides from people is
taken out on the way by a Veil (`markup`) and ends in `FullText.hidden`.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import html as lxml_html
from lxml.etree import LxmlError, _Element

from digest.errors import Unreadable
from digest.fulltext.hidden import screened
from digest.fulltext.html.blocks import Walk
from digest.fulltext.html.elements import all_text, classes, tag, with_class
from digest.fulltext.html.inline import is_dropped
from digest.fulltext.html.visibility import rules_of
from digest.model import Basis, FullText

MIN_BODY = 200
"""Characters of running text below which a page is no paper (a cover of a PDF-only submission, a failed conversion)."""

_FATAL = re.compile(r"Conversion to HTML had a Fatal error")
_NO_HTML = re.compile(r"No HTML for|HTML is not available for the source|No content available")


def read_html(data: bytes, paper_id: str, version: int) -> FullText:
    """Raises Unreadable for what is no paper: arXiv's error pages, failed conversions, pages without a body."""
    page = _parse(data)
    article = _article(page)
    walk = Walk()
    walk.veil.rules = rules_of(page)
    try:
        walk.veil.note_comments(article)
        walk.block(article, "")
    except RecursionError as e:
        raise Unreadable("The paper's HTML is nested too deeply to be read.") from e
    sections = tuple(s for s in (walk.abstract, *walk.sections) if s.passages or s.title)
    if sum(len(p.text) for s in sections[1:] for p in s.passages) < MIN_BODY:
        raise Unreadable("The paper's HTML has no body.")
    text = FullText(paper_id, version, Basis.HTML, sections, tuple(walk.references), hidden=tuple(walk.veil.found))
    return screened(text)


def _parse(data: bytes) -> _Element:
    try:
        data.decode("utf-8")
        encoding: str | None = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the page's own word for it
    parser = lxml_html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, recover=True)
    try:
        page: _Element | None = lxml_html.document_fromstring(data, parser=parser)
    except (LxmlError, ValueError, AssertionError) as e:
        raise Unreadable("The paper's HTML is broken.") from e
    if page is None:
        raise Unreadable("The paper's HTML is empty.")
    return page


def _article(page: _Element) -> _Element:
    """The paper's own element. Error pages of arXiv have none; a fatal conversion says so outside of the text."""
    for el in page.iter("span", "div", "a", "p"):
        mine = classes(el)
        if "ar5iv-severity-fatal" in mine or ("ltx_ERROR" in mine and _FATAL.search(all_text(el))):
            raise Unreadable("arXiv could not convert this paper to HTML.")
    found = [el for el in with_class(page, "ltx_document") if not is_dropped(el)]
    found.sort(key=lambda el: tag(el) != "article")
    if not found:
        raise Unreadable(
            "arXiv has no HTML of this paper." if _NO_HTML.search(all_text(page)[:2_000]) else "The page is no paper."
        )
    article = found[0]
    for el in article.iter("p", "div"):
        if _FATAL.match(" ".join(str(t) for t in islice(el.itertext(), 3)).strip()):
            raise Unreadable("arXiv could not convert this paper to HTML.")
    return article
