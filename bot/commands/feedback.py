"""👍 👎 🔖 and "wrong": what people say of papers and answers, kept as Votes whichever way it was said."""

from __future__ import annotations

from bot.context import Office
from bot.core.chat import Person, Place, Vote, VoteKind


async def voted(office: Office, vote: Vote) -> None:
    """The same vote twice counts once."""
    await office.store.vote(vote)


async def reacted(office: Office, place: Place, message: str, person: Person, kind: VoteKind, *, undo: bool) -> None:
    """A reaction on a message of ours: a vote on the paper it is about. On any other message it is nobody's business."""
    subject = await office.store.message_subject(place, message)
    if subject and not subject.startswith("answer:"):
        await voted(office, Vote(kind, subject, place, person, office.now(), undo))
