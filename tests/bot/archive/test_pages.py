"""The pages: who may open them, what they show, and that nothing in a paper, an answer or a link breaks out."""

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import bibtexparser
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from mcp.shared.memory import create_connected_server_and_client_session

from bot.archive.links import Links
from bot.archive.mcp import server
from bot.archive.pages import HEADERS, Pages
from bot.core.chat import Place
from bot.core.subscription import Subscription
from digest.model import Basis, Profile
from digest.render.labels import label
from tests.bot.people import ANN, HERE
from tests.builders import a_digest, a_paper, an_analysis, an_entry

TABLE = "| a | b |\n|---|---|\n| **1** | $x_1 \\in A$ |\n\nand $\\frac{<script>}{2}$ \\(y^2\\)"
EVIL = "<script>alert(1)</script>\" onload=x ![i](http://e.example/x) [l](javascript:alert(1)) <a href='//e'>"
OTHER = Place("console", "secret")
PUBLIC = Place("console", "open")


@pytest.fixture
async def digest(team):
    """A digest with hostile texts here, one elsewhere, one in a public channel; and an answer here."""
    store = team.context.store
    paper = a_paper("math.GT/0309136", title=f"Evil: {EVIL}", abstract=EVIL, comment=EVIL, authors=(EVIL,))
    analysis = replace(an_analysis(paper), core=EVIL)
    analysis = replace(analysis, parts=tuple(replace(p, full=EVIL) for p in analysis.parts), language="en")
    evil = an_entry(4, paper, analysis=analysis)
    base = a_digest(3, subscription=HERE.key, profile=Profile(("cs.CV",), language="en"))
    made = replace(base, entries=(*base.entries, evil), summary=replace(base.summary, overview=EVIL, headline=EVIL))
    secret = replace(a_digest(1, subscription=OTHER.key), entries=(an_entry(1, a_paper("2601.99999", title="The Secret Paper")),))  # fmt: skip
    opened = a_digest(1, subscription=PUBLIC.key)
    await team.set_up()
    for place in (OTHER, PUBLIC):
        await store.save_subscription(Subscription(place, Profile(("cs.CV",), language="en")))
    for one in (made, secret, opened):
        await store.save_digest(one, (), ())
    _, thread = await team.digest()
    await team.ask(thread, "which benchmark does paper 1 introduce, xylophonequasar?")
    await team.context.archive.catch_up()
    return made


@pytest.fixture
def links(team):
    return Links(team.context.store, "https://papers.example", [PUBLIC.key])


@pytest.fixture
async def pages(team, links):
    app = web.Application()
    Pages(team.context.store, team.context.archive, links).mount(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def path_to(links, place=HERE):
    return (await links.to_channel(place.key)).removeprefix("https://papers.example")


async def read(pages, path):
    async with pages.get(path) as answer:
        return answer, await answer.text()


ROUTES = ("", "d/2026-01-30:daily", "p/2601.22151", "search?q=paper", "cite/bibtex/2601.22151", "export/ris/2026-01-30:daily", "feed.atom", "feed.json?by=paper")  # fmt: skip


async def test_every_page_opens_by_its_link_alone(pages, links, digest, team):
    root = await path_to(links)
    wrong = await _wrong(root, links)
    for route in ROUTES:
        answer, text = await read(pages, root + route)
        assert answer.status == 200
        assert len(text.encode()) < 50_000
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Set-Cookie" not in answer.headers
        assert "The Secret Paper" not in text
        async with pages.head(root + route) as head:
            assert (head.status, head.headers["Cache-Control"]) == (200, "private, no-store")
    closed = {await _closed(pages, path + route) for path in wrong for route in ROUTES}
    team.clock.forward(timedelta(days=31))
    closed |= {await _closed(pages, root + route) for route in ROUTES}
    closed.add(await _closed(pages, root + "nothing"))
    assert len(closed) == 1


def test_every_route_is_tried():
    app = web.Application()
    Pages(None, None, None).mount(app)
    patterns = [resource.get_info().get("pattern") for resource in app.router.resources()]
    tried = [f"/archive/token{path}" for path in ("", *(f"/{route.split('?')[0]}" for route in (*ROUTES, "nothing")))]
    assert [p for p in patterns if p and not any(p.fullmatch(path) for path in tried)] == []
    first = [next((n for n, p in enumerate(patterns) if p and p.fullmatch(path)), -1) for path in tried]
    assert len(set(first)) == len([p for p in patterns if p])


async def _closed(pages, path):
    answer, text = await read(pages, path)
    assert answer.status == 404, path
    return text


async def _wrong(root, links):
    """Altered links, and one for a channel that is not public."""
    end, mark, channel = root.split("/")[2].split(".")
    other = base64.urlsafe_b64encode(OTHER.key.encode()).decode().rstrip("=")
    spoilt = ("0" if mark[0] != "0" else "1") + mark[1:]
    tokens = [
        f"{end}.{mark}.{other}",
        f"{int(end, 16) + 1:x}.{mark}.{channel}",
        f"{end}.{spoilt}.{channel}",
        f"{end}.{mark[:-1]}.{channel}",
        f"{end}.{mark}.{channel}=",
        f"{end.upper()}.{mark.upper()}.{channel}",
        f"public.{channel}",
        f"public.{other}",
        f"{end}.{mark}.",
        "x",
        "..%2f",
    ]
    return [f"/archive/{token}/" for token in tokens]


async def test_a_revoked_link_stays_closed_and_a_new_one_opens(pages, links, digest, team):
    before = await path_to(links)
    await team.context.store.revoke_links(HERE.key)
    for route in ROUTES:
        await _closed(pages, before + route)
        assert (await read(pages, await path_to(links) + route))[0].status == 200
    await team.context.store.forget_subscription(HERE.key)
    await team.set_up()
    for route in ROUTES:
        await _closed(pages, before + route)


@pytest.mark.parametrize("route", ["d/2026-01-30:now-7", "d/x", "p/2601.99999", "p/9999.00000", "p/x", "cite/docx/2601.22151", "export/docx/2026-01-30:daily", "nothing"])  # fmt: skip
async def test_what_is_not_there_or_not_this_channel_s_is_not_found(pages, links, digest, route):
    assert (await read(pages, await path_to(links) + route))[0].status == 404


@pytest.mark.parametrize(
    "route",
    [
        "",
        "d/2026-01-30:daily",
        "p/math.GT/0309136",
        "search?q=Evil",
        f"search?q={EVIL}&category={EVIL}&since={EVIL}&at=-1",
    ],
)
async def test_no_text_becomes_markup(pages, links, digest, route):
    _, text = await read(pages, await path_to(links) + route)
    assert "alert(1)" in text
    assert re.findall(r"<script[^>]*>", text) == ['<script src="/archive/page.js" defer>']
    assert re.findall(r"<(?:img|iframe|style|object)|javascript:[^&)]*['\"]|\son\w+=[^x]", text) == []
    outside = re.findall(r'(?:href|src|action)="(?!/archive/|https://arxiv\.org/|\?)([^"]*)"', text)
    assert outside == []


async def test_a_paper_s_page_has_its_analysis_its_answers_and_a_citation(pages, links, digest, team):
    root = await path_to(links)
    _, found = await read(pages, root + "search?q=xylophonequasar")
    assert "xylophonequasar" in found
    paper = re.search(rf"{re.escape(root)}p/([\d.]+)", found)[1]
    _, text = await read(pages, root + f"p/{paper}")
    assert "Asked here" in text
    assert "xylophonequasar" in text
    assert f"eprint = {{{paper}}}" in text
    assert re.search(r"cs\.\w+ · Jan \d+, 2026", text)
    _, bib = await read(pages, root + f"cite/bibtex/{paper}")
    assert [e["eprint"] for e in bibtexparser.loads(bib).entries] == [paper]
    assert ANN.id not in text.replace("Channel", "").replace("annot", "").split()


async def test_tables_and_formulas_are_drawn_as_on_the_platforms(pages, links, digest, team):
    paper = a_paper("2601.22159", abstract="An $O(n^2)$ method.")
    analysis = an_analysis(paper)
    analysis = replace(analysis, parts=tuple(replace(p, full=TABLE) for p in analysis.parts))
    made = replace(a_digest(1, run="now-2", subscription=HERE.key), entries=(an_entry(1, paper, analysis=analysis),))
    await team.context.store.save_digest(made, (), ())
    await team.context.archive.catch_up()
    root = await path_to(links)
    _, text = await read(pages, root + f"p/{paper.id}")
    assert "<td><strong>1</strong></td>\n<td>x₁ ∈ A</td>" in text
    assert "y²" in text
    assert "<code>\\frac{&lt;script&gt;}{2}</code>" in text
    assert "An O(n²) method." in text
    _, feed = await read(pages, root + "feed.json?by=paper")
    assert not [item for item in json.loads(feed)["items"] if "$" in item["content_text"]]


async def test_what_the_checks_doubt_is_marked_for_people_and_agents(pages, links, digest, team, archive):
    paper = a_paper("2601.22160")
    analysis = an_analysis(paper, basis=Basis.ABSTRACT)
    sure, other = analysis.findings
    doubtful = replace(sure, unsupported=("99.9 %",))
    part = replace(analysis.parts[0], unsupported=("Larch",))
    analysis = replace(
        analysis, findings=(doubtful, replace(other, evidence=None)), parts=(part, *analysis.parts[1:]), core="X (?)."
    )
    made = replace(a_digest(1, run="now-3", subscription=HERE.key), entries=(an_entry(1, paper, analysis=analysis),))
    await team.context.store.save_digest(made, (), ())
    await archive.catch_up()
    _, text = await read(pages, await path_to(links) + f"p/{paper.id}")
    for said in ("abstract only", "99.9 %.", "not verified in the paper", "Larch.", label("unconfirmed.text", "en")):
        assert said in text, said
    async with create_connected_server_and_client_session(server(archive, None, [HERE.key])) as client:
        told = json.loads((await client.call_tool("get_paper", {"paper_id": paper.id})).content[0].text)
    assert told["basis"] == "abstract only"
    assert "99.9 %" in told["findings"][0]["doubts"]
    assert "not verified" in told["findings"][1]["doubts"]
    assert told["unsupported"] == ["Larch"]


async def test_no_paper_makes_a_page_large(pages, links, digest, team):
    paper = a_paper("2601.22161", authors=tuple(f"Ada Number{n}" for n in range(2900)))
    made = replace(a_digest(1, run="now-4", subscription=HERE.key), entries=(an_entry(1, paper),))
    await team.context.store.save_digest(made, (), ())
    await team.context.archive.catch_up()
    root = await path_to(links)
    for route in (f"p/{paper.id}", "search?q=Number7", "feed.atom?by=paper", "d/2026-01-30:now-4"):
        _, text = await read(pages, root + route)
        assert len(text.encode()) < 50_000, route
    _, text = await read(pages, root + f"p/{paper.id}")
    assert "Number49, Ada and others}" in text
    _, bib = await read(pages, root + f"cite/bibtex/{paper.id}")
    assert bib.count(" and ") == 2899


async def test_no_query_makes_a_page_large(pages, links, digest):
    root = await path_to(links)
    for name in ("q", "category", "since"):
        _, text = await read(pages, f"{root}search?{name}={'%22' * 2500}")
        assert len(text.encode()) < 50_000


async def test_public_pages_show_no_question_and_nothing_that_a_person_did(pages, links, digest, team):
    store = team.context.store
    public = replace(digest, subscription=PUBLIC.key)
    await store.save_digest(public, (), ())
    place = replace(PUBLIC, thread="t")
    await store.save_thread(place, public.key)
    await team.ask(place, "does paper 1 mention xylophonequasar?", addressed=True)
    await team.click(("save", f"{public.key}#1"), place=PUBLIC)
    await team.context.archive.catch_up()
    root = await path_to(links, PUBLIC)
    assert root.startswith("/archive/public.")
    for route in (
        "",
        "d/2026-01-30:daily",
        "p/2601.22151",
        "search?q=xylophonequasar",
        "search?q=&saved=1",
        "feed.atom",
    ):
        answer, text = await read(pages, root + route)
        assert answer.status == 200
        assert "X-Robots-Tag" not in answer.headers
        assert "noindex" not in text
        assert "xylophonequasar?" not in text
        assert "asked" not in text.lower()


async def test_feeds_are_whole_and_their_ids_outlive_the_link(pages, links, digest, team):
    atom = "{http://www.w3.org/2005/Atom}"
    found = []
    for _ in range(2):
        root = await path_to(links)
        answer, text = await read(pages, root + "feed.atom")
        assert answer.content_type == "application/atom+xml"
        feed = ET.fromstring(text)
        assert all(feed.find(f"{atom}{name}").text for name in ("id", "title", "updated"))
        entries = feed.findall(f"{atom}entry")
        for entry in entries:
            assert all(
                entry.find(f"{atom}{name}") is not None for name in ("id", "title", "updated", "link", "summary")
            )
            assert entry.find(f"{atom}link").get("href").startswith("https://papers.example/archive/")
        found.append([entry.find(f"{atom}id").text for entry in entries])
        team.clock.forward(timedelta(minutes=5))
    assert found[0] == found[1]
    assert len(set(found[0])) == 2
    for name in ("feed.atom", "feed.json", "feed.atom?by=paper"):
        answer, _ = await read(pages, root + name)
        tag, since = answer.headers["ETag"], answer.headers["Last-Modified"]
        asked = [
            {"If-None-Match": tag},
            {"If-None-Match": f'"x", {tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": since},
        ]
        asked += [
            {"If-None-Match": '"x"', "If-Modified-Since": since},
            {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        ]
        told = []
        for headers in asked:
            async with pages.get(root + name, headers=headers) as again:
                told.append(again.status)
                assert again.headers["Cache-Control"] == "private, no-store"
        assert told == [304, 304, 304, 304, 200, 200]
    _, text = await read(pages, await path_to(links) + "feed.json?by=paper")
    items = json.loads(text)["items"]
    assert json.loads(text)["version"] == "https://jsonfeed.org/version/1.1"
    assert len({item["id"] for item in items}) == len(items) >= 4
    assert all(item["url"] and item["content_text"] and item["date_published"] for item in items)


async def test_open_in_archive_gives_a_link_and_who_may_remove_can_revoke_it(team, links, digest, pages):
    team = team.but(links=links)
    respond = await team.click(("archive", f"{digest.key}#1"))
    url = re.search(r"\((https://papers\.example/[^)]+)\)", respond.text)[1]
    assert url.endswith("/p/2601.22151")
    path = url.removeprefix("https://papers.example")
    assert (await read(pages, path))[0].status == 200
    await team.click(respond.button("unlink"))
    await _closed(pages, path)
    day = await team.click(("archive_day", digest.key))
    assert "/d/2026-01-30:daily)" in day.text


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "Dieser Link"),
        ("it,fr;q=0.5", "Ce lien"),
        ("zh-CN,zh;q=0.9", "链接"),
        ("en-GB,de;q=0.5", "This link"),
        ("it", "This link"),
        ("", "This link"),
        ("*;q=1,,;;,-", "This link"),
    ],
)
@pytest.mark.parametrize("route", ["p/2601.99999", "nothing/here"])
async def test_a_closed_page_speaks_the_browser_s_language(pages, links, digest, wanted, said, route):
    for path in (await path_to(links) + route, "/archive/wrong/" + route):
        async with pages.get(path, headers={"Accept-Language": wanted}) as answer:
            text = await answer.text()
            assert (answer.status, answer.headers["Vary"]) == (404, "Accept-Language")
        assert said in text
        assert (
            f'<html lang="{wanted[:2] if said not in ("Ce lien", "This link") else "fr" if said == "Ce lien" else "en"}'
            in text
        )


async def test_pages_tell_what_the_channel_was_told(pages, links, team, digest):
    """That no model wrote, or that a text was not read whole, holds for whoever reads it later, too."""
    note, own = "No model is configured.", "Full text unavailable; based on the abstract only."
    entries = tuple(replace(e, notes=(own,)) for e in digest.entries)
    await team.context.store.save_digest(replace(digest, entries=entries, notes=(note,)), (), ())
    await team.context.archive.catch_up()
    root = await path_to(links)
    assert f"⚠ {note}" in (await read(pages, root + "d/2026-01-30:daily"))[1]
    assert f"⚠ {own}" in (await read(pages, root + "p/2601.22151"))[1]


async def test_an_archive_without_a_digest_says_so(pages, links, team):
    await team.set_up()
    assert "No digest yet" in (await read(pages, await path_to(links)))[1]
