"""An archive over the test's store, owned by this process."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.archive.archive import Archive
from bot.cli.sample import SampleDay
from bot.commands.dispatcher import Dispatcher
from bot.questions.conversation import Conversation
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
    context = replace(channel.context, archive=archive)
    conversation = Conversation(context)
    context.queue.register("answer", conversation.answer)
    return replace(channel, context=context, handler=Dispatcher(context, conversation), conversation=conversation)
