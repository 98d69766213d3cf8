"""Compares papers that a person saved or checked in a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.commands.library.files import load_saved
from bot.context import Context
from bot.core.chat import Button, Checklist, Click, Responder, Row, Submission
from bot.core.texts import say
from bot.digests import cards
from bot.questions.answering import answer_name, load_sources
from bot.questions.comparison import compare_papers
from digest.errors import NotFound
from digest.model import Paper
from digest.render.markdown import escape

LEAST, MOST = 2, 5
"""The fewest and the most papers that can be compared."""
SHOWN = 25


def compare_button(language: str) -> Button:
    return Button("compare_saved", "me", say("compare.button", language))


async def choose(context: Context, click: Click, respond: Responder, language: str) -> None:
    """Shows the saved papers to choose from."""
    papers = await load_saved(context, click.person, SHOWN)
    if len(papers) < LEAST:
        raise NotFound(say("compare.few", language))
    rows = tuple(
        Row(p.id, cards.short_title(p, papers), f"{cards.people(p, language, str)} · {cards.submitted(p, language)}")
        for p in papers
    )
    title, ask = say("compare.button", language), say("compare.choose", language, most=MOST)
    await respond.checklist(Checklist("compare_checked", "me", title, title, rows, language, LEAST, MOST, ask))


def problem(ids: Sequence[str], language: str) -> str:
    """Returns why these papers cannot be compared; empty if they can."""
    return "" if LEAST <= len(set(ids)) <= MOST else say("compare.choose", language, most=MOST)


def checked(
    context: Context, submission: Submission, ids: Sequence[str], respond: Responder, language: str
) -> tuple[Mapping[str, str], Callable[[], Awaitable[None]] | None]:
    """Returns the problems by field, and what to do after the form has closed."""
    if why := problem(ids, language):
        return {next(iter(submission.fields), "rows0"): why}, None
    return {}, lambda: compare(context, submission, ids, respond, language)


async def compare(
    context: Context, pressed: Click | Submission, ids: Sequence[str], respond: Responder, language: str
) -> None:
    """Compares saved papers. Raises NotFound for papers not saved."""
    papers = [paper for paper in await load_saved(context, pressed.person) if paper.id in ids]
    if len(papers) != len(set(ids)):
        raise NotFound(say("saved gone", language))
    await show_comparison(context, pressed, papers, respond, language)


async def show_comparison(
    context: Context,
    pressed: Click | Submission,
    papers: Sequence[Paper],
    respond: Responder,
    language: str,
    numbers: Sequence[int] = (),
) -> None:
    """Compares papers in one model call and shows the table to the person alone. `numbers`: the
    papers' numbers as the person knows them."""
    names = ", ".join(cards.short_title(paper, papers) for paper in papers)
    await respond.progress(say("reading", language, paper=escape(names)))
    sources = await load_sources(context, papers)
    sources = [replace(s, number=n) for s, n in zip(sources, numbers, strict=True)] if numbers else sources
    _, post = await compare_papers(context, "", sources, language, pressed.place.key, pressed.id)
    await context.store.save_private_answer(answer_name(pressed.id), pressed.place)
    await respond.show(post)
