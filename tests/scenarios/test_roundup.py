"""The weekly round-up on Slack, killed between its post and the record of it: it stands there once, from one call to the model."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.places import CHANNEL, OnSlack, a_place

FRIDAY_AFTERNOON = datetime(2026, 1, 30, 16, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("usable", [True, False])
async def test_killed_after_its_post_it_stands_there_once(world, tmp_path, usable):
    """Its themes are written anew, for what people liked comes first; by words where the model gives nothing usable."""
    async with a_place("slack by socket", world, tmp_path / "bot.log", subscribed=True) as place:
        assert isinstance(place, OnSlack)
        place.command("digest", "now")
        await place.until(lambda: len(place.posts()) > 2)
        await place.until(lambda: place.messages()[0].edits)
        second = next(m for m in place.messages() if m.shown.startswith("2 · "))
        await place.server.react("U1", CHANNEL, second.ts, "bookmark").wait()
        asked = await world.run("subscriptions", "edit", f"slack:{CHANNEL}", "weekly=fri 16:00")
        assert asked.code == 0, asked.err
        await place.kill()

        def summed_up() -> int:
            return len([c for c in world.model.calls if c.task == "summary"])

        def roundups() -> list[str]:
            return [text for _, text in place.posts() if "The week" in text]

        before = summed_up()
        if not usable:
            world.model.behave("refuse", tasks=("summary",))
        world.at(FRIDAY_AFTERNOON)
        place.server.fail("chat.postMessage", "drop")  # it is posted, and the answer is lost
        await place.start()
        await place.until(roundups)
        await place.kill()
        await place.start()
        await place.until_logged("event=roundup_posted")
        [said] = roundups()
        assert summed_up() == before + 1 if usable else summed_up() > before
        assert ("No model wrote this" in said) is not usable
        assert "1 saved" in said
        assert f"/archives/{CHANNEL}/p" in str([m.blocks for m in place.messages() if "The week" in m.shown])
