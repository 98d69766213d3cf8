"""Packs texts, lines and rows of controls into messages within Discord's limits. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from bot.core import ids
from bot.discord.render.markdown import Unit
from digest.patterns import regex

LINK = 91
"""Length of the longest link to a message, which replaces `{{link:…}}`."""


def size(text: str) -> int:
    """Returns UTF-16 units, as Discord's clients count. A placeholder counts as its link."""
    return len(ids.LINK_PLACEHOLDER.sub("x" * LINK, text).encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Words:
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        return joined(self.units)


@dataclass(frozen=True)
class Gallery:
    """One picture, uploaded with the message."""

    alt: str


@dataclass(frozen=True)
class Line:
    pass


@dataclass(frozen=True)
class Row:
    components: tuple[dict[str, Any], ...]

    @property
    def count(self) -> int:
        return 1 + len(self.components)


Piece = Words | Gallery | Line | Row


def joined(parts: Sequence[Unit]) -> str:
    return "".join((u.glue if i else "") + u.text for i, u in enumerate(parts))


Room = Callable[[int], tuple[int, int]]
"""Returns (characters, components) that the n-th message may have."""


def pack(found: Sequence[Piece], room: Room) -> list[list[Piece]]:
    """Fills messages with pieces. Splits text between blocks or paragraphs, never after a label."""
    messages: list[list[Piece]] = [[]]
    used, count = 0, 0
    for piece in found:
        rest: Piece | None = piece
        while rest is not None:
            chars, components = room(len(messages) - 1)
            taken, rest = _take(rest, chars - used, components - count, fresh=not messages[-1])
            if taken is not None:
                messages[-1].append(taken)
                used += _chars(taken)
                count += taken.count if isinstance(taken, Row) else 1
            if rest is not None:
                messages.append([])
                used = count = 0
    return [kept for m in messages if (kept := _trimmed(m))]


def _chars(piece: Piece) -> int:
    return size(piece.text) + 2 if isinstance(piece, Words) else 0


def _take(piece: Piece, chars: int, components: int, *, fresh: bool) -> tuple[Piece | None, Piece | None]:
    """Returns (part for this message, rest for the next)."""
    needed = piece.count if isinstance(piece, Row) else 1
    if needed > components:
        return None, piece
    if not isinstance(piece, Words) or _chars(piece) <= chars:
        return piece, None
    return _split(piece, chars - 2, fresh=fresh)


def _split(words: Words, chars: int, *, fresh: bool) -> tuple[Words | None, Words]:
    """Returns (the part that fits, rest). None if a started message has no room for a unit."""
    parts = words.units
    end = _place_to_split(parts, chars)
    if end:
        return Words(parts[:end]), Words(parts[end:])
    if not fresh:
        return None, words
    labels = next((i for i, unit in enumerate(parts) if not unit.keep), len(parts) - 1)
    if size(joined(parts[:labels])) * 2 > chars:  # too long for a label: as long as a message
        labels = 0
    before = joined(parts[:labels])
    glue = parts[labels].glue if labels else ""
    head, tail = cut(parts[labels].text, chars - size(before + glue))
    return Words((*parts[:labels], replace(parts[labels], text=head))), Words((Unit(tail), *parts[labels + 1 :]))


def _place_to_split(parts: Sequence[Unit], chars: int) -> int:
    """Returns how many units to take: up to the last block in the second half, else what fits."""
    sizes = list(accumulate(size((u.glue if i else "") + u.text) for i, u in enumerate(parts)))
    fits = bisect_right(sizes, chars)
    at_a_block = [i for i in range(1, fits + 1) if i < len(parts) and parts[i].opens and sizes[i - 1] * 2 >= chars]
    end = at_a_block[-1] if at_a_block else fits
    while end and parts[end - 1].keep:
        end -= 1
    return end


def _trimmed(message: list[Piece]) -> list[Piece]:
    while message and isinstance(message[0], Line):
        message = message[1:]
    while message and isinstance(message[-1], Line):
        message = message[:-1]
    return message


_ATOM = regex(r"\[(?:\\.|[^\[\]\\])*\]\(<[^<>]*>\)|<https?://[^<>]*>|`+[^`]*`+|\s+|\\.|[^\s\\\[<`]+|.", re.DOTALL)
_SENTENCE = regex(r"(?<=[。！？；])|(?<=[.!?;]\s)|(?<=\n)")


def cut(text: str, limit: int) -> tuple[str, str]:
    """Splits one long block at a line, sentence or word, never inside a link."""
    opening = re.match(r"```\w*\n|> |-# |", text)
    mark = opening[0] if opening else ""
    fenced, body = mark.startswith("```"), text[len(mark) :]
    room = max(2, limit - len(mark) - (5 if fenced else 0))
    head = ""
    for part in [a for s in _SENTENCE.split(body) for a in ([s] if size(s) <= room // 2 else _ATOM.findall(s))]:
        if size(head + part) > room:
            if not head.strip():
                head += part[: room // 2]  # a single long word
            break
        head += part
    tail = body[len(head) :]
    if fenced:
        return mark + head.rstrip("\n") + "\n```", mark + tail.lstrip("\n")
    return mark + head.rstrip(), mark + tail.lstrip(" ").removeprefix(mark)
