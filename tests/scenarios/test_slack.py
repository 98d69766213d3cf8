"""The whole bot as a process between a local Slack, arXiv and model: from `/digest now` to an answer in the thread."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deadline import DEADLINE
from tests.scenarios.conftest import World
from tests.servers.forking import Started
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, Message, SlackServer

CHANNEL = "C0PAPERS"
PAPERS = 4


@dataclass
class Team:
    """A channel with Ann and Bob, and the bot running in it."""

    slack: SlackServer
    world: World
    process: Started
    log: Path

    def posts(self) -> list[Message]:
        """The bot's messages that people see, in order."""
        messages = self.slack.space.channel(CHANNEL).messages.values()
        return sorted((m for m in messages if m.bot_id), key=lambda m: m.ts)

    def parent(self) -> Message:
        return self.posts()[0]

    def replies(self) -> list[Message]:
        return [m for m in self.posts() if m.thread_ts == self.parent().ts]

    def answer(self) -> str:
        """The text of the reply after those of the papers, once it stands in its final form; empty before."""
        replies = self.replies()
        return replies[PAPERS].shown if len(replies) == PAPERS + 1 and " · " in replies[PAPERS].shown[:6] else ""

    async def has_digest(self) -> None:
        await self.slack.until(lambda: len(self.posts()) > PAPERS and self.parent().edits)

    async def restart(self) -> None:
        self.process.kill()
        await self.process.wait()
        self.process = await started(self.world, self.slack, self.log)


async def started(world: World, slack: SlackServer, log: Path) -> Started:
    slack.hub.connected.clear()
    environment = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.url,
        "SLACK_CHANNEL": CHANNEL,
        "DIGEST_LANGUAGE": "zh",
        "DIGEST_PAPERS": str(PAPERS),
        "DIGEST_TIME": "08:00",
    }
    with log.open("ab") as file:
        process = await world.start("run", output=file, **environment)
    async with asyncio.timeout(DEADLINE):
        await slack.hub.connected.wait()
    return process


@pytest.fixture
async def team(world, tmp_path):
    async with SlackServer(speed=20, ack=3) as slack:
        slack.space.add_user("U1", "ann", admin=True)
        slack.space.add_user("U2", "bob", locale="zh-CN")
        slack.space.add_channel(CHANNEL, "U1", "U2")
        log = tmp_path / "bot.log"
        team = Team(slack, world, await started(world, slack, log), log)
        yield team
        if team.process.returncode is None:
            team.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(DEADLINE):
                await team.process.wait()


async def test_from_now_to_an_answer_in_the_thread(team):
    command = await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    assert command.acked
    await team.has_digest()
    assert len(team.replies()) == PAPERS
    assert "先读" in team.parent().shown
    assert team.slack.refusals() == []

    team.slack.say(CHANNEL, "U2", "第3篇用了什么数据集？", team.parent().ts)
    await team.slack.until(team.answer)
    answer = team.replies()[-1]
    assert answer.shown.startswith("3 · ")
    assert "arxiv.org/" in str(answer.blocks)
    calls = [c for c in team.world.model.calls if c.task == "answer"]
    assert len(calls) == 1
    said = "".join(c.prompt for c in team.world.model.calls)
    assert not any(name in said for name in ("U1", "U2", "bob", "ann "))


async def test_people_who_talk_to_each_other_are_left_alone_and_not_kept(team):
    await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    await team.has_digest()
    secret = "the-launch-is-on-tuesday"
    team.slack.say(CHANNEL, "U1", f"unrelated: {secret}")
    team.slack.say(CHANNEL, "U1", f"<@U2> did you see 3? {secret}", team.parent().ts)
    team.slack.say(CHANNEL, "U1", f"<@{BOT_USER}> does 1 release code?", team.parent().ts)
    await team.slack.until(team.answer)
    assert secret not in "".join(c.prompt for c in team.world.model.calls)
    assert secret not in team.log.read_text()
    kept = await team.world.run("stop")  # the store is still in use: nothing is stopped
    assert kept.code == 0
    assert secret.encode() not in b"".join(f.read_bytes() for f in (team.world.home / "home").rglob("*") if f.is_file())


async def test_killed_in_the_middle_of_a_delivery_it_posts_the_rest_once(team):
    await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    await team.slack.until(lambda: len(team.posts()) >= 3)
    await team.restart()
    await team.has_digest()
    titles = [m.text for m in team.replies()]
    assert len(titles) == len(set(titles)) == PAPERS
    assert [int(t.split(" ")[0]) for t in titles] == list(range(1, PAPERS + 1))


async def test_a_question_acknowledged_before_a_kill_is_answered_after_it(team):
    await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    await team.has_digest()
    team.world.model.pause.hold()
    [asked, *_] = team.slack.say(CHANNEL, "U2", f"<@{BOT_USER}> 第2篇的方法是什么？", team.parent().ts)
    await asked.wait()
    await team.restart()
    team.world.model.pause.release()
    await team.slack.until(team.answer)
    assert team.answer().startswith("2 · ")


async def test_retract_takes_back_what_the_bot_posted_and_now_posts_again(team):
    await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    await team.has_digest()
    ephemeral = team.slack.space.channel(CHANNEL).ephemeral
    await team.slack.command("U1", CHANNEL, "/digest", "retract").wait()
    asked = await team.slack.until(lambda: next((m for m in ephemeral if "Take back" in m.shown), None))
    await team.slack.click("U1", asked, "Take back").wait()
    await team.slack.until(lambda: not team.posts())
    await team.slack.command("U1", CHANNEL, "/digest", "now").wait()
    await team.has_digest()
    assert len(team.replies()) == PAPERS


async def test_it_ends_in_order_on_sigterm(team):
    team.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(DEADLINE):
        assert await team.process.wait() == 0
    assert "Traceback" not in team.log.read_text()
