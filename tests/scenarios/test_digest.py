"""`paperboy digest`, from arXiv's wire to the document."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import UTC, date, datetime

import pytest

from tests.scenarios.conftest import MORNING, Result, World
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.papers import a_day

DIGEST = ("digest", "--categories", "cs.CV", "--papers", "10", "--language", "zh")
FIELDS = ("Authors", "Published", "Categories", "Abstract", "Analysis", "Key Findings", "Links")


def papers_in(document: str) -> list[str]:
    return re.findall(r"^<a id='([^']+)'></a>$", document, re.MULTILINE)


async def test_the_document_has_ten_papers_with_all_their_sections(world: World):
    result = await world.run(*DIGEST, "--format", "markdown")
    assert result.code == 0, result.err
    ids = papers_in(result.out)
    assert len(ids) == len(set(ids)) == 10
    for name in FIELDS:
        assert len(re.findall(rf"^\*\*{name}:\*\*", result.out, re.MULTILINE)) == 10
    for heading in ("摘要翻译", "方法动机分析", "方法设计详解", "方法对比分析", "实验分析", "实用指南", "总结"):
        assert result.out.count(heading) == 10
    assert "公布 24 · 考虑 24 · 选中 10" in result.out
    titles = {p.paper.versioned: p.paper for p in world.arxiv.papers.values()}
    for paper_id in ids:
        assert titles[paper_id].title in result.out
        assert titles[paper_id].abstract.split(". ")[0] in result.out


async def test_quotations_in_the_document_stand_in_their_paper(world: World):
    result = await world.run(*DIGEST, "--format", "json")
    assert result.code == 0, result.err
    quoted = 0
    for entry in json.loads(result.out)["entries"]:
        html = re.sub(r"\s+", " ", world.arxiv.papers[entry["paper"]["id"]].html or "")
        for finding in entry["analysis"]["findings"]:
            if finding["evidence"]:
                quoted += 1
                assert finding["evidence"]["quotation"][:40] in re.sub(r"<[^>]+>", "", html)
    assert quoted >= 10


async def test_json_is_the_same_digest_as_data(world: World):
    document = await world.run(*DIGEST)
    data = await world.run(*DIGEST, "--format", "json")
    digest = json.loads(data.out)
    assert [f"{e['paper']['id']}v{e['paper']['version']}" for e in digest["entries"]] == papers_in(document.out)
    assert digest["coverage"]["announced"] == 24


async def test_a_second_run_on_the_same_day_calls_no_model_and_says_so(world: World):
    first = await world.run(*DIGEST)
    calls = len(world.model.calls)
    second = await world.run(*DIGEST)
    assert calls > 0
    assert len(world.model.calls) == calls
    assert second.out == first.out
    assert "no model was called" in second.err


async def test_again_makes_it_anew_with_the_same_papers(world: World):
    first = await world.run(*DIGEST)
    calls = len(world.model.calls)
    again = await world.run(*DIGEST, "--again")
    assert again.code == 0, again.err
    assert len(world.model.calls) > calls
    assert set(papers_in(again.out)) == set(papers_in(first.out))


async def test_another_language_on_the_same_day_gives_the_same_day_in_that_language(world: World):
    await world.run(*DIGEST)
    english = await world.run("digest", "--categories", "cs.CV", "--papers", "10", "--language", "en")
    assert english.code == 0, english.err
    assert len(papers_in(english.out)) == 10
    assert "announced 24" in english.out


async def test_the_next_day_has_the_next_papers_only(world: World):
    first = await world.run(*DIGEST)
    monday = date(2026, 2, 2)
    world.arxiv.add(*a_day(12, monday, ("cs.CV",), seed=1, words=800))
    world.at(datetime(2026, 2, 2, 9, tzinfo=UTC))
    second = await world.run(*DIGEST)
    assert second.code == 0, second.err
    assert "考虑 12" in second.out
    assert not set(papers_in(first.out)) & set(papers_in(second.out))


async def test_a_day_without_news_gives_a_sentence_and_no_document(world: World):
    await world.run(*DIGEST)
    world.at(datetime(2026, 1, 31, 9, tzinfo=UTC))
    quiet = await world.run(*DIGEST)
    assert quiet.code == 0
    assert quiet.out == ""
    assert "Nothing new" in quiet.err


async def test_output_goes_into_a_file_whole(world: World):
    result = await world.run(*DIGEST, "--output", "day.md")
    assert result.code == 0, result.err
    assert result.out == ""
    assert len(papers_in((world.home / "day.md").read_text())) == 10
    assert [p.name for p in world.home.iterdir() if p.name.startswith(".day")] == []


async def test_without_a_model_the_papers_own_sentences_are_used_and_labelled(world: World):
    result = await world.run(*DIGEST, OPENAI_BASE_URL="", OPENAI_API_KEY="")
    assert result.code == 0, result.err
    assert world.model.calls == []
    assert "没有配置模型" in result.out
    assert len(papers_in(result.out)) == 10


# ---------------------------------------------------------------- a model that misbehaves

BAD = (
    "refuse",
    "asks_for_paper",
    "null_content",
    "empty",
    "cut",
    "wrong_language",
    "not_json",
    "content_filter",
    "choices_null",
)


@pytest.mark.parametrize("behaviour", BAD)
async def test_unusable_output_never_reaches_the_document(world: World, behaviour: str):
    world.model.behave(behaviour, tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*DIGEST, "--format", "json")
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


async def test_when_nothing_could_be_analysed_the_document_says_so_at_the_top(world: World):
    world.model.behave("refuse", tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*DIGEST)
    assert result.code == 0, result.err
    assert "> 今天没有一篇论文得到可用的分析" in result.out.split("## Table of Contents")[0]


async def test_one_bad_paper_never_spoils_the_rest(world: World):
    bad = [known.paper for known in world.arxiv.papers.values()][::2]
    for paper in bad:
        world.model.behave("refuse", only=paper.title, tasks=("analysis", "abstract analysis", "repair"))
    result = await world.run(*DIGEST, "--format", "json")
    assert result.code == 0, result.err
    entries = json.loads(result.out)["entries"]
    spoilt = {e["paper"]["id"] for e in entries if e["analysis"] is None or e["analysis"]["missing"]}
    assert 0 < len(spoilt) < 10
    assert spoilt == {e["paper"]["id"] for e in entries} & {p.id for p in bad}


async def test_a_wrong_key_is_a_sentence_and_exit_2(world: World):
    world.model.behave("unauthorized")
    result = await world.run(*DIGEST)
    assert result.code == 2
    assert result.out == ""
    assert "OPENAI_API_KEY" in result.err
    assert "Traceback" not in result.err


async def test_a_model_that_is_down_without_end_leaves_a_labelled_document(world: World):
    world.model.behave("error_500")
    result = await world.run(*DIGEST)
    assert result.code == 0, result.err
    assert len(papers_in(result.out)) == 10
    assert "模型暂时无法访问" in result.out


@pytest.mark.parametrize("calls", [1, 4, 9])
async def test_killed_and_started_again_it_buys_no_answer_twice(world: World, calls: int):
    world.model.latency = 0.4
    process = await world.start(*DIGEST)
    async with asyncio.timeout(60):
        while len([c for c in world.model.calls if c.ended]) < calls:
            await asyncio.sleep(0.02)
    moment = time.monotonic()
    process.kill()
    await process.wait()
    # What the server had sent in full half a second before is taken as received; the rest was in flight.
    received = [json.dumps(c.body, sort_keys=True) for c in world.model.calls if c.ended and c.ended < moment - 0.5]
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
async def test_an_arxiv_that_does_not_answer_is_a_sentence_and_no_document(world: World):
    """Four at once, because each waits most of the 90 seconds that a person is made to wait at most."""
    began = time.monotonic()
    kinds = {"429": faults.TOO_MANY, "503": faults.DOWN, "html": faults.HTML, "blank": faults.BLANK}
    results = await asyncio.gather(*(refused(world, fault, name) for name, fault in kinds.items()))
    assert time.monotonic() - began < 120
    for result in results:
        assert result.code == 1
        assert result.out == ""
        assert "arXiv" in result.err
        assert "Traceback" not in result.err
    assert world.model.calls == []


async def test_a_hiccup_of_arxiv_is_waited_out(world: World):
    world.arxiv.faults.next("feed", faults.HALF, faults.TOO_MANY)
    world.arxiv.faults.next("api", faults.DOWN)
    result = await world.run(*DIGEST)
    assert result.code == 0, result.err
    assert "考虑 24" in result.out


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("digest", "--language", "klingonese"), "not a language"),
        (("digest", "--categories", "computers"), "not an arXiv category"),
        (("ask", "9999.99999", "why?"), "looks like an arXiv id"),
        (("ask", "hello", "why?"), "is not a paper"),
        (("paper", "https://arxiv.org/abs/nonsense"), "looks like an arXiv id"),
        (("digest", "--output", "/nowhere/at/all.md"), "not a writable folder"),
    ],
)
async def test_bad_input_gets_a_sentence_and_exit_2(world: World, words: tuple[str, ...], said: str):
    result = await world.run(*words)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


async def test_a_bad_setting_gets_a_sentence_and_exit_2(world: World):
    result = await world.run("digest", DIGEST_TIME="noon")
    assert result.code == 2
    assert result.err.startswith("DIGEST_TIME")
