"""Records votes on papers and answers, from buttons and from reactions."""

from __future__ import annotations

from bot.context import Context
from bot.core.chat import Person, Place, Vote, VoteKind
from bot.core.ids import answer_of


async def record_vote(context: Context, vote: Vote) -> None:
    """The same vote twice counts once."""
    await context.store.vote(vote)


async def record_reaction(
    context: Context, place: Place, message: str, person: Person, kind: VoteKind, *, undo: bool
) -> None:
    """Records a reaction to one of our messages as a vote on its paper. Others are ignored."""
    subject = await context.store.message_subject(place, message)
    if subject and not answer_of(subject):
        await record_vote(context, Vote(kind, subject, place, person, context.now(), undo))
