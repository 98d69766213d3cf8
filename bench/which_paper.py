"""Which paper a question is about: right, asked back though it could be told, wrong. `python -m bench.which_paper [FILE] [--data DIR]`"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.report import aim, options, shared, table
from digest.model import Paper
from digest.which_paper.resolve import Known, Resolution, resolve

SETS = Path(__file__).resolve().parents[1] / "tests" / "data"


def digests(data: dict[str, Any]) -> list[tuple[date, list[Known]]]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        (
            date.fromisoformat(d["day"]),
            [
                Known(
                    p["number"],
                    Paper(p["id"], 1, p["title"], p["abstract"], tuple(p["authors"]), ("cs.CV",), at, at),
                    p["said"],
                )
                for p in d["papers"]
            ],
        )
        for d in data["digests"]
    ]


def ask(row: dict[str, Any], known: list[tuple[date, list[Known]]]) -> Resolution:
    day, papers = known[row["digest"]]
    id_of = {k.number: k.paper.id for k in papers}
    under, before = row.get("under", []), id_of.get(row.get("before", 0))
    return resolve(
        row["question"],
        papers=() if row.get("alone") else papers,
        earlier=[d for d in known if d[0] < day],
        replied_to=id_of.get(row.get("replied", 0)),
        subject=id_of.get(row.get("subject", 0)),
        under_discussion=tuple(id_of[n] for n in (under if isinstance(under, list) else [under]) if n in id_of),
        discussed_before=(before,) if before else (),
        today=day,
    )


def verdict(row: dict[str, Any], known: list[tuple[date, list[Known]]], got: Resolution) -> str:
    id_of = {k.number: k.paper.id for k in known[row["digest"]][1]}
    if row["expect"] == "ask":
        return "right" if got.ask else "wrong"
    if got.ask:
        return "asked"
    if row["expect"] == "day":
        return "right" if got.about_day else "wrong"
    wanted = [id_of.get(e, e) if isinstance(e, int) else e for e in row["expect"]]
    return "right" if set(got.paper_ids) == set(wanted) and not got.about_day else "wrong"


def taken_for_absent(data: dict[str, Any], known: list[tuple[date, list[Known]]]) -> list[bool]:
    """For each question whose paper is told by its words alone: whether another one is taken for it
    once the paper is not in the digest. A digest's papers are alike, and words of a language that
    the tables do not hold leave as little of a description."""
    taken = []
    for row in data["questions"]:
        day, papers = known[row["digest"]]
        left = [k for k in papers if isinstance(row["expect"], list) and k.number not in row["expect"]]
        if {"under", "replied", "subject", "alone"} & row.keys() or not 0 < len(left) < len(papers):
            continue
        if (here := ask(row, known)).ask or here.why in ("description", "fit"):
            absent = resolve(row["question"], papers=left, today=day)
            taken.append(bool(absent.paper_ids) and not absent.about_day)
    return taken


def _counts(verdicts: list[str]) -> list[int]:
    return [len(verdicts), *(verdicts.count(said) for said in ("right", "asked", "wrong"))]


def main() -> None:
    data = json.loads((options().file or shared("which_paper.json", SETS)).read_text("utf-8"))
    known = digests(data)
    started = time.perf_counter()
    judged = [(row, got := ask(row, known), verdict(row, known, got)) for row in data["questions"]]
    took = (time.perf_counter() - started) / len(judged) * 1000
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for row, _, said in judged:
        by[row["kind"]][said] += 1
    table(
        ["kind", "n", "right", "asked", "wrong"],
        [[k, c.total(), c["right"], c["asked"], c["wrong"]] for k, c in sorted(by.items())],
    )
    sets = sorted({row.get("set", 1) for row, *_ in judged})
    print()
    table(
        ["set", "n", "right", "asked", "wrong"],
        [[k, *_counts([v for row, _, v in judged if row.get("set", 1) == k])] for k in sets],
    )
    print(f"\n{data.get('about', '')}")
    for said in ("wrong", "asked"):
        print(f"\n{said}:")
        for row, got, mine in judged:
            if mine == said:
                context = {k: row[k] for k in ("digest", "under", "replied", "subject") if k in row}
                print(
                    f"  {row['question']!r} {context} expected {row['expect']}, got {'day' if got.about_day else list(got.paper_ids) or 'ask'} ({got.why})"
                )
    if taken := taken_for_absent(data, known):
        aim("which_paper.taken_for_absent", sum(taken) / len(taken))
    total = len(judged)
    print(f"\n{total} questions, {took:.1f} ms each")
    aim("which_paper.right", sum(v == "right" for *_, v in judged) / total)
    aim("which_paper.asked_back", sum(v == "asked" for *_, v in judged) / total)
    aim("which_paper.wrong", sum(v == "wrong" for *_, v in judged) / total, most=0.02, last=True)


if __name__ == "__main__":
    main()
