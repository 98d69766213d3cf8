"""Finds the earlier digest that a question means: `yesterday`, `前天`, `Jan 28`, `am Montag`.

Weekdays, months and `3 days ago` are from CLDR. Babel lacks its words for yesterday, which are
listed here, for text without accents and capitals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TypeVar

from digest.checks.facts.number_words import without_accents
from digest.patterns import regex
from digest.which_paper.pointing import is_known
from digest.which_paper.worded import aligned, days_ago, months, weekdays

K = TypeVar("K")

_OF = r"(?:(?<!\w)(?:from|of|von|vom|del?|di|da|do|с|от|od|z|van|fran|من)\s+)?"
_BACK = (
    (3, regex(r"大前天")),
    (
        2,
        regex(
            rf"前天|一昨日|おととい|그저께|그제|{_OF}(?<!\w)(?:(?:the )?day before(?: yesterday)?|vorgest(?:ern|rige\w?)|(?:d['’])?avant[- ]hier|ante ?ayer|antier|anteontem|antes de ontem|ieri l['’]altro|(?:dell['’]|l['’])?altro ?ieri|avantieri|позавчера\w{{0,5}}|eergisteren|i forrgar|przedwczoraj\w{{0,3}}|evvelsi gun|[اأ]ول [اأ]مس)(?!\w)"
        ),
    ),
    (
        1,
        regex(
            rf"昨天|昨日|昨晚|きのう|어제|{_OF}(?<!\w)(?:yesterdays?|the previous day|gest(?:ern|rige\w?)|d['’]hier|hier (?:soir|matin)|ayer|ontem|ieri|вчера\w{{0,5}}|gisteren|i ?gar|gardagens|wczoraj\w{{0,4}}|dun(?:ku)?|[اأ]مس|البارحة)(?!\w)"
        ),
    ),
)
"""By word: how many days back. French `hier` alone means `here` in German."""
_LATEST = regex(
    r"上一?期|上次|(?<!\w)(?:(?:earlier|previous) (?:digest|paper|one)s?|last (?:time|digest)|letztes mal|(?:den|das|im|beim) (?:letzten?|vorigen?) digest|la derniere fois|la ultima vez|da ultima vez|l['’]ultima volta|в прошлый раз)(?!\w)|前回|지난번"
)
_SOME_DAY = regex(
    r"上周|上星期|前几天|那天|之前(?:的)?(?:那|这)?篇|之前那|以前那|先前那|先週|先日|지난\s?주|며칠 전|(?<!\w)(?:the other day|last (?:week|month)|days? ago|letzte[nr]? (?:woche|tage)|neulich|(?:de )?la semaine derniere|l['’]autre jour|(?:de )?la semana pasada|(?:d?[ao] )?semana passada|(?:del)?la settimana scorsa|(?:с|на) прошло\w+ недел\w)(?!\w)"
)
_HAN_DATE = r"\d{1,2}\s*[月월]\s*\d{1,2}\s*[日号일]"
_ENGLISH_DATE = (
    r"(?<!\w)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?(?!\w)"
)
_WEEK = 7
_LEAP_DAYS_APART = 8
"""The most years between two leap days: 2096 to 2104."""
_WHOSE = regex(r"['’]s(?!\w)|(?<=ys)(?!\w)")
_ADVERB = regex(r"yesterday|gestern|hier (?:soir|matin)|ayer|ontem|ieri|вчера|gisteren|i ?gar|wczoraj|dun|vorgestern")


@lru_cache(maxsize=32)
def earlier(text: str) -> str:
    """Returns the words that mean an earlier day; empty if they say when a paper was read."""
    plain = aligned(text)
    found = (match for pattern in _cues() if (match := pattern.search(plain)))
    first = min(found, key=lambda m: (m.start(), -m.end()), default=None)
    if first is None or (_ADVERB.fullmatch(first[0]) and not _WHOSE.match(plain, first.end()) and is_known(text)):
        return ""  # `il quarto l'ho letto ieri sera`
    return text[slice(*first.span())]


def is_vague(cue: str) -> bool:
    """Returns whether it may be one of several days: `last week`."""
    return bool(_SOME_DAY.search(aligned(cue)))


def of_day(
    earlier_digests: Sequence[tuple[date, Sequence[K]]], cue: str, today: date | None
) -> Sequence[tuple[date, Sequence[K]]]:
    """Returns the digests of the day meant; all of them if that is unclear."""
    wanted = _day_of(cue, today)
    exact = [d for d in earlier_digests if wanted and d[0] == wanted]
    if exact or not wanted:
        return exact or earlier_digests
    near = any(pattern.search(aligned(cue)) for _, pattern in _BACK)
    return [d for d in earlier_digests if d[0] <= wanted][:1] if near else ()


def _day_of(cue: str, today: date | None) -> date | None:
    if today is None:
        return None
    plain = aligned(cue)
    back = next((days for days, pattern in _BACK if pattern.search(plain)), 0)
    if not back and (match := _some_days().search(plain)):
        back = int(next(filter(None, match.groups())))
    if not back and (match := _weekday().search(plain)):
        name = next(filter(None, match.groups()))
        back = (today.weekday() - _weekdays()[name]) % _WEEK or _WEEK
    return today - timedelta(days=back) if back else _dated(plain, today)


def _dated(plain: str, today: date) -> date | None:
    """Returns the last such day: `1月28日`, `jan 28`, `el 28 de enero`."""
    if han := re.search(r"(\d{1,2})\s*[月월]\s*(\d{1,2})", plain):
        month, day = int(han[1]), int(han[2])
    elif (english := re.search(_ENGLISH_DATE, plain)) and english[0][:3] in _MONTHS:
        month, day = _MONTHS.index(english[0][:3]) + 1, int(re.findall(r"\d+", english[0])[0])
    elif named := _date().search(plain):
        month, day = _months()[named["month"]], int(named["day"])
    else:
        return None
    for year in range(today.year, today.year - _LEAP_DAYS_APART - 1, -1):
        with suppress(ValueError):
            if (found := date(year, month, day)) <= today:
                return found
    return None


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@cache
def _cues() -> tuple[re.Pattern[str], ...]:
    dates = re.compile(f"{_HAN_DATE}|{_ENGLISH_DATE}")
    return *(pattern for _, pattern in _BACK), _some_days(), _weekday(), _date(), dates, _LATEST, _SOME_DAY


@cache
def _some_days() -> re.Pattern[str]:
    """`3 days ago`, `vor 3 Tagen`"""
    forms = sorted({without_accents(form) for form in days_ago() if "{0}" in form}, key=len, reverse=True)
    said = (re.escape(form).replace(r"\{0\}", r"(\d{1,2})").replace(r"\ ", r"\s?") for form in forms)
    return re.compile(rf"{_OF}(?<![\w.])(?:{'|'.join(said)})(?![a-z])")


@cache
def _weekdays() -> dict[str, int]:
    return {without_accents(name): day for day, name in weekdays()}


@cache
def _weekday() -> re.Pattern[str]:
    """`from Monday`, `am Montag`, `周一的`"""
    east = "|".join(re.escape(name) for name in _weekdays() if name[0] >= "\u3040")
    spaced = "|".join(re.escape(name) for name in _weekdays() if name[0] < "\u3040")
    before = r"from|on|last|vo[nm]|am|letzten?|du|de|del|el|da|do|di|с|за|в|van|fran|z"
    return re.compile(rf"(?<!\w)(?:{before})\s+({spaced})(?!\w)|(?:上周|上)?({east})(?=의|の|的|那|$)")


@cache
def _months() -> dict[str, int]:
    return {without_accents(name): number for number, name in months() if not name[0].isdigit()}


@cache
def _date() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    before = r"vo[nm]|am|du|le|del|el|do|dia|dell['’]|dal|от|за|van|op|fran|den|z"
    return re.compile(
        rf"(?<!\w)(?:{before})\s+(?P<day>\d{{1,2}})(?:\.|er|o|°)?\s+(?:de\s+|di\s+)?(?P<month>{names})(?!\w)"
    )
