"""/healthz, /readyz and /metrics, asked over HTTP."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest
from aiohttp import web

from bot.server import hosts
from bot.server.health import Health, serve_http, watch_connections
from bot.store import StoreUnavailable
from digest.errors import Misconfigured
from tests.deadline import DEADLINE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def serving(health: Health, *, apart: bool = False) -> AsyncIterator[tuple[str, str]]:
    """The addresses of the port and of the metrics' port."""
    port, beside = free_port(), free_port()
    async with serve_http(health, web.Application(), port, beside if apart else None, needed=True):
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{beside}"


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_alive_is_whoever_answers():
    async with serving(Health(parts={"slack": lambda: False})) as (url, _):
        assert await get(f"{url}/healthz") == (200, '{"status": "alive"}')


async def test_ready_is_who_has_its_store_and_its_connections(store):
    up = [True]
    health = Health(parts={"slack": lambda: up[0]}, store=store.server_time)
    async with serving(health) as (url, _):
        assert await get(f"{url}/readyz") == (200, '{"status": "ready", "slack": "up", "store": "up"}')
        up[0] = False
        assert await get(f"{url}/readyz") == (503, '{"status": "not ready", "slack": "down", "store": "up"}')


async def test_without_its_store_nobody_is_ready_and_a_store_that_hangs_is_none(monkeypatch):
    async def gone() -> None:
        raise StoreUnavailable("The Redis server does not answer.")

    async def hanging() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.server.health.STORE_TIMEOUT", 0.05)
    for ask in (gone, hanging):
        async with serving(Health(store=ask)) as (url, _):
            status, text = await get(f"{url}/readyz")
            assert (status, '"store": "down"' in text) == (503, True)


async def test_a_process_that_is_stopping_takes_nothing_new(store):
    health = Health(store=store.server_time, stopping=True)
    async with serving(health) as (url, _):
        assert (await get(f"{url}/readyz"))[0] == 503
        assert (await get(f"{url}/healthz"))[0] == 200


async def test_metrics_stand_at_the_port_or_at_one_of_their_own():
    async with serving(Health()) as (url, _):
        status, text = await get(f"{url}/metrics")
        assert status == 200
        assert "# HELP paperboy_posts_total Messages that a platform has taken" in text
    async with serving(Health(), apart=True) as (url, beside):
        assert (await get(f"{url}/metrics"))[0] == 404
        assert (await get(f"{beside}/metrics"))[0] == 200
        assert (await get(f"{beside}/healthz"))[0] == 404


async def test_metrics_show_the_queue_as_it_is_at_the_moment():
    depth = {"slow": 3, "quick": 1}

    async def asked() -> dict[str, int]:
        return depth

    async with serving(Health(depth=asked)) as (url, _):
        assert 'paperboy_queue_depth{docket="slow"} 3.0' in (await get(f"{url}/metrics"))[1]
        depth["slow"] = 0
        assert 'paperboy_queue_depth{docket="slow"} 0.0' in (await get(f"{url}/metrics"))[1]


async def test_a_port_that_is_taken_ends_only_who_needs_it(caplog):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"PORT {port} cannot be used .* Set PORT to a free port"):
            async with serve_http(Health(), web.Application(), port, None, needed=True):
                pass
        async with serve_http(Health(), web.Application(), port, None, needed=False):
            assert "event=no_health_port" in caplog.text


@pytest.mark.parametrize("host", ["300.1.1.1", "[::1]", "192.0.2.1"])
async def test_an_address_that_is_none_of_this_machine_is_told_as_such(host):
    with pytest.raises(Misconfigured, match=rf"HOST {re.escape(host)} is not an address of this machine"):
        async with serve_http(Health(), web.Application(), free_port(), None, host=host, needed=True):
            pass


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))


async def test_a_request_that_never_ends_is_cut(monkeypatch):
    monkeypatch.setattr("bot.server.health.CONNECTION_TIME", 0.05)
    async with serving(Health()) as (url, _):
        for begun in (b"GET /healthz HTTP/1.1\r\nX-Slow: ", b"POST /healthz HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"):
            reader, writer = await connect(url)
            writer.write(begun)
            async with asyncio.timeout(DEADLINE):
                with contextlib.suppress(ConnectionError):
                    await reader.read()
            writer.close()
        monkeypatch.setattr("bot.server.health.CONNECTION_TIME", 20.0)
        assert (await get(f"{url}/healthz"))[0] == 200


async def test_beyond_the_limit_the_oldest_connection_is_closed_and_a_whole_request_is_answered(monkeypatch):
    monkeypatch.setattr("bot.server.health.MAX_CONNECTIONS", 3)
    async with serving(Health()) as (url, _):
        held = []
        for _ in range(9):
            held.append(await connect(url))
            held[-1][1].write(b"GET / HTTP/1.1\r\n")
            assert (await get(f"{url}/healthz"))[0] == 200
        async with asyncio.timeout(DEADLINE):
            for reader, writer in held[:-2]:
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
                writer.close()
        reader, writer = held[-1]
        writer.write(b"Host: x\r\n\r\n")
        assert b" 404 " in await reader.readline()
        writer.close()
        held[-2][1].close()


@pytest.mark.parametrize(
    "request_",
    [
        b"hello\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        b"POST /healthz HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx",
    ],
)
async def test_a_request_that_is_no_http_is_refused_without_a_trace(caplog, request_):
    caplog.set_level("DEBUG")
    async with serving(Health()) as (url, _):
        reader, writer = await connect(url)
        writer.write(request_)
        async with asyncio.timeout(DEADLINE):
            with contextlib.suppress(ConnectionError):
                assert b" 40" in (await reader.read()).splitlines()[0]
        writer.close()
    assert [r.levelname for r in caplog.records if r.exc_info or r.levelno > 10] == []


async def test_it_listens_on_loopback_unless_slack_or_the_setting_needs_more():
    everywhere = {"0.0.0.0", "::"}
    for host, needed, expected in (
        ("", False, {"127.0.0.1"}),
        ("", True, everywhere),
        ("127.0.0.1", True, {"127.0.0.1"}),
        ("0.0.0.0", False, {"0.0.0.0"}),
    ):
        port, beside = free_port(), free_port()
        async with serve_http(Health(), web.Application(), port, beside, host=host, needed=needed):
            heard = {c.laddr.port: c.laddr.ip for c in psutil.Process().net_connections() if c.status == "LISTEN"}
            assert heard[port] in expected
            assert heard[beside] == (host or "127.0.0.1")


class Noted:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.news = asyncio.Event()

    async def report_fault(self, name, cause, *, about="", channel="", after=None) -> None:
        self.said.append(f"fault {name} {about}")
        self.news.set()

    async def report_recovery(self, name, *, about="") -> None:
        self.said.append(f"over {name} {about}")
        self.news.set()


async def test_a_connection_that_is_down_is_reported_and_its_return_too():
    up, reports = [False], Noted()
    health = Health(parts={"slack": lambda: up[0], "worker": lambda: False})
    watching = asyncio.create_task(watch_connections(health, reports, frozenset({"slack", "discord"}), pause=0))
    async with asyncio.timeout(DEADLINE):
        await reports.news.wait()
        assert set(reports.said) == {"fault listening slack"}
        up[0] = True
        while reports.said[-1] != "over listening slack":
            reports.news.clear()
            await reports.news.wait()
    watching.cancel()


@pytest.mark.parametrize(
    ("marks", "address"), [({"DYNO": "web.1"}, "0.0.0.0"), ({"RENDER": "true"}, "0.0.0.0"), ({"HOME": "/root"}, "")]
)
def test_a_host_that_reaches_the_process_from_outside_finds_it(marks, address):
    assert hosts.address(marks) == address
