"""Classifies a failed call by its status and code. Pure: it needs no SDK.

Messages name the setting to check and never repeat the server's words, which may hold a key.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from digest.errors import Misconfigured, ModelUnavailable, PaperboyError
from digest.llm.server.wire import InvalidReply
from digest.render.labels import label


class TemporaryFailure(PaperboyError):
    """Worth another try after `wait` seconds; a call that was `maybe_billed` only one."""

    def __init__(self, message: str, wait: float | None = None, *, maybe_billed: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.maybe_billed = maybe_billed


class RequestTooLong(PaperboyError):
    """The request does not fit the model's context."""


class ContentFiltered(PaperboyError):
    """A content filter rejected the request itself."""


class RequestRejected(PaperboyError):
    """A 400. `words` are the server's, to learn what it lacks; they are never shown."""

    def __init__(self, message: str, words: str) -> None:
        super().__init__(message)
        self.words = words


def public_error(error: PaperboyError) -> PaperboyError:
    """The error for callers of the client: they need not know why a call failed for good."""
    if isinstance(error, TemporaryFailure | RequestRejected):
        return ModelUnavailable(error.sentence)
    return error


def classify_error(error: Exception, model: str, now: datetime | None = None) -> PaperboyError:
    """The error for an exception of the SDK or of parsing a reply."""
    if isinstance(error, PaperboyError):
        return error
    if isinstance(error, InvalidReply):
        return TemporaryFailure(label.sentence("error.model.unreadable", why=error.args[0]))
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        slow = "Timeout" in type(error).__name__
        sentence = label.sentence("error.model.slow" if slow else "error.model.broken")
        return TemporaryFailure(sentence, maybe_billed=slow)
    code, words = _code_and_words(error)
    if status == 429 and ("insufficient_quota" in code or "insufficient_quota" in words or "billing" in code):
        return ModelUnavailable(label.sentence("error.model.quota"))
    if status in (408, 409, 425, 429) or status >= 500:
        headers = getattr(getattr(error, "response", None), "headers", {})
        return TemporaryFailure(label.sentence("error.model.down", status=status), retry_after(headers, now))
    return _final(status, code, words, model)


def _final(status: int, code: str, words: str, model: str) -> PaperboyError:  # noqa: PLR0911  # a table
    if status == 401:
        return Misconfigured(label.sentence("error.model.key"))
    if status == 402:
        return ModelUnavailable(label.sentence("error.model.credit"))
    if status == 403:
        return Misconfigured(label.sentence("error.model.denied", model=repr(model)))
    if status == 404 or code == "model_not_found":
        return Misconfigured(label.sentence("error.model.unknown", model=repr(model), status=status))
    if code == "context_length_exceeded" or _any(
        words, "context length", "context window", "too many tokens", "prompt is too long"
    ):
        return RequestTooLong(label.sentence("error.model.long", model=repr(model)))
    if status == 413:
        return RequestTooLong(label.sentence("error.model.large"))
    if _any(code, "content_filter", "content_policy") or _any(words, "content management policy", "content_filter"):
        return ContentFiltered(label.sentence("error.model.filtered"))
    return RequestRejected(label.sentence("error.model.declined", status=status), words)


def _any(text: str, *words: str) -> bool:
    return any(word in text for word in words)


def _code_and_words(error: Exception) -> tuple[str, str]:
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    fields = inner if isinstance(inner, Mapping) else {}
    code = " ".join(str(fields.get(k) or "") for k in ("code", "type")).strip().lower()
    words = f"{fields.get('param') or ''} {fields.get('message') or ''} {body if isinstance(body, str) else ''} {error}"
    return (str(fields.get("code") or "") or code).lower(), words.lower()


def retry_after(headers: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """Seconds, from `retry-after-ms` or `Retry-After` (seconds or a date); None without either."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if 0 <= wait < 1e6:
            return wait
    try:
        until = email.utils.parsedate_to_datetime(str(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
