"""A channel of people with the bot in it, on each platform and by each way that its events come: what they do, and what they see.

`async with a_place(kind, world)` starts the bot as a process; `kind` is one of `KINDS`.
"""

import asyncio
import contextlib
import signal
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bot.server.test_health import free_port
from tests.deadline import DEADLINE
from tests.scenarios.conftest import World
from tests.servers.discord import TOKEN, Discord
from tests.servers.discord_gateway import buttons
from tests.servers.discord_rules import walk
from tests.servers.discord_world import Interaction
from tests.servers.forking import Started
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, BOT_USER, Message, SlackServer

Json = dict[str, Any]
KINDS = ("slack by socket", "slack by http", "discord", "discord without content")
CHANNEL = "C0PAPERS"
SECRET = "a-signing-secret"


class Place(ABC):
    """Ids are those of the platform's messages."""

    environment: dict[str, str]

    def __init__(self, world: World, log: Path) -> None:
        self.world, self.log = world, log
        self.process: Started | None = None

    # ------------------------------------------------------------ the bot

    async def start(self) -> None:
        with self.log.open("ab") as file:
            self.process = await self.world.start("run", output=file, **({"SHORTEN": "3"} | self.environment))
        async with asyncio.timeout(DEADLINE):
            await self._listened()

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(DEADLINE):
                await self.process.wait()

    async def until(self, held: Callable[[], Any]) -> Any:
        """Returns what the predicate gives once that is true."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not (value := held()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            seen = {"posts": self.posts(), "direct": self.direct(), "alone": self.alone()}
            pytest.fail(f"{seen}\n{self.log.read_text()[-4000:]}")
        return value

    def logged(self, words: str) -> int:
        return self.log.read_text().count(words)

    async def until_logged(self, words: str, times: int = 1) -> None:
        await self.until(lambda: self.logged(words) >= times)

    # ------------------------------------------------------------ a platform

    @abstractmethod
    async def _listened(self) -> None: ...

    @abstractmethod
    def ask(self, text: str, *, thread: str = "") -> str:
        """Ann mentions the bot; the id of her message."""

    @abstractmethod
    def say(self, text: str, *, thread: str = "") -> str:
        """Ann says something to nobody in particular."""

    @abstractmethod
    def again(self, message: str) -> None:
        """The event of a message that Ann wrote comes once more."""

    @abstractmethod
    def refused(self) -> int:
        """How many of the bot's requests were refused for want of a right."""

    @abstractmethod
    def write_directly(self, text: str) -> str:
        """Ann writes the bot a direct message."""

    @abstractmethod
    def edit(self, message: str, text: str, *, mention: bool = True) -> None:
        """Ann edits her message, which mentions the bot or no longer does."""

    @abstractmethod
    def preview(self, message: str) -> None:
        """The platform shows below Ann's message what a link in it leads to."""

    @abstractmethod
    def delete(self, message: str) -> None: ...

    @abstractmethod
    def posts(self) -> list[tuple[str, str]]:
        """(id, text) of the bot's messages in the channel and its threads, oldest first."""

    @abstractmethod
    def direct(self) -> list[str]:
        """What the bot wrote to Ann directly."""

    @abstractmethod
    def alone(self, *, bob: bool = False) -> list[str]:
        """What Ann, or Bob, alone sees in the channel."""

    @abstractmethod
    def command(self, name: str, text: str, *, bob: bool = False) -> None:
        """Ann, who may manage the channel, or Bob, who may not, types `/digest now`."""

    @abstractmethod
    def ask_alone(self, paper: str, question: str) -> None:
        """Ann asks about a paper by `/paper`, for herself."""

    @abstractmethod
    def press(self, label: str) -> None:
        """Ann presses the button that reads so, in the last message that she alone sees."""

    @abstractmethod
    async def add(self) -> None:
        """Ann adds the one paper that the digest left out."""

    @abstractmethod
    def deny(self, what: str = "write") -> None:
        """The bot may no longer `write`, is `out` of the channel, its `token` is refused, or the channel is `archived`."""

    @abstractmethod
    def allow(self) -> None:
        """What was denied is given back."""

    @abstractmethod
    def react(self, message: str, emoji: str, *, undo: bool = False) -> None:
        """👍 👎 🔖"""

    def texts(self) -> list[str]:
        return [text for _, text in self.posts()]

    def parent(self) -> str:
        """The id of the digest's first message."""
        return self.posts()[0][0]


class OnSlack(Place):
    def __init__(self, world: World, log: Path, server: SlackServer, *, http: bool) -> None:
        super().__init__(world, log)
        self.server, self.space, self.http = server, server.space, http
        self.sent: dict[str, list[Any]] = {}
        self.space.add_user("U1", "ann", admin=True)
        self.space.add_user("U2", "bob")
        self.space.add_channel(CHANNEL, "U1", "U2")
        self.environment = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": server.url}
        port = free_port()
        self.environment["PORT"] = str(port)
        if http:
            self.environment["SLACK_SIGNING_SECRET"] = SECRET
            server.hub.http = (f"http://127.0.0.1:{port}/slack/events", SECRET)
        else:
            self.environment["SLACK_APP_TOKEN"] = APP_TOKEN

    async def _listened(self) -> None:
        if self.http:
            await self.until_logged("event=started", self.logged("event=started") + 1)
            port = int(self.environment["PORT"])
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)
        self.server.hub.connected.clear()
        await self.server.hub.connected.wait()

    def ask(self, text: str, *, thread: str = "") -> str:
        return self.say(f"<@{BOT_USER}> {text}", thread=thread)

    def say(self, text: str, *, thread: str = "") -> str:
        sent = self.server.say(CHANNEL, "U1", text, thread)
        ts = str(sent[0].payload["event"]["ts"])
        self.sent[ts] = sent
        return ts

    def again(self, message: str) -> None:
        for delivery in self.sent[message]:
            self.server.again(delivery)

    def refused(self) -> int:
        return len(
            [
                c
                for c in self.server.journal
                if c.error in ("missing_scope", "not_in_channel", "invalid_auth", "is_archived")
            ]
        )

    def write_directly(self, text: str) -> str:
        channel = self.space.open_direct("U1").id
        return str(self.server.say(channel, "U1", text)[0].payload["event"]["ts"])

    def edit(self, message: str, text: str, *, mention: bool = True) -> None:
        self.server.edit(CHANNEL, message, f"<@{BOT_USER}> {text}" if mention else text)

    def preview(self, message: str) -> None:
        self.server.preview(CHANNEL, message)

    def delete(self, message: str) -> None:
        self.server.remove(CHANNEL, message)

    def messages(self) -> list[Message]:
        found = self.space.channels[CHANNEL].messages.values()
        return sorted((m for m in found if m.bot_id), key=lambda m: m.ts)

    def posts(self) -> list[tuple[str, str]]:
        return [(m.ts, m.shown) for m in self.messages()]

    def direct(self) -> list[str]:
        return [m.shown for m in self.space.open_direct("U1").messages.values() if m.bot_id]

    def alone(self, *, bob: bool = False) -> list[str]:
        return [m.shown for m in self._alone(bob)]

    def _alone(self, bob: bool) -> list[Message]:
        return [m for m in self.space.channels[CHANNEL].ephemeral if m.to == ("U2" if bob else "U1")]

    def command(self, name: str, text: str, *, bob: bool = False) -> None:
        self.server.command("U2" if bob else "U1", CHANNEL, f"/{name}", text)

    def ask_alone(self, paper: str, question: str) -> None:
        self.command("paper", f"{paper} {question}")

    def press(self, label: str) -> None:
        self.server.click("U1", self._alone(False)[-1], label)

    async def add(self) -> None:
        parent = next(m for m in reversed(self.messages()) if "Others" in str(m.blocks))
        await self.server.click("U1", parent, "Others").wait()
        view = await self.until(lambda: next(reversed(self.space.views.values()), None))
        [rows] = [b for b in view["blocks"] if b.get("block_id") == "rows0"]
        self.server.fill("U1", view, rows0=[option["value"] for option in rows["element"]["options"]])
        await self.server.submit("U1", view).wait()

    def deny(self, what: str = "write") -> None:
        if what == "write":
            self.server.scopes.discard("chat:write")
        elif what == "token":
            self.server.revoked = "invalid_auth"
        elif what == "archived":
            self.space.channels[CHANNEL].archived = True
        else:
            self.server.kick(CHANNEL, "U1")

    def allow(self) -> None:
        self.server.scopes.add("chat:write")
        self.server.revoked = ""
        self.space.channels[CHANNEL].archived = False
        if BOT_USER not in self.space.channels[CHANNEL].members:
            self.server.invite(CHANNEL, "U1")

    def react(self, message: str, emoji: str, *, undo: bool = False) -> None:
        name = {"👍": "+1", "👎": "-1", "🔖": "bookmark"}[emoji]
        (self.server.unreact if undo else self.server.react)("U1", CHANNEL, message, name)


class OnDiscord(Place):
    def __init__(self, world: World, log: Path, server: Discord) -> None:
        super().__init__(world, log)
        self.server, self.discord = server, server.world
        self.guild = self.discord.guild()
        self.channel = self.discord.channel(self.guild)
        self.ann, self.bob = self.discord.person("ann"), self.discord.person("bob")
        self.interactions: list[Interaction] = []
        self.environment = {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
            "PORT": str(free_port()),
        }

    async def _listened(self) -> None:
        seen = self.logged("event=discord_ready")
        await self.until(lambda: self.logged("event=discord_ready") > seen)

    def _bot(self) -> str:
        return f"<@{self.discord.bot['id']}>"

    def _where(self, thread: str) -> dict[str, Any]:
        return self.discord.channels[thread] if thread else self.channel

    def ask(self, text: str, *, thread: str = "") -> str:
        return self.say(f"{self._bot()} {text}", thread=thread)

    def say(self, text: str, *, thread: str = "") -> str:
        return str(self.server.say(self.ann, self._where(thread), text)["id"])

    def again(self, message: str) -> None:
        self.discord.emit("MESSAGE_CREATE", self._find(message))

    def refused(self) -> int:
        return len([r for r in self.server.journal if r.status in (401, 403)])

    def write_directly(self, text: str) -> str:
        return str(self.server.say(self.ann, self.discord.direct(self.ann), text)["id"])

    def _find(self, message: str) -> dict[str, Any]:
        return next(by_id[message] for by_id in self.discord.messages.values() if message in by_id)

    def edit(self, message: str, text: str, *, mention: bool = True) -> None:
        self.discord.rewrite(self._find(message), {"content": f"{self._bot()} {text}" if mention else text})

    def preview(self, message: str) -> None:
        self.discord.preview(self._find(message))

    def delete(self, message: str) -> None:
        self.discord.remove(self._find(message)["channel_id"], message)

    def messages(self) -> list[dict[str, Any]]:
        ours = [
            m
            for channel, by_id in self.discord.messages.items()
            for m in by_id.values()
            if m["author"] is self.discord.bot and self.discord.channels.get(channel, {}).get("guild_id")
        ]
        return sorted(ours, key=lambda m: int(m["id"]))

    def posts(self) -> list[tuple[str, str]]:
        return [(m["id"], shown(m)) for m in self.messages()]

    def direct(self) -> list[str]:
        channel = self.discord.direct(self.ann)["id"]
        return [shown(m) for m in self.discord.messages[channel].values() if m["author"] is self.discord.bot]

    def alone(self, *, bob: bool = False) -> list[str]:
        return [shown(m) for m in self._alone(self.bob if bob else self.ann)]

    def _alone(self, person: Json) -> list[Json]:
        return [m for made in self.interactions if person["id"] in str(made.payload) for m in made.shown]

    def command(self, name: str, text: str, *, bob: bool = False, **options: str) -> None:
        found = next(c for c in self.discord.commands if c["name"] == name)
        given = [{"type": 3, "name": option, "value": value} for option, value in options.items()]
        verb = {"type": 1, "name": text, "options": given}
        self._interact(2, {"id": found["id"], "name": name, "type": 1, "options": [verb]}, bob=bob)

    def ask_alone(self, paper: str, question: str) -> None:
        self.command("paper", "ask", paper=paper, question=question)

    def press(self, label: str) -> None:
        self._press(self._alone(self.ann)[-1], label)

    def _press(self, message: Json, label: str) -> None:
        [button] = [b for b in buttons(message) if b.get("label") == label]
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        self._interact(3, data, message=message)

    async def add(self) -> None:
        seen = len(self.alone())
        self._press(next(m for m in reversed(self.messages()) if "Others" in shown(m)), "Others")
        await self.until(lambda: len(self.alone()) > seen)
        self.press("Add")

    def _interact(self, kind: int, data: Json, *, message: Json | None = None, bob: bool = False) -> None:
        who = self.bob if bob else self.ann
        self.interactions.append(self.server.interact(who, self.channel, kind, data, message=message, admin=not bob))

    def kick(self) -> None:
        """The bot is removed from the server, which it is told."""
        self.deny("out")
        self.discord.emit("GUILD_DELETE", {"id": self.guild["id"]})

    def invite(self) -> None:
        self.allow()
        joined = self.discord.guild_create(self.guild)
        del joined["unavailable"]  # Discord says it only of servers that were there before
        self.discord.emit("GUILD_CREATE", joined)

    def deny(self, what: str = "write") -> None:
        if what == "token":
            self.server.token = "another"
            return
        names = {"SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS"} if what == "write" else {"VIEW_CHANNEL"}
        self.discord.denied[self.channel["id"]] |= names

    def allow(self) -> None:
        self.discord.denied.clear()
        self.server.token = TOKEN

    def react(self, message: str, emoji: str, *, undo: bool = False) -> None:
        self.server.react(self.ann, self._find(message), emoji, undo=undo)


class OnForum(OnDiscord):
    """Who asks outside of a thread opens a post, whose first message has the post's id."""

    def __init__(self, world: World, log: Path, server: Discord) -> None:
        super().__init__(world, log, server)
        self.channel = self.discord.forum(self.guild)

    def say(self, text: str, *, thread: str = "") -> str:
        if thread:
            return super().say(text, thread=thread)
        post = self.discord.thread(self.channel, self.discord.snowflake(), "A question", self.ann["id"], 1440)
        member = self.server.member(self.ann)
        self.discord.write(post, self.ann, {"content": text}, message_id=post["id"], member=member)
        return str(post["id"])


def shown(message: dict[str, Any]) -> str:
    """All that a Discord message says, its buttons too."""
    texts = [str(c["content"]) for c in walk(message["components"]) if c.get("content")]
    return "\n".join([message["content"], *texts, *(str(b.get("label", "")) for b in buttons(message))])


@contextlib.asynccontextmanager
async def two_platforms(
    world: World, log: Path, *, subscribed: bool = False, **more: str
) -> AsyncIterator[tuple[OnSlack, OnDiscord]]:
    """One process on both, whose admins are told on both. `subscribed`: see `a_place`."""
    async with SlackServer(speed=20, ack=3) as slack, Discord() as discord:
        one, other = OnSlack(world, log, slack, http=False), OnDiscord(world, log, discord)
        admins = {"ADMIN_SLACK_CHANNEL": CHANNEL, "ADMIN_DISCORD_CHANNEL_ID": other.channel["id"]}
        here = {"SLACK_CHANNEL": CHANNEL, "DISCORD_CHANNEL_ID": other.channel["id"]} if subscribed else {}
        other.environment = one.environment | other.environment | admins | here | more
        try:
            await other.start()
            await other.until_logged("event=slack_connected")
            yield one, other
        finally:
            await one.stop()
            await other.stop()


@contextlib.asynccontextmanager
async def a_place(kind: str, world: World, log: Path, *, subscribed: bool = False) -> AsyncIterator[Place]:
    """`subscribed`: the channel has a digest of two papers, which no day is due for yet."""
    async with contextlib.AsyncExitStack() as stack:
        made: Place
        if kind.startswith("slack"):
            slack = await stack.enter_async_context(SlackServer(speed=20, ack=3))
            made = OnSlack(world, log, slack, http=kind.endswith("http"))
        else:
            discord = await stack.enter_async_context(Discord(content=not kind.endswith("without content")))
            made = (OnForum if "forum" in kind else OnDiscord)(world, log, discord)
        if subscribed:
            here = (
                {"DISCORD_CHANNEL_ID": made.channel["id"]}
                if isinstance(made, OnDiscord)
                else {"SLACK_CHANNEL": CHANNEL}
            )
            made.environment |= {**here, "DIGEST_PAPERS": "2", "DIGEST_TIME": "08:00"}
        try:
            await made.start()
            yield made
        finally:
            await made.stop()
