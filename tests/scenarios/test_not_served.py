"""A platform whose token is taken out of the settings: what waits there waits, the other goes on, and with the token it is told."""

import re

import pytest

from bot.digests.cards import short_title
from tests.scenarios.places import Place, two_platforms
from tests.scenarios.test_changes import LATER, shown_papers, told, withdraw


def without(environment: dict[str, str], platform: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if platform.upper() not in name}


async def restart(running: Place, next_one: Place, environment: dict[str, str]) -> None:
    """In the environment; listens on every platform that has a token in it."""
    await running.stop()
    wanted = {"event=slack_connected": "SLACK_BOT_TOKEN", "event=discord_ready": "DISCORD_TOKEN"}
    connected = {words: running.logged(words) for words, token in wanted.items() if token in environment}
    next_one.environment = environment
    await next_one.start()
    for words, before in connected.items():
        await next_one.until_logged(words, before + 1)


@pytest.mark.parametrize("gone", ["slack", "discord"])
async def test_questions_and_news_wait_for_their_platform(gone, world, tmp_path):
    more = {"SHORTEN": "10", "DIGEST_PAPERS": "2", "DIGEST_TIME": "08:00"}
    async with two_platforms(world, tmp_path / "bot.log", subscribed=True, **more) as (slack, discord):
        there, left = (slack, discord) if gone == "slack" else (discord, slack)
        whole = discord.environment
        there.command("digest", "now")
        await there.until(lambda: any("The digest is posted." in text for text in there.alone()))
        paper = world.arxiv.papers[shown_papers(there, world)[0]].paper
        before = {message for message, _ in there.posts()}
        there.deny()
        there.ask(f"what does {paper.id} measure?")
        await there.until(there.refused)

        withdraw(world, paper.id)
        world.at(LATER)
        await restart(discord, left, without(whole, gone))
        await left.until_logged("event=platform_not_served")
        left.ask("help")
        await left.until(lambda: told(left, "Three things to do"))

        there.allow()
        await restart(left, discord, whole)
        await there.until(lambda: told(there, "was withdrawn"))
        await there.until_logged("event=answered", 2)
        about = [text for message, text in there.posts() if message not in before and short_title(paper) in text]
        answers = [text for text in about if "was withdrawn" not in text]
        assert (len(answers), told(there, "was withdrawn")) == (1, 1)
        assert len([call for call in world.model.calls if call.task == "answer"]) == 1
        assert not re.search(r"Traceback|event=bug|event=task_failed", there.log.read_text())
