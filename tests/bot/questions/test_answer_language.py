"""The language an answer is asked for in: the asker's, and the channel's where a question does not tell."""

import time

import pytest

from bot.questions.answering import answer_language


@pytest.mark.parametrize("channel", ["en", "de", "zh", "zh-Hans-CN"])
@pytest.mark.parametrize(
    "question", ["4", "code?", "#7 GPU?", "GPT-4 / DynamicVLA / PI-Light?", "RefAny3D vs. DynamicVLA, FID"]
)
def test_names_and_figures_tell_no_language(question, channel):
    assert answer_language(question, channel) == channel


@pytest.mark.parametrize(
    ("question", "channel", "language"),
    [
        ("compare 2 and 3", "en", "en"),
        ("compare 2 and 3", "zh", "en"),
        ("does 4 release code?", "zh", "en"),
        ("limits of 3?", "en-US", "en-US"),
        ("第2篇的局限是什么？", "en", "zh"),
        ("¿Qué limitaciones tiene el 4?", "en", "es"),
        ("quel est le jeu de données utilisé ?", "en", "fr"),
        ("データセットは？", "zh", "ja"),
    ],
)  # fmt: skip
def test_it_is_the_askers_language(question, channel, language):
    assert answer_language(question, channel) == language


def test_a_long_text_that_somebody_pastes_is_not_read_whole_to_tell_its_language():
    """Slack takes 40,000 characters: a second on the event loop."""
    pasted = "(\t00through#0" * 3_000
    answer_language(pasted[:100], "en")  # what it needs is loaded at first
    began = time.process_time()
    answer_language(pasted, "en")
    assert time.process_time() - began < 0.5
