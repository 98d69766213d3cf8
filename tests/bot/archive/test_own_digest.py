"""A digest of one's own, seen with other people's eyes: no page, feed, tool, command or button shows a row of it."""

import json
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from mcp.shared.memory import create_connected_server_and_client_session

from bot.archive.links import Links
from bot.archive.mcp import server
from bot.archive.pages import Pages
from bot.core.chat import Person, Place, Vote, VoteKind
from bot.core.rights import ACTIONS, Names, Right
from bot.core.subscription import Subscription
from digest.errors import NotFound
from digest.model import Candidate, Profile
from tests.bot.archive.test_mcp import called
from tests.bot.archive.test_pages import ROUTES, read
from tests.bot.people import HERE, Channel, Respond, words
from tests.builders import a_digest, a_paper, a_score, an_entry

BOB, EVE = Person("bob", language="en"), Person("eve", admin=True, moderates=True, language="en")
OF_BOB = Place("console", "direct-bob", direct=True)
TITLE, OTHER = "Zanzibar Quokkas", "Passed Over Quokkas"
PAPER = "2601.88888"


@pytest.fixture
async def own(team: Channel) -> str:
    """The key of Bob's digest; the team has one of other papers."""
    store = team.context.store
    made = a_digest(1, subscription=OF_BOB.key, profile=Profile(("cs.CV",), language="en"))
    passed = Candidate(2, a_paper("2601.88889", title=OTHER), a_score())
    made = replace(made, entries=(an_entry(1, a_paper(PAPER, title=TITLE)),), others=(passed,))
    await team.set_up()
    await store.save_digest(a_digest(2, subscription=HERE.key, profile=made.profile), (), ())
    created = team.clock()
    await store.save_subscription(Subscription(OF_BOB, made.profile, set_by=BOB.id, created=created))
    await store.save_own_place(BOB.id, OF_BOB)
    await store.save_digest(made, (), ())
    await store.vote(Vote(VoteKind.SAVED, PAPER, OF_BOB, BOB, created))
    await team.context.archive.catch_up()
    return made.key


def shown(respond: Respond) -> str:
    posts = [words(post) for post in (*respond.posts, *respond.pages)]
    return "\n".join([*posts, *respond.files.values(), *map(str, (*respond.lists, *respond.panels, *respond.forms))])


@pytest.mark.parametrize("route", [*ROUTES, f"p/{PAPER}", f"cite/bibtex/{PAPER}", "search?q=Zanzibar", "feed.json"])
async def test_no_page_and_no_feed_of_the_team_has_it_and_it_is_never_public(team, own, route):
    links = Links(team.context.store, "https://papers.example", [OF_BOB.key])
    app = web.Application()
    Pages(team.context.store, team.context.archive, links).mount(app)
    async with TestClient(TestServer(app)) as pages:
        root = (await links.to_channel(HERE.key)).removeprefix("https://papers.example")
        _, text = await read(pages, root + route)
        assert "Quokkas" not in text
        public = (await links.to_channel(OF_BOB.key)).removeprefix("https://papers.example")
        assert "/public." in public
        assert (await read(pages, public + route))[0].status == 404


async def test_no_tool_of_the_team_finds_it(team, own):
    async def ask(paper_id, question, caller):
        raise NotFound("x")

    async with create_connected_server_and_client_session(server(team.context.archive, ask, [HERE.key])) as client:
        assert (await called(client, "search_archive", words="Zanzibar"))["results"] == []
        assert "not seen" in await called(client, "get_paper", paper_id=PAPER)
        assert "no such channel" in await called(client, "get_digest", channel=OF_BOB.key)
        assert PAPER not in json.dumps(await called(client, "get_digest"))


@pytest.mark.parametrize("lists", [True, False])
async def test_no_command_of_another_person_shows_it(team, own, lists, monkeypatch):
    monkeypatch.setattr(type(team.chat), "lists_members", lists)
    for text in ("Zanzibar", "today", "saved"):
        for place in (HERE, Place("console", "direct-eve", direct=True)):
            assert "Quokkas" not in shown(await team.command("paper", text, EVE, place))
    for text in ("status", "me status", "setup", "now", "retract", "me retract"):
        assert "Quokkas" not in shown(await team.command("digest", text, EVE))


@pytest.mark.parametrize("action", [name for name, rule in ACTIONS.items() if rule.right is not Right.OWN])
@pytest.mark.parametrize("place", [HERE, OF_BOB])
async def test_no_button_with_its_name_shows_it_to_another_person(team, own, action, place):
    """As pressed with another client: the values are those of Bob's messages."""
    links = Links(team.context.store, "https://papers.example", ())
    team.handler._actions._context = replace(team.context, links=links)
    value = {Names.DIGEST: own, Names.CHANNEL: OF_BOB.key, Names.CANDIDATE: f"{own}#2"}.get(
        ACTIONS[action].names, f"{own}#1"
    )
    respond = await team.click((action, value), EVE, place)
    assert "Quokkas" not in shown(respond)
    assert "https://papers.example" not in shown(respond)
    assert await team.context.store.subscription(OF_BOB.key) is not None
    assert not (await team.context.store.subscription(OF_BOB.key)).paused
