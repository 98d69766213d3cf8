"""Estimates what the calls of a digest will use, before any of them is made."""

from __future__ import annotations

from digest.llm.prompts import tasks
from digest.llm.prompts.requests import analysis_request
from digest.llm.server.wire import estimate_tokens, request_tokens
from digest.model import FullText, Paper, Usage

OUTPUT = 16_000
"""Tokens that a call for an analysis keeps free for its reply."""
MATERIAL = 500
"""Tokens of a paper's analysis in the call for the summary, as measured."""
SUMMARY_REPLY = 1_500
CONFIRMATION = Usage(1, 2_000, 0, 400)
"""The call that settles doubts."""


def analysis_usage(paper: Paper, text: FullText, language: str, context_tokens: int) -> Usage:
    """Returns the usage for one paper, estimated cautiously, without a repair."""
    request = analysis_request(paper, text, language, selected=False, max_tokens=OUTPUT)
    into = min(request_tokens(request), max(4_000, context_tokens - OUTPUT))
    return Usage(1, into, 0, request.likely_tokens)


def summary_usage(papers: int) -> Usage:
    """Returns the usage for the summary and the call that settles doubts."""
    return Usage(1, estimate_tokens(tasks.SUMMARY) + papers * MATERIAL, 0, SUMMARY_REPLY) + CONFIRMATION
