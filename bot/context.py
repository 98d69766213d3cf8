"""The services that handlers share, assembled by `bot.server.wiring`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.core.chat import Chats, Person, Place
from bot.core.reports import NoReports, Reports
from bot.core.rights import Standing
from bot.core.subscription import Subscription
from bot.store import Store
from digest.ports import FreePace, Pace, Services

if TYPE_CHECKING:
    from bot.archive.archive import Archive
    from bot.archive.links import Links
    from bot.archive.zotero import Zotero
    from bot.digests.daily import Daily


class Queue(Protocol):
    """The part of `bot.worker.queue` that handlers use."""

    async def add(self, task: str, *ids: str, key: str = "", wait: timedelta = timedelta(0)) -> bool:
        """Queues a task, to run after `wait`. False if the same one is queued, running or done.
        `key`: names it where the ids do not."""
        ...

    async def hasten(self, task: str, *ids: str) -> None:
        """Runs a task at once that waits for another try, or was put aside."""
        ...


@dataclass(frozen=True)
class Context:
    store: Store
    services: Services
    chats: Chats
    queue: Queue
    daily: Daily
    now: Callable[[], datetime]
    defaults: Subscription
    """A channel's settings until it changes them. The place is a placeholder."""
    admins: frozenset[str] = frozenset()
    """Ids of the only people who may change settings; if empty, the platform's admins may."""
    questions_per_person: int = 50
    personal_digests: int = 20
    """How many people may have a digest of their own."""
    daily_budget: float | None = None
    """Dollars a day for the model, over all channels; None without a cap or without a model."""
    show_cost: bool = False
    pace: Pace = FreePace()  # noqa: RUF009  # no state
    archive: Archive | None = None
    """None where nothing is kept to be found again, as in the demo."""
    links: Links | None = None
    """To the archive's pages; None where they cannot be reached."""
    zotero: Zotero | None = None
    """None where nothing can be pushed to Zotero, as in the demo."""
    reports: Reports = NoReports()  # noqa: RUF009  # no state

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

    async def standing(self, place: Place, person: Person) -> Standing:
        """How the person stands to a channel in which they pressed or typed something."""
        found = self.standing_in(await self.subscription(place), person)
        if not place.direct or found.own:
            return found
        return replace(found, own=await self.store.own_place(person.id) == replace(place, thread=""))

    def standing_in(self, subscription: Subscription, person: Person) -> Standing:
        """A direct conversation with a digest is that of the person who set the digest up."""
        set_by, personal = subscription.set_by, subscription.place.direct and subscription.created is not None
        own, foreign = personal and set_by == person.id, personal and set_by != person.id
        return Standing(person, set_by=set_by, named=self.admins, own=own, foreign=foreign)
