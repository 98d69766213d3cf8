"""Answers what an agent asks about a paper, under the limits of one person."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from bot.cli.one_digest import CLI
from bot.console.queue import InlineQueue
from bot.core.chat import Chats
from bot.questions.answering import answer_language, load_sources, request_answer
from bot.questions.lookup import find_paper
from bot.server.wiring import App
from bot.store.limits.budget import admit
from digest.model import Answer
from digest.ports import asked_by, show_nothing

if TYPE_CHECKING:
    from bot.archive.mcp import Ask, Caller


def answering(app: App) -> Ask:
    """The agents with links to one channel are one person, whose channel pays."""
    context = app.context(Chats(), InlineQueue())

    async def ask(paper_id: str, question: str, caller: Caller) -> Answer:
        payer = next(iter(caller.channels)) if len(caller.channels) == 1 else CLI.key
        subscription = await app.store.subscription(payer)
        fallback = subscription.profile.language if subscription else app.settings.digest_language
        person, work = f"agents of {payer}", token_hex(8)
        await admit(app.store, person, work, context.questions_per_person)
        with asked_by(person, work):
            paper = await find_paper(context, paper_id)
            sources = await load_sources(context, [paper])
            language = await answer_language(question, fallback)
            return await request_answer(context, question, sources, (), language, payer, show_nothing)

    return ask
