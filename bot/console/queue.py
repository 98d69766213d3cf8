"""The queue of a terminal: what is put in is done at once, and nobody else waits for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Task = Callable[..., Awaitable[None]]


class InlineQueue:
    """A `bot.context.Queue`."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def register(self, name: str, task: Task) -> None:
        self._tasks[name] = task

    async def add(self, task: str, *ids: str) -> bool:
        await self._tasks[task](*ids)
        return True
