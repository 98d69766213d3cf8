"""Recorded answers of arXiv, all read: every entry, in every dialect. Ours always, the real ones where they are at hand."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.arxiv import feed, ids
from digest.arxiv.client import Ask, Page, read_page
from digest.arxiv.http import Refused, Trouble
from digest.model import Kind, Paper
from tests.paths import SHARED, TESTS

OURS = TESTS / "recordings/arxiv"
SHARED_DATA = SHARED / "data"
NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)


def page(body: bytes, size: int = 2000, start: int = 0, id_list: tuple[str, ...] = ("2401.00001",)) -> Page:
    """What the client makes of a page of the API."""
    return read_page(Ask("", size, start, id_list=id_list), body)


def ours(name: str) -> bytes:
    return (OURS / name).read_bytes()


def test_the_present_dialect_is_read_whole():
    found = {p.versioned: p for p in page(ours("api_page.xml")).papers}
    assert list(found) == ["2604.01234v2", "math/0309136v1", "2603.00042v3", "2604.01235v1", "2604.01236v1"]
    first = found["2604.01234v2"]
    assert first == Paper(
        id="2604.01234",
        version=2,
        title=r"KestrelNet-7: $\mathcal{O}(n\log n)$ Attention for A < B & More",
        abstract="We show that $x < y$ holds for 93.4% of inputs and that the rest is noise.\n\n"
        "A second paragraph says that the code is at https://github.com/kestrel/net.",
        authors=("Sofía García", "Sean O'Brien, Jr."),
        categories=("cs.CV", "cs.LG", "68T07"),
        published=datetime(2026, 4, 2, 15, 5, 19, tzinfo=UTC),
        updated=datetime(2026, 4, 10, 9, tzinfo=UTC),
        comment="12 pages, 5 figures",
        journal_ref="J. Birds 7 (2026) 1-12",
        doi="10.1000/birds.7",
    )


def test_what_arxiv_leaves_out_or_has_no_flag_for_is_known_all_the_same():
    found = {p.id: p for p in page(ours("api_page.xml")).papers}
    assert found["math/0309136"].abs_url == "https://arxiv.org/abs/math/0309136v1"
    assert found["2603.00042"].withdrawn
    assert not found["2604.01235"].withdrawn
    assert found["2604.01235"].pdf_url == "https://arxiv.org/pdf/2604.01235v1"
    assert found["2604.01236"].published == datetime(2026, 4, 2, 17, tzinfo=UTC), "a date without a zone is UTC"


def test_the_old_dialect_is_read_whole():
    [found] = page(ours("api_old_dialect.xml"), 1).papers
    assert (found.id, found.version, found.categories) == ("hep-th/0603029", 2, ("hep-th", "math.GT"))
    assert found.title == "From stripes to squares in the presence of quenched disorder"
    assert (
        found.abstract
        == "We discuss squares. Our model may be applicable to stripes, where a random potential exists in the planes."
    )
    assert (found.authors, found.comment) == (("Ada Knot",), "14 pages, 10 figures")


def test_nothing_found_is_an_empty_page():
    assert page(ours("api_empty.xml"), 100) == Page((), 0)


def test_an_error_entry_is_no_paper():
    with pytest.raises(Refused, match="incorrect id format for xyz"):
        page(ours("api_error.xml"))
    with pytest.raises(Trouble, match="incorrect id format"):
        page(ours("api_error.xml"), id_list=())


@pytest.mark.parametrize("name", ["rate_exceeded.html", "feed_rss.xml"])
def test_a_page_that_is_not_the_apis_is_trouble_and_says_what_it_said(name):
    with pytest.raises(Trouble, match="not a feed"):
        page(ours(name))
    with pytest.raises(Trouble, match=r"“Rate exceeded\.”"):
        page(b"Rate exceeded.")


@pytest.mark.parametrize("name", ["api_page.xml", "api_old_dialect.xml"])
def test_a_page_cut_anywhere_is_never_taken_for_a_short_one(name):
    whole = ours(name)
    for end in range(0, len(whole.rstrip()) - 1, 97):
        with pytest.raises(Trouble):
            page(whole[:end], 1 if "old" in name else 6)


def test_a_page_with_fewer_papers_than_it_promises_is_trouble():
    short = ours("api_page.xml").replace(b"<opensearch:totalResults>6<", b"<opensearch:totalResults>9<")
    assert len(page(short, 6).papers) == 6, "as many as asked for"
    with pytest.raises(Trouble, match="held 6 of 9"):
        page(short, 100)


def test_a_control_character_in_an_abstract_does_no_harm():
    dirty = ours("api_page.xml").replace(b"the rest is noise", b"the rest\x0b is\x01 noise")
    assert "the rest is noise" in page(dirty).papers[0].abstract


def test_a_stray_ampersand_in_a_whole_page_does_no_harm():
    assert len(page(ours("api_page.xml").replace(b"We prove it.", b"We prove P & Q.")).papers) == 6


@pytest.mark.parametrize("name", ["feed_rss.xml", "feed_atom.xml"])
def test_both_dialects_of_the_feed_say_the_same(name):
    found = feed.parse(ours(name))
    assert (found.day, found.items) == (date(2026, 4, 3), 5)
    first, second = found.news
    assert (first.kind, second.kind) == (Kind.NEW, Kind.CROSS)
    assert first.paper == Paper(
        id="2604.01234",
        version=1,
        title="KestrelNet-7: A < B & More",
        abstract="We show that $x < y$ holds for 93.4% of inputs and that <b> is no tag here.",
        authors=("Sofía García", "Sean O'Brien, Jr.", "Wei Zhang"),
        categories=("cs.CV", "cs.RO"),
        published=datetime(2026, 4, 3, 4, tzinfo=UTC),
        updated=datetime(2026, 4, 3, 4, tzinfo=UTC),
    )
    assert (second.paper.id, second.paper.version) == ("math/0309136", 2)
    assert (second.paper.doi, second.paper.journal_ref) == ("10.1000/knots.1", "Knots 1 (2004) 1-9")


@pytest.mark.parametrize(
    ("pattern", "new"),
    [
        (r"<published>2026-04-02T15:05:19Z</published>", "<published>yesterday</published>"),
        (r"<published>2026-04-02T15:05:19Z</published>", "<published>0001-01-01T00:00:00Z</published>"),
        (r"<published>2026-04-02T15:05:19Z</published>", ""),
        (r"<updated>2026-04-10[^<]*</updated>", ""),
    ],
)
def test_one_entry_whose_date_is_missing_or_none_costs_no_other(pattern, new):
    recorded = ours("api_page.xml").decode()
    altered = re.sub(pattern, new, recorded)
    assert altered != recorded
    known, read = page(recorded.encode()), page(altered.encode())
    assert [p.id for p in read.papers] == [p.id for p in known.papers]
    assert read.papers[1:] == known.papers[1:]
    assert read.papers[0].published <= read.papers[0].updated


@pytest.mark.parametrize(
    ("pattern", "new"),
    [("arxiv.org/abs/", "arxiv.org/pdf/"), ("<published>.*?</published>|<updated>.*?</updated>", "")],
)
def test_a_page_of_which_no_entry_can_be_read_is_trouble(pattern, new):
    with pytest.raises(Trouble, match="held 0 of 6 papers"):
        page(re.sub(pattern, new, ours("api_page.xml").decode()).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("announce_type>cross<", "announce_type>cross-list<"),
        ("announce_type>new<", "announce_type>new submission<"),
        ("Abstract: We", "License: CC BY 4.0\nAbstract: We"),
        (" -0400", ""),
        ("<category>cs.CV</category>\n      <category>cs.RO</category>", "<category>cs.CV; cs.RO</category>"),
    ],
)
def test_a_feed_in_a_little_other_form_says_the_same(old, new):
    recorded = ours("feed_rss.xml").decode()
    assert old in recorded
    known, read = feed.parse(recorded.encode()), feed.parse(recorded.replace(old, new).encode())
    assert read.day == known.day
    assert [(i.kind, replace(i.paper, published=NOON, updated=NOON)) for i in read.news] == [
        (i.kind, replace(i.paper, published=NOON, updated=NOON)) for i in known.news
    ]


def test_an_empty_feed_has_no_day():
    assert feed.parse(ours("feed_empty.xml")) == feed.Feed(None, 0, ())


@pytest.mark.parametrize("name", ["feed_rss.xml", "feed_atom.xml", "feed_empty.xml"])
def test_a_feed_cut_anywhere_is_trouble(name):
    whole = ours(name)
    for end in range(0, len(whole.rstrip()) - 1, 97):
        with pytest.raises(Trouble):
            feed.parse(whole[:end])


@pytest.mark.parametrize(
    "body", [b"", b"Rate exceeded.", b"/etc/hostname", b"http://127.0.0.1:9/", b"{}", b"<html><body>busy</body></html>"]
)
def test_what_is_no_feed_is_trouble_and_never_a_file_or_an_address(body):
    with pytest.raises(Trouble, match="not a feed"):
        feed.parse(body)


def test_a_feed_of_something_else_is_trouble():
    with pytest.raises(Trouble, match="no paper"):
        feed.parse(ours("api_error.xml"))


def test_every_recording_is_used():
    used = {"api_page.xml", "api_old_dialect.xml", "api_error.xml", "api_empty.xml", "feed_rss.xml", "feed_atom.xml", "feed_empty.xml", "rate_exceeded.html"}  # fmt: skip
    assert {p.name for p in OURS.iterdir()} == {*used, "README.md"}


REAL = sorted(SHARED_DATA.glob("atom/**/*")) if SHARED_DATA.exists() else []


def needs_shared() -> None:
    if not SHARED_DATA.exists():
        pytest.skip("the real recordings are not here (../shared/data)")


def sound(paper: Paper) -> None:
    assert ids.parse(paper.versioned) == ids.PaperRef(paper.id, paper.version)
    assert paper.title == " ".join(paper.title.split()) != ""
    assert paper.abstract
    assert "\n" not in paper.abstract.replace("\n\n", "")
    assert paper.authors
    assert all(a == a.strip() != "" for a in paper.authors)
    assert paper.categories
    assert paper.published.tzinfo
    assert paper.published <= paper.updated
    assert paper.published.year >= 1991


@pytest.mark.shared
def test_every_entry_of_every_real_answer_is_read():
    needs_shared()
    read = refused = 0
    for path in (p for p in REAL if p.suffix == ".json"):
        recorded = json.loads(path.read_text("utf-8"))
        asked = {k: v[0] for k, v in parse_qs(urlsplit(recorded["url"]).query).items()}
        body = recorded["body"].encode()
        if recorded["status_code"] != 200:
            with pytest.raises(Refused):
                page(body)
            refused += 1
            continue
        found = page(body, int(asked["max_results"]), int(asked["start"]), tuple(asked.get("id_list", "").split(",")))
        assert len(found.papers) == body.count(b"<entry>")
        for paper in found.papers:
            sound(paper)
        read += len(found.papers)
    assert (read, refused) == (221, 1)


@pytest.mark.shared
def test_every_entry_of_the_older_dialects_is_read():
    needs_shared()
    read = 0
    for path in (p for p in REAL if p.suffix == ".xml"):
        body = path.read_bytes()
        found = page(body, max(body.count(b"<entry"), 1))
        assert len(found.papers) == body.count(b"<entry"), path.name
        for paper in found.papers:
            sound(paper)
        read += len(found.papers)
    assert read > 20


@pytest.mark.shared
def test_the_real_feed_is_read():
    needs_shared()
    [path] = SHARED_DATA.glob("rss/*.xml")
    found = feed.parse(path.read_bytes())
    assert (found.day, found.items, len(found.news)) == (date(2025, 8, 20), 7, 7)
    assert [i.kind for i in found.news].count(Kind.NEW) == 2
    for item in found.news:
        assert not item.paper.abstract.startswith("arXiv:")
        sound(item.paper)
