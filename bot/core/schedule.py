"""When a subscription's daily run is due in its timezone, and when one without news looks again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.subscription import DAYS, Subscription
from digest.arxiv import calendar

LIST_IS_NEAR = timedelta(hours=6)
"""A run without news waits for a list that is due within this time."""
AFTER_LIST = timedelta(minutes=10)
LIST_IS_LATE = timedelta(hours=6)
"""How long a run looks again for a list that is late."""
LATE_LIST_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """A run's local date and its moment, UTC: on the next date if a clock change skips midnight."""

    day: date
    at: datetime


def due_at(subscription: Subscription, day: date) -> datetime:
    """The moment of the daily run on a local date, UTC. A time that a clock change skips is shifted
    by the change; of one that occurs twice, the first counts."""
    hour, minute = (int(part) for part in subscription.time.split(":"))
    return datetime.combine(day, time(hour, minute), ZoneInfo(subscription.timezone)).astimezone(UTC)


def next_run(subscription: Subscription, after: datetime) -> datetime | None:
    """The first daily run after a moment, UTC; None where it is paused or has no days."""
    if subscription.paused or not subscription.days:
        return None
    start = subscription.local_date(after)
    for ahead in range(-1, 9):
        day = start + timedelta(days=ahead)
        if DAYS[day.weekday()] in subscription.days and due_at(subscription, day) > after:
            return due_at(subscription, day)
    return None


def latest_due(subscription: Subscription, now: datetime) -> Due | None:
    """The newest daily run due at or before `now` since the channel has its times, else None."""
    today = subscription.local_date(now)
    for back in range(9):
        day = today - timedelta(days=back)
        at = due_at(subscription, day)
        if DAYS[day.weekday()] in subscription.days and at <= now:
            begins = [moment for moment in (subscription.created, subscription.since) if moment is not None]
            return Due(day, at) if all(at >= moment for moment in begins) else None
    return None


def roundup_due(subscription: Subscription, kind: str, now: datetime) -> Due | None:
    """The newest round-up due at or before `now` since it was asked for, else None. `kind`:
    `weekly`; `monthly`, in the first week of a month."""
    wanted = subscription.monthly if kind == "monthly" else subscription.weekly
    if not wanted:
        return None
    name, at = wanted.split(" ")
    today = subscription.local_date(now)
    for back in range(38):
        day = today - timedelta(days=back)
        if DAYS[day.weekday()] != name or (kind == "monthly" and day.day > 7):
            continue
        moment = due_at(replace(subscription, time=at), day)
        if moment <= now:
            begins = [b for b in (subscription.created, subscription.roundups_since) if b is not None]
            return Due(day, moment) if all(moment >= b for b in begins) else None
    return None


def look_again(begun: datetime, now: datetime, seen: date | None) -> timedelta | None:
    """How long until a run without news looks again, else None. `seen`: the newest list known. It
    waits for a list due within hours and looks for a late one every hour, for six hours at most."""
    out = calendar.latest_list(now)
    if seen is None or seen < out:
        given_up = max(begun, calendar.shown_at(out)) + LIST_IS_LATE
        if now + LATE_LIST_AGAIN <= given_up:
            return LATE_LIST_AGAIN
    due = calendar.next_list(now) - now
    return due + AFTER_LIST if due <= LIST_IS_NEAR else None


def before_list(subscription: Subscription, now: datetime) -> datetime | None:
    """When arXiv's newest list is complete, if that is later on the day of the next run; else None.
    The run then shows the list of the day before: worth a warning in setup."""
    run = next_run(subscription, now)
    if run is None:
        return None
    zone = ZoneInfo(subscription.timezone)
    ready = calendar.next_list(run)
    return ready if ready.astimezone(zone).date() == run.astimezone(zone).date() else None
