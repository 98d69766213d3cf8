"""Judges whether a sentence talks about a text or to its reader, and not about a paper.

A logistic regression over words and runs of characters in nine languages, which
`python -m bench.talk --write` fits to `tests/data/talk.tsv` and writes to `talk.bin`. A quotation
is one sign to it, and so is a figure. Titles, brackets and the ends of texts have weights of their
own.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from digest.checks import language as lang
from digest.checks import phrases
from digest.patterns import regex

WIDTH = 1 << 16
SENTENCE, TITLE, END, BRACKET = range(4)
_READ = 240
"""Characters of a sentence that are read."""
_LETTERS = regex(r"[A-Za-zÀ-ɏЀ-ӿ]|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TOKEN = regex(r"[a-zà-ɏа-яё]+|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+|[^\w\s]")
_LAST = regex(r"[^\W\d_\u3041-\u30ff\u3400-\u9fff]+|[\u3041-\u30ff\u3400-\u9fff]|\d+|[^\w\s]")
_AROUND = 40
_WORDS_A_CLASS = 5
_LONGEST = 8


@lru_cache(maxsize=1)
def _weights() -> tuple[list[int], float, float]:
    """The weight of each feature, their scale, and what is added to all."""
    scale, bias, packed = Path(__file__).with_name("talk.bin").read_bytes().split(b"\n", 2)
    return [byte - 128 for byte in zlib.decompress(packed)], float(scale), float(bias)


def features(text: str, of: int = SENTENCE) -> set[int]:
    signs = _of_end if of == END else _of_bracket if of == BRACKET else _of_words
    return {zlib.crc32(name.encode(), of) % WIDTH for name in signs(text)}


def _of_words(sentence: str) -> Iterator[str]:
    tokens = _TOKEN.findall(phrases.QUOTED.sub(" ¤ ", sentence.strip())[:_READ].lower())
    tokens = ["^", *("0" if t[0].isdigit() else t for t in tokens), "$"]
    yield from ("bias", f"L{min(len(tokens) // _WORDS_A_CLASS, _LONGEST)}")
    yield from (f"F{tokens[1]}", f"F{tokens[1][:6]} {tokens[2:3]}", f"E{tokens[-3:-1]}")
    for before, token, after in zip(tokens, tokens[1:], [*tokens[2:], ""], strict=False):
        yield from (f"{before[-6:]}_{token[:6]}", f"{before[:5]}__{after[:5]}")
        if token[0] >= "\u3041":
            yield from (token[i : i + n] for n in (1, 2, 3) for i in range(len(token) - n + 1))
        elif token.isalpha():
            yield from ("w" + token, "p" + token[:4], "p" + token[:6], "s" + token[-3:])
        else:
            yield "x" + token


def _of_end(text: str) -> Iterator[str]:
    """The last words, which tell a sentence that ends from one that was broken off."""
    before, last = ["", "", *(t.lower() for t in _LAST.findall(text[-_READ:]))][-2:]
    yield from ("bias", f"little {lang.is_little(last)} {lang.is_little(before)}", f"little {lang.is_little(last)}")
    yield from ("w" + last, f"{before} {last}", "b" + before, f"{before[-2:]}_{last[-2:]}")
    yield from (f"s{last[-n:]}" for n in (1, 2, 3))


def bracket(before: str, opened: str, body: str, after: str) -> str:
    """As it is judged, with what stands around it."""
    return "\x1f".join((before[-_AROUND:], opened, body.strip(), after[:_AROUND]))


def around(found: re.Match[str]) -> str:
    """The bracket that `phrases.TEMPLATE_BRACKET` found."""
    text = found.string
    return bracket(text[: found.start()], found["open"], found["body"], text[found.end("close") :])


def _of_bracket(text: str) -> Iterator[str]:
    before, opened, body, after = text.split("\x1f")
    yield from _of_words(body)
    yield from (
        "round" if opened in "(（" else "square",
        "caps" if body.isupper() else "small" if body.islower() else "mixed",
    )
    if before or after:
        ahead = ["", "^", *_LAST.findall(before.lower())]
        following = [*_LAST.findall(after.lower()), "$"][0]
        yield from (f"B{ahead[-1]}", f"B{ahead[-2:]}", f"A{following}", f"A{following[0].isalnum()}")


@lru_cache(maxsize=512)
def talks(text: str, of: int = SENTENCE) -> float:
    """Above 0 for more likely than not; a sentence about a paper has about -2.

    Of an end: that it is none; of the words in a bracket: that they ask for others.
    """
    weights, scale, bias = _weights()
    if not _LETTERS.search(phrases.QUOTED.sub("", text)):
        return -9.0
    found = features(text, of)
    total = sum(weights[i] for i in found)
    return float(total * scale / len(found) ** 0.5 + bias)
