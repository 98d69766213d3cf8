"""Every end is told where it was asked for."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest

from bot.digests.cards import short_title
from tests.bot.store.embedded.test_server import servers
from tests.scenarios.conftest import MORNING
from tests.scenarios.places import CHANNEL, OnDiscord, OnSlack, a_place, two_platforms
from tests.servers.slack import BOT_USER


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_a_right_that_is_missing_is_named_before_anything_is_made(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        place.deny()
        place.command("digest", "now")
        name = "Send Messages" if kind == "discord" else "chat:write"
        told = await place.until(lambda: [text for text in place.alone() if "cannot be posted" in text])
        assert name in told[0]
        assert not world.model.calls
        place.allow()
        place.command("digest", "now")
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        assert len(place.posts()) == 3


@pytest.mark.parametrize("kind", ["slack by http", "discord without content"])
async def test_a_digest_that_cannot_be_posted_is_said_and_now_posts_it_when_the_right_is_back(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.pause.hold("summary")
        place.command("digest", "now")
        await place.until(world.model.pause.waiting)
        place.deny()
        world.model.pause.release()
        await place.until(lambda: any("cannot be posted" in text for text in place.alone()))
        assert place.posts() == []
        calls = len(world.model.calls)
        place.allow()
        place.command("digest", "now")
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        assert len(place.posts()) == 3
        assert len(world.model.calls) == calls


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_who_typed_now_is_told_its_end_after_a_restart(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.pause.hold("summary")
        place.command("digest", "now")
        await place.until(world.model.pause.waiting)
        await place.kill()
        world.model.pause.release()
        await place.start()
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        assert len(place.posts()) == 3


@pytest.mark.parametrize("kind", ["slack by http", "slack by socket", "discord"])
async def test_who_asked_by_command_is_told_when_the_process_ends_before_the_answer(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        world.model.pause.hold()
        place.ask_alone(paper.id, "what does it measure?")
        await place.until(world.model.pause.waiting)
        await place.kill()
        world.model.pause.release()
        await place.start()
        await place.until(lambda: any("was interrupted" in text for text in place.alone()))
        place.ask_alone(paper.id, "what does it measure?")
        await place.until(lambda: short_title(paper) in place.alone()[-1] and "“" in place.alone()[-1])
        assert sum("was interrupted" in text for text in place.alone()) == 1


@pytest.mark.parametrize("kind", ["slack by http", "slack by socket"])
async def test_who_asked_by_command_is_told_though_the_process_ends_right_after_its_receipt(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        assert isinstance(place, OnSlack)
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        world.model.pause.hold()
        asked = place.server.command("U1", CHANNEL, "/paper", f"{paper.id} what does it measure?")
        await asked.wait()  # Slack tells of a failure until then
        await place.kill()
        assert asked.acked
        await place.start()
        await place.until(lambda: any("was interrupted" in text for text in place.alone()))


@pytest.mark.parametrize("kind", ["slack by http", "discord"])
async def test_who_asks_while_a_setting_is_wrong_is_told_which_and_answered_when_it_is_right(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        world.model.behave("unauthorized")
        message = place.ask(f"what does {paper.id} measure?")
        await place.until_logged("event=answered")
        [text] = place.texts()
        assert "refused the key (401)" in text
        world.model.sound()
        place.edit(message, f"which datasets does {paper.id} use?")
        await place.until_logged("event=answered", 2)
        [text] = place.texts()
        assert short_title(paper) in text


@pytest.mark.parametrize("revoked", ["slack", "discord"])
async def test_a_token_that_is_revoked_is_told_and_the_other_platform_goes_on(revoked, world, tmp_path):
    async with two_platforms(world, tmp_path / "bot.log") as (slack, discord):
        if revoked == "slack":
            slack.server.revoked = "token_revoked"
            slack.server.emit("tokens_revoked", {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}})
            left = discord
        else:
            discord.server.token = "another"
            await discord.server.gateway.drop(4004)
            left = slack
        await left.until_logged(f"event=token_refused platform={revoked}")
        await left.until(lambda: any(f"{revoked} refuses the bot's token" in text for text in left.texts()))
        left.ask("help")
        await left.until(lambda: len(left.posts()) == 2)
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{discord.environment['PORT']}/readyz") as answer,
        ):
            states = await answer.json()
        assert (states["slack"], states["discord"]) == (("refused", "up") if revoked == "slack" else ("up", "refused"))


async def test_who_typed_now_on_discord_is_told_that_its_token_is_refused_and_with_a_new_one_now_posts(world, tmp_path):
    async with two_platforms(world, tmp_path / "bot.log", subscribed=True, DIGEST_PAPERS="2", DIGEST_TIME="08:00") as (
        slack,
        discord,
    ):
        world.model.pause.hold("summary")
        discord.command("digest", "now")
        await discord.until(world.model.pause.waiting)
        discord.deny("token")
        await discord.server.gateway.drop(4004)
        await discord.until_logged("event=token_refused platform=discord")
        world.model.pause.release()
        told = await discord.until(lambda: [text for text in discord.alone() if "refuses" in text])
        assert "token" in told[-1]
        assert discord.posts() == []
        await slack.until(lambda: any("discord refuses the bot's token" in text for text in slack.texts()))
        calls = len(world.model.calls)
        await discord.stop()
        discord.allow()
        await discord.start()
        discord.command("digest", "now")
        await discord.until(lambda: any("The digest is posted." in text for text in discord.alone()))
        assert (len(discord.posts()), len(world.model.calls)) == (3, calls)


async def test_removed_from_a_server_and_invited_back_every_channel_works_as_before(world, tmp_path):
    async with a_place("discord", world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnDiscord)
        place.discord.channel(place.guild, name="general", position=-1)
        world.model.pause.hold("summary")
        place.command("digest", "now")
        await place.until(world.model.pause.waiting)
        place.kick()
        world.model.pause.release()
        await place.until(lambda: any("could not be made" in text for text in place.alone()))
        assert place.posts() == []
        place.invite()
        await place.until(place.posts)  # a greeting where people speak
        place.command("digest", "now")
        await place.until(lambda: "The digest is posted." in place.alone()[-1])
        assert len(place.posts()) == 4


async def test_where_the_only_platform_refuses_its_token_the_program_ends_with_a_sentence(world, tmp_path):
    async with a_place("slack by socket", world, tmp_path / "bot.log") as place:
        assert isinstance(place, OnSlack)
        place.server.revoked = "token_revoked"
        place.server.emit("tokens_revoked", {"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}})
        assert place.process is not None
        async with asyncio.timeout(20):
            assert await place.process.wait() == 2
        assert "SLACK_BOT_TOKEN" in place.log.read_text().splitlines()[-1]


async def test_a_channel_archived_meanwhile_is_told_and_works_again_when_it_is_opened(world, tmp_path):
    async with a_place("slack by socket", world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnSlack)
        world.model.pause.hold("summary")
        place.command("digest", "now")
        await place.until(world.model.pause.waiting)
        place.server.archive(CHANNEL, "U1")
        world.model.pause.release()
        await place.until(lambda: any("was archived" in text for text in place.alone()))
        assert place.posts() == []
        opened = place.server.unarchive(CHANNEL, "U1")
        assert opened is not None
        await opened.wait()
        told = len(place.alone())
        place.command("digest", "now")
        await place.until(lambda: "The digest is posted." in place.alone()[-1])
        assert len(place.posts()) == 3
        assert not any("older than" in text for text in place.alone()[told:])


async def test_invited_back_unnoticed_it_goes_on_with_its_settings_at_the_next_command(world, tmp_path):
    async with a_place("slack by socket", world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnSlack)
        left = place.server.kick(CHANNEL, "U1")
        assert left is not None
        await left.wait()
        for times, verb in enumerate(("status", "now"), 1):
            place.command("digest", verb)
            await place.until(
                lambda times=times: sum("the bot was removed from it" in text for text in place.alone()) == times
            )
        place.space.channels[CHANNEL].members.add(BOT_USER)  # Slack tells it while the bot is down
        place.command("digest", "now")
        await place.until(lambda: "The digest is posted." in place.alone()[-1])
        assert len(place.posts()) == 3


@pytest.mark.parametrize("kind", ["slack by socket", "slack by http", "discord"])
async def test_invited_back_while_it_is_down_it_goes_on_with_its_settings_by_itself(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnSlack | OnDiscord)
        if isinstance(place, OnSlack):
            left = place.server.kick(CHANNEL, "U1")
            assert left is not None
            await left.wait()
        else:
            place.kick()
            place.write_directly("help")
            await place.until(place.direct)
        await place.stop()
        if isinstance(place, OnSlack):
            place.space.channels[CHANNEL].members.add(BOT_USER)
        else:
            place.allow()
        for variable in ("SLACK_CHANNEL", "DISCORD_CHANNEL_ID", "DIGEST_PAPERS"):
            place.environment.pop(variable, None)
        await place.start()
        await place.until_logged("event=restored")
        await place.stop()
        world.at(MORNING + timedelta(days=1))
        await place.start()
        await place.until(lambda: len(place.posts()) == 3)


async def test_an_answer_waits_while_its_thread_is_locked(world, tmp_path):
    async with a_place("discord", world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnDiscord)
        place.command("digest", "now")
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        thread = place.discord.channels[place.parent()]
        calls = len(world.model.calls)
        thread["thread_metadata"]["locked"] = True  # moderators may write all the same
        place.ask("what does 1 measure?", thread=thread["id"])
        await place.until(place.refused)
        thread["thread_metadata"]["locked"] = False
        await place.until(lambda: len(place.posts()) == 4)
        assert len(world.model.calls) == calls + 1


async def test_a_question_is_answered_once_though_the_store_dies_meanwhile(world, tmp_path):
    async with a_place("slack by http", world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.pause.hold()
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        place.ask(f"what does {paper.id} measure?")
        await place.until(world.model.pause.waiting)
        [server] = servers(world.home / "home")
        server.kill()
        world.model.pause.release()
        await place.until_logged("event=answered")
        assert len(place.posts()) == 1


async def test_now_is_posted_and_told_though_the_store_dies_meanwhile(world, tmp_path):
    async with a_place("slack by http", world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.pause.hold("summary")
        place.command("digest", "now")
        await place.until(world.model.pause.waiting)
        [server] = servers(world.home / "home")
        server.kill()
        world.model.pause.release()
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        assert len(place.posts()) == 3
