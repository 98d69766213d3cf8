"""The examples of `docs/library.md` run as they stand, against local servers."""

import asyncio
import json
import os
import re
import sys
from datetime import UTC, date, datetime

import pytest

from tests.paths import ROOT
from tests.servers.arxiv import ArxivServer
from tests.servers.model import ModelServer
from tests.servers.papers import a_day

EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs/library.md").read_text("utf-8"), re.DOTALL)
RUN = "import json, sys\nfor text in json.load(sys.stdin):\n    exec(text, {})\n    print('=' * 9)\n"


@pytest.fixture
async def outputs() -> list[str]:
    """What each example prints."""
    async with ArxivServer(datetime(2026, 1, 30, 15, tzinfo=UTC)) as arxiv, ModelServer() as model:
        arxiv.add(*a_day(1, date(2026, 1, 30), words=60))
        [paper_id] = arxiv.papers
        examples = [text.replace("2601.18001", paper_id) for text in EXAMPLES]
        environment = {
            "ARXIV_API_URL": arxiv.api_url,
            "ARXIV_RSS_URL": arxiv.rss_url,
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": model.base_url,
            "LLM_MODEL": model.models[0],
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", RUN, cwd=ROOT, env=os.environ | environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate(json.dumps(examples).encode())
    assert process.returncode == 0, err.decode()
    return out.decode().split("=========\n")


async def test_the_five_examples_run_and_print_what_the_page_says(outputs: list[str]):
    found, read, verified, made, analysed, _ = outputs
    assert "https://arxiv.org/abs/" in found
    assert "1 Results | Of 40 cups, 31 were white. | https://arxiv.org/html/" in read
    assert "Of 40 cups, 31 were white." in verified
    assert verified.strip().endswith("None")
    assert made.startswith("time: 20260130")
    assert "A study of cups" in made
    assert "- " in analysed
