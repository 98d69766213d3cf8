"""Passes the gateway's events that concern the bot to the event handler.

The SDK caches no messages. An event may come twice, after a resume or from a second process with
the token. The event handler recognises messages by their ids."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import stamina

from bot.core.chat import EventHandler, Place, Post, Question, Text
from bot.core.texts import say
from bot.discord import connection
from bot.discord.chat import DiscordChat
from bot.discord.events import NAME, BotIds, chat_message_id, person_of, place_of, question_of, vote_of
from bot.discord.listeners import commands
from bot.discord.listeners.catchup import Watermark, catch_up
from bot.discord.listeners.interactions import Interactions
from bot.discord.permissions import DIGEST_CHANNELS
from bot.discord.render.l10n import Translator
from bot.discord.rest import Rest
from bot.discord.roles import AskRoles
from digest.errors import PaperboyError, for_log, trace
from digest.ports import Cache
from digest.render.catalogs import read_all

log = logging.getLogger(__name__)

FINGERPRINT_LIFE = timedelta(days=400)
"""How long the fingerprint of the synced commands is kept."""
NOTICE_LIFE = timedelta(days=1)


def intents(*, content: bool) -> discord.Intents:
    """Returns the intents. Only `content` gives texts of messages that do not address the bot."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=content,
    )


class Gateway(discord.Client):
    def __init__(
        self,
        handler: EventHandler,
        chat: DiscordChat,
        memory: Cache,
        *,
        content: bool = True,
        roles: frozenset[str] = frozenset(),
    ) -> None:
        """`content`: with the message-content intent. `roles`: ids that may ask; empty for all."""
        super().__init__(
            intents=intents(content=content),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **connection.client_options(),
        )
        connection.pin_gateway(self)
        self.handler, self.chat, self.memory = handler, chat, memory
        self.rest = Rest(self, throttle=chat.rest.throttle)
        self.ask_roles = AskRoles(self.rest, roles, lambda: [guild.id for guild in self.guilds])
        self.watermark = Watermark(memory)
        acts = Interactions(handler, chat, memory, self.rest, self.ask_roles)
        self._acts = acts
        # Their order matters, as Discord tells them: 👍, then 👎, then all removed.
        self._reactions = asyncio.Lock()
        self.tree = commands.tree(self, acts.handle_command, acts.handle_message_command, acts.complete)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._catching_up: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Syncs changed commands. The SDK calls it after login and before connecting."""
        await self.tree.set_translator(Translator())
        # The descriptions are made in every language, one after another.
        await asyncio.to_thread(read_all, "bot")
        try:
            await self._sync()
        except (discord.HTTPException, discord.app_commands.AppCommandError, PaperboyError) as error:
            log.warning("event=commands_not_synced reason=%r", for_log(error))

    async def _sync(self) -> None:
        key, now = f"discord:commands:{self.application_id}", (await commands.fingerprint(self.tree)).encode()
        if await self.memory.get(key) != now:
            try:
                await self.tree.sync()
            except discord.HTTPException as error:
                if error.status != 400:
                    raise
                log.warning("event=user_install_refused")  # it is switched on in the developer portal
                commands.only_on_servers(self.tree)
                await self.tree.sync()
            await self.memory.put(key, now, FINGERPRINT_LIFE)
            log.info("event=commands_synced")

    async def on_connect(self) -> None:
        """Holds the watermark, because a new session may receive messages before it is ready."""
        self.watermark.hold()
        if self._catching_up is not None:  # the new session reads from where this one did
            self._catching_up.cancel()

    async def on_ready(self) -> None:
        """Catches up on the messages missed before this session."""
        log.info("event=discord_ready servers=%d content=%s", len(self.guilds), self.intents.message_content)
        self._catching_up = self._track(asyncio.create_task(self._catch_up(), name="catch_up"))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  # args hold texts
        error = sys.exception()  # the SDK calls this in its except clause
        log.error("event=bug in=%s\n%s", event_method, trace(error) if error else "")

    async def _catch_up(self) -> None:
        try:
            await catch_up(self, self.watermark, self.handler.knows, self.receive)
        except PaperboyError as error:
            log.warning("event=catch_up_failed reason=%r", for_log(error))
        except RuntimeError:  # the SDK raises it for a request after the client is closed
            if not self.is_closed():
                raise

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Ignores events once the connection closes. The next start catches up on them."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    def _schedule_event(self, *args: Any, **kwargs: Any) -> asyncio.Task[None]:
        """Starts a handler. The SDK starts every handler here, and `drain` waits for them."""
        return self._track(super()._schedule_event(*args, **kwargs))

    def _track(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self) -> None:
        """Waits for running handlers and saves the watermark."""
        while work := self._tasks | self._acts.running:
            await asyncio.wait(work)
        await self.watermark.save()

    async def on_message(self, message: discord.Message) -> None:
        await self.receive(message)
        await self.watermark.note(message.id)

    async def receive(self, message: discord.Message) -> None:
        """Stores a message that concerns the bot. Raises the store's errors."""
        await self._store_with_retry(lambda: self._handle_question(message))

    async def _handle_question(self, message: discord.Message) -> None:
        question = await self._question_for_us(message)
        if question is None:
            return
        if question.place.direct:
            await self.watermark.direct(question.place.channel)
        if not await self.ask_roles.allow(message.author, direct=question.place.direct):
            await self._refuse(question)
            return
        await self.handler.on_question(question)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        message = payload.message
        if message.edited_at is None:  # Discord added a preview of a link
            return
        await self._store_with_retry(lambda: self._handle_edit(message))

    async def _handle_edit(self, message: discord.Message) -> None:
        """Passes on an edit; the handler knows which messages it answers. Without the intent,
        Discord hides a text that no longer mentions the bot."""
        question = question_of(message, self.me(message.guild))
        if question is None or message.edited_at is None or (question.addressed and not message.content):
            return
        question = replace(question, hidden=not message.content)
        if not await self.ask_roles.allow(message.author, direct=question.place.direct):
            return
        await self.handler.on_edit(replace(question, edited=f"{message.edited_at.timestamp():.6f}"))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._handle_deletion(payload.channel_id, [payload.message_id])

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Passes on a thread's deletion. Discord does not report its messages' deletion."""
        place = Place(NAME, str(payload.parent_id), str(payload.thread_id))
        await self._store_with_retry(lambda: self.handler.on_delete(place, ""))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._handle_deletion(payload.channel_id, sorted(payload.message_ids))

    async def _handle_deletion(self, channel: int, messages: list[int]) -> None:
        place = await self.place(channel)
        for message in messages:
            withdraw = functools.partial(self.handler.on_delete, place, chat_message_id(place, message))
            await self._store_with_retry(withdraw)

    async def _question_for_us(self, message: discord.Message) -> Question | None:
        """Returns the Question if the message is for the bot, or readable in one of its threads."""
        question = question_of(message, self.me(message.guild))
        if question is None or question.addressed:
            hidden = question is not None and not message.content and not self.intents.message_content
            return replace(question, hidden=True) if question and hidden and not question.place.direct else question
        readable = bool(question.text) and bool(question.place.thread)
        return question if readable and await self.handler.knows(question.place) else None

    async def _refuse(self, question: Question) -> None:
        """Says once a day that the person may not ask."""
        told = f"discord:not-yours:{question.place.key}:{question.person.id}"
        if question.addressed and await self.memory.get(told) is None:
            await self.memory.put(told, b"1", NOTICE_LIFE)
            words = say("not yours", question.person.language)
            await self.chat.send(question.place, Post((Text(words),), words), f"not-yours:{question.id}")

    def me(self, guild: discord.Guild | None) -> BotIds:
        assert self.user is not None
        role = guild.self_role if guild is not None else None
        return BotIds(self.user.id, role.id if role is not None else 0)

    async def _store_with_retry(self, keep: Callable[[], Awaitable[None]]) -> None:
        """Stores an event, and retries while the store is away: Discord does not send it again."""
        await stamina.AsyncRetryingCaller(attempts=6, timeout=60.0)(PaperboyError, keep)

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.message_author_id in (None, getattr(self.user, "id", None)):
            await self._handle_reaction(payload, undo=False)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        await self._handle_reaction(payload, undo=True)

    async def _handle_reaction(self, payload: discord.RawReactionActionEvent, *, undo: bool) -> None:
        kind = vote_of(payload.emoji.name)
        assert self.user is not None
        if kind is None or payload.user_id == self.user.id or (payload.member is not None and payload.member.bot):
            return
        person = person_of(discord.Object(payload.user_id), None)  # type: ignore[arg-type]
        async with self._reactions:
            place = await self.place(payload.channel_id)
            message, emoji = chat_message_id(place, payload.message_id), payload.emoji.name
            await self._store_with_retry(
                lambda: self.handler.on_reaction(place, message, person, kind, emoji=emoji, undo=undo)
            )

    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        await self._handle_cleared_reactions(payload.channel_id, payload.message_id)

    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        if vote_of(payload.emoji.name) is not None:
            await self._handle_cleared_reactions(payload.channel_id, payload.message_id, payload.emoji.name)

    async def _handle_cleared_reactions(self, channel: int, message: int, emoji: str = "") -> None:
        async with self._reactions:
            place = await self.place(channel)
            cleared = chat_message_id(place, message)
            await self._store_with_retry(lambda: self.handler.on_reactions_cleared(place, cleared, emoji))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await self._acts.handle_component(interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._acts.handle_modal(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Reports the invitation for every channel, and where to say how to begin: in the system
        channel, or the first channel in which the bot may post."""
        may = [c for c in guild.text_channels if c.permissions_for(guild.me).send_messages]
        first = guild.system_channel if guild.system_channel in may else next(iter(may), None)
        for channel in guild.channels:
            await self._member(channel, joined=True, greet=channel == first)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        for channel in guild.channels:
            await self._member(channel, joined=False)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._member(channel, joined=False)

    async def _member(self, channel: discord.abc.GuildChannel, *, joined: bool, greet: bool = True) -> None:
        if channel.type in DIGEST_CHANNELS:
            place = place_of(channel)
            await self._store_with_retry(lambda: self.handler.on_membership(place, joined=joined, greet=greet))

    async def place(self, channel_id: int) -> Place:
        """Returns the Place of a channel id. The SDK caches no archived threads and direct
        messages."""
        channel = self.get_channel(channel_id)
        return place_of(channel) if channel is not None else await self.chat.place(str(channel_id))
