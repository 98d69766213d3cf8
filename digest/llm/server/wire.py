"""Holds requests and replies of a model server as plain values. Pure: no SDK, no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.model import Fault, Problem, Usage
from digest.patterns import regex

Message = Mapping[str, str]
"""Has `role` and `content`."""


def system(text: str) -> Message:
    return {"role": "system", "content": text}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


@dataclass(frozen=True)
class Schema:
    name: str
    json: Mapping[str, Any]
    """The schema for strict mode: every property required, no others allowed."""


@dataclass(frozen=True)
class Request:
    messages: tuple[Message, ...]
    schema: Schema | None = None
    """The reply's schema; None: plain text."""
    fast: bool = False
    """The cheaper model is used."""
    max_tokens: int = 16_000
    """Tokens of output, including reasoning."""
    likely_tokens: int = 1_500
    """Likely tokens of output, for the reservation."""
    quotes: bool = False
    """A sound output repeats words of the longest message."""
    marks: tuple[str, ...] = ()
    """Marks in the text that the model must repeat: a test of what it reads."""


@dataclass(frozen=True)
class Reply:
    """The model's output. It is incomplete if there is a `problem`."""

    text: str
    model: str
    finish: str = ""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    """The usage of this call; zero if the reply was stored."""
    read: bool = True
    """The model is known to have read the whole request."""

    @property
    def problem(self) -> Problem | None:
        if self.refusal or self.finish == "content_filter":
            return Problem(Fault.REFUSAL, "", (self.refusal or "stopped by the content filter")[:200])
        if not self.text.strip():
            return Problem(Fault.EMPTY, "", f"no text (finish reason: {self.finish or 'none'})")
        if self.finish == "length":
            return Problem(Fault.TRUNCATED, "", "cut off at the output limit")
        return None


def canonical_request(request: Request, model: str, base_url: str) -> bytes:
    """Returns the request's identity in the cache, independent of the server's dialect."""
    body = {
        "server": base_url,
        "model": model,
        "messages": list(request.messages),
        "schema": dict(request.schema.json) if request.schema else None,
        "max_tokens": request.max_tokens,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


_WIDE = regex(r"[^\x00-\u02ff\u2000-\u206f]")


def estimate_tokens(text: str) -> int:
    """Returns a cautious estimate: 3.2 Latin characters a token, 1.2 of other scripts."""
    wide = len(_WIDE.findall(text))
    return int((len(text) - wide) / 3.2 + wide / 1.2) + 1


def request_tokens(request: Request) -> int:
    schema = estimate_tokens(json.dumps(dict(request.schema.json))) if request.schema else 0
    return schema + sum(estimate_tokens(m["content"]) + 4 for m in request.messages)


def dump_reply(reply: Reply) -> bytes:
    fields = {
        "text": reply.text,
        "model": reply.model,
        "finish": reply.finish,
        "refusal": reply.refusal,
        "read": reply.read,
    }
    return json.dumps(fields, ensure_ascii=False).encode()


def load_reply(raw: bytes, usage: Usage) -> Reply:
    return Reply(**json.loads(raw), usage=usage)
