"""Makes links to digests and to threads."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.core.chat import ChatError, Chats, Place
from bot.store import Store
from digest.errors import for_log
from digest.model import Digest
from digest.render.labels import day_words
from digest.render.markdown import link

log = logging.getLogger(__name__)


async def digest_link(store: Store, chats: Chats, digest: Digest, place: Place, language: str) -> str:
    """Returns the digest's date, with a link to its parent message if it was delivered."""
    named, url = day_words(digest.local_date, language), await digest_url(store, chats, digest, place)
    return link(named, url) if url else named


async def digest_url(store: Store, chats: Chats, digest: Digest, place: Place) -> str:
    """Returns the parent message's link; empty if it was not delivered. Raises ChatError."""
    delivery = await store.delivery(digest.key)
    if delivery is None or not delivery.plan or delivery.plan[0].key not in delivery.ids:
        return ""
    return await chats[place.platform].link(place, delivery.ids[delivery.plan[0].key])


async def thread_link(chats: Chats, place: Place) -> str:
    """Returns the link to the message that opens the place's thread; empty if it is gone."""
    try:
        return await chats[place.platform].link(replace(place, thread=""), place.thread)
    except ChatError as error:
        log.info("event=thread_not_linked cause=%r", for_log(error))
        return ""
