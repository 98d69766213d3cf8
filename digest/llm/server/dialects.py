"""Dialects of the Chat Completions API: what a server supports, and request bodies. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest.llm.server.wire import Message, Request, Schema


@dataclass(frozen=True)
class Dialect:
    """Learnt from the server's 400s and kept for the life of the process."""

    format: int = 0
    """0: strict `json_schema`; 1: `json_object`, schema in the prompt; 2: the prompt alone."""
    limit: str = "max_completion_tokens"
    """The field for the output limit: this one, the older `max_tokens`, or none (empty)."""
    stream_usage: bool = True


def request_body(request: Request, model: str, dialect: Dialect, *, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": list(request.messages)}
    if dialect.limit:
        body[dialect.limit] = request.max_tokens
    if request.schema:
        body |= _format(request.schema, dialect.format)
        if dialect.format:
            body["messages"] = _with_schema(request.messages, request.schema)
    if stream:
        body["stream"] = True
        if dialect.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def _format(schema: Schema, level: int) -> dict[str, Any]:
    if level == 0:
        strict = {"name": schema.name, "strict": True, "schema": dict(schema.json)}
        return {"response_format": {"type": "json_schema", "json_schema": strict}}
    return {"response_format": {"type": "json_object"}} if level == 1 else {}


def _with_schema(messages: Sequence[Message], schema: Schema) -> list[Message]:
    """Appends the schema to the first message, which is the part that repeats."""
    text = json.dumps(dict(schema.json), ensure_ascii=False, separators=(",", ":"))
    first = (
        messages[0]["content"]
        + f"\n\nWrite one JSON object and nothing else. It fits this JSON Schema ({schema.name}): {text}"
    )
    return [{**messages[0], "content": first}, *messages[1:]]


def simpler_dialect(words: str, dialect: Dialect, *, structured: bool, stream: bool) -> Dialect | None:
    """The dialect without what the server's words reject; None if nothing is left to drop."""
    if dialect.limit and (dialect.limit in words or ("max_tokens" in words and "max_completion_tokens" in words)):
        return replace(dialect, limit="max_tokens" if dialect.limit == "max_completion_tokens" else "")
    if stream and dialect.stream_usage and ("stream_options" in words or "include_usage" in words):
        return replace(dialect, stream_usage=False)
    # A server that names no cause may reject the format first, then the newer name of the limit.
    if structured and dialect.format < 2:
        return replace(dialect, format=dialect.format + 1)
    if dialect.limit == "max_completion_tokens":
        return replace(dialect, limit="max_tokens")
    return None
