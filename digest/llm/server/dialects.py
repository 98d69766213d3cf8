"""Describes which requests a server and a model accept, and how much they read. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

from digest.llm.server.failures import about_output, output_limit_in
from digest.llm.server.replies import Complaint
from digest.llm.server.wire import Message, Request, Schema


@dataclass(frozen=True)
class Dialect:
    """What was learnt from refusals and replies, and is stored."""

    format: int = 0
    """0: strict `json_schema`; 1: `json_object`, schema in the prompt; 2: the prompt alone."""
    limit: str = "max_completion_tokens"
    """The field for the output limit: this one, the older `max_tokens`, or none if empty."""
    most: int = 0
    """The largest output limit that the server accepts; 0: as asked."""
    stream_usage: bool = True
    streaming: bool | None = None
    """All replies are asked for as streams (True), none (False), or as wanted (None)."""
    cache_key: bool = True
    """The Responses API accepts a key for prompts that begin alike."""
    roles: int = 0
    """0: unchanged; 1: neighbouring messages of one role are joined; 2: also no system role."""
    window: int = 0
    """Tokens of the context window, if the server named it; 0: unknown."""
    reads: int = 0
    """Estimated tokens of the longest prompt that the model is known to have read whole."""
    cuts: int = 0
    """Estimated tokens above which the server was found to cut prompts; 0: never found."""
    echoes: int | None = None
    """How many marks of a short prompt the model repeats, to make a test of reading conclusive."""
    thoughts: bool | None = None
    """Thoughts come without an opening tag; None: not seen yet."""
    sound: bool = False
    """The server has answered well before."""

    @property
    def grammar(self) -> dict[str, Any]:
        """Returns the properties that requests must have."""
        names = ("format", "limit", "most", "stream_usage", "streaming", "cache_key", "roles")
        return {name: getattr(self, name) for name in names}

    @property
    def refusals(self) -> int:
        """Returns how many refusals it took at most to learn this."""
        limits = ("max_completion_tokens", "max_tokens", "")
        dropped = (not self.stream_usage, self.streaming is not None, not self.cache_key, self.most > 0)
        return self.format + self.roles + limits.index(self.limit) + sum(dropped)

    @property
    def costly(self) -> tuple[object, ...]:
        """Returns what takes a refused or a useless call to learn again."""
        return (*self.grammar.values(), self.window, self.cuts, self.echoes, self.thoughts or None)

    @property
    def described(self) -> tuple[str, ...]:
        """Returns what is special about the server, in words for `paperboy check`."""
        formats = ("", "no JSON schema", "no response_format")
        roles = ("", "neighbouring messages joined", "one message, no system role")
        found = [
            formats[self.format],
            roles[self.roles],
            {"max_completion_tokens": "", "max_tokens": "max_tokens"}.get(self.limit, "no output limit"),
            f"at most {self.most:,} tokens of output" if self.most else "",
            "" if self.stream_usage else "no stream_options",
            {None: "", True: "only streams", False: "no streams"}[self.streaming],
            "" if self.cache_key else "no prompt_cache_key",
            "thoughts without an opening tag" if self.thoughts else "",
        ]
        return tuple(filter(None, found))


def dump_dialect(dialect: Dialect) -> bytes:
    return json.dumps(asdict(dialect)).encode()


def load_dialect(raw: bytes | None) -> Dialect:
    """Returns a dialect stored by this or another version."""
    try:
        held = json.loads(raw or b"{}")
        return Dialect(**{f.name: held[f.name] for f in fields(Dialect) if f.name in held})
    except (ValueError, TypeError):
        return Dialect()


def request_body(request: Request, model: str, dialect: Dialect, *, stream: bool) -> dict[str, Any]:
    """Returns a request for the Chat Completions API."""
    stream = stream if dialect.streaming is None else dialect.streaming
    body: dict[str, Any] = {"model": model, "messages": messages_in(request, dialect)}
    if dialect.limit:
        body[dialect.limit] = output_limit(request, dialect)
    if request.schema:
        body |= _format(request.schema, dialect.format)
    if stream:
        body["stream"] = True
        if dialect.stream_usage:
            body["stream_options"] = {"include_usage": True}
    return body


def output_limit(request: Request, dialect: Dialect) -> int:
    return min(request.max_tokens, dialect.most or request.max_tokens)


def messages_in(request: Request, dialect: Dialect) -> list[Message]:
    messages = list(request.messages)
    if request.schema and dialect.format:
        messages = _with_schema(messages, request.schema)
    if dialect.roles == 2:
        messages = [m if m["role"] != "system" else {**m, "role": "user"} for m in messages]
    return _joined(messages) if dialect.roles else messages


def _joined(messages: Sequence[Message]) -> list[Message]:
    """Joins neighbouring messages of one role."""
    found: list[Message] = []
    for message in messages:
        if found and found[-1]["role"] == message["role"]:
            found[-1] = {**message, "content": f"{found[-1]['content']}\n\n{message['content']}"}
        else:
            found.append(message)
    return found


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


def simpler_dialect(
    complaint: Complaint, dialect: Dialect, request: Request, body: Mapping[str, Any]
) -> Dialect | None:
    """Returns the dialect without what the server's words reject; None if nothing is left to drop.

    A server that rejects several things names one at a time. From the second on, what such servers
    usually reject next is also left out: first what costs nothing, then the system role."""
    simpler = _without_named(complaint, dialect, request, body)
    if simpler is None or not dialect.refusals:
        return simpler
    several = dialect.refusals > 1
    return replace(
        simpler,
        limit="max_tokens" if simpler.limit else "",
        roles=2 if several else max(1, simpler.roles),
        format=2 if several and simpler.format > dialect.format else simpler.format,
    )


def _without_named(  # noqa: PLR0911  # one a field
    complaint: Complaint, dialect: Dialect, request: Request, body: Mapping[str, Any]
) -> Dialect | None:
    words = complaint.text
    if about_output(complaint):
        most = output_limit_in(complaint, output_limit(request, dialect))
        return replace(dialect, most=most) if most >= 16 else None
    if _about_roles(words) and dialect.roles < 2:
        system = "system" in words and "alternat" not in words
        return replace(dialect, roles=2 if system or dialect.roles else 1)
    if dialect.streaming is None and _about_streaming(words):
        return replace(dialect, streaming=not body.get("stream"))
    if dialect.limit and "max_output_tokens" in body and "max_output_tokens" in words:
        return replace(dialect, limit="")
    if dialect.limit and (dialect.limit in words or ("max_tokens" in words and "max_completion_tokens" in words)):
        return replace(dialect, limit="max_tokens" if dialect.limit == "max_completion_tokens" else "")
    if "stream_options" in body and ("stream_options" in words or "include_usage" in words):
        return replace(dialect, stream_usage=False)
    if "prompt_cache_key" in body and "prompt_cache_key" in words:
        return replace(dialect, cache_key=False)
    if request.schema and dialect.format < 2 and _about_format(words):
        # A server that cannot parse a schema's grammar may also fail on `json_object`.
        return replace(
            dialect,
            format=2
            if "grammar" in words or ("response_format" in words and "json_object" in words and dialect.format)
            else dialect.format + 1,
        )
    plain = plainest(dialect, body)
    return None if plain == dialect else plain


def plainest(dialect: Dialect, body: Mapping[str, Any]) -> Dialect:
    """Returns the dialect after a refusal without a cause: leaves out all that can be left out."""
    roles = [m["role"] for m in body.get("messages") or body.get("input", ())]
    neighbours = any(a == b for a, b in pairwise(roles))
    return replace(
        dialect,
        format=2 if {"response_format", "text"} & body.keys() else dialect.format,
        limit="max_tokens" if dialect.limit else "",
        stream_usage=dialect.stream_usage and "stream_options" not in body,
        cache_key=dialect.cache_key and "prompt_cache_key" not in body,
        roles=2 if neighbours or "system" in roles else dialect.roles,
    )


def _about_roles(words: str) -> bool:
    return any(
        w in words
        for w in ("role", "alternat", "system message", "system prompt", "jinja", "chat template", "consecutive")
    )


def _about_streaming(words: str) -> bool:
    """Returns whether the words are about streams as such, and not about an option of streams."""
    return bool(re.search(r"\bstream(?:ing|ed)?\b(?!_)", words)) and not _about_format(words)


def _about_format(words: str) -> bool:
    names = (
        "response_format", "json", "schema", "grammar", "structured", "guided", "text.format",
        "requested parameters",
    )  # fmt: skip
    return any(name in words for name in names)
