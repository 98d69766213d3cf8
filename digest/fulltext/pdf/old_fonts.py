"""Reads the letters of TeX's bitmap fonts, which only say which code each letter has.

PDFium takes the codes for Latin-1. TeX's fonts are coded as T1 or, for Cyrillic, as T2A. Words of
upper codes alone are Cyrillic, because no Latin script has them. Texts keep their length."""

from __future__ import annotations

import unicodedata
from itertools import compress, repeat

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.characters import is_legible
from digest.fulltext.pdf.pdfium_calls import Argument
from digest.patterns import regex

_CODES = range(0x80, 0x100)
_LIKE_LATIN = {ord(a): b for a, b in zip("iIjJ", "іІјЈ", strict=True)}
"""Cyrillic letters to which T2A gives the codes of Latin ones."""
_T1 = dict(zip(_CODES, (
    "ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞàáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß"
), strict=True))  # fmt: skip
_T2A = dict(zip(_CODES, (
    "ҐҒЂЋҺҖҘЉЇҚҠҜӔҢҤЅӨҪЎҮҰҲЏҸҶЄӘЊЁ№¤§ґғђћһҗҙљїқҡҝӕңҥѕөҫўүұҳџҹҷєәњё„«»"
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
), strict=True))  # fmt: skip
_IN_CYRILLIC = frozenset((*map(chr, _T2A), *map(chr, _LIKE_LATIN)))
_T2A |= _LIKE_LATIN
_UNSTRUCK = str.maketrans("łŁøØđĐı", "lLoOdDi")
_UPPER = regex("[\x80-\xff]")
_WORD = regex("[A-Za-z\x80-\xff]+")
_CYRILLIC_WORD = regex("(?<![A-Za-z\x80-\xff])[\x80-\x9c\xa0-\xbc\xc0-\xff]{4,}(?![A-Za-z\x80-\xff])")
_VOWELS = frozenset("аеёиоуыэюяіїє")
LEAST, MOST = 0.3, 0.55
"""Share of vowels in a text, at least and at most."""


def decoded(page: Argument, text: str) -> tuple[str, bool]:
    """Returns the page's text, in which positions stay the same, and whether it is readable."""
    at = [found.start() for found in _UPPER.finditer(text)]
    codes = set(compress(at, map(pdfium_calls.is_unmapped, repeat(page), at)))
    if not codes:
        return text, is_legible(text)
    coded = "".join(char if not "\x80" <= char <= "\xff" or i in codes else " " for i, char in enumerate(text))
    cyrillic = _is_cyrillic("".join(_CYRILLIC_WORD.findall(coded)).translate(_T2A).lower())
    signs = list(text)
    for word in _WORD.finditer(coded):
        table = _T2A if cyrillic and not set(word[0]) - _IN_CYRILLIC and not word[0].isascii() else _T1
        signs[word.start() : word.end()] = word[0].translate(table)
    text = "".join(signs)
    return text, cyrillic or is_legible(_plain(text))


def _plain(text: str) -> str:
    """Returns the text with the base letters of accents and strokes."""
    return "".join(filter(str.isascii, unicodedata.normalize("NFD", text.translate(_UNSTRUCK))))


def _is_cyrillic(letters: str) -> bool:
    return LEAST * len(letters) <= sum(map(letters.count, _VOWELS)) <= MOST * len(letters) if letters else False
