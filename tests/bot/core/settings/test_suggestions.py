"""What people write for a timezone or a language leads to its name."""

import pytest

from bot.core.settings.suggestions import LIMIT, language_tags, timezones
from tests.rows import each


@each(
    ("typed", "first"),
    [
        ("PST", "America/Los_Angeles"),
        ("EST", "America/New_York"),
        ("mst", "America/Denver"),
        ("HST", "HST"),
        ("Eastern Time", "America/New_York"),
        ("UTC+8", "Asia/Shanghai"),
        ("gmt +05:30", "Asia/Kolkata"),
        ("UTC−8", "America/Los_Angeles"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern", "Europe/Amsterdam"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Asia/Bejing", "Asia/Shanghai"),
        ("Korea", "Asia/Seoul"),
        ("Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("서울", "Asia/Seoul"),
        ("Munich", "Europe/Berlin"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("new_york", "America/New_York"),
        ("China", "Asia/Shanghai"),
        ("日本標準時", "Asia/Tokyo"),
        ("Shanghi", "Asia/Shanghai"),
        ("BST", "Europe/London"),
        ("IST", "Asia/Kolkata"),
        ("UTC 8", "Asia/Shanghai"),
        ("Z", "UTC"),
        ("Tokyo time", "Asia/Tokyo"),
        ("北京时间", "Asia/Shanghai"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("München", "Europe/Berlin"),
        ("NYC", "America/New_York"),
        ("LAX", "America/Los_Angeles"),
        ("Bombay", "Asia/Kolkata"),
        ("Peking", "Asia/Shanghai"),
        ("Genève", "Europe/Zurich"),
        ("Zurich", "Europe/Zurich"),
        ("Eastern", "America/New_York"),
        ("UK", "Europe/London"),
        ("KST", "Asia/Seoul"),
        ("MSK", "Europe/Moscow"),
        ("heure de Paris", "Europe/Paris"),
        ("time in Tokyo", "Asia/Tokyo"),
    ],
)
def test_a_place_an_abbreviation_or_an_offset_leads_to_a_zone(typed, first):
    found = timezones(typed)
    assert found[0] == first
    assert len(found) <= LIMIT


@each(
    ("typed", "first"),
    [
        ("Chinese", "zh"),
        ("中文", "zh"),
        ("Deutsch", "de"),
        ("Putonghua", "zh"),
        ("guoyu", "zh"),
        ("Nihongo", "ja"),
        ("简中", "zh-Hans"),
        ("中文简体", "zh-Hans"),
        ("繁體", "zh-Hant"),
        ("lingua italiana", "it"),
        ("portugais", "pt"),
        ("Simplified Chinese", "zh-Hans"),
        ("日本語", "ja"),
        ("englsh", "en"),
        ("繁體中文", "zh-Hant"),
        ("русский", "ru"),
        ("العربية", "ar"),
        ("английский", "en"),
        ("Farsi", "fa"),
        ("Mandarin", "zh"),
        ("Castilian", "es"),
        ("espanol", "es"),
        ("iw", "he"),
        ("JP", "ja"),
        ("German language", "de"),
        ("Bahasa Indonesia", "id"),
    ],
)
def test_the_name_of_a_language_leads_to_its_tag(typed, first):
    assert language_tags(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "x", "soon", "UTC+99", "Mars/Olympus", "a" * 100_000])
def test_what_names_nothing_suggests_nothing(typed):
    assert timezones(typed) == ()
    assert language_tags(typed) == ()
