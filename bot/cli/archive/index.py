"""`paperboy archive`: the index over what was posted, asked and saved."""

from __future__ import annotations

import typer

from bot.cli.run import run_command
from bot.cli.usage import Commands, EnvFile, command, name_env_file

archive = typer.Typer(cls=Commands, no_args_is_help=True, help="The index over what was posted, asked and saved.")


@archive.callback()
def options(named: EnvFile = None) -> None:
    name_env_file(named)


@command(archive)
def rebuild() -> None:
    """Make the index anew from the store and the digests it keeps. Needs no pause of the bot."""

    async def work(settings: object) -> None:
        from bot.cli import terminal
        from bot.core.settings.settings import Settings
        from bot.server.wiring import open_app

        assert isinstance(settings, Settings)
        async with open_app(settings) as app:
            rebuilt = await app.archive.rebuild()
        rows = ", ".join(f"{number} {kind}" for kind, number in sorted(rebuilt.rows.items()))
        terminal.say(f"Rebuilt: {rows or 'nothing yet'}.")
        if rebuilt.unreadable:
            terminal.say(f"Left out, as they cannot be read: {', '.join(rebuilt.unreadable)}.")

    run_command(work)
