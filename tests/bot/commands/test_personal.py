"""`/digest me`: a person's own digest is set up by anybody, is seen by that person alone, and learns from that person alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.home import home_page
from bot.commands.library.seen import archive_scope
from bot.console.chat import ConsoleChat
from bot.core.chat import Forbidden, Person, Place, Vote, VoteKind
from bot.digests.learning import load_preferences
from bot.store import RunState, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import Task
from tests.bot.people import ANN, HERE, Channel, Queue, words

BOB = Person("bob", language="en")
EVE = Person("eve", admin=True, moderates=True, language="en")
OF_BOB = Place("console", "direct-bob", direct=True)


async def set_up(channel: Channel, person: Person = BOB, **fields: str) -> str:
    """What the person is told after saving; the panel is opened in a channel."""
    opened = (await channel.command("digest", "me setup", person)).panels[-1]
    problems, respond = await channel.submit(opened, person, **{"categories": "cs.CV", "papers": "3", **fields})
    assert problems == {}
    return respond.text


async def test_anybody_sets_up_an_own_digest_that_comes_directly(channel):
    assert "Next run" in await set_up(channel, interests="illusions")
    saved = await channel.context.store.subscription(OF_BOB.key)
    assert (saved.place, saved.set_by, saved.profile.interests) == (OF_BOB, "bob", "illusions")
    assert await channel.context.store.subscription(HERE.key) is None
    assert any("only you see it" in said for said in await channel.said(OF_BOB))


async def test_it_is_paused_resumed_and_removed_from_anywhere(channel):
    await set_up(channel)
    await channel.command("digest", "me pause", BOB)
    assert (await channel.context.store.subscription(OF_BOB.key)).paused
    await channel.command("digest", "resume", BOB, OF_BOB)  # in the direct conversation `me` is meant
    assert not (await channel.context.store.subscription(OF_BOB.key)).paused
    asked = await channel.command("digest", "me remove", BOB)
    await channel.click(asked.button("forget"), BOB)
    assert await channel.context.store.subscription(OF_BOB.key) is None
    assert await channel.context.store.personal_digests() == 0


async def test_nobody_else_sees_or_changes_it_admins_neither(channel):
    await set_up(channel)
    subscription = await channel.context.store.subscription(OF_BOB.key)
    await channel.digest(subscription)
    await channel.click(("forget", OF_BOB.key), EVE)
    assert await channel.context.store.subscription(OF_BOB.key) == subscription
    for person, sees in ((BOB, True), (EVE, False)):
        scope = await archive_scope(channel.context, HERE, person)
        assert (OF_BOB.key in scope.channels) == (sees and channel.chat.lists_members)
        assert ("arxiv.org" in words(await home_page(channel.context, person, "console"))) == sees


async def test_without_a_role_that_may_ask_it_makes_nothing_and_can_be_paused_and_removed(channel):
    without = replace(BOB, asks=False)
    assert "Only certain roles" in (await channel.command("digest", "me", without)).text
    await set_up(channel)
    panel = (await channel.command("digest", "me setup", BOB)).panels[-1]
    for verb in ("now", "resume", "setup"):
        assert "Only certain roles" in (await channel.command("digest", f"me {verb}", without)).text
        assert "Only certain roles" in (await channel.command("digest", verb, without, OF_BOB)).text
    for pressed in ("settings", "post_now", "resume"):
        assert "Only certain roles" in (await channel.click((pressed, OF_BOB.key), without)).text
    _, refused = await channel.submit(panel, without, categories="cs.CV", papers="5")
    assert "Only certain roles" in refused.text
    assert (await channel.context.store.subscription(OF_BOB.key)).papers == 3
    assert await channel.context.store.latest_digest(OF_BOB.key) is None
    await channel.command("digest", "me pause", without)
    assert (await channel.context.store.subscription(OF_BOB.key)).paused
    asked = await channel.command("digest", "me remove", without)
    await channel.click(asked.button("forget"), without)
    assert await channel.context.store.subscription(OF_BOB.key) is None


async def test_so_many_people_may_have_one(channel):
    channel = channel.but(personal_digests=1)
    await set_up(channel)
    assert "somebody has it" in (await channel.command("digest", "me setup", EVE)).text
    assert "Your digest" in (await channel.command("digest", "me status", BOB)).text
    assert "switched off" in (await channel.but(personal_digests=0).command("digest", "me", EVE)).text


async def test_it_learns_from_the_person_s_votes_everywhere_and_from_nobody_else_s(channel):
    digest, _ = await channel.digest()
    await set_up(channel)
    one, two, *_ = (e.paper.id for e in digest.entries)
    await channel.context.store.vote(Vote(VoteKind.MORE, one, HERE, BOB, channel.clock()))
    await channel.context.store.vote(Vote(VoteKind.MORE, two, HERE, ANN, channel.clock()))
    subscription = await channel.context.store.subscription(OF_BOB.key)
    taught = await load_preferences(channel.context.store, subscription)
    assert [example.paper.id for example in taught.examples] == [one]


async def test_forget_me_removes_it_all(channel):
    await set_up(channel)
    subscription = await channel.context.store.subscription(OF_BOB.key)
    await channel.digest(subscription)
    asked = await channel.command("paper", "forget me", BOB)
    assert "a digest of your own" in asked.text
    await channel.click(asked.button("forget_me"), BOB)
    names = [n.decode() for n in await channel.context.store.redis.do("KEYS", "*")]
    assert [n for n in names if OF_BOB.key in n and "archive-changes" not in n and ":board:" not in n] == []
    assert await channel.context.store.personal_digests() == 0


class Closed(ConsoleChat):
    """Takes no direct messages."""

    async def post(self, step, place, on="", upload=None):
        if place.direct:
            raise Forbidden("This person takes no direct messages from the bot.")
        return await super().post(step, place, on, upload)


@pytest.fixture
async def task(channel):
    return Task("t", TaskDeaths(0), channel.context.store)


async def test_a_person_who_takes_no_messages_has_a_paused_digest_and_is_told_why(channel, task):
    await set_up(channel)
    channel.chat.__class__ = Closed
    subscription = await channel.context.store.subscription(OF_BOB.key)
    run = await channel.context.store.begin_run(OF_BOB.key, channel.context.daily.local_date(subscription), "now")
    jobs = Jobs(channel.context, channel.conversation, Queue())
    await jobs.digest(task, run.key)
    await jobs.delivery(task, run.key)
    assert (await channel.context.store.subscription(OF_BOB.key)).paused
    assert (await channel.context.store.run_state(OF_BOB.key, run.local_date, run.name)).state is RunState.FAILED
    assert "no direct messages" in (await channel.command("digest", "me status", BOB)).text


async def test_it_counts_as_one_piece_of_the_person_s_work(channel, task):
    await set_up(channel)
    few = replace(channel.context, questions_per_person=1)
    assert await channel.context.store.admit("bob", "a question", 1)
    subscription = await channel.context.store.subscription(OF_BOB.key)
    channel.clock.forward(timedelta(seconds=1))
    run = await few.store.begin_run(OF_BOB.key, few.daily.local_date(subscription), "now")
    await Jobs(few, channel.conversation, Queue()).digest(task, run.key)
    assert (await few.store.run_state(OF_BOB.key, run.local_date, run.name)).state is RunState.FAILED
    assert await few.store.digest(run.key) is None


class ClosedFromTheStart(ConsoleChat):
    async def send(self, place, post, key, to=None):
        if place.direct:
            raise Forbidden("This person takes no direct messages from the bot.")
        return await super().send(place, post, key, to)


async def test_who_takes_no_messages_is_told_so_when_saving_and_it_is_paused(channel):
    channel.chat.__class__ = ClosedFromTheStart
    assert "no direct messages" in await set_up(channel)
    assert (await channel.context.store.subscription(OF_BOB.key)).paused


async def test_it_may_have_a_round_up_and_the_status_says_when(channel):
    await set_up(channel, weekly="Fri 16:00", monthly="")
    assert (await channel.context.store.subscription(OF_BOB.key)).weekly == "fri 16:00"
    assert "Weekly round-up: Fri 16:00" in (await channel.command("digest", "me status", BOB)).text
    opened = (await channel.command("digest", "me setup", BOB)).panels[-1]
    problems, _ = await channel.submit(opened, BOB, weekly="at tea time")
    assert "fri 16:00" in problems["weekly"]
