"""Posts one message once (a late notice, a report to the admins), replaces it or deletes it."""

from __future__ import annotations

from datetime import timedelta

from bot.core.chat import Chat, Place, Post, Thread
from bot.core.ids import join_key
from bot.digests.delivery import LEASE, LEASE_WAIT, Delivered, deliver, retract
from bot.store import Store
from digest.ports import Pace

SENT_LIFE = timedelta(days=1)
"""How long an event that arrives again is recognised."""


async def send_once(key: str, post: Post, chat: Chat, place: Place, store: Store) -> None:
    """Sends a small message once, however many events ask for it, at once or within a day."""
    name = join_key("sent", key)
    async with store.lease(name, LEASE, wait=LEASE_WAIT):
        if not await store.is_done(name):
            await chat.send(place, post, key)
            await store.mark_done(name, SENT_LIFE)


async def post_notice(key: str, post: Post, chat: Chat, place: Place, store: Store, pace: Pace) -> Delivered:
    """Posts the message. Safe to repeat: the same key resumes a post or does nothing."""
    thread = Thread(post, (), None, title=post.fallback)
    return await deliver(key, lambda: list(chat.plan(thread, place, key))[:1], chat, place, store, pace)


async def delete_notice(key: str, chat: Chat, store: Store, pace: Pace) -> None:
    """Deletes the message if it was posted."""
    if await store.delivery(key) is not None:
        await retract(key, chat, store, pace)


async def replace_notice(key: str, post: Post, chat: Chat, store: Store) -> None:
    """Edits the message if it was posted."""
    delivery = await store.delivery(key)
    if delivery is not None:
        for message in delivery.ids.values():
            await chat.edit(delivery.place, message, post)
