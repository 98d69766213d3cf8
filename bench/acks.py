"""Thirty slash commands a second while a digest is being made: how soon each is acknowledged, as Slack sees it.

The bot runs as a process with all roles; the local Slack, arXiv and model live in this one. Slack gives a command three seconds.
"""

from __future__ import annotations

import asyncio
import signal
import time
from statistics import quantiles

from bench import report
from bench.question import CHANNEL, serve
from bench.world import world
from tests.servers.slack import SlackServer

A_SECOND = 30
SECONDS = 20


async def main() -> None:
    waits: list[float] = []
    begun_at: list[str] = []
    async with (
        world(papers=100, words=5500, latency=2.0, per_token=0.001) as bench,
        SlackServer(speed=20, ack=3) as slack,
    ):
        slack.space.add_user("U1", "ann")
        slack.space.add_channel(CHANNEL, "U1")
        process = await serve(bench, slack, papers=10)

        async def command() -> None:
            began = time.monotonic()
            delivery = await slack.command("U1", CHANNEL, "/paper", "help").wait()
            waits.append(time.monotonic() - began if delivery.acked else 3.0)

        try:
            await slack.command("U1", CHANNEL, "/digest", "now").wait()
            async with asyncio.TaskGroup() as group:
                for n in range(A_SECOND * SECONDS):
                    group.create_task(command())
                    if n % A_SECOND == 0:
                        begun_at.append(",".join(sorted({c.task for c in bench.model.calls})))
                    await asyncio.sleep(1 / A_SECOND)
            await slack.until(
                lambda: any(m.bot_id and m.edits for m in slack.space.channel(CHANNEL).messages.values()), 120
            )
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
    cuts = quantiles(waits, n=100)
    report.table(
        ("commands", "p50 s", "p90 s", "p99 s", "longest s", "model calls meanwhile"),
        [(len(waits), cuts[49], cuts[89], cuts[98], max(waits), begun_at[-1])],
    )
    report.aim("acknowledged within, p99, s", cuts[98], most=0.5, last=True)


if __name__ == "__main__":
    asyncio.run(main())
