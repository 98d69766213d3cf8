"""The environment is read in one place; what is wrong with it is said at once, a sentence each."""

import re
import subprocess
import sys

import pytest

import settings_page
from bot.core.settings.settings import Settings, hide_secrets, load
from digest.errors import Misconfigured
from tests.paths import ROOT

EXAMPLE = ROOT / ".env.example"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_file_holds_exactly_the_settings_with_their_defaults(monkeypatch):
    lines = [line for line in EXAMPLE.read_text().splitlines() if re.match(r"(# )?[A-Z_]+=", line)]
    given = dict(line.removeprefix("# ").split("=", 1) for line in lines)
    assert sorted(given) == sorted(name.upper() for name in Settings.model_fields)
    assert "# PAPERBOY_HOME=~/.paperboy" in lines  # set, it would move the data out of a container's volume
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with_example = load()
    for name in given:
        monkeypatch.delenv(name)
    assert with_example == load()


def test_the_page_and_the_example_file_say_what_the_settings_say():
    said = settings_page.sentences()
    assert [name for name, sentence in said.items() if not sentence] == []
    assert len(set(said.values())) == len(said)
    command = "write them anew: .venv/bin/python settings_page.py"
    assert settings_page.example(said) == EXAMPLE.read_text("utf-8"), command
    assert settings_page.page(said) == settings_page.PAGE.read_text("utf-8"), command


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
        ("DIGEST_DAYS", "mon-wed-fri", "names no days"),
        ("DIGEST_DAYS", "monday evening", "names no days"),
        ("DIGEST_PAPERS", "many", "cannot be used; write a whole number."),
        ("DIGEST_PAPERS", "0", "cannot be used; write 1 or more."),
        ("DIGEST_PAPERS", "51", "cannot be used; write 50 or less."),
        ("LLM_API", "soap", "cannot be used; write chat or responses."),
        ("LLM_DAILY_BUDGET_USD", "much", "cannot be used; write a number."),
        ("LLM_DAILY_BUDGET_USD", "inf", "'inf' cannot be used; write a number."),
        ("SLACK_API_URL", "http://me:word@proxy.example/api/", "holds a user or password"),
        ("DISCORD_API_URL", "http://me@proxy.example/api/", "holds a user or password"),
        ("DIGEST_SHOW_COST", "perhaps", "cannot be used; write true or false."),
        ("DIGEST_DETAIL", "long", "cannot be used; write card, short or full."),
        ("SLACK_BOT_TOKEN", "xapp-1-A0", "is an app-level token of Slack; the bot token (xoxb-…) is under OAuth"),
        ("SLACK_APP_TOKEN", "xoxb-1", "is a bot token of Slack; the app-level token (xapp-…) is under Basic"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxp-1", "turn token rotation off"),
        ("SLACK_SIGNING_SECRET", "xoxb-1", "the signing secret is under Basic Information"),
        ("DISCORD_TOKEN", "112233445566778899", "is an id, not a token; the bot's token is on the Bot page"),
        ("DISCORD_TOKEN", "0123456789abcdef0123456789abcdef", "three parts"),
        ("DISCORD_TOKEN", "sk-proj-1", "is a key of a model server"),
        ("OPENAI_API_KEY", "sk-ant-api03-1", "is a key of Anthropic; set OPENAI_BASE_URL to https://api.anthropic"),
        ("OPENAI_API_KEY", "xoxb-1", "is a bot token of Slack; the key of the model's server"),
        ("OPENAI_API_KEY", "sk-a b", "there is a space"),
        ("SLACK_CHANNEL", "#general", "'#general' is a channel's name, not its id; write its id, such as C0123ABCD"),
        ("SLACK_CHANNEL", "general", "is a channel's name"),
        ("SLACK_CHANNEL", "U012ABCDEF", "the id of a person"),
        ("DISCORD_CHANNEL_ID", "papers", "Copy Channel ID"),
        ("LLM_PRICES", "cheap", "write model=input/output"),
        ("LOG_LEVEL", "loud", "write DEBUG, INFO"),
        ("ARXIV_API_URL", "arxiv", "is not a URL"),
        ("OPENAI_BASE_URL", "localhost", "is not a URL"),
        ("OPENAI_BASE_URL", "https://host/v1 # ours", "write it whole and nothing behind it"),
        ("DISCORD_API_URL", "https://host/api;", "is not a URL"),
        ("REDIS_URL", "localhost:6379", "is not an address like redis://host:6379/0"),
        ("REDIS_URL", "redis://host:6379/5 # ours", "is not an address"),
        ("REDIS_URL", "redis://host:6379/5;", "is not an address"),
        ("REDIS_URL", "redis://:pa#ss@host:6379/0", "# is written %23"),
        ("REDIS_URL", "redis://host:port/0", "is not an address"),
        ("SLACK_BOT_TOKEN", "xoxb-1;", "another character in it that no token has"),
        ("PAPERBOY_NOW", "yesterday", "cannot be used; write a date and time such as"),
    ],
)
def test_a_bad_value_gets_a_sentence_that_names_the_setting(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as caught:
        load()
    assert str(caught.value).startswith(name)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("SLACK_CHANNEL", "https://team.slack.com/archives/C0123ABCD", "C0123ABCD"),
        ("SLACK_CHANNEL", "<#C0123ABCD|papers>", "C0123ABCD"),
        ("DISCORD_CHANNEL_ID", "https://discord.com/channels/11/2233", "2233"),
        ("ADMIN_DISCORD_CHANNEL_ID", "<#2233>", "2233"),
        ("SLACK_BOT_TOKEN", " 'xoxb-1' ", "xoxb-1"),
        ("DISCORD_TOKEN", "Bot a.b.c", "a.b.c"),
        ("OPENAI_API_KEY", "local", "local"),
        ("OPENAI_API_KEY", " “sk-1” ", "sk-1"),
        ("OPENAI_API_KEY", "\ufeffsk-1\u200b", "sk-1"),
        ("OPENAI_BASE_URL", " 'http://localhost:1/v1' ", "http://localhost:1/v1"),
        ("LLM_MODEL", '"qwen3:8b"', "qwen3:8b"),
        ("REDIS_URL", '"redis://host:6379/5"\r', "redis://host:6379/5"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("DIGEST_PAPERS", '"7"', 7),
        ("DIGEST_TIME", "“08:30”", "08:30"),
        ("DIGEST_CATEGORIES", '"cs.CV; cs.RO"', ["cs.CV", "cs.RO"]),
        ("DIGEST_KEYWORDS", '"3D vision", grasping', ["3D vision", "grasping"]),
        ("DIGEST_INTERESTS", 'robots that "see"', 'robots that "see"'),
        ("HOST", " 127.0.0.1\u00a0", "127.0.0.1"),
    ],
)
def test_what_copying_brings_along_is_taken_off(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    found = getattr(load(), name.lower())
    assert (found.get_secret_value() if hasattr(found, "get_secret_value") else found) == read


def test_a_key_of_another_vendor_is_right_with_its_server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ant-api03-1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://api.anthropic.com/v1/")
    assert load().has_model


def test_another_file_of_settings_is_read_and_what_is_none_is_told(tmp_path):
    named = tmp_path / "other.env"
    named.write_text("DIGEST_PAPERS=3\n")
    assert load(named).digest_papers == 3
    for bad in (tmp_path / "gone.env", tmp_path):
        with pytest.raises(Misconfigured, match="is not a file"):
            load(bad)
    named.write_bytes(b"\xff\xfe")
    with pytest.raises(Misconfigured, match="cannot be read"):
        load(named)


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
    monkeypatch.setenv("OPENAI_BASE_URL", "https://models.example/v1?key=secret")
    monkeypatch.setenv("REDIS_URL", "rediss://me:secret@store.example:6379/0")
    assert "secret@" not in str(load().model_dump())
    assert "secret" not in re.sub("[a-z_]*secret[a-z_]*=", "", repr(load()))


@pytest.mark.parametrize(
    ("days", "wanted"),
    [("mon-fri", 5), ("every day", 7), ("fri-mon", 4), ("mon, wed", 2), ("Mon–Fri", 5), ("Monday and Tuesday", 2), ("tues; Thurs", 2), ("mon to wed", 3),
     ("Mo–Fr", 5), ("lun., mar.", 2), ("lundi, mercredi", 2), ("seg, ter", 2), ("月、火", 2), ("월~금", 5), ("周一、周三", 2), ("週一~週五", 5)],
)  # fmt: skip
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


SHOW = "import os; print(*os.environ)"


def test_processes_started_later_inherit_no_secret(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-1-2-secret",
        "slack_signing_secret": "0123456789abcdef0123456789abcdef",
        "OPENAI_API_KEY": "sk-secret",
        "DISCORD_TOKEN": "MTA.secret.token-of-a-bot-that-is-long-enough",
        "REDIS_URL": "redis://:secret@127.0.0.1:6379/0",
    }
    for name, value in {**secrets, "DIGEST_LANGUAGE": "de"}.items():
        monkeypatch.setenv(name, value)
    settings = load()
    hide_secrets(settings)
    child = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    inherited = child.stdout.split()
    assert not set(secrets) & set(inherited)
    assert "DIGEST_LANGUAGE" in inherited
    assert settings.slack_bot_token.get_secret_value() == secrets["SLACK_BOT_TOKEN"]
