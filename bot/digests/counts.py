"""Shows under each paper of a digest how many people voted for more or fewer, or saved it.

Votes that come close together make one edit. A message is edited only if its counts have changed
and it still has the form that this version gives it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core.chat import Chat, Chats, Place, Step, StepKind, TargetMissing, VoteKind
from bot.core.ids import StepKey, join_key
from bot.core.subscription import Subscription
from bot.digests import cards
from bot.digests.delivery import own_posts
from bot.store import Delivery, DeliveryState, Store
from digest.errors import for_log
from digest.model import Digest, to_json
from digest.ports import Pace

log = logging.getLogger(__name__)

GATHER = timedelta(seconds=15)
"""Votes within this time are shown by one edit."""
LEASE = timedelta(seconds=60)
UNKNOWN = {VoteKind.MORE: -1}
"""A value that differs from any counts."""
Counts = Mapping[str, Mapping[VoteKind, int]]


async def show_counts(digest_key: str, chats: Chats, store: Store, pace: Pace) -> None:
    """Edits the replies whose counts have changed. Safe to repeat. Raises ChatError, LeaseBusy."""
    digest, delivery = await store.digest(digest_key), await store.delivery(digest_key)
    subscription = await store.subscription(digest.subscription) if digest else None
    if digest is None or subscription is None or delivery is None or delivery.state is not DeliveryState.DONE:
        return
    async with store.lease(join_key("counts", digest_key), LEASE):
        before = await store.counts_shown(digest_key)
        now = await store.vote_counts(digest.subscription, {e.paper.id for e in digest.entries})
        if before == now:
            return
        chat, place = chats[subscription.place.platform], subscription.place
        # If the process was killed between an edit and its record, a message's counts are unknown.
        # It is edited again.
        doubtful = {p: UNKNOWN for p in before.keys() | now.keys() if before.get(p) != now.get(p)}
        await store.note_counts_shown(digest_key, before | doubtful)
        for step in await asyncio.to_thread(_changed, chat, subscription, digest, delivery, before, now):
            try:
                async with pace.slot(join_key("post", place.key)):
                    await chat.post(step, place, delivery.ids[step.on])
            except TargetMissing as error:  # a person deleted the message
                log.info("event=counts_not_shown step=%s cause=%r", step.key, for_log(error))
        await store.note_counts_shown(digest_key, now)


def _changed(
    chat: Chat, subscription: Subscription, digest: Digest, delivery: Delivery, before: Counts, now: Counts
) -> list[Step]:
    """Returns the edits of the messages whose counts have changed."""
    posted = {step.key: step for step in delivery.plan}
    apart = bool(own_posts(delivery))
    plain, wanted = (_replies(chat, subscription, digest, counts, apart=apart) for counts in ({}, now))
    shown = _replies(chat, subscription, digest, before, apart=apart) if before else plain
    return [
        Step(str(StepKey(key, "votes")), StepKind.EDIT, step.payload, on=key, picture=step.picture, bare=step.bare)
        for key, step in wanted.items()
        if key in delivery.ids
        and key in posted
        and _same(posted[key], plain.get(key))
        and not _same(step, shown.get(key))
    ]


def _replies(chat: Chat, subscription: Subscription, digest: Digest, counts: Counts, *, apart: bool) -> dict[str, Step]:
    thread = cards.thread(
        digest, subscription.detail, hears=chat.hears, archive=chat.has_archive, votes=counts, apart=apart
    )
    bare = replace(thread, finished=None, ping=subscription.ping_role)
    steps = chat.plan(bare, Place(chat.name, ""), digest.key)
    return {step.key: step for step in steps if step.kind is StepKind.REPLY or step.reply >= 0}


def _same(one: Step, other: Step | None) -> bool:
    return other is not None and to_json(one.payload) == to_json(other.payload)
