"""From arXiv's list to a Digest: the whole story on one screen, in `make_digest`.

One bad paper never spoils the rest: whatever goes wrong with it becomes a note in its Entry. Only what makes the whole digest
impossible leaves this module as an exception: a wrong key (Misconfigured), arXiv out of reach (ArxivUnavailable), and, where the
caller can wait, the model out of reach (ModelUnavailable).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from digest import keys
from digest.errors import Misconfigured, ModelUnavailable, OverBudget, Unusable
from digest.labels import label
from digest.ledger import Intake, Ledger, LedgerEntry, considered, take_in
from digest.links import links
from digest.markdown import escape, missing_words
from digest.model import (
    Analysis,
    Candidate,
    Coverage,
    Digest,
    Entry,
    FullText,
    Paper,
    Profile,
    Score,
    Summary,
    from_json,
    to_json,
)
from digest.ports import Analyst, Booking, Desk, Progress, booked, silent
from digest.ranking import choose

log = logging.getLogger(__name__)

OTHERS = 15
"""Candidates kept beside the chosen papers."""


@dataclass(frozen=True)
class Request:
    """What is asked for: one run of one subscription."""

    subscription: str
    run: str
    local_date: date
    profile: Profile
    papers: int = 10
    again: date | None = None
    """Read the ledger's entries of this run's date as unseen."""
    anew: bool = False
    """Ask the model anew instead of reading what it said before."""
    can_wait: bool = False
    """The caller can come back later: a model out of reach is raised instead of being stood in for."""


@dataclass(frozen=True)
class Made:
    """A Digest, or None when nothing is new, and what the ledger is to hold from now on (stored in one transaction with the Digest)."""

    digest: Digest | None
    entries: tuple[LedgerEntry, ...]
    intake: Intake


Chosen = tuple[Paper, Score, tuple[str, ...]]
"""A paper, its Score, and the watched authors among its authors."""


@dataclass(frozen=True)
class _Run:
    """What the steps of one run share."""

    request: Request
    desk: Desk
    book: Booking
    progress: Progress

    @property
    def language(self) -> str:
        return self.request.profile.language


async def make_digest(request: Request, ledger: Ledger, desk: Desk, now: datetime, progress: Progress = silent) -> Made:
    """Raises ArxivUnavailable, Misconfigured; with `can_wait` also ModelUnavailable and OverBudget."""
    run = _Run(request, desk, Booking(request.subscription), progress)
    with keys.anew(f"{request.subscription}:{request.run}" if request.anew else ""):
        listing = await desk.papers.announced(request.profile.categories, now)
        intake = take_in(listing, ledger, now, again_day=request.again)
        progress("announced", len(intake.news), len(intake.news))
        if not intake.news:
            return Made(None, intake.seeded, intake)
        scores, ranking_note = await _ranked(intake.news, run)
        chosen = choose(intake.news, scores, request.profile, request.papers)
        entries = await _read_all(chosen, intake.late, run)
        summary, summary_note = await _summarised(entries, intake.day or request.local_date, run)
    progress("summarised", 1, 1)
    shown = {entry.paper.id for entry in entries}
    digest = Digest(
        subscription=request.subscription,
        run=request.run,
        local_date=request.local_date,
        day=intake.day,
        made_at=now,
        profile=request.profile,
        entries=entries,
        summary=summary,
        coverage=Coverage(
            len(intake.news) + len(intake.skipped), len(intake.news), len(entries), intake.late, intake.skipped
        ),
        cost=run.book.total,
        papers=request.papers,
        others=_others(intake.news, scores, shown),
        notes=_notes(entries, ranking_note, summary_note, run.language),
    )
    return Made(digest, (*intake.seeded, *considered(intake, scores, shown, now)), intake)


async def preview(profile: Profile, papers: int, desk: Desk, now: datetime) -> tuple[list[Chosen], int]:
    """What the latest announcement would give for a Profile, best first, and how many papers it has. Nothing is read or recorded.

    Raises ArxivUnavailable, Misconfigured.
    """
    listing = await desk.papers.announced(profile.categories, now)
    latest = take_in(listing, Ledger(), now).news
    request = Request("preview", "preview", now.date(), profile)
    scores, _ = await _ranked(latest, _Run(request, desk, Booking(), silent))
    return choose(latest, scores, profile, papers), len(latest)


# ---------------------------------------------------------------- choosing


async def _ranked(papers: Sequence[Paper], run: _Run) -> tuple[list[Score], str]:
    """A Score for each paper; those at hand are reused, so that channels with one Profile share them. And a note if words chose."""
    request, desk = run.request, run.desk
    try:
        with booked(request.subscription, "rank", run.book):
            scores = await _scored(papers, request.profile, desk, desk.analyst)
        note = label("keyless", run.language) if desk.analyst is desk.stand_in else ""
    except (ModelUnavailable, OverBudget) as error:
        if request.can_wait:
            raise
        log.warning("event=ranked_lexically papers=%d cause=%r", len(papers), str(error))
        scores = await desk.stand_in.rank(papers, request.profile)
        note = label("ranked_lexically", run.language)
    run.progress("ranked", len(scores), len(papers))
    return scores, note


async def _scored(papers: Sequence[Paper], profile: Profile, desk: Desk, analyst: Analyst) -> list[Score]:
    names = {paper.id: keys.score(paper, profile, analyst.name, analyst.version) for paper in papers}
    held = await asyncio.gather(*(desk.cache.get(names[paper.id]) for paper in papers))
    scores = {p.id: from_json(Score, raw) for p, raw in zip(papers, held, strict=True) if raw}
    unscored = [p for p in papers if p.id not in scores]
    if unscored:
        fresh = await analyst.rank(unscored, profile)
        # A stand-in's score for a paper the model left out is not kept as the model's.
        kept = [s for s in fresh if s.by == analyst.name]
        await asyncio.gather(*(desk.cache.put(names[s.paper_id], to_json(s), keys.SCORE_LIFE) for s in kept))
        scores |= {s.paper_id: s for s in fresh}
    return [scores[p.id] for p in papers]


def _others(papers: Sequence[Paper], scores: Sequence[Score], shown: set[str]) -> tuple[Candidate, ...]:
    by_id = {p.id: p for p in papers}
    rest = sorted((s for s in scores if s.paper_id not in shown), key=lambda s: (-s.total, s.paper_id))
    return tuple(Candidate(len(shown) + i, by_id[s.paper_id], s) for i, s in enumerate(rest[:OTHERS], 1))


# ---------------------------------------------------------------- reading


async def _read_all(chosen: Sequence[Chosen], late: Sequence[str], run: _Run) -> tuple[Entry, ...]:
    room = asyncio.Semaphore(run.desk.concurrency)
    done = 0

    async def one(number: int, choice: Chosen) -> Entry:
        nonlocal done
        paper, score, watched = choice
        async with room:
            with booked(run.request.subscription, "analyse", run.book):
                entry = await read_paper(paper, score, number, run.language, run.desk, can_wait=run.request.can_wait)
        done += 1
        run.progress("read", done, len(chosen))
        return replace(entry, watched=watched, late=paper.id in late)

    # Not a TaskGroup: at one paper's failure the others' calls to the model go on, and what they bring is kept.
    results = await asyncio.gather(*(one(n, c) for n, c in enumerate(chosen, 1)), return_exceptions=True)
    entries = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        entries.append(result)
    return tuple(entries)


async def read_paper(
    paper: Paper, score: Score, number: int, language: str, desk: Desk, *, can_wait: bool = False
) -> Entry:
    """One paper, read and analysed, with whatever went wrong as a note. Raises Misconfigured; with `can_wait` also Unavailable."""
    text = await desk.texts.read(paper)
    notes: list[str] = []
    analysis: Analysis | None = None
    try:
        analysis = await analysed(paper, text, language, desk, desk.analyst)
    except (ModelUnavailable, OverBudget) as error:
        if can_wait:
            raise
        log.warning("event=stood_in paper=%s cause=%r", paper.versioned, str(error))
        notes.append(label("over_budget" if isinstance(error, OverBudget) else "model_down", language))
        analysis = await analysed(paper, text, language, desk, desk.stand_in)
    except Unusable as error:
        log.warning(
            "event=unusable paper=%s problems=%s", paper.versioned, [(p.fault.value, p.where) for p in error.problems]
        )
        notes.append(label("nothing", language))
    except Misconfigured:
        raise
    except Exception:
        mark = secrets.token_hex(4)
        log.exception("event=bug id=%s paper=%s", mark, paper.versioned)
        notes.append(f"{label('nothing', language)} ({mark})")
    return Entry(
        number=number,
        paper=paper,
        score=score,
        analysis=analysis,
        links=links(paper, text),
        notes=(*notes, *_paper_notes(paper, text, analysis, language)),
        hidden=text.hidden,
    )


async def analysed(paper: Paper, text: FullText, language: str, desk: Desk, analyst: Analyst) -> Analysis:
    """The paper's Analysis, made once however many channels want it."""
    key = keys.analysis(paper, text.basis, language, analyst.name, analyst.version)

    async def make() -> bytes:
        return to_json(await analyst.analyse(paper, text, language))

    return from_json(Analysis, await desk.cache.once(key, keys.ANALYSIS_LIFE, make))


def _paper_notes(paper: Paper, text: FullText, analysis: Analysis | None, language: str) -> list[str]:
    notes = []
    if paper.withdrawn:
        notes.append(label("withdrawn", language))
    if not text.basis.full:
        notes.append(label("abstract_only", language))
    if analysis and analysis.selected:
        notes.append(label("selected", language))
    if analysis and analysis.missing and analysis.by != "extractive":
        notes.append(label("missing", language, parts=missing_words(analysis)))
    notes += [
        label("hidden", language, how=h.how, quote=escape(" ".join(h.text.split())[:160])) for h in text.hidden[:1]
    ]
    return notes


# ---------------------------------------------------------------- summing up


async def _summarised(entries: tuple[Entry, ...], day: date, run: _Run) -> tuple[Summary, str]:
    desk, language = run.desk, run.language
    if desk.analyst is desk.stand_in:
        return await desk.stand_in.summarise(entries, language, day), ""
    note = label("summary_extractive", language)
    written = [e for e in entries if e.analysis and e.analysis.by == desk.analyst.name]
    if not written:
        return await desk.stand_in.summarise(entries, language, day), note
    analyst = desk.analyst
    key = keys.summary(day, [e.paper for e in entries], language, analyst.name, analyst.version)

    async def make() -> bytes:
        return to_json(await analyst.summarise(entries, language, day))

    try:
        with booked(run.request.subscription, "summarise", run.book):
            # Kept for others only when every paper was read: a later run may have more to say.
            raw = await (desk.cache.once(key, keys.SUMMARY_LIFE, make) if len(written) == len(entries) else make())
        return from_json(Summary, raw), ""
    except (ModelUnavailable, OverBudget, Unusable) as error:
        if run.request.can_wait and not isinstance(error, Unusable):
            raise
        log.warning("event=summary_stood_in cause=%r", str(error))
        return await desk.stand_in.summarise(entries, language, day), note


def _notes(entries: tuple[Entry, ...], ranking_note: str, summary_note: str, language: str) -> tuple[str, ...]:
    failed = label("all_failed", language) if not any(e.analysis for e in entries) else ""
    return tuple(note for note in (failed, ranking_note, summary_note) if note)
