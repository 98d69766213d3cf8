"""Writes Chinese of traditional characters in simplified ones, in which words are known here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from digest.patterns import regex

_KANA = regex(r"[\u3040-\u30ff]")


def simplified(text: str) -> str:
    """The text with OpenCC's simplified form of each character, at the same place. Japanese, which
    its kana tell, stays as it is."""
    return text if text.isascii() or _KANA.search(text) else text.translate(_forms())


@cache
def _forms() -> Mapping[int, str]:
    traditional, simple = files(__package__).joinpath("traditional.txt").read_text("utf-8").splitlines()
    return str.maketrans(traditional, simple)  # type: ignore[return-value]  # its values are characters
