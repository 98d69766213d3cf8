"""The judge of the kill benchmark: what it lets pass, and what it does not."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bench.kill.journal import GRACE, bought, receipts
from bench.kill.sides import Slack
from bench.kill.whole import post_faults, sorts
from bot.core.chat import Person, Place, Post, Question, Text, Thread
from bot.slack.render import messages
from bot.store import Delivery, DeliveryState, QuestionState, StoredQuestion
from tests.servers.model import Call
from tests.servers.slack.workspace import BOT_ID, BOT_USER, Message

AT = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)
PLACE = Place("slack", Slack.channel)
THREAD = Thread(
    Post((Text("Two papers, soon"),), "Two"),
    (Post((Text("Paper 1"),), "1"), Post((Text("Paper 2"),), "2")),
    Post((Text("Two papers: [one](reply:0) and [two](reply:1)"),), "Two"),
)
ANSWER = Post((Text("It measures recall."),), "It measures recall.")
ASKED = StoredQuestion(
    Question("q", PLACE, Person("U1"), "What does it measure?", AT), QuestionState.ANSWERED, post=ANSWER
)


class Channel:
    """Of Slack, with a digest and an answer as they should stand."""

    def __init__(self) -> None:
        self.side, self.asked = Slack(), ASKED
        self.messages = self.side.server.space.channel(Slack.channel).messages
        self.known: set[str] = set()
        steps = messages.steps(THREAD, "d")
        self.delivery = Delivery("d", PLACE, DeliveryState.DONE, AT, plan=tuple(steps))
        for step in steps[:-1]:
            self.put(dict(step.payload))
        self.put(messages.render_post(ANSWER, "answer:q")[0])
        finished = json.dumps(steps[-1].payload["blocks"])
        self.at(0).blocks = json.loads(finished.replace("{{link:", "https://slack.example/").replace("}}", ""))

    def put(self, message: dict) -> None:
        ts = f"1.{len(self.messages):06}"
        thread = "1.000000" if self.messages else ""
        self.messages[ts] = Message(
            ts, Slack.channel, BOT_USER, "", message["blocks"], thread, message.get("metadata"), BOT_ID
        )

    def at(self, number: int) -> Message:
        return list(self.messages.values())[number]

    def faults(self) -> list[str]:
        return post_faults(self.side, self.delivery, [self.asked], self.known)


def half(channel: Channel) -> None:
    channel.at(3).blocks = messages.render_post(Post((Text("It meas"),), ""), "answer:q")[0]["blocks"]


def swapped(channel: Channel) -> None:
    one, two = channel.at(1), channel.at(2)
    one.blocks, two.blocks = two.blocks, one.blocks
    one.metadata, two.metadata = two.metadata, one.metadata


def unfinished(channel: Channel) -> None:
    channel.at(0).blocks = channel.delivery.plan[0].payload["blocks"]


def noted(channel: Channel) -> None:
    channel.asked = replace(ASKED, post=None)


def test_what_stands_as_planned_is_sound_and_accounted_for_on_later_days():
    channel = Channel()
    assert channel.faults() == []
    channel.known.discard("1.000001")
    channel.at(1).metadata = None
    assert any("nothing accounts for: 1.000001" in fault for fault in channel.faults())


@pytest.mark.parametrize(
    ("spoil", "sort"),
    [
        (lambda c: c.put(dict(c.delivery.plan[1].payload)), "doubled"),
        (lambda c: c.put(messages.render_post(ANSWER, "answer:q")[0]), "doubled"),
        (lambda c: c.put(messages.render_post(ANSWER)[0]), "doubled"),
        (lambda c: c.messages.pop("1.000002"), "missing"),
        (lambda c: c.messages.pop("1.000003"), "missing"),
        (swapped, "out of order"),
        (half, "broken otherwise"),
        (unfinished, "broken otherwise"),
        (noted, "broken otherwise"),
    ],
)
def test_what_is_wrong_in_a_channel_is_said(spoil, sort):
    channel = Channel()
    spoil(channel)
    assert sorts(channel.faults())[sort] > 0


class TestBought:
    LINE = "2026-01-06 09:00:{:06.3f} INFO digest.llm.server.client event=model_call model=m stage=analyse input=10 cached=0 output=5 finish=stop seconds=1.0"

    def call(self, began: float, text: str = "the same") -> Call:
        body = {"messages": text}
        return Call("/v1/chat/completions", body, {}, "analysis", "sound", began, prompt_tokens=10, completion_tokens=5)

    def judged(self, calls: list[Call], outages: list[tuple[float, float]], *received: float) -> tuple[int, int]:
        epoch = datetime(2026, 1, 6, 9, 0).timestamp()
        lines = [self.LINE.format(at).replace(".", ",", 1) for at in received]
        found = bought(calls, outages, receipts(lines, epoch))
        return len(found.twice), found.in_flight

    def test_an_answer_bought_twice_without_a_kill_is_a_fault(self):
        assert self.judged([self.call(0), self.call(2)], [], 1) == (1, 0)
        assert self.judged([self.call(0), self.call(2)], []) == (1, 0), "one that nobody waited for is too"

    def test_a_kill_after_it_could_be_stored_excuses_nothing(self):
        assert self.judged([self.call(0), self.call(2)], [(1 + GRACE + 0.1,) * 2], 1) == (1, 0)

    def test_a_kill_before_it_was_received_excuses_one_repeat_and_no_more(self):
        calls = [self.call(0), self.call(2), self.call(4)]
        assert self.judged(calls, [(1.5, 1.5)], 3) == (1, 1)
        assert self.judged(calls[:2], [(1.5, 1.5)], 1.4) == (0, 1), "nor had it the time to be stored"

    def test_different_questions_are_no_repeat(self):
        assert self.judged([self.call(0), self.call(2, "another")], [], 1, 3) == (0, 0)
