"""How much room a text takes on a line, counted in columns of a terminal."""

from __future__ import annotations

import unicodedata


def wide(char: str) -> bool:
    """Whether it is Chinese, Japanese or Korean text or punctuation, or an emoji."""
    return unicodedata.east_asian_width(char) in "WF"


def columns(text: str) -> int:
    """One for a character of Latin script, two for a wide one, none for a combining mark."""
    return sum(2 if wide(c) else 0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 1 for c in text)
