"""A real Valkey server for the session (the binary that comes with the installation), and a clean store for each test."""

import gc
import itertools
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from hypothesis.internal.conjecture import providers

from bot.core.logs import OWN
from bot.store import Redis, Store
from bot.store.embedded.directory import server_binary
from digest.checks import language
from tests.servers.forking import ForkServer

# A property is about values, not about time: a busy machine must not fail it. What may take how long is for bench/ to say.
hypothesis.settings.register_profile("values", deadline=None)
hypothesis.settings.load_profile("values")

# Loading its model takes a second: a worker that did not need it for a minute would load it once more.
language._identifier._idle = 3600.0


LONG = ("tests/scenarios/", "tests/test_patterns.py")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Any) -> None:
    """Forks the workers, each of which would import everything: three seconds of the processor. Under coverage they do."""
    if not config.getoption("cov_source", None):
        forks = ForkServer(config._tmp_path_factory.getbasetemp())  # type: ignore[attr-defined]
        config.add_cleanup(forks.close)
        for spec in specs:
            spec.python = shlex.join(forks.command)


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """A command that ran in this process set up its logs; the next test has its own, and another stderr."""
    yield
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if type(handler) is logging.StreamHandler]:
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hypothesis would parse every module of ours for its constants, in each worker. Those of the product are worth it."""
    providers._seen_modules.update(
        id(module) for name, module in list(sys.modules.items()) if name.split(".")[0] == "tests"
    )
    _spread_long_tests(items)


def _spread_long_tests(items: list[pytest.Item]) -> None:
    """Puts the modules whose tests take long among the others: each worker begins with an equal share of all tests."""
    places: list[tuple[float, list[pytest.Item]]] = []
    for long in (False, True):
        some = [item for item in items if item.nodeid.startswith(LONG) is long]
        modules = [list(tests) for _, tests in itertools.groupby(some, key=lambda item: item.path)]
        sizes = [1 if long else len(tests) for tests in modules]
        starts = itertools.accumulate(sizes, initial=0)
        places += [(start / sum(sizes), tests) for start, tests in zip(starts, modules, strict=False)]
    items[:] = [item for _, tests in sorted(places, key=lambda place: place[0]) for item in tests]


def pytest_collectstart() -> None:
    """What is imported and collected stays: the garbage collector would walk over it again and again, a second together."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Nor need it later (0.1 to 0.3 s each time)."""
    if session.config.option.collectonly:
        providers._get_local_constants()  # into the cache of all workers: `make test` collects once before it starts them
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # as the program does at its start
    gc.enable()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a server of this session's own. It keeps nothing."""
    home = Path(tempfile.mkdtemp(prefix="paperboy-"))
    socket = home / "s"
    command = [str(server_binary()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(home)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 20
    while not socket.exists():
        assert server.poll() is None, "the Valkey server of the tests ended"
        assert time.monotonic() < ends, "the Valkey server of the tests did not start"
        time.sleep(0.01)
    yield f"unix://{socket}"
    server.terminate()
    server.wait(10)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """Starts the bot's processes. The workers of a run have folders of their own in one."""
    own = tmp_path_factory.getbasetemp()
    server = ForkServer(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    yield server
    server.close()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty database."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
        client.script_flush()
    return redis_server


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 30, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, by: timedelta) -> None:
        self.time += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(redis_url: str, clock: Clock) -> AsyncIterator[Store]:
    async with Redis(redis_url) as connection:
        yield Store(connection, clock)
