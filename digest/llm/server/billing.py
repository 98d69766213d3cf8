"""Reserves, settles and books what a call costs, and never pays for the same request twice.

The response is stored first: after a kill, an equal request finds it or none had arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from digest import cache_keys
from digest.errors import PaperboyError
from digest.llm.server.failures import public_error
from digest.model import Usage
from digest.ports import Budget, Cache, booking

log = logging.getLogger(__name__)


class Billing:
    def __init__(self, cache: Cache, budget: Budget) -> None:
        self._cache, self._budget = cache, budget

    async def fetch(
        self, request: bytes, estimate: Usage, call: Callable[[], Awaitable[tuple[bytes, Usage]]]
    ) -> tuple[bytes, Usage]:
        """Response and cost, zero if stored. Raises OverBudget, and errors of `call`."""
        book = booking.get()
        paid: tuple[str, Usage] | None = None

        async def make() -> bytes:
            nonlocal paid
            ticket = await self._budget.reserve(book.payer, estimate)
            try:
                raw, usage = await call()
            except BaseException as error:
                await self._budget.settle(ticket, Usage())
                if isinstance(error, PaperboyError):
                    raise public_error(error) from error
                raise
            paid = (ticket, usage)
            return raw

        try:
            raw = await self._cache.once(cache_keys.response(request), cache_keys.RESPONSE_LIFE, make)
        finally:  # a call that was made is booked, also when its caller was cancelled
            if paid is not None:
                ticket, usage = paid
                await self._budget.settle(ticket, usage)
                book.add(usage)
        if paid is None:
            log.debug("event=model_reply_reused stage=%s", book.stage)
            return raw, Usage()
        return raw, usage
