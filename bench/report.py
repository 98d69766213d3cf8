"""What every benchmark prints with: where the data is, a table, and the metrics as JSON lines with their aims."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
_missed: list[str] = []


def shared(name: str) -> Path:
    """A file of the evaluation data; ends the run with a sentence and exit 1 when it is not there."""
    path = DATA / name
    if not path.exists():
        sys.exit(f"This benchmark needs {name} in ../shared/data beside the project, and it is not there.")
    return path


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[str(c) if not isinstance(c, float) else f"{c:.4g}" for c in row] for row in [list(head), *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for number, row in enumerate(cells):
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * w for w in widths))


def aim(
    metric: str, value: float, *, least: float | None = None, most: float | None = None, last: bool = False
) -> None:
    """One JSON line for a metric. With `last`, ends the run: exit 1 when any aim was missed."""
    met = (least is None or value >= least) and (most is None or value <= most)
    wanted = " and ".join(
        [*([f">= {least:g}"] if least is not None else []), *([f"<= {most:g}"] if most is not None else [])]
    )
    if not met:
        _missed.append(metric)
    print(json.dumps({"metric": metric, "value": round(value, 4), "aim": wanted}))
    if last:
        sys.exit(1 if _missed else 0)
