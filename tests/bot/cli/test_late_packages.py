"""What a running bot loads: of large packages only what it uses, and the rest when somebody asks for it."""

import subprocess
import sys

import pytest

from bot.cli import late_packages
from tests.paths import ROOT

RUNS = (
    "import bot.discord.listeners.gateway, bot.server.service, bot.slack.listeners.connection, digest.arxiv.client, "
    "digest.fulltext.reader, digest.llm.analyst, digest.llm.server.transport"
)
CALLS = """
import asyncio
from arxiv import _feed
from digest.llm.server.client import Model
from digest.llm.server.wire import Request, user
from tests.servers.model import ModelServer

async def main():
    async with ModelServer() as server:
        for api in ("chat", "responses"):
            model = Model(name="stand-in", embeddings="stand-in-embeddings", base_url=server.base_url, api=api)
            print(bool((await model.ask(Request((user("Say."),)))).text))
            print(len(await model.embed(["a"])), bool(await model.list_models()))
            await model.aclose()
        print(sorted(heavy & sys.modules.keys()))

heavy = {"openai.types.responses.response", "openai.types.vector_store", "requests.sessions", "urllib3"}
asyncio.run(main())
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    late = "import sys; from bot.cli import late_packages; late_packages.install()"
    return subprocess.run(
        [sys.executable, "-c", f"{late}\n{code}"], cwd=ROOT, capture_output=True, text=True, check=True
    )


def test_a_bot_that_makes_digests_loads_none_of_what_only_others_need():
    """Each takes megabytes for as long as the bot runs."""
    heavy = (
        "PIL",
        "beartype",
        "cssselect2",
        "jinja2",
        "key_value",
        "lxml.html",
        "mcp",
        "numpy",
        "prompt_toolkit",
        "py3langid",
        "pypdfium2",
        "rich",
    )
    assert run(f"{RUNS}\nprint(*sorted(set({heavy!r}) & sys.modules.keys()))").stdout == "\n"


def test_calls_of_the_model_load_no_other_types_and_arxiv_no_http_client():
    assert run(CALLS).stdout.splitlines() == ["True", "1 True", "True", "1 True", "[]"]


@pytest.mark.parametrize(
    "use",
    [
        "import openai; openai.types.chat.ChatCompletionChunk; openai.types.Embedding",
        "import openai.types.chat.chat_completion_chunk as c; from openai.types.chat import ChatCompletionChunk as d; assert c.ChatCompletionChunk is d",
        "from openai.types.responses import *; Response.model_validate",
        "from openai.types import embedding_create_params as e; e.EmbeddingCreateParams",
        "import requests; requests.Session().close(); requests.codes.ok",
        "import requests.adapters; from requests import sessions, Session; assert sessions.Session is Session",
    ],
)
def test_what_is_asked_for_is_there(use):
    run(use)


def test_what_nothing_has_is_no_attribute_and_other_packages_are_untouched():
    run(
        "import requests\ntry: requests.nothing\nexcept AttributeError as e: assert 'requests' in str(e)\nelse: raise SystemExit(1)"
    )
    assert late_packages._Finder().find_spec("aiohttp", None) is None
    assert late_packages._Finder().find_spec("requests_oauthlib", None) is None
