"""The Chat port on Slack: what goes out. Needs the web client alone, no socket, so workers hold it too.

A message's id is its `ts`, a thread's that of its parent. A step's key travels as message metadata and is found again in the history.
"""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.core.chat import ChatError, Draft, Gone, Person, Place, Post, Question, Responder, Step, StepKind, Thread
from bot.slack.draft import SlackDraft
from bot.slack.render import messages
from bot.slack.responder import SlackResponder
from bot.slack.wire import API_URL, Wire, patiently

log = logging.getLogger(__name__)

PAGE = 200
REMEMBERED = 500
"""Messages whose thread is kept in mind, so that links to them need no call."""


class SlackChat:
    """Implements `bot.core.chat.Chat`."""

    name = "slack"
    whispers = True
    roles = False
    hears = True

    def __init__(self, token: str, api_url: str = API_URL) -> None:
        self.wire = Wire(token, api_url)
        self._threads: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def close(self) -> None:
        await self.wire.close()

    # ------------------------------------------------------------ digests

    def plan(self, thread: Thread, place: Place, key: str) -> Sequence[Step]:  # noqa: ARG002  # Slack is alike everywhere
        return messages.steps(thread, key)

    async def post(self, step: Step, place: Place, on: str = "") -> str:
        """See `Chat.post`."""
        if step.kind is StepKind.THREAD:
            return on
        if step.kind is StepKind.EDIT:
            await self.update(place.channel, on, step.payload)
            return on
        return await self.say(place.channel, step.payload, on if step.kind is StepKind.REPLY else "")

    async def say(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str:
        """One message, once. Returns its id."""
        within = {"thread_ts": thread} if thread else {}
        answer = await self.wire.call("chat.postMessage", channel=channel, **message, **within)
        ts = str(answer["ts"])
        self._threads[channel, ts] = thread
        while len(self._threads) > REMEMBERED:
            self._threads.popitem(last=False)
        return ts

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:
        """See `Chat.find`."""
        if kind in (StepKind.EDIT, StepKind.THREAD):
            return on or None
        async for message in self.own(place, on if kind is StepKind.REPLY else "", since):
            if messages.key_of(message) == key:
                return str(message["ts"])
        return None

    async def own(self, place: Place, thread: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """Our messages in a channel (its threads apart) or in one thread, posted since then. Raises HistoryRefused, Gone."""
        who = await self.wire.identity()
        method = "conversations.replies" if thread else "conversations.history"
        args: dict[str, Any] = {"channel": place.channel, "include_all_metadata": True, "limit": PAGE}
        args |= {"oldest": f"{since.timestamp():.6f}"} | ({"ts": thread} if thread else {})
        while True:
            answer = await self.wire.call(method, **args)
            for message in answer.get("messages", []):
                if who.bot == message.get("bot_id") or who.user == message.get("user"):
                    yield message
            args["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not args["cursor"]:
                return

    async def delete(self, place: Place, message: str) -> None:
        with contextlib.suppress(Gone):
            await self.wire.call("chat.delete", channel=place.channel, ts=message)

    async def edit(self, place: Place, message: str, post: Post) -> None:
        """See `Chat.edit`. What does not fit into the message goes on where it went on before, or in a further one."""
        first, *more = messages.render_post(post)
        await patiently(lambda: self.update(place.channel, message, first))
        if not more:
            return
        since = datetime.fromtimestamp(float(message) - 1, UTC)
        keys = {str(m["ts"]): messages.key_of(m) async for m in self.own(place, place.thread, since)}
        stands = {key: ts for ts, key in keys.items()}
        for number, part in enumerate(more, 2):
            key = f"{keys.get(message, message)}.{number}"
            part["metadata"] = messages.mark(key)
            if key in stands:
                await patiently(lambda key=key, part=part: self.update(place.channel, stands[key], part))  # type: ignore[misc]
            else:
                await patiently(lambda part=part: self.say(place.channel, part, place.thread))  # type: ignore[misc]

    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> None:
        """Another content for one message of ours; its key stays where `message` has none."""
        body = {k: v for k, v in message.items() if not k.startswith("unfurl")}
        await self.wire.call("chat.update", channel=channel, ts=ts, **body)

    async def link(self, place: Place, message: str) -> str:
        """Without a call where the message's thread is known. A link to a reply names its thread, or it would not open there."""
        thread = place.thread or self._threads.get((place.channel, message))
        if thread is None:
            with contextlib.suppress(ChatError):
                answer = await self.wire.call("chat.getPermalink", channel=place.channel, message_ts=message)
                return str(answer["permalink"])
        who = await self.wire.identity()
        return permalink(who.url, place.channel, message, thread or "")

    # ------------------------------------------------------------ answers

    async def draft(self, question: Question, key: str) -> Draft:
        return SlackDraft(self, question, key)

    async def send(self, place: Place, post: Post, key: str, to: Person | None = None) -> str:
        """See `Chat.send`. A person who cannot be told in the channel, because the bot is out of it, is told in a direct message."""
        if to is None or place.direct:
            return await self._all(place.channel, place.thread, messages.render_post(post, key))
        try:
            for message in messages.render_post(post):
                await self.whisper(place, to.id, message)
        except Gone:
            return await self._all(await self.direct(to.id), "", messages.render_post(post, key))
        return ""

    async def whisper(self, place: Place, user: str, message: Mapping[str, Any]) -> None:
        """A message to one person alone, in a channel or thread."""
        within = {"thread_ts": place.thread} if place.thread else {}
        body = {k: v for k, v in message.items() if k != "metadata"}
        await patiently(
            lambda: self.wire.call("chat.postEphemeral", channel=place.channel, user=user, **body, **within)
        )

    async def direct(self, user: str) -> str:
        """The id of the direct conversation with a person."""
        answer = await self.wire.call("conversations.open", users=user)
        return str(answer["channel"]["id"])

    async def _all(self, channel: str, thread: str, messages: Sequence[Mapping[str, Any]]) -> str:
        """All messages of a post; the id of the first."""
        first = ""
        for message in messages:
            ts = await patiently(lambda message=message: self.say(channel, message, thread))  # type: ignore[misc]
            first = first or ts
        return first

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:
        """Answers a Command, Click or Submission, here or in a worker that was handed its `extra`."""
        return SlackResponder(self, place, person, extra)


def permalink(url: str, channel: str, message: str, thread: str) -> str:
    link = f"{url.rstrip('/')}/archives/{channel}/p{message.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != message else link
