"""Builds the page a person sees when opening the bot."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from datetime import date

from bot.alerts.following import digest_link
from bot.commands.status import next_run_line, status_lines
from bot.context import Context
from bot.core.chat import Block, ChatError, Heading, Person, Post, Text
from bot.core.ids import answer_of
from bot.core.rights import SURFACES, Standing, may
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import name_in
from digest.render import tex
from digest.render.markdown import cost_words, escape, link

log = logging.getLogger(__name__)

CHANNELS = 20
FIRST, QUESTIONS = 3, 5
QUESTION = 100
"""Characters shown of a question."""


async def home_page(context: Context, person: Person, platform: str) -> Post:
    """The digests of the person's channels, saved papers, how to ask, and costs if they may."""
    language = person.language or context.defaults.profile.language
    blocks: list[Block] = [Heading(say("home.title", language))]
    subscriptions = await _visible(context, person, platform)
    if today_lines := [text for s in subscriptions[:CHANNELS] if (text := await _today(context, s, language))]:
        blocks += [Heading(say("home.today", language), 3), *map(Text, today_lines)]
    for subscription in subscriptions[:CHANNELS]:
        costs = may(SURFACES["costs"], context.standing_in(subscription, person))
        lines = await status_lines(context, subscription, language, costs=costs)
        due = next_run_line(subscription, context.now(), language)
        blocks += [Heading(subscription.place.channel, 3), *due, Text("\n\n".join(lines))]
    votes = await context.store.saved(person.id)
    papers = [v.subject for v in votes if not answer_of(v.subject)][:15]
    if papers:
        shown = [link(paper_id, f"https://arxiv.org/abs/{paper_id}") for paper_id in papers]
        blocks += [Heading(say("home.saved", language), 3), Text(" · ".join(shown))]
    if questions := await _questions(context, person, platform):
        blocks += [Heading(say("home.questions", language), 3), Text("\n".join(questions))]
    blocks += [Heading(say("home.how", language), 3), Text(say("paper.help", language))]
    if context.show_cost and may(SURFACES["costs"], Standing(person, named=context.admins)):
        today: date = context.now().date()
        spending = await context.store.spending(today)
        blocks.append(Text(say("home.cost", language, cost=cost_words(spending.total))))
    return Post(tuple(blocks), say("home.title", language), language)


async def _today(context: Context, subscription: Subscription, language: str) -> str:
    """The latest digest's headline and the papers to read first, with links."""
    digest = await context.store.latest_digest(subscription.key)
    if digest is None:
        return ""
    shown = await digest_link(context, digest, subscription.place, language)
    first = [e for m in digest.summary.first[:FIRST] if (e := digest.entry(m.paper_id))] or digest.entries[:FIRST]
    names = [f"- {e.number} · {link(name_in(digest, e), e.paper.abs_url)}" for e in first]
    return "\n".join([f"**{escape(digest.summary.headline)}** · {shown}", "", *names])


async def _questions(context: Context, person: Person, platform: str) -> list[str]:
    """The person's latest questions, each with a link to its answer if it stands in a channel."""
    lines = []
    for asked in await context.store.asked_by(person.id, QUESTIONS):
        words = tex.plain(" ".join(asked.question.text.split()))[:QUESTION]
        url, place = "", asked.question.place
        if place.platform != platform:
            continue
        if asked.message and not asked.question.private:
            with contextlib.suppress(ChatError):
                url = await context.chats[platform].link(place, asked.message)
        lines.append(f"- {link(words, url) if url else escape(words)}")
    return lines


async def _visible(context: Context, person: Person, platform: str) -> list[Subscription]:
    """The subscriptions of channels that the person is in; none if the platform does not say."""
    subscriptions = [s for s in await context.store.subscriptions() if s.place.platform == platform]
    try:
        inside = await context.chats[platform].inside(person, [s.place for s in subscriptions])
    except ChatError as error:
        log.warning("event=home_without_channels cause=%s", type(error).__name__)
        inside = frozenset()
    return [
        s
        for s in subscriptions
        if may(SURFACES["home"], replace(context.standing_in(s, person), inside=s.key in inside))
    ]
