"""Functions of the calendar and the ledger that only tests need."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from digest.arxiv.calendar import ANNOUNCED_AT, NEW_YORK, announces
from digest.selection.ledger import Intake, Ledger, LedgerEntry


def announcement_before(now: datetime) -> datetime:
    """The newest announcement at or before `now`."""
    return _announcement(now, -1)


def next_announcement(now: datetime) -> datetime:
    """The first announcement after `now`."""
    return _announcement(now, 1)


def _announcement(now: datetime, step: int) -> datetime:
    evening = now.astimezone(NEW_YORK).date()
    while True:
        at = datetime.combine(evening, ANNOUNCED_AT)
        if announces(evening) and (at > now) == (step > 0):
            return at
        evening += timedelta(days=step)


def entered(ledger: Ledger, intake: Intake, entries: Iterable[LedgerEntry]) -> Ledger:
    """The ledger after an Intake was stored. `entries`: seeds and what `considered` gave."""
    return Ledger(intake.categories, {**ledger.entries, **{e.paper_id: e for e in entries}})
