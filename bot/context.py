"""What everything a person can do works with, put together once by `bot.server.wiring`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.core.chat import Chat, Person, Place
from bot.core.reports import NoReports, Reports
from bot.core.subscription import Subscription
from bot.digests.daily import Daily
from bot.store import Store
from digest.ports import FreePace, Pace, Services


class Queue(Protocol):
    """The queue, as far as this side of it asks: see `bot.worker.queue`."""

    async def add(self, task: str, *ids: str) -> bool:
        """Puts a task in. While the same one lives, and when it is done, it is not put in again: False then."""
        ...


@dataclass(frozen=True)
class Context:
    store: Store
    services: Services
    chats: Mapping[str, Chat]
    queue: Queue
    daily: Daily
    now: Callable[[], datetime]
    defaults: Subscription
    """What a channel gets before it says otherwise: from the settings. Its place is nobody's."""
    admins: frozenset[str] = frozenset()
    """Ids of the only people who may change settings; empty: whoever the platform lets."""
    questions_per_person: int = 50
    show_cost: bool = False
    pace: Pace = FreePace()  # noqa: RUF009  # it has no state
    reports: Reports = NoReports()  # noqa: RUF009  # nor has this

    async def channel_language(self, place: Place, person: Person) -> str:
        """The language of what a channel sees: the channel's; in a direct message the person's."""
        subscription = None if place.direct else await self.store.subscription(place.key)
        if subscription is not None:
            return subscription.profile.language
        return person.language or self.defaults.profile.language

    async def person_language(self, place: Place, person: Person) -> str:
        """The language of what one person alone sees: the person's, else the channel's."""
        return person.language or await self.channel_language(place, person)

    async def subscription(self, place: Place) -> Subscription:
        """The channel's settings, else the defaults for it."""
        place = replace(place, thread="")
        return await self.store.subscription(place.key) or replace(self.defaults, place=place)

    def may_change(self, person: Person) -> bool:
        return person.id in self.admins if self.admins else person.admin
