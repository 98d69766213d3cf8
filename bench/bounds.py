"""Every single bad reply, paper and title, each played to a process of its own as the bot would take it: the most memory that the process
took, the longest time in which its event loop stood still, and what a person would read.

`--only WORD` plays those whose name holds the word. Children that parse papers are counted apart: they have a ceiling of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import logging
import sys
import tempfile
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from aiohttp import web

from bench import report
from bench.memory import peak
from tests.servers.local import running

MB = 2**20
NOW = datetime(2026, 1, 30, 15, tzinfo=UTC)
BEAT = 0.005
LOOK = 0.25
"""Seconds between two looks at the processes: each walks through all of the machine's."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Play = Callable[[str], Awaitable[str]]

HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><pubDate>Fri, 30 Jan 2026 00:00:00 -0500</pubDate>'
ITEM = (
    "<item><title>{title}</title><link>https://arxiv.org/abs/2601.01231</link><description>arXiv:2601.01231v1 Announce Type: new \n"
    "Abstract: {abstract}</description><guid>oai:arXiv.org:2601.01231v1</guid><category>cs.CV</category>{more}</item>"
)

ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom"><id>x</id><opensearch:totalResults>1</opensearch:totalResults>'
    "<entry><id>http://arxiv.org/abs/2601.01231v1</id><published>2026-01-29T12:00:00Z</published>"
    "<updated>2026-01-29T12:00:00Z</updated><title>{title}</title><summary>{abstract}</summary>"
    '<arxiv:primary_category term="cs.CV"/><category term="cs.CV"/>{more}</entry></feed>'
)


# ------------------------------------------------------------------------------ what is served


def bomb(megabytes: int, block: bytes = b" ") -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + (packer.compress(block * (MB // len(block))) + packer.flush(zlib.Z_FULL_FLUSH)) * megabytes


def body(data: bytes, kind: str, **headers: str) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=data, headers={"Content-Type": kind, **named})

    return answer


def endless(kind: str, lead: bytes, piece: bytes = b"x" * 2**16, status: int = 200, pause: float = 0.0) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": kind})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            await response.write(lead)
            while request.transport is not None and not request.transport.is_closing():
                await response.write(piece)
                if pause:
                    await asyncio.sleep(pause)
        return response

    return answer


def redirect(place: str) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": place})

    return answer


def listed(title: str = "A title", abstract: str = "An abstract.", more: str = "") -> Handler:
    """The same paper from the feed and from the API."""
    rss = HEAD + ITEM.format(title=title, abstract=abstract, more=more) + "</channel></rss>"
    told = (
        more.replace("dc:creator>", "name>").replace("<name>", "<author><name>").replace("</name>", "</name></author>")
    )
    atom = ATOM.format(title=title, abstract=abstract, more=told)
    of_feed, of_api = body(rss.encode(), "application/rss+xml"), body(atom.encode(), "application/atom+xml")

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (of_api if request.path.startswith("/api") else of_feed)(request)

    return answer


def completion(text: str) -> Handler:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return body(json.dumps({"object": "chat.completion", "choices": [choice]}).encode(), "application/json")


def html(inside: str) -> bytes:
    lead = '<html><body><article class="ltx_document"><h1 class="ltx_title">A title</h1>'
    return f'{lead}<section class="ltx_section" id="S1"><h2>One</h2>{inside}</section></article></body></html>'.encode()


# ------------------------------------------------------------------------------ how the bot takes it


async def the_list(url: str) -> str:
    from digest.arxiv.client import Arxiv
    from digest.ports import FreePace

    arxiv = Arxiv(f"{url}/api", url, pace=FreePace(), time_limit=timedelta(seconds=20), first_wait=timedelta(hours=1))
    found = await arxiv.announced(["cs.CV"], NOW)
    [listed, *_], [paper, *_] = found.latest, found.window
    return f"a paper with {len(listed.paper.authors)} authors in the feed, {len(paper.authors)} by the API"


def a_model(url: str):  # type: ignore[no-untyped-def]
    from digest.llm.server.client import Model, RetryPolicy

    once = RetryPolicy(attempts=1, first_wait=0.01, longest_wait=0.02, retry_after=1, total=20)
    return Model(name="m", embeddings="e", base_url=f"{url}/v1", retries=once, timeout=20)


async def a_reply(url: str) -> str:
    from digest.llm.server.wire import Request, user

    reply = await a_model(url).ask(Request((user("Say something."),)))
    return f"{len(reply.text)} characters; {reply.problem}"


async def a_stream(url: str) -> str:
    from digest.llm.server.wire import Request, user

    shown = 0

    async def show(_text: str) -> None:
        nonlocal shown
        shown += 1

    reply = await a_model(url).stream(Request((user("Say something."),)), show)
    return f"{len(reply.text)} characters shown {shown} times; {reply.problem}"


async def vectors(url: str) -> str:
    return f"{len(await a_model(url).embed(['x'] * 128))} vectors"


async def an_analysis(url: str) -> str:
    from digest.llm.analyst import ModelAnalyst
    from tests.digest.llm.papers import a_text, moving

    made = await ModelAnalyst(a_model(url)).analyse(moving(), a_text(), "en")
    return f"by {made.by}, problems {len(made.problems)}"


async def an_answer(url: str) -> str:
    from digest.llm.analyst import ModelAnalyst
    from digest.ports import Source
    from tests.digest.llm.papers import a_text, moving

    async def show(_text: str) -> None:
        pass

    answer = await ModelAnalyst(a_model(url)).answer(
        "What is it?", [Source(moving(), a_text(), None, 1)], (), "en", show
    )
    return f"by {answer.by}, problems {len(answer.problems)}"


async def a_paper(url: str) -> str:
    from digest.fulltext.fetch import Fetcher
    from digest.fulltext.reader import Reader
    from digest.ports import FreePace, MemoryCache
    from tests.builders import a_paper as built

    reader = Reader(Fetcher(url, FreePace(), attempts=1, wait=0.01, timeout=30), MemoryCache())
    try:
        text = await reader.read(built())
        return f"{text.basis.value}, {sum(len(p.text) for s in text.sections for p in s.passages)} characters"
    finally:
        await reader.aclose()


async def a_drawn_paper(url: str) -> str:
    """As a delivery plans it, for both platforms."""
    import httpx2

    from bot.core.chat import Place
    from bot.core.subscription import Detail
    from bot.digests import cards
    from bot.discord.chat import DiscordChat
    from bot.slack.chat import SlackChat
    from digest.checks.safe_markdown import safe_markdown
    from digest.render.markdown import render
    from tests.bot.test_drawing import a_digest_of

    async with httpx2.AsyncClient() as client:
        text = (await client.get(url)).text
    digest = a_digest_of(text[:2_000], safe_markdown(text))

    def draw() -> int:
        render(digest)
        thread = cards.thread(digest, Detail.FULL)
        chats = (SlackChat("x"), DiscordChat("x"))
        return sum(len(list(chat.plan(thread, Place(chat.name, "1"), "k"))) for chat in chats)

    return f"{await asyncio.to_thread(draw)} steps"  # a delivery is planned in a thread


async def a_slack_call(url: str) -> str:
    from bot.slack.web_api import WebApi

    api = WebApi("xoxb-1", f"{url}/api/")
    try:
        return str(len(await api.call("chat.update", channel="C1")))
    finally:
        await api.close()


async def a_discord_login(url: str) -> str:
    from bot.discord import connection

    connection.set_addresses(url)
    client = connection.make_rest_client()
    try:
        await client.login("a.b.c")
    finally:
        await client.close()
    return "logged in"


# ------------------------------------------------------------------------------ the cases


def cases() -> dict[str, tuple[Callable[[], Handler], Play]]:
    """By name: what makes the server's answer, and who takes it."""
    sse = b'data: {"choices": [{"index": 0, "delta": {"content": "'
    token = b'data: {"choices": [{"index": 0, "delta": {"content": "word "}}]}\n\n'
    name = "<dc:creator>Name {n}</dc:creator>"
    number = b"0.12345678,"
    plain = "text/plain"
    return {
        "list: a gzip of 1.5 GB": (lambda: body(bomb(1500), "text/xml", Content_Encoding="gzip"), the_list),
        "list: a body without an end": (
            lambda: endless("application/atom+xml", b"<feed>", b"<entry>" * 9_000),
            the_list,
        ),
        "list: a body that drips": (lambda: endless("application/atom+xml", b"<feed>", b" ", pause=0.5), the_list),
        "list: 200,000 attributes": (
            lambda: listed(more="<a " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>"),
            the_list,
        ),
        "list: 100,000 nested elements": (lambda: listed(more="<a>" * 100_000), the_list),
        "list: a redirect to another host": (lambda: redirect("http://127.0.0.2:9/feed"), the_list),
        "list: a picture": (lambda: body(b"\x89PNG" * MB, "image/png"), the_list),
        "list: a million elements": (lambda: listed(more="<a/>" * 1_100_000), the_list),
        "list: 100,000 authors": (lambda: listed(more="".join(name.format(n=n) for n in range(100_000))), the_list),
        "list: an abstract of 5 million characters": (lambda: listed(abstract="word " * 1_000_000), the_list),
        "list: TeX 26 times in a title": (lambda: listed(title=r"$\frac{" * 26), the_list),
        "model: a reply of 600 MB": (
            lambda: endless("application/json", b'{"choices": [{"message": {"content": "'),
            a_reply,
        ),
        "model: a gzip of 1.5 GB": (lambda: body(bomb(1500), "application/json", Content_Encoding="gzip"), a_reply),
        "model: an event without an end": (lambda: endless("text/event-stream", sse), a_stream),
        "model: events without an end": (lambda: endless("text/event-stream", b"", token * 500), a_stream),
        "model: an answer that drips": (lambda: endless("text/event-stream", token, token, pause=0.2), a_stream),
        "model: an error without an end": (
            lambda: endless("application/json", b'{"error": {"message": "', status=500),
            a_reply,
        ),
        "model: a reply of 4 MB of brackets": (lambda: completion("[" * (4 * MB - 1_000)), a_reply),
        "model: a reply of 4 MB of tags": (lambda: completion("<think>" * (4 * MB // 7 - 1_000)), a_reply),
        "model: 4 MB of nested JSON": (lambda: body(b"[" * (4 * MB - 100), "application/json"), a_reply),
        "model: 16 MB of vectors": (
            lambda: body(b'{"data": [' + number * (15 * MB // 11) + b"0]}", "application/json"),
            vectors,
        ),
        "model: an analysis of 250,000 brackets": (lambda: completion("[" * 250_000), an_analysis),
        "model: an analysis of one long word": (lambda: completion('{"core": "' + "x" * 250_000 + '"}'), an_analysis),
        "model: an answer of 250,000 stars": (lambda: completion("*a " * 80_000), an_answer),
        "model: an answer of one long word": (lambda: completion("x" * 250_000), an_answer),
        "model: an answer of 60,000 quotations": (lambda: completion("“a” [1] " * 30_000), an_answer),
        "model: half an emoji": (lambda: completion("An answer \ud83d."), an_answer),
        "page: 49 MB": (lambda: body(html("<p>word</p>" * 4_000_000), "text/html"), a_paper),
        "page: a gzip of 1.5 GB": (lambda: body(bomb(1500, b"<p>a"), "text/html", Content_Encoding="gzip"), a_paper),
        "page: 100,000 nested elements": (lambda: body(html("<div>" * 100_000), "text/html"), a_paper),
        "page: 300,000 formulas": (
            lambda: body(html("<p>" + "<math><mi>a</mi></math>" * 300_000 + "</p>"), "text/html"),
            a_paper,
        ),
        "page: a body without an end": (lambda: endless("text/html", b"<html>"), a_paper),
        "slack: a gzip of 1.5 GB": (
            lambda: body(bomb(1500), "application/json", Content_Encoding="gzip"),
            a_slack_call,
        ),
        "slack: a body without an end": (lambda: endless("application/json", b'{"ok": "'), a_slack_call),
        "discord: a gzip of 1.5 GB": (
            lambda: body(bomb(1500), "application/json", Content_Encoding="gzip"),
            a_discord_login,
        ),
        "discord: a body without an end": (lambda: endless("application/json", b'{"id": "'), a_discord_login),
        "model: a redirect to another host": (lambda: redirect("http://127.0.0.2:9/v1/chat/completions"), a_reply),
        "drawn: brackets": (lambda: body(b"[" * 40_000, plain), a_drawn_paper),
        "drawn: headings": (lambda: body(b"# a\n" * 10_000, plain), a_drawn_paper),
        "drawn: emphasis": (lambda: body(b"*a **b " * 5_000, plain), a_drawn_paper),
        "drawn: fractions": (lambda: body(rb"$\frac{" * 26, plain), a_drawn_paper),
        "drawn: a table": (lambda: body(b"|a|b|\n|-|-|\n" + b"|x|y|\n" * 500, plain), a_drawn_paper),
        "drawn: 40,000 Chinese characters": (lambda: body("中文，".encode() * 13_000, plain), a_drawn_paper),
    }


# ------------------------------------------------------------------------------ one case, in a process of its own


LOADED = (
    "openai.resources.chat", "openai.resources.embeddings", "bot.server.service", "bot.slack.chat", "bot.discord.chat", "digest.arxiv.client",
    "digest.fulltext.reader", "digest.llm.analyst", "digest.llm.server.transport", "lxml.etree", "pylatexenc.latex2text",
    "tests.bot.test_drawing", "tests.digest.llm.papers",
)  # fmt: skip
"""What a bot that has made a digest has loaded."""


async def beat(stalls: list[float]) -> None:
    """The longest time between two beats: of the loop's own work, and by the clock, where a busy machine shows too."""
    while True:
        begun, worked = time.monotonic(), time.thread_time()
        await asyncio.sleep(BEAT)
        stalls[0] = max(stalls[0], time.thread_time() - worked)
        stalls[1] = max(stalls[1], time.monotonic() - begun - BEAT)


async def play(name: str, url: str) -> None:
    for module in LOADED:
        importlib.import_module(module)
    logging.disable(logging.CRITICAL)
    stalls = [0.0, 0.0]
    beating = asyncio.create_task(beat(stalls))
    await asyncio.sleep(0.05)
    stalls[:] = [0.0, 0.0]
    begun = time.monotonic()
    try:
        said = await cases()[name][1](url)
    except Exception as error:  # what a person would read
        said = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - begun
    await asyncio.sleep(0.02)
    beating.cancel()
    print(json.dumps({"worked": 1000 * stalls[0], "stall": 1000 * stalls[1], "seconds": seconds, "said": said}))


async def measure(name: str, url: str) -> tuple[float, float, float, float, float, str]:
    """MB of the process and of its children, milliseconds of the longest stall (work, clock), seconds, and what was said."""
    words = [sys.executable, "-m", "bench.bounds", "--play", name, "--url", url]
    with tempfile.TemporaryDirectory() as home:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            env={"HOME": home, "PATH": "/usr/bin:/bin"},
        )
        highest = children = 0.0
        reading = asyncio.create_task(process.communicate())
        while not reading.done():
            with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                highest = max(highest, peak(process.pid))
                inside = psutil.Process(process.pid).children(recursive=True)
                children = max(children, sum(c.memory_info().rss for c in inside) / 1e6)
            await asyncio.wait([reading], timeout=LOOK)
        out, _ = reading.result()
    died: dict[str, Any] = {"worked": 1e9, "stall": 1e9, "seconds": 0.0, "said": "it died"}
    told = json.loads(out.decode().splitlines()[-1]) if out.strip() else died
    return highest, children, told["worked"], told["stall"], told["seconds"], told["said"]


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--play")
    parser.add_argument("--url")
    given = parser.parse_args()
    if given.play:
        await play(given.play, given.url)
        return
    rows: list[tuple[str, int, int, int, int, float, str]] = []
    for name, (made, _) in cases().items():
        if given.only in name:
            handler = made()
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            async with running(app) as url:
                row = await measure(name, url)
            memory, children, worked, stall = (round(x) for x in row[:4])
            rows.append((name, memory, children, worked, stall, round(row[4], 1), row[5][:110]))
            print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    report.table(("attempt", "MB", "MB of children", "stall, ms", "by the clock, ms", "s", "outcome"), rows)
    report.aim("the most memory of the bot's process, MB", max(row[1] for row in rows), most=400)
    report.aim("the longest stall of its event loop, ms", max(row[3] for row in rows), most=250, last=True)


if __name__ == "__main__":
    asyncio.run(main())
