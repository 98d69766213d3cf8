"""A channel that is forgotten, or left, while its digest is made, posted or taken back."""

from dataclasses import replace

import pytest

from bot.digests.daily import RunOptions
from bot.progress import following
from bot.store import DeliveryState, Follower
from tests.bot.people import ANN, HERE, after
from tests.bot.store.test_forgetting import everything, holding


async def begun(channel):
    store, subscription = channel.context.store, await channel.set_up()
    return subscription, await store.begin_run(HERE.key, channel.context.daily.local_date(subscription), "now")


async def left(store):
    found = holding(await everything(store), HERE.key)
    return [name for name in found if not name.startswith(("paperboy:board:", "paperboy:cache:"))]


async def test_while_it_is_made_it_is_not_stored(channel, monkeypatch):
    store = channel.context.store
    subscription, run = await begun(channel)
    after(monkeypatch, store, "ledger", lambda: store.forget_subscription(HERE.key))
    assert await channel.context.daily.make(subscription, run, RunOptions()) is None
    assert await left(store) == []


@pytest.mark.parametrize("step", ["plan_delivery", "intend", "record"])
async def test_while_it_is_posted_the_delivery_ends(channel, monkeypatch, step):
    store, daily = channel.context.store, channel.context.daily
    subscription, run = await begun(channel)
    digest = await daily.make(subscription, run, RunOptions())
    after(monkeypatch, store, step, lambda: store.forget_subscription(HERE.key))
    assert (await daily.post(subscription, digest)).state is DeliveryState.RETRACTED
    assert await store.delivery(digest.key) is None
    assert await store.open_deliveries() == []
    assert len(await channel.said(HERE)) <= 1


@pytest.mark.parametrize("step", ["mark_retracted", "posts"])
async def test_while_it_is_taken_back_the_person_is_told_an_end(channel, monkeypatch, step):
    digest, _ = await channel.digest()
    store = channel.context.store
    after(monkeypatch, store, step, lambda: store.forget_subscription(HERE.key))
    said = (await channel.click(("retract", digest.key))).text
    assert "Deleted" in said or "taken back" in said.lower()
    assert await store.delivery(digest.key) is None


async def test_who_waits_for_the_digest_is_told_that_the_channel_was_removed(channel):
    store = channel.context.store
    _, run = await begun(channel)
    await store.save_follower(Follower(f"{run.key}:1", run.key, HERE, ANN, "en", channel.clock()))
    await store.forget_subscription(HERE.key)
    follower = await store.follower(f"{run.key}:1")
    assert await following.look(channel.context, follower, "") is None
    assert "was removed" in channel.screen()


async def test_settings_saved_while_the_channel_is_left_are_the_ones_that_come_back(channel, monkeypatch):
    store, subscription = channel.context.store, await channel.set_up()
    after(monkeypatch, store.redis, "do", lambda: store.save_subscription(replace(subscription, papers=7)))
    await store.remove_subscription(HERE.key)
    assert await store.subscription(HERE.key) is None
    assert (await store.removed_subscription(HERE.key)).papers == 7
