"""Half an hour of work: 20 questions a minute by ten people in a digest's thread, digests, every event twice, and one request of twenty
answered badly by Slack or by the model. Memory, file descriptors and keys without a lifetime may not grow.

`--minutes 30`. The bot runs as a process with its embedded store; the servers live in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import re
import signal
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench import report
from bench.memory import resident
from bench.world import DAY, World, world
from bot.store import Redis
from bot.store.embedded.directory import socket_path
from bot.store.redis import CONNECTIONS
from tests.servers.papers import a_day
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, SlackServer

CHANNEL = "C0LOAD"
PEOPLE = 10
PAPERS = 10
FAULTS = 0.05
EVERY = 3.0
"""Seconds between two questions."""
SAMPLES = 15.0
QUESTIONS = (
    "What does paper {n} propose?", "Which datasets does paper {n} use?", "What are the limits of paper {n}?",
    "Which baseline does paper {n} compare with?", "How was paper {n} evaluated?", "第{n}篇用了什么数据集？", "第{n}篇的局限是什么？",
)  # fmt: skip
OF_TASKS = re.compile(r"^paperboy-\w+:(?!stream$|workers$|task-workers:)|:unanswered$")
METHODS = (
    "chat.postMessage",
    "chat.update",
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "conversations.replies",
)
KINDS = ("429:1", "500", "drop", "refuse", "html")


@dataclass
class Load:
    bench: World
    slack: SlackServer
    process: asyncio.subprocess.Process
    chance: random.Random = field(default_factory=lambda: random.Random(16))
    asked: dict[str, float] = field(default_factory=dict)
    """Text by time. Each text is asked once."""
    samples: list[tuple[float, float, int, int, int]] = field(default_factory=list)
    """Minutes, MB, file descriptors, keys, and keys without a lifetime."""
    eternal: set[str] = field(default_factory=set)

    async def ask(self, minutes: float, thread: str) -> None:
        ends, number = time.monotonic() + 60 * minutes, 0
        while (now := time.monotonic()) < ends:
            number += 1
            words = self.chance.choice(QUESTIONS).format(n=self.chance.randint(1, PAPERS))
            text = f"<@{BOT_USER}> {words} ({number})"
            self.asked[text] = now
            for delivery in self.slack.say(CHANNEL, f"U{number % PEOPLE}", text, thread):
                self.slack.again(delivery)
            await asyncio.sleep(EVERY)

    async def digest(self, after: float) -> None:
        """A second one, of papers that arXiv lists meanwhile."""
        await asyncio.sleep(after)
        self.bench.arxiv.add(*a_day(PAPERS, DAY, ("cs.CV",), seed=7))
        await self.slack.command("U1", CHANNEL, "/digest", "now").wait()

    async def watch(self) -> None:
        begun = time.monotonic()
        async with Redis(f"unix://{socket_path((self.bench.home / 'data').resolve())}") as redis:
            while True:
                with contextlib.suppress(psutil.NoSuchProcess):
                    files = psutil.Process(self.process.pid).num_fds()
                    keys, eternal = await lifetimes(redis)
                    self.eternal = eternal
                    memory = resident(self.process.pid)
                    self.samples.append(((time.monotonic() - begun) / 60, memory, files, keys, len(eternal)))
                    print(
                        f"{self.samples[-1][0]:5.1f} min  {memory:6.1f} MB  {files:3} files  {keys:5} keys,"
                        f" {len(eternal)} without a lifetime  {len(self.asked)} questions",
                        file=sys.stderr,
                        flush=True,
                    )
                await asyncio.sleep(SAMPLES)


async def lifetimes(redis: Redis) -> tuple[int, set[str]]:
    """How many keys there are, and those without a lifetime that are not of tasks in the queue: these go with the task."""
    cursor, count, eternal = b"0", 0, set()
    while True:
        cursor, names = await redis.do("SCAN", cursor, "COUNT", 500)
        for raw in names:
            name = raw.decode() if isinstance(raw, bytes) else raw
            count += 1
            if not OF_TASKS.search(name) and await redis.do("TTL", name) == -1:
                eternal.add(name)
        if int(cursor) == 0:
            return count, eternal


def early_and_late(values: list[float]) -> tuple[float, float]:
    """Medians of the second sixth, when all is warm, and of the last."""
    sixth = max(1, len(values) // 6)
    return statistics.median(values[sixth : 2 * sixth]), statistics.median(values[-sixth:])


def break_some(slack: SlackServer, chance: random.Random) -> None:
    for method in METHODS:
        for kind in KINDS:
            slack.fail(method, kind, 10**9, when=lambda _args: chance.random() < FAULTS / len(KINDS))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    async with world(papers=PAPERS, words=3000, latency=0.5, per_token=0.002) as bench, SlackServer(speed=20) as slack:
        for number in range(PEOPLE):
            slack.space.add_user(f"U{number}", f"person{number}")
        slack.space.add_channel(CHANNEL, *(f"U{number}" for number in range(PEOPLE)))
        environment = bench.environment | {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.url,
            "SLACK_CHANNEL": CHANNEL,
            "DIGEST_PAPERS": str(PAPERS),
            "QUESTIONS_PER_PERSON": "100000",
        }
        with (Path(bench.home) / "bot.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", cwd=bench.home, env=environment, stderr=log
            )
        load = Load(bench, slack, process)
        async with asyncio.timeout(60):
            await slack.hub.connected.wait()
        watching = asyncio.create_task(load.watch())
        posts = slack.space.channel(CHANNEL).messages
        try:
            await slack.command("U1", CHANNEL, "/digest", "now").wait()
            await slack.until(lambda: len([m for m in posts.values() if m.bot_id and m.thread_ts]) >= PAPERS, 180)
            thread = min(ts for ts, m in posts.items() if m.bot_id and not m.thread_ts)
            break_some(slack, load.chance)
            bench.model.behave("error_500", share=FAULTS, seed=16, tasks=("answer",))
            second = asyncio.create_task(load.digest(30 * minutes))
            await load.ask(minutes, thread)
            await second
            await asyncio.sleep(45)  # the last answers, which may be tried again
        finally:
            watching.cancel()
            process.send_signal(signal.SIGTERM)
            code = await process.wait()
            log_text = (Path(bench.home) / "bot.log").read_text(errors="replace")
        shown = [m for m in posts.values() if m.bot_id and m.thread_ts == thread]
        answers = len(shown) - PAPERS
        judge(load, answers, len([c for c in slack.journal if c.error == "fault"]), log_text, code)


def judge(load: Load, answers: int, faults: int, log: str, code: int | None) -> None:
    memory = early_and_late([s[1] for s in load.samples])
    files = early_and_late([s[2] for s in load.samples])
    eternal = early_and_late([s[4] for s in load.samples])
    report.table(
        ("", "early", "late"), [("MB", *memory), ("file descriptors", *files), ("keys without a lifetime", *eternal)]
    )
    print(f"questions {len(load.asked)}, answers {answers}, faults {faults}, exit {code}")
    print("keys without a lifetime:", ", ".join(sorted({":".join(k.split(":")[:2]) for k in load.eternal})))
    print("tracebacks in the log:", log.count("Traceback"))
    report.aim("answers lost or doubled", abs(answers - len(load.asked)), most=0)
    report.aim("the highest memory, MB", max(s[1] for s in load.samples), most=400)
    report.aim("growth of memory, late against early", memory[1] / memory[0], most=1.1)
    # Connections to the store that a burst opened stay open, up to the bound of their pool.
    report.aim("growth of file descriptors", files[1] - files[0], most=CONNECTIONS + 5)
    report.aim("growth of keys without a lifetime", eternal[1] - eternal[0], most=0, last=True)


if __name__ == "__main__":
    asyncio.run(main())
