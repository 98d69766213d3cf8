"""Requests and replies of a Chat Completions server as plain values. Pure: no SDK, no network.

Parsing trusts no field: any may be absent, null or of another type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.llm.server.prices import Price
from digest.model import Fault, Problem, Usage
from digest.render.labels import label

Message = Mapping[str, str]
"""`role` and `content`."""


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
    """For strict mode: every property required, no others allowed."""


@dataclass(frozen=True)
class Request:
    messages: tuple[Message, ...]
    schema: Schema | None = None
    """None: plain text."""
    fast: bool = False
    """Use the cheaper model."""
    max_tokens: int = 16_000
    """Of output, reasoning included."""
    likely_tokens: int = 1_500
    """Of output, for the reservation."""


@dataclass(frozen=True)
class Reply:
    """The model's output; incomplete where there is a `problem`."""

    text: str
    model: str
    finish: str = ""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    """Of this call; zero where the reply was stored."""

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
    """The request's identity in the cache: independent of the server's dialect."""
    body = {
        "server": base_url,
        "model": model,
        "messages": list(request.messages),
        "schema": dict(request.schema.json) if request.schema else None,
        "max_tokens": request.max_tokens,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


_WIDE = re.compile(r"[^\x00-\u02ff\u2000-\u206f]")


def estimate_tokens(text: str) -> int:
    """A cautious estimate: 3.2 Latin characters a token, 1.2 of other scripts."""
    wide = len(_WIDE.findall(text))
    return int((len(text) - wide) / 3.2 + wide / 1.2) + 1


def request_tokens(request: Request) -> int:
    schema = estimate_tokens(json.dumps(dict(request.schema.json))) if request.schema else 0
    return schema + sum(estimate_tokens(m["content"]) + 4 for m in request.messages)


class InvalidReply(Exception):
    """A 200 that is no completion: a web page, an error object, no choices."""


def parse_reply(raw: bytes, request: Request, model: str, price: Price | None) -> Reply:
    """Raises InvalidReply."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        page = raw.lstrip()[:1] == b"<"
        raise InvalidReply(label.sentence("model.web page" if page else "model.no JSON")) from error
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise InvalidReply(label.sentence("model.no choice"))
    text = strip_reasoning(field_text(message.get("content")))
    usage = parse_usage(body.get("usage"), price, request, text)
    named = field_text(body.get("model")) or model
    return Reply(text, named, field_text(choice.get("finish_reason")), field_text(message.get("refusal")), usage)


def field_text(value: object) -> str:
    """The string in a field; a list of content parts is joined, anything else is empty."""
    if isinstance(value, list):
        return "".join(field_text(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def parse_usage(body: object, price: Price | None, request: Request, text: str) -> Usage:
    """The server's counts, or estimates where it gives none."""
    fields = body if isinstance(body, dict) else {}
    details = fields.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    given = _count(fields.get("prompt_tokens"))
    written = _count(fields.get("completion_tokens"))
    into = request_tokens(request) if given is None else given
    out = estimate_tokens(text) if written is None else written
    reused = min(into, cached or _count(fields.get("prompt_cache_hit_tokens")) or 0)
    return Usage(1, into, reused, out, price.usd(into, reused, out) if price else None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_REASONING = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?(?:</\1>|\Z)\s*", re.DOTALL)
_REASONING_TAIL = re.compile(r"\A(?!\s*[{\[`]).*?</think(?:ing)?>\s*(?=[{\[`])", re.DOTALL)


def strip_reasoning(text: str) -> str:
    """Without the reasoning before the answer; before JSON its opening tag may be missing."""
    return _REASONING_TAIL.sub("", _REASONING.sub("", text, count=1), count=1)


class ReasoningFilter:
    """Strips the reasoning at the beginning of a streamed text."""

    _OPENINGS = ("<think>", "<thinking>", "<reasoning>")

    def __init__(self) -> None:
        self._raw = ""
        self._past = False

    def feed(self, piece: str) -> str:
        """Returns the whole visible text so far."""
        self._raw += piece
        if self._past:
            return self._raw
        start = self._raw.lstrip()
        if not start or any(o.startswith(start) for o in self._OPENINGS):
            return ""
        if start.startswith(self._OPENINGS):
            tag = start[1 : start.index(">")]
            if f"</{tag}>" not in start:
                return ""
            start = start.split(f"</{tag}>", 1)[1].lstrip()
            self._raw = start
            if not start:
                return ""
        self._past = True
        self._raw = start
        return start


def dump_reply(reply: Reply) -> bytes:
    fields = {"text": reply.text, "model": reply.model, "finish": reply.finish, "refusal": reply.refusal}
    return json.dumps(fields, ensure_ascii=False).encode()


def load_reply(raw: bytes, usage: Usage) -> Reply:
    fields = json.loads(raw)
    return Reply(fields["text"], fields["model"], fields["finish"], fields["refusal"], usage)
