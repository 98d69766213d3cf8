"""The commands `paperboy subscriptions …` and `paperboy costs`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.run import run_command
from bot.cli.usage import AsJson, AsPlain, Commands, EnvFile, command, name_env_file

subscriptions = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List and change channels. One by one, or from a file (docs/operations.md).",
)


@subscriptions.callback()
def options(named: EnvFile = None) -> None:
    name_env_file(named)


Channel = Annotated[str, typer.Argument(help="slack:C0123ABCD or discord:1234567890.", metavar="CHANNEL")]
Values = Annotated[
    list[str] | None,
    typer.Argument(help="categories=cs.CV,cs.RO papers=5 language=zh time=09:00 days=mon-fri …", metavar="NAME=VALUE"),
]


@command(subscriptions, "list")
def list_(as_json: AsJson = False, plain: AsPlain = False) -> None:
    """List every channel: last delivery, next run, month's cost, fault."""
    _run_with_store(lambda channels, store, _: channels.show(store, as_json=as_json, plain=plain))


@command(subscriptions)
def add(channel: Channel, values: Values = None) -> None:
    """Add a channel. Missing values come from the environment."""
    _run_with_store(lambda channels, store, settings: channels.add(store, settings, channel, values or []))


@command(subscriptions)
def edit(channel: Channel, values: Values = None) -> None:
    """Change a channel's settings. Missing values stay as they are."""
    _run_with_store(lambda channels, store, _: channels.edit(store, channel, values or []))


@command(subscriptions)
def pause(channel: Channel, off: Annotated[bool, typer.Option("--off", help="Resume.")] = False) -> None:
    """Pause a channel's daily digests until `pause --off`."""
    _run_with_store(lambda channels, store, _: channels.edit(store, channel, [f"paused={not off}"]))


@command(subscriptions)
def remove(channel: Channel) -> None:
    """Remove a channel. `add` restores its settings within thirty days."""
    _run_with_store(lambda channels, store, _: channels.remove(store, channel))


@command(subscriptions)
def export(
    file: Annotated[Path | None, typer.Argument(help="YAML, or JSON by its name. Default: stdout.")] = None,
) -> None:
    """Write every channel's settings to a file for `apply`."""
    _run_with_store(lambda channels, store, _: channels.export(store, file))


@command(subscriptions)
def apply(
    file: Annotated[Path, typer.Argument(help="YAML, or JSON by its name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the difference.")] = False,
) -> None:
    """Show how a file differs from the settings, and apply it. Channels not in the file stay."""
    _run_with_store(
        lambda channels, store, settings: channels.apply(
            store, settings, channels.read(file), file.name, dry_run=dry_run
        )
    )


def costs(
    day: Annotated[str | None, typer.Option(help="A UTC day, 2026-01-30. Default: today.", metavar="DAY")] = None,
    month: Annotated[str | None, typer.Option(help="A month, 2026-01. Default: this month.", metavar="MONTH")] = None,
    as_json: AsJson = False,
    plain: AsPlain = False,
) -> None:
    """Show what the model costs by channel and stage.

    The share that came from the model's cache stands beside the input. Calls and tokens count for
    the channel whose run or question made them. Dollars of shared work (a ranking, an analysis, a
    summary) are split evenly between the channels that used it that day or the next. Caps count the
    calls of a channel's own runs.
    """

    async def work(_: Any, store: Any, settings: Any) -> None:
        from bot.cli import costs as cost_tables

        await cost_tables.show(store, settings, day, month, as_json=as_json, plain=plain)

    _run_with_store(work)


def _run_with_store(work: Callable[[Any, Any, Any], Coroutine[Any, Any, None]]) -> None:
    """Gives `work` the functions of `bot.cli.channels`, the store and the settings."""

    async def with_store(settings: Any) -> None:
        from bot.cli import channels
        from bot.server.wiring import open_store

        async with open_store(settings) as (store, _, _):
            await work(channels, store, settings)

    run_command(with_store)
