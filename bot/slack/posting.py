"""Posts, sends, edits, deletes and finds messages on Slack.

A message's id is its `ts`, a thread's id that of its parent. A step's key is in the message
metadata, so the channel's history shows whether the step was posted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any
from weakref import WeakValueDictionary

from cachetools import LRUCache

from bot.core.chat import ChatError, Outside, Person, Place, Post, TargetMissing, Upload
from bot.core.crypto.signatures import Signer
from bot.core.texts import say
from bot.core.throttle import Pauses
from bot.slack.render import messages
from bot.slack.web_api import API_URL, SlackRefused, WebApi, retry_throttled

SENT_LATELY = timedelta(hours=1)
SENT_TIMEOUT = 5.0
"""How far back, and for how many seconds, a small message is looked for before it is sent."""
PAGE = 200
MAX_KNOWN_THREADS = 500
"""How many messages' threads are remembered, so that links to them need no request."""


class Posting:
    """What a `SlackChat` shares with its drafts and responders."""

    name = "slack"

    def __init__(
        self, token: str, api_url: str = API_URL, signer: Signer | None = None, pauses: Pauses | None = None
    ) -> None:
        """`signer`: the store's, so that open views outlive the process; without it, one of this
        process."""
        self.api = WebApi(token, api_url, pauses)
        self.signer = signer or Signer(token_bytes(32))
        self._threads: LRUCache[tuple[str, str], str] = LRUCache(MAX_KNOWN_THREADS)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By channel: the lock of a message that waits or is being sent."""

    async def close(self) -> None:
        await self.api.close()

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
