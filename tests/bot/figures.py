"""What every platform that shows pictures has to pass: the picture may be lost, the post never, and nothing comes twice.

A world of `tests.bot.contract`, with more:

- `await world.pictured()`: the posts with a picture, each with its alt text.
- `world.break_upload(how)`: every upload goes wrong from now on; `refused`, `slow` or `lost` (the answer does not arrive).
- `world.refuse_picture()`: the next message that shows a picture is refused, because of the picture.
"""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest
from PIL import Image

from bot.core.chat import Picture, Step, StepKind, Thread
from bot.digests import delivery
from bot.store import DeliveryState, Store
from digest import cache_keys
from digest.model import Figure, FullText, Paper
from digest.ports import Cache
from tests.bot import contract
from tests.bot.contract import KEY, a_thread, check_whole, step_key, until_done
from tests.sample_day import SampleDay


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((400, 200)).save(out, "PNG")
    return out.getvalue()


class Figured:
    """Texts with a figure, and its picture."""

    def __init__(self, cache: Cache) -> None:
        self.cache, self.sample = cache, SampleDay()

    async def read(self, paper: Paper) -> FullText:
        return replace(
            await self.sample.read(paper), figure=Figure("x1.png", "Figure 1", "Overview.", "S1", "CC BY 4.0")
        )

    async def picture(self, figure: Figure) -> bytes:
        async def make() -> bytes:
            return a_picture()

        return await self.cache.once(cache_keys.picture(figure), timedelta(hours=1), make)


STORED: Mapping[str, bytes] = {"picture:1": a_picture(), "picture:2": a_picture()}


def pictured_thread() -> Thread:
    thread = a_thread()
    replies = tuple(
        replace(
            post,
            blocks=(
                post.blocks[0],
                Picture(f"picture:{n}", f"Overview {n}. (A. Author · CC BY 4.0)", "Figure 1 · A. Author · CC BY 4.0"),
                *post.blocks[1:],
            ),
        )
        for n, post in enumerate(thread.replies, 1)
    )
    return replace(thread, replies=replies)


class PictureWorld(contract.World, Protocol):
    async def pictured(self) -> Mapping[str, str]: ...

    def break_upload(self, how: str) -> None: ...

    def refuse_picture(self) -> None: ...


async def add(world: PictureWorld, thread: str) -> list[str]:
    """A paper that is added to the thread, twice, as after a lost answer: the alt texts of its picture."""
    post = pictured_thread().replies[0]

    async def pictures(key: str) -> bytes | None:
        return STORED.get(key)

    place = replace(world.place, thread=thread)
    sent = {await delivery.send_pictured(world.chat, place, post, f"{KEY}:add-1", pictures) for _ in range(2)}
    assert len(sent) == 1
    return [alt for message, alt in (await world.pictured()).items() if message in sent]


async def run(world: PictureWorld, store: Store, stored: Mapping[str, bytes] = STORED) -> delivery.Delivered:
    async def pictures(key: str) -> bytes | None:
        return stored.get(key)

    def plan() -> list[Step]:
        return list(world.chat.plan(pictured_thread(), world.place, KEY))

    done = await contract.run(world, store, plan=plan, pictures=pictures)
    for _ in range(5):
        if done.state is not DeliveryState.OPEN:
            break
        done = await contract.run(world, store, plan=plan, pictures=pictures)
    return done


async def words_pictured(world: PictureWorld) -> dict[str, str]:
    """`first` and `second`: the posts with a picture, with the alt text."""
    alts = await world.pictured()
    return {
        next(w for w in ("parent", "first", "second") if w in seen.text): alts[seen.message]
        for seen in await world.posts()
        if seen.message in alts
    }


class FiguresContract:
    async def test_every_paper_comes_once_with_its_figure_whose_alt_text_names_the_licence(self, world, store):
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
        alts = await words_pictured(world)
        assert set(alts) == {"first", "second"}
        assert all("CC BY 4.0" in alt and "A. Author" in alt for alt in alts.values())
        assert all("Figure 1 · A. Author · CC BY 4.0" in seen.text for seen in (await world.posts())[1:])

    @pytest.mark.parametrize("how", ["refused", "slow", "lost"])
    async def test_a_failed_upload_costs_the_picture_never_the_post(self, world, store, how, monkeypatch):
        if how == "slow":
            monkeypatch.setattr(delivery, "UPLOAD_TIMEOUT", 0.3)
            monkeypatch.setattr(delivery, "REQUEST_TIMEOUT", 1.0)
        world.break_upload(how)
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
        if how != "lost":
            assert not await world.pictured()
            assert not any("CC BY" in seen.text for seen in await world.posts())

    async def test_a_message_refused_for_its_picture_goes_without(self, world, store):
        world.refuse_picture()
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
        assert set(await words_pictured(world)) == {"second"}

    async def test_a_picture_that_is_stored_no_more_is_left_out(self, world, store):
        assert (await run(world, store, {"picture:2": STORED["picture:2"]})).state is DeliveryState.DONE
        await check_whole(world)
        assert set(await words_pictured(world)) == {"second"}

    @pytest.mark.parametrize("moment", ["intend", "record"])
    async def test_killed_between_upload_and_record_nothing_is_lost_and_nothing_twice(self, world, store, moment):
        dying = contract.DyingStore(store.redis, store.now, (moment, step_key(world, 0)))
        with pytest.raises(contract.Killed):
            await run(world, dying)
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
        assert set(await words_pictured(world)) == {"first", "second"}

    async def test_an_edited_message_keeps_its_picture_or_its_lack_of_one(self, world, store):
        done = await run(world, store, {"picture:1": STORED["picture:1"]})
        planned = [s for s in world.chat.plan(pictured_thread(), world.place, KEY) if s.picture]
        assert len(planned) == 2
        for step in planned:
            edit = Step(f"{step.key}:e", StepKind.EDIT, step.payload, on=step.key, picture=step.picture, bare=step.bare)
            await world.chat.post(edit, world.place, done.ids[step.key])
        await check_whole(world)
        assert set(await words_pictured(world)) == {"first"}

    @pytest.mark.parametrize("wrong", ["", "upload", "picture"])
    async def test_a_paper_that_is_added_comes_once_and_with_its_figure_where_that_is_taken(self, world, store, wrong):
        done = await run(world, store, {})
        before = len(await world.posts())
        if wrong == "upload":
            world.break_upload("refused")
        elif wrong == "picture":
            world.refuse_picture()
        alts = await add(world, done.parent)
        assert len(await world.posts()) == before + 1
        assert [("CC BY 4.0" in alt) for alt in alts] == ([] if wrong else [True])

    async def test_a_plan_without_pictures_is_delivered_as_before(self, world, store):
        assert (await until_done(world, store)).state is DeliveryState.DONE
        await check_whole(world)
        assert not await world.pictured()
