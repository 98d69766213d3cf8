"""Loads what a channel's votes have taught, for `digest.selection.preferences`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.core.chat import Vote, VoteKind
from bot.core.subscription import Subscription
from bot.store import Store
from digest.arxiv.ids import plain_id
from digest.model import Paper
from digest.selection.preferences import Example, Learned, Preferences

WEIGHTS: Mapping[VoteKind, float] = {VoteKind.MORE: 1, VoteKind.SAVED: 1, VoteKind.ASKED: 0.5, VoteKind.FEWER: -1}
MOST = 200
"""How many of the newest votes count: what a channel wants changes within three months."""


async def load_preferences(store: Store, subscription: Subscription) -> Preferences:
    """Loads what the votes taught: the channel's votes or, for a person's own digest, all of the
    person's. Papers that no digest there showed are not stored and teach nothing."""
    own = subscription.place.direct
    places = await store.voted_in(subscription.set_by) if own else [subscription.key]
    votes: list[Vote] = []
    papers: dict[str, Paper] = {}
    for place in places:
        found = await store.teaching_votes(place)
        found = [v for v in found if v.person.id == subscription.set_by] if own else found
        votes += found
        papers |= await _papers(store, place, {plain_id(vote.subject) for vote in found[-MOST:]})
    votes = sorted(votes, key=lambda vote: vote.at)[-MOST:]
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for vote in votes:
        weights[plain_id(vote.subject), vote.person.id] += WEIGHTS[vote.kind]
    return Preferences(
        tuple(
            # A person who wants more, saves and asks counts once.
            Example(papers[paper], max(-1.0, min(1.0, weight)))
            for (paper, _), weight in weights.items()
            if paper in papers
        )
    )


async def load_learned(store: Store, subscription: Subscription) -> Learned:
    """Returns what the votes taught, and compares it with the papers of the latest digest."""
    preferences = await load_preferences(store, subscription)
    if not preferences.examples:
        return preferences.learned()
    last = await store.latest_digest(subscription.key)
    known = [*(e.paper for e in last.entries), *(c.paper for c in last.others)] if last else []
    return preferences.learned(known)


async def _papers(store: Store, subscription: str, wanted: set[str]) -> dict[str, Paper]:
    """Loads the papers. Reads each digest once, however many of its papers have votes."""
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
