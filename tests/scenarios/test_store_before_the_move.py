"""Today's code goes on with a store that the version before the move into rooms wrote (commit b6d0434).

`tests/data/store_before_the_move.json` holds the keys of that store (lifetime in ms, DUMP payload in base64) and the messages of
its Slack channel. That version delivered a digest of three papers on Friday, answered a question and counted two votes. On
Monday it was killed after Slack had stored the second reply of the daily digest and before it had read Slack's answer; a
question of that minute was acknowledged and not answered.
"""

import base64
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.core.chat import Place
from bot.core.settings.settings import Settings
from bot.store import DeliveryState, QuestionState, Redis, RunState, Store
from digest.model import Basis
from digest.selection.ledger import State
from tests.bot.server.test_health import free_port
from tests.paths import TESTS
from tests.scenarios.conftest import serving
from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer
from tests.servers.papers import a_day
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, Message, SlackServer

DUMP: dict[str, Any] = json.loads((TESTS / "data/store_before_the_move.json").read_text())
FRIDAY, MONDAY = date(2026, 1, 30), date(2026, 2, 2)
CHANNEL = Place("slack", "C0PAPERS")
FIRST, SECOND = f"{CHANNEL.key}:{FRIDAY}:now-1", f"{CHANNEL.key}:{MONDAY}:daily"
UPGRADE = timedelta(hours=1)
NOW = datetime.fromisoformat(DUMP["now"]) + UPGRADE


@pytest.fixture
async def old(redis_url):
    """The store an hour after the kill: its leases have run out."""
    async with Redis(redis_url) as redis:
        for key, life, value in DUMP["keys"]:
            left = 0 if life < 0 else life - int(UPGRADE.total_seconds() * 1000)
            await redis.do("RESTORE", key, left, base64.b64decode(value))
        yield Store(redis, lambda: NOW)


def posted(slack: SlackServer) -> list[tuple[str, Message]]:
    """The bot's messages with the key of their step."""
    messages = slack.space.channel(CHANNEL.channel).messages.values()
    return [(m.metadata["event_payload"]["key"], m) for m in messages if m.metadata]


async def test_what_it_kept_is_read(old):
    subscription = await old.subscription(CHANNEL.key)
    assert (subscription.papers, subscription.profile.interests) == (3, "images of the retina")

    assert await old.digests(CHANNEL.key) == [SECOND, FIRST]
    digest = await old.digest(FIRST)
    assert digest.summary is not None
    assert [e.analysis.basis for e in digest.entries if e.analysis] == [Basis.HTML] * 3
    run = await old.run_state(CHANNEL.key, FRIDAY, "now-1")
    assert run.state is RunState.DONE

    delivery = await old.delivery(FIRST)
    assert (delivery.state, len(delivery.ids), len(delivery.plan)) == (DeliveryState.DONE, 5, 5)
    assert (await old.posts(FIRST)).keys() == {e.paper.id for e in digest.entries}
    assert await old.message_subject(CHANNEL, delivery.ids[f"{FIRST}:1"]) == digest.entries[0].paper.id

    [waiting] = await old.unanswered()
    assert waiting.question.text.endswith("1: does it release code?")
    thread = Place("slack", CHANNEL.channel, delivery.ids[f"{FIRST}:0"])
    talk = await old.thread(thread)
    assert talk.digest == FIRST
    [turn] = await old.turns(thread)
    assert turn.question.endswith("2: which dataset is used?")
    assert turn.answer.startswith("The paper does not say")

    votes = await old.votes(CHANNEL.key)
    assert {(v.person.id, v.kind.value) for v in votes} >= {("U1", "more"), ("U2", "more")}
    ledger = await old.ledger(CHANNEL.key)
    assert sum(e.state is State.CHOSEN for e in ledger.entries.values()) == 6
    spent = await old.spending(FRIDAY)
    assert (spent.total.calls, spent.by_payer().keys()) == (6, {CHANNEL.key})
    assert (await old.spending("2026-01")).total.usd == spent.total.usd


async def test_what_it_had_begun_is_ended_and_nothing_stands_twice(old, redis_url, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.worker.queue.REDELIVERY", timedelta(seconds=5))
    [waiting] = await old.unanswered()
    question = waiting.question.id
    async with ArxivServer(now=NOW) as arxiv, ModelServer() as model, SlackServer(speed=20) as slack:
        for day in (FRIDAY, MONDAY):
            arxiv.add(*a_day(5, day, ("cs.CV",), words=300))
        slack.space.add_user("U2", "bob")
        channel = slack.space.add_channel(CHANNEL.channel, "U2")
        channel.messages.update({m["ts"]: Message(**m) for m in DUMP["messages"]})
        settings = Settings(
            _env_file=None,
            openai_base_url=model.base_url,
            llm_model="stand-in",
            llm_model_fast="stand-in-fast",
            slack_bot_token=BOT_TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=slack.url,
            redis_url=redis_url,
            paperboy_home=tmp_path,
            paperboy_now=NOW,
            port=free_port(),
            **{name.lower(): value for name, value in arxiv.environment.items()},
        )

        def ended() -> bool:
            texts = dict(posted(slack))
            parent, answer = texts[f"{SECOND}:0"], texts.get(f"answer:{question}")
            return bool(parent.edits and answer and answer.shown.startswith("1 · "))

        async with serving(settings):
            await slack.until(ended)
    keys = [key for key, _ in posted(slack)]
    assert len(keys) == len(set(keys))
    assert {f"{run}:{step}" for run in (FIRST, SECOND) for step in range(4)} < set(keys)
    assert [call.task for call in model.calls] == ["answer"]
    assert await old.open_deliveries() == []
    assert (await old.question(question)).state is QuestionState.ANSWERED
