"""How much room a text takes on a line, counted in columns of a terminal."""

from __future__ import annotations

import re
import unicodedata


def wide(char: str) -> bool:
    """Whether it is Chinese, Japanese or Korean text or punctuation, or an emoji."""
    return unicodedata.east_asian_width(char) in "WF"


def columns(text: str) -> int:
    """One for a character of Latin script, two for a wide one, none for a combining mark."""
    return sum(2 if wide(c) else 0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 1 for c in text)


_PIECE = re.compile(r"\s+|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+|.")


def lines(text: str, width: int) -> int:
    """How many lines a text takes that breaks at spaces and between wide characters."""
    return sum(_lines(line, width) for line in text.split("\n"))


def _lines(line: str, width: int) -> int:
    count, used = 1, 0
    for piece in _PIECE.findall(line):
        size = columns(piece)
        if used + size <= width:
            used += size
        elif piece.isspace():
            used = width
        else:
            count, used = count + max(1, -(-size // width)), size % width or width
    return count
