"""A small strict arXiv on this machine: API, feeds, HTML and PDF, with its calendar, its limits, its faults and a journal.

`async with ArxivServer(now=…) as arxiv: arxiv.add(*a_day(…))`. It shows what arXiv would show at `now`, refuses what arXiv refuses, and
`journal` tells whether the client kept arXiv's rules.
"""

import asyncio
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Self

from aiohttp import web

from digest.arxiv import ids
from tests.servers import arxiv_feeds as feeds
from tests.servers.arxiv_journal import Journal, Request
from tests.servers.arxiv_query import BadQuery, compiled
from tests.servers.arxiv_world import Known, World, today
from tests.servers.faults import Fault, Faults
from tests.servers.local import started
from tests.servers.pause import Pause

_fault: ContextVar[Fault | None] = ContextVar("fault", default=None)
"""Of the request being answered."""


class ArxivServer(World):
    """`now` is a moment, or a function that gives it; it may be set at any time."""

    def __init__(self, now: datetime | Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self._now = now or (lambda: datetime.now(UTC))
        self._port = 0
        self.faults = Faults()
        self.journal = Journal()
        self.latency: dict[str, float] = {}
        """Seconds by route."""
        self.pause = Pause()
        """By route."""
        self.pdf_links = True
        self.known_categories: set[str] | None = None
        """The feed answers 400 for others; None: it knows all."""

    @property
    def now(self) -> datetime:
        return self._now() if callable(self._now) else self._now

    @now.setter
    def now(self, now: datetime | Callable[[], datetime]) -> None:
        self._now = now

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/query"

    @property
    def rss_url(self) -> str:
        return self.url

    @property
    def content_url(self) -> str:
        return self.url

    @property
    def environment(self) -> dict[str, str]:
        return {"ARXIV_API_URL": self.api_url, "ARXIV_RSS_URL": self.rss_url, "ARXIV_CONTENT_URL": self.content_url}

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._recorded])
        app.router.add_get("/api/query", self._api, name="api")
        app.router.add_get("/{dialect:rss|atom}/{categories}", self._feed, name="feed")
        app.router.add_get(r"/html/{id:.+}/{file:[\w-]+\.(?:png|jpg)}", self._picture, name="picture")
        app.router.add_get("/html/{id:.+}", self._html, name="html")
        app.router.add_get("/pdf/{id:.+}", self._pdf, name="pdf")
        self._runner, self._port = await started(app, self._port, handler_cancellation=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # ------------------------------------------------------------ routes

    async def _api(self, request: web.Request) -> web.Response:
        ask, now = request.query, self.now
        try:
            start, size = _slice(ask.get("start", "0"), ask.get("max_results", "10"))
            papers = self._found(ask.get("search_query", ""), ask.get("id_list", ""), now)
            papers = _sorted(papers, ask.get("sortBy", "relevance"), ask.get("sortOrder", "descending"))
        except (BadQuery, ValueError) as error:
            return self._xml(feeds.api_error(str(error), now), status=400)
        query = f"search_query={ask.get('search_query', '')}&id_list={ask.get('id_list', '')}&start={start}&max_results={size}"
        fault = _fault.get()
        if fault and fault.empty:
            return self._xml(feeds.api([], 0, start, size, query, now))
        page = [p for p, _ in papers[start : start + size]]
        if fault and fault.double:
            page = [p for p in page for _ in (1, 2)]
        return self._xml(feeds.api(page, len(papers), start, size, query, now, pdf_links=self.pdf_links))

    def _found(self, search_query: str, id_list: str, now: datetime) -> list[tuple[object, int]]:
        test = compiled(search_query) if search_query else lambda _: 1
        if not id_list:
            return [(p, fit) for p in self.api(now) if search_query and (fit := test(p))]
        asked = id_list.split(",")
        bad = next((i for i in asked if not ids.parse(i) and not re.fullmatch(r"\d{4}\.\d{4,5}(v\d+)?", i)), None)
        if bad is not None:
            raise BadQuery(f"incorrect id format for {bad}")
        known = {p.versioned: p for i in asked if (p := self.by_id(i, now))}
        return [(p, fit) for p in known.values() if (fit := test(p))]

    async def _feed(self, request: web.Request) -> web.Response:
        categories = request.match_info["categories"].split("+")
        if self.known_categories is not None and not self.known_categories.issuperset(categories):
            return web.Response(status=400, text=f"Invalid archive or category: {request.match_info['categories']}")
        day = today(self.now)
        items = self.list_of(day, categories)[:2000]
        fault = _fault.get()
        if fault and fault.empty:
            items = []
        if fault and fault.double:
            items = [i for i in items for _ in (1, 2)]
        write = feeds.rss if request.match_info["dialect"] == "rss" else feeds.atom
        return self._xml(write(items, request.match_info["categories"], day))

    async def _picture(self, request: web.Request) -> web.Response:
        known = self._content(request.match_info["id"])
        data = known.files.get(request.match_info["file"]) if known else None
        if data is None:
            return web.Response(status=404, text="<html><body>Not found</body></html>", content_type="text/html")
        kind = "image/png" if request.match_info["file"].endswith(".png") else "image/jpeg"
        return web.Response(body=data, content_type=kind)

    async def _html(self, request: web.Request) -> web.Response:
        known = self._content(request.match_info["id"])
        if known is None or known.html is None:
            return web.Response(
                status=404, text="<html><body><h1>No HTML for this paper</h1></body></html>", content_type="text/html"
            )
        return web.Response(text=known.html, content_type="text/html")

    async def _pdf(self, request: web.Request) -> web.Response:
        known = self._content(request.match_info["id"].removesuffix(".pdf"))
        if known is None or known.pdf is None:
            return web.Response(status=404, text="<html><body>Not found</body></html>", content_type="text/html")
        body = known.pdf if isinstance(known.pdf, bytes) else known.pdf()
        return web.Response(body=body, content_type="application/pdf")

    def _content(self, asked: str) -> Known | None:
        ref = ids.parse(asked)
        return self._known(ref.id) if ref else None

    # ------------------------------------------------------------ around every route

    @web.middleware
    async def _recorded(self, request: web.Request, handler) -> web.StreamResponse:
        route = request.match_info.route.name or "unknown"
        entry = Request(route, request.path_qs, request.headers.get("User-Agent", ""), time.monotonic())
        self.journal.requests.append(entry)
        try:
            response = await self._answer(request, handler, route)
            entry.status = response.status
            return response
        finally:
            entry.ended = time.monotonic()

    async def _answer(self, request: web.Request, handler, route: str) -> web.StreamResponse:
        fault = self.faults.take(route)
        _fault.set(fault)
        await self.pause.reach(1.0, request, route)
        await asyncio.sleep(self.latency.get(route, 0) + (fault.delay if fault else 0))
        if fault is None:
            return await handler(request)
        if fault.hang:
            await asyncio.sleep(3600)
        if fault.body is not None or fault.status != 200:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            return web.Response(
                status=fault.status, text=fault.body or "", headers={**headers, "Content-Type": fault.content_type}
            )
        response = await handler(request)
        if fault.half:
            return web.Response(
                status=response.status,
                body=response.body[: len(response.body) // 2],
                headers={"Content-Type": response.headers["Content-Type"]},
            )
        if fault.drop or fault.drip:
            return await self._broken(request, response, fault)
        return response

    async def _broken(self, request: web.Request, whole: web.Response, fault: Fault) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": whole.headers["Content-Type"], "Content-Length": str(len(whole.body))}
        )
        await response.prepare(request)
        if fault.drip:
            for byte in whole.body:
                await response.write(bytes([byte]))
                await asyncio.sleep(fault.drip)
            return response
        await response.write(whole.body[: len(whole.body) // 2])
        request.transport.close()
        return response

    def _xml(self, text: str, status: int = 200) -> web.Response:
        return web.Response(status=status, text=text, content_type="application/atom+xml", charset="utf-8")


def _slice(start: str, size: str) -> tuple[int, int]:
    if int(size) > 2000 or int(start) + int(size) > 30_000 + 2000:
        raise BadQuery("max_results is too large")
    return int(start), int(size)


def _sorted(papers, by: str, order: str):
    keys = {
        "relevance": lambda f: f[1],
        "submittedDate": lambda f: f[0].published,
        "lastUpdatedDate": lambda f: f[0].updated,
    }
    if by not in keys or order not in ("ascending", "descending"):
        raise BadQuery(f"cannot sort by {by} {order}")
    return sorted(papers, key=keys[by], reverse=order == "descending")
