"""Tells which fonts in a page have letters that nobody could read. Pure."""

from __future__ import annotations

from io import BytesIO

from digest.fulltext.html.values import split

_LETTERS = "etaoinshrdlu"
_SIZE = 50
_LEAST = 0.1
"""Height or width in units of the type's size. Nobody reads smaller letters."""


def family(value: str) -> str:
    """Returns the first family in a value."""
    return split(value, ",")[0].strip(" \"'")


def is_blank(data: bytes) -> bool:
    from PIL import ImageFont  # noqa: PLC0415  # few pages hold fonts

    try:
        font = ImageFont.truetype(BytesIO(data), _SIZE)
        ink = font.getmask(_LETTERS).getbbox()
        wide = font.getlength(_LETTERS) / len(_LETTERS)
    except (OSError, ValueError):
        return False
    return ink is None or min(ink[3] - ink[1], wide) < _LEAST * _SIZE
