"""Looks up papers that were posted, asked about or saved, and notes the news about them.

Once a day arXiv is asked about all of them, a hundred in a request. If there are too many for a
day, those come first of which arXiv's list announces new versions. Each piece of news is stored
together with the state of the paper that it comes from, so it is told once even if the process is
killed at any moment. No model is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.changes.news import is_told
from bot.context import Context
from bot.core import metrics
from bot.core.ids import StepKey, join_key
from bot.core.subscription import Subscription
from bot.digests.daily import posted
from bot.digests.delivery import own_posts
from bot.store import DeliveryState, News
from digest.changes.values import Change, Known
from digest.changes.versions import compare, known_of, updated
from digest.errors import PaperboyError, for_log
from digest.model import FullText, Paper

log = logging.getLogger(__name__)

BATCH = 100
"""Papers in a request to arXiv."""
MOST_PAPERS = 10_000
"""Papers looked up in a day: five minutes at arXiv's pace. Other papers follow the next day."""
MOST_TEXTS = 60
"""New versions whose text is read in a day."""
RECENT_DIGESTS = 14
"""How many of a channel's digests are searched for papers to watch."""


async def look_up(context: Context, day: date) -> list[str]:
    """Looks up all watched papers and notes their news. Returns the channels that have news. Safe
    to repeat. Raises ArxivUnavailable, and keeps what was seen until then."""
    for subscription in await context.store.subscriptions():
        await _take_up_digests(context, subscription)
    channels = await context.store.watching()
    ids = sorted(await context.store.watched_papers(channels))
    if len(ids) > MOST_PAPERS:
        ids = await _todays_share(context, ids, day)
    told = {channel: await is_told(context, channel) for channel in channels}
    texts = _Texts(context)
    for start in range(0, len(ids), BATCH):
        papers = await context.services.papers.get(ids[start : start + BATCH])
        await _see(context, papers, told, texts)
    log.info("event=papers_looked_up count=%d channels=%d", len(ids), len(channels))
    return [channel for channel in channels if await context.store.news(channel)]


async def _todays_share(context: Context, ids: Sequence[str], day: date) -> list[str]:
    """Chooses the papers to look up today: first those of which the day's list announces new
    versions, then others each day."""
    log.warning("event=papers_not_looked_up count=%d", len(ids) - MOST_PAPERS)
    categories = [c for s in await context.store.subscriptions() for c in s.profile.categories]
    replaced: frozenset[str] = frozenset()
    try:
        listing = await context.services.papers.announced(sorted(set(categories)), context.now())
        replaced = frozenset(listing.replaced)
    except PaperboyError as error:  # without the list, papers are still looked up
        log.info("event=replacements_unknown cause=%r", for_log(error))
    start = day.toordinal() * MOST_PAPERS % len(ids)
    return sorted([*ids[start:], *ids[:start]], key=lambda i: i not in replaced)[:MOST_PAPERS]


async def _take_up_digests(context: Context, subscription: Subscription) -> None:
    """Begins to watch the papers of digests that were posted since the last lookup."""
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
    """Reads the texts of new versions, each once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: dict[str, FullText | None] = {}

    async def read(self, paper: Paper) -> FullText | None:
        """Returns the text, or None if enough texts were read today or this one cannot be read."""
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
    """Compares what channels know about papers with what arXiv says, and stores it with its news.
    What several channels know alike is compared once."""
    now = {paper.id: paper for paper in papers}
    seen: dict[tuple[int, bool], tuple[Change | None, Known]] = {}
    for channel, watch in await context.store.watches(list(told), list(now)):
        known, paper, telling = watch.known, now[watch.paper_id], told[channel]
        if known is None:  # asked about or saved since the last lookup: nobody knows an earlier state
            await context.store.save_seen(channel, watch.paper_id, known_of(paper), None)
            continue
        if (id(known), telling) not in seen:
            change = await _compare(known, paper, texts) if telling else None
            seen[id(known), telling] = change, updated(known, paper)
        change, after = seen[id(known), telling]
        if change is None and after == known:
            continue
        news = News(change, watch.place, unopened=watch.unopened) if change is not None else None
        await context.store.save_seen(channel, watch.paper_id, after, news)
        if change is not None:
            metrics.CHANGES.labels(_kind(change)).inc()
            log.info("event=paper_changed paper=%s channel=%s kind=%s", paper.versioned, channel, _kind(change))


async def _compare(known: Known, paper: Paper, texts: _Texts) -> Change | None:
    newer = paper.version > known.paper.version and not paper.withdrawn
    text = await texts.read(paper) if newer and known.findings and known.basis.full else None
    return await asyncio.to_thread(compare, known, paper, text)


def _kind(change: Change) -> str:
    if change.withdrawn:
        return "withdrawn"
    if change.differences or change.remark:
        return "version"
    return "published" if change.published else "code"
