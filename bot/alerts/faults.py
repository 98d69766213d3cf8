"""Reports faults of the model, settings, budget, channels and workers to the admins.

A fault ends only when it is seen to have ended. A digest from the cache shows nothing about the
model."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.alerts.admin import SERVICE_FAULT_DELAY
from bot.context import Context
from bot.digests.delivery import Delivered
from bot.store import DeliveryState
from digest.errors import Misconfigured, ModelUnavailable, OverBudget
from digest.model import Digest
from digest.render.labels import label

DELIVERY_FAULT_DELAY = timedelta(minutes=4)
"""How long a delivery's fault lasts before it is posted: long enough for a second try."""


async def report_model_failure(context: Context, error: ModelUnavailable | Misconfigured, channel: str) -> None:
    """Reports a wrong setting at once, and an unreachable model once it has been so for a while."""
    if isinstance(error, Misconfigured):
        await context.reports.report_fault("settings", error.sentence, channel=channel)
    else:
        await context.reports.report_fault("model", error.sentence, channel=channel, after=SERVICE_FAULT_DELAY)


async def report_model_recovery(context: Context) -> None:
    for name in ("model", "settings"):
        await context.reports.report_recovery(name)


async def report_digest(context: Context, digest: Digest) -> None:
    """Reports what a finished digest shows about the model and the budget."""
    analyst, written = context.services.analyst, {e.analysis.by for e in digest.entries if e.analysis}
    without = analyst is context.services.stand_in
    if label("budget_gone", digest.language) in digest.notes:
        await report_budget_spent(context, digest.subscription, label.sentence("budget_gone"))
    if without or (analyst.name in written and digest.cost.calls):
        await report_model_recovery(context)


async def report_budget_spent(context: Context, channel: str, cause: str | OverBudget) -> None:
    """Reports for the channel if more of its own budget is spent than of the installation's, else
    for the installation."""
    own = await context.services.spent(channel) > await context.services.spent("")
    await context.reports.report_fault(
        "budget", cause if isinstance(cause, str) else cause.sentence, about=channel if own else "", channel=channel
    )


async def report_budget_reset(context: Context, channel: str) -> None:
    """Ends faults of earlier days. A call that fits on the same day may only be smaller."""
    midnight = datetime.combine(context.now().astimezone(UTC).date(), time(), UTC)
    for about in ("", channel):
        await context.reports.report_recovery("budget", about=about, begun_before=midnight)


async def report_delivery(context: Context, channel: str, delivered: Delivered) -> None:
    """Reports a delivery that failed twice or for good. Ends the fault if the delivery is done."""
    if delivered.state is DeliveryState.DONE:
        await context.reports.report_recovery("delivery", about=channel)
        await report_task_ended(context, "delivery", channel)
    elif delivered.fault:
        after = DELIVERY_FAULT_DELAY if delivered.state is DeliveryState.OPEN else timedelta(0)
        await context.reports.report_fault("delivery", delivered.fault, about=channel, channel=channel, after=after)


async def report_set_aside(context: Context, kind: str, channel: str, note: str) -> None:
    """Reports a task that was set aside because it kept ending its workers. `kind`: digest,
    delivery or answer."""
    await context.reports.report_fault("aside", note, about=f"{kind} {channel}", channel=channel)


async def report_task_ended(context: Context, kind: str, channel: str) -> None:
    await context.reports.report_recovery("aside", about=f"{kind} {channel}")


async def close_channel_faults(context: Context, channel: str) -> None:
    """Ends the open faults of a deleted channel."""
    for kind in ("digest", "delivery"):
        await report_task_ended(context, kind, channel)
    await context.reports.report_recovery("delivery", about=channel)
    await context.reports.report_recovery("budget", about=channel)
