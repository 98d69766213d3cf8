"""One paper's Analysis: the whole paper is read where it fits the model's context, else the sections that matter most."""

from __future__ import annotations

import asyncio
import logging

from digest.errors import Unusable
from digest.evidence.finder import Finder
from digest.fulltext.links import links
from digest.llm import calls, prompts
from digest.llm.repair import repaired
from digest.llm.review import Draft, Ground, analysis_from, analysis_problems, drafted
from digest.llm.server.client import Model
from digest.llm.server.failures import Overlong
from digest.llm.server.wire import Ask, tokens_asked, tokens_of
from digest.llm.similarity import nearness
from digest.model import ABSTRACT_PARTS, FULL_PARTS, Analysis, FullText, Paper, Problem
from digest.retrieval.passages import select

log = logging.getLogger(__name__)

_QUERY = "problem, method, architecture, training, experiments, results, ablation, limitations, conclusion"


async def analysed(model: Model, paper: Paper, text: FullText, language: str) -> Analysis:
    """Raises Unusable when nothing usable is left; ModelUnavailable, OverBudget, Misconfigured."""
    parts = FULL_PARTS if text.basis.full else ABSTRACT_PARTS
    # Folding a whole paper, and checking against it, is work for a thread: the loop has others to serve.
    finder, ground = await asyncio.to_thread(_grounds, paper, text, language)

    def problems_of(draft: Draft) -> tuple[Problem, ...]:
        return analysis_problems(draft, parts, finder, ground)

    asked, first, selected = await _first(model, paper, text, language)
    draft, problems = await repaired(model, asked, first, problems_of, language)
    blank = Analysis(paper.id, paper.version, text.basis, language, model.name, "", (), (), selected=selected)
    analysis = await asyncio.to_thread(
        analysis_from, draft, problems, parts=parts, finder=finder, ground=ground, blank=blank
    )
    if problems:
        flaws = [(p.fault.value, p.where) for p in problems]
        log.info("event=analysis_flawed paper=%s problems=%s", paper.versioned, flaws)
    if not analysis.parts and not analysis.findings:
        raise Unusable(f"Nothing usable was written about {paper.versioned}.", problems)
    return analysis


def _grounds(paper: Paper, text: FullText, language: str) -> tuple[Finder, Ground]:
    source = f"{paper.title}\n{paper.abstract}\n{text.text}"
    instructions = tuple(h.text for h in text.hidden)
    return Finder(text), Ground(source, language, prompts.ANALYSIS, instructions, own_links(paper, text))


def own_links(paper: Paper, text: FullText) -> tuple[str, ...]:
    """Addresses in a paper that may be links: its own code, data and project pages on known hosts."""
    return tuple(link.url for link in links(paper, text) if link.known)


async def _first(model: Model, paper: Paper, text: FullText, language: str) -> tuple[Ask, Draft, bool]:
    """A server that takes less than its context was said to be is given less, down to an eighth."""
    room = 1.0
    while True:
        asked, selected = await _asked(model, paper, text, language, room)
        try:
            reply = await model.ask(asked)
        except Overlong as error:
            room /= 2
            if room < 0.125:
                raise Unusable(str(error)) from error
        else:
            return asked, drafted(reply, language), selected


async def _asked(model: Model, paper: Paper, text: FullText, language: str, room: float) -> tuple[Ask, bool]:
    output = min(16_000, model.context_tokens // 4)
    asked = calls.analysis(paper, text, language, selected=False, max_tokens=output)
    tokens = tokens_asked(asked)
    most = int((model.context_tokens - output) * room) if room == 1 else int(tokens * room)
    if tokens <= most:
        return asked, False
    body = tokens_of(text.text)
    characters = max(1_000, int(len(text.text) * (most - (tokens - body)) / body))
    query = f"{paper.title}. {_QUERY}"
    near = await nearness(model, text, query)
    chosen = await asyncio.to_thread(select, text, query, characters, near=near)
    return calls.analysis(paper, chosen.text, language, selected=True, max_tokens=output), True
