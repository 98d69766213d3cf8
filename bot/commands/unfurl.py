"""Shows what is known about papers below links to arXiv, in channels that want it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.context import Context
from bot.core.chat import Place, Post
from bot.digests import cards
from digest.arxiv.ids import parse
from digest.errors import PaperboyError, for_log
from digest.model import Paper

log = logging.getLogger(__name__)

MOST = 3
"""How many links of one message are shown."""
TIMEOUT = 5.0
"""Seconds in which arXiv must answer with a title."""


async def unfurl_links(context: Context, place: Place, urls: Sequence[str]) -> dict[str, Post]:
    """Returns a post for each link. What was read of a paper comes from this channel's own digests.
    For any other paper it shows the title and *Ask*."""
    subscription = await context.store.subscription(place.key)
    if subscription is None or not subscription.unfurl:
        return {}
    language = subscription.profile.language
    named = {url: ref for url in urls if (ref := parse(url))}
    ids = list(dict.fromkeys(ref.id for ref in named.values()))[:MOST]
    shown: dict[str, Post] = {}
    for paper_id in ids:
        earlier = await context.store.earlier(paper_id, place.key)
        digest = await context.store.digest(earlier.digest) if earlier else None
        entry = digest.entry(paper_id) if digest else None
        if entry:
            shown[paper_id] = cards.preview(entry.paper, entry.analysis, language)
    for paper in await _others(context, [paper_id for paper_id in ids if paper_id not in shown]):
        shown[paper.id] = cards.preview(paper, None, language)
    return {url: shown[ref.id] for url, ref in named.items() if ref.id in shown}


async def _others(context: Context, ids: Sequence[str]) -> Sequence[Paper]:
    """Returns papers; none if arXiv does not answer in time: Slack then shows the plain link."""
    if not ids:
        return ()
    try:
        async with asyncio.timeout(TIMEOUT):
            return await context.services.papers.get(ids)
    except (PaperboyError, TimeoutError) as error:
        log.info("event=link_not_shown cause=%r", for_log(error))
        return ()
