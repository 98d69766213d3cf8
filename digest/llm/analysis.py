"""Analyses one paper: its whole text, or the most important sections of a long one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from digest import checks
from digest.errors import Unusable
from digest.evidence.finder import Finder
from digest.evidence.support import SupportIndex
from digest.fulltext.links import links
from digest.llm.in_turn import run_in_turn
from digest.llm.prompts import tasks
from digest.llm.prompts.excerpts import QUERIES, excerpts
from digest.llm.prompts.repairs import TENTH
from digest.llm.prompts.requests import analysis_request, paper_block
from digest.llm.repair import repair_output
from digest.llm.replies.review import (
    CUT,
    CheckContext,
    Draft,
    analysis_from,
    analysis_problems,
    draft_from,
    without_flawed_sentences,
)
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.wire import Reply, Request, estimate_tokens, request_tokens
from digest.llm.similarity import measure_similarity
from digest.model import ABSTRACT_PARTS, FULL_PARTS, Analysis, FullText, Paper, Problem
from digest.retrieval.passages import select

log = logging.getLogger(__name__)

_QUERIED = 500
"""Characters of a flawed text with which passages are searched."""
_QUERY = "problem, method, architecture, training, experiments, results, ablation, limitations, conclusion"


_TRIES = 6
"""Each request has at most half the text of the last, or what the server said it can read."""
_OUTPUT, _LEAST_OUTPUT = 16_000, 6_000
"""Tokens. A model that reasons spends most of them; fourteen texts take about 4,500."""
_OF_ABSTRACT = 0.5
"""Share of the tokens of an analysis of an abstract alone that its repair may take."""


async def analyse_paper(model: Model, paper: Paper, text: FullText, language: str) -> Analysis:
    """Returns the Analysis. Raises Unusable if nothing usable is left; ModelUnavailable,
    OverBudget, Misconfigured."""
    parts = FULL_PARTS if text.basis.full else ABSTRACT_PARTS
    # In a thread while the model writes, because normalising a whole paper takes long.
    (request, reply, selected), (finder, context) = await asyncio.gather(
        _ask_first(model, paper, text, language), run_in_turn(_check_context, paper, text, language)
    )

    def problems_of(draft: Draft) -> tuple[Problem, ...]:
        return analysis_problems(draft, parts, finder, context)

    draft, problems = await repair_output(
        model,
        request,
        draft_from(reply, language),
        problems_of,
        language,
        partial(_source_of, paper, text),
        share=TENTH if text.basis.full else _OF_ABSTRACT,
    )
    if any(p.fault in CUT for p in problems):
        draft = await run_in_turn(without_flawed_sentences, draft, problems, context)
        problems = await run_in_turn(problems_of, draft)
    blank = Analysis(
        paper.id, paper.version, text.basis, language, model.name, "", (), (), selected=selected, read_whole=reply.read
    )
    analysis = await run_in_turn(
        analysis_from, draft, problems, parts=parts, finder=finder, context=context, blank=blank
    )
    if problems:
        flaws = [(p.fault.value, p.where) for p in problems]
        log.info("event=analysis_flawed paper=%s problems=%s", paper.versioned, flaws)
    if not analysis.parts and not analysis.findings:
        raise Unusable(f"The model wrote nothing usable about {paper.versioned}.", problems)
    return analysis


def _check_context(paper: Paper, text: FullText, language: str) -> tuple[Finder, CheckContext]:
    source = f"{paper.title}\n{paper.abstract}\n{text.text}"
    instructions = tuple(h.text for h in text.hidden)
    index = SupportIndex(text, paper.title)
    index.prepare()
    checks.index_source(source)
    prompt = "\n".join((tasks.ANALYSIS, tasks.REPAIR, *tasks.REPAIR_FORMS.values()))
    return Finder(text), CheckContext(source, language, prompt, instructions, own_links(paper, text), index)


def _source_of(paper: Paper, text: FullText, draft: Draft, paths: Sequence[str], characters: int) -> str:
    """Returns the passages that concern the flawed texts, in a `<paper>` block."""
    queries = []
    for path in paths:
        place, *rest = path.split(".")
        name = rest[0] if place == "parts" and rest else place
        own = draft.texts.get(path, "")
        if place == "findings":
            own = " ".join(t for p, t in draft.texts.items() if p.rsplit(".", 1)[0] == path.rsplit(".", 1)[0])
        queries.append(f"{QUERIES.get(name, '')} {own[:_QUERIED]}".strip())
    none = paper_block(paper.title, replace(text, sections=()), 1)
    room = max(0, characters - len(none))
    return paper_block(paper.title, excerpts(paper, text, tuple(dict.fromkeys(queries)), room), 1)


def own_links(paper: Paper, text: FullText) -> tuple[str, ...]:
    """Returns URLs that may stay links: the paper's code, data and project pages on known hosts."""
    return tuple(link.url for link in links(paper, text) if link.known)


async def _ask_first(model: Model, paper: Paper, text: FullText, language: str) -> tuple[Request, Reply, bool]:
    """Sends a shorter request each time the server calls it too long, or cuts it."""
    sent = 0
    for _ in range(_TRIES):
        limits = await model.limits()
        output = limits.output(_OUTPUT, _LEAST_OUTPUT)
        room = limits.narrower(output, sent) if sent else limits.room(output)
        request, selected = await _request(model, paper, text, language, output, room)
        try:
            return request, await model.ask(request), selected
        except RequestTooLong as error:
            sent, last = request_tokens(request), error
    raise Unusable(last.sentence) from last


async def _request(
    model: Model, paper: Paper, text: FullText, language: str, output: int, room: int
) -> tuple[Request, bool]:
    """Returns the request, and whether it holds only a selection of the sections."""
    request = analysis_request(paper, text, language, selected=False, max_tokens=output)
    tokens = request_tokens(request)
    if tokens <= room:
        return request, False
    body = estimate_tokens(text.text)
    characters = max(1_000, int(len(text.text) * (room - (tokens - body)) / body))
    query = f"{paper.title}. {_QUERY}"
    near = await measure_similarity(model, text, query)
    chosen = await run_in_turn(select, text, query, characters, near=near)
    return analysis_request(paper, chosen.text, language, selected=True, max_tokens=output), True
