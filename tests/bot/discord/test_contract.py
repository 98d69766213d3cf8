"""Discord keeps the contract of every Chat: over real HTTP, in a text channel and in a forum."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.core.chat import Person, Place, Question
from bot.discord.ids import message_id
from tests.bot.contract import Break, ChatContract, Seen
from tests.bot.discord.conftest import Home
from tests.servers.discord_rules import texts
from tests.servers.discord_world import PUBLIC_THREAD

POST = r"/channels/\d+/(messages|threads)"
FIND = r"/channels/\d+/messages|/channels/\d+/threads/archived/public"


class DiscordWorld:
    def __init__(self, home: Home) -> None:
        self.home, self.chat, self.place = home, home.chat, home.place

    async def posts(self) -> Sequence[Seen]:
        channels = self.home.world.channels
        seen = []
        for channel_id, messages in self.home.world.messages.items():
            thread = channels[channel_id]["type"] == PUBLIC_THREAD
            for m in messages.values():
                name = message_id(channel_id, m["id"], thread=thread)
                seen.append((int(m["id"]), Seen(name, texts(m), channel_id if thread and "/" in name else "")))
        return [s for _, s in sorted(seen, key=lambda pair: pair[0])]

    def break_next(self, break_: Break, when: str = "post") -> None:
        method, path = ("POST", POST) if when == "post" else ("GET", FIND)
        status, code, stored = {
            Break.ANSWER_LOST: (0, 0, True),
            Break.REQUEST_LOST: (502, 0, False),
            Break.THROTTLED: (429, 0, False),
            Break.GONE: (404, 10003, False),
            Break.FORBIDDEN: (403, 50013, False),
            Break.HISTORY: (403, 50013, False),
        }[break_]
        self.home.discord.fail(method, path, status, code=code, stored=stored)

    async def remove(self, message: str) -> None:
        channel, _, bare = message.rpartition("/")
        own = bare if bare in self.home.world.messages.get(bare, ()) else self.place.channel  # a forum's post
        self.home.world.remove(channel or own, bare)

    def refusals(self) -> Sequence[object]:
        return [(r.method, r.path, r.status) for r in self.home.discord.journal if r.status >= 400]

    def question(self, thread: Place) -> Question:
        return Question("q", thread, Person("7"), "Does it release code?", datetime.now(UTC))


class TestTextChannel(ChatContract):
    @pytest.fixture
    async def world(self, home):
        return DiscordWorld(home)


class TestForum(ChatContract):
    """A post of the forum is parent and thread at once."""

    @pytest.fixture
    async def world(self, home):
        home.channel = home.world.forum(home.guild, ("digest", "cs.CV"))
        return DiscordWorld(home)


class Forgetful(dict):
    """The nonces of an hour ago: Discord keeps them for minutes."""

    def __contains__(self, key: object) -> bool:
        return False


class TestAnHourLater(ChatContract):
    """Every restart comes when the nonce no longer helps: only the marker tells what arrived."""

    @pytest.fixture
    async def world(self, home):
        home.world.nonces = Forgetful()
        return DiscordWorld(home)

    test_an_answer_replaces_what_was_written_and_stands_once = None
    """Two drafts at one moment: not an hour later. The half-written answer of an hour ago is in test_wire."""
