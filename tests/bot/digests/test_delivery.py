"""Delivery beyond the contract: freezes, kills, what is stored, what is put aside."""

import asyncio
import contextlib
import random
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.chat import ChatError, Forbidden, Place, Step, StepKind, TargetMissing, Throttled
from bot.digests import delivery
from bot.digests.delivery import deliver, retract
from bot.store import DeliveryState, Redis, Store, leases
from digest.ports import FreePace
from tests.bot.console.test_contract import ConsoleWorld
from tests.bot.contract import KEY, SOON, Break, a_post, a_thread, check_whole, die, run, step_key
from tests.deadline import DEADLINE
from tests.servers.forking import ForkServer, Started

WHERE = ["before the intent", "after the intent", "before the record"]


@pytest.fixture
async def world(store):
    return ConsoleWorld(store)


class TestFrozen:
    """A process is stopped, another takes over and ends the work, and the first goes on where it was."""

    @pytest.fixture
    def clock_jump(self, monkeypatch):
        jump = [0.0]
        real = leases.boot_clock
        monkeypatch.setattr(leases, "boot_clock", lambda: real() + jump[0])
        return jump

    @pytest.fixture
    async def takeover(self, redis_url, world, store, clock_jump):
        """What happens while the first is stopped: its lease ends, and a second process delivers."""
        async with Redis(redis_url) as other:

            async def while_stopped() -> None:
                clock_jump[0] += 100
                await store.redis.do("DEL", f"paperboy:lease:delivery:{KEY}")
                assert (await run(world, Store(other, store.now))).state is DeliveryState.DONE

            yield while_stopped

    @pytest.mark.parametrize("which", [-1, 0, 1])
    @pytest.mark.parametrize("where", WHERE)
    async def test_at_any_moment_of_a_step_every_post_stands_once(self, world, store, takeover, where, which):
        """After an intent: the other does not find the message and posts it, so the first must not."""
        await self.stopped(where, which, world, store, takeover)

    @pytest.mark.parametrize("where", WHERE)
    async def test_alone_it_goes_on_after_a_new_look(self, world, store, clock_jump, where):
        """A laptop was shut: the lease ran out, and nobody took over."""

        async def lose_lease() -> None:
            clock_jump[0] += 100
            await store.redis.do("DEL", f"paperboy:lease:delivery:{KEY}")

        await self.stopped(where, 0, world, store, lose_lease)

    async def stopped(self, where: str, which: int, world, store, meanwhile) -> None:
        """Stops once, at a moment of a step, and goes on after `meanwhile`; then the delivery is whole."""
        stops = [(where, step_key(world, which))]

        async def stop(here: str, step: str) -> None:
            if (here, step) in stops:
                stops.clear()
                await meanwhile()

        class Stopping(Store):
            async def intend(self, lease, delivery, step, at):
                await stop("before the intent", step)
                await super().intend(lease, delivery, step, at)
                await stop("after the intent", step)

            async def record(self, lease, delivery, step, message):
                await stop("before the record", step)
                await super().record(lease, delivery, step, message)

        assert (await run(world, Stopping(store.redis, store.now))).state is DeliveryState.DONE
        assert stops == []
        await check_whole(world)


class TestKilled:
    """Processes that are really killed and really stopped."""

    @contextlib.asynccontextmanager
    async def process(self, url: str, forks: ForkServer) -> AsyncIterator[Started]:
        started = await forks.start(url, KEY, module="tests.bot.digests.delivery_process", output=sys.__stderr__)
        try:
            yield started
        finally:
            if started.returncode is None:
                started.send_signal(signal.SIGCONT)
                started.kill()
            await started.wait()

    async def recorded(self, store: Store, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while True:
                found = await store.delivery(KEY)
                if found is not None and len(found.ids) + len(found.intents) >= count:
                    return
                await asyncio.sleep(0.002)

    async def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(self, redis_url, world, store, forks):
        chance = random.Random(7)
        for step in range(1, 5):
            async with self.process(redis_url, forks) as process:
                await self.recorded(store, step)
                await asyncio.sleep(chance.uniform(0, 0.05))
                process.kill()
                await process.wait()
        async with self.process(redis_url, forks) as process:
            assert await process.wait() == 0
        await check_whole(world)

    async def test_stopped_in_the_middle_and_thawed_it_posts_nothing_twice(self, redis_url, world, store, forks):
        async with self.process(redis_url, forks) as first:
            await self.recorded(store, 2)
            first.send_signal(signal.SIGSTOP)
            async with self.process(redis_url, forks) as second:
                assert await second.wait() == 0
            first.send_signal(signal.SIGCONT)
            assert await first.wait() == 0
        await check_whole(world)


class TestPlan:
    async def test_a_resume_posts_what_is_stored_also_after_an_upgrade(self, world, store):
        await die(world, store, "intend", 0)

        def upgraded():
            raise AssertionError("the plan is stored")

        assert (await run(world, store, plan=upgraded)).state is DeliveryState.DONE
        await check_whole(world)

    async def test_many_at_once_post_once(self, redis_url, world, store):
        async with Redis(redis_url) as other:
            stores = [store, Store(other, store.now)]
            results = await asyncio.gather(*(run(world, stores[n % 2]) for n in range(6)))
        assert {r.state for r in results} == {DeliveryState.DONE}
        await check_whole(world)

    async def test_each_record_is_a_checkpoint_and_progress_is_told(self, world, store):
        checkpoints, told = 0, []

        async def recorded(_step: Step, _message: str) -> None:
            nonlocal checkpoints
            checkpoints += 1

        await run(world, store, on_record=recorded, progress=lambda *args: told.append(args))
        assert checkpoints == 4
        assert (told[0], told[-1]) == (("delivered", 0, 4), ("delivered", 4, 4))

    async def test_posts_keep_the_channels_pace(self, world, store):
        asked = []

        class Counting(FreePace):
            def slot(self, name: str):
                asked.append(name)
                return super().slot(name)

        await run(world, store, pace=Counting())
        assert asked == ["post:console:demo"] * 4

    async def test_a_missing_messages_link_leads_to_the_parent_and_a_papers_words_stay_words(self, world, store):
        steps = [
            Step("k:0", StepKind.POST, world.chat.plan(a_thread(), world.place, "k")[0].payload),
            Step(
                "k:1",
                StepKind.EDIT,
                {
                    "post": {
                        "blocks": [],
                        "fallback": "{{link:k:9}} {{link:k:0}} {{link:said in a paper}}",
                        "language": "en",
                    }
                },
                "k:0",
            ),
        ]
        done = await deliver("k", lambda: steps, world.chat, world.place, store, FreePace())
        message = await world.chat.history(world.place).message(done.parent)
        link = await world.chat.link(world.place, done.parent)
        assert message.post["fallback"] == f"{link} {link} {{{{link:said in a paper}}}}"


class TestRefused:
    async def test_undeliverable_for_three_days_it_is_put_aside_with_its_fault(self, world, store, clock):
        world.break_next(Break.FORBIDDEN)
        assert (await run(world, store)).state is DeliveryState.OPEN
        assert await store.open_deliveries() == [KEY]
        clock.forward(timedelta(days=2))
        world.break_next(Break.FORBIDDEN)
        assert (await run(world, store)).state is DeliveryState.OPEN
        clock.forward(timedelta(days=2))
        aside = await run(world, store)
        assert (aside.state, aside.fault) == (DeliveryState.ASIDE, "Not allowed.")
        assert await store.open_deliveries() == []
        assert await world.posts() == []

    async def test_another_channel_goes_on(self, world, store):
        other = ConsoleWorld(store)
        other.place = Place("console", "other")
        world.break_next(Break.GONE)
        results = await asyncio.gather(run(world, store), run(other, store, "contract:2026-01-30:now-1"))
        assert [r.state for r in results] == [DeliveryState.OPEN, DeliveryState.DONE]

    async def test_throttled_for_too_long_it_is_left_for_later(self, world, store, monkeypatch):
        monkeypatch.setattr(delivery, "MAX_THROTTLED", 0.12)
        for _ in range(3):
            world.break_next(Break.THROTTLED)
        left = await run(world, store)
        assert (left.state, left.fault) == (DeliveryState.OPEN, "Too fast.")
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    async def test_a_platform_that_never_answers_is_left_for_later(self, world, store):
        for _ in range(5):
            world.break_next(Break.REQUEST_LOST)
        left = await run(world, store)
        assert left.state is DeliveryState.OPEN
        assert "does not answer" in left.fault
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    async def test_an_edit_of_a_message_that_a_person_deleted_is_let_be(self, world, store):
        await die(world, store, "record", 1)
        parent = (await world.posts())[0]
        await world.remove(parent.message)
        assert (await run(world, store)).state is DeliveryState.DONE
        assert len(await world.posts()) == 2

    async def test_to_wait_for_a_doubtful_post_is_progress_and_to_look_for_it_is_none(self, world, store):
        waits = []

        async def checkpoint() -> None:
            waits.append("wait")

        await die(world, store, "intend", 0)
        assert (await run(world, store, checkpoint=checkpoint)).state is DeliveryState.DONE
        assert waits == ["wait"]
        await check_whole(world)

    async def test_what_rests_on_a_message_in_doubt_is_dropped(self, world, store):
        world.break_next(Break.ANSWER_LOST)
        world.break_next(Break.HISTORY, "find")
        done = await run(world, store)
        stored = await store.delivery(KEY)
        assert (done.state, len(done.doubts), len(stored.dropped)) == (DeliveryState.DONE, 1, 3)
        assert len(await world.posts()) == 1

    async def test_a_link_that_cannot_be_had_is_a_fault_and_one_to_a_deleted_message_leads_to_the_parent(
        self, world, store
    ):
        parent = ""

        async def link(place: Place, message: str) -> str:
            nonlocal parent
            parent = parent or (await world.posts())[0].message
            if errors:
                raise errors.pop(0)
            if message != parent:
                raise TargetMissing("deleted")
            return f"https://{message}"

        errors = [Forbidden("A scope is missing.")]
        world.chat.link = link
        assert (await run(world, store)).fault == "A scope is missing."
        done = await run(world, store)
        assert done.state is DeliveryState.DONE
        message = await world.chat.history(world.place).message(done.parent)
        assert str(message.post).count(f"https://{parent}") == 2


class TestRetract:
    async def test_without_a_history_what_is_known_goes(self, world, store):
        await die(world, store, "record", 0)
        world.break_next(Break.HISTORY, "find")
        assert await retract(KEY, world.chat, store, FreePace(), settle_time=SOON) == 1

    async def test_a_platform_that_throttles_without_end_is_told(self, world, store, monkeypatch):
        await run(world, store)
        monkeypatch.setattr(delivery, "MAX_THROTTLED", 0.15)

        async def throttled(place: Place, message: str) -> None:
            raise Throttled("Too fast.", 0.1)

        world.chat.delete = throttled
        with pytest.raises(ChatError, match="Too fast"):
            await retract(KEY, world.chat, store, FreePace())
        del world.chat.delete
        assert await retract(KEY, world.chat, store, FreePace()) == 3

    async def test_while_it_is_being_delivered_it_stops_and_all_goes(self, world, store):
        reached, go_on = asyncio.Event(), asyncio.Event()

        class Waiting(FreePace):
            @contextlib.asynccontextmanager
            async def slot(self, name: str):
                if (found := await store.delivery(KEY)) and len(found.ids) == 2:
                    reached.set()
                    await go_on.wait()
                yield

        delivering = asyncio.create_task(run(world, store, pace=Waiting()))
        await reached.wait()
        mark_retracted = asyncio.create_task(retract(KEY, world.chat, store, FreePace(), settle_time=SOON))
        while (found := await store.delivery(KEY)) and found.state is DeliveryState.OPEN:
            await asyncio.sleep(0.005)
        go_on.set()
        assert (await delivering).state is DeliveryState.RETRACTED
        await mark_retracted
        assert await world.posts() == []

    async def test_a_post_in_doubt_goes_too(self, world, store):
        await die(world, store, "record", 0)
        assert await retract(KEY, world.chat, store, FreePace(), settle_time=SOON) == 2
        assert await world.posts() == []

    async def test_after_the_plan_is_gone(self, world, store):
        await run(world, store)
        await store.redis.do("DEL", f"paperboy:plan:{KEY}")
        assert await retract(KEY, world.chat, store, FreePace()) == 3
        assert await world.posts() == []

    async def test_of_what_was_never_delivered_there_is_nothing_to_take_back(self, world, store):
        assert await retract("nothing", world.chat, store, FreePace()) == 0

    async def test_others_posts_stay(self, world, store):
        await run(world, store)
        await world.chat.send(world.place, a_post("of another kind"), "note:1")
        await retract(KEY, world.chat, store, FreePace())
        assert len(await world.posts()) == 1
