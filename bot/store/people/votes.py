"""Votes on papers and answers: more, fewer, saved, asked, wrong. Each lasts ninety days.

If a person gives a paper both 👍 and 👎, only the later vote counts. The earlier one is kept and
counts again when the later one is taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.chat import Vote, VoteKind
from bot.core.ids import answer_of
from bot.store.archive import archive_change
from bot.store.redis import LONG, Base, Command, key, lasting, seconds
from digest.model import from_json, to_json

BORDER = "\x1f"
OPPOSITES = {VoteKind.MORE: (VoteKind.FEWER,), VoteKind.FEWER: (VoteKind.MORE,)}
COUNTED = (VoteKind.MORE, VoteKind.FEWER, VoteKind.SAVED)
"""The kinds of vote whose number a paper's message shows."""


class Votes(Base):
    async def vote(self, vote: Vote) -> None:
        """Stores a vote once, or deletes it for `undo`. A vote by a button stays one when the
        person also reacts with the emoji."""
        person, channel = vote.person.id, votes_key(vote.place.key)
        field = vote_field(person, vote.kind, vote.subject)
        told = archive_change("votes", vote.place.key) if vote.kind is VoteKind.SAVED else []
        if vote.undo:
            await self.redis.transaction([("HDEL", channel, field), *told])
            return
        opposites = [vote_field(person, kind, vote.subject) for kind in OPPOSITES.get(vote.kind, ())]
        known = [from_json(Vote, v) if v else None for v in await self.redis.do("HMGET", channel, field, *opposites)]
        if known[0] is not None and known[0].at == vote.at:  # the event came twice
            return
        if known[0] is not None and not known[0].reaction:
            vote = replace(vote, reaction="")
        later = [other.at + timedelta(microseconds=1) for other in known[1:] if other is not None]
        kept = lasting(LONG, "HSET", channel, field, to_json(replace(vote, at=max([vote.at, *later]))))
        index = lasting(LONG, "SADD", key("person", person, "voted"), vote.place.key)
        await self.redis.transaction([*kept, *index, *told])

    async def votes(self, subscription: str) -> list[Vote]:
        """Returns the votes that count, oldest first."""
        fields = await self.redis.do("HGETALL", votes_key(subscription))
        votes = {name: from_json(Vote, value) for name, value in fields.items()}
        oldest = self.now() - LONG
        old = [name for name, vote in votes.items() if vote.at < oldest]
        if old:
            await self.redis.do("HDEL", votes_key(subscription), *old)
        kept = sorted((vote for vote in votes.values() if vote.at >= oldest), key=lambda vote: vote.at)
        last = {(v.person.id, v.subject): v.kind for v in kept if v.kind in OPPOSITES}
        return [v for v in kept if v.kind not in OPPOSITES or last[v.person.id, v.subject] is v.kind]

    async def votes_on(self, subscription: str, paper_id: str, person: str) -> frozenset[VoteKind]:
        """Returns the person's votes on a paper."""
        own = [v for v in await self.votes(subscription) if v.person.id == person and v.subject == paper_id]
        return frozenset(vote.kind for vote in own)

    async def votes_by_reaction(self, subscription: str, reaction: str) -> list[Vote]:
        """Returns the votes whose `reaction_id` is this one or begins with it, including those that
        do not count at present."""
        every = [from_json(Vote, value) for value in await self.redis.do("HVALS", votes_key(subscription))]
        return [v for v in every if v.reaction == reaction or (reaction[-1] == " " and v.reaction.startswith(reaction))]

    async def vote_counts(self, subscription: str, papers: Collection[str]) -> dict[str, dict[VoteKind, int]]:
        """How many people voted in which way on each of these papers that has votes."""
        found = Counter((v.subject, v.kind) for v in await self.votes(subscription) if v.kind in COUNTED)
        counts: dict[str, dict[VoteKind, int]] = {}
        for (paper, kind), n in sorted(found.items()):
            if paper in papers:
                counts.setdefault(paper, {})[kind] = n
        return counts

    async def note_counts_shown(self, digest: str, counts: dict[str, dict[VoteKind, int]]) -> None:
        """Records the counts that a digest's replies show."""
        await self.redis.do("SET", key("counts", digest), to_json(counts), "EX", seconds(LONG))

    async def counts_shown(self, digest: str) -> dict[str, dict[VoteKind, int]]:
        found = await self.redis.do("GET", key("counts", digest))
        return from_json(dict[str, dict[VoteKind, int]], found) if found else {}

    async def unsave(self, person: str, paper_id: str) -> list[str]:
        """Takes the person's 🔖 off a paper in all channels. Returns the channels it stood in."""
        field = vote_field(person, VoteKind.SAVED, paper_id)
        stood = [c for c in await self.voted_in(person) if await self.redis.do("HEXISTS", votes_key(c), field)]
        told = [command for c in stood for command in [("HDEL", votes_key(c), field), *archive_change("votes", c)]]
        if told:
            await self.redis.transaction(told)
        return stood

    async def voted_in(self, person: str) -> list[str]:
        """The channels in which the person has voted."""
        return await self.redis.members(key("person", person, "voted"))

    async def saved(self, person: str) -> list[Vote]:
        """The person's saved papers in all channels, newest first."""
        votes = [vote for channel in await self.voted_in(person) for vote in await self.votes(channel)]
        own = [v for v in votes if v.person.id == person and v.kind is VoteKind.SAVED]
        return sorted(own, key=lambda vote: vote.at, reverse=True)

    async def saved_in(self, subscription: str) -> list[str]:
        """Ids of the papers that are saved in the channel, each once."""
        saved = [vote.subject for vote in await self.votes(subscription) if vote.kind is VoteKind.SAVED]
        return list(dict.fromkeys(subject for subject in saved if not answer_of(subject)))

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
