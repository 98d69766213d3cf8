"""Every shape that was reported of a model server, on the wire through the real SDK, for a question and for a digest.

The rows are in `tests/data/model_servers.json`: who reported it, what the server does and when, and what must come out.
`varied`: written in the manner of what was reported there, of another server.
"""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager
from datetime import date
from itertools import pairwise

import pytest
from aiohttp import web

from digest.errors import Misconfigured, ModelUnavailable, Unusable
from digest.llm.analyst import ModelAnalyst
from digest.llm.server.client import Model, RetryPolicy
from digest.model import Entry, Profile
from digest.ports import Source
from digest.render.markdown import basis_words
from tests.digest.llm.papers import a_text, moving
from tests.paths import ROOT
from tests.servers.local import answering
from tests.servers.model import tokens
from tests.servers.model_words import see, write

ROWS = json.loads((ROOT / "tests/data/model_servers.json").read_text())
QUICK = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=0.002, retry_after=5, total=20)
ENDS = ("setting", "credit", "wait", "unknown")
THOUGHT = "Hidden musing: let me ponder zebras."
LONG = " ".join(f"Section {i} repeats that the policy was tried in trial {i} of the long appendix." for i in range(300))


class RowServer:
    """A model server that does what the row says, and answers soundly where the row does not apply."""

    def __init__(self, row) -> None:
        self.row = row
        self.bodies = []

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        row, when = self.row, self.row["when"]
        if self.refuses(body, when):
            raw = row.get("body", "")
            if body.get("stream") and "stream" in row:
                return web.Response(text=row["stream"], content_type="text/event-stream")
            text = raw if isinstance(raw, str) else json.dumps(raw)
            headers = {"Content-Type": "application/json"} | row.get("headers", {})
            return web.Response(status=row["status"], body=text.encode(), headers=headers)
        body = self.cut(body, when)
        return await self.sound(request, body, when)

    def refuses(self, body, when) -> bool:
        roles = [m["role"] for m in body["messages"]]
        neighbours = any(a == b for a, b in pairwise(roles))
        kind, _, value = when.partition(":")
        wanted = body.get("response_format") or {}
        limit = body.get("max_tokens") or body.get("max_completion_tokens") or 0
        return {
            "always": True,
            "has": value in body,
            "any": kind == "any" and any(field in body for field in value.split(",")),
            "unstreamed": not body.get("stream"),
            "neighbours": neighbours,
            "system": "system" in roles,
            "late-system": "system" in roles[1:],
            "system-or-neighbours": neighbours or "system" in roles,
            "json_schema": wanted.get("type") == "json_schema",
            "above": kind == "above" and self.counted(body) > int(value),
            "output": kind == "output" and limit > int(value),
        }.get(kind, False)

    def counted(self, body) -> int:
        return tokens("\n".join(m["content"] for m in body["messages"]))

    def cut(self, body, when):
        kind, _, value = when.partition(":")
        if kind == "drops":
            while self.counted(body) > int(value) and len(body["messages"]) > 1:
                body = body | {"messages": body["messages"][1:]}
        if kind == "cuts" and self.counted(body) > int(value):
            whole = "\n".join(m["content"] for m in body["messages"])
            body = body | {"messages": [{"role": "user", "content": whole[-2 * int(value) :]}]}
        if kind in ("middle", "end") and self.counted(body) > int(value):
            whole, kept = "\n".join(m["content"] for m in body["messages"]), 2 * int(value)
            text = whole[:kept] if kind == "end" else whole[: kept // 2] + whole[-kept // 2 :]
            body = body | {"messages": [{"role": "user", "content": text}]}
        return body

    async def sound(self, request, body, when) -> web.StreamResponse:
        given = self.row.get("body", "")
        shape = given if when == "shape" else ""
        seen, finish = see(body), "stop"
        try:
            text = write(seen)
        except (AttributeError, IndexError, TypeError):  # the task was cut off
            text = "The text tells of a policy."
        message = {"role": "assistant"}
        if when == "thoughts":
            text = f"{given['before']}{THOUGHT}{given['after']}{text}{given.get('end', '')}"
        elif when == "finish":
            text, finish = text[: len(text) * 2 // 3], given
        elif when == "finish-whole":
            finish = given
        else:
            message |= FIELDS.get(shape, {})
        usage = self.usage(body, text)
        if shape == "json" or not (body.get("stream") or shape == "always-stream"):
            choice = {"index": 0, "message": message | {"content": content(text, shape)}, "finish_reason": finish}
            return web.json_response({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})
        kind = "application/x-ndjson" if shape == "ndjson" else "text/event-stream"
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        tail = given if when == "tail" else None
        stream = streamed(text, shape, message, finish, usage, tail)
        await response.write((noisy(stream, given) if when == "noise" else stream).encode())
        await response.write_eof()
        return response

    def usage(self, body, text):
        """What the server says it has read: the truth, nothing, or what it was sent."""
        said = self.row.get("usage", "")
        read = {"zero": 0, "whole": self.counted(self.bodies[-1])}.get(said, self.counted(body))
        return None if said == "none" else {"prompt_tokens": read, "completion_tokens": tokens(text)}


FIELDS = {
    "reasoning_content": {"reasoning_content": THOUGHT, "reasoning": THOUGHT},
    "reasoning_details": {"reasoning_details": [{"type": "reasoning.text", "text": THOUGHT}], "thinking": THOUGHT},
}


def content(text, shape):
    """A text as the server puts it into a message or a piece of one."""
    parts = [{"type": "text", "text": text}]
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]}]
    return {"null": None, "parts": parts, "parts-thinking": thinking + parts}.get(shape, text)


def streamed(text, shape, message, finish, usage, tail):
    """A whole stream of a shape. With a `tail`, half of the text, and then that, word for word."""
    pieces = (
        [text] if shape in ("null", "parts", "parts-thinking") else [text[i : i + 7] for i in range(0, len(text), 7)]
    )
    if tail is not None:
        pieces = pieces[: len(pieces) // 2]
    key = "message" if shape == "message-chunks" else "delta"
    unended = {"finish_reason": ""} if shape == "finish-empty" else {}
    chunks = [{"choices": [{key: message | {"content": content(piece, shape)}} | unended]} for piece in pieces]
    if shape == "azure-first":
        chunks.insert(0, {"choices": [], "prompt_filter_results": [{"prompt_index": 0}]})
    if shape == "delta-null":
        chunks.insert(0, {"choices": [{"delta": None}]})
    last = None if shape == "finish-null" else finish
    if tail is None:
        chunks.append({"choices": [{"delta": {}, "finish_reason": last}]})
        chunks[-1] |= {"usage": None if shape == "no-usage" else usage}
    lead, end = ("", "\n") if shape == "ndjson" else ("data: ", "\r\n\r\n" if shape == "crlf" else "\n\n")
    lead = {"no-space": "data:", "id-lines": "id: 1\nretry: 100\nevent: message\ndata: "}.get(shape, lead)
    lead = ": OPENROUTER PROCESSING\n\n" + lead if shape == "comments" else lead
    texts = [json.dumps(chunk) for chunk in chunks]
    if shape == "multi-line":
        texts = [json.dumps(chunk, indent=1).replace("\n", "\ndata: ") for chunk in chunks]
    done = f"data: [DONE]{end}" if lead and tail is None and shape != "no-done" else ""
    begin = "\ufeff" if shape == "bom" else ""
    return begin + "".join(f"{lead}{one}{end}" for one in texts) + done + (tail or "")


def noisy(stream, noise):
    """A stream with what some servers send before it, after each event, before its end or after it."""
    *events, done = stream.removesuffix("\n\n").split("\n\n")
    middle = [event + "\n\n" + noise.get("between", "") for event in events]
    return f"{noise.get('before', '')}{''.join(middle)}{noise.get('last', '')}{done}\n\n{noise.get('after', '')}"


@asynccontextmanager
async def running(row, server=None):
    server = server or RowServer(row)
    async with answering(server.complete, "POST", "/v1/chat/completions") as url:
        model = Model(name="stand-in", api_key="xx-a-key", base_url=f"{url}/v1", retries=QUICK, timeout=20)
        async with aclosing(model):
            yield server, ModelAnalyst(model)


def text_of(row):
    return a_text(more=" " + LONG if row["expect"] == "part" else "")


async def digest(analyst, row):
    paper = moving()
    [score] = await analyst.rank([paper], Profile(("cs.RO",), "robots", language="en"))
    analysis = await analyst.analyse(paper, text_of(row), "en")
    await analyst.summarise([Entry(1, paper, score, analysis)], "en", date(2026, 1, 30))
    return analysis


async def ask(analyst, row):
    shown = []

    async def keep(text):
        shown.append(text)

    question = "Which success rate does the policy achieve on DriftBench?"
    answer = await analyst.answer(question, [Source(moving(), text_of(row), None, 4)], (), "en", keep)
    assert not any("zebras" in s or "think>" in s for s in shown), shown
    return answer


def cases():
    """Each row for a question. For a digest too if it can go on; of what ends it, one row of a kind and status."""
    ended = set()
    for row in ROWS:
        yield pytest.param(row, ask, id=f"{row['name']}-ask")
        kind = row["expect"], row.get("setting"), row["status"] if row["expect"] in ENDS else row["name"]
        if kind[0] not in ("broken", "nothing") and kind not in ended:
            ended.add(kind)
            yield pytest.param(row, digest, id=f"{row['name']}-digest")


@pytest.mark.parametrize(("row", "work"), [*cases()])
async def test_what_was_reported_of_a_server_comes_out_as_it_must(row, work):
    async with running(row) as (server, analyst):
        match row["expect"]:
            case "setting":
                with pytest.raises(Misconfigured) as caught:
                    await work(analyst, row)
                assert row["setting"] in str(caught.value)
                assert all(said in str(caught.value) for said in row["says"]), str(caught.value)
                assert len(server.bodies) == 1
                assert "xx-a-key" not in str(caught.value)
            case "credit" | "wait" | "unknown" as kind:
                with pytest.raises(ModelUnavailable) as caught:
                    await work(analyst, row)
                assert all(said in str(caught.value) for said in row["says"]), str(caught.value)
                assert "could not be reached" not in str(caught.value)
                assert len(server.bodies) <= {"credit": 1, "wait": 3, "unknown": 2}[kind]
            case "answer":
                found = await work(analyst, row)
                assert found.by == "stand-in"
                assert "zebras" not in str(found)
                assert found.read_whole
                assert not found.selected
                calls = len(server.bodies)
                await work(analyst, row)
                assert len(server.bodies) == calls, "what was learnt or bought is asked again"
            case "part":
                found = await work(analyst, row)
                assert found.by == "stand-in"
                assert found.selected
                if work is digest:
                    assert "full text" not in basis_words(found, "en")
            case "cut":
                try:
                    found = await work(analyst, row)
                except Unusable:  # the summary or the analysis, by a filter
                    assert work is digest
                else:
                    assert [p.fault for p in found.problems] or found.by == "extractive"
            case "broken":
                with pytest.raises(ModelUnavailable) as caught:
                    await work(analyst, row)
                assert all(said in str(caught.value) for said in row["says"]), str(caught.value)
                assert len(server.bodies) <= 2, "a call that may be billed is made again once"
            case "nothing":
                assert (await work(analyst, row)).by == "extractive"


@pytest.mark.parametrize(("body", "calls"), [("", 4), ({"error": {"message": "Incorrect API key provided"}}, 1)])
async def test_half_of_a_long_text_is_tried_once_where_nothing_was_said_and_never_else(body, calls):
    row = {"when": "always", "status": 400, "body": body, "expect": "part"}
    async with running(row) as (server, analyst):
        for _ in range(2):
            with pytest.raises(Misconfigured if calls == 1 else ModelUnavailable):
                await ask(analyst, row)
    assert len(server.bodies) == (2 if calls == 1 else calls + 2)


class PausingServer(RowServer):
    """Writes a text in two parts, the second once the first was shown."""

    def __init__(self, first, second) -> None:
        super().__init__({"when": "", "expect": "answer"})
        self.parts = first, second
        self.shown = asyncio.Event()

    async def sound(self, request, body, when):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part, finish in zip(self.parts, (None, "stop"), strict=True):
            chunk = {"choices": [{"delta": {"content": part}, "finish_reason": finish}]}
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
            if finish is None:
                await self.shown.wait()
        await response.write_eof()
        return response


@pytest.mark.parametrize(
    "first",
    [
        "It reaches a success rate on DriftBench [1]. The",
        "<think>Hidden musing: let me ponder zebras.</think>\nThe answer",
        "Hidden musing: let me ponder zebras.\n</think>\n\nThe answer",
        "*Thinking...*\n\n> Hidden musing: let me ponder zebras.\n\nThe answer",
    ],
)
async def test_the_first_answer_of_an_unknown_server_is_shown_before_its_end(first):
    server, shown = PausingServer(first, " ends here."), []

    async def keep(text):
        shown.append(text)
        server.shown.set()

    async with running({}, server) as (_, analyst):
        await analyst.answer("What is it?", [Source(moving(), text_of({"expect": ""}), None, 4)], (), "en", keep)
    assert shown
    assert not any("zebras" in text for text in shown)


def test_every_row_has_a_source_and_there_are_a_hundred():
    assert len(ROWS) >= 100
    assert len({row["name"] for row in ROWS}) == len(ROWS)
    assert all(row["source"].startswith("https://") for row in ROWS)
