"""Checks Slack for `paperboy check`: tokens, scopes and channels. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.chat import ChatError, OutcomeUnknown, Throttled
from bot.core.finding import Finding, State
from bot.slack.chat import SlackChat
from bot.slack.web_api import METHODS

LISTENING = frozenset({"app_mentions:read", "commands", "reactions:read"})
"""The scopes of events and features; `METHODS` holds those of methods."""


async def check_connection(chat: SlackChat, channels: Sequence[str] = (), app_token: str = "") -> list[Finding]:
    """Returns the findings. Never raises a ChatError: a refusal becomes a Finding."""
    try:
        who = await chat.api.identity()
    except ChatError as error:
        return [_refusal("SLACK_BOT_TOKEN", error)]
    found = [Finding("SLACK_BOT_TOKEN", State.GOOD, f"team {who.team}, {who.url}")]
    needed = LISTENING | {scope for scopes in METHODS.values() for scope in scopes}
    if who.scopes and (missing := sorted(needed - who.scopes)):
        todo = (
            "Add them under OAuth & Permissions at https://api.slack.com/apps (or paste "
            "the manifest again) and reinstall the app."
        )
        found.append(Finding("Slack scopes", State.BAD, f"missing: {', '.join(missing)}", todo))
    if app_token:
        found.append(await _app_token(chat, app_token))
    return [*found, *[await _channel(chat, channel) for channel in channels]]


async def _app_token(chat: SlackChat, app_token: str) -> Finding:
    try:
        await chat.api.call("apps.connections.open", token=app_token)
    except ChatError as error:
        todo = "Make an app-level token (xapp-…) with connections:write under Basic Information."
        return _refusal("SLACK_APP_TOKEN", error, todo)
    return Finding("SLACK_APP_TOKEN", State.GOOD, "Socket Mode")


async def _channel(chat: SlackChat, channel: str) -> Finding:
    what = f"Slack channel {channel}"
    try:
        info = (await chat.api.call("conversations.info", channel=channel))["channel"]
    except ChatError as error:
        return _refusal(what, error)
    if info.get("is_archived"):
        return Finding(what, State.BAD, "archived", "Unarchive it, or `/digest forget` it.")
    if not info.get("is_member"):
        return Finding(what, State.BAD, "the bot is not in it", f"/invite it in #{info.get('name', channel)}.")
    return Finding(what, State.GOOD, f"#{info.get('name', channel)}")


def _refusal(what: str, error: ChatError, todo: str = "") -> Finding:
    answered = not isinstance(error, OutcomeUnknown | Throttled)
    return Finding(what, State.BAD, str(error), todo if answered else "", answered)
