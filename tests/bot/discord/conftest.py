"""A local Discord for each test, with a server, a channel and somebody in it; the SDK is pointed at it and back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.core.chat import Place
from bot.discord import connection
from bot.discord.chat import DiscordChat
from tests.servers.discord import Discord


@dataclass
class Home:
    """What a test works with."""

    discord: Discord
    chat: DiscordChat
    guild: dict[str, Any]
    channel: dict[str, Any]

    @property
    def world(self):
        return self.discord.world

    @property
    def place(self) -> Place:
        return Place("discord", self.channel["id"])


@pytest.fixture
async def discord_server() -> AsyncIterator[Discord]:
    async with Discord() as server:
        connection.set_addresses(server.api_url, server.gateway_url)
        yield server
        connection.set_addresses()


@pytest.fixture
async def home(discord_server: Discord) -> AsyncIterator[Home]:
    guild = discord_server.world.guild()
    channel = discord_server.world.channel(guild)
    chat = DiscordChat(discord_server.token, pace=0.05)
    yield Home(discord_server, chat, guild, channel)
    await chat.close()
