"""What the model's server saw, judged: was an answer bought twice?

A call counts as *answered* when the server had sent its whole response and nothing was killed from its beginning until `GRACE` seconds
after its end: so long a reader has to store it. A request that is made again after such a call is a violation. A call that was under way
when something was killed may be made again; such repeats are counted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.model import Call

GRACE = 0.3


@dataclass(frozen=True)
class Bought:
    calls: int
    in_flight: int
    """Calls made again because a kill had met them."""
    twice: tuple[str, ...]
    """Violations: the task, and when."""


def bought(calls: Sequence[Call], outages: Sequence[tuple[float, float]]) -> Bought:
    """`outages`: from when to when the bot or its store was not there, by the monotonic clock."""
    same: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        same[json.dumps(call.body, sort_keys=True)].append(call)
    again, twice = 0, []
    for first, *more in same.values():
        before = first
        for call in more:
            if _met(before, outages):
                again += 1
            else:
                twice.append(f"{call.task} {call.began - before.began:.2f} s after the first, which took {before.ended - before.began:.2f} s")  # fmt: skip
            before = call
    return Bought(len(calls), again, tuple(twice))


def _met(call: Call, outages: Sequence[tuple[float, float]]) -> bool:
    ended = call.ended or float("inf")
    return any(begins <= ended + GRACE and call.began <= ends for begins, ends in outages)
