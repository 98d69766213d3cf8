"""Measures how much room a text takes on a line, in columns of a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from digest.patterns import regex


def wide(char: str) -> bool:
    """Returns whether it is Chinese, Japanese or Korean text or punctuation, or an emoji."""
    return unicodedata.east_asian_width(char) in "WF"


def columns(text: str) -> int:
    """Returns columns: one for a Latin character, two for a wide one, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(2 if wide(c) else 0 if unicodedata.combining(c) or unicodedata.category(c) == "Cf" else 1 for c in text)


def colon(name: str, language: str = "") -> str:
    """Returns what separates a name from the text about it: a wide colon after Chinese and
    Japanese, a space before the colon in French, and only a space after a question."""
    if name.endswith(("?", "？")):
        return " "
    if language.split("-", 1)[0] == "fr":
        return "\u00a0: "
    return "：" if unicodedata.name(name[-1:] or " ", "").startswith(("CJK ", "HIRAGANA", "KATAKANA")) else ": "


_PIECE = regex(r"\s+|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+|.")


def lines(text: str, width: int) -> int:
    """Returns how many lines a text takes. It breaks at spaces and between wide characters."""
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


def shortened(text: str, most: int, size: Callable[[str], int] = len) -> str:
    """Returns the text on one line. A longer text is cut between words and gets an ellipsis."""
    text = " ".join(text.split())
    if size(text) <= most:
        return text
    ends = [end for end in range(1, min(len(text), most)) if size(text[:end]) < most and not _joined(text, end)]
    end = next((end for end in reversed(ends) if not _within_word(text[end - 1], text[end])), 0)
    end = end or (ends[-1] if ends else 0)  # a single long word
    return text[:end].rstrip(" ,·:;–-(") + "…"


def _joined(text: str, at: int) -> bool:
    """Returns whether the characters around this place form one sign, such as an emoji."""
    before, after = text[at - 1], text[at]
    return (
        unicodedata.category(after) in ("Mn", "Me", "Mc", "Cf")
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or all("\U0001f1e6" <= char <= "\U0001f1ff" for char in (before, after))
    )


def _within_word(before: str, after: str) -> bool:
    """Returns whether the place is within a word. Chinese has no spaces between words; Japanese
    words in katakana stay whole."""
    if before.isspace() or after.isspace():
        return False
    names = [unicodedata.name(char, "").partition(" ")[0] for char in (before, after)]
    if names[0] == names[1] and names[0].startswith("KATAKANA"):
        return True
    return all(name == "HANGUL" or not wide(char) for name, char in zip(names, (before, after), strict=True))
