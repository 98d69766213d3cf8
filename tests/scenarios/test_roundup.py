"""The round-up on both platforms, killed between its post and the record of it: it stands there once, from one call to the model."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.places import CHANNEL, OnSlack, a_place

KINDS = {
    "weekly": (datetime(2026, 1, 30, 16, 0, 5, tzinfo=UTC), "The week"),
    "monthly": (datetime(2026, 2, 6, 16, 0, 5, tzinfo=UTC), "January"),
}


@pytest.mark.parametrize(
    ("platform", "kind", "usable"), [("slack by socket", "weekly", True), ("discord", "monthly", False)]
)
async def test_killed_after_its_post_it_stands_there_once(world, tmp_path, platform, kind, usable):
    """Its themes are written anew, for what people liked comes first; by words where the model gives nothing usable."""
    due, title = KINDS[kind]
    async with a_place(platform, world, tmp_path / "bot.log", subscribed=True) as place:
        on_slack = isinstance(place, OnSlack)
        channel = f"slack:{CHANNEL}" if on_slack else f"discord:{place.channel['id']}"
        place.command("digest", "now")
        await place.until(lambda: len(place.posts()) > 2)
        await place.until_logged("kind=edit")
        second = next(i for i, text in place.posts() if text.lstrip("\n# ").startswith("2 · "))
        place.react(second, "🔖")
        while (await world.run("export", channel, "--saved")).code:
            pass
        asked = await world.run("subscriptions", "edit", channel, f"{kind}=fri 16:00", "days=sun")
        assert asked.code == 0, asked.err
        await place.kill()

        def summed_up() -> int:
            return len([c for c in world.model.calls if c.task == "summary"])

        def roundups() -> list[str]:
            return [text for _, text in place.posts() if title in text]

        before = summed_up()
        if not usable:
            world.model.behave("refuse", tasks=("summary",))
        world.at(due)
        if on_slack:  # it is posted, and the answer is lost
            place.server.fail("chat.postMessage", "drop")
        else:
            place.server.fail("POST", r"/channels/\d+/messages", 0, stored=True)
        await place.start()
        await place.until(roundups)
        await place.kill()
        await place.start()
        await place.until_logged("event=roundup_posted")
        [said] = roundups()
        assert summed_up() == before + 1 if usable else summed_up() > before
        assert ("No model wrote this" in said) is not usable
        assert "1 saved" in said
        assert "██" in said
        shown = next(m for m in place.messages() if (m.shown if on_slack else str(m["components"])).count(title))
        link = f"/archives/{CHANNEL}/p" if on_slack else f"discord.com/channels/{place.guild['id']}/"
        assert link in str(shown.blocks if on_slack else shown["components"])
        assert on_slack or shown["id"] not in place.discord.channels  # it opened no thread for one message
