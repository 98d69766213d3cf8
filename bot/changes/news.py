"""Tells channels the news about papers that they know.

News is posted in the paper's old thread, at most three a day and channel. The rest waits for the
weekly message. Each piece of news is posted under a key of its own, so it is told once even if the
process is killed at any moment."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.context import Context
from bot.core.chat import Place, Post, Step, StepKind, Thread
from bot.core.ids import ChannelKey, RunKey
from bot.core.schedule import due_at
from bot.digests.change_cards import change_post, week_post
from bot.digests.delivery import Delivered, deliver
from bot.digests.links import thread_link
from bot.store import DeliveryState, News

log = logging.getLogger(__name__)

A_DAY = 3
"""How many replies a channel gets in a day."""
WEEKDAY = 0
"""Monday: the day of the weekly message."""
RETRY = timedelta(minutes=10)
"""How long until a post is tried again on a platform that accepts none."""
KIND = "changes"
"""The kind that appears in the keys of deliveries: `slack:C1:2026-01-30:changes-1`,
`…:changes-week`."""


async def is_told(context: Context, channel: str) -> bool:
    """Returns whether a channel is told news. A channel that is paused or wants no news is never
    told later what it missed."""
    subscription = await context.store.subscription(channel)
    return subscription is None or (subscription.changes and not subscription.paused)


async def tell(context: Context, channel: str, day: date) -> timedelta | None:
    """Tells a channel its news of a day. Returns how long to wait if something is still to be told:
    until the channel's time of day, or until a platform accepts posts again. Safe to repeat."""
    store = context.store
    subscription = await store.subscription(channel)
    news = await store.news(channel)
    if not await is_told(context, channel):
        await store.end_news(channel, news)
        return None
    local = day
    if subscription is not None:
        local = subscription.local_date(context.now())
        if (wait := due_at(subscription, local) - context.now()) > timedelta(0):
            return wait
    language = (subscription or context.defaults).profile.language
    # The weekly round-up tells them instead.
    week = [] if subscription is not None and subscription.weekly else [n for n in news if n.weekly]
    done = await _tell_week(context, channel, local, week, language)
    for one in await _choose_todays(context, channel, local, [n for n in news if not n.weekly]):
        done = await _tell_one(context, channel, one, language) and done
    return None if done else RETRY


async def _choose_todays(context: Context, channel: str, day: date, news: Sequence[News]) -> list[News]:
    """Chooses the news to tell now and stores the key of its delivery before the first post. Puts
    the rest off to the weekly message."""
    store = context.store
    assigned = [one for one in news if one.delivery]
    keys = [str(RunKey(channel, day, f"{KIND}-{n}")) for n in range(1, A_DAY + 1)]
    taken = {one.delivery for one in assigned}
    free = [k for k in keys if k not in taken and await store.delivery(k, plan=False) is None]
    free = free[: max(0, len(free) - len(taken.difference(keys)))]  # an earlier day may still have posts to make
    waiting = sorted((one for one in news if not one.delivery), key=lambda n: (n.change.weight, n.name))
    told = [replace(one, delivery=k) for one, k in zip(waiting, free, strict=False)]
    rest = [replace(one, weekly=True) for one in waiting[len(told) :]]
    await store.save_news(channel, [*told, *rest])
    return [*assigned, *told]


async def _tell_one(context: Context, channel: str, news: News, language: str) -> bool:
    """Posts one reply in the paper's thread. Returns False if it must be tried again."""
    post, place = change_post(news.change, language), news.place
    delivered = await _post(context, news.delivery, post, place, unopened=news.unopened)
    if delivered.state is DeliveryState.OPEN:
        return False
    paper_id = news.change.paper.id
    if message := next((message for message in delivered.ids.values() if message != place.thread), ""):
        if await context.store.thread(place) is None:  # what was stored about the thread has expired
            await context.store.save_thread(place, papers=(paper_id,))
        await context.store.save_message_subject(place, message, paper_id)
    if message or delivered.doubts:
        await context.store.end_news(channel, [news])
    else:
        log.warning("event=change_not_told delivery=%s reason=%s", news.delivery, delivered.state)
        await context.store.unwatch(channel, [paper_id])
    return True


async def _tell_week(context: Context, channel: str, day: date, news: Sequence[News], language: str) -> bool:
    """Posts what is left of a week in one message. Returns False if it must be tried again."""
    store = context.store
    begun = [one for one in news if one.delivery]
    if not begun:
        if day.weekday() != WEEKDAY or not news:
            return True
        key = str(RunKey(channel, day, f"{KIND}-week"))
        if await store.delivery(key, plan=False) is not None:  # already posted: the rest waits for next week
            return True
        begun = [replace(one, delivery=key) for one in news]
        await store.save_news(channel, begun)
    key, place = begun[0].delivery, begun[0].place
    ordered = sorted(begun, key=lambda n: (n.change.weight, n.name))
    links = [(one.change, await thread_link(context.chats, one.place)) for one in ordered]
    delivered = await _post(context, key, week_post(links, language), replace(place, thread=""))
    if delivered.state is DeliveryState.OPEN:
        return False
    if not delivered.ids:
        log.warning("event=week_of_changes_not_told delivery=%s reason=%s", key, delivered.state)
    await store.end_news(channel, begun)
    return True


async def _post(context: Context, key: str, post: Post, place: Place, *, unopened: bool = False) -> Delivered:
    """Posts one message, in the thread if the place has one. Drops it if its thread is gone.
    `unopened`: the thread is opened first."""
    chat = context.chats[place.platform]

    def steps() -> list[Step]:
        planned = chat.plan(Thread(post, (post,), None, title=post.fallback), replace(place, thread=""), key)
        if not place.thread:
            return list(planned)[:1]
        replies = [s for s in planned if s.kind is StepKind.REPLY and (s.reply >= 0 or s.key.startswith(f"{key}:1"))]
        threads = [s for s in planned if s.kind is StepKind.THREAD and unopened]
        on = next((s.key for s in threads), "")
        opened = [replace(step, on="", thread=place.thread) for step in threads]
        return [*opened, *(replace(step, on=on, thread=place.thread) for step in replies)]

    return await deliver(key, steps, chat, place, context.store, context.pace, drop_missing=True)


def channel_of(news_task: str) -> tuple[str, date]:
    """Returns the channel and the day that a task's name contains."""
    channel, _, day = news_task.rpartition(":")
    return str(ChannelKey.parse(channel)), date.fromisoformat(day)
