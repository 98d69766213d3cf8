"""Reserves, settles and books what a call costs, and never pays for the same request twice.

The response is stored first. After a kill, an equal request finds it, or none had arrived. What was
received is always booked, so that a cap also holds for replies that end in an error."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from digest import cache_keys
from digest.errors import PaperboyError
from digest.llm.server.failures import public_error
from digest.model import Usage
from digest.ports import Budget, Cache, booking

log = logging.getLogger(__name__)


@dataclass
class Meter:
    """Adds up what the replies to one request used, including useless ones."""

    total: Usage = field(default_factory=Usage)

    def add(self, usage: Usage) -> None:
        self.total += usage


class Billing:
    def __init__(self, cache: Cache, budget: Budget) -> None:
        self._cache, self._budget = cache, budget

    async def fetch(
        self, request: bytes, estimate: Usage, call: Callable[[Meter], Awaitable[bytes]]
    ) -> tuple[bytes, Usage]:
        """Returns response and cost, which is zero if the response was stored. Raises OverBudget,
        and errors of `call`."""
        book = booking.get()
        meter = Meter()
        ticket: str | None = None

        async def make() -> bytes:
            nonlocal ticket
            ticket = await self._budget.reserve(book.payer, estimate)
            try:
                return await call(meter)
            except PaperboyError as error:
                raise public_error(error) from error

        try:
            raw = await self._cache.once(cache_keys.response(request), cache_keys.RESPONSE_LIFE, make)
        finally:  # also when the caller was cancelled
            if ticket is not None:
                await self._budget.settle(ticket, meter.total)
                book.add(meter.total)
        if ticket is None:
            log.debug("event=model_reply_reused stage=%s", book.stage)
        return raw, meter.total
