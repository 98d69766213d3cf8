"""How every channel stands, for `paperboy subscriptions list`: last delivery, next run, cost of the month, fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.schedule import last_due, next_run
from bot.core.subscription import Subscription
from bot.store import DeliveryState, RunState, Store
from digest.model import Usage


@dataclass(frozen=True)
class Row:
    subscription: Subscription
    delivered: str
    """The date of the last digest and how it stands: `2026-01-30, 10 papers`; empty before the first."""
    next: datetime | None
    """UTC; None where it is paused."""
    cost: Usage
    """Of this month (UTC)."""
    fault: str


async def rows(store: Store) -> list[Row]:
    month = (await store.spending(f"{store.now():%Y-%m}")).by_payer()
    faults = await store.faults_known()
    found = []
    for subscription in await store.subscriptions():
        delivered, fault = await _last(store, subscription)
        fault = fault or await _run_fault(store, subscription)
        reported = next((f["cause"] for f in faults.values() if f["about"].rpartition(" ")[2] == subscription.key), "")
        due = next_run(subscription, store.now())
        found.append(Row(subscription, delivered, due, month.get(subscription.key, Usage()), fault or reported))
    return found


async def _last(store: Store, subscription: Subscription) -> tuple[str, str]:
    """What the newest digest was, and what keeps it from its channel."""
    digest = await store.latest_digest(subscription.key)
    if digest is None:
        return "", ""
    delivery = await store.delivery(digest.key, plan=False)
    said = f"{digest.local_date}, {len(digest.entries)} papers"
    if delivery is None:
        return f"{said}, not posted yet", ""
    if delivery.state is DeliveryState.DONE:
        return said, ""
    return f"{said}, {delivery.state.value}", delivery.fault


async def _run_fault(store: Store, subscription: Subscription) -> str:
    """Of the run that was due last: why it failed, or what it waits for."""
    due = last_due(subscription, store.now())
    if due is None:
        return ""
    day = due.astimezone(ZoneInfo(subscription.timezone)).date()
    run = await store.run_state(subscription.key, day, "daily")
    return run.note if run is not None and run.state in (RunState.FAILED, RunState.OPEN) else ""
