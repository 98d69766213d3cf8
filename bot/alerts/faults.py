"""What the admins are told of what digests and answers need: the model, its settings, the budget, the channel, a worker that lives; each
fault's begin and end in one place.

An end is only told where it was seen: a digest made from what was at hand says nothing of the model, nor does a day without news.
"""

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
"""Before the admins are told: so it has been tried twice."""

# ---------------------------------------------------------------- the model and its settings


async def report_model_failure(context: Context, error: ModelUnavailable | Misconfigured, channel: str) -> None:
    """Out of reach: told when it has lasted. A wrong setting does not pass by itself: told at once."""
    if isinstance(error, Misconfigured):
        await context.reports.report_fault("settings", error.sentence, channel=channel)
    else:
        await context.reports.report_fault("model", error.sentence, channel=channel, after=SERVICE_FAULT_DELAY)


async def report_model_recovery(context: Context) -> None:
    for name in ("model", "settings"):
        await context.reports.report_recovery(name)


async def report_digest(context: Context, digest: Digest) -> None:
    """What a digest that came to its end tells of the model."""
    analyst, written = context.desk.analyst, {e.analysis.by for e in digest.entries if e.analysis}
    without = analyst is context.desk.stand_in
    if label("budget_gone", digest.language) in digest.notes:
        await report_budget_spent(context, digest.subscription, label.sentence("budget_gone"))
    if without or (analyst.name in written and digest.cost.calls):
        await report_model_recovery(context)


# ---------------------------------------------------------------- the budget


async def report_budget_spent(context: Context, channel: str, cause: str | OverBudget) -> None:
    """Told once for the installation where its cap is the nearer one, else once for the channel."""
    own = await context.desk.spent(channel) > await context.desk.spent("")
    await context.reports.report_fault(
        "budget", cause if isinstance(cause, str) else cause.sentence, about=channel if own else "", channel=channel
    )


async def report_budget_reset(context: Context, channel: str) -> None:
    """A cap is lifted at midnight UTC. A call that found room on the same day is smaller than those that did not, and shows nothing."""
    midnight = datetime.combine(context.now().astimezone(UTC).date(), time(), UTC)
    for about in ("", channel):
        await context.reports.report_recovery("budget", about=about, begun_before=midnight)


# ---------------------------------------------------------------- a channel and its tasks


async def report_delivery(context: Context, channel: str, delivered: Delivered) -> None:
    """A fault once it has been met twice, or is for good, and its end."""
    if delivered.state is DeliveryState.DONE:
        await context.reports.report_recovery("delivery", about=channel)
        await report_task_ended(context, "delivery", channel)
    elif delivered.fault:
        after = DELIVERY_FAULT_DELAY if delivered.state is DeliveryState.OPEN else timedelta(0)
        await context.reports.report_fault("delivery", delivered.fault, about=channel, channel=channel, after=after)


async def report_set_aside(context: Context, kind: str, channel: str, note: str) -> None:
    """`kind` of task: digest, delivery, answer. It ended its workers; the next one of its kind there may not."""
    await context.reports.report_fault("aside", note, about=f"{kind} {channel}", channel=channel)


async def report_task_ended(context: Context, kind: str, channel: str) -> None:
    await context.reports.report_recovery("aside", about=f"{kind} {channel}")


async def close_channel_faults(context: Context, channel: str) -> None:
    """Nothing is wrong any more with a channel that is no more."""
    for kind in ("digest", "delivery"):
        await report_task_ended(context, kind, channel)
    await context.reports.report_recovery("delivery", about=channel)
    await context.reports.report_recovery("budget", about=channel)
