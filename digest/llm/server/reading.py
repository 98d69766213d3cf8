"""Tells whether a model read its whole prompt: some servers cut long prompts without notice.

The server's count of the prompt tells most. Marks in the text, which the model must repeat, settle
what is doubtful. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from digest.cache_keys import fingerprint
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.replies import prompt_count
from digest.llm.server.wire import Request, system, user
from digest.render.labels import label

SMALL = 1_500
"""Estimated tokens that every server reads."""
_SURE = 0.5
"""Share of the cautious estimate: a real count is about 0.8 of it, 0.6 for some scripts."""
_LIKELY = 0.72
_MOST = 1.5
"""Multiple of the estimate. A higher count cannot be that of the prompt."""


def is_doubtful(
    sent: int, usage: Mapping[str, Any] | None, reads: int, counts: list[tuple[int, int]], *, repeats: bool
) -> bool:
    """Returns whether the prompt may have been cut. `reads`: tokens that the model is known to
    read. `counts`: earlier prompts and their counts, to which this one is added.

    `repeats`: the output repeats words of the prompt, see `repeats`."""
    counted = prompt_count(usage)
    if counted:
        counts.append((sent, counted))
        del counts[:-40]
    if sent <= max(SMALL, reads):
        return False
    if not counted or not _SURE * sent <= counted <= _MOST * sent:
        return True
    if _same_for_others(sent, counted, counts) or (counted < _LIKELY * sent and _round(counted)):
        return True
    # A proxy may count the whole prompt, while the model behind it has read less.
    return not repeats


_RUN = 5
"""Words in a row that are not repeated by chance."""


def repeats(request: Request, text: str) -> bool:
    """Returns whether an output repeats words or an id that are only in the data, as a quoting one
    must: then the server has not dropped that message. True if nothing is quoted."""
    if not request.quotes:
        return True
    body = max((m["content"] for m in request.messages[1:]), key=len, default="")
    rest = "\n".join(m["content"] for m in request.messages if m["content"] is not body)
    return bool((_runs(text) & _runs(body)) - _runs(rest))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+(?:\.\d+)*", text.casefold())
    runs = {tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}
    return runs | {(word,) for word in words if len(word) >= 9 and word[0].isdigit()}


def _same_for_others(sent: int, counted: int, counts: list[tuple[int, int]]) -> bool:
    """Returns whether a prompt of another length was counted alike: the count is the window's."""
    return any(
        abs(n - counted) <= 0.01 * counted and not 0.85 < other / sent < 1.18 for other, n in counts if n > SMALL // 2
    )


def _round(counted: int) -> bool:
    """Returns whether it is near a power of two, or one and a half: usual sizes of windows."""
    size = 1024
    while size < 2 * counted:
        for window in (size, size * 3 // 2):
            if 0.97 * window <= counted <= window:
                return True
        size *= 2
    return False


def counted_few(sent: int, usage: Mapping[str, Any] | None) -> bool:
    return 0 < (prompt_count(usage) or 0) < _SURE * sent


def readable(sent: int, usage: Mapping[str, Any] | None) -> int:
    """Returns the estimated tokens that the server will read, after it cut a prompt.

    A prompt cut at a token is counted as long as the window. If whole messages were dropped, the
    count says nothing, and half is tried."""
    counted = prompt_count(usage) or 0
    return int(0.9 * counted) if 1_000 <= counted < sent / 2 or _round(counted) else sent // 2


def not_read(model: str, reads: int) -> RequestTooLong:
    return RequestTooLong(label.sentence("error.model.cut", model=repr(model), tokens=reads))


_TASK = "Task: mark\nThe text holds marks in square brackets. Repeat these marks and write nothing else."
_LAST = "Which marks stand in square brackets at the beginning, in the middle and at the end? Write them alone."


def marks_in(request: Request, output: str) -> int:
    """Returns how many of the request's marks an output repeats."""
    return sum(mark in output for mark in request.marks)


def marked_request(request: Request) -> Request:
    """Returns a request of the same length, with marks before, in and after its longest text.

    Servers cut from the front, from the end, or out of the middle."""
    texts = [m["content"] for m in request.messages]
    # The longest message is the data; the others are short.
    body = max(texts, key=len)
    rest = "\n\n".join(t for t in texts if t is not body)
    return _marked(fingerprint(*texts), body, rest, fast=request.fast)


def _marked(seed: str, body: str, rest: str = "", *, fast: bool = False) -> Request:
    marks = tuple(f"mark-{seed[at : at + 5]}" for at in (0, 5, 10))
    first, middle, last = (f"[{mark}]" for mark in marks)
    half = len(body) // 2
    text = f"{first}\n{body[:half]}\n{middle}\n{body[half:]}\n\n{rest}\n{last}"
    messages = (system(_TASK), user(text), user(_LAST))
    return Request(messages, fast=fast, max_tokens=2_000, likely_tokens=30, marks=marks)


SHORT = _marked("5d41c0e7b81f6a23", "A short text.")
"""A short request with marks, to see whether the model can repeat them at all."""
