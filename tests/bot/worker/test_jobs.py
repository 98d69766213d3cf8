"""The queue's tasks on what goes wrong around them: late lists, poisonous papers, channels that pause or go, and what is given up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.context import Context
from bot.core.chat import Chats, Place, Question, TargetMissing
from bot.digests.delivery import GIVE_UP_AFTER
from bot.questions.conversation import Conversation
from bot.store import DeliveryState, Follower, QuestionState, Run, RunState, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from digest.errors import ArxivUnavailable, ModelUnavailable, NotFound
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Analysis, FullText, Listing, Paper, Profile, Score
from digest.pipeline import preview
from digest.render.labels import label
from tests.bot.people import ANN, HERE, Channel, Queue, wait_of
from tests.builders import a_digest
from tests.sample_day import SampleDay

FRIDAY = date(2026, 1, 30)


class Lists(SampleDay):
    """arXiv with the sample's list, a list that is not out yet, or none at all. Counts how often it is asked."""

    down = False
    empty = False
    undated = False
    """Its feed is empty, as on a Saturday."""
    asked = 0

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        self.asked += 1
        if self.down:
            raise ArxivUnavailable("arXiv did not give the list.")
        listing = await super().announced(categories, now)
        listing = replace(listing, day=None, latest=()) if self.undated else listing
        return replace(listing, day=date(2026, 1, 29), latest=(), window=()) if self.empty else listing


class Ranking(ExtractiveAnalyst):
    """A model that may be out of reach."""

    name = "model"
    down = False

    def __init__(self) -> None:
        super().__init__()
        self.analysed: list[str] = []

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        if self.down:
            raise ModelUnavailable("The model does not answer.")
        return await super().rank(papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        if self.down:
            raise ModelUnavailable("The model does not answer.")
        self.analysed.append(paper.id)
        return replace(await super().analyse(paper, text, language), by=self.name)


@dataclass
class House:
    channel: Channel
    context: Context
    jobs: Jobs
    arxiv: Lists
    model: Ranking
    queue: Queue

    async def run(self, day: date = FRIDAY, kind: str = "daily", key: str = HERE.key) -> Run:
        return await self.context.store.begin_run(key, day, kind)

    def task(self, run: Run, deaths: int = 0) -> Task:
        return Task(f"digest:{run.key}", TaskDeaths(deaths), self.context.store)

    async def digest(self, run: Run, deaths: int = 0) -> timedelta | None:
        """When it wants to be begun again."""
        return await wait_of(self.jobs.digest(self.task(run, deaths), run.key))

    async def work_off(self, run: Run) -> timedelta:
        """Digests until no further wait is wanted; how long it waited in all."""
        waited = timedelta(0)
        while wait := await self.digest(run):
            waited += wait
            self.channel.clock.forward(wait)
        return waited

    async def deliver(self, run: Run) -> timedelta | None:
        return await wait_of(
            self.jobs.delivery(Task(f"delivery:{run.key}", TaskDeaths(0), self.context.store), run.key)
        )

    async def state(self, run: Run) -> RunState:
        found = await self.context.store.run_state(run.subscription, run.local_date, run.name)
        assert found is not None
        return found.state


@pytest.fixture
async def house(channel):
    """Friday at nine; the list is out since midnight in New York."""
    arxiv, model = Lists(), Ranking()
    context, jobs = channel.jobs({"papers": arxiv, "analyst": model})
    await channel.set_up()
    return House(channel, context, jobs, arxiv, model, context.queue)


class TestDigest:
    async def test_it_is_made_and_its_delivery_put_in(self, house):
        run = await house.run()
        assert await house.digest(run) is None
        assert house.queue.put == [("delivery", run.key)]
        assert await house.state(run) is RunState.OPEN
        assert await house.deliver(run) is None
        assert await house.state(run) is RunState.DONE

    async def test_two_runs_that_meet_consider_every_paper_once(self, house):
        daily, now = await house.run(), await house.run(FRIDAY - timedelta(days=1))
        await asyncio.gather(house.digest(daily), house.digest(now))
        store = house.context.store
        made = [d for run in (daily, now) if (d := await store.digest(run.key))]
        assert len(made) == 1
        assert len((await store.ledger(HERE.key)).entries) >= made[0].coverage.considered

    async def test_a_late_list_is_looked_for_and_the_run_stays_open(self, house):
        house.arxiv.empty = True
        run = await house.run()
        assert await house.digest(run) == timedelta(hours=1)
        assert await house.state(run) is RunState.OPEN
        house.channel.clock.forward(timedelta(hours=1))
        house.arxiv.empty = False
        assert await house.digest(run) is None
        assert house.queue.put == [("delivery", run.key)]

    async def test_a_list_that_never_comes_ends_the_day_in_silence(self, house):
        house.arxiv.empty = True
        run = await house.run()
        looks = 0
        while wait := await house.digest(run):
            house.channel.clock.forward(wait)
            looks += 1
        assert looks <= 7
        assert await house.state(run) is RunState.NOTHING
        assert await house.channel.said(HERE) == []

    async def test_asked_for_by_hand_nothing_is_waited_for(self, house):
        house.arxiv.empty = True
        run = await house.run(kind="now")
        assert await house.digest(run) is None
        assert await house.state(run) is RunState.NOTHING

    async def test_for_two_hours_the_model_is_waited_for_then_done_without(self, house):
        house.model.down = True
        run = await house.run()
        waited = await house.work_off(run)
        assert timedelta(hours=2) <= waited <= timedelta(hours=2, minutes=10)
        made = await house.context.store.digest(run.key)
        assert any(note.startswith("Chosen by the words of titles and abstracts.") for note in made.notes)

    async def test_by_hand_the_model_is_not_waited_for(self, house):
        house.model.down = True
        run = await house.run(kind="now")
        assert await house.digest(run) is None
        assert await house.context.store.digest(run.key) is not None

    async def test_for_six_hours_arxiv_is_waited_for_and_the_next_day_takes_it_up(self, house):
        house.arxiv.down = True
        run = await house.run()
        waited = await house.work_off(run)
        assert timedelta(hours=6) <= waited <= timedelta(hours=6, minutes=10)
        assert await house.state(run) is RunState.FAILED
        house.arxiv.down = False
        house.channel.clock.forward(timedelta(hours=18))
        following = await house.run(FRIDAY + timedelta(days=1))
        assert await house.digest(following) is None
        assert house.queue.put == [("delivery", following.key)]

    async def test_what_arxiv_just_refused_is_not_asked_again_by_every_channel(self, house):
        house.arxiv.down = True
        store = house.context.store
        first = await store.subscription(HERE.key)
        assert first is not None
        runs = [await house.run()]
        for n in range(20):
            other = replace(first, place=Place("console", f"other-{n}"))
            await store.save_subscription(other)
            runs.append(await house.run(key=other.key))
        for run in runs:
            assert await house.digest(run) == timedelta(minutes=10)
        assert house.arxiv.asked == 1
        house.channel.clock.forward(timedelta(minutes=10))
        house.arxiv.down = False
        for run in runs:
            assert await house.digest(run) is None

    async def test_a_pause_ends_what_waits_but_not_what_is_made(self, house):
        house.arxiv.down = True
        waiting = await house.run()
        await house.digest(waiting)
        store = house.context.store
        subscription = await store.subscription(HERE.key)
        assert subscription is not None
        await store.save_subscription(replace(subscription, paused=True))
        assert await house.digest(waiting) is None
        assert await house.state(waiting) is RunState.FAILED
        assert house.queue.put == []

    async def test_for_a_platform_without_a_token_nothing_is_bought_and_what_is_made_waits(self, house):
        """Its channels stay set up when the token is taken out of the settings."""
        store = house.context.store
        await store.save_subscription(replace(await house.channel.set_up(), place=Place("discord", "7")))
        run = await house.run(key="discord:7")
        await house.jobs.digest(house.task(run), run.key)
        await house.jobs.ahead(house.task(run), run.key)
        ended = await store.run_state("discord:7", FRIDAY, "daily")
        assert (ended.state, ended.note) == (RunState.FAILED, "The bot has no token for Discord, so nothing can be posted there. Set the token and restart the bot.")  # fmt: skip
        assert (house.arxiv.asked, house.queue.put) == (0, [])
        digest = a_digest(1, subscription="discord:7")
        await store.save_digest(digest, (), ())
        with pytest.raises(RetryLater):
            await house.jobs.delivery(house.task(run), digest.key)

    async def test_of_a_channel_that_is_gone_nothing_stays_open(self, house):
        made, waiting = await house.run(), await house.run(FRIDAY + timedelta(days=1))
        await house.digest(made)
        await house.context.store.remove_subscription(HERE.key)
        assert await house.digest(waiting) is None
        assert await house.deliver(made) is None
        assert {await house.state(made), await house.state(waiting)} == {RunState.FAILED}
        assert await house.context.store.open_run(HERE.key) is None
        assert await house.context.store.open_deliveries() == []

    async def test_taken_back_beside_one_that_stands_nothing_of_that_one_comes_again(self, house):
        store, daily = house.context.store, house.context.daily

        async def now() -> set[str]:
            run = await house.run(kind="now")
            assert await house.digest(run) is None
            await house.deliver(run)
            return {e.paper.id for e in (await store.digest(run.key)).entries}

        stands = await now()
        before = await store.subscription(HERE.key)
        after = replace(before, profile=replace(before.profile, interests="talking heads"))
        await store.change_subscription(HERE.key, lambda _: after)
        second = await now()
        assert second
        assert not second & stands
        assert await daily.retract(after, await store.latest_digest(HERE.key))
        third = await now()
        assert third == second

    async def test_a_paper_that_is_read_while_its_digest_is_taken_back_is_not_posted(self, house):
        run = await house.run(kind="now")
        await house.digest(run)
        await house.deliver(run)
        store, daily = house.context.store, house.context.daily
        digest, subscription = await store.digest(run.key), await store.subscription(HERE.key)
        late = replace(digest.entries[0], number=9, paper=digest.others[0].paper)
        await daily.retract(subscription, digest)
        with pytest.raises(NotFound, match="taken back"):
            await daily.add(subscription, run.key, late)
        assert late.paper.id not in await store.posts(run.key)


class TestMadeAhead:
    """Before its time, and what becomes of it then."""

    async def ahead(self, house: House, day: date = FRIDAY) -> str:
        name = f"{HERE.key}:{day}:daily"
        await house.jobs.ahead(Task(f"ahead:{name}", TaskDeaths(0), house.context.store), name)
        return name

    async def test_at_its_time_it_is_taken_without_a_list_or_a_call(self, house):
        name = await self.ahead(house)
        assert await house.context.store.digest(name) is None
        assert (await house.context.store.ledger(HERE.key)).entries == {}
        asked = house.arxiv.asked
        house.model.down = house.arxiv.down = True
        run = await house.run()
        assert await house.digest(run) is None
        assert house.arxiv.asked == asked
        made = await house.context.store.digest(run.key)
        assert len(made.entries) == 3
        assert len((await house.context.store.ledger(HERE.key)).entries) >= made.coverage.considered

    @pytest.mark.parametrize("change", ["papers", "interests"])
    async def test_settings_that_have_changed_count_and_no_paper_is_analysed_twice(self, house, change):
        await self.ahead(house)
        read = set(house.model.analysed)
        before = await house.context.store.subscription(HERE.key)
        profile = replace(before.profile, interests="talking heads") if change == "interests" else before.profile
        await house.context.store.change_subscription(HERE.key, lambda now: replace(now, papers=2, profile=profile))
        run = await house.run()
        assert await house.digest(run) is None
        made = await house.context.store.digest(run.key)
        assert len(made.entries) == 2
        assert made.profile == profile
        assert len(house.model.analysed) == len(set(house.model.analysed))
        assert change == "interests" or set(house.model.analysed) == read

    async def test_paused_or_removed_nothing_is_posted_and_later_nothing_is_bought_twice(self, house):
        await self.ahead(house)
        read = list(house.model.analysed)
        subscription = await house.context.store.subscription(HERE.key)
        await house.context.store.save_subscription(replace(subscription, paused=True))
        run = await house.run()
        await house.digest(run)
        assert house.queue.put == []
        await house.context.store.save_subscription(subscription)
        now = await house.run(kind="now")
        assert await house.digest(now) is None
        assert house.queue.put == [("delivery", now.key)]
        assert house.model.analysed == read

    async def test_what_now_posted_before_is_not_posted_at_its_time(self, house):
        await self.ahead(house)
        now = await house.run(kind="now")
        await house.digest(now)
        await house.deliver(now)
        run = await house.run()
        await house.digest(run)
        assert await house.context.store.digest(run.key) is None
        assert house.queue.put == [("delivery", now.key)]

    async def test_a_list_that_is_not_out_or_a_model_that_is_away_is_left_to_the_run(self, house):
        for away in ("empty", "down"):
            setattr(house.arxiv, away, True)
            await self.ahead(house)
            setattr(house.arxiv, away, False)
        house.model.down = True
        name = await self.ahead(house)
        assert house.model.analysed == []
        assert await house.context.store.ahead(name) is None

    async def test_on_a_day_without_a_list_the_last_one_is_out(self, house, clock):
        """A channel set up on a Saturday has its first digest at its minute, too."""
        clock.forward(timedelta(days=1))
        house.arxiv.undated = True
        name = await self.ahead(house, FRIDAY + timedelta(days=1))
        house.model.down = house.arxiv.down = True
        run = await house.run(FRIDAY + timedelta(days=1))
        assert await house.digest(run) is None
        assert run.key == name
        assert len((await house.context.store.digest(name)).entries) == 3

    async def test_without_a_paper_it_does_not_count_as_quickly_made(self, house, clock):
        """Else the next digest would be begun too late."""
        run = await house.run()
        await house.digest(run)
        clock.forward(timedelta(days=1))
        house.arxiv.undated = True
        taken = await house.context.store.duration(HERE.key)
        await self.ahead(house, FRIDAY + timedelta(days=1))
        assert await house.context.store.duration(HERE.key) == taken


class TestPoison:
    async def test_the_paper_that_ends_its_readers_is_left_out_with_a_note(self, house):
        """As two workers leave it that died over this paper alone."""
        run = await house.run()
        store = house.context.store
        best = (await preview(Profile(("cs.CV",)), 3, house.context.services, house.context.now())).chosen
        chosen = best[1][0]
        task = f"digest:{run.key}"
        for attempt in "12":
            await store.begin_task(task, attempt)
            await store.begin_unit(task, chosen.versioned)
        deaths = await store.begin_task(task, "3")
        assert deaths.cautious
        assert await house.digest(run, deaths.count) is None
        made = await store.digest(run.key)
        by_id = {e.paper.id: e for e in made.entries}
        assert by_id[chosen.id].notes == (label("abstract_instead", "en", said=label("left_out", "en")),)
        assert by_id[chosen.id].analysis is None
        assert all(e.analysis for e in made.entries if e.paper.id != chosen.id)
        await house.deliver(run)
        said = "\n".join(await house.channel.said(replace(HERE, thread=(await store.delivery(run.key)).ids[f"{run.key}:0"])))  # fmt: skip
        assert "broke off twice" in said

    async def test_after_two_deaths_papers_are_read_one_at_a_time(self, house):
        at_once = most = 0

        class Reading(SampleDay):
            async def read(self, paper: Paper) -> FullText:
                nonlocal at_once, most
                at_once += 1
                most = max(most, at_once)
                await asyncio.sleep(0.001)
                at_once -= 1
                return await super().read(paper)

        house.context.daily._services = replace(house.context.services, texts=Reading())
        await house.digest(await house.run(), deaths=2)
        assert most == 1
        house.channel.clock.forward(timedelta(days=1))
        await house.context.store.redis.do("DEL", f"paperboy:ledger:{HERE.key}")
        await house.digest(await house.run(FRIDAY + timedelta(days=1)), deaths=1)
        assert most > 1

    async def test_two_poisonous_papers_are_both_found(self, house):
        """Leaving one out is a checkpoint: the deaths over the other are counted from there, and the task is not put aside."""
        store, attempts = house.context.store, 0
        bad = {"b", "d"}
        left_out: set[str] = set()
        while attempts < 20:
            attempts += 1
            deaths = await store.begin_task("t", str(attempts))
            assert not deaths.hopeless
            if await self._attempt(Task("t", deaths, store), bad, left_out):
                break
        assert left_out == bad
        assert attempts <= 10

    async def _attempt(self, task: Task, bad: set[str], left_out: set[str]) -> bool:
        """Five papers in pairs, or one by one. False: it died, with its units at queue."""
        for papers in ["a", "b", "c", "d", "e"] if task.cautious else ["ab", "cd", "e"]:
            begun = []
            for paper in papers:
                if await task.store.should_skip(task.key, paper):
                    left_out.add(paper)
                    async with task.unit(paper) as sound:
                        assert not sound
                else:
                    await task.store.begin_unit(task.key, paper)
                    begun.append(paper)
            if bad & set(begun):
                return False
            for paper in begun:
                await task.store.end_unit(task.key, paper)
        return True


class TestUndeliverable:
    async def test_it_is_delivered_when_it_can_once_with_its_date(self, house):
        run = await house.run()
        await house.digest(run)
        chat = house.channel.chat
        post, chat.post = chat.post, _gone
        for _ in range(30):
            assert await house.deliver(run) == timedelta(minutes=5)
            house.channel.clock.forward(timedelta(hours=2))
        chat.post = post
        assert await house.deliver(run) is None
        assert await house.deliver(run) is None
        parents = [said for said in await house.channel.said(HERE) if "Read first" in said]
        assert len(parents) == 1
        assert "Jan 30" in parents[0]
        assert await house.state(run) is RunState.DONE

    async def test_after_three_days_it_is_put_aside_and_status_says_so(self, house):
        run = await house.run()
        await house.digest(run)
        chat = house.channel.chat
        post, chat.post = chat.post, _gone
        await house.deliver(run)
        house.channel.clock.forward(GIVE_UP_AFTER + timedelta(minutes=1))
        assert await house.deliver(run) is None
        chat.post = post
        assert (await house.context.store.delivery(run.key)).state is DeliveryState.ASIDE
        assert await house.state(run) is RunState.FAILED
        assert await house.deliver(run) is None
        assert await house.channel.said(HERE) == []
        respond = await house.channel.command("digest", "status")
        assert (
            "Jan 30 could not be delivered for three days and was given up: The channel no longer exists."
            in respond.text
        )


async def _gone(*_: object) -> str:
    raise TargetMissing("The channel no longer exists.")


class TestPlatformWithoutToken:
    """Its channels and what waits for it outlast the token."""

    async def test_what_waits_for_it_waits_on_and_costs_nothing(self, house):
        context, store = replace(house.context, chats=Chats()), house.context.store
        jobs = Jobs(context, Conversation(context), house.queue)
        asked = Question("q1", replace(HERE, thread="t"), ANN, "Why?", context.now(), message="m1")
        await store.save_question(asked)
        with pytest.raises(RetryLater):
            await jobs.answer(Task("answer:q1", TaskDeaths(0), store), "q1")
        assert (await store.question("q1")).state is QuestionState.OPEN
        await store.save_follower(Follower("f1", f"{HERE.key}:2026-01-30:now-1", HERE, ANN, "en", context.now()))
        with pytest.raises(RetryLater):
            await jobs.follow(Task("follow:f1", TaskDeaths(0), store), "f1")
        assert await store.follower("f1") is not None
        assert house.model.analysed == []

    async def test_an_older_question_is_ended_in_the_end(self, house):
        context, store = replace(house.context, chats=Chats()), house.context.store
        jobs = Jobs(context, Conversation(context), house.queue)
        await store.save_question(Question("q1", HERE, ANN, "Why?", context.now(), message="m1"))
        house.channel.clock.forward(timedelta(days=8))
        await jobs.answer(Task("answer:q1", TaskDeaths(0), store), "q1")
        assert (await store.question("q1")).state is QuestionState.SILENT


class TestGivenUp:
    async def test_a_digest_that_was_given_up_is_no_run_under_way(self, house):
        run = await house.run()
        await house.jobs.handle_set_aside(f"digest:{run.key}", "Five attempts ended at the same place.")
        assert await house.state(run) is RunState.FAILED
        assert (await house.run(kind="now")).fresh

    async def test_who_asked_is_told_of_an_answer_that_was_given_up(self, house):
        asked = Question(
            "q1", replace(HERE, thread="t"), ANN, "Why?", datetime(2026, 1, 30, 9, tzinfo=UTC), message="m1"
        )
        await house.context.store.save_question(asked)
        await house.jobs.handle_set_aside("answer:q1", "Five attempts ended at the same place.")
        assert (await house.context.store.question("q1")).state is QuestionState.ANSWERED
        assert any("Something went wrong" in text for text in await house.channel.said(asked.place))

    async def test_what_was_put_aside_is_not_put_in_again_at_the_next_start(self, house):
        """Else a task that ends its worker would do so at every start."""
        store = house.context.store
        run = await house.run()
        await store.set_task_aside(f"digest:{run.key}", "Five attempts ended at the same place.")
        await house.jobs.requeue_open_work()
        assert house.queue.put == []
