"""What the model's server saw, held against what the bot's log says it received: was an answer bought twice?

An answer that the log says was received, `GRACE` seconds or more before a kill, is not bought again: so long a reader has to store it. What
was still under way at a kill may be made again, also what had been sent and lay unread in the socket of a process that had no processor;
such repeats are counted. Where nothing was killed, nothing is excused.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.servers.model import Call

GRACE = 0.3
LINE = re.compile(r"(\S+ \S+),(\d+) .* event=model_call .*stage=(\w+) input=(\d+) cached=\d+ output=(\d+) ")
STAGES = {"ranking": "rank", "analysis": "analyse", "abstract analysis": "analyse", "summary": "summarise"}
"""The server's words for the log's, where they differ."""


@dataclass(frozen=True)
class Receipt:
    """A line of the bot's log."""

    stage: str
    tokens: tuple[int, int]
    at: float
    """By the monotonic clock."""


@dataclass(frozen=True)
class Bought:
    calls: int
    in_flight: int
    """Calls made again because a kill had met them."""
    twice: tuple[str, ...]
    """Violations: the task, and when."""


def receipts(log: Iterable[str], epoch: float) -> list[Receipt]:
    """`epoch`: the time of day at which the monotonic clock began."""
    found = []
    for line in log:
        if said := LINE.match(line):
            at = datetime.strptime(said[1], "%Y-%m-%d %H:%M:%S").timestamp() + int(said[2]) / 1000
            found.append(Receipt(said[3], (int(said[4]), int(said[5])), at - epoch))
    return found


def bought(calls: Sequence[Call], outages: Sequence[tuple[float, float]], received: Sequence[Receipt]) -> Bought:
    """`outages`: from when to when the bot was not there, by the monotonic clock."""
    same: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        same[json.dumps(call.body, sort_keys=True)].append(call)
    again, twice = 0, []
    for first, *more in same.values():
        before = first
        for call in more:
            at = _receipt(before, call.began, received)
            if _met(before.began, call.began if at is None else at + GRACE, outages):
                again += 1
            else:
                told = "was not received" if at is None else f"was received after {at - before.began:.2f} s"
                twice.append(f"{call.task} {call.began - before.began:.2f} s after the first, which {told}")
            before = call
    return Bought(len(calls), again, tuple(twice))


def _receipt(call: Call, until: float, received: Sequence[Receipt]) -> float | None:
    stage, tokens = STAGES.get(call.task, call.task), (call.prompt_tokens, call.completion_tokens)
    fits = (r.at for r in received if r.stage == stage and r.tokens == tokens and call.began <= r.at <= until)
    return min(fits, default=None)


def _met(begins: float, ends: float, outages: Sequence[tuple[float, float]]) -> bool:
    return any(begin <= ends and begins <= end for begin, end in outages)
