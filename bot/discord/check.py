"""Checks Discord for `paperboy check`: token, intent and channel permissions. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.core.chat import ChatError, OutcomeUnknown, Throttled
from bot.core.finding import Finding, State
from bot.discord import permissions
from bot.discord.chat import DiscordChat
from bot.discord.permissions import NEEDED
from digest.errors import PaperboyError

FOR_FIGURES = "Attach Files"
"""Without this permission, papers are posted without their figures."""


def invite(application: int | str) -> str:
    """Returns the link that invites the bot with the permissions in NEEDED."""
    return discord.utils.oauth_url(int(application), permissions=NEEDED, scopes=("bot", "applications.commands"))


async def check_connection(chat: DiscordChat, channels: Sequence[str] = ()) -> list[Finding]:
    """Returns the findings. Never raises a ChatError: a refusal becomes a Finding."""
    try:
        await chat.rest.ready()
    except PaperboyError as error:
        return [_refusal("DISCORD_TOKEN", error)]
    client = chat.rest.client
    found = [Finding("DISCORD_TOKEN", State.GOOD, f"{client.user}; invite it with {invite(chat.rest.application)}")]
    flags = client.application_flags
    if not (flags.gateway_message_content or flags.gateway_message_content_limited):
        todo = (
            "To answer plain messages in its threads too, enable Message Content Intent "
            "on the Bot page of the developer portal."
        )
        found.append(Finding("Discord intent", State.DOUBTFUL, "mentions, replies, buttons and commands only", todo))
    return [*found, *[await _channel(chat, channel) for channel in channels]]


async def _channel(chat: DiscordChat, channel_id: str) -> Finding:
    what = f"Discord channel {channel_id}"
    try:
        channel, missing = await _missing(chat, channel_id)
    except ChatError as error:
        return _refusal(what, error)
    if channel is None:
        return Finding(what, State.BAD, "not a text channel or a forum", "Set DISCORD_CHANNEL_ID to one.")
    if missing == [FOR_FIGURES]:
        todo = "Give it to the bot's role to see the papers' figures."
        return Finding(what, State.DOUBTFUL, f"#{channel}: missing {FOR_FIGURES}", todo)
    if missing:
        todo = "Give them to the bot's role in the channel's settings, under Permissions."
        return Finding(what, State.BAD, f"#{channel}: missing {', '.join(missing)}", todo)
    return Finding(what, State.GOOD, f"#{channel}")


async def _missing(chat: DiscordChat, channel_id: str) -> tuple[str | None, list[str]]:
    """Returns (name, missing permissions). The name is None for a channel of an unusable kind."""
    channel, has = await permissions.load_held(chat.rest, channel_id)
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return None, []
    lacking = permissions.missing(has, forum=isinstance(channel, discord.ForumChannel))
    return channel.name, [permissions.spoken(name) for name in lacking]


def _refusal(what: str, error: PaperboyError) -> Finding:
    return Finding(what, State.BAD, str(error), answered=not isinstance(error, OutcomeUnknown | Throttled))
