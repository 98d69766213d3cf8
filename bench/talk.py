"""Fits the judge of talk to its sentences, and says what it is worth on a fifth it was not fitted to. `python -m bench.talk [--write]`"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.report import aim, table
from digest.checks import talk
from digest.checks.shape import sentences_of

DATA = Path(__file__).resolve().parents[1] / "tests/data"
SETS = ("outputs", "outputs_strangers", "outputs_structure", "outputs_first_sight")
SAMPLE = DATA.parents[1] / "bot/cli/sample_day"
MIN, SHORT = 4, 120
STEPS, RATE, DECAY = 400, 0.05, 1e-5
Weights = NDArray[Any]


class Row(NamedTuple):
    language: str
    is_talk: bool
    text: str
    is_title: bool = False


def rows() -> list[Row]:
    """The sentences written for it, and those of sound outputs, of support's statements and of abstracts."""
    found = [
        Row(language, kind.endswith("talk"), text, kind.startswith("title"))
        for language, kind, text in (line.split("\t") for line in (DATA / "talk.tsv").read_text("utf-8").splitlines())
    ]
    for name in SETS:
        sound = (r for r in json.loads((DATA / f"{name}.json").read_text("utf-8")) if r["sound"])
        for r in sound:
            is_title = r["kind"] == "title"
            pieces = [r["text"]] if is_title else sentences_of(r["text"])
            found += [Row(r["language"].split("-")[0], False, piece.strip(), is_title) for piece in pieces]
    for pair in json.loads((DATA / "support_languages.json").read_text("utf-8")):
        found += [Row(s["language"], False, s["text"]) for s in pair["sentences"]]
    for paper in json.loads((DATA / "sample_day_2026_01_30.json").read_text("utf-8"))["papers"]:
        found.append(Row("en", False, paper["title"], is_title=True))
        found += [Row("en", False, piece.strip()) for piece in sentences_of(paper["abstract"])]
    return list(dict.fromkeys(found + _of_the_sample_day()))


def _of_the_sample_day() -> list[Row]:
    """Short sentences of ten papers, and those of the analyses of them, in two languages."""
    papers = json.loads((SAMPLE / "papers.json").read_text("utf-8"))["papers"]
    said = [Row("en", False, s.strip()) for p in papers for s in sentences_of("\n".join(_texts(p))) if len(s) < SHORT]
    for language, paper in ((lang, p["id"]) for lang in ("en", "zh") for p in papers):
        texts = _texts(json.loads((SAMPLE / language / f"{paper}.json").read_text("utf-8")))
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


def fit(data: list[Row]) -> tuple[Weights, float]:
    """Talk and the rest of a language weigh the same, and a language by the root of its sentences."""
    seen = np.zeros((len(data), talk.WIDTH), np.float32)
    for n, row in enumerate(data):
        found = list(talk.features(row.text, row.is_title))
        seen[n, found] = len(found) ** -0.5
    wanted = np.array([row.is_talk for row in data], np.float32)
    languages = np.array([row.language for row in data])
    weight = np.ones(len(data), np.float32)
    for language in set(languages):
        of = languages == language
        for half in (of & (wanted == 1), of & (wanted == 0)):
            if half.any():
                weight[half] = of.sum() ** 0.5 / half.sum()
    weight /= weight.sum()
    w: Weights = np.zeros(talk.WIDTH, np.float32)
    mean = square = w
    bias = 0.0
    for step in range(1, STEPS + 1):
        error = (1 / (1 + np.exp(-(seen @ w + bias))) - wanted) * weight
        slope = seen.T @ error + DECAY * w
        bias -= 2 * float(error.sum())
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        w = w - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return w, bias


def score(w: Weights, bias: float, row: Row) -> float:
    found = list(talk.features(row.text, row.is_title))
    return float(w[found].sum() / len(found) ** 0.5 + bias)


def write(w: Weights, bias: float) -> None:
    scale = float(np.abs(w).max()) / 127
    packed = (np.rint(w / scale).astype(np.int16) + 128).astype(np.uint8).tobytes()
    Path(talk.__file__).with_name("talk.bin").write_bytes(f"{scale:.8f}\n{bias:.8f}\n".encode() + packed)


def main() -> None:
    data = rows()
    if "--write" in sys.argv:
        write(*fit(data))
    fifth = np.random.default_rng(7).permutation(len(data)) < len(data) // 5
    model = fit([row for row, held in zip(data, fifth, strict=True) if not held])
    judged = [(row, score(*model, row) > 0.0) for row, held in zip(data, fifth, strict=True) if held]
    by = {key: [hit for row, hit in judged if (row.language, row.is_talk) == key] for key in {r[:2] for r, _ in judged}}
    table(
        ["language", "", "sentences", "called talk"],
        [[k[0], "talk" if k[1] else "paper", len(v), sum(v)] for k, v in sorted(by.items())],
    )
    good, bad = ([hit for row, hit in judged if row.is_talk is kind] for kind in (False, True))
    aim("talk.wrongly", sum(good) / len(good), most=0.12)
    aim("talk.found", sum(bad) / len(bad), least=0.8, last=True)


if __name__ == "__main__":
    main()
