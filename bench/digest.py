"""A digest of 10 of 100 papers: its wall time against the longest chain of waits, its input tokens, and a second run the same day.

The chain is what cannot overlap: arXiv's requests three seconds apart, one ranking call, the texts that it chose and that were
not fetched meanwhile at arXiv's pace (four a second, then a second's rest; until the last one is there), one analysis and one summary. Its parts are read
off the servers' journals of the same run, so the figure is a ratio and not a time. The tokens are held against the system behind the example:
100 scoring calls one by one, 10 whole papers, 1 summary, counted over the same papers with the same counter.
"""

from __future__ import annotations

import asyncio
from statistics import median

from bench import report
from bench.world import World, world
from tests.servers.model import tokens

MEASURED_BEFORE = 213_000
"""Input tokens of the system that Paperboy replaced, for a digest of ten papers."""
INTERESTS = "tracking and pose estimation from video, with token merging or flow matching"
"""What a channel states. Without it words cannot tell which papers the model is going to choose."""
PAPER_TOKENS = 12_000
"""Of an average paper's text, references included, in that measurement."""


def chain(bench: World) -> dict[str, float]:
    """Seconds of the waits that follow each other."""
    listing = [r for r in bench.arxiv.journal.requests if r.route in ("api", "feed")]
    texts = [r.ended for r in bench.arxiv.journal.requests if r.route in ("html", "pdf")]
    calls = {
        task: [c.ended - c.began for c in bench.model.calls if c.task == task]
        for task in ("ranking", "analysis", "summary")
    }
    ranking = [c for c in bench.model.calls if c.task == "ranking"]
    return {
        "arXiv's lists": max(r.ended for r in listing) - min(r.began for r in listing),
        "texts after the ranking": max(max(texts) - max(c.ended for c in ranking), 0.0),
        "one ranking call": median(calls["ranking"]),
        "one analysis": median(calls["analysis"]),
        "one summary": median(calls["summary"]),
    }


def one_by_one(bench: World) -> int:
    """Input tokens the other way: every abstract scored in a call of its own, ten papers whole, one summary of titles."""
    papers = [known.paper for known in bench.arxiv.papers.values()]
    scoring = sum(tokens(p.title + p.abstract) + 350 for p in papers)
    return scoring + 10 * PAPER_TOKENS + 10 * 600 + sum(tokens(p.title + p.abstract) for p in papers[:10]) + 400


async def main() -> None:
    async with world(interests=INTERESTS) as bench:
        seconds, document = await bench.run("digest", "--categories", "cs.CV", "--papers", "10", "--language", "zh")
        waits = chain(bench)
        calls = len(bench.model.calls)
        used = sum(c.prompt_tokens for c in bench.model.calls)
        by_task = {
            t: sum(c.prompt_tokens for c in bench.model.calls if c.task == t)
            for t in sorted({c.task for c in bench.model.calls})
        }
        await bench.run("digest", "--categories", "cs.CV", "--papers", "10", "--language", "zh")
        again = len(bench.model.calls) - calls
    report.table(("wait", "seconds"), [*waits.items(), ("sum", sum(waits.values())), ("the whole run", seconds)])
    print()
    report.table(
        ("stage", "input tokens"), [*by_task.items(), ("all", used), ("one by one, same papers", one_by_one(bench))]
    )
    print(f"\n{document.count(chr(10) + '<a id=')} papers in the document, {calls} calls\n")
    report.aim("calls of a second run on the same day", again, most=0)
    report.aim("input tokens against 213k", used / MEASURED_BEFORE, most=0.65)
    report.aim("wall time against the chain of waits", seconds / sum(waits.values()), most=1.1, last=True)


if __name__ == "__main__":
    asyncio.run(main())
