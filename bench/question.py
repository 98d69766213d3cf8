"""A question in a thread on the local Slack: with both APIs of the vendor: model calls, the first visible words after the model's first token, and the cached share.

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


async def serve(bench: World, slack: SlackServer, papers: int = 2, api: str = "chat") -> asyncio.subprocess.Process:
    environment = bench.environment | {
        "LLM_API": api,
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


async def two_questions(api: str) -> list[tuple[int, float, float]]:
    async with world(papers=8, latency=0.05, per_token=0) as bench, SlackServer(speed=20, ack=3) as slack:
        slack.space.add_user("U1", "ann")
        slack.space.add_channel(CHANNEL, "U1")
        process = await serve(bench, slack, api=api)
        try:
            await slack.command("U1", CHANNEL, "/digest", "now").wait()
            posts = slack.space.channel(CHANNEL).messages
            await slack.until(lambda: any(m.bot_id and m.edits for m in posts.values()), 120)
            thread = min(ts for ts, m in posts.items() if m.bot_id)
            bench.model.latency, bench.model.per_token = LATENCY, PER_TOKEN
            return [
                await asked(bench, slack, thread, "What does paper 1 propose?"),
                await asked(bench, slack, thread, "And which datasets does paper 1 use?"),
            ]
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def main() -> None:
    found = {api: await two_questions(api) for api in ("chat", "responses")}
    names = {"chat": "Chat Completions", "responses": "Responses"}
    report.table(
        ("API", "question", "model calls", "first words after first token, s", "cached share"),
        [
            (names[api], which, *row)
            for api, rows in found.items()
            for which, row in zip(("first", "second, same paper"), rows, strict=True)
        ],
    )
    rows = [row for each in found.values() for row in each]
    report.aim("model calls per question", max(row[0] for row in rows), most=1)
    report.aim("first visible words after the model's first token, s", max(row[1] for row in rows), most=0.3)
    report.aim("cached share of the second prompt", min(each[1][2] for each in found.values()), least=0.8, last=True)


if __name__ == "__main__":
    asyncio.run(main())
