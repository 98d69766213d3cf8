"""The environment is read in one place; what is wrong with it is said at once, a sentence each."""

import re

import pytest

from bot.core.settings import Settings, load
from digest.errors import Misconfigured
from tests.paths import ROOT

EXAMPLE = ROOT / ".env.example"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_file_holds_exactly_the_settings_with_their_defaults(monkeypatch):
    lines = [line for line in EXAMPLE.read_text().splitlines() if re.match(r"[A-Z_]+=", line)]
    given = dict(line.split("=", 1) for line in lines)
    assert sorted(given) == sorted(name.upper() for name in Settings.model_fields)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with_example = load()
    for name in given:
        monkeypatch.delenv(name)
    assert with_example == load()


def test_the_readme_names_every_setting():
    readme = (EXAMPLE.parent / "README.md").read_text()
    assert [name for name in Settings.model_fields if f"| `{name.upper()}` |" not in readme] == []


def test_every_setting_of_the_example_file_has_a_sentence_above_it():
    text = EXAMPLE.read_text()
    for block in re.split(r"\n(?=#)", text):
        assert block.startswith("#")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DIGEST_LANGUAGE", "klingonese", "not a language"),
        ("DIGEST_TIMEZONE", "Mars/Olympus", "not a timezone"),
        ("DIGEST_TIMEZONE", "Beijing", "not a timezone; did you mean Asia/Shanghai;"),
        ("DIGEST_LANGUAGE", "中文", "not a language; did you mean zh;"),
        ("DIGEST_TIME", "25:00", "not a time of day"),
        ("DIGEST_DAYS", "someday", "names no days"),
        ("DIGEST_PAPERS", "many", "cannot be used"),
        ("DIGEST_PAPERS", "0", "cannot be used"),
        ("LLM_PRICES", "cheap", "write model=input/output"),
        ("LOG_LEVEL", "loud", "is one of DEBUG"),
        ("ARXIV_API_URL", "arxiv", "is not a URL"),
        ("OPENAI_BASE_URL", "localhost", "is not a URL"),
        ("PAPERBOY_NOW", "yesterday", "cannot be used"),
    ],
)
def test_a_bad_value_gets_a_sentence_that_names_the_setting(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        load()
    assert str(caught.value).startswith(name)
    assert said in str(caught.value)


def test_all_problems_are_reported_at_once(monkeypatch):
    monkeypatch.setenv("DIGEST_TIME", "noon")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(Misconfigured) as caught:
        load()
    assert len(str(caught.value).splitlines()) == 2


def test_a_secret_in_the_wrong_place_is_not_repeated(monkeypatch):
    monkeypatch.setenv("DIGEST_PAPERS", "xoxb-123456789012-abcdefghijklmnop")
    with pytest.raises(Misconfigured) as caught:
        load()
    assert "abcdefghijklmnop" not in str(caught.value)


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(load())


@pytest.mark.parametrize(("days", "wanted"), [("mon-fri", 5), ("every day", 7), ("fri-mon", 4), ("mon, wed", 2)])
def test_days_are_names_and_ranges(monkeypatch, days, wanted):
    monkeypatch.setenv("DIGEST_DAYS", days)
    assert len(load().digest_days) == wanted


def test_a_key_or_a_server_means_there_is_a_model(monkeypatch):
    assert not load().has_model
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    assert load().has_model


def test_the_command_line_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("DIGEST_LANGUAGE", "en")
    assert load(digest_language="zh", digest_papers=None).profile.language == "zh"


def test_a_time_without_a_zone_is_utc(monkeypatch):
    monkeypatch.setenv("PAPERBOY_NOW", "2026-01-30T09:00:00")
    assert load().paperboy_now.utcoffset().total_seconds() == 0
