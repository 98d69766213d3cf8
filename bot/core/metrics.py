"""Prometheus metrics at /metrics (see docs/operations.md). Each process counts its own work.

No label names a person, a paper or a channel.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from digest.model import Digest, Usage
from digest.ports import Budget, booking

log = logging.getLogger(__name__)

REGISTRY = CollectorRegistry()

PAPERS = Counter("paperboy_papers", "Papers of digests made, by what became of them: announced, considered, chosen, late, skipped.", ["outcome"], registry=REGISTRY)  # fmt: skip
DIGESTS = Counter("paperboy_digests", "Runs ended, by how: made, nothing (no new paper), failed.", ["outcome"], registry=REGISTRY)  # fmt: skip
ROUNDUPS = Counter("paperboy_roundups", "Round-ups made, by kind: weekly, monthly.", ["kind"], registry=REGISTRY)  # fmt: skip
CALLS = Counter("paperboy_model_calls", "Calls to the model that were answered, by stage: rank, analyse, summarise, answer, embed.", ["stage"], registry=REGISTRY)  # fmt: skip
TOKENS = Counter("paperboy_model_tokens", "Tokens of those calls, by stage and kind: input (cached included), cached, output.", ["stage", "kind"], registry=REGISTRY)  # fmt: skip
COST = Counter("paperboy_model_cost_usd", "Dollars of those calls by LLM_PRICES, by stage; calls of unpriced models add nothing.", ["stage"], registry=REGISTRY)  # fmt: skip
POSTS = Counter("paperboy_posts", "Messages that a platform has taken, by platform and kind: post, thread, reply, edit, answer.", ["platform", "kind"], registry=REGISTRY)  # fmt: skip
RETRIES = Counter("paperboy_retries", "Requests made again after a failure, by what was asked: model, arxiv, discord, slack, post, other.", ["what"], registry=REGISTRY)  # fmt: skip
CHANGES = Counter("paperboy_changes", "Changes found of papers that channels look after, by kind: withdrawn, version, published, code.", ["kind"], registry=REGISTRY)  # fmt: skip
QUEUE = Gauge("paperboy_queue_depth", "Tasks in the queue of all processes together, running ones included, by docket: slow (digests in the making), posts (deliveries), quick (answers).", ["docket"], registry=REGISTRY)  # fmt: skip
ANSWERS = Histogram(
    "paperboy_answer_seconds",
    "From the moment a question was asked to its answer standing in the channel.",
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 900),
    registry=REGISTRY,
)
ProcessCollector(registry=REGISTRY)  # memory, processor time, open files


def count_digest(digest: Digest) -> None:
    c = digest.coverage
    for outcome, n in (
        ("announced", c.announced),
        ("considered", c.considered),
        ("chosen", c.chosen),
        ("late", len(c.late)),
        ("skipped", len(c.skipped)),
    ):
        PAPERS.labels(outcome).inc(n)
    DIGESTS.labels("made").inc()


def show_depth(depth: Mapping[str, int]) -> None:
    for docket, n in depth.items():
        QUEUE.labels(docket).set(n)


def count_retries() -> None:
    """Counts and logs every retry, without the request."""
    set_on_retry_hooks([_retried])


def _retried(details: RetryDetails) -> None:
    where = type(details.caused_by).__module__
    owners = {
        "digest.llm": "model",
        "digest.fulltext": "arxiv",
        "digest.arxiv.http": "arxiv",
        "bot.discord": "discord",
        "bot.slack": "slack",
    }
    what = next((name for module, name in owners.items() if where.startswith(module)), "other")
    RETRIES.labels(what).inc()
    log.info(
        "event=retry what=%s time=%d wait=%.1f cause=%s",
        what,
        details.retry_num,
        details.wait_for,
        type(details.caused_by).__name__,
    )


class CountedBudget:
    """A Budget that counts settled calls, but not failed ones, which are settled without usage."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    async def reserve(self, payer: str, estimate: Usage) -> str:
        return await self._budget.reserve(payer, estimate)

    async def settle(self, ticket: str, usage: Usage) -> None:
        await self._budget.settle(ticket, usage)
        if not usage.calls:
            return
        stage = booking.get().stage
        CALLS.labels(stage).inc(usage.calls)
        for kind, n in (
            ("input", usage.input_tokens),
            ("cached", usage.cached_tokens),
            ("output", usage.output_tokens),
        ):
            TOKENS.labels(stage, kind).inc(n)
        COST.labels(stage).inc(usage.usd or 0.0)
