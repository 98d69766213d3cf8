"""Loads what a channel's votes have taught, for `digest.selection.preferences`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.core.chat import VoteKind
from bot.store import Store
from digest.arxiv.ids import plain_id
from digest.model import Paper
from digest.selection.preferences import Example, Learned, Preferences

WEIGHTS: Mapping[VoteKind, float] = {VoteKind.MORE: 1, VoteKind.SAVED: 1, VoteKind.ASKED: 0.5, VoteKind.FEWER: -1}
MOST = 200
"""Only the newest votes count: a channel changes in three months."""


async def load_preferences(store: Store, subscription: str) -> Preferences:
    """Papers that were in no digest of the channel are not stored, and teach nothing."""
    votes = (await store.teaching_votes(subscription))[-MOST:]
    papers = await _papers(store, subscription, {plain_id(vote.subject) for vote in votes})
    examples = [(papers.get(plain_id(vote.subject)), WEIGHTS[vote.kind]) for vote in votes]
    return Preferences(tuple(Example(paper, weight) for paper, weight in examples if paper is not None))


async def load_learned(store: Store, subscription: str) -> Learned:
    """Returns what the votes taught, against the papers of the latest digest."""
    preferences = await load_preferences(store, subscription)
    if not preferences.examples:
        return preferences.learned()
    last = await store.latest_digest(subscription)
    known = [*(e.paper for e in last.entries), *(c.paper for c in last.others)] if last else []
    return preferences.learned(known)


async def _papers(store: Store, subscription: str, wanted: set[str]) -> dict[str, Paper]:
    """Reads each digest once, however many of its papers have votes."""
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
