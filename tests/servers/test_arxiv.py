"""The local arXiv is as strict as the real one, and its papers are what they say."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import aiohttp
import pypdfium2
import pytest

from digest.arxiv.calendar import NEW_YORK
from tests.builders import a_paper
from tests.servers.arxiv import ArxivServer
from tests.servers.arxiv_query import BadQuery, compiled
from tests.servers.papers import a_day, made, made_once

NOW = datetime(2026, 1, 30, 15, tzinfo=UTC)


@pytest.fixture
async def server():
    async with ArxivServer(NOW) as arxiv:
        arxiv.add(*a_day(3, date(2026, 1, 30), words=60))
        yield arxiv


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, (await response.read()).decode(errors="replace")


@pytest.mark.parametrize(
    "query",
    [
        "search_query=cat:cs.CV&max_results=2001",
        "search_query=cat:cs.CV&start=31000&max_results=2000",
        "search_query=cat:cs.CV+AND",
        "search_query=(cat:cs.CV",
        "search_query=color:red",
        "search_query=submittedDate:[2026+TO+2027]",
        "search_query=cat:cs.CV&sortBy=beauty",
        "id_list=abc",
        "id_list=2601.18001,no+id",
        "search_query=cat:cs.CV&max_results=many",
    ],
)
async def test_what_arxiv_refuses_is_refused_with_an_error_entry(server, query):
    status, body = await get(f"{server.api_url}?{query}")
    assert status == 400
    assert "arxiv.org/api/errors#" in body


async def test_a_paper_is_shown_when_arxiv_would_show_it(server):
    """Announced on Thursday evening; from midnight in feed and API; in the feed for one day."""
    evening = datetime(2026, 1, 29, 20, tzinfo=NEW_YORK)
    for minutes, in_feed, in_api in ((0, 0, 0), (239, 0, 0), (240, 3, 3), (24 * 60 + 239, 3, 3), (24 * 60 + 240, 0, 3)):
        server.now = evening.astimezone(UTC) + timedelta(minutes=minutes)
        assert (await get(f"{server.rss_url}/rss/cs.CV"))[1].count("<item>") == in_feed
        assert (await get(f"{server.rss_url}/atom/cs.CV"))[1].count("<entry>") == in_feed
        assert (await get(f"{server.api_url}?search_query=cat:cs.CV"))[1].count("<entry>") == in_api


async def test_html_and_pdf_are_served_and_their_absence_is_404(server):
    [paper, *_] = a_day(3, date(2026, 1, 30), words=60)
    server.add(a_paper("2601.99999"))
    assert (await get(f"{server.content_url}/html/{paper.paper.versioned}")) == (200, paper.html)
    status, body = await get(f"{server.content_url}/pdf/{paper.paper.id}")
    assert (status, body[:5]) == (200, "%PDF-")
    for url in ("/html/2601.99999", "/pdf/2601.99999v1", "/html/2601.77777", "/pdf/nothing"):
        assert (await get(server.content_url + url))[0] == 404


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("ti:cats AND au:lovelace", True),
        ("ti:cats ANDNOT au:lovelace", False),
        ("ti:dogs OR (ti:cats AND cat:cs.*)", True),
        ('ti:"cats of all"', True),
        ('ti:"all cats"', False),
        ("zebra OR abs:fur", True),
        ("submittedDate:[202601010000 TO 202601020000]", False),
        ("submittedDate:[202601281500 TO 202601281500]", True),
    ],
)
def test_queries_are_evaluated_as_arxiv_would(query, fits):
    paper = a_paper(
        title="Cats of All Colours",
        authors=("Ada Lovelace",),
        abstract="Fur.",
        categories=("cs.CV",),
        published=datetime(2026, 1, 28, 15, 0, 30, tzinfo=UTC),
    )
    assert bool(compiled(query)(paper)) is fits


@pytest.mark.parametrize("query", ["AND", "a b", "()", "ti:", "a AND OR b", "a)"])
def test_a_query_that_cannot_be_read_is_an_error(query):
    with pytest.raises(BadQuery):
        compiled(query)


def test_a_day_is_the_same_for_the_same_seed_and_another_for_another():
    day = date(2026, 1, 30)
    once = [(m.paper, m.html, m.pdf) for m in a_day(3, day)]
    made_once.cache_clear()
    assert [(m.paper, m.html, m.pdf) for m in a_day(3, day)] == once
    assert {m.paper.title for m in a_day(3, day)} != {m.paper.title for m in a_day(3, day, seed=1)}


def test_facts_stand_in_one_paper_and_no_other():
    papers = a_day(30, date(2026, 1, 30), words=200)
    texts = [unescape(re.sub(r"<[^>]*>", "", m.html)) for m in papers]
    for n, paper in enumerate(papers):
        assert len(paper.facts) == 5
        for fact in paper.facts:
            assert [i for i, text in enumerate(texts) if fact in text] == [n]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_pdf_says_what_the_html_says(seed):
    """In two columns and in one, with words broken at line ends."""
    paper = made(a_paper(), seed=seed, words=2500)
    document = pypdfium2.PdfDocument(paper.pdf)
    assert len(document) > 2
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    raw = "\n".join(pages)
    assert "\ufffe" in raw or re.search(r"[a-z]-\r?\n[a-z]", raw), "nothing was broken at a line end"
    joined = re.sub(r"\s+", "", re.sub(r"\ufffe|-\r?\n", "", raw)).replace("-", "")
    for fact in paper.facts:
        assert re.sub(r"\s+", "", fact).replace("-", "") in joined


def test_the_length_is_about_what_was_asked_for():
    for words in (500, 3000, 12000):
        text = unescape(re.sub(r"<[^>]*>", " ", made(a_paper(), words=words).html))
        assert 0.8 * words < len(text.split()) < 1.6 * words + 700
