"""The Store: all subjects in one object."""

from __future__ import annotations

from bot.core.subscription import Subscription
from bot.store.digests import Digests
from bot.store.faults import Faults
from bot.store.leases import Leases
from bot.store.limits.budget import SpendingRecords
from bot.store.limits.quota import Quotas
from bot.store.people.forgetting import Forgetting
from bot.store.people.votes import Votes
from bot.store.questions import Threads
from bot.store.subscriptions import Change, Subscriptions
from bot.store.work.ahead import AheadDigests
from bot.store.work.deliveries import Deliveries
from bot.store.work.runs import Runs
from bot.store.work.tasks import Tasks
from bot.store.zotero import ZoteroRecords


class Store(
    Leases,
    Subscriptions,
    Digests,
    AheadDigests,
    Runs,
    Deliveries,
    Faults,
    Forgetting,
    Threads,
    Votes,
    SpendingRecords,
    Tasks,
    Quotas,
    ZoteroRecords,
):
    """`Store(Redis(url))`, over one event loop's connections. The caller closes the Redis."""

    async def change_subscription(self, subscription: str, change: Change) -> Subscription | None:
        """`replace_subscription`. After a change of the Profile, unshown papers of the latest list
        are new again. Returns the new settings; None if `change` left them."""
        before, made = await self.replace_subscription(subscription, change)
        if made and before and before.created and made.profile != before.profile:
            last = await self.latest_digest(made.key)
            if last is not None and last.day is not None:
                await self.reopen_ledger(made.key, last.day)
        return made
