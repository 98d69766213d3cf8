"""The local model and the local arXiv, for tests of the library."""

from collections.abc import AsyncIterator

import pytest

from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def arxiv() -> AsyncIterator[ArxivServer]:
    async with ArxivServer() as running:
        yield running
