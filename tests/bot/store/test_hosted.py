"""Redis as hosts offer it: over TLS with certificates of their own, as a cluster, behind a proxy that lacks commands."""

import asyncio
import contextlib
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.store import Redis, StoreUnavailable, reachable
from bot.store.embedded.directory import server_binary
from bot.store.redis import StoreUnwritable, with_certificates
from digest.errors import Misconfigured
from tests.deadline import DEADLINE
from tests.paths import TESTS

CERTIFICATE, KEY = TESTS / "data" / "tls" / "server.crt", TESTS / "data" / "tls" / "server.key"
"""Of nobody's CA; made for these tests, for localhost, valid for a century."""


@pytest.fixture
async def hosted(redis_url) -> AsyncIterator[str]:
    """The tests' server behind TLS, as `rediss://`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    forwarding: set[asyncio.Task[None]] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plain = await asyncio.open_unix_connection(urlsplit(redis_url).path)
        for way in (copy(reader, plain[1]), copy(plain[0], writer)):
            forwarding.add(asyncio.create_task(way))

    server = await asyncio.start_server(forward, "127.0.0.1", 0, ssl=context)
    yield f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    server.close()
    for task in forwarding:
        task.cancel()
    await asyncio.gather(*forwarding, return_exceptions=True)


async def test_a_certificate_that_nobody_vouches_for_is_named_with_the_setting_that_helps(hosted):
    for ask in (lambda: reachable(hosted), lambda: _ping(hosted)):
        with pytest.raises(Misconfigured, match=r"certificate .* is not trusted \(.*\). Set REDIS_CA_FILE"):
            await ask()


async def test_its_file_or_none_makes_it_work(hosted):
    for ca_file in (str(CERTIFICATE), "none", "None"):
        address = with_certificates(hosted, ca_file)
        await reachable(address)
        assert await _ping(address)


def test_a_file_that_is_not_there_or_of_no_use_is_said():
    with pytest.raises(Misconfigured, match="REDIS_CA_FILE /nowhere cannot be read"):
        with_certificates("rediss://host:6379", "/nowhere")
    with pytest.raises(Misconfigured, match="needs a REDIS_URL that begins with rediss://"):
        with_certificates("redis://host:6379", "none")
    assert with_certificates("rediss://host/0?a=b", "none").startswith("rediss://host/0?a=b&ssl_cert_reqs=none")


async def _ping(url: str) -> bool:
    async with Redis(url, retries=0) as redis:
        return bool(await redis.do("PING"))


@contextlib.asynccontextmanager
async def server(home, *options: str) -> AsyncIterator[str]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        port, cluster_port = (str(probe.getsockname()[1]) for probe in (first, second))
    # A cluster's own port is port + 10,000 unless it is set: beyond 65,535 for every sixth free port.
    command = [str(server_binary()), "--port", port, "--cluster-port", cluster_port, "--save", "", "--dir", str(home)]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:
        url = f"redis://127.0.0.1:{port}/0"
        try:
            async with asyncio.timeout(DEADLINE):
                while process.poll() is None:
                    with contextlib.suppress(StoreUnavailable):
                        await reachable(url)
                        break
            yield url
        finally:
            process.terminate()


async def test_a_server_that_has_all_commands_passes_and_keeps_nothing_of_the_try(store):
    await store.redis.try_commands()
    assert await store.redis.scan("paperboy:check*") == []


@pytest.mark.parametrize("command", ["XAUTOCLAIM", "EVALSHA", "MULTI", "PUBLISH"])
async def test_a_command_that_is_lacking_is_named(tmp_path, command):
    async with server(tmp_path, "--rename-command", command, "") as url, Redis(url, retries=0) as redis:
        with pytest.raises(Misconfigured, match=f"lacks a command .*{command}"):
            await redis.try_commands()


async def test_a_cluster_is_named(tmp_path):
    async with server(tmp_path, "--cluster-enabled", "yes") as url, Redis(url, retries=0) as redis:
        with pytest.raises(Misconfigured, match="part of a cluster"):
            await redis.try_commands()


@contextlib.asynccontextmanager
async def refusing(words: str) -> AsyncIterator[str]:
    """A server that answers every command with this error, once the connection is open."""
    hello = b"%1\r\n$6\r\nserver\r\n$5\r\nredis\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), contextlib.closing(writer):
            while count := (await reader.readline())[1:]:
                name = b""
                for _ in range(int(count)):
                    part = await reader.readexactly(int((await reader.readline())[1:]) + 2)
                    name = name or part.strip().upper()
                opening = {b"HELLO": hello, b"CLIENT": b"+OK\r\n", b"SELECT": b"+OK\r\n", b"AUTH": b"+OK\r\n"}
                writer.write(opening.get(name, f"-{words}\r\n".encode()))

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}/0"
    finally:
        listening.close()


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        ("NOPERM this user has no permissions to run the 'set' command", Misconfigured, "lacks a right .*'set'"),
        ("ERR Command is not available: 'SET'. See https://upstash.com", Misconfigured, "lacks a command .*'SET'"),
        ("ERR unsupported command `SET`", Misconfigured, "lacks a command .*SET"),
        ("ERR SELECT is not allowed in cluster mode", Misconfigured, "part of a cluster"),
        ("ERR DB index is out of range", Misconfigured, "a database that the server does not have"),
        ("DENIED Redis is running in protected mode", Misconfigured, "protected mode"),
        ("ERR max daily request limit exceeded. Limit: 10000", StoreUnavailable, "plan .*daily request limit"),
        ("ERR max request size exceeded. Limit: 1048576 bytes", StoreUnavailable, "plan .*request size"),
        ("WRONGPASS invalid username-password pair or user is disabled.", Misconfigured, "password in REDIS_URL"),
        ("NOAUTH Authentication required.", Misconfigured, "password in REDIS_URL"),
        ("NOSCRIPT No matching script. Please use EVAL.", Misconfigured, "forgets scripts"),
        ("LOADING Redis is loading the dataset in memory", StoreUnavailable, "REDIS_URL is still loading"),
        ("ERR max number of clients reached", StoreUnavailable, "no more connections"),
        ("READONLY You can't write against a read only replica.", StoreUnwritable, "read-only replica"),
        ("CLUSTERDOWN Hash slot not served", Misconfigured, "part of a cluster"),
        ("MOVED 3999 127.0.0.1:6381", Misconfigured, "part of a cluster"),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreUnwritable, "maxmemory"),
        ("MISCONF Redis is configured to save RDB snapshots", StoreUnwritable, "cannot write to its disk"),
        ("MASTERDOWN Link with MASTER is down", StoreUnwritable, "cannot work now"),
        ("NOREPLICAS Not enough good replicas to write.", StoreUnwritable, "cannot work now"),
        ("BUSY Redis is busy running a script.", StoreUnwritable, "cannot work now"),
    ],
)
async def test_what_hosted_servers_refuse_is_said_and_no_bug(words, kind, said):
    async with refusing(words) as url, Redis(url, retries=0, full=0) as redis:
        with pytest.raises(kind, match=said) as told:
            await redis.do("SET", "paperboy:x", "1")
        assert "REDIS_URL" in str(told.value)
        assert re.search(r"\. [A-Z]\w+ ", str(told.value)), "what to do"
