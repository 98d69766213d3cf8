"""Finds and reads any arXiv paper, for `/paper` and for questions about other papers."""

from __future__ import annotations

from dataclasses import replace

from bot.context import Context
from bot.core.chat import ChatError, Place
from bot.core.texts import say
from digest.arxiv.ids import PaperRef
from digest.errors import NotFound
from digest.model import Entry, Paper, Score
from digest.patterns import regex
from digest.ports import booked
from digest.read_paper import confirm_statements, read_paper
from digest.render import tex
from digest.render.labels import day_words
from digest.render.markdown import link

_WORDS = regex(r"\w+")
NO_SCORE = Score("", 0, 0, "", "")
"""The score of a paper that a person asked for by name."""


async def find_paper(context: Context, ref: PaperRef | str) -> Paper:
    """Returns the paper with this id. Raises NotFound, ArxivUnavailable."""
    found = await context.services.papers.get([str(ref)])
    if not found:
        raise NotFound(say.sentence("no such paper", id=str(ref)))
    return found[0]


async def example_paper(context: Context, place: str) -> tuple[str, str]:
    """Returns a paper's id and words that find it, for a help text; from the channel's latest
    digest if it has one."""
    digest = await context.store.latest_digest(place)
    if digest is None or not digest.entries:
        return "2601.22153", "video dubbing"
    paper = digest.entries[0].paper
    return paper.id, " ".join(_WORDS.findall(tex.plain(paper.title))[:3])


async def look_up(context: Context, paper: Paper, language: str, payer: str, *, pictured: bool = False) -> Entry:
    """Reads and analyses a paper. A failure becomes a note in the Entry. Raises Misconfigured.
    `pictured`: with the paper's figure, unless the channel wants no figures."""
    subscription = await context.store.subscription(payer) if pictured else None
    figures = pictured and (subscription.figures if subscription else context.defaults.figures)
    with booked(payer, "analyse"):
        entry = await read_paper(paper, NO_SCORE, 0, language, context.services, figures=figures)
        return (await confirm_statements([entry], context.services))[0]


async def earlier_digest(context: Context, paper: Paper, place: Place, language: str) -> str:
    """Returns a link to the channel's earlier digest with this paper; empty if there is none."""
    earlier = await context.store.earlier(paper.id, place.key)
    if earlier is None or not earlier.message:
        return ""
    said = say("card.earlier", language, day=day_words(earlier.local_date, language, "yMMMEd"), n=earlier.number)
    try:
        url = await context.chats[place.platform].link(replace(place, thread=""), earlier.message)
    except ChatError:  # without its message, the date is still right
        return said
    return link(said, url)
