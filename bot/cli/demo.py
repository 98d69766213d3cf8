"""`paperboy demo`: posts a day's digest in the terminal and answers questions about it.

Uses the pipeline, store, delivery and conversation of any platform. The papers are arXiv's latest,
or a bundled sample day if arXiv cannot be reached.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

import aiohttp
from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory

from bot.cli import terminal
from bot.cli.sample import SampleDay
from bot.commands.dispatcher import Dispatcher
from bot.console.chat import ConsoleChat, ConsoleResponder
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import Command, Person, Place, Question, Responder
from bot.core.ids import StepKey
from bot.core.settings import Settings
from bot.core.texts import say
from bot.digests import cards
from bot.digests.daily import Daily, RunOptions
from bot.questions.conversation import Conversation
from bot.server.wiring import App, open_app, subscription_from_settings
from bot.store import RunState
from digest.errors import PaperboyError
from digest.model import Digest
from digest.ports import FreePace

PROBE_TIMEOUT = 4.0
"""Seconds that arXiv may take to answer."""
VISITOR = Person("visitor", admin=True, moderates=True)

HELP = """\
Type a question about the papers above, for example: does 3 release code?
  /paper 2601.22153      look up any paper (also by URL or words)
  /full 3                the full analysis of a paper of the digest
  /others                the next fifteen candidates
  /digest status         how the channel's digest stands
  /help                  this
  /quit                  leave (or Ctrl-D)"""


async def demonstrate(settings: Settings) -> None:
    """Raises ArxivUnavailable if arXiv stops answering after the first probe."""
    here = settings.model_copy(update={"redis_url": "", "paperboy_home": settings.home / "demo"})
    live = await _reach_arxiv(settings)
    sample = None if live else SampleDay()
    where = (
        "arXiv's latest list" if live else "arXiv cannot be reached from here: a bundled sample day (30 January 2026)"
    )
    terminal.say(f"Paperboy demo. Papers: {where}. Written by {terminal.settings_line(settings)}.")
    async with open_app(here, papers=sample, texts=sample) as app:
        chat = ConsoleChat(app.store)
        place = Place("console", f"demo-{app.now():%Y%m%d%H%M%S}")
        digest, thread = await _post_digest(app, chat, place)
        await _run_prompt(_context(app, chat), chat, digest, thread)


async def _reach_arxiv(settings: Settings) -> bool:
    url = f"{settings.arxiv_rss_url.rstrip('/')}/rss/{settings.digest_categories[0]}"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PROBE_TIMEOUT)) as session,
            session.get(url) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def _context(app: App, chat: ConsoleChat) -> Context:
    work = InlineQueue()
    context = replace(app.context({chat.name: chat}, work), daily=_daily(app, chat))
    work.register("answer", Conversation(context).answer)
    return context


def _daily(app: App, chat: ConsoleChat) -> Daily:
    return Daily(app.store, app.services, {chat.name: chat}, FreePace(), app.now)


async def _post_digest(app: App, chat: ConsoleChat, place: Place) -> tuple[Digest, Place]:
    """Makes and delivers the digest. Returns it with its thread."""
    wanted = subscription_from_settings(app.settings, place, app.now() - timedelta(seconds=1))
    await app.store.save_subscription(wanted)
    daily = _daily(app, chat)
    run = await app.store.begin_run(wanted.key, daily.local_date(wanted), "now")
    with terminal.progress() as progress:
        digest = await daily.make(wanted, run, RunOptions(), progress)
    if digest is None:
        raise PaperboyError("arXiv's list has no papers in these categories; try others with --categories.")
    delivered = await daily.post(wanted, digest)
    await app.store.end_run(run, RunState.DONE)
    await app.store.remove_subscription(wanted.key)
    return digest, replace(place, thread=delivered.ids[str(StepKey(digest.key, "0"))])


async def _run_prompt(context: Context, chat: ConsoleChat, digest: Digest, thread: Place) -> None:
    handler = Dispatcher(context, Conversation(context))
    if not sys.stdin.isatty():
        question = _example(digest)
        chat.screen.print(f"> {question}\n", style="small")
        await _ask(handler, context, thread, question)
        return
    terminal.say(HELP)
    session: PromptSession[str] = PromptSession(history=InMemoryHistory())
    while True:
        try:
            line = (await session.prompt_async("\nask> ")).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if line in ("/quit", "/exit", "/q", "quit", "exit"):
            return
        if line:
            await _handle_line(handler, context, chat, digest, thread, line)


def _example(digest: Digest) -> str:
    number = digest.entries[min(2, len(digest.entries) - 1)].number
    return say("demo.example", digest.language, number=number)


async def _ask(handler: Dispatcher, context: Context, thread: Place, text: str) -> None:
    now = context.now()
    await handler.on_question(
        Question(f"demo:{now.isoformat()}", thread, VISITOR, text, now, message=f"q{now.timestamp()}")
    )


async def _handle_line(
    handler: Dispatcher, context: Context, chat: ConsoleChat, digest: Digest, thread: Place, line: str
) -> None:
    respond = ConsoleResponder(chat, thread)
    name, _, rest = line.partition(" ")
    if not line.startswith("/"):
        await _ask(handler, context, thread, line)
    elif name in ("/paper", "/digest"):
        now = context.now()
        await handler.on_command(Command(f"demo:{now.isoformat()}", name[1:], rest, thread, VISITOR, now), respond)
    elif name == "/full":
        await _show_full(respond, digest, rest.strip().lstrip("#"))
    elif name == "/others":
        await respond.show(cards.others(digest))
    else:
        terminal.say(HELP)


async def _show_full(respond: Responder, digest: Digest, number: str) -> None:
    entry = next((e for e in digest.entries if str(e.number) == number), None)
    if entry is None:
        terminal.say(say("no number", "en", n=number or "?", last=len(digest.entries)))
        return
    await respond.page(cards.short_title(entry.paper), cards.full_page(entry, digest.language))
