"""The demo: what its help names works in it, and it ends well without a terminal."""

import asyncio
import contextlib
import io
import os
import re
import sys
from dataclasses import replace

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.cells import cell_len

from bot.cli import demo
from bot.cli.sample import RecordedAnalyst, SampleDay
from bot.console import render
from bot.console.chat import ConsoleChat
from bot.core.chat import Place
from bot.core.settings.settings import Settings
from bot.server.wiring import App
from bot.store import RedisCache, RedisPace
from digest.extractive.analyst import ExtractiveAnalyst
from digest.ports import Services
from tests.paths import ROOT

SAMPLE = SampleDay()


@pytest.fixture
async def tour(store, clock, tmp_path):
    """A visitor in front of the sample day, after its digest."""
    clock.time = SAMPLE.morning
    settings = demo._sample_settings(Settings(_env_file=None, paperboy_home=tmp_path), SAMPLE)
    analyst, cache = RecordedAnalyst(SAMPLE.recording, demo._tell_outside), RedisCache(store)
    await SAMPLE.fill(cache, "en")
    services = Services(SAMPLE, SAMPLE, analyst, ExtractiveAnalyst(), cache)
    app = App(settings, store, services, RedisPace(store), clock, "", None, contextlib.AsyncExitStack())
    chat = ConsoleChat(store, render.terminal(io.StringIO(), width=120), render.terminal(io.StringIO()))
    async with demo._tour(app, chat, Place("console", "demo-test"), SAMPLE) as made:
        yield made


def seen(tour: demo.Tour) -> str:
    """What was printed since the last look, as running text."""
    text = tour.chat.screen.file.getvalue()
    tour.chat.screen.file.truncate(0)
    tour.chat.screen.file.seek(0)
    return " ".join(text.replace("▎", " ").replace("│", " ").split())


async def told(tour: demo.Tour, words: str) -> str:
    """What is printed when a visitor writes these words."""
    seen(tour)
    await tour.handle(words)
    return seen(tour)


async def test_the_digest_is_headed_by_the_samples_own_day_and_marks_nothing(tour):
    text = seen(tour)
    assert text.startswith("╭─ arXiv · Fri, Nov 27 · 10 of 10")
    assert "Read first" in text
    assert "(?)" not in text
    assert "announced <" not in text
    assert text.count("https://arxiv.org/html/") == 0


async def test_a_recorded_question_is_answered_with_linked_quotations(tour):
    text = await told(tour, "How much slower is the neural model of paper 3 on a Raspberry Pi?")
    assert "49 times slower than KN-5" in text
    assert "https://arxiv.org/abs/1811.00942v1" in text
    assert "(?)" not in text


async def test_a_question_in_chinese_gets_the_chinese_answer(tour):
    assert "本研究的代码和数据将在发表时公开" in await told(tour, "第5篇公开代码了吗？")


async def test_a_question_outside_the_recording_says_so_and_is_answered_by_words(tour, capsys):
    seen(tour)
    await tour.handle("Which power meter was used in paper 3?")
    assert "not in the recording" in capsys.readouterr().err
    text = seen(tour)
    assert "nearest to the question" in text
    assert "https://arxiv.org/abs/1811.00942v1" in text


async def test_status_today_and_saved_work(tour):
    assert "09:00" in await told(tour, "/digest status")
    told_none = await told(tour, "/paper saved")
    assert "You have saved nothing. /save 3 saves paper 3." in told_none
    assert "“Save”" not in told_none
    assert "Saved" in await told(tour, "/save 2")
    assert "Stay On-Topic" in await told(tour, "/paper saved")
    assert "Combating Adversarial Misspellings" in await told(tour, "/paper today")
    assert "INCePTION" in await told(tour, "/full 4")
    assert "PO-EMO" in await told(tour, "/paper 2003.07723")
    assert "ten papers, and none of them fits" in await told(tour, "/paper 1706.03762")


@pytest.mark.parametrize("language", ["en", "zh", "ja", "de"])
async def test_the_help_is_in_the_digest_s_language_and_names_what_works(tour, capsys, language):
    tour.digest = replace(tour.digest, profile=replace(tour.digest.profile, language=language))
    await tour.handle("/help")
    head, example, *rows = capsys.readouterr().err.splitlines()
    assert (head == "Ask about the papers above, in any language:") is (language == "en")
    assert example.strip() == tour._example()
    assert [row.split()[0] for row in rows] == [
        "/questions", "/full", "/save", "/paper", "/paper", "/digest", "/help", "/quit",
    ]  # fmt: skip
    assert {cell_len(row[: re.search(r" {2,}(?=\S)", row.lstrip()).end() + 2]) for row in rows} == {25}


async def test_words_are_looked_for_in_titles_then_in_abstracts(tour):
    assert "Combating Adversarial Misspellings" in await told(tour, "/paper find adversarial mispellings")
    assert "Short Text Language Identification" in await told(tour, "/paper lexicon")
    assert "none of them fits" in await told(tour, "/paper lexicon of the sea")


async def test_one_letter_answers_yes_or_no(tour, capsys):
    assert "[y]" in await told(tour, "/digest retract")
    await tour.handle("n")
    assert "Left as it is" in capsys.readouterr().err
    await tour.handle("/digest retract")
    await tour.handle("y")
    text = await told(tour, "/digest now")
    assert "arXiv · Fri, Nov 27" in text
    assert "Read first" in text


async def test_now_without_news_says_so(tour):
    assert "Nothing new" in await told(tour, "/digest now")


async def test_setup_asks_again_for_what_is_wrong_and_saves(tour, capsys):
    seen(tour)
    await tour.handle("/digest setup")
    text, form = seen(tour), tour.chat.form
    assert form is not None
    assert text.count("Daily digest") == 1
    assert "3 Progress and Tradeoffs (https://arxiv.org/abs/1811.00942v1)" in text
    values = {field.name: field.value for field in form.fields}
    assert "time" in await tour.submit(form, values | {"time": "25:00"})
    assert "25:00" in capsys.readouterr().err
    assert await tour.submit(form, values | {"time": "08:30", "papers": "3"}) == {}
    text = seen(tour)
    assert "08:30" in text
    assert "[p] Post now [c]" in text
    await tour.handle("c")
    assert tour.chat.form is not None


async def test_a_menu_takes_its_number(tour):
    assert "Choose a paper" in await told(tour, "limitations?")
    assert "dependent on the support of the lexicon" in await told(tour, "9")


async def test_the_help_offers_no_others_where_there_are_none(tour, capsys):
    await tour.handle("/help")
    text = capsys.readouterr().err
    assert "/questions" in text
    assert "/others" not in text
    await tour.handle("/questions")
    assert capsys.readouterr().err.count("\n") >= 30
    await tour.handle("/full 99")
    assert "1 to 10" in capsys.readouterr().err


async def test_without_a_terminal_it_prints_the_digest_and_an_answer_and_ends(tmp_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI", "REDIS", "DIGEST", "PAPERBOY"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--language", "zh",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=kept | {"PAPERBOY_HOME": str(tmp_path), "COLUMNS": "100"},
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert "示例日" in err.decode()
    assert "event=" not in err.decode()
    text = " ".join(out.decode().replace("▎", " ").split())
    assert "首先阅读" in text or "Read first" in text or "先读" in text
    assert "慢 49 倍" in text


async def test_ctrl_c_clears_the_line_and_an_unknown_command_is_named(tour, capsys):
    seen(tour)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("/paper half\x03/nothing\r\x04")
        await tour.run_prompt()
    told = capsys.readouterr().err
    assert "Ctrl-D leaves." in told
    assert "There is no /nothing here." in told
    assert "half" not in seen(tour)


async def test_a_command_typed_into_a_field_leaves_the_form_and_is_carried_out(tour, capsys):
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("/digest setup\rrobots\r/digest status\r\x04")
        await tour.run_prompt()
    assert "Left as it is." in capsys.readouterr().err
    shown = seen(tour)
    assert "Watched authors" not in shown  # of the second page
    assert "What do you work on? -" in shown
    assert "Last digest: " in shown
    assert "robots" not in shown.split("Last digest")[1]


async def test_a_paper_s_number_stands_once_before_it(tour):
    seen(tour)
    await tour.handle("/paper today")
    assert "3 Progress and Tradeoffs" in seen(tour).split("Choose a paper")[1]
    await tour.ask("How many emotions does paper 4 annotate?")
    assert "“4”" not in seen(tour)


async def test_a_question_of_the_list_is_about_its_paper_whatever_was_talked_about(tour, capsys):
    await tour.ask("does 3 release code?")
    seen(tour)
    await tour.ask("which attacks are strongest?")
    assert "1 · Combating Adversarial" in seen(tour)
    await tour.ask("how accurate is it?")  # other words for a question about 5, too
    assert "8 · Generating Word" in seen(tour)
    assert "recording" not in capsys.readouterr().err


async def test_the_status_asks_nothing(tour):
    await tour.handle("/save 2")
    await tour.handle("/digest status")
    assert "[y]" not in seen(tour)


@pytest.mark.parametrize(
    ("question", "cell"), [("compare 7 and 10", "fifty professions"), ("比较第7篇和第10篇", "职业")]
)
async def test_the_recorded_comparison_is_a_table_whose_cells_verify(tour, capsys, question, cell):
    shown = await told(tour, question)
    assert cell in shown
    assert "(?)" not in shown
    assert "recording" not in capsys.readouterr().err


@pytest.mark.parametrize("question", re.findall(r'"([^"]+[?？])"', (ROOT / "README.md").read_text("utf-8")))
async def test_the_questions_of_the_readme_are_recorded(tour, capsys, question):
    await told(tour, question)
    assert capsys.readouterr().err == ""


async def test_every_question_that_it_lists_of_one_paper_is_about_that(tour):
    for recorded in SAMPLE.recording.answers("en"):
        about = recorded.papers[0] if len(recorded.papers) == 1 else ""
        assert tour._listed(recorded.questions[0]) == about, recorded.questions[0]


async def test_a_lookup_settles_the_doubts_that_the_digest_settled(tour):
    shown = await told(tour, "/paper 1705.09665")
    assert "retain their users" in shown
    assert "(?)" not in shown


async def test_the_help_for_a_greeting_names_a_paper_and_words_that_are_found(tour):
    seen(tour)
    await tour.handle("hello")
    assert "/paper 1905.11268" in (shown := seen(tour))
    assert "/paper Combating Adversarial Misspellings" in shown
    assert "1905.11268" in await told(tour, "/paper Combating Adversarial Misspellings")
