"""Which papers are news for a subscription. Pure: a Listing and the subscription's Ledger go in, an
Intake comes out.

Whatever arXiv shows and the ledger does not hold is news, once; so holds, missed days and feed
drops are caught up by themselves. Three rules keep it from flooding a channel, and from taking up a
paper before its day:

- **The latest list** is the feed; when that is empty (weekend, holiday), the papers of the newest
  announcement, by submission time and arXiv's calendar, that the API shows. News outside of it is
  late.
- **Seeds.** For a category the ledger has not seen yet, what the API shows and is in no list after
  the latest enters as `before`.
- **The horizon.** Ids are assigned at the announcement (20:00 in New York), so the API never shows
  a paper before it; but it may show one before the feed does (which is rebuilt at midnight). A
  paper submitted after the latest list's cut-off belongs to the next list: it is neither late news
  nor a seed, but left for the next look. Should the feed then drop it, it is taken up as late, from
  the API. A feed that is older than it ought to be holds the horizon back until six hours after
  midnight, not longer.

A held paper that the API shows between 20:00 and midnight is not known to be held; it is taken
as late a few hours early. During a first run in these four hours it would be seeded: the API's
own page says that it shows papers from midnight on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from digest.arxiv import calendar
from digest.model import Listing, Paper, Score, Skip

FEED_GRACE = timedelta(hours=6)
"""A feed not rebuilt this long after midnight in New York counts as dropped."""


class State(StrEnum):
    BEFORE = "before"
    """Papers announced before the subscription knew their category. They are never news."""
    CONSIDERED = "considered"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class LedgerEntry:
    paper_id: str
    category: str
    """The subscribed category through which the paper came."""
    first_seen: datetime
    state: State
    day: date
    """The date of the latest list when the paper entered."""
    score: float | None = None
    """`Score.total`; None if not considered."""
    rank: int = 0
    """Counted from 1; 0 if not considered."""
    reason: str = ""
    """The Score's reason, or why the paper was skipped."""
    title: str = ""


@dataclass(frozen=True)
class Ledger:
    categories: tuple[str, ...] = ()
    """Categories that are already seeded."""
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    """Entries by paper id without version."""
    reopened: date | None = None
    """The list whose papers are new again unless they were shown, while it is the latest."""


@dataclass(frozen=True)
class Intake:
    """What a run considers. The numbers add up: announced = len(news) + len(skipped)."""

    news: tuple[Paper, ...]
    """Papers to consider: the latest list in its order, then the late ones, newest first."""
    late: tuple[str, ...]
    """Ids of news outside the latest list."""
    seeded: tuple[LedgerEntry, ...]
    skipped: tuple[Skip, ...]
    day: date | None
    """The date of the latest list; None if nothing on it is news."""
    latest: date
    """The date of the latest list, even if nothing on it is news."""
    categories: tuple[str, ...]
    """Categories seeded after this run."""
    through: Mapping[str, str]
    """By paper id: the subscribed category through which the paper came."""


@dataclass(frozen=True)
class _Latest:
    day: date
    ids: frozenset[str]
    cut_off: datetime
    """Papers submitted before this were in this list or an earlier one."""
    horizon: datetime
    """Papers submitted after this are not announced yet."""


def take_in(
    listing: Listing, ledger: Ledger, now: datetime, again_day: date | None = None, standing: Collection[str] = ()
) -> Intake:
    """Decides what is news. With `again_day`, the entries of that list date count as unseen, except
    those of papers that are `standing` in another digest."""
    latest = _latest(listing, now)
    known = [c for c in listing.categories if c in ledger.categories]
    news: list[Paper] = []
    seeded: list[LedgerEntry] = []
    skipped: list[Skip] = []
    for paper in _papers(listing):
        if _seen(paper.id, ledger, latest, None if paper.id in standing else again_day):
            continue
        if paper.id not in latest.ids:
            if paper.published >= latest.horizon:
                continue
            if paper.published < latest.cut_off and not any(covers(c, of) for c in known for of in paper.categories):
                seeded.append(_before(paper, listing.categories, latest.day, now))
                continue
        if flaw := _flaw(paper):
            skipped.append(Skip(paper.id, paper.title, flaw))
        else:
            news.append(paper)
    taken = [p.id for p in news] + [s.paper_id for s in skipped]
    through = {p.id: _category(p, listing.categories) for p in _papers(listing)}
    return Intake(
        news=tuple(news),
        late=tuple(p.id for p in news if p.id not in latest.ids),
        seeded=tuple(seeded),
        skipped=tuple(skipped),
        day=latest.day if any(i in latest.ids for i in taken) else None,
        latest=latest.day,
        categories=listing.categories,
        through={i: through[i] for i in taken},
    )


def still_announced(papers: Iterable[Paper], listing: Listing) -> list[Paper]:
    """Returns the papers as the listing now has them, without those that would now be skipped."""
    known = {paper.id: paper for paper in _papers(listing)}
    now = [known.get(paper.id, paper) for paper in papers]
    return [paper for paper in now if not _flaw(paper)]


def considered(
    intake: Intake, ledger: Ledger, scores: Iterable[Score], shown: Collection[str], now: datetime
) -> tuple[LedgerEntry, ...]:
    """Returns the entries stored with the Digest: one per paper, besides `intake.seeded`. Papers
    shown by an earlier run of the day stay chosen."""
    by_rank = sorted({s.paper_id: s for s in scores}.values(), key=best_first)
    ranked = {s.paper_id: (rank, s) for rank, s in enumerate(by_rank, 1)}
    entries = []
    for paper in intake.news:
        held = ledger.entries.get(paper.id)
        state = State.CHOSEN if paper.id in shown or (held and held.state is State.CHOSEN) else State.CONSIDERED
        first_seen = held.first_seen if held else now
        entry = LedgerEntry(paper.id, intake.through[paper.id], first_seen, state, intake.latest, title=paper.title)
        if paper.id in ranked:
            rank, score = ranked[paper.id]
            entry = replace(entry, score=score.total, rank=rank, reason=score.reason)
        entries.append(entry)
    for skip in intake.skipped:
        through = intake.through[skip.paper_id]
        entries.append(
            LedgerEntry(
                skip.paper_id, through, now, State.CONSIDERED, intake.latest, reason=skip.reason, title=skip.title
            )
        )
    return tuple(entries)


def best_first(score: Score) -> tuple[float, float, tuple[int, ...]]:
    """Returns a sort key, best Score first: by total, by relevance, then the newer id."""
    return (-round(score.total, 6), -score.relevance, tuple(-ord(c) for c in score.paper_id))


def reopened(ledger: Ledger) -> Ledger:
    """Returns the ledger for a changed Profile: papers of the newest list that were considered but
    not shown count as unseen."""
    days = [e.day for e in ledger.entries.values() if e.state is not State.BEFORE]
    return replace(ledger, reopened=max(days, default=None))


def own_day(ledger: Ledger, shown: Iterable[str]) -> date | None:
    """Returns the list date of a digest's papers, which `--again` passes as `again_day`."""
    return max((ledger.entries[i].day for i in shown if i in ledger.entries), default=None)


def covers(category: str, of_paper: str) -> bool:
    """Returns whether the category includes the paper's: an archive (`cs`, `astro-ph`) includes its
    subject classes."""
    return of_paper == category or of_paper.startswith(f"{category}.")


def _latest(listing: Listing, now: datetime) -> _Latest:
    if listing.day is not None:
        cut_off = calendar.window_of(calendar.announcement_for(listing.day))[1]
        due = calendar.latest_list(now - FEED_GRACE)
        horizon = max(cut_off, calendar.window_of(calendar.announcement_for(due))[1])
        return _Latest(listing.day, frozenset(item.paper.id for item in listing.latest), cut_off, horizon)
    return _latest_by_calendar(listing, now)


def _latest_by_calendar(listing: Listing, now: datetime) -> _Latest:
    """Returns the latest list if the feed is empty. If none of the API's papers belong to the
    calendar's announcement, the calendar is wrong."""
    day = calendar.latest_list(now)
    horizon = calendar.window_of(calendar.announcement_for(day))[1]
    shown = [p for p in listing.window if p.published < horizon] or listing.window
    if not shown:
        return _Latest(day, frozenset(), horizon, horizon)
    newest = calendar.announcement_of(max(p.published for p in shown))
    start, end = calendar.window_of(newest)
    ids = frozenset(p.id for p in shown if start <= p.published < end)
    return _Latest(calendar.list_day(newest), ids, end, max(horizon, end))


def _papers(listing: Listing) -> list[Paper]:
    """Returns each paper once: as in the feed, or as in the API if the feed's entry is incomplete
    or older."""
    papers: dict[str, Paper] = {}
    for paper in (*(item.paper for item in listing.latest), *listing.window):
        held = papers.setdefault(paper.id, paper)
        if paper.version > held.version or (_flaw(held) and paper.version == held.version and not _flaw(paper)):
            papers[paper.id] = paper
    return list(papers.values())


def _seen(paper_id: str, ledger: Ledger, latest: _Latest, again_day: date | None) -> bool:
    entry = ledger.entries.get(paper_id)
    if entry is None:
        return False
    if entry.state is State.BEFORE:
        return True
    if entry.day == again_day:
        return False
    looked_over = entry.state is State.CONSIDERED and entry.day == ledger.reopened
    return not (looked_over and paper_id in latest.ids)


def _before(paper: Paper, categories: tuple[str, ...], day: date, now: datetime) -> LedgerEntry:
    return LedgerEntry(paper.id, _category(paper, categories), now, State.BEFORE, day, title=paper.title)


def _category(paper: Paper, categories: tuple[str, ...]) -> str:
    return next((c for c in categories for of in paper.categories if covers(c, of)), paper.primary)


def _flaw(paper: Paper) -> str:
    if paper.withdrawn:
        return "withdrawn"
    return "" if paper.title and paper.abstract else "no metadata"
