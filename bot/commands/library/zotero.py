"""Handles `/digest zotero` and pushes a channel's papers to a Zotero group library by button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.context import Context
from bot.core.chat import Actions, Button, Click, Command, Field, Form, Post, Responder, Style, Submission, Text
from bot.core.settings import shapes
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import note
from bot.store.zotero import ZoteroLink
from digest.errors import NotFound
from digest.model import Paper
from digest.render.catalogs import in_language
from digest.render.labels import day_words
from digest.render.markdown import escape, link

if TYPE_CHECKING:
    from bot.archive.zotero import Pushed, Zotero

TITLE = "Zotero"
GROUP_URL = "https://www.zotero.org/groups/"


async def show_state(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    """Shows whether the channel is connected and how the last push went."""
    service(context, language)
    known = await context.store.zotero_link(subscription.key)
    if known is None:
        connect_button = Button("zotero", subscription.key, say("zotero.connect", language), Style.PRIMARY)
        await respond.show(Post((Text(say("zotero.off", language)), Actions((connect_button,))), TITLE, language))
        return
    lines = [say("zotero.on", language, library=_named(known))]
    if known.pushed is not None:
        day = day_words(known.pushed.date(), language)
        lines.append(say("zotero.added", language, n=known.added, day=day))
    if known.fault:
        lines.append(f"⚠ {escape(in_language(known.fault, language))}")
    await respond.show(Post((Text("\n\n".join(lines)), _buttons(subscription.key, language)), TITLE, language))


def _buttons(channel: str, language: str) -> Actions:
    return Actions(
        (
            Button("zotero_push", channel, say("zotero.push", language), Style.PRIMARY),
            Button("zotero", channel, say("change", language)),
            Button(
                "zotero_off",
                channel,
                say("zotero.disconnect", language),
                Style.DANGER,
                say("zotero.disconnect?", language),
            ),
        )
    )


async def open_form(context: Context, click: Click, respond: Responder, language: str) -> None:
    zotero, channel = service(context, language), click.place.key
    known = await context.store.zotero_link(channel)
    library = str(known.library) if known else zotero.library
    fields = [Field("library", say("zotero.library", language), value=library, required=True)]
    if zotero.keeps_keys(channel):
        kept = zotero.has_key(known)
        hint = say("zotero.key.kept" if kept else "zotero.key.hint", language)
        fields.append(Field("key", say("zotero.key", language), hint=hint, required=not kept, secret=True))
    submit = say("zotero.connect", language)
    await respond.form(Form("zotero", channel, TITLE, submit, tuple(fields), language))


def connect(
    context: Context, submission: Submission, respond: Responder, language: str
) -> tuple[Mapping[str, str], Callable[[], Awaitable[None]] | None]:
    """Returns the problems by field, or what to do after the form has closed: ask Zotero."""
    try:
        library = shapes.zotero_library(submission.fields.get("library", "").strip())
    except ValueError:
        library = ""
    if not library:
        return {"library": say("zotero.library.unfit", language)}, None

    async def ask() -> None:
        await respond.progress(say("zotero.asking", language))
        key = submission.fields.get("key", "").strip()
        made = await service(context, language).connect(submission.place.key, int(library), key)
        await context.reports.report_recovery("zotero", about=submission.place.key)
        words = say("zotero.connected", language, library=_named(made))
        await respond.show(Post((Text(words), _buttons(submission.place.key, language)), TITLE, language))

    return {}, ask


async def push(
    context: Context, click: Click, respond: Responder, language: str, papers: Sequence[Paper] | None = None
) -> None:
    """Pushes these papers; without any, all that are saved in the channel."""
    zotero, channel = service(context, language), click.place.key
    await respond.progress(say("zotero.asking", language))
    pushed = await (zotero.push_saved(channel) if papers is None else zotero.push(channel, papers))
    await context.reports.report_recovery("zotero", about=channel)
    await respond.show(note(_said(pushed, language), language))


async def disconnect(context: Context, click: Click, respond: Responder, language: str) -> None:
    await context.store.forget_zotero_link(click.place.key)
    await context.reports.report_recovery("zotero", about=click.place.key)
    await respond.show(note(say("zotero.disconnected", language), language))


def service(context: Context, language: str) -> Zotero:
    if context.zotero is None:
        raise NotFound(say("error.zotero.console", language))
    return context.zotero


def _named(known: ZoteroLink) -> str:
    return link(escape(known.name or str(known.library)), f"{GROUP_URL}{known.library}")


def _said(pushed: Pushed, language: str) -> str:
    lines = [say("zotero.pushed", language, n=pushed.new, library=escape(pushed.library))]
    if pushed.known:
        lines.append(say("zotero.known", language, n=pushed.known))
    if pushed.refused:
        lines.append(say("zotero.refused", language, n=len(pushed.refused), words=pushed.words))
    return " ".join(lines)
