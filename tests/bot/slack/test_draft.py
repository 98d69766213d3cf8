"""An answer while it is written: streamed at once, never twice, and in the end the checked form alone."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.chat import OutcomeUnknown, Outside, Person, Place, Post, Question, Quotation, Text
from bot.slack import draft, web_api
from bot.slack.render import messages
from tests.servers.slack import TEAM, Message, SlackServer
from tests.servers.slack.workspace import BOT_ID, BOT_USER

FINAL = Post(
    (Text("**4 · DynamicVLA** It releases code [1]."), Quotation("we release", "p. 3", "https://arxiv.org/pdf/1", 1)),
    "4",
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Slack's pace, without the waiting."""
    monkeypatch.setattr(draft, "STREAM_PACE", 0.02)
    monkeypatch.setattr(draft, "EDIT_PACE", 0.02)
    monkeypatch.setattr("bot.core.draft.LATE_ARRIVAL", 0.6)


@pytest.fixture
def parent(slack):
    message = Message(slack.space.new_ts(), "C1", BOT_USER, "digest", bot_id=BOT_ID)
    slack.space.put(slack.space.channels["C1"], message)
    return message.ts


def asked(slack: SlackServer, thread: str, channel: str = "C1", **more: Any) -> Question:
    message = Message(slack.space.new_ts(), channel, "U1", "4 code?", thread_ts=thread)
    slack.space.put(slack.space.channels[channel], message)
    place = Place("slack", channel, thread, channel.startswith("D"))
    return Question(
        f"slack:{channel}:{message.ts}", place, Person("U1"), "4 code?", datetime.now(UTC), message.ts, **more
    )


def answers(slack: SlackServer, channel: str = "C1") -> list[Message]:
    return [m for m in slack.space.channels[channel].messages.values() if m.bot_id and m.text != "digest"]


async def test_it_streams_with_status_and_ends_in_its_final_form(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.status("Reading 2601.22153 …")
    await slack.until(lambda: slack.space.statuses == [("C1", parent, "Reading 2601.22153 …")])
    await writing.write("It")
    (message,) = answers(slack)
    assert message.streaming
    assert message.thread_ts == parent
    await writing.write("It releases")
    await slack.until(lambda: message.text.endswith("releases"))
    ts = await writing.finish(FINAL)
    assert ts == message.ts
    assert not message.streaming
    assert message.shown.startswith("4 · DynamicVLA")
    assert "It releases code" in message.shown
    assert messages.key_of({"metadata": message.metadata}) == "answer:q"
    start = slack.calls("chat.startStream")[0].args
    assert (start["recipient_user_id"], start["recipient_team_id"]) == ("U1", TEAM)
    assert slack.refusals() == []
    assert await writing.finish(FINAL) == ts
    assert len(answers(slack)) == 1


async def test_the_first_words_are_shown_at_once(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    begun = time.monotonic()
    await writing.write("First")
    assert time.monotonic() - begun < 0.3
    assert "irst" in answers(slack)[0].text
    await writing.finish(FINAL)


async def test_a_model_faster_than_slack_is_not_held_up(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    text = ""
    for n in range(200):
        text += f"word{n} "
        await writing.write(text)
    await writing.finish(FINAL)
    assert len(slack.calls("chat.appendStream")) < 50
    assert slack.refusals() == []


async def test_in_a_channel_the_answer_opens_a_thread_under_the_question(slack, chat):
    question = asked(slack, "")
    writing = await chat.draft(question, "answer:q")
    await writing.write("It")
    await writing.finish(FINAL)
    assert answers(slack)[0].thread_ts == question.message


async def test_in_a_direct_message_it_is_answered_below_by_edits(slack, chat):
    slack.space.open_direct("U1")
    writing = await chat.draft(asked(slack, "", "D1"), "answer:q")
    await writing.status("Reading")
    await writing.write("It **rel")
    (message,) = answers(slack, "D1")
    assert (message.thread_ts, message.shown) == ("", "It **rel")
    await writing.write("It releases")
    await slack.until(lambda: message.edits)
    assert await writing.finish(FINAL) == message.ts
    assert "DynamicVLA" in message.shown
    assert slack.calls("chat.startStream", "assistant.threads.setStatus") == []


@pytest.mark.parametrize("refusal", ["error:missing_scope", "error:unknown_method", "error:channel_type_not_supported"])
async def test_where_streaming_is_refused_it_goes_on_by_edits(slack, chat, parent, refusal):
    slack.fail("chat.startStream", refusal, times=5)
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    await slack.until(lambda: answers(slack))
    await writing.write("It releases")
    await slack.until(lambda: "releases" in answers(slack)[0].shown)
    await writing.finish(FINAL)
    assert len(answers(slack)) == 1
    assert "DynamicVLA" in answers(slack)[0].shown


async def test_a_stream_that_slack_ended_goes_on_by_edits_of_the_same_message(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    (message,) = answers(slack)
    message.streaming = False
    await writing.write("It releases code")
    await slack.until(lambda: "releases" in message.shown)
    assert await writing.finish(FINAL) == message.ts
    assert len(answers(slack)) == 1


async def test_stopped_by_a_person_it_writes_no_more_but_what_is_left_is_the_checked_form(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    (message,) = answers(slack)
    slack.stopped.add(message.ts)
    await writing.write("It releases")
    await slack.until(lambda: len(slack.calls("chat.appendStream")) == 1)
    await writing.write("It releases code")
    await writing.finish(FINAL)
    assert len(slack.calls("chat.appendStream")) == 1
    assert "DynamicVLA" in message.shown


async def test_what_was_stopped_is_the_answer_to_the_question_as_it_was(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    (message,) = answers(slack)
    slack.stopped.add(message.ts)
    await writing.write("It releases")
    await writing.until_stopped()
    await writing.restart()  # it was edited
    assert not writing.stopped
    await writing.write("Another")
    await slack.until(lambda: "Another" in message.shown)
    await writing.finish(FINAL)
    assert not writing.stopped


async def test_after_a_crash_the_half_message_is_found_and_replaced(slack, chat, parent):
    """Two answers were being written in the thread; each finds its own half."""
    one, two = asked(slack, parent), asked(slack, parent)
    for question, text in ((one, "Half of one"), (two, "Half of two")):
        await (await chat.draft(question, f"answer:{question.id}")).write(text)
        await slack.until(lambda text=text: any(m.text.endswith(text[1:]) for m in answers(slack)))
    halves = [m.ts for m in answers(slack)]
    for question, ts in ((two, halves[1]), (one, halves[0])):
        assert await (await chat.draft(question, f"answer:{question.id}")).finish(FINAL) == ts
    assert [m.ts for m in answers(slack)] == halves
    assert all("Half" not in m.shown and not m.streaming for m in answers(slack))


async def test_a_search_that_fails_is_made_again_before_the_final_form_is_posted(slack, chat, parent):
    question = asked(slack, parent)
    await (await chat.draft(question, "answer:q")).write("Half of it")
    (half,) = answers(slack)
    slack.fail("conversations.replies", "html", 2)
    with pytest.raises(OutcomeUnknown):
        await (await chat.draft(question, "answer:q")).finish(FINAL)
    assert answers(slack) == [half]
    slack.fail("conversations.replies", "html")
    assert await (await chat.draft(question, "answer:q")).finish(FINAL) == half.ts
    assert [m.ts for m in answers(slack)] == [half.ts]
    assert "Half" not in half.shown


async def test_a_stream_that_begins_after_its_answer_stands_is_taken_away(slack, chat, parent, monkeypatch):
    """Slack carried out what the bot had waited for in vain."""
    monkeypatch.setattr(web_api, "TIMEOUT", 0.5)
    slack.fail("chat.startStream", "slow:1")
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It rel")
    ts = await writing.finish(FINAL)
    assert len(slack.calls("chat.startStream")) == 1, "it came to stand meanwhile"
    (message,) = answers(slack)
    assert message.ts == ts
    assert "DynamicVLA" in message.shown


async def test_an_edit_that_is_carried_out_late_does_not_replace_the_answer(slack, chat, monkeypatch):
    monkeypatch.setattr(web_api, "TIMEOUT", 0.5)
    slack.space.open_direct("U1")
    writing = await chat.draft(asked(slack, "", "D1"), "answer:q")
    await writing.write("It")
    slack.fail("chat.update", "slow:1")
    await writing.write("It rel")
    await asyncio.sleep(0.1)  # it is under way
    await writing.finish(FINAL)
    (message,) = answers(slack, "D1")
    assert len(slack.calls("chat.update")) == 3
    assert "DynamicVLA" in message.shown


async def test_a_half_message_beside_the_answer_is_taken_away_by_whoever_comes_next(slack, chat, parent):
    """Killed while it waited for what might still come to stand."""
    question = asked(slack, parent)
    await (await chat.draft(question, "answer:q")).write("Half")
    await slack.until(lambda: bool(answers(slack)))
    whole = messages.render_post(FINAL, "answer:q")[0]
    ts = await web_api.retry_throttled(lambda: chat.post_message("C1", whole, parent))
    assert await (await chat.draft(question, "answer:q")).finish(FINAL) == ts
    assert [m.ts for m in answers(slack)] == [ts]


async def test_the_mark_in_a_half_message_cannot_be_seen(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It releases")
    (message,) = answers(slack)
    assert "".join(c for c in message.text if c not in "\u200b\u200c\u200d\u2060") == "It releases"
    await writing.finish(FINAL)
    assert "\u200b" not in str(message.blocks)


@pytest.mark.parametrize("fault", ["drop", "refuse"])
async def test_a_start_whose_answer_is_lost_leaves_no_second_message(slack, chat, parent, fault):
    slack.fail("chat.startStream", fault)
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    await writing.write("It releases")
    await writing.finish(FINAL)
    assert [("DynamicVLA" in m.shown, m.streaming) for m in answers(slack)] == [(True, False)]


async def test_a_final_post_whose_answer_is_lost_may_be_repeated(slack, chat, parent):
    slack.fail("chat.postMessage", "drop")
    writing = await chat.draft(asked(slack, parent), "answer:q")
    with pytest.raises(OutcomeUnknown):
        await writing.finish(FINAL)
    ts = await writing.finish(FINAL)
    assert [m.ts for m in answers(slack)] == [ts]


async def test_a_long_answer_goes_on_in_a_second_message_that_stands_once(slack, chat, parent):
    long = Post((Text("word " * 2_500),), "long")
    question = asked(slack, parent)
    for _ in range(2):
        writing = await chat.draft(question, "answer:q")
        await writing.write("word")
        await writing.finish(long)
        await writing.finish(long)
    assert [messages.key_of({"metadata": m.metadata}) for m in answers(slack)] == ["answer:q", "answer:q.2"]


async def test_for_the_asker_alone_nothing_is_streamed(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent, private=True), "answer:q")
    await writing.status("Reading")
    await writing.write("It")
    assert await writing.finish(FINAL) == ""
    assert answers(slack) == []
    (seen,) = slack.space.channels["C1"].ephemeral
    assert (seen.to, seen.thread_ts) == ("U1", parent)
    assert {c.method for c in slack.journal} == {"chat.postEphemeral"}


async def test_provisional_text_pings_nobody(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("<!channel> and <@U1> and @here and a@b.org")
    await writing.finish(FINAL)
    assert slack.refusals() == []
    assert len(slack.calls("chat.startStream")) == 1


async def test_what_a_person_deleted_is_not_said_again(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    (message,) = answers(slack)
    del slack.space.channels["C1"].messages[message.ts]
    assert await writing.finish(FINAL) == message.ts
    assert answers(slack) == []


async def test_throttled_it_waits(slack, chat, parent):
    slack.fail("chat.startStream", "429:0.05")
    slack.fail("chat.update", "429:0.05")
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    await writing.finish(FINAL)
    assert len(answers(slack)) == 1
    assert "DynamicVLA" in answers(slack)[0].shown


async def test_a_draft_that_is_given_up_leaves_nothing_running(slack, chat, parent):
    slack.fail("conversations.replies", "error:missing_scope")
    await chat.draft(asked(slack, parent), "answer:q")
    await slack.until(lambda: slack.calls("conversations.replies"))
    await asyncio.sleep(0)


async def test_marking_an_answer_wrong_keeps_its_key_and_its_second_message(slack, chat, parent):
    question = asked(slack, parent)
    writing = await chat.draft(question, "answer:q")
    long = Post((Text("word " * 2_500),), "long")
    ts = await writing.finish(long)
    marked = Post((Text("⚠ wrong"), *long.blocks), "long")
    await chat.edit(question.place, ts, marked)
    first, second = answers(slack)
    assert first.shown.startswith("⚠ wrong")
    assert [messages.key_of({"metadata": m.metadata}) for m in (first, second)] == ["answer:q", "answer:q.2"]


async def test_a_second_message_whose_answer_is_lost_stands_once_when_it_is_repeated(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("word")
    slack.fail("chat.postMessage", "drop")
    long = Post((Text("word " * 2_500),), "long")
    with pytest.raises(OutcomeUnknown):
        await writing.finish(long)
    await writing.finish(long)
    assert len(answers(slack)) == 2


async def test_a_stream_that_could_not_be_ended_is_ended_when_it_is_repeated(slack, chat, parent):
    writing = await chat.draft(asked(slack, parent), "answer:q")
    await writing.write("It")
    slack.fail("chat.stopStream", "500")
    with pytest.raises(OutcomeUnknown):
        await writing.finish(FINAL)
    await writing.finish(FINAL)
    assert [("DynamicVLA" in m.shown, m.streaming) for m in answers(slack)] == [(True, False)]


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found"])
async def test_an_answer_is_not_taken_for_shown_where_its_channel_is_closed_to_the_bot(slack, chat, parent, code):
    question = asked(slack, parent)
    writing = await chat.draft(question, "answer:q")
    await writing.write("It releases")
    (message,) = answers(slack)
    for method in ("chat.stopStream", "chat.update", "chat.postMessage"):
        slack.fail(method, f"error:{code}", times=20)
    with pytest.raises(Outside):
        await writing.finish(FINAL)
    slack.faults.clear()
    await (await chat.draft(question, "answer:q")).finish(FINAL)
    assert answers(slack) == [message]
    assert "code [1]" in message.shown
