"""The local Slack refuses what Slack refuses: else the tests against it would mean nothing."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers.slack import BOT_TOKEN

DIVIDER = {"type": "divider"}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": f"a{number}", "text": plain("b"), **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def overflow(count: int) -> dict[str, Any]:
    options = [{"text": plain("o"), "value": str(n)} for n in range(count)]
    return {"type": "actions", "elements": [{"type": "overflow", "action_id": "m", "options": options}]}


REFUSED: dict[str, list[dict[str, Any]]] = {
    "51 blocks": [DIVIDER] * 51,
    "a section of 3,001 characters": [{"type": "section", "text": plain("x" * 3001)}],
    "a header of 151 characters": [{"type": "header", "text": plain("x" * 151)}],
    "a header with markup": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "an empty text": [{"type": "section", "text": plain(" ")}],
    "a property nobody knows": [{"type": "divider", "colour": "red"}],
    "a block nobody knows": [{"type": "markdown", "text": "x"}],
    "two blocks of one id": [{**DIVIDER, "block_id": "x"}] * 2,
    "eleven elements of context": [{"type": "context", "elements": [plain("x")] * 11}],
    "a label of 76 characters": [{"type": "actions", "elements": [button(1, text=plain("x" * 76))]}],
    "26 buttons": [{"type": "actions", "elements": [button(n) for n in range(26)]}],
    "two buttons of one action": [{"type": "actions", "elements": [button(1), button(1)]}],
    "six options behind the dots": [overflow(6)],
    "a mention in mrkdwn": [{"type": "section", "text": {"type": "mrkdwn", "text": "hi <!channel>"}}],
    "a bare mention that would be parsed": [{"type": "section", "text": {"type": "mrkdwn", "text": "hi @here"}}],
    "an unescaped bracket": [{"type": "section", "text": {"type": "mrkdwn", "text": "a < b", "verbatim": True}}],
    "a mention in rich text": [rich({"type": "broadcast", "range": "here"})],
    "a person in rich text": [rich({"type": "user", "user_id": "U1"})],
    "empty rich text": [rich({"type": "text", "text": ""})],
    "a link to nowhere": [rich({"type": "link", "url": "reply:1"})],
    "11,001 characters in all": [rich({"type": "text", "text": "x" * 1001})] * 11,
    "no block at all, as a list": [{}],
}


@pytest.fixture
async def client(slack):
    return AsyncWebClient(BOT_TOKEN, slack.url, retry_handlers=[])


async def refusal(client: AsyncWebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, json=args)
    return str(refused.value.response["error"])


@pytest.mark.parametrize("what", list(REFUSED))
async def test_blocks(slack, client, what):
    error = await refusal(client, "chat.postMessage", channel="C1", text="x", blocks=REFUSED[what])
    assert error in ("invalid_blocks", "msg_blocks_too_long")
    assert slack.space.channels["C1"].messages == {}


async def test_messages(slack, client):
    slack.limited = False
    sent = (await client.chat_postMessage(channel="C1", text="parent"))["ts"]
    reply = (await client.chat_postMessage(channel="C1", text="reply", thread_ts=sent))["ts"]
    under = {"channel": "C1", "text": "x"}
    assert await refusal(client, "chat.postMessage", **under, thread_ts=reply) == "cannot_reply_to_message"
    assert await refusal(client, "chat.postMessage", channel="C1", text="") == "no_text"
    assert await refusal(client, "chat.postMessage", **under, colour="red") == "invalid_arguments"
    assert await refusal(client, "chat.postMessage", **under, metadata={"key": "x"}) == "invalid_metadata_format"
    assert await refusal(client, "chat.postEphemeral", **under, user="U9") == "user_not_in_channel"
    start = {"channel": "C1", "markdown_text": "x", "recipient_user_id": "U1", "recipient_team_id": "T0PAPER"}
    assert await refusal(client, "chat.startStream", **start) == "invalid_thread_ts"
    assert (
        await refusal(client, "chat.startStream", **start | {"recipient_user_id": ""}, thread_ts=sent)
        == "missing_recipient_user_id"
    )
    stream = (await client.api_call("chat.startStream", json={**start, "thread_ts": sent}))["ts"]
    assert await refusal(client, "chat.update", **under, ts=stream) == "streaming_state_conflict"
    assert await refusal(client, "files.upload", channel="C1") == "unknown_method"
    slack.scopes.remove("chat:write")
    assert await refusal(client, "chat.postMessage", **under) == "missing_scope"


async def test_one_post_a_second_and_channel(slack, client):
    slack.space.add_channel("C2", "U1")
    await client.chat_postMessage(channel="C1", text="one")
    await client.chat_postMessage(channel="C2", text="two")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C1", text="three")
    assert refused.value.response.status_code == 429
    assert float(refused.value.response.headers["Retry-After"]) > 0


async def test_a_trigger_is_good_once_and_for_three_seconds(slack, client, monkeypatch):
    view = {"type": "modal", "title": plain("t"), "blocks": [DIVIDER]}
    trigger = slack.new_trigger("U1")
    await client.views_open(trigger_id=trigger, view=view)
    assert await refusal(client, "views.open", trigger_id=trigger, view=view) == "exchanged_trigger_id"
    late = slack.new_trigger("U1")
    slack._triggers[late] = ("U1", slack._triggers[late][1] - 3.1)
    assert await refusal(client, "views.open", trigger_id=late, view=view) == "expired_trigger_id"
    no_submit = {
        **view,
        "blocks": [{"type": "input", "label": plain("l"), "element": {"type": "plain_text_input", "action_id": "a"}}],
    }
    assert (
        await refusal(client, "views.open", trigger_id=slack.new_trigger("U1"), view=no_submit) == "invalid_arguments"
    )


async def test_an_event_whose_scope_is_missing_is_not_sent(slack):
    slack.scopes.remove("channels:history")
    assert slack.say("C1", "U1", "hello") == []
    slack.events.remove("reaction_added")
    (message,) = slack.space.channels["C1"].messages.values()
    assert slack.react("U2", "C1", message.ts, "+1") is None
