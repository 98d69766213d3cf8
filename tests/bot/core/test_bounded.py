"""A reply without an end, or a gzip that unpacks to gigabytes, costs the SDKs of the platforms a bounded amount of memory."""

import asyncio
import json
import tracemalloc
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.core import bounded
from bot.core.chat import ChatError, OutcomeUnknown
from bot.discord import connection
from bot.discord.chat import DiscordChat
from bot.slack.listeners.socket import Socket
from bot.slack.web_api import WebApi
from tests.digest.arxiv.test_bounds import bomb
from tests.servers.local import answering


@contextmanager
def bounded_memory():
    tracemalloc.start()
    try:
        yield
    finally:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 4 * bounded.MOST


async def packed(_: web.Request) -> web.Response:
    return web.Response(body=bomb(400), headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=200, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" " * 2**20)


@pytest.mark.parametrize("answer", [packed, endless])
@pytest.mark.parametrize("method", ["chat.update", "users.info"])
async def test_slack(answer, method):
    async with answering(answer) as url:
        api = WebApi("xoxb-1", f"{url}/")
        with bounded_memory(), pytest.raises(ChatError):
            await api.call(method, channel="C1")
        await api.close()


@pytest.mark.parametrize("answer", [packed, endless])
async def test_discord(answer):
    async with answering(answer) as url:
        connection.set_addresses(f"{url}/")
        client = connection.make_rest_client()
        try:
            with bounded_memory(), pytest.raises(aiohttp.ClientPayloadError):
                await client.login("a.b.c")
        finally:
            await client.close()
            connection.set_addresses()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["chat.update", "users.info", "file", "response_url"])
async def test_a_redirect_to_another_port_takes_no_request_along(status, call):
    got = []

    async def other(request: web.Request) -> web.Response:
        got.append(request.path)
        return web.json_response({"ok": True})

    async with answering(other) as elsewhere, serving_redirects(status, elsewhere) as url:
        api = WebApi("xoxb-1", f"{url}/")
        asks = {
            "file": lambda: api.upload("a.md", b"text"),
            "response_url": lambda: api.send_back(f"{url}/", {"text": "a"}),
        }
        with pytest.raises(ChatError):
            await asks.get(call, lambda: api.call(call, channel="C1"))()
        await api.close()
        client = connection.make_rest_client()
        connection.set_addresses(f"{url}/")
        try:
            with pytest.raises(aiohttp.ClientPayloadError):
                await client.login("a.b.c")
        finally:
            await client.close()
            connection.set_addresses()
    assert got == []


async def test_a_redirect_to_no_address_is_a_failure_of_the_platform():
    async with serving_redirects(302, "http://[") as url:
        api = WebApi("xoxb-1", f"{url}/")
        with pytest.raises(ChatError):
            await api.call("users.info", user="U1")
        await api.close()


@pytest.mark.parametrize("status", [302, 307])
async def test_slack_s_socket_takes_neither_its_token_nor_its_handshake_to_another_port(status):
    got: list[str] = []
    asked = asyncio.Event()

    async def other(request: web.Request) -> web.Response:
        got.append(request.path)
        return web.json_response({"ok": True, "url": "ws://127.0.0.1:9"})

    async with answering(other) as elsewhere:

        async def answer(_: web.Request) -> web.Response:
            asked.set()
            return web.Response(status=status, headers={"Location": f"{elsewhere}/"})

        async with answering(answer) as url:
            api = WebApi("xoxb-1", f"{url}/")
            socket = Socket("xapp-1", api, 5.0, lambda _: None)
            opening = asyncio.create_task(socket.issue_new_wss_url())
            await asked.wait()
            with pytest.raises(aiohttp.ClientPayloadError):
                await socket.aiohttp_client_session.ws_connect(url)
            assert not opening.done(), "it tries again later"
            opening.cancel()
            await socket.close()
            await api.close()
    assert got == []


@asynccontextmanager
async def serving_redirects(status: int, target: str):
    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("files.getUploadURLExternal"):
            return web.json_response({"ok": True, "upload_url": f"{url}/put", "file_id": "F1"})
        return web.Response(status=status, headers={"Location": f"{target}/"})

    async with answering(answer) as url:
        yield url


@pytest.mark.parametrize("body", [b'{"ok":' * 100_000, b"[" * 100_000, b"\xff\xfe", b"not JSON", b"null"])
async def test_a_reply_of_another_shape_is_a_failure_of_the_platform(body):
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async with answering(answer) as url:
        api = WebApi("xoxb-1", f"{url}/")
        with pytest.raises(ChatError):
            await api.call("chat.update", channel="C1")
        await api.close()


@pytest.mark.parametrize(("logged_in", "method"), [(False, "POST"), (True, "POST"), (True, "GET")])
@pytest.mark.parametrize("body", [b"null", b"<html><body>Sign in</body></html>"])
async def test_a_page_in_place_of_an_answer_of_discord_is_a_failure_of_the_platform(body, logged_in, method):
    bot = {"id": "1", "username": "b", "discriminator": "0", "avatar": None, "bot": True}
    about = {"id": "1", "name": "b", "description": "", "icon": None, "bot_public": True, "bot_require_code_grant": False,
             "verify_key": "", "owner": bot}  # fmt: skip

    async def answer(request: web.Request) -> web.Response:
        known = {"/users/@me": bot, "/applications/@me": about}
        found = next((known[name] for name in known if logged_in and request.path.endswith(name)), None)
        kind = "text/html" if body.startswith(b"<") and not found else "application/json"
        return web.Response(body=json.dumps(found).encode() if found else body, headers={"Content-Type": kind})

    async with answering(answer) as url:
        connection.set_addresses(f"{url}/")
        chat = DiscordChat("a.b.c")
        try:
            path, rest = "/channels/{channel_id}/messages", chat.rest
            with pytest.raises(OutcomeUnknown):
                await (
                    rest.write("POST", path, {}, channel_id="5")
                    if method == "POST"
                    else rest.read(path, channel_id="5")
                )
        finally:
            await chat.close()
            connection.set_addresses()


async def test_what_fits_is_read_whole():
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user": {"id": "U1", "real_name": "é" * 2**20}})

    async with answering(answer) as url:
        api = WebApi("xoxb-1", f"{url}/")
        assert len((await api.call("users.info", user="U1"))["user"]["real_name"]) == 2**20
        await api.close()
