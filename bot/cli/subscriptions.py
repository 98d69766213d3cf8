"""`paperboy subscriptions …` and `paperboy costs`: the channels and what they cost, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.run import run_command

subscriptions = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Channels and their settings: listed, changed one by one, or applied from a file (docs/operations.md).",
)
Channel = Annotated[str, typer.Argument(help="slack:C0123ABCD or discord:1234567890.", metavar="CHANNEL")]
Values = Annotated[
    list[str] | None,
    typer.Argument(help="categories=cs.CV,cs.RO papers=5 language=zh time=09:00 days=mon-fri …", metavar="NAME=VALUE"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Data instead of a table.")]


@subscriptions.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every channel: its last delivery, next run, cost of the month, fault."""

    async def work(store: Any, _: Any) -> None:
        from bot.cli import channels

        await channels.show(store, as_json=as_json)

    _run(work)


@subscriptions.command()
def add(channel: Channel, values: Values = None) -> None:
    """A new channel; what is not given is as in the environment."""

    async def work(store: Any, settings: Any) -> None:
        from bot.cli import channels

        await channels.add(store, settings, channel, values or [])

    _run(work)


@subscriptions.command()
def edit(channel: Channel, values: Values = None) -> None:
    """Changes a channel's settings; what is not given stays."""

    async def work(store: Any, _: Any) -> None:
        from bot.cli import channels

        await channels.edit(store, channel, values or [])

    _run(work)


@subscriptions.command()
def pause(channel: Channel, off: Annotated[bool, typer.Option("--off", help="Go on again.")] = False) -> None:
    """No more daily digests there, until `pause --off`."""

    async def work(store: Any, _: Any) -> None:
        from bot.cli import channels

        await channels.edit(store, channel, [f"paused={not off}"])

    _run(work)


@subscriptions.command()
def remove(channel: Channel) -> None:
    """Ends a channel's digests. Its settings are kept for thirty days: `add` brings them back."""

    async def work(store: Any, _: Any) -> None:
        from bot.cli import channels

        await channels.remove(store, channel)

    _run(work)


@subscriptions.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="YAML, or JSON by its name. stdout when not given.")] = None,
) -> None:
    """Every channel's settings as a file that `apply` takes."""

    async def work(store: Any, _: Any) -> None:
        from bot.cli import channels

        await channels.export(store, file)

    _run(work)


@subscriptions.command()
def apply(
    file: Annotated[Path, typer.Argument(help="YAML, or JSON by its name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
) -> None:
    """Shows how a file differs from what is set, and sets it. Channels that it does not name stay as they are."""

    async def work(store: Any, settings: Any) -> None:
        from bot.cli import channels

        await channels.apply(store, settings, channels.read(file), file.name, dry_run=dry_run)

    _run(work)


def costs(
    day: Annotated[str | None, typer.Option(help="A UTC day, 2026-01-30. Today when not given.", metavar="DAY")] = None,
    month: Annotated[
        str | None, typer.Option(help="A month, 2026-01. This one when not given.", metavar="MONTH")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What the model has cost, by channel and by stage, with the share that came from its cache.

    A channel's calls and tokens are those that its own runs and questions made. Dollars are split: what several channels used (the ranking
    for one Profile, the analysis of a paper, a summary) is shared evenly by those that used it that day or the next. Caps count the calls
    that a channel's own runs made.
    """

    async def work(store: Any, settings: Any) -> None:
        from bot.cli import costs as told

        await told.show(store, settings, day, month, as_json=as_json)

    _run(work)


def _run(work: Callable[[Any, Any], Coroutine[Any, Any, None]]) -> None:
    """With the store and the settings."""

    async def with_store(settings: Any) -> None:
        from bot.server.wiring import open_store

        async with open_store(settings) as (store, _, _):
            await work(store, settings)

    run_command(with_store)
