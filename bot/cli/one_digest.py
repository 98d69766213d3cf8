"""Makes the day's digest at the command line, or loads it; and makes digests of past lists."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.chat import Chats, Place
from bot.core.settings.settings import Settings
from bot.core.subscription import Subscription
from bot.server.wiring import App, subscription_from_settings
from bot.store import Run, RunState, Store
from digest.arxiv import calendar
from digest.errors import BadInput, NotFound
from digest.model import Digest, Listing, Paper
from digest.ports import Papers, Progress, Services, silent
from digest.render.labels import label
from digest.selection.ledger import Ledger

if TYPE_CHECKING:
    from digest.arxiv.client import Arxiv
    from digest.pipeline import Request

CLI = Place("console", "cli")
"""The command line's own subscription, with one ledger for all its digests."""


FIRST_LIST = date(1991, 8, 15)
"""arXiv took its first papers the day before."""
LONGEST = 31
"""Days of a range."""


@dataclass(frozen=True)
class Dates:
    """The lists of past days, by their dates."""

    first: date
    last: date

    @property
    def words(self) -> str:
        days = f"list of {self.first}" if self.first == self.last else f"lists of {self.first} to {self.last}"
        return f"of arXiv's {days}"

    @property
    def days(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} – {self.last}"


def dates_from(text: str, now: datetime) -> Dates:
    """`2026-11-20` or `2026-11-16..2026-11-20`; the days without a list at both ends are left out.
    Raises BadInput."""
    first, dots, last = text.partition("..")
    try:
        begin = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if dots else begin
    except ValueError:
        raise BadInput(f"{text!r} is not a date; write --date 2026-11-20, or --date 2026-11-16..2026-11-20.") from None
    newest = calendar.latest_list(now)
    if begin < FIRST_LIST:
        raise BadInput(f"arXiv has no list of {begin}; the first one is of {FIRST_LIST}.")
    if end < begin or (end - begin).days >= LONGEST:
        raise BadInput(f"{text} is not a range; write the earlier date first, and at most {LONGEST} days.")
    if end > newest:
        raise BadInput(f"arXiv's list of {end} is not out yet; the newest one is of {newest}.")
    days = [begin + timedelta(n) for n in range((end - begin).days + 1)]
    listed = [day for day in days if calendar.is_quiet(day) is None]
    if not listed:
        before = next(d for n in range(1, 30) if calendar.is_quiet(d := begin - timedelta(n)) is None)
        raise BadInput(f"arXiv has no list of {text}: a weekend or holiday. The list before it is of {before}.")
    return Dates(listed[0], listed[-1])


class _Papers:
    """Implements `ports.Papers` but for the list."""

    def __init__(self, papers: Papers) -> None:
        self._papers = papers

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        return await self._papers.get(ids)

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        return await self._papers.search(words, limit)


class _ListAhead(_Papers):
    """The list is asked for at once, for whoever wants it later."""

    def __init__(self, papers: Papers, categories: Sequence[str], now: datetime) -> None:
        super().__init__(papers)
        self._categories = categories
        self._listing = asyncio.create_task(papers.announced(categories, now))
        # It may fail while nobody waits for it yet, or any more.
        self._listing.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        same = tuple(categories) == tuple(self._categories)
        return await (self._listing if same else self._papers.announced(categories, now))


async def ask_ahead(settings: Settings, store: Store, papers: Papers) -> Papers:
    """Asks for the list unless the day's digest was made."""
    wanted = subscription_from_settings(settings, CLI, store.now())
    last = await store.latest_digest(wanted.key)
    if last is not None and last.local_date == wanted.local_date(store.now()):
        return papers
    return _ListAhead(papers, wanted.profile.categories, store.now())


class _PastLists(_Papers):
    """What was announced is what the API shows of past days."""

    def __init__(self, arxiv: Arxiv, dates: Dates) -> None:
        super().__init__(arxiv)
        self._arxiv, self._dates = arxiv, dates

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:  # noqa: ARG002  # as the port
        return await self._arxiv.listed_between(categories, self._dates.first, self._dates.last)


def services_for(app: App, dates: Dates | None) -> Services:
    if dates is None:
        return app.services
    from digest.arxiv.client import Arxiv

    assert isinstance(app.services.papers, Arxiv)
    return replace(app.services, papers=_PastLists(app.services.papers, dates))


async def request_for(app: App, dates: Dates | None, *, again: bool = False) -> tuple[Request, Ledger]:
    """What a digest is asked for: of the command line's ledger, or of past days without any."""
    from bot.digests.daily import RunOptions

    wanted = subscription_from_settings(app.settings, CLI, app.now())
    daily = app.daily(Chats())
    if dates is not None:
        run = Run(wanted.key, dates.last, f"list-{dates.first}-{dates.last}")
        request, _ = await daily.request(wanted, run, RunOptions(anew=again))
        return request, Ledger()
    today = daily.local_date(wanted)
    last = await app.store.latest_digest(wanted.key)
    made_today = last is not None and last.local_date == today
    return await daily.request(wanted, Run(wanted.key, today, "dry-run"), RunOptions(again=again or made_today))


async def make_past_digest(app: App, dates: Dates, *, again: bool = False, progress: Progress = silent) -> Outcome:
    """A digest that is not stored. Raises what `make_digest` raises, and NotFound."""
    from digest.arxiv.client import submission_window
    from digest.pipeline import make_digest

    request, ledger = await request_for(app, dates, again=again)
    made = await make_digest(request, ledger, services_for(app, dates), app.now().astimezone(UTC), progress)
    start, end = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for at in submission_window(dates.first, dates.last))
    if made.digest is None:
        raise NotFound(f"There are no papers {dates.words} in its API (submitted from {start} until {end}).")
    note = label("past_lists", request.profile.language, days=dates.days, start=start, end=end)
    digest = replace(made.digest, notes=(note, *made.digest.notes))
    return Outcome(digest, _missing_analyses(digest))


@dataclass(frozen=True)
class Outcome:
    digest: Digest | None
    message: str = ""
    """A sentence for the user; may be empty."""


async def make_or_load_digest(app: App, *, again: bool = False, progress: Progress = silent) -> Outcome:
    """Loads the day's digest unless `again`, else makes one. Raises what `make_digest` raises."""
    from bot.digests.daily import RunOptions

    wanted = subscription_from_settings(app.settings, CLI, app.now())
    daily = app.daily(Chats())
    today = daily.local_date(wanted)
    last = await app.store.latest_digest(wanted.key)
    made_today = last is not None and last.local_date == today
    if last is not None and made_today and not again and _same_settings(last, wanted):
        return Outcome(last, f"Made at {last.made_at:%H:%M} UTC; no model was called. Make it again with --again.")
    run = await app.store.begin_run(wanted.key, today, "now" if made_today or again else "daily")
    # Other settings on the same day consider the same papers again and reuse stored analyses.
    options = RunOptions(again=again or made_today, anew=again)
    digest = await daily.make(wanted, run, options, progress)
    if digest is None:
        due = calendar.next_list(app.now())
        before = f" The last digest is from {last.local_date}; make it again with --again." if last else ""
        return Outcome(
            None, f"Nothing new since the last list. arXiv's next list is due {due:%A %Y-%m-%d %H:%M %Z}.{before}"
        )
    await app.store.end_run(run, RunState.DONE)
    return Outcome(digest, _missing_analyses(digest))


def _same_settings(digest: Digest, wanted: Subscription) -> bool:
    return digest.profile == wanted.profile and digest.papers == wanted.papers


def _missing_analyses(digest: Digest) -> str:
    without = [str(e.number) for e in digest.entries if e.analysis is None]
    if len(without) == 1:
        return f"No usable analysis of paper {without[0]}: its abstract is shown instead."
    return f"No usable analysis of papers {', '.join(without)}: their abstracts are shown instead." if without else ""
