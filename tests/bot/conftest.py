"""A channel of people around an context without a platform."""

import functools
import io

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.console import render
from bot.console.chat import ConsoleChat
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.digests.daily import Daily
from bot.questions.conversation import Conversation
from bot.store import RedisCache, Store
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Profile
from digest.ports import FreePace, Services
from tests.bot.people import Channel
from tests.conftest import Clock
from tests.sample_day import SampleDay

_analysis_once = functools.lru_cache(maxsize=256)(functools.partial(ExtractiveAnalyst._analysis, ExtractiveAnalyst()))


@pytest.fixture(autouse=True)
def _analyses_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stand-in finds in a text is always the same. Hundreds of tests begin with a digest of the same papers: each text
    is analysed once a worker. What the analyst does is tested in `tests/digest/extractive`."""
    monkeypatch.setattr(ExtractiveAnalyst, "_analysis", staticmethod(_analysis_once))


@pytest.fixture
def channel(store: Store, clock: Clock) -> Channel:
    chat = ConsoleChat(store, render.terminal(io.StringIO(), width=120), render.terminal(io.StringIO()))
    sample, stand_in = SampleDay(), ExtractiveAnalyst()
    services = Services(sample, sample, stand_in, stand_in, RedisCache(store))
    queue = InlineQueue()
    context = Context(
        store=store,
        services=services,
        chats={chat.name: chat},
        queue=queue,
        daily=Daily(store, services, {chat.name: chat}, FreePace(), clock),
        now=clock,
        defaults=Subscription(Place("", ""), Profile(("cs.CV",), language="en")),
    )
    conversation = Conversation(context)
    queue.register("answer", conversation.answer)
    return Channel(context, Dispatcher(context, conversation), chat, clock, conversation)
