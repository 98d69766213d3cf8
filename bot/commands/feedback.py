"""👍 👎 🔖 and "wrong": what people say of papers and answers, kept as Votes whichever way it was said."""

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
    """A reaction on a message of ours: a vote on the paper it is about. On any other message it is nobody's business."""
    subject = await context.store.message_subject(place, message)
    if subject and not answer_of(subject):
        await record_vote(context, Vote(kind, subject, place, person, context.now(), undo))
