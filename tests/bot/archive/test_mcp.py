"""The tools for agents, over memory and over HTTP with a link's token."""

import json
import os
import socket
import sys
from datetime import timedelta

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.memory import create_connected_server_and_client_session

from bot.archive.links import Links
from bot.archive.mcp import LinkTokens, serve_http, server
from bot.core.chat import Place
from bot.core.subscription import Subscription
from digest.errors import Misconfigured, OverQuota
from digest.model import Answer, Evidence, Quote
from tests.bot.people import HERE
from tests.builders import a_digest

OTHER = Place("console", "secret")
URL = "http://127.0.0.1:8000"


async def ask(paper_id, question, caller):
    if "limit" in question:
        raise OverQuota("That was the last question of the day.")
    quote = Quote(1, Evidence("a sentence", "https://arxiv.org/abs/1", "3 Method"), paper_id)
    return Answer(f"It does [1]. {sorted(caller.channels)}", (quote,), (paper_id,), "en", "a-model")


@pytest.fixture
async def digest(team):
    digest, thread = await team.digest()
    await team.ask(thread, "which benchmark does paper 1 introduce, xylophonequasar?")
    await team.context.store.save_subscription(Subscription(OTHER))
    await team.context.store.save_digest(a_digest(2, subscription=OTHER.key), (), ())
    await team.context.archive.catch_up()
    return digest


async def called(client, tool, **values):
    result = await client.call_tool(tool, values)
    text = result.content[0].text
    return text if result.isError else json.loads(text)


async def test_an_agent_searches_reads_and_asks(archive, digest):
    paper = digest.entries[0].paper
    made = server(archive, ask, [HERE.key])
    async with create_connected_server_and_client_session(made) as client:
        tools = (await client.list_tools()).tools
        assert [t.name for t in tools] == ["search_archive", "get_paper", "get_digest", "ask_paper"]
        assert all(t.annotations.readOnlyHint for t in tools)
        found = await called(client, "search_archive", words=paper.title)
        assert found["results"][0]["id"] == paper.id
        assert "xylophonequasar" in json.dumps(await called(client, "search_archive", words="xylophonequasar"))
        read = await called(client, "get_paper", paper_id=f"https://arxiv.org/abs/{paper.versioned}")
        assert read["abstract"] == paper.abstract
        assert all(f["evidence"]["url"].startswith("https://arxiv.org/") for f in read["findings"] if "evidence" in f)
        day = await called(client, "get_digest")
        assert [p["id"] for p in day["papers"]] == [e.paper.id for e in digest.entries]
        answer = await called(client, "ask_paper", paper_id=paper.id, question="Does it?")
        assert answer["quotations"] == [
            {"number": 1, "quotation": "a sentence", "place": "3 Method", "url": "https://arxiv.org/abs/1"}
        ]
        assert answer["written_by"]
        assert "last question of the day" in await called(client, "ask_paper", paper_id=paper.id, question="limit?")
        assert "no such channel" in await called(client, "get_digest", channel=OTHER.key)
        assert "not seen" in await called(client, "get_paper", paper_id="2601.22151")
        assert (await called(client, "search_archive", words="Study of Things"))[
            "results"
        ] == [] or "22151" not in json.dumps(found)


async def test_an_agent_with_several_channels_is_asked_which_one(archive, digest):
    made = server(archive, ask, [HERE.key, OTHER.key])
    async with create_connected_server_and_client_session(made) as client:
        assert f"{HERE.key}, {OTHER.key}" in await called(client, "get_digest")
        assert (await called(client, "get_digest", channel=HERE.key))["day"] == digest.local_date.isoformat()


async def test_over_http_a_link_s_token_opens_its_channel_and_nothing_else(archive, digest, team):
    store = team.context.store
    links = Links(store, URL, [OTHER.key])
    token = (await links.to_channel(HERE.key)).split("/")[-2]
    public = (await links.to_channel(OTHER.key)).split("/")[-2]
    made = server(archive, ask, (), LinkTokens(links), URL)
    app = made.streamable_http_app()

    async def call(client, bearer, tool, **values):
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": values}}
        headers = {"Accept": "application/json, text/event-stream"} | (
            {"Authorization": f"Bearer {bearer}"} if bearer else {}
        )
        return await client.post("/mcp", json=body, headers=headers)

    transport = httpx.ASGITransport(app)
    async with made.session_manager.run(), httpx.AsyncClient(transport=transport, base_url=URL) as client:
        mine = (await call(client, token, "get_digest")).json()["result"]["content"][0]["text"]
        assert digest.entries[0].paper.id in mine
        assert json.loads(mine)["day"] == digest.local_date.isoformat()
        assert "no such channel" in (await call(client, token, "get_digest", channel=OTHER.key)).text
        assert (
            "this one is public" in (await call(client, public, "ask_paper", paper_id="2601.22151", question="?")).text
        )
        assert "2601.22151" in (await call(client, public, "get_digest")).text
        for wrong in ("", "x", token[:-1], token.replace(".", "1.", 1)):
            assert (await call(client, wrong, "get_digest")).status_code == 401
        await store.revoke_links(HERE.key)
        assert (await call(client, token, "get_digest")).status_code == 401
        again = (await links.to_channel(HERE.key)).split("/")[-2]
        assert (await call(client, again, "get_digest")).status_code == 200
        team.clock.forward(timedelta(days=31))
        assert (await call(client, again, "get_digest")).status_code == 401


@pytest.mark.parametrize(
    ("url", "host", "origin", "status"),
    [
        ("https://papers.example.org", "papers.example.org", "https://papers.example.org", 200),
        ("https://papers.example.org:8443", "papers.example.org:8443", "", 200),
        ("https://papers.example.org", "127.0.0.1:8000", "http://127.0.0.1:8000", 200),
        ("http://127.0.0.1:8000", "localhost:8000", "", 200),
        ("https://papers.example.org", "evil.example", "", 421),
        ("https://papers.example.org", "papers.example.org", "https://evil.example", 403),
    ],
)
async def test_over_http_it_answers_at_its_own_address_alone(archive, digest, team, url, host, origin, status):
    """`ARCHIVE_URL` names the proxy before it; a page of another site cannot reach it."""
    links = Links(team.context.store, url, [])
    token = (await links.to_channel(HERE.key)).split("/")[-2]
    made = server(archive, ask, (), LinkTokens(links), url)
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {token}", "Host": host}
    transport = httpx.ASGITransport(made.streamable_http_app())
    async with made.session_manager.run(), httpx.AsyncClient(transport=transport, base_url=URL) as client:
        answer = await client.post("/mcp", json=body, headers=headers | ({"Origin": origin} if origin else {}))
    assert answer.status_code == status


async def test_a_port_that_is_taken_is_named(archive):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"Port {port} cannot be listened on"):
            await serve_http(server(archive, None, (), LinkTokens(None), "http://127.0.0.1", port))


async def test_over_stdio_an_agent_s_own_process_serves_its_channels_and_ends_in_silence(redis_url, store, tmp_path):
    await store.save_subscription(Subscription(OTHER))
    await store.save_digest(a_digest(2, subscription=OTHER.key), (), ())
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PAPERBOY_HOME": str(tmp_path), "REDIS_URL": redis_url}
    words = ["-m", "bot", "mcp", "--channel", OTHER.key]
    with (tmp_path / "stderr").open("w+") as errors:
        async with (
            stdio_client(StdioServerParameters(command=sys.executable, args=words, env=env), errors) as streams,
            ClientSession(*streams) as client,
        ):
            await client.initialize()
            day = await called(client, "get_digest")
            assert "no such channel" in await called(client, "get_digest", channel=HERE.key)
        assert day["day"] == "2026-01-30"
        errors.seek(0)
        assert errors.read() == ""
