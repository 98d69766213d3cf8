"""What questions cost: the limit of a person, and the day's budget, each told to the asker with the time it is lifted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.chat import Form, Place, Question
from bot.questions.conversation import Conversation
from bot.store import RedisBudget, RunState
from digest.errors import OverBudget
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Usage
from digest.ports import booked, booking
from tests.bot.people import ANN, BOB, HERE, Queue


class Broke(ExtractiveAnalyst):
    """A model whose budget is used up."""

    async def answer(self, *_: object) -> None:
        raise OverBudget("The day's budget for the model is used up.", datetime(2026, 1, 31, tzinfo=UTC))


@pytest.fixture
async def broke(channel):
    return channel.but(services=replace(channel.context.services, analyst=Broke()))


async def test_a_question_beyond_the_day_s_budget_is_told_when_to_ask_again_in_the_channel_s_time(broke):
    subscription = replace(await broke.set_up(), timezone="Asia/Shanghai")
    await broke.context.store.save_subscription(subscription)
    _, thread = await broke.digest(subscription)
    said = await broke.ask(thread, "does 1 release code?")
    assert "answered again from Sat, Jan 31 08:00 (Asia/Shanghai)" in said + broke.screen()
    assert await broke.context.store.unanswered() == []


async def test_and_so_it_is_with_a_question_by_command_in_the_person_s_language(broke):
    await broke.set_up()
    assert "1月31日周六 00:00 (UTC) 起恢复问答" in (await broke.command("paper", "2601.22153 有代码吗？", BOB)).text


async def test_a_person_has_a_limit_of_questions_a_day_and_others_are_not_touched(channel):
    limited, thread = await a_limited(channel, 2)
    for n in (1, 2):
        assert await limited.ask(thread, f"does {n} release code?")
    assert "that is the limit here" in (await limited.ask(thread, "does 3 release code?")) + limited.screen()
    assert "limit" not in await limited.ask(thread, "does 3 release code?", BOB, addressed=True)


async def test_one_question_delivered_twice_counts_once(channel):
    store = channel.context.store
    assert [await store.admit(ANN.id, "q", 1) for _ in range(3)] == [True, True, True]
    assert not await store.admit(ANN.id, "r", 1)
    assert await store.admit(BOB.id, "r", 1)


async def test_forget_me_does_not_reset_the_limit_and_nothing_of_it_names_the_person(channel, store):
    await store.admit(ANN.id, "slack:C1:1700.1", 1)
    await store.forget_person(ANN.id)
    assert not await store.admit(ANN.id, "r", 1)
    assert await store.admit(ANN.id, "slack:C1:1700.1", 1)
    (name,) = await store.redis.scan("paperboy:quota:*")
    kept = name + repr(await store.redis.do("SMEMBERS", name))
    assert ANN.id not in kept
    assert "C1" not in kept
    assert 0 < await store.redis.do("TTL", name) <= 86_400
    channel.clock.forward(timedelta(days=1))
    assert await store.admit(ANN.id, "r", 1)


async def test_setup_tells_the_day_s_budget(channel):
    told = channel.but(daily_budget=10.0, questions_per_person=7)
    await told.set_up()
    _, respond = await told.submit((await told.command("digest", "setup")).panels[-1])
    assert "at most $10.00 a day here" in respond.text
    assert "7 questions a day" in respond.text


async def test_a_question_beyond_a_limit_is_not_stored_and_told_once_a_day(channel):
    limited, thread = await a_limited(channel, 1)
    assert await limited.ask(thread, "does 1 release code?")
    told = [await limited.ask(thread, f"does {n} release code?") for n in (2, 3, 2)]
    assert "that is the limit here" in told[0] + limited.screen()
    assert limited.screen().count("that is the limit here") <= 1
    assert told[1:] == ["", ""]
    assert len(await limited.context.store.redis.scan("paperboy:question:*")) == 1
    channel.clock.forward(timedelta(days=1))
    assert "1 · " in await limited.ask(thread, "does 1 release code?", addressed=True)


async def a_limited(channel, questions: int):
    limited = channel.but(questions_per_person=questions)
    _, thread = await limited.digest()
    return limited, thread


class Metered(ExtractiveAnalyst):
    """A model that asks the budget before each call."""

    name = "metered"

    def __init__(self, budget: RedisBudget) -> None:
        super().__init__()
        self.budget, self.calls = budget, 0

    async def _pay(self) -> None:
        await self.budget.settle(
            await self.budget.reserve(booking.get().payer, Usage(1, 10, 0, 10)), Usage(1, 10, 0, 10)
        )
        self.calls += 1

    async def answer(self, *args):
        await self._pay()
        return await super().answer(*args)

    async def analyse(self, *args):
        await self._pay()
        return await super().analyse(*args)


WAYS = {
    "a question by command": lambda c, n: c.command("paper", f"2601.2215{n} which benchmark is introduced?"),
    "a lookup": lambda c, n: c.command("paper", f"2601.2215{n}"),
    "full": lambda c, n: c.click(("full", f"paper:2601.2215{n}v1")),
    "share": lambda c, n: c.click(("share", f"paper:2601.2215{n}v1")),
    "a menu": lambda c, n: c.click(("lookup", f"paper:2601.2215{n}v1")),
}


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_to_a_model_call_counts_at_the_same_gate(channel, way):
    budget = RedisBudget(channel.context.store, person=1)
    model = Metered(budget)
    metered = channel.but(services=replace(channel.context.services, analyst=model), questions_per_person=1)
    await metered.set_up()
    await channel.context.store.admit(ANN.id, "something else", 1)
    respond = await WAYS[way](metered, 3)
    assert "that is the limit here" in respond.text
    assert model.calls == 0
    await metered.command("paper", "forget me")
    await metered.click(("forget_me", "me"))
    assert "that is the limit here" in (await WAYS[way](metered, 3)).text
    assert model.calls == 0


async def test_each_paper_that_is_checked_in_a_list_counts(channel):
    model = Metered(RedisBudget(channel.context.store, person=2))
    metered = channel.but(services=replace(channel.context.services, analyst=model))
    digest, _ = await channel.digest()
    ranks = [candidate.rank for candidate in digest.others][:3]
    assert len(ranks) == 3
    form = Form("add_checked", digest.key, "", "", (), "en")
    _, respond = await metered.submit(form, rows0=",".join(map(str, ranks)))
    assert model.calls == 2
    assert "that is the limit here" in respond.text


async def test_what_is_stored_costs_nothing_and_does_not_count(channel):
    model = Metered(RedisBudget(channel.context.store, person=1))
    metered = channel.but(services=replace(channel.context.services, analyst=model))
    await metered.set_up()
    for _ in range(3):
        assert "DynamicVLA" in (await metered.command("paper", "2601.22153")).text
    assert model.calls == 1


async def test_one_person_s_many_questions_leave_room_for_others(channel):
    """The queue holds a few of each person's; the next comes when one ends, in the order in which they came, whatever
    the platform says of when they were asked."""
    put = Queue()
    context = replace(channel.context, queue=put)
    conversation = Conversation(context)
    await channel.digest()
    asked = [
        Question(f"q{n}", HERE, ANN, "does 1 release code?", channel.clock() - timedelta(seconds=n)) for n in range(9)
    ]
    for question in [*asked, Question("b", HERE, BOB, "does 1 release code?", channel.clock())]:
        await conversation.enqueue(question)
    assert put.put == [("answer", q) for q in ("q0", "q1", "q2", "q3", "b")]
    await conversation.answer("q1")
    assert put.put[5:] == [("answer", "q0"), ("answer", "q2"), ("answer", "q3"), ("answer", "q4")]
    store = channel.context.store
    await store.withdraw(HERE, "none")
    for n in (0, 2, 3, 4, 5, 6, 7, 8):
        assert ("answer", f"q{n}") in put.put
        await conversation.answer(f"q{n}")
    assert await store.redis.scan("paperboy:turn:*") == ["paperboy:turn:b"]


async def test_status_tells_the_month_s_cost_and_the_day_s_share(channel):
    await channel.set_up()
    budget = RedisBudget(channel.context.store, daily=1.0)
    with booked(HERE.key, "analyse"):
        ticket = await budget.reserve(HERE.key, Usage(1, 10, 0, 10, 0.1))
        await budget.settle(ticket, Usage(1, 1000, 500, 100, 0.42))
    metered = channel.but(services=replace(channel.context.services, spent=budget.used))
    respond = await metered.command("digest", "status")
    assert "Today: $0.42 (analyses $0.42); 1,000 tokens read, 50% of them from the model's cache" in respond.text
    assert "This month" not in respond.text  # the same: all of it was spent today
    assert "Today: 42% of the budget" in respond.text


async def test_status_tells_why_the_last_run_made_nothing_until_the_next_one_does(channel):
    await channel.set_up()
    store = channel.context.store
    run = await store.begin_run(HERE.key, date(2026, 1, 30), "daily")
    await store.end_run(run, RunState.FAILED, "The model server refused the key (401). Check OPENAI_API_KEY.")
    respond = await channel.command("digest", "status")
    assert "There is no digest of Fri, Jan 30: The model server refused the key (401)." in respond.text
    channel.clock.forward(timedelta(days=1))
    await store.begin_run(HERE.key, date(2026, 1, 31), "daily")
    assert "refused the key" not in (await channel.command("digest", "status")).text


async def test_a_place_without_settings_is_told_in_utc(broke):
    respond = await broke.command("paper", "2601.22153 does it release code?", place=Place("console", "elsewhere"))
    assert "00:00 (UTC)" in respond.text
