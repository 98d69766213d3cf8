"""What platforms hand over to: the Front port, platform-free. Also the one place where what goes wrong becomes a sentence to somebody."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process, utils

from bot.commands import digest as digest_command
from bot.commands import feedback
from bot.commands.actions import Actions
from bot.commands.paper import paper
from bot.commands.status import status_lines
from bot.context import Context
from bot.core.chat import (
    Block,
    Click,
    Command,
    Heading,
    Person,
    Place,
    Post,
    Question,
    Responder,
    Submission,
    Text,
    Vote,
    VoteKind,
)
from bot.core.texts import say
from bot.digests.cards import note, run_time
from bot.questions.conversation import Conversation
from digest.arxiv import categories
from digest.errors import OverBudget, PaperboyError
from digest.render import tex
from digest.render.markdown import cost_words, link

log = logging.getLogger(__name__)

CHOICES = 25
LANGUAGES = (
    ("English", "en"),
    ("中文", "zh"),
    ("日本語", "ja"),
    ("한국어", "ko"),
    ("Deutsch", "de"),
    ("Français", "fr"),
    ("Español", "es"),
)


class Front:
    """Implements `bot.core.chat.Front`."""

    def __init__(self, context: Context, conversation: Conversation) -> None:
        self._context = context
        self._store = context.store
        self._conversation = conversation
        self._actions = Actions(context, conversation)
        self._going_on: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ what is said

    async def concerns(self, place: Place) -> bool:
        return place.direct or (bool(place.thread) and await self._store.thread(place) is not None)

    async def asked(self, question: Question) -> None:
        await self._conversation.take(question)

    async def amended(self, question: Question) -> None:
        await self._conversation.amended(question)

    async def withdrawn(self, place: Place, message: str) -> None:
        await self._store.withdraw(place, message)

    async def voted(self, vote: Vote) -> None:
        await feedback.voted(self._context, vote)

    async def reacted(self, place: Place, message: str, person: Person, kind: VoteKind, *, undo: bool = False) -> None:
        await feedback.reacted(self._context, place, message, person, kind, undo=undo)

    async def membership(self, place: Place, *, joined: bool, by: Person | None = None) -> None:
        if joined:
            await digest_command.joined(self._context, place, by)
        else:
            await digest_command.left(self._context, place)

    # ------------------------------------------------------------ what is commanded

    async def commanded(self, command: Command, respond: Responder) -> None:
        handler = {"paper": paper, "digest": digest_command.digest}[command.name]
        async with self._told(command.place, command.person, respond):
            await handler(self._context, command, respond)

    async def clicked(self, click: Click, respond: Responder) -> None:
        async with self._told(click.place, click.person, respond):
            await self._actions.clicked(click, respond)

    async def submitted(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        problems: Mapping[str, str] = {}
        async with self._told(submission.place, submission.person, respond):
            problems, then = await self._actions.submitted(submission, respond)
            if then is not None:
                self._later(then, submission, respond)
        return problems

    def _later(self, then: Callable[[], Awaitable[None]], submission: Submission, respond: Responder) -> None:
        """What takes longer than a platform waits for a form's answer."""

        async def told() -> None:
            async with self._told(submission.place, submission.person, respond):
                await then()

        task = asyncio.create_task(told())
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)

    async def drain(self) -> None:
        """Waits for what was begun for people."""
        if self._going_on:
            await asyncio.wait(self._going_on)

    @contextlib.asynccontextmanager
    async def _told(self, place: Place, person: Person, respond: Responder) -> AsyncIterator[None]:
        """What is expected is told as it is; a bug is logged with an id, and people see the id only."""
        try:
            yield
        except OverBudget as error:
            language = await self._context.language(place, person)
            until = run_time(error.until, await self._context.subscription(place))
            await respond.show(note(say("over budget", language, until=until), language))
        except PaperboyError as error:
            language = await self._context.language(place, person)
            await respond.show(note(str(error), language))
        except Exception:
            mark = secrets.token_hex(4)
            log.exception("event=bug id=%s", mark)
            language = await self._context.language(place, person)
            await respond.show(note(say("bug", language, id=mark), language))

    # ------------------------------------------------------------ what is offered

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        if field == "paper":
            return await self._papers(typed, place)
        if field == "category":
            return (
                [(f"{c} · {categories.names()[c]}"[:100], c) for c in categories.nearest(typed, CHOICES)]
                if typed
                else []
            )
        if field == "timezone":
            found = process.extract(
                typed or "UTC",
                sorted(available_timezones()),
                scorer=fuzz.WRatio,
                processor=utils.default_process,
                limit=CHOICES,
            )
            return [(zone, zone) for zone, _, _ in found]
        return [pair for pair in LANGUAGES if typed.lower() in pair[0].lower() or typed.lower() == pair[1]] or [
            (typed, typed)
        ]

    async def _papers(self, typed: str, place: Place) -> list[tuple[str, str]]:
        """The papers of the latest digest here that fit what was typed: by number, or by words of the title."""
        digest = await self._store.latest_digest(place.key)
        entries = digest.entries if digest else ()
        fitting = [
            e
            for e in entries
            if typed.strip().lstrip("#") == str(e.number)
            or not typed.strip()
            or typed.lower().strip() in tex.plain(e.paper.title).lower()
        ]
        return [(f"{e.number} · {tex.plain(e.paper.title)}"[:100], e.paper.versioned) for e in fitting[:CHOICES]]

    async def home(self, person: Person, platform: str) -> Post:
        """The channels' subscriptions, their last digests, what was saved, how to ask, the day's cost."""
        language = person.language or self._context.defaults.profile.language
        blocks: list[Block] = [Heading(say("home.title", language))]
        subscriptions = [s for s in await self._store.subscriptions() if s.place.platform == platform]
        for subscription in subscriptions[:20]:
            lines = await status_lines(self._context, subscription)
            blocks += [Heading(subscription.place.channel, 3), Text("\n\n".join(lines))]
        votes = await self._store.saved(person.id)
        papers = [v.subject for v in votes if not v.subject.startswith("answer:")][:15]
        if papers:
            shown = [link(paper_id, f"https://arxiv.org/abs/{paper_id}") for paper_id in papers]
            blocks += [Heading(say("home.saved", language), 3), Text(" · ".join(shown))]
        blocks += [Heading(say("home.how", language), 3), Text(say("paper.help", language))]
        if self._context.show_cost:
            today: date = self._context.now().date()
            spending = await self._store.spending(today)
            blocks.append(Text(say("home.cost", language, cost=cost_words(spending.total))))
        return Post(tuple(blocks), say("home.title", language), language)
