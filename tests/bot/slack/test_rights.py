"""Strangers to a channel, by signed requests over HTTP: every action with the keys of another channel, forged views, Home and commands."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import web

from bot.commands.actions import FORMS
from bot.commands.dispatcher import Dispatcher
from bot.commands.gate import OF_CHANNELS
from bot.core.rights import ACTIONS, Names
from bot.core.texts import say
from bot.digests.cards import name_in
from bot.questions.answering import answer_name
from bot.questions.conversation import Conversation
from bot.slack.listeners.connection import SlackConnection
from bot.slack.render.views import Memo
from tests.bot.slack.test_scenario import PLACE, Day, day, zotero
from tests.servers.local import running
from tests.servers.slack import Message, shown
from tests.servers.slack.people import MENTION

__all__ = ["day", "zotero"]
SECRET = "signing"
REFUSALS = {say(name, "en") for name in ("not here", "not your question", "expired")}
GUEST, MEMBER = "U8", "U9"
"""Both are in C2 and not in C1; the member is even an admin."""


@dataclass
class Outside:
    day: Day
    name: str
    """Of an answered question in C1."""

    @property
    def slack(self):
        return self.day.slack

    def state(self) -> Any:
        channel = self.slack.space.channels["C1"]
        return {ts: (m.text, m.edits) for ts, m in channel.messages.items()}, list(channel.ephemeral)

    def seen(self) -> list[str]:
        """What the two outsiders were shown, anywhere."""
        shown_to_them = [m.shown for c in ("C2", "D8", "D9") for m in self._all(c)]
        return shown_to_them + [shown(v["blocks"]) for v in self.slack.space.views.values()]

    def _all(self, channel: str) -> list[Message]:
        found = self.slack.space.channels.get(channel)
        return [*found.ephemeral, *(m for m in found.messages.values() if m.bot_id)] if found else []

    def values(self, names: Names) -> list[str]:
        key = self.day.digest.key
        return {
            Names.NOTHING: [],
            Names.PAPER: [f"{key}#1", f"{key}#11", "answer:x", "nonsense"],
            Names.CANDIDATE: [f"{key}#11", f"{key}#1", "paper:2601.22153v1"],
            Names.CANDIDATES: [f"{key}#11,{key}#12", f"{key}#11,paper:2601.22153v1"],
            Names.DIGEST: [key, PLACE.key, "slack:C2:2026-01-30:daily:x"],
            Names.CHANNEL: [PLACE.key, key, "slack:C2x"],
            Names.PREVIEW: [PLACE.key, f"{PLACE.key}~0123456789ab", key],
            Names.ANSWER: [self.name, "unknown"],
            Names.SUBJECT: [f"answer:{self.name}", f"{key}#1"],
            Names.CHOICE: [f"{self.name} 2601.22153", "unknown 2601.22153", self.name],
            Names.QUESTION: [self.name],
        }[names]

    async def press(self, user: str, action: str, value: str, team: str = "", **container: Any) -> None:
        """`team`: the workspace that the press comes from, where it is another."""
        message = self.slack.space.new_ts()
        where = {"type": "message", "message_ts": message, "channel_id": "C2", "is_ephemeral": False} | container
        element = {"type": "button", "action_id": f"{action}:0"}
        payload = self.slack._actions(user, "b", element, {"value": value}) | {
            "container": where,
            "channel": {"id": "C2", "name": "c2"},
            "response_url": self.slack.new_response_url(user, "C2"),
        }
        if team:
            payload |= {"team": {"id": team, "domain": "other"}, "user": payload["user"] | {"team_id": team}}
        await self.slack.hub.deliver("interactive", payload).wait()

    async def send_view(self, user: str, view: dict[str, Any], kind: str = "view_submission") -> None:
        payload = self.slack._actions(user, "b", {"type": "button", "action_id": "page:1"}, {"value": "1"})
        payload |= {"type": kind, "view": {"id": "V1", "hash": "h", "state": {"values": {}}, "type": "modal"} | view}
        payload |= {"container": {"type": "view", "view_id": "V1"}} if kind == "block_actions" else {}
        await self.slack.hub.deliver("interactive", payload).wait()


@pytest.fixture
async def outside(day):
    """The bot over signed HTTP, a private C1 with a digest and an answered question, and two people in C2."""
    space = day.slack.space
    deliveries = day.slack.say("C1", "U1", f"{MENTION} 4: how is the data collected?", day.parent.ts)
    for delivery in deliveries:
        await delivery.wait()
    await day.slack.until(lambda: len(day.thread) == 13 and day.thread[-1].metadata)
    name = answer_name(f"slack:C1:{deliveries[0].payload['event']['ts']}")
    space.channels["C1"].private = True
    space.add_channel("C2", GUEST, MEMBER)
    space.add_user(GUEST, "guest", restricted=True)
    space.add_user(MEMBER, "member", admin=True)
    chat = day.context.chats["slack"]
    connection = SlackConnection(
        chat, Dispatcher(day.context, Conversation(day.context)), signing_secret=SECRET, api_url=day.slack.url
    )
    app = web.Application()
    connection.mount(app)
    async with running(app) as url:
        connected = asyncio.create_task(connection.run())
        day.slack.hub.http = (f"{url}/slack/events", SECRET)
        yield Outside(day, name)
        await connection.close(5)
        with contextlib.suppress(Exception):
            await connected


async def test_no_action_with_another_channel_s_key_shows_or_does_anything(outside):
    before, votes = outside.state(), await outside.day.context.store.votes(PLACE.key)
    pressed = 0
    for action, rule in ACTIONS.items():
        for value in outside.values(rule.names):
            for user in (GUEST, MEMBER):
                await outside.press(user, action, value)
                pressed += 1
    await outside.slack.until(lambda: len(outside.seen()) >= pressed)
    refused_by_right = {text for text in outside.seen() if text.startswith("Only ")}
    assert set(outside.seen()) - refused_by_right <= REFUSALS
    assert outside.state() == before
    assert await outside.day.context.store.votes(PLACE.key) == votes
    assert await outside.day.context.store.subscription(PLACE.key) is not None
    assert await outside.day.context.store.votes("slack:C2") == []
    assert pressed > 90


async def test_nor_does_one_from_another_workspace_in_a_shared_channel(outside):
    """An action of each kind of values."""
    before, pressed = outside.state(), 0
    for action in {rule.names: action for action, rule in ACTIONS.items()}.values():
        for value in outside.values(ACTIONS[action].names):
            await outside.press(GUEST, action, value, team="T9OTHER")
            pressed += 1
    await outside.slack.until(lambda: len(outside.seen()) >= pressed)
    assert set(outside.seen()) - {text for text in outside.seen() if text.startswith("Only ")} <= REFUSALS
    assert outside.state() == before
    assert pressed > 20


async def test_views_that_were_not_signed_for_this_person_do_nothing(outside):
    before = outside.state()
    key = outside.day.digest.key
    signer = outside.day.context.chats["slack"].signer
    memos = [
        Memo("ask", f"{key}#1", "C1", outside.day.parent.ts),
        Memo("wrong", f"answer:{outside.name}", "C1", outside.day.parent.ts),
        Memo("setup", PLACE.key, "C1"),
        Memo("retract", key, "C1"),
        Memo("full", f"{key}#1", "C1", outside.day.parent.ts),
    ]
    for memo in memos:
        for forged in (memo, memo.signed(signer, "U1"), replace(memo.signed(signer, MEMBER), value="x")):
            for kind, callback in (
                ("view_submission", "form"),
                ("view_submission", "confirm"),
                ("block_actions", "page"),
                ("block_actions", "panel"),
            ):
                await outside.send_view(MEMBER, {"private_metadata": forged.dump(), "callback_id": callback}, kind)
    await outside.slack.hub.settled()
    assert outside.state() == before
    assert set(outside.seen()) == {say("slack.no window", "en")}


async def test_a_form_s_value_must_belong_to_its_channel_too(outside):
    before = outside.state()
    signer = outside.day.context.chats["slack"].signer
    memos = [Memo(form, value, "C2") for form in FORMS for value in outside.values(ACTIONS[form].names)]
    for memo in memos:
        await outside.send_view(MEMBER, {"private_metadata": memo.signed(signer, MEMBER).dump(), "callback_id": "form"})
    await outside.slack.until(lambda: len(outside.seen()) == len(memos))
    assert set(outside.seen()) <= REFUSALS
    assert outside.state() == before


async def test_home_shows_channels_only_to_the_people_in_them_and_costs_to_who_may_change(outside):
    store = outside.day.context.store
    day_of = await store.subscription(PLACE.key)
    await store.save_subscription(replace(day_of, profile=replace(day_of.profile, interests="our secret project")))
    outside.slack.space.add_user("U7", "guest inside", restricted=True)
    outside.slack.space.channels["C1"].members.add("U7")
    homes = outside.slack.space.homes
    for user in ("U1", "U7", GUEST, MEMBER):
        await outside.slack.open_home(user).wait()
        await outside.slack.until(lambda user=user: user in homes)
    said = {user: json.dumps(homes[user]["blocks"], ensure_ascii=False) for user in homes}
    name = name_in(outside.day.digest, outside.day.digest.entries[0])
    inside = {"U1": True, "U7": True, GUEST: False, MEMBER: False}
    for told in ("C1", name):
        assert {user: told in text for user, text in said.items()} == inside
    assert {user: "Pause" in text for user, text in said.items()} == inside | {"U7": False}


async def test_a_home_tab_s_buttons_act_only_on_channels_of_the_person_who_presses(outside):
    before, subscription = outside.state(), await outside.day.context.store.subscription(PLACE.key)
    kinds = {ACTIONS[action].names: action for action in ("others", "pause", "post_now")}
    assert set(kinds) == set(OF_CHANNELS)
    home = {"id": "VH", "type": "home", "blocks": [], "private_metadata": ""}
    for action in kinds.values():
        element = {"type": "button", "action_id": f"{action}:0"}
        payload = outside.slack._actions(MEMBER, "b", element, {"value": PLACE.key})
        container = {"type": "view", "view_id": "VH"}
        await outside.slack.hub.deliver("interactive", payload | {"container": container, "view": home}).wait()
    await outside.slack.until(lambda: len(outside.seen()) == len(kinds))
    assert set(outside.seen()) == {say("not inside", "en")}
    assert outside.state() == before
    assert await outside.day.context.store.subscription(PLACE.key) == subscription


@pytest.mark.parametrize("text", ["today", "status"])
async def test_commands_with_the_name_of_a_channel_show_it_only_to_people_in_it(outside, text):
    command = "/paper" if text == "today" else "/digest"
    for user in ("U2", MEMBER):
        payload = outside.slack.command(user, "C1", command, text)
        await payload.wait()
    await outside.slack.until(lambda: outside.day.alone("U2") and outside.day.alone(MEMBER))
    assert [m.shown for m in outside.day.alone(MEMBER)] == [say("not inside", "en")]


@pytest.mark.parametrize("who", ["U2", "U3", "U1"])
async def test_who_may_not_take_back_is_told_so_before_any_question(outside, who):
    """U2 is a member, U3 an admin, U1 set it up."""
    outside.slack.space.add_user("U3", "boss", admin=True)
    outside.slack.space.channels["C1"].members.add("U3")
    await outside.slack.click(who, outside.day.parent, "Take back today's digest").wait()
    if who == "U2":
        await outside.slack.until(lambda: outside.day.alone(who))
        (told,) = outside.day.alone(who)
        assert told.shown == say("not allowed.remove", "zh", who=say("removers", "zh"))
        assert outside.slack.space.views == {}
    else:
        assert "What people wrote stays" in shown((await outside.day.view())["blocks"])
