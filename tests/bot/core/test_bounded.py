"""A reply without an end, or a gzip that unpacks to gigabytes, costs the SDKs of the platforms a bounded amount of memory."""

import tracemalloc
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.core import bounded
from bot.core.chat import ChatError
from bot.discord import connection
from bot.slack.web_api import WebApi
from tests.digest.arxiv.test_bounds import bomb


@asynccontextmanager
async def serving(answer):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tracemalloc.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        assert tracemalloc.get_traced_memory()[1] < 4 * bounded.MOST
    finally:
        tracemalloc.stop()
        await runner.cleanup()


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
    async with serving(answer) as url:
        api = WebApi("xoxb-1", url)
        with pytest.raises(ChatError):
            await api.call(method, channel="C1")
        await api.close()


@pytest.mark.parametrize("answer", [packed, endless])
async def test_discord(answer):
    async with serving(answer) as url:
        connection.set_addresses(url)
        client = connection.make_rest_client()
        try:
            with pytest.raises(aiohttp.ClientPayloadError):
                await client.login("a.b.c")
        finally:
            await client.close()
            connection.set_addresses()


async def test_what_fits_is_read_whole():
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user": {"id": "U1", "real_name": "é" * 2**20}})

    async with serving(answer) as url:
        api = WebApi("xoxb-1", url)
        assert len((await api.call("users.info", user="U1"))["user"]["real_name"]) == 2**20
        await api.close()
