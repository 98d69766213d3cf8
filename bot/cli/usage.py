"""Errors of the command line as sentences, and the options that every command has."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from digest.errors import BadInput

EnvFile = Annotated[
    Path | None, typer.Option("--env-file", help="Read the settings from this file instead of .env.", metavar="FILE")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print data.")]
AsPlain = Annotated[bool, typer.Option("--plain", help="Print as into a pipe: nothing drawn, no line broken.")]
_named: dict[str, Path] = {}


def name_env_file(file: Path | None) -> None:
    """Remembers what `--env-file` names, before or after the command."""
    if file is not None:
        _named["env_file"] = file.expanduser()


def env_file() -> Path | None:
    return _named.get("env_file")


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds a function as a command, with the options that every command has."""

    def add(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def wrapped(*args: Any, env_file: Path | None = None, **values: Any) -> None:
            name_env_file(env_file)
            function(*args, **values)

        known = inspect.signature(function, eval_str=True)
        extra = inspect.Parameter("env_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=EnvFile)
        vars(wrapped)["__signature__"] = known.replace(parameters=[*known.parameters.values(), extra])
        app.command(name, cls=Command)(wrapped)
        return function

    return add


class Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # refused below, in our words
        rest = super().parse_args(ctx, args)
        if ctx.args:
            raise BadInput(f"`{ctx.command_path}` takes no {ctx.args[0]!r}. {_see(ctx)}")
        return rest


class Commands(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = self.list_commands(ctx)
            raise BadInput(f"Unknown command {args[0]!r}.{_near(args[0], known)} Commands: {', '.join(known)}.")
        return super().resolve_command(ctx, args)


def sentence(error: typer.TyperException) -> str:
    """What is wrong and what to do. Errors are told apart by their names in click."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    option, see = str(getattr(error, "option_name", "")), _see(context)
    match type(error).__name__:
        case "NoSuchOption":
            known = [o for p in context.command.params for o in p.opts] if context is not None else []
            return f"Unknown option {option}.{_near(option, known)} {see}"
        case "MissingParameter" if parameter is not None:
            return f"{_name(parameter)} is missing. {see}"
        case "BadOptionUsage" if "does not take" in str(error):
            return f"{option} takes no value. {see}"
        case "BadOptionUsage":
            return f"{option} needs a value. {see}"
        case "BadParameter" if parameter is not None:
            return f"{_name(parameter)} must be {_wanted(parameter)}. {see}"
        case _:
            return f"The command line cannot be understood. {see}"


def _see(context: Any) -> str:
    return f"See `{context.command_path if context is not None else 'paperboy'} --help`."


def _near(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def _name(parameter: Any) -> str:
    option = next((o for o in parameter.opts if o.startswith("--")), "")
    return option or str(parameter.metavar or parameter.name.upper())


def _wanted(parameter: Any) -> str:
    kind = getattr(parameter.type_descriptor, "annotation", None)
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return " or ".join(str(choice.value) for choice in kind)
    if parameter.min is not None and parameter.max is not None:
        return f"a whole number from {parameter.min} to {parameter.max}"
    return "a different kind of value"
