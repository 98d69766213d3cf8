"""Answers without a model on questions in other words: found in the marked evidence, or told honestly.

`--data DIR` takes other papers and questions of the same form (`qasper/…json`, `paraphrases.json`).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from bench import qasper
from bench.report import aim, options, shared, table
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Answer, Paper
from digest.ports import Source

SET = Path(__file__).resolve().parents[1] / "tests" / "data"
AT = datetime(2020, 1, 1, tzinfo=UTC)


async def silent(_: str) -> None:
    pass


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def verdict(answer: Answer, evidence: set[str]) -> str:
    """`found`: a quotation stands in the evidence; `told`: it says that the words do not match."""
    shown = [q.evidence for q in answer.quotes] + ([answer.nearest] if answer.nearest else [])
    if any(_squeezed(e.quotation[:80]) in marked for e in shown for marked in evidence):
        return "found"
    told = not answer.found or "Not in them" in answer.text
    return "neither" if not told else "told" if shown else "silent"


async def main() -> None:
    texts, asked = qasper.load()
    raw = json.loads(shared("qasper/qasper_dev_split.json").read_text("utf-8"))
    number = {paper["id"]: i for i, paper in enumerate(raw)}
    rows = json.loads(shared("paraphrases.json", SET).read_text("utf-8"))["questions"]
    by: dict[str, Counter[str]] = defaultdict(Counter)
    lines = []
    for row in rows:
        at = number[row["paper"]]
        evidence = {_squeezed(e) for a in asked if a.paper == at and a.question == row["asked"] for e in a.evidence}
        paper = Paper(row["paper"], 1, raw[at]["title"], raw[at].get("abstract") or "", (), ("cs.CL",), AT, AT)
        answer = await ExtractiveAnalyst().answer(row["question"], [Source(paper, texts[at])], (), "en", silent)
        said = verdict(answer, evidence)
        by[row["kind"]][said] += 1
        lines.append(f"  {said:8} {row['question']}  {answer.text}")
    kinds = ("found", "told", "silent", "neither")
    table(["kind", "n", *kinds], [[k, c.total(), *(c[s] for s in kinds)] for k, c in by.items()])
    print("\n".join(["", *lines]))
    words = by["paraphrase"]
    aim("without_model.found", words["found"] / words.total())
    aim("without_model.found_or_told", 1 - words["neither"] / words.total())
    aim("without_model.chinese_unrelated", by["chinese"]["neither"] / by["chinese"].total())
    aim("without_model.nothing_shown_at_zero_overlap", 1 - by["nothing"]["silent"] / by["nothing"].total(), most=0)
    aim("without_model.other_script_told", by["script"]["neither"] / by["script"].total(), most=0, last=True)


if __name__ == "__main__":
    options()
    sys.exit(asyncio.run(main()))
