"""What a channel has taught, from its votes and the papers they are about, for `digest.selection.preferences`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.core.chat import VoteKind
from bot.store import Store
from digest.arxiv.ids import plain_id
from digest.model import Paper
from digest.selection.preferences import Lesson, Taste, Taught

WEIGHTS: Mapping[VoteKind, float] = {VoteKind.MORE: 1, VoteKind.SAVED: 1, VoteKind.ASKED: 0.5, VoteKind.FEWER: -1}
MOST = 200
"""Votes, the newest: a channel of today is not the one of three months ago."""


async def taste_of(store: Store, subscription: str) -> Taste:
    """Papers that were in no digest of the channel are not kept, and teach nothing."""
    votes = (await store.lessons(subscription))[-MOST:]
    papers = await _papers(store, subscription, {plain_id(vote.subject) for vote in votes})
    lessons = [(papers.get(plain_id(vote.subject)), WEIGHTS[vote.kind]) for vote in votes]
    return Taste(tuple(Lesson(paper, weight) for paper, weight in lessons if paper is not None))


async def taught(store: Store, subscription: str) -> Taught:
    """What it comes to, against the papers of the latest digest."""
    taste = await taste_of(store, subscription)
    if not taste.lessons:
        return taste.taught()
    last = await store.latest_digest(subscription)
    known = [*(e.paper for e in last.entries), *(c.paper for c in last.others)] if last else []
    return taste.taught(known)


async def _papers(store: Store, subscription: str, wanted: set[str]) -> dict[str, Paper]:
    """A digest at a time: each is read once, however many of its papers people spoke of."""
    if not wanted:
        return {}
    holding: dict[str, set[str]] = defaultdict(set)
    for paper, shown_in in (await store.shown(subscription)).items():
        if plain_id(paper) in wanted:
            holding[shown_in].add(paper)
    found = {}
    for key, papers in holding.items():
        digest = await store.digest(key)
        for entry in digest.entries if digest else ():
            if entry.paper.id in papers:
                found[plain_id(entry.paper.id)] = entry.paper
    return found
