"""The lists that people choose from are whole, and say the offsets of the moment."""

from datetime import UTC, datetime

from babel.localedata import locale_identifiers

from bot.core import lists
from bot.discord.render.messages import OPTIONS
from digest.arxiv import categories


def values(listed: str) -> list[str]:
    return [value for group in lists.groups(listed, "en").values() for _, value in group]


def test_every_value_is_in_one_group_and_a_menu_has_room_for_a_group_and_what_is_chosen():
    assert sorted(values("category")) == sorted(c for c in categories.names() if not categories.is_archive(c))
    assert sorted(values("language")) == sorted(tag for tag in locale_identifiers() if "_" not in tag)
    for listed in ("category", "timezone", "language"):
        groups = lists.groups(listed, "en")
        assert len(groups) <= OPTIONS
        assert max(len(group) for group in groups.values()) < OPTIONS


def test_a_timezone_s_offset_is_that_of_the_moment():
    winter, summer = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
    assert lists.timezone_label("Europe/Berlin", winter) == "Europe/Berlin (UTC+01:00)"
    assert lists.timezone_label("Europe/Berlin", summer) == "Europe/Berlin (UTC+02:00)"
    assert lists.timezone_label("UTC", summer) == "UTC"
