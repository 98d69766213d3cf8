"""Shows an answer by a stream or by edits of a message, and replaces it by its final form.

The final message has the answer's key as metadata. A stream cannot have metadata, so its first
words hold a mark of the key in zero-width characters. After a crash, the half-written message is
found by the mark and replaced. A half-written message that Slack stored after we gave up on its
request is deleted."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.chat import (
    ChatError,
    HistoryRefused,
    OutcomeUnknown,
    Post,
    Question,
    TargetMissing,
    Text,
    Throttled,
    Upload,
)
from bot.core.draft import DraftPump, DraftState, Recovery
from bot.core.ids import is_further
from bot.slack.posting import Posting
from bot.slack.render import messages
from bot.slack.web_api import SlackRefused, retry_throttled
from digest.patterns import regex

log = logging.getLogger(__name__)

STREAM_PACE = 0.7
EDIT_PACE = 1.3
"""Seconds between edits: Slack allows fifty a minute."""
CHUNK = 11_000
SEARCH_BACK = timedelta(minutes=2)
SEARCH_TIMEOUT = 5.0
"""Seconds that the first words wait at most while a half-written answer is searched for."""

STOPPED = "stopped_by_user"
"""Slack's error after a person pressed Stop."""

_INVISIBLE = "\u200b\u200c\u200d\u2060"
_MARK = regex(f"[{_INVISIBLE}]{{10}}")
_PING = regex(r"<(?=[!@#])|@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)


def mark_of(key: str) -> str:
    """Returns twenty bits of the key in zero-width characters."""
    bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:3]) >> 4
    return "".join(_INVISIBLE[(bits >> (2 * n)) & 3] for n in range(10))


def _marks_in(message: Mapping[str, Any]) -> list[str]:
    return _MARK.findall(json.dumps(message, ensure_ascii=False))


def without_mentions(text: str) -> str:
    """Disables mentions, which Slack would read in provisional Markdown."""
    return _PING.sub(lambda m: m[0] + "\u200b", text)


class SlackDraft(DraftPump):
    """Streams in a thread, else edits a message. A private answer has only its final form."""

    first_write_wait = 1.0

    def __init__(self, chat: Posting, question: Question, key: str, message: str = "") -> None:
        super().__init__(provisional=not question.private)
        self._chat, self._question, self._key = chat, question, key
        place = question.place
        self._channel = place.channel
        self._thread = place.thread or ("" if place.direct else question.message)
        self._ts, self._shown = message, ""
        self._streaming = False
        self._edits = not self._thread or bool(message)
        """Edits a message because there is no thread to stream in or streaming was refused."""
        self._id_unknown = False
        """There may be a message whose id we do not know."""
        self._unsearched = False
        """The search failed, so an earlier attempt's message may exist."""
        self._background: set[asyncio.Task[None]] = set()
        self._found: dict[str, str] = {}
        self._strays: set[str] = set()
        """Ids of surplus half-written messages."""
        self._search = None if question.private else self._start_search()

    async def status(self, text: str) -> None:
        """Shows a status, which Slack removes at the first words. Ignores a failure."""
        if self._thread and not self._ts and self._state is not DraftState.SILENT:
            self._run_in_background(self._set_status(text))

    async def _set_status(self, text: str) -> None:
        with contextlib.suppress(ChatError):
            await self._chat.api.call(
                "assistant.threads.setStatus", channel_id=self._channel, thread_ts=self._thread, status=text
            )

    def _run_in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    @property
    def _pace(self) -> float:
        return EDIT_PACE if self._edits else STREAM_PACE

    def _recover(self, error: ChatError) -> Recovery:
        """Switches a refused stream to edits. Gives up if a person stopped the stream."""
        if isinstance(error, OutcomeUnknown):
            self._id_unknown = True
            return Recovery.STOP
        code = error.code if isinstance(error, SlackRefused) else ""
        if code == STOPPED:
            self._stopped.set()
        if self._edits or code == STOPPED or isinstance(error, TargetMissing):
            return Recovery.STOP
        log.info("event=stream_refused reason=%s", code or type(error).__name__)
        self._edits, self._streaming = True, False
        return Recovery.RETRY

    def _may_arrive_late(self) -> bool:
        return self._edits or not self._ts  # a stopped stream takes no late appends

    async def _show(self, text: str) -> None:
        await self._finish_search()
        text = without_mentions(text)
        if self._edits or (self._ts and not self._streaming):
            await self._edit(text)
        elif not self._ts:
            await self._start(text[:CHUNK])
        elif text.startswith(self._shown) and len(text) > len(self._shown):
            more = text[len(self._shown) :][:CHUNK]
            await self._chat.api.call("chat.appendStream", channel=self._channel, ts=self._ts, markdown_text=more)
            self._shown += more

    async def _start(self, text: str) -> None:
        who = await self._chat.api.identity()
        begun = await self._chat.api.call(
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

    async def _find(self) -> None:
        """Finds this answer's messages since the question, by key or by mark."""
        found_keys: dict[str, str] = {}
        begun = self._question.message or self._thread
        since = datetime.fromtimestamp(float(begun), UTC) if begun else self._question.at - SEARCH_BACK
        async for message in self._chat.own_messages(self._question.place, self._thread, since):
            key, ts = messages.key_of(message), str(message["ts"])
            if is_further(key, self._key):
                self._found[key] = ts
            elif key == self._key or (not key and mark_of(self._key) in _marks_in(message)):
                found_keys[ts] = key
        for half in [ts for ts, key in found_keys.items() if not key]:
            await self._stop_stream(half)
        if counts := self._ts or max(found_keys, key=lambda ts: (found_keys[ts], ts), default=""):
            self._found[self._key] = counts
        self._strays = set(found_keys.keys() - {counts})

    def _start_search(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self._find())
        task.add_done_callback(lambda t: t.cancelled() or t.exception())  # marks it as retrieved
        return task

    async def _finish_search(self) -> None:
        """Waits for the search. If it fails, the first words assume that there is no earlier
        message, and the final form searches again."""
        if self._search is None:
            return
        search, self._search = self._search, None
        try:
            async with asyncio.timeout(SEARCH_TIMEOUT):
                await search
        except (ChatError, TimeoutError) as error:
            log.info("event=draft_search_failed reason=%s", type(error).__name__)
            self._unsearched = True
        self._adopt()

    def _adopt(self) -> None:
        """Continues in the message that the search found."""
        if not self._ts and self._key in self._found:
            self._ts, self._edits = self._found[self._key], True

    async def _stop_stream(self, ts: str) -> None:
        """Ends a stream so that its message can be edited. Safe to repeat."""
        try:
            await retry_throttled(lambda: self._chat.api.call("chat.stopStream", channel=self._channel, ts=ts))
        except (SlackRefused, TargetMissing) as error:
            if isinstance(error, SlackRefused) and error.code == STOPPED:
                self._stopped.set()

    async def _end_provisional(self) -> None:
        """Ends the provisional form. An ended stream cannot continue: edits show later text."""
        if self._streaming:
            await self._stop_stream(self._ts)
            self._streaming, self._edits = False, True

    async def _find_after_doubt(self) -> bool:
        if self._background:
            await asyncio.gather(*self._background)
        known = self._ts
        await self._finish_search()
        if self._id_unknown or self._unsearched:
            try:
                await self._find()
            except ChatError as error:
                if isinstance(error, OutcomeUnknown | Throttled):
                    raise  # an unknown message might stay beside the final form
            self._unsearched = False
            self._adopt()
        return not known and bool(self._ts)

    async def _replace(self, post: Post, picture: Upload | None) -> str:
        if self._question.private:
            return await self._chat.send(self._question.place, post, self._key, self._question.person, picture)
        first, *more = messages.render_with(picture, post, self._key)
        await self._end_provisional()
        self._ts = await self._put_final(self._key, first, self._ts)
        used = {self._key}
        for message in more:
            used.add(messages.key_of(message))
            await self._put_final(messages.key_of(message), message, "")
        self._strays |= {self._found.pop(key) for key in self._found.keys() - used}  # of a longer earlier answer
        await self._delete_strays()
        return self._ts

    async def _delete_all(self) -> None:
        if self._question.private:
            return
        self._search = None
        with contextlib.suppress(HistoryRefused, TargetMissing):
            await self._find()
        self._strays |= {ts for ts in (self._ts, *self._found.values()) if ts}
        self._ts, self._found = "", {}
        await self._delete_strays()

    async def _replace_again(self, post: Post, picture: Upload | None) -> None:
        with contextlib.suppress(HistoryRefused):
            await self._find()
        await self._put_final(self._key, messages.render_with(picture, post, self._key)[0], self._ts)
        await self._delete_strays()

    async def _delete_strays(self) -> None:
        for stray in self._strays:
            log.info("event=stray_answer_deleted message=%s", stray)
            await retry_throttled(lambda stray=stray: self._chat.delete(self._question.place, stray))  # type: ignore[misc]
        self._strays = set()

    async def _put_final(self, key: str, message: Mapping[str, Any], ts: str) -> str:
        """Posts or edits one final message. Returns its id. Does not post a deleted one again."""
        ts = ts or self._found.get(key, "")
        if not ts:
            self._id_unknown = True
            ts = await self._chat.post_in_turn(self._channel, message, self._thread)
            self._id_unknown, self._found[key] = False, ts
            return ts
        with contextlib.suppress(TargetMissing):
            await retry_throttled(lambda: self._chat.update(self._channel, ts, message))
        self._found[key] = ts
        return ts
