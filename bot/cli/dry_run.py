"""`paperboy digest --dry-run`: what a run would choose and cost, before any paper is analysed."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.cli import terminal
from bot.cli.one_digest import Dates, request_for, services_for
from bot.console import render
from bot.core.settings.settings import Settings
from bot.server.wiring import App
from digest import cache_keys
from digest.model import FullText, Paper, Usage
from digest.pipeline import Choice, choose_papers
from digest.ports import Progress
from digest.render import tex

READS = 5
"""Texts fetched at the same time."""


@dataclass(frozen=True)
class Plan:
    choice: Choice
    texts: tuple[FullText, ...]
    stored: frozenset[str]
    """Ids of chosen papers whose analysis is at hand."""
    estimate: Usage
    """Of the run's further calls; without dollars if a price is unknown."""


async def plan(app: App, dates: Dates | None, *, again: bool, progress: Progress) -> Plan:
    """Ranks, and reads the texts of the chosen papers. Raises ArxivUnavailable, Misconfigured."""
    services = services_for(app, dates)
    request, ledger = await request_for(app, dates, again=again)
    choice = await choose_papers(request, ledger, services, app.now())
    progress("ranked", len(choice.intake.news), len(choice.intake.news))
    papers = [paper for paper, _, _ in choice.preview.chosen]
    room, done = asyncio.Semaphore(READS), 0

    async def read(paper: Paper) -> FullText:
        nonlocal done
        async with room:
            text = await services.texts.read(paper)
        done += 1
        progress("read", done, len(papers))
        return text

    texts = await asyncio.gather(*(read(paper) for paper in papers))
    analyst, language = services.analyst, request.profile.language
    keys = [
        cache_keys.analysis(p, t, language, analyst.name, analyst.version) for p, t in zip(papers, texts, strict=True)
    ]
    held = await services.cache.get_all(keys) if keys else []
    stored = frozenset(p.id for p, raw in zip(papers, held, strict=True) if raw)
    unread = [(p, t) for p, t in zip(papers, texts, strict=True) if p.id not in stored]
    return Plan(choice, tuple(texts), stored, _estimate(app.settings, unread, len(papers), language))


def _estimate(settings: Settings, unread: list[tuple[Paper, FullText]], papers: int, language: str) -> Usage:
    if not settings.has_model or not papers:
        return Usage()
    from digest.llm.estimates import analysis_usage, summary_usage

    total = summary_usage(papers)
    for paper, text in unread:
        total += analysis_usage(paper, text, language, settings.llm_context_tokens)
    price = settings.llm_prices.get(settings.llm_model)
    usd = price.usd(total.input_tokens, 0, total.output_tokens) if price else None
    return Usage(total.calls, total.input_tokens, 0, total.output_tokens, usd)


def show(
    found: Plan, settings: Settings, dates: Dates | None, output: Path | None = None, *, plain: bool = False
) -> None:
    """The table goes to stdout or the file, what is said of it to stderr or the file."""
    choice = found.choice
    cells = [
        (
            str(n),
            f"{score.total:.1f}",
            paper.versioned,
            tex.plain(paper.title),
            "stored" if paper.id in found.stored else text.basis.value,
            tex.plain(score.reason),
        )
        for n, ((paper, score, _), text) in enumerate(zip(choice.preview.chosen, found.texts, strict=True), 1)
    ]
    headings = ("", "score", "paper", "title", "text", "why")
    papers = terminal.some(len(choice.intake.news), "paper")
    lines = [f"{len(cells)} of {papers} {_of(choice, dates)}. No paper was analysed.", *cost_lines(found, settings)]
    if output is not None:
        table = io.StringIO()
        render.rows(table, headings, cells, plain=plain)
        terminal.write("\n".join([table.getvalue(), *lines, ""]), output)
        return
    render.rows(sys.stdout, headings, cells, plain=plain)
    for line in lines:
        terminal.say(line)


def _of(choice: Choice, dates: Dates | None) -> str:
    return dates.words if dates is not None else f"of arXiv's list of {choice.intake.latest}"


def cost_lines(found: Plan, settings: Settings) -> list[str]:
    if not settings.has_model:
        return ["No model is configured: a run costs nothing."]
    e, ranked = found.estimate, found.choice.cost
    took, wanted = terminal.some(ranked.calls, "call"), terminal.some(e.calls, "call")
    lines = [f"The ranking took {took}{_dollars(ranked)} just now; its scores are kept for the run."]
    cost = f"at most about ${e.usd:.2f}" if e.usd is not None else f"no price for {settings.llm_model} in LLM_PRICES"
    lines.append(
        f"A run would make about {wanted} of {settings.llm_model}: {e.input_tokens:,} tokens of input and "
        f"{e.output_tokens:,} of output, {cost}."
    )
    if found.stored:
        are = "is" if len(found.stored) == 1 else "are"
        lines.append(f"{len(found.stored)} of the papers {are} analysed already, which costs nothing.")
    return lines


def _dollars(usage: Usage) -> str:
    return f" (${usage.usd:.4f})" if usage.usd else ""


def data(found: Plan, dates: Dates | None) -> dict[str, object]:
    choice = found.choice
    day: date | None = choice.intake.latest
    return {
        "list": dates.words if dates is not None else str(day),
        "considered": len(choice.intake.news),
        "chosen": [
            {
                "number": n,
                "paper": paper.versioned,
                "title": paper.title,
                "score": round(score.total, 2),
                "relevance": score.relevance,
                "significance": score.significance,
                "why": score.reason,
                "text": text.basis.value,
                "stored": paper.id in found.stored,
            }
            for n, ((paper, score, _), text) in enumerate(zip(choice.preview.chosen, found.texts, strict=True), 1)
        ],
        "ranking": terminal.data_of(choice.cost),
        "estimate": terminal.data_of(found.estimate),
        "note": choice.preview.note,
    }
