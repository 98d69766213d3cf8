"""Every way to a model call on Discord, by the real SDK against the running bot: beyond a person's day none is made, and a notice tells so once."""

from typing import Any

from tests.scenarios.conftest import World
from tests.scenarios.places import OnDiscord, shown
from tests.scenarios.test_limits import LIMIT
from tests.servers.discord import Discord
from tests.servers.discord_rules import walk
from tests.servers.discord_world import Interaction

Json = dict[str, Any]


class Person:
    """Ann, who has asked for as much as a person may in a day."""

    def __init__(self, place: OnDiscord) -> None:
        self.place, self.server = place, place.server

    def interact(self, kind: int, data: Json, message: Json | None = None, channel: Json | None = None) -> Interaction:
        place = self.place
        return self.server.interact(place.ann, channel or place.channel, kind, data, message=message, admin=True)

    def command(self, name: str, verb: str, channel: Json | None = None, **options: str) -> Interaction:
        found = next(c for c in self.place.discord.commands if c["name"] == name)
        given = [{"type": 3, "name": key, "value": value} for key, value in options.items()]
        verbs = [{"type": 1, "name": verb, "options": given}]
        return self.interact(2, {"id": found["id"], "name": name, "type": 1, "options": verbs}, channel=channel)

    async def press(self, source: Interaction | Json, action: str) -> Interaction:
        """The button of this action, or the first two entries of its menu, in a message or in what an interaction is answered with."""

        def found() -> tuple[Json, Json] | None:
            messages = source.shown if isinstance(source, Interaction) else [source]
            parts = [(message, part) for message in messages for part in walk(message["components"])]
            return next((both for both in parts if both[1].get("custom_id", "").startswith(f"pb:{action}:")), None)

        message, part = await self.place.until(found)
        data = {"custom_id": part["custom_id"], "component_type": part["type"], "id": part["id"]}
        if part["type"] == 3:
            data["values"] = [option["value"] for option in part["options"][:2]]
        return self.interact(3, data, message, self.place.discord.channels[message["channel_id"]])

    def press_alone(self, message: Json, action: str, paper: str) -> Interaction:
        """The button that stands under a paper looked up for one person alone."""
        return self.interact(3, {"custom_id": f"pb:{action}:paper:{paper}v1", "component_type": 2, "id": 1}, message)

    def choose(self, message: Json, name: str) -> Interaction:
        """A command on a message."""
        found = next(c for c in self.place.discord.commands if c.get("type") == 3 and name in c["name"].lower())
        data = {"id": found["id"], "name": found["name"], "type": 3, "target_id": message["id"]}
        return self.interact(2, data | {"resolved": {"messages": {message["id"]: message}}})

    async def fill_in(self, opened: Interaction, **typed: str) -> Interaction:
        """Types into the form that was opened, and sends it."""
        modal = await self.place.until(lambda: opened.modal)
        filled = []
        for label in modal["components"]:
            field = label["component"]
            value = {"value": typed.get(field["custom_id"], field.get("value", ""))}
            if field["type"] == 3:
                value = {"values": [field["options"][0]["value"]]}
            part = {"type": field["type"], "id": 2, "custom_id": field["custom_id"], **value}
            filled.append({"type": 18, "id": 1, "component": part})
        data = {"custom_id": modal["custom_id"], "components": filled}
        return self.interact(5, data, opened.payload.get("message"))

    async def told(self, word: str, *made: Interaction) -> None:
        for one in made:
            await self.place.until(lambda one=one: word in "".join(shown(m) for m in one.shown))


async def by_interactions(ann: Person, unread: list[str]) -> None:
    """Commands, buttons, menus and forms. Who uses one waits for it, so each is told of the limit."""
    place, one = ann.place, unread[0]
    [parent, first, second] = place.messages()[:3]
    direct = place.discord.direct(place.ann)
    await ann.told(
        LIMIT,
        ann.command("paper", "lookup", paper=one),
        ann.command("paper", "ask", paper=one, question="what is new?"),
        ann.command("paper", "ask", paper="2", question="which dataset?"),
        ann.command("paper", "search", words=f"{one} what is new?"),
        ann.command("paper", "search", words="compare 1 2"),
        ann.command("paper", "lookup", paper=f"compare {one} {unread[1]} by data"),
        ann.command("paper", "lookup", direct, paper=unread[2]),
        ann.command("paper", "ask", direct, paper=unread[2], question="what is new?"),
        *(ann.press_alone(first, action, unread[3]) for action in ("full", "lookup", "share")),
        await ann.fill_in(await ann.press(first, "ask"), question="Which dataset?"),
        await ann.fill_in(ann.choose(second, "ask"), question="Which dataset?"),
    )
    others = await ann.press(parent, "others")
    await ann.told(LIMIT, await ann.press(others, "add"), await ann.press(others, "compare_others"))
    for paper in (first, second):
        await ann.told("Saved", ann.choose(paper, "save"))
    chosen = await ann.press(ann.command("paper", "saved"), "compare_saved")
    await ann.told(LIMIT, await ann.press(chosen, "compare_checked"))


async def by_messages(ann: Person, unread: list[str]) -> None:
    """Mentions, replies and direct messages: nobody waits at them, so one of them is told."""
    place, server = ann.place, ann.server
    [_, first, second] = place.messages()[:3]
    thread = place.discord.channels[first["channel_id"]]
    place.ask("2: which dataset?", thread=thread["id"])
    place.ask("compare 1 and 2", thread=thread["id"])
    place.ask(unread[4])
    place.ask(f"{unread[4]} what is new?")
    place.say("2: which dataset?", thread=thread["id"])
    server.say(place.ann, thread, "Which dataset?", reply_to=second["id"])
    server.say(place.ann, thread, "Which dataset?", reply_to=second["id"], ping=False)
    place.write_directly(f"{unread[5]} which dataset?")
    place.edit(place.write_directly(unread[5]), f"{unread[5]} what else?", mention=False)


async def by_her_own_digest(ann: Person) -> None:
    panel = ann.command("digest", "me", what="setup")
    await ann.fill_in(await ann.press(panel, "open"), interests="computer vision")
    await ann.told(LIMIT, panel)
    await ann.press(panel, "press")
    await ann.told("Next", panel)
    await ann.told(LIMIT, ann.command("digest", "me", what="now"))


async def by_forgetting(ann: Person, unread: list[str]) -> None:
    asked = await ann.press(ann.command("paper", "forget"), "forget_me")
    await ann.told("Deleted", asked)
    await ann.told(LIMIT, ann.command("paper", "lookup", paper=unread[6]))
    ann.place.ask("2: which dataset?", thread=ann.place.messages()[1]["channel_id"])


def notices(place: OnDiscord) -> list[str]:
    """Messages that tell of the limit, beside what interactions are answered with."""
    return [text for text in [*place.texts(), *place.direct()] if LIMIT in text]


async def test_beyond_a_person_s_day_no_way_on_discord_leads_to_a_model_call(world: World, tmp_path) -> None:
    async with Discord() as server:
        place = OnDiscord(world, tmp_path / "bot.log", server)
        place.environment |= {"DISCORD_CHANNEL_ID": place.channel["id"], "DIGEST_PAPERS": "2"}
        place.environment |= {"QUESTIONS_PER_PERSON": "1"}
        ann, model = Person(place), world.model
        await place.start()
        try:
            place.command("digest", "now")
            await place.until(lambda: len(place.posts()) > 2)
            thread = place.discord.channels[place.messages()[1]["channel_id"]]
            asked = place.ask("2: which dataset?", thread=thread["id"])
            await place.until_logged("event=answered")
            spent, unread = len(model.calls), [paper for paper in world.arxiv.papers if paper not in str(place.texts())]
            await by_interactions(ann, unread)
            await by_messages(ann, unread)
            await by_her_own_digest(ann)
            assert len(await place.until(lambda: notices(place))) == 1
            place.edit(asked, "1: which dataset?")
            await place.until(lambda: LIMIT in place.texts()[3])
            await by_forgetting(ann, unread)
            assert [call.task for call in model.calls[spent:]] == []
            server.say(place.bob, thread, f"<@{place.discord.bot['id']}> 1: what is its limit?")
            await place.until(lambda: len(model.calls) > spent)
        finally:
            await place.stop()
    assert [call.task for call in model.calls[spent:]] == ["answer"]
    assert len(notices(place)) == 2
    assert "Traceback" not in place.log.read_text()
