"""Any OpenAI-compatible Chat Completions server, made safe: the only importer of `openai`.

The one thing to know: a response is stored before anything else is done with it, under the request that got it. Whoever asks the same
again, also after a crash, reads it and pays nothing; equal calls in flight are made once. There is one retry layer, here: the SDK's is off.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import stamina

from digest.errors import PaperboyError
from digest.llm.server.billing import Paid
from digest.llm.server.embeddings import packed, unpacked, vectors_from
from digest.llm.server.failures import Declined, Filtered, Passing, failure_of, learnt, outward
from digest.llm.server.prices import Price
from digest.llm.server.streams import Reading, Shown
from digest.llm.server.wire import (
    Abilities,
    Ask,
    Reply,
    canonical,
    payload,
    reply_from,
    restored,
    stored,
    tokens_asked,
    tokens_of,
)
from digest.model import Usage
from digest.ports import Budget, Cache, MemoryCache, NoLimit, OnText, booking

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

EMBEDDED_AT_ONCE = 128
"""Texts a call for vectors."""
_EMBEDDINGS_AT_A_TIME = 4
"""Calls for vectors."""
_EMBEDDINGS_TIMEOUT = 30.0

_LOST = 60.0
"""Seconds after a call that was tried in vain in which others are tried once only."""

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long a call is tried."""

    attempts: int = 5
    first_wait: float = 0.5
    """Seconds; then twice as long each time, with some chance in it."""
    longest_wait: float = 20.0
    retry_after: float = 300.0
    """The longest wait a server may ask for."""
    total: float = 300.0
    """No further try is begun after that many seconds."""


PERSON_WAITS = Patience(attempts=3, longest_wait=4.0, retry_after=20.0, total=60.0)
"""For questions: somebody sits there."""


class Model:
    """One server and the two models used of it. Safe to share by all tasks of one event loop."""

    def __init__(
        self,
        *,
        name: str,
        fast: str = "",
        embeddings: str = "",
        api_key: str = "",
        base_url: str = "",
        context_tokens: int = 128_000,
        concurrency: int = 8,
        cache: Cache | None = None,
        budget: Budget | None = None,
        prices: Mapping[str, Price] | None = None,
        timeout: float = 120.0,
        patience: Patience = Patience(),
        http_client: Any = None,
    ) -> None:
        """`http_client`: an `httpx2.AsyncClient`, for proxies and certificates of one's own."""
        self.name = name
        self.fast = fast or name
        self.embeddings = embeddings
        """Empty: the server is not asked for vectors."""
        self.context_tokens = context_tokens
        self._base_url = base_url or "https://api.openai.com/v1"
        self._settings = {"api_key": api_key or "none", "base_url": self._base_url, "http_client": http_client}
        self._paid = Paid(cache or MemoryCache(), budget or NoLimit())
        self._prices = prices or {}
        self._timeout = timeout
        self._patience = patience
        self._patience_of_people = replace(
            PERSON_WAITS,
            attempts=min(PERSON_WAITS.attempts, patience.attempts),
            first_wait=min(PERSON_WAITS.first_wait, patience.first_wait),
            longest_wait=min(PERSON_WAITS.longest_wait, patience.longest_wait),
            retry_after=min(PERSON_WAITS.retry_after, patience.retry_after),
        )
        self._room = asyncio.Semaphore(concurrency)
        # Questions have room of their own: a digest in the making never keeps a person waiting.
        self._room_for_people = asyncio.Semaphore(concurrency)
        # Vectors have too: they only help to choose, and must not wait behind what they are for.
        self._room_for_vectors = asyncio.Semaphore(min(_EMBEDDINGS_AT_A_TIME, concurrency))
        self._abilities: dict[str, Abilities] = {}
        self._given_up: dict[str, float] = {}
        """When calls of a kind were last tried in vain to the end, by the monotonic clock; a success forgets it."""
        self._client: AsyncOpenAI | None = None

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.close()

    # ------------------------------------------------------------ asking

    async def ask(self, ask: Ask) -> Reply:
        """One whole reply; look at its `trouble`. Raises ModelUnavailable, OverBudget, Misconfigured, failures.Overlong."""

        async def attempt(model: str, abilities: Abilities) -> Reply:
            return await self._once(ask, model, abilities)

        async def call(model: str) -> Reply:
            return await self._trying(self._patience, lambda: self._adapting(ask, model, attempt, stream=False))

        return await self._kept(ask, call)

    async def stream(self, ask: Ask, on_text: OnText) -> Reply:
        """The same; `on_text` gets the whole text so far, each time it grew. A stream that breaks off begins anew, once."""
        fresh = False

        async def attempt(model: str, abilities: Abilities) -> Reply:
            return await self._streamed(ask, model, abilities, Shown(on_text))

        async def call(model: str) -> Reply:
            nonlocal fresh
            fresh = True
            return await self._trying(
                self._patience_of_people, lambda: self._adapting(ask, model, attempt, stream=True)
            )

        reply = await self._kept(ask, call)
        if not fresh:
            await Shown(on_text)(reply.text)
        return reply

    async def models(self) -> tuple[str, ...]:
        """What the server says it has: for a check of the settings. Raises like `ask`."""
        try:
            async with asyncio.timeout(self._timeout):
                page = await (await self._sdk()).models.list()
            return tuple(sorted(str(m.id) for m in page.data))
        except Exception as error:
            raise outward(failure_of(error, self.name)) from error

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, from the server's model for that (`LLM_EMBEDDINGS_MODEL`). Raises like `ask`."""
        batches = [list(texts[i : i + EMBEDDED_AT_ONCE]) for i in range(0, len(texts), EMBEDDED_AT_ONCE)]
        found = await asyncio.gather(*(self._embedded(batch) for batch in batches))
        return [vector for batch in found for vector in batch]

    async def _embedded(self, texts: list[str]) -> list[list[float]]:
        price, model = self._prices.get(self.embeddings), self.embeddings

        async def once() -> tuple[bytes, Usage]:
            async with self._room_for_vectors:
                began = time.monotonic()
                try:
                    sdk = await self._sdk()
                    async with asyncio.timeout(min(self._timeout, _EMBEDDINGS_TIMEOUT)):
                        raw = await sdk.embeddings.with_raw_response.create(
                            model=model, input=texts, encoding_format="float"
                        )
                        # Half a million figures of JSON are work for a thread: the loop has others to serve.
                        return await asyncio.to_thread(_vectors, raw.content, texts, price)
                except Exception as error:
                    raise self._failed(error, model, began) from error

        into = sum(map(tokens_of, texts))
        estimate = Usage(1, into, 0, 0, price.usd(into, 0, 0) if price else None)
        request = json.dumps({"server": self._base_url, "model": model, "embed": texts}).encode()
        raw, _ = await self._paid.response(
            request, estimate, lambda: self._trying(self._patience_of_people, once, "vectors")
        )
        return unpacked(raw)

    async def _kept(self, ask: Ask, call: Callable[[str], Awaitable[Reply]]) -> Reply:
        model = self.fast if ask.fast else self.name
        into, out = tokens_asked(ask), min(ask.likely_tokens, ask.max_tokens)
        price = self._prices.get(model)
        estimate = Usage(1, into, 0, out, price.usd(into, 0, out) if price else None)

        async def make() -> tuple[bytes, Usage]:
            reply = await call(model)
            return stored(reply), reply.usage

        raw, usage = await self._paid.response(canonical(ask, model, self._base_url), estimate, make)
        return restored(raw, usage)

    # ------------------------------------------------------------ trying

    async def _trying(self, patience: Patience, attempt: Callable[[], Awaitable[T]], kind: str = "text") -> T:
        """The one retry layer. Of a server that was just given up, each further call finds out once: a whole day's papers do not wait in turn.
        Vectors may be gone while text is there: `kind` tells them apart.
        """
        dear = 0
        lost = time.monotonic() - self._given_up.get(kind, -math.inf) < _LOST

        def worth_it(error: Exception) -> bool | float:
            nonlocal dear
            if not isinstance(error, Passing) or (error.wait or 0) > patience.retry_after:
                return False
            dear += error.dear
            return False if dear > 1 else True if error.wait is None else error.wait

        try:
            async for tried in stamina.retry_context(
                on=worth_it,
                attempts=1 if lost else patience.attempts,
                timeout=patience.total,
                wait_initial=patience.first_wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.first_wait,
            ):
                with tried:
                    result = await attempt()
                    self._given_up.pop(kind, None)
                    return result
        except Passing:
            self._given_up[kind] = time.monotonic()
            raise
        raise AssertionError("unreachable: the last attempt raises")  # pragma: no cover

    async def _adapting(
        self, ask: Ask, model: str, attempt: Callable[[str, Abilities], Awaitable[Reply]], *, stream: bool
    ) -> Reply:
        """Does without what the server refuses. What worked is remembered."""
        abilities = self._abilities.get(model, Abilities())
        while True:
            try:
                reply = await attempt(model, abilities)
            except Declined as error:
                less = learnt(error.said, abilities, structured=ask.schema is not None, stream=stream)
                if less is None:
                    raise
                log.info("event=model_without model=%s now=%s", model, less)
                abilities = less
            except Filtered:
                return Reply("", model, finish="content_filter")
            else:
                self._abilities[model] = abilities
                return reply

    async def _once(self, ask: Ask, model: str, abilities: Abilities) -> Reply:
        body = payload(ask, model, abilities, stream=False)
        async with self._room:
            began = time.monotonic()
            try:
                sdk = await self._sdk()
                async with asyncio.timeout(self._timeout):
                    raw = await sdk.chat.completions.with_raw_response.create(**body)
                    reply = reply_from(raw.content, ask, model, self._prices.get(model))
            except Exception as error:
                raise self._failed(error, model, began) from error
        self._log(reply, began)
        return reply

    async def _streamed(self, ask: Ask, model: str, abilities: Abilities, shown: Shown) -> Reply:
        body = payload(ask, model, abilities, stream=True)
        async with self._room_for_people:
            began = time.monotonic()
            reading = Reading(ask, model, self._prices.get(model))
            try:
                sdk = await self._sdk()
                async with asyncio.timeout(2 * self._timeout):
                    stream = await sdk.chat.completions.create(**body)
                    async with aclosing(reading.texts(stream)) as texts:
                        async for text in texts:
                            await shown(text)
            except Exception as error:
                failure = self._failed(error, model, began)
                if isinstance(failure, Passing):
                    failure.dear = failure.dear or reading.begun
                raise failure from error
        reply = reading.reply()
        self._log(reply, began)
        return reply

    async def _sdk(self) -> AsyncOpenAI:
        if self._client is None:
            # Imported at the first call, beside the loop: it takes half a second, which no other command has to wait for.
            sdk = await asyncio.to_thread(importlib.import_module, "openai")
            self._client = self._client or sdk.AsyncOpenAI(**self._settings, max_retries=0, timeout=self._timeout)
        return self._client

    def _failed(self, error: Exception, model: str, began: float) -> PaperboyError:
        failure = failure_of(error, model)
        log.warning(
            "event=model_call_failed model=%s stage=%s kind=%s status=%s cause=%s seconds=%.1f",
            model,
            booking.get().stage,
            type(failure).__name__,
            getattr(error, "status_code", None),
            type(error).__name__,
            time.monotonic() - began,
        )
        return failure

    def _log(self, reply: Reply, began: float) -> None:
        log.info(
            "event=model_call model=%s stage=%s input=%d cached=%d output=%d finish=%s seconds=%.1f",
            reply.model,
            booking.get().stage,
            reply.usage.input_tokens,
            reply.usage.cached_tokens,
            reply.usage.output_tokens,
            reply.finish,
            time.monotonic() - began,
        )


def _vectors(raw: bytes, texts: list[str], price: Price | None) -> tuple[bytes, Usage]:
    return packed(*vectors_from(raw, texts, price))
