"""What a model server says decides how the program ends: a wrong setting with 2 and its name, all else with a labelled result.

The rows of `tests/data/model_servers.json` are played one by one in `tests/digest/llm/test_model_servers.py`; here one of each kind
meets the commands.
"""

import json

import pytest

from tests.digest.llm.test_model_servers import ROWS, RowServer
from tests.servers.local import answering

COMMANDS = {
    "ask": ("ask", "2601.18001", "What does it propose?", "--json"),
    "digest": ("digest", "--categories", "cs.CV", "--papers", "2", "--format", "json"),
}
KINDS = {row["expect"]: row for row in ROWS}


@pytest.mark.parametrize("row", KINDS.values(), ids=lambda row: f"{row['expect']}-{row['name']}")
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_wrong_setting_ends_with_2_and_anything_else_with_a_labelled_result(world, row, command):
    paper = next(iter(world.arxiv.papers))
    words = [paper if word.startswith("2601.") else word for word in COMMANDS[command]]
    async with answering(RowServer(row).complete, "POST", "/v1/chat/completions") as url:
        result = await world.run(*words, OPENAI_BASE_URL=f"{url}/v1")
    if row["expect"] == "setting":
        assert result.code == 2, result.err
        assert row["setting"] in result.err
        assert all(said in result.err for said in row["says"])
        assert result.out == ""
        return
    assert result.code == 0, result.err
    found = json.loads(result.out)
    made = [found] if command == "ask" else [entry["analysis"] for entry in found["entries"]]
    writers = {analysis["by"] for analysis in made if analysis}
    if row["expect"] in ("answer", "part"):
        assert writers == {"stand-in"}
    elif row["expect"] == "nothing":
        assert writers <= {"extractive"}  # a paper without an analysis has a note
    elif row["expect"] not in ("cut", "broken"):  # half of an answer is an answer that says so
        assert writers == {"extractive"}
        assert all(said in result.out + result.err for said in row.get("says", ()))
    assert "could not be reached" not in result.out + result.err


async def test_a_window_of_8192_tokens_gives_a_digest_of_full_texts(world):
    world.model.context_tokens = 8_192
    result = await world.run(*COMMANDS["digest"], LLM_CONTEXT_TOKENS="8192")
    assert result.code == 0, result.err
    digest = json.loads(result.out)
    assert [entry["analysis"]["by"] for entry in digest["entries"]] == ["stand-in"] * 2
    assert {call.task for call in world.model.calls} >= {"ranking", "analysis", "summary"}
    for call in world.model.calls:
        assert call.status == 200
        assert call.prompt_tokens + call.body["max_completion_tokens"] <= 8_192
