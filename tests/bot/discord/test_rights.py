"""Strangers to a channel on Discord: every action with the keys of another channel, other people's forms, components that others wrote."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.core.chat import Person, Question
from bot.core.rights import ACTIONS, Names
from bot.core.texts import say
from bot.questions.answering import answer_name
from bot.questions.conversation import Conversation
from tests.bot.discord.test_scenario import Day, day
from tests.deadline import until
from tests.servers.discord_rules import texts, walk
from tests.servers.discord_world import Interaction

__all__ = ["day"]
Json = dict[str, Any]
REFUSALS = {say(name, "en") for name in ("not here", "not your question", "expired")}


@dataclass
class Outside:
    day: Day
    elsewhere: Json
    """A channel without a digest, where Eve is, who manages channels there."""
    eve: Json
    name: str
    """Of an answered question in the digest's thread."""

    @property
    def world(self):
        return self.day.home.world

    def values(self, names: Names) -> list[str]:
        key, here = self.day.digest.key, self.day.home.place.key
        return {
            Names.NOTHING: [],
            Names.PAPER: [f"{key}#1", f"{key}#11", "nonsense"],
            Names.CANDIDATE: [f"{key}#11", "paper:2601.22153v1"],
            Names.CANDIDATES: [f"{key}#11,{key}#12", f"{key}#11,paper:2601.22153v1"],
            Names.DIGEST: [key, here],
            Names.CHANNEL: [here, key],
            Names.PREVIEW: [here, f"{here}~0123456789ab"],
            Names.ANSWER: [self.name, "unknown"],
            Names.SUBJECT: [f"answer:{self.name}", f"{key}#1"],
            Names.CHOICE: [f"{self.name} 2601.22153"],
            Names.QUESTION: [self.name],
        }[names]

    def press(self, custom: str, *, admin: bool = True) -> Interaction:
        message = self.day.home.discord.say(self.world.bot, self.elsewhere, "a message of the bot")
        data = {"custom_id": custom, "component_type": 2, "id": 1}
        return self.day.home.discord.interact(self.eve, self.elsewhere, 3, data, message=message, admin=admin)

    def state(self) -> str:
        """Everything that stands in the digest's channel and thread."""
        return repr([list(self.world.messages[c].values()) for c in (self.day.home.channel["id"], self.day.thread_id)])


@pytest.fixture
async def outside(day, request):
    world = day.home.world
    asked = Question(
        "900", replace(day.home.place, thread=day.thread_id), Person(day.ada["id"]), "4: code?", day.context.now()
    )
    await Conversation(day.context).enqueue(asked)
    await until(lambda: day.answers and "helpful" in str(day.answers[-1]["components"]))
    guild = world.guild("Others") if getattr(request, "param", "") == "another server" else day.home.guild
    return Outside(day, world.channel(guild), world.person("eve"), answer_name(asked.id))


async def said(interaction: Interaction) -> str:
    await until(lambda: interaction.shown or interaction.modal)
    assert interaction.modal is None
    return " ".join(texts(m).strip() for m in interaction.shown).replace("\\_", "_")


@pytest.mark.parametrize("outside", ["this server", "another server"], indirect=True)
async def test_no_action_with_another_channel_s_key_shows_or_does_anything(outside):
    before, votes = outside.state(), await outside.day.context.store.votes(outside.day.home.place.key)
    for action, rule in ACTIONS.items():
        for value in outside.values(rule.names):
            for mark in ("", "?"):
                told = await said(outside.press(f"pb:{mark}{action}:{value}"))
                assert told in REFUSALS or told.startswith("Only "), (action, value, told)
    assert outside.state() == before
    assert await outside.day.context.store.votes(outside.day.home.place.key) == votes
    assert await outside.day.context.store.subscription(outside.day.home.place.key) is not None


async def test_pages_of_another_channel_s_paper_do_not_turn(outside):
    told = await said(outside.press(f"pb:page:1:full:{outside.day.digest.key}#1"))
    assert told == say("not here", "en")


async def test_another_person_s_panel_and_form_cannot_be_used(outside):
    opened = outside.day.command("digest", "setup", admin=True)
    await until(lambda: opened.shown)
    name = opened.id
    panel = [f"pb:press:{name}:save", f"pb:press:{name}:post", f"pb:open:{name}", f"pb:set:{name}:papers"]
    for custom in (f"pb:send:{name}", f"pb:form:{name}:0", *panel):
        assert await said(outside.press(custom)) == say("discord.expired", "en")


async def test_components_that_somebody_else_wrote_do_not_count(outside):
    found = next(c for c in outside.world.commands if c["name"] == "Ask about this paper")
    message = outside.day.home.discord.say(outside.eve, outside.elsewhere, "look")
    message = {**message, "components": [
        {"type": 1, "components": [{"type": 2, "custom_id": "pb:ask:paper:2601.22153v1", "label": "x", "style": 1}]}
    ]}  # fmt: skip
    for author, opens in ((outside.eve, False), (outside.world.bot, True)):
        data = {"id": found["id"], "name": found["name"], "type": 3, "target_id": message["id"]}
        data |= {"resolved": {"messages": {message["id"]: {**message, "author": author}}}}
        used = outside.day.home.discord.interact(outside.eve, outside.elsewhere, 2, data)
        await until(lambda used=used: used.shown or used.modal)
        assert bool(used.modal) is opens


async def test_who_may_not_take_back_is_not_offered_it_and_is_told_so_before_any_question(outside):
    (parent,) = outside.world.messages[outside.day.home.channel["id"]].values()
    offered, opened = (outside.day.press(parent, "pb:day_menu:", admin=admin) for admin in (False, True))
    await until(lambda: offered.shown and opened.shown)
    assert not {c.get("label") for c in walk(offered.shown[0]["components"])} & {"Take back", "Settings"}
    told = await said(outside.day.press(opened.shown[0], "pb:?retract:", admin=False))
    assert told == say("not allowed.remove", "en", who=say("removers.roles", "en"))


async def test_everybody_has_status_and_help_and_who_may_not_change_is_offered_nothing(outside):
    day = outside.day
    status, help_text = day.command("digest", "status"), day.command("digest", "help")
    assert "Next run" in await said(status)
    told = await said(help_text)
    assert "/digest status" in told
    assert "/digest setup" not in told
    refused = await said(day.command("digest", "forget"))
    assert refused == say("not allowed.remove", "en", who=say("removers.roles", "en"))
