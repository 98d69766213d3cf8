"""`paperboy digest`, from arXiv's wire to the document."""

import asyncio
import json
import re
from datetime import UTC, date, datetime

import pytest
import pytest_asyncio

from tests.deadline import until
from tests.scenarios.conftest import MORNING, Result, World, a_world
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.papers import a_day

DIGEST = ("digest", "--categories", "cs.CV", "--papers", "10", "--language", "zh")
SHORT = ("digest", "--categories", "cs.CV", "--papers", "2", "--language", "zh")
of_the_day = pytest.mark.asyncio(loop_scope="module")
FIELDS = ("Authors", "Published", "Categories", "Abstract", "Analysis", "Key Findings", "Links")


def papers_in(document: str) -> list[str]:
    return re.findall(r"^<a id='([^']+)'></a>$", document, re.MULTILINE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory, forks):
    """Friday with its digest made, for tests that only look at it or go on from it."""
    async with a_world(tmp_path_factory.mktemp("friday"), forks) as made:
        result = await made.run(*DIGEST)
        assert result.code == 0, result.err
        yield made


@of_the_day
async def test_the_document_has_ten_papers_with_all_their_sections(day):
    result = await day.run(*DIGEST, "--format", "markdown")
    assert result.code == 0, result.err
    ids = papers_in(result.out)
    assert len(ids) == len(set(ids)) == 10
    for name in FIELDS:
        assert len(re.findall(rf"^\*\*{name}:\*\*", result.out, re.MULTILINE)) == 10
    for heading in ("摘要翻译", "方法动机分析", "方法设计详解", "方法对比分析", "实验分析", "实用指南", "总结"):
        assert result.out.count(heading) == 10
    assert "公布 24 · 考虑 24 · 选中 10" in result.out
    titles = {p.paper.versioned: p.paper for p in day.arxiv.papers.values()}
    for paper_id in ids:
        assert titles[paper_id].title in result.out
        assert titles[paper_id].abstract.split(". ")[0] in result.out


@of_the_day
async def test_json_is_the_same_digest_as_data_and_its_quotations_stand_in_their_paper(day):
    document = await day.run(*DIGEST)
    digest = json.loads((await day.run(*DIGEST, "--format", "json")).out)
    assert [f"{e['paper']['id']}v{e['paper']['version']}" for e in digest["entries"]] == papers_in(document.out)
    assert digest["coverage"]["announced"] == 24
    quoted = 0
    for entry in digest["entries"]:
        html = re.sub(r"\s+", " ", day.arxiv.papers[entry["paper"]["id"]].html or "")
        for finding in entry["analysis"]["findings"]:
            if finding["evidence"]:
                quoted += 1
                assert finding["evidence"]["quotation"][:40] in re.sub(r"<[^>]+>", "", html)
    assert quoted >= 10


async def test_a_second_run_on_the_same_day_calls_no_model_and_says_so(world):
    first = await world.run(*SHORT)
    calls = len(world.model.calls)
    second = await world.run(*SHORT)
    assert calls > 0
    assert len(world.model.calls) == calls
    assert second.out == first.out
    assert "no model was called" in second.err


@of_the_day
async def test_again_makes_it_anew_with_the_same_papers(day):
    first = await day.run(*DIGEST)
    calls = len(day.model.calls)
    again = await day.run(*DIGEST, "--again")
    assert again.code == 0, again.err
    assert len(day.model.calls) > calls
    assert set(papers_in(again.out)) == set(papers_in(first.out))


@of_the_day
async def test_another_language_on_the_same_day_gives_the_same_day_in_that_language(day):
    english = await day.run("digest", "--categories", "cs.CV", "--papers", "10", "--language", "en")
    assert english.code == 0, english.err
    assert len(papers_in(english.out)) == 10
    assert "announced 24" in english.out


async def test_a_day_without_news_gives_a_sentence_and_the_next_day_its_own_papers_only(world):
    first = await world.run(*SHORT)
    world.at(datetime(2026, 1, 31, 9, tzinfo=UTC))
    quiet = await world.run(*SHORT)
    assert (quiet.code, quiet.out) == (0, "")
    assert "Nothing new" in quiet.err
    world.arxiv.add(*a_day(12, date(2026, 2, 2), ("cs.CV",), seed=1, words=800))
    world.at(datetime(2026, 2, 2, 9, tzinfo=UTC))
    monday = await world.run(*SHORT)
    assert monday.code == 0, monday.err
    assert "考虑 12" in monday.out
    assert not set(papers_in(first.out)) & set(papers_in(monday.out))


@of_the_day
async def test_output_goes_into_a_file_whole(day):
    result = await day.run(*DIGEST, "--output", "day.md")
    assert result.code == 0, result.err
    assert result.out == ""
    assert len(papers_in((day.home / "day.md").read_text())) == 10
    assert [p.name for p in day.home.iterdir() if p.name.startswith(".day")] == []


async def test_without_a_model_the_papers_own_sentences_are_used_and_labelled(world):
    result = await world.run(*SHORT, OPENAI_BASE_URL="", OPENAI_API_KEY="")
    assert result.code == 0, result.err
    assert world.model.calls == []
    assert "没有配置模型" in result.out
    assert len(papers_in(result.out)) == 2


# ---------------------------------------------------------------- a model that misbehaves

BAD = (
    "refuse", "asks_for_paper", "null_content", "empty", "cut", "wrong_language", "not_json",
    "content_filter", "choices_null",
)  # fmt: skip


@pytest.mark.parametrize("behaviour", BAD)
async def test_unusable_output_never_reaches_the_document(world, behaviour):
    world.model.behave(behaviour, tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*SHORT, "--format", "json")
    assert result.code == 0, result.err
    digest = json.loads(result.out)
    bad = {call.text.strip() for call in world.model.calls if call.behaviour == behaviour and call.text.strip()}
    said = json.dumps([e["analysis"] for e in digest["entries"]], ensure_ascii=False)
    assert all(text[:60] not in said for text in bad if len(text) > 10)
    labelled = [
        e["analysis"] is None or e["analysis"]["missing"] or e["analysis"]["by"] == "extractive"
        for e in digest["entries"]
    ]
    assert all(labelled)
    assert all(e["notes"] for e in digest["entries"])


async def test_when_nothing_could_be_analysed_the_document_says_so_at_the_top(world):
    world.model.behave("refuse", tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*SHORT)
    assert result.code == 0, result.err
    assert "> 所有论文都未能分析，此处改为显示摘要。" in result.out.split("## Table of Contents")[0]


async def test_one_bad_paper_never_spoils_the_rest(world):
    bad = [known.paper for known in world.arxiv.papers.values()][::2]
    for paper in bad:
        world.model.behave("refuse", only=paper.title, tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*SHORT, "--papers", "4", "--format", "json")
    assert result.code == 0, result.err
    entries = json.loads(result.out)["entries"]
    spoilt = {e["paper"]["id"] for e in entries if e["analysis"] is None or e["analysis"]["missing"]}
    assert 0 < len(spoilt) < 4
    assert spoilt == {e["paper"]["id"] for e in entries} & {p.id for p in bad}


async def test_a_wrong_key_is_a_sentence_and_exit_2(world):
    world.model.behave("unauthorized")
    result = await world.run(*SHORT)
    assert result.code == 2
    assert result.out == ""
    assert "OPENAI_API_KEY" in result.err
    assert "Traceback" not in result.err


async def test_a_model_that_is_down_without_end_leaves_a_labelled_document(world):
    world.model.behave("error_500")
    result = await world.run(*SHORT)
    assert result.code == 0, result.err
    assert len(papers_in(result.out)) == 2
    assert "模型服务器自身出现问题（500）" in result.out


@pytest.mark.parametrize("stage", ["analysis", "summary"])
async def test_killed_and_started_again_it_buys_no_answer_twice(world, stage):
    world.model.pause.hold(stage)
    process = await world.start(*DIGEST)
    await until(world.model.pause.waiting)
    process.kill()
    await process.wait()
    world.model.pause.release()
    # The stages before this one have their answers; what was asked in this stage got none.
    received = [json.dumps(c.body, sort_keys=True) for c in world.model.calls if c.task != stage]
    assert received
    before = len(world.model.calls)
    result = await world.run(*DIGEST)
    assert result.code == 0, result.err
    assert len(papers_in(result.out)) == 10
    after = [json.dumps(c.body, sort_keys=True) for c in world.model.calls[before:]]
    assert [body for body in after if body in received] == []
    assert len(after) == len(set(after))


# ---------------------------------------------------------------- an arXiv that misbehaves


async def refused(world: World, fault: faults.Fault, name: str) -> Result:
    """The command against an arXiv of its own that answers nothing else."""
    async with ArxivServer(now=MORNING) as arxiv:
        for route in ("api", "feed"):
            arxiv.faults.always(route, fault)
        home = {"PAPERBOY_HOME": str(world.home / name)}
        result = await world.run(*DIGEST, **arxiv.environment, **home)
        await world.run("stop", **home)
        return result


@pytest.mark.timeout(240)
async def test_an_arxiv_that_does_not_answer_is_a_sentence_and_no_document(world):
    """Each waits most of what a person waits at most: 90 seconds, here 9."""
    kinds = {"429": faults.TOO_MANY, "503": faults.DOWN, "html": faults.HTML, "blank": faults.BLANK}
    results = await asyncio.gather(*(refused(world, fault, name) for name, fault in kinds.items()))
    for result in results:
        assert result.code == 1
        assert result.out == ""
        assert "arXiv" in result.err
        assert "Traceback" not in result.err
    assert world.model.calls == []


async def test_a_hiccup_of_arxiv_is_waited_out(world):
    world.arxiv.faults.next("feed", faults.HALF, faults.TOO_MANY)
    world.arxiv.faults.next("api", faults.DOWN)
    result = await world.run(*SHORT)
    assert result.code == 0, result.err
    assert "考虑 24" in result.out


# ---------------------------------------------------------------- bad input


@of_the_day
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("digest", "--language", "klingonese"), "not a language"),
        (("digest", "--categories", "computers"), "not an arXiv category"),
        (("digest", "--categories", "LLM"), "arxiv.org/category_taxonomy"),
        (("ask", "9999.99999", "why?"), "looks like an arXiv id"),
        (("ask", "hello", "why?"), "is not a paper"),
        (("paper", "https://arxiv.org/abs/nonsense"), "looks like an arXiv id"),
        (("digest", "--output", "/nowhere/at/all.md"), "not a writable folder"),
    ],
)
async def test_bad_input_gets_a_sentence_and_exit_2(day, words, said):
    result = await day.run(*words)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


@of_the_day
async def test_a_bad_setting_gets_a_sentence_and_exit_2(day):
    result = await day.run("digest", DIGEST_TIME="noon")
    assert result.code == 2
    assert result.err.startswith("DIGEST_TIME")
