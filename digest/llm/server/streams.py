"""A streamed reply while it arrives: read chunk by chunk, shown as it grows. No SDK here: chunks are objects whose fields may all be absent."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from typing import Any

from digest.llm.server.prices import Price
from digest.llm.server.wire import Ask, NotAReply, Reply, Unthought, text_of, usage_from
from digest.ports import OnText
from digest.render.labels import label

log = logging.getLogger(__name__)

_MOST_CHARS_A_TOKEN = 16
"""A stream longer than its limit of tokens could ever be is broken off."""


class Shown:
    """Shows provisional text. A place that cannot show it any more is no reason to lose the answer."""

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


class Reading:
    """A stream while it is read."""

    def __init__(self, ask: Ask, model: str, price: Price | None) -> None:
        self._ask, self._model, self._price = ask, model, price
        self._pieces = Unthought()
        self._text = self._finish = self._refusal = ""
        self._usage: object = None
        self.begun = False
        """Something came, and so will be billed."""

    async def texts(self, stream: Any) -> AsyncGenerator[str, None]:
        """The whole visible text, each time it grew. Raises NotAReply for a stream that was none, was empty or broke off."""
        if not hasattr(stream, "__aiter__"):
            raise NotAReply(label.sentence("model.no stream"))
        async with stream:
            async for chunk in stream:
                self.begun = True
                if self._take(chunk):
                    yield self._text
                if len(self._text) > self._ask.max_tokens * _MOST_CHARS_A_TOKEN:
                    self._finish = "length"
                    break
        if not self.begun:
            raise NotAReply(label.sentence("model.empty stream"))
        if not self._finish:
            raise NotAReply(label.sentence("model.broken stream"))

    def _take(self, chunk: Any) -> bool:
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = usage.model_dump() if hasattr(usage, "model_dump") else usage
        choices = getattr(chunk, "choices", None)
        if not choices:
            return False
        self._finish = text_of(getattr(choices[0], "finish_reason", None)) or self._finish
        delta = getattr(choices[0], "delta", None)
        self._refusal += text_of(getattr(delta, "refusal", None))
        before = self._text
        self._text = self._pieces.feed(text_of(getattr(delta, "content", None)))
        return self._text != before

    def reply(self) -> Reply:
        usage = usage_from(self._usage, self._price, self._ask, self._text)
        return Reply(self._text, self._model, self._finish, self._refusal, usage)
