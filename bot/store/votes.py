"""Votes on papers and answers: more, fewer, saved, asked, wrong. Each lasts ninety days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.chat import Vote, VoteKind
from bot.core.ids import answer_of
from bot.store.redis import LONG, Base, Command, key, seconds
from digest.model import from_json, to_json

BORDER = "\x1f"


class Votes(Base):
    async def vote(self, vote: Vote) -> None:
        """Stores a vote once, or deletes it for `undo`. MORE and FEWER replace each other."""
        person, channel = vote.person.id, votes_key(vote.place.key)
        field = vote_field(person, vote.kind, vote.subject)
        taken = [vote_field(person, kind, vote.subject) for kind in _opposites(vote.kind)]
        if vote.undo:
            await self.redis.do("HDEL", channel, field)
        else:
            commands: list[Command] = [("HDEL", channel, other) for other in taken]
            commands += [("HSET", channel, field, to_json(vote)), ("EXPIRE", channel, seconds(LONG))]
            index = key("person", person, "voted")
            commands += [("SADD", index, vote.place.key), ("EXPIRE", index, seconds(LONG))]
            await self.redis.transaction(commands)

    async def votes(self, subscription: str) -> list[Vote]:
        """Oldest first."""
        fields = await self.redis.do("HGETALL", votes_key(subscription))
        votes = {name: from_json(Vote, value) for name, value in fields.items()}
        oldest = self.now() - LONG
        old = [name for name, vote in votes.items() if vote.at < oldest]
        if old:
            await self.redis.do("HDEL", votes_key(subscription), *old)
        return sorted((vote for vote in votes.values() if vote.at >= oldest), key=lambda vote: vote.at)

    async def saved(self, person: str) -> list[Vote]:
        """The person's saved papers in all channels, newest first."""
        channels = [c.decode() for c in await self.redis.do("SMEMBERS", key("person", person, "voted"))]
        votes = [vote for channel in channels for vote in await self.votes(channel)]
        own = [v for v in votes if v.person.id == person and v.kind is VoteKind.SAVED]
        return sorted(own, key=lambda vote: vote.at, reverse=True)

    async def teaching_votes(self, subscription: str) -> list[Vote]:
        """Returns the votes on papers since the channel last made the bot forget, oldest first."""
        since = await self.redis.do("GET", _untaught(subscription))
        begins = datetime.fromisoformat(since.decode()) if since else None
        votes = await self.votes(subscription)
        return [
            vote
            for vote in votes
            if vote.kind is not VoteKind.WRONG and not answer_of(vote.subject) and (begins is None or vote.at > begins)
        ]

    async def forget_votes(self, subscription: str) -> None:
        """Resets the channel's preferences. Saved papers stay saved but no longer count."""
        taught = (VoteKind.MORE, VoteKind.FEWER, VoteKind.ASKED)
        fields = await self.redis.do("HKEYS", votes_key(subscription))
        names = [f for f in fields if f.decode().split(BORDER)[1] in taught]
        commands: list[Command] = [("HDEL", votes_key(subscription), *names)] if names else []
        now = self.now().isoformat()
        await self.redis.transaction([*commands, ("SET", _untaught(subscription), now, "EX", seconds(LONG))])


def _untaught(subscription: str) -> str:
    return key("untaught", subscription)


def votes_key(subscription: str) -> str:
    return key("votes", subscription)


def vote_field(person: str, kind: str, subject: str) -> str:
    return BORDER.join((person, kind, subject))


def _opposites(kind: VoteKind) -> Sequence[VoteKind]:
    return {VoteKind.MORE: (VoteKind.FEWER,), VoteKind.FEWER: (VoteKind.MORE,)}.get(kind, ())
