"""Implements the Chat port on Slack. It needs only the web client and no socket, so workers use it,
too.

A message's id is its `ts`; a thread's id is that of its parent. A step's key is in the message
metadata, so the channel's history shows whether the step was posted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any
from weakref import WeakValueDictionary

from cachetools import LRUCache

from bot.core.chat import (
    ChatError,
    Draft,
    Grant,
    Outside,
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
)
from bot.core.crypto.signatures import Signer
from bot.core.texts import say
from bot.core.throttle import Pauses
from bot.slack.draft import SlackDraft
from bot.slack.markup import parse_text
from bot.slack.members import Members
from bot.slack.render import messages
from bot.slack.render.blocks import file_of, with_file
from bot.slack.responder import SlackResponder
from bot.slack.web_api import API_URL, SlackRefused, WebApi, retry_throttled

log = logging.getLogger(__name__)

SENT_LATELY = timedelta(hours=1)
SENT_TIMEOUT = 5.0
"""How far back, and for how many seconds, a small message is looked for before it is sent."""
PAGE = 200
MISSING_PAUSE = 0.5
"""Seconds until a missing message is looked for again."""
MAX_KNOWN_THREADS = 500
"""How many messages' threads are remembered, so that links to them need no request."""


class SlackChat:
    """Implements `bot.core.chat.Chat`."""

    name = "slack"
    whispers = True
    lists_members = True
    has_archive = False
    opens_threads = False
    roles = False
    hears = True

    def __init__(
        self, token: str, api_url: str = API_URL, signer: Signer | None = None, pauses: Pauses | None = None
    ) -> None:
        """`signer`: the store's, so that open views outlive the process; without it, one of this
        process."""
        self.api = WebApi(token, api_url, pauses)
        self.signer = signer or Signer(token_bytes(32))
        self._members = Members(self.api)
        self._threads: LRUCache[tuple[str, str], str] = LRUCache(MAX_KNOWN_THREADS)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By channel: the lock of a message that waits or is being sent."""

    async def close(self) -> None:
        await self.api.close()

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:  # noqa: ARG002
        return messages.steps(thread, key)

    async def upload(self, upload: Upload) -> Upload:
        return replace(upload, file=await self.api.upload(upload.name, upload.data, upload.alt))

    async def post(self, step: Step, place: Place, on: str = "", upload: Upload | None = None) -> str:
        if step.kind is StepKind.THREAD:
            return on
        if step.kind is StepKind.EDIT:
            file = await self._file_in(place.channel, on) if step.picture else ""
            await self.update(place.channel, on, with_file(step.payload, file) if file else step.bare or step.payload)
            return on
        thread = on if step.kind is StepKind.REPLY else ""
        if upload is None:
            return await self.post_message(place.channel, step.payload, thread)
        return await self.post_message(place.channel, with_file(step.payload, upload.file), thread)

    async def _file_in(self, channel: str, ts: str) -> str:
        """Returns the id of the file that a message shows; empty if it shows none."""
        args: dict[str, Any] = {"ts": ts, "oldest": ts, "latest": ts, "inclusive": True, "limit": 5}
        answer = await self.api.call("conversations.replies", channel=channel, **args)
        return next((file_of(m) for m in answer.get("messages", []) if str(m.get("ts")) == ts), "")

    async def post_message(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str:
        """Posts one message without a retry. Returns its id."""
        within = {"thread_ts": thread} if thread else {}
        answer = await self.api.call("chat.postMessage", channel=channel, **message, **within)
        ts = str(answer["ts"])
        self._threads[channel, ts] = thread
        return ts

    async def post_in_turn(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str:
        """Posts one message when the channel accepts it, after those that came before. Returns its
        id."""
        async with self._turns.setdefault(channel, asyncio.Lock()):
            return await retry_throttled(lambda: self.post_message(channel, message, thread))

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:
        if kind in (StepKind.EDIT, StepKind.THREAD):
            return on or None
        async for message in self.own_messages(place, on if kind is StepKind.REPLY else "", since):
            if messages.key_of(message) == key:
                return str(message["ts"])
        return None

    async def own_messages(self, place: Place, thread: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """Yields our messages of one thread, or those outside of threads. Raises HistoryRefused,
        Outside."""
        who = await self.api.identity()
        method = "conversations.replies" if thread else "conversations.history"
        args: dict[str, Any] = {"channel": place.channel, "include_all_metadata": True, "limit": PAGE}
        args |= {"oldest": f"{since.timestamp():.6f}"} | ({"ts": thread} if thread else {})
        async for page in self.api.pages(method, **args):
            for message in page.get("messages", []):
                if who.bot == message.get("bot_id") or who.user == message.get("user"):
                    yield message

    async def delete(self, place: Place, message: str) -> None:
        with contextlib.suppress(TargetMissing):
            await self._change("chat.delete", place.channel, message)

    async def close_thread(self, place: Place, thread: str, name: str) -> None:
        """Does nothing: a thread without messages is gone, and one with people's messages is
        theirs."""

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """See `Chat.edit`. Also replaces or posts the overflow."""
        first, *more = messages.render_post(post)
        await retry_throttled(lambda: self.update(place.channel, message, first))
        if not more:
            return
        since = datetime.fromtimestamp(float(message) - 1, UTC)
        keys = {str(m["ts"]): messages.key_of(m) async for m in self.own_messages(place, place.thread, since)}
        overflow = {key: ts for ts, key in keys.items()}
        for number, part in enumerate(more, 2):
            key = f"{keys.get(message, message)}.{number}"
            part["metadata"] = messages.mark(key)
            if key in overflow:
                await retry_throttled(lambda key=key, part=part: self.update(place.channel, overflow[key], part))  # type: ignore[misc]
            else:
                await self.post_in_turn(place.channel, part, place.thread)

    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> None:
        """Replaces one message. Its key stays unless `message` has one."""
        body = {k: v for k, v in message.items() if not k.startswith("unfurl")}
        await self._change("chat.update", channel, ts, **body)

    async def _change(self, method: str, channel: str, ts: str, **body: Any) -> None:
        """Calls a method on a message. Raises TargetMissing if the message is gone. If a person
        deleted a message with replies, Slack keeps a tombstone without an author, which counts as
        gone."""
        try:
            await self.api.call(method, channel=channel, ts=ts, **body)
        except SlackRefused as error:
            if error.code not in ("cant_update_message", "cant_delete_message"):
                raise
            answer = await self.api.call("conversations.replies", channel=channel, ts=ts, limit=1)
            if any(str(m.get("ts")) == ts and m.get("subtype") != "tombstone" for m in answer.get("messages", [])):
                raise
            raise TargetMissing(say.sentence("error.slack.message", channel=channel)) from error

    async def link(self, place: Place, message: str) -> str:
        """See `Chat.link`. A link to a reply opens it only if it names the thread."""
        thread = place.thread or self._threads.get((place.channel, message))
        if thread is None:
            with contextlib.suppress(ChatError):
                answer = await self.api.call("chat.getPermalink", channel=place.channel, message_ts=message)
                return str(answer["permalink"])
        who = await self.api.identity()
        return permalink(who.url, place.channel, message, thread or "")

    async def inside(self, person: Person, places: Sequence[Place]) -> frozenset[str]:
        return await self._members.inside(person.id, places)

    async def is_forum(self, place: Place) -> bool:  # noqa: ARG002
        return False

    async def grants(self, place: Place, extra: Mapping[str, str]) -> Sequence[Grant]:  # noqa: ARG002
        """See `Chat.grants`. The grants are the token's scopes and the membership."""
        given, info = await self.api.scopes(), {"is_member": True}
        if not place.direct:
            try:
                info = (await self.api.call("conversations.info", channel=place.channel))["channel"]
            except Outside:  # the channel is private
                info = {"is_member": False, "is_private": True}
        history = "im" if place.direct else "groups" if info.get("is_private") else "channels"
        scopes = {"post": "chat:write", "history": f"{history}:history", "files": "files:write"}
        held = [Grant(name, not given or scope in given, scope) for name, scope in scopes.items()]
        inside = bool(info.get("is_member")) and not info.get("is_archived")
        return (Grant("member", inside, "/invite"), *held)

    async def draft(self, question: Question, key: str, message: str = "") -> Draft:
        return SlackDraft(self, question, key, message)

    async def text_now(self, question: Question) -> str | None:
        """See `Chat.text_now`. Looks twice, because a message that is missing may only be late."""
        place, ts, who = question.place, question.message, await self.api.identity()
        method = "conversations.replies" if place.thread else "conversations.history"
        within = {"ts": place.thread} if place.thread else {}
        args: dict[str, Any] = {
            "oldest": f"{float(ts) - 0.000001:.6f}",
            "latest": ts,
            "inclusive": True,
            "limit": 5,
        } | within
        for again in (True, False):
            answer = await self.api.call(method, channel=place.channel, **args)
            found = next((m for m in answer.get("messages", []) if str(m.get("ts")) == ts), None)
            if found is not None:
                what = parse_text(str(found.get("text") or ""), who.user)
                to_others = question.addressed and not (what.to_bot or place.thread or place.direct)
                return None if to_others or found.get("subtype") == "tombstone" else what.text
            if again:
                await asyncio.sleep(MISSING_PAUSE)
        return None

    async def send(
        self, place: Place, post: Post, key: str, to: Person | None = None, picture: Upload | None = None
    ) -> str:
        """See `Chat.send`. Sends `to` a direct message if the bot is not in the channel."""
        shown = messages.render_with(picture, post, key)
        if to is None or place.direct:
            return await self._send_all(place, shown)
        try:
            for message in shown:
                await self.post_ephemeral(place, to.id, message)
        except (Outside, TargetMissing):
            return await self._send_all(await self.direct(to), shown)
        return ""

    async def post_ephemeral(self, place: Place, user: str, message: Mapping[str, Any]) -> None:
        within = {"thread_ts": place.thread} if place.thread else {}
        body = {k: v for k, v in message.items() if k != "metadata"}
        await retry_throttled(
            lambda: self.api.call("chat.postEphemeral", channel=place.channel, user=user, **body, **within)
        )

    async def open_direct(self, user: str) -> str:
        answer = await self.api.call("conversations.open", users=user)
        return str(answer["channel"]["id"])

    async def direct(self, person: Person) -> Place:
        return Place(self.name, await self.open_direct(person.id), direct=True)

    async def _send_all(self, place: Place, sent: Sequence[Mapping[str, Any]]) -> str:
        """Posts the messages that are not there yet. Returns the id of the first."""
        there = await self._sent_lately(place) if any(map(messages.key_of, sent)) else {}
        ids: list[str] = []
        for message in sent:
            ts = there.get(messages.key_of(message)) or await self.post_in_turn(place.channel, message, place.thread)
            ids.append(ts)
        return next(iter(ids), "")

    async def _sent_lately(self, place: Place) -> dict[str, str]:
        """Returns by key the ids of the bot's messages there; empty if they cannot be read in
        time."""
        since = datetime.now(UTC) - SENT_LATELY
        with contextlib.suppress(ChatError, TimeoutError):
            async with asyncio.timeout(SENT_TIMEOUT):
                found = [m async for m in self.own_messages(place, place.thread, since)]
                return {key: str(m["ts"]) for m in found if (key := messages.key_of(m))}
        return {}

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:
        """Returns a Responder made from the `extra` of a Command, Click or Submission, in any
        process."""
        return SlackResponder(self, place, person, extra)


def permalink(url: str, channel: str, message: str, thread: str) -> str:
    link = f"{url.rstrip('/')}/archives/{channel}/p{message.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != message else link
