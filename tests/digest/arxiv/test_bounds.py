"""What a bad server can cost: bytes, elements, redirects, types. Each ends with a sentence."""

import contextlib
import gzip
import time
import tracemalloc
import zlib
from datetime import UTC, date, datetime, timedelta

import pytest
from aiohttp import web
from yarl import URL

from digest.arxiv import feed, http, xml
from digest.arxiv.client import Arxiv
from digest.arxiv.http import Trouble
from digest.arxiv.metadata import LONGEST_ABSTRACT, LONGEST_LINE, LONGEST_LIST, MOST_AUTHORS, authors_of
from digest.errors import ArxivUnavailable
from digest.http.bounds import Limits, may_follow
from digest.http.reader import HttpReader
from digest.ports import FreePace
from tests.paths import SHARED
from tests.rows import each
from tests.servers.local import answering

FRIDAY = datetime(2026, 1, 30, 15, tzinfo=UTC)
ITEM = (
    "<item><title>Kestrel windows {n}</title><link>https://arxiv.org/abs/2604.0123{n}</link>"
    "<description>arXiv:2604.0123{n}v1 Announce Type: new \nAbstract: We read windows. {text}</description>"
    "<guid>oai:arXiv.org:2604.0123{n}v1</guid><category>cs.CV</category>{more}</item>"
)
END = "</channel></rss>"


def a_feed(text: str = "", more: str = "", start: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    items = ITEM.format(n=1, text=text, more=more) + ITEM.format(n=2, text="", more="")
    head = '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
    return (start + head + "<pubDate>Fri, 03 Apr 2026 00:00:00 -0400</pubDate>" + items + END).encode()


async def told(url: str, seconds: float = 1.0) -> str:
    """The sentence that a person reads."""
    arxiv = Arxiv(
        f"{url}/api/query", url, pace=FreePace(), time_limit=timedelta(seconds=seconds), first_wait=timedelta(hours=1)
    )
    with pytest.raises(ArxivUnavailable) as caught:
        await arxiv.get(["2604.01231"])
    with pytest.raises(ArxivUnavailable) as again:
        await arxiv.announced(["cs.CV"], FRIDAY)
    assert str(again.value) == str(caught.value)
    return str(caught.value)


def bomb(megabytes: int) -> bytes:
    """As gzip, a thousandth of its size."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * megabytes


async def test_a_gzip_of_1500_mb_ends_at_the_bound():
    packed = bomb(1500)
    assert len(packed) < 3_000_000

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/xml"})

    tracemalloc.start()
    try:
        async with answering(answer) as url:
            assert "larger than any feed" in await told(url, 60)
        assert tracemalloc.get_traced_memory()[1] < 4 * http.LARGEST_BODY
    finally:
        tracemalloc.stop()


async def test_a_gzip_that_is_cut_off_is_no_answer():
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bomb(1), headers={"Content-Encoding": "gzip", "Content-Type": "text/xml"})

    async with answering(answer) as url:
        assert "the connection broke" in await told(url)


async def test_a_gzip_of_several_members_is_read_whole():
    packed = gzip.compress(b"first ") + gzip.compress(b"second") + bytes(9)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with answering(answer) as url, HttpReader((), "test") as reader:
        assert (await reader.get(URL(url), Limits(1_000, 60))).body == b"first second"


@pytest.mark.parametrize("status", [200, 503])
async def test_an_endless_body_ends_at_the_bound(status):
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(status=status, headers={"Content-Type": "application/atom+xml"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"<feed>" * 100_000)
                sent += 600_000
        return response

    async with answering(answer) as url:
        assert await told(url, 60)
    assert sent < 8 * http.LARGEST_BODY


async def test_a_redirect_to_another_place_is_neither_followed_nor_quoted():
    asked = 0

    async def secret(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(text="inside the network")

    async with answering(secret) as inside:
        places = [
            inside,
            inside.replace("127.0.0.1", "localhost"),
            "https://elsewhere.example",
            "http://169.254.169.254",
        ]
        for place in places:

            async def answer(_: web.Request, place: str = place) -> web.Response:
                return web.Response(status=302, headers={"Location": f"{place}/latest"})

            async with answering(answer) as url:
                sentence = await told(url)
            assert "it redirected to" in sentence
            assert "inside the network" not in sentence
    assert asked == 0


@each(
    ("url", "target", "follows"),
    [
        ("http://export.arxiv.org/api", "https://export.arxiv.org/api", True),
        ("https://export.arxiv.org/api", "https://arxiv.org/api", True),
        ("https://export.arxiv.org/api", "http://export.arxiv.org/api", False),
        ("http://export.arxiv.org/api", "https://arxiv.org/api", True),
        ("http://export.arxiv.org/api", "http://arxiv.org/api", False),  # no certificate proves the name
        ("http://export.arxiv.org/api", "http://localhost/api", False),
        ("https://export.arxiv.org/api", "https://[::1]/api", False),
        ("https://export.arxiv.org/api", "https://[::ffff:10.0.0.1]/api", False),
        ("https://export.arxiv.org/api", "https://[fe80::1]/api", False),
        ("https://export.arxiv.org/api", "https://169.254.169.254/api", False),
        ("https://export.arxiv.org/api", "https://2130706433/api", False),
        ("https://export.arxiv.org/api", "https://export.arxiv.org:8443/api", False),
        ("https://export.arxiv.org/api", "https://user:key@export.arxiv.org/api", False),
        ("https://export.arxiv.org/api", "https://arxiv.org.example/api", False),
        ("http://127.0.0.1:8970/api", "https://127.0.0.1/api", False),
        ("http://127.0.0.1:8970/api", "http://127.0.0.1:8970/other", True),
        ("https://export.arxiv.org/api", "https://10.0.0.1/api", False),
        ("https://export.arxiv.org/api", "https://localhost/api", False),
        ("https://export.arxiv.org/api", "ftp://export.arxiv.org/api", False),
    ],
)
def test_one_rule_says_where_a_redirect_may_lead(url, target, follows):
    private = ("10.0.0.1", "localhost", "::1", "::ffff:10.0.0.1", "fe80::1", "169.254.169.254", "2130706433")
    hosts = ("export.arxiv.org", "arxiv.org", *private)
    assert may_follow(URL(url), URL(target), hosts) is follows


async def test_a_picture_is_no_feed():
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG", content_type="image/png")

    async with answering(answer) as url:
        assert "it answered with image/png, which is not a feed" in await told(url)


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"></channel></rss>",
        b"<rss>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</rss>",
        b"<rss>" + b"<a/>" * 1_100_000 + b"</rss>",
        b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>',
        b"<rss>" + b"&x" * 1_000_000 + b"<" * 1_000_000,
    ],
    ids=["attributes", "depth", "elements", "entities", "stray characters"],
)
def test_xml_that_costs_much_is_refused(body):
    began = time.process_time()
    with pytest.raises(Trouble):
        feed.parse(body)
    assert time.process_time() - began < 10, "far below what the parser would take"


def test_one_entry_that_is_dated_wrongly_does_not_date_the_list():
    three = a_feed("An abstract.", "<pubDate>Fri, 02 Apr 2027 00:00:00 -0400</pubDate>").replace(
        END.encode(), ITEM.format(n=3, text="", more="").encode() + END.encode()
    )
    assert feed.parse(three).day == date(2026, 4, 3)


@pytest.mark.parametrize(
    "date",
    [
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00",
        "99999-12-31T23:59:59Z",
        "Thu, 31 Dec 9999 23:59:59 -1200",
        "9" * 5_000,
        "nonsense",
    ],
)
async def test_a_date_at_the_end_of_time_is_none(date):
    found = feed.parse(a_feed("An abstract.", f"<pubDate>{date}</pubDate>"))
    assert [item.paper.published.year for item in found.news] == [2026, 2026]
    dated = f"<published>{date}</published><updated>{date}</updated>"
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><totalResults>²</totalResults><entry>
        <id>http://arxiv.org/abs/2601.00001v1</id><title>A</title><summary>B</summary>{dated}</entry></feed>"""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=atom, content_type="application/atom+xml")

    async with answering(answer) as url:
        once = timedelta(hours=1)
        arxiv = Arxiv(f"{url}/api", url, pace=FreePace(), time_limit=timedelta(seconds=5), first_wait=once)
        with pytest.raises(ArxivUnavailable, match="held 0 of 1 papers"):
            await arxiv.get(["2601.00001"])


def test_what_is_long_in_an_entry_is_cut():
    names = "<dc:creator>" + ", ".join(f"A B{n}" for n in range(100_000)) + "</dc:creator>"
    [first, _] = feed.parse(a_feed("word " * 100_000, names + "<arxiv:DOI>" + "1" * 100_000 + "</arxiv:DOI>")).news
    assert len(first.paper.authors) <= MOST_AUTHORS
    assert len(first.paper.abstract) <= LONGEST_ABSTRACT + 1
    assert len(first.paper.doi) <= LONGEST_LINE + 1


@pytest.mark.parametrize("name", ["Zhang " * 300, "(" + "," * 50_000, "A (B (C (D" * 300])
def test_long_names_fill_no_more_than_a_list_of_authors_can_have(name):
    told = f"<dc:creator>{name}</dc:creator>" * 1_000
    [first, _] = feed.parse(a_feed("An abstract.", told)).news
    assert sum(map(len, first.paper.authors)) <= LONGEST_LIST
    many = [f"{name} {n}" for n in range(MOST_AUTHORS)]
    assert sum(map(len, authors_of(many))) <= LONGEST_LIST + 1


def test_authors_of_the_api_are_bounded_while_they_are_read():
    entry = "<entry>" + "<author><name>A B</name></author>" * (MOST_AUTHORS + 500) + "</entry>"
    root = xml.tree(f"<feed>{entry}</feed>".encode(), ("feed",))
    assert len(list(root.iter("author"))) == xml.MOST_FIELDS


def test_what_else_a_paper_has_is_bounded_too():
    entry = "<entry>" + "<creator>A B</creator>" * (MOST_AUTHORS + 500) + "</entry>"
    root = xml.tree(f"<feed>{entry}<entry><title>B</title></entry></feed>".encode(), ("feed",))
    assert [len(e) for e in root] == [xml.MOST_FIELDS, 1]


@each(
    "body",
    [
        a_feed("a form feed \x0c here"),
        a_feed("and as a reference &#12; here &#xFFFF;"),
        a_feed("an entity &nbsp;&eacute;&rarr; here"),
        a_feed("an ampersand & another &c here"),
        a_feed("less < than <= this"),
        a_feed(start='\n\n <?xml version="1.0"?>'),
        a_feed(start='\ufeff<?xml version="1.0"?>'),
        a_feed(start='<b>Warning</b>: date() on line 3<br />\n<?xml version="1.0"?>'),
        a_feed(start='<?xml version="1.0"?>\n<!DOCTYPE rss PUBLIC "-//RSS 0.91//EN" "http://example.org/rss.dtd">'),
        a_feed() + b"\n<!-- a proxy was here --><script>x</script>",
        a_feed("bytes").replace(b"bytes", b"\xff\xfe\x80"),
        a_feed("caf\xe9").decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
        a_feed("a <b>tag and <i> that stay open"),
        a_feed("the <unk> token"),
        a_feed("the </s> token and a<b"),
    ],
)
def test_a_feed_with_one_bad_character_is_read_whole(body):
    found = feed.parse(body)
    assert [i.paper.id for i in found.news] == ["2604.01231", "2604.01232"]
    assert all(i.paper.abstract.startswith("We read windows.") for i in found.news)


def test_a_feed_that_is_mended_and_cut_is_still_cut():
    body = a_feed("an entity &nbsp; here")
    for end in range(len(body) // 2, len(body) - len(END), 7):
        with pytest.raises(Trouble):
            feed.parse(body[:end])


def test_entities_become_their_characters():
    [first, _] = feed.parse(a_feed("caf&eacute; &rarr; &amp;nbsp;")).news
    assert first.paper.abstract == "We read windows. café → &nbsp;"


@pytest.mark.skipif(not (SHARED / "cases").exists(), reason="the cases are not at hand")
@pytest.mark.parametrize("name", ["control", "entity", "blank-before", "cut"])
def test_the_reported_feeds(name):
    body = (SHARED / f"cases/feed-one-bad-character/{name}.xml").read_bytes()
    if name == "cut":
        with pytest.raises(Trouble):
            feed.parse(body)
    else:
        assert len(feed.parse(body).news) == 2


def test_a_feed_whose_kinds_are_all_unknown_is_trouble():
    with pytest.raises(Trouble, match="no kind of announcement"):
        feed.parse(a_feed().replace(b"Announce Type: new", b"Announce Type: fresh"))
    assert feed.parse(a_feed().replace(b"Announce Type: new", b"Announce Type: replace")).news == ()
