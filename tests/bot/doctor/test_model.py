"""`paperboy check` finds out with few small calls what a server takes and how much it reads, and says it."""

import random
from itertools import chain

import pytest
from aiohttp import web

from bot.core.finding import State
from bot.core.settings.settings import Settings
from bot.doctor.model import key_finding, model
from tests.digest.llm.test_model_servers import ROWS, RowServer
from tests.servers.local import answering

REFUSALS = {
    "json_schema": "'response_format.type' must be 'text'",
    "has:max_completion_tokens": "Unrecognized request argument supplied: max_completion_tokens",
    "has:stream_options": "Unknown parameter: 'stream_options'.",
    "system": "System role not supported",
    "above:4096": "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
}


class Picky(RowServer):
    """Takes nothing but the plainest request, and says each time only one thing that it minds."""

    def __init__(self, refusals, when="", usage=""):
        super().__init__({"when": when, "expect": "answer", "usage": usage})
        self.refusals = refusals

    async def complete(self, request):
        body = await request.json()
        for when, said in self.refusals.items():
            if self.refuses(body, when):
                self.bodies.append(body)
                error = {"error": {"message": said, "type": "invalid_request_error"}}
                return web.json_response(error if isinstance(said, str) else said, status=400)
        return await super().complete(request)


async def checked(server, redis_url, **values):
    async with answering(server.complete, "POST", "/v1/chat/completions") as url:
        given = {"openai_base_url": f"{url}/v1", "llm_model": "stand-in", "llm_model_fast": "", "redis_url": redis_url}
        found = await model(Settings(_env_file=None, **(given | values)))
    return {finding.what: finding for finding in found}


async def test_the_dialect_and_the_window_are_found_in_ten_calls_and_told(redis_url):
    server = Picky(REFUSALS)
    found = await checked(server, redis_url)
    assert len(server.bodies) <= 10
    assert found["LLM_MODEL"].state is State.GOOD
    for told in ("no JSON schema", "max_tokens", "no stream_options", "no system role"):
        assert told in found["LLM_MODEL"].detail
    window = found["LLM_MODEL window"]
    assert window.state is State.DOUBTFUL
    assert "4,096 tokens" in window.detail
    assert "LLM_CONTEXT_TOKENS=4096" in window.todo


@pytest.mark.parametrize("usage", ["", "whole"])
@pytest.mark.parametrize("when", ["drops:4096", "cuts:4096"])
async def test_a_server_that_cuts_prompts_is_caught_in_ten_calls(redis_url, when, usage):
    """Also behind a proxy that counts what was sent."""
    server = Picky({}, when, usage)
    found = await checked(server, redis_url)
    assert len(server.bodies) <= 10
    assert found["LLM_MODEL window"].state is State.BAD
    assert "without a word" in found["LLM_MODEL window"].detail
    assert "OLLAMA_CONTEXT_LENGTH" in found["LLM_MODEL window"].todo


KINDS = {
    (row["expect"], row.get("setting", "")): row for row in ROWS if row["expect"] in ("setting", "credit", "unknown")
}


@pytest.mark.parametrize("row", KINDS.values(), ids=lambda row: row["name"])
async def test_what_a_server_says_is_told_with_the_setting(redis_url, row):
    found = await checked(RowServer(row), redis_url)
    told = found["LLM_MODEL"]
    assert told.state is State.BAD
    assert row.get("setting", "") in f"{told.detail} {told.todo}"
    assert all(said in told.detail for said in row["says"])
    assert "reached" not in told.detail


PLACES = (
    ("json_schema", "has:response_format"),
    ("has:max_completion_tokens",),
    ("has:max_tokens",),
    ("output:1000",),
    ("neighbours", "system-or-neighbours"),
    ("system", "late-system"),
    ("unstreamed", "has:stream"),
    ("has:stream_options",),
)
"""Of a request, and what a server may mind there."""
LENGTHS = ("", "above:4096", "cuts:4096", "middle:4096", "end:4096")
SAID = {
    "has:max_tokens": ["Unrecognized request argument supplied: max_tokens"],
    "output:1000": ["max_tokens is too large: 2000. This model supports at most 1000 completion tokens."],
    "above:4096": [REFUSALS["above:4096"]],
} | {
    when: [row["body"] for row in ROWS if row["when"] == when and row["status"] in (400, 422)]
    for when in ("has:max_completion_tokens", *chain(*PLACES[:1], *PLACES[4:]))
}
"""As the rows of the table say it."""


@pytest.mark.parametrize("seed", range(24))
async def test_any_mix_of_quirks_is_found_in_ten_calls(redis_url, seed):
    """Named one by one, in any order; every other server has one of each kind, the rest some of them."""
    mix = random.Random(seed)
    places = list(PLACES) if seed % 2 else mix.sample(PLACES, mix.randint(1, len(PLACES)))
    mix.shuffle(places)
    refusals = {when: mix.choice(SAID[when]) for when in (mix.choice(place) for place in places)}
    length = mix.choice(LENGTHS)
    if length == "above:4096":
        refusals[length], length = SAID[length][0], ""
    server = Picky(refusals, length, mix.choice(("", "whole", "none", "zero")))
    found = await checked(server, redis_url)
    assert len(server.bodies) <= 10, (list(refusals), length)
    assert found["LLM_MODEL"].state is State.GOOD, (refusals, found)
    assert (found["LLM_MODEL window"].state is State.GOOD) == (not length and "above:4096" not in refusals), found


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"when": "above:4096", "status": 413, "body": ""}, "tokens is too long for it"),
        ({"when": "mute", "usage": "none"}, "cannot show what it reads"),
    ],
)
async def test_a_window_that_nobody_names_is_said_to_be_unknown(redis_url, row, said):
    class Mute(RowServer):
        async def sound(self, request, body, when):
            if when == "mute" and "Repeat these marks" in str(body):
                body = body | {"messages": [{"role": "user", "content": "Hello."}]}
            return await super().sound(request, body, when)

    found = await checked(Mute({"expect": "answer"} | row), redis_url)
    assert found["LLM_MODEL window"].state is State.DOUBTFUL
    assert said in found["LLM_MODEL window"].detail
    assert "LLM_CONTEXT_TOKENS" in found["LLM_MODEL window"].todo


async def test_a_sound_server_takes_three_calls(redis_url):
    server = Picky({})
    found = await checked(server, redis_url)
    assert len(server.bodies) == 3
    assert found["LLM_MODEL"].detail == "stand-in"
    assert "read whole" in found["LLM_MODEL window"].detail


@pytest.mark.parametrize(
    ("status", "body", "state", "said"),
    [
        (200, '{"data": [{"id": "stand-in"}]}', State.GOOD, "the server takes it; model stand-in"),
        (200, '{"data": []}', State.GOOD, "the server takes it; it lists no models"),
        (401, '{"error": {"message": "no"}}', State.BAD, "refused the key (401)"),
        (404, '{"detail": "Not Found"}', State.DOUBTFUL, "address of the model server seems wrong (404)"),
        (405, "", State.DOUBTFUL, "address of the model server seems wrong (405)"),
        (402, "{}", State.DOUBTFUL, "no credit left"),
        (429, '{"error": {"message": "slow down"}}', State.DOUBTFUL, "takes no more requests for now (429)"),
        (500, "oops", State.DOUBTFUL, "has trouble of its own (500)"),
        (503, "<html>", State.DOUBTFUL, "has trouble of its own (503)"),
    ],
)
async def test_a_key_is_called_taken_only_where_the_server_took_it(status, body, state, said):
    async def models(_):
        return web.Response(status=status, text=body, content_type="application/json")

    async with answering(models, "GET", "/v1/models") as url:
        settings = Settings(_env_file=None, openai_base_url=f"{url}/v1", openai_api_key="sk-k", llm_model="stand-in")
        found = await key_finding(settings)
    assert (found.state, said in found.detail) == (state, True), found
