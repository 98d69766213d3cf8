"""Ten, a hundred, a thousand channels on 20 Profiles in 2 languages, over 3 days of 150 papers: calls, time against the limit, memory.

The bot is the real program with the roles clock and worker, in a process of its own, with all its production times; the store is a real
server at REDIS_URL. Slack is `bench.light_slack`, a process of its own that holds each channel to a message a second. arXiv and the model
are the tests' servers, in this process, without latencies. A day is over when every channel has its ten papers.

What has to hold: calls to the model do not grow with channels once every Profile is there; a channel's posts take about as long as its
own limit allows, however many others are being served; memory stays bounded; channels with one Profile pay alike.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp

from bench import report
from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.store import Redis, Store
from bot.store.embedded.directory import server_binary
from digest.model import Profile
from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer
from tests.servers.papers import a_day

ROOT = Path(__file__).resolve().parents[1]
DAYS = (date(2026, 1, 28), date(2026, 1, 29), date(2026, 1, 30))
PAPERS, CHOSEN = 150, 10
POSTS = 1 + CHOSEN
TOPICS = (
    "video generation", "robot manipulation", "3D reconstruction", "medical imaging", "vision-language models",
    "autonomous driving", "diffusion models", "efficient inference", "remote sensing", "human pose",
)  # fmt: skip
PROFILES = tuple(Profile(("cs.CV", "cs.RO"), topic, language=language) for topic in TOPICS for language in ("en", "zh"))
DELIVERY_TIMEOUT = 1800.0
"""Seconds a day may take."""


@dataclass
class Day:
    calls: Counter[str]
    seconds: float
    """From the start of the bot to the last channel."""
    figures: dict[str, Any]
    memory: float
    """The highest of the bot's process, MB."""
    store: float
    unfair: float
    """What the dearest of the channels with one Profile paid, against the cheapest."""


@contextlib.asynccontextmanager
async def light_slack() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.light_slack", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


@contextlib.contextmanager
def redis_server(home: Path) -> Any:
    """A server as an installation has one: append-only, synced every second."""
    socket = home / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--appendonly", "yes", "--save", "", "--dir", str(home)]
    server = subprocess.Popen([str(server_binary()), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"unix://{socket}"
    finally:
        server.kill()
        server.wait()


async def subscribe(url: str, channels: int) -> None:
    async with Redis(url) as redis:
        store = Store(redis)
        before = datetime(DAYS[0].year, DAYS[0].month, DAYS[0].day, tzinfo=UTC) - timedelta(hours=1)
        for n in range(channels):
            profile = PROFILES[n % len(PROFILES)]
            place = Place("slack", f"C{n:04d}")
            await store.save_subscription(Subscription(place, profile, papers=CHOSEN, time="09:00", created=before))


async def one_day(day: date, channels: int, url: str, slack: str, arxiv: ArxivServer, model: ModelServer, home: Path) -> Day:  # fmt: skip
    now = datetime(day.year, day.month, day.day, 9, 0, 1, tzinfo=UTC)
    arxiv.now = now
    arxiv.add(*a_day(PAPERS, day, ("cs.CV", "cs.RO"), words=1200))
    before = len(model.calls)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PAPERBOY_HOME": str(home / "data"),
        "PAPERBOY_NOW": now.isoformat(),
        "REDIS_URL": url,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_API_KEY": "local",
        "LLM_MODEL": "stand-in",
        "LLM_MODEL_FAST": "stand-in-fast",
        "LLM_PRICES": "stand-in=1/0.1/4,stand-in-fast=0.2/0.02/1",
        "LOG_LEVEL": "WARNING",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_API_URL": f"{slack}/api/",
        **arxiv.environment,
    }
    words = ["-m", "bot", "run", "--role", "clock", "--role", "worker"]
    began = time.monotonic()
    with (home / "bot.log").open("ab") as log:
        bot = await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=home, env=environment, stdout=log, stderr=log
        )
    memory = 0.0
    async with Redis(url) as redis:
        store = Store(redis)
        async with asyncio.timeout(DELIVERY_TIMEOUT):
            while (await _done(store, day)) < channels:
                assert bot.returncode is None, "the bot ended"
                memory = max(memory, _resident(bot.pid))
                await asyncio.sleep(0.5)
        seconds = time.monotonic() - began
        told = await redis.do("INFO", "memory")
        unfair = await _unfair(store, day, channels)
    bot.send_signal(signal.SIGTERM)
    await bot.wait()
    async with aiohttp.ClientSession() as session, session.get(f"{slack}/figures") as answer:
        figures = await answer.json()
    calls = Counter(call.task for call in model.calls[before:])
    return Day(calls, seconds, figures, max(memory, 0.0), int(told["used_memory_peak"]) / 1e6, unfair)


async def _unfair(store: Store, day: date, channels: int) -> float:
    spent = (await store.spending(day)).by_payer()
    paid = [spent[f"slack:C{n:04d}"].usd or 0.0 for n in range(channels)]
    alike = [paid[n :: len(PROFILES)] for n in range(min(channels, len(PROFILES)))]
    return max(max(group) / min(group) for group in alike)


async def _done(store: Store, day: date) -> int:
    """Channels whose run of the day is done."""
    found = await store.redis.scan(f"paperboy:run:*:{day.isoformat()}:daily")
    states = await store.redis.batch([("HGET", name, "state") for name in found])
    return sum(1 for state in states if state == b"done")


def _resident(pid: int) -> float:
    """MB at most so far, as the kernel counts it."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1000
    return 0.0


async def measured(channels: int) -> list[Day]:
    with tempfile.TemporaryDirectory(prefix="paperboy-channels-") as folder, redis_server(Path(folder)) as url:
        async with light_slack() as slack, ArxivServer() as arxiv, ModelServer() as model:
            await asyncio.sleep(0.5)
            await subscribe(url, channels)
            days = [await one_day(day, channels, url, slack, arxiv, model, Path(folder)) for day in DAYS]
            print(Path(folder, "bot.log").read_text()[-2000:], file=sys.stderr)
            return days


def _row(channels: int, days: list[Day]) -> tuple[object, ...]:
    calls = sum((day.calls for day in days), Counter[str]())
    spans = sorted(span for day in days for span in day.figures["spans"])
    return (
        channels,
        sum(calls.values()),
        calls["ranking"],
        calls["analysis"] + calls["abstract analysis"] + calls["repair"],
        calls["summary"],
        sum(day.figures["posts"] for day in days),
        sum(day.figures["throttled"] for day in days),
        spans[len(spans) // 2],
        quantiles(spans, n=20)[-1] if len(spans) > 1 else spans[0],
        max(day.figures["whole"] for day in days),
        max(day.seconds for day in days),
        max(day.memory for day in days),
        days[-1].store,
        max(day.unfair for day in days),
    )


HEAD = (
    "channels", "calls", "ranking", "analyses", "summaries", "posts", "429", "a delivery s, median", "p95",
    "all deliveries of a day s", "a day in all s", "bot MB", "store MB", "dearest / cheapest",
)  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", default="10,100,1000")
    said = parser.parse_args()
    found = {n: await measured(n) for n in map(int, said.channels.split(","))}
    rows = {n: _row(n, days) for n, days in found.items()}
    report.table(HEAD, list(rows.values()))
    most, least = max(rows), min(rows)
    missing = [n for n, days in found.items() if any(day.figures["posts"] != n * POSTS for day in days)]
    report.aim("numbers of channels at which a post is lost or doubled", len(missing), most=0)
    if least != most and 100 in rows:
        report.aim("calls to the model, most channels against 100", int(str(rows[most][1])) / int(str(rows[100][1])), most=1.01)  # fmt: skip
    report.aim(f"a delivery at {most} channels against its limit of {POSTS - 1} s, median", float(str(rows[most][7])) / (POSTS - 1), most=1.5)  # fmt: skip
    report.aim("what channels with one Profile paid, dearest against cheapest", float(str(rows[most][13])), most=1.01)
    report.aim("memory of the bot's process, MB", float(str(rows[most][11])), most=500, last=True)


if __name__ == "__main__":
    asyncio.run(main())
