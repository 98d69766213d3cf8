"""What every Chat has to pass: posted once whatever happens, found again, edited, deleted, refused.

A platform's test module makes a fixture `world` and subclasses `ChatContract`:

    class TestSlackContract(ChatContract):
        @pytest.fixture
        async def world(self): ...   # yields a World

`World` is the platform as its people see it, behind its own local server:

- `chat`, `place`: the Chat under test, and a channel it may post to.
- `await world.posts()`: what people see there now, in order of posting: the channel's messages and those in its threads.
- `world.break_next(break_, when)`: the next such request goes wrong, once. `when` is `post` (a request that makes a message) or `find`
  (a request that reads the history).
- `await world.remove(message)`: a person deletes a message of the bot.
- `world.refusals()`: the requests of the bot that the platform refused.
- `world.question(thread)`: a question in that thread, as the platform's listeners make it.

The suite runs the real `bot.digests.delivery` against the real store.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import pytest

from bot.alerts.notices import delete_notice, post_notice, replace_notice
from bot.core.chat import Chat, Heading, Place, Post, Question, Small, StepKind, Text, Thread
from bot.digests.delivery import Delivered, deliver, retract
from bot.store import DeliveryState, Lease, Redis, Store
from digest.ports import FreePace

KEY = "contract:2026-01-30:daily"
SOON = timedelta(milliseconds=200)
"""Instead of the 30 s after which a request has ended."""


class Break(StrEnum):
    ANSWER_LOST = "answer lost"
    """The request is carried out, and its answer does not arrive."""
    REQUEST_LOST = "request lost"
    """The request does not arrive, and nobody says so."""
    THROTTLED = "throttled"
    """Refused with a short time to wait."""
    GONE = "gone"
    """The channel no longer exists."""
    FORBIDDEN = "forbidden"
    """A permission is missing, or the token was revoked."""
    HISTORY = "history"
    """Of `find`: the history may not be read."""


@dataclass(frozen=True)
class Seen:
    """A message as people see it."""

    message: str
    text: str
    """All its text, in whatever form; a test looks for a word in it."""
    parent: str = ""
    """The message id its thread hangs on; empty in the channel itself."""


class World(Protocol):
    chat: Chat
    place: Place

    async def posts(self) -> Sequence[Seen]: ...

    def break_next(self, break_: Break, when: str = "post") -> None: ...

    async def remove(self, message: str) -> None: ...

    def refusals(self) -> Sequence[object]: ...

    def question(self, thread: Place) -> Question: ...


class Killed(BaseException):
    """The process ended here."""


class DyingStore(Store):
    """A Store whose process is killed at a step: after its intent, or before its record."""

    def __init__(self, redis: Redis, now: Callable[[], datetime], kill_at: tuple[str, str]) -> None:
        super().__init__(redis, now)
        self.kill_at = kill_at

    async def intend(self, lease: Lease, delivery: str, step: str, at: datetime) -> None:
        await super().intend(lease, delivery, step, at)
        if self.kill_at == ("intend", step):
            raise Killed

    async def record(self, lease: Lease, delivery: str, step: str, message: str) -> None:
        if self.kill_at == ("record", step):
            raise Killed
        await super().record(lease, delivery, step, message)


def a_post(word: str) -> Post:
    return Post((Heading(word, 1), Text(f"About **{word}**."), Small("small")), word)


def a_thread() -> Thread:
    return Thread(
        parent=a_post("parent"),
        replies=(a_post("first"), a_post("second")),
        finished=Post((Heading("parent finished", 1), Text("See [first](reply:0) and [second](reply:1).")), "parent"),
        title="30 Jan",
    )


async def run(world: World, store: Store, key: str = KEY, pace: FreePace | None = None, **more: Any) -> Delivered:
    plan = more.pop("plan", lambda: world.chat.plan(a_thread(), world.place, key))
    return await deliver(key, plan, world.chat, world.place, store, pace or FreePace(), settle_time=SOON, **more)


async def die(world: World, store: Store, moment: str, which: int) -> None:
    """Delivers, and is killed at a step: after its intent, or before its record."""
    with pytest.raises(Killed):
        await run(world, DyingStore(store.redis, store.now, (moment, step_key(world, which))))


def step_key(world: World, which: int) -> str:
    """Of the parent (-1) or of a reply."""
    steps = world.chat.plan(a_thread(), world.place, KEY)
    return steps[0].key if which < 0 else next(s.key for s in steps if s.reply == which)


async def until_done(world: World, store: Store) -> Delivered:
    delivered = await run(world, store)
    for _ in range(5):
        if delivered.state is not DeliveryState.OPEN:
            break
        delivered = await run(world, store)
    return delivered


async def check_whole(world: World) -> None:
    """Parent, first, second: each once, in order, the replies in the parent's thread; the parent is in its final form."""
    seen = await world.posts()
    assert len(seen) == 3, seen
    parent, first, second = seen
    assert "parent finished" in parent.text
    assert not parent.parent
    assert "About" not in parent.text
    assert "first" in first.text
    assert "second" in second.text
    assert first.parent == second.parent == parent.message


class ChatContract:
    async def test_a_digest_stands_in_its_thread_in_order(self, world, store):
        delivered = await run(world, store)
        assert (delivered.state, delivered.fault) == (DeliveryState.DONE, "")
        await check_whole(world)
        seen = await world.posts()
        assert delivered.parent == seen[0].message
        assert delivered.replies == {0: seen[1].message, 1: seen[2].message}

    async def test_delivered_twice_it_stands_once(self, world, store):
        await run(world, store)
        await run(world, store)
        await check_whole(world)

    async def test_a_posted_key_is_found_and_another_is_not(self, world, store):
        before = datetime.now(UTC) - timedelta(minutes=1)
        delivered = await run(world, store)
        stored = await store.delivery(KEY)
        assert stored is not None
        for step in stored.plan:
            if step.kind in (StepKind.POST, StepKind.REPLY):
                on = delivered.ids.get(step.on, "")
                found = await world.chat.find(step.key, step.kind, world.place, before, on)
                assert found == delivered.ids[step.key]
        reply = next(s for s in stored.plan if s.kind is StepKind.REPLY)
        on = delivered.ids[reply.on]
        assert await world.chat.find("contract:other:0", StepKind.REPLY, world.place, before, on) is None
        assert await world.chat.find("contract:other:0", StepKind.POST, world.place, before) is None

    @pytest.mark.parametrize("which", [-1, 0, 1])
    @pytest.mark.parametrize("at", ["intend", "record"])
    async def test_killed_before_or_after_a_post_it_stands_once(self, world, store, at, which):
        await die(world, store, at, which)
        assert (await until_done(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    @pytest.mark.parametrize("break_", [Break.ANSWER_LOST, Break.REQUEST_LOST])
    async def test_in_doubt_it_looks_and_posts_once(self, world, store, break_):
        world.break_next(break_)
        assert (await until_done(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    async def test_throttled_it_waits_and_posts_once(self, world, store):
        world.break_next(Break.THROTTLED)
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    @pytest.mark.parametrize("break_", [Break.GONE, Break.FORBIDDEN])
    async def test_refused_it_says_so_and_goes_on_when_it_can(self, world, store, break_):
        world.break_next(break_)
        refused = await run(world, store)
        assert refused.state is DeliveryState.OPEN
        assert refused.fault
        assert await world.posts() == []
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)

    async def test_in_doubt_without_a_history_it_is_set_aside_and_never_posted_twice(self, world, store):
        world.break_next(Break.ANSWER_LOST)
        world.break_next(Break.HISTORY, "find")
        assert (await until_done(world, store)).doubts
        assert len([s for s in await world.posts() if "parent" in s.text]) == 1
        await run(world, store)
        assert len([s for s in await world.posts() if "parent" in s.text]) == 1

    async def test_an_edit_done_twice_does_no_harm(self, world, store):
        delivered = await run(world, store)
        edit = next(s for s in (await store.delivery(KEY)).plan if s.kind is StepKind.EDIT)
        await world.chat.post(edit, world.place, delivered.ids[edit.on])
        await check_whole(world)

    async def test_a_delete_done_twice_does_no_harm(self, world, store):
        delivered = await run(world, store)
        last = delivered.replies[1]
        await world.chat.delete(world.place, last)
        await world.chat.delete(world.place, last)
        assert [s.message for s in await world.posts()] == [delivered.parent, delivered.replies[0]]

    async def test_retracted_nothing_of_ours_is_left(self, world, store):
        await run(world, store)
        assert await retract(KEY, world.chat, store, FreePace(), settle_time=SOON) == 3
        assert list(await world.posts()) == []
        await retract(KEY, world.chat, store, FreePace(), settle_time=SOON)
        assert (await run(world, store)).state is DeliveryState.RETRACTED
        assert list(await world.posts()) == []

    async def test_what_a_person_deleted_is_not_posted_again(self, world, store):
        await die(world, store, "intend", 1)
        first = next(s for s in await world.posts() if "first" in s.text)
        await world.remove(first.message)
        await until_done(world, store)
        parent, second = await world.posts()
        assert "parent finished" in parent.text
        assert "second" in second.text

    async def test_where_a_person_deleted_the_first_message_the_rest_is_posted_and_all_is_taken_back(
        self, world, store
    ):
        await die(world, store, "intend", 1)
        await world.remove((await world.posts())[0].message)
        assert (await until_done(world, store)).state is DeliveryState.DONE
        assert [word for s in await world.posts() for word in ("first", "second") if word in s.text] == [
            "first",
            "second",
        ]
        await retract(KEY, world.chat, store, FreePace(), settle_time=SOON)
        assert await world.posts() == []

    async def test_a_message_has_an_https_link(self, world, store):
        delivered = await run(world, store)
        link = await world.chat.link(world.place, delivered.parent)
        assert link.startswith("https://")
        assert link != await world.chat.link(world.place, delivered.replies[0])

    async def test_an_answer_replaces_what_was_written_and_stands_once(self, world, store):
        """Also when the process was killed while it was written, and the answer is finished by another."""
        delivered = await run(world, store)
        thread = Place(world.place.platform, world.place.channel, delivered.parent)
        question = world.question(thread)
        half = await world.chat.draft(question, "answer:contract-q")
        await half.status("Reading …")
        await half.write("It rel")
        again = await world.chat.draft(question, "answer:contract-q")
        await again.write("It releases its code")
        message = await again.finish(a_post("answered"))
        assert await again.finish(a_post("answered")) == message
        seen = await world.posts()
        assert [s.message for s in seen if "answered" in s.text] == [message]
        assert len(seen) == 4
        assert not any("It rel" in s.text for s in seen)

    async def test_a_notice_stands_once_is_replaced_and_taken_away(self, world, store):
        key = f"{world.place.key}:2026-01-30:daily:late"
        for _ in range(2):
            await post_notice(key, a_post("late"), world.chat, world.place, store, FreePace())
        (seen,) = await world.posts()
        assert "late" in seen.text
        await replace_notice(key, a_post("nothing today"), world.chat, store)
        (seen,) = await world.posts()
        assert "nothing today" in seen.text
        await delete_notice(key, world.chat, store, FreePace())
        assert await world.posts() == []
        assert world.refusals() == []
        await delete_notice(key, world.chat, store, FreePace())  # after a crash in between: no harm
        assert await world.posts() == []

    async def test_a_notice_that_was_never_posted_is_neither_replaced_nor_taken_away(self, world, store):
        await replace_notice("k", a_post("nothing"), world.chat, store)
        await delete_notice("k", world.chat, store, FreePace())
        assert await world.posts() == []
