"""Routes a platform's events to their handlers and tells the person what failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from bot.commands import digest as digest_command
from bot.commands import feedback
from bot.commands.actions import Actions
from bot.commands.completion import complete
from bot.commands.home import home_page, suggested_prompts
from bot.commands.paper import paper
from bot.commands.unfurl import unfurl_links
from bot.context import Context
from bot.core.chat import Click, Command, Person, Place, Post, Question, Responder, Submission, VoteKind
from bot.core.texts import say
from bot.digests.cards import note, run_time
from bot.progress.interruptions import NOTE_AFTER, note_work
from bot.questions.conversation import Conversation
from digest.errors import OverBudget, PaperboyError, trace
from digest.ports import asked_by
from digest.render.catalogs import in_language

log = logging.getLogger(__name__)


class Dispatcher:
    """Implements `bot.core.chat.EventHandler`."""

    def __init__(self, context: Context, conversation: Conversation) -> None:
        self._context = context
        self._store = context.store
        self._conversation = conversation
        self._actions = Actions(context, conversation)
        self._background: set[asyncio.Task[None]] = set()

    async def knows(self, place: Place) -> bool:
        if place.direct:
            return True
        found = self._store.thread(place) if place.thread else self._store.subscription(place.key)
        return await found is not None

    async def on_question(self, question: Question) -> None:
        await self._conversation.receive(question)

    async def on_edit(self, question: Question) -> None:
        await self._conversation.amend(question)

    async def on_delete(self, place: Place, message: str) -> None:
        if message:
            await self._conversation.withdraw(place, message)
        else:
            await self._store.withdraw_thread(place)

    async def on_reaction(
        self, place: Place, message: str, person: Person, kind: VoteKind, *, emoji: str = "", undo: bool = False
    ) -> None:
        await feedback.record_reaction(self._context, place, message, person, kind, emoji, undo=undo)

    async def on_reactions_cleared(self, place: Place, message: str, emoji: str = "") -> None:
        await feedback.clear_reactions(self._context, place, message, emoji)

    async def on_membership(self, place: Place, *, joined: bool, by: Person | None = None, greet: bool = True) -> None:
        if joined:
            await digest_command.welcome_channel(self._context, place, by, greet=greet)
        else:
            await digest_command.leave_channel(self._context, place)

    async def on_command(self, command: Command, respond: Responder) -> None:
        handler = {"paper": paper, "digest": digest_command.digest}[command.name]
        async with self._report_errors(command, respond):
            with asked_by(command.person.id, command.id):
                await handler(self._context, command, respond)

    async def on_click(self, click: Click, respond: Responder) -> None:
        async with self._report_errors(click, respond):
            with asked_by(click.person.id, click.id):
                await self._actions.handle_click(click, respond)

    async def refusal(self, click: Click) -> str:
        return await self._actions.refusal(click)

    async def on_submit(self, submission: Submission, respond: Responder) -> Mapping[str, str]:
        problems: Mapping[str, str] = {}
        then: Callable[[], Awaitable[None]] | None = None
        async with self._report_errors(submission, respond):
            problems, then = await self._actions.handle_submission(submission, respond)
        if then is not None:
            self._run_in_background(then, submission, respond)
        return problems

    def _run_in_background(
        self, then: Callable[[], Awaitable[None]], submission: Submission, respond: Responder
    ) -> None:
        """Starts work that takes longer than a platform waits for a form's response."""

        async def run() -> None:
            async with self._report_errors(submission, respond, note_after=0):
                with asked_by(submission.person.id, submission.id):
                    await then()

        task = asyncio.create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        """Waits until the work in the background has ended."""
        if self._background:
            await asyncio.wait(self._background)

    @contextlib.asynccontextmanager
    async def _report_errors(
        self, event: Command | Click | Submission, respond: Responder, note_after: float = NOTE_AFTER
    ) -> AsyncIterator[None]:
        """Shows the person expected errors. Logs a bug with an id and shows only the id."""
        async with note_work(self._context, event, respond, note_after):
            try:
                yield
            except Exception as error:  # noqa: BLE001  # a bug is logged, without its message
                await respond.show(await self._error_post(error, event.place, event.person))

    async def _error_post(self, error: Exception, place: Place, person: Person) -> Post:
        language = await self._context.person_language(place, person)
        if isinstance(error, OverBudget):
            until = run_time(error.until, await self._context.subscription(place), language)
            return note(say("over budget", language, until=until), language)
        if isinstance(error, PaperboyError):
            return note(in_language(error.sentence, language), language)
        mark = secrets.token_hex(4)
        log.error("event=bug id=%s\n%s", mark, trace(error))
        return note(say("bug", language, id=mark), language)

    async def complete(self, field: str, typed: str, place: Place) -> Sequence[tuple[str, str]]:
        return await complete(self._store, field, typed, place)

    async def unfurl(self, place: Place, urls: Sequence[str]) -> Mapping[str, Post]:
        return await unfurl_links(self._context, place, urls)

    async def prompts(self, person: Person, platform: str) -> Sequence[tuple[str, str]]:
        return await suggested_prompts(self._context, person, platform)

    async def home(self, person: Person, platform: str) -> Post:
        return await home_page(self._context, person, platform)
