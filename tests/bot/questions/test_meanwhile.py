"""What people do, and what ends a process, between two steps of the bot: nobody is left without an answer or an end."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.chat import Person, Question
from bot.questions.answering import answer_name
from bot.store import Watch
from tests.bot.people import ANN, HERE, Queue, after
from tests.bot.store.test_forgetting import everything, holding
from tests.deadline import until

ZOE = Person("P-zoe-4711", language="en")


async def asks_which(channel):
    """A question that a menu answers; its Question and the value of the option of a number."""
    digest, thread = await channel.digest()
    await channel.ask(thread, "how was it evaluated?", message="m1", addressed=True)
    asked = await channel.context.store.question(await channel.context.store.question_at(thread, "m1"))
    name = answer_name(asked.question.id)
    return asked.question, thread, lambda n: ("pick", f"{name} {digest.entries[n - 1].paper.id}")


async def test_every_paper_that_is_chosen_from_a_menu_is_answered(channel):
    _, thread, option = await asks_which(channel)
    for number in (3, 1):
        await channel.click(option(number), place=thread)
        assert (await channel.said(thread))[-1].startswith(f"**{number} · ")


async def test_a_choice_ends_the_answer_to_an_edit_that_came_before_it(channel):
    question, thread, option = await asks_which(channel)
    texts, going_on, held = channel.context.services.texts, asyncio.Event(), asyncio.Event()

    class Slow:
        async def read(self, paper):
            held.set()
            await going_on.wait()
            return await texts.read(paper)

    slow = channel.but(services=replace(channel.context.services, texts=Slow()))
    before = len(await channel.said(thread))
    edit = replace(question, text="what does 1 introduce?", edited="1")
    edited = asyncio.create_task(slow.handler.on_edit(edit))
    await held.wait()
    held.clear()
    chosen = asyncio.create_task(slow.click(option(3), place=thread))
    await until(lambda: held.is_set() or chosen.done())
    going_on.set()
    await asyncio.gather(edited, chosen)
    assert len((await channel.said(thread))[before:]) == 1
    assert await channel.context.store.unanswered() == []


async def test_an_edit_is_of_the_question_that_was_chosen_meanwhile(channel, monkeypatch):
    question, thread, option = await asks_which(channel)
    before = len(await channel.said(thread))
    after(monkeypatch, channel.context.store, "question_at", lambda: channel.click(option(3), place=thread))
    await channel.handler.on_edit(replace(question, text="and how does it compare to 1?", edited="1"))
    [answer] = (await channel.said(thread))[before:]
    assert "was edited" in answer


async def test_deleted_after_a_choice_the_menu_goes_and_the_answer_stays(channel):
    channel.chat.whispers = False
    _, thread, option = await asks_which(channel)
    await channel.click(option(3), place=thread)
    await channel.handler.on_delete(thread, "m1")
    [stands] = (await channel.said(thread))[-1:]
    assert stands.startswith("**3 · ")
    assert not any("Which paper" in said for said in await channel.said(thread))


async def test_killed_right_after_the_answer_stood_its_thread_is_known(channel, monkeypatch):
    await channel.digest()
    conversation, record = channel.conversation, channel.conversation._record_talk

    async def killed(*_):
        monkeypatch.setattr(conversation, "_record_talk", record)
        raise asyncio.CancelledError

    monkeypatch.setattr(conversation, "_record_talk", killed)
    with pytest.raises(asyncio.CancelledError):
        await channel.ask(HERE, "what does 2601.22153 introduce?", message="m1", addressed=True)
    thread = replace(HERE, thread="m1")
    assert not await channel.handler.knows(thread)
    await conversation.answer(await channel.context.store.question_at(HERE, "m1"))
    assert await channel.handler.knows(thread)
    assert "DynamicVLA" in await channel.ask(thread, "and what are the results?")


@pytest.mark.parametrize("step", ["under_discussion", "mark_answered", "watch"])
async def test_forgotten_while_the_answer_is_made_nothing_of_the_person_is_left(channel, monkeypatch, step):
    _, thread = await channel.digest()
    store = channel.context.store
    after(monkeypatch, store, step, lambda: store.forget_person(ZOE.id))
    await channel.ask(thread, "what does 1 introduce?", ZOE, addressed=True)
    left = holding(await everything(store), ZOE.id)
    assert [name for name in left if not name.startswith("paperboy:board:")] == []


async def test_what_is_asked_while_the_bot_forgets_is_found_the_next_time(channel, monkeypatch):
    _, thread = await channel.digest()
    store = channel.context.store
    await channel.ask(thread, "what does 1 introduce?", ZOE, addressed=True)
    after(monkeypatch, store, "followers", lambda: channel.ask(thread, "what does 2 introduce?", ZOE, addressed=True))
    await store.forget_person(ZOE.id)
    assert len(await store.asked_by(ZOE.id, 9)) == 1
    await store.forget_person(ZOE.id)
    left = holding(await everything(store), ZOE.id)
    assert [name for name in left if not name.startswith("paperboy:board:")] == []


async def test_of_what_was_forgotten_with_its_channel_no_name_is_left(channel, monkeypatch):
    """The question was saved, or the paper shared, while the channel was forgotten."""
    digest, thread = await channel.digest()
    store = channel.context.store
    after(
        monkeypatch,
        store,
        "_out_of_indexes",
        lambda: channel.ask(thread, "what does 1 introduce?", ZOE, addressed=True),
    )
    await store.forget_subscription(HERE.key)
    watch = Watch(digest.entries[0].paper.id, thread, channel.clock() + timedelta(days=1), people=(ZOE.id,))
    after(monkeypatch, store.redis, "do", lambda: store.forget_subscription(HERE.key))
    await store.watch(HERE.key, [watch])
    await store.forget_person(ZOE.id)
    left = holding(await everything(store), ZOE.id)
    assert [name for name in left if not name.startswith("paperboy:board:")] == []


async def test_a_question_that_ended_before_it_took_a_turn_takes_none(channel, monkeypatch):
    """Its event came twice, and the first was answered while the second was taken: four such and no room was left."""
    _, thread = await channel.digest()

    class Done(Queue):
        async def add(self, task, *ids, **more):
            await super().add(task, *ids, **more)
            return len(self.put) == 1

    queue = Done()
    twice = channel.but(queue=queue)
    question = Question("q1", thread, ANN, "what does 1 introduce?", channel.clock(), message="m1")
    await twice.conversation.enqueue(question)
    after(monkeypatch, channel.context.store, "question", lambda: twice.conversation.answer("q1"))
    await twice.conversation.enqueue(question)
    assert await channel.context.store.redis.scan("paperboy:turn:*") == []


async def test_what_waits_behind_questions_of_a_channel_that_is_forgotten_is_answered(channel):
    _, thread = await channel.digest()
    queue, store, elsewhere = Queue(), channel.context.store, replace(HERE, channel="elsewhere")
    waiting = channel.but(queue=queue)
    for n, place in enumerate([thread] * 4 + [elsewhere]):
        asked = Question(
            f"{place.key}:{n}", place, ANN, "what does 2601.22153 introduce?", channel.clock(), message=f"m{n}"
        )
        await waiting.conversation.enqueue(asked)
    assert len(queue.put) == 4
    await store.forget_subscription(HERE.key)
    await waiting.conversation.answer(f"{HERE.key}:0")
    assert queue.put[-1] == ("answer", f"{elsewhere.key}:4")


async def test_deleted_before_it_was_queued_it_ends(channel, monkeypatch):
    _, thread = await channel.digest()
    store = channel.context.store
    before = await channel.said(thread)
    channel.clock.forward(timedelta(seconds=1))
    after(monkeypatch, store, "save_question", lambda: channel.handler.on_delete(thread, "m1"))
    await channel.ask(thread, "what does 1 introduce?", message="m1", addressed=True)
    assert await store.unanswered() == []
    assert await channel.said(thread) == before
