"""Figures on Discord: they go with the message, over real HTTP, in a text channel and in a forum."""

import pytest

from bot.discord.ids import message_id
from tests.bot.discord.test_contract import DiscordWorld
from tests.bot.figures import FiguresContract
from tests.servers.discord_rules import walk
from tests.servers.discord_world import PUBLIC_THREAD

MESSAGES = r"/channels/\d+/messages"


class World(DiscordWorld):
    async def pictured(self):
        found = {}
        for channel, messages in self.home.world.messages.items():
            thread = self.home.world.channels[channel]["type"] == PUBLIC_THREAD
            for message in messages.values():
                galleries = [c for c in walk(message["components"]) if c["type"] == 12]
                assert len(galleries) == len(message["attachments"])
                for gallery in galleries:
                    found[message_id(channel, message["id"], thread=thread)] = gallery["items"][0]["description"]
        return found

    def break_upload(self, how):
        channel = self.home.channel["id"]
        match how:
            case "refused":
                self.home.world.denied[channel].add("ATTACH_FILES")
            case "slow":
                self.home.discord.slow_files = 5.0
            case "lost":
                self.home.discord.fail("POST", MESSAGES, 0, stored=True, times=3)

    def refuse_picture(self):
        self.home.discord.refuse_files = 1


class TestFigures(FiguresContract):
    @pytest.fixture
    async def world(self, home):
        return World(home)


class TestFiguresInAForum(FiguresContract):
    @pytest.fixture
    async def world(self, home):
        home.channel = home.world.forum(home.guild, ("digest", "cs.CV"))
        return World(home)
