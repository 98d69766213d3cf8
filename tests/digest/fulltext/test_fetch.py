"""How the documents are fetched, against a real server on this machine."""

import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from aiohttp import web

from digest.errors import ArxivUnavailable, Unreadable
from digest.fulltext import fetch as module
from digest.fulltext.fetch import Fetcher
from digest.model import Basis, Paper
from digest.ports import FreePace
from tests.builders import a_paper
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.faults import Fault
from tests.servers.local import answering
from tests.servers.papers import a_day

DAY = date(2026, 1, 30)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def fetching(url: str, pace: FreePace | None = None) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(url, pace or FreePace(), agent="paperboy-test (me@example.org)", wait=0.01)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


def added(arxiv: ArxivServer) -> Paper:
    made = a_day(1, DAY)[0]
    arxiv.add(made)
    return made.paper


async def test_html_and_pdf_come_as_they_are_with_our_name_on_the_request(arxiv):
    made = a_day(1, DAY)[0]
    arxiv.add(made)
    async with fetching(arxiv.content_url) as fetcher:
        assert (await fetcher.fetch(made.paper, Basis.HTML)).decode() == made.html
        assert await fetcher.fetch(made.paper, Basis.PDF) == made.pdf
    seen = arxiv.journal.of("html", "pdf")
    assert [r.url for r in seen] == [f"/html/{made.paper.versioned}", f"/pdf/{made.paper.versioned}"]
    assert {r.agent for r in seen} == {"paperboy-test (me@example.org)"}


async def test_every_request_waits_for_its_slot():
    taken: list[str] = []

    class Pace(FreePace):
        @contextlib.asynccontextmanager
        async def slot(self, name: str) -> AsyncIterator[None]:
            taken.append(name)
            yield

    async def answer(request: web.Request) -> web.Response:
        return (
            web.Response(status=503)
            if len(taken) < 3
            else web.Response(body=b"%PDF-1.7", content_type="application/pdf")
        )

    async with answering(answer) as url, fetching(url, Pace()) as fetcher:
        await fetcher.fetch(a_paper(), Basis.PDF)
    assert taken == ["arxiv-content"] * 3


async def test_a_document_arxiv_does_not_have_is_unreadable_after_one_request(arxiv):
    async with fetching(arxiv.content_url) as fetcher:
        with pytest.raises(Unreadable, match=r"no HTML \(404\)"):
            await fetcher.fetch(a_paper("2601.99999"), Basis.HTML)
    assert len(arxiv.journal.of("html")) == 1


@pytest.mark.parametrize(
    "fault", [faults.TOO_MANY, faults.DOWN, faults.DROP, Fault(body="", content_type="application/pdf")]
)
async def test_a_passing_fault_is_tried_again(arxiv, fault):
    paper = added(arxiv)
    arxiv.faults.next("pdf", fault, fault)
    async with fetching(arxiv.content_url) as fetcher:
        assert (await fetcher.fetch(paper, Basis.PDF)).startswith(b"%PDF-")
    assert len(arxiv.journal.of("pdf")) == 3


async def test_a_lasting_fault_is_unavailable_after_four_requests(arxiv):
    paper = added(arxiv)
    arxiv.faults.always("pdf", faults.DOWN)
    async with fetching(arxiv.content_url) as fetcher:
        with pytest.raises(ArxivUnavailable, match="503"):
            await fetcher.fetch(paper, Basis.PDF)
    assert len(arxiv.journal.of("pdf")) == 4


async def test_retry_after_is_honoured_and_bounded():
    assert module._backoff(module._RetryLater("429", 7)) == 7
    assert module._backoff(module._RetryLater("429", 86_400)) == module.MAX_RETRY_AFTER
    assert module._backoff(module._RetryLater("503")) is True
    assert module._backoff(Unreadable("x")) is False


async def test_a_pdf_address_that_answers_with_html_gives_no_pdf(arxiv):
    paper = added(arxiv)
    arxiv.faults.always("pdf", faults.HTML)
    async with fetching(arxiv.content_url) as fetcher:
        with pytest.raises(ArxivUnavailable, match="text/html"):
            await fetcher.fetch(paper, Basis.PDF)


@pytest.mark.parametrize("announced", [True, False])
async def test_reading_stops_at_the_limit_whether_the_size_is_announced_or_not(monkeypatch, announced):
    monkeypatch.setitem(module.KINDS, Basis.HTML, replace(module.KINDS[Basis.HTML], max_bytes=100_000))
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        if announced:
            response.content_length = 50_000_000
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _ in range(500):
                await response.write(b"x" * 100_000)
                sent += 100_000
        return response

    async with answering(answer) as url, fetching(url) as fetcher:
        with pytest.raises(Unreadable, match="larger than"):
            await fetcher.fetch(a_paper(), Basis.HTML)
    assert sent < 50_000_000


async def test_redirects_are_followed_on_the_same_host_and_refused_elsewhere():
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/pdf"):
            return web.Response(status=301, headers={"Location": "/moved/x.pdf"})
        if request.path.startswith("/html"):
            return web.Response(status=302, headers={"Location": "http://localhost.example/steal"})
        return web.Response(body=b"%PDF-1.7", content_type="application/pdf")

    async with answering(answer) as url, fetching(url) as fetcher:
        assert await fetcher.fetch(a_paper(), Basis.PDF) == b"%PDF-1.7"
        with pytest.raises(ArxivUnavailable, match=r"another host \(localhost.example\)"):
            await fetcher.fetch(a_paper(), Basis.HTML)


async def test_a_redirect_in_a_circle_ends():
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": request.path})

    async with answering(answer) as url, fetching(url) as fetcher:
        with pytest.raises(ArxivUnavailable, match="circle"):
            await fetcher.fetch(a_paper(), Basis.PDF)


async def test_a_base_url_with_a_path_and_an_old_id_make_the_right_address():
    seen: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        return web.Response(body=b"%PDF-1.7", content_type="application/pdf")

    async with answering(answer) as url, fetching(f"{url}/mirror/") as fetcher:
        await fetcher.fetch(a_paper("math.GT/0309136", version=2), Basis.PDF)
    assert seen == ["/mirror/pdf/math.GT/0309136v2"]


async def test_only_the_default_asks_arxiv_itself_for_html_the_mirror_lacks(monkeypatch):
    hosts: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        hosts.append(request.host)
        return (
            web.Response(status=404)
            if len(hosts) == 1
            else web.Response(body=b"<html></html>", content_type="text/html")
        )

    async with answering(answer) as url:
        first, second = url, url.replace("127.0.0.1", "localhost")
        monkeypatch.setattr(module, "DEFAULT_URL", first)
        monkeypatch.setattr(module, "HTML_URL", second)
        async with fetching(first) as fetcher:
            assert await fetcher.fetch(a_paper(), Basis.HTML) == b"<html></html>"
        hosts.clear()
        async with fetching(first) as fetcher:
            with pytest.raises(Unreadable):
                await fetcher.fetch(a_paper(), Basis.PDF)
    assert len(hosts) == 1


async def test_nobody_listening_is_unavailable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with fetching(f"http://127.0.0.1:{port}") as fetcher:
        with pytest.raises(ArxivUnavailable, match=r"HTML \(connection broken\)"):
            await fetcher.fetch(a_paper(), Basis.HTML)


async def test_a_document_without_a_type_is_taken_for_what_was_asked():
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"<html>", headers={"Content-Type": ""})

    async with answering(answer) as url, fetching(url) as fetcher:
        assert await fetcher.fetch(a_paper(), Basis.HTML) == b"<html>"
