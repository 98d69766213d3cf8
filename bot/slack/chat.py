"""Implements the Chat port on Slack. It needs only the web client and no socket, so workers use it,
too."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

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
    Thread,
    Upload,
)
from bot.slack.draft import SlackDraft
from bot.slack.markup import parse_text
from bot.slack.members import Members
from bot.slack.posting import Posting
from bot.slack.render import messages
from bot.slack.render.blocks import file_of, with_file
from bot.slack.responder import SlackResponder
from bot.slack.web_api import retry_throttled

MISSING_PAUSE = 0.5
"""Seconds until a missing message is looked for again."""


class SlackChat(Posting):
    """Implements `bot.core.chat.Chat`."""

    whispers = True
    lists_members = True
    has_archive = False
    opens_threads = False
    roles = False
    hears = True

    @cached_property
    def _members(self) -> Members:
        return Members(self.api)

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

    async def find(self, key: str, kind: StepKind, place: Place, since: datetime, on: str = "") -> str | None:
        if kind in (StepKind.EDIT, StepKind.THREAD):
            return on or None
        async for message in self.own_messages(place, on if kind is StepKind.REPLY else "", since):
            if messages.key_of(message) == key:
                return str(message["ts"])
        return None

    async def close_thread(self, place: Place, thread: str, name: str) -> None:
        """Does nothing: without messages, a thread is gone; with people's messages, it is
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

    def responder(self, place: Place, person: Person, extra: Mapping[str, str]) -> Responder:
        """Returns a Responder from the `extra` of a Command, Click or Submission, in any
        process."""
        return SlackResponder(self, place, person, extra)


def permalink(url: str, channel: str, message: str, thread: str) -> str:
    link = f"{url.rstrip('/')}/archives/{channel}/p{message.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != message else link
