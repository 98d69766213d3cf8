"""What commands print for people and for scripts, and digests of past days, against the real protocols."""

import json
import re
from datetime import date

import pytest

from bot.cli.one_digest import dates_from
from digest.arxiv import calendar
from digest.errors import BadInput
from tests.scenarios.conftest import MORNING, World
from tests.servers.papers import a_day

DRAWN = re.compile(r"[▎│╭╰─▌┃]|\x1b")
THURSDAY = date(2026, 1, 29)


@pytest.fixture(autouse=True)
def _one_store(world: World, redis_url: str) -> None:
    """One server for all commands, which would each start their own."""
    world.environment["REDIS_URL"] = redis_url


def unbroken(text: str) -> bool:
    """Nothing is drawn, and some line is longer than any terminal's."""
    return not DRAWN.search(text) and max(map(len, text.splitlines())) > 150


async def test_answers_and_papers_are_whole_lines_in_a_pipe_and_data_on_demand(world: World):
    paper = next(iter(world.arxiv.papers.values())).paper
    asked = ("ask", paper.id, "How many GPUs were used?")
    data = json.loads((await world.run(*asked, "--json")).out)
    assert (data["question"], data["paper"], data["basis"]) == (asked[2], paper.versioned, "html")
    assert data["text"]
    assert all(q["evidence"]["url"].startswith("https://arxiv.org/") for q in data["quotes"])
    card = await world.run("paper", paper.id, "--plain")
    assert unbroken(card.out)
    entry = json.loads((await world.run("paper", paper.id, "--json")).out)
    assert entry["paper"]["title"] == paper.title
    assert entry["analysis"]["core"]


async def test_the_check_is_whole_lines_with_tabs_or_data(world: World):
    result = await world.run("check", "--json", PORT="3999")
    found = {f["what"]: f for f in json.loads(result.out)}
    assert found["arXiv feed"]["state"] == "ok"
    assert found.keys() >= {"store", "LLM_MODEL", "Slack", "Discord"}
    plain = (await world.run("check", "--plain", PORT="3999")).out.splitlines()
    assert plain[0] == "what\t\thow it stands\twhat to do"
    assert {line.split("\t")[0] for line in plain[1:]} == found.keys()
    assert {line.count("\t") for line in plain} == {3}
    for name in ("costs", "subscriptions list"):
        assert not DRAWN.search((await world.run(*name.split(), "--plain")).out)


async def test_a_dry_run_shows_the_choice_and_its_cost_and_analyses_nothing(world: World):
    prices = {"LLM_PRICES": "stand-in=1/4,stand-in-fast=0.1/0.4"}
    result = await world.run("digest", "--papers", "2", "--dry-run", **prices)
    assert result.code == 0, result.err
    assert {call.task for call in world.model.calls} == {"ranking"}
    rows = result.out.splitlines()[1:]
    ids = re.findall(r"\d{4}\.\d{5}v\d", result.out)
    assert (len(rows), len(set(ids))) == (2, 2)
    assert re.search(r"2 of 24 papers of arXiv's list of 2026-01-30\. No paper was analysed\.", result.err)
    assert re.search(
        r"A run would make about 4 calls of stand-in: [\d,]+ tokens of input .* at most about \$\d", result.err
    )
    data = json.loads((await world.run("digest", "--papers", "2", "--dry-run", "--format", "json", **prices)).out)
    assert [c["paper"] for c in data["chosen"]] == ids
    calls = len(world.model.calls)
    made = json.loads((await world.run("digest", "--papers", "2", "--format", "json", **prices)).out)
    assert {f"{e['paper']['id']}v{e['paper']['version']}" for e in made["entries"]} == set(ids)
    run = world.model.calls[calls:]
    assert "ranking" not in {call.task for call in run}  # its scores were kept
    assert made["cost"]["input_tokens"] < data["estimate"]["input_tokens"] < 2.5 * made["cost"]["input_tokens"]
    kept = world.home / "plan.txt"
    past = ("--dry-run", "--date", "2026-01-30", "--output", str(kept))
    again = await world.run("digest", "--papers", "2", *past, **prices)
    assert (again.out, again.err.splitlines()[-1]) == ("", f"Written to {kept}.")
    assert "2 of the papers are analysed already, which costs nothing." in kept.read_text()
    assert set(re.findall(r"\d{4}\.\d{5}v\d", kept.read_text())) == set(ids)


async def test_a_past_list_and_a_range_come_from_the_announcement_windows_and_say_so(world: World):
    world.arxiv.add(*a_day(9, THURSDAY, ("cs.CV",), words=400))
    [start, end] = calendar.window_of(calendar.announcement_for(THURSDAY))
    made = json.loads((await world.run("digest", "--date", "2026-01-29", "--papers", "2", "--format", "json")).out)
    assert (made["coverage"]["considered"], made["local_date"]) == (9, "2026-01-29")
    published = [p.paper.published for p in world.arxiv.papers.values()]
    assert sum(start <= at < end for at in published) == 9
    assert made["notes"][0].startswith(
        "arXiv's list of 2026-01-29 as far as its API tells: papers submitted from 2026-01-27 19:00"
    )
    document = await world.run("digest", "--date", "2026-01-24..2026-01-30", "--papers", "2")
    assert "> arXiv's list of 2026-01-26 – 2026-01-30 as far as its API tells" in document.out
    assert re.search(r"\b33 considered|considered 33\b", document.out)
    today = json.loads((await world.run("digest", "--papers", "2", "--dry-run", "--format", "json")).out)
    assert today["considered"] == 24  # the command line's own ledger is as it was


async def test_a_list_that_the_api_does_not_show_is_a_sentence(world: World):
    result = await world.run("digest", "--date", "2026-01-05")
    assert result.code == 1
    assert "There are no papers of arXiv's list of 2026-01-05 in its API (submitted from 2025-12-31" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2026-01-24", "arXiv has no list of 2026-01-24: a weekend or holiday. The list before it is of 2026-01-23."),
        ("2026-02-02", "arXiv's list of 2026-02-02 is not out yet; the newest one is of 2026-01-30."),
        ("0001-01-01", "arXiv has no list of 0001-01-01; the first one is of 1991-08-15."),
        ("1991-08-01..1991-08-20", "arXiv has no list of 1991-08-01; the first one is of 1991-08-15."),
        ("9999-12-31", "arXiv's list of 9999-12-31 is not out yet"),
        ("yesterday", "'yesterday' is not a date; write --date 2026-11-20, or --date 2026-11-16..2026-11-20."),
        (
            "2026-01-30..2026-01-01",
            "2026-01-30..2026-01-01 is not a range; write the earlier date first, and at most 31",
        ),
    ],
)
def test_dates_without_a_list_are_a_sentence(words, said):
    with pytest.raises(BadInput) as told:
        dates_from(words, MORNING)
    assert str(told.value).startswith(said)
