"""Every end is told where it was asked for."""

import pytest

from tests.scenarios.places import a_place


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_a_right_that_is_missing_is_named_before_anything_is_made(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        place.deny()
        place.command("digest", "now")
        name = "Send Messages" if kind == "discord" else "chat:write"
        told = await place.until(lambda: [text for text in place.alone() if "cannot be posted" in text])
        assert name in told[0]
        assert not world.model.calls
        place.allow()
        place.command("digest", "now")
        await place.until(lambda: any("Today's digest is in the channel." in text for text in place.alone()))
        assert len(place.posts()) == 3


@pytest.mark.parametrize("kind", ["slack by http", "discord without content"])
async def test_a_digest_that_cannot_be_posted_is_said_and_now_posts_it_when_the_right_is_back(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.latency = 1.0
        place.command("digest", "now")
        await place.until_logged("event=model_call")
        place.deny()
        await place.until(lambda: any("cannot be posted" in text for text in place.alone()))
        assert place.posts() == []
        calls = len(world.model.calls)
        place.allow()
        place.command("digest", "now")
        await place.until(lambda: any("Today's digest is in the channel." in text for text in place.alone()))
        assert len(place.posts()) == 3
        assert len(world.model.calls) == calls


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_who_typed_now_is_told_its_end_after_a_restart(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        world.model.latency = 2.0
        place.command("digest", "now")
        await place.until_logged("event=model_call")
        await place.kill()
        world.model.latency = 0.0
        await place.start()
        await place.until(lambda: any("Today's digest is in the channel." in text for text in place.alone()))
        assert len(place.posts()) == 3
