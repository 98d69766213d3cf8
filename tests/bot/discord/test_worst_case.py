"""A digest of everything that ever broke a message arrives whole, in each detail, in a text channel and a forum: no 400, nothing cut, nobody pinged."""

import re

import pytest

from bot.core.subscription import Detail
from bot.digests import cards
from bot.digests.delivery import deliver
from bot.store import DeliveryState
from digest.model import FULL_PARTS, Digest, from_json, to_json
from digest.ports import FreePace
from tests.bot.discord.conftest import Home
from tests.bot.slack.worst_case import worst_digest
from tests.servers.discord_rules import texts, walk

PINGS = b"<@&1> <@!123456789012345678> <#34> </paper:5> <:e:6> <t:7> ||hidden|| @everyone @here {{link:x}}"


def worst(papers: int = 10) -> Digest:
    return from_json(Digest, to_json(worst_digest(papers)).replace(b"<!channel>", PINGS))


def said(home: Home) -> str:
    every = [m for by_id in home.world.messages.values() for m in by_id.values()]
    return "\n".join(texts(m) for m in sorted(every, key=lambda m: int(m["id"])))


def marks(digest: Digest, detail: Detail) -> list[str]:
    """What stands at the beginning and end of every part, and must be there. Of so long a day the claims only of what to read first. What *Full analysis* shows is in no short reply."""
    first = {m.paper_id for m in digest.summary.first}
    found = ["OVERVIEW", *(f"SAID-{e.number} " for e in digest.entries if e.paper.id in first)]
    for e in digest.entries:
        n = e.number
        found += [
            f"CORE-{n} ",
            f"WHY-{n} ",
            f"NOTE-{n} ",
            *(f"FINDING-{n}-{i} " for i in range(5) if detail is Detail.FULL),
        ]
        if detail is Detail.FULL:
            found += [f"{end}-{n}-{part}" for part in FULL_PARTS for end in ("BEGIN", "END")]
    return found


@pytest.mark.parametrize("forum", [False, True], ids=["text", "forum"])
@pytest.mark.parametrize("detail", list(Detail))
async def test_the_worst_digest_arrives_whole(home, store, detail, forum):
    if forum:
        home.channel = home.world.forum(home.guild, ("digest",))
    digest = worst()
    thread = cards.thread(digest, detail)
    steps = home.chat.plan(thread, home.place, digest.key)
    delivered = await deliver(digest.key, lambda: steps, home.chat, home.place, store, FreePace())
    assert (delivered.state, delivered.fault) == (DeliveryState.DONE, "")
    assert len(delivered.replies) == 10
    text = said(home)
    assert [mark for mark in marks(digest, detail) if mark not in text] == []
    assert all(text.count(f"TITLE-{n}:") >= 1 for n in range(1, 11))
    assert (home.world.pings, home.world.mentions) == ([], [])
    assert not [r for r in home.discord.journal if r.status >= 400]
    assert "{{link:" not in text
    assert "| method" not in text


async def test_every_sentence_of_a_long_part_is_there(home, store):
    """Word for word, whatever message it went on in."""
    digest = worst(1)
    steps = home.chat.plan(cards.thread(digest, Detail.FULL), home.place, digest.key)
    await deliver(digest.key, lambda: steps, home.chat, home.place, store, FreePace())
    text = said(home)
    for part in FULL_PARTS:
        source = next(p.full for p in digest.entries[0].analysis.parts if p.name == part)
        told = len(re.findall(rf"1-{part} is a sentence in the middle", source))
        assert text.count(f"1-{part} is a sentence in the middle") == told


async def test_one_role_may_be_pinged_by_the_parent_alone(home, store):
    from dataclasses import replace

    digest = worst(2)
    thread = replace(cards.thread(digest, Detail.CARD), ping="777")
    steps = home.chat.plan(thread, home.place, digest.key)
    await deliver(digest.key, lambda: steps, home.chat, home.place, store, FreePace())
    assert home.world.pings == ["<@&777>"]
    parent, *replies = [r.body for r in home.discord.requests("POST", r"/channels/\d+/messages")]
    silent = 1 << 12
    assert not parent["flags"] & silent
    assert all(r["flags"] & silent for r in replies)


async def test_links_lead_to_the_replies_once_they_stand(home, store):
    digest = worst(3)
    steps = home.chat.plan(cards.thread(digest, Detail.CARD), home.place, digest.key)
    delivered = await deliver(digest.key, lambda: steps, home.chat, home.place, store, FreePace())
    text = texts(home.world.messages[home.channel["id"]][delivered.parent])
    for reply in delivered.replies.values():
        thread, _, bare = reply.partition("/")
        assert f"https://discord.com/channels/{home.guild['id']}/{thread}/{bare}" in text


async def test_a_digest_is_one_message_and_one_thread_in_the_channel(home, store):
    digest = worst(3)
    steps = home.chat.plan(cards.thread(digest, Detail.SHORT), home.place, digest.key)
    await deliver(digest.key, lambda: steps, home.chat, home.place, store, FreePace())
    (parent,) = home.world.messages[home.channel["id"]].values()
    assert parent["components"][0]["accent_color"] == 0xB31B1B
    controls = [c for c in walk(parent["components"]) if c["type"] in (2, 3)]
    assert controls[0]["custom_id"].startswith("pb:others:")
    (opened,) = home.discord.requests("POST", r"/channels/\d+/messages/\d+/threads")
    assert opened.body["auto_archive_duration"] == 10080
    assert len(opened.body["name"]) <= 100
