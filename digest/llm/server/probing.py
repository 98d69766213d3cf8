"""Finds out by a few small calls what a server accepts and how much of a prompt it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from digest.llm.server.client import Model
from digest.llm.server.dialects import Dialect
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.reading import SHORT, marked_request
from digest.llm.server.wire import Request, Schema, request_tokens, system, user
from digest.ports import show_nothing

LONG = 9_000
"""Estimated tokens of the longest call: default windows of servers are smaller."""

_SCHEMA = Schema(
    "word",
    {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"], "additionalProperties": False},
)
_FILLER = "The quick brown fox jumps over the lazy dog near the river bank while the sun sets slowly behind hills. "
_WINDOW_NAMES = ("context", "n_ctx", "max_model_len", "max_sequence", "inputtokenlimit")


@dataclass(frozen=True)
class Probe:
    dialect: Dialect
    window: int
    """Tokens of the context window, as the server lists it or as it was found; 0: unknown."""
    reads: int
    """Estimated tokens of the longest prompt that was read whole."""
    cut: bool
    """A prompt was cut without notice."""
    refused: int
    """Estimated tokens of the prompt that the server called too long; 0: none."""


async def probe_model(model: Model, listed: Mapping[str, Any], *, fast: bool = False) -> Probe:
    """Returns what was found. `listed`: the model's entry in the server's list. Raises as
    `Model.ask` does."""
    await model.ask(
        Request(
            (system("Task: word\nWrite JSON."), user("A word of a language."), user("Write the word `paper`.")),
            _SCHEMA,
            fast=fast,
            max_tokens=2_000,
            likely_tokens=20,
        )
    )
    await model.stream(replace(SHORT, fast=fast), show_nothing)
    wanted = min(LONG, (await model.limits(fast=fast)).room(2_000))
    filler = _FILLER * max(1, int(wanted * 3.2 / len(_FILLER)))
    request, refused = marked_request(Request((user(filler),), fast=fast)), 0
    try:
        await model.ask(request)
    except RequestTooLong:
        refused = request_tokens(request)
    dialect = await model.dialect(fast=fast)
    return Probe(dialect, listed_window(listed) or dialect.window, dialect.reads, bool(dialect.cuts), refused)


def listed_window(entry: Mapping[str, Any], depth: int = 0) -> int:
    """Returns the window in a model's entry, under any name that servers give it; 0 without one."""
    found = 0
    for key, value in entry.items():
        name = str(key).lower()
        if isinstance(value, dict) and depth < 3:
            found = found or listed_window(value, depth + 1)
        elif (
            "train" not in name
            and isinstance(value, int)
            and 512 <= value < 2 * 10**7
            and any(word in name for word in _WINDOW_NAMES)
        ):
            found = min(found, value) if found else value
    return found
