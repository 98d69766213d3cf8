"""Splits CSS values."""

from __future__ import annotations

from digest.patterns import regex

_MARK = regex(r"""[:;,"'()\[\]\s]""")


def split(text: str, mark: str) -> list[str]:
    """Splits at marks outside of quotation marks and brackets. A blank is any white space."""
    pieces: list[str] = []
    begun, depth, quote = 0, 0, ""
    for found in _MARK.finditer(text):
        char = found[0]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth = max(0, depth - 1)
        elif not depth and (char == mark or (mark == " " and char.isspace())):
            pieces.append(text[begun : found.start()])
            begun = found.end()
    return [*pieces, text[begun:]]
