"""Tells which fonts that a page holds draw nothing that could be read. Pure."""

from __future__ import annotations

from io import BytesIO

from digest.fulltext.html.values import split

_LETTERS = "etaoinshrdlu"
_SIZE = 50
_LEAST = 0.1
"""Of the type's size: lower or narrower letters nobody reads."""


def family(value: str) -> str:
    """The first of the families that a value names."""
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
