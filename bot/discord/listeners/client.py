"""The gateway's client: every event that concerns the bot becomes a value of `bot.core.chat` and goes to the EventHandler. Nothing else is kept.

The SDK keeps no messages either. An event may come twice (a resume, a second process with the same token); the EventHandler tells messages
apart by their ids.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import stamina

from bot.core.chat import EventHandler, Place, Post, Question, Text
from bot.core.texts import say
from bot.discord import connection
from bot.discord.chat import DiscordChat
from bot.discord.events import VOTES, Me, named, person_of, place_of, question_of, roles_of
from bot.discord.listeners import commands
from bot.discord.listeners.catchup import Watermark, catch_up
from bot.discord.listeners.interactions import Interactions
from bot.discord.render.l10n import Translator
from bot.discord.rest import Rest
from digest.errors import PaperboyError
from digest.ports import Cache

log = logging.getLogger(__name__)

COMMANDS = timedelta(days=400)
"""How long it is remembered which commands Discord has."""
TEXTS = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum)


def intents(*, content: bool) -> discord.Intents:
    """The least: servers and channels, messages and reactions; texts of messages that do not address the bot only with `content`."""
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
        """`content`: with the message-content intent. `roles`: ids of the roles that may ask; empty: everybody may."""
        super().__init__(
            intents=intents(content=content),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **connection.options(),
        )
        connection.keep_gateway(self)
        self.handler, self.chat, self.memory, self.roles = handler, chat, memory, roles
        self.rest = Rest(self)
        self.seen = Watermark(memory)
        acts = Interactions(handler, chat, memory, self.rest, roles)
        self._acts = acts
        self.tree = commands.tree(self, acts.typed, acts.chosen, acts.complete)
        self._at_work: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        """Logged in, not connected yet: the commands are sent, if they changed."""
        await self.tree.set_translator(Translator())
        try:
            await self._sync()
        except (discord.HTTPException, discord.app_commands.AppCommandError, PaperboyError) as error:
            log.warning("event=commands_not_synced reason=%r", str(error))

    async def _sync(self) -> None:
        key, now = f"discord:commands:{self.application_id}", (await commands.fingerprint(self.tree)).encode()
        if await self.memory.get(key) != now:
            await self.tree.sync()
            await self.memory.put(key, now, COMMANDS)
            log.info("event=commands_synced")

    # ------------------------------------------------------------ connection

    async def on_ready(self) -> None:
        """A new session, at the start or where a resume failed: what was missed meanwhile is looked up."""
        log.info("event=discord_ready servers=%d content=%s", len(self.guilds), self.intents.message_content)
        self._begin(catch_up(self, self.seen, self.handler.knows_thread, self.heard), "catch_up")

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002  # they hold texts and names
        """Called by the SDK while the exception is handled."""
        log.error("event=bug in=%s", event_method, exc_info=True)  # noqa: LOG014  # by the SDK, inside of its except

    def _begin(self, work: Awaitable[None], name: str) -> None:
        async def told() -> None:
            try:
                await work
            except PaperboyError as error:
                log.warning("event=%s_failed reason=%r", name, str(error))

        self._watch(asyncio.create_task(told(), name=name))

    def _schedule_event(self, *args: Any, **kwargs: Any) -> asyncio.Task[None]:
        """Where the SDK begins every handler: what is begun is waited for at the end."""
        return self._watch(super()._schedule_event(*args, **kwargs))

    def _watch(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return task

    async def drain(self) -> None:
        """Waits for what was begun, and remembers how far was read."""
        while work := self._at_work | self._acts.running:
            await asyncio.wait(work)
        await self.seen.keep()

    # ------------------------------------------------------------ what is said

    async def on_message(self, message: discord.Message) -> None:
        await self._kept(lambda: self.heard(message))
        await self.seen.note(message.id)

    async def heard(self, message: discord.Message) -> None:
        """Returns when it is in the store, where it concerns the bot. Raises what the store raises."""
        question = await self._for_us(message)
        if question is None:
            return
        if question.place.direct:
            await self.seen.direct(question.place.channel)
        elif self.roles and not self.roles & roles_of(message.author):
            await self._not_yours(question)
            return
        await self.handler.on_question(question)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        message = payload.message
        if message.edited_at is None:  # Discord added a preview
            return
        await self._kept(lambda: self._amended(message))

    async def _amended(self, message: discord.Message) -> None:
        question = await self._for_us(message)
        if question is not None:
            await self.handler.on_edit(question)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._deleted(payload.channel_id, [payload.message_id])

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._deleted(payload.channel_id, sorted(payload.message_ids))

    async def _deleted(self, channel: int, messages: list[int]) -> None:
        place = await self.place(channel)
        for message in messages:
            await self._kept(lambda message=message: self.handler.on_delete(place, named(place, message)))  # type: ignore[misc]

    async def _for_us(self, message: discord.Message) -> Question | None:
        """Of a message that addresses the bot, or stands in one of its threads and can be read."""
        question = question_of(message, self.me(message.guild))
        if question is None or question.addressed:
            return question
        readable = bool(question.text) and bool(question.place.thread)
        return question if readable and await self.handler.knows_thread(question.place) else None

    async def _not_yours(self, question: Question) -> None:
        if question.addressed:
            words = say("discord.not yours", question.person.language)
            await self.chat.send(question.place, Post((Text(words),), words), f"not-yours:{question.id}")

    def me(self, guild: discord.Guild | None) -> Me:
        assert self.user is not None
        role = guild.self_role if guild is not None else None
        return Me(self.user.id, role.id if role is not None else 0)

    async def _kept(self, keep: Callable[[], Awaitable[None]]) -> None:
        """Discord does not deliver again, so a store that is away for a moment is waited for."""
        async for attempt in stamina.retry_context(on=PaperboyError, attempts=6, timeout=60.0):
            with attempt:
                await keep()

    # ------------------------------------------------------------ reactions

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.message_author_id in (None, getattr(self.user, "id", None)):
            await self._reacted(payload, undo=False)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        await self._reacted(payload, undo=True)

    async def _reacted(self, payload: discord.RawReactionActionEvent, *, undo: bool) -> None:
        kind = VOTES.get(payload.emoji.name)
        assert self.user is not None
        if kind is None or payload.user_id == self.user.id or (payload.member is not None and payload.member.bot):
            return
        place = await self.place(payload.channel_id)
        person = person_of(discord.Object(payload.user_id), None)  # type: ignore[arg-type]
        await self._kept(
            lambda: self.handler.on_reaction(place, named(place, payload.message_id), person, kind, undo=undo)
        )

    # ------------------------------------------------------------ interactions

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await self._acts.component(interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._acts.modal(interaction)

    # ------------------------------------------------------------ coming and going

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Invited: it says how to begin, where people would look and it may speak."""
        may = [c for c in guild.text_channels if c.permissions_for(guild.me).send_messages]
        first = guild.system_channel if guild.system_channel in may else next(iter(may), None)
        if first is not None:
            await self._kept(lambda: self.handler.on_membership(place_of(first), joined=True))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        for channel in guild.channels:
            if channel.type in TEXTS:
                await self._left(channel)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        if channel.type in TEXTS:
            await self._left(channel)

    async def _left(self, channel: discord.abc.GuildChannel) -> None:
        await self._kept(lambda: self.handler.on_membership(place_of(channel), joined=False))

    # ------------------------------------------------------------ places

    async def place(self, channel_id: int) -> Place:
        """Of a channel's id; archived threads and direct messages are not in the SDK's memory."""
        channel = self.get_channel(channel_id)
        return place_of(channel) if channel is not None else await self.chat.place(str(channel_id))
