"""`paperboy check`: what is configured, reachable and missing, each with what to do, on the real local servers."""

import asyncio
import re
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from bot.alerts.admin import AdminReports
from bot.core.chat import Place
from bot.core.finding import Finding, State
from bot.core.settings.settings import Settings
from bot.core.subscription import Subscription
from bot.discord import connection
from bot.doctor import check, platforms
from bot.doctor import store as store_checks
from bot.doctor.check import run_checks
from bot.server.health import Health, serve_http
from bot.server.service import serve
from bot.server.wiring import open_store
from bot.store import StoreUnavailable
from bot.store.embedded.directory import server_binary
from bot.store.embedded.server import stop
from digest.errors import Misconfigured
from digest.ports import FreePace
from tests.bot.server.test_health import free_port
from tests.deadline import DEADLINE
from tests.servers.arxiv import ArxivServer
from tests.servers.discord import Discord
from tests.servers.faults import Fault
from tests.servers.model import ModelServer
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer


@pytest.fixture(autouse=True)
def _no_host(monkeypatch):
    for mark in ("DYNO", "K_SERVICE", "KUBERNETES_SERVICE_HOST", "FLY_APP_NAME", "RENDER", "RAILWAY_ENVIRONMENT"):
        monkeypatch.delenv(mark, raising=False)


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


def by_name(found: list[Finding]) -> dict[str, Finding]:
    return {f.what: f for f in found}


@pytest.fixture
async def slack():
    async with SlackServer(speed=20) as server:
        server.space.add_user("U1", "ann")
        server.space.add_channel("C1", "U1")
        yield server


class TestSlack:
    def given(self, slack: SlackServer, redis_url: str, **values: object) -> Settings:
        told = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_api_url": slack.url}
        return settings(redis_url=redis_url, **(told | values))

    async def test_the_token_the_socket_and_every_channel_are_looked_at(self, slack, redis_url, store):
        await store.save_subscription(Subscription(Place("slack", "CGONE")))
        found = by_name(await platforms.slack(self.given(slack, redis_url, slack_channel="C1")))
        assert {f.state for what, f in found.items() if what != "Slack channel CGONE"} == {State.GOOD}
        assert set(found) >= {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "Slack channel C1", "Slack channel CGONE"}
        assert found["Slack channel CGONE"].state is State.BAD
        assert slack.space.channel("C1").messages == {}

    async def test_without_a_way_to_hear_people_it_says_what_to_set(self, slack, redis_url):
        found = by_name(await platforms.slack(self.given(slack, redis_url, slack_app_token="")))
        assert found["Slack events"].state is State.BAD
        assert "SLACK_APP_TOKEN" in found["Slack events"].todo

    async def test_a_refused_token_is_told(self, slack, redis_url):
        [found] = await platforms.slack(self.given(slack, redis_url, slack_bot_token="xoxb-wrong"))
        assert found.state is State.BAD
        assert "xoxb" not in found.detail


class TestDiscord:
    async def test_the_token_and_its_channels_are_looked_at_and_a_missing_intent_is_no_fault(self, redis_url):
        async with Discord() as server:
            channel = server.world.channel(server.world.guild())
            given = settings(
                redis_url=redis_url,
                discord_token=server.token,
                discord_api_url=server.api_url,
                discord_gateway_url=server.gateway_url,
                admin_discord_channel_id=channel["id"],
            )
            try:
                found = by_name(await platforms.discord(given))
            finally:
                connection.set_addresses()
        assert found["DISCORD_TOKEN"].state is State.GOOD
        assert found[f"Discord channel {channel['id']}"].state is State.GOOD
        assert State.BAD not in {f.state for f in found.values()}


async def test_a_platform_without_a_token_is_off_and_a_channel_without_one_a_mistake():
    [off] = await platforms.slack(settings())
    assert off.state is State.OFF
    [wrong] = await platforms.discord(settings(discord_channel_id="1"))
    assert (wrong.state, wrong.todo) == (State.BAD, "Set DISCORD_TOKEN.")


class TestHost:
    @pytest.mark.parametrize(("mark", "name"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run")])
    async def test_where_the_disk_does_not_last_redis_url_is_required(self, monkeypatch, mark, name):
        monkeypatch.setenv(mark, "web.1")
        [found] = await platforms.host(settings())
        assert found.state is State.BAD
        assert name in found.todo
        assert await platforms.host(settings(redis_url="redis://elsewhere")) == []
        with pytest.raises(Misconfigured, match=f"This is {name}: .*Set REDIS_URL"):
            await serve(settings(slack_bot_token=BOT_TOKEN, slack_app_token=APP_TOKEN))

    async def test_where_it_may_not_last_it_says_so_and_runs(self, monkeypatch):
        monkeypatch.setenv("FLY_APP_NAME", "papers")
        [found] = await platforms.host(settings())
        assert found.state is State.DOUBTFUL
        assert "volume" in found.todo

    async def test_a_machine_of_one_s_own_has_nothing_to_be_told(self):
        assert await platforms.host(settings()) == []


class TestPort:
    async def test_free_or_taken_by_a_bot_or_by_somebody_else(self):
        number = free_port()
        assert [f.detail for f in await platforms.port(settings(port=number))] == [f"{number} is free"]
        up = [True]
        async with serve_http(Health(parts={"slack": lambda: up[0]}), web.Application(), number, None, needed=True):
            [found] = await platforms.port(settings(port=number))
            assert (found.state, found.detail) == (State.GOOD, f"a bot runs on {number}: ready")
            up[0] = False
            [found] = await platforms.port(settings(port=number))
            assert (found.state, found.detail) == (State.DOUBTFUL, f"a bot runs on {number}: not ready (slack down)")
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("0.0.0.0", number))
            taken.listen()
            [found] = await platforms.port(settings(port=number))
            assert found.state is State.DOUBTFUL
            assert "Set PORT" in found.todo

    async def test_the_port_of_the_metrics_is_looked_at_where_they_have_one(self):
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", 0))
            taken.listen()
            apart = taken.getsockname()[1]
            free, metrics = await platforms.port(settings(port=free_port(), metrics_port=apart))
        assert free.state is State.GOOD
        assert (metrics.what, metrics.state) == ("METRICS_PORT", State.DOUBTFUL)


class TestStore:
    async def test_a_server_without_an_append_only_file_loses_what_came_last(self, redis_url, store):
        given = settings(redis_url=redis_url)
        good, doubtful = await store_checks.store(given)  # the tests' server keeps nothing
        assert (good.what, good.state) == ("store", State.GOOD)
        assert doubtful.state is State.DOUBTFUL
        assert "appendonly yes" in doubtful.todo
        await store.redis.do("CONFIG", "SET", "appendonly", "yes")
        try:
            assert await store_checks.store(given) == [good]
        finally:
            await store.redis.do("CONFIG", "SET", "appendonly", "no")

    async def test_a_server_that_takes_no_writes_is_told_without_waiting_for_it(self, redis_url, store, monkeypatch):
        monkeypatch.setattr("bot.store.redis.FULL_RETRY_DELAY", 10 * DEADLINE)
        await store.redis.do("CONFIG", "SET", "maxmemory", "1")
        try:
            async with asyncio.timeout(DEADLINE):
                with pytest.raises(StoreUnavailable, match="used up its memory"):
                    await store_checks.store(settings(redis_url=redis_url))
        finally:
            await store.redis.do("CONFIG", "SET", "maxmemory", "0")

    async def test_an_embedded_one_has_a_folder_and_room_in_it(self, tmp_path, monkeypatch):
        given = settings(paperboy_home=tmp_path)
        [good] = await store_checks.store(given)
        assert str(tmp_path) in good.detail
        monkeypatch.setattr("bot.doctor.store.MIN_FREE", 10**18)
        _, disk = await store_checks.store(given)
        assert disk.state is State.DOUBTFUL
        assert "MB free" in disk.detail
        await stop(given.home)

    async def test_what_lasts_stands_there_with_channel_and_cause(self, redis_url, store, clock):
        admin = AdminReports(store, {}, [], FreePace(), clock)
        await admin.report_fault("delivery", "The bot is not in the channel.", about="slack:C1", channel="slack:C1")
        found = by_name(await store_checks.store(settings(redis_url=redis_url)))["fault: delivery"]
        assert found.state is State.DOUBTFUL
        assert found.detail == "since 2026-01-30 09:00 UTC, slack:C1: The bot is not in the channel."

    async def test_a_clock_that_was_set_is_told(self):
        assert await store_checks.time(settings()) == []
        [found] = await store_checks.time(settings(paperboy_now="2026-01-30T09:00:00+00:00"))
        assert "Unset it" in found.todo


async def test_the_whole_table_has_a_line_for_everything_and_ends_with_what_it_found(
    slack, redis_url, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    async with ArxivServer() as arxiv, ModelServer() as model:
        given = settings(
            redis_url=redis_url,
            paperboy_home=tmp_path,
            port=free_port(),
            openai_base_url=model.base_url,
            openai_api_key="sk-a-secret",
            llm_model="stand-in",
            slack_bot_token=BOT_TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=slack.url,
            slack_channel="C1",
            **{name.lower(): url for name, url in arxiv.environment.items()},
        )
        code = await run_checks(given)
    out = capsys.readouterr().out
    for what in ("store", "arXiv feed", "arXiv API", "arXiv texts", "LLM_MODEL", "LLM_PRICES", "DIGEST_TIME"):
        assert what in out
    for what in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "Slack channel C1", "Discord", "PORT"):
        assert what in out
    assert code == (1 if " bad " in out else 0)
    assert "sk-a-secret" not in out
    assert BOT_TOKEN not in out


async def test_the_moment_until_which_arxiv_asks_to_wait_is_told_in_seconds(monkeypatch):
    monkeypatch.setattr(check, "PAUSE", 0)
    async with ArxivServer() as arxiv:
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
        arxiv.faults.always("any", Fault(429, retry_after=until))
        found = await check._check_arxiv(
            settings(**{name.lower(): url for name, url in arxiv.environment.items()}, arxiv_contact="me@example.org")
        )
    assert all(re.fullmatch(r"Try again in (8\d|90) seconds\.", finding.todo) for finding in found)


async def test_why_arxiv_is_not_reached_is_told_in_words(monkeypatch):
    monkeypatch.setattr(check, "PAUSE", 0)
    there = {"arxiv_rss_url": f"http://127.0.0.1:{free_port()}", "arxiv_content_url": "http://no-such-name.invalid"}
    found = by_name(await check._check_arxiv(settings(**there, arxiv_api_url=there["arxiv_rss_url"])))
    assert found["arXiv feed"].detail == "cannot be reached at 127.0.0.1: no connection"
    assert found["arXiv texts"].detail == "cannot be reached at no-such-name.invalid: no such name (DNS)"


class TestRedis:
    async def test_a_server_that_does_not_answer_is_told_at_once(self, tmp_path):
        given = settings(redis_url=f"redis://127.0.0.1:{free_port()}", paperboy_home=tmp_path)
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="See that it runs and that REDIS_URL is right"):
            async with open_store(given):
                pass
        assert time.monotonic() - begun < 5

    async def test_a_server_that_throws_keys_away_is_refused_with_what_to_set(self, redis_url, store):
        await store.redis.do("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru")
        try:
            with pytest.raises(Misconfigured, match="Set maxmemory-policy to noeviction"):
                async with open_store(settings(redis_url=redis_url)):
                    pass
        finally:
            await store.redis.do("CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", "noeviction")

    async def test_a_service_waits_for_the_server_it_was_started_before(self, tmp_path, caplog):
        held = socket.socket()  # bound without listening: no other test gets the port, the server may
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        number = held.getsockname()[1]
        command = [str(server_binary()), "--port", str(number), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]  # fmt: skip
        given = settings(redis_url=f"redis://127.0.0.1:{number}")

        async def begun() -> None:
            async with open_store(given, wait=30) as (store, _, _):
                await store.server_time()

        service = asyncio.create_task(begun())
        while "event=store_awaited" not in caplog.text:
            assert not service.done()
            await asyncio.sleep(0.05)
        server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        try:
            await service
        finally:
            server.terminate()
            await server.wait()
            held.close()
