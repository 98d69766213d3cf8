"""The local model and the local arXiv, for tests of the library."""

from collections.abc import AsyncIterator

import pytest

from digest.llm.analyst import ModelAnalyst
from tests.digest.llm.models import a_model
from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def analyst(server: ModelServer) -> AsyncIterator[ModelAnalyst]:
    model = a_model(server)
    yield ModelAnalyst(model)
    await model.aclose()


@pytest.fixture
async def arxiv() -> AsyncIterator[ArxivServer]:
    async with ArxivServer() as running:
        yield running
