"""Fits the judge of talk to its sentences, and says what it is worth on a fifth it was not fitted to. `python -m bench.talk [--write]`"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from babel.messages.pofile import read_po
from numpy.typing import NDArray

from bench.report import aim, table
from digest.checks import phrases, shape, talk
from digest.checks.shape import sentences_of
from digest.patterns import regex

DATA = Path(__file__).resolve().parents[1] / "tests/data"
SETS = ("outputs", "outputs_strangers", "outputs_structure", "outputs_first_sight")
SAMPLE = DATA.parents[1] / "bot/cli/sample_day"
MIN, SHORT = 4, 120
STEPS, RATE, DECAY = 400, 0.05, 0.08
STEP = 0.3
"""Of a weight as it is written: coarser ones are packed smaller."""
CUTS = 6
"""Places where a sentence is broken off."""
LONG, LEFT, HALVES = 6, 3, 2
"""Letters of a word that is broken, and of what is left of it, and how often it is broken."""
OPEN_FORMS = ("bracket", "placeholder", "template")
"""What the outputs are called that have brackets to be filled in."""
WEIGHTS = talk.WIDTH * len(talk.KINDS)
Weights = NDArray[Any]
KINDS = {
    "paper": (talk.SENTENCE, False), "talk": (talk.SENTENCE, True), "title": (talk.TITLE, False), "titletalk": (talk.TITLE, True),
    "aside": (talk.BRACKET, False), "slot": (talk.BRACKET, True), "headline": (talk.SENTENCE, False),
}  # fmt: skip
_END = regex(r"[.。．｡!！?？…]\s*\Z")
_WORD = regex(r"(?<![\w-])[A-Za-zÀ-ÖØ-öø-ɏЀ-ӿ][a-zß-öø-ɏа-яё]{2,}(?![\w-])")
_PIECE = regex(r"\s*(?:[^\s\u3041-\u30ff\u3400-\u9fff]+|[\u3041-\u30ff\u3400-\u9fff])")


class Row(NamedTuple):
    language: str
    is_talk: bool
    text: str
    of: int = talk.SENTENCE


def rows() -> list[Row]:
    """The sentences written for it, those of sound outputs, of support's statements and of abstracts; and what is left when they break off."""
    found = []
    for language, kind, text in (line.split("\t") for line in (DATA / "talk.tsv").read_text("utf-8").splitlines()):
        of, is_talk = KINDS[kind]
        if of == talk.BRACKET:
            found += [Row(language, is_talk, around, of) for around in _marked(text)]
        else:
            found.append(Row(language, is_talk, text, of))
            found += [Row(language, False, talk.as_of(language, text), talk.END)] * (kind == "headline")
    for name in SETS:
        outputs = json.loads((DATA / f"{name}.json").read_text("utf-8"))
        open_forms = (r for r in outputs if not r["sound"] and r.get("flaw") in OPEN_FORMS)
        found += [row for r in open_forms for row in _brackets(r["text"], r["language"], is_talk=True)]
        for r in (r for r in outputs if r["sound"]):
            of = talk.TITLE if r["kind"] == "title" else talk.SENTENCE
            pieces = [r["text"]] if of else sentences_of(r["text"])
            found += [Row(r["language"].split("-")[0], False, piece.strip(), of) for piece in pieces]
    for pair in json.loads((DATA / "support_languages.json").read_text("utf-8")):
        found += [Row(s["language"], False, s["text"]) for s in pair["sentences"]]
    for paper in json.loads((DATA / "sample_day_2026_01_30.json").read_text("utf-8"))["papers"]:
        found.append(Row("en", False, paper["title"], talk.TITLE))
        found += [Row("en", False, piece.strip()) for piece in sentences_of(paper["abstract"])]
    found = list(dict.fromkeys(found + _of_the_sample_day()))
    sound = [row for row in found if not row.is_talk]
    asides = [
        aside for row in sound if row.of != talk.BRACKET for aside in _brackets(row.text, row.language, is_talk=False)
    ]
    return found + asides + [end for row in sound for end in _ends(row)] + _words(sound)


def _words(sound: list[Row]) -> list[Row]:
    """The words of sound texts and of the catalogs, and those that are long enough broken off."""
    of: dict[str, set[str]] = defaultdict(set)
    for row in sound:
        of[row.language.split("-")[0]].update(_WORD.findall(row.text))
    for catalog in sorted(DATA.parents[1].glob("*/locale/*/LC_MESSAGES/*.po")):
        language = catalog.parts[-3].split("_")[0]
        for message in read_po(io.BytesIO(catalog.read_bytes())):
            of["en"].update(_WORD.findall(str(message.id)))
            of[language].update(_WORD.findall(str(message.string)))
    rows = []
    for language, words in sorted(of.items()):
        rows += [Row(language, False, talk.as_of(language, w), talk.WORD) for w in sorted(words)]
        known = {w.lower() for w in words}
        long = sorted(w for w in words if len(w) >= LONG)
        broken = {w[: -random.Random(w + str(n)).randint(2, len(w) - LEFT)] for w in long for n in range(HALVES)}
        rows += [
            Row(language, True, talk.as_of(language, w), talk.WORD) for w in sorted(broken) if w.lower() not in known
        ]
    return rows


def _marked(text: str) -> list[str]:
    """What stands between double braces, or all of it."""
    marks = list(re.finditer(r"\{\{(.+?)\}\}", text))
    square = text.replace("{{", "[ ").replace("}}", " ]")  # of the same length
    return [talk.bracket(square[: m.start()], "[", m[1], square[m.end() :]) for m in marks] or [
        talk.bracket("", "[", text, "")
    ]


def _brackets(text: str, language: str, *, is_talk: bool) -> list[Row]:
    plain = phrases.QUOTED.sub("“”", shape.CODE.sub(" ", text))
    return [
        Row(language.split("-", maxsplit=1)[0], is_talk, talk.around(b), talk.BRACKET)
        for b in phrases.TEMPLATE_BRACKET.finditer(plain)
        if b["after"] != "(" and any(map(str.isalpha, b["body"]))
    ]


def _ends(row: Row) -> list[Row]:
    """A sound sentence or title without its full stop, and the sentence broken off at some of its words."""
    whole = _END.sub("", row.text)
    pieces = _PIECE.findall(whole)
    if (
        len(pieces) < MIN
        or row.of not in (talk.SENTENCE, talk.TITLE)
        or (row.of == talk.SENTENCE and whole == row.text)
    ):
        return []
    ends = [Row(row.language, False, talk.as_of(row.language, whole), talk.END)]
    if row.of == talk.SENTENCE:
        places = random.Random(whole).choices(range(MIN, len(pieces) + 1), k=CUTS)  # the same each time
        broken = ("".join(pieces[:place]) for place in sorted({p for p in places if p < len(pieces)}))
        ends += [
            Row(row.language, True, talk.as_of(row.language, text), talk.END) for text in broken if text[-1].isalnum()
        ]
    return ends


def _of_the_sample_day() -> list[Row]:
    """Short sentences of ten papers, and those of the analyses of them, in two languages."""
    papers = json.loads((SAMPLE / "papers.json").read_text("utf-8"))["papers"]
    said = [Row("en", False, s.strip()) for p in papers for s in sentences_of("\n".join(_texts(p))) if len(s) < SHORT]
    replies = (*(p["id"] for p in papers), "ranking", "summary")
    for language, reply in ((lang, name) for lang in ("en", "zh") for name in replies):
        texts = _texts(json.loads((SAMPLE / language / f"{reply}.json").read_text("utf-8")))
        said += [Row(language, False, s.strip()) for text in texts for s in sentences_of(text)]
    for language in ("en", "zh"):
        answers = re.sub(
            r"(?ms)^```.*?^```$|^===.*?$|\[\d+\]", "", (SAMPLE / language / "answers.md").read_text("utf-8")
        )
        said += [Row(language, False, s.strip()) for s in sentences_of(answers)]
    return [row for row in said if len(row.text) > MIN]


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for name, v in value.items() if name not in ("authors", "quotation") for text in _texts(v)]
    return [text for v in value for text in _texts(v)] if isinstance(value, list) else [str(value)]


def _signs(data: list[Row]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Of each sign of each row: the row's number, the sign's, and what it counts."""
    found = [talk.features(row.text, row.of) for row in data]
    lengths = np.array([len(signs) for signs in found])
    return (
        np.repeat(np.arange(len(data)), lengths),
        np.concatenate([np.fromiter(signs, np.int64) for signs in found]),
        np.repeat(lengths**-0.5, lengths),
    )


def fit(data: list[Row]) -> tuple[Weights, list[float]]:
    """Kind by kind."""
    fitted = [_fit([row for row in data if row.of == of]) for of in talk.KINDS]
    return np.sum([w for w, _ in fitted], axis=0), [bias for _, bias in fitted]


def _fit(data: list[Row]) -> tuple[Weights, float]:
    """Talk and the rest of a language weigh the same, and a language by the root of its rows."""
    row, sign, counts = _signs(data)
    wanted = np.array([r.is_talk for r in data], np.float64)
    size = Counter(r.language for r in data)
    half = Counter((r.language, r.is_talk) for r in data)
    weight = np.array([size[r.language] ** 0.5 / half[r.language, r.is_talk] for r in data])
    weight /= weight.mean()
    w: Weights = np.zeros(WEIGHTS)
    mean = square = w
    bias = 0.0
    for step in range(1, STEPS + 1):
        score = np.bincount(row, counts * w[sign], len(data)) + bias
        error = (1 / (1 + np.exp(-score)) - wanted) * weight
        slope = np.bincount(sign, counts * error[row], WEIGHTS) + DECAY * w
        bias -= 2 * float(error.mean())
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        w = w - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return w, bias


def score(w: Weights, biases: list[float], row: Row) -> float:
    found = list(talk.features(row.text, row.of))
    return float(w[found].sum() / len(found) ** 0.5 + biases[row.of])


def write(w: Weights, biases: list[float]) -> None:
    scale = STEP
    packed = zlib.compress(
        (np.clip(np.rint(w / scale), -128, 127).astype(np.int16) + 128).astype(np.uint8).tobytes(), 9
    )
    Path(talk.__file__).with_name("talk.bin").write_bytes(
        f"{scale:.8f}\n{' '.join(f'{bias:.8f}' for bias in biases)}\n".encode() + packed
    )


def main() -> None:
    data = rows()
    if "--write" in sys.argv:
        write(*fit(data))
        return
    fifth = np.random.default_rng(7).permutation(len(data)) < len(data) // 5
    model = fit([row for row, held in zip(data, fifth, strict=True) if not held])
    judged = [(row, score(*model, row) > 0.0) for row, held in zip(data, fifth, strict=True) if held]
    by: dict[tuple[str, str], list[list[bool]]] = defaultdict(lambda: [[], []])
    for row, hit in judged:
        by[row.language, ("sentence", "title", "end", "bracket", "word")[row.of]][row.is_talk].append(hit)
    table(
        ["language", "", "sound", "flagged", "talk", "found"],
        [
            [*k, len(good), sum(good), len(bad), sum(bad)]
            for k, (good, bad) in sorted(by.items(), key=lambda i: i[0][::-1])
        ],
    )
    good, bad = ([hit for row, hit in judged if row.of < talk.END and row.is_talk is kind] for kind in (False, True))
    aim("talk.wrongly", sum(good) / len(good), most=0.12)
    aim("talk.found", sum(bad) / len(bad), least=0.8, last=True)


if __name__ == "__main__":
    main()
