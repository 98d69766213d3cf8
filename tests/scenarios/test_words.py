"""A word that people write comes through every entrance of the running bot, while arXiv or the model is away, and stands in no log."""

import asyncio
import base64
import json

import aiohttp

from tests.deadline import until
from tests.scenarios.agents import agent, log_of, over_http, request, write_lines
from tests.scenarios.test_operations import PAPERS, Installation, place
from tests.servers.faults import DOWN, DROP
from tests.servers.slack import BOT_USER, Message
from tests.servers.zotero import Fault, Zotero, zotero_server

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


async def in_form(place: Installation, opened, more: str = "", **typed: str) -> None:
    """`more`: the button that shows more of the form."""
    before = len(place.slack.space.views)
    await opened.wait()
    await place.slack.until(lambda: len(place.slack.space.views) > before)
    view = list(place.slack.space.views.values())[-1]
    if more:
        name = view["id"]
        await place.slack.click_in_view("U1", view, more).wait()
        view = await place.slack.until(
            lambda: found if "weekly" in str(found := place.slack.space.views[name]) else None
        )
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
    await until(lambda: all(made.shown for made in asked))


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


async def unseen(place: Installation, word: str) -> Message:
    """The last message shown to Ann alone that says the word."""
    papers = place.slack.space.channel(PAPERS)
    return await place.slack.until(
        lambda: next((m for m in reversed(papers.ephemeral) if word in str(m.blocks) + m.shown), None)
    )


async def in_zotero(place: Installation, zotero: Zotero) -> None:
    """The form with a key of the person's own, then pushes while Zotero answers in every bad way."""
    await place.slack.command("U1", PAPERS, "/digest", "zotero").wait()
    offer = await unseen(place, "Connect")
    opened = place.slack.click("U1", offer, "Connect")
    await in_form(place, opened, library="12345", key=f"{CANARY}KEY")
    connected = await unseen(place, "Push now")
    for fault in (
        Fault(status=500, body=CANARY),
        Fault(status=403, body=CANARY),
        Fault(status=400, body=f"{CANARY} is no item"),
        Fault(status=200, body=f'["{CANARY}"'),
        Fault(status=200, body=json.dumps({"failed": {"0": {"code": 400, "message": CANARY}}})),
        Fault(lost=True),
    ):
        asked = len(zotero.requests)
        zotero.faults[:] = [fault]
        await place.slack.click("U1", connected, "Push now").wait()
        await place.slack.until(lambda asked=asked: len(zotero.requests) > asked)


async def in_the_rest(place: Installation, thread: str) -> None:
    """Settings, a person's own digest, comparisons, links, the Home tab, a report of an error."""
    slack = place.slack
    for words in (f"compare 1 2 by {CANARY}", f"saved {CANARY}", f"export {CANARY}", f"today {CANARY}"):
        await slack.command("U1", PAPERS, "/paper", words).wait()
    for delivery in slack.say(PAPERS, "U1", f"<@{BOT_USER}> compare 1 and 2 by {CANARY}", thread):
        await delivery.wait()
    unfit = {"weekly": CANARY, "monthly": f"{CANARY} 9:00", "wanted": CANARY, "authors": f"A. {CANARY}"}
    opened = slack.command("U1", PAPERS, "/digest", "setup")
    await in_form(place, opened, "More settings", categories="cs.CV", interests=CANARY, **unfit)
    opened = slack.command("U1", PAPERS, "/digest", "setup")
    await in_form(place, opened, "More settings", interests=CANARY, wanted=CANARY, unfurl="on")
    own = slack.command("U1", PAPERS, "/digest", "me setup")
    await in_form(place, own, categories="cs.CV", interests=f"{CANARY} songs")
    await slack.command("U1", PAPERS, "/digest", f"me {CANARY}").wait()
    await slack.command("U1", PAPERS, "/digest", "me now").wait()
    paper_message = next(m for m in place.posts() if m.thread_ts)
    await in_form(place, slack.click("U1", paper_message, "Something is wrong"), what=f"the {CANARY} is wrong")
    link = slack.share_link(
        "U1", PAPERS, f"https://arxiv.org/abs/2601.99998?{CANARY}", f"https://arxiv.org/abs/{CANARY}"
    )
    await link.wait()
    await slack.open_home("U1").wait()


async def test_nor_is_what_they_write_to_other_services_in_settings_and_on_pages(place):
    keys = {f"{CANARY}KEY": {"12345": {"library": True, "write": True}}}
    async with zotero_server(keys=keys, groups={"12345": f"{CANARY} group"}) as zotero:
        await place.start(ZOTERO_API_URL=zotero.url)
        await place.slack.command("U1", PAPERS, "/digest", "now").wait()
        await place.slack.until(place.whole)
        thread = place.posts()[0].ts
        await place.slack.click("U1", place.posts()[1], "Save").wait()
        await in_zotero(place, zotero)
        for behaviour in ("", "error_500"):
            if behaviour:
                place.world.model.behave(behaviour)
                place.world.arxiv.faults.always("api", DROP)
            await in_the_rest(place, thread)
        await place.slack.until(lambda: place.slack.space.homes.get("U1"))
        assert await place.stop() == 0
    for file in [place.log, *place.world.home.rglob("*.log")]:
        lines = file.read_text(errors="replace").splitlines()
        assert [line for line in lines if CANARY in line.lower()] == [], file
    events = {line["message"].split(" ", 1)[0] for line in place.lines()}
    assert {"event=asked", "event=zotero_refused"} <= events


TOOLS = (
    {"tool": "search_archive", "words": f"{CANARY} song"},
    {"tool": "search_archive", "words": f'"{CANARY}" AND (', "category": CANARY, "since": CANARY},
    {"tool": "search_archive", "words": [CANARY], "limit": CANARY},
    {"tool": "search_archive", CANARY: CANARY},
    {"tool": "get_paper", "paper_id": CANARY},
    {"tool": "get_digest", "day": CANARY},
    {"tool": "get_digest", "channel": CANARY},
    {"tool": CANARY, "words": CANARY},
    {"tool": "ask_paper", "paper_id": f"26{CANARY}/12345", "question": WORDS},
)
WRONG = (
    CANARY.encode(),
    f'{{"jsonrpc": "2.0", "id": 1, "method": "{CANARY}"'.encode(),
    f'["{CANARY}"]'.encode(),
    f'{{"{CANARY}": "{CANARY}"}}'.encode(),
    f'"\\ud800 {CANARY}"'.encode(),
    f"\xff{CANARY}".encode("latin-1"),
    f'{{"jsonrpc": "2.0", "method": "notifications/{CANARY}"}}'.encode(),
    f'{{"jsonrpc": "2.0", "method": "notifications/progress", "params": {{"progress": "{CANARY}"}}}}'.encode(),
    f'{{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {{"requestId": "{CANARY}"}}}}'.encode(),
    f'{{"jsonrpc": "2.0", "id": "{CANARY}", "result": {{"{CANARY}": 1}}}}'.encode(),
    f'{{"jsonrpc": "2.0", "id": "{CANARY}", "error": {{"code": 1, "message": "{CANARY}"}}}}'.encode(),
    b"[" * 5_000 + CANARY.encode(),
    request(1, CANARY, words=CANARY),
    request(2, "tools/call", name={"a": CANARY}, arguments=CANARY),
    request(3, "resources/read", uri=f"https://example.org/{CANARY}"),
    request(4, "prompts/get", name=CANARY),
    request(5, "logging/setLevel", level=CANARY),
    request(
        6, "completion/complete", ref={"type": "ref/prompt", "name": CANARY}, argument={"name": "a", "value": CANARY}
    ),
)


async def as_an_agent(place: Installation, channel: str) -> None:
    """Every tool while all is well; then questions and lookups while the model, then arXiv is away."""
    model, arxiv, seen = place.world.model, place.world.arxiv, paper(place)
    async with agent(place.world, channel) as ask:
        for given in TOOLS:
            await ask(**given)
        assert "quotations" in await ask(seen, WORDS)
        for behaviour in ("error_500", "unauthorized"):
            model.sound()
            model.behave(behaviour)
            await ask(seen, f"{CANARY} and {behaviour}?")
        model.sound()
        arxiv.faults.always("api", DOWN)
        assert "arXiv" in await ask("2601.99998", WORDS)
        for kind in ("html", "pdf"):
            arxiv.faults.always(kind, DROP)
        await ask(list(arxiv.papers)[-1], WORDS)


async def by_http(place: Installation, channel: str) -> None:
    """As a link to a public channel opens it, without a link, and without HTTP."""
    token = "public." + base64.urlsafe_b64encode(channel.encode()).decode().rstrip("=")
    accepted = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    async with over_http(place.world, ARCHIVE_PUBLIC=channel) as url, aiohttp.ClientSession() as session:
        for bearer in (token, CANARY):
            headers = accepted | {"Authorization": f"Bearer {bearer}"}
            for number, given in enumerate(TOOLS):
                values = {name: value for name, value in given.items() if name != "tool"}
                body = request(number, "tools/call", name=given["tool"], arguments=values)
                async with session.post(f"{url}/mcp", data=body, headers=headers) as answer:
                    assert answer.status == (200 if bearer == token else 401)
            for body in WRONG:
                async with session.post(f"{url}/mcp?{CANARY}", data=body, headers=headers) as answer:
                    await answer.read()
            async with session.get(f"{url}/{CANARY}") as answer:
                assert answer.status == 404
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"{CANARY}\r\n\r\n".encode())
        assert b"400" in await reader.read()
        writer.close()


async def test_nor_is_what_agents_pass_on(place):
    """The process of `paperboy mcp` has stderr alone for its log. The library that speaks the protocol logs by itself, so do its server of
    HTTP and Python: each line is one that our filters have seen."""
    await place.start()
    await place.slack.command("U1", PAPERS, "/digest", "now").wait()
    await place.slack.until(place.whole)
    assert await place.stop() == 0
    channel = f"slack:{PAPERS}"
    await as_an_agent(place, channel)
    await write_lines(place.world, channel, *WRONG)
    await by_http(place, channel)
    lines = log_of(place.world).read_text(errors="replace").splitlines()
    assert [line for line in lines if CANARY in line.lower()] == []
    assert [line for line in lines if not line.startswith("{")] == []
    said = [json.loads(line) for line in lines]
    assert {"root", "mcp", "uvicorn"} <= {line["name"].partition(".")[0] for line in said}
    assert "event=answered_without_model" in {line["message"].split(" ", 1)[0] for line in said}
