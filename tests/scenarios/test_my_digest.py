"""`/digest me` on Slack and Discord: set up in a channel, delivered directly, without reading again what the channel's digest has read."""

from typing import Any

import pytest

from tests.scenarios.places import CHANNEL, OnDiscord, OnSlack, Place, a_place

PAPERS = 2


class SlackPerson:
    def __init__(self, place: OnSlack) -> None:
        self.place = place

    def own(self, verb: str) -> None:
        self.place.server.command("U1", CHANNEL, "/digest", f"me {verb}")

    async def save(self) -> None:
        view = await self.place.until(lambda: next(reversed(self.place.space.views.values()), None))
        await self.place.server.submit("U1", view).wait()

    def reply(self, text: str) -> None:
        space = self.place.space
        channel = space.open_direct("U1")
        parent = next(
            m
            for m in channel.messages.values()
            if m.bot_id and any(r.thread_ts == m.ts for r in channel.messages.values())
        )
        self.place.server.say(channel.id, "U1", text, parent.ts)


class DiscordPerson:
    def __init__(self, place: OnDiscord) -> None:
        self.place = place

    def own(self, verb: str) -> None:
        found = next(c for c in self.place.discord.commands if c["name"] == "digest")
        options = [{"type": 1, "name": "me", "options": [{"type": 3, "name": "what", "value": verb}]}]
        data = {"id": found["id"], "name": "digest", "type": 1, "options": options}
        self.place.interactions.append(self.place.server.interact(self.place.ann, self.place.channel, 2, data))

    async def save(self) -> None:
        def button() -> Any:
            shown = [m for made in self.place.interactions for m in made.shown]
            found = [(m, c) for m in shown for row in m["components"] for c in row.get("components", ())]
            return next(((m, c) for m, c in found if c.get("custom_id", "").endswith(":save")), None)

        message, pressed = await self.place.until(button)
        data = {"custom_id": pressed["custom_id"], "component_type": 2, "id": pressed["id"]}
        place = self.place
        place.interactions.append(place.server.interact(place.ann, place.channel, 3, data, message=message))

    def reply(self, text: str) -> None:
        self.place.write_directly(text)


def person_in(place: Place) -> SlackPerson | DiscordPerson:
    return SlackPerson(place) if isinstance(place, OnSlack) else DiscordPerson(place)


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_a_person_s_own_digest_comes_directly_and_reads_nothing_anew(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        ann = person_in(place)
        place.command("digest", "now")
        await place.until(lambda: len(place.posts()) > PAPERS)
        analysed = [c for c in world.model.calls if c.task == "analysis"]
        assert len(analysed) == PAPERS

        assert place.direct() == []
        ann.own("setup")
        await ann.save()
        await place.until(place.direct)  # it says that the digest comes there
        ann.own("now")
        await place.until(lambda: len(place.direct()) >= PAPERS + 2)
        assert [c for c in world.model.calls if c.task == "analysis"] == analysed

        before = len(place.direct())
        ann.reply("What data does paper 2 use?")
        await place.until(lambda: any(said.startswith("2 · ") or "**2 · " in said for said in place.direct()[before:]))
