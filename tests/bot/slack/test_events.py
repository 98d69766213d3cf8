"""What is heard, over real sockets: each thing told to the EventHandler once it concerns the bot, before it is acknowledged, and nothing else."""

import asyncio
import logging

import pytest

from bot.core.chat import Person, Place, VoteKind
from bot.slack.chat import SlackChat
from bot.slack.listeners.connection import SlackConnection
from digest.errors import Misconfigured
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM, Message, SlackServer
from tests.servers.slack.people import MENTION
from tests.servers.slack.workspace import BOT_ID

pytestmark = pytest.mark.usefixtures("connection")


def ours(slack: SlackServer, channel: str = "C1", thread: str = "") -> str:
    """A message of the bot."""
    message = Message(slack.space.new_ts(), channel, BOT_USER, "digest", thread_ts=thread, bot_id=BOT_ID)
    slack.space.put(slack.space.channels[channel], message)
    return message.ts


async def test_a_mention_is_one_question_though_it_comes_as_two_events(slack, handler):
    first, second = slack.say(
        "C1", "U2", f"{MENTION}, what is <https://arxiv.org/abs/2601.22153|arxiv.org/abs/2601.22153> about &amp; why?"
    )
    await first.wait()
    await second.wait()
    assert first.acked
    assert second.acked
    one, two = handler.all("asked")
    assert one == two
    ts = first.payload["event"]["ts"]
    assert one.id == f"slack:C1:{ts}"
    assert one.text == "what is https://arxiv.org/abs/2601.22153 about & why?"
    assert one.place == Place("slack", "C1")
    assert one.message == ts
    assert (one.addressed, one.mentions_others, one.private) == (True, False, False)
    assert one.person == Person("U2", admin=True, language="zh-CN", timezone="Europe/Berlin")
    assert one.extra == {"team": TEAM}


async def test_what_does_not_concern_the_bot_is_acknowledged_and_forgotten(slack, handler, caplog):
    caplog.set_level(logging.DEBUG)
    (top,) = slack.say("C1", "U1", "the secret plan is lunch")
    await top.wait()
    thread = top.payload["event"]["ts"]
    (reply,) = slack.say("C1", "U2", "secret pizza?", thread)
    await reply.wait()
    edited = slack.edit("C1", thread, "the secret plan is dinner")
    assert edited
    await edited.wait()
    removed = slack.remove("C1", reply.payload["event"]["ts"])
    assert removed
    await removed.wait()
    assert (top.acked, reply.acked, edited.acked, removed.acked) == (True, True, True, True)
    assert handler.told == []
    assert "secret" not in caplog.text
    assert slack.calls("users.info") == []


async def test_in_its_own_threads_it_hears_what_is_not_addressed_to_it(slack, handler):
    thread = ours(slack)
    handler.threads.add(thread)
    (said,) = slack.say("C1", "U1", "<@U2|bob> 4 has code? <!here> see <#C9|papers>", thread)
    await said.wait()
    question = await handler.one("asked")
    assert question.place == Place("slack", "C1", thread)
    assert (question.addressed, question.mentions_others, question.replies_to_person) == (False, True, False)
    assert question.text == "@… 4 has code? @… see #papers"
    assert "U2" not in question.text
    assert "bob" not in question.text


async def test_a_direct_message_is_addressed(slack, handler):
    slack.space.open_direct("U1")
    (said,) = slack.say("D1", "U1", "2601.22153 code?")
    await said.wait()
    question = await handler.one("asked")
    assert (question.place, question.addressed) == (Place("slack", "D1", direct=True), True)


async def test_a_private_channel_is_heard_too(slack, handler):
    slack.space.add_channel("G1", "U1", private=True)
    await slack.say("G1", "U1", f"hello {MENTION}")[0].wait()
    assert handler.all("asked")[0].text == "hello"


async def test_other_bots_and_its_own_posts_are_not_heard(slack, handler, chat):
    handler.threads.add(thread := ours(slack))
    sent = slack.say("C1", "U1", f"{MENTION} hi", thread, bot_id="B0OTHER")
    sent += slack.say("C1", BOT_USER, f"{MENTION} hi", thread, bot_id=BOT_ID)
    slack.space.open_direct("U1")
    sent += slack.say("D1", BOT_USER, "hi", bot_id=BOT_ID)
    for delivery in sent:
        await delivery.wait()
        assert delivery.acked
    assert handler.told == []


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(slack, handler):
    handler.broken = 1
    slack.hub.within = 0.2
    slack.space.open_direct("U1")
    (said,) = slack.say("D1", "U1", "does it?")
    await said.wait()
    assert said.acked
    assert len(said.sent) == 2
    assert (await handler.one("asked")).text == "does it?"


async def test_the_same_event_delivered_again_has_the_same_id(slack, handler):
    slack.space.open_direct("U1")
    (said,) = slack.say("D1", "U1", "does it?")
    await said.wait()
    await slack.again(said).wait()
    first, second = handler.all("asked")
    assert first.id == second.id


async def test_an_edited_question_is_amended(slack, handler):
    (first, _) = slack.say("C1", "U1", f"{MENTION} cod?")
    await first.wait()
    edited = slack.edit("C1", first.payload["event"]["ts"], f"{MENTION} code?")
    assert edited
    await edited.wait()
    question = await handler.one("amended")
    assert (question.id, question.text) == (handler.all("asked")[0].id, "code?")


async def test_an_edit_that_turns_to_the_bot_asks(slack, handler):
    (said,) = slack.say("C1", "U1", "code?")
    await said.wait()
    edited = slack.edit("C1", said.payload["event"]["ts"], f"{MENTION} code?")
    assert edited
    await edited.wait()
    question = await handler.one("amended")
    assert (question.text, question.addressed) == ("code?", True)


async def test_an_unfurled_link_is_no_edit(slack, handler):
    (first, _) = slack.say("C1", "U1", f"{MENTION} code?")
    await first.wait()
    again = slack.edit("C1", first.payload["event"]["ts"], f"{MENTION} code?")
    assert again
    await again.wait()
    assert handler.all("amended") == []


async def test_a_deleted_question_and_a_deleted_post_of_ours_are_withdrawn(slack, handler):
    (first, _) = slack.say("C1", "U1", f"{MENTION} code?")
    await first.wait()
    asked = first.payload["event"]["ts"]
    thread = ours(slack)
    post = ours(slack, thread=thread)
    for ts in (asked, post):
        removed = slack.remove("C1", ts)
        assert removed
        await removed.wait()
    assert handler.all("withdrawn") == [(Place("slack", "C1"), asked), (Place("slack", "C1", thread), post)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("+1", VoteKind.MORE), ("+1::skin-tone-3", VoteKind.MORE), ("-1", VoteKind.FEWER), ("bookmark", VoteKind.SAVED)],
)
async def test_reactions_on_our_messages_count(slack, handler, name, kind):
    ts = ours(slack)
    reacted = slack.react("U1", "C1", ts, name)
    assert reacted
    await reacted.wait()
    assert await handler.one("reacted") == (Place("slack", "C1"), ts, Person("U1"), kind, False)


async def test_other_reactions_and_reactions_on_other_messages_do_not(slack, handler):
    (said,) = slack.say("C1", "U1", "lunch")
    for delivery in (
        slack.react("U2", "C1", said.payload["event"]["ts"], "+1"),
        slack.react("U1", "C1", ours(slack), "eyes"),
    ):
        assert delivery
        await delivery.wait()
        assert delivery.acked
    assert handler.told == []


async def test_invited_removed_archived(slack, handler):
    slack.space.add_channel("C2", "U1", bot=False)
    slack.space.add_channel("G2", "U1", private=True)
    happened = [
        slack.invite("C2", "U1"),
        slack.invite("C2", "U1", who="U2"),
        slack.kick("C2", "U1"),
        slack.archive("C1", "U2"),
        slack.kick("G2", "U1"),
    ]
    for delivery in happened:
        assert delivery
        await delivery.wait()
    said = {(place.channel, joined): by for place, joined, by, _ in handler.all("membership")}
    assert said == {
        ("C2", True): Person("U1", admin=True, language="en-US", timezone="Europe/Berlin"),
        ("C2", False): Person("U1"),
        ("C1", False): Person("U2"),
        ("G2", False): Person("U1"),
    }


async def test_a_channel_that_is_opened_again_is_welcome_only_with_the_bot_in_it(slack, handler):
    slack.space.add_channel("C2", "U1", bot=False)
    slack.space.add_channel("G2", "U1", private=True, bot=False)
    for channel in ("C2", "G2", "C1"):
        slack.archive(channel, "U1")
        opened = slack.unarchive(channel, "U1")
        assert opened
        assert (await opened.wait()).acked
    joined = [place.channel for place, joined, *_ in handler.all("membership") if joined]
    assert joined == ["C1"]


async def test_the_home_tab_shows_what_the_front_says(slack, handler):
    assert slack.open_home("U2")
    view = await slack.until(lambda: slack.space.homes.get("U2"))
    assert "for U2 in zh-CN" in str(view)
    assert {"type": "channel", "channel_id": "C0123456"} in view["blocks"][1]["elements"][0]["elements"]
    messages = slack.open_home("U1", tab="messages")
    assert messages
    await messages.wait()
    assert "U1" not in slack.space.homes


async def test_a_guest_a_stranger_and_an_unknown_may_not_change_settings(slack, handler):
    slack.space.add_user("U3", restricted=True)
    slack.space.add_user("U4", team="T9")
    slack.space.add_user("U5")
    slack.fail("users.info", "error:user_not_found", when=lambda args: args["user"] == "U5")
    for user in ("U3", "U4", "U5", "U1"):
        slack.space.open_direct(user)
        (said,) = slack.say(f"D{user[1:]}", user, "hello")
        await said.wait()
    assert {q.person.id: q.person.admin for q in handler.all("asked")} == {
        "U3": False,
        "U4": False,
        "U5": False,
        "U1": True,
    }


async def test_who_is_in_several_workspaces_of_an_organisation_is_a_member_of_each(slack, handler):
    slack.space.add_user("W3", team="T9", teams=("T9", TEAM), admin=True)
    slack.space.add_user("W4", team="T9", teams=("T9", "T8"), admin=True)
    slack.space.add_user("W5", team="T9", teams=("T9", TEAM), restricted=True)
    for user in ("W3", "W4", "W5"):
        slack.space.open_direct(user)
        await slack.say(f"D{user[1:]}", user, "hello")[0].wait()
    assert {q.person.id: q.person.admin for q in handler.all("asked")} == {"W3": True, "W4": False, "W5": False}
    assert not any(q.person.moderates for q in handler.all("asked"))  # they run another workspace


async def test_who_somebody_is_is_asked_once(slack, handler):
    slack.space.open_direct("U1")
    for _ in range(3):
        await slack.say("D1", "U1", "hello")[0].wait()
    assert len(slack.calls("users.info")) == 1


async def test_who_asks_much_at_once_is_looked_up_once(slack, handler):
    """Else 250 questions of one person use up the rate at which anybody can be looked up."""
    slack.space.open_direct("U1")
    said = [delivery for n in range(20) for delivery in slack.say("D1", "U1", f"hello {n}")]
    await asyncio.gather(*(delivery.wait() for delivery in said))
    await slack.until(lambda: len(handler.all("asked")) == 20)
    assert len(slack.calls("users.info")) == 1


async def test_two_sockets_are_held_and_either_takes_events(slack, handler):
    slack.space.open_direct("U1")
    await slack.until(lambda: len(slack.hub.sockets) == 2)
    for n in range(4):
        await slack.say("D1", "U1", f"question {n}")[0].wait()
    assert len(handler.all("asked")) == 4


async def test_asked_to_reconnect_it_does_and_misses_nothing(slack, handler):
    slack.space.open_direct("U1")
    await slack.until(lambda: len(slack.hub.sockets) == 2)
    await slack.hub.say_disconnect()
    (said,) = slack.say("D1", "U1", "still there?")
    await said.wait()
    assert said.acked
    assert {q.text for q in handler.all("asked")} == {"still there?"}
    assert len({q.id for q in handler.all("asked")}) == 1


async def test_cut_off_it_comes_back_and_hears_what_was_said_meanwhile(slack, handler):
    slack.space.open_direct("U1")
    await slack.until(lambda: len(slack.hub.sockets) == 2)
    slack.hub.cut()
    (said,) = slack.say("D1", "U1", "still there?")
    await said.wait()
    assert said.acked
    assert len(slack.calls("apps.connections.open")) >= 3


async def test_an_uninstalled_app_ends_with_a_sentence(slack, chat, handler):
    other = SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url, sockets=1)
    running = asyncio.create_task(other.run())
    await slack.until(lambda: len(slack.hub.sockets) == 3)
    for _ in range(3):
        assert slack.emit("app_uninstalled", {"type": "app_uninstalled"})
    with pytest.raises(Misconfigured, match="uninstalled"):
        await asyncio.wait_for(running, 5)


async def test_a_refused_app_token_ends_with_a_sentence_and_is_not_tried_again(slack, chat, handler):
    wrong = SlackConnection(chat, handler, app_token="xapp-wrong", api_url=slack.url)
    before = len(slack.calls("apps.connections.open"))
    with pytest.raises(Misconfigured, match="SLACK_APP_TOKEN"):
        await asyncio.wait_for(wrong.run(), 5)
    assert len(slack.calls("apps.connections.open")) - before <= 2


async def test_a_revoked_bot_token_ends_with_a_sentence(slack, handler):
    slack.revoked = "token_revoked"
    chat = SlackChat("xoxb-old", slack.url)
    with pytest.raises(Misconfigured, match="SLACK_BOT_TOKEN"):
        await SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url).run()
    await chat.close()


async def test_a_slack_that_is_away_at_the_start_is_waited_for(slack, handler, monkeypatch):
    monkeypatch.setattr("bot.slack.listeners.connection.RETRY_PAUSES", (0.01,))
    slack.fail("auth.test", "500", times=4)
    chat = SlackChat(BOT_TOKEN, slack.url)
    late = SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url, sockets=1)
    running = asyncio.create_task(late.run())
    await slack.until(lambda: len(slack.hub.sockets) == 3)
    await late.close(1)
    await running
    await chat.close()
