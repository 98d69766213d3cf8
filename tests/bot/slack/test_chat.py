"""What goes out, over the wire to the strict server: once, and with every error as a sentence that says what to do."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.chat import (
    ChatError,
    Forbidden,
    HistoryRefused,
    OutcomeUnknown,
    Outside,
    Person,
    Place,
    Post,
    Step,
    StepKind,
    Text,
    Throttled,
)
from bot.core.ids import LINK_PLACEHOLDER
from bot.core.subscription import Detail
from bot.digests import cards
from bot.digests.delivery import _fill_links
from bot.slack.chat import SlackChat
from bot.slack.render import messages
from bot.store import Redis, RedisPauses, Store
from tests.bot.slack.worst_case import worst_digest
from tests.servers.slack import BOT_TOKEN, Message, SlackServer

PLACE = Place("slack", "C1")
POST = Post((Text("hello"),), "hello")


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def step(key: str = "d:0", kind: StepKind = StepKind.POST, post: Post = POST) -> Step:
    return Step(key, kind, messages.render_post(post, key)[0])


def marks(one: Step) -> list[str]:
    return LINK_PLACEHOLDER.findall(json.dumps(one.payload, ensure_ascii=False, default=str))


async def delivered(chat: SlackChat, steps: list[Step]) -> dict[str, str]:
    """All steps in order, waiting when told to, as a delivery does."""
    ids: dict[str, str] = {}
    for one in steps:
        links = {key: await chat.link(PLACE, ts) for key, ts in ids.items()} if one.kind is StepKind.EDIT else {}
        ready = replace(one, payload=_fill_links(one.payload, {n: links.get(n, "") for n in marks(one)}))
        while one.key not in ids:
            try:
                ids[one.key] = await chat.post(ready, PLACE, ids.get(one.on, ""))
            except Throttled as busy:
                await asyncio.sleep(busy.wait)
    return ids


async def test_a_post_is_found_again_by_its_key(slack, chat):
    parent = await chat.post(step("d:0"), PLACE)
    assert await chat.find("d:0", StepKind.POST, PLACE, since()) == parent
    assert await chat.find("d:9", StepKind.POST, PLACE, since()) is None


async def test_replies_are_looked_for_in_their_thread_over_all_pages(slack, chat, monkeypatch):
    monkeypatch.setattr("bot.slack.web_api.POST_GAP", 0.0)
    slack.limited = False
    parent = await chat.post(step("d:0"), PLACE)
    for n in range(230):
        slack.space.put(slack.space.channels["C1"], _human(slack, f"chatter {n}", parent))
    reply = await chat.post(step("d:1", StepKind.REPLY), PLACE, parent)
    assert await chat.find("d:1", StepKind.REPLY, PLACE, since(), parent) == reply
    assert await chat.find("d:1", StepKind.POST, PLACE, since()) is None


def _human(slack: SlackServer, text: str, thread: str) -> Message:
    return Message(slack.space.new_ts(), "C1", "U1", text, thread_ts=thread)


async def test_somebody_elses_message_with_our_key_is_not_ours(slack, chat):
    other = _human(slack, "x", "")
    other.metadata = messages.mark("d:0")
    slack.space.put(slack.space.channels["C1"], other)
    assert await chat.find("d:0", StepKind.POST, PLACE, since()) is None


@pytest.mark.parametrize("detail", list(Detail))
async def test_the_worst_digest_is_taken_whole_and_pings_nobody(slack, chat, detail):
    steps = messages.steps(cards.thread(worst_digest(10), detail), "d")
    ids = await delivered(chat, steps)
    assert slack.refusals() == []
    thread = slack.space.thread("C1", ids["d:0"])
    assert [m.ts for m in thread] == [ids[s.key] for s in steps if s.kind is not StepKind.EDIT]
    assert all(m.unfurl == (False, False) for m in thread)
    everything = " ".join(m.shown for m in thread)
    for n in range(1, 11):
        assert f"TITLE-{n}:" in everything
        assert f"SAID-{n} " in everything
        assert (f"END-{n}-conclusion" in everything) == (detail is Detail.FULL)
        assert (f"SHORT-{n}-conclusion" in everything) == (detail is Detail.SHORT)


async def test_messages_of_a_channel_wait_for_their_turn_and_keep_their_order(slack, chat):
    slack.space.add_channel("C2")
    channels = ["C1", "C1", "C1", "C1", "C2"]
    messages = [{"text": f"m{n}"} for n in range(len(channels))]
    await asyncio.gather(*map(chat.post_in_turn, channels, messages))
    calls = slack.calls("chat.postMessage")
    assert [c.error for c in calls] == [""] * 5
    said = [c.args["text"] for c in calls]
    assert [text for text in said if text != "m4"] == ["m0", "m1", "m2", "m3"]
    assert said.index("m4") < 3  # another channel is not held back
    assert not chat._turns  # nothing is kept of a channel in which nobody waits


async def test_soon_after_a_message_no_other_is_sent_to_its_channel(slack, chat, post_gap):
    await chat.post(step("d:0"), PLACE)
    for post in (
        chat.post(step("d:1"), PLACE),
        chat.api.call("chat.startStream", channel=PLACE.channel, thread_ts="1.1", markdown_text="a"),
    ):
        with pytest.raises(Throttled) as busy:
            await post
        assert 0 < busy.value.wait <= 2 * post_gap
    assert len(slack.calls("chat.postMessage")) == 1
    assert slack.calls("chat.startStream") == []


async def test_the_rate_limit_is_not_a_failure_but_a_wait(slack, chat):
    slack.limits.speed = 0.1  # one post in ten seconds: a slow machine is within them, too
    slack.post_slot(PLACE.channel)  # another app's message
    with pytest.raises(Throttled) as busy:
        await chat.post(step("d:1"), PLACE)
    assert 0 < busy.value.wait <= 10
    assert not slack.space.channels["C1"].messages


@pytest.mark.parametrize(("fault", "stored"), [("drop", 1), ("refuse", 0), ("500", 0), ("503", 0), ("html", 0)])
async def test_a_post_whose_fate_is_unknown_is_sent_once_and_in_doubt(slack, chat, fault, stored):
    slack.fail("chat.postMessage", fault)
    with pytest.raises(OutcomeUnknown):
        await chat.post(step(), PLACE)
    assert len(slack.calls("chat.postMessage")) == 1
    found = await chat.find("d:0", StepKind.POST, PLACE, since())
    assert bool(found) == bool(stored) == bool(slack.space.channels["C1"].messages)


async def test_after_a_429_no_request_of_that_method_is_made_until_the_pause_is_over(slack, chat):
    slack.fail("chat.postMessage", "429:30")
    for _ in range(20):
        with pytest.raises(Throttled) as told:
            await chat.post(step(), PLACE)
        assert 29 < told.value.wait <= 32
    assert len(slack.calls("chat.postMessage")) == 1
    assert await chat.link(PLACE, "1.1")  # other methods are not held back


async def test_a_429_holds_back_what_has_the_same_token_in_every_process(slack, chat, store):
    """Two processes: each its own connection to Slack and to the store."""
    async with Redis(store.redis._url) as second:
        first = SlackChat(BOT_TOKEN, slack.url, pauses=RedisPauses(store, BOT_TOKEN))
        other = SlackChat(BOT_TOKEN, slack.url, pauses=RedisPauses(Store(second, store.now), BOT_TOKEN))
        slack.fail("chat.postMessage", "429:30")
        for made in (first, other, other):
            with pytest.raises(Throttled) as told:
                await made.post(step(), PLACE)
            assert 29 < told.value.wait <= 32
        await first.close()
        await other.close()
    assert len(slack.calls("chat.postMessage")) == 1


async def test_reads_are_tried_again(slack, chat):
    slack.fail("conversations.history", "503")
    slack.fail("conversations.history", "429:0")
    assert await chat.find("d:0", StepKind.POST, PLACE, since()) is None


async def test_a_slack_that_cannot_be_reached_took_nothing():
    chat = SlackChat(BOT_TOKEN, "http://127.0.0.1:9/api/")
    with pytest.raises(Throttled, match="cannot be reached"):
        await chat.post(step(), PLACE)
    await chat.close()


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("token_revoked", Forbidden, "SLACK_BOT_TOKEN"),
        ("account_inactive", Forbidden, "reinstall"),
        ("restricted_action", Forbidden, "admin"),
        ("missing_scope", Forbidden, "the scope chat:write is missing"),  # and Slack does not say which
        ("is_archived", Outside, "C1 is archived"),
        ("not_in_channel", Outside, "/invite"),
        ("channel_not_found", Outside, "no channel C1"),
        ("invalid_blocks", ChatError, "invalid_blocks"),
        ("fatal_error", OutcomeUnknown, "fatal_error"),
    ],
)
async def test_refusals_are_sentences(slack, chat, code, kind, says):
    slack.fail("chat.postMessage", f"error:{code}")
    with pytest.raises(kind, match=says):
        await chat.post(step(), PLACE)


async def test_a_missing_scope_is_named(slack, chat):
    slack.scopes -= {"chat:write", "channels:history"}
    with pytest.raises(Forbidden, match="chat:write is missing"):
        await chat.post(step(), PLACE)
    with pytest.raises(HistoryRefused, match="channels:history"):
        await chat.find("d:0", StepKind.POST, PLACE, since())


async def test_deleting_twice_does_no_harm(slack, chat):
    ts = await chat.post(step(), PLACE)
    await chat.delete(PLACE, ts)
    await chat.delete(PLACE, ts)
    assert slack.space.channels["C1"].messages == {}


async def test_where_the_bot_is_no_member_nothing_counts_as_deleted(slack, chat):
    ts = await chat.post(step(), PLACE)
    slack.fail("chat.delete", "error:not_in_channel")
    with pytest.raises(Outside, match="/invite"):
        await chat.delete(PLACE, ts)


async def test_links_to_replies_name_their_thread(slack, chat, monkeypatch):
    monkeypatch.setattr("bot.slack.web_api.POST_GAP", 0.0)
    slack.limited = False
    parent = await chat.post(step("d:0"), PLACE)
    reply = await chat.post(step("d:1", StepKind.REPLY), PLACE, parent)
    expected = f"https://team.slack.com/archives/C1/p{reply.replace('.', '')}?thread_ts={parent}&cid=C1"
    assert await chat.link(PLACE, reply) == expected
    assert slack.calls("chat.getPermalink") == []
    stranger = SlackChat(BOT_TOKEN, slack.url)
    assert await stranger.link(PLACE, reply) == expected
    assert await stranger.link(Place("slack", "C1", parent), reply) == expected
    slack.space.channels["C1"].members.clear()
    assert (await stranger.link(PLACE, reply)).startswith("https://team.slack.com/archives/C1/p")
    await stranger.close()


async def test_a_word_to_one_person_is_seen_by_nobody_else(slack, chat):
    assert await chat.send(PLACE, POST, "k", Person("U1")) == ""
    assert [m.shown for m in slack.space.seen_by("U1", "C1")] == ["hello"]
    assert slack.space.seen_by("U2", "C1") == []


async def test_a_word_to_one_person_from_a_channel_the_bot_left_comes_directly(slack, chat):
    slack.kick("C1", "U1")
    ts = await chat.send(PLACE, POST, "k", Person("U1"))
    assert slack.space.channels["D1"].messages[ts].shown == "hello"


async def test_a_long_word_is_several_messages_within_the_rate(slack, chat):
    first = await chat.send(PLACE, Post((Text("word " * 4_000),), "long"), "k")
    posted = list(slack.space.channels["C1"].messages.values())
    assert (len(posted), posted[0].ts) == (3, first)
    assert [messages.key_of({"metadata": m.metadata}) for m in posted] == ["k", "k.2", "k.3"]


async def test_no_token_and_no_message_reaches_the_log_at_any_level(slack, chat, caplog):
    caplog.set_level("DEBUG")
    await chat.post(step(post=Post((Text("a secret plan"),), "a secret plan")), PLACE)
    assert BOT_TOKEN not in caplog.text
    assert "secret plan" not in caplog.text


async def test_where_feedback_icons_are_refused_two_buttons_are_posted_once_and_remembered(slack, chat):
    refused = []

    def icons(args: dict) -> bool:
        refused.append("context_actions" in json.dumps(args.get("blocks", [])))
        return refused[-1]

    slack.fail("chat.postMessage", "error:invalid_blocks", times=99, when=icons)
    digest = worst_digest(2)
    cards_of = [
        messages.render_post(cards.paper_post(e, digest, Detail.CARD), str(e.number))[0] for e in digest.entries
    ]
    await delivered(chat, [Step(f"d:{n}", StepKind.POST, payload) for n, payload in enumerate(cards_of)])
    assert refused.count(True) == 1
    posted = slack.space.channel("C1").messages.values()
    assert len(posted) == 2
    assert all(m.blocks[-1]["elements"][0]["action_id"] == "more:0" for m in posted)
