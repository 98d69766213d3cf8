"""Knows arXiv's announcement calendar. It explains empty feeds and sorts papers into lists; the
feed always takes precedence.

ArXiv announces at 20:00 New York time on the evenings of Sunday to Thursday. Papers submitted
before 14:00 of a weekday are announced that evening; Friday's are announced on Sunday. On a
deferred evening nothing is announced, and the next announcement includes its papers. A list has the
date of the day after its evening: the feed is rebuilt at the midnight that begins this day, and the
API shows the papers from then on. Held papers come in later lists than this calendar says, never in
earlier ones.

Source: arXiv's page on the availability of submissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
ANNOUNCED_AT = time(20, tzinfo=NEW_YORK)
CUT_OFF = time(14, tzinfo=NEW_YORK)

_MON, _THU, _FRI, _SAT, _SUN = 0, 3, 4, 5, 6
_DAY = timedelta(days=1)

PUBLISHED_DEFERRALS = {
    2023: ("01-16", "06-14", "06-19", "07-04", "09-04", "11-23", "12-25", "12-27"),
    2026: ("01-01", "01-19", "06-19", "07-03", "09-07", "11-26", "12-25", "12-29", "12-31"),
}
"""Evenings without an announcement, from arXiv's published lists."""


@dataclass(frozen=True)
class Quiet:
    reason: Literal["holiday", "weekend"]
    evening: date
    """The evening without an announcement, in New York."""


def announces(evening: date) -> bool:
    """Returns whether arXiv announces on this evening (a date in New York)."""
    return evening.weekday() not in (_FRI, _SAT) and not _deferred(evening)


def window_of(announcement: datetime) -> tuple[datetime, datetime]:
    """Returns when an announcement's papers were submitted: from (included), until (excluded). Held
    papers are older."""
    evening = announcement.astimezone(NEW_YORK).date()
    before = next(_backwards(evening - _DAY))
    return _cut_off(before.date()), _cut_off(evening)


def announcement_of(submitted: datetime) -> datetime:
    """Returns the earliest announcement that can include a paper submitted at this time."""
    first = submitted.astimezone(NEW_YORK).date()
    return next(at for at in _forwards(first) if _cut_off(at.date()) > submitted)


def list_day(announcement: datetime) -> date:
    """Returns the date of the list, as the feed gives it: the day after the evening."""
    return announcement.astimezone(NEW_YORK).date() + _DAY


def announcement_for(day: date) -> datetime:
    return datetime.combine(day - _DAY, ANNOUNCED_AT)


def shown_at(day: date) -> datetime:
    """Returns when the list of this date enters the feed: the midnight that begins the day."""
    return datetime.combine(day, time(tzinfo=NEW_YORK))


def latest_list(now: datetime) -> date:
    """Returns the date of the newest list that feed and API show at `now`."""
    today = now.astimezone(NEW_YORK).date()
    return list_day(next(_backwards(today - _DAY)))


def next_list(now: datetime) -> datetime:
    """Returns when the first list after `now` will be in the feed."""
    today = now.astimezone(NEW_YORK).date()
    return shown_at(list_day(next(_forwards(today))))


def is_quiet(day: date) -> Quiet | None:
    """Returns why there is no list of this date; None if there is one."""
    evening = day - _DAY
    if announces(evening):
        return None
    return Quiet("weekend" if evening.weekday() in (_FRI, _SAT) else "holiday", evening)


def _cut_off(evening: date) -> datetime:
    day = evening - 2 * _DAY if evening.weekday() == _SUN else evening
    return datetime.combine(day, CUT_OFF)


def _backwards(evening: date) -> Iterator[datetime]:
    while True:
        if announces(evening):
            yield datetime.combine(evening, ANNOUNCED_AT)
        evening -= _DAY


def _forwards(evening: date) -> Iterator[datetime]:
    while True:
        if announces(evening):
            yield datetime.combine(evening, ANNOUNCED_AT)
        evening += _DAY


def _deferred(evening: date) -> bool:
    published = PUBLISHED_DEFERRALS.get(evening.year)
    if published is not None:
        return evening.strftime("%m-%d") in published
    return evening in _usual_deferrals(evening.year)


def _usual_deferrals(year: int) -> tuple[date, ...]:
    """Returns the holidays common to all years that arXiv published, for other years."""
    return (
        date(year, 1, 1),
        _nth(year, 1, _MON, 3),
        date(year, 6, 19),
        date(year, 7, 4),
        _nth(year, 9, _MON, 1),
        _nth(year, 11, _THU, 4),
        date(year, 12, 25),
    )


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
