"""A word that people write comes through every entrance of the running bot, while arXiv or the model is away, and stands in no log."""

import asyncio

from tests.deadline import DEADLINE
from tests.scenarios.test_operations import PAPERS, Installation, place
from tests.servers.faults import DOWN, DROP
from tests.servers.slack import BOT_USER

__all__ = ["place"]
CANARY = "zebrafinch"
WORDS = f"what about the {CANARY} of it?"


def paper(place: Installation) -> str:
    return next(iter(place.world.arxiv.papers))


async def on_slack(place: Installation, thread: str) -> None:
    """Everything that takes words there. Waits for each to be acknowledged."""
    slack, space = place.slack, place.slack.space
    direct = space.open_direct("U1").id
    deliveries = [
        slack.command("U1", PAPERS, "/paper", f"{CANARY} song"),
        slack.command("U1", PAPERS, "/paper", f"au:{CANARY}"),
        slack.command("U1", PAPERS, "/paper", f"{paper(place)} {CANARY}?"),
        slack.command("U1", PAPERS, "/paper", f"26{CANARY}/12345"),
        slack.command("U1", PAPERS, "/digest", CANARY),
        *slack.say(PAPERS, "U1", f"<@{BOT_USER}> {WORDS}"),
        *slack.say(PAPERS, "U1", f"<@{BOT_USER}> 1: is there a {CANARY}?", thread),
        *slack.say(direct, "U1", WORDS),
        *slack.say(direct, "U1", f"{CANARY}?"),
    ]
    for delivery in deliveries:
        await delivery.wait()
    edited = slack.edit(direct, max(space.channels[direct].messages), f"{CANARY} again?")
    if edited:
        await edited.wait()
    await in_form(place, slack.command("U1", PAPERS, "/digest", "setup"), categories=f"cs.{CANARY}", interests=CANARY)


async def in_form(place: Installation, opened, **typed: str) -> None:
    before = len(place.slack.space.views)
    await opened.wait()
    await place.slack.until(lambda: len(place.slack.space.views) > before)
    view = list(place.slack.space.views.values())[-1]
    await place.slack.submit("U1", view, **typed).wait()


async def on_discord(place: Installation, *verbs: str) -> None:
    ada, world = place.discord.world.person("ada"), place.discord.world
    found = next(c for c in world.commands if c["name"] == "paper")
    options = {"search": {"words": f"{CANARY} song"}, "lookup": {"paper": CANARY}}
    options["ask"] = {"paper": paper(place), "question": f"{CANARY}?"}
    asked = []
    for verb in verbs:
        given = [{"type": 3, "name": name, "value": value} for name, value in options[verb].items()]
        data = {"id": found["id"], "name": "paper", "type": 1, "options": [{"type": 1, "name": verb, "options": given}]}
        asked.append(place.discord.interact(ada, place.channel, 2, data))
    typed = [{"type": 3, "name": "paper", "value": CANARY, "focused": True}]
    data = {**data, "options": [{"type": 1, "name": "lookup", "options": typed}]}
    place.discord.interact(ada, place.channel, 4, data)
    place.discord.say(ada, place.channel, f"<@{world.bot['id']}> {CANARY}?")
    place.discord.say(ada, world.direct(ada), f"{CANARY}?")
    async with asyncio.timeout(DEADLINE):
        while not all(made.shown for made in asked):
            await asyncio.sleep(0.05)


async def while_arxiv_is_away(place: Installation) -> None:
    """The log tells when the requests fail: each waits nine seconds, one after the other."""
    slack, tried = place.slack, place.log.read_text().count("event=asking_again")
    direct = slack.space.open_direct("U1").id
    for delivery in (
        slack.command("U1", PAPERS, "/paper", f"{CANARY} song"),
        *slack.say(direct, "U1", f"{WORDS} 2601.99998"),
    ):
        await delivery.wait()
    await slack.until(lambda: place.log.read_text().count("event=asking_again") > tried + 2)


async def test_what_people_write_is_in_no_log_at_any_level_whatever_fails(place):
    await place.start()
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    await place.slack.until(place.whole)
    thread = place.posts()[0].ts
    await on_slack(place, thread)
    await on_discord(place, "search", "lookup", "ask")
    for behaviour in ("error_500", "unauthorized"):
        place.world.model.sound()
        place.world.model.behave(behaviour)
        await on_slack(place, thread)
        await on_discord(place, "ask")
        if behaviour == "error_500":
            await place.slack.until(lambda: "event=answered_without_model" in place.log.read_text())
    place.world.model.sound()
    for fault in (DOWN, DROP):
        place.world.arxiv.faults.always("api", fault)
        await while_arxiv_is_away(place)
    assert await place.stop() == 0
    for file in [place.log, *place.world.home.rglob("*.log")]:
        lines = file.read_text(errors="replace").splitlines()
        assert [line for line in lines if CANARY in line.lower()] == [], file
    events = {line["message"].split(" ", 1)[0] for line in place.lines()}
    assert {"event=asked", "event=asking_again", "event=answered_without_model"} <= events
