"""Holds Slack's length limits and splits long text at a line, sentence or space. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.render import richtext
from bot.slack.render.richtext import Element, Part
from digest.patterns import regex

BLOCK_CHARACTERS = 3_000
CONTEXT_CHARACTERS = 2_000
HEADER_CHARACTERS = 150
BUTTON_LABEL = 75
ACTIONS_ELEMENTS = 25
OVERFLOW_OPTIONS = 5
OPTION_LABEL = 75
OPTIONS = 100
PLACEHOLDER = 150
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_LABEL = 100, 300, 30
BLOCK_ID = 255
ALT_TEXT, IMAGE_TITLE = 2_000, 2_000
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARACTERS = 100, 20, 8_000
LINK = 100
"""Assumed length of every URL, so that a longer URL does not change how a message is split."""


def weight(node: Any) -> tuple[int, int]:
    """Returns (visible characters of blocks, the same plus LINK for each URL)."""
    if isinstance(node, list):
        pairs = [weight(item) for item in node]
        return sum(p[0] for p in pairs), sum(p[1] for p in pairs)
    if not isinstance(node, Mapping):
        return 0, 0
    seen = heavy = 0
    for key, value in node.items():
        if isinstance(value, str) and key in ("text", "fallback"):
            seen, heavy = seen + len(value), heavy + len(value)
        elif key == "url":
            heavy += LINK
        elif key != "style":
            inner = weight(value)
            seen, heavy = seen + inner[0], heavy + inner[1]
    return seen, heavy


_BREAKS = (regex(r"\n+"), regex(r"(?<=[。！？；])|(?<=[.!?;])\s+"), regex(r"\s+|(?<=[，、,])"))


def cut(text: str, most: int) -> tuple[str, str]:
    """Returns (the longest head that fits, the rest), without the white space between them."""
    if len(text) <= most:
        return text, ""
    for pattern in _BREAKS:
        spans = [m.span() for m in pattern.finditer(text, most // 3, most) if m.start()]
        if spans:
            return text[: spans[-1][0]], text[spans[-1][1] :]
    return text[:most], text[most:]


def split_elements(elements: Sequence[Element], most: int) -> list[list[Element]]:
    """Returns the elements of one section, split over several sections if necessary."""
    groups: list[list[Element]] = [[]]
    room = most
    for element in elements:
        rest = richtext.plain([element])
        while len(rest) > room:
            if "text" in element and room > most // 3:
                head, rest = cut(rest, room)
                groups[-1].append({**element, "text": head})
            groups.append([])
            room = most
        if rest:
            groups[-1].append({**element, "text": rest} if "text" in element else element)
            room -= len(rest)
    return [g for g in groups if g]


def split_part(part: Part, most: int) -> list[Part]:
    if part["type"] == "divider":
        return [part]
    if part["type"] == "rich_text_list":
        return list(_split_list(part, most))
    return [{**part, "elements": group} for group in split_elements(part["elements"], most)]


def _split_list(part: Part, most: int) -> Iterator[Part]:
    """Splits between items. A long item continues in another item."""
    items: list[Part] = []
    begun, size, number = part.get("offset", 0), 0, 0
    for item in part["elements"]:
        for piece in split_elements(item["elements"], most):
            length = len(richtext.plain(piece))
            if items and size + length > most:
                yield _of_list(part, items, begun + number - len(items))
                items, size = [], 0
            items.append({"type": "rich_text_section", "elements": piece})
            size, number = size + length, number + 1
    yield _of_list(part, items, begun + number - len(items))


def _of_list(part: Part, items: list[Part], offset: int) -> Part:
    begun = {"offset": offset} if part["style"] == "ordered" and offset else {}
    return {k: v for k, v in part.items() if k not in ("elements", "offset")} | {**begun, "elements": items}
