"""What the command line asks for is what a channel with the same settings asks for, and it asks at once."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from bot.cli.one_digest import CLI, Dates, _missing_analyses, ask_ahead, make_or_load_digest, request_for
from bot.cli.terminal import some
from bot.core.settings.settings import Settings
from bot.digests.daily import RunOptions
from bot.server.wiring import open_app, subscription_from_settings
from bot.store import Run
from tests.builders import a_digest
from tests.paths import ROOT
from tests.servers.arxiv import ArxivServer
from tests.servers.papers import a_day

DAY = date(2026, 1, 30)


@pytest.mark.parametrize("dates", [None, Dates(DAY, DAY)])
async def test_a_request_holds_every_setting(redis_url, tmp_path, dates):
    settings = Settings(_env_file=None, redis_url=redis_url, paperboy_home=tmp_path, digest_figures=False)
    async with open_app(settings) as app:
        request, _ = await request_for(app, dates)
        channel = subscription_from_settings(settings, CLI, app.now())
        run = Run(CLI.key, request.local_date, request.run)
        assert (request, request.figures) == ((await app.daily({}).request(channel, run, RunOptions()))[0], False)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ((), ""),
        ((2,), "No usable analysis of paper 2: its abstract is shown instead."),
        ((1, 3), "No usable analysis of papers 1, 3: their abstracts are shown instead."),
    ],
)
def test_papers_without_an_analysis_are_named(without, said):
    made = a_digest(3)
    entries = tuple(replace(e, analysis=None) if e.number in without else e for e in made.entries)
    assert _missing_analyses(replace(made, entries=entries)) == said


def test_one_is_counted_in_the_singular():
    assert (some(1, "call"), some(2, "call"), some(1_000, "paper")) == ("1 call", "2 calls", "1,000 papers")


AT = datetime(2026, 1, 30, 9, tzinfo=UTC)
NO_PAPERS = """
import asyncio, pathlib, sys
from datetime import UTC, datetime
from functools import partial
from bot.cli.one_digest import ask_ahead
from bot.core.settings.settings import Settings
from bot.server.wiring import open_app
from digest.model import Listing

class Papers:
    async def announced(self, categories, now):
        print(*sorted({"bot.digests.daily", "digest.pipeline", "digest.llm.analyst", "openai", "rich"} & sys.modules.keys()))
        return Listing(categories, None, (), ())

async def main():
    settings = Settings(_env_file=None, redis_url=sys.argv[1], paperboy_home=pathlib.Path(sys.argv[2]))
    async def ahead(store, papers):
        asked = await ask_ahead(settings, store, papers)
        await asyncio.sleep(0)  # the request's turn
        return asked
    async with open_app(settings, papers=Papers(), ahead=ahead) as app:
        assert "digest.pipeline" in sys.modules
        listing = await app.services.papers.announced(["cs.CV"], datetime(2026, 1, 30, tzinfo=UTC))

asyncio.run(main())
"""


def test_the_list_is_asked_for_once_and_before_what_makes_a_digest_is_loaded(redis_url, tmp_path):
    run = [sys.executable, "-c", NO_PAPERS, redis_url, str(tmp_path)]
    assert subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "\n"


async def test_a_second_run_of_the_day_asks_arxiv_for_nothing(redis_url, tmp_path):
    async with ArxivServer(now=AT) as arxiv:
        arxiv.add(*a_day(3, DAY, ("cs.CV",)))
        settings = Settings(
            _env_file=None,
            redis_url=redis_url,
            paperboy_home=tmp_path,
            paperboy_now=AT,
            **{name.lower(): value for name, value in arxiv.environment.items()},
        )
        for requests in (2, 0):
            before = len(arxiv.journal.requests)
            async with open_app(settings, ahead=partial(ask_ahead, settings)) as app:
                assert (await make_or_load_digest(app)).digest
            lists = [r for r in arxiv.journal.requests[before:] if r.route in ("feed", "api")]
            assert len(lists) == requests
