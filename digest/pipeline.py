"""Makes a Digest from arXiv's list; `make_digest` tells the whole story.

A failure of one paper becomes a note in its Entry. Only what makes the whole digest impossible is
raised: a wrong key (Misconfigured), arXiv unavailable (ArxivUnavailable) and, if the caller can
wait, the model unavailable (ModelUnavailable)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from digest import cache_keys
from digest.errors import ModelUnavailable, OverBudget, Unusable, for_log
from digest.model import (
    Candidate,
    Coverage,
    Digest,
    Entry,
    FullText,
    Listing,
    Paper,
    Profile,
    Score,
    Summary,
    Usage,
    from_json,
    to_json,
)
from digest.ports import Analyst, Booking, Progress, Services, Units, UnwatchedUnits, booked, booking, silent
from digest.read_paper import read_paper, skipped_entry
from digest.render.catalogs import in_language
from digest.render.labels import label
from digest.render.markdown import escape
from digest.selection.ledger import Intake, Ledger, LedgerEntry, State, best_first, considered, still_announced, take_in
from digest.selection.lexical import choose, on_one_scale
from digest.selection.preferences import NO_PREFERENCES, Preferences

log = logging.getLogger(__name__)

OTHERS = 15
"""How many candidates are kept beside the chosen papers."""
HEAD_START = 0.25
"""Seconds by which the ranking requests precede the ranking by words. That ranking keeps Python
busy, and everybody waits for the requests."""
RANKS_BY_WORDS = 0.8
"""Share of the day's budget after which papers are ranked without the model. Later, analyses use
the abstract only (`read_paper`). When the whole budget is spent, the stand-in writes. Stored
results are always used."""


Chosen = tuple[Paper, Score, tuple[str, ...]]
"""A paper, its Score, and the watched authors among its authors."""


@dataclass(frozen=True)
class Preview:
    """What the latest announcement would give for a Profile."""

    profile: Profile
    chosen: tuple[Chosen, ...]
    """The chosen papers, best first."""
    announced: int
    learned: Mapping[str, str] = field(default_factory=dict)
    """By paper id: why votes alone brought it in."""
    note: str = ""
    """Who ranked, if not the model alone."""


@dataclass(frozen=True)
class Request:
    """One run of one subscription."""

    subscription: str
    run: str
    local_date: date
    profile: Profile
    papers: int = 10
    again: date | None = None
    """Treats the ledger's entries of this run's date as unseen."""
    standing: tuple[str, ...] = ()
    """Ids of papers that are in another digest and not chosen again."""
    anew: bool = False
    """Asks the model again instead of reading stored results."""
    can_wait: bool = False
    """Raises ModelUnavailable, for a later retry, instead of using the stand-in."""
    figures: bool = False
    """Fetches the papers' teaser figures."""
    preferences: Preferences = NO_PREFERENCES
    """What the channel's votes teach. It moves the Scores of this digest only."""
    previewed: Preview | None = None
    """What people saw. The digest is made of these papers, even if they were chosen before."""


@dataclass(frozen=True)
class DigestResult:
    """A Digest (None when nothing is new) and the ledger entries stored in its transaction."""

    digest: Digest | None
    entries: tuple[LedgerEntry, ...]
    intake: Intake


@dataclass(frozen=True)
class _Run:
    request: Request
    services: Services
    book: Booking
    progress: Progress
    units: Units = UnwatchedUnits()  # noqa: RUF009  # it has no state
    texts: dict[str, asyncio.Task[FullText]] | None = None
    """By id: the texts of likely papers that are being fetched; None if none are to be read."""

    @property
    def language(self) -> str:
        return self.request.profile.language


async def make_digest(
    request: Request,
    ledger: Ledger,
    services: Services,
    now: datetime,
    progress: Progress = silent,
    units: Units = UnwatchedUnits(),  # noqa: B008  # it has no state
) -> DigestResult:
    """Raises ArxivUnavailable, Misconfigured; with `can_wait` also ModelUnavailable."""
    run = _Run(request, services, Booking(request.subscription), progress, units, {})
    with cache_keys.anew(f"{request.subscription}:{request.run}" if request.anew else ""):
        # While arXiv's lists are awaited, what the model's first call needs is loaded.
        listing, _ = await asyncio.gather(
            services.papers.announced(request.profile.categories, now), services.analyst.prepare()
        )
        intake = take_in(listing, ledger, now, again_day=request.again, standing=request.standing)
        progress("announced", len(intake.news), len(intake.news))
        seen = _still_announced(request.previewed, listing)
        if not intake.news and seen is None:
            return DigestResult(None, intake.seeded, intake)
        chosen: Sequence[Chosen] = ()
        try:
            unmoved, ranking_note = await _rank(intake.news, run)
            scores, chosen, learned = await _choose(intake.news, unmoved, run)
            if seen is not None:
                chosen, learned = list(seen.chosen), dict(seen.learned)
                shown_scores = {score.paper_id: score for _, score, _ in chosen}
                scores = [shown_scores.get(score.paper_id, score) for score in scores]
                ranking_note = seen.note
        finally:
            _drop_texts(run, {paper.id for paper, _, _ in chosen})
        entries = await _read_all(chosen, learned, intake.late, run)
        summary, summary_note = await _summarise(entries, intake.day or request.local_date, run)
        with booked(request.subscription, "summarise", run.book):
            entries, summary = await services.analyst.confirm(entries, summary)
    entries = numbered(entries, summary)
    progress("summarised", 1, 1)
    shown = {entry.paper.id for entry in entries}
    looked_at = len(shown | {paper.id for paper in intake.news})
    digest = Digest(
        subscription=request.subscription,
        run=request.run,
        local_date=request.local_date,
        day=intake.day,
        made_at=now,
        profile=request.profile,
        entries=entries,
        summary=summary,
        coverage=Coverage(looked_at + len(intake.skipped), looked_at, len(entries), intake.late, intake.skipped),
        cost=run.book.total,
        papers=request.papers,
        others=_others(intake.news, scores, shown),
        notes=_notes(entries, ranking_note, summary_note, run.language),
    )
    again = tuple(
        replace(ledger.entries[i], state=State.CHOSEN)
        for i in sorted(shown & ledger.entries.keys() - intake.through.keys())
    )
    return DigestResult(digest, (*intake.seeded, *considered(intake, ledger, scores, shown, now), *again), intake)


def _still_announced(previewed: Preview | None, listing: Listing) -> Preview | None:
    """Returns the preview without papers withdrawn since; None if nothing is left."""
    papers = {p.id: p for p in still_announced((p for p, *_ in previewed.chosen), listing)} if previewed else {}
    if previewed is None or not papers:
        return None
    return replace(previewed, chosen=tuple((papers[p.id], s, of) for p, s, of in previewed.chosen if p.id in papers))


def numbered(entries: Sequence[Entry], summary: Summary) -> tuple[Entry, ...]:
    """Returns the entries numbered again: the papers to read first, then the others by rank."""
    first = {m.paper_id: n for n, m in enumerate(summary.first)}
    ordered = sorted(entries, key=lambda e: (first.get(e.paper.id, len(first)), e.number))
    return tuple(replace(e, number=n) for n, e in enumerate(ordered, 1))


@dataclass(frozen=True)
class Choice:
    """What a run would choose, before any paper is read."""

    preview: Preview
    intake: Intake
    cost: Usage
    """The ranking's cost."""


async def choose_papers(request: Request, ledger: Ledger, services: Services, now: datetime) -> Choice:
    """Ranks what the run would consider. Reads no paper and records only the Scores. Raises
    ArxivUnavailable, Misconfigured."""
    listing = await services.papers.announced(request.profile.categories, now)
    intake = take_in(listing, ledger, now, again_day=request.again, standing=request.standing)
    run = _Run(request, services, Booking(request.subscription), silent)
    unmoved, note = await _rank(intake.news, run) if intake.news else ([], "")
    _, chosen, learned = await _choose(intake.news, unmoved, run)
    shown = Preview(request.profile, tuple(chosen), len(intake.news), learned, note)
    return Choice(shown, intake, run.book.total)


async def preview(
    profile: Profile, papers: int, services: Services, now: datetime, preferences: Preferences = NO_PREFERENCES
) -> Preview:
    """Returns what a digest would hold. Reads no paper and records only the Scores.

    Raises ArxivUnavailable, Misconfigured."""
    request = Request(booking.get().payer, "preview", now.date(), profile, papers, preferences=preferences)
    return (await choose_papers(request, Ledger(), services, now)).preview


async def _rank(papers: Sequence[Paper], run: _Run) -> tuple[list[Score], str]:
    """Returns the Scores, and a note if keywords ranked. Reuses stored Scores, which channels with
    the same Profile share."""
    request, services = run.request, run.services
    held = await _load_scores(papers, request.profile, services)
    share = await services.spent(request.subscription) if len(held) < len(papers) else 0.0
    try:
        if share >= RANKS_BY_WORDS and services.analyst is not services.stand_in:
            log.warning("event=ranked_lexically papers=%d cause=budget share=%.2f", len(papers), share)
            scores = await services.stand_in.rank(papers, request.profile)
            note = label("ranked_saving", run.language, share=min(100, int(share * 100)))
        else:
            unit = cache_keys.ranking(request.profile, services.analyst.name, services.analyst.version)
            fetching = asyncio.create_task(_fetch_likely_texts(papers if len(held) < len(papers) else (), run))
            try:
                with booked(request.subscription, "rank", run.book, unit):
                    scores = await _score(papers, held, request.profile, services)
            finally:
                await fetching
            await services.share(request.subscription, unit)
            scores, note = await _on_one_scale(scores, papers, run)
    except (ModelUnavailable, OverBudget) as error:
        if request.can_wait and not isinstance(error, OverBudget):
            raise
        log.warning("event=ranked_lexically papers=%d cause=%r", len(papers), for_log(error))
        scores = await services.stand_in.rank(papers, request.profile)
        if isinstance(error, OverBudget):
            spent = await services.spent(request.subscription)
            note = label("ranked_saving", run.language, share=min(100, int(spent * 100)))
        else:
            note = label("ranked_lexically", run.language, why=escape(in_language(error.sentence, run.language)))
    run.progress("ranked", len(scores), len(papers))
    return scores, note


async def _fetch_likely_texts(papers: Sequence[Paper], run: _Run) -> None:
    """Fetches the texts of the papers that words rank first while the model ranks, because arXiv's
    pace for texts is the next longest wait. Fetches none if papers have ended the process."""
    services, wanted = run.services, run.request.papers
    if not papers or run.texts is None or run.units.cautious or services.analyst is services.stand_in:
        return
    await asyncio.sleep(HEAD_START)
    scores = await services.stand_in.rank(papers, run.request.profile)
    likely = sorted(zip(papers, scores, strict=True), key=lambda pair: (-pair[1].total, pair[0].id))[:wanted]
    limit = asyncio.Semaphore(services.concurrency)

    async def fetch(paper: Paper) -> FullText:
        async with limit:
            return await services.texts.read(paper)

    run.texts.update({paper.id: asyncio.create_task(fetch(paper)) for paper, _ in likely})


def _drop_texts(run: _Run, chosen: Collection[str]) -> None:
    """Stops fetching texts of papers that were not chosen."""
    for paper_id, text in (run.texts or {}).items():
        if paper_id not in chosen:
            text.cancel()


async def _on_one_scale(scores: list[Score], papers: Sequence[Paper], run: _Run) -> tuple[list[Score], str]:
    """Returns the Scores, those by words on the model's scale, and a note on their number."""
    services, language = run.services, run.language
    if services.analyst is services.stand_in:
        return scores, label("keyless", language)
    by_words = sum(s.by == services.stand_in.name for s in scores)
    if not by_words:
        return scores, ""
    if by_words == len(scores):
        return scores, label("ranked_lexically", language, why=label("unranked", language))
    lexical_scores = await services.stand_in.rank(papers, run.request.profile)
    note = label("ranked_partly", language, n=by_words, of=len(scores))
    return on_one_scale(scores, lexical_scores), note


def _score_key(paper: Paper, profile: Profile, analyst: Analyst) -> str:
    return cache_keys.score(paper, profile, analyst.name, analyst.version)


async def _load_scores(papers: Sequence[Paper], profile: Profile, services: Services) -> dict[str, Score]:
    raws = await services.cache.get_all([_score_key(p, profile, services.analyst) for p in papers])
    return {p.id: from_json(Score, raw) for p, raw in zip(papers, raws, strict=True) if raw}


async def _score(
    papers: Sequence[Paper], held: Mapping[str, Score], profile: Profile, services: Services
) -> list[Score]:
    scores, analyst = dict(held), services.analyst
    unscored = {p.id: p for p in papers if p.id not in scores}
    if unscored:
        fresh = await analyst.rank(tuple(unscored.values()), profile)
        # The stand-in's score for a paper that the model left out is not stored as the model's.
        kept = [(_score_key(unscored[s.paper_id], profile, analyst), s) for s in fresh if s.by == analyst.name]
        await asyncio.gather(*(services.cache.put(key, to_json(s), cache_keys.SCORE_LIFE) for key, s in kept))
        scores |= {s.paper_id: s for s in fresh}
    return [scores[p.id] for p in papers]


async def _choose(
    papers: Sequence[Paper], scores: Sequence[Score], run: _Run
) -> tuple[list[Score], list[Chosen], dict[str, str]]:
    """Returns the Scores moved by votes, the chosen papers, and why votes alone brought some in."""
    request = run.request
    moved = await asyncio.to_thread(request.preferences.move, papers, scores)
    chosen = choose(papers, [m.score for m in moved], request.profile, request.papers)
    anyway = {paper.id for paper, _, _ in choose(papers, scores, request.profile, request.papers)}
    by_votes = {p.id for p, _, _ in chosen} - anyway
    learned = {m.score.paper_id: m.say(run.language) for m in moved if m.score.paper_id in by_votes}
    return [m.score for m in moved], chosen, learned


def _others(papers: Sequence[Paper], scores: Sequence[Score], shown: set[str]) -> tuple[Candidate, ...]:
    by_id = {p.id: p for p in papers}
    rest = sorted((s for s in scores if s.paper_id not in shown), key=best_first)
    return tuple(Candidate(len(shown) + i, by_id[s.paper_id], s) for i, s in enumerate(rest[:OTHERS], 1))


async def _read_all(
    chosen: Sequence[Chosen], learned: Mapping[str, str], late: Sequence[str], run: _Run
) -> tuple[Entry, ...]:
    limit = asyncio.Semaphore(1 if run.units.cautious else run.services.concurrency)
    done = 0

    async def one(number: int, choice: Chosen) -> Entry:
        nonlocal done
        paper, score, watched = choice
        async with limit, run.units.unit(paper.versioned) as sound:
            if sound:
                with booked(run.request.subscription, "analyse", run.book):
                    entry = await read_paper(
                        paper,
                        score,
                        number,
                        run.language,
                        run.services,
                        can_wait=run.request.can_wait,
                        figures=run.request.figures,
                    )
            else:
                log.error("event=left_out paper=%s", paper.versioned)
                entry = skipped_entry(paper, score, number, run.language)
        done += 1
        run.progress("read", done, len(chosen))
        return replace(entry, watched=watched, late=paper.id in late, learned=learned.get(paper.id, ""))

    # Not a TaskGroup: if one paper fails, the others' model calls must go on.
    results = await asyncio.gather(*(one(n, c) for n, c in enumerate(chosen, 1)), return_exceptions=True)
    entries = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        entries.append(result)
    return tuple(entries)


async def _summarise(entries: tuple[Entry, ...], day: date, run: _Run) -> tuple[Summary, str]:
    services, language = run.services, run.language
    if services.analyst is services.stand_in:
        return await services.stand_in.summarise(entries, language, day), ""
    written = [e for e in entries if e.analysis and e.analysis.by == services.analyst.name]
    note = label("unsummarised", language)
    if not written:
        return await services.stand_in.summarise(entries, language, day), note
    analyst = services.analyst
    key = cache_keys.summary(day, entries, language, analyst.name, analyst.version)

    async def make() -> bytes:
        return to_json(await analyst.summarise(entries, language, day))

    try:
        # Stored for others only if every paper was read, because a later run may have more to say.
        whole = len(written) == len(entries)
        with booked(run.request.subscription, "summarise", run.book, key if whole else ""):
            raw = await (services.cache.once(key, cache_keys.SUMMARY_LIFE, make) if whole else make())
        if whole:
            await services.share(run.request.subscription, key)
        summary = from_json(Summary, raw)
        return summary, label("overview_replaced", language) if summary.overview_replaced else ""
    except (ModelUnavailable, OverBudget, Unusable) as error:
        if run.request.can_wait and isinstance(error, ModelUnavailable):
            raise
        log.warning("event=summary_stood_in cause=%r", for_log(error))
        return await services.stand_in.summarise(entries, language, day), note


def _notes(entries: tuple[Entry, ...], ranking_note: str, summary_note: str, language: str) -> tuple[str, ...]:
    failed = label("all_failed", language) if entries and not any(e.analysis for e in entries) else ""
    gone = label("over_budget", language)
    spent = label("budget_gone", language) if any(gone in e.notes for e in entries) else ""
    return tuple(note for note in (failed, spent, ranking_note, summary_note) if note)
