"""Handles `/paper`: looks papers up, lists them, answers questions, manages personal data."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from bot.commands import gate
from bot.commands.library.files import file_buttons, load_saved
from bot.commands.library.saved import LEAST, compare_button
from bot.commands.library.seen import find_seen, seen_post
from bot.context import Context
from bot.core.chat import (
    ALONE,
    MENU_OPTIONS,
    Actions,
    Block,
    Button,
    Click,
    Command,
    Heading,
    Menu,
    Post,
    Question,
    Responder,
    Style,
    Text,
)
from bot.core.ids import DigestPaper, Origin, PaperById, PaperChoice, QuestionId
from bot.core.texts import say
from bot.digests import cards
from bot.digests.cards import note
from bot.digests.delivery import show_pictured
from bot.questions.answering import answer_name, answer_privately, load_sources
from bot.questions.comparison import compare_papers
from bot.questions.lookup import earlier_digest, example_paper, find_paper, look_up
from digest.arxiv.ids import PaperRef, looks_like_id, only_elsewhere, parse
from digest.aspects import MAX_PAPERS
from digest.errors import BadInput, NotFound
from digest.model import Digest, Entry, Paper
from digest.patterns import regex
from digest.render import tex
from digest.render.markdown import escape, link
from digest.which_paper.numbers import numbers_in
from digest.which_paper.resolve import cue

RESULTS = 10
COMPARE = "compare"
_NAMED = regex(r"\A(?:ask|find|lookup|search)\s+(?:for\s+|about\s+)?(?=\S)", re.IGNORECASE)
"""The verbs that Discord has for what an id or words do here without a verb."""


async def paper(context: Context, command: Command, respond: Responder) -> None:
    """Runs the command. `command.text` is a verb, words, an id, URL or number; a question may
    follow an id. If `command.question` is set, the text is the paper alone."""
    language = await context.person_language(command.place, command.person)
    text = _NAMED.sub("", command.text.strip())
    command = replace(command, text=text)
    if command.question.strip():
        await gate.require_command(context, "paper", command.place, command.person, language)
        await _ask(context, command, respond, language)
        return
    verb = " ".join(text.lower().split())
    simple = {
        "": _help,
        "help": _help,
        "today": _today,
        "saved": _saved,
        "privacy": _privacy,
        "forget me": _forget_me,
        "forget": _forget_me,
    }
    known = {"": "help", "forget me": "forget"}.get(verb, verb)
    await gate.require_command(
        context, f"paper {known}" if verb in simple else "paper", command.place, command.person, language
    )
    if verb in simple:
        await simple[verb](context, command, respond, language)
        return
    if verb.startswith(f"{COMPARE} "):
        await _compare(context, command, text.split(None, 1)[1], respond, language)
        return
    ref, question = _split(text)
    _require_words(ref, text, language)
    found = await _find_named(context, command, ref, text, language)
    if found is None:
        await _search(context, command, respond, language)
    elif question:
        await answer(context, command, found, question, respond)
    else:
        await show_card(context, command, found, respond, language)


def _require_words(ref: PaperRef | None, text: str, language: str) -> None:
    """Raises BadInput for a mistyped id, after which a question may follow, and for a link that
    names no arXiv paper."""
    mistyped = next((words for words in (text, text.partition(" ")[0]) if looks_like_id(words)), "")
    if ref is None and mistyped:
        raise BadInput(say("not a paper", language, text=escape(mistyped[:60])))
    if ref is None and (place := only_elsewhere(text)):
        raise BadInput(say("paper elsewhere", language, place=escape(place)))


async def _ask(context: Context, command: Command, respond: Responder, language: str) -> None:
    """Answers a question about the paper that an id, URL, number or words name. If several papers
    fit, the person chooses one, and the question is kept meanwhile."""
    text, question = command.text.strip(), command.question.strip()
    ref = parse(text)
    _require_words(ref, text, language)
    found = await _find_named(context, command, ref, text, language)
    papers = [found] if found else await _find_by_words(context, text, respond, language)
    if len(papers) == 1:
        await answer(context, command, papers[0], question, respond)
        return
    name = str(QuestionId(Origin.FORM, command.id))
    place, person, at = command.place, command.person, command.at
    kept = Question(name, place, person, question, at, private=True, extra=command.extra)
    await context.store.save_question(kept)
    await context.store.mark_silent(name)
    short = await context.store.save_question_name(name)
    options = tuple((cards.option(p, papers), str(PaperChoice(short, p.id))) for p in papers)
    title = say("paper.which", language)
    menu = Menu("pick", say("choose", language), options)
    await respond.show(Post((Heading(title, 2), Text(_paper_lines(papers, language)), menu), title, language))


def _split(text: str) -> tuple[PaperRef | None, str]:
    """Returns the id or URL at the beginning, and the text after it."""
    first, _, rest = text.partition(" ")
    ref = parse(first)
    if ref is None:
        return None, ""
    return ref, rest.strip()


async def _find_named(
    context: Context, command: Command, ref: PaperRef | None, text: str, language: str
) -> Paper | None:
    """Returns the paper with this id, or with this number in the latest digest; None for other
    text. Raises NotFound."""
    if ref is not None:
        try:
            return await find_paper(context, ref)
        except NotFound:
            raise NotFound(say("no such paper", language, id=str(ref))) from None
    number = text.lstrip("#").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 2):
        return None
    digest = await _latest_digest(context, command, language)
    entry = next((e for e in digest.entries if e.number == int(number)), None)
    if entry is None:
        raise NotFound(say("no number", language, n=number, last=len(digest.entries)))
    return entry.paper


async def _latest_digest(context: Context, command: Command, language: str) -> Digest:
    """Returns the channel's latest digest. Raises NotFound if there is none."""
    if ALONE in command.extra:
        raise NotFound(say("alone", language))
    digest = await context.store.latest_digest(command.place.key)
    if digest is None:
        name = "no digest" if await context.store.subscription(command.place.key) is None else "no digest.set"
        raise NotFound(say(name, language, command=command.place.command))
    return digest


async def show_card(context: Context, command: Command, found: Paper, respond: Responder, language: str) -> None:
    """Shows the asker the paper's card in the channel's language, so that analyses are shared."""
    await respond.progress(say("reading", language, paper=escape(found.versioned)))
    written = await context.channel_language(command.place, command.person)
    entry = await look_up(context, found, written, command.place.key, pictured=True)
    await show_entry(context, entry, command, respond, written)


async def show_entry(context: Context, entry: Entry, asked: Command | Click, respond: Responder, language: str) -> None:
    """Shows the asker a paper's card, with its figure if the platform takes images."""
    earlier = await earlier_digest(context, entry.paper, asked.place, language)
    post = cards.card(entry, language, shared=ALONE in asked.extra, earlier=earlier)
    chat = context.chats[asked.place.platform]
    await show_pictured(chat, post, context.services.cache.get, lambda picture: respond.show(post, picture=picture))


async def answer(context: Context, command: Command, found: Paper, question: str, respond: Responder) -> None:
    """Answers a question that follows an id. Only the asker sees the answer."""
    language = await context.person_language(command.place, command.person)
    await respond.progress(say("reading", language, paper=escape(found.versioned)))
    post = await answer_privately(context, command.place, command.person, question, [found], command.id)
    await context.store.save_private_answer(answer_name(command.id), command.place)
    await respond.show(post)


def _names_in(text: str, count: int) -> Iterator[PaperRef | int]:
    """Yields the papers that a list names, in its order: ids, URLs, and numbers of a digest of
    `count` papers. Numbers beyond it are yielded, too."""
    words = [(word, parse(word)) for word in re.split(r"[\s,，、;；和与]+", cue(text).strip())]
    for is_id, group in groupby(words, lambda pair: pair[1] is not None):
        run = list(group)
        if is_id:
            yield from (ref for _, ref in run if ref is not None)
            continue
        said = re.sub(r"^(?:and|with|to|vs\.?|&)\s+", "", " ".join(word for word, _ in run), flags=re.IGNORECASE)
        listed = re.sub(r"(?<=\d)\s+(?=#?\d)", ", ", said)
        found = numbers_in(f"papers {listed}", count)
        yield from (*found.named, *found.beyond)


async def _compare(context: Context, command: Command, text: str, respond: Responder, language: str) -> None:
    """Compares papers: `3 5 8 by data, code` names numbers, ids or links, then the aspects."""
    digest = await context.store.latest_digest(command.place.key)
    # In a thread, because the first call compiles the patterns of all languages.
    named = await asyncio.to_thread(lambda: list(dict.fromkeys(_names_in(text, len(digest.entries) if digest else 0))))
    if not 2 <= len(named) <= MAX_PAPERS:
        raise BadInput(say("compare.help", language, most=MAX_PAPERS))
    found: dict[str, Paper] = {}
    for name in named:
        ref = None if isinstance(name, int) else name
        paper = await _find_named(context, command, ref, str(name), language)
        if paper is not None:
            found[paper.id] = paper
    if len(found) < 2:  # a number and an id can name the same paper
        raise BadInput(say("compare.help", language, most=MAX_PAPERS))
    names = ", ".join(cards.short_title(p, found.values()) for p in found.values())
    await respond.progress(say("reading", language, paper=escape(names)))
    sources = await load_sources(context, list(found.values()), digest.key if digest else "")
    _, post = await compare_papers(context, f"{COMPARE} {text}", sources, language, command.place.key, command.id)
    await context.store.save_private_answer(answer_name(command.id), command.place)
    await respond.show(post)


async def _search(context: Context, command: Command, respond: Responder, language: str) -> None:
    seen = await find_seen(context, command.text, command.place, command.person)
    if seen:
        await respond.show(await seen_post(context, command, seen, language))
    found = await _find_by_words(context, command.text, respond, language)
    words = escape(" ".join(command.text.split())[:300])
    all_of_them = len(found) < RESULTS
    said = (
        say("found", language, words=words, n=len(found)) if all_of_them else say("found.best", language, words=words)
    )
    await respond.show(list_post(said, found, language))


async def _find_by_words(context: Context, text: str, respond: Responder, language: str) -> list[Paper]:
    """Returns the papers that the words find. Raises NotFound if there are none."""
    words = " ".join(text.split())[:300]
    await respond.progress(say("searching", language, words=escape(words)))
    found = await context.services.papers.search(words, RESULTS)
    if not found:
        raise NotFound(say("none found", language, words=escape(words)))
    return found


def list_post(title: str, papers: list[Paper], language: str) -> Post:
    """Returns a list of papers with a menu."""
    options = tuple((cards.option(p, papers), str(PaperById(p.versioned))) for p in papers)
    menu = Menu("lookup", say("choose", language), options)
    blocks: list[Block] = [Heading(title, 2), Text(_paper_lines(papers, language)), menu]
    return Post(tuple(blocks), tex.plain(title)[:90], language)


def _paper_lines(papers: list[Paper], language: str) -> str:
    return "\n".join(
        f"- {link(tex.plain(p.title), p.abs_url)} · {cards.people(p, language)} · {cards.submitted(p, language)}"
        for p in papers
    )


async def _help(context: Context, command: Command, respond: Responder, language: str) -> None:
    paper, words = await example_paper(context, command.place.key)
    await respond.show(note(say("paper.help", language, paper=paper, words=words), language))


async def _today(context: Context, command: Command, respond: Responder, language: str) -> None:
    await respond.show(contents_post(await _latest_digest(context, command, language), language))


def contents_post(digest: Digest, language: str) -> Post:
    title = cards.title_of(digest)
    lines = [f"**{e.number}** {link(tex.plain(e.paper.title), e.paper.abs_url)}" for e in digest.entries]
    options = tuple(
        (f"{e.number} · {cards.name_in(digest, e)}"[:75], str(DigestPaper(digest.key, e.number)))
        for e in digest.entries[:MENU_OPTIONS]
    )
    menu = Menu("lookup", say("choose", language), options)
    return Post((Heading(title, 2), Text("\n\n".join(lines)), menu), title, language)


async def _saved(context: Context, command: Command, respond: Responder, language: str) -> None:
    papers = await load_saved(context, command.person, 25)
    if not papers:
        # A terminal has neither reactions nor buttons.
        none = "saved none.console" if command.place.platform == "console" else "saved none"
        await respond.show(note(say(none, language), language))
        return
    shown = list_post(say("saved", language), papers, language)
    menu = next(block for block in shown.blocks if isinstance(block, Menu))
    remove = Menu("save_undo", say("unsave", language), menu.options)
    buttons = file_buttons("saved", "me", language)
    if len(papers) >= LEAST:
        buttons = replace(buttons, buttons=(compare_button(language), *buttons.buttons))
    await respond.show(replace(shown, blocks=(*shown.blocks, remove, buttons)))


async def _privacy(context: Context, command: Command, respond: Responder, language: str) -> None:
    await respond.show(note(say("privacy", language), language))


async def _forget_me(context: Context, command: Command, respond: Responder, language: str) -> None:
    button = Button("forget_me", "me", say("forget me", language), Style.DANGER)
    question = say("forget me?", language)
    await respond.show(Post((Text(question), Actions((button,))), question[:90], language))
