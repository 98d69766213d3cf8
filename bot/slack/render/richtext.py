"""Converts CommonMark to Slack's rich text.

Rich text keeps formatting apart from the text: bold next to Chinese works, `<!channel>` is nine
characters, and a bare URL stays as written. No element made here can mention anybody."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from digest.patterns import regex
from digest.render import tex
from digest.render.commonmark import parse, shortened, with_formulas

log = logging.getLogger(__name__)

Element = dict[str, Any]
"""`text`, `link` or `date`."""
Part = dict[str, Any]
"""`rich_text_section`, `rich_text_list`, `rich_text_quote`, `rich_text_preformatted`, or
`divider`."""

URL_LENGTH = 3000
LIST_DEPTH = 8
DATE_FORMAT = "{date_short_pretty} {time}"

_MOMENT = regex(r"<t:(\d{1,11})(?::[tTdDfFR])?>")
_WEB = regex(r"(?:https?://|mailto:|reply:)\S+$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return with_formulas("autolink")


def parts(markdown: str) -> list[Part]:
    """Returns the parts of a rich text block. A `divider` among them must become a block."""
    found: list[Part] = json.loads(_parsed(markdown))
    return found


@lru_cache(maxsize=1024)
def _parsed(markdown: str) -> str:
    """Returns cached JSON, so that each caller gets a copy: channels show the same papers."""
    try:
        drawn = list(_blocks(SyntaxTreeNode(parse(_parser(), markdown)).children))
    except Exception as error:  # noqa: BLE001  # no paper's text may keep a digest from being posted
        log.warning("event=undrawable platform=slack error=%s", type(error).__name__)
        drawn = [{"type": "rich_text_section", "elements": [{"type": "text", "text": shortened(markdown)}]}]
    return json.dumps(drawn)


def inline(markdown: str, **style: bool) -> list[Element]:
    """Returns CommonMark as the elements of one line. Line breaks and blocks become spaces."""
    found: list[Element] = []
    for part in parts(markdown):
        for line in lines(part):
            found += [{"type": "text", "text": " "}] if found else []
            found += line
    return merged({**e, "style": e.get("style", {}) | style} if style else e for e in found)


def plain(elements: Iterable[Mapping[str, Any]]) -> str:
    return "".join(e.get("text") or e.get("fallback") or e.get("url", "") for e in elements)


@lru_cache(maxsize=4096)
def _unicode(formula: str) -> str | None:
    """Returns a formula in Unicode. It is cached, because papers repeat their symbols and each
    takes half a millisecond."""
    return tex.unicode_math(formula)


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Part]:
    for node in nodes:
        if node.type in ("bullet_list", "ordered_list"):
            yield from _list(node, 0)
        elif node.type == "table":
            yield from _table(node)
        elif node.type == "blockquote":
            yield from _quote(node)
        elif node.type == "hr":
            yield {"type": "divider"}
        elif node.type in ("fence", "code_block"):
            yield from _code(node.content)
        elif node.type.startswith("math_block"):
            yield from _display(node.content)
        elif node.type == "heading":
            yield from _section(_inline(node.children, {"bold": True}))
        else:
            yield from _section(_inline(node.children, {}))


def _section(elements: Sequence[Element]) -> Iterator[Part]:
    if elements:
        yield {"type": "rich_text_section", "elements": list(elements)}


def _code(content: str) -> Iterator[Part]:
    if content.strip():
        yield {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": content.rstrip("\n")}]}


def _display(content: str) -> Iterator[Part]:
    said = _unicode(content.strip())
    yield from _section([{"type": "text", "text": said}]) if said else _code(content.strip())


def _quote(node: SyntaxTreeNode) -> Iterator[Part]:
    elements: list[Element] = []
    for part in _blocks(node.children):
        for section in lines(part):
            elements += [{"type": "text", "text": "\n"}] if elements else []
            elements += section
    if elements:
        yield {"type": "rich_text_quote", "elements": merged(elements)}


def lines(part: Part) -> Iterator[list[Element]]:
    if part["type"] == "rich_text_list":
        for number, item in enumerate(part["elements"], part.get("offset", 0) + 1):
            mark = "• " if part["style"] == "bullet" else f"{number}. "
            yield [{"type": "text", "text": "  " * part.get("indent", 0) + mark}, *item["elements"]]
    elif part["type"] != "divider":
        yield part["elements"]


def _list(node: SyntaxTreeNode, depth: int) -> Iterator[Part]:
    """Yields flat lists, as Slack's: a nested block ends the list, later items start another."""
    ordered = node.type == "ordered_list"
    number = int(node.attrs.get("start", 1)) if ordered else 1
    items: list[Part] = []

    def ended() -> Iterator[Part]:
        if items:
            indent = {"indent": min(depth, LIST_DEPTH)} if depth else {}
            begun = {"offset": number - 1 - len(items)} if ordered and number - 1 - len(items) else {}
            yield {
                "type": "rich_text_list",
                "style": "ordered" if ordered else "bullet",
                **indent,
                **begun,
                "elements": list(items),
            }
            items.clear()

    for item in node.children:
        said: list[Element] = []
        rest: list[SyntaxTreeNode] = []
        for child in item.children:
            if child.type == "paragraph" and not rest:
                said += ([{"type": "text", "text": "\n"}] if said else []) + _inline(child.children, {})
            else:
                rest.append(child)
        items.append({"type": "rich_text_section", "elements": merged(said) or [{"type": "text", "text": " "}]})
        number += 1
        if rest:
            yield from ended()
            for child in rest:
                if child.type in ("bullet_list", "ordered_list"):
                    yield from _list(child, depth + 1)
                else:
                    yield from _blocks([child])
    yield from ended()


def _table(node: SyntaxTreeNode) -> Iterator[Part]:
    """Yields a line for each row, `column: cell · column: cell`, which is readable on a phone."""
    rows = [[_inline(cell.children, {}) for cell in row.children] for group in node.children for row in group.children]
    head, *body = rows or [[]]
    items = []
    for row in body or [head]:
        line: list[Element] = []
        for number, cell in enumerate(row):
            if not cell:
                continue
            line += [{"type": "text", "text": " · "}] if line else []
            name = plain(head[number]) if body and number < len(head) else ""
            line += [{"type": "text", "text": f"{name}: "}] if name else []
            line += [_styled(e, "bold") for e in cell] if number == 0 else cell
        if line:
            items.append({"type": "rich_text_section", "elements": merged(line)})
    if items:
        yield {"type": "rich_text_list", "style": "bullet", "elements": items}


_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


def _inline(nodes: Sequence[SyntaxTreeNode], style: Mapping[str, bool]) -> list[Element]:
    return merged(_each(nodes, style))


def _each(nodes: Sequence[SyntaxTreeNode], style: Mapping[str, bool]) -> Iterator[Element]:
    for node in nodes:
        if node.type in _STYLES:
            yield from _each(node.children, {**style, _STYLES[node.type]: True})
        elif node.type == "link":
            yield from _link(str(node.attrs.get("href", "")), node.children, style)
        elif node.type == "image":
            yield from _link(str(node.attrs.get("src", "")), node.children, style)
        elif node.type in ("softbreak", "hardbreak"):
            yield _text("\n", style)
        elif node.type == "code_inline":
            yield _text(node.content, {**style, "code": True})
        elif node.type.startswith("math"):
            said = _unicode(node.content)
            yield _text(said, style) if said else _text(node.content, {**style, "code": True})
        elif node.type == "text":
            yield from _moments(node.content, style)
        else:
            yield from _each(node.children, style)


def _text(text: str, style: Mapping[str, bool]) -> Element:
    return {"type": "text", "text": text, **({"style": dict(style)} if style else {})}


def _styled(element: Element, name: str) -> Element:
    return {**element, "style": element.get("style", {}) | {name: True}}


def _moments(text: str, style: Mapping[str, bool]) -> Iterator[Element]:
    """Turns `<t:UNIX>` into dates in the reader's time zone."""
    pieces = _MOMENT.split(text)
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            yield _text(piece, style)
        else:
            fallback = f"{datetime.fromtimestamp(int(piece), UTC):%Y-%m-%d %H:%M} UTC"
            date = {"type": "date", "timestamp": int(piece), "format": DATE_FORMAT, "fallback": fallback}
            yield {**date, **({"style": dict(style)} if style else {})}


def _link(url: str, label: Sequence[SyntaxTreeNode], style: Mapping[str, bool]) -> Iterator[Element]:
    said = _inline(label, style)
    if _WEB.match(url) and len(url) <= URL_LENGTH:
        shown = " ".join(plain(said).split("\n")).strip() or url
        looks = {name: True for e in said for name in e.get("style", {}) if name != "code"} | dict(style)
        yield {"type": "link", "url": url, "text": shown, **({"style": looks} if looks else {})}
    else:
        yield from said
        yield _text(f" ({url})" if said and url else url, style)


def merged(elements: Iterable[Element]) -> list[Element]:
    """Joins neighbouring text of one style and drops empty text, which Slack refuses."""
    found: list[Element] = []
    for element in elements:
        if element["type"] == "text" and not element["text"]:
            continue
        last = found[-1] if found else None
        if last and last["type"] == element["type"] == "text" and last.get("style") == element.get("style"):
            found[-1] = {**last, "text": last["text"] + element["text"]}
        else:
            found.append(dict(element))
    return found
