"""Every key has a lifetime, or a reason not to."""

import asyncio
from datetime import timedelta

from bot import store as store_package
from bot.console.chat import ConsoleChat
from bot.core.chat import Place, Vote, VoteKind
from bot.core.subscription import Subscription
from bot.digests.delivery import deliver, retract
from bot.store import Ahead, Follower, News, RedisBudget, RedisCache, RedisPace, RunState, Store, Watch
from bot.worker.queue import QUICK, SLOW, Queue, Task
from digest.changes.values import Change
from digest.changes.versions import known_of
from digest.model import Usage
from digest.ports import FreePace, booked
from digest.selection.ledger import LedgerEntry, State
from tests.bot.contract import a_thread
from tests.bot.store.test_people import A_POST, ANN, THREAD, a_question, an_answer
from tests.builders import NOON, a_digest, a_paper
from tests.deadline import DEADLINE

FOR_EVER = {
    "paperboy:subscriptions": "what people set; removed with the channel",
    "paperboy:personal": "what people set; removed with the digest",
    "paperboy:secret": "the installation's key; one a store",
    "paperboy:deliveries-open": "emptied by finishing or putting aside",
    "paperboy:unanswered": "emptied by answering",
    "paperboy:watching": "emptied by looking after the papers",
    "paperboy-slow:stream": "docket's queue; emptied by working",
    "paperboy-quick:stream": "docket's queue; emptied by working",
    "paperboy-posts:stream": "docket's queue; emptied by working",
    "paperboy-slow:queue": "docket's timetable; emptied by working",
    "paperboy-quick:queue": "docket's timetable; emptied by working",
    "paperboy-posts:queue": "docket's timetable; emptied by working",
    "paperboy-slow:workers": "docket's heartbeats; pruned by each of them",
    "paperboy-quick:workers": "docket's heartbeats; pruned by each of them",
    "paperboy-posts:workers": "docket's heartbeats; pruned by each of them",
    "paperboy-slow:task-workers:task": "docket's heartbeats; pruned by each of them",
    "paperboy-quick:task-workers:task": "docket's heartbeats; pruned by each of them",
    "paperboy-posts:task-workers:task": "docket's heartbeats; pruned by each of them",
    "paperboy-slow:task-workers:trace": "docket's heartbeats; pruned by each of them",
    "paperboy-quick:task-workers:trace": "docket's heartbeats; pruned by each of them",
    "paperboy-posts:task-workers:trace": "docket's heartbeats; pruned by each of them",
    "paperboy-slow:task-workers:fail": "docket's heartbeats; pruned by each of them",
    "paperboy-quick:task-workers:fail": "docket's heartbeats; pruned by each of them",
    "paperboy-posts:task-workers:fail": "docket's heartbeats; pruned by each of them",
    "paperboy-slow:task-workers:sleep": "docket's heartbeats; pruned by each of them",
    "paperboy-quick:task-workers:sleep": "docket's heartbeats; pruned by each of them",
    "paperboy-posts:task-workers:sleep": "docket's heartbeats; pruned by each of them",
}


async def use_everything(store: Store) -> None:
    digest = a_digest(2, subscription=THREAD.key)
    channel = Place("slack", "C1")
    await store.save_subscription(Subscription(channel))
    await store.save_subscription(Subscription(Place("slack", "C2")))
    await store.remove_subscription("slack:C2")
    entry = LedgerEntry("2601.00001", "cs.CV", NOON, State.CHOSEN, NOON.date())
    await store.seed(channel.key, [entry], ("cs.CV",))
    await store.reopen_ledger(channel.key, NOON.date())
    await store.save_digest(digest, [entry], ("cs.CV",))
    await store.save_posts(digest.key, channel, {"2601.00001": "m1"})
    await store.save_message_subject(channel, "m2", "2601.00001")
    run = await store.begin_run(channel.key, NOON.date(), "daily")
    await store.note_run(run, "waiting")
    await store.note_progress(run.key, "ranked", 1, 2)
    await store.end_run(run, RunState.FAILED)
    await store.begin_run("slack:C3", NOON.date(), "now")
    await store.mark_done("digest:1")
    await use_delivery(store)
    await use_people(store)
    cache, pace, budget = RedisCache(store), RedisPace(store), RedisBudget(store, 10)
    await cache.once("k", timedelta(days=1), lambda: asyncio.sleep(0, b"value"))
    for name in ("arxiv", "arxiv-content", "post:slack:C1"):
        async with pace.slot(name), store.lease(f"in:{name}"):
            pass
    with booked("slack:C1", "analyse", unit="analysis:2601.00001"):
        await budget.settle(await budget.reserve("slack:C1", Usage(usd=0.1)), Usage(1, 2, 3, 4, 0.1))
    await budget.share("slack:C2", "analysis:2601.00001")
    await budget.reserve("slack:C1", Usage(usd=0.1))
    await store.begin_task("t", "1")
    await store.begin_unit("t", "u")
    await store.begin_task("t", "2")
    await store.checkpoint("t")
    await store.set_task_aside("t", "a note")
    await store.save_follower(Follower("slack:C1:1", run.key, channel, ANN, "en", NOON, extra={"token": "t"}))
    await store.save_ahead(digest.key, Ahead("basis", NOON.date(), digest, (entry,), ("cs.CV",)))
    await store.note_duration(channel.key, timedelta(minutes=5))
    watch = Watch("2601.00001", THREAD, NOON + timedelta(days=9999), people=(ANN.id,), known=known_of(a_paper()))
    await store.watch(channel.key, [watch])
    await store.save_seen(
        channel.key, watch.paper_id, known_of(a_paper()), News(Change(a_paper(), 1, withdrawn="Withdrawn"), THREAD)
    )
    await store.note_counts_shown(digest.key, {"2601.00001": {VoteKind.MORE: 1}})


async def use_delivery(store: Store) -> None:
    chat, place = ConsoleChat(store), Place("console", "demo")
    for key in ("console:demo:2026-01-30:daily", "console:demo:2026-01-31:daily"):
        await deliver(key, lambda key=key: chat.plan(a_thread(), place, key), chat, place, store, FreePace())
    await retract("console:demo:2026-01-31:daily", chat, store, FreePace())
    await store.plan_delivery("console:demo:2026-02-01:daily", place, ())


async def use_people(store: Store) -> None:
    for n in "123":
        await store.save_question(a_question(f"q{n}", extra={"token": "t"}))
        await store.save_question_name(f"q{n}")
    await store.amend(a_question("q3"))
    await store.save_answer("q1", an_answer(), A_POST)
    await store.mark_answered("q1", "m9")
    await store.withdraw(THREAD, "m-q2")
    await store.admit(ANN.id, "q1", 5)
    await store.is_first_notice(ANN.id, "quota")
    for n in "123":
        await store.wait_turn(ANN.id, f"q{n}")
    await store.end_turn("q1")
    await store.save_private_answer("n", THREAD)
    await store.save_thread(THREAD, "slack:C1:2026-01-30:daily", ("2601.00001",))
    await store.quiet(THREAD)
    await store.discuss(THREAD, ANN.id, ("2601.00001",))
    await store.record_answered(THREAD, ANN.id)
    await store.record_speaker(THREAD, ANN.id)
    for kind in VoteKind:
        await store.vote(Vote(kind, "2601.00001", THREAD, ANN, NOON))


async def test_a_used_store_holds_no_key_without_a_lifetime_or_a_reason(store):
    await use_everything(store)
    names = await store.redis.scan("*")
    lives = dict(zip(names, await store.redis.batch([("TTL", name) for name in names]), strict=True))
    assert len(names) > 50
    assert {name for name, life in lives.items() if life < 0} <= set(FOR_EVER)


async def test_each_kind_of_key_stands_in_the_table(store):
    await use_everything(store)
    table = store_package.__doc__ or ""
    kinds = {name.split(":")[1] for name in await store.redis.scan("paperboy:*")}
    assert {kind for kind in kinds if f"| {kind}" not in table and f", {kind}" not in table} == set()


async def test_the_queue_leaves_nothing_behind(redis_url, store):
    """Once its tasks are done."""
    done = 0

    async def nothing(_task: Task) -> None:
        nonlocal done
        done += 1

    async with Queue(redis_url, store) as queue:
        queue.register("digest", nothing, SLOW)
        queue.register("answer", nothing, QUICK)
        for n in range(5):
            await queue.add("digest", key=f"d{n}", wait=timedelta(milliseconds=n))
            await queue.add("answer", key=f"a{n}")
        running = asyncio.create_task(queue.run())
        async with asyncio.timeout(DEADLINE):
            while done < 10 or any((await queue.depth()).values()):
                await asyncio.sleep(0.02)
        await queue.drain(5)
        await running
    names = await store.redis.scan("paperboy-*")
    lives = dict(zip(names, await store.redis.batch([("TTL", name) for name in names]), strict=True))
    assert {name for name, life in lives.items() if life < 0} <= set(FOR_EVER)
