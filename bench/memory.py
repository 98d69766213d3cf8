"""Memory of `paperboy run` with everything (Slack, Discord, clock, worker) after a first digest on each and an answer, without the Redis
server; and how long the command line takes to start.

Everything is local and speaks the real protocols: arXiv, model, Slack, Discord. What is counted is the resident set of the bot's process and
of the children that parse papers, if any are alive, after a moment of rest. Memory is taken from two runs in each language, the import time from eleven.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import report
from bench.world import World, world
from tests.servers.discord import Discord
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, SlackServer

CHANNEL = "C0PAPERS"
REST = 3.0
LANGUAGES = {"zh": "第3篇用了什么数据集？", "en": "Which data does paper 3 use?"}
"""Of the digest, with a question about it."""
RUNS, STARTS = 2, 11
MB = 1e6


async def one_run(bench: World, slack: SlackServer, discord: Discord, language: str) -> dict[str, float]:
    """Megabytes: at rest after the start, after the digests, after an answer, and the highest of all."""
    channel = discord.world.channel(discord.world.guild())
    with tempfile.TemporaryDirectory(prefix="paperboy-bench-") as home:
        environment = (
            bench.environment
            | {
                "PAPERBOY_HOME": home,
                "SLACK_BOT_TOKEN": BOT_TOKEN,
                "SLACK_APP_TOKEN": APP_TOKEN,
                "SLACK_API_URL": slack.url,
                "SLACK_CHANNEL": CHANNEL,
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "DISCORD_GATEWAY_URL": discord.gateway_url,
                "DISCORD_CHANNEL_ID": channel["id"],
                "DIGEST_LANGUAGE": language,
                "DIGEST_INTERESTS": "video generation, robot manipulation",
                "LOG_LEVEL": "WARNING",
            }
            | {name: value for name, value in os.environ.items() if name.startswith(("MALLOC_", "PYTHONMALLOC"))}
        )
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", cwd=home, env=environment)
        try:
            return await _measured(process, slack, discord, channel["id"], LANGUAGES[language])
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
            stop = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "stop", cwd=home, env=environment, stderr=asyncio.subprocess.DEVNULL)  # fmt: skip
            await stop.wait()


async def _measured(
    process: asyncio.subprocess.Process, slack: SlackServer, discord: Discord, channel: str, question: str
) -> dict[str, float]:
    async with asyncio.timeout(60):
        await slack.hub.connected.wait()
        while not discord.world.commands:
            await asyncio.sleep(0.1)
    await asyncio.sleep(REST)
    found = {"at the start": resident(process.pid)}
    space = slack.space.channel(CHANNEL)
    await slack.command("U1", CHANNEL, "/digest", "now").wait()
    await slack.until(lambda: len([m for m in space.messages.values() if m.bot_id]) >= 11, 120)
    await slack.until(lambda: min(space.messages.values(), key=lambda m: m.ts).edits, 60)
    await digest_on_discord(discord, channel)
    await asyncio.sleep(REST)
    found["after the first digests"] = resident(process.pid)
    parent = min(space.messages)
    slack.say(CHANNEL, "U1", f"<@{BOT_USER}> {question}", parent)
    await slack.until(lambda: len([m for m in space.messages.values() if m.bot_id]) >= 12, 60)
    await asyncio.sleep(REST)
    found["after an answer"] = resident(process.pid)
    found["the highest"] = peak(process.pid)
    return found


async def digest_on_discord(discord: Discord, channel: str) -> None:
    command = next(c for c in discord.world.commands if c["name"] == "digest")
    data = {"id": command["id"], "name": "digest", "type": 1, "options": [{"type": 1, "name": "now", "options": []}]}
    discord.interact(discord.world.person("ada"), discord.world.channels[channel], 2, data, admin=True)
    async with asyncio.timeout(120):
        while not any(len(said) >= 10 for where, said in discord.world.messages.items() if where != channel):
            await asyncio.sleep(0.2)


def resident(pid: int) -> float:
    """Of the bot, and of its children but the Redis server and what it does not share with the bot."""
    bot = psutil.Process(pid)
    total = bot.memory_info().rss
    for child in bot.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if not any(name in child.name() for name in ("redis", "valkey")):
                total += child.memory_full_info().uss
    return float(total) / MB


def peak(pid: int) -> float:
    """Of the bot's own process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MB
    return 0.0


async def starting() -> float:
    """Seconds of `paperboy --help`."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "--help", stdout=asyncio.subprocess.DEVNULL, cwd=Path(__file__).parents[1])  # fmt: skip
    await process.wait()
    return time.monotonic() - begun


async def main() -> None:
    runs = []
    each = [language for language in LANGUAGES for _ in range(RUNS)]
    for language in each:
        async with world(latency=0.2, per_token=0) as bench, SlackServer(speed=20) as slack, Discord() as discord:
            slack.space.add_user("U1", "ann", locale="zh-CN")
            slack.space.add_channel(CHANNEL, "U1")
            runs.append(await one_run(bench, slack, discord, language))
    starts = [await starting() for _ in range(STARTS)]
    report.table(("MB", *each), [(what, *(run[what] for run in runs)) for what in runs[0]])
    print()
    report.aim("seconds until the command line answers (median)", statistics.median(starts), most=0.6)
    report.aim("MB of everything after the first digest", max(run["after the first digests"] for run in runs), most=160)
    report.aim("MB of everything after an answer", max(run["after an answer"] for run in runs), most=160, last=True)


if __name__ == "__main__":
    asyncio.run(main())
