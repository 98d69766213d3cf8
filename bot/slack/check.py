"""How the connection to Slack stands, for `paperboy check`: the token, its scopes, the app token, and each channel. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.chat import ChatError
from bot.slack.chat import SlackChat
from bot.slack.wire import METHODS

LISTENING = frozenset({"app_mentions:read", "commands", "reactions:read"})
"""Scopes of events and features; those of methods stand in their table."""


@dataclass(frozen=True)
class Stands:
    """One thing: `said` is how it stands, `todo` what to do where it is not `good`."""

    what: str
    good: bool
    said: str
    todo: str = ""


async def stands(chat: SlackChat, channels: Sequence[str] = (), app_token: str = "") -> list[Stands]:
    """Never raises a ChatError: what Slack refuses is what there is to tell."""
    try:
        who = await chat.wire.identity()
    except ChatError as error:
        return [Stands("SLACK_BOT_TOKEN", good=False, said=str(error))]
    found = [Stands("SLACK_BOT_TOKEN", good=True, said=f"team {who.team}, {who.url}")]
    needed = LISTENING | {scope for scopes in METHODS.values() for scope in scopes}
    if who.scopes and (missing := sorted(needed - who.scopes)):
        todo = "Add them under OAuth & Permissions at https://api.slack.com/apps (or paste the manifest anew) and reinstall the app."
        found.append(Stands("Slack scopes", good=False, said=f"missing: {', '.join(missing)}", todo=todo))
    if app_token:
        found.append(await _app_token(chat, app_token))
    return [*found, *[await _channel(chat, channel) for channel in channels]]


async def _app_token(chat: SlackChat, app_token: str) -> Stands:
    try:
        await chat.wire.call("apps.connections.open", token=app_token)
    except ChatError as error:
        todo = "Make an app-level token (xapp-…) with connections:write under Basic Information."
        return Stands("SLACK_APP_TOKEN", good=False, said=str(error), todo=todo)
    return Stands("SLACK_APP_TOKEN", good=True, said="Socket Mode")


async def _channel(chat: SlackChat, channel: str) -> Stands:
    what = f"Slack channel {channel}"
    try:
        info = (await chat.wire.call("conversations.info", channel=channel))["channel"]
    except ChatError as error:
        return Stands(what, good=False, said=str(error))
    if info.get("is_archived"):
        return Stands(what, good=False, said="archived", todo="Unarchive it, or `/digest forget` it.")
    if not info.get("is_member"):
        return Stands(
            what, good=False, said="the bot is not in it", todo=f"/invite it in #{info.get('name', channel)}."
        )
    return Stands(what, good=True, said=f"#{info.get('name', channel)}")
