"""Finds the earlier digest that a question means: `yesterday`, `前天`, `Jan 28`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from digest.patterns import regex

K = TypeVar("K")

EARLIER = regex(
    r"昨天|昨日|前天|大前天|上周|上星期|上一?期|上次|前几天|那天|之前(?:的)?(?:那|这)?篇|之前那|以前那|先前那|\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\byesterday|\bthe (?:other|previous) day\b|\bday before\b|\blast (?:week|time|month|digest|monday|tuesday|wednesday|thursday|friday)\b"
    r"|\b(?:earlier|previous) (?:digest|paper|one)s?\b|\bdays? ago\b|\b(?:from|on) (?:monday|tuesday|wednesday|thursday|friday)\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?\b",
    re.IGNORECASE,
)


def of_day(
    earlier: Sequence[tuple[date, Sequence[K]]], cue: str, today: date | None
) -> Sequence[tuple[date, Sequence[K]]]:
    """Returns the digests of the day meant; all of them when that is unclear."""
    wanted = _day_of(cue, today)
    exact = [d for d in earlier if wanted and d[0] == wanted]
    if exact or not wanted:
        return exact or earlier
    return (
        [d for d in earlier if d[0] <= wanted][:1]
        if re.search(r"昨|前天|yesterday|day before", cue, re.IGNORECASE)
        else ()
    )


def _day_of(cue: str, today: date | None) -> date | None:
    if today is None:
        return None
    lower = cue.lower()
    back = next((n for sign, n in _DAYS_BACK if sign in lower), 0)
    return today - timedelta(days=back) if back else _dated(lower, today)


_DAYS_BACK = (("大前天", 3), ("前天", 2), ("day before", 2), ("昨", 1), ("yesterday", 1))


def _dated(cue: str, today: date) -> date | None:
    """Returns the last such day: `1月28日`, `jan 28`."""
    han = re.search(r"(\d{1,2})\s*月\s*(\d{1,2})", cue)
    english = re.match(r"([a-z]{3})[a-z]*\.? (\d{1,2})", cue)
    if han:
        month, day = int(han[1]), int(han[2])
    elif english and english[1] in _MONTHS:
        month, day = _MONTHS.index(english[1]) + 1, int(english[2])
    else:
        return None
    try:
        found = date(today.year, month, day)
    except ValueError:
        return None
    return found if found <= today else date(today.year - 1, month, day)


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
