"""What goes to a Chat Completions server and what comes back, as plain values. Pure: no SDK, no network.

Everything read from a server is distrusted: any field may be absent, null or of another type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
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
    """Fit for strict mode: every property required, no others allowed."""


@dataclass(frozen=True)
class Ask:
    """One call, free of what a particular server can do."""

    messages: tuple[Message, ...]
    schema: Schema | None = None
    """None: plain text is wanted."""
    fast: bool = False
    """The cheaper model will do."""
    max_tokens: int = 16_000
    """Of output; reasoning counts too where a model reasons."""
    likely_tokens: int = 1_500
    """Of output, for the reservation."""


@dataclass(frozen=True)
class Reply:
    """What the model wrote. `trouble` tells that it is no whole answer; `text` then holds what there is of it."""

    text: str
    model: str
    finish: str = ""
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)
    """Of this call; nothing where the reply was at hand already."""

    @property
    def trouble(self) -> Problem | None:
        if self.refusal or self.finish == "content_filter":
            return Problem(Fault.REFUSAL, "", (self.refusal or "stopped by the content filter")[:200])
        if not self.text.strip():
            return Problem(Fault.EMPTY, "", f"no text (finish reason: {self.finish or 'none'})")
        if self.finish == "length":
            return Problem(Fault.TRUNCATED, "", "cut off at the output limit")
        return None


@dataclass(frozen=True)
class Abilities:
    """What a server turned out to understand; learnt from its refusals, remembered for the life of the process."""

    format: int = 0
    """0: strict `json_schema`; 1: `json_object` with the schema in the prompt; 2: neither, the prompt alone."""
    limit: str = "max_completion_tokens"
    """The name of the output limit: servers know this one or the older `max_tokens`, some none (empty)."""
    stream_usage: bool = True


# ---------------------------------------------------------------- out


def canonical(ask: Ask, model: str, base_url: str) -> bytes:
    """All that matters of a call and nothing of what the server can do, so that it is the same before and after that is learnt."""
    body = {
        "server": base_url,
        "model": model,
        "messages": list(ask.messages),
        "schema": dict(ask.schema.json) if ask.schema else None,
        "max_tokens": ask.max_tokens,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def payload(ask: Ask, model: str, abilities: Abilities, *, stream: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"model": model, "messages": list(ask.messages)}
    if abilities.limit:
        body[abilities.limit] = ask.max_tokens
    if ask.schema:
        body |= _format(ask.schema, abilities.format)
        if abilities.format:
            body["messages"] = _with_schema(ask.messages, ask.schema)
    if stream:
        body["stream"] = True
        if abilities.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def _format(schema: Schema, level: int) -> dict[str, Any]:
    if level == 0:
        strict = {"name": schema.name, "strict": True, "schema": dict(schema.json)}
        return {"response_format": {"type": "json_schema", "json_schema": strict}}
    return {"response_format": {"type": "json_object"}} if level == 1 else {}


def _with_schema(messages: Sequence[Message], schema: Schema) -> list[Message]:
    """The schema joins the first message, so that what repeats stays in handler."""
    text = json.dumps(dict(schema.json), ensure_ascii=False, separators=(",", ":"))
    first = (
        messages[0]["content"]
        + f"\n\nWrite one JSON object and nothing else. It fits this JSON Schema ({schema.name}): {text}"
    )
    return [{**messages[0], "content": first}, *messages[1:]]


_WIDE = re.compile(r"[^\x00-\u02ff\u2000-\u206f]")


def tokens_of(text: str) -> int:
    """A cautious estimate: about 3.2 Latin characters a token, 1.2 of other scripts."""
    wide = len(_WIDE.findall(text))
    return int((len(text) - wide) / 3.2 + wide / 1.2) + 1


def tokens_asked(ask: Ask) -> int:
    schema = tokens_of(json.dumps(dict(ask.schema.json))) if ask.schema else 0
    return schema + sum(tokens_of(m["content"]) + 4 for m in ask.messages)


# ---------------------------------------------------------------- in


class NotAReply(Exception):
    """A 200 that is no completion: a web page, an error object, no choices. The server's trouble, not the model's."""


def reply_from(raw: bytes, asked: Ask, model: str, price: Price | None) -> Reply:
    """Reads a completion. Raises NotAReply."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        page = raw.lstrip()[:1] == b"<"
        raise NotAReply(label.sentence("model.web page" if page else "model.no JSON")) from error
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise NotAReply(label.sentence("model.no choice"))
    text = without_thoughts(text_of(message.get("content")))
    usage = usage_from(body.get("usage"), price, asked, text)
    named = text_of(body.get("model")) or model
    return Reply(text, named, text_of(choice.get("finish_reason")), text_of(message.get("refusal")), usage)


def text_of(value: object) -> str:
    """The text of a field that should be a string; a list of content parts is joined."""
    if isinstance(value, list):
        return "".join(text_of(part.get("text")) for part in value if isinstance(part, dict))
    return value if isinstance(value, str) else ""


def usage_from(body: object, price: Price | None, asked: Ask, text: str) -> Usage:
    """The server's count; an estimate where it gives none."""
    held = body if isinstance(body, dict) else {}
    details = held.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    given = _count(held.get("prompt_tokens"))
    written = _count(held.get("completion_tokens"))
    into = tokens_asked(asked) if given is None else given
    out = tokens_of(text) if written is None else written
    reused = min(into, cached or _count(held.get("prompt_cache_hit_tokens")) or 0)
    return Usage(1, into, reused, out, price.usd(into, reused, out) if price else None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


_THOUGHTS = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?(?:</\1>|\Z)\s*", re.DOTALL)
_TAIL_OF_THOUGHTS = re.compile(r"\A(?!\s*[{\[`]).*?</think(?:ing)?>\s*(?=[{\[`])", re.DOTALL)


def without_thoughts(text: str) -> str:
    """Drops reasoning that stands before the answer; also one whose opening tag the server swallowed, before JSON."""
    return _TAIL_OF_THOUGHTS.sub("", _THOUGHTS.sub("", text, count=1), count=1)


class Unthought:
    """The same for a text that arrives in pieces: holds back a thought that opens it, and its tags."""

    _OPENINGS = ("<think>", "<thinking>", "<reasoning>")

    def __init__(self) -> None:
        self._raw = ""
        self._past = False

    def feed(self, piece: str) -> str:
        """The whole visible text so far."""
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


# ---------------------------------------------------------------- kept


def stored(reply: Reply) -> bytes:
    kept = {"text": reply.text, "model": reply.model, "finish": reply.finish, "refusal": reply.refusal}
    return json.dumps(kept, ensure_ascii=False).encode()


def restored(raw: bytes, usage: Usage) -> Reply:
    kept = json.loads(raw)
    return Reply(kept["text"], kept["model"], kept["finish"], kept["refusal"], usage)
