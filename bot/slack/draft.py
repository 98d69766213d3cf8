"""Shows an answer while it is written, by a stream or by edits, and then replaces it by its final
form.

The final message has the answer's key as metadata. A stream cannot have metadata, so its first
words hold a mark of the key in zero-width characters: after a crash the half-written message is
found and replaced. A half-written message that Slack stored after we gave up on its request is
deleted.
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
from bot.slack.wire import SlackRefused, Wire, retry_throttled

log = logging.getLogger(__name__)

STREAM_PACE = 0.7
EDIT_PACE = 1.3
"""Seconds between edits: Slack allows fifty a minute."""
FIRST_WRITE = 1.0
"""Seconds that the first `write` waits at most."""
CHUNK = 11_000
SEARCH_BACK = timedelta(minutes=2)
LATE_ARRIVAL = 15.0
"""Seconds after an unanswered request in which its message may still appear."""
SEARCH_TIMEOUT = 5.0
"""Seconds that the first words wait at most for the search for a half-written answer."""

_INVISIBLE = "\u200b\u200c\u200d\u2060"
_MARK = re.compile(f"[{_INVISIBLE}]{{10}}")
_PING = re.compile(r"<(?=[!@#])|@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)


def mark_of(key: str) -> str:
    """Twenty bits of the key in zero-width characters."""
    bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:3]) >> 4
    return "".join(_INVISIBLE[(bits >> (2 * n)) & 3] for n in range(10))


def _marks_in(message: Mapping[str, Any]) -> list[str]:
    return _MARK.findall(json.dumps(message, ensure_ascii=False))


def without_mentions(text: str) -> str:
    """Disables mentions, which Slack would read in provisional Markdown."""
    return _PING.sub(lambda m: m[0] + "\u200b", text)


class Messages(Protocol):
    """The part of SlackChat that a draft uses."""

    wire: Wire

    async def post_message(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str: ...
    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> None: ...
    async def delete(self, place: Place, message: str) -> None: ...
    async def send(self, place: Place, post: Post, key: str, to: Person | None = None) -> str: ...
    def own_messages(self, place: Place, thread: str, since: datetime) -> AsyncIterator[dict[str, Any]]: ...


class SlackDraft:
    """Implements Draft. Only one process writes an answer at a time."""

    def __init__(self, chat: Messages, question: Question, key: str) -> None:
        self._chat, self._question, self._key = chat, question, key
        place = question.place
        self._channel = place.channel
        self._thread = place.thread or ("" if place.direct else question.message)
        self._ts = ""
        self._streaming = False
        self._edits = not self._thread
        """Edits a message because there is no thread to stream in or streaming was refused."""
        self._text = self._shown = ""
        self._silent = question.private
        self._closed = False
        self._id_unknown = False
        """A message may exist whose id we do not know."""
        self._late_until = 0.0
        """Monotonic time until which an unanswered request may still take effect; 0 for none."""
        self._changed, self._started, self._closing = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._found: dict[str, str] = {}
        self._strays: set[str] = set()
        """Ids of surplus half-written messages."""
        self._search = None if self._silent else self._start_search()

    # ------------------------------------------------------------ provisional text

    async def status(self, text: str) -> None:
        """Slack shows it until the first words. A failure is ignored."""
        if self._thread and not self._silent and not self._ts:
            self._run_in_background(self._set_status(text))

    async def _set_status(self, text: str) -> None:
        with contextlib.suppress(ChatError):
            await self._chat.wire.call(
                "assistant.threads.setStatus", channel_id=self._channel, thread_ts=self._thread, status=text
            )

    def _run_in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def write(self, text: str) -> None:
        """Shows the newest text at Slack's pace. Only the first call waits, up to FIRST_WRITE
        seconds."""
        if self._silent or self._closed or not text.strip():
            return
        self._text = text
        self._changed.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_loop())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_WRITE):
                    await self._started.wait()

    async def _write_loop(self) -> None:
        await self._finish_search()
        while await self._wait_for_text():
            try:
                await self._show(without_mentions(self._text))
            except Throttled as busy:
                self._changed.set()
                await self._pause(busy.wait)
                continue
            except Doubtful:
                self._silent = self._id_unknown = True
                if self._edits or not self._ts:  # stopping the stream ends late appends
                    self._late_until = time.monotonic() + LATE_ARRIVAL
            except ChatError as error:
                self._fall_back(error)
            self._started.set()
            await self._pause(EDIT_PACE if self._edits else STREAM_PACE)

    async def _pause(self, seconds: float) -> None:
        """Waits, but not once the final form is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _wait_for_text(self) -> bool:
        """Waits for more text. False if no more provisional text is to be shown."""
        await self._changed.wait()
        self._changed.clear()
        return not self._closed and not self._silent

    def _fall_back(self, error: ChatError) -> None:
        """Switches a refused stream to edits. Stops if a person stopped it or the message is
        gone."""
        code = error.code if isinstance(error, SlackRefused) else ""
        if self._edits or code == "stopped_by_user" or isinstance(error, Gone):
            self._silent = True
        else:
            log.info("event=stream_refused reason=%s", code or type(error).__name__)
            self._edits, self._streaming = True, False
            self._changed.set()

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
            self._ts = await self._chat.post_message(self._channel, message, self._thread)
        self._shown = text

    # ------------------------------------------------------------ messages of an earlier try

    async def _find(self) -> None:
        """Finds this answer's messages since the question, by key or by mark."""
        found_keys: dict[str, str] = {}
        begun = self._question.message or self._thread
        since = datetime.fromtimestamp(float(begun), UTC) if begun else self._question.at - SEARCH_BACK
        async for message in self._chat.own_messages(self._question.place, self._thread, since):
            key, ts = messages.key_of(message), str(message["ts"])
            if key.startswith(f"{self._key}."):
                self._found[key] = ts
            elif key == self._key or (not key and mark_of(self._key) in _marks_in(message)):
                found_keys[ts] = key
        for half in [ts for ts, key in found_keys.items() if not key]:
            await self._stop(half)
        if counts := self._ts or max(found_keys, key=lambda ts: (found_keys[ts], ts), default=""):
            self._found[self._key] = counts
        self._strays = found_keys.keys() - {counts}

    def _start_search(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self._find())
        task.add_done_callback(lambda t: t.cancelled() or t.exception())  # marks it as retrieved
        return task

    async def _finish_search(self) -> None:
        """Waits for the search. If it fails, no earlier message is assumed."""
        if self._search is None:
            return
        search, self._search = self._search, None
        try:
            async with asyncio.timeout(SEARCH_TIMEOUT):
                await search
        except (ChatError, TimeoutError) as error:
            log.info("event=draft_not_looked reason=%s", type(error).__name__)
        if not self._ts and self._key in self._found:
            self._ts, self._edits = self._found[self._key], True

    async def _stop(self, ts: str) -> None:
        """Ends a stream so that its message can be edited. Safe to repeat."""
        with contextlib.suppress(SlackRefused, Gone):
            await retry_throttled(lambda: self._chat.wire.call("chat.stopStream", channel=self._channel, ts=ts))

    # ------------------------------------------------------------ the final form

    async def finish(self, post: Post) -> str:
        """See `Draft.finish`. Raises ChatError if the answer could not be shown; then repeat it."""
        await self._stop_writing()
        if self._question.private:
            return await self._chat.send(self._question.place, post, self._key, self._question.person)
        first, *more = messages.render_post(post, self._key)
        if self._streaming:
            await self._stop(self._ts)
            self._streaming = False
        self._ts = await self._put_final(self._key, first, self._ts)
        for message in more:
            await self._put_final(messages.key_of(message), message, "")
        await self._remove_strays(first)
        return self._ts

    async def _stop_writing(self) -> None:
        """Ends the provisional writing and waits for its requests."""
        self._closed = True
        self._closing.set()
        self._changed.set()
        if self._writer is not None:
            await self._writer
            self._writer = None
        if self._background:
            await asyncio.gather(*self._background)
        if self._id_unknown and self._search is None:
            self._search = self._start_search()
        knew = self._ts
        await self._finish_search()
        if not knew and self._ts:  # the unanswered request took effect
            self._late_until = 0.0

    async def _remove_strays(self, first: Mapping[str, Any]) -> None:
        """Deletes half-written messages, also those that appear late."""
        if self._late_until:
            await asyncio.sleep(self._late_until - time.monotonic())
            with contextlib.suppress(HistoryRefused):
                await self._find()
            await self._put_final(self._key, first, self._ts)
            self._late_until = 0.0
        for stray in self._strays:
            log.info("event=stray_answer_deleted message=%s", stray)
            await retry_throttled(lambda stray=stray: self._chat.delete(self._question.place, stray))  # type: ignore[misc]
        self._strays = set()

    async def _put_final(self, key: str, message: Mapping[str, Any], ts: str) -> str:
        """Puts one final message in place of an earlier one. Does not repost what a person
        deleted."""
        ts = ts or self._found.get(key, "")
        if not ts:
            self._id_unknown = True
            ts = await retry_throttled(lambda: self._chat.post_message(self._channel, message, self._thread))
            self._id_unknown, self._found[key] = False, ts
            return ts
        with contextlib.suppress(Gone):
            await retry_throttled(lambda: self._chat.update(self._channel, ts, message))
        self._found[key] = ts
        return ts
