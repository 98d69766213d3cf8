"""What an answer says of itself: what was read for it, what could not be found, who wrote it."""

from dataclasses import replace

import pytest

from bot.core.chat import Small
from bot.digests import cards
from digest.model import Answer, Fault, Problem

ANSWER = Answer("It measures speed.", (), ("2601.22153",), "en", "model")


def notes(answer: Answer) -> list[str]:
    return [block.markdown for block in cards.answer_post(answer, [], "a1").blocks if isinstance(block, Small)]


def test_a_sound_answer_from_the_whole_paper_adds_nothing():
    assert notes(ANSWER) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (replace(ANSWER, selected=True), "passages"),
        (replace(ANSWER, selected=True, unmatched=True), "its beginning was read"),
        (replace(ANSWER, selected=True, unmatched=True, language="zh"), "只读了开头部分"),
        (replace(ANSWER, unsupported=("42 %",)), "42 %"),
        (replace(ANSWER, by="extractive"), "No model wrote this"),
        (replace(ANSWER, by="extractive", problems=(Problem(Fault.REFUSAL, "answer"),)), "could not be used"),
    ],
)
def test_it_says_in_one_line_what_the_reader_must_know(answer, said):
    (note,) = notes(answer)
    assert said in note
