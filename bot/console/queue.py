"""A queue for the terminal that runs each task when it is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

Task = Callable[..., Awaitable[None]]


class InlineQueue:
    """Implements `bot.context.Queue`."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._running: set[tuple[str, ...]] = set()

    def register(self, name: str, task: Task) -> None:
        self._tasks[name] = task

    async def add(self, task: str, *ids: str, key: str = "", wait: timedelta = timedelta(0)) -> bool:  # noqa: ARG002
        """False for a task that nobody does here, or that is under way."""
        if task not in self._tasks or (task, *ids) in self._running:
            return False
        self._running.add((task, *ids))
        try:
            await self._tasks[task](*ids)
        finally:
            self._running.discard((task, *ids))
        return True

    async def hasten(self, task: str, *ids: str) -> None:
        await self._tasks[task](*ids)
