"""Votes, saved and asked-about papers guide a channel's digest; `/digest status` shows what was taught, and makes it forget."""

from datetime import timedelta

import pytest

from bot.core.chat import Place, Vote, VoteKind
from bot.core.subscription import Subscription
from bot.digests.daily import RunOptions
from bot.digests.learning import load_learned, load_preferences
from digest.model import Digest
from digest.render.labels import day_words
from tests.bot.people import ANN, BOB, HERE, Channel


async def vote(channel: Channel, kind: VoteKind, subject: str, *, place: Place = HERE, **values: object) -> None:
    channel.clock.forward(timedelta(seconds=1))
    await channel.context.store.vote(Vote(kind, subject, place, ANN, channel.clock(), **values))


async def examples(channel: Channel) -> dict[str, float]:
    preferences = await load_preferences(channel.context.store, Subscription(HERE))
    return {example.paper.id: example.weight for example in preferences.examples}


async def test_each_kind_of_vote_weighs_as_much_as_it_says(channel):
    digest, thread = await channel.digest()
    one, two, three = (e.paper.id for e in digest.entries)
    await vote(channel, VoteKind.MORE, one, place=thread)
    await vote(channel, VoteKind.FEWER, two)
    await vote(channel, VoteKind.SAVED, three)
    assert await examples(channel) == {one: 1, two: -1, three: 1}


async def test_one_person_who_wants_more_saves_and_asks_counts_once(channel):
    digest, thread = await channel.digest()
    one = digest.entries[0].paper.id
    await vote(channel, VoteKind.MORE, one, place=thread)
    await vote(channel, VoteKind.SAVED, one)
    await channel.ask(thread, "does 1 release code?")
    assert await examples(channel) == {one: 1}


async def test_a_question_for_all_to_see_is_a_lesson_and_a_private_one_is_not(channel):
    digest, thread = await channel.digest()
    await channel.ask(thread, "does 1 release code?")
    await channel.ask(thread, "does 2 release code?", private=True, addressed=True)
    assert await examples(channel) == {digest.entries[0].paper.id: 0.5}


@pytest.mark.parametrize("subject", ["answer:abc", "2401.00001"])
async def test_votes_on_answers_and_on_papers_that_no_digest_here_showed_teach_nothing(channel, subject):
    await channel.digest()
    await vote(channel, VoteKind.MORE, subject)
    assert await examples(channel) == {}


async def test_a_report_of_an_error_is_no_opinion_of_the_paper(channel):
    digest, _ = await channel.digest()
    await vote(channel, VoteKind.WRONG, digest.entries[0].paper.id)
    assert await examples(channel) == {}


async def test_a_vote_taken_back_teaches_nothing(channel):
    digest, _ = await channel.digest()
    await vote(channel, VoteKind.MORE, digest.entries[0].paper.id)
    await vote(channel, VoteKind.MORE, digest.entries[0].paper.id, undo=True)
    assert await examples(channel) == {}


async def test_another_channel_s_votes_are_its_own(channel):
    digest, _ = await channel.digest()
    await vote(channel, VoteKind.MORE, digest.entries[0].paper.id, place=Place("console", "other"))
    assert await examples(channel) == {}
    assert (await load_learned(channel.context.store, Subscription(Place("console", "other")))).papers == 0


async def test_status_shows_what_was_taught_and_its_button_makes_it_forget(channel):
    digest, _ = await channel.digest()
    await vote(channel, VoteKind.FEWER, digest.entries[0].paper.id)
    await vote(channel, VoteKind.SAVED, digest.entries[1].paper.id)
    status = await channel.command("digest", "status")
    assert "2 papers you voted on" in status.text
    assert "More of: " in status.text
    assert "Less of: " in status.text
    button = status.button("unteach")
    assert button.confirm
    channel.clock.forward(timedelta(seconds=1))
    assert "可以撤回" in (await channel.click(button, BOB)).text
    assert len(await examples(channel)) == 2
    assert "Forgotten" in (await channel.click(button)).text
    assert await examples(channel) == {}
    assert "you voted on" not in (await channel.command("digest", "status")).text
    assert [v.subject for v in await channel.context.store.saved(ANN.id)] == [digest.entries[1].paper.id]


async def test_after_forgetting_new_votes_teach_again(channel):
    digest, _ = await channel.digest()
    await vote(channel, VoteKind.SAVED, digest.entries[1].paper.id)
    await channel.context.store.forget_votes(HERE.key)
    await vote(channel, VoteKind.MORE, digest.entries[0].paper.id)
    assert await examples(channel) == {digest.entries[0].paper.id: 1}


async def test_the_next_digest_is_made_by_it(channel):
    """Made again, the day's papers that are like a wanted one score more than they did, and like an unwanted one less."""
    subscription = await channel.set_up()
    digest, _ = await channel.digest(subscription)
    for kind, entry in zip((VoteKind.MORE, VoteKind.FEWER), digest.entries, strict=False):
        await vote(channel, kind, entry.paper.id)
    run = await channel.context.store.begin_run(HERE.key, digest.local_date, "now")
    again = await channel.context.daily.make(subscription, run, RunOptions(again=True))
    assert again.coverage.considered == digest.coverage.considered
    before, after = relevance(digest), relevance(again)
    assert {i for i in before if before[i] != after.get(i, before[i])}


def relevance(digest: Digest) -> dict[str, float]:
    entries = [(e.paper.id, e.score.relevance) for e in digest.entries]
    return dict([*entries, *((c.paper.id, c.score.relevance) for c in digest.others)])


async def test_a_lookup_in_a_thread_says_where_the_paper_was_before(channel):
    digest, thread = await channel.digest()
    said = await channel.ask(thread, digest.entries[0].paper.id)
    assert f"In the digest of {day_words(digest.local_date, 'en', 'yMMMEd')}, number 1" in said
    _, value = (await channel.command("paper", "today")).menu().options[0]
    assert "In the digest of" in (await channel.click(("lookup", value))).text


async def test_forgetting_a_person_takes_their_lessons_too(channel):
    digest, thread = await channel.digest()
    await vote(channel, VoteKind.MORE, digest.entries[0].paper.id)
    await channel.ask(thread, "does 2 release code?")
    await channel.context.store.forget_person(ANN.id)
    assert await examples(channel) == {}
