"""The language an answer is asked for in: the asker's, and the channel's where a question does not tell."""

import time

import pytest

from bot.questions.answering import answer_language
from digest.checks import language


@pytest.mark.parametrize("channel", ["en", "de", "zh", "zh-Hans-CN"])
@pytest.mark.parametrize(
    "question", ["4", "code?", "#7 GPU?", "GPT-4 / DynamicVLA / PI-Light?", "RefAny3D vs. DynamicVLA, FID"]
)
async def test_names_and_figures_tell_no_language(question, channel):
    assert await answer_language(question, channel) == channel


@pytest.mark.parametrize(
    ("question", "channel", "expected"),
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
async def test_it_is_the_askers_language(question, channel, expected):
    assert await answer_language(question, channel) == expected


async def test_a_long_text_that_somebody_pastes_is_not_read_whole_to_tell_its_language():
    """Slack takes 40,000 characters: a second on the event loop."""
    pasted = "(\t00through#0" * 3_000
    await answer_language(pasted[:100], "en")  # what it needs is loaded at first
    began = time.process_time()
    await answer_language(pasted, "en")
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("question", ["Welchen Datensatz verwendet die Arbeit?", "این مقاله چه داده‌ای دارد؟"])
async def test_the_event_loop_goes_on_while_the_model_of_languages_is_loaded(question, monkeypatch):
    """A second and more, again after each minute without a question."""
    monkeypatch.setattr(language, "_identifier", language._Identifier())
    began = time.thread_time()
    await answer_language(question, "en")
    assert time.thread_time() - began < 0.1
    assert language._identifier.loaded
