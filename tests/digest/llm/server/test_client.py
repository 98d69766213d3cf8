"""The client through the real SDK against a server that speaks the real protocol, and against its faults."""

import asyncio
import logging
from dataclasses import replace
from itertools import pairwise

import pytest

from digest import cache_keys
from digest.errors import Misconfigured, ModelUnavailable, OverBudget
from digest.llm.prompts.schemas import RANKING
from digest.llm.server.client import Model, RetryPolicy
from digest.llm.server.embeddings import parse_vectors
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.prices import Price, prices_from
from digest.llm.server.replies import InvalidReply
from digest.llm.server.wire import Request, system, user
from digest.model import Fault, Usage
from digest.ports import MemoryCache, NoLimit, booked, show_nothing
from tests.servers.model import embedding

QUICK = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=0.002, retry_after=5, total=20)
PAPER = '<paper n="1">\nFlow Matching for Robots\nWe train a policy on 200 episodes. It succeeds in 61.5% of the trials on our robot.\n</paper>'
RANK = Request((system("Task: ranking\nWrite the reasons in English (en)."), user(PAPER)), RANKING, fast=True)
OTHER = Request((*RANK.messages, user("Another list.")), RANKING, fast=True)
ANSWER = Request(
    (
        system("Task: answer"),
        user(PAPER),
        user("Answer in English (en).\n\nQuestion: How often does the policy succeed in the trials?"),
    )
)


@pytest.fixture(params=["chat", "responses"])
def api(request):
    return request.param


@pytest.fixture
async def a_model(server, api):
    made = []

    def make(**values) -> Model:
        defaults = {
            "name": "stand-in",
            "fast": "stand-in-fast",
            "api_key": "sk-secret",
            "base_url": server.base_url,
            "api": api,
            "retries": QUICK,
            "timeout": 10.0,
        }
        made.append(Model(**(defaults | values)))
        return made[-1]

    yield make
    for model in made:
        await model.aclose()


@pytest.fixture
def model(a_model):
    return a_model()


def kept_texts():
    """What a stream shows, and the function that it shows it to."""
    texts = []

    async def keep(text: str) -> None:
        texts.append(text)

    return texts, keep


class Recording(NoLimit):
    """A Budget that writes down what it is told."""

    def __init__(self, full: bool = False) -> None:
        self.reserved: list[Usage] = []
        self.settled: list[Usage] = []
        self.full = full

    async def reserve(self, payer: str, estimate: Usage) -> str:
        if self.full:
            raise OverBudget("The day's budget is used up.")
        self.reserved.append(estimate)
        return "a ticket"

    async def settle(self, ticket: str, usage: Usage) -> None:
        assert ticket == "a ticket"
        self.settled.append(usage)


async def test_a_structured_call_is_strict_and_goes_to_the_cheaper_model(server, model):
    reply = await model.ask(RANK)
    body = server.calls[0].body
    assert '"relevance"' in reply.text
    assert reply.problem is None
    assert body["model"] == "stand-in-fast"
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["max_completion_tokens"] == RANK.max_tokens


async def test_the_same_call_twice_is_paid_once(server, model):
    with booked("slack:c", "rank") as first:
        one = await model.ask(RANK)
    with booked("slack:c", "rank") as second:
        two = await model.ask(RANK)
    assert one.text == two.text
    assert len(server.calls) == 1
    assert first.total.calls == 1
    assert first.total.input_tokens > 0
    assert second.total == Usage()


async def test_equal_calls_in_flight_are_made_once(server, a_model):
    server.latency = 0.05
    model = a_model()
    assert len({r.text for r in (await asyncio.gather(*(model.ask(RANK) for _ in range(5))))}) == 1
    assert len(server.calls) == 1


async def test_a_response_outlives_the_process_that_bought_it(server, a_model):
    cache = MemoryCache()
    for _ in range(2):
        await a_model(cache=cache).ask(RANK)
    assert len(server.calls) == 1


async def test_a_response_is_stored_before_the_budget_hears_of_it(server, a_model):
    order = []

    class Cache(MemoryCache):
        async def put(self, key, value, life):
            order.append("stored")
            await super().put(key, value, life)

    class Budget(Recording):
        async def settle(self, ticket, usage):
            order.append("settled")

    await a_model(cache=Cache(), budget=Budget()).ask(RANK)
    assert order == ["stored", "settled"]


async def test_asked_anew_it_is_bought_again_but_once(server, model):
    await model.ask(RANK)
    for _ in range(2):
        with cache_keys.anew("a-run"):
            await model.ask(RANK)
    assert len(server.calls) == 2


async def test_a_call_is_reserved_and_settled_by_what_it_used(server, a_model):
    budget = Recording()
    model = a_model(budget=budget, prices={"stand-in-fast": Price(1.0, 4.0)})
    with booked("slack:c", "rank") as book:
        await model.ask(RANK)
    [estimate], [used] = budget.reserved, budget.settled
    assert estimate.calls == 1
    assert estimate.usd > 0
    assert used.input_tokens == server.calls[0].prompt_tokens
    assert used.usd == pytest.approx((used.input_tokens + 4 * used.output_tokens) / 1e6)
    assert book.spent["rank"] == used


async def test_a_failed_call_costs_nothing(server, a_model):
    budget = Recording()
    model = a_model(budget=budget)
    server.behave("error_500")
    with booked("slack:c", "rank") as book, pytest.raises(ModelUnavailable):
        await model.ask(RANK)
    assert budget.settled == [Usage()]
    assert book.total == Usage()


async def test_over_budget_no_call_is_made(server, a_model):
    model = a_model(budget=Recording(full=True))
    with pytest.raises(OverBudget):
        await model.ask(RANK)
    assert server.calls == []


async def test_the_price_of_an_unknown_model_is_unknown(server, model):
    with booked("slack:c", "rank") as book:
        await model.ask(RANK)
    assert book.total.usd is None


@pytest.mark.parametrize(
    "name", ["error_500", "error_503", "rate_limit", "choices_null", "choices_empty", "html", "broken_body", "dropped"]
)
async def test_passing_trouble_is_tried_again(server, model, name):
    await model.ask(OTHER)
    server.queue.extend([name])
    assert (await model.ask(RANK)).problem is None
    assert len(server.calls) == 3


@pytest.mark.parametrize("name", ["error_500", "error_503", "rate_limit", "choices_null", "html", "broken_body"])
async def test_without_end_it_is_given_up_with_a_sentence(server, model, name):
    await model.ask(OTHER)
    server.behave(name)
    with pytest.raises(ModelUnavailable, match=r"^The model server.*\.$"):
        await model.ask(RANK)
    assert len(server.calls) == 1 + QUICK.attempts


async def test_of_a_server_that_was_given_up_each_further_call_finds_out_once_and_a_success_forgets_it(server, model):
    def another(n):
        return Request((*RANK.messages, user(str(n))), RANKING)

    server.behave("error_500")
    for n in range(3):
        with pytest.raises(ModelUnavailable):
            await model.ask(another(n))
    assert len(server.calls) == QUICK.attempts + 2
    server.sound()
    await model.ask(another(3))
    server.queue.append("error_500")
    await model.ask(another(4))


async def test_nothing_unreadable_is_kept(server, a_model):
    model = a_model(cache=MemoryCache())
    await model.ask(OTHER)
    server.behave("html")
    with pytest.raises(ModelUnavailable):
        await model.ask(RANK)
    server.sound()
    assert (await model.ask(RANK)).problem is None


async def test_the_wait_a_server_asks_for_is_kept(server, model):
    server.queue.append("rate_limit_after")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await model.ask(RANK)
    assert loop.time() - began >= 1.0


async def test_a_wait_beyond_the_bound_is_not_begun(server, a_model):
    model = a_model(retries=RetryPolicy(attempts=3, first_wait=0.001, retry_after=0.5))
    server.behave("rate_limit_after")
    with pytest.raises(ModelUnavailable, match="429"):
        await model.ask(RANK)
    assert len(server.calls) == 1


async def test_a_used_up_quota_is_not_tried_again(server, model):
    server.behave("quota")
    with pytest.raises(ModelUnavailable, match="billing"):
        await model.ask(RANK)
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("name", "setting"),
    [("unauthorized", "OPENAI_API_KEY"), ("forbidden", "LLM_MODEL"), ("unknown_model", "LLM_MODEL")],
)
async def test_a_wrong_setting_is_named_at_once_and_without_the_key(server, model, name, setting):
    server.behave(name)
    with pytest.raises(Misconfigured, match=setting) as caught:
        await model.ask(RANK)
    assert len(server.calls) == 1
    assert "sk-secret" not in str(caught.value)
    assert "know" not in str(caught.value)  # it may know a model that the key may not use


async def test_an_unreachable_server_is_unavailable():
    model = Model(name="x", base_url="http://127.0.0.1:9/v1", retries=QUICK)
    with pytest.raises(ModelUnavailable, match="OPENAI_BASE_URL"):
        await model.ask(RANK)
    await model.aclose()


async def test_silence_is_tried_once_more_only_because_it_may_be_billed(server, a_model):
    model = a_model(timeout=1, retries=RetryPolicy(attempts=5, first_wait=0.001))
    server.behave("hang")
    with pytest.raises(ModelUnavailable, match="in time"):
        await model.ask(RANK)
    assert len(server.calls) == 2


async def test_too_long_a_request_is_told_apart(server, model):
    server.behave("context_length")
    with pytest.raises(RequestTooLong):
        await model.ask(RANK)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("refusal_field", Fault.REFUSAL),
        ("filtered", Fault.REFUSAL),
        ("content_filter", Fault.REFUSAL),
        ("null_content", Fault.EMPTY),
        ("empty", Fault.EMPTY),
        ("cut", Fault.TRUNCATED),
    ],
)
async def test_what_is_no_whole_answer_says_so_and_is_not_tried_again(server, model, name, fault):
    server.behave(name)
    assert (await model.ask(RANK)).problem.fault is fault
    assert len(server.calls) == 1


@pytest.mark.parametrize("counts", ["null_usage", "zero_usage"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_server_without_a_count_is_estimated(server, model, counts, stream):
    server.behave(counts)
    with booked("slack:c", "rank") as book:
        await (model.stream(RANK, show_nothing) if stream else model.ask(RANK))
    assert book.total.input_tokens > 50
    assert book.total.output_tokens > 5


async def test_reasoning_is_dropped(server, model):
    server.behave("thinking")
    assert (await model.ask(RANK)).text.startswith("{")


@pytest.mark.parametrize(
    ("name", "format_"), [("no_json_schema", {"type": "json_object"}), ("no_response_format", None)]
)
async def test_a_server_without_schemas_gets_them_in_words_and_is_remembered(server, model, name, format_):
    server.behave(name)
    first = await model.ask(RANK)
    calls = len(server.calls)
    second = await model.ask(Request((*RANK.messages, user("Again.")), RANKING, fast=True))
    assert first.problem is None
    assert second.problem is None
    assert server.calls[-1].body.get("response_format") == format_
    assert "JSON Schema (ranking)" in server.calls[-1].prompt
    assert len(server.calls) == calls + 1


@pytest.mark.parametrize("api", ["chat"], indirect=True)
async def test_a_server_with_the_older_limit_gets_it_and_is_remembered(server, model):
    server.behave("only_max_tokens")
    await model.ask(RANK)
    await model.ask(Request((*RANK.messages, user("Again.")), RANKING, fast=True))
    assert (len(server.calls), server.calls[-1].body["max_tokens"]) == (3, RANK.max_tokens)
    assert "response_format" in server.calls[-1].body


@pytest.mark.parametrize("api", ["responses"], indirect=True)
async def test_calls_whose_prompts_begin_alike_name_one_cache_key(server, model):
    follow_up = Request((*ANSWER.messages[:2], user("Answer in English (en).\n\nQuestion: And which robot?")))
    for request in (ANSWER, follow_up, RANK):
        await model.ask(request)
    first, second, third = [call.body["prompt_cache_key"] for call in server.calls]
    assert first == second != third
    assert all(not call.body["store"] for call in server.calls)


@pytest.mark.parametrize("api", ["responses"], indirect=True)
@pytest.mark.parametrize("field", ["prompt_cache_key", "max_output_tokens", "text.format"])
async def test_a_responses_server_that_lacks_a_field_is_asked_without_it_and_remembered(server, model, field):
    server.lacks = field
    await model.ask(RANK)
    calls = len(server.calls)
    assert (await model.ask(OTHER)).problem is None
    assert len(server.calls) == calls + 1 <= 4


async def test_the_query_of_the_settings_stands_behind_every_call_as_it_was_written(server, a_model):
    query = "api-version=2024-10-21&trace=&tag=a&tag=b%2Fc"
    model = a_model(base_url=f"{server.base_url}/?{query}", embeddings="e")
    await model.ask(RANK)
    await model.stream(ANSWER, show_nothing)
    await model.embed(["x"])
    await model.list_models()
    assert [call.query for call in server.journal] == [query] * 4
    assert {call.headers["api-key"] for call in server.journal} == {"sk-secret"}


@pytest.mark.parametrize("name", ["thinking", "sound"])
@pytest.mark.parametrize("api", ["chat"], indirect=True)
async def test_a_first_stream_is_shown_where_thoughts_have_a_field_or_its_first_sentence_has_a_quotation(
    server, model, name
):
    server.behave(name)
    texts, keep = kept_texts()
    await model.stream(ANSWER, keep)
    assert len(texts) > 3
    assert not any("First I look" in text for text in texts)


@pytest.mark.parametrize("api", ["responses"], indirect=True)
async def test_a_first_stream_of_the_responses_api_is_shown_at_once(server, model):
    texts, keep = kept_texts()
    await model.stream(ANSWER, keep)
    assert len(texts) > 3


async def test_what_was_learnt_does_not_change_what_is_at_hand(server, a_model):
    cache = MemoryCache()
    server.behave("no_json_schema")
    await a_model(cache=cache).ask(RANK)
    calls = len(server.calls)
    await a_model(cache=cache).ask(RANK)
    assert len(server.calls) == calls


async def test_a_stream_grows_and_counts(server, model):
    texts, keep = kept_texts()
    await model.ask(replace(OTHER, fast=False))
    server.journal.clear()
    with booked("channel:c", "answer") as book:
        reply = await model.stream(ANSWER, keep)
    assert len(texts) > 3
    assert all(b.startswith(a) for a, b in pairwise(texts))
    assert texts[-1] == reply.text
    assert book.total.input_tokens == server.calls[0].prompt_tokens
    assert "response_format" not in server.calls[0].body


@pytest.mark.parametrize("name", ["empty_stream", "broken_stream", "error_503", "cut_stream"])
async def test_a_stream_that_fails_begins_anew(server, model, name):
    server.queue.append(name)
    reply = await model.stream(ANSWER, show_nothing)
    assert reply.finish == "stop"
    assert "```quotes" in reply.text
    assert len(server.calls) == 2


async def test_a_stream_that_breaks_off_twice_is_given_up(server, model):
    server.behave("cut_stream")
    with pytest.raises(ModelUnavailable):
        await model.stream(ANSWER, show_nothing)
    assert len(server.calls) == 2


async def test_a_streamed_answer_at_hand_is_shown_whole(server, model):
    first = await model.stream(ANSWER, show_nothing)
    texts, keep = kept_texts()
    with booked("channel:c", "answer") as book:
        await model.stream(ANSWER, keep)
    assert texts == [first.text]
    assert book.total == Usage()


async def test_a_place_that_cannot_show_does_not_lose_the_answer(server, model, caplog):
    async def fails(text: str) -> None:
        raise RuntimeError("gone")

    assert (await model.stream(ANSWER, fails)).problem is None
    assert len(server.calls) == 1


async def test_streamed_reasoning_is_never_shown(server, model):
    await model.ask(replace(OTHER, fast=False))
    server.behave("thinking")
    texts, keep = kept_texts()
    await model.stream(ANSWER, keep)
    assert texts
    assert not any("think" in t or "user wants" in t for t in texts)


async def test_a_server_without_usage_in_streams_is_asked_without_it(server, model):
    server.behave("no_stream_options")
    with booked("channel:c", "answer") as book:
        await model.stream(ANSWER, show_nothing)
    assert "stream_options" not in server.calls[-1].body
    assert book.total.input_tokens > 50


async def test_questions_do_not_wait_for_a_digest(server, a_model):
    model = a_model(concurrency=1)
    server.queue.append("hang")
    digest = asyncio.create_task(model.ask(RANK))
    while not server.calls:
        await asyncio.sleep(0)
    assert (await model.stream(ANSWER, show_nothing)).problem is None
    digest.cancel()
    with pytest.raises(asyncio.CancelledError):
        await digest


async def test_no_more_calls_at_once_than_allowed(server, a_model):
    server.latency = 0.02
    model = a_model(concurrency=2)
    await asyncio.gather(*(model.ask(Request((*RANK.messages, user(str(i))), RANKING)) for i in range(6)))
    spans = [(c.began, c.ended) for c in server.calls]
    assert max(sum(b <= at < e for b, e in spans) for at, _ in spans) <= 2


async def test_vectors_come_in_order_are_paid_once_and_booked(server, a_model):
    cache = MemoryCache()
    texts = [f"passage number {i}" for i in range(300)]
    found = []
    for _ in range(2):
        model = a_model(cache=cache, embeddings="stand-in-embed")
        with booked("c", "embed") as book:
            found.append(await model.embed(texts))
    assert found[0] == found[1]
    assert [round(x, 5) for x in found[0][299]] == [round(x, 5) for x in embedding(texts[299])]
    assert [len(c.body["input"]) for c in server.journal] == [128, 128, 44]
    assert {c.body["model"] for c in server.journal} == {"stand-in-embed"}
    assert book.total == Usage()


async def test_no_texts_no_call_for_vectors(server, model):
    assert await model.embed([]) == []
    assert server.journal == []


@pytest.mark.parametrize(
    "raw", [b"<html>", b"{}", b'{"data": null}', b'{"data": [{"index": 0, "embedding": []}]}', b"[]"]
)
def test_what_holds_no_vectors_is_told(raw):
    with pytest.raises(InvalidReply):
        parse_vectors(raw, ["x"], None)


async def test_no_prompt_and_no_key_reaches_a_log(server, model, caplog):
    caplog.set_level(logging.DEBUG, logger="digest")
    await model.ask(RANK)
    server.behave("unauthorized")
    with pytest.raises(Misconfigured):
        await model.stream(ANSWER, show_nothing)
    said = "\n".join(r.getMessage() for r in caplog.records)
    assert "event=model_call" in said
    assert "sk-secret" not in said
    assert "Flow Matching" not in said


async def test_the_server_lists_its_models(server, model):
    assert [m["id"] for m in await model.list_models()] == ["stand-in", "stand-in-fast"]
    server.behave("unauthorized")
    with pytest.raises(Misconfigured):
        await model.list_models()


def test_prices_are_read():
    prices = prices_from("a=1/4, org/b:free=0.25/0.025/2")
    assert prices["a"] == Price(1, 4)
    assert prices["org/b:free"].usd(1_000_000, 1_000_000, 0) == pytest.approx(0.025)


@pytest.mark.parametrize("text", ["a", "a=1", "a=x/y", "=1/2", "a=-1/2", "a=1/2/3/4"])
def test_unreadable_prices_are_named(text):
    with pytest.raises(Misconfigured, match="LLM_PRICES"):
        prices_from(text)
