"""A Subscription: the settings of one channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.chat import Place
from digest.model import Profile


class Detail(StrEnum):
    """How much of an Analysis a paper's message shows; the rest is one click away."""

    CARD = "card"
    SHORT = "short"
    FULL = "full"


class Layout(StrEnum):
    """What a digest is in a forum. Elsewhere it is one message with a thread."""

    DAY = "day"
    """One post, with the papers in it."""
    PAPER = "paper"
    """A post for each paper, and a short one for the day that links to them."""


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Subscription:
    place: Place
    profile: Profile = field(default_factory=Profile)
    papers: int = 10
    """How many papers it shows at most. Papers of watched authors come in addition."""
    detail: Detail = Detail.SHORT
    time: str = "09:00"
    """Local, `HH:MM`."""
    timezone: str = "UTC"
    """A name of the tz database."""
    days: tuple[str, ...] = DAYS
    paused: bool = False
    show_cost: bool = False
    figures: bool = True
    """Whether papers are shown with their teaser figure, where its licence allows it."""
    unfurl: bool = False
    """Slack: whether links to papers that people post are shown with what is known of the paper."""
    changes: bool = True
    """Whether changes of its papers are told in their threads."""
    layout: Layout = Layout.DAY
    ping_role: str = ""
    """Discord: the one role that the parent message may mention."""
    weekly: str = ""
    """Local day and time of the round-up of the week, `fri 16:00`; empty for none."""
    monthly: str = ""
    """Local day and time of the round-up of the month before, in the month's first week; empty for
    none."""
    roundups_since: datetime | None = None
    """When these were last changed; earlier round-ups are not due."""
    created: datetime | None = None
    """Daily runs before it are never due."""
    since: datetime | None = None
    """When its times were last changed or a pause ended; earlier runs are not due."""
    set_by: str = ""

    @property
    def key(self) -> str:
        return self.place.key

    def local_date(self, now: datetime) -> date:
        """The date in its timezone."""
        return now.astimezone(ZoneInfo(self.timezone)).date()


def changed(before: Subscription, made: Subscription, now: datetime) -> Subscription:
    """Returns `made`, with its times in force from `now` on if they differ or a pause has ended."""
    roundups = (made.weekly, made.monthly) != (before.weekly, before.monthly)
    made = replace(made, roundups_since=now if roundups else before.roundups_since)
    times = (made.time, made.timezone, made.days)
    ended = before.paused and not made.paused
    return replace(made, since=now) if ended or times != (before.time, before.timezone, before.days) else made
