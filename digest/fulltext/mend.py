"""Characters as PDF fonts leave them, mended: ligatures, loose accents, private-use signs, hyphens at line ends. Pure strings.

The one thing to know: PDFium writes U+FFFE where it joined two lines at a hyphen. Whether the hyphen belongs to the word is
asked of the paper itself: a form that stands elsewhere in it decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

BREAK = "\ufffe"
"""Stands where a line ended in a hyphen and the next one was joined to it."""

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_SIGNS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF076: "❖", 0xF0FC: "✓", 0xF0E0: "→"}
_BLANKS = {
    0xA0: " ",
    0x2009: " ",
    0x200A: " ",
    0x2002: " ",
    0x2003: " ",
    0x202F: " ",
    0x3000: " ",
    0x0D: None,
    0x02: BREAK,
    0xAD: None,
}
_CONTROLS = {code: None for code in range(0x20) if code not in (0x02, 0x09, 0x0A)}
_TABLE = {**_CONTROLS, **_LIGATURES, **_SIGNS, **_BLANKS}
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd\ufffd\uffff]")
_ODD = re.compile("[^\n -~]")
_LOOSE_FF = re.compile(r"(?<=[A-Za-z])↵(?=[a-z])")  # the old TeX encoding's `ff`, read by another table

_COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˚": "\u030a",
    "¸": "\u0327",
}
_ACCENT = re.compile(
    r"(?P<gap>(?<=[A-Za-z]) )?(?P<mark>[´¨ˆ˜ˇ˘˚]|(?<=[A-Za-z])`(?=[aeiou]))(?P<space> ?)(?P<letter>[A-Za-zı])"
)
_CEDILLA = re.compile(r"([cCsStT])¸")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HALVES = re.compile(rf"[\w-]*{BREAK}\s*[\w-]*")
_BROKEN = re.compile(rf"(\w*)(-?){BREAK}\s*(\w*)(-?)")


def characters(text: str) -> str:
    """One character for what is one character to a reader; U+FFFE stays, `hyphens` mends it."""
    if _ODD.search(text) is None:
        return text
    text = _PRIVATE.sub("", _LOOSE_FF.sub("ff", text.translate(_TABLE)))
    if "¸" in text:
        text = _CEDILLA.sub(lambda m: unicodedata.normalize("NFC", m[1] + "\u0327"), text)
    return _ACCENT.sub(_accented, text)


def _accented(match: re.Match[str]) -> str:
    """`F´ısica` and `M ´ exico` become `Física` and `México`; an accent that fits no letter stays as it is."""
    letter = "i" if match["letter"] == "ı" else match["letter"]
    if match["space"] and not match["gap"]:
        return match[0]
    joined = unicodedata.normalize("NFC", letter + _COMBINING[match["mark"]])
    return joined if len(joined) == 1 else match[0]


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand whole in a text, lower case, those with inner hyphens as one."""
    words: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(_HALVES.sub(" ", text).lower()))
    return frozenset(words)


def hyphens(text: str, words: frozenset[str]) -> str:
    """Every U+FFFE decided: `effi￾cient` loses it, `state￾of-the-art` gets its hyphen back."""
    while BREAK in text:
        text, done = _BROKEN.subn(lambda m: _joined(m, words), text, count=1)
        if not done:
            return text.replace(BREAK, "-")
    return text


def _joined(match: re.Match[str], words: frozenset[str]) -> str:
    left, _, right, more = match.groups()
    plain, kept = f"{left}{right}{more}", f"{left}-{right}{more}"
    if not left or not right:
        return kept if left or right else "-"
    if (
        more
        or right[0].isupper()
        or right[0].isdigit()
        or left[-1].isdigit()
        or (len(left) > 1 and left[1:] != left[1:].lower())
    ):
        return kept
    whole, pair = (left + right).lower(), f"{left}-{right}".lower()
    if whole in words:
        return plain
    if pair in words:
        return kept
    both = len(left) >= 4 and len(right) >= 4 and left.lower() in words and right.lower() in words
    return kept if both else plain
