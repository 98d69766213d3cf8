"""How the connection to Discord stands, for `paperboy check`: the token, the intent, and each channel's permissions. Posts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.core.chat import ChatError
from bot.discord.chat import DiscordChat
from bot.discord.rest import translated
from digest.errors import PaperboyError

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
)
"""The least: see the channel, post, open the digest's thread, write in it, and look whether a post in doubt arrived."""


@dataclass(frozen=True)
class Stands:
    """One thing: `said` is how it stands, `todo` what to do where it is not `good`."""

    what: str
    good: bool
    said: str
    todo: str = ""


def invite(application: int | str) -> str:
    """The link that invites the bot with what it needs and no more."""
    return discord.utils.oauth_url(int(application), permissions=NEEDED, scopes=("bot", "applications.commands"))


async def stands(chat: DiscordChat, channels: Sequence[str] = ()) -> list[Stands]:
    """Never raises for what Discord refuses: that is what there is to tell."""
    try:
        await chat.rest.ready()
    except PaperboyError as error:
        return [Stands("DISCORD_TOKEN", good=False, said=str(error))]
    client = chat.rest.client
    found = [Stands("DISCORD_TOKEN", good=True, said=f"{client.user}; invite it with {invite(chat.rest.application)}")]
    flags = client.application_flags
    if not (flags.gateway_message_content or flags.gateway_message_content_limited):
        todo = "To answer plain messages in its threads too, enable Message Content Intent on the Bot page of the developer portal."
        found.append(
            Stands("Discord intent", good=False, said="mentions, replies, buttons and commands only", todo=todo)
        )
    return [*found, *[await _channel(chat, channel) for channel in channels]]


async def _channel(chat: DiscordChat, channel_id: str) -> Stands:
    what = f"Discord channel {channel_id}"
    try:
        channel, missing = await _missing(chat, channel_id)
    except ChatError as error:
        return Stands(what, good=False, said=str(error))
    if channel is None:
        return Stands(what, good=False, said="not a text channel or a forum", todo="Set DISCORD_CHANNEL_ID to one.")
    if missing:
        todo = "Give them to the bot's role in the channel's settings, under Permissions."
        return Stands(what, good=False, said=f"#{channel}: missing {', '.join(missing)}", todo=todo)
    return Stands(what, good=True, said=f"#{channel}")


async def _missing(chat: DiscordChat, channel_id: str) -> tuple[str | None, list[str]]:
    """(the channel's name, None where it is of no use; the permissions the bot lacks there, as Discord names them)."""
    client = chat.rest.client
    facts = await chat.rest.read("/channels/{channel_id}", channel_id=channel_id)
    with translated("“View Channel”"):
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
