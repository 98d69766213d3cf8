"""Twenty days of lists on Slack and Discord: the first message stands within five seconds of the channel's time.

The scheduler, tasks, ledger, delivery and SDKs are real, over local servers. Only the time is simulated: arXiv and the model take as long
as the clock is moved by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.context import Context
from bot.core.chat import Chat, Place
from bot.core.schedule import next_run
from bot.core.subscription import Subscription
from bot.digests.daily import Daily
from bot.questions.conversation import Conversation
from bot.slack.chat import SlackChat
from bot.store import RedisCache, Store, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from bot.worker.scheduler import RunScheduler
from digest.arxiv import calendar
from digest.extractive.analyst import ExtractiveAnalyst
from digest.fulltext import abstract_text
from digest.model import Analysis, FullText, Kind, Listed, Listing, Paper, Profile, Score, Summary
from digest.ports import FreePace, Services
from tests.bot.discord.conftest import discord_server, home
from tests.bot.people import Queue
from tests.builders import a_paper
from tests.conftest import Clock
from tests.servers.slack import BOT_TOKEN, SlackServer

__all__ = ["discord_server", "home"]
WITHIN = timedelta(seconds=5)
STEP = timedelta(minutes=2)
DAYS = 20


@dataclass
class SlowLists:
    """A list of three papers each day that arXiv has one."""

    clock: Clock

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        self.clock.forward(timedelta(seconds=6))
        day = calendar.latest_list(now)
        at = datetime.combine(day - timedelta(days=1), time(12), UTC)
        papers = tuple(
            a_paper(f"{day:%y%m}.{day.day:02}{n:03}", title=f"Paper {n} of {day}", published=at, updated=at)
            for n in range(3)
        )
        return Listing(tuple(categories), day, tuple(Listed(p, Kind.NEW) for p in papers), papers)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        raise NotImplementedError

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        raise NotImplementedError

    async def read(self, paper: Paper) -> FullText:
        self.clock.forward(timedelta(seconds=2))
        return abstract_text(paper)


@dataclass
class SlowModel(ExtractiveAnalyst):
    clock: Clock = field(default_factory=Clock)
    name = "model"

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        self.clock.forward(timedelta(seconds=20))
        return [replace(score, by=self.name) for score in await super().rank(papers, profile)]

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        self.clock.forward(timedelta(seconds=40))
        return replace(await super().analyse(paper, text, language), by=self.name)

    async def summarise(self, entries: Sequence, language: str, day: date) -> Summary:  # type: ignore[type-arg]
        self.clock.forward(timedelta(seconds=20))
        return await super().summarise(entries, language, day)


@dataclass
class Bot:
    clock: Clock
    store: Store
    jobs: Jobs
    queue: Queue
    scheduler: RunScheduler
    of_apscheduler: AsyncIOScheduler
    first: dict[str, datetime] = field(default_factory=dict)
    """By run: when its first message stood."""

    async def work(self) -> None:
        while self.queue.put:
            task, name = self.queue.put.pop(0)
            try:
                await getattr(self.jobs, task)(Task(f"{task}:{name}", TaskDeaths(0), self.store), name)
            except RetryLater:
                continue
            delivery = await self.store.delivery(name) if task == "delivery" else None
            if delivery is not None and f"{name}:0" in delivery.ids:
                self.first.setdefault(name, self.clock())

    async def live_to(self, moment: datetime) -> None:
        """The last minutes before it, in steps, and it."""
        self.clock.time = max(self.clock.time, moment - timedelta(minutes=12))
        while self.clock.time < moment:
            await self.scheduler.refresh(self.of_apscheduler)
            await self.work()
            self.clock.time = min(moment, self.clock.time + STEP)
        await self.scheduler.refresh(self.of_apscheduler)
        await self.work()


def a_bot(clock: Clock, store: Store, chats: dict[str, Chat], *, ahead: bool = True) -> Bot:
    stand_in, lists, queue = ExtractiveAnalyst(), SlowLists(clock), Queue()
    model = SlowModel()
    model.clock = clock
    services = Services(lists, lists, model, stand_in, RedisCache(store), concurrency=1)
    daily = Daily(store, services, chats, FreePace(), clock)
    defaults = Subscription(Place("", ""))
    context = Context(
        store=store, services=services, chats=chats, queue=queue, daily=daily, now=clock, defaults=defaults
    )
    of_apscheduler = AsyncIOScheduler()
    bot = Bot(clock, store, Jobs(context, Conversation(context), queue), queue, None, of_apscheduler)  # type: ignore[arg-type]

    async def add(task: str, name: str) -> None:
        if task == "digest" or (task == "ahead" and ahead):
            await queue.add(task, name)

    bot.scheduler = RunScheduler(store, add, clock)
    return bot


async def lateness(bot: Bot, wanted: Sequence[Subscription], days: int) -> list[timedelta]:
    """Lives until each channel has its digests. How long after its time each first message stood."""
    bot.of_apscheduler.start()
    late: list[timedelta] = []
    while len(late) < days * len(wanted):
        due, subscription = min((at, s) for s in wanted if (at := next_run(s, bot.clock())) is not None)[0:2]
        before = set(bot.first)
        await bot.live_to(due)
        late += [at - due for run, at in bot.first.items() if run not in before]
        assert set(bot.first) - before <= {f"{subscription.key}:{due.date()}:daily"}
    bot.of_apscheduler.shutdown(wait=False)
    return late


@pytest.fixture
def wanted(home):
    profile, made = Profile(("cs.CV",), language="en"), datetime(2026, 3, 16, 12, tzinfo=UTC)
    slack = Subscription(Place("slack", "C1"), profile, papers=1, time="09:00", created=made)
    discord = Subscription(home.place, profile, papers=1, time="12:30", timezone="Asia/Shanghai", created=made)
    return [slack, discord]


async def test_in_twenty_days_the_first_message_stands_within_five_seconds(store, clock, home, wanted, monkeypatch):
    monkeypatch.setattr("bot.slack.web_api.POST_GAP", 0.0)
    clock.time = wanted[0].created
    async with SlackServer(limits=False) as slack:
        slack.space.add_channel("C1")
        chat = SlackChat(BOT_TOKEN, slack.url)
        for subscription in wanted:
            await store.save_subscription(subscription)
        late = await lateness(a_bot(clock, store, {"slack": chat, "discord": home.chat}), wanted, DAYS)
        await chat.close()
    assert len(late) == 2 * DAYS
    assert max(late) <= WITHIN
    parents = [m for m in slack.space.channels["C1"].messages.values() if not m.thread_ts]
    assert len(parents) == len(home.world.messages[home.channel["id"]]) == DAYS


async def test_not_made_ahead_it_comes_when_it_is_made(store, clock, home, wanted):
    """The time that the test measures is that of lists and calls."""
    clock.time = wanted[1].created
    await store.save_subscription(wanted[1])
    [late] = await lateness(a_bot(clock, store, {"discord": home.chat}, ahead=False), wanted[1:], 1)
    assert late > timedelta(seconds=80)
