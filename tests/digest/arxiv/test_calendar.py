"""arXiv's announcements, against the table that arXiv publishes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.arxiv import calendar
from digest.arxiv.calendar import NEW_YORK, Quiet, announcement_of, is_quiet, latest_list, window_of
from tests.digest.reference import announcement_before, next_announcement


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        # The week of arXiv's own table: 2026-01-26 is a Monday.
        ("2026-01-26T13:59", "2026-01-26T20:00"),
        ("2026-01-26T14:00", "2026-01-27T20:00"),
        ("2026-01-27T14:30", "2026-01-28T20:00"),
        ("2026-01-28T14:30", "2026-01-29T20:00"),
        ("2026-01-29T14:30", "2026-02-01T20:00"),  # Thursday afternoon: on Sunday
        ("2026-01-30T13:59", "2026-02-01T20:00"),
        ("2026-01-30T14:00", "2026-02-02T20:00"),  # Friday afternoon: on Monday
        ("2026-02-01T21:00", "2026-02-02T20:00"),
    ],
)
def test_a_paper_is_announced_as_the_table_says(submitted, announced):
    assert announcement_of(eastern(submitted)) == eastern(announced)
    start, end = window_of(eastern(announced))
    assert start <= eastern(submitted) < end


def test_a_deferred_announcement_goes_into_the_next():
    """Thanksgiving 2026: nothing on Thursday evening; its papers come on Sunday with Friday's."""
    assert announcement_of(eastern("2026-11-25T15:00")) == eastern("2026-11-29T20:00")
    assert window_of(eastern("2026-11-29T20:00")) == (eastern("2026-11-25T14:00"), eastern("2026-11-27T14:00"))
    assert next_announcement(eastern("2026-11-25T20:00")) == eastern("2026-11-29T20:00")
    quiet = is_quiet(date(2026, 11, 27))
    assert quiet is not None
    assert quiet == Quiet("holiday", date(2026, 11, 26))


def test_the_end_of_2026_has_its_published_deferrals():
    evenings = [d for d in (date(2026, 12, 20) + timedelta(days=n) for n in range(14)) if calendar.announces(d)]
    assert [f"{d:%a %m-%d}" for d in evenings] == [
        "Sun 12-20", "Mon 12-21", "Tue 12-22", "Wed 12-23", "Thu 12-24", "Sun 12-27", "Mon 12-28", "Wed 12-30",
    ]  # fmt: skip


def test_a_year_without_a_published_list_has_the_usual_holidays():
    assert not calendar.announces(date(2027, 11, 25))  # Thanksgiving
    assert not calendar.announces(date(2028, 12, 25))
    assert calendar.announces(date(2027, 12, 29))


def test_weekends_have_no_list_and_say_why():
    assert is_quiet(date(2026, 1, 30)) is None
    for day in (date(2026, 1, 31), date(2026, 2, 1)):
        assert is_quiet(day).reason == "weekend"
    assert is_quiet(date(2026, 2, 2)) is None


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        (
            datetime(2026, 1, 30, 1, tzinfo=UTC),
            date(2026, 1, 29),
        ),  # 09:00 in Shanghai, 20:00 in New York: the last midnight's
        (datetime(2026, 1, 30, 4, 59, tzinfo=UTC), date(2026, 1, 29)),
        (datetime(2026, 1, 30, 5, 0, tzinfo=UTC), date(2026, 1, 30)),
        (datetime(2026, 2, 1, 12, tzinfo=UTC), date(2026, 1, 30)),
        (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), date(2026, 7, 1)),  # daylight saving: midnight is an hour earlier
        (datetime(2026, 7, 1, 3, 59, tzinfo=UTC), date(2026, 6, 30)),
    ],
)
def test_the_latest_list_is_that_of_the_last_midnight_in_new_york(now, latest):
    assert latest_list(now) == latest


def test_the_next_list_is_due_at_midnight_in_new_york():
    assert calendar.next_list(datetime(2026, 1, 30, 1, tzinfo=UTC)) == datetime(2026, 1, 30, 5, tzinfo=UTC)
    assert calendar.next_list(datetime(2026, 1, 30, 5, tzinfo=UTC)) == datetime(2026, 2, 2, 5, tzinfo=UTC)


def test_windows_keep_new_york_time_over_the_change_of_clocks():
    """2026-03-08 and 2026-11-01 are days of 23 and 25 hours."""
    spring, autumn = window_of(eastern("2026-03-09T20:00")), window_of(eastern("2026-11-02T20:00"))
    assert [t.astimezone(UTC).hour for t in spring] == [19, 18]
    assert [t.astimezone(UTC).hour for t in autumn] == [18, 19]


moments = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(moments)
def test_every_moment_is_in_exactly_one_window_and_windows_join(moment):
    announced = announcement_of(moment)
    start, end = window_of(announced)
    assert start <= moment < end <= announced
    assert window_of(announcement_before(announced - timedelta(seconds=1)))[1] == start
    assert window_of(next_announcement(announced))[0] == end


@given(moments)
def test_before_and_next_enclose_now(moment):
    before, after = announcement_before(moment), next_announcement(moment)
    assert before <= moment < after
    assert next_announcement(before) == after
    assert calendar.shown_at(latest_list(moment)) <= moment < calendar.next_list(moment)
    assert is_quiet(latest_list(moment)) is None
