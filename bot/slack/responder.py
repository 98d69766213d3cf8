"""Answers one command, click or form, by default to its asker alone.

A command has a response_url for five answers in half an hour, even in channels without the bot. A
click or form is answered by an ephemeral message. A modal needs the event's trigger within three
seconds. `extra` holds all of these, so a worker can answer, too."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.chat import (
    HOME,
    ChatError,
    Checklist,
    Form,
    Outside,
    Panel,
    Person,
    Place,
    Post,
    Small,
    TargetMissing,
    Text,
    Upload,
)
from bot.core.texts import say
from bot.slack.posting import Posting
from bot.slack.render import messages, views
from bot.slack.render.views import Memo
from bot.slack.web_api import SlackRefused
from digest.errors import for_log

log = logging.getLogger(__name__)

CLOSED, CHANGED_SINCE = "not_found", "hash_conflict"
"""Slack's codes for a modal that its person closed, or that changed since."""
URL_USES = 5
PROGRESS_USES = 3
"""How many uses of the URL progress lines take. The answer replaces the last line."""
PROGRESS_GAPS = (0.0, 10.0, 40.0)
"""Seconds between the progress lines."""
EPHEMERAL_GAP = 30.0
"""Seconds between lines that cannot replace each other."""


class SlackResponder:
    """Implements Responder. `extra` comes from the Command, Click or Submission."""

    def __init__(
        self,
        chat: Posting,
        place: Place,
        person: Person,
        extra: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chat, self._place, self._person, self._extra, self._clock = chat, place, person, extra, clock
        self._url = extra.get("response_url", "") if extra.get("kind") == "command" else ""
        self._uses = int(extra.get("uses", "0"))
        self._lines = int(extra.get("lines", "0"))
        self._last_line = clock()
        self._shown_line = "shown_line" in extra
        self._lock = asyncio.Lock()
        self._view, self._view_hash = extra.get("panel", ""), ""
        self._trigger_expired = False

    def handed_over(self) -> Mapping[str, str]:
        counts = {"uses": str(self._uses), "lines": str(self._lines)}
        return {**self._extra, **counts} | ({"shown_line": "1"} if self._shown_line else {})

    async def show(self, post: Post, *, picture: Upload | None = None) -> None:
        async with self._lock:
            for message in messages.render_with(picture, post):
                await self._send(message, pictured=picture is not None)

    async def progress(self, text: str) -> None:
        """Replaces the previous line if Slack can. Keeps a use of the URL for the answer."""
        async with self._lock:
            if not self._may_show_progress():
                return
            message = messages.render_post(Post((Small(text),), text))[0]
            with contextlib.suppress(ChatError):
                await self._send(message)
                self._lines, self._last_line, self._shown_line = self._lines + 1, self._clock(), bool(self._url)

    def _may_show_progress(self) -> bool:
        if not self._lines:
            return True
        since = self._clock() - self._last_line
        if not self._url:
            return since >= EPHEMERAL_GAP
        return self._lines < PROGRESS_USES and since >= PROGRESS_GAPS[self._lines]

    async def _send(self, message: Mapping[str, Any], *, pictured: bool = False) -> None:
        """Sends to the asker alone, by the first way that works. `pictured`: Slack may refuse only
        the picture, so this way stays open for the message without it."""
        body = {k: v for k, v in message.items() if k != "metadata"}
        if self._url and self._uses < URL_USES:
            self._uses += 1
            replaces = {"replace_original": True} if self._shown_line else {"response_type": "ephemeral"}
            try:
                await self._chat.api.send_back(self._url, {**body, **replaces})
            except SlackRefused:
                if pictured:
                    raise
                self._uses = URL_USES
            else:
                self._shown_line = False
                return
        if home := self._extra.get(HOME):
            await self._chat.post_in_turn(home, body)
            return
        place = self._place
        try:
            if place.direct:
                await self._chat.post_in_turn(place.channel, body, place.thread)
            else:
                await self._chat.post_ephemeral(self._click_place(), self._person.id, body)
        except (Outside, TargetMissing):  # the bot is not in the channel, or two people talk there
            await self._chat.post_in_turn(await self._chat.open_direct(self._person.id), body)

    def _click_place(self) -> Place:
        """Returns the pressed button's place: in a thread only if it was pressed there."""
        return replace(self._place, thread=self._extra.get("shown_in", self._place.thread))

    async def form(self, form: Form) -> None:
        await self._open(views.form(form, self._memo(form.action, form.value)))

    async def panel(self, panel: Panel) -> None:
        view = views.panel(panel, self._memo(panel.form.action, panel.form.value))
        if not self._view:
            await self._open(view)
            return
        # A late result does not replace what the person has done since.
        await self._update_view(self._view, view, self._view_hash)

    async def _update_view(self, name: str, view: Mapping[str, Any], unchanged: str) -> None:
        """Updates the view unless its person closed it. `unchanged`: the hash that it must have."""
        wanted = {"hash": unchanged} if unchanged else {}
        try:
            answer = await self._chat.api.call("views.update", view_id=name, view=self._signed(view), **wanted)
        except SlackRefused as refused:
            if refused.code not in (CLOSED, CHANGED_SINCE):
                raise
            log.info("event=view_not_updated code=%s", refused.code)
        else:
            self._keep_view(answer)

    async def checklist(self, checklist: Checklist) -> None:
        await self._open(views.checklist(checklist, self._memo(checklist.action, checklist.value)))

    def _keep_view(self, answer: Mapping[str, Any]) -> None:
        """Remembers the view shown and its hash, so that a later update replaces no other view."""
        view = answer.get("view") or {}
        self._view, self._view_hash = str(view.get("id", "")), str(view.get("hash", ""))

    def _memo(self, action: str, value: str) -> Memo:
        place, extra = self._place, self._extra
        seen = extra.get("message", ""), extra.get("shown_in", "")
        return Memo(action, value, place.channel, place.thread, place.direct, *seen, home=extra.get(HOME, ""))

    async def page(self, title: str, post: Post) -> None:
        """Shows the pages in a modal, or as private messages if no modal can be opened or paged."""
        action, value = self._extra.get("action", ""), self._extra.get("value", "")
        pages = views.pages(title, post, self._memo(action, value))
        number = min(int(self._extra.get("page", "0")), len(pages) - 1)
        if "view" in self._extra:
            await self._update_view(self._extra["view"], pages[number], self._extra.get("view_hash", ""))
        elif (len(pages) > 1 and not action) or not await self._open(pages[number], tell=False):
            await self.show(post)

    async def file(self, name: str, text: str) -> None:
        """Sends the file in a direct message. If uploads are refused, shows the text to copy."""
        try:
            direct = self._place.channel if self._place.direct else await self._chat.open_direct(self._person.id)
            await self._chat.api.upload(name, text.encode(), channel=direct)
        except ChatError as error:
            log.info("event=file_not_uploaded reason=%s", for_log(error))
        else:
            if not self._place.direct:
                sentence = say("slack.file", self._person.language, name=name)
                await self.show(Post((Text(sentence),), sentence[:90]))
            return
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        await self.page(name, Post((Text(f"{fence}\n{text}\n{fence}"),), name))

    def _signed(self, view: Mapping[str, Any]) -> dict[str, Any]:
        return views.signed(view, self._chat.signer, self._person.id)

    async def _open(self, view: Mapping[str, Any], *, tell: bool = True) -> bool:
        if self._trigger_expired:
            return False
        method = "views.push" if self._extra.get("in_modal") else "views.open"
        try:
            trigger = self._extra.get("trigger", "")
            self._keep_view(await self._chat.api.call(method, trigger_id=trigger, view=self._signed(view)))
        except SlackRefused as refused:
            if "trigger" not in refused.code:
                raise
            log.info("event=trigger_expired")
            self._trigger_expired = True
            if tell:
                sentence = say("slack.no window", self._person.language)
                await self.show(Post((Text(sentence),), sentence))
            return False
        return True
