"""`/paper privacy` is true, `/paper forget me` and `/digest forget` do what they say: over every key of the store, packed values unpacked."""

import contextlib
import zlib
from dataclasses import replace

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.context import Context
from bot.core.chat import Person, Vote, VoteKind
from bot.questions.conversation import Conversation
from bot.store import Store
from bot.store.archive import CHANGES
from bot.store.redis import unpack
from bot.worker.jobs import Jobs
from bot.worker.queue import Queue
from tests.bot.people import HERE

ZOE = Person("P-zoe-4711", language="en")
YAN = Person("P-yan-0815", language="en")
ZOES = "does paper 1 mention xylophone-quasar data?"
YANS = "does paper 2 mention marmalade-lattice data?"


async def everything(store: Store) -> dict[str, str]:
    """Each key with all that stands in it, but for the ids that the archive has still to take out."""
    found = {}
    for name in set(await store.redis.scan("*")) - {CHANGES}:
        kind = (await store.redis.do("TYPE", name)).decode()
        command = {
            "hash": ("HGETALL", name), "set": ("SMEMBERS", name), "string": ("GET", name), "zset": ("ZRANGE", name, 0, -1),
            "list": ("LRANGE", name, 0, -1), "stream": ("XRANGE", name, "-", "+"),
        }[kind]  # fmt: skip
        found[name] = " ".join(_flat(await store.redis.do(*command)))
    return found


def _flat(value: object) -> list[str]:
    if isinstance(value, dict):
        return [piece for pair in value.items() for piece in _flat(pair)]
    if isinstance(value, list | tuple | set):
        return [piece for item in value for piece in _flat(item)]
    raw = value if isinstance(value, bytes) else str(value).encode()
    if raw[:1] in (b"z", b"="):
        with contextlib.suppress(zlib.error):
            raw = unpack(raw)
    return [raw.decode(errors="replace")]


def holding(found: dict[str, str], *words: str) -> list[str]:
    return sorted(name for name, value in found.items() if any(word in name or word in value for word in words))


@pytest.fixture
async def day(channel, redis_url):
    """Zoë and Yan ask, in the thread and privately, by the real queue; vote, save, report, and speak."""
    async with Queue(redis_url, channel.context.store) as queue:
        context: Context = replace(channel.context, queue=queue)
        conversation = Conversation(context)
        jobs = Jobs(context, conversation, queue)
        used = replace(channel, context=context, handler=Dispatcher(context, conversation), conversation=conversation)
        digest, thread = await channel.digest()
        for person, text in ((ZOE, ZOES), (YAN, YANS)):
            await used.ask(thread, text, person, addressed=True)
            await used.ask(thread, f"{text} again", person, addressed=True, private=True)
            await used.command("paper", f"2601.22153 {text}", person)
            for kind in (VoteKind.MORE, VoteKind.SAVED, VoteKind.WRONG):
                await used.context.store.vote(Vote(kind, digest.entries[0].paper.id, thread, person, used.clock()))
        while asked := await context.store.unanswered():
            for one in asked:
                await conversation.answer(one.question.id)
        del jobs
        yield used


async def test_before_it_both_are_there(day):
    found = await everything(day.context.store)
    assert holding(found, ZOE.id)
    assert holding(found, "xylophone")


async def test_forget_me_leaves_no_key_with_the_person_or_their_words_and_all_of_the_others(day):
    asked = await day.command("paper", "forget me", ZOE)
    before = holding(await everything(day.context.store), YAN.id, "marmalade")
    assert "Deleted" in (await day.click(asked.button("forget_me"), ZOE)).text
    found = await everything(day.context.store)
    # The console's own board is the channel: "messages already in the channel are the channel's".
    assert [name for name in holding(found, ZOE.id, "xylophone") if not name.startswith("paperboy:board:")] == []
    assert holding(found, YAN.id, "marmalade") == before
    assert "You have saved nothing." in (await day.command("paper", "saved", ZOE)).text
    assert len(await day.context.store.saved(YAN.id)) == 1


async def test_digest_forget_leaves_nothing_of_the_channel(day):
    asked = await day.command("digest", "forget")
    assert "Deleted" in (await day.click(asked.button("forget"))).text
    found = await everything(day.context.store)
    left = [n for n in holding(found, HERE.key, "xylophone", "marmalade") if not n.startswith("paperboy:board:")]
    assert left == []
    assert await day.context.store.latest_digest(HERE.key) is None


async def test_privacy_says_what_is_kept(day):
    said = (await day.command("paper", "privacy", ZOE)).text
    for word in (
        "questions you ask",
        "90 days",
        "👍",
        "asked about",
        "any other message",
        "this channel's topics",
        "never your name or id",
    ):
        assert word in said


async def test_what_people_say_to_each_other_is_not_kept(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "lunch at noon? kaleidoscope-17", ZOE, mentions_others=True)
    found = await everything(channel.context.store)
    assert [n for n in holding(found, "kaleidoscope") if not n.startswith("paperboy:board:")] == []
