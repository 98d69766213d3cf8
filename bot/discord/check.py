"""Checks Discord for `paperboy check`: token, intent and channel permissions. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.core.chat import ChatError, OutcomeUnknown, Throttled
from bot.core.finding import Finding, State
from bot.discord.chat import DiscordChat
from bot.discord.rest import translate_errors
from digest.errors import PaperboyError

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
    attach_files=True,
)
"""What the bot needs. It reads the history to find out whether a post in doubt arrived."""
FOR_FIGURES = "Attach Files"
"""Without it, papers are posted without their figures."""


def invite(application: int | str) -> str:
    """The link that invites the bot with the permissions in NEEDED."""
    return discord.utils.oauth_url(int(application), permissions=NEEDED, scopes=("bot", "applications.commands"))


async def check_connection(chat: DiscordChat, channels: Sequence[str] = ()) -> list[Finding]:
    """Never raises a ChatError: a refusal becomes a Finding."""
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
    """(name, missing permissions); the name is None for a channel of an unusable kind."""
    client = chat.rest.client
    facts = await chat.rest.read("/channels/{channel_id}", channel_id=channel_id)
    with translate_errors("“View Channel”"):
        guild = await client.fetch_guild(int(facts.get("guild_id", 0)))
        channel = await guild.fetch_channel(int(channel_id))
        member = await guild.fetch_member(int(chat.rest.me))
    if not isinstance(channel, discord.TextChannel | discord.ForumChannel):
        return None, []
    has = channel.permissions_for(member)
    needed = [name for name, needs in NEEDED if needs]
    if isinstance(channel, discord.ForumChannel):
        needed.remove("create_public_threads")  # posting there is “Send Messages”
    return channel.name, [name.replace("_", " ").title() for name in needed if not getattr(has, name)]


def _refusal(what: str, error: PaperboyError) -> Finding:
    return Finding(what, State.BAD, str(error), answered=not isinstance(error, OutcomeUnknown | Throttled))
