"""`paperboy check` on Discord: what is missing is named, with what to do about it."""

import pytest

from bot.core.finding import State
from bot.discord.chat import DiscordChat
from bot.discord.check import check_connection, invite


async def test_all_is_well(home):
    found = await check_connection(home.chat, [home.channel["id"]])
    assert [s.state for s in found] == [State.GOOD, State.GOOD]
    assert "#papers" in found[1].detail


@pytest.mark.parametrize(
    ("denied", "named"),
    [
        ("SEND_MESSAGES", "Send Messages"),
        ("CREATE_PUBLIC_THREADS", "Create Public Threads"),
        ("READ_MESSAGE_HISTORY", "Read Message History"),
        ("VIEW_CHANNEL", "View Channel"),
    ],
)
async def test_a_missing_permission_is_named(home, denied, named):
    home.world.denied[home.channel["id"]].add(denied)
    _, channel = await check_connection(home.chat, [home.channel["id"]])
    assert channel.state is State.BAD
    assert named in channel.detail


async def test_a_forum_needs_no_permission_to_open_threads(home):
    forum = home.world.forum(home.guild)
    home.world.denied[forum["id"]].add("CREATE_PUBLIC_THREADS")
    assert (await check_connection(home.chat, [forum["id"]]))[1].state is State.GOOD


async def test_an_intent_that_is_not_enabled_is_told_with_what_still_works(home):
    home.discord.gateway.content = False
    _, intent = await check_connection(home.chat)
    assert intent.state is State.DOUBTFUL
    assert "mentions" in intent.detail
    assert "Message Content Intent" in intent.todo


async def test_a_wrong_token_and_a_channel_that_is_gone_are_sentences(home):
    wrong = DiscordChat("wrong")
    assert "DISCORD_TOKEN" in (await check_connection(wrong))[0].detail
    await wrong.close()
    gone = (await check_connection(home.chat, ["123"]))[1]
    assert (gone.state, gone.detail) == (State.BAD, "The channel or thread no longer exists.")


def test_the_invitation_asks_for_no_more_than_is_needed():
    assert invite(42).startswith("https://discord.com/oauth2/authorize?client_id=42")
    assert f"permissions={(1 << 10) | (1 << 11) | (1 << 15) | (1 << 16) | (1 << 35) | (1 << 38)}" in invite(42)
