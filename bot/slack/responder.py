"""How one command, click or form is answered: to its asker alone unless asked otherwise, in Slack's four different ways.

A command has a response_url, good for five answers in half an hour, also where the bot is no member. A click or form in a channel is
answered by an ephemeral message there. A modal needs the trigger that came with the event, within three seconds. What all of them
need travels in `extra`, so a worker can answer too.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from bot.core.chat import ChatError, Form, Gone, Person, Place, Post, Small, Text
from bot.core.texts import say
from bot.slack.render import messages, views
from bot.slack.render.views import Memo
from bot.slack.wire import SlackRefused, Wire

log = logging.getLogger(__name__)

URL_USES = 5
PROGRESS_USES = 3
"""Of them, for lines of progress: one is replaced by the answer."""
PROGRESS_GAPS = (0.0, 10.0, 40.0)
"""Seconds since the line before, for the first, second and third."""
WHISPER_GAP = 30.0
"""Where a line cannot replace the one before it, it must be worth one of its own."""


class Messages(Protocol):
    """The part of SlackChat that a responder uses."""

    wire: Wire

    async def say(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str: ...
    async def whisper(self, place: Place, user: str, message: Mapping[str, Any]) -> None: ...
    async def direct(self, user: str) -> str: ...
    async def send(self, place: Place, post: Post, key: str, to: Person | None = None) -> str: ...


class SlackResponder:
    """Implements `bot.core.chat.Responder`. `extra` is that of the Command, Click or Submission, as `listeners.read` makes it."""

    def __init__(
        self,
        chat: Messages,
        place: Place,
        person: Person,
        extra: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chat, self._place, self._person, self._extra, self._clock = chat, place, person, extra, clock
        self._url = extra.get("response_url", "") if extra.get("kind") == "command" else ""
        self._uses = 0
        self._lines = 0
        self._last_line = 0.0
        self._shown_line = False
        self._turn = asyncio.Lock()

    # ------------------------------------------------------------ messages

    async def show(self, post: Post, *, private: bool = True) -> str:
        if not private:
            return await self._openly(post)
        async with self._turn:
            for message in messages.render_post(post):
                await self._alone(message)
        return ""

    async def progress(self, text: str) -> None:
        """Replaces the line before it where Slack can; there are few of them, so that the answer has its place."""
        async with self._turn:
            if not self._worth_a_line():
                return
            message = messages.render_post(Post((Small(text),), text))[0]
            with contextlib.suppress(ChatError):
                await self._alone(message)
                self._lines, self._last_line, self._shown_line = self._lines + 1, self._clock(), bool(self._url)

    def _worth_a_line(self) -> bool:
        if not self._lines:
            return True
        since = self._clock() - self._last_line
        if not self._url:
            return since >= WHISPER_GAP
        return self._lines < PROGRESS_USES and since >= PROGRESS_GAPS[self._lines]

    async def _alone(self, message: Mapping[str, Any]) -> None:
        """To the asker alone: by the response_url, else in the channel, else in a direct message."""
        body = {k: v for k, v in message.items() if k != "metadata"}
        if self._url and self._uses < URL_USES:
            self._uses += 1
            replaces = {"replace_original": True} if self._shown_line else {"response_type": "ephemeral"}
            try:
                await self._chat.wire.send_back(self._url, {**body, **replaces})
            except SlackRefused:
                self._uses = URL_USES
            else:
                self._shown_line = False
                return
        if self._place.direct:
            await self._chat.say(self._place.channel, body, self._place.thread)
            return
        try:
            await self._chat.whisper(self._within(), self._person.id, body)
        except Gone:
            await self._chat.say(await self._chat.direct(self._person.id), body)

    def _within(self) -> Place:
        """An answer to a click is shown where the message stands: in the thread only if that is where it was pressed."""
        return replace(self._place, thread=self._extra.get("shown_in", self._place.thread))

    async def _openly(self, post: Post) -> str:
        try:
            return await self._chat.send(self._place, post, "")
        except Gone:
            if not self._url:
                raise
        for message in messages.render_post(post):
            self._uses += 1
            await self._chat.wire.send_back(self._url, {**message, "response_type": "in_channel"})
        return ""

    # ------------------------------------------------------------ modals

    async def form(self, form: Form) -> None:
        await self._open(views.form(form, self._memo(form.action, form.value)))

    def _memo(self, action: str, value: str) -> Memo:
        place, extra = self._place, self._extra
        seen = extra.get("message", ""), extra.get("shown_in", "")
        return Memo(action, value, place.channel, place.thread, place.direct, *seen)

    async def page(self, title: str, post: Post) -> None:
        """In a modal, with pages; as messages to the asker alone where no modal can be opened any more, or be turned later."""
        action, value = self._extra.get("action", ""), self._extra.get("value", "")
        pages = views.pages(title, post, self._memo(action, value))
        number = min(int(self._extra.get("page", "0")), len(pages) - 1)
        if "view" in self._extra:
            await self._chat.wire.call("views.update", view_id=self._extra["view"], view=pages[number])
        elif (len(pages) > 1 and not action) or not await self._open(pages[number], tell=False):
            await self.show(post)

    async def file(self, name: str, text: str) -> None:
        """Uploading would need a scope that nothing else does; the text stands ready to be copied instead."""
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        await self.page(name, Post((Text(f"{fence}\n{text}\n{fence}"),), name))

    async def _open(self, view: Mapping[str, Any], *, tell: bool = True) -> bool:
        method = "views.push" if self._extra.get("in_modal") else "views.open"
        try:
            await self._chat.wire.call(method, trigger_id=self._extra.get("trigger", ""), view=view)
        except SlackRefused as refused:
            if "trigger" not in refused.code:
                raise
            log.info("event=trigger_expired")
            if tell:
                sentence = say("slack.no window", self._person.language)
                await self.show(Post((Text(sentence),), sentence))
            return False
        return True
