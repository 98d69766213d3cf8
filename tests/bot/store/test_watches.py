"""Rows of papers that are looked after are changed by several at once: nothing is lost, and nothing that was taken out comes back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.chat import Place
from bot.store import News, Watch
from digest.changes.values import Change
from digest.changes.versions import known_of
from tests.builders import a_paper

HERE = Place("slack", "C1", "1700.1")
UNTIL = datetime(9999, 1, 1, tzinfo=UTC)
PAPER = a_paper()
KNOWN = known_of(PAPER)
PEOPLE = tuple(f"P{n}" for n in range(12))


def asked_by(*people: str) -> list[Watch]:
    return [Watch(PAPER.id, HERE, UNTIL, people=people)]


async def row(store) -> Watch | None:
    found = await store.watches([HERE.key], [PAPER.id])
    return found[0][1] if found else None


async def test_all_who_ask_at_once_are_kept_beside_what_becomes_known(store):
    seen = (store.save_seen(HERE.key, PAPER.id, replace(KNOWN, published=bool(n % 2)), None) for n in range(12))
    await asyncio.gather(*(store.watch(HERE.key, asked_by(person)) for person in PEOPLE), *seen)
    kept = await row(store)
    assert set(kept.people) == set(PEOPLE)
    await store.save_seen(HERE.key, PAPER.id, KNOWN, None)
    assert (await row(store)).known == KNOWN


async def test_who_is_forgotten_while_a_paper_is_looked_up_stays_forgotten(store):
    await store.watch(HERE.key, asked_by(*PEOPLE))
    seen = (store.save_seen(HERE.key, PAPER.id, replace(KNOWN, published=bool(n % 2)), None) for n in range(12))
    await asyncio.gather(*(store.forget_person(person) for person in PEOPLE[1:]), *seen)
    assert (await row(store)).people == PEOPLE[:1]


@pytest.mark.parametrize("how", ["forgotten", "unwatched", "taken back", "unsaved"])
async def test_a_paper_that_is_let_go_while_it_is_looked_up_does_not_come_back_and_has_no_news(store, how):
    digest, savers = ("d", ()) if how == "taken back" else ("", ("P1",))
    await store.watch(HERE.key, [Watch(PAPER.id, HERE, UNTIL, digest=digest, savers=savers, known=KNOWN)])
    await {
        "forgotten": lambda: store.forget_person("P1"),
        "unwatched": lambda: store.unwatch(HERE.key, [PAPER.id]),
        "taken back": lambda: store.unwatch_digest(HERE.key, "d"),
        "unsaved": lambda: store.unwatch_saved("P1", PAPER.id, [HERE.key]),
    }[how]()
    await store.save_seen(HERE.key, PAPER.id, KNOWN, News(Change(PAPER, 1, withdrawn="Withdrawn"), HERE))
    assert await row(store) is None
    assert await store.news(HERE.key) == []
    assert await store.watching() == []
