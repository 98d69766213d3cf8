"""Builds requests for the Responses API, the other API of the vendor's own models. Pure.

`replies` reads its replies with all others."""

from __future__ import annotations

from typing import Any

from digest.cache_keys import fingerprint
from digest.llm.server.dialects import Dialect, messages_in, output_limit
from digest.llm.server.wire import Request


def response_body(request: Request, model: str, dialect: Dialect, *, stream: bool) -> dict[str, Any]:
    """Returns the request. The vendor stores nothing. Calls that begin alike share a cache key."""
    stream = stream if dialect.streaming is None else dialect.streaming
    messages = messages_in(request, dialect)
    body: dict[str, Any] = {
        "model": model,
        "input": [{"role": m["role"], "content": m["content"]} for m in messages],
        "store": False,
    }
    if dialect.limit:
        body["max_output_tokens"] = output_limit(request, dialect)
    if dialect.cache_key:
        # Rankings share their system message; questions about a paper also share its text.
        alike = [m["content"] for m in messages[: max(1, min(2, len(messages) - 1))]]
        body["prompt_cache_key"] = fingerprint(model, *alike)
    if request.schema and dialect.format == 0:
        schema = {
            "type": "json_schema",
            "name": request.schema.name,
            "strict": True,
            "schema": dict(request.schema.json),
        }
        body["text"] = {"format": schema}
    elif request.schema and dialect.format == 1:
        body["text"] = {"format": {"type": "json_object"}}
    if stream:
        body["stream"] = True
    return body
