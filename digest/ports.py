"""Defines the ports of `digest` as Protocols, with versions in memory for library users."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from digest.model import Analysis, Answer, Entry, Figure, FullText, Listing, Paper, Profile, Score, Summary, Turn, Usage


class Papers(Protocol):
    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        """Returns the day's list. Raises ArxivUnavailable, also if a busy category is empty."""
        ...

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """Returns papers in the order of `ids`, which may have versions, without unknown ones.
        Raises ArxivUnavailable."""
        ...

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        """Returns papers, best first, by words, author (`au:`) or title (`ti:`). Raises
        ArxivUnavailable."""
        ...


class Texts(Protocol):
    async def read(self, paper: Paper) -> FullText:
        """Returns HTML, else PDF, else the abstract with a `note` that says why. Never raises."""
        ...


class Pictures(Protocol):
    async def picture(self, figure: Figure) -> bytes:
        """Returns a PNG or JPEG, stored at `cache_keys.picture` for all channels; empty if there is
        none that can be shown. Never raises."""
        ...


class NoPictures:
    async def picture(self, figure: Figure) -> bytes:  # noqa: ARG002
        return b""


OnText = Callable[[str], Awaitable[None]]
"""Gets the whole provisional text of an answer each time it grows."""


@dataclass(frozen=True)
class Source:
    """A paper and its text. `analysis` helps with questions in another script."""

    paper: Paper
    text: FullText
    analysis: Analysis | None = None
    number: int = 0
    """The paper's number in the digest under discussion; 0 outside a digest."""


class Analyst(Protocol):
    """Writes about papers, by a model or the extractive stand-in. Output is checked."""

    @property
    def name(self) -> str:
        """The model's name, or `extractive`. It is part of cache keys, with `version`."""
        ...

    @property
    def version(self) -> str: ...

    async def prepare(self) -> None:
        """Loads what the first call needs, beside other work. Otherwise that call loads it."""
        ...

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        """Returns Scores in the order given. Raises ModelUnavailable, OverBudget, Misconfigured."""
        ...

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        """Returns an Analysis, checked and repaired once. Flawed parts are absent and named in
        `missing`.

        Raises Unusable if nothing usable is left; ModelUnavailable, OverBudget, Misconfigured."""
        ...

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        """Returns a Summary that mentions each entry once. Raises Unusable, ModelUnavailable,
        OverBudget, Misconfigured."""
        ...

    async def confirm(self, entries: Sequence[Entry], summary: Summary) -> tuple[tuple[Entry, ...], Summary]:
        """Settles the doubts of a digest with at most one call. Raises Misconfigured."""
        ...

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        """Answers by one call. `on_text` gets provisional text; the returned Answer replaces it."""
        ...


class Cache(Protocol):
    """Stores expensive results. `digest.cache_keys` builds the keys."""

    async def get(self, key: str) -> bytes | None: ...

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        """Returns the values of many keys in one trip."""
        ...

    async def put(self, key: str, value: bytes, life: timedelta) -> None: ...

    async def once(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Returns the value at `key`, or stores and returns what `make` gives. Concurrent callers
        in all processes share one `make`.

        An exception of `make` reaches its caller. A waiting caller then tries itself."""
        ...


class Pace(Protocol):
    """Limits the pace of requests over all processes. Names: `arxiv` (API and feed: one
    connection, 3 s apart), `arxiv-content` (4 a second, then a second's rest),
    `post:<platform>:<channel>`."""

    def slot(self, name: str) -> AbstractAsyncContextManager[None]:
        """Waits for a turn. The caller makes the request inside the context."""
        ...


@dataclass
class Booking:
    """Who pays for model calls, for what, and what they cost. It is a context variable (`booking`),
    because nothing of a channel may enter the arguments of a model call."""

    payer: str = ""
    """The key of the channel that has the digest or question."""
    stage: str = ""
    """`rank`, `analyse`, `summarise`, `answer`, `embed`."""
    spent: dict[str, Usage] = field(default_factory=lambda: defaultdict(Usage))
    """Usage by stage."""
    unit: str = ""
    """The name of a shared result, such as an Analysis; its users share the cost. May be empty."""

    def add(self, usage: Usage) -> None:
        self.spent[self.stage] = self.spent.get(self.stage, Usage()) + usage

    @property
    def total(self) -> Usage:
        return sum(self.spent.values(), Usage())


booking: ContextVar[Booking] = ContextVar("booking", default=Booking())  # noqa: B039


@contextlib.contextmanager
def booked(payer: str, stage: str = "", into: Booking | None = None, unit: str = "") -> Iterator[Booking]:
    """Books the model calls inside, for `unit`. `into` collects over several stages."""
    book = Booking(payer, stage, into.spent, unit) if into is not None else Booking(payer, stage, unit=unit)
    token = booking.set(book)
    try:
        yield book
    finally:
        booking.reset(token)


@dataclass(frozen=True)
class Asker:
    """The person for whom model calls are made, and the piece of work that they belong to."""

    person: str
    """The person's id. It is opaque and never reaches a model or a log."""
    work: str
    """The piece of work: all calls for one question, lookup or click count once."""


asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextlib.contextmanager
def asked_by(person: str, work: str) -> Iterator[None]:
    """Counts the model calls inside towards the person's limit."""
    token = asker.set(Asker(person, work))
    try:
        yield
    finally:
        asker.reset(token)


class Budget(Protocol):
    async def reserve(self, payer: str, estimate: Usage) -> str:
        """Reserves the estimate before a call and returns a ticket. Raises OverBudget, and
        OverQuota for the person of `asked_by`."""
        ...

    async def settle(self, ticket: str, usage: Usage) -> None:
        """Settles the ticket after the call; a failed call settles with `Usage()`."""
        ...


class Progress(Protocol):
    def __call__(self, stage: str, done: int, total: int) -> None:
        """Reports progress. `stage`: announced, ranked, read, summarised, delivered. `total`: 0
        while unknown. Never blocks."""
        ...


class Units(Protocol):
    """Watches units of a run (a paper each) that may end the process (`bot.worker.queue.Task`)."""

    @property
    def cautious(self) -> bool:
        """Returns whether units run one at a time, so that the next crash shows its cause."""
        ...

    def unit(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Wraps one unit. Yields False if it must be skipped because it alone ended processes."""
        ...


class UnwatchedUnits:
    """Watches no units: for a single run from the command line."""

    cautious = False

    @contextlib.asynccontextmanager
    async def unit(self, name: str) -> AsyncIterator[bool]:  # noqa: ARG002
        yield True


async def not_shared(payer: str, unit: str) -> None:
    """Shares no cost: for the command line and tests."""


async def show_nothing(text: str) -> None:
    """An OnText, for an answer that is shown only when it is whole."""


async def nothing_spent(payer: str) -> float:  # noqa: ARG001
    """No budget is ever used up: for the command line and tests."""
    return 0.0


@dataclass(frozen=True)
class Services:
    papers: Papers
    texts: Texts
    analyst: Analyst
    stand_in: Analyst
    """The extractive Analyst. It takes over, labelled, if the model fails."""
    cache: Cache
    concurrency: int = 5
    """How many papers are read and analysed at once."""
    spent: Callable[[str], Awaitable[float]] = nothing_spent
    """Returns the share of the day's budget that a payer used: 0 to 1, and beyond."""
    pictures: Pictures = NoPictures()  # noqa: RUF009  # it has no state
    share: Callable[[str, str], Awaitable[None]] = not_shared
    """Called when a payer has used a shared unit (`Booking.unit`): its users share the cost."""


class MemoryCache:
    """A Cache in a dict, for one process. Lifetimes use the monotonic clock."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, bytes]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(self, key: str) -> bytes | None:
        ends, value = self._held.get(key, (0.0, b""))
        return value if ends > time.monotonic() else None

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        return [await self.get(key) for key in keys]

    async def put(self, key: str, value: bytes, life: timedelta) -> None:
        self._held[key] = (time.monotonic() + life.total_seconds(), value)

    async def once(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        async with self._locks.setdefault(key, asyncio.Lock()):
            held = await self.get(key)
            if held is None:
                held = await make()
                await self.put(key, held, life)
            return held


class FreePace:
    """A Pace that never waits: for tests, and for private servers."""

    @contextlib.asynccontextmanager
    async def slot(self, name: str) -> AsyncIterator[None]:  # noqa: ARG002
        yield


class NoLimit:
    """A Budget without caps."""

    async def reserve(self, payer: str, estimate: Usage) -> str:  # noqa: ARG002
        return ""

    async def settle(self, ticket: str, usage: Usage) -> None:
        pass


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that shows nothing."""
