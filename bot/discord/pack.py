"""Pieces of a message (texts, lines, rows of controls) put into messages within Discord's limits, cutting nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.discord.markdown import Unit

LINK = 91
"""The longest link to a message: what `{{link:…}}` will be replaced by."""

_LINK = re.compile(r"\{\{link:[^}]*\}\}")


def size(text: str) -> int:
    """As Discord's clients count (UTF-16), which is never less than its servers do; a placeholder counts as what replaces it."""
    return len(_LINK.sub("x" * LINK, text).encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Words:
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        return joined(self.units)


@dataclass(frozen=True)
class Line:
    pass


@dataclass(frozen=True)
class Row:
    components: tuple[dict[str, Any], ...]

    @property
    def count(self) -> int:
        return 1 + len(self.components)


Piece = Words | Line | Row


def joined(parts: Sequence[Unit]) -> str:
    return "".join((u.glue if i else "") + u.text for i, u in enumerate(parts))


# ---------------------------------------------------------------- packing

Room = Callable[[int], tuple[int, int]]
"""(characters, components) of the n-th message."""


def pack(found: Sequence[Piece], room: Room) -> list[list[Piece]]:
    """Pieces into messages. A text that fits a message whole is not split; one that does not is split between its units."""
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
    """(what goes into this message, what is left for the next)."""
    needed = piece.count if isinstance(piece, Row) else 1
    if needed > components:
        return None, piece
    if not isinstance(piece, Words) or _chars(piece) <= chars:
        return piece, None
    return _split(piece, chars - 2) if fresh else (None, piece)


def _split(words: Words, chars: int) -> tuple[Words, Words]:
    """A text that is too long for a whole message: as many of its units as fit, and the others."""
    taken: list[Unit] = []
    for i, unit in enumerate(words.units):
        if size(joined([*taken, unit])) <= chars:
            taken.append(unit)
        elif taken:
            return Words(tuple(taken)), Words(words.units[i:])
        else:
            head, tail = cut(unit.text, chars)
            return Words((Unit(head),)), Words((Unit(tail), *words.units[i + 1 :]))
    msg = "a text that fits is not split"
    raise AssertionError(msg)


def _trimmed(message: list[Piece]) -> list[Piece]:
    while message and isinstance(message[0], Line):
        message = message[1:]
    while message and isinstance(message[-1], Line):
        message = message[:-1]
    return message


_ATOM = re.compile(r"\[(?:\\.|[^\]\\])*\]\(<[^>]*>\)|<https?://[^>]*>|`+[^`]*`+|\s+|\\.|[^\s\\\[<`]+|.", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?;]\s)|(?<=\n)")


def cut(text: str, limit: int) -> tuple[str, str]:
    """One overlong paragraph, quotation or block of code in two: at a line or sentence, else at a word, never inside a link."""
    opening = re.match(r"(```\w*\n|> |-# )?", text)
    fence = opening[0] if opening and opening[0] and opening[0].startswith("```") else ""
    mark = opening[0] if opening and opening[0] and not fence else ""
    room = limit - (5 if fence else 0)
    head = ""
    for part in [a for s in _SENTENCE.split(text) for a in ([s] if size(s) <= room // 2 else _ATOM.findall(s))]:
        if size(head + part) > room:
            if not head:
                head = part[: room // 2]  # one word without a place to break
            break
        head += part
    tail = text[len(head) :].lstrip(" ") if not fence else text[len(head) :]
    if fence:
        return head.rstrip("\n") + "\n```", fence + tail.lstrip("\n")
    return head.rstrip(), mark + tail.removeprefix(mark)
