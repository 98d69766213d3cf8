"""Judges whether a sentence talks about a text or to its reader, and not about a paper.

The judge is a logistic regression over words and runs of characters in nine languages. `python -m
bench.talk --write` fits it to `tests/data/talk.tsv` and writes it to `talk.bin`. A quotation is one
sign to it, and so is a figure. Titles, brackets and the ends of texts have weights of their own."""

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
SENTENCE, TITLE, END, BRACKET, WORD = KINDS = range(5)
"""Kinds of text. Each has weights of its own, so fitting one kind changes no other."""
_READ = 240
"""Characters of a sentence that are read."""
_LETTERS = regex(r"[A-Za-zÀ-ɏЀ-ӿ]|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TOKEN = regex(r"[a-zà-ɏа-яё]+|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\d+|[^\w\s]")
_LAST = regex(r"[^\W\d_\u3041-\u30ff\u3400-\u9fff]+|[\u3041-\u30ff\u3400-\u9fff]|\d+|[^\w\s]")
_CLAUSE = regex(r"[,，、;；:：。.!！?？]")
_AS_OF = "\x1e"
_AROUND = 40
_WORDS_A_CLASS = 5
_LONGEST = 8


@lru_cache(maxsize=1)
def _weights() -> tuple[bytes, float, list[float]]:
    """Returns the features' weights, each raised by 128, their scale, and each kind's constant."""
    scale, biases, packed = Path(__file__).with_name("talk.bin").read_bytes().split(b"\n", 2)
    return zlib.decompress(packed), float(scale), [float(bias) for bias in biases.split()]


_PERSONS = {
    "first": regex(
        r"\bI(?: [a-z]|['’](?:m|ll|d|ve)\b)|(?<!-)\b(?i:ich|mir|mich|je|yo|eu)\b(?!-)|\b[jJ]['’]"
        r"|我(?!们)|(?<!\w)(?:私[はがのも]|저[는도]|제가|내가|나는|(?:я|мне|меня)(?!\w))"
    ),
    "second": regex(
        r"\b(?i:you|your|yours|vous|votre|vos|usted|ustedes|você|vocês|du|dir|dich|dein\w{0,2}|вы|вам|ваш\w{0,3})\b"
        r"|(?<=\w )(?:Sie|Ihnen|Ihre?[nmrs]?)\b|[您你](?!们)|あなた|ご(?:依頼|要望|希望|質問|確認|覧)|당신|여러분|귀하"
    ),
    "please": phrases.POLITE,
}
"""Signs of the same worth in every language: who is spoken of, and how."""


def features(text: str, of: int = SENTENCE) -> set[int]:
    signs = _SIGNS.get(of, _of_words)
    return {of * WIDTH + zlib.crc32(name.encode()) % WIDTH for name in signs(text)}


def _of_words(sentence: str) -> Iterator[str]:
    sentence = phrases.QUOTED.sub(" ¤ ", sentence.strip())[:_READ]
    tokens = _TOKEN.findall(sentence.lower())
    tokens = ["^", *("0" if t[0].isdigit() else t for t in tokens), "$"]
    yield from ("bias", f"L{min(len(tokens) // _WORDS_A_CLASS, _LONGEST)}")
    yield from (f"P{name}" for name, said in _PERSONS.items() if said.search(sentence))
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
    """Yields the last words, which tell a complete sentence from one that was broken off."""
    language, _, sentence = text.partition(_AS_OF)
    written = ["", "", *_LAST.findall(sentence[-_READ:])]
    before, last = (t.lower() for t in written[-2:])
    little = lang.is_little(last)
    yield from (
        "bias",
        f"{language} w{last}",
        f"{language} little {little} {lang.is_little(before)}",
        f"little {little}",
    )
    yield from (f"{before} {last}", "b" + before, f"{before[-2:]}_{last[-2:]}")
    yield from (f"s{last[-n:]}" for n in range(1, 6) if not little)
    yield from (f"l{min(len(last), 12) // 2}", f"{written[-1].istitle()}{written[-1].isupper()}{last[-2:]}")
    if last >= "\u3041":
        yield from (f"s{''.join(written[-n:])}" for n in (2, 3, 4, 5))
    clause = _LAST.findall(_CLAUSE.split(sentence[-_READ:].lower())[-1])
    yield from (f"C{min(len(clause), 9)}", f"c{clause[:1]}", f"c{clause[:2]}", f"c{clause[:2]} {last}")


def bracket(before: str, opened: str, body: str, after: str) -> str:
    """Returns a bracket as it is judged, with the text around it."""
    return "\x1f".join((before[-_AROUND:], opened, body.strip(), after[:_AROUND]))


def around(found: re.Match[str]) -> str:
    """Returns the bracket that `phrases.TEMPLATE_BRACKET` found, as it is judged."""
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


def as_of(language: str, text: str) -> str:
    """Returns an end or a word as it is judged, with its language."""
    return f"{lang.base(language)}{_AS_OF}{text}"


def _of_word(text: str) -> Iterator[str]:
    """Yields a word's end and what precedes it, which tell a word from the beginning of one."""
    language, _, whole = text.partition(_AS_OF)
    lower = whole.lower()
    for of in ("", language):
        yield from (f"{of} w{lower}", f"{of} l{min(len(lower), 15) // 3} {whole[0].isupper()}")
        yield from (f"{of} s{lower[-n:]}" for n in range(1, 7))
        yield from (f"{of} p{lower[:n]}{len(lower)}" for n in (3, 4, 5))


_SIGNS = {END: _of_end, BRACKET: _of_bracket, WORD: _of_word}


@lru_cache(maxsize=512)
def talks(text: str, of: int = SENTENCE) -> float:
    """Returns a score: above 0 for more likely than not; a sentence about a paper has about -2.

    For an end, it says that it is none; for the words in a bracket, that they ask for others; for a
    word, that it is the beginning of one."""
    weights, scale, biases = _weights()
    if not _LETTERS.search(phrases.QUOTED.sub("", text)):
        return -9.0
    found = features(text, of)
    total = sum(weights[i] for i in found) - 128 * len(found)
    return float(total * scale / len(found) ** 0.5 + biases[of])
