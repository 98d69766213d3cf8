"""When a subscription's daily run is due, in its own timezone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.subscription import DAYS, Subscription
from digest import calendar


def due_at(subscription: Subscription, day: date) -> datetime:
    """The moment of the daily run on a local date, UTC. A time that a clock change skips is the first moment after it;
    one that occurs twice is the first of the two."""
    hour, minute = (int(part) for part in subscription.time.split(":"))
    zone = ZoneInfo(subscription.timezone)
    local = datetime.combine(day, time(hour, minute), zone)
    # A time in the gap does not survive the way to UTC and back: it comes back as the time on the other side.
    return local.astimezone(UTC)


def next_run(subscription: Subscription, after: datetime) -> datetime | None:
    """The first daily run after a moment, UTC; None where it is paused or has no days."""
    if subscription.paused or not subscription.days:
        return None
    start = after.astimezone(ZoneInfo(subscription.timezone)).date()
    for ahead in range(9):
        day = start + timedelta(days=ahead)
        if DAYS[day.weekday()] in subscription.days and due_at(subscription, day) > after:
            return due_at(subscription, day)
    return None


def last_due(subscription: Subscription, now: datetime) -> datetime | None:
    """The newest daily run that was due at or before `now`, UTC, and since the subscription began; None where there is none."""
    today = now.astimezone(ZoneInfo(subscription.timezone)).date()
    for back in range(9):
        day = today - timedelta(days=back)
        due = due_at(subscription, day)
        if DAYS[day.weekday()] in subscription.days and due <= now:
            return due if subscription.created is None or due >= subscription.created else None
    return None


def before_list(subscription: Subscription, now: datetime) -> datetime | None:
    """When, on the day of the next run, arXiv's newest list is complete, if that is later than the run; else None.

    The run then shows the list of the day before: worth a warning in setup.
    """
    run = next_run(subscription, now)
    if run is None:
        return None
    zone = ZoneInfo(subscription.timezone)
    ready = calendar.next_list(run)
    return ready if ready.astimezone(zone).date() == run.astimezone(zone).date() else None
