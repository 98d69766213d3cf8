"""Any OpenAI-compatible Chat Completions server, made safe: the only importer of `openai`.

The one thing to know: a response is stored before anything else is done with it, under the request that got it. Whoever asks the same
again, also after a crash, reads it and pays nothing; equal calls in flight are made once. There is one retry layer, here: the SDK's is off.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import stamina

from digest import keys
from digest.errors import ModelUnavailable, PaperboyError
from digest.llm.failures import Declined, Filtered, Passing, failure_of, learnt
from digest.llm.prices import Price
from digest.llm.wire import (
    Abilities,
    Ask,
    NotAReply,
    Reply,
    Unthought,
    canonical,
    payload,
    reply_from,
    restored,
    stored,
    text_of,
    tokens_asked,
    usage_from,
)
from digest.model import Usage
from digest.ports import Budget, Cache, MemoryCache, NoLimit, OnText, booking

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

_MOST_CHARS_A_TOKEN = 16
"""A stream longer than its limit of tokens could ever be is broken off."""


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
        self.context_tokens = context_tokens
        self._base_url = base_url or "https://api.openai.com/v1"
        self._settings = {"api_key": api_key or "none", "base_url": self._base_url, "http_client": http_client}
        self._cache = cache or MemoryCache()
        self._budget = budget or NoLimit()
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
        self._abilities: dict[str, Abilities] = {}
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
            return await self._streamed(ask, model, abilities, _Shown(on_text))

        async def call(model: str) -> Reply:
            nonlocal fresh
            fresh = True
            return await self._trying(
                self._patience_of_people, lambda: self._adapting(ask, model, attempt, stream=True)
            )

        reply = await self._kept(ask, call)
        if not fresh:
            await _Shown(on_text)(reply.text)
        return reply

    async def models(self) -> tuple[str, ...]:
        """What the server says it has: for a check of the settings. Raises like `ask`."""
        try:
            async with asyncio.timeout(self._timeout):
                page = await (await self._sdk()).models.list()
            return tuple(sorted(str(m.id) for m in page.data))
        except Exception as error:
            raise _outward(failure_of(error, self.name)) from error

    # ------------------------------------------------------------ kept, reserved, booked

    async def _kept(self, ask: Ask, call: Callable[[str], Awaitable[Reply]]) -> Reply:
        model = self.fast if ask.fast else self.name
        book = booking.get()
        bought: tuple[str, Reply] | None = None

        async def make() -> bytes:
            nonlocal bought
            ticket = await self._budget.reserve(book.payer, self._estimate(ask, model))
            try:
                reply = await call(model)
            except BaseException as error:
                await self._budget.settle(ticket, Usage())
                if isinstance(error, PaperboyError):
                    raise _outward(error) from error
                raise
            bought = (ticket, reply)
            return stored(reply)

        raw = await self._cache.once(keys.response(canonical(ask, model, self._base_url)), keys.RESPONSE_LIFE, make)
        if bought is None:
            log.debug("event=model_reply_at_hand model=%s", model)
            return restored(raw, Usage())
        ticket, reply = bought
        await self._budget.settle(ticket, reply.usage)
        book.add(reply.usage)
        return reply

    def _estimate(self, ask: Ask, model: str) -> Usage:
        into, out = tokens_asked(ask), min(ask.likely_tokens, ask.max_tokens)
        price = self._prices.get(model)
        return Usage(1, into, 0, out, price.usd(into, 0, out) if price else None)

    # ------------------------------------------------------------ trying

    async def _trying(self, patience: Patience, attempt: Callable[[], Awaitable[Reply]]) -> Reply:
        """The one retry layer."""
        dear = 0

        def worth_it(error: Exception) -> bool | float:
            nonlocal dear
            if not isinstance(error, Passing) or (error.wait or 0) > patience.retry_after:
                return False
            dear += error.dear
            return False if dear > 1 else True if error.wait is None else error.wait

        async for tried in stamina.retry_context(
            on=worth_it,
            attempts=patience.attempts,
            timeout=patience.total,
            wait_initial=patience.first_wait,
            wait_max=patience.longest_wait,
            wait_jitter=patience.first_wait,
        ):
            with tried:
                return await attempt()
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

    async def _streamed(self, ask: Ask, model: str, abilities: Abilities, shown: _Shown) -> Reply:
        body = payload(ask, model, abilities, stream=True)
        async with self._room_for_people:
            began = time.monotonic()
            reading = _Reading(ask, model, self._prices.get(model))
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


def _outward(error: PaperboyError) -> PaperboyError:
    """Beyond this module a call that failed for good is the model's unavailability."""
    if isinstance(error, Passing | Declined):
        return ModelUnavailable(str(error))
    return error


class _Shown:
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


class _Reading:
    """A stream while it is read."""

    def __init__(self, ask: Ask, model: str, price: Price | None) -> None:
        self._ask, self._model, self._price = ask, model, price
        self._pieces = Unthought()
        self._text = self._finish = self._refusal = ""
        self._usage: object = None
        self.begun = False
        """Something came, and so will be billed."""

    async def texts(self, stream: Any) -> Any:
        """The whole visible text, each time it grew. Raises NotAReply for a stream that was none, was empty or broke off."""
        if not hasattr(stream, "__aiter__"):
            raise NotAReply("it did not answer with a stream")
        async with stream:
            async for chunk in stream:
                self.begun = True
                if self._take(chunk):
                    yield self._text
                if len(self._text) > self._ask.max_tokens * _MOST_CHARS_A_TOKEN:
                    self._finish = "length"
                    break
        if not self.begun:
            raise NotAReply("its stream was empty")
        if not self._finish:
            raise NotAReply("its stream broke off")

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
