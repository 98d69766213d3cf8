"""Compares the permissions a digest needs with those the bot has in a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.core.chat import ALONE, Grant, Place
from bot.core.texts import say
from bot.discord.rest import Rest, translate_errors

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    create_public_threads=True,
    send_messages_in_threads=True,
    read_message_history=True,
    attach_files=True,
)
"""The permissions that the bot needs. It reads the history to check posts in doubt."""
USES: Mapping[str, tuple[str, ...]] = {
    "post": ("view_channel", "send_messages"),
    "threads": ("create_public_threads", "send_messages_in_threads"),
    "history": ("read_message_history",),
    "files": ("attach_files",),
}
"""The permissions by purpose."""
CHANNEL, HELD, KIND = "channel", "app_permissions", "channel_type"
"""Names in the `extra` of an interaction: its channel, what the bot may do there, and the kind of
channel."""
DIGEST_CHANNELS = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum)
"""Other channels, such as a voice channel's chat, have no threads."""


def told(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """Returns the `extra` of what people do there."""
    held = {CHANNEL: str(interaction.channel_id), HELD: str(interaction.app_permissions.value)}
    if interaction.channel is not None:
        held[KIND] = str(interaction.channel.type.value)
    alone = interaction.is_user_integration() and not interaction.is_guild_integration() and not _with_bot(interaction)
    return held | ({ALONE: "yes"} if alone else {})


def _with_bot(interaction: discord.Interaction[Any]) -> bool:
    return interaction.context.dm_channel is True


async def grants(rest: Rest, place: Place, given: Mapping[str, str]) -> list[Grant]:
    """Returns the rights that the interaction in this channel gives, else those of roles and
    channels. In a thread or a forum's post, other permissions count than in the digest's
    channel."""
    if given.get(HELD) and given.get(CHANNEL) == place.channel:
        kind = discord.ChannelType(int(given.get(KIND) or discord.ChannelType.text.value))
        return _grants(discord.Permissions(int(given[HELD])), kind)
    channel, has = await load_held(rest, place.channel)
    return _grants(has, channel.type)


def _grants(has: discord.Permissions, kind: discord.ChannelType) -> list[Grant]:
    lacking = set(missing(has, forum=kind is discord.ChannelType.forum))
    found = {use: ", ".join(spoken(n) for n in names if n in lacking) for use, names in USES.items()}
    if kind not in DIGEST_CHANNELS:
        found["threads"] = say.sentence("error.discord.kind.thread")
    return [Grant(use, not needs, needs) for use, needs in found.items()]


def missing(has: discord.Permissions, *, forum: bool) -> Sequence[str]:
    """Returns the SDK's names of the permissions in NEEDED that are missing."""
    needed = [name for name, needs in NEEDED if needs]
    if forum:
        needed.remove("create_public_threads")  # “Send Messages” allows posting in a forum
    return [name for name in needed if not getattr(has, name) and not has.administrator]


def spoken(name: str) -> str:
    """Returns `Send Messages` for `send_messages`, as Discord's settings call it in English."""
    return name.replace("_", " ").title()


async def load_held(
    rest: Rest, channel_id: str, member_id: str = ""
) -> tuple[discord.abc.GuildChannel, discord.Permissions]:
    """Returns the channel, and what the bot or another member may do in it. Raises ChatError."""
    facts = await rest.read("/channels/{channel_id}", channel_id=channel_id)
    with translate_errors("“View Channel”"):
        guild = await rest.client.fetch_guild(int(facts.get("guild_id", 0)))
        channel = await guild.fetch_channel(int(channel_id))
        member = await guild.fetch_member(int(member_id or rest.me))
    assert not isinstance(channel, discord.Thread)
    return channel, channel.permissions_for(member)
