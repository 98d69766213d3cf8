"""The embedded store: one server per directory, whoever is killed when, and nothing acknowledged is lost."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import redis.asyncio as client

from bot.store import Redis
from bot.store.embedded.directory import SOCKET_LIMIT, StoreUnavailable, server_binary, socket_path
from bot.store.embedded.server import EmbeddedStore, Stopped, stop, store_address
from digest.errors import Misconfigured
from tests.deadline import DEADLINE, until
from tests.paths import ROOT

STARTER = """
import asyncio, sys
from pathlib import Path
from bot.store.embedded.server import EmbeddedStore
async def main():
    async with EmbeddedStore(Path(sys.argv[1])) as store:
        print(store.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
asyncio.run(main())
"""


@asynccontextmanager
async def starter(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that uses the store, until it reads a line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        STARTER,
        str(home),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 30)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def end(process: asyncio.subprocess.Process) -> None:
    await process.communicate(b"\n")


def servers(home: Path) -> list[psutil.Process]:
    """Living servers on this directory. A server gives itself a name with its socket in it."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = " ".join(process.info["cmdline"] or [])
        if "valkey-server" in command and str(home) in command and not command.startswith("/bin/sh"):
            found += [process] if process.info["status"] != psutil.STATUS_ZOMBIE else []
    return found


async def pid(url: str) -> int:
    async with Redis(url) as redis:
        return int((await redis.do("INFO", "server"))["process_id"])


async def gone(home: Path) -> None:
    await until(lambda: not servers(home))


class TestStarting:
    async def test_four_at_once_give_one_server(self, tmp_path):
        async with starter(tmp_path), starter(tmp_path), starter(tmp_path), EmbeddedStore(tmp_path) as store:
            assert len(servers(tmp_path)) == 1
            assert servers(tmp_path)[0].pid == await pid(store.url)
        await gone(tmp_path)

    async def test_the_server_of_a_killed_process_is_not_taken_over(self, tmp_path):
        """Its guard is about to end it, and may be late."""
        async with starter(tmp_path) as process:
            (server,) = servers(tmp_path)
            guard = server.parent()
            guard.suspend()
            process.kill()
            await process.wait()
            async with EmbeddedStore(tmp_path) as store:
                own = await pid(store.url)
                guard.resume()
                await until(lambda: not guard.is_running())
                assert await pid(store.url) == own != server.pid

    async def test_what_was_written_is_there_at_the_next_start(self, tmp_path):
        async with EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:
            await redis.do("SET", "a", "1")
        await gone(tmp_path)
        async with EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:
            assert await redis.do("GET", "a") == b"1"

    async def test_it_keeps_what_it_is_given(self, tmp_path):
        """An append-only file, and never an eviction."""
        async with EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:
            found = [await redis.do("CONFIG", "GET", n) for n in ("appendonly", "appendfsync", "maxmemory-policy")]
        assert [value.decode() for one in found for value in one.values()] == ["yes", "always", "noeviction"]

    async def test_a_stale_socket_and_lock_are_no_obstacle(self, tmp_path):
        (tmp_path / "store.sock").touch()
        for name in ("start.lock", "users.lock", "server.log"):
            (tmp_path / name).write_text("stale")
        async with EmbeddedStore(tmp_path) as store:
            assert await pid(store.url)

    async def test_a_long_path_gets_a_short_socket_that_is_ours_alone(self, tmp_path):
        home = tmp_path / ("long" * 30)
        socket = socket_path(home)
        assert len(os.fsencode(socket)) <= SOCKET_LIMIT
        async with EmbeddedStore(home) as store:
            assert await pid(store.url)
            assert socket.parent.stat().st_mode & 0o777 == 0o700
        socket.parent.rmdir()

    async def test_a_directory_of_somebody_elses_for_the_socket_is_refused(self, tmp_path):
        home = tmp_path / ("long" * 30)
        socket_path(home).parent.mkdir(mode=0o777)
        socket_path(home).parent.chmod(0o777)
        with pytest.raises(Misconfigured, match="somebody else"):
            await EmbeddedStore(home).__aenter__()
        socket_path(home).parent.rmdir()

    async def test_a_directory_that_cannot_be_written_to_is_said_in_a_sentence(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(Misconfigured, match="cannot be written to"):
            await EmbeddedStore(tmp_path / "file").__aenter__()

    async def test_a_server_from_path_serves_only_where_none_is_bundled_and_if_it_is_new_enough(
        self, tmp_path, monkeypatch
    ):
        bundled = server_binary()
        old, new = tmp_path / "redis-server", tmp_path / "valkey-server"
        old.write_text("#!/bin/sh\necho 'Redis server v=6.2.14 sha=0 malloc=libc'\n")
        old.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        new.symlink_to(bundled)
        assert server_binary() == bundled
        monkeypatch.setattr("bot.store.embedded.directory.find_spec", lambda _name: None)
        assert server_binary() == new
        new.unlink()
        with pytest.raises(StoreUnavailable, match="Install redis-server"):
            server_binary()

    async def test_what_it_makes_and_what_it_finds_is_its_users_alone(self, tmp_path):
        home = tmp_path / "home"
        (home / "store").mkdir(parents=True, mode=0o755)
        (home / "server.log").touch(mode=0o644)
        async with EmbeddedStore(home) as store, Redis(store.url) as redis:
            await redis.do("SET", "a", "1")
            for path in (home, *home.rglob("*")):
                assert path.stat().st_mode & 0o077 == 0, path

    async def test_a_start_lock_that_is_not_let_go_is_said(self, tmp_path, monkeypatch):
        monkeypatch.setattr("bot.store.embedded.server.START_TIMEOUT", 0.1)
        with (tmp_path / "start.lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with pytest.raises(StoreUnavailable, match=r"holds .*start.lock and does not let go"):
                await EmbeddedStore(tmp_path).__aenter__()

    async def test_a_server_that_cannot_start_is_said_in_its_own_words(self, tmp_path, monkeypatch):
        (tmp_path / "home" / "store" / "appendonlydir").mkdir(parents=True)
        (tmp_path / "home" / "store" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
        with pytest.raises(StoreUnavailable, match=r"could not be started: .*(manifest|AOF|aof)"):
            await EmbeddedStore(tmp_path / "home").__aenter__()

    async def test_a_silent_server_is_never_joined_by_a_second(self, tmp_path, monkeypatch):
        monkeypatch.setattr("bot.store.embedded.server.START_TIMEOUT", 0.5)
        async with starter(tmp_path):
            server = servers(tmp_path)[0]
            server.suspend()
            try:
                with pytest.raises(StoreUnavailable, match="does not answer"):
                    await EmbeddedStore(tmp_path).__aenter__()
                assert len(servers(tmp_path)) == 1
            finally:
                server.resume()

    async def test_with_redis_url_nothing_is_started(self, tmp_path):
        async with store_address("redis://elsewhere:6379", tmp_path) as (url, embedded):
            assert (url, embedded) == ("redis://elsewhere:6379", None)
        assert not list(tmp_path.iterdir())


class TestEnding:
    async def test_the_last_one_out_ends_it(self, tmp_path):
        async with starter(tmp_path) as first, starter(tmp_path) as second:
            server = servers(tmp_path)[0].pid
            await end(first)  # the one that started it leaves it to the other
            assert [s.pid for s in servers(tmp_path)] == [server]
            await end(second)
            await gone(tmp_path)

    async def test_whether_others_use_it(self, tmp_path):
        async with EmbeddedStore(tmp_path) as store:
            async with store.alone() as alone:
                assert alone
            async with starter(tmp_path) as other:
                async with store.alone() as alone:
                    assert not alone
                await end(other)
            async with store.alone() as alone:
                assert alone

    async def test_a_server_that_dies_while_one_is_alone_is_started_again(self, tmp_path):
        """A process that starts right after a kill adopts the server that the guard is ending."""
        async with EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:
            async with store.alone() as alone:
                assert alone
                os.kill(await pid(store.url), signal.SIGKILL)
                async with asyncio.timeout(DEADLINE):
                    await redis.do("SET", "a", "1")
            assert await redis.do("GET", "a") == b"1"

    async def test_none_begins_while_one_is_alone(self, tmp_path):
        async with EmbeddedStore(tmp_path) as store, store.alone() as alone:
            assert alone
            with (tmp_path / "users.lock").open("ab") as file, pytest.raises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    async def test_stop_ends_what_was_left_behind_and_not_what_is_used(self, tmp_path):
        assert await stop(tmp_path) is Stopped.NOT_RUNNING
        async with starter(tmp_path) as first, starter(tmp_path) as second:
            assert await stop(tmp_path) is Stopped.IN_USE
            await end(first)
            second.kill()
            await second.wait()
            assert len(servers(tmp_path)) == 1  # nobody is left who would end it
            assert await stop(tmp_path) is Stopped.STOPPED
            await gone(tmp_path)
        assert await stop(tmp_path) is Stopped.NOT_RUNNING

    async def test_a_killed_starter_leaves_no_server(self, tmp_path):
        async with starter(tmp_path) as process:
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await gone(tmp_path)

    async def test_a_killed_starters_others_go_on(self, tmp_path):
        async with starter(tmp_path) as first, EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:
            await redis.do("SET", "a", "1")
            before = await pid(store.url)
            first.send_signal(signal.SIGKILL)
            await first.wait()
            async with asyncio.timeout(DEADLINE):
                while await pid(store.url) == before:
                    await asyncio.sleep(0.02)
            assert await redis.do("GET", "a") == b"1"
            assert len(servers(tmp_path)) == 1


class TestKilledServer:
    async def test_no_acknowledged_write_is_lost(self, tmp_path):
        """Killed again and again while it is written to; whoever writes waits and goes on."""
        acknowledged = 0
        async with EmbeddedStore(tmp_path) as store, Redis(store.url) as redis:

            async def write() -> None:
                nonlocal acknowledged
                while True:
                    await redis.do("SET", f"n:{acknowledged}", "1")
                    acknowledged += 1

            writing = asyncio.create_task(write())
            for _ in range(5):
                before = acknowledged
                await until(lambda before=before: acknowledged >= before + 200)
                os.kill(await pid(store.url), signal.SIGKILL)
            before = acknowledged
            await until(lambda: acknowledged >= before + 10)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            written = acknowledged
            kept = await redis.batch([("EXISTS", f"n:{n}") for n in range(written)])
        assert written > 1000
        assert sum(kept) == written

    async def test_a_full_disk_is_said_in_a_sentence_and_loses_nothing(self, small_disk, monkeypatch):
        """The server ends rather than acknowledge what it cannot keep, and is started again when there is room."""
        monkeypatch.setattr("bot.store.embedded.directory.ROOM", 1_000_000)
        filling = small_disk / "filling"
        filling.write_bytes(b"x" * 4_000_000)
        async with EmbeddedStore(small_disk / "home") as store, Redis(store.url, retries=3) as redis:
            kept = 0
            with contextlib.suppress(StoreUnavailable):
                while True:
                    await redis.do("SET", f"n:{kept}", os.urandom(20_000))
                    kept += 1
            with pytest.raises(StoreUnavailable, match="is full"):
                await redis.do("SET", "one more", "x")
            with pytest.raises(StoreUnavailable, match="is full"):
                await EmbeddedStore(small_disk / "home").__aenter__()
            filling.unlink()
            async with Redis(store.url) as patient:
                await patient.do("SET", "after", "1")
                assert await patient.do("EXISTS", "after", *(f"n:{n}" for n in range(kept))) == kept + 1 > 100


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can only be made by root on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


class TestErrors:
    async def test_a_wrong_address_is_said_in_a_sentence(self):
        from bot.store import reachable

        with pytest.raises(Misconfigured, match="REDIS_URL"):
            await reachable("http://nowhere")
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await reachable("redis://127.0.0.1:1/0")

    async def test_a_server_that_evicts_is_refused(self, redis_url):
        from bot.store import reachable

        async with client.Redis.from_url(redis_url) as redis:
            await redis.config_set("maxmemory", "100mb")
            await redis.config_set("maxmemory-policy", "allkeys-lru")
            try:
                with pytest.raises(Misconfigured, match="noeviction"):
                    await reachable(redis_url)
            finally:
                await redis.config_set("maxmemory", "0")
                await redis.config_set("maxmemory-policy", "noeviction")
        await reachable(redis_url)


async def test_the_server_and_its_guard_get_no_token(tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    async with EmbeddedStore(tmp_path):
        started = [c for c in psutil.Process().children(recursive=True) if "paperboy-store" in " ".join(c.cmdline())]
        assert started
        assert ["SLACK_BOT_TOKEN" in process.environ() for process in started] == [False] * len(started)
