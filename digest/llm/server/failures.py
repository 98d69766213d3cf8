"""What a failed call means, by its status and code alone: wait, give up, ask differently, or tell the person who set it up.

The SDK's types are not needed for it, so this is pure. Sentences name the setting to look at, and never hold the server's own words
(they may repeat a key).
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from digest.errors import Misconfigured, ModelUnavailable, PaperboyError
from digest.llm.server.wire import Abilities, NotAReply
from digest.render.labels import label


class Passing(PaperboyError):
    """May be gone at the next try. `wait`: seconds the server asked for. `dear`: it may be billed all the same, so one more try is all."""

    def __init__(self, message: str, wait: float | None = None, *, dear: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.dear = dear


class Overlong(PaperboyError):
    """The request does not fit the model's context."""


class Filtered(PaperboyError):
    """A content filter refused the request itself."""


class Declined(PaperboyError):
    """A 400: the server does not take this request as it is. `said` is for learning what it cannot do, never shown."""

    def __init__(self, message: str, said: str) -> None:
        super().__init__(message)
        self.said = said


def outward(error: PaperboyError) -> PaperboyError:
    """Outside of the client a call that failed for good is the model's unavailability."""
    if isinstance(error, Passing | Declined):
        return ModelUnavailable(error.sentence)
    return error


def failure_of(error: Exception, model: str, now: datetime | None = None) -> PaperboyError:
    """The meaning of an exception of the SDK (or of reading its answer)."""
    if isinstance(error, PaperboyError):
        return error
    if isinstance(error, NotAReply):
        return Passing(label.sentence("error.model.unreadable", why=error.args[0]))
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        slow = "Timeout" in type(error).__name__
        return Passing(label.sentence("error.model.slow" if slow else "error.model.broken"), dear=slow)
    code, said = _code_and_words(error)
    if status == 429 and ("insufficient_quota" in code or "insufficient_quota" in said or "billing" in code):
        return ModelUnavailable(label.sentence("error.model.quota"))
    if status in (408, 409, 425, 429) or status >= 500:
        headers = getattr(getattr(error, "response", None), "headers", {})
        return Passing(label.sentence("error.model.down", status=status), retry_after(headers, now))
    return _final(status, code, said, model)


def _final(status: int, code: str, said: str, model: str) -> PaperboyError:  # noqa: PLR0911  # a table, read from above
    if status == 401:
        return Misconfigured(label.sentence("error.model.key"))
    if status == 402:
        return ModelUnavailable(label.sentence("error.model.credit"))
    if status == 403:
        return Misconfigured(label.sentence("error.model.denied", model=repr(model)))
    if status == 404 or code == "model_not_found":
        return Misconfigured(label.sentence("error.model.unknown", model=repr(model), status=status))
    if code == "context_length_exceeded" or _any(
        said, "context length", "context window", "too many tokens", "prompt is too long"
    ):
        return Overlong(label.sentence("error.model.long", model=repr(model)))
    if status == 413:
        return Overlong(label.sentence("error.model.large"))
    if _any(code, "content_filter", "content_policy") or _any(said, "content management policy", "content_filter"):
        return Filtered(label.sentence("error.model.filtered"))
    return Declined(label.sentence("error.model.declined", status=status), said)


def _any(text: str, *words: str) -> bool:
    return any(word in text for word in words)


def _code_and_words(error: Exception) -> tuple[str, str]:
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    held = inner if isinstance(inner, Mapping) else {}
    code = " ".join(str(held.get(k) or "") for k in ("code", "type")).strip().lower()
    words = f"{held.get('param') or ''} {held.get('message') or ''} {body if isinstance(body, str) else ''} {error}"
    return (str(held.get("code") or "") or code).lower(), words.lower()


def retry_after(headers: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """Seconds, from `retry-after-ms` or `Retry-After` (seconds or a date); None where the server does not say."""
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


_FORMAT_WORDS = ("response_format", "json_schema", "json_object", "schema", "structured", "guided", "grammar", "strict")


def learnt(said: str, abilities: Abilities, *, structured: bool, stream: bool) -> Abilities | None:
    """Abilities without what the server just refused; None when nothing is left to do without."""
    if abilities.limit and (abilities.limit in said or ("max_tokens" in said and "max_completion_tokens" in said)):
        return replace(abilities, limit="max_tokens" if abilities.limit == "max_completion_tokens" else "")
    if stream and abilities.stream_usage and _any(said, "stream_options", "include_usage"):
        return replace(abilities, stream_usage=False)
    if structured and abilities.format < 2 and _any(said, *_FORMAT_WORDS):
        return replace(abilities, format=abilities.format + 1)
    # It does not say what it dislikes: first without a format, then without the newer name of the limit.
    if structured and abilities.format < 2:
        return replace(abilities, format=abilities.format + 1)
    if abilities.limit == "max_completion_tokens":
        return replace(abilities, limit="max_tokens")
    return None
