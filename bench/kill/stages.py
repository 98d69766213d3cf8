"""How far a day has come, by what the servers have seen of it since it began."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from bench.kill.world import World

STAGES = ("fetch", "ranking", "analysis", "summary", "delivery", "answering")
LENGTH = {"fetch": 0.9, "ranking": 0.6, "analysis": 1.0, "summary": 0.6, "delivery": 2.5, "answering": 1.2}
"""Seconds after a stage's first sign in which something is done to it: about as long as it lasts."""


@dataclass
class Marks:
    """How far things were when the day began."""

    requests: int
    calls: int
    posts: int
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """To be set when questions have been asked."""

    @classmethod
    def now(cls, world: World) -> Self:
        return cls(len(world.arxiv.journal.requests), len(world.model.calls), _posts(world))

    def begun(self, world: World, stage: str) -> bool:
        """Whether there was a first sign of the stage."""
        tasks = {call.task for call in world.model.calls[self.calls :]}
        signs: dict[str, Callable[[], bool]] = {
            "fetch": lambda: len(world.arxiv.journal.requests) > self.requests,
            "ranking": lambda: "ranking" in tasks,
            "analysis": lambda: bool({"analysis", "abstract analysis"} & tasks),
            "summary": lambda: "summary" in tasks,
            "delivery": lambda: _posts(world) > self.posts,
            "answering": self.asked.is_set,
        }
        return signs[stage]()


def _posts(world: World) -> int:
    return sum(side.posts() for side in world.sides)
