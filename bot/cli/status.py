"""The state of every channel, for `paperboy subscriptions list`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.cli.terminal import some
from bot.core.ids import FaultId
from bot.core.schedule import latest_due, next_run
from bot.core.subscription import Subscription
from bot.store import DeliveryState, RunState, Store
from digest.model import Usage


@dataclass(frozen=True)
class Row:
    subscription: Subscription
    delivered: str
    """Date and state of the last digest: `2026-01-30, 10 papers`; empty before the first."""
    next: datetime | None
    """UTC; None if paused."""
    cost: Usage
    """This month, UTC."""
    fault: str


async def rows(store: Store) -> list[Row]:
    month = (await store.spending(f"{store.now():%Y-%m}")).by_payer()
    faults = await store.load_faults()
    found = []
    for subscription in await store.subscriptions():
        delivered, fault = await _last_digest(store, subscription)
        fault = fault or await _run_fault(store, subscription)
        reported = next(
            (f["cause"] for name, f in faults.items() if FaultId.parse(name).channel == subscription.key), ""
        )
        due = next_run(subscription, store.now())
        found.append(Row(subscription, delivered, due, month.get(subscription.key, Usage()), fault or reported))
    return found


async def _last_digest(store: Store, subscription: Subscription) -> tuple[str, str]:
    """(the newest digest, the fault of its delivery); empty strings for none."""
    digest = await store.latest_digest(subscription.key)
    if digest is None:
        return "", ""
    delivery = await store.delivery(digest.key, plan=False)
    text = f"{digest.local_date}, {some(len(digest.entries), 'paper')}"
    if delivery is None:
        return f"{text}, not posted yet", ""
    if delivery.state is DeliveryState.DONE:
        return text, ""
    return f"{text}, {delivery.state.value}", delivery.fault


async def _run_fault(store: Store, subscription: Subscription) -> str:
    """Why the last due run failed, or what it waits for."""
    due = latest_due(subscription, store.now())
    run = await store.run_state(subscription.key, due.day, "daily") if due else None
    return run.note if run is not None and run.state in (RunState.FAILED, RunState.OPEN) else ""
