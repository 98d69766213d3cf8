"""A store whose server carries out everything twice, as when redis-py repeats what it got no reply to."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.store import Redis, Store
from bot.store.redis import Command, Script, Word
from tests.conftest import Clock


class Repeating(Redis):
    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Word] = ()) -> Any:
        await super().run(script, keys, args)
        return await super().run(script, keys, args)

    async def transaction(self, commands: Sequence[Command]) -> list[Any]:
        await super().transaction(commands)
        return await super().transaction(commands)


@pytest.fixture
async def store(redis_url: str, clock: Clock) -> AsyncIterator[Store]:
    async with Repeating(redis_url) as connection:
        yield Store(connection, clock)
