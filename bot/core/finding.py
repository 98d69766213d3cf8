"""A finding of a check: one line of `paperboy check`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.settings.settings import Settings


class State(StrEnum):
    GOOD = "ok"
    OFF = "off"
    """Not configured, which is fine."""
    DOUBTFUL = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    what: str
    state: State
    detail: str
    todo: str = ""
    answered: bool = True
    """Whether the service answered; if not, nothing is known of what was to be checked."""


Check = Callable[[Settings], Awaitable[list[Finding]]]
