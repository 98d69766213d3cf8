"""Defines Discord's commands `/paper` and `/digest`, and the commands on a message."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Literal, Protocol

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandContext, AppInstallationType, Choice, Group

from bot.discord.render.l10n import described
from bot.discord.render.markdown import PAPER_VERBS

Interaction = discord.Interaction[Any]


class Typed(Protocol):
    """Takes `paper` or `digest`, the text after it, and a question if there is a field for it."""

    async def __call__(
        self, interaction: Interaction, name: str, text: str, question: str = "", channel: str = ""
    ) -> None:
        """`channel`: the id of another channel that the command is about."""
        ...


Chosen = Callable[[Interaction, str], Awaitable[None]]
"""Takes (interaction with its message, action)."""
Complete = Callable[[Interaction, str, str], Awaitable[Sequence[tuple[str, str]]]]
"""Takes (interaction, field, text typed so far)."""

ANYWHERE_INSTALLED = AppInstallationType(guild=True, user=True)
"""A person may install the app for themselves, and then use it where the bot is no member."""
ANYWHERE = AppCommandContext(guild=True, dm_channel=True, private_channel=True)
Own = Literal["setup", "status", "now", "pause", "resume", "remove"]
"""The values that `/digest me` takes."""
TEXT = 1000
"""Longest question, and longest words to search for, in characters."""


def tree(client: discord.Client, typed: Typed, chosen: Chosen, complete: Complete) -> app_commands.CommandTree[Any]:
    made: app_commands.CommandTree[Any] = app_commands.CommandTree(client)
    made.add_command(_paper(typed, complete))
    made.add_command(_digest(typed))
    for action in ("ask", "save", "wrong"):
        made.add_command(_on_message(action, chosen))
    return made


def _paper(typed: Typed, complete: Complete) -> Group:
    group = Group(
        name="paper", description=described("paper"), allowed_installs=ANYWHERE_INSTALLED, allowed_contexts=ANYWHERE
    )

    @group.command(description=described("paper.lookup"))
    @app_commands.describe(paper=described("paper.which"))
    async def lookup(interaction: Interaction, paper: app_commands.Range[str, 1, 300]) -> None:
        await typed(interaction, "paper", paper)

    @group.command(description=described("paper.ask"))
    @app_commands.describe(paper=described("paper.which"), question=described("paper.question"))
    async def ask(
        interaction: Interaction, paper: app_commands.Range[str, 1, 300], question: app_commands.Range[str, 1, TEXT]
    ) -> None:
        await typed(interaction, "paper", paper, question)

    @group.command(description=described("paper.search"))
    @app_commands.describe(words=described("paper.words"))
    async def search(interaction: Interaction, words: app_commands.Range[str, 1, 300]) -> None:
        await typed(interaction, "paper", words)

    async def papers(interaction: Interaction, current: str) -> list[Choice[str]]:
        return [
            Choice(name=name[:100], value=value[:100]) for name, value in await complete(interaction, "paper", current)
        ]

    lookup.autocomplete("paper")(papers)
    ask.autocomplete("paper")(papers)
    _verbs(group, "paper", typed, PAPER_VERBS)
    return group


def _digest(typed: Typed) -> Group:
    """Returns the group `/digest`. Everybody sees it, because Discord's permissions hold for the
    whole group, and `status` and `help` are for everybody. The handler refuses the other verbs to
    people without the right. In a direct conversation with the bot, all verbs are about the
    person's own digest."""
    contexts = AppCommandContext(guild=True, dm_channel=True)
    group = Group(name="digest", description=described("digest"), allowed_contexts=contexts)
    _verbs(group, "digest", typed, ("now", "retract", "pause", "resume", "status", "zotero", "forget", "help"))

    @group.command(description=described("digest.me"))
    @app_commands.describe(what=described("digest.what"))
    async def me(interaction: Interaction, what: Own | None = None) -> None:
        await typed(interaction, "digest", f"me {what or ''}".strip())

    @group.command(description=described("digest.setup"))
    @app_commands.describe(channel=described("digest.channel"))
    async def setup(
        interaction: Interaction, channel: app_commands.Transform[AppCommandChannel, _Channel] | None = None
    ) -> None:
        await typed(interaction, "digest", "setup", channel=str(channel.id) if channel else "")

    @group.command(description=described("digest.ping"))
    @app_commands.describe(role=described("digest.role"))
    async def ping(interaction: Interaction, role: discord.Role | None = None) -> None:
        await typed(
            interaction,
            "digest",
            f"ping {'everyone' if role and role.is_default() else role.id if role else ''}".strip(),
        )

    return group


class _Channel(app_commands.Transformer):
    """A channel that takes digests, including one that the bot cannot see."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum]

    async def transform(self, interaction: Interaction, value: Any, /) -> AppCommandChannel:  # noqa: ARG002
        chosen: AppCommandChannel = value
        return chosen


def _verbs(group: Group, command: str, typed: Typed, verbs: Sequence[str]) -> None:
    for verb in verbs:
        run, description = _verb(command, verb, typed), described(f"{command}.{verb}")
        group.add_command(app_commands.Command(name=verb, description=description, callback=run))


def _verb(command: str, verb: str, typed: Typed) -> Callable[[Interaction], Coroutine[Any, Any, None]]:
    async def callback(interaction: Interaction) -> None:
        await typed(interaction, command, verb)

    return callback


def _on_message(action: str, chosen: Chosen) -> app_commands.ContextMenu:
    async def callback(interaction: Interaction, message: discord.Message) -> None:  # noqa: ARG001  # its type names the kind
        await chosen(interaction, action)

    anywhere = action == "ask"  # the others are about a message in a channel of the bot
    return app_commands.ContextMenu(
        name=described(f"message.{action}"),
        callback=callback,
        allowed_installs=ANYWHERE_INSTALLED if anywhere else None,
        allowed_contexts=ANYWHERE if anywhere else None,
    )


def only_on_servers(made: app_commands.CommandTree[Any]) -> None:
    """Limits all commands to servers, for an app that people may not install for themselves."""
    for command in (*made.get_commands(), *made.get_commands(type=discord.AppCommandType.message)):
        if command.allowed_installs is not None:
            for name in ("allowed_installs", "allowed_contexts"):
                setattr(command, name, None)


async def fingerprint(made: app_commands.CommandTree[Any]) -> str:
    """Returns a hash of the commands, which are synced only when it changes."""
    translator = made.translator
    payload = [
        await command.get_translated_payload(made, translator) if translator else command.to_dict(made)
        for command in made.get_commands()
    ]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
