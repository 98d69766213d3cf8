"""A notice (the late line, a word to the admins) on the strict Discord, in a text channel and in a forum: once, replaced, taken away."""

import pytest

from bot.alerts.notices import delete_notice, post_notice, replace_notice
from bot.core.chat import Place, Post, Text
from digest.ports import FreePace
from tests.servers.discord_rules import texts


def post(text: str) -> Post:
    return Post((Text(text),), text[:90])


@pytest.mark.parametrize("forum", [False, True])
async def test_once_replaced_and_taken_away(home, store, forum):
    channel = home.world.forum(home.guild) if forum else home.channel
    place = Place("discord", channel["id"])
    key = f"{place.key}:2026-01-30:daily:late"

    def shown() -> list[str]:
        return [texts(m) + m["content"] for said in home.world.messages.values() for m in said.values()]

    for _ in range(2):
        await post_notice(key, post("arXiv has not given the list yet."), home.chat, place, store, FreePace())
    [said] = shown()
    assert "arXiv has not given the list yet." in said
    await replace_notice(key, post("There is no digest today."), home.chat, store)
    [said] = shown()
    assert "There is no digest today." in said
    await delete_notice(key, home.chat, store, FreePace())
    assert shown() == []
    assert [(r.method, r.path, r.status) for r in home.discord.journal if r.status >= 400] == []
