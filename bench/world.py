"""The program as a process between a local arXiv and a local model with latencies, for benchmarks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer
from tests.servers.papers import a_day

DAY = date(2026, 1, 30)
NOW = datetime(2026, 1, 30, 9, tzinfo=UTC)


@dataclass
class World:
    arxiv: ArxivServer
    model: ModelServer
    home: Path
    interests: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PAPERBOY_HOME": str(self.home / "data"),
            "PAPERBOY_NOW": NOW.isoformat(),
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_API_KEY": "local",
            "LLM_MODEL": "stand-in",
            "LLM_MODEL_FAST": "stand-in-fast",
            "DIGEST_INTERESTS": self.interests,
            **self.arxiv.environment,
        }

    async def run(self, *words: str) -> tuple[float, str]:
        """Seconds, and what stood on stdout."""
        begun = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=self.home,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        if process.returncode:
            sys.exit(f"paperboy {' '.join(words)} ended with {process.returncode}: {err.decode()[-500:]}")
        return time.monotonic() - begun, out.decode()


@contextlib.asynccontextmanager
async def world(
    papers: int = 100, words: int = 5500, latency: float = 4.0, per_token: float = 0.002, interests: str = ""
) -> AsyncIterator[World]:
    """One list of so many papers of about so many words; the model takes `latency` seconds to its first token."""
    with tempfile.TemporaryDirectory(prefix="paperboy-bench-") as home:
        async with ArxivServer(now=NOW) as arxiv, ModelServer(latency=latency, per_token=per_token) as model:
            arxiv.latency = {"api": 0.5, "feed": 0.3, "html": 0.2, "pdf": 0.4}
            arxiv.add(*a_day(papers, DAY, ("cs.CV",), words=words))
            made = World(arxiv, model, Path(home), interests)
            try:
                yield made
            finally:
                await made.run("stop")
