"""Ten days of arXiv lived through by two channels in fast motion: the real clock, tasks, ledger, delivery and SDK over local servers.

From Thursday, 3 September 2026: a weekend, Labor Day (no announcement on Monday evening), the night in which Chile's clocks go forward, a
paper that is held for days, a list that comes nine hours late, an arXiv that is down for eight hours, and a bot that is down for a day.
Only the time is simulated, and with it the queue's waiting.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.context import Context
from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.digests.daily import Daily
from bot.questions.conversation import Conversation
from bot.slack.chat import SlackChat
from bot.slack.render.messages import key_of
from bot.store import RedisCache, RunState, Store, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from bot.worker.scheduler import RunScheduler
from digest.arxiv.calendar import NEW_YORK, is_quiet
from digest.arxiv.client import Arxiv
from digest.arxiv.sharing import SharedPapers
from digest.extractive.analyst import ExtractiveAnalyst
from digest.fulltext import abstract_text
from digest.model import Digest, FullText, Paper, Profile
from digest.ports import FreePace, Services
from digest.selection.ledger import State
from tests.builders import a_paper
from tests.conftest import Clock as Hands
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.papers import a_day
from tests.servers.slack import BOT_TOKEN, SlackServer

QUARTER = timedelta(minutes=15)
HELD = "2609.17001"
UTC_CHANNEL, CHILE = "slack:CUTC", "slack:CCHILE"


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


LATE = (at(10, 3), at(10, 13))
"""Thursday's list, due at four in the morning UTC, is shown at one in the afternoon."""
OUTAGE = (at(9, 3), at(9, 11))
DOWN = (at(11, 0), at(12, 6))


class Abstracts:
    async def read(self, paper: Paper) -> FullText:
        return abstract_text(paper)


@dataclass
class Agenda:
    """The queue, in virtual time: a task is in once while it lives, and done once."""

    now: Hands
    due: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    done: set[tuple[str, ...]] = field(default_factory=set)

    def register(self, *_: object) -> None:
        pass

    async def hasten(self, task: str, *ids: str) -> None:
        await self.add(task, *ids)

    async def add(self, task: str, *ids: str, **more: object) -> bool:
        name = (task, *ids)
        if name in self.done or name in self.due:
            return False
        self.due[name] = self.now()
        return True


@dataclass
class Week:
    hands: Hands
    arxiv: ArxivServer
    slack: SlackServer
    store: Store
    agenda: Agenda
    context: Context

    # ------------------------------------------------------------ living

    async def live(self) -> None:
        """The ten days, with a day in which the bot is down."""
        await self._process(DOWN[0])
        self.hands.time = DOWN[1]
        await self._process(at(12, 14))

    async def _process(self, until: datetime) -> None:
        """The bot, from its start to its end."""
        jobs = Jobs(self.context, Conversation(self.context), self.agenda)
        clock = RunScheduler(self.store, self._begin, self.hands)
        scheduler = AsyncIOScheduler()
        scheduler.start()
        await jobs.requeue_open_work()
        while self.hands() < until:
            self._outage()
            await clock.refresh(scheduler)
            while ready := [name for name, due in self.agenda.due.items() if due <= self.hands()]:
                for name in ready:
                    await self._work(jobs, name)
            self.hands.forward(QUARTER)
        scheduler.shutdown(wait=False)

    async def _begin(self, task: str, name: str) -> None:
        if task == "digest":
            await self.agenda.add(task, name)

    async def _work(self, jobs: Jobs, name: tuple[str, ...]) -> None:
        function = {"digest": jobs.digest, "delivery": jobs.delivery}[name[0]]
        try:
            await function(Task(":".join(name), TaskDeaths(0), self.store), *name[1:])
        except RetryLater as later:
            self.agenda.due[name] = self.hands() + later.wait
        else:
            del self.agenda.due[name]
            self.agenda.done.add(name)

    def _outage(self) -> None:
        self.arxiv.faults.clear()
        if OUTAGE[0] <= self.hands() < OUTAGE[1]:
            for route in ("api", "feed"):
                self.arxiv.faults.always(route, faults.DOWN)

    # ------------------------------------------------------------ looking back

    async def digests(self, channel: str) -> list[Digest]:
        keys = reversed(await self.store.digests(channel, 50))
        return [d for key in keys if (d := await self.store.digest(key))]

    async def state(self, channel: str, day: int) -> RunState | None:
        run = await self.store.run_state(channel, date(2026, 9, day), "daily")
        return run.state if run else None

    def parents(self, channel: str) -> list[str]:
        """Keys of the digests that stand in the channel."""
        messages = self.slack.space.channel(channel.partition(":")[2]).messages.values()
        keys = [key_of(m.json(with_metadata=True)) for m in messages if not m.thread_ts]
        return [key.removesuffix(":0") for key in keys if key.endswith(":daily:0")]


@pytest.fixture
async def week(redis_url, store, clock, monkeypatch):
    monkeypatch.setattr("bot.slack.web_api.POST_GAP", 0.0)
    clock.time = at(2, 12)

    def shown() -> datetime:
        """While the list is late, arXiv's own clock stands."""
        return LATE[0] if LATE[0] <= clock() < LATE[1] else clock()

    async with ArxivServer(shown) as arxiv, SlackServer(limits=False) as slack:
        chat = SlackChat(BOT_TOKEN, slack.url)
        source = Arxiv(
            arxiv.api_url,
            arxiv.rss_url,
            pace=FreePace(),
            time_limit=timedelta(seconds=0.2),
            first_wait=timedelta(seconds=0.02),
        )
        stand_in, cache = ExtractiveAnalyst(), RedisCache(store)
        services = Services(SharedPapers(source, cache), Abstracts(), stand_in, stand_in, cache)
        agenda = Agenda(clock)
        context = Context(
            store=store,
            services=services,
            chats={"slack": chat},
            queue=agenda,
            daily=Daily(store, services, {"slack": chat}, FreePace(), clock),
            now=clock,
            defaults=Subscription(Place("", "")),
        )
        profile = Profile(("cs.CV", "cs.RO"), language="en")
        for channel, time, zone in ((UTC_CHANNEL, "09:00", "UTC"), (CHILE, "00:30", "America/Santiago")):
            place = Place("slack", channel.partition(":")[2])
            slack.space.add_channel(place.channel)
            await store.save_subscription(
                Subscription(place, profile, papers=3, time=time, timezone=zone, created=clock())
            )
        yield Week(clock, arxiv, slack, store, agenda, context)
        await chat.close()


def fill(arxiv: ArxivServer) -> tuple[set[str], set[str]]:
    """Papers of every list from before the week to its end: those that are news, and those from before."""
    news, before = set[str](), set[str]()
    for n in range(19):
        day = date(2026, 8, 25) + timedelta(days=n)
        if is_quiet(day):
            continue
        made = a_day(9, day, ("cs.CV", "cs.RO"), words=60)
        arxiv.add(*made)
        (news if day >= date(2026, 9, 3) else before).update(m.paper.id for m in made)
    held = a_paper(HELD, categories=("cs.CV",), published=at(2, 20), updated=at(2, 20))
    arxiv.add(held, announced=datetime(2026, 9, 8, 20, tzinfo=NEW_YORK))
    return news | {HELD}, before


@pytest.mark.timeout(180)
async def test_in_ten_days_with_all_that_happens_every_announced_paper_is_accounted_for_once(week):
    news, before = fill(week.arxiv)
    await week.live()
    for channel in (UTC_CHANNEL, CHILE):
        digests = await week.digests(channel)
        ledger = await week.store.ledger(channel)
        looked_over = {i for i, entry in ledger.entries.items() if entry.state is not State.BEFORE}
        assert looked_over == news
        assert before.isdisjoint(looked_over)
        assert sum(d.coverage.considered + len(d.coverage.skipped) for d in digests) == len(news)
        for digest in digests:
            coverage = digest.coverage
            assert coverage.announced == coverage.considered + len(coverage.skipped)
            assert coverage.chosen == len(digest.entries) == 3
        shown = Counter(entry.paper.id for digest in digests for entry in digest.entries)
        assert set(shown.values()) == {1}
        assert {i for i, e in ledger.entries.items() if e.state is State.CHOSEN} == set(shown)
        assert sorted(week.parents(channel)) == sorted(d.key for d in digests)  # each stands once

    utc = {d.local_date.day: d for d in await week.digests(UTC_CHANNEL)}
    chile = {d.local_date.day: d for d in await week.digests(CHILE)}
    assert list(utc) == [3, 4, 7, 9, 10, 11]
    # Weekend, and no announcement on Labor Day's evening: those days are silent.
    assert {await week.state(UTC_CHANNEL, day) for day in (5, 6, 8)} == {RunState.NOTHING}
    # arXiv down from three to eleven: nine o'clock's run waits; Chile's fails after six hours, and the next day's takes it up.
    assert at(9, 11) <= utc[9].made_at <= at(9, 11, 30)
    assert await week.state(CHILE, 9) is RunState.FAILED
    assert 9 not in chile
    # The list that came at one in the afternoon was looked for until then.
    assert at(10, 13) <= utc[10].made_at <= at(10, 14)
    # Submitted on the 2nd and held until the list of the 9th: considered on that day, not before.
    assert (await week.store.ledger(UTC_CHANNEL)).entries[HELD].first_seen == utc[9].made_at
    # Chile's half past midnight did not exist on the 6th: one run for each date all the same. The 11th's was missed: one with the 12th's.
    assert [d for d in range(3, 13) if await week.state(CHILE, d)] == [3, 4, 5, 6, 7, 8, 9, 10, 12]
    # From the 6th on Chile's run is half an hour before the list, and looks again when it is out.
    assert at(7, 4) <= chile[7].made_at <= at(7, 4, 30)
    # A day of downtime was caught up on at the start, once.
    assert utc[11].made_at.day == 12
