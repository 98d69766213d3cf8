"""What the admins are told of what digests and answers need: the model, its settings, the budget, the channel, a worker that lives; each
fault's begin and end in one place.

An end is only told where it was seen: a digest made from what was at hand says nothing of the model, nor does a day without news.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.alerts.admin import OFTEN_PASSES
from bot.context import Context
from bot.digests.delivery import Delivered
from bot.store import DeliveryState
from digest.errors import Misconfigured, ModelUnavailable, OverBudget
from digest.model import Digest
from digest.render.labels import label

DELIVERY_FAULT_LASTS = timedelta(minutes=4)
"""Before the admins are told: so it has been tried twice."""

# ---------------------------------------------------------------- the model and its settings


async def model_failed(context: Context, error: ModelUnavailable | Misconfigured, channel: str) -> None:
    """Out of reach: told when it has lasted. A wrong setting does not pass by itself: told at once."""
    if isinstance(error, Misconfigured):
        await context.reports.fault("settings", str(error), channel=channel)
    else:
        await context.reports.fault("model", str(error), channel=channel, after=OFTEN_PASSES)


async def model_answered(context: Context) -> None:
    for name in ("model", "settings"):
        await context.reports.over(name)


async def digest_made(context: Context, digest: Digest) -> None:
    """What a digest that came to its end tells of the model."""
    analyst, written = context.desk.analyst, {e.analysis.by for e in digest.entries if e.analysis}
    without = analyst is context.desk.stand_in
    if label("budget_gone", digest.language) in digest.notes:
        await budget_gone(context, digest.subscription, label("budget_gone", "en"))
    if without or (analyst.name in written and digest.cost.calls):
        await model_answered(context)


# ---------------------------------------------------------------- the budget


async def budget_gone(context: Context, channel: str, cause: str | OverBudget) -> None:
    """Told once for the installation where its cap is the nearer one, else once for the channel."""
    own = await context.desk.spent(channel) > await context.desk.spent("")
    await context.reports.fault("budget", str(cause), about=channel if own else "", channel=channel)


async def budget_lifted(context: Context, channel: str) -> None:
    """A cap is lifted at midnight UTC. A call that found room on the same day is smaller than those that did not, and shows nothing."""
    midnight = datetime.combine(context.now().astimezone(UTC).date(), time(), UTC)
    for about in ("", channel):
        await context.reports.over("budget", about=about, begun_before=midnight)


# ---------------------------------------------------------------- a channel and its tasks


async def delivery_tried(context: Context, channel: str, delivered: Delivered) -> None:
    """A fault once it has been met twice, or is for good, and its end."""
    if delivered.state is DeliveryState.DONE:
        await context.reports.over("delivery", about=channel)
        await came_to_its_end(context, "delivery", channel)
    elif delivered.fault:
        after = DELIVERY_FAULT_LASTS if delivered.state is DeliveryState.OPEN else timedelta(0)
        await context.reports.fault("delivery", delivered.fault, about=channel, channel=channel, after=after)


async def put_aside(context: Context, kind: str, channel: str, note: str) -> None:
    """`kind` of task: digest, delivery, answer. It ended its workers; the next one of its kind there may not."""
    await context.reports.fault("aside", note, about=f"{kind} {channel}", channel=channel)


async def came_to_its_end(context: Context, kind: str, channel: str) -> None:
    await context.reports.over("aside", about=f"{kind} {channel}")


async def channel_gone(context: Context, channel: str) -> None:
    """Nothing is wrong any more with a channel that is no more."""
    for kind in ("digest", "delivery"):
        await came_to_its_end(context, kind, channel)
    await context.reports.over("delivery", about=channel)
    await context.reports.over("budget", about=channel)
