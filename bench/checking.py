"""What checks and evidence cost a digest of ten whose output is sound: their share of its wall time, and model calls beyond the least.

The digest runs as a process of its own in which every check and every search for a quotation is timed, by the processor: they hold the interpreter, so
on a machine that is not busy they cannot add more than that, and mostly less, while papers are still being written. The model writes about fifty
tokens a second, as hosted ones do, unless told otherwise by `--tokens-per-second`.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import report
from bench.world import World, world

OURS = ("digest.llm.", "digest.checks", "digest.evidence.")
WORDS = ("digest", "--categories", "cs.CV", "--papers", "10", "--language")
LANGUAGES = ("zh", "en")
LEAST = {"ranking": 4, "analysis": 10, "summary": 1}

Times = list[tuple[str, float]]


# ---------------------------------------------------------------- in the digest's process


def timed(times: Times) -> None:
    """Puts a watch on all that checks: what the Analyst sends to threads, and what it does on the loop."""
    from digest.llm import analysis, ranking, repair, summary

    in_thread = asyncio.to_thread

    async def to_thread(function: Callable[..., Any], /, *args: Any, **values: Any) -> Any:
        ours = str(getattr(function, "__module__", "")).startswith(OURS)
        return await in_thread(watched(function, "in a thread", times) if ours else function, *args, **values)

    asyncio.to_thread = to_thread
    for module, name in (
        (analysis, "draft_from"),
        (repair, "draft_from"),
        (summary, "draft_from"),
        (ranking, "parse_object"),
    ):
        setattr(module, name, watched(getattr(module, name), "on the loop", times))


def watched(function: Callable[..., Any], where: str, times: Times) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **values: Any) -> Any:
        begun = time.thread_time()
        try:
            return function(*args, **values)
        finally:
            times.append((f"{function.__qualname__}, {where}", time.thread_time() - begun))

    return call


def run(into: Path, language: str) -> None:
    from bot.cli.main import app

    times: Times = []
    timed(times)
    begun = time.monotonic()
    try:
        app([*WORDS, language], standalone_mode=False)
    finally:
        into.write_text(json.dumps({"wall": time.monotonic() - begun, "times": times}))


# ---------------------------------------------------------------- the benchmark


async def measured(bench: World, language: str) -> dict[str, Any]:
    into = bench.home / "times.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.checking", "--into", str(into), "--language", language, cwd=bench.home, env=bench.environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    if process.returncode:
        sys.exit(f"The digest ended with {process.returncode}: {err.decode()[-500:]}")
    found: dict[str, Any] = json.loads(into.read_text())
    return found | {"papers": out.decode().count("\n<a id=")}


async def compare(tokens_per_second: float) -> None:
    shares, more = {}, {}
    for language in LANGUAGES:
        async with world(latency=2.0, per_token=1 / tokens_per_second) as bench:
            found = await measured(bench, language)
            tasks = Counter(c.task for c in bench.model.calls)
        by_name: dict[str, list[float]] = {}
        for name, seconds in found["times"]:
            by_name.setdefault(name, []).append(seconds)
        spent = sum(map(sum, by_name.values()))
        print(
            f"{language}: {found['papers']} papers in {found['wall']:.1f} s, of which checks and evidence {spent:.2f} s\n"
        )
        report.table(
            ("check", "times", "seconds in all", "the longest"),
            [(name, len(own), sum(own), max(own)) for name, own in sorted(by_name.items())],
        )
        print()
        report.table(
            ("calls of the model", "n", "at least"), [(t, n, LEAST.get(t, 0)) for t, n in sorted(tasks.items())]
        )
        print()
        shares[language], more[language] = spent / found["wall"], tasks.total() - sum(LEAST.values())
    for language in LANGUAGES:
        report.aim(f"{language}: model calls beyond ranking, ten analyses and a summary", more[language], most=0)
    for language in LANGUAGES:
        last = language == LANGUAGES[-1]
        report.aim(f"{language}: checks and evidence against the wall time", shares[language], most=0.05, last=last)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tokens-per-second", type=float, default=50.0, help="how fast the model writes")
    options.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--language", default="", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.into:
        run(asked.into, asked.language)
    else:
        asyncio.run(compare(asked.tokens_per_second))


if __name__ == "__main__":
    main()
