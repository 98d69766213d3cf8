"""Scores from the model, in batches; whom it leaves out is asked once more, and then scored by words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from digest import checks
from digest.errors import Unavailable
from digest.llm import calls, prompts
from digest.llm.parsing import data_of, list_at, number_of
from digest.llm.server.client import Model
from digest.llm.server.failures import Overlong
from digest.model import Paper, Profile, Score
from digest.selection.lexical import lexical

log = logging.getLogger(__name__)

BATCH = 25
"""Abstracts a call."""


async def ranked(model: Model, papers: Sequence[Paper], profile: Profile) -> list[Score]:
    """Raises what kept every batch from being scored; a batch that failed beside others is scored by words."""
    scores, failures = await _batches(model, papers, profile)
    if failures and not scores:
        raise failures[0]
    left = [p for p in papers if p.id not in scores]
    if left and not failures:
        more, _ = await _batches(model, left, profile, again=True)
        scores |= more
    if len(scores) < len(papers):
        log.warning("event=ranked_by_words papers=%d of=%d", len(papers) - len(scores), len(papers))
    # Checking a hundred reasons is work for a thread: the loop has others to serve.
    return await asyncio.to_thread(_checked, scores, papers, profile)


def _checked(scores: Mapping[str, Score], papers: Sequence[Paper], profile: Profile) -> list[Score]:
    by_words = {s.paper_id: s for s in lexical(papers, profile)}
    return [_sound(scores[p.id], by_words[p.id], p, profile) if p.id in scores else by_words[p.id] for p in papers]


async def _batches(
    model: Model, papers: Sequence[Paper], profile: Profile, *, again: bool = False
) -> tuple[dict[str, Score], list[Unavailable]]:
    batches = [papers[i : i + BATCH] for i in range(0, len(papers), BATCH)]
    results = await asyncio.gather(*(_batch(model, b, profile, again=again) for b in batches), return_exceptions=True)
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


async def _batch(model: Model, papers: Sequence[Paper], profile: Profile, *, again: bool) -> dict[str, Score]:
    """What was scored soundly: the first of each number; unknown numbers are dropped."""
    try:
        reply = await model.ask(calls.ranking(papers, profile, again=again))
    except Overlong:
        return {}
    scores: dict[str, Score] = {}
    for item in list_at(data_of(reply.text), "scores"):
        n = number_of(item.get("n"), 1, len(papers))
        relevance = number_of(item.get("relevance"), 0, 10)
        significance = number_of(item.get("significance"), 0, 10)
        if n is None or n != int(n) or relevance is None or significance is None:
            continue
        paper, reason = papers[int(n) - 1], item.get("reason")
        said = checks.clean(reason, profile.language) if isinstance(reason, str) else ""
        scores.setdefault(paper.id, Score(paper.id, relevance, significance, said, model.name))
    return scores


def _sound(score: Score, by_words: Score, paper: Paper, profile: Profile) -> Score:
    """A reason that is flawed is replaced by the one that words give."""
    wishes = " ".join((profile.interests, *profile.categories, *profile.wanted, *profile.unwanted))
    source = f"{paper.title}\n{paper.abstract}\n{wishes}"
    flawed = checks.problems_of(
        score.reason, where="reason", language=profile.language, kind="sentence", prompt=prompts.RANK
    ) or checks.unsupported(score.reason, source)
    return replace(score, reason=by_words.reason if flawed else checks.safe_markdown(score.reason))
