"""Output of commands: documents and cards on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.one_digest import CLI
from bot.core.chat import Chats, Menu, Person, Place, Question
from digest.arxiv.categories import TAXONOMY, check
from digest.arxiv.ids import PaperRef, named
from digest.errors import BadInput, Misconfigured, NotFound
from digest.model import Digest, to_json

if TYPE_CHECKING:
    from rich.console import Console

    from bot.core.settings.settings import Settings
    from bot.server.wiring import App
    from digest.ports import Progress as ShowProgress

LOCAL_USER = Person("terminal", admin=True, moderates=True)

STAGES = {
    "announced": "Asking arXiv",
    "ranked": "Ranking",
    "read": "Reading",
    "summarised": "Summing up",
    "delivered": "Posting",
}


def say(sentence: str) -> None:
    """Prints to stderr."""
    print(sentence, file=sys.stderr)


def some(n: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def stderr_console() -> Console:
    from bot.console import render

    return render.terminal(sys.stderr)


def check_categories(categories: Sequence[str]) -> None:
    """Raises Misconfigured for an impossible category; warns of an unknown one."""
    for category in categories:
        checked = check(category)
        near = (
            f" Did you mean {', '.join(checked.nearest)}?"
            if checked.nearest
            else f" The list is at {TAXONOMY}; other topics belong in the interests."
        )
        if not checked.possible:
            raise Misconfigured(f"{category!r} is not an arXiv category such as cs.CV.{near}")
        if not checked.known:
            say(f"{category} is not a category Paperboy knows; using it anyway.{near}")


def check_writable(output: Path) -> None:
    """Raises Misconfigured before the work starts."""
    if output.is_dir():
        raise Misconfigured(f"{output} is a folder; name a file in it.")
    if output.exists() and not output.is_file():
        return  # a device or a pipe
    if not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise Misconfigured(f"{output.parent} is not a writable folder. Name a file in another one.")


def parse_paper(text: str) -> PaperRef:
    """Raises BadInput for text that is not an id or URL."""
    ref = named(text)
    if ref is None:
        raise BadInput(f"{text[:60]!r} is not a paper; write an arXiv id such as 2601.22153, or its URL.")
    return ref


@contextlib.contextmanager
def progress() -> Iterator[ShowProgress]:
    """Yields a function that shows progress: bars on a terminal, lines elsewhere."""
    if not sys.stderr.isatty() or not (console := stderr_console()).is_terminal:
        yield _print_lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {}

        def show_progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(STAGES.get(stage, stage), total=None)
            bars.update(tasks[stage], completed=done, total=total or None)

        show_progress("announced", 0, 0)
        yield show_progress


def _print_lines() -> ShowProgress:
    printed: set[tuple[str, bool]] = set()

    def show_progress(stage: str, done: int, total: int) -> None:
        if (stage, done >= total) not in printed:
            printed.add((stage, done >= total))
            say(f"{STAGES.get(stage, stage)}: {done} of {total}")

    return show_progress


def document(digest: Digest, *, as_json: bool) -> str:
    from digest.render import markdown

    if not as_json:
        return markdown.render(digest)
    return json.dumps(json.loads(to_json(digest)), ensure_ascii=False, indent=1) + "\n"


def write(text: str, output: Path | None) -> None:
    """Writes to stdout or a device, or replaces the file atomically, that of a link. Raises
    Misconfigured if it cannot."""
    if output is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    try:
        if output.exists() and not output.is_file():
            output.write_text(text, encoding="utf-8")
        else:
            target = output.resolve()
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=target.parent, delete=False, prefix=f".{target.name}."
            ) as file:
                file.write(text)
            Path(file.name).chmod(0o644)
            Path(file.name).replace(target)
    except OSError as error:
        raise Misconfigured(f"{output} cannot be written ({error.strerror}). Name a file elsewhere.") from None
    say(f"Written to {output}.")


def write_json(data: object, output: Path | None = None) -> None:
    write(json.dumps(data, ensure_ascii=False, indent=1) + "\n", output)


def data_of(value: object) -> Any:
    return json.loads(to_json(value))


async def show_paper(app: App, words: str, *, as_json: bool = False, plain: bool = False) -> None:
    """Shows a card by id or URL, a list by words. Raises BadInput, NotFound, ArxivUnavailable."""
    from bot.commands.paper import list_post
    from bot.console import render
    from bot.console.chat import ConsoleChat
    from bot.console.queue import InlineQueue
    from bot.digests import cards
    from bot.questions.lookup import find_paper, look_up

    ref = named(words)
    chat = ConsoleChat(app.store, render.terminal(sys.stdout, plain=plain))
    context = app.context(Chats(console=chat), InlineQueue())
    language = app.settings.digest_language
    if ref is None:
        found = await app.services.papers.search(words)
        if not found:
            raise NotFound(f"arXiv finds nothing for {words!r}; try fewer words, or au:name.")
        if as_json:
            write_json([data_of(paper) for paper in found])
            return
        shown = list_post(words, found, language)
        chat.screen.print(
            render.reply(replace(shown, blocks=tuple(b for b in shown.blocks if not isinstance(b, Menu))))
        )
        return
    paper = await find_paper(context, ref)
    with stderr_console().status(f"Reading {paper.versioned} …"):
        entry = await look_up(context, paper, language, CLI.key)
    if as_json:
        write_json(data_of(entry))
        return
    chat.screen.print(render.reply(cards.card(entry, language, app.settings.digest_detail)))


async def show_answer(
    app: App, ref: PaperRef, question: str, language: str | None, *, as_json: bool = False, plain: bool = False
) -> None:
    """Streams an answer. Raises NotFound, ArxivUnavailable, OverBudget, Misconfigured."""
    from bot.console import render
    from bot.console.chat import ConsoleChat
    from bot.console.queue import InlineQueue
    from bot.questions.answering import answer_language, answer_post, load_sources, request_answer
    from bot.questions.lookup import find_paper

    chat = ConsoleChat(app.store, render.terminal(sys.stdout, plain=plain or as_json))
    context = app.context(Chats(console=chat), InlineQueue())
    with stderr_console().status(f"Reading {ref} …"):
        paper = await find_paper(context, ref)
        sources = await load_sources(context, [paper])
    reply_language = language or await answer_language(question, app.settings.digest_language)
    asked = Question(
        f"ask:{app.now().isoformat()}",
        Place("console", "cli", "ask"),
        LOCAL_USER,
        question,
        app.now(),
        subject=paper.id,
    )
    draft = await chat.draft(asked, asked.id)
    answer = await request_answer(context, question, sources, (), reply_language, CLI.key, draft.write, say)
    if as_json:
        basis = sources[0].text.basis.value
        write_json({"question": question, "paper": paper.versioned, "basis": basis, **data_of(answer)})
        return
    await draft.finish(answer_post(answer, sources, asked.id))


def settings_line(settings: Settings) -> str:
    """Names the author of the texts, for the first line of a demo."""
    return f"the model {settings.llm_model}" if settings.has_model else "no model: the papers' own sentences"
