"""Runs a command: loads the settings, and turns errors into a sentence and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import typer

from bot.cli import usage
from digest.errors import Misconfigured, PaperboyError

SWITCH_INTERVAL = 0.000_5
"""Seconds, a tenth of Python's own. Threads check model output beside the event loop, which waits
so long at each of its turns: a request has dozens, an acknowledgement some (bench.acks)."""
OUTPUT_FAULTS = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "your share of the disk is full"}


def run_command(
    work: Callable[[Any], Coroutine[Any, Any, int | None]], *, service: bool = False, **overrides: Any
) -> NoReturn:
    import asyncio

    from bot.core import logs
    from bot.core.settings.settings import hide_secrets, load

    try:
        settings = load(usage.env_file(), **overrides)
    except Misconfigured as error:
        fail(str(error), 2)
    hide_secrets(settings)
    logs.set_up(settings, service=service)
    sys.setswitchinterval(SWITCH_INTERVAL)
    with in_sentences(settings):
        code = asyncio.run(work(settings)) or 0
        raise typer.Exit(code)
    raise typer.Exit(0)  # the reader of a pipe has gone


@contextlib.contextmanager
def in_sentences(settings: Any) -> Iterator[None]:
    """Ends the process with a sentence and an exit code for what is raised inside."""
    import asyncio

    from bot.core import logs

    try:
        yield
    except typer.Exit:
        raise
    except Misconfigured as error:
        fail(str(error), 2)
    except PaperboyError as error:
        fail(str(error), 1)
    except (KeyboardInterrupt, EOFError, asyncio.CancelledError):
        fail("Stopped.", 130)
    except BrokenPipeError:
        # The reader closed the pipe, which is no failure. The rest of the buffer goes to /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001  # users see an id
        if isinstance(error, OSError) and error.errno in OUTPUT_FAULTS:
            fail(no_room(error), 1)
        mark = secrets.token_hex(4)
        where = ""
        with contextlib.suppress(OSError):
            where = f" See {logs.write_traceback(settings, mark, error)}."
        fail(f"Something went wrong on Paperboy's side (id {mark}).{where}", 1)


def no_room(error: OSError) -> str:
    """The sentence for output that finds no room; what is left of it is dropped."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return f"Nothing more can be written: {OUTPUT_FAULTS[error.errno or 0]}. Make room and run it again."


def fail(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
