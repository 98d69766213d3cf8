"""A scripted day of the whole bot as one process on a local Slack and Discord, as an operator sees it: logs, health, metrics, lists, admins."""

import asyncio
import json
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.bot.server.test_health import free_port
from tests.deadline import DEADLINE, until
from tests.scenarios.conftest import World
from tests.servers.discord import Discord
from tests.servers.discord_world import Interaction
from tests.servers.forking import Started
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, Message, SlackServer

PAPERS, ADMINS = "C0PAPERS", "C0ADMINS"
CHOSEN = 3
"""Papers of a digest."""
KEY = "sk-local-and-secret"


@dataclass
class Installation:
    slack: SlackServer
    discord: Discord
    world: World
    channel: dict[str, Any]
    """On Discord."""
    log: Path
    port: int
    process: Started | None = None

    async def start(self, **environment: str) -> None:
        self.slack.hub.connected.clear()
        with self.log.open("ab") as file:
            self.process = await self.world.start("run", output=file, **environment)
        async with asyncio.timeout(DEADLINE):
            await self.slack.hub.connected.wait()
            await self.until_ready()

    async def until_ready(self) -> None:
        while True:
            try:
                if (await self.get("/readyz"))[0] == 200:
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.status, await answer.text()

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE):
            code = await self.process.wait()
        self.process = None
        return code

    def posts(self, channel: str = PAPERS) -> list[Message]:
        messages = self.slack.space.channel(channel).messages.values()
        return sorted((m for m in messages if m.bot_id), key=lambda m: m.ts)

    def told(self) -> list[str]:
        return [m.shown for m in self.posts(ADMINS)]

    def whole(self) -> bool:
        return len(self.posts()) > CHOSEN and bool(self.posts()[0].edits)

    async def status_on_discord(self) -> Interaction:
        """Somebody asks there how the digest stands, and is answered."""
        found = next(c for c in self.discord.world.commands if c["name"] == "digest")
        data = {
            "id": found["id"],
            "name": "digest",
            "type": 1,
            "options": [{"type": 1, "name": "status", "options": []}],
        }
        made = self.discord.interact(self.discord.world.person("ada"), self.channel, 2, data, admin=True)
        await until(lambda: made.shown)
        return made

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
async def place(world, tmp_path):
    async with SlackServer(speed=20, ack=3) as slack, Discord() as discord:
        slack.space.add_user("U1", "ann")
        for name in (PAPERS, ADMINS):
            slack.space.add_channel(name, "U1")
        channel = discord.world.channel(discord.world.guild())
        port = free_port()
        world.environment |= {
            "OPENAI_API_KEY": KEY,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.url,
            "SLACK_CHANNEL": PAPERS,
            "ADMIN_SLACK_CHANNEL": ADMINS,
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DISCORD_CHANNEL_ID": channel["id"],
            "PORT": str(port),
            "DIGEST_PAPERS": str(CHOSEN),
            "LLM_PRICES": "stand-in=1/0.1/4,stand-in-fast=0.2/0.02/1",
            "LOG_LEVEL": "DEBUG",
            "LOG_FORMAT": "json",
        }
        made = Installation(slack, discord, world, channel, tmp_path / "bot.log", port)
        yield made
        if made.process is not None:
            await made.stop()


async def test_a_day_as_the_operator_sees_it(place):
    """Everything at DEBUG and as JSON: no token in it, and one id joins what belongs together."""
    await place.start()
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    await place.slack.until(place.whole)
    parent = place.posts()[0]
    place.slack.say(PAPERS, "U1", f"<@{BOT_USER}> which dataset does 3 use?", parent.ts)
    await place.slack.until(lambda: len(place.posts()) == CHOSEN + 2 and " · " in place.posts()[-1].shown[:6])

    pressed = await place.status_on_discord()

    status, text = await place.get("/readyz")
    assert (status, json.loads(text)) == (200, {"status": "ready", "slack": "up", "discord": "up", "store": "up"})
    metrics = (await place.get("/metrics"))[1]
    for line in (
        f'paperboy_papers_total{{outcome="chosen"}} {CHOSEN}.0',
        f'paperboy_posts_total{{kind="reply",platform="slack"}} {CHOSEN}.0',
        'paperboy_posts_total{kind="answer",platform="slack"} 1.0',
        'paperboy_model_calls_total{stage="answer"} 1.0',
        "paperboy_answer_seconds_count 1.0",
        'paperboy_queue_depth{docket="slow"} 0.0',
    ):
        assert line in metrics.splitlines()
    counted = [line for line in metrics.splitlines() if line.startswith("paperboy_model_calls_total")]
    assert sum(float(line.split(" ")[1]) for line in counted) == len(place.world.model.calls)

    costs = json.loads((await place.world.run("costs", "--json")).out)
    assert costs["day"]["total"]["calls"] == len(place.world.model.calls)
    assert costs["day"]["by_channel"].keys() == {f"slack:{PAPERS}"}
    assert costs["day"]["by_stage"]["answer"]["calls"] == 1
    assert costs["month"]["total"]["usd"] > 0
    listed = json.loads((await place.world.run("subscriptions", "list", "--json")).out)
    by_channel = {row["channel"]: row for row in listed}
    assert by_channel[f"slack:{PAPERS}"]["last"] == f"2026-01-30, {CHOSEN} papers"
    assert by_channel[f"discord:{place.channel['id']}"]["last"] == ""
    assert by_channel[f"slack:{PAPERS}"]["month"]["usd"] == costs["month"]["total"]["usd"]

    assert await place.stop() == 0
    log = place.log.read_text()
    secrets = [
        KEY,
        BOT_TOKEN,
        APP_TOKEN,
        place.discord.token,
        pressed.token,
        place.slack.url.rsplit(":", 1)[0] + "/commands",
    ]
    assert not [s for s in secrets if s in log]
    assert "response_url" not in log
    assert "U1" not in log.replace("U1B", "")
    lines = place.lines()
    assert all(line["levelname"] for line in lines)
    asked = next(line for line in lines if line["message"].startswith("event=asked"))
    name = asked["message"].rsplit("for=", 1)[1]
    joined = [line["message"] for line in lines if line.get("for") == name]
    assert any(m.startswith("event=model_call ") and "stage=answer" in m for m in joined)
    assert any(m == f"event=answered message={place.posts()[-1].ts}" for m in joined)
    digest = [line["message"] for line in lines if line.get("for") == f"slack:{PAPERS}:2026-01-30:now-1"]
    assert sum("stage=analyse" in m for m in digest) >= CHOSEN
    assert sum(m.startswith("event=posted") and "kind=reply" in m for m in digest) == CHOSEN


async def test_a_refused_key_is_told_to_the_admins_once_and_its_end_too(place):
    place.world.model.behave("unauthorized")
    await place.start(LOG_FORMAT="text")
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    ephemeral = place.slack.space.channel(PAPERS).ephemeral
    await place.slack.until(lambda: any("OPENAI_API_KEY" in m.shown for m in ephemeral))
    await place.slack.until(place.told)
    [told] = place.told()
    assert "A setting is wrong" in told
    assert "OPENAI_API_KEY" in told
    assert "paperboy check" in told
    place.world.model.sound()
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    await place.slack.until(place.whole)
    await place.slack.until(lambda: len(place.told()) == 2)
    assert "over after" in place.told()[1]
    assert KEY not in place.log.read_text()


async def test_slack_over_http_shares_the_port_with_health_and_metrics_may_have_their_own(place):
    metrics_port = free_port()
    place.slack.hub.http = (f"http://127.0.0.1:{place.port}/slack/events", "a-signing-secret")
    with place.log.open("ab") as file:
        place.process = await place.world.start(
            "run",
            output=file,
            SLACK_APP_TOKEN="",
            SLACK_SIGNING_SECRET="a-signing-secret",
            METRICS_PORT=str(metrics_port),
        )
    async with asyncio.timeout(DEADLINE):
        await place.until_ready()
    command = await place.slack.command("U1", PAPERS, "/digest", "status").wait()
    assert command.acked
    assert (await place.get("/metrics"))[0] == 404
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{metrics_port}/metrics") as answer:
            assert "paperboy_queue_depth" in await answer.text()
        async with session.post(f"http://127.0.0.1:{place.port}/slack/events", data="forged") as answer:
            assert answer.status == 401
    assert await place.stop() == 0
    assert "a-signing-secret" not in place.log.read_text()


async def test_slack_over_http_ends_with_a_sentence_where_its_port_is_taken(place):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", place.port))
        taken.listen()
        result = await place.world.run(
            "run", SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="a-signing-secret", LOG_LEVEL="ERROR", LOG_FORMAT="text"
        )
    assert result.code == 2
    assert f"PORT {place.port} cannot be used" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("token", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN"])
async def test_a_refused_token_is_a_wrong_setting_and_not_tried_again_by_a_supervisor(place, token):
    wrong = {token: "xoxb-wrong" if token == "SLACK_BOT_TOKEN" else "wrong"}
    result = await place.world.run("run", LOG_LEVEL="ERROR", LOG_FORMAT="text", **wrong)
    assert result.code == 2
    assert token in result.err.splitlines()[-1]
    assert "Traceback" not in result.err


async def test_where_the_disk_does_not_last_it_does_not_run_without_redis_url(place):
    result = await place.world.run("run", DYNO="worker.1", LOG_FORMAT="text")
    assert result.code == 2
    assert "This is Heroku" in result.err
    assert "Set REDIS_URL" in result.err


async def test_a_file_of_channels_from_the_command_line(place, tmp_path):
    file = tmp_path / "channels.yaml"
    file.write_text(
        "defaults: {language: zh}\nsubscriptions:\n  - {channel: slack:C1, papers: 3}\n  - {channel: slack:C2}\n"
    )
    dry = await place.world.run("subscriptions", "apply", str(file), "--dry-run")
    assert (dry.code, dry.out.count("+ slack:C")) == (0, 2)
    assert (await place.world.run("subscriptions", "export")).out == "subscriptions: []\n"
    assert (await place.world.run("subscriptions", "apply", str(file))).code == 0
    assert (
        await place.world.run("subscriptions", "edit", "slack:C1", "papers=4")
    ).out == "~ slack:C1\n    papers: 3 -> 4\n"
    assert (await place.world.run("subscriptions", "pause", "slack:C2")).code == 0
    assert (await place.world.run("subscriptions", "remove", "slack:C2")).code == 0
    gone = await place.world.run("subscriptions", "edit", "slack:C2", LOG_LEVEL="ERROR")
    assert (gone.code, gone.err.count("\n")) == (1, 1)
    assert "There is no subscription slack:C2" in gone.err
    wrong = await place.world.run("subscriptions", "edit", "slack:C1", "papers=900")
    assert wrong.code == 2
    assert "Traceback" not in wrong.err
    exported = (await place.world.run("subscriptions", "export")).out
    assert "channel: slack:C1" in exported
    assert "papers: 4" in exported
    assert "slack:C2" not in exported
