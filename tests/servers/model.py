"""A local OpenAI-compatible server: sound by default, and wrong in every way that matters, on all calls, a share of them, or a queue.

    async with ModelServer() as server:
        server.behave("invented_quotations", share=1 / 3, seed=7)
        Model(base_url=server.base_url, ...)

It validates strict schemas as OpenAI does, counts tokens, and reuses prefixes as OpenAI's prompt cache does.
"""

import asyncio
import hashlib
import json
import random
import re
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.servers import responses
from tests.servers.local import started
from tests.servers.model_lies import LIES
from tests.servers.model_words import Seen, see, write
from tests.servers.pause import Pause

HTTP = (
    "rate_limit", "rate_limit_after", "quota", "error_500", "error_503", "unauthorized", "forbidden", "unknown_model", "content_filter",
    "choices_null", "choices_empty", "html", "null_content", "empty", "cut", "broken_body", "hang", "slow", "no_json_schema",
    "no_response_format", "only_max_tokens", "no_stream_options", "context_length", "dropped", "null_usage", "zero_usage",
    "refusal_field",
    "filtered",
)  # fmt: skip
STREAM = ("empty_stream", "cut_stream", "broken_stream")
BEHAVIOURS = ("sound", *HTTP, *STREAM, *LIES)


@dataclass
class Call:
    """One request, as it came and as it was treated."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    task: str
    behaviour: str
    began: float
    status: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    text: str = ""
    query: str = ""
    ended: float = 0.0

    @property
    def prompt(self) -> str:
        return "\n".join(m.get("content") or "" for m in self.body.get("messages", []))


@dataclass
class Behaviour:
    name: str
    share: float = 1.0
    tasks: tuple[str, ...] = ()
    """Only on these (`ranking`, `analysis`, `abstract analysis`, `summary`, `answer`); all when empty."""
    only: str = ""
    """Only on requests that hold this text."""


@dataclass
class ModelServer:
    latency: float = 0.0
    """Seconds to the first token."""
    per_token: float = 0.0
    context_tokens: int = 0
    """Requests above it get `context_length_exceeded`; 0: no limit."""
    behaviours: list[Behaviour] = field(default_factory=list)
    queue: deque[str] = field(default_factory=deque)
    """Behaviours of the next calls, before all others."""
    journal: list[Call] = field(default_factory=list)
    lacks: str = ""
    """A field that it does not know."""
    models: tuple[str, ...] = ("stand-in", "stand-in-fast")
    port: int = 0
    base_url: str = ""

    def __post_init__(self) -> None:
        self._chance = random.Random(0)
        self._prompts: deque[str] = deque(maxlen=200)
        self._closing = asyncio.Event()
        self.pause = Pause()
        """By task and by the share of the answer that was sent."""

    def behave(
        self, name: str, *, share: float = 1.0, seed: int = 0, tasks: tuple[str, ...] = (), only: str = ""
    ) -> None:
        """Adds a behaviour; several add up, the first that applies to a call wins."""
        if name not in BEHAVIOURS:
            raise ValueError(f"{name} is none of {', '.join(BEHAVIOURS)}")
        self._chance = random.Random(seed)
        self.behaviours.append(Behaviour(name, share, tasks, only))

    def sound(self) -> None:
        self.behaviours.clear()
        self.queue.clear()

    @property
    def calls(self) -> list[Call]:
        """Those that make a text, of either API."""
        return [c for c in self._made if c.task != "mark"]

    @property
    def canaries(self) -> list[Call]:
        """Those that find out how much of a prompt the model reads."""
        return [c for c in self._made if c.task == "mark"]

    @property
    def _made(self) -> list[Call]:
        return [c for c in self.journal if c.path.endswith(("/chat/completions", "/responses"))]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/v1/responses", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/embeddings", self._embed)
        self._runner, self.port = await started(app, self.port)
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self.pause.release()
        await self._runner.cleanup()

    # ------------------------------------------------------------ routes

    async def _models(self, request: web.Request) -> web.Response:
        call = Call(request.path, {}, dict(request.headers), "models", "sound", time.monotonic(), 200)
        call.query = request.rel_url.raw_query_string
        self.journal.append(call)
        if any(b.name == "unauthorized" for b in self.behaviours):
            return _error(401, "Incorrect API key provided: sk-secret. You can find it there.", "invalid_api_key")
        return web.json_response(
            {
                "object": "list",
                "data": [{"id": m, "object": "model", "created": 0, "owned_by": "tests"} for m in self.models],
            }
        )

    async def _embed(self, request: web.Request) -> web.Response:
        body = await request.json()
        given = body["input"] if isinstance(body["input"], list) else [body["input"]]
        down = any(b.name == "error_500" and "embeddings" in b.tasks for b in self.behaviours)
        name, status = ("error_500", 500) if down else ("sound", 200)
        self.journal.append(
            Call(request.path, body, dict(request.headers), "embeddings", name, time.monotonic(), status)
        )
        self.journal[-1].query = request.rel_url.raw_query_string
        if down:
            return _error(500, "The server had an error.", None)
        data = [{"object": "embedding", "index": i, "embedding": embedding(t)} for i, t in enumerate(given)]
        used = sum(tokens(t) for t in given)
        return web.json_response(
            {
                "object": "list",
                "data": data,
                "model": body.get("model"),
                "usage": {"prompt_tokens": used, "total_tokens": used},
            }
        )

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if request.path.endswith("/responses"):
            body = responses.as_chat(body)
        seen = see(body)
        name = self._pick(seen)
        call = Call(request.path, body, dict(request.headers), seen.task, name, time.monotonic())
        call.query = request.rel_url.raw_query_string
        self.journal.append(call)
        try:
            response = await self._treated(request, call, seen)
            call.status = response.status
            return response
        finally:
            call.ended = time.monotonic()

    def _pick(self, seen: Seen) -> str:
        if self.queue:
            return self.queue.popleft()
        for behaviour in self.behaviours:
            fits = (not behaviour.tasks or seen.task in behaviour.tasks) and behaviour.only in seen.whole
            if fits and self._chance.random() < behaviour.share:
                return behaviour.name
        return "sound"

    async def _treated(self, request: web.Request, call: Call, seen: Seen) -> web.StreamResponse:
        name, body = call.behaviour, call.body
        if refused := self._refused(name, body):
            return refused
        call.prompt_tokens, call.cached_tokens = self._counted(body)
        if self.context_tokens and call.prompt_tokens > self.context_tokens:
            return _context_error()
        text = write(seen)
        if name in LIES:
            text = LIES[name](text, seen)
        finish = "stop"
        limit = body.get("max_completion_tokens") or body.get("max_tokens") or 10**9
        if name == "cut" or tokens(text) > limit:
            text, finish = text[: min(len(text) // 2, 4 * limit)], "length"
        if name in ("empty", "null_content", "refusal_field"):
            text = ""
        if name == "filtered":
            text, finish = "", "content_filter"
        call.text, call.completion_tokens = text, tokens(text) if text else 0
        if name == "hang":
            await self._closing.wait()
        if name == "dropped" and request.transport is not None:
            request.transport.abort()
        if name == "slow":
            await asyncio.sleep(max(1.0, 10 * self.latency))
        if body.get("stream"):
            return await self._streamed(request, call, text, finish)
        await self.pause.reach(1.0, call, call.task)
        await asyncio.sleep(self.latency + self.per_token * call.completion_tokens)
        if call.path.endswith("/responses"):
            refusal = "I'm sorry, I can't assist with that." if name == "refusal_field" else ""
            return web.json_response(responses.response(body, text, finish, _usage(call), refusal))
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if name == "null_content" else text,
            "refusal": None,
        }
        if name == "refusal_field":
            message |= {"content": None, "refusal": "I'm sorry, I can't assist with that."}
        if name == "thinking":
            message["reasoning_content"] = "First I look at the paper."
        return web.json_response(
            {
                "id": f"chatcmpl-{len(self.journal)}",
                "object": "chat.completion",
                "created": 1_790_000_000,
                "model": body.get("model"),
                "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
                "usage": _usage(call),
            }
        )

    async def _streamed(self, request: web.Request, call: Call, text: str, finish: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await self.pause.reach(0.0, call, call.task)
        await asyncio.sleep(self.latency)
        await response.prepare(request)
        if call.path.endswith("/responses") and call.behaviour not in ("empty_stream", "broken_stream"):
            return await self._streamed_response(request, response, call, text, finish)
        base = {
            "id": f"chatcmpl-{len(self.journal)}",
            "object": "chat.completion.chunk",
            "created": 1_790_000_000,
            "model": call.body.get("model"),
        }

        async def send(chunk: dict[str, Any]) -> None:
            await response.write(b"data: " + json.dumps(base | chunk, ensure_ascii=False).encode() + b"\n\n")

        def choice(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
            return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]}

        if call.behaviour == "empty_stream":
            await response.write_eof()
            return response
        if call.behaviour == "broken_stream":
            await response.write(b"data: {not json\n\n")
            return response
        await send(choice({"role": "assistant", "content": ""}))
        if call.behaviour == "thinking":
            await send(choice({"reasoning_content": "First I look at the paper."}))
        pieces = _pieces(text)
        for i, piece in enumerate(pieces):
            if call.behaviour == "cut_stream" and i >= len(pieces) // 2:
                if request.transport is not None:
                    request.transport.abort()
                return response
            await self.pause.reach(i / len(pieces), call, call.task)
            if self.per_token:
                await asyncio.sleep(self.per_token)
            await send(choice({"content": piece}))
        await send(choice({}, finish))
        if (call.body.get("stream_options") or {}).get("include_usage"):
            await send({"choices": [], "usage": _usage(call)})
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _streamed_response(
        self, request: web.Request, response: web.StreamResponse, call: Call, text: str, finish: str
    ) -> web.StreamResponse:
        pieces = _pieces(text)
        refusal = "I'm sorry, I can't assist with that." if call.behaviour == "refusal_field" else ""
        events = responses.events(call.body, pieces, finish, _usage(call), refusal)
        for number, event in enumerate(events):
            if call.behaviour == "cut_stream" and number >= len(events) // 2:
                if request.transport is not None:
                    request.transport.abort()
                return response
            await self.pause.reach(number / len(events), call, call.task)
            if self.per_token and event["type"].endswith(".delta"):
                await asyncio.sleep(self.per_token)
            data = json.dumps(event, ensure_ascii=False)
            await response.write(f"event: {event['type']}\ndata: {data}\n\n".encode())
        await response.write_eof()
        return response

    # ------------------------------------------------------------ refusals of the server

    def _refused(self, name: str, body: dict[str, Any]) -> web.StreamResponse | None:
        wanted = body.get("response_format") or {}
        first, _, second = self.lacks.partition(".")
        if self.lacks and (second in body.get(first, ()) if second else first in body):
            return _error(400, f"Unknown parameter: '{self.lacks}'.", "unknown_parameter", self.lacks)
        if name == "no_json_schema" and wanted.get("type") == "json_schema":
            return _error(
                400,
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                None,
                "response_format",
            )
        if name == "no_response_format" and wanted:
            return _error(400, "Unrecognized request argument supplied: response_format", None, "response_format")
        if name == "only_max_tokens" and "max_completion_tokens" in body:
            return _error(
                400, "Unrecognized request argument supplied: max_completion_tokens", None, "max_completion_tokens"
            )
        if name == "no_stream_options" and "stream_options" in body:
            return _error(400, "Unknown parameter: 'stream_options'.", "unknown_parameter", "stream_options")
        strict = (wanted.get("json_schema") or {}) if wanted.get("type") == "json_schema" else {}
        if strict.get("strict") and (wrong := strict_problems(strict.get("schema"))):
            return _error(
                400,
                f"Invalid schema for response_format '{strict.get('name')}': {wrong[0]}",
                "invalid_json_schema",
                "response_format",
            )
        if body.get("model") not in self.models:
            return _error(
                404,
                f"The model `{body.get('model')}` does not exist or you do not have access to it.",
                "model_not_found",
            )
        return _HTTP[name]() if name in _HTTP else None

    def _counted(self, body: dict[str, Any]) -> tuple[int, int]:
        """Tokens of the prompt, and how many of them stood at the handler of an earlier one: from 1,024 on, in steps of 128."""
        schema = json.dumps(body.get("response_format") or {}, sort_keys=True)
        prompt = f"{body.get('model')}\n{schema}\n" + "\n".join(
            f"{m.get('role')}: {m.get('content')}" for m in body.get("messages", [])
        )
        longest = max((_common(prompt, earlier) for earlier in self._prompts), default=0)
        self._prompts.append(prompt)
        shared = tokens(prompt[:longest]) // 128 * 128
        return tokens(prompt), shared if shared >= 1024 else 0


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s*[^\s\u3000-\u9fff]{1,8}|\s*[\u3000-\u9fff]{1,2}|\s+", text)


def _common(a: str, b: str) -> int:
    """Length of the common prefix, by halving."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def tokens(text: str) -> int:
    """About 4 Latin characters a token, 1.5 of other scripts."""
    narrow = len(text.encode("ascii", "ignore"))
    return max(1, round(narrow / 4 + (len(text) - narrow) / 1.5))


def embedding(text: str, size: int = 64) -> list[float]:
    """The same for the same text; nearer for texts that share words."""
    vector = [0.0] * size
    for word in re.findall(r"\w+", text.lower()):
        at = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        vector[at % size] += 1.0 if at & 1 << 20 else -1.0
    norm = sum(v * v for v in vector) ** 0.5 or 1.0
    return [round(v / norm, 6) for v in vector]


def strict_problems(schema: Any, path: str = "()") -> list[str]:
    """What OpenAI's strict mode refuses in a schema."""
    if not isinstance(schema, dict):
        return [f"In context={path}, schema is not an object."]
    found = [
        f"In context={path}, '{k}' is not permitted."
        for k in (
            "default", "minimum", "maximum", "minLength", "maxLength", "format", "pattern",
            "minItems", "maxItems", "allOf", "oneOf", "not",
        )
        if k in schema
    ]  # fmt: skip
    if path == "()" and schema.get("type") != "object":
        found.append("schema must be of type 'object' at the root.")
    if schema.get("type") == "object":
        properties = schema.get("properties") or {}
        if schema.get("additionalProperties") is not False:
            found.append(f"In context={path}, 'additionalProperties' is required to be supplied and to be false.")
        if sorted(schema.get("required") or []) != sorted(properties):
            found.append(
                f"In context={path}, 'required' is required to be supplied and to be an array including every key in properties."
            )
        for name, inner in properties.items():
            found += strict_problems(inner, f"{path[:-1]}'{name}',)")
    elif schema.get("type") == "array":
        found += strict_problems(schema.get("items"), f"{path[:-1]}'items',)")
    elif "type" not in schema and not {"$ref", "anyOf", "enum", "const"} & set(schema):
        found.append(f"In context={path}, schema must have a 'type' key.")
    for name, inner in (schema.get("$defs") or {}).items():
        found += strict_problems(inner, f"{path[:-1]}'$defs','{name}',)")
    return found


def _usage(call: Call) -> dict[str, Any] | None:
    if call.behaviour == "null_usage":
        return None
    counts = [call.prompt_tokens, call.completion_tokens, call.cached_tokens]
    given, written, cached = [0, 0, 0] if call.behaviour == "zero_usage" else counts
    return {
        "prompt_tokens": given,
        "completion_tokens": written,
        "total_tokens": given + written,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _error(
    status: int,
    message: str,
    code: str | None,
    param: str | None = None,
    kind: str = "invalid_request_error",
    **headers: str,
) -> web.Response:
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _context_error() -> web.Response:
    return _error(
        400,
        "This model's maximum context length is exceeded by your messages. Please reduce their length.",
        "context_length_exceeded",
        "messages",
    )


def _raw(body: bytes, kind: str) -> web.Response:
    return web.Response(body=body, content_type=kind)


def _body(**body: Any) -> web.Response:
    return web.json_response({"id": "x", "object": "chat.completion", "created": 0, "model": "stand-in"} | body)


_HTTP = {
    "rate_limit": lambda: _error(429, "Rate limit reached for requests per min.", "rate_limit_exceeded", kind="requests"),
    "rate_limit_after": lambda: _error(429, "Rate limit reached for tokens per min.", "rate_limit_exceeded", kind="tokens", Retry_After="1"),
    "quota": lambda: _error(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", kind="insufficient_quota"),
    "error_500": lambda: _error(500, "The server had an error while processing your request.", None, kind="server_error"),
    "error_503": lambda: _raw_error(503, b"<html><body>503 Service Temporarily Unavailable</body></html>"),
    "unauthorized": lambda: _error(401, "Incorrect API key provided: sk-secret. You can find it there.", "invalid_api_key"),
    "forbidden": lambda: _error(403, "Project does not have access to this model.", "model_not_allowed"),
    "unknown_model": lambda: _error(404, "The model does not exist or you do not have access to it.", "model_not_found"),
    "content_filter": lambda: _error(400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", "content_filter", "prompt"),
    "context_length": _context_error,
    "choices_null": lambda: _body(choices=None, error={"message": "upstream failed", "code": 502}),
    "choices_empty": lambda: _body(choices=[]),
    "html": lambda: _raw(b"<!doctype html><html><body>Welcome to the gateway</body></html>", "text/html"),
    "broken_body": lambda: _raw(b'{"id": "x", "choices": [{"mess', "application/json"),
}  # fmt: skip


def _raw_error(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="text/html")
