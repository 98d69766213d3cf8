"""Builds the page that a person sees when opening the bot."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.commands.library.files import file_buttons
from bot.commands.library.saved import LEAST, compare_button
from bot.commands.status import channel_buttons, state_line, trouble_lines
from bot.context import Context
from bot.core.chat import Actions, Block, Button, ChatError, Heading, Menu, Person, Post, Small, Text, Vote
from bot.core.ids import PaperById, answer_of
from bot.core.rights import ACTIONS, SURFACES, Standing, may
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import name_in, option
from bot.digests.links import digest_url
from digest.errors import PaperboyError
from digest.model import Digest, Paper
from digest.render import tex
from digest.render.labels import day_words, joined
from digest.render.markdown import cost_words, escape, link

log = logging.getLogger(__name__)

CHANNELS, TODAY = 15, 8
"""How many channels are shown, and of how many the day: Slack's page holds a hundred blocks."""
FIRST, SAVED, QUESTIONS = 3, 10, 5
QUESTION = 100
"""Characters of a question that are shown."""
TITLES_TIMEOUT = 3.0
"""Seconds in which arXiv must answer with the titles of saved papers that no digest here holds."""


async def home_page(context: Context, person: Person, platform: str) -> Post:
    """Returns the page: the day in the person's channels, their saved papers, questions and
    channels, and help."""
    language = person.language or context.defaults.profile.language
    subscriptions = await _visible(context, person, platform)
    today: list[Block] = []
    earlier: list[Block] = []
    for subscription in subscriptions[:TODAY]:
        if (digest := await context.store.latest_digest(subscription.key)) is not None:
            of_today = digest.local_date == context.daily.local_date(subscription)
            (today if of_today else earlier).extend(await _today(context, subscription, digest, language))
    saved = await _saved(context, person, [s.key for s in subscriptions], language)
    questions = await _questions(context, person, platform)
    channels: list[Block] = []
    for subscription in subscriptions[:CHANNELS]:
        channels += await _channel(context, subscription, person, language)
    if len(subscriptions) > CHANNELS:
        channels.append(Small(say("home.left", language, n=len(subscriptions) - CHANNELS)))
    cost = ""
    if context.show_cost and may(SURFACES["costs"], Standing(person, named=context.admins)):
        spending = await context.store.spending(context.now().date())
        cost = say("home.cost", language, cost=cost_words(spending.total, language))
    asked = [Text("\n".join(questions))] if questions else []
    parts: dict[str, Sequence[Block]] = {
        "today": today,
        "earlier": earlier,
        "saved": saved,
        "questions": asked,
        "channels": channels,
    }
    return desk(parts, cost, language)


def desk(parts: Mapping[str, Sequence[Block]], cost: str, language: str) -> Post:
    """Returns the page with these parts, leaving out empty ones. Pure."""
    blocks: list[Block] = []
    for name, part in parts.items():
        blocks += [Heading(say(f"home.{name}", language)), *part] if part else []
    blocks += [Heading(say("home.how", language)), Text(say("home.help", language))]
    return Post((*blocks, *([Text(cost)] if cost else [])), "Paperboy", language)


async def suggested_prompts(context: Context, person: Person, platform: str) -> list[tuple[str, str]]:
    """Returns questions about the channels' latest papers, as pairs (title, message)."""
    language = person.language or context.defaults.profile.language
    for subscription in (await _visible(context, person, platform))[:CHANNELS]:
        digest = await context.store.latest_digest(subscription.key)
        if digest is not None and digest.entries:
            break
    else:
        return []
    first = [e for m in digest.summary.first if (e := digest.entry(m.paper_id))] or list(digest.entries)
    one, last = first[0], first[min(1, len(first) - 1)]
    found = []
    for name, entry in (("prompt.new", one), ("prompt.code", last)):
        title = say(name, language, paper=name_in(digest, entry))
        found.append((title, say(name, language, paper=entry.paper.id)))
    if one is not last:
        papers = joined((name_in(digest, e) for e in (one, last)), language)
        asked = say("prompt.compare.ask", language, a=one.paper.id, b=last.paper.id)
        found.append((say("prompt.compare", language, papers=papers), asked))
    return found


async def _today(context: Context, subscription: Subscription, digest: Digest, language: str) -> list[Block]:
    with contextlib.suppress(ChatError):
        url = await digest_url(context.store, context.chats, digest, subscription.place)
        return day_blocks(subscription.place.channel, digest, url, language)
    return day_blocks(subscription.place.channel, digest, "", language)


def day_blocks(channel: str, digest: Digest, url: str, language: str) -> list[Block]:
    """Returns a digest's headline and the papers to read first; *Open*, and a menu to ask. Pure."""
    first = [e for m in digest.summary.first[:FIRST] if (e := digest.entry(m.paper_id))] or digest.entries[:FIRST]
    names = [f"- {e.number} · {link(name_in(digest, e), e.paper.abs_url)}" for e in first]
    day = day_words(digest.local_date, language)
    said = "\n".join([f"**{escape(digest.summary.headline)}** · {day}", "", *names])
    options = tuple(
        (f"{e.number} · {name_in(digest, e)}"[:75], str(PaperById(e.paper.versioned))) for e in digest.entries[:25]
    )
    blocks: list[Block] = [Heading(channel, 3), Text(said)]
    if url:
        blocks.append(Actions((Button("open", "", say("home.open", language), url=url),)))
    return [*blocks, *([Menu("ask", say("home.ask", language), options)] if options else [])]


async def _channel(context: Context, subscription: Subscription, person: Person, language: str) -> list[Block]:
    """Returns the channel's state, what went wrong, and buttons for those who may change it."""
    blocks: list[Block] = [
        Heading(subscription.place.channel, 3),
        await state_line(context, subscription, language),
        *(Text(f"⚠ {line}") for line in (await trouble_lines(context, subscription, language))[:1]),
    ]
    if may(ACTIONS["settings"].right, context.standing_in(subscription, person)):
        blocks.append(Actions(channel_buttons(subscription, language)))
    return blocks


async def _saved(context: Context, person: Person, inside: Sequence[str], language: str) -> list[Block]:
    """Returns the titles, each with day and channel of saving; *Compare*, *Remove*, *Export*."""
    votes = {v.subject: v for v in await context.store.saved(person.id) if not answer_of(v.subject)}
    kept = list(votes.values())[:SAVED]
    if not kept:
        return []
    papers = await _papers(context, kept)
    lines, options = [], []
    for vote in kept:
        paper = papers.get(vote.subject)
        title = tex.plain(paper.title) if paper else vote.subject
        day = day_words(vote.at.date(), language, "MMMd")
        url = await _shown_at(context, vote, inside)
        lines.append(saved_line(title, vote.subject, vote.place.channel if url else "", link(day, url) if url else day))
        options.append((option(paper, papers.values()) if paper else vote.subject, str(PaperById(vote.subject))))
    return saved_blocks(lines, options, language, several=len(votes) >= LEAST)


def saved_line(title: str, paper_id: str, channel: str, day: str) -> str:
    """Returns a saved paper's line. `channel`: the platform's name for it, or empty."""
    named = f"- {link(title, f'https://arxiv.org/abs/{paper_id}')}"
    return " · ".join(filter(None, (named, channel, day)))


def saved_blocks(
    lines: Sequence[str], options: Sequence[tuple[str, str]], language: str, *, several: bool
) -> list[Block]:
    """Returns the blocks of these lines. `several`: there are enough papers to compare. Pure."""
    buttons = file_buttons("saved", "me", language).buttons
    if several:
        buttons = (compare_button(language), *buttons)
    return [Text("\n".join(lines)), Actions(buttons), Menu("save_undo", say("unsave", language), tuple(options))]


async def _papers(context: Context, votes: Sequence[Vote]) -> Mapping[str, Paper]:
    """Returns papers by id, from the digests that showed them, else from arXiv if in time."""
    found: dict[str, Paper] = {}
    for vote in votes:
        shown = await context.store.earlier(vote.subject, vote.place.key)
        digest = await context.store.digest(shown.digest) if shown else None
        entry = digest.entry(vote.subject) if digest else None
        if entry:
            found[vote.subject] = entry.paper
    if rest := [vote.subject for vote in votes if vote.subject not in found]:
        with contextlib.suppress(PaperboyError, TimeoutError):
            async with asyncio.timeout(TITLES_TIMEOUT):
                found |= {paper.id: paper for paper in await context.services.papers.get(rest)}
    return found


async def _shown_at(context: Context, vote: Vote, inside: Sequence[str]) -> str:
    """Returns the link to the saved paper's message, if the person is in its channel."""
    if vote.place.key in inside and (shown := await context.store.earlier(vote.subject, vote.place.key)):
        with contextlib.suppress(ChatError):
            place = replace(vote.place, thread="")
            return await context.chats[place.platform].link(place, shown.message) if shown.message else ""
    return ""


async def _questions(context: Context, person: Person, platform: str) -> list[str]:
    """Returns the person's latest questions, with links to answers that are in a channel."""
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
    """Returns subscriptions of the person's channels; none if the platform does not say."""
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
