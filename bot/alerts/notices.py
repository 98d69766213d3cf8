"""Posts one message once (a late notice, a report to the admins), replaces it or deletes it."""

from __future__ import annotations

from bot.core.chat import Chat, Place, Post, Thread
from bot.digests.delivery import Delivered, deliver, retract
from bot.store import Store
from digest.ports import Pace


async def post_notice(key: str, post: Post, chat: Chat, place: Place, store: Store, pace: Pace) -> Delivered:
    """Safe to repeat: the same key resumes or does nothing."""
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
