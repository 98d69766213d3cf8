"""Calls an OpenAI-compatible model server. The only importer of `openai`.

Every response is stored under its request before it is used. An equal request reads it and costs
nothing, even after a crash, and equal calls at the same time are made once. The one retry layer is
here. What the server accepts and reads is learnt from its refusals and counts, and stored."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import stamina

from digest import cache_keys
from digest.errors import PaperboyError
from digest.llm.server import reading
from digest.llm.server.billing import Billing, Meter
from digest.llm.server.dialects import (
    Dialect,
    dump_dialect,
    load_dialect,
    output_limit,
    plainest,
    request_body,
    simpler_dialect,
)
from digest.llm.server.embeddings import pack_vectors, parse_vectors, unpack_vectors
from digest.llm.server.failures import (
    ContentFiltered,
    Context,
    RequestRejected,
    RequestTooLong,
    TemporaryFailure,
    classify_error,
    public_error,
    says_nothing,
)
from digest.llm.server.prices import Price
from digest.llm.server.replies import CUT, completion_from, parse_json, parse_usage, reply_from, written
from digest.llm.server.responses import response_body
from digest.llm.server.streams import SafeCallback, StreamReader
from digest.llm.server.thoughts import has_orphan
from digest.llm.server.wire import (
    Reply,
    Request,
    canonical_request,
    dump_reply,
    estimate_tokens,
    load_reply,
    request_tokens,
)
from digest.model import Usage
from digest.ports import Budget, Cache, MemoryCache, NoLimit, OnText, booking
from digest.render.labels import label

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

_VENDOR = "api.openai.com"
TEXTS_PER_CALL = 128
"""Texts in one call of the embeddings API."""
_EMBEDDING_CALLS = 4
"""How many calls for embeddings are made at the same time."""
_EMBEDDING_TIMEOUT = 30.0
"""Seconds."""

_OUTAGE = 60.0
"""Seconds after a final failure in which other calls are tried only once."""
_LARGE = 2**16
"""Bytes of JSON from which it is parsed in a thread."""
_DIALECT_LIFE = timedelta(days=7)
"""A server may be changed, so what was learnt about it is learnt again after a week."""
_SILENT = (400, 413, 422, 500)
"""Statuses of a refusal that may be about length. Others come from a gateway, or a server that is
down."""
_CHANGES = 8
"""How often the dialect may change for one request."""

T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a call is retried. Times are in seconds."""

    attempts: int = 5
    first_wait: float = 0.5
    """It doubles with each try, with jitter."""
    longest_wait: float = 20.0
    retry_after: float = 300.0
    """The longest `Retry-After` that is obeyed. After a longer one, the call fails."""
    total: float = 300.0
    """No try starts later than this."""


QUESTION_RETRIES = RetryPolicy(attempts=3, longest_wait=4.0, retry_after=20.0, total=60.0)
"""The policy for questions, for which a person waits."""


@dataclass(frozen=True)
class Limits:
    """Limits of a model in tokens, by our estimate."""

    context: int
    """Tokens of the window, including output."""
    prompt: int
    """Tokens of the longest prompt that the server reads whole."""

    def room(self, output: int) -> int:
        """Returns the tokens for the prompt, beside that much output."""
        return min(self.context - output, self.prompt)

    def narrower(self, output: int, sent: int) -> int:
        """Returns the tokens for the prompt, after one of `sent` tokens was too long."""
        room = self.room(output)
        return room if room < 0.95 * sent else sent // 2

    def output(self, most: int, least: int) -> int:
        """Returns a quarter of the window, or `least` if a small window has room for it."""
        return min(most, max(self.context // 4, min(least, self.context // 2)))


@dataclass(frozen=True)
class _Received:
    reply: Reply
    raw: str
    """The text including thoughts."""
    usage: Mapping[str, Any] | None
    orphan: bool
    """Thoughts came without their opening tag."""


@dataclass
class _Trial:
    """What was tried for one request, over all its tries."""

    meter: Meter
    refusals: int = 0
    """Successive answers 5xx with a reason."""


class Model:
    """One server and two of its models. All tasks of an event loop may share it."""

    def __init__(
        self,
        *,
        name: str,
        fast: str = "",
        embeddings: str = "",
        api_key: str = "",
        base_url: str = "",
        api: str = "chat",
        context_tokens: int = 128_000,
        concurrency: int = 8,
        cache: Cache | None = None,
        budget: Budget | None = None,
        prices: Mapping[str, Price] | None = None,
        timeout: float = 120.0,
        retries: RetryPolicy = RetryPolicy(),
    ) -> None:
        """`timeout`: seconds. `api`: `chat` (Chat Completions) or `responses`."""
        self.name = name
        self.fast = fast or name
        self.embeddings = embeddings
        """The embeddings model; empty: no embeddings."""
        self.context_tokens = context_tokens
        """Tokens of the context according to the settings; see `limits`."""
        self.api = api
        self._base_url = base_url or f"https://{_VENDOR}/v1"
        self._key = api_key
        self._cache = cache or MemoryCache()
        self._billing = Billing(self._cache, budget or NoLimit())
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
        # Each kind of call has its own slots, so questions never wait for a digest.
        self._slots = asyncio.Semaphore(concurrency)
        self._question_slots = asyncio.Semaphore(concurrency)
        self._embedding_slots = asyncio.Semaphore(min(_EMBEDDING_CALLS, concurrency))
        self._dialects: dict[str, Dialect] = {}
        self._stored: dict[str, Dialect] = {}
        self._counts: dict[str, list[tuple[int, int]]] = {}
        """By model: estimated tokens of prompts, and the server's counts."""
        self._refused: dict[str, int] = {}
        """By model: estimated tokens of a request that was refused without a reason."""
        self._failed_at: dict[str, float] = {}
        """By kind of call: the monotonic time of the last final failure. A success clears it."""
        self._client: AsyncOpenAI | None = None
        self._preparing = asyncio.Lock()

    async def prepare(self) -> None:
        """Imports the SDK and makes its client in a thread, because that takes a second."""
        async with self._preparing:
            if self._client is None:
                self._client = await asyncio.to_thread(self._make_client)

    async def aclose(self) -> None:
        for model in self._dialects:
            await self._keep(model, all_of_it=True)
        if self._client is not None:
            await self._client.close()

    async def ask(self, request: Request) -> Reply:
        """Returns a reply, which may have a `problem`.

        Raises ModelUnavailable, OverBudget, Misconfigured, RequestTooLong."""

        async def attempt(model: str, dialect: Dialect, meter: Meter) -> _Received:
            return await self._complete(request, model, dialect, meter)

        async def call(model: str, meter: Meter) -> Reply:
            trial = _Trial(meter)
            return await self._retry(self._retries, lambda: self._adapt(request, model, attempt, trial, stream=False))

        return await self._fetch(request, call)

    async def stream(self, request: Request, on_text: OnText) -> Reply:
        """As `ask`. `on_text` gets the whole text as it grows. A broken stream restarts once."""
        fresh = False
        ends = time.monotonic() + self._timeout

        async def attempt(model: str, dialect: Dialect, meter: Meter) -> _Received:
            return await self._stream(request, model, dialect, meter, SafeCallback(on_text), ends)

        async def call(model: str, meter: Meter) -> Reply:
            nonlocal fresh, ends
            fresh = True
            ends = time.monotonic() + self._timeout
            trial = _Trial(meter)
            return await self._retry(
                self._question_retries, lambda: self._adapt(request, model, attempt, trial, stream=True)
            )

        reply = await self._fetch(request, call)
        if not fresh:
            await SafeCallback(on_text)(reply.text)
        return reply

    async def limits(self, *, fast: bool = False) -> Limits:
        """Returns the limits of the settings, narrowed by what was learnt about the server."""
        dialect = await self.dialect(fast=fast)
        context = min(self.context_tokens, dialect.window or self.context_tokens)
        return Limits(context, dialect.cuts or context)

    async def dialect(self, *, fast: bool = False) -> Dialect:
        return await self._dialect(self.fast if fast else self.name)

    async def list_models(self) -> list[Mapping[str, Any]]:
        """Returns the server's models with all that it says about them. Raises as `ask` does."""
        sdk = await self._sdk()
        try:
            async with asyncio.timeout(self._timeout):
                raw = await sdk.models.with_raw_response.list()
            body = parse_json(raw.content)
        except Exception as error:
            raise public_error(classify_error(error, self._context(self.name))) from error
        listed = body.get("data") or body.get("models") if isinstance(body, dict) else body
        return [m for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Returns a vector for each text, from the embeddings model. Raises as `ask` does."""
        batches = [list(texts[i : i + TEXTS_PER_CALL]) for i in range(0, len(texts), TEXTS_PER_CALL)]
        found = await asyncio.gather(*(self._embed_batch(batch) for batch in batches))
        return [vector for batch in found for vector in batch]

    async def _embed_batch(self, texts: list[str]) -> list[list[float]]:
        price, model = self._prices.get(self.embeddings), self.embeddings

        async def attempt(meter: Meter) -> bytes:
            async with self._embedding_slots:
                began = time.monotonic()
                try:
                    sdk = await self._sdk()
                    async with asyncio.timeout(min(self._timeout, _EMBEDDING_TIMEOUT)):
                        raw = await sdk.embeddings.with_raw_response.create(
                            model=model, input=texts, encoding_format="float"
                        )
                        # In a thread, because half a million numbers of JSON take long to parse.
                        packed, usage = await asyncio.to_thread(_packed_vectors, raw.content, texts, price)
                except Exception as error:
                    raise self._failed(error, self._context(model), began) from error
                meter.add(usage)
                return packed

        into = sum(map(estimate_tokens, texts))
        estimate = Usage(1, into, 0, 0, price.usd(into, 0, 0) if price else None)
        request = json.dumps({"server": self._base_url, "model": model, "embed": texts}).encode()
        raw, _ = await self._billing.fetch(
            request, estimate, lambda meter: self._retry(self._question_retries, lambda: attempt(meter), "vectors")
        )
        return unpack_vectors(raw)

    async def _fetch(self, request: Request, call: Callable[[str, Meter], Awaitable[Reply]]) -> Reply:
        model = self.fast if request.fast else self.name
        into, out = request_tokens(request), min(request.likely_tokens, request.max_tokens)
        price = self._prices.get(model)
        estimate = Usage(1, into, 0, out, price.usd(into, 0, out) if price else None)

        async def make(meter: Meter) -> bytes:
            try:
                return dump_reply(await call(model, meter))
            except (RequestRejected, TemporaryFailure) as error:
                raise self._doubted(request, model, error) from error

        server = self._base_url if self.api == "chat" else f"{self.api}:{self._base_url}"
        try:
            raw, usage = await self._billing.fetch(canonical_request(request, model, server), estimate, make)
        finally:  # the response itself is stored first
            await self._keep(model)
        return load_reply(raw, usage)

    def _doubted(
        self, request: Request, model: str, error: RequestRejected | TemporaryFailure
    ) -> RequestRejected | TemporaryFailure | RequestTooLong:
        """Returns the error. A server may refuse a long request without a reason: once, this is
        taken as being about length, so that callers send half."""
        silent = error.complaint and error.complaint.status in _SILENT and says_nothing(error.complaint)
        sent, accepted = request_tokens(request), self._dialects.get(model, Dialect()).reads
        if not silent or model in self._refused or sent < max(2 * reading.SMALL, 1.2 * accepted):
            return error
        self._refused[model] = sent
        return RequestTooLong(error.sentence)

    async def _retry(self, retries: RetryPolicy, attempt: Callable[[], Awaitable[T]], kind: str = "text") -> T:
        """Retries temporary failures. During an outage of its `kind`, a call is tried only once."""
        billed = 0
        outage = time.monotonic() - self._failed_at.get(kind, -math.inf) < _OUTAGE

        def wait_before_retry(error: Exception) -> bool | float:
            nonlocal billed
            if not isinstance(error, TemporaryFailure) or (error.wait or 0) > retries.retry_after:
                return False
            billed += error.maybe_billed
            return False if billed > 1 else True if error.wait is None else error.wait

        tries = stamina.AsyncRetryingCaller(
            attempts=1 if outage else retries.attempts,
            timeout=retries.total,
            wait_initial=retries.first_wait,
            wait_max=retries.longest_wait,
            wait_jitter=retries.first_wait,
        )
        try:
            result = await tries(wait_before_retry, attempt)
        except TemporaryFailure:
            self._failed_at[kind] = time.monotonic()
            raise
        self._failed_at.pop(kind, None)
        return result

    async def _adapt(
        self,
        request: Request,
        model: str,
        attempt: Callable[[str, Dialect, Meter], Awaitable[_Received]],
        trial: _Trial,
        *,
        stream: bool,
    ) -> Reply:
        """Calls again without what the server rejects, and stores the dialect that worked."""
        dialect = known = await self._dialect(model)
        if dialect.cuts and request_tokens(request) > 1.05 * dialect.cuts:
            raise reading.not_read(model, dialect.cuts)
        if trial.refusals > 1:
            # The request may be the cause of the server's 5xx after all.
            dialect = plainest(dialect, self._body(request, model, dialect, stream=stream))
        refused: PaperboyError = TemporaryFailure(label.sentence("error.model.declined", status=400))
        for _ in range(_CHANGES):
            try:
                received = await attempt(model, dialect, trial.meter)
            except RequestRejected as error:
                refused = error
                newest = await self._dialect(model)
                # Another call may have learnt something meanwhile.
                learnt = newest.grammar != known.grammar
                dialect = newest if learnt else self._simpler(request, model, dialect, error, stream=stream)
                known = newest
            except RequestTooLong as error:
                if error.window:
                    self._learn(model, window=error.window)
                raise
            except TemporaryFailure as error:
                trial.refusals += bool(error.complaint and error.complaint.status == 500)
                raise
            except ContentFiltered:
                return Reply("", model, finish="content_filter")
            else:
                return await self._understood(request, model, received, dialect, trial.meter)
        raise refused

    def _simpler(
        self, request: Request, model: str, dialect: Dialect, error: RequestRejected, *, stream: bool
    ) -> Dialect:
        """Returns the dialect to try after a refusal, which it raises if nothing is left to
        drop."""
        body = self._body(request, model, dialect, stream=stream)
        simpler = simpler_dialect(error.complaint, dialect, request, body)
        if simpler is None:
            raise error
        log.info("event=model_dialect model=%s now=%s", model, ", ".join(simpler.described))
        return simpler

    async def _understood(
        self, request: Request, model: str, received: _Received, dialect: Dialect, meter: Meter
    ) -> Reply:
        """Returns the reply if the model is known to have read all of it. Raises RequestTooLong."""
        known = await self._dialect(model)
        thoughts = received.orphan or known.thoughts or (False if received.raw.strip() else known.thoughts)
        self._learn(model, sound=True, thoughts=thoughts, **dialect.grammar)
        sent = request_tokens(request)
        if sent < self._refused.get(model, 0) < 3 * sent:
            # A request that was refused without a reason was too long.
            self._learn(model, window=known.window or sent + output_limit(request, dialect))
        counts = self._counts.setdefault(model, [])
        if request.marks and sent <= reading.SMALL:
            self._learn(model, echoes=reading.marks_in(request, received.raw))
        repeats = sent <= known.reads or self._is_vendor or reading.repeats(request, received.raw)
        unread = received.reply.problem is not None  # nobody will read the reply
        doubtful = reading.is_doubtful(sent, received.usage, known.reads, counts, repeats=repeats or unread)
        # If the prompt fills the window, there is no room for a word.
        full = received.reply.finish == CUT and not (received.raw.strip() or written(received.usage))
        if doubtful or (sent > reading.SMALL and (full or request.marks)):
            return await self._settle_doubt(request, model, received, meter)
        if repeats:
            self._learn(model, reads=max(known.reads, sent))
        return received.reply

    async def _settle_doubt(self, request: Request, model: str, received: _Received, meter: Meter) -> Reply:
        """Asks the model to repeat marks in the same text. Raises RequestTooLong."""
        sent, known = request_tokens(request), await self._dialect(model)
        marked = request if request.marks else reading.marked_request(request)
        found = (
            reading.marks_in(request, received.raw)
            if request.marks
            else await self._echoes(marked, model, known, meter)
        )
        echoes = len(marked.marks) if found == len(marked.marks) else known.echoes
        if echoes is None:
            echoes = await self._echoes(reading.SHORT, model, known, meter)
        self._learn(model, echoes=echoes)
        if found and found >= echoes:
            self._learn(model, reads=max(self._dialects[model].reads, sent))
            return received.reply
        if not echoes and not reading.counted_few(sent, received.usage):
            # The server counts nothing and the model repeats nothing, so it stays unknown.
            return replace(received.reply, read=False)
        cuts = reading.readable(sent, received.usage)
        log.warning("event=prompt_cut model=%s sent=%d reads=%d", model, sent, cuts)
        self._learn(model, cuts=min(self._dialects[model].cuts or cuts, cuts))
        raise reading.not_read(model, cuts)

    async def _echoes(self, marked: Request, model: str, dialect: Dialect, meter: Meter) -> int:
        """Returns how many of the marks the model repeats."""
        try:
            received = await self._complete(marked, model, dialect, meter)
        except PaperboyError as error:
            log.info("event=reading_test_failed model=%s cause=%s", model, type(error).__name__)
            return 0
        return reading.marks_in(marked, received.raw)

    async def _dialect(self, model: str) -> Dialect:
        if model not in self._dialects:
            held = load_dialect(await self._cache.get(self._dialect_key(model)))
            self._stored[model] = self._dialects.setdefault(model, held)
        return self._dialects[model]

    def _learn(self, model: str, **news: Any) -> None:
        self._dialects[model] = replace(self._dialects.get(model, Dialect()), **news)

    async def _keep(self, model: str, *, all_of_it: bool = False) -> None:
        """Stores what was learnt; what only helps this process, at its end."""
        dialect = self._dialects.get(model, Dialect())
        held = self._stored.get(model, Dialect())
        if dialect != held if all_of_it else dialect.costly != held.costly:
            self._stored[model] = dialect
            await self._cache.put(self._dialect_key(model), dump_dialect(dialect), _DIALECT_LIFE)

    def _dialect_key(self, model: str) -> str:
        return cache_keys.dialect(self.api, self._base_url, model)

    async def _complete(self, request: Request, model: str, dialect: Dialect, meter: Meter) -> _Received:
        price = self._prices.get(model)
        async with self._slots:
            await self._sdk()
            began = time.monotonic()
            context = self._context(model, request, dialect)
            try:
                async with (
                    asyncio.timeout(self._timeout),
                    self._open(request, model, dialect, stream=False) as response,
                ):
                    kind = response.headers.get("content-type", "")
                    if "event-stream" in kind:
                        reader = StreamReader(request, model, price)
                        await _drain(reader.texts(response.aiter_bytes(), kind))
                        received = _Received(reader.reply(), reader.text, reader.usage, has_orphan(reader.text))
                    else:
                        received = await _whole(await response.aread(), kind, request, model, price)
            except Exception as error:
                if getattr(error, "received", False):
                    meter.add(parse_usage(None, price, request, ""))
                raise self._failed(error, context, began) from error
        meter.add(received.reply.usage)
        self._log(received.reply, began)
        return received

    async def _stream(
        self, request: Request, model: str, dialect: Dialect, meter: Meter, show: SafeCallback, ends: float
    ) -> _Received:
        """Streams a reply. After `ends` (monotonic time), the text so far is a cut answer."""
        price = self._prices.get(model)
        async with self._question_slots:
            await self._sdk()
            began = time.monotonic()
            doubt = dialect.thoughts is None and not self._keeps_thoughts_apart
            reader = StreamReader(request, model, price, hold=doubt or bool(dialect.thoughts), doubt=doubt)
            try:
                async with (
                    asyncio.timeout(max(0.01, ends - time.monotonic())),
                    self._open(request, model, dialect, stream=True) as response,
                ):
                    kind = response.headers.get("content-type", "")
                    async with aclosing(reader.texts(response.aiter_bytes(), kind)) as texts:
                        async for text in texts:
                            await show(text)
            except Exception as error:
                late = isinstance(error, TimeoutError) and reader.begun
                if late:
                    reader.cut()
                if not late or not reader.reply().text:
                    context = replace(self._context(model, request, dialect), begun=reader.begun)
                    failure = self._failed(error, context, began)
                    if isinstance(failure, TemporaryFailure):
                        failure.maybe_billed = failure.maybe_billed or reader.begun
                    raise failure from error
            finally:
                if reader.begun:
                    meter.add(parse_usage(reader.usage, price, request, reader.text))
        reply = reader.reply()
        self._log(reply, began)
        return _Received(reply, reader.text, reader.usage, has_orphan(reader.text))

    @asynccontextmanager
    async def _open(self, request: Request, model: str, dialect: Dialect, *, stream: bool) -> AsyncGenerator[Any, None]:
        """Yields the HTTP response of a call. We read its body and trust no field."""
        from openai import AsyncStream  # noqa: PLC0415  # loaded by now

        sdk = await self._sdk()
        path = "/responses" if self.api == "responses" else "/chat/completions"
        body = self._body(request, model, dialect, stream=stream)
        # The SDK's methods for these paths import their types, megabytes that nothing here uses.
        kept_open = AsyncStream[object]
        async with await sdk.post(path, cast_to=object, body=body, stream=True, stream_cls=kept_open) as opened:
            yield opened.response

    def _body(self, request: Request, model: str, dialect: Dialect, *, stream: bool) -> dict[str, Any]:
        made = response_body if self.api == "responses" else request_body
        return made(request, model, dialect, stream=stream)

    @property
    def _keeps_thoughts_apart(self) -> bool:
        """Returns whether thoughts are never mixed with the text: by the vendor of both APIs, and
        by the Responses API anywhere. Other servers may mix them."""
        return self.api == "responses" or self._is_vendor

    @property
    def _is_vendor(self) -> bool:
        return urlsplit(self._base_url).hostname == _VENDOR

    async def _sdk(self) -> AsyncOpenAI:
        if self._client is None:
            await self.prepare()
        assert self._client is not None
        return self._client

    def _make_client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI  # noqa: PLC0415  # at the first call

        from digest.llm.server.transport import bounded_client  # noqa: PLC0415  # with it

        address, query = split_address(self._base_url)
        return AsyncOpenAI(
            api_key=self._key or "none",
            base_url=address,
            # Azure's deployments expect the key in a header of their own.
            default_headers={"api-key": self._key} if "api-version=" in query else None,
            http_client=bounded_client(self._timeout, query),
            max_retries=0,
            timeout=self._timeout,
        )

    def _context(self, model: str, request: Request | None = None, dialect: Dialect | None = None) -> Context:
        known = self._dialects.get(model, Dialect())
        sent = request_tokens(request) if request else 0
        limit = output_limit(request, dialect or known) if request else 0
        return Context(model, self._key, sent, limit, known.sound, api=self.api)

    def _failed(self, error: Exception, context: Context, began: float) -> PaperboyError:
        failure = classify_error(error, context)
        log.warning(
            "event=model_call_failed model=%s stage=%s kind=%s status=%s cause=%s seconds=%.1f",
            context.model,
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


def split_address(url: str) -> tuple[str, str]:
    """Returns a base URL without its query and the path of a call, and the query unchanged."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for end in ("/chat/completions", "/completions", "/responses", "/embeddings"):
        path = path.removesuffix(end)
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), parts.query


async def _drain(texts: AsyncIterator[str]) -> None:
    async for _ in texts:
        pass


async def _whole(raw: bytes, kind: str, request: Request, model: str, price: Price | None) -> _Received:
    """Returns what a whole reply holds. Large bodies are parsed in a thread."""

    def parse() -> _Received:
        piece = completion_from(raw, kind)
        reply = reply_from(piece, piece.text, request, model, price)
        return _Received(reply, piece.text, piece.usage, has_orphan(piece.text))

    return await asyncio.to_thread(parse) if len(raw) > _LARGE else parse()


def _packed_vectors(raw: bytes, texts: list[str], price: Price | None) -> tuple[bytes, Usage]:
    vectors, usage = parse_vectors(raw, texts, price)
    return pack_vectors(vectors), usage
