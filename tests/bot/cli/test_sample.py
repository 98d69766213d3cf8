"""The recorded sample day: nothing in it is marked, dropped or unverified, in both languages."""

import json
import re
from functools import cache

import pytest

from bot.cli.sample import FOLDER, RecordedAnalyst, SampleDay, check_recording
from digest.errors import ArxivUnavailable
from digest.llm.confirmation import Word
from digest.llm.recorded import recorded_text
from digest.llm.replies.marks import settle_analysis
from digest.llm.server.wire import Request, estimate_tokens, system, user
from digest.model import MARK, Analysis, Summary, from_json
from digest.ports import Source

DAY = SampleDay()
LANGUAGES = ("en", "zh")
COMMAND = ".venv/bin/python -m bot.cli.sample"


@cache
def raw(language: str, name: str) -> dict:
    return json.loads(DAY.recording.texts[language, name])


async def hush(_text: str) -> None:
    pass


async def analysed(language: str) -> dict[str, Analysis]:
    """What the checks made of the recording, as bundled: `test_the_bundled_results…` holds them true."""
    checked = json.loads(FOLDER.joinpath(language, "checked.json").read_text("utf-8"))
    found = [from_json(Analysis, json.dumps(v)) for key, v in checked.items() if key.startswith("analysis:")]
    return {analysis.paper_id: analysis for analysis in found}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper_id", DAY.recording.titles)
async def test_a_bundled_analysis_is_what_the_checks_make_of_the_reply(paper_id: str, language: str):
    [paper] = await DAY.get([paper_id])
    analysis = await RecordedAnalyst(DAY.recording, print).analyse(paper, await DAY.read(paper), language)
    assert analysis == (await analysed(language))[paper_id], f"make it anew: {COMMAND}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_bundled_summary_is_what_the_checks_make_of_the_reply(language: str):
    bundled = json.loads(FOLDER.joinpath(language, "checked.json").read_text("utf-8"))
    analyses = {key: value for key, value in bundled.items() if key.startswith("analysis:")}
    assert len(analyses) == 10
    assert await check_recording(DAY, language, analyses) == bundled, f"make it anew: {COMMAND}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_analysis_loses_or_doubts_a_sentence(language: str):
    found = await analysed(language)
    assert len(found) == 10
    for paper_id, analysis in found.items():
        written = raw(language, f"{paper_id}.json")
        assert analysis.missing == ()
        assert analysis.problems == ()
        assert [p.unsupported for p in analysis.parts] == [()] * 7
        assert [f.unsupported for f in analysis.findings] == [()] * len(written["findings"])
        assert all(f.evidence and f.evidence.exact for f in analysis.findings)
        for part in analysis.parts:
            assert part.short == written["parts"][part.name]["short"]
            assert MARK not in part.full


def test_the_chinese_sample_counts_in_chinese():
    written = "".join(text for (language, _), text in DAY.recording.texts.items() if language == "zh")
    assert not re.findall(r"[\d.]+ (?:million|billion|thousand) ?[\u4e00-\u9fff，]", written)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_fast_model_confirms_every_doubt(language: str):
    analyst = RecordedAnalyst(DAY.recording, print)
    checked = json.loads(FOLDER.joinpath(language, "checked.json").read_text("utf-8"))
    summary = next(from_json(Summary, json.dumps(v)) for k, v in checked.items() if k.startswith("summary:"))
    doubts = [d for a in (await analysed(language)).values() for d in a.doubts]
    known = {v["sentence"]: v["word"] for v in raw(language, "support.json")["verdicts"]}
    assert {known.get(" ".join(d.sentence.split())) for d in (*doubts, *summary.doubts)} <= {"yes"}
    for analysis in (await analysed(language)).values():
        shown = settle_analysis(analysis, dict.fromkeys(analysis.doubts, Word.YES))
        assert not [said for said in (shown.core, *(f.statement for f in shown.findings)) if MARK in said]
    assert analyst.version == DAY.recording.version
    assert len(summary.mentions) == 10
    assert not summary.overview_replaced
    assert summary.headline == raw(language, "summary.json")["headline"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_thirty_questions_are_recorded(language: str):
    assert len(DAY.recording.answers(language)) >= 30


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ids", sorted({a.papers for a in DAY.recording.answers("en")}), ids="-".join)
async def test_every_recorded_answer_is_shown_whole_and_every_quotation_verifies(ids: tuple[str, ...], language: str):
    outside: list[str] = []
    analyst = RecordedAnalyst(DAY.recording, outside.append)
    numbers = {paper_id: n for n, paper_id in enumerate(DAY.recording.titles, 1)}
    sources = [Source(p, await DAY.read(p), None, numbers[p.id]) for p in await DAY.get(ids)]
    for recorded in DAY.recording.answers(language):
        if recorded.papers != ids:
            continue
        answer = await analyst.answer(recorded.questions[0], sources, (), language, hush)
        prose = recorded.text.partition("\n\n```quotes")[0]
        assert answer.text.split() == prose.split(), recorded.questions[0]
        assert len(answer.quotes) == len(re.findall(r"^\[\d", recorded.text, re.MULTILINE)), recorded.questions[0]
        assert answer.quotes or answer.nearest
        assert answer.unsupported == ()
    assert outside == []


def ask(question: str, *ids: str, language: str = "English (en)") -> str | None:
    papers = "\n".join(f'<paper n="{n}">\n{DAY.recording.titles[i]}\n</paper>' for n, i in enumerate(ids, 3))
    last = user(f"Answer in {language}. Quotations stay in the paper's language.\n\nQuestion: {question}")
    return recorded_text(DAY.recording, Request((system("Task: answer\n"), user(papers), last)))


@pytest.mark.parametrize(
    "question", ["Does 3 release code?", "does paper #3 release code", "does it release code?", "Is the code released?"]
)
def test_a_question_is_found_by_its_words_in_any_order_and_without_the_number(question: str):
    assert "does not say that it releases code" in (ask(question, "1811.00942") or "")


@pytest.mark.parametrize("question", ["does 3 release data?", "does 3 not exist?", "which code is slow?", "why?", ""])
def test_another_question_gets_no_recorded_answer(question: str):
    assert ask(question, "1811.00942") is None


def test_a_question_of_little_words_alone_is_found_as_written_only():
    assert ask("how does it work?", "1910.14497") is not None
    assert ask("why?", "1910.14497") is None


def test_the_same_question_about_two_papers_is_another_question():
    assert ask("does it release code?", "1811.00942", "1901.01010") is None


async def test_a_question_outside_the_recording_is_answered_by_words_and_that_is_told():
    told: list[str] = []
    analyst = RecordedAnalyst(DAY.recording, told.append)
    [paper] = await DAY.get(["1811.00942"])
    source = Source(paper, await DAY.read(paper), None, 3)
    answer = await analyst.answer("which power meter was plugged in?", [source], (), "en", hush)
    assert answer.by == "extractive"
    assert "Watts Up Pro" in " ".join(q.evidence.quotation for q in answer.quotes)
    assert told == ["en"]


async def test_links_lead_to_the_abstract_since_sections_have_no_known_anchors():
    found = await analysed("en")
    urls = {f.evidence.url for a in found.values() for f in a.findings if f.evidence}
    assert urls == {f"https://arxiv.org/abs/{paper_id}v1" for paper_id in found}


async def test_dates_are_told_as_far_as_they_are_known():
    papers = {p.id: p.dated for p in await DAY.get(list(DAY.recording.titles))}
    assert papers["1905.11268"] == "2019-05"
    assert papers["1805.02400"] == "2018-05-07"


async def test_a_paper_that_is_not_of_the_day_is_said_to_be_outside():
    with pytest.raises(ArxivUnavailable, match="ten papers"):
        await DAY.get(["1706.03762"])
    with pytest.raises(ArxivUnavailable, match="ten papers"):
        await DAY.search("video dubbing of cats")


async def test_the_tokens_of_a_digest_are_those_that_the_page_on_models_names():
    """Input and output of ten analyses and a summary, by our estimate."""
    written = {
        language: sum(
            estimate_tokens(text)
            for (spoken, name), text in DAY.recording.texts.items()
            if spoken == language and name.endswith(".json") and name not in ("support.json", "ranking.json")
        )
        for language in LANGUAGES
    }
    assert written["en"] == pytest.approx(25_000, rel=0.1)
    assert written["zh"] == pytest.approx(20_000, rel=0.1)
