"""Holds a server's answers until a test lets them go: what the test does meanwhile comes before them, however slow the machine is."""

import asyncio
from typing import Any


class Pause:
    def __init__(self) -> None:
        self._held: tuple[tuple[str, ...], float] | None = None
        self._changed = asyncio.Event()
        self._waiting: list[Any] = []

    def hold(self, *names: str, after: float = 0.0) -> None:
        """Answers of these names (all when empty) go no further than this share of their whole."""
        self._held = names, after
        self._look_again()

    def release(self) -> None:
        self._held = None
        self._look_again()

    def _look_again(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def waiting(self) -> list[Any]:
        """The requests whose answers are held now."""
        return list(self._waiting)

    async def reach(self, share: float, request: Any, name: str) -> None:
        """Returns when the answer may go beyond this share."""
        while self._held and share >= self._held[1] and (not self._held[0] or name in self._held[0]):
            self._waiting.append(request)
            try:
                await self._changed.wait()
            finally:
                self._waiting.remove(request)
