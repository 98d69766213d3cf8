"""Builds the page a person sees when opening the bot."""

from __future__ import annotations

from datetime import date

from bot.commands.status import status_lines
from bot.context import Context
from bot.core.chat import Block, Heading, Person, Post, Text
from bot.core.ids import answer_of
from bot.core.texts import say
from digest.render.markdown import cost_words, link


async def home_page(context: Context, person: Person, platform: str) -> Post:
    """The subscriptions with their last digests, saved papers, how to ask, the day's cost."""
    language = person.language or context.defaults.profile.language
    blocks: list[Block] = [Heading(say("home.title", language))]
    subscriptions = [s for s in await context.store.subscriptions() if s.place.platform == platform]
    for subscription in subscriptions[:20]:
        lines = await status_lines(context, subscription, language)
        blocks += [Heading(subscription.place.channel, 3), Text("\n\n".join(lines))]
    votes = await context.store.saved(person.id)
    papers = [v.subject for v in votes if not answer_of(v.subject)][:15]
    if papers:
        shown = [link(paper_id, f"https://arxiv.org/abs/{paper_id}") for paper_id in papers]
        blocks += [Heading(say("home.saved", language), 3), Text(" · ".join(shown))]
    blocks += [Heading(say("home.how", language), 3), Text(say("paper.help", language))]
    if context.show_cost:
        today: date = context.now().date()
        spending = await context.store.spending(today)
        blocks.append(Text(say("home.cost", language, cost=cost_words(spending.total))))
    return Post(tuple(blocks), say("home.title", language), language)
