"""Reads what a server sent for its meaning, before its status is believed. Pure.

Parsing trusts no field: any may be absent, null or of another type. Text is cleaned here, once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digest.llm.server.prices import Price
from digest.llm.server.thoughts import strip_thoughts
from digest.llm.server.wire import Reply, Request, estimate_tokens, request_tokens
from digest.model import Usage
from digest.patterns import clean, regex
from digest.render.labels import label

WHOLE, CUT, FILTERED = "stop", "length", "content_filter"

MOST_CHARACTERS_PER_TOKEN = 16
"""A text longer than its token limit allows is cut."""
LONGEST_TEXT = 100_000
"""Characters of a text without thoughts: more than any of our output limits allows."""
MOST_REPEATS = 60
"""Repetitions of a few characters. A model in a loop repeats them until its limit, and patterns
take time that grows with the square of such a run."""
_LOOP = regex(rf"(.{{1,8}}?)\1{{{MOST_REPEATS},}}", re.DOTALL)
_BLANK = regex(rf"\s{{{MOST_REPEATS},}}")


def without_loops(text: str) -> str:
    text = _BLANK.sub(lambda found: found[0][:MOST_REPEATS], text)
    return _LOOP.sub(lambda found: found[1] * MOST_REPEATS, text)


_WHOLE_WORDS = frozenset([
    "stop", "end_turn", "eos", "eos_token", "stop_sequence", "end", "completed", "complete",
    "done", "finished", "finish", "success", "tool_calls", "function_call",
])  # fmt: skip
_FILTER_WORD = regex(r"filter|safety|sensitive|block|prohibit|recitation|refus|spii|moderat|policy", re.IGNORECASE)


def ending(word: object, status: object = None) -> str:
    """Returns the finish reason as one of three words, or empty. An unknown word means a cut."""
    said = field_text(word).strip().lower() or field_text(status).strip().lower()
    if said in ("", "null", "none", "in_progress", "queued", "finish_reason_unspecified"):
        return ""
    if said in _WHOLE_WORDS:
        return WHOLE
    return FILTERED if _FILTER_WORD.search(said) else CUT


@dataclass(frozen=True)
class Complaint:
    """What a server says is wrong, in whatever form."""

    status: int = 0
    """The HTTP status, or the one that the body names, which takes precedence."""
    codes: str = ""
    """Codes, types, reasons and parameters, in lower case."""
    words: str = ""
    """The server's own sentence."""
    page: bool = False
    """The server sent a web page; `words` is its title."""
    wait: float | None = None
    """Seconds to wait, if the body names them."""
    fields: Mapping[str, int] | None = None
    """Numbers by name, such as `n_ctx`."""
    event: bool = False
    """It came as an event of a stream, so the server's address is right."""

    @property
    def text(self) -> str:
        """Returns codes and words in one spelling, for matching."""
        return folded(f"{self.codes} {self.words}")


_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_CANNOT = regex(r"\bcan['’]t\b")
_CONTRACTED = regex(r"(?<=[a-z])n['’]t\b")


def folded(text: str) -> str:
    """Returns lower case, with `camelCase` as `camel_case` and "isn't" as "is not"."""
    text = _CAMEL.sub("_", text).lower()
    return _CONTRACTED.sub(" not", _CANNOT.sub("cannot", text))


class Complained(Exception):
    """The body of a reply, of any status, says that something is wrong."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.words)
        self.complaint = complaint


class InvalidReply(Exception):
    """The bytes are no completion and no complaint: no choices, broken JSON, a broken stream."""

    def __init__(self, why: str, said: str = "", *, received: bool = False) -> None:
        super().__init__(why)
        self.said = said
        """What was sent, if it is short and readable."""
        self.received = received
        """Part of a completion arrived, so the call will be billed."""


@dataclass(frozen=True)
class Piece:
    """What one body, or one event of a stream, holds."""

    text: str = ""
    thought: bool = False
    finish: str = ""
    refusal: str = ""
    usage: Mapping[str, Any] | None = None
    model: str = ""
    apart: bool = False
    """Thoughts came in a field of their own."""
    whole: bool = False
    """`text` is the whole text, not an addition."""
    known: bool = True
    """The body has the shape of a completion or of a chunk."""


def parse_json(raw: bytes) -> Any:
    """Raises ValueError."""
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def piece_of(body: Any) -> Piece:
    """Returns what a completion or chunk holds, of Chat Completions, Responses, or a native API."""
    if not isinstance(body, dict):
        return Piece(known=False)
    if body.get("object") == "response" or isinstance(body.get("output"), list):
        return _response_piece(body)
    if str(body.get("type") or "").startswith("response."):
        return _response_event(body)
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else None
    model = clean(field_text(body.get("model")))
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        choice = choices[0]
    elif isinstance(body.get("message"), dict):
        choice = body
    elif isinstance(body.get("content"), list) and body.get("role"):
        choice = {"message": body, "finish_reason": body.get("stop_reason")}
    else:
        return Piece(usage=usage, model=model, known=isinstance(choices, list) and bool(choices or usage))
    whole = isinstance(choice.get("message"), dict)
    part = choice["message"] if whole else choice.get("delta")
    part = part if isinstance(part, dict) else {}
    text = field_text(part.get("content")) or field_text(choice.get("text"))
    return Piece(
        text=text,
        thought=_is_thought(part),
        apart=_is_thought(part) or any(field_text(part.get(name)).strip() for name in _APART),
        finish=ending(choice.get("finish_reason") or choice.get("done_reason")),
        refusal=clean(field_text(part.get("refusal"))),
        usage=usage,
        model=model,
        whole=whole,
        known="message" in choice or "delta" in choice or "text" in choice or "finish_reason" in choice,
    )


_APART = ("reasoning_content", "reasoning", "thinking")


def _is_thought(part: Mapping[str, Any]) -> bool:
    """Returns whether the part is a thought: Gemini's OpenAI endpoint marks such a chunk."""
    extra = part.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    return bool(part.get("thought") is True or (isinstance(google, dict) and google.get("thought") is True))


def _response_piece(body: Mapping[str, Any]) -> Piece:
    """Returns the whole output of the Responses API."""
    texts, refusals = [], []
    output = body.get("output")
    for item in output if isinstance(output, list) else ():
        if isinstance(item, dict) and item.get("type") == "message":
            content = item.get("content")
            for part in content if isinstance(content, list) else ():
                if isinstance(part, dict):
                    texts.append(field_text([part]))
                    refusals.append(field_text(part.get("refusal")))
    incomplete = body.get("incomplete_details")
    reason = incomplete.get("reason") if isinstance(incomplete, dict) else None
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else None
    finish = ending(reason, body.get("status"))
    return Piece(
        "".join(texts), False, finish, clean("".join(refusals)), usage, field_text(body.get("model")), whole=True
    )


def _response_event(event: Mapping[str, Any]) -> Piece:
    """Returns one event of a stream of the Responses API."""
    kind = event["type"]
    if kind == "response.output_text.delta":
        return Piece(field_text(event.get("delta")))
    if kind == "response.refusal.delta":
        return Piece(refusal=clean(field_text(event.get("delta"))))
    response = event.get("response")
    if kind in ("response.completed", "response.incomplete") and isinstance(response, dict):
        return _response_piece(response)
    return Piece()


def reply_from(piece: Piece, text: str, request: Request, model: str, price: Price | None) -> Reply:
    """Returns the reply of collected pieces. `text`: all of it, raw."""
    whole = without_loops(clean(text[: request.max_tokens * MOST_CHARACTERS_PER_TOKEN]))
    shown = strip_thoughts(whole)
    usage = parse_usage(piece.usage, price, request, text)
    finish = piece.finish
    if len(text) > request.max_tokens * MOST_CHARACTERS_PER_TOKEN or len(shown) > LONGEST_TEXT:
        shown, finish = shown[:LONGEST_TEXT], CUT
    if finish == WHOLE and written(piece.usage) >= request.max_tokens:
        finish = CUT
    return Reply(shown, piece.model or model, finish, piece.refusal, usage)


def written(usage: Mapping[str, Any] | None) -> int:
    fields = usage or {}
    return _count(fields.get("completion_tokens")) or _count(fields.get("output_tokens")) or 0


def field_text(value: object) -> str:
    """Returns the string in a field. Joins a list of content parts without thoughts; else empty."""
    if isinstance(value, list):
        return "".join(
            field_text(part.get("text"))
            for part in value
            if isinstance(part, dict)
            and part.get("type") in (None, "text", "output_text")
            and part.get("thought") is not True
        )
    return value if isinstance(value, str) else ""


def prompt_count(usage: object) -> int | None:
    """Returns the server's count of the prompt's tokens. Anthropic's omits cached ones."""
    fields = usage if isinstance(usage, dict) else {}
    given = _count(fields.get("prompt_tokens"))
    if given is not None:
        return given
    given = _count(fields.get("input_tokens"))
    extra = sum(_count(fields.get(k)) or 0 for k in ("cache_read_input_tokens", "cache_creation_input_tokens"))
    return None if given is None else given + extra


def parse_usage(body: object, price: Price | None, request: Request, text: str) -> Usage:
    """Returns the server's counts, or estimates if it gives none."""
    fields = body if isinstance(body, dict) else {}
    cached = _count(fields.get("prompt_cache_hit_tokens")) or _count(fields.get("cache_read_input_tokens"))
    for name in ("prompt_tokens_details", "input_tokens_details"):
        details = fields.get(name)
        cached = (_count(details.get("cached_tokens")) if isinstance(details, dict) else None) or cached
    given = prompt_count(fields)
    counted = _count(fields.get("completion_tokens"))
    counted = _count(fields.get("output_tokens")) if counted is None else counted
    into = given or request_tokens(request)  # no prompt is empty: some servers send zeros
    out = counted or estimate_tokens(text)
    reused = min(into, cached or 0)
    return Usage(1, into, reused, out, price.usd(into, reused, out) if price else None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def completion_from(raw: bytes, kind: str = "") -> Piece:
    """Returns the completion in a whole body. Raises Complained, InvalidReply."""
    text = raw.lstrip()
    if text[:1] == b"<" or (not text and "html" in kind):
        raise Complained(complaint_from(200, raw, kind))
    try:
        body = parse_json(raw)
    except ValueError as error:
        said = clean(raw[:300].decode("utf-8", "replace")) if text[:1] not in (b"{", b"[") else ""
        cut = text[:1] == b"{" and b'"choices"' in raw[:4_000]
        raise InvalidReply(label.sentence("model.no JSON"), said, received=cut) from error
    piece = piece_of(body)
    if not piece.text and not piece.refusal and (complaint := complaint_in(body)):
        raise Complained(complaint)
    if not piece.known:
        foreign = not isinstance(body, dict) or not {"choices", "output"} & body.keys()
        if foreign and (complaint := complaint_of(200, body)).words:
            raise Complained(complaint)
        said = clean(raw[:300].decode("utf-8", "replace")) if foreign else ""
        raise InvalidReply(label.sentence("model.no choice"), said, received=bool(piece.usage))
    return piece


# ------------------------------------------------------------------------------ complaints

_WORDS = frozenset([
    "message", "msg", "detail", "details", "error", "errors", "error_description", "error_msg",
    "errormsg", "error_message", "errormessage", "status_msg", "status_message", "faultstring",
    "fault", "title", "reason", "raw", "metadata", "description", "base_resp", "messages",
    "cause", "innererror",
])  # fmt: skip
_CODES = frozenset([
    "code", "type", "status", "reason", "error_code", "errorcode", "param", "status_code",
    "errortype", "error_type", "limit_source",
])  # fmt: skip
_MARKS = ("error", "errors", "detail", "fault", "error_code", "error_msg", "errorCode")
_DURATION = regex(
    r"(?:(?:retry|again|wait)[^.\n]{0,30}?\bin\b|retrydelay\W++|retry_after\w{0,20}\W++)\s*(?:(\d+)m)?(\d+(?:\.\d+)?)\s*(ms|s\b|sec|秒)?",
    re.IGNORECASE,
)
_TITLE = regex(r"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)
_TAG = regex(
    r"<(?:script|style)\b(?:(?!<(?:script|style)\b).)*?</(?:script|style)>|<[^<>]*>", re.IGNORECASE | re.DOTALL
)
_LONGEST_WORDS = 2_000
"""Characters of a server's sentence that are judged: one long word takes quadratic time."""
_LONGEST_PAGE = 16_384
"""Characters that are read of a page, or of words that are no JSON."""


def complaint_in(body: Any) -> Complaint | None:
    """Returns what a parsed body of a 200 complains about; None if it does not."""
    if isinstance(body, list):
        return complaint_in(body[0]) if body and len(body) < 5 else None
    if not isinstance(body, dict):
        return None
    choices, base, response = body.get("choices"), body.get("base_resp"), body.get("response")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    failed = isinstance(base, dict) and base.get("status_code") not in (None, 0)
    response = response if isinstance(response, dict) else {}
    said = (
        any(body.get(mark) for mark in _MARKS)
        or body.get("success") is False
        or body.get("object") == "error"
        or body.get("type") == "error"
        or bool(choice.get("error"))
        or bool(response.get("error"))
        or failed
        or (
            "choices" not in body
            and "output" not in body
            and bool(body.get("code"))
            and bool(body.get("message") or body.get("msg"))
        )
    )
    return (
        complaint_of(200, choice if choice.get("error") else response if response.get("error") else body)
        if said
        else None
    )


def complaint_of(status: int, body: Any) -> Complaint:
    """Returns the complaint in a parsed body."""
    codes: list[str] = []
    words: list[str] = []
    numbers: dict[str, int] = {}
    _walk(body, "", codes, words, numbers, 0)
    inner = next((n for n in map(_http_status, codes) if n), 0)
    own = " ".join(dict.fromkeys(w for w in words or _sentences(body, 0) if w.strip()))
    return Complaint(
        status=inner or status,
        codes=folded(" ".join(dict.fromkeys(codes))),
        words=clean(own[:_LONGEST_WORDS]),
        wait=_wait(json.dumps(body, default=str)[:20_000]),
        fields=numbers,
    )


def complaint_from(status: int, raw: bytes, kind: str = "") -> Complaint:
    """Returns the complaint in the bytes of an error: JSON, a page or plain text."""
    text = raw.decode("utf-8-sig", "replace").strip()
    if text.startswith("data:"):
        text = text.removeprefix("data:").strip().split("\n\n", 1)[0]
    try:
        body = json.loads(text) if text[:1] in ("{", "[", '"') else None
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict | list):
        return complaint_of(status, body)
    if isinstance(body, str):
        text = body
    text = text[:_LONGEST_PAGE]
    page = text[:1] == "<" or "html" in kind
    if page:
        title = _TITLE.search(text)
        text = title[1] if title and title[1].strip() else _TAG.sub(" ", text)
    return Complaint(
        status=status,
        words=clean(" ".join(text.split())[:_LONGEST_WORDS]),
        page=page,
        wait=None if page else _wait(text),
    )


def _sentences(value: Any, depth: int) -> list[str]:
    """Returns texts of several words under any name: all that was said."""
    if isinstance(value, str):
        return [value[:_LONGEST_WORDS]] if " " in value.strip() else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in list(inner)[:8] for text in _sentences(one, depth + 1)] if depth < 4 else []


def _walk(  # one branch a type
    value: Any, name: str, codes: list[str], words: list[str], numbers: dict[str, int], depth: int
) -> None:
    if depth > 8 or len(words) > 12:
        return
    if isinstance(value, dict):
        # The server's own sentence comes first, then what it wraps.
        for key, inner in sorted(value.items(), key=lambda item: isinstance(item[1], dict | list)):
            if str(key).lower() != "input":
                _walk(inner, str(key), codes, words, numbers, depth + 1)
    elif isinstance(value, list):
        for inner in value[:8]:
            _walk(inner, name, codes, words, numbers, depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        if name.lower() in _CODES or "code" in name.lower():
            codes.append(str(value))
        numbers[name.lower()] = value
    elif isinstance(value, str):
        _walk_text(value, name.lower(), codes, words, numbers, depth)


def _walk_text(value: str, name: str, codes: list[str], words: list[str], numbers: dict[str, int], depth: int) -> None:
    at = min((i for i in (value.find("{"), value.find("[{")) if i >= 0), default=-1)
    if at >= 0 and depth < 6 and name in _WORDS:
        try:
            inner = json.JSONDecoder().raw_decode(value[at:])[0]
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict | list) and inner:
            if value[:at].strip(" -:b'\""):
                words.append(value[:at].strip(" -:b'\"")[:1_000])
            _walk(inner, name, codes, words, numbers, depth + 1)
            return
    if name in _CODES or name == "loc":
        codes.append(value[:200])
    if (
        (name in _WORDS or name.endswith(("-message", "_message")))
        and name not in ("status", "type")
        and not (name == "reason" and " " not in value)
    ):
        words.append(value[:_LONGEST_WORDS])


def _http_status(code: str) -> int:
    return int(code) if code.isdecimal() and len(code) == 3 and 400 <= int(code) < 600 else 0


def _wait(text: str) -> float | None:
    found = _DURATION.search(text)
    if found is None:
        return None
    seconds = float(found[2]) / (1000 if found[3] == "ms" else 1)
    return 60 * float(found[1] or 0) + seconds
