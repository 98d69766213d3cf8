"""Turns a question and its papers into a checked Answer and the Post that shows it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

from bot.alerts import faults
from bot.context import Context
from bot.core.chat import Person, Place, Post
from bot.core.texts import say
from bot.digests import cards
from digest.arxiv.ids import plain_id
from digest.cache_keys import fingerprint
from digest.checks.language import MIXED, UNKNOWN, is_cjk, is_name, language_of
from digest.errors import Misconfigured, ModelUnavailable, OverBudget, for_log
from digest.model import Answer, Paper, Turn
from digest.patterns import regex
from digest.ports import OnText, Source, booked, show_nothing
from digest.read_paper import gaps
from digest.render.labels import base, joined, label
from digest.render.markdown import escape
from digest.which_paper.resolve import LONGEST_CUE

log = logging.getLogger(__name__)

MIN_LANGUAGE_LENGTH = 12
"""Characters. In a shorter question (`code?`) the language cannot be told."""
_NAME = regex(r"[A-Za-z][\w.+-]*", re.ASCII)
"""Names are removed before the language is told: `RefAny3D vs. DynamicVLA` would pass for Czech."""
_ENGLISH = regex(
    r"\b(?:what|which|why|how|does|do|did|is|are|was|were|the|of|it|its|and|who|where|when|can|could|with|any|explain|compare)\b",
    re.IGNORECASE,
)
"""Words that mark a line of Latin letters as English in a Chinese, Japanese or Korean channel."""


async def load_sources(context: Context, papers: Sequence[Paper], digest_key: str = "") -> list[Source]:
    """Reads the papers' texts, with analyses and numbers from the digest under discussion."""
    digest = await context.store.digest(digest_key) if digest_key else None
    entries = {plain_id(e.paper.id): e for e in digest.entries} if digest else {}

    async def one(paper: Paper) -> Source:
        entry = entries.get(plain_id(paper.id))
        text = await context.services.texts.read(paper)
        return Source(paper, text, entry.analysis if entry else None, entry.number if entry else 0)

    return list(await asyncio.gather(*(one(paper) for paper in papers)))


async def answer_language(question: str, fallback: str) -> str:
    """Returns the question's language if the text is long enough to tell it, else `fallback`."""
    return await asyncio.to_thread(_answer_language, question, fallback)  # it may load a model of 80 MB


def _answer_language(question: str, fallback: str) -> str:
    question = question[:LONGEST_CUE]
    found = language_of(_NAME.sub(lambda word: " " if is_name(word[0]) else word[0], question))
    if is_cjk(fallback) and question.isascii() and _ENGLISH.search(question):
        return "en"
    if found in ("", UNKNOWN, MIXED, base(fallback)):
        return fallback
    short = len(question.strip()) < MIN_LANGUAGE_LENGTH and question.isascii()
    return fallback if short else found


async def request_answer(
    context: Context,
    question: str,
    sources: Sequence[Source],
    history: Sequence[Turn],
    language: str,
    payer: str,
    on_text: OnText,
    on_failure: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Asks the model once. Without an answer, finds labelled passages and tells `on_failure` why.

    Raises OverBudget, Misconfigured."""
    try:
        with booked(payer, "answer"):
            answer = await context.services.analyst.answer(question, sources, history, language, on_text)
        await faults.report_model_recovery(context)
    except Misconfigured as error:
        await faults.report_model_failure(context, error, payer)
        raise
    except OverBudget as error:
        await faults.report_budget_spent(context, payer, error)
        raise
    except ModelUnavailable as error:
        await faults.report_model_failure(context, error, payer)
        log.warning("event=answered_without_model cause=%r", for_log(error))
        on_failure(str(error))
        return await context.services.stand_in.answer(question, sources, history, language, on_text)
    else:
        return answer


async def answer_privately(
    context: Context, place: Place, person: Person, question: str, papers: Sequence[Paper], answer_key: str
) -> Post:
    """Answers a question about given papers outside of any thread's conversation."""
    language = await answer_language(question, await context.person_language(place, person))
    sources = await load_sources(context, papers)
    answer = await request_answer(context, question, sources, (), language, place.key, show_nothing)
    return answer_post(answer, sources, answer_key)


def answer_post(answer: Answer, sources: Sequence[Source], question_id: str) -> Post:
    """Returns an answer's final form. Buttons carry a short name: platforms limit their value."""
    used = [s for s in sources if s.paper.id in answer.paper_ids] or list(sources)
    subjects = [(s.number, s.paper) for s in used]
    # Facts come from the metadata, so gaps in the texts do not matter.
    of_text = answer.by != "extractive" or answer.quotes or not answer.found
    return cards.answer_post(answer, subjects, answer_name(question_id), reading_gaps(used, answer) if of_text else ())


def reading_gaps(sources: Sequence[Source], answer: Answer) -> list[str]:
    """Returns what a reader must know about the papers: which are withdrawn, and what was not read.
    Each sentence stands once; with several papers, it names them."""
    papers = [s.paper for s in sources]
    named: dict[str, list[str]] = {}
    for s in sources:
        name = str(s.number) if s.number else escape(cards.short_title(s.paper, papers))
        withdrawn = [label("withdrawn", answer.language)] if s.paper.withdrawn else []
        for gap in (*withdrawn, *gaps(s.text, answer.language)):
            named.setdefault(gap, []).append(name)
    if len(sources) == 1:
        return list(named)
    return [say("card.line", answer.language, name=joined(of, answer.language), claim=gap) for gap, of in named.items()]


def answer_name(question_id: str) -> str:
    return fingerprint(question_id)
