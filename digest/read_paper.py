"""Reads and analyses one chosen paper. Every failure becomes a note in its Entry."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace

from digest import cache_keys
from digest.errors import Misconfigured, ModelUnavailable, OverBudget, OverQuota, Unusable, for_log, trace
from digest.fulltext.abstract import abstract_text
from digest.fulltext.completeness import TOLERATED, is_lacking
from digest.fulltext.links import links
from digest.model import Analysis, Entry, Figure, FullText, Paper, Score, Summary, from_json, to_json
from digest.ports import Analyst, Services, booked, booking
from digest.render.catalogs import in_language
from digest.render.labels import joined, label
from digest.render.markdown import escape, missing_words

log = logging.getLogger(__name__)

PICTURE_SECONDS = 30.0
"""Seconds in which the picture must arrive after the text. Few analyses take less."""
READS_ABSTRACTS = 0.9
"""Share of the day's budget after which new analyses use the abstract only."""


async def read_paper(
    paper: Paper,
    score: Score,
    number: int,
    language: str,
    services: Services,
    *,
    can_wait: bool = False,
    figures: bool = False,
) -> Entry:
    """Returns the paper's Entry. Failures become notes. Raises Misconfigured, OverQuota; with
    `can_wait` ModelUnavailable.

    `figures` fetches the teaser figure's picture while the paper is analysed."""
    text = await services.texts.read(paper)
    picture = asyncio.create_task(_fetch_figure(text, services)) if figures and text.figure else None
    try:
        entry = await _read_text(paper, text, score, number, language, services, can_wait=can_wait)
        return entry if picture is None else replace(entry, figure=await picture)
    finally:
        if picture is not None:
            picture.cancel()


_NO_SUMMARY = Summary("", "", "", "", (), (), (), ())


async def confirm_statements(entries: Sequence[Entry], services: Services) -> Sequence[Entry]:
    """Settles the doubts of papers outside a digest with at most one call. Raises Misconfigured."""
    settled, _ = await services.analyst.confirm(entries, _NO_SUMMARY)
    return settled


async def _fetch_figure(text: FullText, services: Services) -> Figure | None:
    """Returns the text's figure if its picture arrives in time."""
    assert text.figure is not None
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            return text.figure if await services.pictures.picture(text.figure) else None
    except TimeoutError:
        return None
    except Exception as error:  # noqa: BLE001  # a picture never costs the paper
        log.error("event=bug paper=%s\n%s", text.paper_id, trace(error))  # noqa: TRY400
        return None


async def _read_text(
    paper: Paper, text: FullText, score: Score, number: int, language: str, services: Services, *, can_wait: bool
) -> Entry:
    notes: list[str] = []
    analysis: Analysis | None = None
    try:
        read = await _within_budget(paper, text, language, services)
        analysis = await get_analysis(paper, read, language, services, services.analyst)
        if read is not text:
            notes.append(label("saving_abstract", language))
    except (ModelUnavailable, OverBudget) as error:
        if can_wait and not isinstance(error, OverBudget):
            raise
        log.warning("event=stood_in paper=%s cause=%r", paper.versioned, for_log(error))
        if isinstance(error, OverBudget):
            notes.append(label("over_budget", language))
        else:
            notes.append(label("model_down", language, why=escape(in_language(error.sentence, language))))
        analysis, bug = await _stand_in(paper, text, language, services)
        notes += bug
    except Unusable as error:
        log.warning(
            "event=unusable paper=%s problems=%s", paper.versioned, [(p.fault.value, p.where) for p in error.problems]
        )
        notes.append(_instead("nothing", paper, language))
    except (Misconfigured, OverQuota):
        raise
    except Exception as error:  # noqa: BLE001  # logged, without its message
        notes.append(_of_bug(error, paper, language))
    if analysis and not (analysis.core or analysis.parts or analysis.findings):
        analysis, notes = None, [*notes[1:], _instead("nothing", paper, language)]
    elif analysis and analysis.basis.full:
        analysis = replace(analysis, lacking=is_lacking(text))
    return Entry(
        number=number,
        paper=paper,
        score=score,
        analysis=analysis,
        links=links(paper, text),
        notes=(*notes, *_paper_notes(paper, text, analysis, language)),
        hidden=text.hidden,
    )


async def _stand_in(
    paper: Paper, text: FullText, language: str, services: Services
) -> tuple[Analysis | None, list[str]]:
    """Returns what is found without the model. A bug there becomes this paper's note."""
    try:
        return await get_analysis(paper, text, language, services, services.stand_in), []
    except Exception as error:  # noqa: BLE001  # logged, without its message
        return None, [_of_bug(error, paper, language)]


def _of_bug(error: Exception, paper: Paper, language: str) -> str:
    mark = secrets.token_hex(4)
    log.error("event=bug id=%s paper=%s\n%s", mark, paper.versioned, trace(error))
    return f"{_instead('nothing', paper, language)} ({mark})"


def skipped_entry(paper: Paper, score: Score, number: int, language: str) -> Entry:
    """Returns the Entry of a paper that crashed the process: shown, but not read."""
    text = abstract_text(paper, "")
    return Entry(number, paper, score, None, links(paper, text), notes=(_instead("left_out", paper, language),))


def _instead(name: str, paper: Paper, language: str) -> str:
    """Returns why there is no analysis and, if there is an abstract, that it is shown instead."""
    said = label(name, language)
    return label("abstract_instead", language, said=said) if paper.abstract else said


async def _within_budget(paper: Paper, text: FullText, language: str, services: Services) -> FullText:
    """Returns only the abstract if the budget is nearly spent and no full analysis is stored."""
    if services.analyst is services.stand_in or not text.basis.full:
        return text
    if await services.spent(booking.get().payer) < READS_ABSTRACTS:
        return text
    at_hand = await services.cache.get(_analysis_key(paper, text, language, services.analyst))
    return text if at_hand else abstract_text(paper, text.note)


def _analysis_key(paper: Paper, text: FullText, language: str, analyst: Analyst) -> str:
    return cache_keys.analysis(paper, text, language, analyst.name, analyst.version)


async def get_analysis(paper: Paper, text: FullText, language: str, services: Services, analyst: Analyst) -> Analysis:
    key = _analysis_key(paper, text, language, analyst)

    async def make() -> bytes:
        return to_json(await analyst.analyse(paper, text, language))

    book = booking.get()
    with booked(book.payer, book.stage, book, key):
        raw = await services.cache.once(key, cache_keys.ANALYSIS_LIFE, make)
    if analyst is not services.stand_in:
        await services.share(book.payer, key)
    return from_json(Analysis, raw)


def gaps(text: FullText, language: str) -> list[str]:
    """Returns what the text that was read lacks of the paper."""
    if not text.basis.full:
        return [label("abstract_only", language)]
    notes = []
    if text.missing:
        notes.append(label("incomplete.parts", language, parts=escape(joined(text.missing, language))))
    if text.lost > TOLERATED:
        notes.append(label("incomplete", language, share=f"{text.lost:.0%}".removesuffix("%")))
    return notes


def _paper_notes(paper: Paper, text: FullText, analysis: Analysis | None, language: str) -> list[str]:
    notes = []
    if paper.withdrawn:
        notes.append(label("withdrawn", language))
    spared = analysis is not None and text.basis.full and not analysis.basis.full  # a note says it already
    if (analysis or text.basis.full) and not spared:
        notes += gaps(text, language)
    if analysis and analysis.selected:
        notes.append(label("selected", language))
    elif analysis and analysis.basis.full and not analysis.read_whole:
        notes.append(label("unread", language))
    if analysis and analysis.missing and analysis.by != "extractive":
        notes.append(label("missing", language, parts=missing_words(analysis)))
    notes += [
        label("hidden", language, how=label(f"hidden.{h.how}", language), quote=escape(" ".join(h.text.split())[:160]))
        for h in text.hidden[:1]
    ]
    return notes
