"""Papers that a channel knows are looked after: what changes of them is told in their threads, once, three a day, the rest in the week's message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from bot.changes import lookup, news
from bot.changes.lookup import look_up
from bot.commands.feedback import record_vote, take_back
from bot.console.chat import ConsoleChat
from bot.context import Context
from bot.core.chat import OutcomeUnknown, Place, Step, TargetMissing, Upload, Vote, VoteKind
from bot.store import TaskDeaths, Watch
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from digest.errors import ArxivUnavailable
from digest.model import Listing, Paper
from tests.bot.people import ANN, BOB, HERE, Channel, Queue
from tests.sample_day import SampleDay

FRIDAY, MONDAY = date(2026, 1, 30), date(2026, 2, 2)


class Changing(SampleDay):
    """arXiv, whose papers may change; counts its requests."""

    down = False
    replaced: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []

    def change(self, paper_id: str, **values: object) -> None:
        self._papers[paper_id] = replace(self._papers[paper_id], **values)  # type: ignore[arg-type]

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        return replace(await super().announced(categories, now), replaced=self.replaced)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        self.asked.append(tuple(ids))
        if self.down:
            raise ArxivUnavailable("arXiv did not answer.")
        return await super().get(ids)


class Chat(ConsoleChat):
    """A channel whose threads may be gone, or whose requests are not answered."""

    gone = False
    lost = 0

    async def post(self, step: Step, place: Place, on: str = "", upload: Upload | None = None) -> str:
        if self.gone:
            raise TargetMissing("The thread was deleted.")
        message = await super().post(step, place, on, upload)
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknown("No answer.")
        return message


@dataclass
class Days:
    channel: Channel
    context: Context
    jobs: Jobs
    arxiv: Changing
    chat: Chat
    queue: Queue

    async def look(self, day: date = FRIDAY) -> None:
        """The day's look, and what it has told."""
        self.queue.put.clear()
        await self.jobs.look(self.task("look"), day.isoformat())
        for _, name in list(self.queue.put):
            await self.jobs.news(self.task("news"), name)

    def task(self, name: str) -> Task:
        return Task(name, TaskDeaths(0), self.context.store)

    async def said(self, thread: Place) -> list[str]:
        return [text for text in await self.channel.said(thread) if "arXiv, v" in text or _told(text)]


def _told(text: str) -> bool:
    return any(words in text for words in ("withdrawn", "replaces", "Accepted or published", "Now available"))


@pytest.fixture
async def days(channel):
    arxiv, chat = Changing(), Chat(channel.context.store, channel.chat.screen, channel.chat.stderr)
    context, jobs = channel.jobs({"papers": arxiv}, chats={chat.name: chat})
    return Days(replace(channel, context=context, chat=chat), context, jobs, arxiv, chat, context.queue)


async def papers_of(days: Days, n: int = 3) -> tuple[list[str], Place]:
    subscription = replace(await days.channel.set_up(), papers=n)
    await days.context.store.save_subscription(subscription)
    digest, thread = await days.channel.digest(subscription)
    await days.look()  # nothing has changed yet
    return [entry.paper.id for entry in digest.entries], thread


async def test_a_change_is_told_once_in_the_old_thread(days):
    [first, *_], thread = await papers_of(days)
    before = await days.channel.said(thread)
    days.arxiv.change(first, comment="Withdrawn due to an error in Eq. 3", withdrawn=True, version=2)
    await days.look(FRIDAY + timedelta(days=1))
    [said] = (await days.channel.said(thread))[len(before) :]
    assert "This paper was withdrawn." in said
    assert "Withdrawn due to an error in Eq. 3" in said
    for n in (1, 2, 3):
        await days.look(FRIDAY + timedelta(days=n))
    assert len(await days.channel.said(thread)) == len(before) + 1
    history = await days.chat.history(thread).messages()
    assert await days.context.store.message_subject(HERE, history[-1].id) == first


async def test_three_a_day_and_the_rest_in_one_message_on_monday(days):
    ids, thread = await papers_of(days, 8)
    assert len(ids) > 4
    for paper_id in ids:
        days.arxiv.change(paper_id, comment="Accepted at CVPR 2026")
    days.arxiv.change(ids[-1], comment="Withdrawn due to an error", withdrawn=True)
    await days.look(FRIDAY)
    told = [t for t in await days.channel.said(thread) if _told(t)]
    assert len(told) == news.A_DAY
    assert "withdrawn" in told[0]
    assert len(await days.context.store.news(HERE.key)) == len(ids) - 3
    await days.look(FRIDAY + timedelta(days=1))
    assert [t for t in await days.channel.said(thread) if _told(t)] == told
    days.channel.clock.forward(timedelta(days=3))
    await days.look(MONDAY)
    await days.look(MONDAY)
    week = [t for t in await days.channel.said(HERE) if "more papers" in t]
    assert len(week) == 1
    assert week[0].count("CVPR 2026") == len(ids) - 3
    assert await days.context.store.news(HERE.key) == []


async def test_killed_between_the_post_and_its_record_it_stands_there_once(days, monkeypatch):
    monkeypatch.setattr("bot.digests.delivery.SETTLE_TIME", timedelta(milliseconds=20))
    [first, *_], thread = await papers_of(days)
    days.arxiv.change(first, journal_ref="Phys. Rev. D 103 (2026)")
    days.chat.lost = 1
    await days.look(FRIDAY + timedelta(days=1))
    await days.look(FRIDAY + timedelta(days=1))
    assert len([t for t in await days.channel.said(thread) if "Phys. Rev. D 103" in t]) == 1


async def test_killed_after_the_look_the_news_is_kept_and_told_later(days):
    [first, *_], thread = await papers_of(days)
    days.arxiv.change(first, comment="Code: https://github.com/lab/kestrel")
    assert await look_up(days.context, FRIDAY) == [HERE.key]
    assert await look_up(days.context, FRIDAY) == [HERE.key]  # found once, not yet told
    assert len(await days.context.store.news(HERE.key)) == 1
    await news.tell(days.context, HERE.key, FRIDAY)
    await news.tell(days.context, HERE.key, FRIDAY)
    assert len([t for t in await days.channel.said(thread) if "https://github.com/lab/kestrel" in t]) == 1


async def test_it_waits_for_the_channels_time_of_day(days):
    [first, *_], _ = await papers_of(days)
    days.arxiv.change(first, comment="Accepted at CVPR 2026")
    days.channel.clock.forward(-timedelta(hours=2))
    with pytest.raises(RetryLater) as later:
        await days.look()
    assert later.value.wait == timedelta(hours=2)


async def test_a_deleted_thread_drops_its_paper_and_nothing_else(days):
    [first, *rest], _ = await papers_of(days)
    days.arxiv.change(first, comment="Accepted at CVPR 2026")
    days.chat.gone = True
    await days.look()
    days.chat.gone = False
    days.arxiv.change(first, comment="Accepted at CVPR 2026; code: https://github.com/lab/kestrel")
    await days.look()
    assert await days.context.store.news(HERE.key) == []
    assert await days.context.store.watched_papers([HERE.key]) == set(rest)


async def test_without_arxiv_it_looks_again_and_loses_nothing(days):
    [first, *_], thread = await papers_of(days)
    days.arxiv.change(first, comment="Accepted at CVPR 2026")
    days.arxiv.down = True
    with pytest.raises(RetryLater):
        await days.look()
    days.arxiv.down = False
    await days.look()
    assert len([t for t in await days.channel.said(thread) if _told(t)]) == 1


@pytest.mark.parametrize("how", ["off", "paused"])
async def test_a_channel_that_wants_none_is_told_none_later_neither(days, how):
    [first, *_], thread = await papers_of(days)
    store = days.context.store
    subscription = await store.subscription(HERE.key)
    assert subscription is not None
    await store.save_subscription(replace(subscription, changes=how != "off", paused=how == "paused"))
    days.arxiv.change(first, comment="Accepted at CVPR 2026")
    await days.look()
    await store.save_subscription(replace(subscription, changes=True, paused=False))
    await days.look(FRIDAY + timedelta(days=1))
    assert [t for t in await days.channel.said(thread) if _told(t)] == []


async def test_a_retracted_digest_takes_the_watch_away(days):
    _, _ = await papers_of(days)
    store = days.context.store
    subscription, digest = await store.subscription(HERE.key), await store.latest_digest(HERE.key)
    assert subscription is not None
    assert digest is not None
    await days.context.daily.retract(subscription, digest)
    await days.look()
    assert await store.watched_papers([HERE.key]) == set()
    assert await store.watching() == []


async def test_asked_and_saved_papers_are_looked_after_until_the_last_person_is_forgotten(days):
    store, until = days.context.store, days.channel.clock() + timedelta(days=180)
    place = replace(HERE, thread="m7")
    [paper_id, other] = list(days.arxiv._papers)[:2]
    for person in (ANN, BOB):
        await store.watch(HERE.key, [Watch(paper_id, place, until, people=(person.id,))])
    await record_vote(days.context, Vote(VoteKind.SAVED, other, place, ANN, days.channel.clock()))
    await days.look()
    days.arxiv.change(paper_id, comment="Accepted at CVPR 2026")
    await days.look(FRIDAY + timedelta(days=1))
    assert len([t for t in await days.channel.said(place) if _told(t)]) == 1
    await store.forget_person(ANN.id)
    assert await store.watched_papers([HERE.key]) == {paper_id}
    await store.forget_person(BOB.id)
    assert await store.watched_papers([HERE.key]) == set()


@pytest.mark.parametrize("again", ["posted", "asked", "saved by another", ""])
@pytest.mark.parametrize("how", ["reaction", "list"])
async def test_a_paper_is_looked_after_no_longer_once_it_is_unsaved_unless_something_else_wants_it(days, again, how):
    store, until = days.context.store, days.channel.clock() + timedelta(days=180)
    place, paper_id = replace(HERE, thread="m7"), next(iter(days.arxiv._papers))
    saved = Vote(VoteKind.SAVED, paper_id, place, ANN, days.channel.clock())
    await record_vote(days.context, saved)
    await days.look()
    if again == "posted":
        await store.watch(HERE.key, [Watch(paper_id, place, until, digest="d")])
    elif again == "asked":
        await store.watch(HERE.key, [Watch(paper_id, place, until, people=(ANN.id,))])
    elif again:
        await record_vote(days.context, replace(saved, person=BOB))
    await (take_back(days.context, saved) if how == "list" else record_vote(days.context, replace(saved, undo=True)))
    assert await store.watched_papers([HERE.key]) == ({paper_id} if again else set())


async def test_a_digest_that_is_taken_back_leaves_what_a_person_saved(days):
    [first, *_], thread = await papers_of(days)
    store = days.context.store
    await record_vote(days.context, Vote(VoteKind.SAVED, first, thread, ANN, days.channel.clock()))
    digest = await store.latest_digest(HERE.key)
    await days.context.daily.retract(await store.subscription(HERE.key), digest)
    assert await store.watched_papers([HERE.key]) == {first}


async def test_a_paper_asked_about_in_a_direct_conversation_is_told_of_there(days):
    [first, *_], thread = await papers_of(days)
    place = Place("console", "direct-ann", direct=True)
    assert await days.channel.ask(place, f"what does {first} measure?", addressed=True)
    await days.look()
    before, here = await days.channel.said(place), await days.channel.said(thread)
    days.arxiv.change(first, comment="Accepted at CVPR 2026")
    await days.look(MONDAY)
    [said] = (await days.channel.said(place))[len(before) :]
    assert "Accepted at CVPR 2026" in said
    assert len(await days.channel.said(thread)) == len(here) + 1


async def test_after_a_hundred_and_eighty_days_it_ends(days):
    await papers_of(days)
    days.channel.clock.forward(timedelta(days=181))
    await days.look(FRIDAY + timedelta(days=181))
    assert await days.context.store.watched_papers([HERE.key]) == set()


async def test_many_papers_are_asked_for_a_hundred_at_a_time_and_no_more_than_the_days_share(days, monkeypatch):
    monkeypatch.setattr(lookup, "MOST_PAPERS", 250)
    until = days.channel.clock() + timedelta(days=180)
    names = [f"2601.{n:05}" for n in range(600)]
    for channel in ("slack:C1", "slack:C2"):
        place = Place("slack", channel[-2:], "m1")
        await days.context.store.watch(channel, [Watch(n, place, until, people=("ann",)) for n in names])
    for n in range(3):
        await look_up(days.context, FRIDAY + timedelta(days=n))
    assert [len(ids) for ids in days.arxiv.asked] == [100, 100, 50] * 3
    assert {i for ids in days.arxiv.asked for i in ids} == set(names)
    days.arxiv.asked.clear()
    days.arxiv.replaced = ("2601.00599", "2601.00001", "2601.99999")
    for n in range(2):
        await look_up(days.context, FRIDAY + timedelta(days=n))
        assert {"2601.00599", "2601.00001"} <= set(days.arxiv.asked[3 * n])


async def test_the_status_says_how_many_papers_are_looked_after(days):
    ids, _ = await papers_of(days)
    assert f"{len(ids)} papers" in (await days.channel.command("digest", "status")).text.split("Watched for")[1]
