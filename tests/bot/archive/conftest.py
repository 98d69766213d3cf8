"""An archive over the test's store, owned by this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.archive.archive import Archive
from bot.cli.sample import SampleDay
from bot.store import Store
from tests.bot.people import Channel


@pytest.fixture
async def archive(store: Store, tmp_path: Path) -> AsyncIterator[Archive]:
    archive = Archive(store, tmp_path, SampleDay())
    async with archive.owned():
        yield archive


@pytest.fixture
def team(channel: Channel, archive: Archive) -> Channel:
    """The channel of people, with an archive."""
    return channel.but(archive=archive)
