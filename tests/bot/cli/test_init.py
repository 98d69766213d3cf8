"""`paperboy init`, at a terminal and without one, against the local Slack, Discord, arXiv and model servers."""

import contextlib
import os
import re
import stat
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
import yaml

from bot.cli.init import manifest_link
from bot.core.settings import env_file
from bot.core.settings.settings import load
from bot.discord.check import NEEDED
from tests.paths import ROOT
from tests.rows import each
from tests.servers.arxiv import ArxivServer
from tests.servers.discord import Discord
from tests.servers.model import ModelServer
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.servers.terminal import at_terminal


@pytest.fixture
async def arxiv():
    async with ArxivServer() as server:
        yield server


@pytest.fixture
async def slack():
    async with SlackServer(speed=20) as server:
        server.space.add_user("U1", "ann")
        server.space.add_channel("C0PAPERS", "U1")
        server.space.add_channel("C0OTHER", "U1", bot=False)
        yield server


@pytest.fixture
def env(tmp_path, arxiv, redis_url):
    bare = {name: value for name, value in os.environ.items() if re.fullmatch(r"PATH|LANG|LC_.*|TMPDIR", name)}
    bare |= {"HOME": str(tmp_path), "SHORTEN_PACE": "100", "REDIS_URL": redis_url, "ARXIV_CONTACT": "a@b.org"}
    return bare | arxiv.environment


async def paperboy(forks, *words, cwd, env):
    process = await forks.start(*words, cwd=cwd, env=env)
    out, err = await process.communicate()
    return await process.wait(), out.decode(), err.decode()


async def test_a_newcomer_with_slack_is_led_past_every_mistake(tmp_path, forks, env, slack):
    async with ModelServer() as model, contextlib.AsyncExitStack() as stack:
        (tmp_path / ".env").write_text(
            "# ours\nDIGEST_PAPERS=3  # few\n\nSLACK_BOT_TOKEN= # from the admin\nOTHER='a b'\n"
        )
        (tmp_path / ".env").chmod(0o644)
        own = env | {"SLACK_API_URL": slack.url}
        at = await stack.enter_async_context(at_terminal(forks, "init", cwd=tmp_path, env=own))
        await at.answer("slack, discord or both", "telegram")
        await at.answer("Write slack, discord or both.", "s")
        link = (await at.expect("Bot token, xoxb-…")).replace("\n", "")
        assert manifest_link() in link
        await at.answer("(not shown): ", "xapp-1-A0-1")
        await at.answer(
            "This is an app-level token of Slack; the bot token (xoxb-…) is under OAuth & Permissions", "xoxb-wrong"
        )
        await at.answer("bad: SLACK_BOT_TOKEN", BOT_TOKEN)
        await at.expect("ok: SLACK_BOT_TOKEN: team ")
        await at.answer("App-level token", BOT_TOKEN)
        await at.answer(
            "This is a bot token of Slack; the app-level token (xapp-…) is under Basic Information", APP_TOKEN
        )
        await at.expect("ok: SLACK_APP_TOKEN: Socket Mode")
        await at.answer("First channel", "#papers")
        await at.answer(
            "'#papers' is a channel's name, not its id; write its id, such as C0123ABCD",
            "https://team.slack.com/archives/C0OTHER",
        )
        await at.expect("the bot is not in it. /invite it in #")
        slack.invite("C0OTHER", "U1")
        at.type("C0OTHER")
        await at.expect("ok: Slack channel C0OTHER")
        await at.answer("openai, none, or the address", "ollama")
        await at.answer("This is not a URL; write it whole", model.base_url)
        await at.answer("API key", "xoxb-1")
        await at.answer("This is a bot token of Slack; the key of the model's server belongs here.", "sk-local")
        await at.answer("Name of the model [gpt-5-mini]", "")
        await at.answer("bad: LLM_MODEL: the server does not list gpt-5-mini. It lists stand-in", "stand-in")
        await at.expect("Written to .env. Now the check of everything:")
        await at.expect("SLACK_BOT_TOKEN")
        await at.expect("Next: ")
        assert await at.ended() == 0
        assert "run\nThen, in the channel: /digest setup\n" in at.shown
        assert not [secret for secret in (BOT_TOKEN, APP_TOKEN, "sk-local") if secret in at.shown]
    written = (tmp_path / ".env").read_text()
    assert written.startswith(
        f"# ours\nDIGEST_PAPERS=3  # few\n\nSLACK_BOT_TOKEN={BOT_TOKEN} # from the admin\nOTHER='a b'\n"
    )
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    read = load(tmp_path / ".env")
    assert (read.slack_channel, read.llm_model, read.openai_base_url) == ("C0OTHER", "stand-in", model.base_url)
    assert read.slack_app_token.get_secret_value() == APP_TOKEN
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".env.")] == []


async def test_a_newcomer_with_discord_gets_the_invite_link_with_just_what_is_needed(tmp_path, forks, env):
    async with Discord() as server, contextlib.AsyncExitStack() as stack:
        channel = server.world.channel(server.world.guild())
        own = env | {"DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}
        at = await stack.enter_async_context(at_terminal(forks, "init", "--no-model", cwd=tmp_path, env=own))
        await at.answer("slack, discord or both", "discord")
        await at.answer("Bot token (not shown): ", "112233445566778899")
        await at.answer("This is an id, not a token; the bot's token is on the Bot page", server.token)
        await at.expect("ok: DISCORD_TOKEN")
        await at.expect("Invite it")
        asked = parse_qs(
            urlsplit(re.search(r"https://discord\.com/oauth2\S+", await at.expect("First channel"))[0]).query
        )
        assert discord.Permissions(int(asked["permissions"][0])) == NEEDED
        assert set(asked["scope"][0].split()) == {"bot", "applications.commands"}
        at.type(f"https://discord.com/channels/1/{channel['id']}")
        await at.expect(f"ok: Discord channel {channel['id']}")
        await at.expect("Next: ")
        assert await at.ended() == 0
    assert f"DISCORD_CHANNEL_ID={channel['id']}\n" in (tmp_path / ".env").read_text()


async def test_ctrl_c_and_ctrl_d_end_it_with_nothing_written(tmp_path, forks, env):
    for key in ("\x03", "\x04"):
        async with at_terminal(forks, "init", cwd=tmp_path, env=env) as at:
            await at.expect("slack, discord or both [slack]: ")
            at.press(key)
            assert await at.ended() == 130
            assert at.shown.rstrip().endswith("Stopped.")
            assert "Traceback" not in at.shown
    assert list(tmp_path.glob(".env*")) == []


class TestWithoutATerminal:
    async def test_options_are_checked_written_and_end_with_the_check(self, tmp_path, forks, env, slack):
        words = ("--slack-bot-token", BOT_TOKEN, "--slack-app-token", APP_TOKEN, "--slack-channel", "C0PAPERS")
        own = env | {"SLACK_API_URL": slack.url}
        code, out, err = await paperboy(forks, "init", *words, "--yes", "--env-file", "bot.env", cwd=tmp_path, env=own)
        assert (code, err) == (0, "")
        assert "ok: Slack channel C0PAPERS" in out
        assert out.index("Written to bot.env") < out.index("arXiv feed") < out.index("run --env-file bot.env")
        assert load(tmp_path / "bot.env").slack_channel == "C0PAPERS"

    async def test_a_refused_token_writes_nothing_and_an_unreachable_server_is_said(self, tmp_path, forks, env, slack):
        words = ("init", "--slack-bot-token", "xoxb-wrong", "--slack-app-token", APP_TOKEN, "--yes")
        code, out, err = await paperboy(forks, *words, cwd=tmp_path, env=env | {"SLACK_API_URL": slack.url})
        assert (code, list(tmp_path.glob(".env*"))) == (2, [])
        assert "bad: SLACK_BOT_TOKEN" in out
        assert err == "Nothing was written. Correct what is said above, then run it again.\n"
        code, out, _ = await paperboy(forks, *words, cwd=tmp_path, env=env | {"SLACK_API_URL": "http://127.0.0.1:1/"})
        assert code == 1
        assert "Written to .env" in out

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ([], "needs a terminal. Without one, give the answers as options: paperboy init --slack-bot-token"),
            (["--yes"], "No platform is named: give --slack-bot-token or --discord-token."),
            (["--yes", "--slack-bot-token", "xoxb-1"], "Slack needs a second token: give --slack-app-token"),
            (["--yes", "--slack-bot-token", "xapp-1"], "--slack-bot-token: this is an app-level token of Slack;"),
            (["--yes", "--slack-channel", "#general"], "--slack-channel: '#general' is a channel's name, not its id;"),
            (["--yes", "--openai-api-key", "gsk_1"], "--openai-api-key: this is a key of Groq; set OPENAI_BASE_URL to"),
            (["--yes", "--openai-base-url", "localhost"], "--openai-base-url is not a URL;"),
            (["--yes", "--env-file", "gone/x.env"], "Nothing can be written to "),
        ],
    )
    async def test_what_is_wrong_or_missing_is_a_sentence(self, tmp_path, forks, env, words, said):
        code, out, err = await paperboy(forks, "init", *words, cwd=tmp_path, env=env)
        assert (code, out) == (2, "")
        assert said in err
        assert list(tmp_path.glob("*.env")) == []


def test_slack_s_page_is_filled_in_with_the_whole_manifest():
    asked = parse_qs(urlsplit(manifest_link()).query)
    assert asked["new_app"] == ["1"]
    assert yaml.safe_load(asked["manifest_yaml"][0]) == yaml.safe_load((ROOT / "bot/slack/manifest.yaml").read_text())
    assert len(manifest_link()) < 8000


@each(
    ("before", "after"),
    [
        ("A=1\n", "A=2\n"),
        ("# A=1\nA=1", "# A=1\nA=2\n"),
        ("export A='x # y'  # why\nB=1\n", "export A=2  # why\nB=1\n"),
        ('A="one\ntwo"\nB=1\n', "A=2\nB=1\n"),
        ("A=1\r\nB=1\r\n", "A=2\r\nB=1\r\n"),
        ("B=1", "B=1\nA=2\n"),
        ("A=\n\n\nB=1 # A=7\n", "A=2\n\n\nB=1 # A=7\n"),
        ("A=#1\nA=3\n", "A=2\nA=2\n"),
        ("A\nB=1\n", "A=2\nB=1\n"),
        ("export A # why = so\nB=1", "export A=2 # why = so\nB=1"),
        ("", "A=2\n"),
    ],
)
def test_a_file_of_settings_keeps_all_else(before, after):
    assert env_file.with_values(before, {"A": "2"}) == after


def test_a_value_with_spaces_and_marks_is_read_back(tmp_path):
    value = 'it\'s a # \\ "value"'
    env_file.write(tmp_path / "x.env", {"DIGEST_INTERESTS": value})
    assert load(tmp_path / "x.env").digest_interests == value


def test_a_link_to_a_file_stays_one(tmp_path):
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to("real")
    env_file.write(tmp_path / ".env", {"A": "2"})
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "A=2\n"
