"""What every benchmark prints with: where the data is, a table, and the metrics as JSON lines with their aims."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
_missed: list[str] = []


def options() -> argparse.Namespace:
    """`--data DIR` puts other data of the same form in place of `../shared/data`; a file may be named alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--data", type=Path)
    return parser.parse_known_args()[0]


def shared(name: str, default: Path = DATA) -> Path:
    """A file of the evaluation data; ends the run with a sentence and exit 1 when it is not there.

    In another folder it may lie at the top, or have another name of the same suffix.
    """
    folder = options().data or default
    room = name.split("/", maxsplit=1)[0].split(".", maxsplit=1)[0]
    places = [folder / name, folder / Path(name).name]
    others = [*sorted((folder / room).glob("*.json*")), *sorted(folder.glob("*.json*"))]
    places += [path for path in others if room in (path.parent.name, path.name[: len(room)])] + others[:1]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        sys.exit(f"This benchmark needs {name} in {folder}, and it is not there.")
    return found


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
