"""What a call costs: reserved before it, settled and booked after it, and never paid twice.

The order matters: the response is stored first. Killed between any two steps, the next asker finds it, or nothing was received.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from digest import cache_keys
from digest.errors import PaperboyError
from digest.llm.server.failures import outward
from digest.model import Usage
from digest.ports import Budget, Cache, booking

log = logging.getLogger(__name__)


class Paid:
    def __init__(self, cache: Cache, budget: Budget) -> None:
        self._cache, self._budget = cache, budget

    async def response(
        self, request: bytes, estimate: Usage, call: Callable[[], Awaitable[tuple[bytes, Usage]]]
    ) -> tuple[bytes, Usage]:
        """The response to a request, and what it cost now: nothing where it was at hand. Raises OverBudget, and what the call does."""
        book = booking.get()
        bought: tuple[str, Usage] | None = None

        async def make() -> bytes:
            nonlocal bought
            ticket = await self._budget.reserve(book.payer, estimate)
            try:
                raw, usage = await call()
            except BaseException as error:
                await self._budget.settle(ticket, Usage())
                if isinstance(error, PaperboyError):
                    raise outward(error) from error
                raise
            bought = (ticket, usage)
            return raw

        try:
            raw = await self._cache.once(cache_keys.response(request), cache_keys.RESPONSE_LIFE, make)
        finally:  # what was bought has cost, whether its asker still waits or not
            if bought is not None:
                ticket, usage = bought
                await self._budget.settle(ticket, usage)
                book.add(usage)
        if bought is None:
            log.debug("event=model_reply_at_hand stage=%s", book.stage)
            return raw, Usage()
        return raw, usage
