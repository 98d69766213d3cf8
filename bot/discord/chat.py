"""Implements the Chat port on Discord. It makes requests and needs no gateway, so workers use it,
too.

Posts are made once; `bot.digests.delivery` decides about repeats. A message is found by its marker
(see `ids`), a thread by the message that it starts from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cachetools import LRUCache

from bot.core.chat import (
    ChatError,
    ForumPost,
    Grant,
    Person,
    Place,
    Post,
    Question,
    Responder,
    Step,
    StepKind,
    TargetMissing,
    Thread,
    Upload,
    without_pictures,
)
from bot.core.ids import further_key
from bot.core.throttle import Pauses, Throttle
from bot.discord import connection, forums, permissions
from bot.discord.draft import ChannelMessage, Draft, EphemeralMessage
from bot.discord.events import NAME, text_to
from bot.discord.history import History
from bot.discord.ids import locate, message_id
from bot.discord.render.forms import Forms
from bot.discord.render.messages import NOBODY, V2, editable, keyed, messages, with_file, with_upload
from bot.discord.render.plan import plan, post_steps, silent, thread_name
from bot.discord.responder import Responder as DiscordResponder
from bot.discord.rest import ARCHIVED, CHANNEL, MESSAGE, MESSAGES, THREAD_EXISTS, UNKNOWN_MESSAGE, Refused, Rest
from digest.errors import for_log
from digest.ports import MemoryCache

log = logging.getLogger(__name__)

FORUM = 15
THREADS = (10, 11, 12)
DIRECT = (1, 3)
NONCE_LIFE = 60
"""Seconds in which Discord reliably recognises a nonce (documented: a few minutes)."""
SENT_LATELY = timedelta(hours=1)
SENT_TIMEOUT = 5.0
"""How far back, and for how many seconds, a small message is looked for before it is sent."""
MAX_KNOWN_CHANNELS = 2000


class DiscordChat:
    """Implements Chat."""

    name = NAME
    whispers = False
    lists_members = False
    has_archive = False
    opens_threads = True
    roles = True
    hears = False
    """This process's listener sets it if the message-content intent is enabled."""

    def __init__(self, token: str, *, pace: float = 1.2, pauses: Pauses | None = None) -> None:
        """`pace`: seconds between edits. `pauses`: those of all processes with this token."""
        self.rest = Rest(connection.make_rest_client(), token, Throttle(pauses))
        self.history = History(self.rest)
        self._pace = pace
        self._channel_infos: LRUCache[str, Mapping[str, Any]] = LRUCache(MAX_KNOWN_CHANNELS)
        self.streaming_tokens: set[str] = set()
        """Tokens of interactions whose first response holds an unfinished private answer."""

    async def close(self) -> None:
        await self.rest.client.close()

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:  # noqa: ARG002
        return plan(thread, key)

    async def upload(self, upload: Upload) -> Upload:
        return upload  # the file is sent with the message

    async def post(self, step: Step, place: Place, on: str = "", upload: Upload | None = None) -> str:
        """See `Chat.post`. A direct conversation has no threads: replies follow the parent."""
        channel = await self._channel_info(place.channel)
        forum = channel["type"] == FORUM
        payload = dict(step.payload)
        if payload.get("only") and (payload["only"] == "forum") != forum:
            return on
        match step.kind:
            case StepKind.POST if forum:
                return await self._forum_post(place, payload["forum"], upload)
            case StepKind.POST:
                return await self._write(place.channel, payload["text"], thread=channel["type"] in THREADS)
            case StepKind.THREAD:
                return on if forum or place.direct else await self._open_thread(place, on, payload)
            case StepKind.REPLY:
                where = place.channel if place.direct else on
                return await self._write(where, payload["message"], thread=not place.direct, upload=upload)
            case StepKind.EDIT:
                changed = _message_in(payload, forum=forum)
                await (
                    self._edit_pictured(step, place, on, forum=forum)
                    if step.picture
                    else self._edit(place, on, editable(changed))
                )
                return on

    async def _write(self, channel: str, message: dict[str, Any], *, thread: bool, upload: Upload | None = None) -> str:
        needs = "“Send Messages in Threads”" if thread else "“Send Messages”"
        needs = f"{needs} and “View Channel”"
        shown = with_upload(message, upload)
        made = await self.rest.write("POST", MESSAGES, shown, needs=needs, upload=upload, channel_id=channel)
        return message_id(channel, made["id"], thread=thread)

    async def _open_thread(self, place: Place, message: str, payload: dict[str, Any]) -> str:
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        needs = "“Create Public Threads”"
        try:
            made = await self.rest.write(
                "POST", path, payload, needs=needs, channel_id=place.channel, message_id=message
            )
        except Refused as refused:
            if refused.code == THREAD_EXISTS:
                return message
            raise
        return str(made["id"])

    async def _forum_post(self, place: Place, payload: dict[str, Any], upload: Upload | None = None) -> str:
        forum = await self.rest.write("GET", CHANNEL, channel_id=place.channel)
        if "make" in payload:
            forum = await self._furnish(place, forum, payload["make"])
        body = {k: v for k, v in payload.items() if k not in ("tags", "make")}
        if applied := forums.choose(payload["tags"], forum):
            body["applied_tags"] = applied
        path, needs = "/channels/{channel_id}/threads", "“Send Messages” (in a forum: create posts)"
        body["message"] = with_upload(body["message"], upload)
        made = await self.rest.write("POST", path, body, needs=needs, upload=upload, channel_id=place.channel)
        return str(made["id"])

    async def _furnish(
        self, place: Place, forum: Mapping[str, Any], wanted: Sequence[Sequence[str]]
    ) -> Mapping[str, Any]:
        """Gives the forum tags of these names and a default reaction, if the bot may. Returns the
        forum. A failure is only logged, because posts work without them."""
        change = forums.change(wanted, forum)
        try:
            if change and (await permissions.load_held(self.rest, place.channel))[1].manage_channels:
                made: Mapping[str, Any] = await self.rest.write("PATCH", CHANNEL, change, channel_id=place.channel)
                return made
        except ChatError as error:
            log.info("event=forum_not_furnished cause=%r", for_log(error))
        return forum

    async def _edit(self, place: Place, message: str, payload: dict[str, Any]) -> None:
        channel, bare = await self._locate(place, message)
        await self._change("PATCH", channel, bare, payload)

    async def _edit_pictured(self, step: Step, place: Place, message: str, *, forum: bool) -> None:
        """Edits a message that was planned with a picture. It keeps the picture that it shows."""
        channel, bare = await self._locate(place, message)
        posted = await self.rest.read(MESSAGE, needs="“Read Message History”", channel_id=channel, message_id=bare)
        files = posted.get("attachments") or []
        if not files:
            return await self._edit(place, message, editable(_message_in(step.bare, forum=forum)))
        name, file_id = str(files[0]["filename"]), str(files[0]["id"])
        shown = editable(_message_in(step.payload, forum=forum))
        return await self._edit(place, message, with_file(shown, name, {"id": file_id}))

    async def _change(self, method: str, channel: str, message: str, payload: dict[str, Any] | None = None) -> None:
        """Changes a message. Unarchives its thread if the archive prevents the change."""
        try:
            await self.rest.write(method, MESSAGE, payload, channel_id=channel, message_id=message)
        except Refused as refused:
            if refused.code != ARCHIVED:
                raise
            await self._unarchive(channel)
            await self.rest.write(method, MESSAGE, payload, channel_id=channel, message_id=message)

    async def _unarchive(self, thread: str) -> None:
        needs = "“Send Messages in Threads”"
        await self.rest.write("PATCH", CHANNEL, {"archived": False}, needs=needs, channel_id=thread)

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:
        channel = await self._channel_info(place.channel)
        forum, thread = channel["type"] == FORUM, channel["type"] in THREADS
        match kind:
            case StepKind.THREAD:
                return on if place.direct else await self.history.thread_on(on)
            case StepKind.EDIT:
                return None
            case StepKind.POST if forum:
                return await self.history.find_post(key, channel, since)
            case StepKind.REPLY if on and not place.direct:
                found = await self.history.find(on, key, since)
                return found and message_id(on, found, thread=True)
        found = await self.history.find(place.channel, key, since)
        return found and message_id(place.channel, found, thread=thread)

    async def delete(self, place: Place, message: str) -> None:
        channel, bare = await self._locate(place, message)
        with contextlib.suppress(TargetMissing):
            await self._change("DELETE", channel, bare)

    async def close_thread(self, place: Place, thread: str, name: str) -> None:
        if place.direct:
            return
        change = {"name": thread_name(name), "archived": True}
        with contextlib.suppress(TargetMissing):
            await self._unarchive(thread)  # an archived thread takes no other change
            await self.rest.write("PATCH", CHANNEL, change, needs="“Send Messages in Threads”", channel_id=thread)

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """See `Chat.edit`. Posts the overflow as a reply to the message."""
        channel, bare = await self._locate(place, message)
        first, *more = messages(post)
        if mark := await self.history.marker_on(channel, bare):
            first["components"][0] = {**first["components"][0], "id": mark}
        await self._edit(place, message, {**first, "flags": V2})
        reply = {"message_reference": {"message_id": bare, "fail_if_not_exists": False}}
        for i, payload in enumerate(more, 1):
            said = silent(keyed(payload, f"edit:{message}:{i}"))
            await self._write(channel, said | reply, thread=channel != place.channel)

    async def link(self, place: Place, message: str) -> str:
        channel, bare = await self._locate(place, message)
        guild = "@me" if place.direct else (await self._channel_info(place.channel)).get("guild_id", "@me")
        return f"https://discord.com/channels/{guild}/{channel}/{bare}"

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:
        return DiscordResponder.resumed(place, person, extra, self, Forms(MemoryCache()))

    async def inside(self, person: Person, places: Sequence[Place]) -> frozenset[str]:  # noqa: ARG002
        return frozenset(place.key for place in places)

    async def is_forum(self, place: Place) -> bool:
        return not place.direct and bool((await self._channel_info(place.channel))["type"] == FORUM)

    async def grants(self, place: Place, extra: Mapping[str, str]) -> Sequence[Grant]:
        return () if place.direct else await permissions.grants(self.rest, place, extra)

    async def text_now(self, question: Question) -> str | None:
        channel, bare = await self._locate(question.place, question.message)
        try:
            found = await self.rest.read(MESSAGE, needs="“Read Message History”", channel_id=channel, message_id=bare)
        except TargetMissing as error:
            if getattr(error.__cause__, "code", 0) == UNKNOWN_MESSAGE:
                return None
            raise
        text = str(found.get("content") or "")
        return text_to(self.rest.me, text, question.text) if text else question.text  # hidden without the intent

    async def send(
        self, place: Place, post: Post, key: str, to: Person | None = None, picture: Upload | None = None
    ) -> str:
        if to is not None:
            channel = await self.open_direct(to)
            return await self._send(channel, post, key, thread=False)
        if not place.thread and not place.direct and (await self._channel_info(place.channel))["type"] == FORUM:
            return await self._send_to_forum(place, post, key, picture)
        return await self._send(place.thread or place.channel, post, key, thread=bool(place.thread), picture=picture)

    async def _send(self, channel: str, post: Post, key: str, *, thread: bool, picture: Upload | None = None) -> str:
        first = ""
        for i, payload in enumerate(messages(post, pictured=picture is not None)):
            name = further_key(key, i) if i else key
            sent = await self._sent_lately(channel, name, thread=thread)
            upload = picture if not i else None
            sent = sent or await self._write(channel, silent(keyed(payload, name)), thread=thread, upload=upload)
            first = first or sent
        return first

    async def _sent_lately(self, channel: str, key: str, *, thread: bool) -> str:
        """Returns the id of the message with this key; empty if it cannot be found."""
        since = datetime.now(UTC) - SENT_LATELY
        with contextlib.suppress(ChatError, TimeoutError):
            async with asyncio.timeout(SENT_TIMEOUT):
                found = await self.history.find(channel, key, since)
                return message_id(channel, found, thread=thread) if found else ""
        return ""

    async def send_payload(
        self, to: Person, payload: Mapping[str, Any], key: str, upload: Upload | None = None
    ) -> None:
        """Sends a rendered message after its interaction has expired."""
        message = silent(keyed(dict(payload), key)) | {"allowed_mentions": NOBODY}
        await self._write(await self.open_direct(to), message, thread=False, upload=upload)

    async def _send_to_forum(self, place: Place, post: Post, key: str, picture: Upload | None) -> str:
        ids: dict[str, str] = {}
        steps = post_steps(ForumPost(post.fallback, ()), key, 0, post if picture else without_pictures(post))
        forum = await self._channel_info(place.channel)
        with contextlib.suppress(ChatError):
            sent = await self.history.find_post(steps[0].key, forum, datetime.now(UTC) - SENT_LATELY)
            if sent:
                return sent
        for step in steps:
            upload = picture if step.picture else None
            ids[step.key] = await self.post(step, place, ids.get(step.on, ""), upload)
        return ids[steps[0].key]

    async def open_direct(self, person: Person) -> str:
        made = await self.rest.write("POST", "/users/@me/channels", {"recipient_id": person.id})
        return str(made["id"])

    async def direct(self, person: Person) -> Place:
        return Place(NAME, await self.open_direct(person), direct=True)

    async def draft(self, question: Question, key: str, message: str = "") -> Draft:
        if question.private and question.extra.get("token"):
            if len(self.streaming_tokens) >= MAX_KNOWN_CHANNELS:
                self.streaming_tokens.clear()
            self.streaming_tokens.add(question.extra["token"])
            return Draft(EphemeralMessage(self.rest, question, self.open_direct), key, self._pace)
        place = question.place
        channel = await self.open_direct(question.person) if question.private else place.thread or place.channel
        thread = bool(place.thread) and not question.private
        reply_to = "" if question.private else question.message
        # While Discord recognises the nonce, it finds a half-written answer without a search.
        old = (datetime.now(UTC) - question.at).total_seconds() > NONCE_LIFE
        target = ChannelMessage(self.rest, channel, reply_to, question.at, self.history, thread=thread, old=old)
        return Draft(target, key, self._pace, message.rpartition("/")[2])

    async def place(self, channel: str) -> Place:
        """Returns the Place for the id of a channel, thread or direct conversation."""
        with contextlib.suppress(TargetMissing):
            found = await self._channel_info(channel)
            if found["type"] in THREADS:
                return Place(NAME, str(found["parent_id"]), channel)
            return Place(NAME, channel, direct=found["type"] in DIRECT)
        return Place(NAME, channel)

    async def _channel_info(self, channel: str) -> Mapping[str, Any]:
        """Returns type, server and parent of a channel. They never change, so they are cached."""
        known = self._channel_infos.get(channel)
        if known is None:
            known = await self.rest.write("GET", CHANNEL, needs="“View Channel”", channel_id=channel)
            self._channel_infos[channel] = {k: known[k] for k in ("id", "type", "guild_id", "parent_id") if k in known}
        return known

    async def _locate(self, place: Place, message: str) -> tuple[str, str]:
        channel, bare = locate(place, message)
        if channel == place.channel and not place.direct and (await self._channel_info(channel))["type"] == FORUM:
            return bare, bare  # a forum post's starter is in its thread
        return channel, bare


def _message_in(payload: Mapping[str, Any], *, forum: bool) -> dict[str, Any]:
    """Returns the message in a step's payload, of any kind."""
    shown = payload.get("message") or payload["forum" if forum else "text"]
    message: dict[str, Any] = shown.get("message", shown)  # a forum's message has a name and tags beside it
    return message
