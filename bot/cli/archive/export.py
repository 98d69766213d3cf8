"""`paperboy export`: the papers of a digest, or what a channel saved, to cite with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.run import run_command

Channel = Annotated[
    str,
    typer.Argument(
        help="slack:C0123ABCD or discord:1234567890; empty: the command line's own digests.", metavar="CHANNEL"
    ),
]
Day = Annotated[str | None, typer.Option(help="The digest of this day; else the latest.", metavar="2026-01-30")]
Saved = Annotated[bool, typer.Option("--saved", help="What people of the channel saved, without their names.")]
Form = Annotated[str, typer.Option("--format", help="bibtex, ris or csl.", metavar="FORM")]
ToZotero = Annotated[bool, typer.Option("--zotero", help="Push to the channel's Zotero library instead.")]
Output = Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.", metavar="FILE")]


def export(
    channel: Channel = "console:cli",
    day: Day = None,
    saved: Saved = False,
    form: Form = "bibtex",
    output: Output = None,
    zotero: ToZotero = False,
) -> None:
    """Write papers to cite with, of a digest or saved ones.

    As BibTeX, RIS or CSL-JSON, or into a Zotero library.
    """

    async def work(settings: Any) -> None:
        from bot.archive.export import Format, exported
        from bot.cli import terminal
        from bot.cli.one_digest import CLI
        from bot.core.settings.subscriptions_file import place_of
        from bot.server.wiring import open_app
        from digest.errors import BadInput, NotFound

        try:
            wanted, on = Format(form), date.fromisoformat(day) if day else None
        except ValueError:
            raise BadInput("The form is one of bibtex, ris, csl; a day is written 2026-01-30.") from None
        if saved and day:
            raise BadInput("--day is of a digest; what was saved has none. Leave out --day or --saved.")
        if zotero and output is not None:
            raise BadInput("--zotero writes no file. Leave out --output or --zotero.")
        if output is not None:
            terminal.check_writable(output)
        async with open_app(settings) as app:
            papers = await (_load_saved(app, channel) if saved else _of_digest(app, channel, on))
            if not papers:
                lacks = "saved nothing" if saved else f"no digest{f' of {day}' if day else ''}"
                if channel == CLI.key:
                    raise NotFound(f"This terminal has {lacks}. Name a channel: paperboy export slack:C0123ABCD.")
                place_of(channel)
                raise NotFound(f"{channel} has {lacks}.")
            if zotero:
                pushed = await app.zotero.push(channel, papers)
                terminal.say(f"Added to {pushed.library}: {pushed.new}. There already: {pushed.known}.")
                if pushed.refused:
                    terminal.say(f"Zotero did not take {', '.join(pushed.refused)}: {pushed.words}")
                return
        terminal.write(exported(papers, wanted), output)

    run_command(work)


async def _of_digest(app: Any, channel: str, day: date | None) -> Sequence[Any]:
    """The papers of the channel's digests of the day, else of the latest one. The archive knows
    days that the store no longer holds."""
    from bot.archive.index import Scope
    from bot.core.ids import RunKey

    if day is None:
        latest = await app.store.latest_digest(channel)
        return [entry.paper for entry in latest.entries] if latest else []
    async with app.archive.reading() as archive:
        keys = [key for key in await archive.digests(channel, 10_000) if RunKey.parse(key).day == day]
        digests = [await archive.digest(key, Scope(frozenset({channel}))) for key in keys]
    return [entry.paper for digest in digests if digest for entry in digest.entries]


async def _load_saved(app: Any, channel: str) -> Sequence[Any]:
    ids = await app.store.saved_in(channel)
    return await app.services.papers.get(ids) if ids else []
