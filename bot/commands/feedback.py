"""Records votes on papers and answers, from buttons and from reactions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.context import Context
from bot.core.chat import Person, Place, Vote, VoteKind, reaction_id
from bot.core.ids import answer_of, join_key
from bot.digests.counts import GATHER
from bot.store import Watch
from bot.store.redis import WATCH_LIFE

PUSH_AFTER = timedelta(minutes=5)
"""How long saved papers are collected before they are pushed to Zotero together."""


async def record_vote(context: Context, vote: Vote) -> None:
    """Records a vote; the same one twice counts once. The paper's message shows it soon."""
    await context.store.vote(vote)
    if vote.kind is VoteKind.SAVED and not answer_of(vote.subject):
        if vote.undo:
            await context.store.unwatch_saved(vote.person.id, vote.subject, [vote.place.key])
        else:
            await queue_push(context, vote.place.key)
            watch = Watch(vote.subject, vote.place, context.now() + WATCH_LIFE, savers=(vote.person.id,))
            await context.store.watch(vote.place.key, [watch])
    if not answer_of(vote.subject) and vote.kind is not VoteKind.WRONG:
        await queue_counts(context, vote.place.key, vote.subject)


async def queue_push(context: Context, channel: str) -> None:
    """Queues a push of recently saved papers to the channel's Zotero library, in one request."""
    if await context.store.zotero_link(channel) is not None:
        span = int(context.now().timestamp() // PUSH_AFTER.total_seconds())
        await context.queue.add("zotero", channel, key=join_key("zotero", channel, str(span)), wait=PUSH_AFTER)


async def queue_counts(context: Context, channel: str, paper_id: str) -> None:
    """Queues an update of the votes shown in the digest that posted the paper in this channel."""
    shown = await context.store.earlier(paper_id, channel)
    if shown is not None:
        span = int(context.now().timestamp() // GATHER.total_seconds())
        await context.queue.add("counts", shown.digest, key=join_key("counts", shown.digest, str(span)), wait=GATHER)


async def take_back(context: Context, vote: Vote) -> VoteKind | None:
    """Takes a vote back. A saved paper is then saved in no channel. Returns the person's other vote
    on the paper, which counts again."""
    if vote.kind is VoteKind.SAVED:
        channels = await context.store.unsave(vote.person.id, vote.subject)
        await context.store.unwatch_saved(vote.person.id, vote.subject, channels)
        for channel in channels:
            await queue_counts(context, channel, vote.subject)
        return None
    await record_vote(context, replace(vote, undo=True))
    left = await context.store.votes_on(vote.place.key, vote.subject, vote.person.id)
    return next((kind for kind in (VoteKind.MORE, VoteKind.FEWER) if kind in left), None)


async def record_reaction(
    context: Context, place: Place, message: str, person: Person, kind: VoteKind, emoji: str, *, undo: bool
) -> None:
    """Records a reaction to one of our messages as a vote on its paper. Ignores other messages."""
    subject = await context.store.message_subject(place, message)
    if subject and not answer_of(subject):
        origin = reaction_id(message, emoji)
        await record_vote(context, Vote(kind, subject, place, person, context.now(), undo, origin))


async def clear_reactions(context: Context, place: Place, message: str, emoji: str) -> None:
    """Takes back the votes that reactions to a message gave, or those with one emoji. Votes by
    button stay."""
    for vote in await context.store.votes_by_reaction(place.key, reaction_id(message, emoji)):
        await record_vote(context, replace(vote, undo=True))
