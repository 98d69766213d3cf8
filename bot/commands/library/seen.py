"""Finds what the team has seen, as far as the person may see it."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.archive.index import Filters, Hit, Scope
from bot.context import Context
from bot.core.chat import Block, ChatError, Command, Heading, Menu, Person, Place, Post, Text
from bot.core.ids import ChannelKey, PaperById, RunKey
from bot.core.rights import SURFACES, may
from bot.core.texts import say
from bot.digests import cards
from digest.errors import PaperboyError
from digest.render import tex
from digest.render.labels import day_words
from digest.render.markdown import escape, link

log = logging.getLogger(__name__)

SEEN = 5
KINDS = ("paper", "saved", "answer")


async def archive_scope(context: Context, place: Place, person: Person) -> Scope:
    """Returns the channels whose archive the person may see: all that they are in on this platform
    if it lists members, else only the one where they typed."""
    here, chat = replace(place, thread=""), context.chats[place.platform]
    subscriptions = [s for s in await context.store.subscriptions() if s.place.platform == place.platform]
    inside = frozenset({here.key})
    if chat.lists_members:
        places = {s.key: s.place for s in subscriptions} | {here.key: here}
        try:
            inside = await chat.inside(person, list(places.values()))
        except ChatError as error:
            log.info("event=archive_without_channels cause=%s", type(error).__name__)
            inside = frozenset()
    seen = {
        s.key
        for s in subscriptions
        if may(SURFACES["search"], replace(context.standing_in(s, person), inside=s.key in inside))
    }
    if here.direct:
        seen.add(here.key)
    return Scope(frozenset(seen), await context.store.hidden_person(person.id))


async def find_seen(context: Context, words: str, place: Place, person: Person) -> list[Hit]:
    """Returns the best matching papers that the person may see. An answer counts for its paper."""
    archive = context.archive
    if archive is None:
        return []
    found: dict[str, Hit] = {}
    try:
        scope = await archive_scope(context, place, person)
        for hit in await archive.search(words[:300], scope, Filters(kinds=KINDS), limit=2 * SEEN):
            about = hit.papers if hit.kind == "answer" else (hit.subject,)
            for paper_id in about:
                known = hit if hit.paper else await archive.paper(paper_id, scope)
                if known is not None:
                    found.setdefault(paper_id, known)
    except PaperboyError as error:
        log.info("event=archive_unasked cause=%s", type(error).__name__)
    return list(found.values())[:SEEN]


async def seen_post(context: Context, command: Command, hits: list[Hit], language: str) -> Post:
    words = escape(" ".join(command.text.split())[:300])
    title = say("seen", language, words=words)
    papers = [hit.paper for hit in hits if hit.paper]
    lines = [f"- {await _line(context, hit, language)}" for hit in hits]
    options = tuple((cards.option(p, papers), str(PaperById(p.versioned))) for p in papers)
    blocks: list[Block] = [Heading(title, 2), Text("\n".join(lines)), Menu("lookup", say("choose", language), options)]
    return Post(tuple(blocks), tex.plain(title)[:90], language)


async def _line(context: Context, hit: Hit, language: str) -> str:
    assert hit.paper is not None
    said = [link(tex.plain(hit.paper.title), hit.paper.abs_url), cards.people(hit.paper, language)]
    for shown in hit.shown[:1]:
        day = say("seen.digest", language, day=day_words(shown.day, language, "yMMMd"))
        said.append(await _link(context, shown.digest, hit.paper.id, day))
    if hit.asked:
        said.append(say("seen.asked", language, n=hit.asked))
    if hit.saved:
        said.append(say("seen.saved", language))
    return " · ".join(said)


async def _link(context: Context, digest: str, paper_id: str, words: str) -> str:
    """Returns the words with a link to the paper's message, if the message still exists."""
    message = (await context.store.posts(digest)).get(paper_id)
    channel = ChannelKey.parse(RunKey.parse(digest).subscription)
    chat = context.chats.get(channel.platform)
    if not message or chat is None:
        return words
    try:
        return link(words, await chat.link(Place(channel.platform, channel.channel), message))
    except ChatError:
        return words
