"""The client of an OpenAI-compatible Chat Completions server, and the only importer of `openai`.

Every response is stored under its request before it is used: an equal request reads it and costs
nothing, also after a crash, and equal calls in flight are made once. The one retry layer is here.
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
from digest.llm.server.billing import Billing
from digest.llm.server.dialects import Dialect, request_body, simpler_dialect
from digest.llm.server.embeddings import pack_vectors, parse_vectors, unpack_vectors
from digest.llm.server.failures import ContentFiltered, RequestRejected, TemporaryFailure, classify_error, public_error
from digest.llm.server.prices import Price
from digest.llm.server.streams import SafeCallback, StreamReader
from digest.llm.server.wire import (
    Reply,
    Request,
    canonical_request,
    dump_reply,
    estimate_tokens,
    load_reply,
    parse_reply,
    request_tokens,
)
from digest.model import Usage
from digest.ports import Budget, Cache, MemoryCache, NoLimit, OnText, booking

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

TEXTS_PER_CALL = 128
"""Of the embeddings API."""
_EMBEDDING_CALLS = 4
"""At the same time."""
_EMBEDDING_TIMEOUT = 30.0
"""Seconds."""

_OUTAGE = 60.0
"""Seconds after a call failed for good in which other calls are tried only once."""

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a call is retried. Times are in seconds."""

    attempts: int = 5
    first_wait: float = 0.5
    """Doubles with each try, with jitter."""
    longest_wait: float = 20.0
    retry_after: float = 300.0
    """The longest `Retry-After` that is honoured; beyond it the call fails."""
    total: float = 300.0
    """No try starts later than this."""


QUESTION_RETRIES = RetryPolicy(attempts=3, longest_wait=4.0, retry_after=20.0, total=60.0)
"""For questions, where a person waits."""


class Model:
    """One server and two of its models. All tasks of one event loop may share it."""

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
        retries: RetryPolicy = RetryPolicy(),
        http_client: Any = None,
    ) -> None:
        """`timeout`: seconds. `http_client` (`httpx2.AsyncClient`): for proxies, certificates."""
        self.name = name
        self.fast = fast or name
        self.embeddings = embeddings
        """The embeddings model; empty: no embeddings."""
        self.context_tokens = context_tokens
        self._base_url = base_url or "https://api.openai.com/v1"
        self._settings = {"api_key": api_key or "none", "base_url": self._base_url, "http_client": http_client}
        self._billing = Billing(cache or MemoryCache(), budget or NoLimit())
        self._prices = prices or {}
        self._timeout = timeout
        self._retries = retries
        self._question_retries = replace(
            QUESTION_RETRIES,
            attempts=min(QUESTION_RETRIES.attempts, retries.attempts),
            first_wait=min(QUESTION_RETRIES.first_wait, retries.first_wait),
            longest_wait=min(QUESTION_RETRIES.longest_wait, retries.longest_wait),
            retry_after=min(QUESTION_RETRIES.retry_after, retries.retry_after),
        )
        # Each kind of call has its own slots, so that questions never wait for a digest.
        self._slots = asyncio.Semaphore(concurrency)
        self._question_slots = asyncio.Semaphore(concurrency)
        self._embedding_slots = asyncio.Semaphore(min(_EMBEDDING_CALLS, concurrency))
        self._dialects: dict[str, Dialect] = {}
        self._failed_at: dict[str, float] = {}
        """By kind of call: the monotonic time of the last final failure; a success clears it."""
        self._client: AsyncOpenAI | None = None

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def ask(self, request: Request) -> Reply:
        """Returns a reply, which may have a `problem`.

        Raises ModelUnavailable, OverBudget, Misconfigured, RequestTooLong.
        """

        async def attempt(model: str, dialect: Dialect) -> Reply:
            return await self._complete(request, model, dialect)

        async def call(model: str) -> Reply:
            return await self._retry(self._retries, lambda: self._adapt(request, model, attempt, stream=False))

        return await self._fetch(request, call)

    async def stream(self, request: Request, on_text: OnText) -> Reply:
        """Like `ask`; `on_text` gets the whole text as it grows. A broken stream restarts once."""
        fresh = False

        async def attempt(model: str, dialect: Dialect) -> Reply:
            return await self._stream(request, model, dialect, SafeCallback(on_text))

        async def call(model: str) -> Reply:
            nonlocal fresh
            fresh = True
            return await self._retry(self._question_retries, lambda: self._adapt(request, model, attempt, stream=True))

        reply = await self._fetch(request, call)
        if not fresh:
            await SafeCallback(on_text)(reply.text)
        return reply

    async def models(self) -> tuple[str, ...]:
        """The model names the server lists. Raises like `ask`."""
        try:
            async with asyncio.timeout(self._timeout):
                page = await (await self._sdk()).models.list()
            return tuple(sorted(str(m.id) for m in page.data))
        except Exception as error:
            raise public_error(classify_error(error, self.name)) from error

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text, from the embeddings model. Raises like `ask`."""
        batches = [list(texts[i : i + TEXTS_PER_CALL]) for i in range(0, len(texts), TEXTS_PER_CALL)]
        found = await asyncio.gather(*(self._embed_batch(batch) for batch in batches))
        return [vector for batch in found for vector in batch]

    async def _embed_batch(self, texts: list[str]) -> list[list[float]]:
        price, model = self._prices.get(self.embeddings), self.embeddings

        async def attempt() -> tuple[bytes, Usage]:
            async with self._embedding_slots:
                began = time.monotonic()
                try:
                    sdk = await self._sdk()
                    async with asyncio.timeout(min(self._timeout, _EMBEDDING_TIMEOUT)):
                        raw = await sdk.embeddings.with_raw_response.create(
                            model=model, input=texts, encoding_format="float"
                        )
                        # Half a million numbers of JSON take long: they are parsed in a thread.
                        return await asyncio.to_thread(_packed_vectors, raw.content, texts, price)
                except Exception as error:
                    raise self._failed(error, model, began) from error

        into = sum(map(estimate_tokens, texts))
        estimate = Usage(1, into, 0, 0, price.usd(into, 0, 0) if price else None)
        request = json.dumps({"server": self._base_url, "model": model, "embed": texts}).encode()
        raw, _ = await self._billing.fetch(
            request, estimate, lambda: self._retry(self._question_retries, attempt, "vectors")
        )
        return unpack_vectors(raw)

    async def _fetch(self, request: Request, call: Callable[[str], Awaitable[Reply]]) -> Reply:
        model = self.fast if request.fast else self.name
        into, out = request_tokens(request), min(request.likely_tokens, request.max_tokens)
        price = self._prices.get(model)
        estimate = Usage(1, into, 0, out, price.usd(into, 0, out) if price else None)

        async def make() -> tuple[bytes, Usage]:
            reply = await call(model)
            return dump_reply(reply), reply.usage

        raw, usage = await self._billing.fetch(canonical_request(request, model, self._base_url), estimate, make)
        return load_reply(raw, usage)

    async def _retry(self, retries: RetryPolicy, attempt: Callable[[], Awaitable[T]], kind: str = "text") -> T:
        """Retries temporary failures. During an outage of its `kind` a call is tried only once."""
        billed = 0
        outage = time.monotonic() - self._failed_at.get(kind, -math.inf) < _OUTAGE

        def wait_before_retry(error: Exception) -> bool | float:
            nonlocal billed
            if not isinstance(error, TemporaryFailure) or (error.wait or 0) > retries.retry_after:
                return False
            billed += error.maybe_billed
            return False if billed > 1 else True if error.wait is None else error.wait

        try:
            async for tried in stamina.retry_context(
                on=wait_before_retry,
                attempts=1 if outage else retries.attempts,
                timeout=retries.total,
                wait_initial=retries.first_wait,
                wait_max=retries.longest_wait,
                wait_jitter=retries.first_wait,
            ):
                with tried:
                    result = await attempt()
                    self._failed_at.pop(kind, None)
                    return result
        except TemporaryFailure:
            self._failed_at[kind] = time.monotonic()
            raise
        raise AssertionError("unreachable: the last attempt raises")  # pragma: no cover

    async def _adapt(
        self, request: Request, model: str, attempt: Callable[[str, Dialect], Awaitable[Reply]], *, stream: bool
    ) -> Reply:
        """Calls again without what the server rejects, and remembers the dialect that worked."""
        dialect = self._dialects.get(model, Dialect())
        while True:
            try:
                reply = await attempt(model, dialect)
            except RequestRejected as error:
                simpler = simpler_dialect(error.words, dialect, structured=request.schema is not None, stream=stream)
                if simpler is None:
                    raise
                log.info("event=model_dialect model=%s now=%s", model, simpler)
                dialect = simpler
            except ContentFiltered:
                return Reply("", model, finish="content_filter")
            else:
                self._dialects[model] = dialect
                return reply

    async def _complete(self, request: Request, model: str, dialect: Dialect) -> Reply:
        body = request_body(request, model, dialect, stream=False)
        async with self._slots:
            began = time.monotonic()
            try:
                sdk = await self._sdk()
                async with asyncio.timeout(self._timeout):
                    raw = await sdk.chat.completions.with_raw_response.create(**body)
                    reply = parse_reply(raw.content, request, model, self._prices.get(model))
            except Exception as error:
                raise self._failed(error, model, began) from error
        self._log(reply, began)
        return reply

    async def _stream(self, request: Request, model: str, dialect: Dialect, show: SafeCallback) -> Reply:
        body = request_body(request, model, dialect, stream=True)
        async with self._question_slots:
            began = time.monotonic()
            reader = StreamReader(request, model, self._prices.get(model))
            try:
                sdk = await self._sdk()
                async with asyncio.timeout(2 * self._timeout):
                    stream = await sdk.chat.completions.create(**body)
                    async with aclosing(reader.texts(stream)) as texts:
                        async for text in texts:
                            await show(text)
            except Exception as error:
                failure = self._failed(error, model, began)
                if isinstance(failure, TemporaryFailure):
                    failure.maybe_billed = failure.maybe_billed or reader.begun
                raise failure from error
        reply = reader.reply()
        self._log(reply, began)
        return reply

    async def _sdk(self) -> AsyncOpenAI:
        if self._client is None:
            # Imported in a thread at the first call: it takes half a second.
            sdk = await asyncio.to_thread(importlib.import_module, "openai")
            self._client = self._client or sdk.AsyncOpenAI(**self._settings, max_retries=0, timeout=self._timeout)
        return self._client

    def _failed(self, error: Exception, model: str, began: float) -> PaperboyError:
        failure = classify_error(error, model)
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


def _packed_vectors(raw: bytes, texts: list[str], price: Price | None) -> tuple[bytes, Usage]:
    return pack_vectors(*parse_vectors(raw, texts, price))
