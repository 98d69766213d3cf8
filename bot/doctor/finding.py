"""What a check finds: one line of `paperboy check`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.settings import Settings


class State(StrEnum):
    GOOD = "ok"
    OFF = "off"
    """Not configured, and nothing is wrong with that."""
    DOUBTFUL = "look"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    what: str
    state: State
    said: str
    todo: str = ""


Check = Callable[[Settings], Awaitable[list[Finding]]]
