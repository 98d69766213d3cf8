"""An answer while it is written: one message that is edited at the pace Discord allows, then replaced by the final form.

The first words go out at once, later ones at most every 1.2 seconds, always the latest text. The final form is sent until it
stands: the first message bears the answer's key as its nonce, an edit may be repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import stamina

from bot.core.chat import ChatError, Doubtful, Gone, Person, Post, Question, Small, Text, Throttled
from bot.core.texts import say
from bot.discord.ids import components, message_id
from bot.discord.render.messages import V2, keyed, marked, messages
from bot.discord.render.plan import silent
from bot.discord.rest import ORIGINAL, Rest, shown

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""Of an interaction's token: 15 minutes, with a reserve."""
EPHEMERAL = 1 << 6
SETTLES = 15.0
"""Seconds after an edit without an answer, in which it may still be carried out."""
PATIENCE = 90.0
"""Seconds for the final form, beyond which the question's task is tried again later."""


class Sheet(Protocol):
    """Where the answer stands."""

    async def find(self, key: str) -> str | None:
        """The id of a half-written one."""
        ...

    async def create(self, payload: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        """(id, the message as it stands): of an earlier try where the key was used before."""
        ...

    async def change(self, message: str, payload: dict[str, Any]) -> None: ...

    def name(self, message: str) -> str:
        """The id as the house uses it."""
        ...


class Draft:
    """A `bot.core.chat.Draft`."""

    def __init__(self, sheet: Sheet, key: str, pace: float) -> None:
        self._sheet, self._key, self._pace = sheet, key, pace
        self._message = ""
        self._looked = False
        self._latest: Post | None = None
        self._words = False
        """Words of the answer have been asked for, not only a status."""
        self._news = asyncio.Event()
        self._hurry = asyncio.Event()
        """The first words are there: they do not wait for their turn."""
        self._doubt_ends = 0.0
        """By the monotonic clock; 0: every edit was answered."""
        self._busy = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None

    async def write(self, text: str) -> None:
        if not text.strip():
            return
        if not self._words:
            self._words = True
            self._hurry.set()
        self._show(Post((Text(text),), ""))

    async def status(self, text: str) -> None:
        if not self._words:
            self._show(Post((Small(text),), ""))

    def _show(self, post: Post) -> None:
        self._latest = post
        self._news.set()
        if self._pump is None:
            self._pump = asyncio.create_task(self._keep_up())

    async def _keep_up(self) -> None:
        """Shows the latest text, again and again. A failure here is not the answer's: the final form is still to come."""
        while True:
            await self._news.wait()
            self._news.clear()
            assert self._latest is not None
            wait = self._pace
            if self._words:
                self._hurry.clear()
            try:
                async with self._busy:
                    await self._put(messages(self._latest)[0])
            except Throttled as error:
                wait = max(error.wait, self._pace)
                self._news.set()
            except Doubtful:
                self._news.set()
                if self._message:  # a message that is made twice is one, by its nonce
                    self._doubt_ends = time.monotonic() + SETTLES
            except ChatError as error:
                log.info("event=draft_stopped reason=%r", str(error))
                return
            # Not `wait_for`, which on Python 3.11 can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._hurry.wait()

    async def _put(self, payload: dict[str, Any]) -> None:
        """Creates the message or edits it. Safe to repeat."""
        if not self._message and not self._looked:
            self._message = await self._sheet.find(self._key) or ""
            self._looked = True
        if self._message:
            try:
                await self._sheet.change(self._message, marked(payload, self._key))
            except Gone:
                self._message = ""  # somebody deleted the half-written one; the answer is still wanted
            else:
                return
        self._message, stands = await self._sheet.create(payload, self._key)
        if _texts(stands) != _texts(payload):
            await self._sheet.change(self._message, marked(payload, self._key))

    async def finish(self, post: Post) -> str:
        await self._stop()
        first, *more = messages(post)
        await _until_done(lambda: self._put(first))
        name = self._sheet.name(self._message)
        for i, payload in enumerate(more, 1):
            key = f"{self._key}.{i}"
            await _until_done(lambda payload=payload, key=key: self._sheet.create(payload, key))  # type: ignore[misc]
        if self._doubt_ends:  # half an answer may have replaced the whole one
            await asyncio.sleep(self._doubt_ends - time.monotonic())
            await _until_done(lambda: self._put(first))
            self._doubt_ends = 0.0
        return name

    async def _stop(self) -> None:
        """A request under way is not cut off: whether it arrived would not be known."""
        async with self._busy:
            if self._pump is not None:
                self._pump.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._pump
                self._pump = None


def _texts(message: dict[str, Any]) -> list[object]:
    return [c.get("content") or c.get("custom_id") for c in components(message)]


async def _until_done(request: Callable[[], Awaitable[object]]) -> None:
    def again(error: Exception) -> bool | float:
        return max(error.wait, 0.1) if isinstance(error, Throttled) else isinstance(error, Doubtful)

    async for attempt in _tries(again):
        with attempt:
            await request()


def _tries(again: Callable[[Exception], bool | float]) -> AsyncIterator[stamina.Attempt]:
    return stamina.retry_context(on=again, attempts=6, timeout=PATIENCE, wait_initial=0.5, wait_max=10.0)


class Channel:
    """A Sheet in a channel, a thread or a direct message, as a reply to the asker that does not ping."""

    def __init__(
        self,
        rest: Rest,
        channel: str,
        reply_to: str,
        search: Callable[[str, str, datetime], Awaitable[str | None]] | None,
        since: datetime,
        *,
        thread: bool,
    ) -> None:
        self._rest, self._channel, self._thread = rest, channel, thread
        self._reply_to = reply_to.rpartition("/")[2]
        self._search, self._since = search, since

    async def find(self, key: str) -> str | None:
        return await self._search(self._channel, key, self._since) if self._search else None

    async def create(self, payload: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        body = silent(keyed(payload, key))
        if self._reply_to:
            body["message_reference"] = {"message_id": self._reply_to, "fail_if_not_exists": False}
            body["allowed_mentions"] = {"parse": [], "replied_user": False}
        needs = "“Send Messages in Threads”" if self._thread else "“Send Messages”"
        made = await self._rest.write(
            "POST", "/channels/{channel_id}/messages", body, needs=needs, channel_id=self._channel
        )
        return str(made["id"]), made

    async def change(self, message: str, payload: dict[str, Any]) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._rest.write("PATCH", path, {**payload, "flags": V2}, channel_id=self._channel, message_id=message)

    def name(self, message: str) -> str:
        return message_id(self._channel, message, thread=self._thread)


class Whisper:
    """A Sheet only the asker sees: the response to the form that asked, and once its token has run out a direct message."""

    def __init__(
        self,
        rest: Rest,
        question: Question,
        now: Callable[[], datetime],
        open_direct: Callable[[Person], Awaitable[str]],
    ) -> None:
        self._rest, self._open_direct = rest, open_direct
        self._person: Person = question.person
        self._parts = {"webhook_id": question.extra["application"], "webhook_token": question.extra["token"]}
        self._begun, self._now = question.at, now
        self._direct: Channel | None = None

    async def find(self, key: str) -> str | None:  # noqa: ARG002
        return ORIGINAL

    async def create(self, payload: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
        if self._expired():
            return await (await self._letter()).create(payload, key)
        body = {**payload, "flags": V2 | EPHEMERAL}
        made = await self._rest.write("POST", "/webhooks/{webhook_id}/{webhook_token}", body, **self._parts)
        return str(made["id"]), made

    async def change(self, message: str, payload: dict[str, Any]) -> None:
        if self._direct is not None:
            return await self._direct.change(message, payload)
        if self._expired():
            raise Gone(say.sentence("error.discord.ended"))
        await self._rest.write("PATCH", shown(message), {**payload, "flags": V2}, **self._parts)
        return None

    def _expired(self) -> bool:
        return self._now() - self._begun > TOKEN_LIFE

    async def _letter(self) -> Channel:
        if self._direct is None:
            channel = await self._open_direct(self._person)
            self._direct = Channel(self._rest, channel, "", None, self._begun, thread=False)
        return self._direct

    def name(self, message: str) -> str:
        return message if self._direct is not None else ""
