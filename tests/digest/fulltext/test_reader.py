"""From a paper to its text, with the real child process and the real wire."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import date, timedelta
from multiprocessing.context import SpawnProcess

import psutil
import pytest

from digest import cache_keys
from digest.errors import Unreadable
from digest.fulltext import pool, worker
from digest.fulltext.fetch import Fetcher
from digest.fulltext.pool import ChildPool, Crashed
from digest.fulltext.reader import PARSER, UNAVAILABLE_LIFE, Reader
from digest.model import Basis, FullText, from_json
from digest.ports import FreePace, MemoryCache
from tests.builders import a_paper
from tests.deadline import DEADLINE, until
from tests.digest.fulltext.in_a_child import calling, dying, endless, greedy, nosy
from tests.digest.fulltext.latexml import INTRODUCTION, WHOLE, page
from tests.digest.fulltext.sheets import paper as a_pdf
from tests.digest.fulltext.test_fetch import added
from tests.servers import faults
from tests.servers.faults import Fault
from tests.servers.papers import a_day

DAY = date(2026, 1, 30)


class Lives(MemoryCache):
    """A cache that tells how long it was asked to keep what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.lives: dict[str, timedelta] = {}

    async def put(self, key: str, value: bytes, life: timedelta) -> None:
        self.lives[key] = life
        await super().put(key, value, life)


@pytest.fixture
def cache():
    return Lives()


@pytest.fixture
async def reader(arxiv, cache):
    made = Reader(Fetcher(arxiv.content_url, FreePace(), wait=0.01, attempts=2), cache)
    yield made
    await made.aclose()


def children() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one, too
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
    return found


async def test_html_first_then_pdf_then_the_abstract_and_the_note_says_why(arxiv, reader):
    one, two, three = a_day(3, DAY)
    arxiv.add(one, two, three)
    text = await reader.read(one.paper)
    assert (text.basis, text.note) == (Basis.HTML, "")
    arxiv.faults.next("html", Fault(404))
    text = await reader.read(two.paper)
    assert (text.basis, text.note) == (Basis.PDF, "no HTML (404)")
    assert all(fact in text.text for fact in two.facts)
    arxiv.faults.next("html", Fault(404))
    arxiv.faults.next("pdf", Fault(404))
    text = await reader.read(three.paper)
    assert (text.basis, text.note) == (Basis.ABSTRACT, "no HTML (404); no PDF (404)")
    assert text.text == three.paper.abstract


async def test_what_was_read_is_kept_for_thirty_days_and_not_asked_for_again(arxiv, reader, cache):
    paper = added(arxiv)
    first = await reader.read(paper)
    assert await reader.read(paper) == first
    assert len(arxiv.journal.of("html", "pdf")) == 1
    key = cache_keys.text(paper, PARSER)
    assert cache.lives == {key: cache_keys.TEXT_LIFE}
    assert from_json(FullText, await cache.get(key) or b"") == first


async def test_silence_of_arxiv_is_believed_for_minutes_only(arxiv, reader, cache):
    paper = added(arxiv)
    arxiv.faults.always("html", faults.DOWN)
    arxiv.faults.always("pdf", faults.DOWN)
    text = await reader.read(paper)
    assert text.basis is Basis.ABSTRACT
    assert "503" in text.note
    assert cache.lives == {cache_keys.text(paper, PARSER): UNAVAILABLE_LIFE}


async def test_a_pdf_that_was_read_because_arxiv_was_silent_is_kept_for_minutes_only(arxiv, reader, cache):
    paper = added(arxiv)
    arxiv.papers[paper.id].pdf = a_pdf()
    arxiv.faults.always("html", faults.DOWN)
    text = await reader.read(paper)
    assert text.basis is Basis.PDF
    assert cache.lives == {cache_keys.text(paper, PARSER): UNAVAILABLE_LIFE}


async def test_a_failed_conversion_is_read_from_the_pdf(arxiv, reader):
    paper = added(arxiv)
    fatal = '<html><body><span class="ltx_ERROR">Conversion to HTML had a Fatal error and exited abruptly.</span></body></html>'
    arxiv.faults.always("html", Fault(body=fatal))
    text = await reader.read(paper)
    assert (text.basis, text.note) == (Basis.PDF, "arXiv could not convert this paper to HTML")


LACKING = (
    """<section class="ltx_section" id="S9"><h2 class="ltx_title ltx_title_section">9 Method</h2></section></article>"""
)


async def test_a_page_that_lacks_a_section_is_read_from_the_pdf_where_that_holds_more(arxiv, reader):
    one, two = a_day(2, DAY)
    arxiv.add(one, two)
    little, much = arxiv.papers.values()
    little.html = page(INTRODUCTION + LACKING).decode()
    much.html, much.pdf = (much.html or "").replace("</article>", LACKING), a_pdf()
    text = await reader.read(one.paper)
    assert (text.basis, text.note) == (Basis.PDF, "arXiv's HTML lacks 9 Method")
    assert all(fact in text.text for fact in one.facts)
    assert text.missing == ()
    text = await reader.read(two.paper)
    assert (text.basis, text.missing) == (Basis.HTML, ("9 Method",))
    assert all(fact in text.text for fact in two.facts)


async def test_a_page_that_lacks_a_section_is_kept_where_there_is_no_pdf(arxiv, reader):
    made = a_day(1, DAY)[0]
    arxiv.add(made)
    (held,) = arxiv.papers.values()
    held.html = (held.html or "").replace("</article>", LACKING)
    arxiv.faults.always("pdf", Fault(404))
    text = await reader.read(made.paper)
    assert (text.basis, text.missing) == (Basis.HTML, ("9 Method",))
    assert text.note == "arXiv's HTML lacks 9 Method; no PDF (404)"


async def test_an_abstract_missing_in_the_document_comes_from_the_metadata(arxiv, reader):
    paper = added(arxiv)
    body = WHOLE.decode().split("</article>")[0].split("Then we answer.</p></div>")[1]
    arxiv.faults.always("html", Fault(body=page(body).decode()))
    text = await reader.read(paper)
    assert text.sections[0].title == "Abstract"
    assert text.sections[0].passages[0].text == paper.abstract


async def test_a_withdrawn_paper_is_not_asked_for(arxiv, reader):
    text = await reader.read(a_paper(withdrawn=True))
    assert (text.basis, text.note) == (Basis.ABSTRACT, "the paper was withdrawn")
    assert arxiv.journal.of("html", "pdf") == []


async def test_nothing_starts_before_the_first_paper_and_everything_ends_with_aclose(arxiv, cache):
    reader = Reader(Fetcher(arxiv.content_url, FreePace()), cache)
    assert children() == []
    await reader.read(added(arxiv))
    assert len(children()) == 1
    await reader.aclose()
    assert children() == []


PAPER = a_paper()


async def ended(process: psutil.Process) -> None:
    """Whoever started it takes note of its end; we only look."""
    await until(lambda: process not in children())


async def a_child(made: ChildPool) -> psutil.Process:
    await made.parse(Basis.PDF, a_pdf(), PAPER)
    (process,) = children()
    return process


async def test_a_broken_file_is_unreadable_and_the_same_child_reads_the_next_one():
    made = ChildPool()
    try:
        process = await a_child(made)
        with pytest.raises(Unreadable):
            await made.parse(Basis.PDF, b"%PDF-1.7 nothing", PAPER)
        assert await a_child(made) == process
    finally:
        await made.aclose()


async def test_a_child_killed_when_idle_is_replaced_without_anybody_noticing():
    made = ChildPool()
    try:
        process = await a_child(made)
        os.kill(process.pid, signal.SIGKILL)
        await ended(process)
        assert from_json(FullText, await made.parse(Basis.PDF, a_pdf(), PAPER)).basis is Basis.PDF
    finally:
        await made.aclose()


async def test_a_child_killed_with_a_lock_in_hand_costs_one_paper(monkeypatch):
    """Between a paper and its result the child holds the pool's lock, which nobody releases then."""
    made = ChildPool()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(pool.worker, "parse", endless)
            reading = asyncio.create_task(made.parse(Basis.PDF, b"", PAPER))
            async with asyncio.timeout(DEADLINE):
                while made._pool is None or not any(
                    t.worker_id for t in made._pool._pool_manager.task_manager.tasks.values()
                ):
                    await asyncio.sleep(0.02)
            assert made._pool._pool_manager.worker_manager.workers_channel.mutex.acquire(timeout=DEADLINE)
            (process,) = children()
            os.kill(process.pid, signal.SIGKILL)
            with pytest.raises(Crashed, match="ended its process"):
                await reading
        async with asyncio.timeout(30):
            assert from_json(FullText, await made.parse(Basis.PDF, a_pdf(), PAPER)).basis is Basis.PDF
    finally:
        await made.aclose()


def users_have_namespaces() -> bool:
    if not hasattr(os, "unshare"):
        return False
    code = "import os; os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)"
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not users_have_namespaces(), reason="the system gives users no namespaces")
async def test_a_child_has_no_network(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = ChildPool()
        monkeypatch.setattr(pool.worker, "parse", calling)
        try:
            port = str(listening.getsockname()[1]).encode()
            assert await made.parse(Basis.PDF, port, PAPER) == b"refused"
        finally:
            await made.aclose()


@pytest.mark.parametrize(
    ("machine", "ceiling"), [(512_000_000, 256_000_000), (1_000_000_000, 500_000_000), (64_000_000_000, 1_000_000_000)]
)
def test_the_memory_of_a_child_goes_by_the_machine(monkeypatch, machine, ceiling):
    monkeypatch.setattr(worker.os, "sysconf", {"SC_PHYS_PAGES": machine, "SC_PAGE_SIZE": 1}.__getitem__)
    assert worker.memory_ceiling() == ceiling


@pytest.mark.parametrize(("stand_in", "why"), [(dying, "ended its process"), (endless, "took more than 1 s")])
async def test_a_child_that_dies_or_hangs_costs_one_paper(monkeypatch, stand_in, why):
    made = ChildPool(seconds=1)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(pool.worker, "parse", stand_in)
            with pytest.raises(Crashed, match=why):
                await made.parse(Basis.PDF, b"", PAPER)
        monkeypatch.setattr(made, "_seconds", pool.SECONDS)  # on a busy machine a page may take longer than one
        assert from_json(FullText, await made.parse(Basis.PDF, a_pdf(), PAPER)).pages == 1
    finally:
        await made.aclose()


async def test_a_child_cannot_take_more_memory_than_allowed(monkeypatch):
    made = ChildPool()
    monkeypatch.setattr(pool.worker, "parse", greedy)
    try:
        with pytest.raises(Unreadable, match="memory"):
            await made.parse(Basis.PDF, b"", PAPER)
    finally:
        await made.aclose()


async def test_a_child_has_no_secrets_in_its_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    made = ChildPool()
    monkeypatch.setattr(pool.worker, "parse", nosy)
    try:
        seen = (await made.parse(Basis.PDF, b"", PAPER)).decode()
        assert "PATH" in seen
        assert "KEY" not in seen
        assert "TOKEN" not in seen
        assert "secret" not in seen
    finally:
        await made.aclose()


async def test_an_idle_child_ends_and_the_next_paper_starts_another():
    made = ChildPool(idle=0.05)
    try:
        process = await a_child(made)
        await ended(process)
        assert made._pool is None
        assert await a_child(made) != process
    finally:
        await made.aclose()


async def test_a_child_that_starts_while_the_last_one_stops_reads_its_paper(monkeypatch, capfd):
    """What the old one gives up, multiprocessing's process for named semaphores, is the new one's too."""
    starting, stopped = threading.Event(), threading.Event()
    start = SpawnProcess.start

    def start_when_stopped(process):
        starting.set()
        assert stopped.wait(DEADLINE)
        start(process)

    first, second = ChildPool(), ChildPool()
    try:
        await a_child(first)
        monkeypatch.setattr(SpawnProcess, "start", start_when_stopped)
        reading = asyncio.create_task(second.parse(Basis.PDF, a_pdf(), PAPER))
        assert await asyncio.to_thread(starting.wait, DEADLINE)
        await first.aclose()
        stopped.set()
        assert from_json(FullText, await reading).pages == 1
    finally:
        stopped.set()
        await first.aclose()
        await second.aclose()
    assert capfd.readouterr().err == ""


async def test_a_cancelled_reading_does_not_keep_the_next_one_waiting(monkeypatch):
    made = ChildPool(seconds=30)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(pool.worker, "parse", endless)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(made.parse(Basis.PDF, b"", PAPER), 1)
        assert from_json(FullText, await asyncio.wait_for(made.parse(Basis.PDF, a_pdf(), PAPER), 20)).pages == 1
    finally:
        await made.aclose()


def test_a_text_longer_than_any_use_is_cut_at_a_passage_and_says_so(monkeypatch):
    monkeypatch.setattr(worker, "MAX_CHARACTERS", 500)
    job = worker.Job(Basis.HTML, WHOLE, "2601.00001", 1, 30)
    text = from_json(FullText, worker.parse(job))
    assert sum(len(p.text) for s in text.sections for p in s.passages) <= 500
    assert text.note == "the text was cut at 500 characters"
    assert text.sections[-1].title == "2.1 Loss"
