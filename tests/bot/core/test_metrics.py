"""What is counted is what happened; every name says what it means, and no label names anybody."""

import re

import pytest
import stamina
from prometheus_client import generate_latest
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from bot.core import metrics
from digest.llm.server.failures import TemporaryFailure
from digest.model import Usage
from digest.ports import NoLimit, booked


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_digest_and_an_answer_are_counted(channel):
    names = {
        "chosen": ("paperboy_papers_total", {"outcome": "chosen"}),
        "considered": ("paperboy_papers_total", {"outcome": "considered"}),
        "made": ("paperboy_digests_total", {"outcome": "made"}),
        "parent": ("paperboy_posts_total", {"platform": "console", "kind": "post"}),
        "replies": ("paperboy_posts_total", {"platform": "console", "kind": "reply"}),
        "answers": ("paperboy_posts_total", {"platform": "console", "kind": "answer"}),
        "latency": ("paperboy_answer_seconds_count", {}),
    }
    before = {what: value(name, **labels) for what, (name, labels) in names.items()}
    digest, thread = await channel.digest()
    await channel.ask(thread, "does 1 release code?")
    grown = {what: value(name, **labels) - before[what] for what, (name, labels) in names.items()}
    assert grown == {
        "chosen": len(digest.entries),
        "considered": digest.coverage.considered,
        "made": 1,
        "parent": 1,
        "replies": len(digest.entries),
        "answers": 1,
        "latency": 1,
    }


async def test_calls_tokens_and_cost_are_counted_by_stage_when_they_are_settled():
    budget = metrics.CountedBudget(NoLimit())
    before = value("paperboy_model_cost_usd_total", stage="rank")
    calls = value("paperboy_model_calls_total", stage="rank")
    with booked("slack:C1", "rank"):
        await budget.settle(await budget.reserve("slack:C1", Usage(1)), Usage(1, 1000, 400, 50, 0.25))
        await budget.settle(await budget.reserve("slack:C1", Usage(1)), Usage())  # it failed
    assert value("paperboy_model_cost_usd_total", stage="rank") - before == pytest.approx(0.25)
    assert value("paperboy_model_calls_total", stage="rank") - calls == 1
    assert value("paperboy_model_tokens_total", stage="rank", kind="cached") >= 400


async def test_a_retry_is_counted_by_what_was_asked_and_logged_without_it(caplog):
    hooks, before = get_on_retry_hooks(), value("paperboy_retries_total", what="model")
    caplog.set_level("INFO")
    metrics.count_retries()
    try:
        async for attempt in stamina.retry_context(on=TemporaryFailure, wait_initial=0, wait_max=0, wait_jitter=0):
            with attempt:
                if attempt.num < 3:
                    raise TemporaryFailure("429 for sk-secret-key")
    finally:
        set_on_retry_hooks(hooks)
    assert value("paperboy_retries_total", what="model") - before == 2
    assert "event=retry what=model time=1" in caplog.text
    assert "sk-secret" not in caplog.text


def test_every_metric_says_what_it_means_and_its_labels_are_few():
    families = [f for f in metrics.REGISTRY.collect() if f.name.startswith("paperboy_")]
    assert {f.name for f in families} == {
        "paperboy_papers", "paperboy_digests", "paperboy_roundups", "paperboy_model_calls", "paperboy_model_tokens", "paperboy_model_cost_usd",
        "paperboy_posts", "paperboy_retries", "paperboy_queue_depth", "paperboy_answer_seconds", "paperboy_changes",
    }  # fmt: skip
    assert all(len(f.documentation) > 30 and f.documentation.endswith(".") for f in families)
    labels = set(re.findall(r'(\w+)="', generate_latest(metrics.REGISTRY).decode()))
    assert labels <= {"outcome", "stage", "kind", "platform", "what", "docket", "le"}
