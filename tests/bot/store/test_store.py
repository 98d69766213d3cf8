"""The store's topics: subscriptions, ledger, digests, runs."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.store import RunState
from digest.model import Profile
from digest.selection.ledger import LedgerEntry, State
from tests.builders import NOON, a_digest

CHANNEL = Place("slack", "C0123456789")


def an_entry(paper_id: str, state: State = State.CONSIDERED, **values) -> LedgerEntry:
    return LedgerEntry(paper_id, "cs.CV", NOON, state, date(2026, 1, 30), title=f"Title of {paper_id}", **values)


class TestSubscriptions:
    async def test_what_was_kept_is_found(self, store):
        one = Subscription(CHANNEL, Profile(("cs.CV", "cs.RO"), "具身"), papers=7)
        two = Subscription(Place("discord", "1:2"))
        await store.save_subscription(one)
        await store.save_subscription(two)
        assert await store.subscription(one.key) == one
        assert await store.subscriptions() == [two, one]
        assert await store.subscription("slack:nowhere") is None

    async def test_two_changes_at_once_are_both_made(self, store):
        await store.save_subscription(Subscription(CHANNEL))
        await asyncio.gather(
            *(
                store.replace_subscription(CHANNEL.key, lambda now, n=n: replace(now, days=(*now.days, str(n))))
                for n in range(10)
            )
        )
        kept = await store.subscription(Subscription(CHANNEL).key)
        assert set(map(str, range(10))) <= set(kept.days)

    async def test_a_removed_one_is_kept_and_comes_back_within_its_life(self, store):
        kept = Subscription(CHANNEL)
        await store.save_subscription(kept)
        await store.remove_subscription(kept.key)
        assert await store.subscriptions() == []
        assert await store.removed_subscription(kept.key) == kept
        await store.save_subscription(kept)
        assert await store.removed_subscription(kept.key) is None
        assert await store.subscription(kept.key) == kept


class TestLedger:
    async def test_a_new_channel_has_an_empty_one(self, store):
        ledger = await store.ledger("slack:C1")
        assert (ledger.categories, dict(ledger.entries), ledger.reopened) == ((), {}, None)

    async def test_seeds_and_digests_add_up_and_later_entries_win(self, store, clock):
        digest = a_digest(1)
        await store.seed(digest.subscription, [an_entry("1", State.BEFORE), an_entry("2", State.BEFORE)], ("cs.CV",))
        clock.forward(timedelta(hours=1))
        entries = [an_entry("2", State.CHOSEN, score=8.5, rank=1, reason="你们关注"), an_entry("3")]
        await store.save_digest(digest, entries, ("cs.CV", "cs.RO"))
        ledger = await store.ledger(digest.subscription)
        assert ledger.categories == ("cs.CV", "cs.RO")
        assert {i: e.state for i, e in ledger.entries.items()} == {
            "1": State.BEFORE,
            "2": State.CHOSEN,
            "3": State.CONSIDERED,
        }
        assert ledger.entries["2"] == entries[0]

    async def test_an_entry_lives_sixty_days(self, store, clock):
        await store.seed("slack:C1", [an_entry("1")], ("cs.CV",))
        clock.forward(timedelta(days=59))
        await store.seed("slack:C1", [an_entry("2")], ("cs.CV",))
        assert set((await store.ledger("slack:C1")).entries) == {"1", "2"}
        clock.forward(timedelta(days=2))
        assert set((await store.ledger("slack:C1")).entries) == {"2"}
        await store.seed("slack:C1", [an_entry("3")], ("cs.CV",))
        assert len(await store.redis.do("HKEYS", "paperboy:ledger:slack:C1")) == 3  # two chunks and the categories

    async def test_a_list_is_reopened_for_the_one_run_that_stores_next(self, store):
        await store.reopen_ledger("slack:C1", date(2026, 1, 30))
        assert (await store.ledger("slack:C1")).reopened == date(2026, 1, 30)
        await store.seed("slack:C1", [an_entry("1")], ("cs.CV",))
        assert (await store.ledger("slack:C1")).reopened is None

    async def test_the_digest_and_its_entries_are_stored_at_once(self, store):
        """Whoever looks at any moment sees both or neither."""
        digest = a_digest(10)
        look = [("EXISTS", f"paperboy:digest:{digest.key}"), ("EXISTS", f"paperboy:ledger:{digest.subscription}")]
        keeping = asyncio.create_task(store.save_digest(digest, [an_entry(str(i)) for i in range(500)], ("cs.CV",)))
        seen = set()
        while not keeping.done():
            seen.add(tuple(await store.redis.transaction(look)))
        await keeping
        seen.add(tuple(await store.redis.transaction(look)))
        assert (1, 1) in seen
        assert seen <= {(0, 0), (1, 1)}


class TestDigests:
    async def test_a_digest_comes_back_as_it_was(self, store):
        digest = a_digest(3)
        await store.save_digest(digest, [], ("cs.CV",))
        assert await store.digest(digest.key) == digest
        assert await store.latest_digest(digest.subscription) == digest
        assert await store.digest("slack:C9:2026-01-30:daily") is None

    async def test_channels_share_papers_and_analyses(self, store):
        """The second channel's digest adds little to what is kept."""
        first = a_digest(10)
        await store.save_digest(first, [], ("cs.CV",))
        parts = len(await store.redis.scan("paperboy:part:*"))
        await store.save_digest(a_digest(10, subscription="discord:1:2"), [], ("cs.CV",))
        assert len(await store.redis.scan("paperboy:part:*")) == parts == 10 + 10 + 15 + 1

    async def test_the_newest_first(self, store):
        for day in (28, 30, 29):
            await store.save_digest(
                a_digest(1, local_date=date(2026, 1, day), made_at=NOON.replace(day=day)), [], ("cs.CV",)
            )
        keys = await store.digests("slack:C0123456789", 2)
        assert [k.split(":")[2] for k in keys] == ["2026-01-30", "2026-01-29"]

    async def test_the_latest_digest_of_a_paper_with_its_message(self, store):
        old = a_digest(2, local_date=date(2026, 1, 28), made_at=NOON.replace(day=28))
        new = a_digest(2)
        for digest in (new, old):
            await store.save_digest(digest, [], ("cs.CV",))
            await store.save_posts(digest.key, CHANNEL, {"2601.22152": f"m-{digest.local_date.day}"})
        found = await store.earlier("2601.22152", new.subscription)
        assert (found.digest, found.number, found.local_date, found.message) == (new.key, 2, date(2026, 1, 30), "m-30")
        assert await store.earlier("2601.2215", new.subscription) is None
        assert await store.message_subject(CHANNEL, "m-28") == "2601.22152"
        assert await store.message_subject(CHANNEL, "m-1") == ""


class TestRuns:
    async def test_a_daily_run_is_one_a_date(self, store):
        first = await store.begin_run("slack:C1", date(2026, 1, 30), "daily")
        again = await store.begin_run("slack:C1", date(2026, 1, 30), "daily")
        assert (first.key, first.fresh, again.fresh) == ("slack:C1:2026-01-30:daily", True, False)
        await store.end_run(first, RunState.DONE)
        after = await store.begin_run("slack:C1", date(2026, 1, 30), "daily")
        assert (after.state, after.fresh) == (RunState.DONE, False)
        assert (await store.begin_run("slack:C1", date(2026, 1, 31), "daily")).fresh

    async def test_a_now_joins_what_is_under_way_and_is_counted_after_it(self, store):
        day = date(2026, 1, 30)
        daily = await store.begin_run("slack:C1", day, "daily")
        joined = await store.begin_run("slack:C1", day, "now")
        assert (joined.name, joined.fresh) == ("daily", False)
        await store.end_run(daily, RunState.DONE)
        one = await store.begin_run("slack:C1", day, "now")
        assert (one.name, one.fresh) == ("now-1", True)
        assert (await store.begin_run("slack:C1", day, "now")).name == "now-1"
        await store.end_run(one, RunState.FAILED, "arXiv does not answer.")
        state = await store.run_state("slack:C1", day, "now-1")
        assert (state.state, state.note) == (RunState.FAILED, "arXiv does not answer.")
        assert (await store.begin_run("slack:C1", day, "now")).name == "now-2"
        assert (await store.begin_run("slack:C2", day, "now")).name == "now-1"

    async def test_many_at_once_begin_one(self, store):
        runs = await asyncio.gather(*(store.begin_run("slack:C1", date(2026, 1, 30), "now") for _ in range(20)))
        assert {run.name for run in runs} == {"now-1"}
        assert sum(run.fresh for run in runs) == 1

    async def test_a_run_that_nobody_began_is_none(self, store):
        assert await store.run_state("slack:C1", date(2026, 1, 30), "daily") is None

    async def test_done_markers(self, store):
        assert not await store.is_done("digest:1")
        await store.mark_done("digest:1")
        assert await store.is_done("digest:1")
