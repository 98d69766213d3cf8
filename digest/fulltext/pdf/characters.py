"""Repairs characters of PDF fonts: ligatures, loose accents, private-use signs, broken words. Pure.

PDFium writes U+FFFE where it joined two lines at a hyphen. The hyphen stays if the paper spells the
word with one elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from digest.patterns import regex

BREAK = "\ufffe"
"""Replaces a hyphen at the end of a line that was joined to the next."""

WRAP = "\ufffb"
"""Marks the end of a row of Korean, at a blank or within a word, which many programs break."""

FAR_SCRIPTS = "\u0590"
"""Before it come Latin, Greek, Cyrillic and the accents that any letter may have."""
ASTRAY = 0.1
"""Share of a sign's places without its letter, from which it is misplaced in the others, too."""

_ASCII = bytes(range(128))
_PLAIN_WORD = regex(r"(?<![^\W_])[a-z]{3,}(?![^\W_])")
_VOWELS = frozenset("aeiouy")
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
_RAISED = str.maketrans("0123456789−–-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻")
_PRIVATE = regex("[\ue000-\uf8ff\U000f0000-\U0010fffd\ufffd\uffff]")
_UNDECODED = regex(f"(?<=[^\\W\\d_]){_PRIVATE.pattern}|{_PRIVATE.pattern}(?:(?=[^\\W\\d_])|{_PRIVATE.pattern}+)")
_ODD = regex("[" + "".join(map(re.escape, map(chr, _TABLE))) + _PRIVATE.pattern[1:])
_OF_OLD_FONTS = dict(zip("\x0b\x0c\r\x0e\x0f\x1b\x1c\x1d\x1e\x1f", ("ff", "fi", "fl", "ffi", "ffl") * 2, strict=True))
"""Ligatures as TeX's encodings OT1 and T1 number them, in fonts that do not name them."""
_OF_OLD_FONT = regex("(?:(?<=[A-Za-z])[{0}]|[{0}](?=[a-z]))".format("".join(_OF_OLD_FONTS)))
_LOOSE_FF = regex(r"(?<=[A-Za-z])↵(?=[a-z-]|$)")  # `ff` of the old TeX encoding

COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˚": "\u030a",
    "¸": "\u0327",
    "˝": "\u030b",
    "¯": "\u0304",
    "˙": "\u0307",
}
"""Accents that stand alone, and their combining forms."""
_ACCENT = regex(
    r"(?P<gap>(?<=[A-Za-z]) )?(?P<mark>[´¨ˆ˜ˇ˘˚˝¯˙]|(?<=[A-Za-z])`(?=[aeiou]))(?P<space> ?)(?P<letter>[A-Za-zı])"
)
_MARKS = frozenset(COMBINING)
_BONDS = frozenset("-_" + BREAK)
_ARCHIVES = {
    "astro": ("ph",),
    "cond": ("mat",),
    "gr": ("qc",),
    "hep": ("ph", "th", "ex", "lat"),
    "math": ("ph",),
    "nucl": ("ex", "th"),
    "quant": ("ph",),
}
_OPENING = frozenset(
    ("per", "out", "for", "non", "sub", "pro", "con", "dis", "pre", "pos", "tri", "the", "and", "any", "all", "may",
     "off", "over", "under", "inter", "with", "some", "every", "where", "there", "here", "then", "further", "fore",
     "hence", "super", "trans")
)  # fmt: skip
"""Words that begin others: `per-` and `form` are more often `perform`."""
_BONDED = regex(rf"[\w{BREAK}-]+")
_SPACED = bytes(c if c > 127 or chr(c).isalnum() or chr(c) in "_-" else 32 for c in range(256))
_TAIL = regex(r"(?<!\w)\w*\Z")
_WRAPPED = regex(rf"\w*(?:{WRAP}\w*)+")
_HEAD = regex(r"\s*(\w*)(-?)")
_LOST_ACCENT = regex(r"(?:(?<=\s)|^)[´¨ˆ˜ˇ˘˚](?=\s|$)\s?| [´¨ˆ˜ˇ˘˚]$")  # its letter is elsewhere in the line
_CEDILLA = regex(r"([cCsStT])¸")


def raised(exponent: str) -> str:
    """Returns digits and minus as superscripts."""
    return exponent.translate(_RAISED)


def characters(text: str) -> str:
    """Replaces odd characters by what a reader sees. Leaves U+FFFE to `hyphens`."""
    if text.isascii() and text.isprintable():
        return text
    if _ODD.search(text):
        text = _OF_OLD_FONT.sub(lambda m: _OF_OLD_FONTS[m[0]], text)
        text = _PRIVATE.sub("", text.translate(_TABLE))
    if "↵" in text:
        text = _LOOSE_FF.sub("ff", text)
    if not _MARKS.isdisjoint(text):
        text = _CEDILLA.sub(lambda m: unicodedata.normalize("NFC", m[1] + "\u0327"), text)
        text = _LOST_ACCENT.sub("", _ACCENT.sub(_accented, text))
    return text


def beyond_ascii(text: str) -> set[str]:
    """Returns its characters, each once. Bytes are sifted eight times as fast."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def is_legible(text: str) -> bool:
    """Returns whether it reads as Latin prose: nearly all words have vowels, and not too many.

    Letters of old fonts also count if they are coded as in ASCII but do not say what they are."""
    words = _PLAIN_WORD.findall(text.lower())
    count = sum(map(len, words))
    vowels = sum(word.count(vowel) for word in words for vowel in "aeiou")
    spoken = sum(not _VOWELS.isdisjoint(word) for word in words)
    return count > 0.6 * sum(map(str.isalpha, text)) and spoken >= 0.9 * len(words) and 0.3 <= vowels / count <= 0.5


def undecoded(text: str, used: set[str]) -> int:
    """Counts characters within words that only the font knows. `used`: characters beyond ASCII."""
    return sum(map(len, _UNDECODED.findall(text))) if _PRIVATE.search("".join(used)) else 0


def is_sign(char: str) -> bool:
    """Returns whether it depends on a letter of its script, unlike an accent for any letter."""
    return (
        char >= FAR_SCRIPTS
        and unicodedata.category(char) in ("Mn", "Mc")
        and not unicodedata.name(char, "").startswith(("COMBINING", "VARIATION"))
    )


def malformed(text: str) -> str:
    """Returns the words with signs that lack their letter, or often do.

    In a text that is written as it looks, some come before their letter, which is not visible
    within a word."""
    signs = set(filter(is_sign, beyond_ascii(text)))
    if not signs:
        return ""
    alone = Counter(
        char
        for before, char, after in zip(" " + text, text, text[1:], strict=False)
        if char in signs and not (_bears(before, char) or after.isspace())  # a sign by itself is shown as such
    )
    astray = frozenset(char for char, count in alone.items() if count > ASTRAY * text.count(char))
    return " ".join(word for word in text.split() if not astray.isdisjoint(word)) if astray else ""


def _bears(letter: str, sign: str) -> bool:
    """Returns whether a sign may follow the letter."""
    if letter in "\u200c\u200d\u25cc":  # joiners, and the circle for any letter
        return True
    script = unicodedata.name(sign, "").split(" ")[0]
    return unicodedata.category(letter)[0] in "LM" and unicodedata.name(letter, "").startswith(script)


def _accented(match: re.Match[str]) -> str:
    """Returns `Física` for `F´ısica` and `México` for `M ´ exico`. Other accents stay."""
    letter = "i" if match["letter"] == "ı" else match["letter"]
    if (match["space"] and not match["gap"]) or (match["gap"] and match["mark"] not in "´¨"):
        return match[0]
    joined = unicodedata.normalize("NFC", letter + COMBINING[match["mark"]])
    return joined if len(joined) == 1 else match[0]


class Spelling:
    """How a paper spells its words."""

    def __init__(self, text: str) -> None:
        self.words = _words(_WRAPPED.sub(" ", text) if WRAP in text else text)
        self.text = " ".join(self.words)
        """Each word once, which is faster to search for parts of words."""


def _words(text: str) -> frozenset[str]:
    """Returns what `_BONDED` finds, in lower case. Splitting bytes takes a fifth of the time."""
    tokens = set(text.encode("utf-8", "surrogatepass").lower().translate(_SPACED).split())
    plain = {token for token in tokens if token.isascii()}
    rest = b" ".join(tokens - plain).decode("utf-8", "surrogatepass").lower()
    return frozenset((*b" ".join(plain).decode().split(), *_BONDED.findall(rest)))


def hyphens(text: str, whole: Spelling) -> str:
    """Replaces U+FFFE: `effi￾cient` loses it, `state￾of-the-art` gets its hyphen back."""
    if WRAP in text:
        text = _unwrapped(text, whole)
    if BREAK not in text:
        return text
    joined, *pieces = text.split(BREAK)
    for piece in pieces:
        left, right = _TAIL.search(joined[-60:]), _HEAD.match(piece)
        assert left is not None
        assert right is not None
        chained = joined[: len(joined) - len(left[0])].endswith("-")
        kept = _in_address(joined) or _is_compound(left[0], right[1], right[2], whole, chained=chained)
        joined += ("-" if kept else "") + piece.lstrip()
    return joined


def _unwrapped(text: str, whole: Spelling) -> str:
    """Replaces each U+FFFB by a blank, or by nothing within a word."""
    joined, *pieces = text.split(WRAP)
    for piece in pieces:
        left, right = _TAIL.search(joined[-60:]), _HEAD.match(piece)
        assert left is not None
        assert right is not None
        joined += ("" if _is_one_word(left[0], right[1], whole) else " ") + piece
    return joined


def _is_one_word(left: str, right: str, whole: Spelling) -> bool:
    """Returns whether two pieces of Korean are one word, according to the rest of the paper.

    Endings vary: a word that begins with the first piece and a syllable of the other is
    evidence."""
    if not left or not right:
        return False
    if left + right in whole.words:
        return True
    if left in whole.words and right in whole.words:
        return False
    if f" {left}{right[0]}" in f" {whole.text}":
        return True
    return left not in whole.words and right not in whole.words and min(len(left), len(right)) == 1


def _in_address(text: str) -> bool:
    """Returns whether a text ends within a URL."""
    return "://" in text[text.rfind(" ", -200) + 1 :]


def _is_compound(left: str, right: str, more: str, whole: Spelling, *, chained: bool) -> bool:
    """Returns whether the hyphen is the word's. `chained`: one precedes the left half, too."""
    if not left or not right or more or right[0].isupper() or right[0].isdigit() or left[-1].isdigit():
        return True
    if left.isupper() and len(left) > 1:  # `BERT-based`
        return True
    left, right = left.lower(), right.lower()
    joined = left + right
    if (joined in whole.words or joined in whole.text) and right not in _ARCHIVES.get(left, ()):
        return False
    if (
        f"{left}-{right}" in whole.text or right in _ARCHIVES.get(left, ()) or (chained and len(left) <= 3)
    ):  # `end-to-end`
        return True
    if len(left) < 3 or len(right) < 3 or left in _OPENING or not _is_word(left, whole):
        return False
    return _is_word(right, whole) or (len(left) >= 4 and len(right) >= 4 and _is_word(right, whole, longer=True))


def _is_word(half: str, whole: Spelling, *, longer: bool = False) -> bool:
    """Returns whether the paper has it as a word. `longer`: also with an ending, as `views`."""
    if half in whole.words:
        return True
    if not longer:
        return False
    at = whole.text.find(half)
    while at >= 0:
        before = whole.text[max(0, at - 1) : at]
        if not (before.isalnum() or before in _BONDS):
            return True
        at = whole.text.find(half, at + 1)
    return False
