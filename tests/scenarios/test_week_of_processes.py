"""The ten days of `test_week` lived through by the program itself: a process a day at nine, UTC, its clock set by PAPERBOY_NOW.

What the fast motion leaves out is here: settings, clock, queue, worker and platform put together by `paperboy run`, and a start each
day that finds what is due. Between two processes the queue's waits are over, since it goes by the real time.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.store import Redis, Run, RunState, Store
from digest.model import Digest, Profile
from digest.render.markdown import coverage_line
from digest.selection.ledger import State
from tests.bot.server.test_health import free_port
from tests.deadline import DEADLINE
from tests.scenarios.conftest import World
from tests.scenarios.test_week import CHILE, HELD, UTC_CHANNEL, at, fill
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.faults import Fault
from tests.servers.model import ModelServer
from tests.servers.slack import BOT_TOKEN, SlackServer

CHANNELS = (UTC_CHANNEL, CHILE)
COVERAGE = re.compile(
    r"announced (\d+) · considered (\d+) · chosen (\d+)(?: · late (\d+))?.*?(?: · skipped (\d+)[^·]*)? · others (\d+)"
)
ENDED = {RunState.DONE, RunState.NOTHING}


@dataclass
class Days:
    world: World
    slack: SlackServer
    store: Store
    log: Path

    async def live(self, now, day, settled, shown=None):
        """A process from `now` until the channels' runs of that date have `settled`. `shown`: what arXiv takes for the time."""
        begun = time.monotonic()
        self.world.arxiv.now = lambda: shown or now + timedelta(seconds=time.monotonic() - begun)
        self.world.environment["PAPERBOY_NOW"] = now.isoformat()
        for queue in ("slow", "posts"):
            name = f"paperboy-{queue}:queue"
            for task in await self.store.redis.do("ZRANGE", name, 0, -1):
                await self.store.redis.do("ZADD", name, "XX", time.time(), task)
        with self.log.open("ab") as log:
            process = await self.world.start("run", "--role", "clock", "--role", "worker", output=log)
        try:
            async with asyncio.timeout(DEADLINE):
                while not all([(r := await self.run(c, day)) and settled(r) for c in CHANNELS]):
                    assert process.returncode is None, self.log.read_text()[-3000:]
                    await asyncio.sleep(0.05)
            process.terminate()
            async with asyncio.timeout(DEADLINE):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()

    async def run(self, channel: str, day: int) -> Run | None:
        return await self.store.run_state(channel, date(2026, 9, day), "daily")

    async def dates(self, channel: str, *states: RunState) -> list[int]:
        found = [(day, await self.run(channel, day)) for day in range(1, 14)]
        return [day for day, run in found if run is not None and (run.state in states or not states)]

    def shown(self, channel: str) -> list[str]:
        """What stands in the channel itself."""
        messages = self.slack.space.channel(channel.partition(":")[2]).messages.values()
        return [m.shown for m in messages if not m.thread_ts]

    def coverage(self, digests: Iterable[Digest]) -> list[dict[str, int]]:
        """What "How it was chosen" says of them."""
        found = [COVERAGE.search(coverage_line(digest)) for digest in digests]
        names = ("announced", "considered", "chosen", "late", "skipped", "others")
        return [dict(zip(names, (int(n or 0) for n in line.groups()), strict=True)) for line in found if line]


@pytest.fixture
async def days(redis_url, tmp_path, forks):
    """Wednesday, the 2nd, at noon: two channels, one of them where clocks go forward in the night to the 6th."""
    async with (
        ArxivServer(at(2, 12)) as arxiv,
        ModelServer() as model,
        SlackServer(speed=20) as slack,
        Redis(redis_url) as redis,
    ):
        store = Store(redis, lambda: at(2, 12))
        profile = Profile(("cs.CV", "cs.RO"), language="en")
        for channel, when, zone in ((UTC_CHANNEL, "09:00", "UTC"), (CHILE, "00:30", "America/Santiago")):
            place = Place("slack", channel.partition(":")[2])
            slack.space.add_channel(place.channel)
            await store.save_subscription(
                Subscription(place, profile, papers=2, time=when, timezone=zone, created=at(2, 12))
            )
        world = World(arxiv, model, tmp_path, forks)
        world.environment |= arxiv.environment | {
            "REDIS_URL": redis_url,
            "PAPERBOY_HOME": str(tmp_path / "home"),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_API_URL": slack.url,
            "PORT": str(free_port()),
        }
        yield Days(world, slack, store, tmp_path / "bot.log")


def ended(run: Run) -> bool:
    return run.state in ENDED


def waits(run: Run) -> bool:
    return run.state is RunState.OPEN and bool(run.note)


@pytest.mark.timeout(300)
async def test_a_process_a_day_accounts_for_every_announced_paper_once_and_its_coverage_lines_add_up(days):
    news, before = fill(days.world.arxiv)
    nine = timedelta(hours=9, seconds=1)
    for day in (3, 4, 5, 6, 7, 8):
        await days.live(at(day) + nine, day, ended)
    for route in ("api", "feed"):
        days.world.arxiv.faults.always(route, Fault(503, faults.DOWN.body, retry_after="7200"))
    await days.live(at(9) + nine, 9, waits)
    days.world.arxiv.faults.clear()
    await days.live(at(9, 11, 5), 9, ended)
    await days.live(at(10) + nine, 10, waits, shown=at(10, 3))  # Thursday's list is not out yet
    await days.live(at(10, 13, 5), 10, ended)
    await days.live(at(12) + nine, 12, ended)  # all of Friday the bot was down

    for channel in CHANNELS:
        # One run a date, also on the 6th, whose half past midnight there was not; silence on a weekend and after Labor Day's evening.
        assert await days.dates(channel) == [3, 4, 5, 6, 7, 8, 9, 10, 12]
        assert await days.dates(channel, RunState.NOTHING) == [5, 6, 8]
        digests = [d for key in await days.store.digests(channel, 50) if (d := await days.store.digest(key))]
        assert sorted(d.local_date.day for d in digests) == [3, 4, 7, 9, 10, 12]
        ledger = await days.store.ledger(channel)
        looked_over = {i for i, entry in ledger.entries.items() if entry.state is not State.BEFORE}
        assert looked_over == news
        assert before.isdisjoint(looked_over)
        assert ledger.entries[HELD].first_seen.date() == date(2026, 9, 9)
        entries = Counter(entry.paper.id for digest in digests for entry in digest.entries)
        assert set(entries.values()) == {1}
        lines = days.coverage(digests)
        assert len(lines) == len(digests)
        assert sum(line["considered"] + line["skipped"] for line in lines) == len(news)
        for line in lines:
            assert line["announced"] == line["considered"] + line["skipped"]
            assert line["considered"] == line["chosen"] + line["others"]
        assert sum(line["chosen"] for line in lines) == len(entries)
    said = days.log.read_text()
    assert "Traceback" not in said
    assert "event=clock_set" in said


@pytest.mark.timeout(180)
async def test_a_digest_that_is_late_first_for_arxiv_then_for_the_model_says_so_in_one_line_that_goes_with_it(days):
    fill(days.world.arxiv)
    model = days.world.model
    days.world.environment |= {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "sk-local", "LLM_MODEL": "stand-in"}
    await days.live(at(3, 9, 1), 3, ended)
    [before] = days.shown(UTC_CHANNEL)

    for route in ("api", "feed"):
        days.world.arxiv.faults.always(route, Fault(503, faults.DOWN.body, retry_after="7200"))
    await days.live(at(4, 9, 1), 4, waits)
    assert days.shown(UTC_CHANNEL) == [before]
    await days.live(at(4, 12, 1), 4, lambda run: run.late_for == "arxiv")
    [line] = [text for text in days.shown(UTC_CHANNEL) if text != before]
    assert "arXiv has given me no usable list yet (last try: 503, 12:01)" in line
    days.world.arxiv.faults.clear()
    model.behave("error_503")
    await days.live(at(4, 12, 30), 4, lambda run: run.late_for == "model")
    [line] = [text for text in days.shown(UTC_CHANNEL) if text != before]
    assert "The model has given no usable answer yet" in line
    assert "at 14:3" in line
    await days.live(at(4, 14, 40), 4, ended)  # without the model at last
    [digest] = [text for text in days.shown(UTC_CHANNEL) if text != before]
    assert re.search(r"arXiv · .* · \d+ of \d+", digest)
    model.sound()

    model.behave("error_503")
    for route in ("api", "feed"):
        days.world.arxiv.faults.always(route, Fault(503, faults.DOWN.body, retry_after="7200"))
    stood = days.shown(UTC_CHANNEL)
    await days.live(at(5, 14, 0), 5, waits)  # Saturday: nothing is late where nothing was announced
    assert days.shown(UTC_CHANNEL) == stood
