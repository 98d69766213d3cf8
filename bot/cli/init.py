"""`paperboy init`: asks for what the bot needs, checks each answer, writes a file of settings.

Answers are asked for outside of any event loop, so that Ctrl-C ends a question at once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import getpass
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from bot.core import logs
from bot.core.finding import Finding, State
from bot.core.settings import env_file, shapes
from bot.core.settings.settings import ENV_FILE, Settings, load, read_env_file, url
from digest.errors import BadInput, Misconfigured, PaperboyError

NEW_SLACK_APP = "https://api.slack.com/apps?new_app=1&manifest_yaml="
DISCORD_APPS = "https://discord.com/developers/applications"
CHOICES = (*shapes.PLATFORMS, "both")
SECRETS = frozenset({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN", "OPENAI_API_KEY"})

T = TypeVar("T")
Clean = Callable[[str], str]
"""Returns the cleaned answer or raises ValueError."""
Probe = Callable[[], Finding | None]


@dataclass
class Answers:
    """The settings so far: the file, over it the environment, over both what was answered."""

    known: Mapping[str, str]
    given: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, self.known.get(name, ""))

    def settings(self) -> Settings:
        """For a probe: answers and addresses; else the defaults, whatever is wrong there."""
        values: dict[str, Any] = {}
        for name in Settings.model_fields:
            if name.endswith(("_url", "_token", "_key", "_model")) and (value := self[name.upper()]):
                values[name] = SecretStr(value) if name.upper() in SECRETS else value
        return Settings.model_construct(**values)


def run(file: Path | None, options: Mapping[str, str | None], *, yes: bool, no_model: bool) -> int:
    """Raises BadInput, Misconfigured. Nothing is written before everything was answered."""
    target = file or ENV_FILE
    _check_writable(target)
    answers = Answers(_known(target))
    logs.set_up(answers.settings(), service=False)
    environment = {name: os.environ.get(name) for name in options} if yes else {}
    answers.given |= _cleaned(environment | {n: v for n, v in options.items() if v is not None}, answers.known)
    if yes or not sys.stdin.isatty():
        _without_questions(answers, yes=yes, no_model=no_model)
    else:
        _Wizard(answers, target, no_model=no_model).ask()
    return _finish(target, answers)


def manifest_link() -> str:
    """Slack's page for a new app, filled in with our manifest."""
    import yaml

    text = (resources.files("bot.slack") / "manifest.yaml").read_text("utf-8")
    packed = yaml.safe_dump(yaml.safe_load(text), default_flow_style=True, allow_unicode=True, width=10**6)
    return NEW_SLACK_APP + quote(packed.strip(), safe="")


def _known(target: Path) -> dict[str, str]:
    names = {name.upper() for name in Settings.model_fields}
    of_file = {n.upper(): v for n, v in read_env_file(target).items() if v}
    return {n: v for n, v in (of_file | dict(os.environ)).items() if n in names and v}


def _check_writable(target: Path) -> None:
    folder = target.resolve().parent
    if target.is_dir():
        raise BadInput(f"{target} is a folder; --env-file takes a file.")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput(f"Nothing can be written to {folder}. Go to another folder, or name a file with --env-file.")


def _cleaned(options: Mapping[str, str | None], known: Mapping[str, str]) -> dict[str, str]:
    """The options given, cleaned. Raises BadInput with a sentence for each of a wrong shape."""
    given, problems = {n: v for n, v in options.items() if v}, []
    for name, value in given.items():
        try:
            given[name] = _clean_for(name, given.get("OPENAI_BASE_URL") or known.get("OPENAI_BASE_URL", ""))(value)
        except ValueError as error:
            colon = "" if str(error).startswith("is ") else ":"
            problems.append(f"--{name.lower().replace('_', '-')}{colon} {error}.")
    if problems:
        raise BadInput("\n".join(problems))
    return given


def _clean_for(name: str, base_url: str) -> Clean:
    return {
        "SLACK_BOT_TOKEN": shapes.slack_bot_token,
        "SLACK_APP_TOKEN": shapes.slack_app_token,
        "SLACK_SIGNING_SECRET": shapes.slack_signing_secret,
        "SLACK_CHANNEL": lambda value: shapes.channel("slack", value),
        "DISCORD_TOKEN": shapes.discord_token,
        "DISCORD_CHANNEL_ID": lambda value: shapes.channel("discord", value),
        "OPENAI_API_KEY": lambda value: shapes.model_key(value, base_url),
        "OPENAI_BASE_URL": url,
    }.get(name, str.strip)


# ---------------------------------------------------------------- without a terminal


def _without_questions(answers: Answers, *, yes: bool, no_model: bool) -> None:
    """Raises BadInput for a token that is missing, or Misconfigured for one that is refused."""
    if not yes:
        raise BadInput(
            "This asks questions and needs a terminal. Without one, give the answers as options: "
            "paperboy init --slack-bot-token xoxb-… --slack-app-token xapp-… --slack-channel C… --yes"
        )
    slack, discord = answers["SLACK_BOT_TOKEN"], answers["DISCORD_TOKEN"]
    if not (slack or discord):
        raise BadInput("No platform is named: give --slack-bot-token or --discord-token.")
    if slack and not (answers["SLACK_APP_TOKEN"] or answers["SLACK_SIGNING_SECRET"]):
        raise BadInput(
            "Slack needs a second token: give --slack-app-token (Socket Mode) or --slack-signing-secret (HTTP)."
        )
    if no_model:
        answers.given |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    found = [*(_slack(answers) if slack else []), *(_discord(answers) if discord else [])]
    if answers["OPENAI_API_KEY"] or answers["OPENAI_BASE_URL"]:
        found.append(_model(answers))
    for finding in found:
        _show(finding)
    if any(f.state is State.BAD and f.answered for f in found if not f.what.startswith(_CHANNELS)):
        raise Misconfigured("Nothing was written. Correct what is said above, then run it again.")


_CHANNELS = ("Slack channel", "Discord channel")
"""A channel that the bot is not in yet is no reason to write nothing."""


# ---------------------------------------------------------------- at a terminal


class _Wizard:
    def __init__(self, answers: Answers, target: Path, *, no_model: bool) -> None:
        self._answers, self._target, self._no_model = answers, target, no_model
        self._asked = frozenset(answers.given)
        """What the options have answered."""

    def ask(self) -> None:
        print(f"Answers are written to {self._target}, readable by you alone. Ctrl-C ends without writing anything.")
        platform = self._platform()
        if platform in ("slack", "both"):
            self._slack()
        if platform in ("discord", "both"):
            self._discord()
        self._model()

    def _platform(self) -> str:
        if {"SLACK_BOT_TOKEN", "DISCORD_TOKEN"} <= self._asked:
            return "both"
        if "SLACK_BOT_TOKEN" in self._asked:
            return "slack"
        if "DISCORD_TOKEN" in self._asked:
            return "discord"
        print("\nWhere should the papers go?")
        known = "discord" if self._answers["DISCORD_TOKEN"] and not self._answers["SLACK_BOT_TOKEN"] else "slack"
        return _choose("   slack, discord or both", CHOICES, known)

    def _slack(self) -> None:
        answers = self._answers
        print("\nSlack\n   Make the app: open this link, choose the workspace, then Create, then Install to Workspace.")
        print(f"\n{_clickable(manifest_link())}\n")
        self._question(
            "SLACK_BOT_TOKEN",
            "Bot token, xoxb-… (OAuth & Permissions, Bot User OAuth Token)",
            lambda: _first(_slack(answers), "Slack scopes", "SLACK_BOT_TOKEN"),
        )
        self._question(
            "SLACK_APP_TOKEN",
            "App-level token, xapp-… (Basic Information, App-Level Tokens, Generate, scope connections:write; "
            "empty: Slack over HTTP)",
            lambda: _first(_slack(answers), "SLACK_APP_TOKEN"),
        )
        if not answers["SLACK_APP_TOKEN"]:
            self._question("SLACK_SIGNING_SECRET", "Signing secret (Basic Information, App Credentials)", lambda: None)
        self._question(
            "SLACK_CHANNEL",
            "First channel: its link (Copy link) or id, C… (empty: choose later with /digest setup)",
            lambda: _first(_slack(answers), "Slack channel"),
        )

    def _discord(self) -> None:
        answers = self._answers
        print(
            f"\nDiscord\n   Make the bot: {_clickable(DISCORD_APPS)}\n   New Application, then Bot, then Reset Token."
        )
        self._question("DISCORD_TOKEN", "Bot token", lambda: _first(_discord(answers), "DISCORD_TOKEN"))
        print(f"\n   Invite it (only the permissions it needs):\n\n{_clickable(_invite(answers))}\n")
        self._question(
            "DISCORD_CHANNEL_ID",
            "First channel or forum: its link (Copy Link) or id (empty: choose later with /digest setup)",
            lambda: _first(_discord(answers), "Discord channel"),
        )

    def _model(self) -> None:
        answers, given = self._answers, self._answers.given
        if self._no_model:
            given |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
            return
        if "OPENAI_API_KEY" not in self._asked and "OPENAI_BASE_URL" not in self._asked:
            print("\nThe model that reads and explains. Without one, the papers' own sentences are quoted.")
            known = answers["OPENAI_BASE_URL"] or "openai"
            server = _ask(
                "   openai, none, or the address of another server such as http://localhost:11434/v1", _server, known
            )
            if server == "none":
                given |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
                return
            given["OPENAI_BASE_URL"] = "" if server == "openai" else server
            self._key()
        if not (answers["OPENAI_API_KEY"] or answers["OPENAI_BASE_URL"]):
            return
        if "LLM_MODEL" not in self._asked:
            given["LLM_MODEL"] = answers["LLM_MODEL"] or "gpt-5-mini"
            self._question("LLM_MODEL", "Name of the model", lambda: _model(answers))

    def _key(self) -> None:
        given = self._answers.given

        def clean(value: str) -> str:
            vendor = shapes.vendor_of(value.strip())
            if vendor and not given["OPENAI_BASE_URL"]:
                given["OPENAI_BASE_URL"] = vendor[1]
                print(f"   This is a key of {vendor[0]}: its server {vendor[1]} is used. Name one of its models next.")
            return shapes.model_key(value, given["OPENAI_BASE_URL"])

        def probe() -> Finding | None:
            found = _model(self._answers)
            return None if found.what == "LLM_MODEL" else found

        free = " (empty: the server needs none)" if given["OPENAI_BASE_URL"] else " (empty: no model)"
        self._question("OPENAI_API_KEY", f"API key{free}", probe, clean)

    def _question(self, name: str, prompt: str, probe: Probe, clean: Clean | None = None) -> None:
        """Asks until the answer is sound, or kept as it is by an empty line."""
        answers, secret = self._answers, name in SECRETS
        clean = clean or _clean_for(name, answers["OPENAI_BASE_URL"])
        if name not in self._asked:
            kept = answers[name]
            try:
                kept = clean(kept)
            except ValueError as error:
                print(f"   {name} is set, but {error}.")
                kept = ""
            answers.given[name] = _ask(f"   {prompt}", clean, kept, secret=secret)
        while answers[name]:
            found = probe()
            if found is None:
                return
            _show(found)
            if found.state is not State.BAD:
                return
            again = "Look again, or write another one" if name.endswith(("CHANNEL", "CHANNEL_ID")) else "Another one"
            answer = _ask(f"   {again} (empty: keep it as it is)", clean, "", secret=secret)
            if not answer:
                return
            answers.given[name] = answer


def _ask(prompt: str, clean: Clean, kept: str, *, secret: bool = False) -> str:
    """The answer, or `kept` for an empty one."""
    shown = "kept as it is" if secret else kept
    whole = f"{prompt}{f' [{shown}]' if kept else ''}{' (not shown)' if secret else ''}: "
    while True:
        answer = (getpass.getpass(whole) if secret else input(whole)).strip()
        if not answer:
            return kept
        try:
            return clean(answer)
        except ValueError as error:
            said = f"this {error}" if str(error).startswith("is ") else str(error)
            print(f"   {said[0].upper()}{said[1:]}.")


def _choose(prompt: str, options: tuple[str, ...], kept: str) -> str:
    def clean(answer: str) -> str:
        found = [o for o in options if o.startswith(answer.lower())]
        if len(found) != 1:
            raise ValueError(f"write {', '.join(options[:-1])} or {options[-1]}")
        return found[0]

    return _ask(prompt, clean, kept)


def _server(answer: str) -> str:
    return answer.lower() if answer.lower() in ("openai", "none") else url(answer)


def _clickable(url: str) -> str:
    """A link that stays one where a terminal breaks its line."""
    return (
        f"\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\" if sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else url
    )


def _show(finding: Finding) -> None:
    todo = f"{'' if finding.detail.endswith('.') else '.'} {finding.todo}" if finding.todo else ""
    print(f"   {finding.state}: {finding.what}: {finding.detail}{todo}")


# ---------------------------------------------------------------- probes


def _first(found: list[Finding], *names: str) -> Finding | None:
    """The first bad finding of these names, else the first one of them."""
    named = [f for f in found if f.what.startswith(names)]
    return next((f for f in named if f.state is State.BAD), named[0] if named else None)


def _slack(answers: Answers) -> list[Finding]:
    from bot.slack.chat import SlackChat
    from bot.slack.check import check_connection

    async def look() -> list[Finding]:
        settings = answers.settings()
        chat = SlackChat(answers["SLACK_BOT_TOKEN"], settings.slack_api_url)
        try:
            channel = answers["SLACK_CHANNEL"]
            return await check_connection(chat, [channel] if channel else [], answers["SLACK_APP_TOKEN"])
        finally:
            await chat.close()

    return asyncio.run(look())


def _discord(answers: Answers) -> list[Finding]:
    from bot.discord.check import check_connection

    channel = answers["DISCORD_CHANNEL_ID"]
    return _on_discord(answers, lambda chat: check_connection(chat, [channel] if channel else []))


def _on_discord(answers: Answers, ask: Callable[[Any], Awaitable[T]]) -> T:
    """Returns what `ask` learns from a chat with the token that was answered."""
    from bot.discord.chat import DiscordChat
    from bot.discord.connection import set_addresses

    async def asked() -> T:
        settings = answers.settings()
        set_addresses(settings.discord_api_url, settings.discord_gateway_url)
        chat = DiscordChat(answers["DISCORD_TOKEN"])
        try:
            return await ask(chat)
        finally:
            await chat.close()

    return asyncio.run(asked())


def _invite(answers: Answers) -> str:
    """The link for the application that the token names: Discord's word, else the token's own."""
    from bot.discord.check import invite

    async def link(chat: Any) -> str:
        await chat.rest.ready()
        return invite(chat.rest.application)

    try:
        return _on_discord(answers, link)
    except PaperboyError:
        first = answers["DISCORD_TOKEN"].partition(".")[0]
        with contextlib.suppress(ValueError):
            return invite(int(base64.b64decode(first + "=" * (-len(first) % 4))))
        return DISCORD_APPS


def _model(answers: Answers) -> Finding:
    from bot.doctor.model import key_finding

    try:
        return asyncio.run(key_finding(answers.settings()))
    except PaperboyError as error:
        return Finding("model", State.BAD, str(error))


# ---------------------------------------------------------------- the end


def _finish(target: Path, answers: Answers) -> int:
    written = {n: v for n, v in answers.given.items() if v or n in answers.known}
    try:
        env_file.write(target, written)
    except OSError as error:
        raise Misconfigured(
            f"{target} cannot be written ({error.strerror}). Name another one with --env-file."
        ) from None
    print(f"\nWritten to {target}. Now the check of everything:\n")
    for name, value in written.items():
        if os.environ.get(name, value) != value:
            print(f"{name} is also set in the environment, which wins over {target}: unset it there.")
    sys.stdout.flush()
    from bot.doctor.check import run_checks

    code = asyncio.run(run_checks(load(target)))
    named = "" if target == ENV_FILE else f" --env-file {target}"
    print(f"\nNext: {_command()} run{named}")
    print("Then, in the channel: /digest setup")
    return code


def _command() -> str:
    """How to call this program from here."""
    called = Path(sys.argv[0])
    found = shutil.which("paperboy")
    if called.name != "paperboy":
        return "python -m bot"
    if found and Path(found).resolve() == called.resolve():
        return "paperboy"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)
