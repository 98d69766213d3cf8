"""When a daily run is due: timezones, clock changes, weekends, new times, and lists that are late."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.chat import Place
from bot.core.schedule import Due, before_list, due_at, latest_due, look_again, next_run
from bot.core.subscription import Subscription, changed
from digest.arxiv.calendar import NEW_YORK

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Nuuk", "Pacific/Apia", "Africa/Casablanca")  # fmt: skip


def a_subscription(time: str = "09:00", zone: str = "UTC", **values) -> Subscription:
    return Subscription(Place("slack", "C1"), time=time, timezone=zone, **{"created": LONG_AGO, **values})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


class TestClockChanges:
    def test_nine_o_clock_stays_nine_o_clock(self):
        subscription = a_subscription("09:00", "America/New_York")
        assert due_at(subscription, date(2026, 3, 7)) == utc(2026, 3, 7, 14)
        assert due_at(subscription, date(2026, 3, 8)) == utc(2026, 3, 8, 13)

    def test_a_time_that_is_skipped_is_due_once_after_the_change(self):
        """Half past two does not exist in New York on 8 March 2026: half past three."""
        subscription = a_subscription("02:30", "America/New_York")
        assert due_at(subscription, date(2026, 3, 8)) == utc(2026, 3, 8, 7, 30)
        assert latest_due(subscription, utc(2026, 3, 8, 7, 29)) == Due(date(2026, 3, 7), utc(2026, 3, 7, 7, 30))
        assert latest_due(subscription, utc(2026, 3, 8, 7, 30)) == Due(date(2026, 3, 8), utc(2026, 3, 8, 7, 30))

    def test_a_time_that_occurs_twice_is_due_at_the_first(self):
        subscription = a_subscription("01:30", "America/New_York")
        first, second = utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30)
        assert due_at(subscription, date(2026, 11, 1)) == first
        assert latest_due(subscription, second) == Due(date(2026, 11, 1), first)
        assert next_run(subscription, first) == utc(2026, 11, 2, 6, 30)

    def test_where_the_change_skips_midnight_the_run_keeps_its_date(self):
        """In Nuuk 28 March 2026 ends at eleven: half past eleven is half past midnight of the 29th, and still the 28th's run."""
        subscription = a_subscription("23:30", "America/Nuuk")
        at = due_at(subscription, date(2026, 3, 28))
        assert at.astimezone(ZoneInfo("America/Nuuk")).date() == date(2026, 3, 29)
        assert latest_due(subscription, at) == Due(date(2026, 3, 28), at)
        assert next_run(subscription, at - timedelta(minutes=1)) == at
        assert latest_due(subscription, at + timedelta(hours=23)) == Due(date(2026, 3, 29), at + timedelta(hours=23))

    @given(
        zone=st.sampled_from(ZONES),
        minute=st.integers(0, 24 * 60 - 1),
        start=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    )
    @settings(max_examples=60, deadline=None)
    def test_whatever_the_zone_every_date_is_due_once_and_in_order(self, zone, minute, start):
        subscription = a_subscription(f"{minute // 60:02}:{minute % 60:02}", zone)
        days = [start + timedelta(days=n) for n in range(10)]
        moments = [due_at(subscription, day) for day in days]
        assert moments == sorted(set(moments))
        for day, at in zip(days, moments, strict=True):
            assert latest_due(subscription, at) == Due(day, at)
        for before, after in pairwise(moments):
            assert next_run(subscription, before) == after


class TestDays:
    def test_only_its_days_are_due(self):
        subscription = a_subscription(days=("mon", "thu"))
        saturday = utc(2026, 1, 31, 12)
        assert latest_due(subscription, saturday) == Due(date(2026, 1, 29), utc(2026, 1, 29, 9))
        assert next_run(subscription, saturday) == utc(2026, 2, 2, 9)

    @pytest.mark.parametrize("values", [{"paused": True}, {"days": ()}])
    def test_paused_or_without_days_nothing_comes(self, values):
        assert next_run(a_subscription(**values), LONG_AGO) is None

    def test_what_lies_before_its_creation_was_never_due(self):
        created = utc(2026, 1, 30, 9, 0)
        assert latest_due(a_subscription(created=created), utc(2026, 1, 30, 10)) is not None
        assert latest_due(a_subscription(created=created + timedelta(seconds=1)), utc(2026, 1, 30, 10)) is None


class TestNewTimes:
    noon = utc(2026, 1, 30, 12)

    def test_an_earlier_time_is_not_caught_up_on_today(self):
        made = changed(a_subscription("15:00"), a_subscription("09:00"), self.noon)
        assert latest_due(made, self.noon) is None
        assert latest_due(made, self.noon + timedelta(days=1)) == Due(date(2026, 1, 31), utc(2026, 1, 31, 9))

    def test_a_later_time_is_still_due_today(self):
        made = changed(a_subscription("09:00"), a_subscription("15:00"), self.noon)
        assert latest_due(made, utc(2026, 1, 30, 15)) == Due(date(2026, 1, 30), utc(2026, 1, 30, 15))

    def test_what_a_pause_left_out_is_not_caught_up_on(self):
        before = a_subscription(paused=True)
        assert latest_due(changed(before, replace(before, paused=False), self.noon), self.noon) is None

    def test_other_settings_leave_it_as_it_was(self):
        before = a_subscription()
        assert changed(before, replace(before, papers=5), self.noon) == replace(before, papers=5)


class TestLookAgain:
    """2 February 2026 is a Monday; its list is out at midnight in New York, five in the morning UTC."""

    monday = date(2026, 2, 2)
    friday = date(2026, 1, 30)
    out = datetime(2026, 2, 2, tzinfo=NEW_YORK).astimezone(UTC)

    def test_a_list_that_is_due_within_hours_is_waited_for(self):
        begun = utc(2026, 2, 2, 1)  # nine in the morning in Shanghai
        assert look_again(begun, begun, self.friday) == timedelta(hours=4, minutes=10)

    def test_on_a_saturday_there_is_nothing_to_wait_for(self):
        begun = utc(2026, 1, 31, 9)
        assert look_again(begun, begun, self.friday) is None

    def test_a_late_list_is_looked_for_every_hour_for_six_hours(self):
        begun = now = self.out + timedelta(hours=4)
        looks = 0
        while (wait := look_again(begun, now, self.friday)) is not None:
            assert wait == timedelta(hours=1)
            now += wait
            looks += 1
        assert looks == 6

    def test_waited_for_and_then_late_it_ends_six_hours_after_it_was_due(self):
        begun = now = self.out - timedelta(hours=4)
        while (wait := look_again(begun, now, self.friday)) is not None:
            now += wait
        assert timedelta(hours=5) < now - self.out <= timedelta(hours=6, minutes=10)

    def test_once_the_list_was_seen_nothing_is_waited_for(self):
        now = self.out + timedelta(hours=4)
        assert look_again(now, now, self.monday) is None

    @given(begun=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), behind=st.integers(0, 10))
    @settings(max_examples=100, deadline=None)
    def test_a_run_never_looks_on_into_the_next_day_s(self, begun, behind):
        start = now = begun.replace(tzinfo=UTC)
        seen = start.date() - timedelta(days=behind)
        for _ in range(20):
            wait = look_again(start, now, seen)
            if wait is None:
                break
            assert wait > timedelta(0)
            now += wait
        assert look_again(start, now, seen) is None
        assert now - start <= timedelta(hours=19)


def test_setup_is_warned_of_a_run_just_before_the_list():
    ready = before_list(a_subscription("09:00", "Asia/Shanghai"), utc(2026, 2, 1, 12))
    assert ready == datetime(2026, 2, 2, tzinfo=NEW_YORK)
    assert before_list(a_subscription("14:00", "Asia/Shanghai"), utc(2026, 2, 1, 12)) is None
