"""arXiv over the wire: a local one with its rules and its calendar, healthy and not."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web

from digest.arxiv import calendar
from digest.arxiv.calendar import NEW_YORK
from digest.arxiv.client import Arxiv
from digest.errors import ArxivUnavailable, BadInput
from digest.model import Kind
from digest.ports import FreePace
from digest.version import VERSION
from tests.builders import a_paper
from tests.deadline import DEADLINE, until
from tests.paths import ROOT, TESTS
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.faults import Fault
from tests.servers.local import answering
from tests.servers.papers import Made, a_day

FRIDAY = datetime(2026, 1, 30, 15, tzinfo=UTC)
LISTS = [date(2026, 1, day) for day in (27, 28, 29, 30)]


@pytest.fixture
async def server():
    """Friday, and four lists of 20 papers in cs.CV and cs.RO."""
    async with ArxivServer(FRIDAY) as arxiv:
        for day in LISTS:
            arxiv.add(*a_day(20, day, ("cs.CV", "cs.RO"), words=100))
        yield arxiv


def reader(server: ArxivServer, seconds: float = 3, **more) -> Arxiv:
    return Arxiv(
        server.api_url,
        server.rss_url,
        "team@example.org",
        **{"pace": FreePace(), "time_limit": timedelta(seconds=seconds), "first_wait": timedelta(seconds=0.02), **more},
    )


@pytest.fixture
def arxiv(server):
    return reader(server)


def friday(day: int = 30) -> list[Made]:
    return a_day(20, date(2026, 1, day), ("cs.CV", "cs.RO"), words=100)


async def test_the_latest_list_and_the_window_are_read_with_their_metadata(server, arxiv):
    listing = await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)
    assert (listing.day, listing.categories) == (date(2026, 1, 30), ("cs.CV", "cs.RO"))
    assert {item.paper for item in listing.latest} == {made.paper for made in friday()}
    assert len(listing.window) == 80
    times = [p.published for p in listing.window]
    assert times == sorted(times, reverse=True)
    assert all(t.tzinfo for t in times)


async def test_two_requests_suffice_and_they_say_who_asks(server, arxiv):
    await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)
    feed, api = server.journal.requests
    assert feed.url == "/rss/cs.CV+cs.RO"
    assert "max_results=2000" in api.url
    assert "submittedDate%3A%5B202601161500+TO+202601301500%5D" in api.url
    assert {r.agent for r in server.journal.requests} == {f"Paperboy/{VERSION} (+mailto:team@example.org)"}


async def test_a_paper_that_is_new_in_one_category_and_a_cross_list_in_another_is_new(server, arxiv):
    assert {item.kind for item in (await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)).latest} == {Kind.NEW}
    crosses = [i.paper for i in (await arxiv.announced(["cs.CV"], FRIDAY)).latest if i.kind is Kind.CROSS]
    assert crosses
    assert all(p.primary == "cs.RO" and "cs.CV" in p.categories for p in crosses)


async def test_old_papers_in_the_feed_get_their_metadata_by_id(server, arxiv):
    old = a_paper("2001.00042", categories=("cs.LG",), published=datetime(2020, 1, 2, tzinfo=UTC), updated=datetime(2020, 1, 2, tzinfo=UTC), comment="9 pages")  # fmt: skip
    server.add(old)
    server.cross(old.id, "cs.CV", datetime(2026, 1, 29, 20, tzinfo=NEW_YORK))
    item = next(i for i in (await arxiv.announced(["cs.CV"], FRIDAY)).latest if i.paper.id == old.id)
    assert item.kind is Kind.CROSS
    assert item.paper == replace(old, categories=("cs.LG", "cs.CV"))
    assert [r.route for r in server.journal.requests] == ["feed", "api", "api"]


async def test_what_the_api_does_not_have_yet_comes_from_the_feed_itself(server, arxiv):
    missing = friday()[0].paper
    server.papers[missing.id].no_metadata = True
    listing = await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)
    found = next(i.paper for i in listing.latest if i.paper.id == missing.id)
    assert (found.title, found.abstract, found.authors, found.categories) == (
        missing.title,
        missing.abstract,
        missing.authors,
        missing.categories,
    )
    assert found.published == datetime(2026, 1, 30, 5, tzinfo=UTC)


async def test_replacements_are_no_news(server, arxiv):
    old = a_paper("2501.00042", categories=("cs.CV",), published=datetime(2025, 1, 2, tzinfo=UTC))
    server.add(old)
    server.replace(replace(old, version=2), datetime(2026, 1, 29, 20, tzinfo=NEW_YORK))
    listing = await arxiv.announced(["cs.CV"], FRIDAY)
    assert old.id not in {i.paper.id for i in listing.latest}
    assert listing.replaced == (old.id,)


async def test_an_empty_feed_on_a_weekend_is_a_quiet_day_with_its_window(server, arxiv):
    server.now = datetime(2026, 1, 31, 15, tzinfo=UTC)
    listing = await arxiv.announced(["cs.CV", "cs.RO"], server.now)
    assert (listing.day, listing.latest, len(listing.window)) == (None, (), 80)


async def test_a_feed_dated_ahead_is_the_newest_list_there_can_be(server, arxiv):
    earlier = FRIDAY - timedelta(days=3)
    listing = await arxiv.announced(["cs.CV", "cs.RO"], earlier)
    assert listing.day == calendar.latest_list(earlier) < FRIDAY.date()
    assert listing.latest


async def test_an_empty_feed_on_a_weekday_is_believed_too(server, arxiv):
    server.faults.always("feed", faults.EMPTY)
    listing = await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)
    assert (listing.day, listing.latest, len(listing.window)) == (None, (), 80)


async def test_a_window_of_several_pages_is_read_to_its_end(server):
    many = [
        a_paper(f"2601.{n:05d}", categories=("cs.LG",), published=FRIDAY - timedelta(days=3, seconds=n), updated=FRIDAY)
        for n in range(1, 4501)
    ]
    server.add(*many, announced=datetime(2026, 1, 27, 20, tzinfo=NEW_YORK))
    assert [p.id for p in (await reader(server, DEADLINE).announced(["cs.LG"], FRIDAY)).window] == [p.id for p in many]
    assert sum(r.route == "api" for r in server.journal.requests) == 3


async def test_a_feed_at_arxivs_limit_is_asked_for_in_parts(server):
    """2,000 items are all that one feed gives."""
    for category, first in (("cs.LG", 0), ("cs.CL", 1200)):
        many = [
            a_paper(f"2601.{n:05d}", categories=(category,), published=FRIDAY - timedelta(days=2), updated=FRIDAY)
            for n in range(first + 1, first + 1201)
        ]
        server.add(*many, announced=datetime(2026, 1, 29, 20, tzinfo=NEW_YORK))
    assert len((await reader(server, DEADLINE).announced(["cs.LG", "cs.CL"], FRIDAY)).latest) == 2400
    assert [r.url for r in server.journal.of("feed")] == ["/rss/cs.LG+cs.CL", "/rss/cs.LG", "/rss/cs.CL"]


async def test_a_category_that_sleeps_is_told_from_throttling(server, arxiv):
    server.add(a_paper("2301.00042", categories=("cs.GL",), published=datetime(2023, 1, 2, tzinfo=UTC)))
    listing = await arxiv.announced(["cs.GL"], FRIDAY)
    assert (listing.latest, listing.window) == ((), ())


async def test_a_category_without_any_paper_is_throttling_not_an_empty_day(server):
    server.papers.clear()
    with pytest.raises(ArxivUnavailable, match=r"showed no paper of cs\.CV"):
        await reader(server, 3).announced(["cs.CV"], FRIDAY)


async def test_a_category_the_feed_does_not_know_is_bad_input(server, arxiv):
    server.known_categories = {"cs.CV"}
    with pytest.raises(BadInput, match=r"no feed for cs\.QQ"):
        await arxiv.announced(["cs.QQ"], FRIDAY)
    assert len(server.journal.requests) == 1, "asking again would not help"


BAD = {
    "429": faults.TOO_MANY,
    "503": faults.DOWN,
    "500": Fault(500, "oops"),
    "an HTML page": faults.HTML,
    "plain text": faults.PLAIN,
    "an empty body": faults.BLANK,
    "half a feed": faults.HALF,
    "a dropped connection": faults.DROP,
    "an error entry": Fault(body=(TESTS / "recordings/arxiv/api_error.xml").read_text("utf-8"), content_type="application/atom+xml"),
    "a feed without papers": faults.EMPTY,
}  # fmt: skip

# An empty feed is a quiet day, an empty window is not.
BAD_ANSWERS = [
    (route, bad) for route in ("api", "feed") for bad in BAD if (route, bad) != ("feed", "a feed without papers")
]


@pytest.mark.parametrize(("route", "bad"), BAD_ANSWERS)
async def test_what_is_bad_twice_and_then_good_is_asked_again(server, bad, route):
    server.faults.next(route, BAD[bad], BAD[bad])
    listing = await reader(server, DEADLINE).announced(["cs.CV", "cs.RO"], FRIDAY)
    assert (len(listing.latest), len(listing.window)) == (20, 80)
    assert len(server.journal.of(route)) >= 3


@pytest.mark.parametrize(("route", "bad"), BAD_ANSWERS)
async def test_what_stays_bad_ends_in_time_with_one_sentence_and_no_list(server, bad, route):
    server.faults.always(route, BAD[bad])
    began = time.monotonic()
    with pytest.raises(ArxivUnavailable) as caught:
        await reader(server, 1).announced(["cs.CV", "cs.RO"], FRIDAY)
    assert time.monotonic() - began < 1.5
    sentence = str(caught.value)
    assert sentence.startswith("arXiv gave no usable answer within 1 second: ")
    assert "\n" not in sentence
    assert "Traceback" not in sentence


@pytest.mark.parametrize("fault", [faults.HANG, Fault(drip=0.05), Fault(delay=30)], ids=["hangs", "drips", "is slow"])
@pytest.mark.parametrize("route", ["api", "feed"])
async def test_a_server_that_takes_its_time_does_not_take_ours(server, fault, route):
    server.faults.always(route, fault)
    began = time.monotonic()
    with pytest.raises(ArxivUnavailable, match="did not answer in time"):
        await reader(server, 0.6).announced(["cs.CV"], FRIDAY)
    assert time.monotonic() - began < 2


async def test_nothing_listening_is_a_sentence():
    nowhere = Arxiv(
        "http://127.0.0.1:9/api/query",
        "http://127.0.0.1:9",
        pace=FreePace(),
        time_limit=timedelta(seconds=0.3),
        first_wait=timedelta(seconds=0.05),
    )
    with pytest.raises(ArxivUnavailable, match="could not be reached"):
        await nowhere.get(["2401.00001"])


async def test_retry_after_is_honoured(server):
    server.faults.next("feed", Fault(429, "Rate exceeded.", retry_after="1"))
    await reader(server, DEADLINE).announced(["cs.CV"], FRIDAY)
    first, second = server.journal.of("feed")
    assert second.began - first.began >= 1


async def test_retry_after_may_be_a_date(server):
    at = datetime.now(UTC) + timedelta(seconds=2)
    server.faults.next("feed", Fault(503, "", retry_after=format_datetime(at, usegmt=True)))
    await reader(server, DEADLINE).announced(["cs.CV"], FRIDAY)
    first, second = server.journal.of("feed")
    assert second.began - first.began >= 0.9


@pytest.mark.parametrize(
    ("fault", "said"), [(Fault(429, "", retry_after="1200"), "asks to wait 20 minutes"), (Fault(403, ""), "403")]
)
async def test_a_wait_beyond_the_deadline_ends_the_asking_at_once(server, fault, said):
    server.faults.always("any", fault)
    began = time.monotonic()
    with pytest.raises(ArxivUnavailable, match=said):
        await reader(server, 60).announced(["cs.CV"], FRIDAY)
    assert time.monotonic() - began < 1
    assert len(server.journal.requests) == 1


async def test_waits_grow_and_no_wait_is_longer_than_a_sixth_of_the_patience(server):
    server.faults.always("feed", faults.DOWN)
    with pytest.raises(ArxivUnavailable):
        await reader(server, 3).announced(["cs.CV"], FRIDAY)
    gaps = [b - a for a, b in pairwise([r.began for r in server.journal.requests])]
    assert gaps[0] < 0.1
    assert 0.4 < max(gaps) < 0.8
    assert len(gaps) < 20


async def test_entries_that_come_twice_count_once(server, arxiv):
    server.faults.always("any", faults.DOUBLE)
    listing = await arxiv.announced(["cs.CV", "cs.RO"], FRIDAY)
    assert len({i.paper.id for i in listing.latest}) == len(listing.latest) == 20
    assert len({p.id for p in listing.window}) == len(listing.window)


async def test_the_loop_is_never_blocked(server):
    server.latency["api"] = server.latency["feed"] = 0.3
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await reader(server).announced(["cs.CV"], FRIDAY)
    ticking.cancel()
    assert ticks > 30


class OneAtATime:
    """A Pace as arXiv wants it, with a shorter gap."""

    def __init__(self, gap: float) -> None:
        self._lock = asyncio.Lock()
        self._gap = gap
        self._last = 0.0
        self.names: list[str] = []

    @asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[None]:
        self.names.append(name)
        async with self._lock:
            await asyncio.sleep(max(0.0, self._last + self._gap - time.monotonic()))
            self._last = time.monotonic()
            yield


async def test_every_request_is_made_in_a_slot_of_the_pace(server):
    pace = OneAtATime(0.4)
    old = a_paper("2001.00042", categories=("cs.LG",), published=datetime(2020, 1, 2, tzinfo=UTC))
    server.add(old)
    server.cross(old.id, "cs.CV", datetime(2026, 1, 29, 20, tzinfo=NEW_YORK))
    server.faults.next("api", faults.DOWN, faults.EMPTY)
    server.faults.next("feed", faults.HALF)
    arxiv = reader(server, DEADLINE, pace=pace)
    await asyncio.gather(arxiv.announced(["cs.CV"], FRIDAY), arxiv.get(["2601.18001"]), arxiv.search("segmentation"))
    assert server.journal.violations(gap=0.2) == []  # half: a busy machine hands requests over late
    assert len(pace.names) == len(server.journal.requests) >= 7
    assert set(pace.names) == {"arxiv"}


async def test_the_journal_tells_a_client_that_breaks_the_rules(server):
    await asyncio.gather(*(reader(server).get(["2601.18001"]) for _ in range(2)))
    assert server.journal.violations()


async def test_papers_come_in_the_order_asked_and_unknown_ones_are_absent(server, arxiv):
    first, second = (made.paper for made in friday()[:2])
    found = await arxiv.get([f"https://arxiv.org/abs/{second.versioned}", "2601.99999", "no id", first.id, second.id])
    assert [p.id for p in found] == [second.id, first.id, second.id]
    assert await arxiv.get([]) == []
    assert await arxiv.get(["2601.99999"]) == []


async def test_a_version_is_honoured(server, arxiv):
    first = friday()[0].paper
    server.replace(replace(first, version=2, title="Better"), datetime(2026, 1, 28, 20, tzinfo=NEW_YORK))
    found = await arxiv.get([first.id, f"{first.id}v1", f"{first.id}v2", f"{first.id}v3"])
    assert [(p.version, p.title) for p in found] == [(2, "Better"), (1, first.title), (2, "Better")]


async def test_old_style_ids_are_found_with_and_without_their_subject_class(server, arxiv):
    old = a_paper(
        "math/0309136",
        categories=("math.GT",),
        published=datetime(2003, 9, 8, tzinfo=UTC),
        updated=datetime(2003, 9, 8, tzinfo=UTC),
    )
    server.add(old, announced=datetime(2003, 9, 8, 20, tzinfo=NEW_YORK))
    assert await arxiv.get(["math.GT/0309136", "math/0309136v1"]) == [old, old]


async def test_many_ids_are_asked_for_a_hundred_at_a_time(server):
    papers = [a_paper(f"2512.{n:05d}", published=datetime(2025, 12, 1, tzinfo=UTC)) for n in range(1, 251)]
    server.add(*papers)
    found = await reader(server, DEADLINE).get([p.id for p in reversed(papers)])
    assert [p.id for p in found] == [p.id for p in reversed(papers)]
    assert len(server.journal.requests) == 3


async def test_one_id_that_arxiv_refuses_does_not_take_the_others_with_it(server, arxiv, monkeypatch):
    ids = [made.paper.id for made in friday()[:5]]
    found_by = server._found

    def refusing(search_query: str, id_list: str, now: datetime):
        if ids[2] in id_list.split(","):
            raise ValueError(f"incorrect id format for {ids[2]}")
        return found_by(search_query, id_list, now)

    monkeypatch.setattr(server, "_found", refusing)
    assert [p.id for p in (await arxiv.get(ids))] == [i for i in ids if i != ids[2]]


@pytest.mark.parametrize("status", [204, 304, 401, 404, 410, 414, 451])
async def test_a_request_that_is_refused_as_a_whole_is_no_unknown_paper(status):
    asked = []

    async def refuse(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(status=status)

    async with answering(refuse) as url:
        arxiv = Arxiv(f"{url}/api/query", url, pace=FreePace())
        with pytest.raises(ArxivUnavailable, match=str(status)):
            await arxiv.get(["2601.00001", "2601.00002"])
    assert len(asked) == 1


async def test_a_connection_that_breaks_is_not_tried_again_outside_of_the_pace():
    asked = []

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(close, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        arxiv = Arxiv(f"{url}/api/query", url, pace=FreePace(), first_wait=timedelta(hours=1))
        with pytest.raises(ArxivUnavailable, match="the connection broke"):
            await arxiv.get(["2601.00001"])
    assert len(asked) == 1


async def test_a_paper_without_a_pdf_link_has_its_address_all_the_same(server, arxiv):
    server.pdf_links = False
    paper = friday()[0].paper
    [found] = await arxiv.get([paper.id])
    assert found.pdf_url == f"https://arxiv.org/pdf/{paper.id}v1"


@pytest.fixture
async def library():
    async with ArxivServer(FRIDAY) as server:
        at = datetime(2025, 6, 2, tzinfo=UTC)
        for number, (title, authors) in enumerate(
            [
                ("Masked Autoencoders Are Scalable Vision Learners", ("Kaiming He", "Xinlei Chen")),
                ("Deep Residual Learning for Image Recognition", ("Kaiming He", "Xiangyu Zhang")),
                ("Attention Is All You Need", ("Ashish Vaswani", "Noam Shazeer")),
                ("A Vision-Language Model of Everything", ("He Wang",)),
            ],
            1,
        ):
            server.add(
                a_paper(
                    f"2506.{number:05d}", title=title, authors=authors, abstract="Nothing.", published=at, updated=at
                )
            )
        yield server


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("attention need", ["Attention Is All You Need"]),
        ("au:Kaiming He", ["Masked", "Deep"]),
        ("author:He learners", ["Masked"]),
        ('ti:"residual learning"', ["Deep"]),
        ("title:vision-language", ["A Vision-Language"]),
        ("vaswani attention zebra", ["Attention"]),
        ("cat:cs.CV) OR (all:e", []),
        ("zebra", []),
        ("?!", []),
    ],
)
async def test_search_finds_by_words_author_and_title(library, words, titles):
    found = await reader(library, 20).search(words, 5)
    assert sorted(p.title for p in found if any(p.title.startswith(t) for t in titles)) == sorted(
        p.title for p in found
    )
    assert len(found) == len(titles)


async def test_a_search_gives_no_more_than_the_limit(library):
    assert len(await reader(library).search("au:Kaiming He", 1)) == 1


async def test_a_page_that_holds_fewer_papers_than_it_promises_is_asked_for_again(server):
    ids = [made.paper.id for made in friday()[:4]]
    body = (
        (TESTS / "recordings/arxiv/api_empty.xml")
        .read_text("utf-8")
        .replace(">0</opensearch:total", ">4</opensearch:total")
    )
    server.faults.next("api", Fault(body=body, content_type="application/atom+xml"))
    assert len(await reader(server, DEADLINE).get(ids)) == 4
    assert len(server.journal.requests) == 2


async def test_a_cancelled_call_lets_go_of_its_slot(server):
    pace = OneAtATime(0)
    server.faults.next("api", faults.HANG)
    arxiv = reader(server, 2, pace=pace)
    call = asyncio.create_task(arxiv.get(["2601.18001"]))
    while not server.journal.requests:
        await asyncio.sleep(0.01)
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call
    assert len(await arxiv.get(["2601.18001"])) == 1


async def test_the_end_of_the_process_does_not_wait_for_a_silent_server(server):
    server.faults.always("any", faults.HANG)
    code = (
        "import asyncio, datetime, sys\n"
        "from digest.ports import FreePace\n"
        "from digest.arxiv.client import Arxiv\n"
        "async def main():\n"
        "    call = asyncio.create_task(Arxiv(sys.argv[1], pace=FreePace()).get(['2601.18001']))\n"
        "    await asyncio.to_thread(sys.stdin.readline)\n"
        "    call.cancel()\n"
        "asyncio.run(main())\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, server.api_url, cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    await until(lambda: server.journal.requests)
    await asyncio.wait_for(child.communicate(b"now\n"), 15)
    assert child.returncode == 0
    assert len(server.journal.requests) == 1
