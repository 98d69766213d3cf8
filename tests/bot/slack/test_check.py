"""`paperboy check` tells of a revoked token, a missing scope, a channel without the bot, an archived one, and posts nothing."""

import pytest

from bot.core.finding import State
from bot.slack.check import check_connection
from tests.servers.slack import APP_TOKEN


async def test_all_is_well(slack, chat):
    found = await check_connection(chat, ["C1"], APP_TOKEN)
    assert all(f.state is State.GOOD for f in found)
    assert [f.what for f in found] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "Slack channel C1"]
    assert slack.space.channels["C1"].messages == {}


async def test_each_trouble_is_named_with_what_to_do(slack, chat):
    slack.scopes -= {"im:write", "reactions:read"}
    slack.space.add_channel("C2", bot=False)
    slack.space.add_channel("C3", archived=True)
    found = {f.what: f for f in await check_connection(chat, ["C2", "C3", "C9"], "xapp-wrong")}
    bad = {what: f.detail + f.todo for what, f in found.items() if f.state is not State.GOOD}
    assert set(bad) == {"Slack scopes", "SLACK_APP_TOKEN", "Slack channel C2", "Slack channel C3", "Slack channel C9"}
    assert "im:write, reactions:read" in bad["Slack scopes"]
    assert "connections:write" in bad["SLACK_APP_TOKEN"]
    assert "/invite" in bad["Slack channel C2"]
    assert "archived" in bad["Slack channel C3"]
    assert "no channel C9" in bad["Slack channel C9"]


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth"])
async def test_a_refused_token_is_all_there_is_to_say(slack, chat, code):
    slack.revoked = code
    (found,) = await check_connection(chat, ["C1"])
    assert found.state is State.BAD
    assert code in found.detail
