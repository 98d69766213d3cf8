"""`paperboy demo`: posts a day's digest in the terminal and answers questions about it.

Uses the pipeline, store, delivery and conversation of any platform. With a model and arXiv the
papers are today's; else it is a sample day with full texts and a recorded model.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import SecretStr

from bot.cli import terminal
from bot.cli.sample import CATEGORY, RecordedAnalyst, SampleDay
from bot.console.chat import ConsoleChat, ConsoleResponder
from bot.console.choices import Choice
from bot.console.queue import InlineQueue
from bot.core.chat import Chats, Click, Command, Form, Person, Place, Question, Submission
from bot.core.ids import DigestPaper, RunKey, StepKey
from bot.core.settings.settings import Settings
from bot.core.subscription import Detail
from bot.core.texts import say
from bot.server.wiring import App, open_app, subscription_from_settings
from bot.store import RunState
from digest.errors import PaperboyError
from digest.model import Digest
from digest.ports import FreePace, silent
from digest.render.labels import base

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from bot.context import Context

PROBE_TIMEOUT = 4.0
"""Seconds that arXiv may take to answer."""
PACE = 0.02
"""Seconds between two words of a recorded answer, as of a quick model."""
VISITOR = Person("visitor", admin=True, moderates=True)
LEAVE = ("/quit", "/exit", "/q", "quit", "exit")


async def demonstrate(settings: Settings, *, categories: bool = False) -> None:
    """`categories`: the user named some, so it is arXiv's list that is wanted.

    Raises ArxivUnavailable if arXiv stops answering after the first probe.
    """
    wants_list = settings.has_model or categories
    if wants_list and await _reach_arxiv(settings):
        terminal.say(f"Paperboy demo. Papers: arXiv's latest list. Written by {terminal.settings_line(settings)}.")
        here = settings.model_copy(update={"redis_url": SecretStr(""), "paperboy_home": settings.home / "demo"})
        async with open_app(here) as app:
            await _show(app, None)
        return
    if wants_list:
        terminal.say("arXiv gives no list here now.")
    sample = SampleDay()
    here = _sample_settings(settings, sample)
    language = here.digest_language
    if base(settings.digest_language) != language:
        terminal.say("The sample day is recorded in English and Chinese only (--language zh).")
    terminal.say(say("demo.sample", language))
    analyst = RecordedAnalyst(sample.recording, _tell_outside, pace=PACE if sys.stdout.isatty() else 0.0)
    async with open_app(here, papers=sample, texts=sample, analyst=analyst) as app:
        await sample.fill(app.services.cache, language)
        await _show(app, sample)


def _sample_settings(settings: Settings, sample: SampleDay) -> Settings:
    """The sample's own day, category and language, and a channel's defaults for the rest."""
    spoken = base(settings.digest_language)
    changed = {
        "redis_url": SecretStr(""),
        "paperboy_home": settings.home / "demo",
        "paperboy_now": sample.morning,
        "openai_api_key": SecretStr(""),
        "openai_base_url": "",
        "digest_categories": [CATEGORY],
        "digest_language": spoken if spoken in sample.recording.languages else "en",
        "digest_papers": 10,
        **{name: Settings.model_fields[name].get_default() for name in ("digest_interests", "digest_keywords")},
        **{name: Settings.model_fields[name].get_default() for name in ("digest_unwanted", "digest_authors")},
    }
    return settings.model_copy(update=changed)


def _tell_outside(language: str) -> None:
    terminal.say(say("demo.outside", language))


async def _reach_arxiv(settings: Settings) -> bool:
    import aiohttp

    from bot.core.bounded import bound_replies
    from digest.arxiv.http import HOSTS

    url = f"{settings.arxiv_rss_url.rstrip('/')}/rss/{settings.digest_categories[0]}"
    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=PROBE_TIMEOUT),
                trace_configs=[bound_replies(aiohttp.TraceConfig(), HOSTS)],
            ) as session,
            session.get(url) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def _show(app: App, sample: SampleDay | None) -> None:
    chat = ConsoleChat(app.store)
    place = Place("console", f"demo-{uuid4().hex[:12]}")
    async with _tour(app, chat, place, sample) as tour:
        if sys.stdin.isatty():
            await tour.run_prompt()
        else:
            await tour.show_example()


@contextlib.asynccontextmanager
async def _tour(app: App, chat: ConsoleChat, place: Place, sample: SampleDay | None) -> AsyncIterator[Tour]:
    """Makes and delivers the digest. The channel lasts until the end."""
    from bot.digests.daily import Daily, RunOptions

    wanted = subscription_from_settings(app.settings, place, app.now() - timedelta(seconds=1))
    if "digest_detail" not in app.settings.model_fields_set:  # a terminal cannot fold; /full tells the rest
        wanted = replace(wanted, detail=Detail.CARD)
    await app.store.save_subscription(wanted)
    try:
        daily = Daily(app.store, app.services, Chats(console=chat), FreePace(), app.now)
        run = await app.store.begin_run(wanted.key, daily.local_date(wanted), "now")
        # Nothing takes long where nothing is asked of arXiv.
        with contextlib.nullcontext(silent) if sample else terminal.progress() as progress:
            digest = await daily.make(wanted, run, RunOptions(), progress)
        if digest is None:
            raise PaperboyError("arXiv's list has no papers in these categories; try others with --categories.")
        # arXiv never announced the sample's papers together, so no time of that is shown.
        delivered = await daily.post(wanted, replace(digest, day=None) if sample else digest)
        await app.store.end_run(run, RunState.DONE)
        thread = replace(place, thread=delivered.ids[str(StepKey(digest.key, "0"))])
        from bot.questions.conversation import Conversation  # slow to load, and the digest comes first

        queue = InlineQueue()
        context = replace(app.context(Chats(console=chat), queue), daily=daily, archive=None)
        queue.register("answer", Conversation(context).answer)
        digests = _Digests(context)
        queue.register("digest", digests.make)
        queue.register("follow", digests.follow)
        yield Tour(context, chat, digest, thread, sample)
    finally:
        await app.store.remove_subscription(wanted.key)


@dataclass
class _Digests:
    """The tasks that `/digest now` queues."""

    context: Context

    async def make(self, run_key: str) -> None:
        from bot.digests.daily import RunOptions

        key, store, daily = RunKey.parse(run_key), self.context.store, self.context.daily
        run = await store.run_state(key.subscription, key.day, key.kind)
        subscription = await store.subscription(key.subscription)
        if run is None or subscription is None or run.state is not RunState.OPEN:
            return
        last = await store.latest_digest(subscription.key)
        again = last is not None and await daily.is_retracted(last.key)
        digest = await daily.make(subscription, run, RunOptions(again=again))
        if digest is not None:
            await daily.post(subscription, digest)
            await store.end_run(run, RunState.DONE)

    async def follow(self, name: str) -> None:
        """Tells how the digest ended. It has: tasks run when they are added."""
        from bot.progress import following

        follower = await self.context.store.follower(name)
        if follower is not None and await following.look(self.context, follower, "") is None:
            await self.context.store.forget_follower(name)


@dataclass
class Tour:
    """What a visitor can do after the digest."""

    context: Context
    chat: ConsoleChat
    digest: Digest
    thread: Place
    sample: SampleDay | None

    def __post_init__(self) -> None:
        from bot.commands.dispatcher import Dispatcher
        from bot.questions.conversation import Conversation

        self._handler = Dispatcher(self.context, Conversation(self.context))
        self._session: PromptSession[str] | None = None

    @property
    def _responder(self) -> ConsoleResponder:
        return ConsoleResponder(self.chat, self.thread)

    def _id(self) -> str:
        return f"demo:{uuid4().hex}"

    async def show_example(self) -> None:
        self.chat.screen.print(f"> {self._example()}\n", style="small")
        await self.ask(self._example())

    def _example(self) -> str:
        number = self.digest.entries[min(2, len(self.digest.entries) - 1)].number
        return say("demo.recorded" if self.sample else "demo.example", self.digest.language, number=number)

    async def run_prompt(self) -> None:
        from prompt_toolkit import PromptSession  # slow to load, and the digest comes first
        from prompt_toolkit.history import InMemoryHistory

        self._session = PromptSession(history=InMemoryHistory())
        self._say_help()
        while True:
            try:
                line = (await self._session.prompt_async("\nask> ")).strip()
            except KeyboardInterrupt:  # clears the line, as in a shell
                terminal.say("Ctrl-D leaves.")
                continue
            except EOFError:
                return
            if line in LEAVE:
                return
            while line:
                await self.handle(line)
                line = await self._fill_form()

    async def handle(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        rest = rest.strip()
        chosen = next((c for c in self.chat.choices if c.key == line.lower()), None)
        if chosen is not None:
            await self._choose(chosen)
        elif not line.startswith("/"):
            await self.ask(line)
        elif name in ("/paper", "/digest"):
            command = Command(self._id(), name[1:], rest, self.thread, VISITOR, self.context.now())
            await self._handler.on_command(command, self._responder)
        elif name == "/full" and self._has(rest):
            await self._click("full", rest)
        elif name == "/save" and self._has(rest):
            await self._click("save", rest)
        elif name == "/others" and self.digest.others:
            from bot.digests import cards

            await self._responder.checklist(cards.others(self.digest, self.digest.language))
        elif name == "/questions" and self.sample:
            self._say_questions(self.sample)
        elif name not in ("/full", "/save"):
            if name != "/help":
                terminal.say(f"There is no {name} here.")
            self._say_help()

    def _has(self, number: str) -> bool:
        """Says so if the digest has no such paper."""
        known = number.lstrip("#").isdigit() and 1 <= int(number.lstrip("#")) <= len(self.digest.entries)
        if not known:
            terminal.say(say("no number", self.digest.language, n=number or "?", last=len(self.digest.entries)))
        return known

    async def ask(self, text: str) -> None:
        now = self.context.now()
        self.chat.choices = ()
        await self._handler.on_question(
            Question(
                self._id(), self.thread, VISITOR, text, now, message=f"q{uuid4().hex[:8]}", subject=self._listed(text)
            )
        )

    def _listed(self, text: str) -> str:
        """The paper of a question that was recorded for one alone, whatever was talked about."""
        answers = self.sample.recording.answers(self.digest.language) if self.sample else ()
        first = next((a for a in answers if text == a.questions[0]), None)  # as it stands in the list
        papers = {paper for a in answers if first in (None, a) and text in a.questions for paper in a.papers}
        return papers.pop() if len(papers) == 1 else ""

    async def _click(self, action: str, number: str) -> None:
        value = str(DigestPaper(self.digest.key, int(number.lstrip("#"))))
        await self._choose(Choice("", "", action, value))

    async def _choose(self, choice: Choice) -> None:
        self.chat.choices = ()
        if not choice.action:
            terminal.say("Left as it is.")
            return
        click = Click(self._id(), choice.action, choice.value, self.thread, VISITOR, "", self.context.now())
        await self._handler.on_click(click, self._responder)

    async def _fill_form(self) -> str:
        """Asks for the fields of an open form's first page one by one. Ctrl-C and a command leave
        all as it is; the command is returned."""
        form, self.chat.form = self.chat.form, None
        if form is None or self._session is None:
            return ""
        terminal.say("Enter keeps a value, Ctrl-C leaves all as it is.")
        values, asked = {f.name: f.value for f in form.fields}, [f.name for f in form.fields if not f.more]
        try:
            while asked:
                for field in form.fields:
                    if field.name in asked:
                        kept = values[field.name]
                        typed = await self._session.prompt_async(field.ask(form.language), default=kept)
                        command = typed.removeprefix(kept).strip()
                        if command.startswith(("/digest", "/paper", "/help", "/quit")):
                            terminal.say("Left as it is.")
                            return command
                        values[field.name] = typed
                asked = [*await self.submit(form, values)]
        except (EOFError, KeyboardInterrupt):
            terminal.say("Left as it is.")
        return ""

    async def submit(self, form: Form, values: dict[str, str]) -> dict[str, str]:
        """Returns the problems by field, after it has said them."""
        now = self.context.now()
        sent = Submission(self._id(), form.action, form.value, values, self.thread, VISITOR, now)
        problems = await self._handler.on_submit(sent, self._responder)
        await self._handler.drain()
        asked = {field.name: field.ask(form.language) for field in form.fields}
        for name, problem in problems.items():
            terminal.say(f"{asked.get(name, '')}{problem}")
        return dict(problems)

    def _say_questions(self, sample: SampleDay) -> None:
        number_of = {entry.paper.id: entry.number for entry in self.digest.entries}
        for answer in sample.recording.answers(self.digest.language):
            numbers = ", ".join(str(number_of[i]) for i in answer.papers if i in number_of)
            terminal.say(f"  {numbers:>4}  {answer.questions[0]}")

    def _say_help(self) -> None:
        paper = self.digest.entries[0].paper.id
        shown = say("demo.help", self.digest.language, example=self._example(), paper=paper)
        offered = {"/questions": self.sample, "/others": self.digest.others}
        terminal.say("\n".join(row for row in shown.splitlines() if offered.get(row.split()[0], True)))
