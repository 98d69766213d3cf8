"""What making a digest needs from outside, as Protocols, with in-memory versions: enough for a library user and for the tests.

A second implementation really exists for each: `source.Arxiv` and the tests' for Papers; `llm.analyst.ModelAnalyst` and
`extractive.ExtractiveAnalyst` for Analyst; memory and Redis for Cache, Pace and Budget.
"""

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

from digest.model import Analysis, Answer, Entry, FullText, Listing, Paper, Profile, Score, Summary, Turn, Usage

# ---------------------------------------------------------------- arXiv and texts


class Papers(Protocol):
    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        """The latest list and the 14-day window of these categories. Raises ArxivUnavailable; an empty window of a busy category is that too."""
        ...

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """By id, with or without version, in the order asked; ids arXiv does not know are absent. Raises ArxivUnavailable."""
        ...

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        """By words, author (`au:`) or title (`ti:`), best first. Raises ArxivUnavailable."""
        ...


class Texts(Protocol):
    async def read(self, paper: Paper) -> FullText:
        """HTML, else PDF, else the abstract with a `note` that says why. Never raises for one paper's sake."""
        ...


# ---------------------------------------------------------------- who writes

OnText = Callable[[str], Awaitable[None]]
"""Takes the whole provisional text of an answer so far, each time it grew."""


@dataclass(frozen=True)
class Source:
    """A paper and its text, for questions. `analysis` in the reader's language helps questions in another script than the paper."""

    paper: Paper
    text: FullText
    analysis: Analysis | None = None
    number: int = 0
    """Its number in the digest under discussion; 0 outside of one."""


class Analyst(Protocol):
    """Whoever writes: the language model, or the extractive stand-in. Output is checked before it is returned."""

    @property
    def name(self) -> str:
        """The model's name or `extractive`. With `version` it stands in cache keys."""
        ...

    @property
    def version(self) -> str:
        """Of the prompts (and of the parser of their answers)."""
        ...

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        """A Score for each paper, in the order given. Raises ModelUnavailable, OverBudget, Misconfigured."""
        ...

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        """Checked and once repaired; flawed parts are absent and named in `missing`.

        Raises Unusable when nothing usable is left; ModelUnavailable, OverBudget, Misconfigured.
        """
        ...

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        """Every entry mentioned exactly once. Raises Unusable; ModelUnavailable, OverBudget, Misconfigured."""
        ...

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        """One call. `on_text` gets provisional text while it is written; the returned Answer replaces it."""
        ...


# ---------------------------------------------------------------- sharing, pace, money


class Cache(Protocol):
    """Keeps what was expensive. Keys are built by `digest.cache_keys`."""

    async def get(self, key: str) -> bytes | None: ...

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        """The same for many, in one trip."""
        ...

    async def put(self, key: str, value: bytes, life: timedelta) -> None: ...

    async def once(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The value at `key`, else what `make` gives, stored. Equal work in flight, over all processes, is done once.

        An exception of `make` reaches its caller; another waiter then tries itself.
        """
        ...


class Pace(Protocol):
    """Holds for all processes together. Names: `arxiv` (API and feed: one connection, 3 s apart), `arxiv-content` (4 a second,
    then a second's rest), `post:<platform>:<channel>`."""

    def slot(self, name: str) -> AbstractAsyncContextManager[None]:
        """Waits for its turn; the request is made inside."""
        ...


@dataclass
class Booking:
    """For whom and for what model calls are being made, and what they came to. Held in a context variable (`booking`)
    because nothing of a channel may enter a model call's arguments."""

    payer: str = ""
    """The subscription, or `channel:<…>` for questions."""
    stage: str = ""
    """`rank`, `analyse`, `summarise`, `answer`, `embed`."""
    spent: dict[str, Usage] = field(default_factory=lambda: defaultdict(Usage))
    """By stage."""
    unit: str = ""
    """What is being made, by a name under which others want the same: they share its cost. Empty where nobody else can use it."""

    def add(self, usage: Usage) -> None:
        self.spent[self.stage] = self.spent.get(self.stage, Usage()) + usage

    @property
    def total(self) -> Usage:
        return sum(self.spent.values(), Usage())


booking: ContextVar[Booking] = ContextVar("booking", default=Booking())  # noqa: B039


@contextlib.contextmanager
def booked(payer: str, stage: str = "", into: Booking | None = None, unit: str = "") -> Iterator[Booking]:
    """Model calls inside are booked on `payer` and `stage`, for `unit`; `into` collects over several stages."""
    book = Booking(payer, stage, into.spent, unit) if into is not None else Booking(payer, stage, unit=unit)
    token = booking.set(book)
    try:
        yield book
    finally:
        booking.reset(token)


class Budget(Protocol):
    async def reserve(self, payer: str, estimate: Usage) -> str:
        """Before a call. Returns a ticket. Raises OverBudget."""
        ...

    async def settle(self, ticket: str, usage: Usage) -> None:
        """After it; a call that failed settles with `Usage()`."""
        ...


class Progress(Protocol):
    def __call__(self, stage: str, done: int, total: int) -> None:
        """`stage`: `announced`, `ranked`, `read`, `summarised`; `total` 0 while unknown. Must not block."""
        ...


class Units(Protocol):
    """Watches the parts of a run that may end the whole process: one paper each. `bot.worker.queue.Task` is one."""

    @property
    def cautious(self) -> bool:
        """One part at a time, so that the next end tells which it was."""
        ...

    def unit(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Around a part. Gives False where it is to be left out, because processes ended over it alone."""
        ...


class Unwatched:
    """For who runs once, with a person looking on."""

    cautious = False

    @contextlib.asynccontextmanager
    async def unit(self, name: str) -> AsyncIterator[bool]:  # noqa: ARG002
        yield True


async def not_shared(payer: str, unit: str) -> None:
    """For who counts nobody's share."""


async def nothing_spent(payer: str) -> float:  # noqa: ARG001
    """For who has no caps."""
    return 0.0


@dataclass(frozen=True)
class Desk:
    """All that `pipeline` works with, put together once (in `bot.server.wiring` for the bot)."""

    papers: Papers
    texts: Texts
    analyst: Analyst
    stand_in: Analyst
    """The extractive Analyst: takes over, labelled, where the model cannot."""
    cache: Cache
    concurrency: int = 5
    """Papers in work at once."""
    spent: Callable[[str], Awaitable[float]] = nothing_spent
    """The share of the day's budget that a payer has used up, 0 to 1 and beyond: near its end the model is spared."""
    share: Callable[[str, str], Awaitable[None]] = not_shared
    """Called when a payer has used a unit (`Booking.unit`), whoever's calls it was made by: those who use it share what it cost."""


# ---------------------------------------------------------------- in memory


class MemoryCache:
    """A Cache in a dict, for one process; lifetimes by the monotonic clock."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, bytes]] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str) -> bytes | None:
        ends, value = self._held.get(key, (0.0, b""))
        return value if ends > time.monotonic() else None

    async def get_all(self, keys: Sequence[str]) -> list[bytes | None]:
        return [await self.get(key) for key in keys]

    async def put(self, key: str, value: bytes, life: timedelta) -> None:
        self._held[key] = (time.monotonic() + life.total_seconds(), value)

    async def once(self, key: str, life: timedelta, make: Callable[[], Awaitable[bytes]]) -> bytes:
        async with self._locks[key]:
            held = await self.get(key)
            if held is None:
                held = await make()
                await self.put(key, held, life)
            return held


class FreePace:
    """No waiting: for tests, and for servers of one's own."""

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
