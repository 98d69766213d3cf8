"""What questions cost: the limit of a person, and the day's budget, each told to the asker with the time it is lifted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.core.chat import Place
from bot.questions.conversation import Conversation
from bot.store import RedisBudget, RunState
from digest.errors import OverBudget
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Usage
from digest.ports import booked
from tests.bot.people import ANN, BOB, HERE, words


class Broke(ExtractiveAnalyst):
    """A model whose budget is used up."""

    async def answer(self, *_: object) -> None:
        raise OverBudget("The day's budget for the model is used up.", datetime(2026, 1, 31, tzinfo=UTC))


@pytest.fixture
async def broke(channel):
    context = replace(channel.context, services=replace(channel.context.services, analyst=Broke()))
    conversation = Conversation(context)
    context.queue.register("answer", conversation.answer)
    return replace(channel, context=context, handler=Dispatcher(context, conversation), conversation=conversation)


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
    context = replace(channel.context, questions_per_person=2)
    conversation = Conversation(context)
    context.queue.register("answer", conversation.answer)
    limited = replace(channel, context=context, handler=Dispatcher(context, conversation), conversation=conversation)
    _, thread = await limited.digest()
    for n in (1, 2):
        assert await limited.ask(thread, f"does {n} release code?")
    assert "that is the limit here" in (await limited.ask(thread, "does 3 release code?")) + limited.screen()
    assert "limit" not in await limited.ask(thread, "does 3 release code?", BOB, addressed=True)


async def test_one_question_delivered_twice_counts_once(channel):
    store = channel.context.store
    day = channel.clock().date()
    assert [await store.count_question(ANN.id, day, "q") for _ in range(3)] == [1, 1, 1]
    assert await store.count_question(ANN.id, day, "r") == 2


async def test_status_tells_the_month_s_cost_and_the_day_s_share(channel):
    await channel.set_up()
    budget = RedisBudget(channel.context.store, daily=1.0)
    with booked(HERE.key, "analyse"):
        ticket = await budget.reserve(HERE.key, Usage(1, 10, 0, 10, 0.1))
        await budget.settle(ticket, Usage(1, 1000, 500, 100, 0.42))
    context = replace(channel.context, services=replace(channel.context.services, spent=budget.used))
    respond = await replace(channel, handler=Dispatcher(context, channel.conversation)).command("digest", "status")
    assert "This month: $0.42 (analyses $0.42); 1,000 tokens read, 50 % of them from the model's cache" in respond.text
    assert "Today: $0.42 (analyses $0.42); 1,000 tokens read" in respond.text
    assert "Today: 42 % of the budget" in respond.text


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


async def test_the_channel_sees_the_cost_only_where_it_was_asked_for(channel):
    from bot.core.subscription import Detail
    from bot.digests import cards
    from tests.builders import a_digest

    shown = {show: words(cards.thread(a_digest(), Detail.SHORT, show_cost=show).parent) for show in (True, False)}
    assert "$0.41" in shown[True]
    assert "$" not in shown[False].replace("$\\pi", "")


async def test_a_place_without_settings_is_told_in_utc(broke):
    respond = await broke.command("paper", "2601.22153 does it release code?", place=Place("console", "elsewhere"))
    assert "00:00 (UTC)" in respond.text
