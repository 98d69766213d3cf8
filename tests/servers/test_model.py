"""The stand-in model itself: what it refuses, counts and reuses is what the tests of everything else lean on."""

import pytest
from openai import AsyncOpenAI, BadRequestError

from digest.llm.prompts import schemas
from tests.servers.model import BEHAVIOURS, ModelServer, embedding, strict_problems, tokens


@pytest.fixture
async def server():
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def client(server):
    made = AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("schema", "sound"),
    [
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            True,
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": False},
            False,
        ),
        ({"type": "object", "properties": {}, "required": []}, False),
        ({"type": "array", "items": {"type": "string"}}, False),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "integer", "minimum": 1}},
                "required": ["a"],
                "additionalProperties": False,
            },
            False,
        ),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}, False),
    ],
)
def test_strict_schemas_are_told_from_others(schema, sound):
    assert (not strict_problems(schema)) is sound


@pytest.mark.parametrize("schema", schemas.ALL, ids=lambda s: s.name)
def test_our_own_schemas_are_strict(schema):
    assert strict_problems(schema.json) == []


async def test_a_schema_that_is_not_strict_is_refused_on_the_wire(client):
    format_ = {
        "type": "json_schema",
        "json_schema": {"name": "x", "strict": True, "schema": {"type": "object", "properties": {}}},
    }
    with pytest.raises(BadRequestError, match="additionalProperties"):
        await client.chat.completions.create(
            model="stand-in", messages=[{"role": "user", "content": "x"}], response_format=format_
        )


async def test_a_prefix_is_reused_from_1024_tokens_on_in_steps_of_128(server, client):
    long, short = "word " * 3000, "word " * 300
    for text, last in ((long, "a"), (long, "b"), (short, "a"), (short, "b")):
        await client.chat.completions.create(
            model="stand-in", messages=[{"role": "system", "content": text}, {"role": "user", "content": last}]
        )
    first, second, third, fourth = server.calls
    assert first.cached_tokens == 0
    assert second.cached_tokens >= 0.95 * second.prompt_tokens
    assert second.cached_tokens % 128 == 0
    assert third.cached_tokens == fourth.cached_tokens == 0


async def test_embeddings_are_the_same_for_the_same_and_near_for_the_near(client):
    made = await client.embeddings.create(
        model="e", input=["grasping moving objects", "grasping moving things", "tax law"]
    )
    a, b, c = (d.embedding for d in made.data)
    dot = lambda x, y: sum(i * j for i, j in zip(x, y, strict=True))  # noqa: E731
    assert a == embedding("grasping moving objects")
    assert dot(a, b) > dot(a, c)


async def test_a_share_of_the_calls_misbehaves_the_same_way_each_time(client, server):
    seen = []
    for _ in range(2):
        server.sound()
        server.journal.clear()
        server.behave("empty", share=0.3, seed=5)
        for _ in range(20):
            await client.chat.completions.create(model="stand-in", messages=[{"role": "user", "content": "x"}])
        seen.append([c.behaviour for c in server.calls])
    assert seen[0] == seen[1]
    assert 2 <= seen[0].count("empty") <= 10


def test_an_unknown_behaviour_is_named():
    with pytest.raises(ValueError, match="lie_politely"):
        ModelServer().behave("lie_politely")
    assert len(BEHAVIOURS) == len(set(BEHAVIOURS))


def test_tokens_are_counted_by_script():
    assert tokens("abcd" * 10) == 10
    assert tokens("漢字" * 30) == 40
