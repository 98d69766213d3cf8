"""What the admins are told of what digests and answers need: the model, its settings, the budget, the channel, a worker that lives; each
fault's begin and end in one place.

An end is only told where it was seen: a digest made from what was at hand says nothing of the model, nor does a day without news.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.alerts.admin import OFTEN_PASSES
from bot.context import Office
from bot.digests.delivery import Delivered
from bot.store import DeliveryState
from digest.errors import Misconfigured, ModelUnavailable, OverBudget
from digest.model import Digest
from digest.render.labels import label

DELIVERY_FAULT_LASTS = timedelta(minutes=4)
"""Before the admins are told: so it has been tried twice."""

# ---------------------------------------------------------------- the model and its settings


async def model_failed(office: Office, error: ModelUnavailable | Misconfigured, channel: str) -> None:
    """Out of reach: told when it has lasted. A wrong setting does not pass by itself: told at once."""
    if isinstance(error, Misconfigured):
        await office.reports.fault("settings", str(error), channel=channel)
    else:
        await office.reports.fault("model", str(error), channel=channel, after=OFTEN_PASSES)


async def model_answered(office: Office) -> None:
    for name in ("model", "settings"):
        await office.reports.over(name)


async def digest_made(office: Office, digest: Digest) -> None:
    """What a digest that came to its end tells of the model."""
    analyst, written = office.desk.analyst, {e.analysis.by for e in digest.entries if e.analysis}
    without = analyst is office.desk.stand_in
    if label("budget_gone", digest.language) in digest.notes:
        await budget_gone(office, digest.subscription, label("budget_gone", "en"))
    if without or (analyst.name in written and digest.cost.calls):
        await model_answered(office)


# ---------------------------------------------------------------- the budget


async def budget_gone(office: Office, channel: str, cause: str | OverBudget) -> None:
    """Told once for the installation where its cap is the nearer one, else once for the channel."""
    own = await office.desk.spent(channel) > await office.desk.spent("")
    await office.reports.fault("budget", str(cause), about=channel if own else "", channel=channel)


async def budget_lifted(office: Office, channel: str) -> None:
    """A cap is lifted at midnight UTC. A call that found room on the same day is smaller than those that did not, and shows nothing."""
    midnight = datetime.combine(office.now().astimezone(UTC).date(), time(), UTC)
    for about in ("", channel):
        await office.reports.over("budget", about=about, begun_before=midnight)


# ---------------------------------------------------------------- a channel and its tasks


async def delivery_tried(office: Office, channel: str, delivered: Delivered) -> None:
    """A fault once it has been met twice, or is for good, and its end."""
    if delivered.state is DeliveryState.DONE:
        await office.reports.over("delivery", about=channel)
        await came_to_its_end(office, "delivery", channel)
    elif delivered.fault:
        after = DELIVERY_FAULT_LASTS if delivered.state is DeliveryState.OPEN else timedelta(0)
        await office.reports.fault("delivery", delivered.fault, about=channel, channel=channel, after=after)


async def put_aside(office: Office, kind: str, channel: str, note: str) -> None:
    """`kind` of task: digest, delivery, answer. It ended its workers; the next one of its kind there may not."""
    await office.reports.fault("aside", note, about=f"{kind} {channel}", channel=channel)


async def came_to_its_end(office: Office, kind: str, channel: str) -> None:
    await office.reports.over("aside", about=f"{kind} {channel}")


async def channel_gone(office: Office, channel: str) -> None:
    """Nothing is wrong any more with a channel that is no more."""
    for kind in ("digest", "delivery"):
        await came_to_its_end(office, kind, channel)
    await office.reports.over("delivery", about=channel)
    await office.reports.over("budget", about=channel)
