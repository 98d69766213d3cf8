"""The client of the local model."""

from typing import Any

from digest.llm.server.client import Model, RetryPolicy
from tests.servers.model import ModelServer

QUICK = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=0.002, total=20)


def a_model(server: ModelServer, **values: Any) -> Model:
    given = {"name": "stand-in", "fast": "stand-in-fast", "api_key": "k", "base_url": server.base_url, "retries": QUICK}
    return Model(**(given | values))
