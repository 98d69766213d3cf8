"""The gate on labelled real outputs: unusable ones caught, sound ones wrongly flagged. `python -m bench.gate [FILE] [--data DIR]`"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.report import aim, options, shared, table
from digest.checks import clean, problems_of

KINDS = {"title_zh": "title", "translated_title": "title", "tldr": "sentence", "en_tdlr": "sentence"}
SETS = ("outputs.json", "outputs_strangers.json", "outputs_structure.json", "outputs_first_sight.json")
DISPUTED = {"2502.07286": "labelled sound; ends in `http://example.com/code` and tells the reader to replace it"}
"""Labels are by rule, except for the requests: these the text itself contradicts. They count as they are labelled."""


def read(path: Path) -> list[dict[str, Any]]:
    """Rows as in `outputs/model_outputs_dev.jsonl`; those of `tests/data/outputs.json` are given its names."""
    text = path.read_text("utf-8")
    if text.lstrip().startswith("["):
        rows = json.loads(text)
    else:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [row if "label" in row else _named(row, n, path.stem) for n, row in enumerate(rows)]


def _named(row: dict[str, Any], number: int, name: str) -> dict[str, Any]:
    own = {
        "label": int(not row["sound"]),
        "kind": row.get("flaw", "unnamed"),
        "field": row["kind"],
        "id": number,
        "source": name,
    }
    return own | {
        "text": row["text"],
        "about": {"language": row["language"], "kind": row["kind"], "source": row.get("source", "")},
    }


def faults(row: dict[str, Any]) -> list[str]:
    language = "en" if row["field"].startswith("en_") else "zh"
    about = row.get("about") or {"language": language, "kind": KINDS.get(row["field"], "part")}
    return [p.fault.value for p in problems_of(row["text"] or "", where=row["field"], **about)]


def _written() -> None:
    """The sets of our own, in twelve languages, that the tests hold."""
    data = Path(__file__).resolve().parents[1] / "tests/data"
    rows = [row for name in SETS for row in json.loads((data / name).read_text("utf-8"))]
    by: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        about = {"language": row["language"], "kind": row["kind"], "source": row.get("source", "")}
        found = bool(problems_of(row["text"], where="x", **about))
        counts = by[row["language"]]
        counts[0 if row["sound"] else 2] += 1
        counts[1 if row["sound"] else 3] += found
    print("\nOur own sets, in the tests (used while the gate was made, so no measure of what is new):")
    table(["language", "sound", "flagged", "unusable", "flagged"], [[k, *v] for k, v in sorted(by.items())])


def main() -> None:
    rows = read(options().file or shared("outputs/model_outputs_dev.jsonl"))
    started = time.perf_counter()
    judged = [(row, faults(row)) for row in rows]
    took = time.perf_counter() - started
    by: dict[tuple[int, str], list[bool]] = defaultdict(list)
    for row, found in judged:
        by[row["label"], row["kind"]].append(bool(found))
    table(
        ["label", "kind", "n", "flagged"],
        [[("sound", "unusable")[k[0]], k[1], len(v), sum(v)] for k, v in sorted(by.items())],
    )
    print("\nMissed:")
    for row, found in judged:
        if row["label"] and not found:
            print(f"  {row['source']} {row['id']} {row['field']} {row['kind']}: {row['text'][:160]!r}")
    print("\nWrongly flagged:")
    for row, found in judged:
        if not row["label"] and found:
            doubt = f"  (disputed: {DISPUTED[row['id']]})" if row["id"] in DISPUTED else ""
            print(f"  {row['source']} {row['id']} {row['field']} {row['kind']} {found}: {row['text'][:120]!r}{doubt}")
    bad = [bool(f) for r, f in judged if r["label"]]
    good = [bool(f) for r, f in judged if not r["label"]]
    kept = [
        r
        for r, _ in judged
        if r["label"] and r["kind"] == "asks_user_or_meta" and clean(r["text"]) not in ("", r["text"].strip())
    ]
    print(
        f"\nChatter around a sound text: {len(kept)} texts cut to their sound part; {took / max(len(rows), 1) * 1000:.1f} ms a text"
    )
    _written()
    aim("gate.wrongly_flagged", sum(good) / max(len(good), 1), most=0.02)
    aim("gate.caught", sum(bad) / max(len(bad), 1), least=0.98, last=True)


if __name__ == "__main__":
    main()
