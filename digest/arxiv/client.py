"""Asks arXiv for announcements, papers by id, and searches. The only importer of `arxiv`.

The package only parses entries. Its client would hang without a timeout, ignore Retry-After, take
an error page for an empty list and mend a truncated one. So this module fetches, and checks every
answer first. An impossible empty list counts as throttling."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from digest.arxiv import atom, calendar, feed, ids, query
from digest.arxiv.feed import Feed
from digest.arxiv.http import Deadline, Refused, Trouble, said
from digest.arxiv.ids import PaperRef
from digest.arxiv.metadata import MOST_CATEGORIES, YEARS, authors_of, line, paragraphs, withdrawn
from digest.errors import BadInput, for_log
from digest.model import Kind, Listed, Listing, Paper
from digest.ports import Pace
from digest.render.labels import label
from digest.version import user_agent

if TYPE_CHECKING:
    import arxiv

log = logging.getLogger(__name__)

API_URL = "https://export.arxiv.org/api/query"
RSS_URL = "https://rss.arxiv.org"
WINDOW = timedelta(days=14)
PAGE = 2000
MOST = 30_000
IDS_AT_ONCE = 100
_ABOUT_AN_ID = (200, 400)
"""Statuses with which arXiv refuses a list because of an id in it. Others are about the request."""
FOR_A_PERSON = timedelta(seconds=90)
MARGIN = 0.9
"""Share of the time limit that requests may use. The caller needs the rest."""


@dataclass(frozen=True)
class Ask:
    text: str
    size: int = PAGE
    start: int = 0
    sort: str = "submittedDate"
    id_list: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    papers: tuple[Paper, ...]
    total: int
    """Number of entries of the whole query."""


class Arxiv:
    """Implements `ports.Papers`. `time_limit` is in seconds and covers all requests for one day's
    list: 90 for a person who waits, hours for a daily run. Lookups and searches always use the
    short limit."""

    def __init__(
        self,
        api_url: str = API_URL,
        rss_url: str = RSS_URL,
        contact: str = "",
        *,
        pace: Pace,
        time_limit: timedelta = FOR_A_PERSON,
        first_wait: timedelta = timedelta(seconds=3),
    ) -> None:
        self._api_url = api_url
        self._rss_url = rss_url.rstrip("/")
        self._agent = user_agent(contact)
        self._pace = pace
        self._time_limit = time_limit
        self._shortly = min(time_limit, FOR_A_PERSON)
        self._first_wait = first_wait

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        """Returns the day's list. Raises ArxivUnavailable, BadInput if the feed knows no
        category."""
        wanted = tuple(dict.fromkeys(categories))
        with said(self._time_limit):
            deadline = self._deadline(self._time_limit)
            # Imports the API's parser while it waits for the feed.
            listed, _ = await asyncio.gather(self._feed(wanted, deadline), asyncio.to_thread(import_module, "arxiv"))
            window = await self._window(wanted, now, deadline)
            latest = await self._describe(listed.news, window, deadline)
        day = listed.day
        if day is not None and day > now.date() + timedelta(days=1):  # no list has a date in the future
            log.warning("event=feed_dated_ahead day=%s", day)
            day = calendar.latest_list(now)
        return Listing(wanted, day, latest, tuple(window.values()), listed.replaced)

    async def listed_between(self, categories: Sequence[str], first: date, last: date) -> Listing:
        """Returns the lists of these days as far as the API tells: papers submitted in their
        windows. The API does not tell which were held back or cross-listed later. Raises
        ArxivUnavailable."""
        wanted = tuple(dict.fromkeys(categories))
        start, end = submission_window(first, last)
        text = (
            f"{query.of_categories(wanted)} AND {query.submitted_between(start.astimezone(UTC), end.astimezone(UTC))}"
        )
        with said(self._time_limit):
            deadline = self._deadline(self._time_limit)
            page = await self._page(Ask(text), deadline)
            papers = _once(page.papers)
            for begin in range(PAGE, min(page.total, MOST), PAGE):
                papers = _once((*papers.values(), *(await self._page(Ask(text, start=begin), deadline)).papers))
        found = [p for p in papers.values() if start <= p.published < end]
        kinds = [(p, Kind.NEW if p.categories[0] in wanted else Kind.CROSS) for p in found]
        return Listing(wanted, last, tuple(Listed(p, kind) for p, kind in kinds), ())

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """Returns papers in the order of `ids`, without unknown ones. Raises ArxivUnavailable."""
        with said(self._shortly):
            return await self._get(ids, self._deadline(self._shortly))

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        """Returns papers best first. Raises ArxivUnavailable."""
        with said(self._shortly):
            deadline = self._deadline(self._shortly)
            for text in query.searches(words):
                page = await self._page(Ask(text, limit, sort="relevance"), deadline)
                if page.papers:
                    return list(_once(page.papers).values())[:limit]
        return []

    async def _feed(self, categories: Sequence[str], deadline: Deadline) -> Feed:
        url = f"{self._rss_url}/rss/{'+'.join(quote(c, safe='.-') for c in categories)}"
        try:
            found = await deadline.ask(url, feed.parse)
        except Refused as error:
            if error.status not in (400, 404):
                raise
            names = ", ".join(categories)
            sentence = label.sentence("error.arxiv.categories", categories=names, status=error.status, url=url)
            raise BadInput(sentence) from None
        if found.items < feed.MOST_ITEMS or len(categories) == 1:
            return found
        half = len(categories) // 2
        return feed.joined([await self._feed(part, deadline) for part in (categories[:half], categories[half:])])

    async def _window(self, categories: Sequence[str], now: datetime, deadline: Deadline) -> dict[str, Paper]:
        """Returns the window's papers by id, newest first."""
        since = now.astimezone(UTC) - WINDOW
        text = f"{query.of_categories(categories)} AND {query.submitted_between(since, now.astimezone(UTC))}"
        page = await deadline.retry(lambda: self._first_page(text, categories, since, deadline))
        papers = _once(page.papers)
        for start in range(PAGE, min(page.total, MOST), PAGE):
            more = await self._page(Ask(text, start=start), deadline)
            papers = _once((*papers.values(), *more.papers))
        if page.total > MOST:
            log.warning("event=window_cut total=%d categories=%d", page.total, len(categories))
        return dict(sorted(papers.items(), key=lambda item: item[1].published, reverse=True))

    async def _first_page(self, text: str, categories: Sequence[str], since: datetime, deadline: Deadline) -> Page:
        """Returns the first page. It is empty only if the newest paper is older than the window."""
        page = await deadline.once(*self._request(Ask(text)))
        if not page.papers:
            newest = await deadline.once(*self._request(Ask(query.of_categories(categories), 1)))
            if not newest.papers or newest.papers[0].published >= since:
                raise Trouble(label.sentence("arxiv.window", categories=", ".join(categories), days=WINDOW.days))
        return page

    async def _describe(
        self, news: Iterable[Listed], window: dict[str, Paper], deadline: Deadline
    ) -> tuple[Listed, ...]:
        news = tuple(news)
        missing = [item.paper.id for item in news if item.paper.id not in window]
        more = {p.id: p for p in await self._get(missing, deadline)}
        return tuple(Listed(window.get(i.paper.id) or more.get(i.paper.id) or i.paper, i.kind) for i in news)

    async def _get(self, asked: Sequence[str], deadline: Deadline) -> list[Paper]:
        refs = [ref for text in asked if (ref := ids.parse(text))]
        # Separate requests, so that a paper with and without its version is returned twice.
        newest = await self._known([r for r in refs if r.version is None], deadline)
        versions = await self._known([r for r in refs if r.version is not None], deadline)
        latest = {ids.plain_id(p.id): p for p in sorted(newest, key=lambda p: p.version)}
        exact = {(ids.plain_id(p.id), p.version): p for p in versions}
        found = (
            latest.get(ids.plain_id(r.id)) if r.version is None else exact.get((ids.plain_id(r.id), r.version))
            for r in refs
        )
        return [paper for paper in found if paper]

    async def _known(self, refs: Sequence[PaperRef], deadline: Deadline) -> list[Paper]:
        wanted = list(dict.fromkeys(str(r) for r in refs))
        papers = []
        for start in range(0, len(wanted), IDS_AT_ONCE):
            papers += await self._chunk(wanted[start : start + IDS_AT_ONCE], deadline)
        return papers

    async def _chunk(self, wanted: Sequence[str], deadline: Deadline) -> list[Paper]:
        """Loads papers. arXiv refuses a whole list for one bad id, so a refused list is halved."""
        try:
            page = await self._page(Ask("", len(wanted), id_list=tuple(wanted)), deadline)
        except Refused as error:
            if error.status not in _ABOUT_AN_ID:
                raise
            log.info("event=ids_refused count=%d cause=%r", len(wanted), for_log(error))
            if len(wanted) == 1:
                return []
            half = len(wanted) // 2
            return [*await self._chunk(wanted[:half], deadline), *await self._chunk(wanted[half:], deadline)]
        return list(page.papers)

    def _deadline(self, time_limit: timedelta) -> Deadline:
        seconds = time_limit.total_seconds()
        first = self._first_wait.total_seconds()
        return Deadline(
            until=time.monotonic() + seconds * MARGIN,
            first_wait=first,
            longest_wait=max(first, min(seconds / 6, 600)),
            slot=lambda: self._pace.slot("arxiv"),
            agent=self._agent,
        )

    async def _page(self, ask: Ask, deadline: Deadline) -> Page:
        return await deadline.ask(*self._request(ask))

    def _request(self, ask: Ask) -> tuple[str, Callable[[bytes], Page]]:
        """Returns the URL of a page, and the function that reads its body."""
        values = {
            "search_query": ask.text,
            "id_list": ",".join(ask.id_list),
            "sortBy": ask.sort,
            "sortOrder": "descending",
            "start": ask.start,
            "max_results": ask.size,
        }
        return f"{self._api_url}?{urlencode(values)}", partial(read_page, ask)


def submission_window(first: date, last: date) -> tuple[datetime, datetime]:
    """Returns when the papers of the lists of these days were submitted: from (included), until."""
    return (
        calendar.window_of(calendar.announcement_for(first))[0],
        calendar.window_of(calendar.announcement_for(last))[1],
    )


def read_page(ask: Ask, body: bytes) -> Page:
    """Parses a page. Raises Trouble, Refused."""
    from arxiv import _feed  # noqa: PLC0415  # private: its client parses only what it fetched itself

    with _unasked_for(ask):
        feed, total = atom.checked(body, ask.start, ask.size)
    results = _feed.parse(feed).results[: ask.size]
    papers = tuple(p for p in map(paper_of, results) if p)
    if results and not papers:
        raise Trouble(label.sentence("arxiv.short", held=0, promised=len(results)))
    return Page(papers, total)


@contextmanager
def _unasked_for(ask: Ask) -> Iterator[None]:
    """Turns Refused into Trouble: an error for our own query is arXiv's fault, and may pass."""
    try:
        yield
    except Refused as error:
        if ask.id_list or error.status != 200:
            raise
        raise Trouble(label.sentence("arxiv.error", said=str(error)[:80])) from None


def paper_of(result: arxiv.Result) -> Paper | None:
    """Returns the paper; None for an entry that is no paper."""
    ref = ids.parse(result.entry_id) if "/abs/" in result.entry_id else None
    if ref is None:
        log.warning("event=no_paper entry=%r", result.entry_id[:200])
        return None
    categories = dict.fromkeys(c for c in (result.primary_category, *result.categories) if c)
    comment, abstract = line(result.comment), paragraphs(result.summary)
    return Paper(
        id=ref.id,
        version=ref.version or 1,
        title=line(result.title),
        abstract=abstract,
        authors=authors_of(author.name for author in result.authors),
        categories=tuple(categories)[:MOST_CATEGORIES],
        published=_aware(result.published),
        updated=_aware(result.updated),
        comment=comment,
        journal_ref=line(result.journal_ref),
        doi=line(result.doi),
        withdrawn=withdrawn(comment, abstract),
    )


def _aware(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise ValueError(at.year)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _once(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Returns papers by id at their highest version, in order of first appearance."""
    found: dict[str, Paper] = {}
    for paper in papers:
        held = found.get(paper.id)
        if held is None or held.version < paper.version:
            found[paper.id] = paper
    return found
