"""Scores papers in batches, asks once more for those omitted, and ranks the rest by words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest import checks
from digest.errors import Unavailable
from digest.llm.in_turn import run_in_turn
from digest.llm.prompts import tasks
from digest.llm.prompts.requests import ranking_request
from digest.llm.replies.parsing import list_at, parse_number, parse_object
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.wire import request_tokens
from digest.model import Paper, Profile, Score
from digest.selection.lexical import lexical

log = logging.getLogger(__name__)

BATCH = 25
"""Abstracts per call."""
_OUTPUT, _LEAST_OUTPUT = 16_000, 3_000
"""Tokens."""


async def rank_papers(model: Model, papers: Sequence[Paper], profile: Profile) -> list[Score]:
    """Scores a failed batch by words. If no batch was scored, raises the first failure."""
    scores, failures = await _score_batches(model, papers, profile)
    if failures and not scores:
        raise failures[0]
    left = [p for p in papers if p.id not in scores]
    if left and not failures:
        more, _ = await _score_batches(model, left, profile, again=True)
        scores |= more
    if len(scores) < len(papers):
        log.warning("event=ranked_lexically papers=%d of=%d", len(papers) - len(scores), len(papers))
    # In a thread, because checking a hundred reasons takes long.
    return await run_in_turn(_checked, scores, papers, profile)


def _checked(scores: Mapping[str, Score], papers: Sequence[Paper], profile: Profile) -> list[Score]:
    flawed = {p.id for p in papers if p.id in scores and _is_flawed(scores[p.id].reason, p, profile)}
    instead = {}
    if flawed or len(scores) < len(papers):
        instead = {score.paper_id: score for score in lexical(papers, profile)}

    def final(paper_id: str) -> Score:
        score = scores.get(paper_id)
        if score is None:
            return instead[paper_id]
        if paper_id not in flawed:
            return replace(score, reason=checks.safe_markdown(score.reason))
        # "Matches none of your keywords" beside a high relevance would contradict the model.
        by_words = instead[paper_id]
        return replace(score, reason=by_words.reason if by_words.relevance else "")

    return [final(paper.id) for paper in papers]


async def _score_batches(
    model: Model, papers: Sequence[Paper], profile: Profile, *, again: bool = False
) -> tuple[dict[str, Score], list[Unavailable]]:
    batches = [papers[i : i + BATCH] for i in range(0, len(papers), BATCH)]
    results = await asyncio.gather(
        *(_score_batch(model, b, profile, again=again) for b in batches), return_exceptions=True
    )
    scores: dict[str, Score] = {}
    failures: list[Unavailable] = []
    for result in results:
        if isinstance(result, Unavailable):
            failures.append(result)
        elif isinstance(result, BaseException):
            raise result
        else:
            scores |= result
    return scores, failures


async def _score_batch(model: Model, papers: Sequence[Paper], profile: Profile, *, again: bool) -> dict[str, Score]:
    """Returns valid scores by paper id: the first for each number, without unknown numbers.

    A batch that the model cannot read at once is halved."""
    limits = await model.limits(fast=True)
    output = limits.output(_OUTPUT, _LEAST_OUTPUT)
    request = ranking_request(papers, profile, again=again, max_tokens=output)
    fits = len(papers) == 1 or request_tokens(request) <= limits.room(output)
    try:
        reply = await model.ask(request) if fits else None
    except RequestTooLong:
        reply = None
    if reply is None:
        if len(papers) == 1:
            return {}
        middle = len(papers) // 2
        halves = (papers[:middle], papers[middle:])
        first, second = await asyncio.gather(*(_score_batch(model, half, profile, again=again) for half in halves))
        return first | second
    scores: dict[str, Score] = {}
    for item in list_at(parse_object(reply.text), "scores"):
        n = parse_number(item.get("n"), 1, len(papers))
        relevance = parse_number(item.get("relevance"), 0, 10)
        significance = parse_number(item.get("significance"), 0, 10)
        if n is None or n != int(n) or relevance is None or significance is None:
            continue
        paper, reason = papers[int(n) - 1], item.get("reason")
        cleaned = checks.clean(reason, profile.language) if isinstance(reason, str) else ""
        scores.setdefault(paper.id, Score(paper.id, relevance, significance, cleaned, model.name))
    return scores


def _is_flawed(reason: str, paper: Paper, profile: Profile) -> bool:
    wishes = " ".join((profile.interests, *profile.categories, *profile.wanted, *profile.unwanted))
    source = f"{paper.title}\n{paper.abstract}\n{wishes}"
    return bool(
        checks.problems_of(reason, where="reason", language=profile.language, kind="sentence", prompt=tasks.RANK)
        or checks.unsupported(reason, source, profile.language)
    )
