"""Finds the papers that a question is about."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.archive.index import Filters, Scope
from bot.context import Context
from bot.core.chat import Place, Question
from bot.core.ids import answer_of
from bot.core.texts import say
from bot.digests import cards
from bot.questions.lookup import find_paper
from bot.store import ThreadRecord
from digest.arxiv.ids import elsewhere, parse, plain_id
from digest.errors import NotFound, PaperboyError
from digest.model import Digest, Paper
from digest.render.markdown import escape
from digest.selection.ledger import LedgerEntry
from digest.which_paper.resolve import Known, asks_why_not, by_title, names_paper, resolve

log = logging.getLogger(__name__)

EARLIER_DIGESTS = 7
"""How many digests of the channel are searched for "yesterday's" and for titles."""


@dataclass(frozen=True)
class Subjects:
    papers: tuple[Paper, ...] = ()
    """Empty if it is not clear which papers are meant."""
    digest: Digest | None = None
    candidates: tuple[tuple[str, str], ...] = ()
    """The choices (label, paper id) to offer if it is not clear which paper is meant."""


async def find_subjects(context: Context, question: Question) -> Subjects:
    """Finds the papers by these signs, in turn: the message replied to or the button pressed; an
    id, number or title; the paper under discussion; the best fit. Raises NotFound, and
    ArxivUnavailable for a paper of no digest here."""
    store = context.store
    talk = await store.thread(question.place)
    digest = await _load_digest(context, question, talk)
    earlier = await _load_earlier(context, question.place, digest)
    discussed = talk.papers if talk and talk.digest else ()  # a paper's own post in a forum
    discussed = discussed or await store.under_discussion(question.place, question.person.id)
    if not discussed and talk:
        discussed = talk.papers
    before = await store.discussed_before(question.place, question.person.id)
    # In a thread, because the first call compiles the patterns of all languages.
    found = await asyncio.to_thread(
        resolve,
        question.text,
        papers=known_papers(digest) if digest else (),
        earlier=[(d.local_date, known_papers(d)) for d in earlier],
        subject=question.subject or None,
        replied_to=await _load_subject(context, question.place, question.reply_to) or None,
        under_discussion=discussed,
        discussed_before=before,
        today=digest.local_date if digest else context.now().date(),
    )
    if found.about_day and digest:
        return Subjects(tuple(e.paper for e in digest.entries), digest)
    if found.ask or not found.paper_ids:
        known = await _find_in_archive(context, question)
        if known is not None:
            return Subjects((known,), digest)
        if place := elsewhere(question.text):
            raise NotFound(say.sentence("paper elsewhere", place=escape(place)))
        candidates = tuple((c.label, c.paper_id) for c in found.candidates)
        return Subjects((), digest, candidates or _all_choices(digest))
    digests = [digest, *earlier] if digest else earlier
    return Subjects(tuple([await _load_paper(context, i, digests) for i in found.paper_ids]), digest)


def known_papers(digest: Digest) -> list[Known]:
    """Returns the papers of a digest, with the texts that a question may match."""
    said = {m.paper_id: m.text for m in digest.summary.mentions}
    cores = {e.paper.id: e.analysis.core if e.analysis else "" for e in digest.entries}
    return [Known(e.number, e.paper, f"{cores[e.paper.id]} {said.get(e.paper.id, '')}".strip()) for e in digest.entries]


async def check_names_paper(context: Context, talk: ThreadRecord, text: str) -> bool:
    """Returns whether the text names any paper by id, or one of the thread's by number or title."""
    if parse(text):
        return True
    digest = await context.store.digest(talk.digest) if talk.digest else None
    return digest is not None and await asyncio.to_thread(names_paper, text, known_papers(digest))


async def find_in_ledger(context: Context, question: Question) -> tuple[bool, LedgerEntry | None]:
    """Returns whether the question is "why not X?", and the channel's ledger entry of X."""
    if not asks_why_not(question.text):
        return False, None
    ledger = await context.store.ledger(question.place.key)
    ref = parse(question.text)
    if ref is not None:
        return True, next((e for e in ledger.entries.values() if plain_id(e.paper_id) == plain_id(ref.id)), None)
    found = by_title(question.text, {e.paper_id: e.title for e in ledger.entries.values() if e.title})
    return found is not None, ledger.entries.get(found) if found else None


async def _load_digest(context: Context, question: Question, talk: ThreadRecord | None) -> Digest | None:
    """Returns the thread's digest; outside of our threads, the channel's latest one."""
    if talk and talk.digest:
        return await context.store.digest(talk.digest)
    if talk and talk.papers:
        return None
    return await context.store.latest_digest(question.place.key)


async def _load_subject(context: Context, place: Place, message: str) -> str:
    """Returns the id of the paper that a message of ours is about; empty if there is none."""
    subject = await context.store.message_subject(place, message) if message else ""
    if (answer := answer_of(subject)) is None:
        return subject
    asked = await context.store.question(answer.question)
    return asked.answer.paper_ids[0] if asked and asked.answer and asked.answer.paper_ids else ""


async def _load_earlier(context: Context, place: Place, current: Digest | None) -> list[Digest]:
    keys = [k for k in await context.store.digests(place.key, EARLIER_DIGESTS) if current is None or k != current.key]
    return [d for k in keys if (d := await context.store.digest(k)) is not None]


async def _find_in_archive(context: Context, question: Question) -> Paper | None:
    """Returns the paper of an older digest of this channel whose title the question names."""
    if context.archive is None:
        return None
    scope, papers = Scope(frozenset({question.place.key})), Filters(kinds=("paper",))
    try:
        hits = await context.archive.search(question.text, scope, papers, limit=5)
    except PaperboyError as error:
        log.info("event=archive_unasked cause=%s", type(error).__name__)
        return None
    named = await asyncio.to_thread(by_title, question.text, {hit.subject: hit.title for hit in hits})
    return next((hit.paper for hit in hits if hit.subject == named), None)


async def _load_paper(context: Context, paper_id: str, digests: list[Digest]) -> Paper:
    entry = next((e for d in digests if (e := d.entry(paper_id))), None)
    return entry.paper if entry else await find_paper(context, paper_id)


def _all_choices(digest: Digest | None) -> tuple[tuple[str, str], ...]:
    entries = digest.entries if digest else ()
    papers = [e.paper for e in entries]
    return tuple((f"{e.number} · {cards.short_title(e.paper, papers)}", e.paper.id) for e in entries)
