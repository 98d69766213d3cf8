"""Answers a request to compare papers: reads its aspects, asks the model once, draws the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.context import Context
from bot.core.chat import Actions, Block, Button, Post, Small, Style, Table, Text
from bot.core.ids import AnswerTo
from bot.core.texts import say
from bot.digests import cards
from bot.questions.answering import answer_name, answer_post, reading_gaps, request_answer
from digest.aspects import ASPECTS, MAX_ASPECTS, MAX_PAPERS, Cell, Comparison, cells_of, compare_by_words, question_for
from digest.extractive.matters import asked_part
from digest.extractive.naming import undescribed, unnamed
from digest.model import MARK, Answer
from digest.patterns import regex
from digest.ports import Source, show_nothing
from digest.render.labels import joined, place
from digest.render.markdown import escape, link
from digest.which_paper import cues
from digest.which_paper.resolve import LONGEST_CUE

_URL = regex(r"https?://\S+")
LONGEST = 40
"""The longest name of an aspect, in characters."""


def asks_to_compare(text: str) -> bool:
    """Returns whether it asks for a table (`compare 3 and 5`), unlike a question that compares."""
    return cues.COMPARISON_WANTED.search(text[:LONGEST_CUE]) is not None


def asks_difference(text: str, sources: Sequence[Source]) -> bool:
    """Returns whether the text asks how a few papers differ as a whole (`how do 3 and 5 differ?`),
    which a table answers best."""
    few = 1 < len(sources) <= MAX_PAPERS
    return few and asked_part(undescribed(unnamed(text[:LONGEST_CUE], sources), sources)) == "difference"


def aspects_in(text: str) -> tuple[str, ...]:
    """Returns the aspects that a request names, else ASPECTS."""
    rest = _URL.sub(" ", cues.COMPARISON_WANTED.sub("", text[:LONGEST_CUE]))
    found = cues.ASPECTS_BEFORE.match(rest) or cues.ASPECTS_AFTER.search(rest)
    said = cues.ASPECT_BORDERS.split(found["said"]) if found else []
    named = [cues.ASPECT_ARTICLES.sub("", piece.strip()).strip() for piece in said]
    kept = [name for name in dict.fromkeys(named) if name and len(name) <= LONGEST and not re.search(r"\d|[|｜]", name)]
    return tuple(kept[:MAX_ASPECTS]) or ASPECTS


async def compare_papers(
    context: Context, text: str, sources: Sequence[Source], language: str, payer: str, question_id: str
) -> tuple[Answer, Post]:
    """Compares the papers in one model call and returns the answer and its table. Raises
    OverBudget, Misconfigured."""
    sources = _numbered(sources[:MAX_PAPERS])
    aspects = aspects_in(text) if asks_to_compare(text) else ASPECTS
    numbers = [source.number for source in sources]
    services = context.services
    by_words = services.analyst is services.stand_in
    if not by_words:
        question = question_for(numbers, aspects)
        answer = await request_answer(context, question, sources, (), language, payer, show_nothing)
        by_words = answer.by == services.stand_in.name
        ids = [source.paper.id for source in sources]
        cells = cells_of(answer, aspects, list(zip(numbers, ids, strict=True)))
        made = Comparison(aspects, tuple(ids), answer, cells)
    if by_words:
        made = await compare_by_words(services.stand_in, sources, aspects, language)
    if not made.found:  # the model wrote no table, or no quotation fits
        return made.answer, answer_post(made.answer, sources, question_id)
    return made.answer, comparison_post(made, sources, language, question_id, by_words=by_words)


def _numbered(sources: Sequence[Source]) -> list[Source]:
    """Returns the sources, each with a number of its own, as the model is told them."""
    numbers = [source.number for source in sources]
    if all(numbers) and len(set(numbers)) == len(numbers):
        return list(sources)
    return [replace(source, number=n) for n, source in enumerate(sources, 1)]


def comparison_post(
    made: Comparison, sources: Sequence[Source], language: str, question_id: str, *, by_words: bool
) -> Post:
    """Returns the table: a row for each aspect, a column for each paper."""
    papers = [source.paper for source in sources]
    names = [f"{s.number} · {cards.short_title(s.paper, papers)}" for s in sources]
    heads = tuple(link(name, s.paper.abs_url) for name, s in zip(names, sources, strict=True))
    rows = tuple(
        (
            aspect_name(aspect, language),
            *(_cell(made.cells.get((aspect, p)), language, by_words=by_words) for p in made.papers),
        )
        for aspect in made.aspects
    )
    blocks: list[Block] = [Small(say("compare.words", language))] if by_words else []
    blocks.append(Table((say("compare.aspect", language), *heads), rows))
    if any(MARK in cell.text for cell in made.cells.values()):
        blocks.append(Small(say("card.unconfirmed", language)))
    if made.answer.selected:
        blocks.append(Small(say("card.selected", language)))
    blocks += [Small(gap) for gap in reading_gaps(sources, made.answer)]
    name = answer_name(question_id)
    blocks.append(
        Actions(
            (
                Button("helpful", name, say("card.helpful", language), Style.FEEDBACK),
                Button("unhelpful", name, say("card.unhelpful", language), Style.FEEDBACK),
                Button("wrong", str(AnswerTo(name)), say("card.wrong", language)),
            )
        )
    )
    title = say("compare.title", language, n=len(papers))
    return Post((Text(f"**{title}**"), *blocks), cards.fallback(title, joined(names, language), language), language)


def aspect_name(aspect: str, language: str) -> str:
    return say(f"compare.{aspect}", language) if aspect in ASPECTS else escape(aspect)


def _cell(cell: Cell | None, language: str, *, by_words: bool) -> str:
    """Returns what the paper says, with links to its quotations; without a model, a quotation."""
    if cell is None:
        return say("compare.not found" if by_words else "compare.not answered", language)
    if not (cell.text or cell.quotes):
        return say("compare.not stated", language)
    places = " ".join(dict.fromkeys(link(place(q.evidence.label, language), q.evidence.url) for q in cell.quotes))
    said = cell.text or " ".join(f"“{escape(q.evidence.quotation)}”" for q in cell.quotes)
    return f"{said} {places}".strip()
