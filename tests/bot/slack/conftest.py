"""The strict Slack, the bot's Chat on it, and the connection with an EventHandler that records its events."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.slack.chat import SlackChat
from bot.slack.listeners.connection import SlackConnection
from tests.bot.recording import RecordingHandler
from tests.deadline import DEADLINE
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer


@pytest.fixture(autouse=True)
def post_gap(monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds between two messages in a channel: as short as the window of a server with `speed=20`."""
    monkeypatch.setattr("bot.slack.web_api.POST_GAP", 0.05)
    return 0.05


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer(speed=20) as server:
        server.space.add_user("U1", "ann")
        server.space.add_user("U2", "bob", locale="zh-CN")
        server.space.add_channel("C1", "U1", "U2")
        yield server


@pytest.fixture
async def chat(slack: SlackServer) -> AsyncIterator[SlackChat]:
    made = SlackChat(BOT_TOKEN, slack.url)
    yield made
    await made.close()


@pytest.fixture
def handler() -> RecordingHandler:
    return RecordingHandler()


@pytest.fixture
async def connection(slack: SlackServer, chat: SlackChat, handler: RecordingHandler) -> AsyncIterator[SlackConnection]:
    """Connected by socket."""
    made = SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url, ping=0.2)
    running = asyncio.create_task(made.run())
    async with asyncio.timeout(DEADLINE):
        await slack.hub.connected.wait()
    yield made
    await made.close(5)
    with contextlib.suppress(Exception):
        await running
