"""The command line: output on stdout, progress and log on stderr.

Exit codes: 0 done, 1 failed (with one sentence), 2 wrong usage or settings. Commands import SDKs
themselves so that `paperboy --help` starts fast.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import os
import sys
import threading
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import late_packages
from bot.cli.archive.export import export
from bot.cli.archive.index import archive
from bot.cli.archive.mcp import mcp
from bot.cli.run import OUTPUT_FAULTS, no_room, run_command
from bot.cli.subscriptions import costs, subscriptions
from bot.cli.usage import AsJson, AsPlain, Commands, EnvFile, command, env_file, name_env_file, sentence
from digest.errors import BadInput, Misconfigured
from digest.version import VERSION

LARGE = 2**20
"""Bytes."""
_MMAP_THRESHOLD = -3
"""glibc's M_MMAP_THRESHOLD."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Reads the day's arXiv papers and delivers the ones that matter to a team's channel. "
    "`paperboy init` asks for the settings; docs/settings.md and .env.example name each.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"paperboy {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    named: EnvFile = None,
) -> None:
    del version
    name_env_file(named)


class Format(StrEnum):
    MARKDOWN = "markdown"
    JSON = "json"


Categories = Annotated[
    str | None, typer.Option(help="arXiv categories, comma-separated. [DIGEST_CATEGORIES]", metavar="CAT,CAT")
]
Count = Annotated[
    int | None, typer.Option("--papers", help="Maximum number of papers. [DIGEST_PAPERS]", metavar="N", min=1, max=50)
]
Language = Annotated[str | None, typer.Option(help="The reader's language, BCP 47. [DIGEST_LANGUAGE]", metavar="TAG")]


@command(app)
def digest(
    categories: Categories = None,
    papers: Count = None,
    language: Language = None,
    format: Annotated[Format, typer.Option(help="Print the document or its data.")] = Format.MARKDOWN,  # noqa: A002  # the option's name
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of stdout.", metavar="FILE")] = None,
    again: Annotated[bool, typer.Option("--again", help="Make today's digest again with new model calls.")] = False,
    date: Annotated[
        str | None,
        typer.Option(help="A past list, 2026-11-20, or several, A..B, as far as arXiv's API tells.", metavar="DATE"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be chosen, and what a run would cost.")
    ] = False,
    plain: AsPlain = False,
) -> None:
    """Make today's digest and print it as a document."""

    async def work(settings: Any) -> None:
        from bot.cli import terminal
        from bot.cli.one_digest import ask_ahead, dates_from, make_or_load_digest, make_past_digest
        from bot.server.wiring import open_app

        if dry_run:
            from bot.cli import dry_run as dry

        terminal.check_categories(settings.digest_categories)
        if output is not None:
            terminal.check_writable(output)
        ahead = None if date or again else partial(ask_ahead, settings)
        async with open_app(settings, ahead=ahead) as services:
            dates = dates_from(date, services.now()) if date else None
            with terminal.progress() as progress:
                if dry_run:
                    plan = await dry.plan(services, dates, again=again, progress=progress)
                elif dates is not None:
                    outcome = await make_past_digest(services, dates, again=again, progress=progress)
                else:
                    outcome = await make_or_load_digest(services, again=again, progress=progress)
        if dry_run:
            if format is Format.JSON:
                terminal.write_json(dry.data(plan, dates), output)
            else:
                dry.show(plan, settings, dates, output, plain=plain)
            return
        if outcome.message:
            terminal.say(outcome.message)
        if outcome.digest is not None:
            terminal.write(terminal.document(outcome.digest, as_json=format is Format.JSON), output)

    # It reads the certificate authorities as it loads, which needs no turn of Python's.
    threading.Thread(target=import_module, args=("aiohttp",), daemon=True).start()
    run_command(work, digest_categories=categories, digest_papers=papers, digest_language=language)


Token = typer.Option(metavar="TOKEN", show_default=False)


@command(app)
def init(
    slack_bot_token: Annotated[str | None, Token] = None,
    slack_app_token: Annotated[str | None, Token] = None,
    slack_signing_secret: Annotated[str | None, typer.Option(metavar="SECRET", help="Slack over HTTP.")] = None,
    slack_channel: Annotated[str | None, typer.Option(metavar="C…", help="A channel's id or link.")] = None,
    discord_token: Annotated[str | None, Token] = None,
    discord_channel_id: Annotated[
        str | None,
        typer.Option("--discord-channel-id", "--discord-channel", metavar="ID", help="A channel's id or link."),
    ] = None,
    openai_api_key: Annotated[str | None, typer.Option(metavar="KEY")] = None,
    openai_base_url: Annotated[str | None, typer.Option(metavar="URL", help="A server that is not OpenAI's.")] = None,
    llm_model: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Quote the papers' own sentences.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: the options and the environment answer.")] = False,
) -> None:
    """Ask for tokens, model and channel, check them, write .env."""
    given = {name.upper(): value for name, value in locals().items() if name not in ("no_model", "yes")}
    from bot.cli.init import run as set_up
    from bot.cli.run import in_sentences
    from bot.core.settings.settings import Settings

    with in_sentences(Settings.model_construct()):
        raise typer.Exit(set_up(env_file(), given, yes=yes, no_model=no_model))


@command(app)
def demo(categories: Categories = None, language: Language = None) -> None:
    """Show a digest and answer questions here. Needs no key, server or account.

    Without a key it is a recorded sample day.
    """

    async def work(settings: Any) -> None:
        from bot.cli.demo import demonstrate

        await demonstrate(settings, categories=categories is not None)

    run_command(work, digest_categories=categories, digest_language=language)


@command(app)
def ask(
    paper: Annotated[str, typer.Argument(help="arXiv id or URL.", metavar="ID")],
    question: Annotated[list[str], typer.Argument(help="The question, in any language.", metavar="QUESTION")],
    language: Language = None,
    as_json: AsJson = False,
    plain: AsPlain = False,
) -> None:
    """Answer a question from a paper's own text, with quotations."""

    async def work(settings: Any) -> None:
        from bot.cli import terminal
        from bot.server.wiring import open_app

        ref = terminal.parse_paper(paper)
        async with open_app(settings) as services:
            await terminal.show_answer(services, ref, " ".join(question), language, as_json=as_json, plain=plain)

    run_command(work, digest_language=language)


@command(app)
def paper(
    words: Annotated[list[str], typer.Argument(help="arXiv id, URL, or words to search for.", metavar="ID|WORDS")],
    language: Language = None,
    as_json: AsJson = False,
    plain: AsPlain = False,
) -> None:
    """Look up a paper by id, or search by words."""

    async def work(settings: Any) -> None:
        from bot.cli import terminal
        from bot.server.wiring import open_app

        async with open_app(settings) as services:
            await terminal.show_paper(services, " ".join(words), as_json=as_json, plain=plain)

    run_command(work, digest_language=language)


@command(app)
def run(
    role: Annotated[
        list[str] | None, typer.Option(help="slack, discord, clock or worker; repeatable. Default: all.")
    ] = None,
) -> None:
    """Run the bot until stopped: daily digests and answers."""

    async def work(settings: Any) -> None:
        from bot.server.service import Role, serve

        try:
            roles = frozenset(Role(name) for name in role or list(Role))
        except ValueError:
            raise Misconfigured(f"--role takes {', '.join(Role)}; repeat it for several.") from None
        await serve(settings, roles)

    run_command(work, service=True)


@command(app)
def check(as_json: AsJson = False, plain: AsPlain = False) -> None:
    """Show what is configured, reachable or missing.

    Each line says what to do about it. Exit code 1 if something is bad.
    """

    async def work(settings: Any) -> int:
        from bot.doctor.check import run_checks

        return await run_checks(settings, as_json=as_json, plain=plain)

    run_command(work)


@command(app)
def stop() -> None:
    """Stop the embedded store if one is still running."""

    async def work(settings: Any) -> None:
        from bot.cli import terminal
        from bot.store.embedded.server import stop as stop_store

        terminal.say((await stop_store(settings.home)).value)

    run_command(work)


app.add_typer(subscriptions, name="subscriptions")
app.add_typer(archive, name="archive")
command(app)(costs)
command(app)(export)
command(app)(mcp)


def run_process() -> None:
    """`main` as a process of its own. It ends without freeing its memory piece by piece, which
    takes half a second: everything that must be closed or written is by then."""
    status = 1  # of an exception that nobody catches

    def end() -> None:
        for stream in (sys.stdout, sys.stderr):
            try:
                if not stream.closed:  # as `paperboy mcp` leaves it
                    stream.flush()
            except OSError:  # its reader is gone
                os._exit(status or 1)
        os._exit(status)

    gc.set_threshold(20_000, 20, 20)  # what loading makes stays: looking through it took a tenth of a start
    _return_large_blocks()
    late_packages.install()
    atexit.register(end)  # the first to be registered is the last to be called
    try:
        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise


def _return_large_blocks() -> None:
    """Lets blocks from `LARGE` up leave the process when they are freed. Else glibc, once the first
    is freed, keeps the next ones for their thread: 28 MB of a language model that was let go."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


def main() -> None:
    os.umask(0o077)  # what the store and the logs hold is this user's alone
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started it
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    try:
        code = app(prog_name="paperboy", standalone_mode=False)
    except BadInput as error:
        print(error, file=sys.stderr)
        code = 2
    except typer.TyperException as error:
        code = _refuse(error)
    except OSError as error:
        if error.errno not in OUTPUT_FAULTS:
            raise
        print(no_room(error), file=sys.stderr)
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        print("Stopped.", file=sys.stderr)
        code = 130
    sys.exit(code)


def _refuse(error: typer.TyperException) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error, file=sys.stderr)  # its text is the help
    else:
        print(sentence(error), file=sys.stderr)
    return 2
