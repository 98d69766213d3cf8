"""Reads a streamed reply. It needs no SDK: any field of a chunk may be absent."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from typing import Any

from digest.llm.server.prices import Price
from digest.llm.server.wire import InvalidReply, ReasoningFilter, Reply, Request, field_text, parse_usage
from digest.ports import OnText
from digest.render.labels import label

log = logging.getLogger(__name__)

_MAX_CHARACTERS_PER_TOKEN = 16
"""A stream longer than its token limit allows is stopped."""


class SafeCallback:
    """Shows provisional text until showing fails: the answer goes on without."""

    def __init__(self, on_text: OnText) -> None:
        self._on_text: OnText | None = on_text

    async def __call__(self, text: str) -> None:
        if self._on_text is None:
            return
        try:
            await self._on_text(text)
        except Exception:
            log.exception("event=provisional_text_not_shown")
            self._on_text = None


class StreamReader:
    def __init__(self, request: Request, model: str, price: Price | None) -> None:
        self._request, self._model, self._price = request, model, price
        self._visible = ReasoningFilter()
        self._text = self._finish = self._refusal = ""
        self._usage: object = None
        self.begun = False
        """A chunk arrived, so the call will be billed."""

    async def texts(self, stream: Any) -> AsyncGenerator[str, None]:
        """Yields the whole visible text each time it grew. Raises InvalidReply if it breaks off."""
        if not hasattr(stream, "__aiter__"):
            raise InvalidReply(label.sentence("model.no stream"))
        async with stream:
            async for chunk in stream:
                self.begun = True
                if self._add(chunk):
                    yield self._text
                if len(self._text) > self._request.max_tokens * _MAX_CHARACTERS_PER_TOKEN:
                    self._finish = "length"
                    break
        if not self.begun:
            raise InvalidReply(label.sentence("model.empty stream"))
        if not self._finish:
            raise InvalidReply(label.sentence("model.broken stream"))

    def _add(self, chunk: Any) -> bool:
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = usage.model_dump() if hasattr(usage, "model_dump") else usage
        choices = getattr(chunk, "choices", None)
        if not choices:
            return False
        self._finish = field_text(getattr(choices[0], "finish_reason", None)) or self._finish
        delta = getattr(choices[0], "delta", None)
        self._refusal += field_text(getattr(delta, "refusal", None))
        before = self._text
        self._text = self._visible.feed(field_text(getattr(delta, "content", None)))
        return self._text != before

    def reply(self) -> Reply:
        usage = parse_usage(self._usage, self._price, self._request, self._text)
        return Reply(self._text, self._model, self._finish, self._refusal, usage)
