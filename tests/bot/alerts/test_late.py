"""A digest that is three hours late says so in the channel, once, and the line is gone when the digest comes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.alerts import late
from bot.context import Context
from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.store import Run, RunState, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import Task
from digest.errors import ArxivUnavailable, Misconfigured, ModelUnavailable
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Listing, Paper, Profile, Score
from digest.render.labels import label
from tests.bot.people import HERE, Channel, Queue, wait_of
from tests.sample_day import SampleDay

FRIDAY = date(2026, 1, 30)


class Flaky(SampleDay):
    """arXiv, which can be down."""

    down = True

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        if self.down:
            raise ArxivUnavailable("arXiv did not give the list: it answered 429 (too many requests).")
        return await super().announced(categories, now)


class Model(ExtractiveAnalyst):
    """A model that can be down, or have a key that is refused."""

    name = "model"
    down = False
    refused = False

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        if self.down:
            raise ModelUnavailable("The model server has trouble of its own (503).")
        if self.refused:
            raise Misconfigured("The model server refused the key (401).")
        return await super().rank(papers, profile)


@dataclass
class Day:
    channel: Channel
    context: Context
    jobs: Jobs
    arxiv: Flaky
    model: Model
    queue: Queue
    run: Run

    async def tried(self) -> timedelta | None:
        """The digest's task, once: when it wants to be begun again."""
        return await wait_of(self.jobs.digest(Task("digest", TaskDeaths(0), self.context.store), self.run.key))

    async def lines(self) -> list[str]:
        return await self.channel.said(HERE)

    async def state(self) -> RunState:
        run = await self.context.store.run_state(self.run.subscription, self.run.local_date, self.run.name)
        assert run is not None
        return run.state


@pytest.fixture
async def day(channel):
    """Friday at nine, and arXiv is down."""
    arxiv, model = Flaky(), Model()
    context, jobs = channel.jobs({"papers": arxiv, "analyst": model})
    subscription = await channel.set_up()
    run = await context.store.begin_run(subscription.key, FRIDAY, "daily")
    return Day(channel, context, jobs, arxiv, model, context.queue, run)


async def test_before_three_hours_nothing_is_said(day):
    for minutes in (0, 60, 119):
        day.channel.clock.forward(timedelta(minutes=minutes - 60 if minutes else 0))
        assert await day.tried() == timedelta(minutes=10)
    assert await day.lines() == []


async def test_after_three_hours_one_line_says_since_when_and_that_nothing_needs_doing(day):
    day.channel.clock.forward(timedelta(hours=3, minutes=10))
    for _ in range(3):
        assert await day.tried() == timedelta(minutes=10)
        day.channel.clock.forward(timedelta(minutes=10))
    [line] = await day.lines()
    assert "has given me no usable list yet (last try: 429, 12:10)" in line
    assert "You do not need to do anything" in line


async def test_the_line_is_in_the_channel_s_language_and_time(day):
    subscription = await day.channel.set_up()
    profile = replace(subscription.profile, language="zh")
    await day.context.store.save_subscription(replace(subscription, profile=profile, timezone="Asia/Shanghai"))
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    assert "arXiv 还没有给我可用的列表（上次尝试：429，21:00）" in (await day.lines())[0]


async def test_the_line_is_gone_when_the_digest_comes(day):
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    day.arxiv.down = False
    assert await day.tried() is None
    assert await day.lines() == []
    assert day.queue.put == [("delivery", day.run.key)]


async def test_and_when_there_was_nothing_new(day):
    await day.context.store.end_run(day.run, RunState.DONE)
    await day.channel.digest()  # by hand: what the list holds has been seen
    await day.context.store.redis.do("HSET", f"paperboy:run:{day.run.key}", "state", RunState.OPEN)
    before = await day.lines()
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    assert len(await day.lines()) == len(before) + 1
    day.arxiv.down = False
    await day.tried()
    assert await day.lines() == before


async def test_a_run_that_fails_in_the_end_says_so_in_the_same_place(day):
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    day.channel.clock.forward(timedelta(hours=3))
    assert await day.tried() is None
    assert await day.state() is RunState.FAILED
    [line] = await day.lines()
    assert (
        "arXiv gave no usable list in the hours I tried. Its papers come with the next digest (Sat, Jan 31 09:00)"
        in line
    )


async def test_a_run_by_hand_is_told_to_who_asked_and_not_to_the_channel(day):
    await day.context.store.end_run(day.run, RunState.DONE)
    run = await day.context.store.begin_run(HERE.key, FRIDAY, "now")
    day.channel.clock.forward(timedelta(hours=4))
    await replace(day, run=run).tried()
    assert await day.lines() == []


async def test_the_model_s_line_says_until_when_it_is_waited_for_and_goes_with_the_digest(day):
    """arXiv was down for two hours, the model from then on: at noon the digest is late for the model."""
    day.channel.clock.forward(timedelta(hours=2))
    assert await day.tried() == timedelta(minutes=10)
    day.arxiv.down, day.model.down = False, True
    assert await day.tried() == timedelta(minutes=5)  # the wait for the model begins only now
    assert await day.lines() == []
    day.channel.clock.forward(timedelta(minutes=70))
    for _ in range(3):
        assert await day.tried() == timedelta(minutes=5)
    [line] = await day.lines()
    assert "The model has given no usable answer yet (last try: 503, 12:10)" in line
    assert "at 13:00 I post it without the model" in line
    day.channel.clock.forward(timedelta(minutes=50))
    assert await day.tried() is None
    assert await day.lines() == []
    assert day.queue.put == [("delivery", day.run.key)]
    digest = await day.context.store.digest(day.run.key)
    assert any(note.startswith(label("ranked_lexically", digest.language, why="")) for note in digest.notes)


async def test_a_line_for_arxiv_becomes_one_for_the_model_when_arxiv_is_back(day):
    day.channel.clock.forward(timedelta(hours=3))
    await day.tried()
    day.arxiv.down, day.model.down = False, True
    await day.tried()
    [line] = await day.lines()
    assert "The model has given no usable answer yet" in line
    day.model.down = False
    await day.tried()
    assert await day.lines() == []


async def test_a_run_that_began_late_because_the_bot_was_down_is_late_since_it_was_due(day):
    await day.context.store.end_run(day.run, RunState.DONE)
    day.channel.clock.forward(timedelta(days=1, hours=5))  # Saturday, 14:00; nothing was announced, so no line
    saturday = await day.context.store.begin_run(HERE.key, FRIDAY + timedelta(days=1), "daily")
    await replace(day, run=saturday).tried()
    assert await day.lines() == []
    await day.context.store.end_run(saturday, RunState.DONE)
    day.channel.clock.forward(timedelta(days=2))  # Monday, 14:00
    day.arxiv.down, day.model.down = False, True
    monday = replace(day, run=await day.context.store.begin_run(HERE.key, FRIDAY + timedelta(days=3), "daily"))
    assert await monday.tried() == timedelta(minutes=5)
    [line] = await day.lines()
    assert "The model has given no usable answer yet" in line


async def test_a_wrong_key_after_an_outage_does_not_leave_the_promise_standing(day):
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    day.arxiv.down, day.model.refused = False, True
    assert await day.tried() is None
    [line] = await day.lines()
    assert "There is no digest of" in line
    assert "one of the bot's settings is wrong" in line


async def test_nor_does_a_task_that_was_given_up_or_a_channel_that_paused(day):
    day.channel.clock.forward(timedelta(hours=4))
    await day.tried()
    await day.jobs.handle_set_aside(f"digest:{day.run.key}", "Five attempts ended at the same place.")
    [line] = await day.lines()
    assert "making it failed repeatedly" in line
    day.channel.clock.forward(timedelta(days=3))
    monday = replace(day, run=await day.context.store.begin_run(HERE.key, FRIDAY + timedelta(days=3), "daily"))
    await monday.tried()
    assert len(await day.lines()) == 2
    subscription = await day.context.store.subscription(HERE.key)
    assert subscription is not None
    await day.context.store.save_subscription(replace(subscription, paused=True))
    await monday.tried()
    assert len(await day.lines()) == 1


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begun", "now", "expected", "why"),
    [
        (at(30, 9), at(30, 11), False, "Friday's list is out, and the run is two hours old"),
        (at(30, 9), at(30, 12), True, "three hours old"),
        (at(31, 9), at(31, 15), False, "Saturday: no list since the run on Friday"),
        (at(25, 9), at(25, 23), False, "Sunday"),
        (at(19, 9), at(19, 15), True, "Monday the 19th is a holiday, but its list came on Sunday evening"),
        (at(20, 9), at(20, 15), False, "on the evening of the holiday arXiv announced nothing"),
        (at(30, 2), at(30, 6), False, "begun before the list, which has been out for one hour"),
        (at(30, 2), at(30, 8), True, "and which has now been out for three"),
    ],
)
def test_late_is_what_was_due(begun, now, expected, why):
    subscription = Subscription(
        Place("slack", "C1"), Profile(), time=f"{begun:%H:%M}", created=datetime(2025, 12, 1, tzinfo=UTC)
    )
    run = Run("slack:C1", begun.date(), "daily", begun=begun)
    assert late.is_late(subscription, run, now) is expected, why
