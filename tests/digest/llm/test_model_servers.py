"""Every shape that was reported of a model server, on the wire through the real SDK, for a question and for a digest.

The rows are in `tests/data/model_servers.json`: who reported it, what the server does and when, and what must come out.
"""

import json
from contextlib import asynccontextmanager
from datetime import date
from itertools import pairwise

import pytest
from aiohttp import web

from digest.errors import Misconfigured, ModelUnavailable
from digest.llm.analyst import ModelAnalyst
from digest.llm.server.client import Model, RetryPolicy
from digest.model import Entry, Profile
from digest.ports import Source
from digest.render.markdown import basis_words
from tests.digest.llm.papers import a_text, moving
from tests.paths import ROOT
from tests.servers.model import tokens
from tests.servers.model_words import see, write

ROWS = json.loads((ROOT / "tests/data/model_servers.json").read_text())
QUICK = RetryPolicy(attempts=3, first_wait=0.001, longest_wait=0.002, retry_after=5, total=20)
THOUGHT = "Hidden musing: let me ponder zebras."
LONG = " ".join(f"Section {i} repeats that the policy was tried in trial {i} of the long appendix." for i in range(400))


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
            "unstreamed": not body.get("stream"),
            "neighbours": neighbours,
            "system": "system" in roles,
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
        return body

    async def sound(self, request, body, when) -> web.StreamResponse:
        shape = self.row.get("body") if when in ("shape", "finish", "thoughts") else ""
        text, finish = write(see(body)), "stop"
        message = {"role": "assistant"}
        if when == "thoughts":
            text = f"{shape['before']}{THOUGHT}{shape['after']}{text}"
        elif when == "finish":
            text, finish = text[: len(text) * 2 // 3], shape
        elif shape == "reasoning_content":
            message["reasoning_content"] = message["reasoning"] = THOUGHT
        content = None if shape == "null" else [{"type": "text", "text": text}] if shape == "parts" else text
        usage = {"prompt_tokens": self.counted(body), "completion_tokens": tokens(text)}
        if not body.get("stream") or shape == "json":
            choice = {"index": 0, "message": message | {"content": content}, "finish_reason": finish}
            return web.json_response({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})
        chunks = [{"choices": [{"delta": message | {"content": text[i : i + 7]}}]} for i in range(0, len(text), 7)]
        if shape == "null":
            chunks = [{"choices": [{"delta": {"content": None}}]}]
        if shape == "parts":
            chunks = [{"choices": [{"delta": {"content": [{"type": "text", "text": text}]}}]}]
        last = None if shape == "finish-null" else finish
        chunks.append({"choices": [{"delta": {}, "finish_reason": last}], "usage": usage})
        lead, end = ("", "\n") if shape == "ndjson" else ("data: ", "\r\n\r\n" if shape == "crlf" else "\n\n")
        lines = "".join(f"{lead}{json.dumps(c)}{end}" for c in chunks) + (f"data: [DONE]{end}" if lead else "")
        kind = "application/x-ndjson" if shape == "ndjson" else "text/event-stream"
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        await response.write(lines.encode())
        await response.write_eof()
        return response


@asynccontextmanager
async def running(row):
    server = RowServer(row)
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", server.complete)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    model = Model(
        name="stand-in",
        api_key="xx-a-key",
        base_url=f"http://127.0.0.1:{runner.addresses[0][1]}/v1",
        retries=QUICK,
        timeout=20,
    )
    try:
        yield server, ModelAnalyst(model)
    finally:
        await model.aclose()
        await runner.cleanup()


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


@pytest.mark.parametrize("work", [ask, digest], ids=["ask", "digest"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
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
                assert "reached" not in str(caught.value)
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
                found = await work(analyst, row)
                assert [p.fault for p in found.problems] or found.by == "extractive"
            case "nothing":
                if work is ask:
                    assert (await work(analyst, row)).by == "extractive"


def test_every_row_has_a_source_and_there_are_a_hundred():
    assert len(ROWS) >= 100
    assert len({row["name"] for row in ROWS}) == len(ROWS)
    assert all(row["source"].startswith("https://") for row in ROWS)
