"""Every kind of fault the admins are told of has one message at its begin and one at its end, by the tasks that meet it."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from bot.alerts.admin import AdminReports
from bot.context import Context
from bot.core.chat import Place, Question, TargetMissing
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.server.health import Health, watch_connections
from bot.store import TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from digest.errors import Misconfigured, ModelUnavailable, OverBudget, PaperboyError
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Analysis, FullText, Listing, Paper, Profile, Score, Usage
from digest.ports import FreePace, booking
from tests.bot.alerts.test_late import Flaky
from tests.bot.people import ANN, HERE, Channel, wait_of
from tests.deadline import until

OPS = Place("console", "ops")
FRIDAY = date(2026, 1, 30)


class Model(ExtractiveAnalyst):
    """A model that costs something, and can fail in every way."""

    name = "model"
    trouble: PaperboyError | None = None

    def _called(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        booking.get().add(Usage(1))

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        self._called()
        return await super().rank(papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        self._called()
        return replace(await super().analyse(paper, text, language), by=self.name)

    async def answer(self, question, sources, history, language, on_text):
        self._called()
        return await super().answer(question, sources, history, language, on_text)


class Lists(Flaky):
    """arXiv, which is up, and whose list may have nothing new."""

    down = False
    empty = False

    async def announced(self, categories: Sequence[str], now) -> Listing:
        listing = await super().announced(categories, now)
        return replace(listing, latest=(), window=()) if self.empty else listing


@dataclass
class House:
    channel: Channel
    context: Context
    jobs: Jobs
    arxiv: Lists
    model: Model
    shares: dict[str, float]
    days: int = 0
    asked: int = 0
    last: str = ""

    async def day(self, *, until_done: bool = False, key: str = HERE.key, later: timedelta = timedelta(days=1)) -> None:
        """The next day's run (or one a while later), once, or until it is done."""
        store = self.context.store
        await store.redis.do("DEL", f"paperboy:ledger:{key}")
        self.channel.clock.forward(later)
        self.days += 1
        run = await store.begin_run(key, FRIDAY + timedelta(days=self.days), "daily")
        self.last = run.key
        while (wait := await self._done(run.key)) and until_done:
            self.channel.clock.forward(wait)

    async def again(self, wait: timedelta) -> None:
        """The same run, later."""
        self.channel.clock.forward(wait)
        await self._done(self.last)

    async def _done(self, run: str) -> timedelta | None:
        return await wait_of(self.jobs.digest(Task(f"digest:{run}", TaskDeaths(0), self.context.store), run))

    async def deliver(self) -> None:
        with contextlib.suppress(RetryLater):
            await self.jobs.delivery(Task(f"delivery:{self.last}", TaskDeaths(0), self.context.store), self.last)

    async def ask(self, *, queue: bool = True) -> str:
        self.asked += 1
        name = f"q{self.asked}"
        place = replace(HERE, thread="t")
        await self.context.store.save_question(
            Question(name, place, ANN, f"What does 2601.22153 say of {self.asked}?", self.context.now(), message=name)
        )
        if queue:
            await self.jobs.answer(Task(f"answer:{name}", TaskDeaths(0), self.context.store), name)
        return name

    async def told(self) -> list[str]:
        """First words of what stands in the admins' channel."""
        return [said.replace("*", "") for said in await self.channel.said(OPS)]

    async def begun_and_over(self, name: str) -> None:
        begun, over = await self.told()
        what = say(f"fault.{name}", "en", platform="slack")
        assert begun.startswith(f"⚠ {what}")
        assert over.startswith(f"✓ {what}")
        assert "over after" in over


@pytest.fixture
async def house(channel):
    arxiv, model, shares = Lists(), Model(), dict[str, float]()

    async def spent(payer: str) -> float:
        return max(shares.get(payer, 0.0), shares.get("", 0.0))

    reports = AdminReports(channel.context.store, channel.context.chats, [OPS], FreePace(), channel.clock)
    context, jobs = channel.jobs({"papers": arxiv, "analyst": model, "spent": spent}, reports=reports)
    await channel.set_up()
    return House(channel, context, jobs, arxiv, model, shares)


async def beside(house: House) -> Subscription:
    """A second channel."""
    first = await house.context.store.subscription(HERE.key)
    other = replace(first, place=Place("console", "other"), profile=replace(first.profile, interests="robots"))
    await house.context.store.save_subscription(other)
    return other


async def test_arxiv(house):
    house.arxiv.down = True
    await house.day()
    for _ in range(4):
        await house.again(timedelta(minutes=15))
    house.arxiv.down = False
    await house.again(timedelta(minutes=15))
    await house.day()
    await house.begun_and_over("arxiv")


async def test_the_model_by_digests_and_not_over_by_a_digest_that_did_without(house):
    house.model.trouble = ModelUnavailable("The model server has trouble of its own (503).")
    await house.day(until_done=True)  # at last without the model
    house.arxiv.empty = True
    await house.day(until_done=True)  # a day without news says nothing of the model
    assert len(await house.told()) == 1
    house.arxiv.empty, house.model.trouble = False, None
    await house.day(until_done=True)
    await house.begun_and_over("model")


async def test_the_model_by_questions(house):
    house.model.trouble = ModelUnavailable("The model server has trouble of its own (503).")
    for _ in range(3):
        await house.ask()
        house.channel.clock.forward(timedelta(minutes=20))
    house.model.trouble = None
    await house.ask()
    await house.begun_and_over("model")


@pytest.mark.parametrize("by", ["digest", "question"])
async def test_a_wrong_key_is_told_at_once_and_its_end_by_the_first_call_that_is_answered(house, by):
    house.model.trouble = Misconfigured("The model server refused the key (401). Check OPENAI_API_KEY.")
    await (house.day() if by == "digest" else house.ask())
    assert len(await house.told()) == 1
    house.arxiv.empty = True
    await house.day(until_done=True)
    assert len(await house.told()) == 1
    house.arxiv.empty, house.model.trouble = False, None
    await (house.day() if by == "digest" else house.ask())
    await house.begun_and_over("settings")


async def test_the_installation_s_budget_is_one_fault_for_all_channels_until_midnight(house):
    other = await beside(house)
    house.shares[""] = 0.6  # what is left is too little for the next call
    house.model.trouble = OverBudget("The day's budget for the model is used up.")
    await house.day(until_done=True)
    await house.day(until_done=True, key=other.key, later=timedelta(hours=1))
    await house.ask()
    house.model.trouble = None  # a small call finds room
    await house.day(until_done=True, later=timedelta(hours=1))
    await house.ask()
    assert len(await house.told()) == 1
    await house.day(until_done=True)
    await house.begun_and_over("budget")


async def test_a_channel_s_own_budget_is_its_fault_and_no_other_channel_ends_it(house):
    other = await beside(house)
    house.shares[HERE.key] = 0.99
    house.model.trouble = OverBudget("This channel's budget for the day is used up.")
    await house.day(until_done=True)
    house.model.trouble = None
    await house.day(until_done=True, key=other.key)
    assert len(await house.told()) == 1
    await house.day(until_done=True)
    await house.begun_and_over("budget")
    assert HERE.key in (await house.told())[1]


async def test_a_budget_that_is_used_up_again_the_next_day_is_a_fault_of_its_own(house):
    house.model.trouble = OverBudget("The day's budget for the model is used up.")
    for _ in range(2):
        await house.day(until_done=True)
    begun, over, again = await house.told()
    assert (begun[0], over[0], again[0]) == ("⚠", "✓", "⚠")


async def test_a_connection_that_stays_down(house):
    looks = 0

    def up() -> bool:
        """Looked at every minute; back after ten."""
        nonlocal looks
        looks += 1
        house.channel.clock.forward(timedelta(minutes=1))
        return looks > 10

    watching = asyncio.create_task(
        watch_connections(Health(parts={"slack": up}), house.context.reports, frozenset({"slack"}), pause=0)
    )
    await until(lambda: looks >= 14)
    watching.cancel()
    await house.begun_and_over("listening")


async def test_a_channel_that_refuses_the_digest(house):
    await house.day(until_done=True)
    chat = house.channel.chat
    post = chat.post

    async def gone(step, place, on="", upload=None):
        if place.channel == HERE.channel:
            raise TargetMissing("The bot is not in the channel.")
        return await post(step, place, on, upload)

    chat.post = gone
    for _ in range(3):
        await house.deliver()
        house.channel.clock.forward(timedelta(minutes=5))
    chat.post = post
    await house.deliver()
    await house.begun_and_over("delivery")


@pytest.mark.parametrize("kind", ["digest", "delivery", "answer"])
async def test_what_was_given_up_is_over_when_the_next_of_its_kind_comes_to_its_end(house, kind):
    await house.day(until_done=kind == "delivery")
    names = {"answer": await house.ask(queue=False)}
    await house.jobs.handle_set_aside(f"{kind}:{names.get(kind, house.last)}", "Five attempts ended at the same place.")
    [begun] = await house.told()
    assert HERE.key in begun
    assert "Five attempts" in begun
    if kind != "answer":
        await house.ask()
    else:
        await house.day(until_done=True)
        await house.deliver()
    assert len(await house.told()) == 1  # another kind says nothing of it
    if kind == "answer":
        await house.ask()
    else:
        await house.day(until_done=True)
        await house.deliver()
    await house.begun_and_over("aside")


async def test_nothing_stays_wrong_with_a_channel_that_is_no_more(house):
    await house.day(until_done=True)
    await house.jobs.handle_set_aside(f"delivery:{house.last}", "Five attempts ended at the same place.")
    await house.context.store.remove_subscription(HERE.key)
    await house.deliver()
    await house.begun_and_over("aside")
    assert await house.context.store.load_faults() == {}
