"""Source and ledger together, over the wire: a fortnight of arXiv with its faults, and a reader that runs when it can."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from digest.arxiv.calendar import NEW_YORK, is_quiet
from digest.arxiv.client import Arxiv
from digest.errors import ArxivUnavailable
from digest.ports import FreePace
from digest.selection.ledger import Ledger, considered, take_in
from tests.builders import a_paper
from tests.deadline import DEADLINE
from tests.digest.reference import entered
from tests.servers import faults
from tests.servers.arxiv import ArxivServer
from tests.servers.papers import a_day

FIRST, LAST = date(2026, 11, 18), date(2026, 12, 4)
"""A fortnight with Thanksgiving (Thursday, 26 November) and two weekends."""


def evening(day: int) -> datetime:
    return datetime(2026, 11, day, 20, tzinfo=NEW_YORK)


def fill(server: ArxivServer) -> dict[str, date]:
    """The papers of every list, by the list's date; and some that come by other ways."""
    listed: dict[str, date] = {}
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        if not is_quiet(day):
            made = a_day(12, day, ("cs.CV", "cs.RO"), words=60)
            server.add(*made)
            listed |= {m.paper.id: day for m in made}
    held = a_paper("2611.17001", categories=("cs.CV",), published=datetime(2026, 11, 18, 16, tzinfo=UTC))
    server.add(held, announced=evening(24))
    crossed = a_paper("2510.00042", categories=("cs.LG",), published=datetime(2025, 10, 1, tzinfo=UTC), updated=datetime(2025, 10, 1, tzinfo=UTC))  # fmt: skip
    server.add(crossed)
    server.cross(crossed.id, "cs.RO", evening(23))
    return listed | {held.id: date(2026, 11, 25), crossed.id: date(2026, 11, 24)}


async def test_over_a_fortnight_with_outages_every_paper_comes_once():
    async with ArxivServer() as server:
        listed = fill(server)

        def reader(seconds: float) -> Arxiv:
            limits = {"time_limit": timedelta(seconds=seconds), "first_wait": timedelta(seconds=0.02)}
            return Arxiv(server.api_url, server.rss_url, pace=FreePace(), **limits)

        patient, hasty = reader(DEADLINE), reader(0.3)
        ledger = Ledger()
        came: dict[str, date] = {}
        failed: list[date] = []
        counted: Counter[str] = Counter()
        for n in range((LAST - FIRST).days + 1):
            now = datetime(2026, 11, 18, 14, tzinfo=UTC) + timedelta(days=n)
            if now.date() == date(2026, 12, 1):
                continue  # the bot is down for a day
            server.now = now
            server.faults.clear()
            arxiv = patient
            if now.date() == date(2026, 11, 19):
                arxiv = hasty
                server.faults.always("any", faults.TOO_MANY)  # arXiv is down for a day
            if now.date() == date(2026, 12, 3):
                server.faults.always("feed", faults.EMPTY)  # the feed drops a day
            try:
                listing = await arxiv.announced(["cs.CV", "cs.RO"], now)
            except ArxivUnavailable:
                failed.append(now.date())
                continue
            intake = take_in(listing, ledger, now)
            ledger = entered(ledger, intake, (*intake.seeded, *considered(intake, ledger, [], [], now)))
            came |= {p.id: now.date() for p in intake.news}
            counted.update(p.id for p in intake.news)
    assert failed == [date(2026, 11, 19)]
    assert counted == Counter(listed.keys())
    late = {date(2026, 11, 19): date(2026, 11, 20), date(2026, 12, 1): date(2026, 12, 2)}
    assert came == {i: late.get(day, day) for i, day in listed.items()}
