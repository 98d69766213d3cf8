"""The admins' channel: one message a fault, one when it is over, whoever meets it and however often."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.admin import SERVICE_FAULT_DELAY, AdminReports
from bot.console import render
from bot.console.chat import ConsoleChat
from bot.core.chat import Forbidden, Person, Place
from bot.core.subscription import Subscription
from bot.store import Redis, Store, post_from_data
from digest.ports import FreePace
from tests.bot.people import words

ADMINS = Place("console", "ops")


@pytest.fixture
def admin(store, clock):
    chat = ConsoleChat(store, render.terminal(io.StringIO()), render.terminal(io.StringIO()))
    return AdminReports(store, {"console": chat}, [ADMINS], FreePace(), clock)


async def said(admin: AdminReports) -> list[str]:
    chat = admin.chats["console"]
    assert isinstance(chat, ConsoleChat)
    return [words(post_from_data(m.post)) for m in await chat.history(ADMINS).messages()]


async def test_a_fault_is_told_once_with_channel_cause_and_what_to_do(admin):
    for _ in range(3):
        await admin.report_fault("delivery", "The bot is not in the channel.", about="slack:C1", channel="slack:C1")
    [message] = await said(admin)
    assert "A digest cannot be delivered" in message
    assert "slack:C1" in message
    assert "The bot is not in the channel" in message
    assert "keeps trying for three days" in message


async def test_its_end_is_told_once_with_how_long_it_took(admin, clock):
    await admin.report_fault("delivery", "Not in the channel.", about="slack:C1", channel="slack:C1")
    clock.forward(timedelta(minutes=42))
    for _ in range(2):
        await admin.report_recovery("delivery", about="slack:C1")
    _, ended = await said(admin)
    assert "over after 42 minutes" in ended
    assert "slack:C1" in ended


async def test_what_comes_again_after_its_end_is_a_fault_of_its_own(admin, clock):
    for _ in range(2):
        await admin.report_fault("settings", "The key is refused.")
        clock.forward(timedelta(minutes=5))
        await admin.report_recovery("settings")
        clock.forward(timedelta(minutes=5))
    assert len(await said(admin)) == 4


async def test_two_channels_with_the_same_fault_are_two_faults_and_one_service_is_one(admin):
    for channel in ("slack:C1", "slack:C2"):
        await admin.report_fault("delivery", "Not in the channel.", about=channel, channel=channel)
        await admin.report_fault("settings", "The key is refused.", channel=channel)
    assert len(await said(admin)) == 3


async def test_what_often_passes_is_told_when_it_has_lasted_and_its_end_only_if_it_was_told(admin, clock):
    await admin.report_fault("arxiv", "429", after=SERVICE_FAULT_DELAY)
    await admin.report_recovery("arxiv")
    assert await said(admin) == []
    await admin.report_fault("arxiv", "429", after=SERVICE_FAULT_DELAY)
    clock.forward(SERVICE_FAULT_DELAY)
    await admin.report_fault("arxiv", "503", after=SERVICE_FAULT_DELAY)
    assert len(await said(admin)) == 1
    await admin.report_recovery("arxiv")
    assert len(await said(admin)) == 2


async def test_many_processes_that_meet_it_at_once_say_it_once(admin, redis_url, clock):
    async with Redis(redis_url) as other:
        beside = replace(admin, store=Store(other, clock))
        await asyncio.gather(*(who.report_fault("model", "503", channel="slack:C1") for who in (admin, beside) * 4))
        assert len(await said(admin)) == 1
        await asyncio.gather(*(who.report_recovery("model") for who in (admin, beside) * 4))
    assert len(await said(admin)) == 2


async def test_a_channel_that_refuses_is_told_when_it_takes_messages_again(admin, caplog):
    class Refusing(ConsoleChat):
        async def post(self, step, place, on="", upload=None):
            raise Forbidden("The scope chat:write is missing.")

    silent = render.terminal(io.StringIO())
    refused = replace(admin, chats={"console": Refusing(admin.store, silent, silent)})
    await refused.report_fault("settings", "The key is refused.")
    assert "event=report_waits" in caplog.text
    await admin.report_fault("settings", "The key is refused.")
    assert len(await said(admin)) == 1


async def test_without_a_channel_for_admins_who_set_the_digest_up_is_told_directly(admin, clock):
    nobody, ann = replace(admin, places=[]), Person("ann")
    await admin.store.save_subscription(Subscription(Place("console", "papers"), set_by=ann.id))
    for _ in range(2):
        await nobody.report_fault("delivery", "It is archived.", about="console:papers", channel="console:papers")
    clock.forward(timedelta(minutes=5))
    await nobody.report_recovery("delivery", about="console:papers")
    chat = admin.chats["console"]
    told = [words(post_from_data(m.post)) for m in await chat.history(await chat.direct(ann)).messages()]
    assert len(told) == 2
    assert "It is archived." in told[0]
    assert "over after 5 minutes" in told[1]


async def test_without_a_channel_for_admins_a_refused_token_is_told_to_whoever_set_up_a_channel_there(admin):
    """Where the platform still takes messages: Slack may refuse the app's token alone."""
    nobody, ann = replace(admin, places=[]), Person("ann")
    for name, by in (("papers", "ann"), ("more", "ann"), ("other", "")):
        await admin.store.save_subscription(Subscription(Place("console", name), set_by=by))
    await admin.store.save_subscription(Subscription(Place("slack", "C1"), set_by="U1"))
    await nobody.report_fault("token", "SLACK_APP_TOKEN is refused.", about="console")
    chat = admin.chats["console"]
    [told] = [words(post_from_data(m.post)) for m in await chat.history(await chat.direct(ann)).messages()]
    assert "console refuses the bot's token" in told.replace("\\", "")


async def test_a_channel_of_a_platform_that_this_process_does_not_serve_is_no_bug(admin):
    nobody = replace(admin, places=[])
    await admin.store.save_subscription(Subscription(Place("slack", "C1"), set_by="U1"))
    await nobody.report_fault("delivery", "It is archived.", about="slack:C1", channel="slack:C1")
    assert len(await admin.store.load_faults()) == 1


async def test_without_a_channel_faults_are_kept_for_the_list_of_subscriptions(admin):
    nobody = replace(admin, places=[])
    await nobody.report_fault("delivery", "Not in the channel.", about="slack:C1", channel="slack:C1")
    [kept] = (await admin.store.load_faults()).values()
    assert kept["cause"] == "Not in the channel."
    await nobody.report_recovery("delivery", about="slack:C1")
    assert await admin.store.load_faults() == {}


async def test_it_speaks_the_installation_s_language(admin):
    await replace(admin, language="zh").report_fault("budget", "用完了", channel="slack:C1")
    assert "今天剩余的额度不够" in (await said(admin))[0]
