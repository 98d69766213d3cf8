"""Reads arXiv's XML into a small tree. Mends a whole document; refuses one that is cut off or
larger than any feed. Pure."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Collection, Iterator

from lxml import etree

from digest.arxiv.http import Trouble
from digest.arxiv.metadata import MOST_AUTHORS, line
from digest.patterns import regex
from digest.render.catalogs import Sentence
from digest.render.labels import label

MOST_ELEMENTS = 600_000
"""2,000 papers have about 70,000 elements, large collaborations a few hundred thousand."""
MOST_FIELDS = MOST_AUTHORS + 100
"""The most fields of a paper."""
DEEPEST = 100
"""The most elements within elements: arXiv nests four."""
_LONGEST_TAG = re.compile(rb"<[^<>]{65536}")
"""Longer tags have so many attributes that they cost the parser gigabytes."""
_ENCODING = re.compile(rb"""\A[^>]{0,100}encoding=["'](?:iso-8859-1|latin-?1|windows-1252)["']""", re.IGNORECASE)
_DECLARATION = regex(r"\A<\?xml[^>]*\?>\s*")
_FORBIDDEN = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML forbids. Abstracts sometimes contain control characters."""
_DOCTYPE = regex(r"\A\s*<!DOCTYPE\s+(?:rss|feed|rdf:RDF)\b[^<>\[\]]*>", re.IGNORECASE)
"""A feed's DOCTYPE, without declarations of its own."""
_REFERENCE = regex(r"&(?:#(?P<code>\d{1,7}|[xX][0-9a-fA-F]{1,6});|(?P<name>[A-Za-z][A-Za-z0-9]{1,30});)?")
_STRAY = regex(r"<(?![A-Za-z_/!?])|<(?=[A-Za-z_][^<>]*<)")
_TAG = regex(r"<(?P<end>/?)(?P<name>[A-Za-z_][\w:.-]*)(?=[\s/>])(?P<alone>[^<>]*/(?=>))?")
_OF_XML = ("amp", "lt", "gt", "quot", "apos")


def tree(body: bytes, roots: Collection[str], cut: str = "arxiv.cut") -> etree._Element:
    """Returns the root, whose local name is one of `roots`. Raises Trouble, with `cut` for a
    document without its end."""
    text = _text(body)
    if "<!DOCTYPE" in text[:4096] or "<!ENTITY" in text or _LONGEST_TAG.search(body):
        raise Trouble(no_feed(body))
    try:
        root = _parse(text)
    except etree.XMLSyntaxError:
        opened = re.search(r"<((?:[\w-]+:)?(?:" + "|".join(roots) + r"))[\s>]", text[:4096])
        if opened is None:
            raise Trouble(no_feed(body)) from None
        before, end, _ = text.rpartition(f"</{opened[1]}>")
        if not end:
            raise Trouble(label.sentence(cut)) from None
        root = _mended(before[opened.start() :] + end, cut)  # a warning of the server may come before it
    if local(root) not in roots:
        raise Trouble(no_feed(body))
    return root


def no_feed(body: bytes) -> Sentence:
    """Quotes the page's first words, which tell `Rate exceeded.` from a proxy's login page."""
    text = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]*>", " ", body[:4000].decode(errors="replace"))
    shown = line(text)[:60]
    return label.sentence("arxiv.page.said", said=shown) if shown else label.sentence("arxiv.page")


def local(element: etree._Element) -> str:
    """Returns the name without its namespace or prefix."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and local(child) == name)


def said(element: etree._Element, *names: str) -> str:
    """Returns the text of the first child with one of these names that has text."""
    for name in names:
        for child in children(element, name):
            if text := "".join(map(str, child.itertext())).strip():
                return text
    return ""


def _text(body: bytes) -> str:
    text = body.decode("cp1252" if _ENCODING.match(body) else "utf-8-sig", errors="replace")
    return _DOCTYPE.sub("", _DECLARATION.sub("", _FORBIDDEN.sub("", text).lstrip()), count=1)


def _mended(text: str, cut: str) -> etree._Element:
    """Mends single characters first, because a parser that recovers may drop what follows them."""
    text = _without_lone_tags(_STRAY.sub("&lt;", _REFERENCE.sub(_reference, text)))
    try:
        return _parse(text)
    except etree.XMLSyntaxError:
        root = _parse(text, recover=True)
    entries = sum(1 for e in root.iter() if isinstance(e.tag, str) and local(e) in ("item", "entry"))
    if entries != len(re.findall(r"<(?:[\w-]+:)?(?:item|entry)[\s>]", text)):
        raise Trouble(label.sentence(cut))
    return root


def _without_lone_tags(text: str) -> str:
    """Escapes words of a title such as `<unk>`: the parser would drop the rest of the entry."""
    tags = [match for match in _TAG.finditer(text) if not match["alone"]]
    opened = {match["name"] for match in tags if not match["end"]}
    closed = {match["name"] for match in tags if match["end"]}
    lone = opened ^ closed

    def word(match: re.Match[str]) -> str:
        return match[0].replace("<", "&lt;", 1) if match["name"] in lone and not match["alone"] else match[0]

    return _TAG.sub(word, text) if lone else text


def _reference(match: re.Match[str]) -> str:
    if match["code"]:
        code = match["code"]
        number = int(code[1:], 16) if code[0] in "xX" else int(code)
        legal = number <= 0x10FFFF and not _FORBIDDEN.match(chr(number))
        return match[0] if legal else ""
    if match["name"] is None:
        return "&amp;"
    if match["name"] in _OF_XML:
        return match[0]
    meant = html.unescape(match[0])
    return html.escape(meant)


def _parse(text: str, *, recover: bool = False) -> etree._Element:
    """Counts elements while it reads, and drops fields beyond the bound of a paper.

    Raises XMLSyntaxError, Trouble."""
    reading = etree.iterparse(
        io.BytesIO(text.encode()),
        ("start", "end"),
        resolve_entities=False,
        no_network=True,
        recover=recover,
        encoding="utf-8",
    )
    count = fields = depth = paper_depth = 0
    for event, element in reading:
        if not isinstance(element.tag, str):
            continue
        if event == "start":
            name = local(element)
            count += 1
            depth += 1
            if count > MOST_ELEMENTS or depth > DEEPEST:
                raise Trouble(label.sentence("arxiv.large"))
            if name in ("item", "entry"):
                fields, paper_depth = 0, depth
            continue
        depth -= 1
        if depth and depth == paper_depth:
            fields += 1
            parent = element.getparent()
            if fields > MOST_FIELDS and parent is not None:
                parent.remove(element)
    root: etree._Element | None = reading.root
    if root is None:
        raise Trouble(label.sentence("arxiv.page"))
    return root
