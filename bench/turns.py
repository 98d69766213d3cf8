"""Fair turns: one person asks 250 questions at once, another asks one. How long the other waits for an answer, and how often Slack says 429.

`--questions 250`. The bot runs as a process between the strict local Slack and the local model server.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from bench import report
from bench.load import CHANNEL
from bench.world import world
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, SlackServer

PAPERS = 4
OTHERS = 5
"""Questions of other people, one after another."""


async def answered(slack: SlackServer, person: str, text: str) -> tuple[float, float]:
    """Seconds until something stands under a question, and until the answer does."""
    posts = slack.space.channel(CHANNEL).messages
    known = set(posts)
    begun = time.monotonic()
    slack.say(CHANNEL, person, text)
    asked = next(ts for ts, m in posts.items() if ts not in known and m.user == person)

    def under() -> list[str]:
        return [str(m.text) + str(m.blocks) for m in posts.values() if m.bot_id and m.thread_ts == asked]

    await slack.until(under, 300)
    first = time.monotonic() - begun
    await slack.until(lambda: any("arxiv.org/html" in said or "arxiv.org/pdf" in said for said in under()), 300)
    return first, time.monotonic() - begun


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=250)
    questions = parser.parse_args().questions
    async with world(papers=PAPERS, words=3000, latency=0.5, per_token=0.002) as bench, SlackServer(speed=1) as slack:
        for number in range(OTHERS + 2):
            slack.space.add_user(f"U{number}", f"person{number}")
        slack.space.add_channel(CHANNEL, *(f"U{number}" for number in range(OTHERS + 2)))
        environment = bench.environment | {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.url,
            "QUESTIONS_PER_PERSON": "100000",
        }
        with (Path(bench.home) / "bot.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=bench.home, env=environment, stderr=log
            )
        try:
            async with asyncio.timeout(60):
                await slack.hub.connected.wait()
            paper = next(iter(bench.arxiv.papers))
            rows = [("alone", *await answered(slack, "U1", f"<@{BOT_USER}> What does {paper} propose?"))]
            for number in range(questions):
                slack.say(CHANNEL, "U0", f"<@{BOT_USER}> Which datasets does {paper} use? ({number})")
            for number in range(OTHERS):
                text = f"<@{BOT_USER}> What are the limits of {paper}? ({number})"
                rows.append((f"beside {questions}, {number + 1}", *await answered(slack, f"U{number + 2}", text)))
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        by_method = Counter(c.method for c in slack.journal if c.error == "ratelimited")
        print("429 by method:", dict(by_method), "of", dict(Counter(c.method for c in slack.journal)))
        refused = by_method.total()
        report.table(
            ("question of another person", "first sign, s", "answer, s"),
            [(n, f"{a:.1f}", f"{b:.1f}") for n, a, b in rows],
        )
        report.aim("429 of Slack", refused, most=questions // 5)
        report.aim("the longest wait of another, s", max(row[2] for row in rows[1:]), most=10, last=True)


if __name__ == "__main__":
    asyncio.run(main())
