"""What was bought is booked, whether its asker still waits or not."""

import asyncio
from dataclasses import dataclass, field

import pytest

from digest.llm.server.billing import Billing
from digest.model import Usage

COST = Usage(calls=1, usd=0.5)


class CancelledWhileStoring:
    """A Cache whose asker is cancelled when the value is there and being stored."""

    async def once(self, key, life, make):
        await make()
        raise asyncio.CancelledError


@dataclass
class Book:
    settled: list[tuple[str, Usage]] = field(default_factory=list)

    async def reserve(self, payer: str, estimate: Usage) -> str:
        return "ticket"

    async def settle(self, ticket: str, usage: Usage) -> None:
        self.settled.append((ticket, usage))


async def test_a_response_that_came_costs_although_its_asker_is_gone():
    budget = Book()

    async def call(meter):
        meter.add(COST)
        return b"{}"

    with pytest.raises(asyncio.CancelledError):
        await Billing(CancelledWhileStoring(), budget).fetch(b"request", Usage(), call)
    assert budget.settled == [("ticket", COST)]
