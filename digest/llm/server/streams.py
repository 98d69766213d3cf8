"""Reads a streamed reply from its bytes: server-sent events, lines of JSON, or one JSON body."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

from digest.errors import trace
from digest.llm.server.prices import Price
from digest.llm.server.replies import (
    CUT,
    LONGEST_TEXT,
    MOST_CHARACTERS_PER_TOKEN,
    WHOLE,
    Complained,
    InvalidReply,
    Piece,
    complaint_from,
    complaint_in,
    complaint_of,
    completion_from,
    parse_json,
    piece_of,
    reply_from,
)
from digest.llm.server.thoughts import ThoughtFilter
from digest.llm.server.wire import Reply, Request
from digest.patterns import clean
from digest.ports import OnText
from digest.render.labels import label

log = logging.getLogger(__name__)

_SAID = 2_000
"""Bytes shown, at most, of what came instead of an event."""
_MAX_LINE = 2**22
"""Bytes of one event, or of a body that is no stream."""


class SafeCallback:
    """Shows provisional text until showing fails. The answer then goes on without it."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text: OnText | None = on_text

    async def __call__(self, text: str) -> None:
        if self._on_text is None:
            return
        try:
            await self._on_text(text)
        except Exception as error:  # noqa: BLE001  # logged, without its message
            log.error("event=provisional_text_not_shown\n%s", trace(error))  # noqa: TRY400
            self._on_text = None


class StreamReader:
    """Reads a stream. `hold`: shows nothing before the closing tag of thoughts, because the opening
    tag may be missing.

    `doubt`: it is unknown whether the tag is missing. Holding ends at a sign that it is not:
    thoughts in a field or block of their own, or a first sentence that is the answer's."""

    def __init__(
        self, request: Request, model: str, price: Price | None, *, hold: bool = False, doubt: bool = False
    ) -> None:
        self._doubt = doubt
        self._request, self._model, self._price = request, model, price
        self._visible = ThoughtFilter(hold=hold, known=not doubt)
        self._half = ""
        self._shown = ""
        self._parts: list[str] = []
        self._size = 0
        self._finish = self._refusal = self._named = ""
        self.usage: Any = None
        self._ended = False
        self._pending = ""
        self._joined = 0
        """Characters that were read again because an event went on in another line."""
        self._rest = b""
        self._events = False
        """The body is declared as a stream."""
        self.begun = False
        """A piece of a completion arrived, so the call will be billed."""

    @property
    def text(self) -> str:
        """Returns what arrived so far, including thoughts."""
        return "".join(self._parts)

    async def texts(self, chunks: AsyncIterator[bytes], kind: str = "") -> AsyncGenerator[str, None]:
        """Yields the whole visible text each time it has grown. Raises InvalidReply, Complained."""
        limit = self._request.max_tokens * MOST_CHARACTERS_PER_TOKEN
        self._events = "event-stream" in kind
        async for line in _lines(chunks):
            if self._take(line) and self._show():
                yield self._shown
            await asyncio.sleep(0)  # a piece of a reply may hold hundreds of events
            if self._size > limit or len(self._shown) > LONGEST_TEXT:
                self._finish = CUT
                break
        if not self.begun:
            self._take_body(kind)
        if not self._finish and not self._ended and self.usage is None:
            said = complaint_from(200, self._rest[:_SAID]).words if self._rest.strip() else ""
            raise InvalidReply(label.sentence("model.broken stream"), said, received=True)

    def cut(self) -> None:
        """Ends the text here, because its time is over."""
        self._finish = CUT

    def reply(self) -> Reply:
        piece = Piece(finish=self._finish or WHOLE, refusal=self._refusal, usage=self.usage, model=self._named)
        return reply_from(piece, self.text, self._request, self._model, self._price)

    def _take(self, line: bytes) -> bool:
        """Returns whether a line brought text."""
        if line.startswith(b"data:"):
            return self._take_data(clean_line(line[5:]), event=True)
        if not line and self._pending:
            raise InvalidReply(label.sentence("model.broken stream"), received=self.begun)
        if line[:1] == b"{" and line.rstrip()[-1:] == b"}":
            return self._take_data(clean_line(line), event=self._events) or self.begun
        if line.strip() and not line.startswith((b"event:", b"id:", b"retry:", b":")):
            self._rest += line + b"\n"
            if len(self._rest) > _MAX_LINE:
                raise InvalidReply(label.sentence("model.too large"))
        return False

    def _take_data(self, data: str, *, event: bool) -> bool:
        if not (data.strip() or self._pending):
            return False  # a heartbeat
        if data.strip() == "[DONE]":
            self._ended = True
            return False
        data = self._pending + data
        self._joined += len(data) if self._pending else 0
        try:
            body = parse_json(data.encode("utf-8", "replace"))
        except ValueError as error:
            if not (self._pending or data.lstrip().startswith("{")):
                # A heartbeat or, if nothing follows, what went wrong.
                self._rest = data.encode("utf-8", "replace")
                return False
            # An event may span several lines; a blank line ends it.
            self._pending = data + "\n"
            if max(len(data), self._joined // 16) > _MAX_LINE:
                raise InvalidReply(label.sentence("model.broken stream"), received=self.begun) from error
            return False
        self._pending = ""
        if complaint := complaint_in(body):
            self._add(piece_of(body))
            raise Complained(replace(complaint, event=event))
        piece = piece_of(body)
        if not (piece.known or self._rest) and (complaint_of(200, body).words or not self._events):
            self._rest = data.encode("utf-8", "replace")  # if nothing follows, it is all that was said
        return self._add(piece)

    def _add(self, piece: Piece) -> bool:
        self.begun = self.begun or piece.known
        if piece.apart and self._doubt:
            self._visible.release()
        self._finish = piece.finish or self._finish
        self._refusal += piece.refusal
        self._named = piece.model or self._named
        if piece.usage is not None:
            self.usage = piece.usage
        if not piece.text or piece.thought:
            return False
        if piece.whole:
            # A last event may repeat the whole text.
            if piece.text.startswith(self.text):
                piece = Piece(text=piece.text[len(self.text) :])
            elif self._parts:
                return False
        self._parts.append(piece.text)
        self._size += len(piece.text)
        return True

    def _show(self) -> bool:
        added = self._half + self._parts[-1]
        # Half of a character waits for its other half.
        self._half = added[-1] if "\ud800" <= added[-1:] <= "\udbff" else ""
        before = self._shown
        self._shown = self._visible.feed(clean(added[: len(added) - len(self._half)]))
        return self._shown != before and bool(self._shown)

    def _take_body(self, kind: str) -> None:
        """Handles a server that answered with one body, or with nothing."""
        if not self._rest.strip():
            raise InvalidReply(label.sentence("model.empty stream"))
        self._add(completion_from(self._rest, kind))
        self._ended = True
        self.begun = True


def clean_line(line: bytes) -> str:
    return line.decode("utf-8", "replace").lstrip(" ")


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yields lines without their ends. Raises InvalidReply for an endless line."""
    held: list[bytes] = []
    size = 0
    async for chunk in chunks:
        *whole, last = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for piece in whole:
            held.append(piece)
            yield b"".join(held)
            held, size = [], 0
        held.append(last)
        size += len(last)
        if size > _MAX_LINE:
            raise InvalidReply(label.sentence("model.too large"))
    if rest := b"".join(held):
        yield rest
