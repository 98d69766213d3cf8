"""Converts traditional Chinese characters to the simplified ones of the word lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from digest.patterns import regex

_KANA = regex(r"[\u3040-\u30ff]")


def simplified(text: str) -> str:
    """Returns the text with OpenCC's simplified form of each character, in the same positions.
    Japanese, recognised by its kana, stays unchanged."""
    return text if text.isascii() or _KANA.search(text) else text.translate(_forms())


@cache
def _forms() -> Mapping[int, str]:
    traditional, simple = files(__package__).joinpath("traditional.txt").read_text("utf-8").splitlines()
    return str.maketrans(traditional, simple)  # type: ignore[return-value]  # its values are characters
