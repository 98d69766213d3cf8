"""What a channel, or one person, has, seen with other people's eyes: no page, feed, tool, command, button or event shows a
row of it. The tables name all there are: a new one fails here until it is tried.

Buttons and forms over the wire: `tests/bot/slack/test_rights.py`, `tests/bot/discord/test_rights.py`.
"""

import inspect
import json
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from mcp.shared.memory import create_connected_server_and_client_session

from bot.archive.links import Links
from bot.archive.mcp import server
from bot.archive.pages import Pages
from bot.core.chat import Click, EventHandler, Person, Place, Vote, VoteKind
from bot.core.rights import ACTIONS, COMMANDS, Names, Right
from bot.core.subscription import Subscription
from digest.errors import NotFound
from digest.model import Candidate, Profile
from tests.bot.archive.test_mcp import called
from tests.bot.archive.test_pages import ROUTES, read
from tests.bot.people import HERE, Channel, Respond, words
from tests.builders import a_digest, a_paper, a_score, an_entry

BOB, EVE = Person("bob", language="en"), Person("eve", admin=True, moderates=True, language="en")
OF_BOB, SECRET = Place("console", "direct-bob", direct=True), Place("console", "secret")
OF_EVE = Place("console", "direct-eve", direct=True)
TITLE, OTHER = "Zanzibar Quokkas", "Passed Over Quokkas"
PAPER = "2601.88888"
ASKED = "which Quokkas does it mention, xylophonequasar?"


@pytest.fixture(params=["a person's own", "a channel's"])
async def hidden(team: Channel, request, monkeypatch) -> str:
    """The key of the hidden digest, about which Bob has asked; the team has one of other papers. Eve is in HERE alone."""
    store, place = team.context.store, OF_BOB if request.param == "a person's own" else SECRET
    made = a_digest(1, subscription=place.key, profile=Profile(("cs.CV",), language="en"))
    passed = Candidate(2, a_paper("2601.88889", title=OTHER), a_score())
    made = replace(made, entries=(an_entry(1, a_paper(PAPER, title=TITLE)),), others=(passed,))
    await store.save_subscription(replace(await team.set_up(), unfurl=True))
    await store.save_digest(a_digest(2, subscription=HERE.key, profile=made.profile), (), ())
    created = team.clock()
    await store.save_subscription(Subscription(place, made.profile, set_by=BOB.id, created=created))
    if place is OF_BOB:
        await store.save_own_place(BOB.id, place)
    await store.save_digest(made, (), ())
    thread = replace(place, thread="t")
    await store.save_thread(thread, made.key)
    await team.ask(thread, ASKED, BOB, addressed=True)
    await store.vote(Vote(VoteKind.SAVED, PAPER, place, BOB, created))
    await team.context.archive.catch_up()

    async def inside(person, places):
        return frozenset(p.key for p in places if p in (HERE, OF_EVE) or person == BOB)

    monkeypatch.setattr(team.chat, "lists_members", True, raising=False)
    monkeypatch.setattr(team.chat, "inside", inside)
    return made.key


def nothing_of_it(said: object) -> bool:
    text = said if isinstance(said, str) else shown(said)
    return not any(word in text for word in ("Quokkas", "xylophonequasar", "https://papers.example"))


def shown(respond: Respond) -> str:
    posts = [words(post) for post in (*respond.posts, *respond.pages)]
    return "\n".join([*posts, *respond.files.values(), *map(str, (*respond.lists, *respond.panels, *respond.forms))])


async def test_no_page_and_no_feed_of_the_team_has_it(team, hidden):
    place = OF_BOB if OF_BOB.key in hidden else SECRET
    links = Links(team.context.store, "https://papers.example", [OF_BOB.key])
    app = web.Application()
    Pages(team.context.store, team.context.archive, links).mount(app)
    async with TestClient(TestServer(app)) as pages:
        root = (await links.to_channel(HERE.key)).removeprefix("https://papers.example")
        theirs = (await links.to_channel(place.key)).removeprefix("https://papers.example")
        for route in (*ROUTES, f"p/{PAPER}", f"cite/bibtex/{PAPER}", "search?q=Zanzibar", "feed.json"):
            _, text = await read(pages, root + route)
            assert "Quokkas" not in text, route
            if place.direct:  # never public, whatever ARCHIVE_PUBLIC says
                assert "/public." in theirs
                assert (await read(pages, theirs + route))[0].status == 404


async def test_no_tool_of_the_team_finds_it(team, hidden):
    place = OF_BOB if OF_BOB.key in hidden else SECRET
    asked = {
        "search_archive": [{"words": "Zanzibar"}, {"words": "xylophonequasar"}, {"words": ""}],
        "get_paper": [{"paper_id": PAPER}],
        "get_digest": [{"channel": place.key}, {}],
        "ask_paper": [{"paper_id": PAPER, "question": "What is it?"}],
    }

    async def ask(paper_id, question, caller):
        assert caller.channels == {HERE.key}
        raise NotFound("x")

    async with create_connected_server_and_client_session(server(team.context.archive, ask, [HERE.key])) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == set(asked)
        for tool, calls in asked.items():
            for values in calls:
                assert nothing_of_it(json.dumps(await called(client, tool, **values))), (tool, values)


async def test_no_command_of_another_person_shows_it(team, hidden):
    for command in COMMANDS:
        name, _, verb = command.partition(" ")
        for text in [verb] if verb else ["Zanzibar", PAPER, f"{PAPER} what is it?", "Quokkas"[:4]]:
            for place in (HERE, OF_EVE):
                assert nothing_of_it(await team.command(name, text, EVE, place)), (command, text)
        assert nothing_of_it(await team.command("digest", f"me {verb}", EVE))
    before = await team.context.store.subscription(hidden.rsplit(":", 2)[0])
    assert before is not None
    assert not before.paused


async def test_no_button_with_its_name_shows_it_to_another_person(team, hidden):
    """As pressed with another client: the values are those of its messages. Who presses in a channel is in it: the platform
    has signed that; a person's own stays closed even so."""
    place = OF_BOB if OF_BOB.key in hidden else SECRET
    links = Links(team.context.store, "https://papers.example", ())
    team = team.but(links=links)
    before = await team.context.store.subscription(place.key)
    rooms = (HERE, place) if place.direct else (HERE,)
    for action, rule in ACTIONS.items():
        value = {Names.DIGEST: hidden, Names.CHANNEL: place.key, Names.CANDIDATE: f"{hidden}#2"}.get(
            rule.names, f"{hidden}#1"
        )
        for pressed_in in rooms if rule.right is not Right.OWN else (HERE,):
            assert nothing_of_it(await team.click((action, value), EVE, pressed_in)), (action, pressed_in)
            click = Click(f"r{action}", action, value, pressed_in, EVE, "", team.clock())
            assert nothing_of_it(await team.handler.refusal(click))
    assert await team.context.store.subscription(place.key) == before


async def test_no_other_event_shows_it_to_another_person(team, hidden):
    handler, thread = team.handler, replace(HERE, thread="t")
    await team.context.store.save_thread(thread, (await team.context.store.digests(HERE.key))[0])
    url = f"https://arxiv.org/abs/{PAPER}"
    events = {
        "on_question": lambda: team.ask(thread, "what does the Zanzibar paper say, and what was asked of it?", EVE, addressed=True),
        "complete": lambda: handler.complete("paper", "", HERE),
        "unfurl": lambda: handler.unfurl(HERE, [url]),
        "prompts": lambda: handler.prompts(EVE, "console"),
        "home": lambda: handler.home(EVE, "console"),
    }  # fmt: skip
    tried_above = {"on_command", "on_click", "refusal"}
    elsewhere = {"on_submit"}  # with a signed form: the tests of rights of each platform
    shows_nothing = {"on_edit", "on_delete", "on_reaction", "on_reactions_cleared", "on_membership", "knows"}
    methods = {name for name, _ in inspect.getmembers(EventHandler, inspect.isfunction) if not name.startswith("_")}
    assert methods == set(events) | tried_above | elsewhere | shows_nothing
    for name, event in events.items():
        said = await event()
        assert nothing_of_it(words(said) if name == "home" else str(said)), name
