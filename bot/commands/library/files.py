"""Opens the archive's pages and makes citation files of papers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.archive.export import Format, exported
from bot.context import Context
from bot.core.chat import Actions, Block, Button, Click, Person, Post, Responder, Style, Text
from bot.core.ids import answer_of
from bot.core.rights import Right, may
from bot.core.texts import say
from bot.digests.cards import note
from digest.errors import NotFound
from digest.model import Digest, Paper


async def open_archive(context: Context, click: Click, respond: Responder, language: str, paper_id: str = "") -> None:
    """Gives the person a link to a paper's page, else to the digest that the button names."""
    links, channel = context.links, click.place.key
    if links is None:
        raise NotFound(say("expired", language))
    url = await (links.to_paper(channel, paper_id) if paper_id else links.to_digest(click.value))
    public = links.is_public(channel)
    blocks: list[Block] = [Text(say("archive.link.public" if public else "archive.link", language, url=url))]
    if not public and may(Right.REMOVE, await context.standing(click.place, click.person)):
        words, sure = say("card.unlink", language), say("card.unlink?", language)
        blocks.append(Actions((Button("unlink", channel, words, Style.DANGER, sure),)))
    await respond.show(Post(tuple(blocks), say("card.archive", language), language))


async def revoke_links(context: Context, click: Click, respond: Responder, language: str) -> None:
    await context.store.revoke_links(click.place.key)
    await respond.show(note(say("unlinked", language), language))


async def choose_file(context: Context, click: Click, respond: Responder, language: str) -> None:
    words, whole = say("export.which", language), Button("markdown", click.value, "Markdown")
    buttons = (whole, *file_buttons("export", click.value, language).buttons)
    if await context.store.zotero_link(click.place.key):
        buttons = (*buttons, Button("export_zotero", click.value, "Zotero"))
    await respond.show(Post((Text(words), Actions(buttons)), words, language))


def file_buttons(of: str, value: str, language: str) -> Actions:
    """Returns a button for each format. `of`: `export` for a digest, `saved` for saved papers."""
    words = {form: form.label if of == "export" else say("export.as", language, form=form.label) for form in Format}
    return Actions(tuple(Button(f"{of}_{form}", value, label) for form, label in words.items()))


async def send_digest(digest: Digest, click: Click, respond: Responder) -> None:
    await _send(respond, f"paperboy-{digest.local_date}", [entry.paper for entry in digest.entries], click.action)


async def send_saved(context: Context, click: Click, respond: Responder, language: str) -> None:
    papers = await load_saved(context, click.person)
    if not papers:
        raise NotFound(say("saved none", language))
    await _send(respond, "paperboy-saved", papers, click.action)


async def load_saved(context: Context, person: Person, limit: int | None = None) -> list[Paper]:
    """Returns the papers that the person saved, newest first. Raises ArxivUnavailable."""
    votes = await context.store.saved(person.id)
    ids = list(dict.fromkeys(vote.subject for vote in votes if not answer_of(vote.subject)))[:limit]
    return await context.services.papers.get(ids) if ids else []


async def _send(respond: Responder, name: str, papers: Sequence[Paper], action: str) -> None:
    form = Format(action.rpartition("_")[2])
    await respond.file(f"{name}.{form.suffix}", exported(papers, form))
