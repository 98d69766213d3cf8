"""A queue for the terminal that runs each task when it is added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Task = Callable[..., Awaitable[None]]


class InlineQueue:
    """Implements `bot.context.Queue`."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def register(self, name: str, task: Task) -> None:
        self._tasks[name] = task

    async def add(self, task: str, *ids: str) -> bool:
        await self._tasks[task](*ids)
        return True

    async def hasten(self, task: str, *ids: str) -> None:
        await self._tasks[task](*ids)
