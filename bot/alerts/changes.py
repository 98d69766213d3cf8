"""Looks after papers that were posted, asked about or saved, and tells what changed of them.

Once a day arXiv is asked about all of them, a hundred in a request; of very many, first about those
that its list announces new versions of. What is news of a paper is told in its old thread, three a
day and channel at most; the rest waits for the week's message. Each piece of news is stored
together with the state of the paper that it comes from, and posted under a key of its own, so a
kill at any moment leaves it told once. No model is asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.core import metrics
from bot.core.chat import ChatError, Place, Post, Step, StepKind, Thread
from bot.core.ids import ChannelKey, RunKey, StepKey, join_key
from bot.core.schedule import due_at
from bot.core.subscription import Subscription
from bot.digests.change_cards import change_post, week_post
from bot.digests.daily import posted
from bot.digests.delivery import Delivered, deliver, own_posts
from bot.store import DeliveryState, News
from digest.changes.compare import compare, known_of, updated
from digest.changes.values import Change, Known
from digest.errors import PaperboyError, for_log
from digest.model import FullText, Paper

log = logging.getLogger(__name__)

A_DAY = 3
"""Replies a day and channel."""
WEEKDAY = 0
"""Monday: the day of the week's message."""
BATCH = 100
"""Papers in a request to arXiv."""
MOST_PAPERS = 10_000
"""Papers that are looked up in a day: five minutes of arXiv's pace. Each day takes others."""
MOST_TEXTS = 60
"""New versions whose text is read in a day."""
RETRY = timedelta(minutes=10)
"""Until a platform is tried again that takes no posts."""
RECENT_DIGESTS = 14
"""How many digests of a channel are seen to."""
KIND = "changes"
"""Of the keys of deliveries: `slack:C1:2026-01-30:changes-1`, `…:changes-week`."""


# ---------------------------------------------------------------- looking


async def look(context: Context, day: date) -> list[str]:
    """Looks up all papers that are looked after and notes what is news. Returns the channels that
    have news. Safe to repeat. Raises ArxivUnavailable; what was seen until then is kept."""
    for subscription in await context.store.subscriptions():
        await _take_up_digests(context, subscription)
    channels = await context.store.watching()
    ids = sorted(await context.store.watched_papers(channels))
    if len(ids) > MOST_PAPERS:
        ids = await _todays_share(context, ids, day)
    told = {channel: await _is_told(context, channel) for channel in channels}
    texts = _Texts(context)
    for start in range(0, len(ids), BATCH):
        papers = await context.services.papers.get(ids[start : start + BATCH])
        await _see(context, papers, told, texts)
    log.info("event=papers_looked_up count=%d channels=%d", len(ids), len(channels))
    return [channel for channel in channels if await context.store.news(channel)]


async def _todays_share(context: Context, ids: Sequence[str], day: date) -> list[str]:
    """Of more papers than are looked up in a day: those that the day's list announces new versions
    of, then others each day."""
    log.warning("event=papers_not_looked_up count=%d", len(ids) - MOST_PAPERS)
    categories = [c for s in await context.store.subscriptions() for c in s.profile.categories]
    replaced: frozenset[str] = frozenset()
    try:
        listing = await context.services.papers.announced(sorted(set(categories)), context.now())
        replaced = frozenset(listing.replaced)
    except PaperboyError as error:  # a list that cannot be read keeps no paper from being looked up
        log.info("event=replacements_unknown cause=%r", for_log(error))
    start = day.toordinal() * MOST_PAPERS % len(ids)
    return sorted([*ids[start:], *ids[:start]], key=lambda i: i not in replaced)[:MOST_PAPERS]


async def _is_told(context: Context, channel: str) -> bool:
    """A channel that is paused or wants no changes is told nothing, later neither."""
    subscription = await context.store.subscription(channel)
    return subscription is None or (subscription.changes and not subscription.paused)


async def _take_up_digests(context: Context, subscription: Subscription) -> None:
    """Looks after the papers of digests that were posted since the last look."""
    store = context.store
    for key in await store.digests(subscription.key, RECENT_DIGESTS):
        mark = join_key("looked-after", key)
        if await store.is_done(mark):
            continue
        digest, delivery = await store.digest(key), await store.delivery(key)
        thread = delivery.ids.get(str(StepKey(key, "0")), "") if delivery else ""
        if digest is None or delivery is None or delivery.state is DeliveryState.OPEN:
            continue
        if delivery.state is DeliveryState.DONE and thread:
            apart = {reply: delivery.ids.get(step, "") for step, reply in own_posts(delivery).items()}
            watches = [
                posted(entry, replace(subscription.place, thread=apart.get(n) or thread), digest.made_at, key)
                for n, entry in enumerate(digest.entries)
            ]
            await store.watch(subscription.key, watches)
        await store.mark_done(mark)


class _Texts:
    """The texts of new versions, each read once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: dict[str, FullText | None] = {}

    async def read(self, paper: Paper) -> FullText | None:
        """None when enough texts were read today, or it cannot be read."""
        if paper.versioned not in self._held:
            if len(self._held) >= MOST_TEXTS:
                return None
            try:
                self._held[paper.versioned] = await self._context.services.texts.read(paper)
            except PaperboyError as error:
                log.info("event=version_not_read paper=%s cause=%r", paper.versioned, for_log(error))
                self._held[paper.versioned] = None
        return self._held[paper.versioned]


async def _see(context: Context, papers: Sequence[Paper], told: Mapping[str, bool], texts: _Texts) -> None:
    """Compares what channels know of papers with what arXiv says, and keeps it with its news. What
    several know alike is compared once."""
    now = {paper.id: paper for paper in papers}
    seen: dict[tuple[int, bool], tuple[Change | None, Known]] = {}
    for channel, watch in await context.store.watches(list(told), list(now)):
        known, paper, telling = watch.known, now[watch.paper_id], told[channel]
        if known is None:  # asked about or saved since the last look: it is news to nobody
            await context.store.save_seen(channel, replace(watch, known=known_of(paper)), None)
            continue
        if (id(known), telling) not in seen:
            change = await _compared(known, paper, texts) if telling else None
            seen[id(known), telling] = change, updated(known, paper)
        change, after = seen[id(known), telling]
        if change is None and after == known:
            continue
        news = News(change, watch.place, unopened=watch.unopened) if change is not None else None
        await context.store.save_seen(channel, replace(watch, known=after), news)
        if change is not None:
            metrics.CHANGES.labels(_kind(change)).inc()
            log.info("event=paper_changed paper=%s channel=%s kind=%s", paper.versioned, channel, _kind(change))


async def _compared(known: Known, paper: Paper, texts: _Texts) -> Change | None:
    newer = paper.version > known.paper.version and not paper.withdrawn
    text = await texts.read(paper) if newer and known.findings and known.basis.full else None
    return await asyncio.to_thread(compare, known, paper, text)


def _kind(change: Change) -> str:
    if change.withdrawn:
        return "withdrawn"
    if change.differences or change.remark:
        return "version"
    return "published" if change.published else "code"


# ---------------------------------------------------------------- telling


async def tell(context: Context, channel: str, day: date) -> timedelta | None:
    """Tells a channel its news of a day. Returns how long to wait, if something is still to be
    told: for the channel's time of day, or for a platform that takes no posts. Safe to repeat."""
    store = context.store
    subscription = await store.subscription(channel)
    news = await store.news(channel)
    if not await _is_told(context, channel):
        await store.end_news(channel, news)
        return None
    local = day
    if subscription is not None:
        local = context.now().astimezone(ZoneInfo(subscription.timezone)).date()
        if (wait := due_at(subscription, local) - context.now()) > timedelta(0):
            return wait
    language = (subscription or context.defaults).profile.language
    # With a weekly round-up, that is the week's message.
    week = [] if subscription is not None and subscription.weekly else [n for n in news if n.weekly]
    done = await _tell_week(context, channel, local, week, language)
    for one in await _todays(context, channel, local, [n for n in news if not n.weekly]):
        done = await _tell_one(context, channel, one, language) and done
    return None if done else RETRY


async def _todays(context: Context, channel: str, day: date, news: Sequence[News]) -> list[News]:
    """Those to tell now, each with the key of its delivery, which is stored before the first post.
    The rest of the day is put off to the week's message."""
    store = context.store
    assigned = [one for one in news if one.delivery]
    keys = [str(RunKey(channel, day, f"{KIND}-{n}")) for n in range(1, A_DAY + 1)]
    taken = {one.delivery for one in assigned}
    free = [k for k in keys if k not in taken and await store.delivery(k, plan=False) is None]
    free = free[: max(0, len(free) - len(taken.difference(keys)))]  # what an earlier day could not tell counts
    waiting = sorted((one for one in news if not one.delivery), key=lambda n: (n.change.weight, n.name))
    told = [replace(one, delivery=k) for one, k in zip(waiting, free, strict=False)]
    rest = [replace(one, weekly=True) for one in waiting[len(told) :]]
    await store.save_news(channel, [*told, *rest])
    return [*assigned, *told]


async def _tell_one(context: Context, channel: str, news: News, language: str) -> bool:
    """Posts one reply in the paper's thread. False if it is to be tried again."""
    post, place = change_post(news.change, language), news.place
    delivered = await _post(context, news.delivery, post, place, unopened=news.unopened)
    if delivered.state is DeliveryState.OPEN:
        return False
    paper_id = news.change.paper.id
    if message := next((message for message in delivered.ids.values() if message != place.thread), ""):
        if await context.store.thread(place) is None:  # the thread is older than what is kept of it
            await context.store.save_thread(place, papers=(paper_id,))
        await context.store.save_message_subject(place, message, paper_id)
    if message or delivered.doubts:
        await context.store.end_news(channel, [news])
    else:
        log.warning("event=change_not_told delivery=%s reason=%s", news.delivery, delivered.state)
        await context.store.unwatch(channel, [paper_id])
    return True


async def _tell_week(context: Context, channel: str, day: date, news: Sequence[News], language: str) -> bool:
    """Posts what was left of a week in one message. False if it is to be tried again."""
    store = context.store
    begun = [one for one in news if one.delivery]
    if not begun:
        if day.weekday() != WEEKDAY or not news:
            return True
        key = str(RunKey(channel, day, f"{KIND}-week"))
        if await store.delivery(key, plan=False) is not None:  # it is out: the rest waits for the next
            return True
        begun = [replace(one, delivery=key) for one in news]
        await store.save_news(channel, begun)
    key, place = begun[0].delivery, begun[0].place
    ordered = sorted(begun, key=lambda n: (n.change.weight, n.name))
    links = [(one.change, await _link(context, one.place)) for one in ordered]
    delivered = await _post(context, key, week_post(links, language), replace(place, thread=""))
    if delivered.state is DeliveryState.OPEN:
        return False
    if not delivered.ids:
        log.warning("event=week_of_changes_not_told delivery=%s reason=%s", key, delivered.state)
    await store.end_news(channel, begun)
    return True


async def _link(context: Context, place: Place) -> str:
    """To the thread; empty where it is gone."""
    try:
        return await context.chats[place.platform].link(replace(place, thread=""), place.thread)
    except ChatError as error:
        log.info("event=thread_not_linked cause=%r", for_log(error))
        return ""


async def _post(context: Context, key: str, post: Post, place: Place, *, unopened: bool = False) -> Delivered:
    """Posts one message, in the thread if the place has one. Without its thread it is dropped.
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
    """The channel and the day in the name of a task."""
    channel, _, day = news_task.rpartition(":")
    return str(ChannelKey.parse(channel)), date.fromisoformat(day)
