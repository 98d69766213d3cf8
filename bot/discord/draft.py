"""Shows an answer by edits of one message and replaces it by the final form.

The final form is sent until Discord has it. The first message has the answer's key as its nonce,
and an edit may be repeated."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import stamina

from bot.core.chat import (
    ChatError,
    HistoryRefused,
    OutcomeUnknown,
    Person,
    Post,
    Question,
    Small,
    TargetMissing,
    Text,
    Throttled,
    Upload,
)
from bot.core.draft import DraftPump, DraftState, Recovery
from bot.core.ids import further_key
from bot.core.texts import say
from bot.discord.history import History
from bot.discord.ids import components, message_id
from bot.discord.render.messages import V2, keyed, marked, messages, with_upload
from bot.discord.render.plan import silent
from bot.discord.rest import MESSAGE, MESSAGES, ORIGINAL, UNKNOWN_MESSAGE, Rest, webhook_message

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""How long a token is used: it is valid for 15 minutes, with 30 seconds in reserve."""
EPHEMERAL = 1 << 6
FINISH_TIMEOUT = 90.0
"""Seconds to send the final form. After that the question's task is tried again later."""


class AnswerMessage(Protocol):
    """The message that shows the answer."""

    async def find(self, key: str) -> str | None:
        """Returns the id of a half-written message, or None if there is none."""
        ...

    async def create(
        self, payload: dict[str, Any], key: str, picture: Upload | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Returns the id and the message, those of an earlier try if the key was used before."""
        ...

    async def change(self, message: str, payload: dict[str, Any], picture: Upload | None = None) -> None: ...

    async def search(self, key: str) -> str | None:
        """Looks for the message in the channel's history. Raises HistoryRefused."""
        ...

    async def delete(self, message: str) -> None:
        """Deletes the message. Safe to repeat."""
        ...

    def name(self, message: str) -> str:
        """Returns the message's id as the store keeps it."""
        ...


class Draft(DraftPump):
    """Shows an answer in an AnswerMessage. `pace`: seconds between two edits."""

    def __init__(self, target: AnswerMessage, key: str, pace: float, message: str = "") -> None:
        """`message`: the bare id of an earlier answer, which this one replaces."""
        super().__init__()
        self._target, self._key, self._seconds = target, key, pace
        self._message = message
        self._searched = False
        self._anew = bool(message)
        """A final form is shown already. Its further messages may have to be deleted."""

    @property
    def _pace(self) -> float:
        return self._seconds

    async def _show(self, text: str) -> None:
        block = Small(text) if self._state is DraftState.WAITING else Text(text)
        await self._put(messages(Post((block,), ""))[0])

    def _recover(self, error: ChatError) -> Recovery:
        return Recovery.RETRY if isinstance(error, OutcomeUnknown) else Recovery.STOP

    def _may_arrive_late(self) -> bool:
        return bool(self._message)  # the nonce makes a second creation harmless

    async def _replace(self, post: Post, picture: Upload | None) -> str:
        first, *more = messages(post, pictured=picture is not None)
        await _retry(lambda: self._put(first, picture))
        for i, payload in enumerate(more, 1):
            key = further_key(self._key, i)
            await _retry(lambda payload=payload, key=key: self._put_further(payload, key))  # type: ignore[misc]
        if self._anew:
            await self._delete_further(len(more) + 1)
        self._anew = True
        return self._target.name(self._message)

    async def _put_further(self, payload: dict[str, Any], key: str) -> None:
        """Edits the message of an earlier final form, else creates it."""
        known = await self._search(key) if self._anew else None
        if known:
            await self._target.change(known, marked(payload, key))
        else:
            await self._target.create(payload, key)

    async def _delete_further(self, first: int) -> None:
        """Deletes the further messages from this one on."""
        while known := await self._search(further_key(self._key, first)):
            await _retry(lambda known=known: self._target.delete(known))  # type: ignore[misc]
            first += 1

    async def _search(self, key: str) -> str | None:
        with contextlib.suppress(HistoryRefused, TargetMissing):
            return await self._target.search(key)
        return None

    async def _end_provisional(self) -> None:
        """Does nothing: an edited message is not left open."""

    async def _delete_all(self) -> None:
        message = self._message or await self._search(self._key)
        if message:
            await _retry(lambda: self._target.delete(message))
        await self._delete_further(1)
        self._message = ""

    async def _replace_again(self, post: Post, picture: Upload | None) -> None:
        first = messages(post, pictured=picture is not None)[0]
        await _retry(lambda: self._put(first, picture))

    async def _put(self, payload: dict[str, Any], picture: Upload | None = None) -> None:
        """Creates the message or edits it. Safe to repeat."""
        if not self._message and not self._searched:
            self._message = await self._target.find(self._key) or ""
            self._searched = True
        if self._message:
            with contextlib.suppress(TargetMissing):
                return await self._target.change(self._message, marked(payload, self._key), picture)
            self._message = ""  # its interaction has ended, but the answer is still wanted
        self._message, stored = await self._target.create(payload, self._key, picture)
        if _texts(stored) != _texts(payload):
            await self._target.change(self._message, marked(payload, self._key), picture)
        return None


def _texts(message: dict[str, Any]) -> list[object]:
    return [c.get("content") or c.get("custom_id") for c in components(message)]


async def _retry(request: Callable[[], Awaitable[object]]) -> None:
    def pause(error: Exception) -> bool | float:
        return max(error.wait, 0.1) if isinstance(error, Throttled) else isinstance(error, OutcomeUnknown)

    tries = stamina.AsyncRetryingCaller(attempts=6, timeout=FINISH_TIMEOUT, wait_initial=0.5, wait_max=10.0)
    await tries(pause, request)


class ChannelMessage:
    """A reply to the asker in a channel, a thread or a direct message, without a ping."""

    def __init__(
        self,
        rest: Rest,
        channel: str,
        reply_to: str,
        since: datetime,
        history: History | None,
        *,
        thread: bool,
        old: bool = False,
    ) -> None:
        """`history`: None if earlier messages are not looked for. `old`: a half-written answer is
        looked for before the first request."""
        self._rest, self._channel, self._thread, self._history = rest, channel, thread, history
        self._reply_to = reply_to.rpartition("/")[2]
        self._since, self._old = since, old

    async def find(self, key: str) -> str | None:
        return await self.search(key) if self._old else None

    async def search(self, key: str) -> str | None:
        return await self._history.find(self._channel, key, self._since) if self._history else None

    async def delete(self, message: str) -> None:
        with contextlib.suppress(TargetMissing):
            await self._rest.write("DELETE", MESSAGE, channel_id=self._channel, message_id=message)

    async def create(
        self, payload: dict[str, Any], key: str, picture: Upload | None = None
    ) -> tuple[str, dict[str, Any]]:
        body = silent(keyed(with_upload(payload, picture), key))
        if self._reply_to:
            body["message_reference"] = {"message_id": self._reply_to, "fail_if_not_exists": False}
            body["allowed_mentions"] = {"parse": [], "replied_user": False}
        needs = "“Send Messages in Threads”" if self._thread else "“Send Messages”"
        made = await self._rest.write("POST", MESSAGES, body, needs=needs, upload=picture, channel_id=self._channel)
        return str(made["id"]), made

    async def change(self, message: str, payload: dict[str, Any], picture: Upload | None = None) -> None:
        body, parts = (
            {**with_upload(payload, picture), "flags": V2},
            {"channel_id": self._channel, "message_id": message},
        )
        try:
            await self._rest.write("PATCH", MESSAGE, body, upload=picture, **parts)
        except TargetMissing as error:
            if getattr(error.__cause__, "code", 0) != UNKNOWN_MESSAGE:
                raise
            log.info("event=deleted_answer_let_be")  # a person deleted it, so it is not posted again

    def name(self, message: str) -> str:
        return message_id(self._channel, message, thread=self._thread)


class EphemeralMessage:
    """Shows the answer to the asker alone: as the response to a form, later as a direct message."""

    def __init__(self, rest: Rest, question: Question, open_direct: Callable[[Person], Awaitable[str]]) -> None:
        self._rest, self._open_direct = rest, open_direct
        self._person: Person = question.person
        self._parts = {"webhook_id": question.extra["application"], "webhook_token": question.extra["token"]}
        self._asked_at = question.at
        self._direct: ChannelMessage | None = None

    async def find(self, key: str) -> str | None:  # noqa: ARG002
        return ORIGINAL

    async def create(
        self, payload: dict[str, Any], key: str, picture: Upload | None = None
    ) -> tuple[str, dict[str, Any]]:
        if self._expired():
            return await (await self._direct_message()).create(payload, key, picture)
        body = {**with_upload(payload, picture), "flags": V2 | EPHEMERAL}
        made = await self._rest.write(
            "POST", "/webhooks/{webhook_id}/{webhook_token}", body, upload=picture, **self._parts
        )
        return str(made["id"]), made

    async def change(self, message: str, payload: dict[str, Any], picture: Upload | None = None) -> None:
        if self._direct is not None:
            return await self._direct.change(message, payload, picture)
        if self._expired():
            raise TargetMissing(say.sentence("error.discord.ended"))
        body = {**with_upload(payload, picture), "flags": V2}
        await self._rest.write("PATCH", webhook_message(message), body, upload=picture, **self._parts)
        return None

    def _expired(self) -> bool:
        return datetime.now(UTC) - self._asked_at > TOKEN_LIFE

    async def _direct_message(self) -> ChannelMessage:
        if self._direct is None:
            channel = await self._open_direct(self._person)
            self._direct = ChannelMessage(self._rest, channel, "", self._asked_at, None, thread=False)
        return self._direct

    async def search(self, key: str) -> str | None:  # noqa: ARG002
        return None

    async def delete(self, message: str) -> None:
        """Keeps the message: a question from a form has no message that could be deleted."""

    def name(self, message: str) -> str:
        return message if self._direct is not None else ""
