"""Every way to a model call, by the real SDKs against the running bot: beyond a person's day on Slack and for agents, beyond a day's budget,
and without a role that may ask on Discord, none is made. `test_limits_on_discord.py` has a person's day there."""

from typing import Any

import pytest

from tests.deadline import until
from tests.scenarios.agents import agent
from tests.scenarios.test_operations import PAPERS, Installation, place
from tests.servers.discord_rules import texts
from tests.servers.slack import BOT_USER

__all__ = ["place"]
LIMIT, ROLES = "that is the limit here", "Only certain roles may ask me here."


async def press(place: Installation, action: str, value: str, thread: str) -> None:
    slack, message = place.slack, place.slack.space.channel(PAPERS).messages[thread]
    where = {"type": "message", "message_ts": message.ts, "channel_id": PAPERS, "is_ephemeral": False}
    payload = slack._actions("U1", "b", {"type": "button", "action_id": f"{action}:0"}, {"value": value})
    payload |= {"container": where, "channel": {"id": PAPERS, "name": "p"}, "message": message.json()}
    payload |= {"response_url": slack.new_response_url("U1", PAPERS)}
    await slack.hub.deliver("interactive", payload).wait()


async def ask_in_every_way(place: Installation, key: str, unread: list[str], thread: str) -> None:
    slack, one = place.slack, unread[0]
    commands = (one, f"{one} what is new?", "compare 1 2", f"compare {one} {unread[1]} by data")
    for words in commands:
        await slack.command("U1", PAPERS, "/paper", words).wait()
    direct = slack.space.open_direct("U1").id
    said = (
        (PAPERS, f"<@{BOT_USER}> 2: which dataset?", thread),
        (PAPERS, f"<@{BOT_USER}> compare 1 and 2", thread),
        (PAPERS, f"<@{BOT_USER}> {one}", ""),
        (direct, f"{one} which dataset?", ""),
    )
    for channel, text, where in said:
        for delivery in slack.say(channel, "U1", text, where):
            await delivery.wait()
    for delivery in filter(None, [slack.edit(direct, max(slack.space.channels[direct].messages), f"{one} what else?")]):
        await delivery.wait()
    paper = f"paper:{one}v1"
    candidates = f"{key}#12,{key}#13"
    pressed = ("full", paper), ("lookup", paper), ("share", paper), ("add", f"{key}#11"), ("compare_others", candidates)
    for action, value in pressed:
        await press(place, action, value, thread)
    views = len(slack.space.views)
    await slack.shortcut("U1", place.posts()[1], "ask_paper").wait()
    await slack.until(lambda: len(slack.space.views) > views)
    await slack.submit("U1", list(slack.space.views.values())[-1], question="Which dataset?").wait()
    await slack.command("U1", PAPERS, "/digest", "me setup").wait()
    await slack.until(lambda: len(slack.space.views) > views + 1)
    await slack.submit("U1", list(slack.space.views.values())[-1], interests="cells").wait()
    await slack.until(lambda: any("Next run" in m.shown for m in slack.space.channel(PAPERS).ephemeral))
    await slack.command("U1", PAPERS, "/digest", "me now").wait()


async def try_everything_on_discord(place: Installation, unread: list[str]) -> None:
    """As Ada, who has none of the roles."""
    server, world, one = place.discord, place.discord.world, unread[2]
    ada = world.person("ada")
    ids = {c["name"]: c["id"] for c in world.commands}
    made = []

    def command(name: str, verb: str, **given: str) -> None:
        options = [{"type": 3, "name": key, "value": value} for key, value in given.items()]
        data = {"id": ids[name], "name": name, "type": 1, "options": [{"type": 1, "name": verb, "options": options}]}
        made.append(server.interact(ada, place.channel, 2, data))

    command("paper", "lookup", paper=one)
    command("paper", "ask", paper=one, question="what is new?")
    command("digest", "me", what="setup")
    command("digest", "me", what="now")
    message: dict[str, Any] = server.say(world.bot, place.channel, "a message of the bot")
    for action in ("full", "lookup", "share"):
        data = {"custom_id": f"pb:{action}:paper:{one}v1", "component_type": 2, "id": 1}
        made.append(server.interact(ada, place.channel, 3, data, message=message))
    server.say(ada, place.channel, f"<@{world.bot['id']}> {one} what is new?")
    server.say(ada, world.direct(ada), f"{one} what is new?")
    await until(lambda: all(m.shown for m in made))
    said = [" ".join(texts(m).strip() for m in one.shown) for one in made]
    assert [text for text in said if ROLES not in text and "no digest of your own" not in text] == []


async def test_beyond_a_person_s_limit_and_without_a_role_no_way_leads_to_a_model_call(place):
    await place.start(QUESTIONS_PER_PERSON="1", DISCORD_ASK_ROLES="990099009900990099")
    slack, model = place.slack, place.world.model
    slack.space.add_user("U2", "bob")
    slack.space.channel(PAPERS).members.add("U2")
    await slack.command("U1", PAPERS, "/digest", "now").wait()
    await slack.until(place.whole)
    thread = place.posts()[0].ts
    shown = "".join(str(m.blocks) for m in place.posts())
    unread = [paper for paper in place.world.arxiv.papers if paper not in shown]
    key = next(m.metadata["event_payload"]["key"] for m in place.posts() if m.metadata).rsplit(":", 1)[0]
    await slack.command("U1", PAPERS, "/paper", f"{unread[5]} what is new?").wait()
    papers = slack.space.channel(PAPERS)
    await slack.until(lambda: any("quotation found" in m.shown for m in papers.ephemeral))
    await slack.hub.settled()
    spent = len(model.calls)
    await ask_in_every_way(place, key, unread, thread)
    await slack.until(lambda: sum(LIMIT in m.shown for m in papers.ephemeral) >= 7)
    await slack.command("U1", PAPERS, "/paper", "forget me").wait()
    asked = await slack.until(lambda: next((m for m in papers.ephemeral if "forget" in str(m.blocks)), None))
    await press(place, "forget_me", "me", asked.thread_ts or thread)
    await slack.command("U1", PAPERS, "/paper", f"{unread[6]} and after that?").wait()
    await try_everything_on_discord(place, unread)
    await slack.hub.settled()
    assert [call.task for call in model.calls[spent:]] == []
    for delivery in slack.say(PAPERS, "U2", f"<@{BOT_USER}> 2: which dataset?", thread):
        await delivery.wait()
    await slack.until(lambda: len(model.calls) > spent)
    assert await place.stop() == 0
    assert {call.task for call in model.calls[spent:]} == {"answer"}
    assert "Traceback" not in place.log.read_text()


async def in_the_list(place: Installation, key: str, thread: str, **instead: str) -> None:
    """Checks two of the day's other papers and presses *Add*, or what is chosen instead."""
    slack, before = place.slack, len(place.slack.space.views)
    await press(place, "others", key, thread)
    await slack.until(lambda: len(slack.space.views) > before)
    view = list(slack.space.views.values())[-1]
    rows = next(b["element"] for b in view["blocks"] if b["type"] == "input" and b["element"]["type"] == "checkboxes")
    checked = {rows["action_id"]: [option["value"] for option in rows["options"][:2]]}
    await slack.submit("U1", view, **checked, **instead).wait()


@pytest.mark.parametrize("name", ["CHANNEL_DAILY_BUDGET_USD", "LLM_DAILY_BUDGET_USD"])
async def test_beyond_the_budget_of_a_day_no_way_leads_to_a_model_call(place, name):
    await place.start()
    slack, model = place.slack, place.world.model
    await slack.command("U1", PAPERS, "/digest", "now").wait()
    await slack.until(place.whole)
    assert await place.stop() == 0
    await place.start(**{name: "0.001"})
    thread, shown = place.posts()[0].ts, "".join(str(m.blocks) for m in place.posts())
    unread = [paper for paper in place.world.arxiv.papers if paper not in shown]
    key = next(m.metadata["event_payload"]["key"] for m in place.posts() if m.metadata).rsplit(":", 1)[0]
    spent, papers = len(model.calls), slack.space.channel(PAPERS)
    told = len(papers.ephemeral)
    await in_the_list(place, key, thread)
    await in_the_list(place, key, thread, instead="compare_others")
    for words in (f"{unread[0]} what is new?", f"compare {unread[0]} {unread[1]}", "compare 1 2"):
        await slack.command("U1", PAPERS, "/paper", words).wait()
    await press(place, "compare_others", f"{key}#12,{key}#13", thread)
    for action in ("full", "lookup"):
        await press(place, action, f"paper:{unread[0]}v1", thread)
    for delivery in slack.say(PAPERS, "U1", f"<@{BOT_USER}> 2: which dataset?", thread):
        await delivery.wait()
    await slack.until(lambda: sum("00:00" in m.shown for m in papers.ephemeral[told:]) >= 5)
    await slack.hub.settled()
    async with agent(place.world, f"slack:{PAPERS}", **{name: "0.001"}) as ask:
        assert "00:00" in await ask(unread[1], "which dataset?")
    assert await place.stop() == 0
    assert [call.task for call in model.calls[spent:]] == []
    assert "Traceback" not in place.log.read_text()


async def test_all_agents_of_a_channel_have_the_questions_of_one_person(place):
    """Beyond them neither the model nor arXiv is asked, and a process of its own does not begin anew."""
    await place.start()
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    await place.slack.until(place.whole)
    assert await place.stop() == 0
    shown = "".join(str(m.blocks) for m in place.posts())
    unread = [paper for paper in place.world.arxiv.papers if paper not in shown]
    model, limit = place.world.model, {"QUESTIONS_PER_PERSON": "1"}
    async with agent(place.world, f"slack:{PAPERS}", **limit) as ask:
        assert '"quotations"' in await ask(unread[0], "which dataset?")
        spent, requests = len(model.calls), len(place.world.arxiv.journal.requests)
        assert LIMIT in await ask(unread[0], "and what is its limit?")
        assert LIMIT in await ask(unread[1], "which dataset?")
    async with agent(place.world, f"slack:{PAPERS}", **limit) as ask:
        assert LIMIT in await ask(unread[2], "which dataset?")
    assert (len(model.calls), len(place.world.arxiv.journal.requests)) == (spent, requests)
