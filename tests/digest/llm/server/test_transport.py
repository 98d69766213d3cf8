"""Replies without end, packed ones and redirects: bounded, on the wire, and booked by what was received."""

import asyncio
import gzip
import json
import time
from contextlib import aclosing, asynccontextmanager

import pytest
from aiohttp import web

from digest.errors import Misconfigured, ModelUnavailable, PaperboyError
from digest.llm.server.client import Model, RetryPolicy
from digest.llm.server.replies import LONGEST_TEXT
from digest.llm.server.streams import StreamReader
from digest.llm.server.transport import MAX_REPLY
from digest.llm.server.wire import Request, user
from digest.ports import booked, show_nothing
from tests.servers.local import answering

ONCE = RetryPolicy(attempts=1, first_wait=0.001, longest_wait=0.002, retry_after=1, total=20)
ASK = Request((user("Say something."),))
CHUNK = b"x" * 2**16


@asynccontextmanager
async def served(handle, **values):
    """A model whose server answers every POST with `handle`, and the list of requests it got."""
    got = []

    async def each(request):
        got.append(await request.json())
        return await handle(request)

    async with answering(each, "POST") as url:
        given = {"name": "m", "base_url": f"{url}/v1", "retries": ONCE, "timeout": 10}
        async with aclosing(Model(**(given | values))) as model:
            yield model, got


def endless(kind, lead, status=200):
    """A reply that never ends, and how many bytes of it were taken."""
    taken = []

    async def handle(request):
        response = web.StreamResponse(status=status, headers={"Content-Type": kind})
        await response.prepare(request)
        await response.write(lead)
        while request.transport is not None and not request.transport.is_closing():
            await response.write(CHUNK)
            taken.append(len(CHUNK))
        return response

    return handle, taken


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("kind", "lead", "status"),
    [
        ("application/json", b'{"choices": [{"message": {"content": "', 200),
        ("text/event-stream", b'data: {"choices": [{"delta": {"content": "', 200),
        ("application/json", b'{"error": {"message": "', 500),
    ],
)
async def test_a_reply_without_end_is_not_taken(kind, lead, status, stream):
    handle, taken = endless(kind, lead, status)
    async with served(handle) as (model, _):
        with pytest.raises(ModelUnavailable):
            await (model.stream(ASK, show_nothing) if stream else model.ask(ASK))
    assert sum(taken) < 8 * MAX_REPLY


async def test_a_small_reply_that_unpacks_to_a_large_one_is_not_unpacked():
    bomb = gzip.compress(b" " * 2**28)

    async def handle(request):
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async with served(handle, embeddings="e") as (model, _):
        with pytest.raises(ModelUnavailable, match="larger than any"):
            await model.ask(ASK)
        with pytest.raises(ModelUnavailable, match="larger than any"):
            await model.embed(["x"])


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b"{}" * 500)[:-9]), ("deflate", b"{}"), ("br", b"{}")],
    ids=["cut", "not deflate", "unknown"],
)
async def test_a_packed_reply_that_was_cut_or_is_of_another_kind_is_none(encoding, body):
    async def handle(request):
        return web.Response(body=body, headers={"Content-Encoding": encoding, "Content-Type": "application/json"})

    async with served(handle) as (model, _):
        with pytest.raises(ModelUnavailable, match=f"compressed .{encoding}"):
            await model.ask(ASK)


async def test_a_packed_reply_is_unpacked():
    sound = {"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}

    async def handle(request):
        body = gzip.compress(json.dumps(sound).encode())
        return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    async with served(handle) as (model, _):
        assert (await model.ask(ASK)).text == "Yes."


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_to_another_place_gets_no_prompt(status):
    async def stolen(request):
        return web.json_response({"choices": [{"message": {"content": "Thanks."}}]})

    async with served(stolen) as (thief, got):

        async def handle(request):
            return web.Response(status=status, headers={"Location": thief._base_url + "/chat/completions?key=secret"})

        async with served(handle, embeddings="e") as (model, _):
            with pytest.raises(Misconfigured, match=r"redirects to http://127.0.0.1:\d+, .*OPENAI_BASE_URL"):
                await model.ask(ASK)
            with pytest.raises(Misconfigured):
                await model.embed(["x"])
        assert got == []


@pytest.mark.parametrize("piece", ["<script", "<script ", "<style>", "<title>", "<title", "<", "<a", "< ", "</script>"])
@pytest.mark.parametrize("status", [200, 400, 502])
async def test_a_page_of_millions_of_tags_takes_no_time(piece, status):
    async def handle(_):
        return web.Response(body=(piece * (4_000_000 // len(piece))).encode(), status=status, content_type="text/html")

    async with served(handle) as (model, _):
        began = time.process_time()
        with pytest.raises((Misconfigured, ModelUnavailable)):
            await model.ask(ASK)
        assert time.process_time() - began < 2, "hours, for a pattern that goes on to the end from each tag"


@pytest.mark.parametrize("digits", [13, 6_000, 60_000])
@pytest.mark.parametrize(
    "words", ["The maximum context length is {} tokens.", "Please retry in {}m5s.", "max_tokens {}"]
)
@pytest.mark.parametrize("status", [400, 413, 429])
async def test_a_number_of_thousands_of_digits_in_an_error_is_no_bug(status, words, digits):
    async def handle(_):
        return web.Response(text=words.format("9" * digits), status=status)

    async with served(handle) as (model, _):
        with pytest.raises(PaperboyError):
            await model.ask(ASK)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("Sound. " + "\n" * 90_000, 100),
        ("Sound. " + " \t\n" * 60_000, 200),
        ("Sound. " + "？" * 90_000, 200),
        ("Sound. " + "<s> " * 30_000, 500),
        (" ".join(f"word{n}" for n in range(30_000)), LONGEST_TEXT),
    ],
)
async def test_what_a_model_in_a_loop_repeats_is_kept_some_times(text, longest, stream):
    """What is longer than any answer is cut, and counts as cut."""

    async def handle(_):
        if not stream:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            return web.json_response({"object": "chat.completion", "choices": [choice]})
        pieces = [text[i : i + 10_000] for i in range(0, len(text), 10_000)]
        events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
        events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        return web.Response(text=body, content_type="text/event-stream")

    async with served(handle) as (model, _):
        reply = await (model.stream(ASK, show_nothing) if stream else model.ask(ASK))
    assert 0 < len(reply.text) <= longest
    assert (reply.problem is not None) == (longest == LONGEST_TEXT)


async def test_an_event_of_many_lines_is_not_read_anew_for_ever():
    sent = 0

    async def handle(request):
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'data: {"a": [\n')
        for _ in range(200):
            await response.write(b"data: 1,\n" * 1_000)
            sent += 1_000
        return response

    async with served(handle) as (model, _):
        began = time.process_time()
        with pytest.raises((Misconfigured, ModelUnavailable)):
            await model.stream(ASK, show_nothing)
        assert time.process_time() - began < 20, "the square of 200,000 lines takes minutes"
    assert sent


async def test_others_have_their_turn_between_the_events_of_one_piece():
    """A thousand events that arrive at once were read in one go: 0.6 s without the event loop."""
    event = b'data: {"choices": [{"index": 0, "delta": {"content": "word "}}]}\n\n'

    async def chunks():
        yield event * 1_000 + b"data: [DONE]\n\n"

    turns = 0

    async def others():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    going_on = asyncio.create_task(others())
    shown = [text async for text in StreamReader(ASK, "m", None).texts(chunks())]
    going_on.cancel()
    assert len(shown) == 1_000
    assert turns >= 1_000


async def test_a_streamed_answer_ends_when_its_time_ends():
    async def handle(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b'data: {"choices": [{"delta": {"content": "drip "}}]}\n\n')
            await asyncio.sleep(0.02)
        return response

    async with served(handle, timeout=0.4) as (model, got):
        began = asyncio.get_running_loop().time()
        with booked("c", "answer") as book:
            reply = await model.stream(ASK, show_nothing)
        assert asyncio.get_running_loop().time() - began < 5
    assert reply.finish == "length"
    assert reply.text.startswith("drip")
    assert book.total.output_tokens > 0
    assert len(got) == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_half_characters_and_controls_are_cleaned_stored_and_booked(stream):
    async def handle(request):
        body = '{"choices": [{"message": {"content": "a\\ud83d b\\u0000c \\ud83d\\ude00"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 9}}'
        return web.Response(body=body.encode(), content_type="application/json")

    async with served(handle) as (model, got):
        for _ in range(2):
            with booked("c", "answer") as book:
                reply = await (model.stream(ASK, show_nothing) if stream else model.ask(ASK))
            assert reply.text == "a\ufffd bc 😀"
    assert len(got) == 1
    assert book.total.calls == 0


async def test_a_stream_that_breaks_off_is_booked_by_what_came():
    async def handle(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'data: {"choices": [{"delta": {"content": "' + b"word " * 400 + b'"}}]}\n\n')
        await response.write_eof()
        return response

    async with served(handle) as (model, _):
        with booked("c", "answer") as book, pytest.raises(ModelUnavailable):
            await model.stream(ASK, show_nothing)
    assert book.total.output_tokens > 300


async def test_the_responses_api_is_spoken_and_read():
    sent = {
        "object": "response",
        "status": "completed",
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "message", "content": [{"type": "output_text", "text": "Yes."}]},
        ],
        "usage": {"input_tokens": 10, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 4}},
    }

    async def handle(request):
        body = await request.json()
        assert request.path.endswith("/v1/responses")
        assert body["store"] is False
        if not body.get("stream"):
            return web.json_response(sent)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in (
            {"type": "response.created", "response": {"object": "response", "status": "in_progress", "error": None}},
            {"type": "response.output_text.delta", "delta": "Ye"},
            {"type": "response.output_text.delta", "delta": "s."},
            {"type": "response.completed", "response": sent},
        ):
            await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        await response.write_eof()
        return response

    async with served(handle, api="responses") as (model, _):
        with booked("c", "answer") as book:
            assert (await model.ask(ASK)).text == "Yes."
        assert (book.total.input_tokens, book.total.cached_tokens) == (10, 4)
        reply = await model.stream(Request((user("Another."),)), show_nothing)
        assert (reply.text, reply.finish) == ("Yes.", "stop")


@pytest.mark.parametrize(
    "body",
    ["404 page not found", '{"detail":"Not Found"}', '{"error":"Unexpected endpoint or method. (POST /v1/responses)"}'],
)
async def test_a_server_without_the_responses_api_is_told_with_the_setting(body):
    async def handle(request):
        return web.Response(status=404, text=body)

    async with served(handle, api="responses") as (model, _):
        with pytest.raises(Misconfigured, match="LLM_API=chat"):
            await model.ask(ASK)
