"""Which papers are news: simulated weeks of arXiv, by its own calendar."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.arxiv import calendar
from digest.arxiv.calendar import NEW_YORK
from digest.model import Kind, Listed, Listing, Paper, Score, from_json, to_json
from digest.selection.ledger import Intake, Ledger, State, considered, covers, own_day, reopened, take_in
from tests.builders import a_paper
from tests.digest.reference import entered, next_announcement
from tests.servers.arxiv_world import World, today


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def paper(number: int, submitted: str | datetime, *categories: str, **values) -> Paper:
    at = (eastern(submitted) if isinstance(submitted, str) else submitted).astimezone(UTC)
    return a_paper(
        f"2601.{number:05d}",
        title=f"Paper {number}",
        published=at,
        updated=at,
        categories=categories or ("cs.CV",),
        **values,
    )


@dataclass
class Reader:
    """A subscription that takes in what a world shows, and keeps what a stored digest would."""

    world: World
    categories: tuple[str, ...] = ("cs.CV",)
    ledger: Ledger = field(default_factory=Ledger)
    taken: list[str] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    """Papers that the feed leaves out."""

    def look(self, now: datetime) -> Listing:
        items: dict[str, Listed] = {}
        feed = [i for i in self.world.list_of(today(now), list(self.categories)) if i.paper.id not in self.dropped]
        for item in feed:
            kind = {"new": Kind.NEW, "cross": Kind.CROSS}.get(item.kind)
            if kind and (item.paper.id not in items or kind is Kind.NEW):
                items[item.paper.id] = Listed(item.paper, kind)
        window = [
            p
            for p in self.world.api(now)
            if now - timedelta(days=14) <= p.published
            and any(covers(c, of) for c in self.categories for of in p.categories)
        ]
        window.sort(key=lambda p: p.published, reverse=True)
        day = today(now) if feed else None
        return Listing(self.categories, day, tuple(items.values()), tuple(window))

    def run(self, now: str | datetime, *, again: date | None = None, chosen: int = 2) -> Intake:
        """One run, with its digest stored."""
        at = eastern(now) if isinstance(now, str) else now
        intake = take_in(self.look(at), self.ledger, at, again)
        scores = [Score(p.id, 5, 5, f"because of {p.id}", "a-model") for p in intake.news]
        shown = [p.id for p in intake.news[:chosen]]
        self.ledger = entered(
            self.ledger, intake, (*intake.seeded, *considered(intake, self.ledger, scores, shown, at))
        )
        self.taken += ids(intake)
        return intake


def ids(intake: Intake) -> list[str]:
    return [p.id for p in intake.news]


def numbers(intake: Intake) -> list[int]:
    return sorted(int(p.id.split(".")[1]) for p in intake.news)


# The week: 2026-01-26 is a Monday. Paper n0 to n9 belong to the n-th list.
MON, TUE, WED, THU, FRI = (f"2026-01-{day}" for day in (26, 27, 28, 29, 30))


@pytest.fixture
def world():
    world = World()
    world.add(
        paper(10, "2026-01-23T15:00"), paper(11, f"{MON}T10:00"),  # in the list of Tuesday
        paper(20, f"{MON}T15:00"), paper(21, f"{TUE}T10:00"),  # of Wednesday
        paper(30, f"{TUE}T15:00"), paper(31, f"{WED}T10:00"),  # of Thursday
        paper(40, f"{WED}T15:00"), paper(41, f"{THU}T10:00"),  # of Friday
        paper(50, f"{THU}T15:00"), paper(51, f"{FRI}T10:00"),  # of Monday
        paper(60, f"{FRI}T15:00"), paper(61, "2026-02-02T10:00"),  # of Tuesday
    )  # fmt: skip
    return world


def test_two_days_in_a_row_bring_each_paper_once(world):
    reader = Reader(world)
    first = reader.run(f"{WED}T09:00")
    assert (numbers(first), first.late, first.day) == ([20, 21], (), date(2026, 1, 28))
    assert {e.paper_id: e.state for e in first.seeded} == {"2601.00010": State.BEFORE, "2601.00011": State.BEFORE}
    assert ids(reader.run(f"{WED}T18:00")) == []
    second = reader.run(f"{THU}T09:00")
    assert (numbers(second), second.late, second.day) == ([30, 31], (), date(2026, 1, 29))
    assert second.seeded == ()


def test_a_first_run_on_a_weekend_takes_the_newest_announcement_and_no_more(world):
    reader = Reader(world)
    for now in ("2026-01-31T09:00", "2026-02-01T21:00"):
        intake = Reader(world).run(now)
        assert (numbers(intake), intake.late, intake.day) == ([40, 41], (), date(2026, 1, 30))
        assert len(intake.seeded) == 6
    reader.run("2026-01-31T09:00")
    assert ids(reader.run("2026-02-01T09:00")) == []
    assert numbers(reader.run("2026-02-02T09:00")) == [50, 51]


def test_at_nine_in_shanghai_the_newest_list_is_that_of_the_last_midnight_in_new_york(world):
    """Which is 20:00 or 21:00 there: just announced papers are not in the feed yet."""
    assert numbers(Reader(world).run(datetime(2026, 1, 30, 1, 0, tzinfo=UTC))) == [30, 31]


def test_papers_the_api_shows_ahead_of_the_feed_are_neither_late_nor_seeded(world):
    world.api_lead = timedelta(hours=4)
    reader = Reader(world)
    first = reader.run(f"{WED}T21:00")
    assert numbers(first) == [20, 21]
    assert {e.paper_id for e in first.seeded} == {"2601.00010", "2601.00011"}
    assert ids(reader.run(f"{WED}T23:59")) == []
    later = reader.run(f"{THU}T00:30")
    assert (numbers(later), later.late) == ([30, 31], ())


def test_on_sunday_evening_the_list_of_monday_is_not_anticipated(world):
    world.api_lead = timedelta(hours=4)
    intake = Reader(world).run("2026-02-01T21:00")
    assert (numbers(intake), intake.day) == ([40, 41], date(2026, 1, 30))
    assert "2601.00050" not in {e.paper_id for e in intake.seeded}


def test_where_the_api_shows_only_what_the_calendar_expects_later_the_calendar_is_wrong():
    world = World()
    world.add(paper(1, f"{FRI}T10:00"), paper(2, f"{FRI}T11:00"), announced=eastern(f"{THU}T20:00"))
    intake = Reader(world, dropped={"2601.00001", "2601.00002"}).run(f"{FRI}T23:00")
    assert (numbers(intake), intake.late) == ([1, 2], ())


def test_a_held_paper_is_news_on_the_day_it_is_announced(world):
    world.add(paper(99, "2026-01-24T10:00"), announced=eastern(f"{THU}T20:00"))
    reader = Reader(world)
    for day in (WED, THU):
        assert 99 not in numbers(reader.run(f"{day}T09:00"))
    friday = reader.run(f"{FRI}T09:00")
    assert (numbers(friday), friday.late) == ([40, 41, 99], ())


def test_a_held_paper_that_the_feed_drops_comes_late(world):
    world.add(paper(99, "2026-01-24T10:00"), announced=eastern(f"{THU}T20:00"))
    reader = Reader(world, dropped={"2601.00099", "2601.00041"})
    reader.run(f"{THU}T09:00")
    friday = reader.run(f"{FRI}T09:00")
    assert (numbers(friday), sorted(friday.late)) == ([40, 41, 99], ["2601.00041", "2601.00099"])
    assert ids(friday)[0] == "2601.00040", "the latest list comes first"


def test_missed_days_are_caught_up_in_one_run(world):
    reader = Reader(world)
    reader.run(f"{TUE}T09:00")
    friday = reader.run(f"{FRI}T09:00")
    assert numbers(friday) == [20, 21, 30, 31, 40, 41]
    assert friday.late == ("2601.00031", "2601.00030", "2601.00021", "2601.00020")
    assert friday.day == date(2026, 1, 30)


def test_a_run_missed_on_friday_is_caught_up_on_saturday_as_the_latest_list(world):
    reader = Reader(world)
    reader.run(f"{THU}T09:00")
    saturday = reader.run("2026-01-31T09:00")
    assert (numbers(saturday), saturday.late, saturday.day) == ([40, 41], (), date(2026, 1, 30))


def test_an_empty_feed_on_a_weekday_is_believed_and_the_api_stands_in(world):
    reader = Reader(world, dropped={f"2601.{n:05d}" for n in (30, 31)})
    reader.run(f"{WED}T09:00")
    thursday = reader.run(f"{THU}T09:00")
    assert (numbers(thursday), thursday.late, thursday.day) == ([30, 31], (), date(2026, 1, 29))


def test_only_late_news_rests_on_no_list(world):
    reader = Reader(world)
    reader.run(f"{FRI}T09:00")
    world.add(paper(99, f"{MON}T10:00"), announced=eastern(f"{WED}T20:00"))
    intake = reader.run(f"{FRI}T18:00")
    assert (numbers(intake), intake.late, intake.day) == ([99], ("2601.00099",), None)
    assert intake.latest == date(2026, 1, 30)


def test_a_category_newly_added_brings_its_latest_list_and_no_flood(world):
    world.add(
        paper(70, f"{MON}T15:00", "cs.RO"), paper(71, f"{TUE}T15:00", "cs.RO"), paper(72, f"{TUE}T16:00", "cs.RO", "cs.CV")
    )  # fmt: skip
    reader = Reader(world)
    reader.run(f"{WED}T09:00")
    assert numbers(reader.run(f"{THU}T09:00")) == [30, 31, 72]
    reader.categories = ("cs.CV", "cs.RO")
    added = reader.run(f"{THU}T10:00")
    assert (numbers(added), added.late) == ([71], ())
    assert {e.paper_id for e in added.seeded} == {"2601.00070"}
    assert added.categories == ("cs.CV", "cs.RO")
    assert ids(reader.run(f"{THU}T11:00")) == []


def test_a_category_added_on_a_weekend_brings_its_newest_announcement(world):
    world.add(paper(70, f"{TUE}T15:00", "cs.RO"), paper(71, f"{THU}T09:00", "cs.RO"))
    reader = Reader(world)
    reader.run(f"{FRI}T09:00")
    reader.categories = ("cs.CV", "cs.RO")
    saturday = reader.run("2026-01-31T09:00")
    assert (numbers(saturday), saturday.late) == ([71], ())


def test_a_category_removed_and_added_again_later_does_not_flood(world):
    reader = Reader(world, ("cs.CV", "cs.RO"))
    reader.run(f"{TUE}T09:00")
    reader.categories = ("cs.RO",)
    reader.run(f"{WED}T09:00")
    reader.categories = ("cs.CV", "cs.RO")
    assert numbers(reader.run(f"{FRI}T09:00")) == [40, 41]


def test_a_cross_list_that_came_late_is_news_where_the_paper_was_unknown(world):
    world.add(paper(80, "2025-06-02T10:00", "cs.LG"), paper(81, f"{MON}T15:00", "cs.LG"))
    for number in (80, 81):
        world.cross(f"2601.{number:05d}", "cs.CV", eastern(f"{THU}T20:00"))
    reader = Reader(world)
    assert numbers(reader.run(f"{THU}T09:00")) == [30, 31]
    friday = reader.run(f"{FRI}T09:00")
    assert (numbers(friday), friday.late) == ([40, 41, 80, 81], ())
    assert ids(reader.run("2026-01-31T09:00")) == []


def test_a_cross_list_into_another_of_the_categories_is_not_repeated(world):
    world.add(paper(81, f"{MON}T15:00", "cs.RO"))
    world.cross("2601.00081", "cs.CV", eastern(f"{THU}T20:00"))
    reader = Reader(world, ("cs.CV", "cs.RO"))
    assert numbers(reader.run(f"{WED}T09:00")) == [20, 21, 81]
    reader.run(f"{THU}T09:00")
    assert numbers(reader.run(f"{FRI}T09:00")) == [40, 41]


def test_a_cross_list_of_a_paper_from_before_is_not_news(world):
    world.add(paper(81, f"{MON}T10:00", "cs.RO"))
    world.cross("2601.00081", "cs.CV", eastern(f"{THU}T20:00"))
    reader = Reader(world, ("cs.CV", "cs.RO"))
    reader.run(f"{WED}T09:00")
    reader.run(f"{THU}T09:00")
    assert numbers(reader.run(f"{FRI}T09:00")) == [40, 41]


def test_a_replacement_is_not_news(world):
    old = paper(5, "2025-11-03T10:00")
    world.add(old)
    world.replace(replace(old, version=2, updated=eastern(f"{WED}T15:00")), eastern(f"{THU}T20:00"))
    reader = Reader(world)
    reader.run(f"{THU}T09:00")
    assert numbers(reader.run(f"{FRI}T09:00")) == [40, 41]


def test_a_list_of_replacements_alone_brings_nothing():
    world = World()
    old = paper(5, "2025-11-03T10:00")
    world.add(old, paper(10, f"{MON}T10:00"))
    world.replace(replace(old, version=2), eastern(f"{THU}T20:00"))
    intake = Reader(world).run(f"{FRI}T09:00")
    assert (ids(intake), [e.paper_id for e in intake.seeded]) == ([], ["2601.00010"])


def test_thanksgiving_defers_and_nothing_is_lost_or_repeated():
    world = World()
    world.add(
        paper(1, "2026-11-24T15:00"), paper(2, "2026-11-25T10:00"), paper(3, "2026-11-25T15:00"),
        paper(4, "2026-11-26T10:00"), paper(5, "2026-11-27T10:00"), paper(6, "2026-11-27T15:00"),
    )  # fmt: skip
    reader = Reader(world)
    assert numbers(reader.run("2026-11-26T09:00")) == [1, 2]
    for quiet in ("2026-11-27T09:00", "2026-11-28T09:00", "2026-11-29T09:00"):
        assert ids(reader.run(quiet)) == []
    assert numbers(reader.run("2026-11-30T09:00")) == [3, 4, 5]
    assert numbers(reader.run("2026-12-01T09:00")) == [6]


def test_a_first_run_after_a_holiday_that_the_calendar_does_not_know_takes_the_last_list_there_is(world):
    """2026-01-29 evening, as if arXiv had skipped it: the API shows nothing of it on the day after."""
    for number in (40, 41):
        world.papers[f"2601.{number:05d}"].announced = eastern("2026-02-01T20:00")
    reader = Reader(world)
    friday = reader.run(f"{FRI}T09:00")
    assert (numbers(friday), friday.day) == ([30, 31], date(2026, 1, 29))
    assert numbers(reader.run("2026-02-02T09:00")) == [40, 41, 50, 51]


def test_the_change_of_clocks_loses_and_repeats_nothing():
    """2026-03-08: a night of 23 hours, between Friday's cut-off and Monday's."""
    world = World()
    world.add(
        paper(1, "2026-03-06T13:59"), paper(2, "2026-03-06T14:00"), paper(3, "2026-03-08T03:30"),
        paper(4, "2026-03-09T13:59"), paper(5, "2026-03-09T14:00"),
    )  # fmt: skip
    reader = Reader(world)
    reader.run("2026-03-06T09:00")
    assert numbers(reader.run(datetime(2026, 3, 9, 4, 0, tzinfo=UTC))) == [1], "midnight is at 4:00 UTC now"
    assert numbers(reader.run("2026-03-10T00:30")) == [2, 3, 4]
    assert numbers(reader.run("2026-03-11T00:30")) == [5]


def test_a_feed_that_stands_still_is_overtaken_by_the_api_in_the_morning(world):
    reader = Reader(world)
    reader.run(f"{WED}T09:00")
    stale = reader.look(eastern(f"{WED}T09:00"))
    at_night, morning = eastern(f"{THU}T00:30"), eastern(f"{THU}T06:30")
    fresh = reader.look(morning)
    assert ids(take_in(replace(stale, window=fresh.window), reader.ledger, at_night)) == []
    assert numbers(take_in(replace(stale, window=fresh.window), reader.ledger, morning)) == [30, 31]


def test_a_first_run_with_a_feed_that_stands_still_seeds_only_what_is_older_than_it(world):
    reader = Reader(world)
    stale = reader.look(eastern(f"{WED}T09:00"))
    now = eastern(f"{FRI}T09:00")
    intake = take_in(replace(stale, window=reader.look(now).window), Ledger(), now)
    assert numbers(intake) == [20, 21, 30, 31, 40, 41]
    assert {e.paper_id for e in intake.seeded} == {"2601.00010", "2601.00011"}


def test_an_archive_covers_its_subject_classes():
    world = World()
    world.add(
        paper(1, f"{WED}T15:00", "astro-ph.GA"),
        paper(2, f"{MON}T15:00", "astro-ph.SR"),
        paper(3, f"{WED}T15:00", "cs.CV"),
    )
    intake = Reader(world, ("astro-ph",)).run(f"{FRI}T09:00")
    assert numbers(intake) == [1]
    assert [e.paper_id for e in intake.seeded] == ["2601.00002"]
    assert dict(intake.through) == {"2601.00001": "astro-ph"}


def test_withdrawn_papers_and_those_without_metadata_are_skipped_once_and_counted(world):
    world.add(paper(42, f"{WED}T16:00", withdrawn=True), paper(43, f"{WED}T17:00", abstract=""))
    reader = Reader(world)
    reader.run(f"{THU}T09:00")
    friday = reader.run(f"{FRI}T09:00")
    assert numbers(friday) == [40, 41]
    assert {(s.paper_id, s.reason) for s in friday.skipped} == {
        ("2601.00042", "withdrawn"),
        ("2601.00043", "no metadata"),
    }
    assert reader.ledger.entries["2601.00042"].reason == "withdrawn"
    again = reader.run(f"{FRI}T10:00")
    assert (again.news, again.skipped) == ((), ())


def test_every_considered_paper_keeps_its_score_rank_and_reason(world):
    intake = take_in(Reader(world).look(eastern(f"{FRI}T09:00")), Ledger(), eastern(f"{FRI}T09:00"))
    scores = [Score("2601.00040", 3, 3, "weak", "m"), Score("2601.00041", 9, 6, "strong", "m")]
    entries = {e.paper_id: e for e in considered(intake, Ledger(), scores, {"2601.00041"}, eastern(f"{FRI}T09:01"))}
    first, second = entries["2601.00041"], entries["2601.00040"]
    assert (first.state, first.rank, first.score, first.reason) == (State.CHOSEN, 1, 8.0, "strong")
    assert (second.state, second.rank, second.score, second.reason) == (State.CONSIDERED, 2, 3.0, "weak")
    assert first.day == date(2026, 1, 30)
    assert (first.category, first.title) == ("cs.CV", "Paper 41")
    assert from_json(type(first), to_json(first)) == first


def test_nothing_enters_the_ledger_at_the_look_alone(world):
    """A run that fails between the look and the stored digest leaves no trace: the next one takes the same papers."""
    listing = Reader(world).look(eastern(f"{FRI}T09:00"))
    ledger = Ledger()
    first = take_in(listing, ledger, eastern(f"{FRI}T09:00"))
    assert ledger == Ledger()
    assert take_in(listing, ledger, eastern(f"{FRI}T09:00")) == first


def test_again_reads_its_own_day_as_unseen_and_nothing_older(world):
    reader = Reader(world)
    reader.run(f"{WED}T09:00")
    first = reader.run(f"{FRI}T09:00")
    assert sorted(first.late) == ["2601.00030", "2601.00031"]
    day = own_day(reader.ledger, ids(first))
    again = reader.run(f"{FRI}T15:00", again=day)
    assert (ids(again), again.late, again.day) == (ids(first), first.late, first.day)


def test_what_was_shown_stays_shown_after_a_second_run_and_a_changed_profile(world):
    reader = Reader(world)
    first = reader.run(f"{FRI}T09:00", chosen=1)
    seen = reader.ledger.entries[ids(first)[0]]
    reader.run(f"{FRI}T15:00", again=own_day(reader.ledger, ids(first)), chosen=0)
    assert reader.ledger.entries[ids(first)[0]].state is State.CHOSEN
    assert reader.ledger.entries[ids(first)[0]].first_seen == seen.first_seen
    reader.ledger = reopened(reader.ledger)
    assert ids(reader.run(f"{FRI}T16:00")) == ids(first)[1:]


@pytest.mark.parametrize(
    ("feed", "api", "news", "skipped"),
    [
        ({"abstract": ""}, {}, ["2601.00040"], []),
        ({}, {"version": 2, "withdrawn": True}, [], ["withdrawn"]),
        ({}, {"abstract": ""}, ["2601.00040"], []),
    ],
)
def test_the_fuller_and_newer_entry_of_feed_and_api_counts(feed, api, news, skipped):
    now = eastern(f"{FRI}T09:00")
    held, shown = (replace(paper(40, f"{WED}T15:00"), **values) for values in (feed, api))
    listing = Listing(("cs.CV",), date(2026, 1, 30), (Listed(held, Kind.NEW),), (shown,))
    intake = take_in(listing, Ledger(), now)
    assert (ids(intake), [s.reason for s in intake.skipped]) == (news, skipped)


def test_again_after_a_first_run_on_a_weekend_gives_the_same_papers(world):
    reader = Reader(world)
    first = reader.run("2026-01-31T09:00")
    again = reader.run("2026-02-01T09:00", again=own_day(reader.ledger, ids(first)))
    assert (ids(again), again.late, again.day) == (ids(first), (), first.day)
    assert again.seeded == ()


def test_own_day_is_unknown_for_papers_the_ledger_does_not_hold():
    assert own_day(Ledger(), ["2601.00001"]) is None


def test_a_changed_profile_reopens_the_latest_list_for_papers_that_were_not_shown(world):
    reader = Reader(world)
    reader.run(f"{WED}T09:00")
    first = reader.run(f"{FRI}T09:00", chosen=1)
    hidden = [i for i in ids(first) if i != ids(first)[0] and i not in first.late]
    assert hidden
    reader.ledger = reopened(reader.ledger)
    assert ids(reader.run(f"{FRI}T15:00", chosen=9)) == hidden
    assert ids(reader.run(f"{FRI}T16:00")) == []


def test_what_was_reopened_does_not_flood_the_next_list(world):
    reader = Reader(world)
    reader.run(f"{WED}T09:00", chosen=0)
    reader.ledger = reopened(reader.ledger)
    thursday = reader.run(f"{THU}T09:00")
    assert (numbers(thursday), thursday.late) == ([30, 31], ())


START = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""Four weeks that hold a change of clocks the day before, Thanksgiving and four weekends."""


@st.composite
def worlds(draw) -> World:
    world = World()
    world.api_lead = timedelta(hours=draw(st.sampled_from((0, 2, 4))))
    for number in range(draw(st.integers(5, 40))):
        submitted = START + timedelta(minutes=draw(st.integers(0, 28 * 24 * 60)))
        categories = draw(
            st.sampled_from([("cs.CV",), ("cs.RO",), ("cs.CV", "cs.RO"), ("cs.RO", "cs.CV"), ("cs.LG", "cs.CV")])
        )
        announced = calendar.announcement_of(submitted)
        for _ in range(draw(st.sampled_from((0, 0, 0, 1, 3)))):
            announced = next_announcement(announced)
        withdrawn = draw(st.integers(0, 9)) == 0
        world.add(paper(number, submitted, *categories, withdrawn=withdrawn), announced=announced)
    return world


@settings(max_examples=150, deadline=None)
@given(
    worlds(),
    st.lists(st.integers(0, 28 * 24), min_size=1, max_size=40),
    st.integers(0, 39),
    st.sets(st.integers(0, 39), max_size=6),
)
def test_every_announced_paper_is_accounted_for_exactly_once(world, hours, added, dropped):
    """Whatever the hours of the runs: each paper of a subscribed category that was announced since the first run is news or skipped
    in exactly one run, or was there before; nothing that is not announced is taken up; the coverage adds up."""
    reader = Reader(world, ("cs.CV",), dropped={f"2601.{n:05d}" for n in dropped})
    times = [START + timedelta(hours=h) for h in sorted(set(hours))]
    # Papers are held for up to eight days here, and found for 14 after their submission: no longer gaps, and a last look at the end.
    times += [START + timedelta(days=d) for d in range(0, 45, 5)]
    since: dict[str, datetime] = {"cs.CV": START}
    accounted: Counter[str] = Counter()
    for turn, now in enumerate(sorted(times)):
        if turn == added:
            reader.categories = ("cs.CV", "cs.RO")
            since["cs.RO"] = now - timedelta(days=14)
        shown = {p.id for p in world.api(now)} | {
            i.paper.id for i in world.list_of(today(now), list(reader.categories))
        }
        intake = reader.run(now)
        taken = {*ids(intake), *(s.paper_id for s in intake.skipped)}
        assert len(taken) == len(intake.news) + len(intake.skipped)
        assert taken <= shown
        assert set(intake.late) <= set(ids(intake))
        assert set(intake.through) == taken
        accounted.update(taken)
        accounted.update(e.paper_id for e in intake.seeded)
    papers = {i: k.paper for i, k in world.papers.items()}
    wanted = {
        i
        for i, p in papers.items()
        if any(covers(c, of) and p.published >= at for c, at in since.items() for of in p.categories)
    }
    assert accounted == Counter(wanted)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 23))
def test_daily_runs_are_never_late_when_nothing_is_held_or_dropped(world, hour):
    """Held papers are in the feed of their day, so a daily run has them in the latest list; and none is `before` but at the start."""
    reader = Reader(world)
    world.api_lead = timedelta(0)
    reader.run(START)
    for day in range(1, 45):
        now = (START + timedelta(days=day)).replace(hour=hour)
        intake = reader.run(now)
        assert (intake.late, intake.seeded) == ((), ())
