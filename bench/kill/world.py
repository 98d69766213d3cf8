"""The world of the benchmark: the servers, in this process, and the bot, in its own, with the store in a process of the bot's or of ours."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from bench.kill.journal import Bought, bought, receipts
from bench.kill.sides import SPEED, OnDiscord, Side, Slack
from bot.core.subscription import DAYS, changed
from bot.store import Redis, Store, StoreUnavailable
from bot.store.embedded.directory import server_binary, socket_path
from digest.arxiv.calendar import is_quiet
from tests.servers.arxiv import ArxivServer
from tests.servers.forking import ForkServer, Started
from tests.servers.model import ModelServer
from tests.servers.papers import a_day

ROOT = Path(__file__).resolve().parents[2]
LATENCY = 0.4
PAPERS = 4
ANNOUNCED = 6
NOTICED = 2.0
"""Seconds after which a client has noticed, at the latest, that its store is back."""
UP = 4.0
"""Seconds after which a bot that was started is up."""

Bot = asyncio.subprocess.Process | Started


@dataclass
class World:
    home: Path
    arxiv: ArxivServer
    model: ModelServer
    slack: Slack
    discord: OnDiscord
    shared: bool
    """The store is a server of ours, at REDIS_URL; else the bot's embedded one."""
    speed: float = SPEED
    forks: ForkServer | None = None
    """Starts the bot's processes sooner; without it each is a Python of its own."""
    day: date = date(2026, 1, 5)
    bots: list[Bot] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when to when there was nobody to receive, or nowhere to store, what the model answered: the bot was killed or frozen, and before
    that perhaps its store. While the store alone is away nothing that was received may be lost."""
    accounted: Mapping[str, set[str]] = field(default_factory=lambda: {"slack": set(), "discord": set()})
    """By side, the messages of ours that have been judged."""
    shown: dict[str, list[str]] = field(default_factory=dict)
    """By side, the papers of the last digest that was judged."""
    changed: list[str] = field(default_factory=list)
    """Those of them that have changed today. A channel may have been shown others than the next: what
    people ask about counts."""
    threads: dict[str, str] = field(default_factory=dict)
    """By side, of the last digest that was asked about."""
    _frozen: dict[int, float] = field(default_factory=dict)
    _store_gone: tuple[float, float] = (-math.inf, -math.inf)
    """From when to when, the last time."""
    _server: subprocess.Popen[bytes] | None = None
    _began: float = 0.0
    _last_start: float = 0.0

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.slack, self.discord)

    # ------------------------------------------------------------ days

    def now(self) -> datetime:
        """The virtual time: a second after nine when a day begins, and on from there."""
        morning = datetime.combine(self.day, clock_time(9, 0, 1), UTC)
        return morning + timedelta(seconds=time.monotonic() - self._began)

    def following_day(self) -> date:
        """The next day with a list."""
        day = self.day + timedelta(days=1)
        while is_quiet(day):
            day += timedelta(days=1)
        return day

    def next_day(self) -> None:
        """The next day with a list, its papers, and a change of one or all that were shown before."""
        self.day = self.following_day()
        self._began = time.monotonic()
        new = a_day(ANNOUNCED, self.day, ("cs.CV",), words=500)
        self.arxiv.add(*new)
        count = None if self.day.toordinal() % 3 == 0 else 1
        self.changed = list(dict.fromkeys(paper_id for ids in self.shown.values() for paper_id in ids[:count]))
        for paper_id in self.changed:
            accepted = replace(self.arxiv.papers[paper_id].paper, version=2, comment="Accepted at CVPR 2026")
            self.arxiv.replace(accepted, self.arxiv.papers[new[0].paper.id].announced)

    async def plan_roundup(self, *, wanted: bool) -> None:
        """Both channels have a round-up of the week on the following day, or none. The store is up."""
        weekly = f"{DAYS[self.following_day().weekday()]} 09:00" if wanted else ""
        async with self.store() as store:
            for before in await store.subscriptions():
                made = changed(before, replace(before, weekly=weekly), self.now())
                await store.save_subscription(made)

    async def set_up(self) -> None:
        """A first start, at which the channels' subscriptions are made: their first run is the next day's."""
        self._began = time.monotonic()
        await self.start("slack")
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(StoreUnavailable):
                    async with self.store() as store:
                        if len(await store.subscriptions()) == len(self.sides):
                            break
                await asyncio.sleep(0.1)
        await self.kill_bot()

    # ------------------------------------------------------------ the bot

    @property
    def environment(self) -> dict[str, str]:
        address = {"REDIS_URL": f"unix://{self._socket}"} if self.shared else {}
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "SHORTEN": str(self.speed),
            "PAPERBOY_HOME": str(self.home / "data"),
            "PAPERBOY_NOW": self.now().isoformat(),
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_API_KEY": "local",
            "LLM_MODEL": "stand-in",
            "LLM_MODEL_FAST": "stand-in-fast",
            "LLM_CONCURRENCY": "2",
            "DIGEST_PAPERS": str(PAPERS),
            "DIGEST_TIME": "09:00",
            **self.arxiv.environment,
            **self.slack.environment,
            **self.discord.environment,
            **address,
        }

    async def start(self, *roles: str, log_name: str = "bot.log") -> Bot:
        """Returns at once."""
        process: Bot
        words = [word for role in roles for word in ("--role", role)]
        with (self.home / log_name).open("ab") as log:
            if self.forks is not None:
                process = await self.forks.start("run", *words, cwd=self.home, env=self.environment, output=log)
            else:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.servers.short_waits", "run", *words),
                    cwd=self.home,
                    env=self.environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
        self.bots.append(process)
        self._last_start = time.monotonic()
        return process

    async def kill_bot(self) -> None:
        for bot in self.bots:
            with contextlib.suppress(ProcessLookupError):
                bot.kill()
        now, (gone, back) = time.monotonic(), self._store_gone
        self._met(gone if now < back + NOTICED else now, now)
        await asyncio.gather(*(bot.wait() for bot in self.bots))
        self.bots.clear()

    def freeze(self, bot: Bot) -> None:
        bot.send_signal(signal.SIGSTOP)
        self._frozen[bot.pid] = time.monotonic()

    def thaw(self, bot: Bot) -> None:
        bot.send_signal(signal.SIGCONT)
        self._met(self._frozen.pop(bot.pid), time.monotonic())

    async def end_bot(self) -> list[int]:
        """As a supervisor does, once it is up: before that there is nobody to hear the signal. The exit codes."""
        await asyncio.sleep(max(0.0, self._last_start + UP - time.monotonic()))
        for bot in self.bots:
            with contextlib.suppress(ProcessLookupError):
                bot.send_signal(signal.SIGTERM)
        self._met(time.monotonic())
        codes = list(await asyncio.gather(*(bot.wait() for bot in self.bots)))
        self.bots.clear()
        return codes

    def _met(self, begins: float, ends: float | None = None) -> None:
        self.outages.append((begins, begins if ends is None else ends))

    # ------------------------------------------------------------ the store

    @property
    def _socket(self) -> Path:
        return self.home / "redis.sock" if self.shared else socket_path((self.home / "data").resolve())

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        async with Redis(f"unix://{self._socket}", retries=3) as redis:
            yield Store(redis, self.now)

    def start_store(self) -> None:
        """Ours."""
        folder = self.home / "redis"
        folder.mkdir(exist_ok=True)
        options = ["--port", "0", "--unixsocket", str(self._socket), "--appendonly", "yes", "--appendfsync", "always"]
        self._server = subprocess.Popen(
            [str(server_binary()), *options, "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            restore_signals=False,  # a limit on its files is an error to it, as a full disk is, and no signal
        )

    async def kill_store(self) -> None:
        """And waits until it is back: the bot starts the embedded one again, we ours."""
        await self._end_store()
        if self._server is not None:
            await asyncio.sleep(0.5)
            self.start_store()
        if self.bots:
            await self.store_back()
        self._store_gone = (self._store_gone[0], time.monotonic())

    async def kill_both(self, between: float) -> None:
        """The store first, the bot so many seconds later, when it may be starting the store again."""
        await self._end_store()
        await asyncio.sleep(between)
        await self.kill_bot()
        if self._server is not None:
            self.start_store()
        self._store_gone = (self._store_gone[0], time.monotonic())

    async def _end_store(self) -> None:
        self._store_gone = (time.monotonic(), math.inf)
        with contextlib.suppress(StoreUnavailable, ProcessLookupError):
            async with self.store() as store:
                told = await store.redis.do("INFO", "server")
            os.kill(int(told["process_id"]), signal.SIGKILL)
        if self._server is not None:
            await asyncio.to_thread(self._server.wait)

    @contextlib.asynccontextmanager
    async def store_away(self, *, frozen: bool) -> AsyncIterator[None]:
        """Ours does not answer: it is killed and started again at the end, or frozen meanwhile."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP if frozen else signal.SIGKILL)
        try:
            yield
        finally:
            if frozen:
                self._server.send_signal(signal.SIGCONT)
            else:
                self._server.wait()
                self.start_store()
            await self.store_back()

    @contextlib.asynccontextmanager
    async def out_of_memory(self) -> AsyncIterator[None]:
        """Ours takes no writes."""
        async with self.store() as store:
            await store.redis.do("CONFIG", "SET", "maxmemory", 1)
        try:
            yield
        finally:
            async with self.store() as store:
                await store.redis.do("CONFIG", "SET", "maxmemory", 0)

    @contextlib.asynccontextmanager
    async def disk_full(self) -> AsyncIterator[None]:
        """Ours can write no further byte to its file; it ends by that, and can be started again only when there is room."""
        assert self._server is not None
        files = [file.stat().st_size for file in (self.home / "redis").glob("appendonlydir/*.incr.aof")]
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self._server.pid, resource.RLIMIT_FSIZE, (max(files), most))
        try:
            yield
        finally:
            if self._server.poll() is None:
                resource.prlimit(self._server.pid, resource.RLIMIT_FSIZE, (most, most))
            else:
                self.start_store()
            await self.store_back()

    async def store_back(self) -> None:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(StoreUnavailable):
                    async with self.store() as store:
                        await store.server_time()
                        return

    def bought(self) -> Bought:
        """The calls to the model, judged."""
        lines = (
            line for log in sorted(self.home.glob("*.log")) for line in log.read_text(errors="replace").splitlines()
        )
        return bought(self.model.calls, self.outages, receipts(lines, time.time() - time.monotonic()))

    async def close(self) -> None:
        await self.kill_bot()
        if self._server is not None:
            self._server.kill()
            self._server.wait()


@contextlib.asynccontextmanager
async def world(
    home: Path, *, shared: bool = False, speed: float = SPEED, forks: ForkServer | None = None
) -> AsyncIterator[World]:
    """`shared`: a Redis of our own at REDIS_URL."""
    discord, slack = OnDiscord(), Slack()
    async with slack.server, discord.server, ArxivServer() as arxiv, ModelServer(latency=LATENCY) as model:
        made = World(home, arxiv, model, slack, discord, shared, speed, forks)
        arxiv.now = made.now
        if shared:
            made.start_store()
        try:
            yield made
        finally:
            await made.close()
