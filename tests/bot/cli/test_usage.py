"""Wrong words on the command line: one sentence of ours on stderr, nothing on stdout, exit code 2."""

import logging
import os
import subprocess
import sys
from unittest.mock import patch

import pytest

from bot.cli import terminal, usage
from bot.cli.main import main
from bot.core import logs
from bot.core.settings.settings import Settings
from digest.errors import Misconfigured
from tests.paths import ROOT


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(usage, "_named", {})
    monkeypatch.setattr("os.umask", lambda _: 0)


def paperboy(monkeypatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["paperboy", *words])
    # A command takes its secrets out of the environment, which here is that of all tests.
    with patch.dict(os.environ), pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("diget", "Unknown command 'diget'. Did you mean digest? Commands: "),
        ("subscriptions lst", "Unknown command 'lst'. Did you mean list? Commands: "),
        ("--verison", "Unknown option --verison. Did you mean --version? See `paperboy --help`."),
        ("digest --paper 3", "Unknown option --paper. Did you mean --papers? See `paperboy digest --help`."),
        ("digest --papers 0", "--papers must be a whole number from 1 to 50. See "),
        ("digest --papers many", "--papers must be a whole number from 1 to 50. See "),
        ("digest --papers", "--papers needs a value. See "),
        ("digest --format xml", "--format must be markdown or json. See `paperboy digest --help`."),
        ("digest --again=yes", "--again takes no value. See "),
        ("digest today", "`paperboy digest` takes no 'today'. See `paperboy digest --help`."),
        ("export slack:C1 --saved --day 2026-01-30", "--day is of a digest; what was saved has none."),
        ("export slack:C1 --zotero --output x.bib", "--zotero writes no file."),
        ("mcp --http --channel slack:C1", "--channel is for stdio. Over HTTP the token of a link opens"),
        ("ask", "ID is missing. See `paperboy ask --help`."),
        ("ask 2601.22153", "QUESTION is missing. See "),
        ("subscriptions apply", "FILE is missing. See `paperboy subscriptions apply --help`."),
        ("run --role boss", "--role takes slack, discord, clock, worker; repeat it for several."),
        ("check --env-file nowhere.env", "nowhere.env is not a file."),
        ("--env-file nowhere.env check", "nowhere.env is not a file."),
        ("subscriptions --env-file nowhere.env list", "nowhere.env is not a file."),
        ("archive --env-file nowhere.env rebuild", "nowhere.env is not a file."),
        ("digest --language klingonese", "DIGEST_LANGUAGE: 'klingonese' is not a language"),
    ],
)
def test_a_sentence_says_what_is_wrong_and_what_to_do(monkeypatch, capsys, line, said):
    assert paperboy(monkeypatch, *line.split()) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(said)
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert not [words for words in ("Error:", "Usage:", "Input should", "Try 'paperboy") if words in shown.err]


def test_a_name_of_a_channel_is_refused_before_anything_is_opened(monkeypatch, capsys, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    for channel in ("slack:general", "slack:#general", "discord:general", "slack:U0123ABCD"):
        assert paperboy(monkeypatch, "subscriptions", "add", channel) == 2
        assert "write its id, such as" in capsys.readouterr().err


def test_an_export_of_what_is_no_channel_says_so(monkeypatch, capsys, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    assert paperboy(monkeypatch, "export", "saved") == 2
    assert "'saved' names no channel; write slack:C0123ABCD" in capsys.readouterr().err
    assert paperboy(monkeypatch, "export", "slack:C0123ABCD") == 1
    assert "slack:C0123ABCD has no digest." in capsys.readouterr().err
    assert paperboy(monkeypatch, "export") == 1
    assert "This terminal has no digest. Name a channel" in capsys.readouterr().err
    assert paperboy(monkeypatch, "export", "--saved") == 1
    assert "This terminal has saved nothing." in capsys.readouterr().err


def test_removing_says_what_is_kept_and_how_long(monkeypatch, capsys, redis_url):
    monkeypatch.setenv("REDIS_URL", redis_url)
    assert paperboy(monkeypatch, "subscriptions", "add", "slack:C0123ABCD") == 0
    assert paperboy(monkeypatch, "subscriptions", "remove", "slack:C0123ABCD") == 0
    said = capsys.readouterr().err
    assert "kept for 30 days (`paperboy subscriptions add slack:C0123ABCD` brings them back)" in said
    assert "until they are 90 days old" in said


def test_another_file_of_settings_holds_for_any_command(monkeypatch, tmp_path, capsys, redis_url):
    (tmp_path / "other.env").write_text(f"REDIS_URL={redis_url}\nDIGEST_PAPERS=3\n")
    assert paperboy(monkeypatch, "subscriptions", "add", "slack:C1", "--env-file", "other.env") == 0
    assert "papers 3" in capsys.readouterr().out


@pytest.mark.parametrize(("level", "service", "logged"), [("INFO", False, 0), ("DEBUG", False, 1), ("INFO", True, 1)])
def test_no_log_line_stands_before_a_result(monkeypatch, capsys, level, service, logged):
    """The example file sets LOG_LEVEL=INFO."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    try:
        logs.set_up(Settings(log_level=level), service=service)
        logging.getLogger("bot.cli").info("event=x")
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        for name in logs.OWN:
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert capsys.readouterr().err.count("event=x") == logged


def test_what_is_closed_or_full_is_no_bug(monkeypatch, redis_url):
    command, env = [sys.executable, "-m", "bot"], {"REDIS_URL": redis_url, "PATH": "", "HOME": "/nowhere"}

    def ran(words: str, redirection: str) -> tuple[int, str]:
        line = " ".join([*command, words, redirection])
        done = subprocess.run(["/bin/sh", "-c", line], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    full = "Nothing more can be written: the disk is full. Make room and run it again.\n"
    assert ran("--help", ">/dev/full") == (1, full)
    assert ran("costs", ">/dev/full") == (1, full)
    assert ran("costs", ">&- <&-")[0] == 0
    code, err = ran("init", "<&-")
    assert (code, err.startswith("This asks questions and needs a terminal.")) == (2, True)


def test_a_document_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "folder").mkdir()
    for file, said in ((tmp_path / "folder", "is a folder"), (tmp_path / "gone" / "x.md", "is not a writable folder")):
        with pytest.raises(Misconfigured, match=said):
            terminal.check_writable(file)
    with pytest.raises(Misconfigured, match="cannot be written"):
        terminal.write("x", tmp_path / "folder")


@pytest.mark.parametrize("line", ["--help", "subscriptions --help", "archive --help"])
def test_no_command_s_sentence_is_cut_in_the_help(monkeypatch, capsys, line):
    monkeypatch.setenv("COLUMNS", "80")
    assert paperboy(monkeypatch, *line.split()) == 0
    usage_line, *lines = capsys.readouterr().out.splitlines()
    assert "..." not in "".join(lines), usage_line


def test_the_help_loads_none_of_what_commands_need():
    """Start-up takes a quarter of a second of processor time; these would double it and more."""
    heavy = (
        "aiohttp", "asyncio", "cssselect2", "discord", "lxml", "numpy", "openai", "prompt_toolkit", "pydantic",
        "redis", "slack_sdk",
    )  # fmt: skip
    code = f"import sys, bot.cli.main; print(*sorted(set({heavy!r}) & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "\n"
