"""Questions in their place: who is answered, about which paper, once, and what is kept."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.chat import Button, ChatError, OutcomeUnknown, Person, Place, VoteKind
from bot.core.texts import say
from bot.questions.answering import answer_name
from bot.store import QuestionState
from tests.bot.people import ANN, BOB, HERE
from tests.deadline import until


async def test_the_first_question_in_a_digest_s_thread_is_answered_without_a_mention(channel):
    digest, thread = await channel.digest()
    said = await channel.ask(thread, "what does 2 introduce?")
    assert said.startswith("**2 · ")
    assert digest.entries[1].paper.title.split(":")[0][:20] in said


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ja", "ko", "pt-BR", "zh-Hans"])
async def test_the_hint_s_own_example_works_for_the_second_and_third_person_too(channel, language):
    """Every catalog's example, without a mention, about another paper each time."""
    _, thread = await channel.digest()
    for number, person in ((2, ANN), (3, BOB), (1, Person("eve", language=language))):
        example = re.search(r"[“「„«]\s*(.+?[?？])\s*[”」“»]", say("card.hint", language, n=number))[1]
        assert f"**{number} · " in await channel.ask(thread, example, person), example


async def test_a_figure_that_may_name_a_paper_is_asked_about(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "what does 2 introduce?")
    assert "Which paper do you mean?" in await channel.ask(thread, "Hat 3 Code?")
    assert (await channel.ask(thread, "does it need 3 GPUs?")).startswith("**2 · ")


async def test_a_follow_up_of_the_same_person_is_about_the_same_paper(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "what does 3 introduce?")
    assert (await channel.ask(thread, "and what are the results?")).startswith("**3 · ")


async def test_both_are_the_papers_of_the_last_two_questions(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "what does paper 1 do?")
    await channel.ask(thread, "and 3?")
    answer = await channel.ask(thread, "do both release code?")
    assert answer.startswith("**From 2 papers**: **1 · ")
    assert "**3 · " in answer


async def test_a_second_question_before_the_first_is_answered_is_about_the_same_paper(channel):
    """It was met with silence where the platform can ask nobody alone, and asked which paper was meant."""
    _, thread = await channel.digest()
    texts, going_on, held = channel.context.services.texts, asyncio.Event(), asyncio.Event()

    class Slow:
        async def read(self, paper):
            held.set()
            await going_on.wait()
            return await texts.read(paper)

    slow = channel.but(services=replace(channel.context.services, texts=Slow()))
    first = asyncio.create_task(slow.ask(thread, "what does 3 introduce?", message="m1"))
    await held.wait()
    second = asyncio.create_task(slow.ask(thread, "and how is it evaluated?", message="m2"))
    held.clear()
    await until(lambda: held.is_set() or second.done())
    going_on.set()
    assert (await first).startswith("**3 · ")
    assert (await second).startswith("**3 · ")


async def test_people_who_talk_to_each_other_are_left_alone_and_their_words_are_not_kept(channel):
    _, thread = await channel.digest()
    assert await channel.ask(thread, "we start the secret project on monday") == ""
    assert await channel.ask(thread, "really? where?", BOB) == ""
    assert await channel.ask(thread, "what about 2?", BOB, mentions_others=True) == ""
    assert await channel.ask(thread, "what about 2?", BOB, replies_to_person=True) == ""
    keys = await channel.context.store.redis.scan("*")
    dumped = b"".join([await channel.context.store.redis.do("DUMP", key) or b"" for key in keys])
    assert b"secret project" not in dumped


async def test_outside_of_its_threads_only_a_mention_is_heard(channel):
    await channel.digest()
    assert await channel.ask(HERE, "what does 2 introduce?") == ""
    assert "2 · " in await channel.ask(HERE, "what does 2 introduce?", addressed=True)


async def test_what_may_be_meant_for_it_is_asked_for_leave_and_then_answered(channel):
    _, thread = await channel.digest()
    assert "Shall I answer?" in await channel.ask(thread, "has anyone tried paper 2?")
    name = (await channel.context.store.redis.scan("paperboy:named:*"))[0].rsplit(":", 1)[1]
    await channel.click(("answer_yes", name), place=thread)
    assert any(text.startswith("**2 · ") for text in await channel.said(thread))


async def test_no_means_quiet_in_this_thread(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "has anyone tried paper 2?", message="m1")
    await channel.click(("answer_no", answer_name(await channel.context.store.question_at(thread, "m1"))), place=thread)
    assert await channel.ask(thread, "what does 1 introduce?") == ""
    assert "1 · " in await channel.ask(thread, "what does 1 introduce?", addressed=True)


async def test_told_to_be_quiet_it_is_until_it_is_mentioned(channel):
    _, thread = await channel.digest()
    assert "Quiet from now on" in await channel.ask(thread, "quiet", addressed=True)
    assert await channel.ask(thread, "what does 1 introduce?") == ""


async def test_the_same_question_delivered_three_times_is_answered_once(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "what does 1 introduce?", message="m1")
    before = await channel.said(thread)
    for _ in range(2):
        await channel.ask(thread, "what does 1 introduce?", message="m1", addressed=True)
    assert await channel.said(thread) == before


async def test_an_id_alone_is_a_lookup(channel):
    _, thread = await channel.digest()
    assert "VI-Probe" in await channel.ask(thread, "2601.22150")


async def test_when_it_is_not_clear_which_a_menu_asks_and_the_choice_is_answered(channel):
    _, thread = await channel.digest()
    assert "Which paper do you mean?" in await channel.ask(thread, "how was it evaluated?")
    menu = next(iter(await channel.context.store.redis.scan("paperboy:named:*"))).rsplit(":", 1)[1]
    digest = await channel.context.store.latest_digest(HERE.key)
    await channel.click(("pick", f"{menu} {digest.entries[2].paper.id}"), place=thread)
    assert (await channel.said(thread))[-1].startswith("**3 · ")


async def test_a_question_about_the_day_is_about_all_its_papers(channel):
    _, thread = await channel.digest()
    assert "From " in await channel.ask(thread, "which of these introduce a benchmark?")


async def test_a_question_about_the_whole_day_asks_about_no_paper_in_particular(channel):
    """It counted for each of them as asked about: they were looked after, and their words were learnt."""
    digest, thread = await channel.digest()
    store = channel.context.store
    await channel.ask(thread, "which of these introduce a benchmark?")
    assert len(await store.under_discussion(thread, ANN.id)) == len(digest.entries)
    assert await store.votes(HERE.key) == []
    await channel.ask(thread, "what does 2 introduce?")
    assert [(vote.kind, vote.subject) for vote in await store.votes(HERE.key)] == [
        (VoteKind.ASKED, digest.entries[1].paper.id)
    ]


async def test_why_not_is_answered_from_the_ledger(channel):
    digest, thread = await channel.digest()
    other = digest.others[0]
    said = await channel.ask(thread, f"why not {other.paper.id}?", addressed=True)
    assert f"rank {other.rank}" in said
    shown = await channel.ask(thread, f"why not {digest.entries[0].paper.id}?", addressed=True)
    assert "was in the digest of" in shown
    assert "has not seen that paper" in await channel.ask(thread, "why not 2401.00001?", addressed=True)


async def test_a_paper_nobody_knows_gets_a_sentence(channel):
    assert "no paper 2401.00001" in await channel.ask(HERE, "what does 2401.00001 say about data?", addressed=True)


async def test_the_answer_is_in_the_asker_s_language(channel):
    _, thread = await channel.digest()
    assert "最接近" in await channel.ask(thread, "第2篇提出了什么方法？", BOB)


async def test_a_direct_message_is_answered_there(channel):
    direct = Place("console", "dm-ann", direct=True)
    assert "DynamicVLA" in await channel.ask(direct, "what does 2601.22153 introduce?", addressed=True)
    assert "I answer from papers" in await channel.ask(
        Place("console", "dm-bob", direct=True), "what is the weather?", addressed=True
    )


async def test_questions_a_day_have_a_limit_that_is_said(channel):
    channel = channel.but(questions_per_person=2)
    _, thread = await channel.digest()
    for _ in range(2):
        assert "1 · " in await channel.ask(thread, "what does 1 introduce?", addressed=True)
    assert "that is the limit" in await channel.ask(thread, "what does 1 introduce?", addressed=True)
    assert "1 · " in await channel.ask(thread, "what does 1 introduce?", BOB, addressed=True)


async def test_wrong_marks_the_answer_in_place(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "what does 1 introduce?")
    [name] = [key.rsplit(":", 1)[1] for key in await channel.context.store.redis.scan("paperboy:named:*")]
    form = (await channel.click(Button("wrong", f"answer:{name}", ""), place=thread)).forms[0]
    await channel.submit(form, what="table II is simulation")
    said = await channel.said(thread)
    assert said[-1].startswith("⚠ A reader reported")
    assert "table II is simulation" in said[-1]


async def test_a_crash_between_the_answer_and_its_post_sends_what_was_kept(channel, monkeypatch):
    _, thread = await channel.digest()
    draft = type(await channel.chat.draft(_question(thread), "k"))
    finish = draft.finish

    async def dies(self, post, picture):
        raise OutcomeUnknown("dropped")

    monkeypatch.setattr(draft, "finish", dies)
    with pytest.raises(ChatError):
        await channel.ask(thread, "what does 1 introduce?", message="m1")
    [open_question] = await channel.context.store.unanswered()
    assert open_question.state is QuestionState.OPEN
    assert open_question.post is not None
    monkeypatch.setattr(draft, "finish", finish)
    await channel.conversation.answer(open_question.question.id)
    await channel.conversation.answer(open_question.question.id)
    assert len([text for text in (await channel.said(thread)) if text.startswith("**1 · ")]) == 1
    assert await channel.context.store.unanswered() == []


async def test_a_question_withdrawn_before_it_is_answered_is_not(channel):
    _, thread = await channel.digest()
    question = replace(_question(thread), message="m9", text="what does 1 introduce?")
    await channel.context.store.save_question(question)
    await channel.handler.on_delete(thread, "m9")
    before = await channel.said(thread)
    await channel.conversation.answer(question.id)
    assert await channel.said(thread) == before


async def test_a_question_edited_while_open_is_answered_as_it_reads_now(channel):
    _, thread = await channel.digest()
    question = replace(_question(thread), message="m9", text="what does 1 introduce?")
    await channel.context.store.save_question(question)
    await channel.handler.on_edit(replace(question, text="what does 2 introduce?"))
    await channel.conversation.answer(question.id)
    assert (await channel.said(thread))[-1].startswith("**2 · ")


async def test_an_earlier_digest_s_paper_is_found_by_what_was_said_of_it(channel):
    first, _ = await channel.digest()
    channel.clock.forward(timedelta(days=1))
    title = first.entries[0].paper.title
    said = await channel.ask(HERE, f"what does {title.split(':')[0]} introduce?", addressed=True)
    assert title.split(":")[0] in said


def _question(thread: Place):
    from bot.core.chat import Question
    from tests.conftest import Clock

    return Question("q9", thread, ANN, "what does 1 introduce?", Clock()())
