"""An answer while it is written: streamed, else by edits of a posted message, and in the end replaced by its final form.

The final message carries the answer's key as metadata. A stream cannot, so its first words carry a mark of the key in characters without
width: after a crash the half message is found by it and replaced. One that comes to stand late, of a request that had no answer, is taken away.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.core.chat import ChatError, Doubtful, Gone, HistoryRefused, Person, Place, Post, Question, Text, Throttled
from bot.slack.render import messages
from bot.slack.wire import SlackRefused, Wire, patiently

log = logging.getLogger(__name__)

STREAM_PACE = 0.7
EDIT_PACE = 1.3
"""Seconds between edits: Slack allows fifty a minute."""
FIRST = 1.0
"""Seconds that the first `write` may take."""
CHUNK = 11_000
LOOK_BACK = timedelta(minutes=2)
SETTLES = 15.0
"""Seconds after a request without an answer, in which its message may still come to stand."""
LOOKED = 5.0
"""Seconds that first words wait, at most, for the look whether there is a half answer already."""

_INVISIBLE = "\u200b\u200c\u200d\u2060"
_MARK = re.compile(f"[{_INVISIBLE}]{{10}}")
_PING = re.compile(r"<(?=[!@#])|@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)


def mark_of(key: str) -> str:
    """Twenty bits of the key in characters without width."""
    bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:3]) >> 4
    return "".join(_INVISIBLE[(bits >> (2 * n)) & 3] for n in range(10))


def _marks(message: Mapping[str, Any]) -> list[str]:
    return _MARK.findall(json.dumps(message, ensure_ascii=False))


def harmless(text: str) -> str:
    """Provisional text is read as Markdown by Slack, mentions included; the final form cannot mention anybody."""
    return _PING.sub(lambda m: m[0] + "\u200b", text)


class Messages(Protocol):
    """The part of SlackChat that a draft uses."""

    wire: Wire

    async def say(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str: ...
    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> None: ...
    async def delete(self, place: Place, message: str) -> None: ...
    async def send(self, place: Place, post: Post, key: str, to: Person | None = None) -> str: ...
    def own(self, place: Place, thread: str, since: datetime) -> AsyncIterator[dict[str, Any]]: ...


class SlackDraft:
    """Implements `bot.core.chat.Draft`. One at a time writes one answer; `finish` may be repeated."""

    def __init__(self, chat: Messages, question: Question, key: str) -> None:
        self._chat, self._question, self._key = chat, question, key
        place = question.place
        self._channel = place.channel
        self._thread = place.thread or ("" if place.direct else question.message)
        self._ts = ""
        self._streaming = False
        self._edits = not self._thread
        """By edits: where there is no thread to stream in, or streaming is refused."""
        self._text = self._shown = ""
        self._silent = question.private
        self._closed = False
        self._unsure = False
        """A message may stand that nobody knows the id of."""
        self._doubt_ends = 0.0
        """By the monotonic clock: until then what had no answer may still be carried out. 0: there is no doubt."""
        self._news, self._begun, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._found: dict[str, str] = {}
        self._strays: set[str] = set()
        """Half answers beside the one that counts."""
        self._look = None if self._silent else self._looking()

    # ------------------------------------------------------------ while it is written

    async def status(self, text: str) -> None:
        """Shown by Slack until the first words; a courtesy, so its failure is nobody's concern."""
        if self._thread and not self._silent and not self._ts:
            self._later(self._set_status(text))

    async def _set_status(self, text: str) -> None:
        with contextlib.suppress(ChatError):
            await self._chat.wire.call(
                "assistant.threads.setStatus", channel_id=self._channel, thread_ts=self._thread, status=text
            )

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def write(self, text: str) -> None:
        """What is newest is shown at Slack's pace. Waits for the first words to stand, briefly; then it returns at once."""
        if self._silent or self._closed or not text.strip():
            return
        self._text = text
        self._news.set()
        if self._pump is None:
            self._pump = asyncio.create_task(self._pumping())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST):
                    await self._begun.wait()

    async def _pumping(self) -> None:
        await self._looked()
        while await self._something_new():
            try:
                await self._show(harmless(self._text))
            except Throttled as busy:
                self._news.set()
                await self._pause(busy.wait)
                continue
            except Doubtful:
                self._silent = self._unsure = True
                if self._edits or not self._ts:  # what a late `appendStream` may do, the end of the stream forbids
                    self._doubt_ends = time.monotonic() + SETTLES
            except ChatError as error:
                self._refused(error)
            self._begun.set()
            await self._pause(EDIT_PACE if self._edits else STREAM_PACE)

    async def _pause(self, seconds: float) -> None:
        """Ends early when the final form is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def _something_new(self) -> bool:
        """Waits for more text. False once there is nothing more to be shown provisionally."""
        await self._news.wait()
        self._news.clear()
        return not self._closed and not self._silent

    def _refused(self, error: ChatError) -> None:
        """A stream that Slack does not take goes on by edits; one that a person stopped, or a message that is gone, is let be."""
        code = error.code if isinstance(error, SlackRefused) else ""
        if self._edits or code == "stopped_by_user" or isinstance(error, Gone):
            self._silent = True
        else:
            log.info("event=stream_refused reason=%s", code or type(error).__name__)
            self._edits, self._streaming = True, False
            self._news.set()

    async def _show(self, text: str) -> None:
        if self._edits or (self._ts and not self._streaming):
            await self._edit(text)
        elif not self._ts:
            await self._start(text[:CHUNK])
        elif text.startswith(self._shown) and len(text) > len(self._shown):
            more = text[len(self._shown) :][:CHUNK]
            await self._chat.wire.call("chat.appendStream", channel=self._channel, ts=self._ts, markdown_text=more)
            self._shown += more

    async def _start(self, text: str) -> None:
        who = await self._chat.wire.identity()
        begun = await self._chat.wire.call(
            "chat.startStream",
            channel=self._channel,
            thread_ts=self._thread,
            recipient_user_id=self._question.person.id,
            recipient_team_id=self._question.extra.get("team") or who.team,
            markdown_text=text[:1] + mark_of(self._key) + text[1:],
        )
        self._ts, self._shown, self._streaming = str(begun["ts"]), text, True

    async def _edit(self, text: str) -> None:
        if text == self._shown:
            return
        message = messages.render_post(Post((Text(text),), text[:90]), self._key)[0]
        if self._ts:
            await self._chat.update(self._channel, self._ts, message)
        else:
            self._ts = await self._chat.say(self._channel, message, self._thread)
        self._shown = text

    # ------------------------------------------------------------ what is there already

    async def _find(self) -> None:
        """Our messages since the question: those with this answer's key, else the half one with its mark."""
        stand: dict[str, str] = {}
        begun = self._question.message or self._thread
        since = datetime.fromtimestamp(float(begun), UTC) if begun else self._question.at - LOOK_BACK
        async for message in self._chat.own(self._question.place, self._thread, since):
            key, ts = messages.key_of(message), str(message["ts"])
            if key.startswith(f"{self._key}."):
                self._found[key] = ts
            elif key == self._key or (not key and mark_of(self._key) in _marks(message)):
                stand[ts] = key
        for half in [ts for ts, key in stand.items() if not key]:
            await self._stop(half)
        if counts := self._ts or max(stand, key=lambda ts: (stand[ts], ts), default=""):
            self._found[self._key] = counts
        self._strays = stand.keys() - {counts}

    def _looking(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self._find())
        task.add_done_callback(lambda t: t.cancelled() or t.exception())  # seen here, should nobody wait for it
        return task

    async def _looked(self) -> None:
        """Waits for the look; what it cannot see is taken as not there."""
        if self._look is None:
            return
        look, self._look = self._look, None
        try:
            async with asyncio.timeout(LOOKED):
                await look
        except (ChatError, TimeoutError) as error:
            log.info("event=draft_not_looked reason=%s", type(error).__name__)
        if not self._ts and self._key in self._found:
            self._ts, self._edits = self._found[self._key], True

    async def _stop(self, ts: str) -> None:
        """Ends a stream, so that the message may be edited; one that has ended already is no fault."""
        with contextlib.suppress(SlackRefused, Gone):
            await patiently(lambda: self._chat.wire.call("chat.stopStream", channel=self._channel, ts=ts))

    # ------------------------------------------------------------ the final form

    async def finish(self, post: Post) -> str:
        """See `Draft.finish`. Raises a ChatError where the answer could not be shown; then it may be repeated."""
        await self._settled()
        if self._question.private:
            return await self._chat.send(self._question.place, post, self._key, self._question.person)
        first, *more = messages.render_post(post, self._key)
        if self._streaming:
            await self._stop(self._ts)
            self._streaming = False
        self._ts = await self._final(self._key, first, self._ts)
        for message in more:
            await self._final(messages.key_of(message), message, "")
        await self._tidied(first)
        return self._ts

    async def _settled(self) -> None:
        """No request of the writing is under way any more."""
        self._closed = True
        self._ended.set()
        self._news.set()
        if self._pump is not None:
            await self._pump
            self._pump = None
        if self._background:
            await asyncio.gather(*self._background)
        if self._unsure and self._look is None:
            self._look = self._looking()
        knew = self._ts
        await self._looked()
        if not knew and self._ts:  # so it was carried out
            self._doubt_ends = 0.0

    async def _tidied(self, first: Mapping[str, Any]) -> None:
        """No half answer stands beside the final form, nor comes to stand, there or in its place."""
        if self._doubt_ends:
            await asyncio.sleep(self._doubt_ends - time.monotonic())
            with contextlib.suppress(HistoryRefused):
                await self._find()
            await self._final(self._key, first, self._ts)
            self._doubt_ends = 0.0
        for stray in self._strays:
            log.info("event=stray_answer_deleted message=%s", stray)
            await patiently(lambda stray=stray: self._chat.delete(self._question.place, stray))  # type: ignore[misc]
        self._strays = set()

    async def _final(self, key: str, message: Mapping[str, Any], ts: str) -> str:
        """One message of the final form, in place of what stands there. One that a person deleted is not said again."""
        ts = ts or self._found.get(key, "")
        if not ts:
            self._unsure = True
            ts = await patiently(lambda: self._chat.say(self._channel, message, self._thread))
            self._unsure, self._found[key] = False, ts
            return ts
        with contextlib.suppress(Gone):
            await patiently(lambda: self._chat.update(self._channel, ts, message))
        self._found[key] = ts
        return ts
