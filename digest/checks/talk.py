"""Judges whether a sentence talks about a text or to its reader, and not about a paper.

A logistic regression over words and runs of characters in eight languages, which
`python -m bench.talk --write` fits to `tests/data/talk.tsv` and writes to `talk.bin`. A quotation
is one sign to it, and so is a figure. Titles have weights of their own.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

from digest.checks import phrases
from digest.patterns import regex

WIDTH = 1 << 15
_READ = 240
"""Characters of a sentence that are read."""
_LETTERS = regex(r"[A-Za-zÀ-ɏЀ-ӿ]|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TOKEN = regex(r"[a-zà-ɏа-яё]+|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+|[^\w\s]")
_WORDS_A_CLASS = 5
_LONGEST = 8


@lru_cache(maxsize=1)
def _weights() -> tuple[list[int], float, float]:
    """The weight of each feature, their scale, and what is added to all."""
    scale, bias, packed = Path(__file__).with_name("talk.bin").read_bytes().split(b"\n", 2)
    return [byte - 128 for byte in packed], float(scale), float(bias)


def features(sentence: str, is_title: bool = False) -> set[int]:
    tokens = _TOKEN.findall(phrases.QUOTED.sub(" ¤ ", sentence.strip())[:_READ].lower())
    found, before = {f"L{min(len(tokens) // _WORDS_A_CLASS, _LONGEST)}"}, "^"
    for token in (*("0" if t[0].isdigit() else t for t in tokens), "$"):
        found.add(f"{before[-6:]}_{token[:6]}")
        if token[0] >= "\u3041":
            found.update(token[i : i + n] for n in (1, 2, 3) for i in range(len(token) - n + 1))
        elif token.isalpha():
            found.update(("w" + token, "p" + token[:4], "p" + token[:6]))
        else:
            found.add("x" + token)
        before = token
    return {zlib.crc32(name.encode(), is_title) % WIDTH for name in found}


@lru_cache(maxsize=512)
def talks(sentence: str, is_title: bool = False) -> float:
    """Above 0 for more likely than not; a sentence about a paper has about -2."""
    weights, scale, bias = _weights()
    if not _LETTERS.search(phrases.QUOTED.sub("", sentence)):
        return -9.0
    found = features(sentence, is_title)
    total = sum(weights[i] for i in found)
    return float(total * scale / len(found) ** 0.5 + bias)
