"""A question in a thread on the local Slack: model calls, the first visible words after the model's first token, and the cached share.

The bot runs as a process. The local model streams at a person's reading pace; both servers live in this process and share its clock.
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time

from bench import report
from bench.world import World, world
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, SlackServer

CHANNEL = "C0BENCH"
LATENCY, PER_TOKEN = 0.8, 0.02
INVISIBLE = re.compile(r"[\s\u200b-\u200d\u2060]+")


async def serve(bench: World, slack: SlackServer, papers: int = 2) -> asyncio.subprocess.Process:
    environment = bench.environment | {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.url,
        "SLACK_CHANNEL": CHANNEL,
        "DIGEST_PAPERS": str(papers),
        "DIGEST_TIME": "08:00",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=bench.home, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    await slack.hub.connected.wait()
    return process


async def asked(bench: World, slack: SlackServer, thread: str, text: str) -> tuple[int, float, float]:
    """Model calls, seconds from the first token to the first words seen, and the cached share of the prompt."""
    before, messages = len(bench.model.calls), set(slack.space.channel(CHANNEL).messages)
    slack.say(CHANNEL, "U1", f"<@{BOT_USER}> {text}", thread)
    seen = 0.0
    async with asyncio.timeout(60):
        while not seen:
            await asyncio.sleep(0.005)
            for ts, message in slack.space.channel(CHANNEL).messages.items():
                if ts not in messages and message.bot_id and INVISIBLE.sub("", message.shown):
                    seen = time.monotonic()
    [call] = bench.model.calls[before:]
    await slack.until(
        lambda: (
            call.ended
            and any("[1]" in m.shown or "doesnotsay" in m.shown for m in slack.space.channel(CHANNEL).messages.values())
        ),
        60,
    )
    await asyncio.sleep(1)
    return len(bench.model.calls) - before, seen - (call.began + LATENCY), call.cached_tokens / call.prompt_tokens


async def main() -> None:
    async with world(papers=8, latency=0.05, per_token=0) as bench, SlackServer(speed=20, ack=3) as slack:
        slack.space.add_user("U1", "ann")
        slack.space.add_channel(CHANNEL, "U1")
        process = await serve(bench, slack)
        try:
            await slack.command("U1", CHANNEL, "/digest", "now").wait()
            posts = slack.space.channel(CHANNEL).messages
            await slack.until(lambda: any(m.bot_id and m.edits for m in posts.values()), 120)
            thread = min(ts for ts, m in posts.items() if m.bot_id)
            bench.model.latency, bench.model.per_token = LATENCY, PER_TOKEN
            first = await asked(bench, slack, thread, "What does paper 1 propose?")
            second = await asked(bench, slack, thread, "And which datasets does paper 1 use?")
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
    report.table(
        ("question", "model calls", "first words after first token, s", "cached share"),
        [("first", *first), ("second, same paper", *second)],
    )
    report.aim("model calls per question", max(first[0], second[0]), most=1)
    report.aim("first visible words after the model's first token, s", max(first[1], second[1]), most=0.3)
    report.aim("cached share of the second prompt", second[2], least=0.8, last=True)


if __name__ == "__main__":
    asyncio.run(main())
