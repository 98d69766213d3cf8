"""`/paper`, `/digest` and the commands on a message, as Discord's application commands. They only say what was typed and pressed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import AppCommandContext, Choice, Group, locale_str

Interaction = discord.Interaction[Any]
Typed = Callable[[Interaction, str, str], Awaitable[None]]
"""(interaction, `paper` or `digest`, what follows)."""
Chosen = Callable[[Interaction, str], Awaitable[None]]
"""(interaction with its message, action)."""
Complete = Callable[[Interaction, str, str], Awaitable[Sequence[tuple[str, str]]]]
"""(interaction, field, what was typed so far)."""

TEXT = 1000
"""Characters of a question or of words to search for."""


def tree(client: discord.Client, typed: Typed, chosen: Chosen, complete: Complete) -> app_commands.CommandTree[Any]:
    made: app_commands.CommandTree[Any] = app_commands.CommandTree(client)
    made.add_command(_paper(typed, complete))
    made.add_command(_digest(typed))
    for name, action in (("Ask about this paper", "ask"), ("Save this paper", "save"), ("Something is wrong", "wrong")):
        made.add_command(_on_message(name, action, chosen))
    return made


def _paper(typed: Typed, complete: Complete) -> Group:
    group = Group(name="paper", description=locale_str("Look up a paper, ask about it, find one"))

    @group.command(description=locale_str("Show a paper: id, address, or its number today"))
    @app_commands.describe(paper=locale_str("Which paper"))
    async def lookup(interaction: Interaction, paper: app_commands.Range[str, 1, 300]) -> None:
        await typed(interaction, "paper", paper)

    @group.command(description=locale_str("Ask something about a paper"))
    @app_commands.describe(paper=locale_str("Which paper"), question=locale_str("What you want to know"))
    async def ask(
        interaction: Interaction,
        paper: app_commands.Range[str, 1, 300],
        question: app_commands.Range[str, 1, TEXT],
    ) -> None:
        await typed(interaction, "paper", f"{paper} {question}")

    @group.command(description=locale_str("Find papers by words, author or title"))
    @app_commands.describe(words=locale_str("Words; au: for authors, ti: for titles"))
    async def search(interaction: Interaction, words: app_commands.Range[str, 1, 300]) -> None:
        await typed(interaction, "paper", words)

    async def papers(interaction: Interaction, current: str) -> list[Choice[str]]:
        return [
            Choice(name=name[:100], value=value[:100]) for name, value in await complete(interaction, "paper", current)
        ]

    lookup.autocomplete("paper")(papers)
    ask.autocomplete("paper")(papers)
    _verbs(
        group,
        "paper",
        typed,
        {
            "today": "The papers of the latest digest here",
            "saved": "The papers you saved",
            "privacy": "What is kept about you",
            "forget": "Delete everything kept about you",
        },
    )
    return group


def _digest(typed: Typed) -> Group:
    group = Group(
        name="digest",
        description=locale_str("The daily digest of this channel"),
        default_permissions=discord.Permissions(manage_channels=True),
        allowed_contexts=AppCommandContext(guild=True),
    )
    _verbs(
        group,
        "digest",
        typed,
        {
            "setup": "Choose categories, interests, time and language",
            "now": "Make a digest now",
            "retract": "Take back today's digest",
            "pause": "Stop the daily digest for a while",
            "resume": "Go on with the daily digest",
            "status": "How the digest stands, and what is wrong",
            "forget": "Delete this channel's settings and history",
        },
    )

    @group.command(description=locale_str("Name a role that the daily message mentions; none: nobody"))
    @app_commands.describe(role=locale_str("Which role"))
    async def ping(interaction: Interaction, role: discord.Role | None = None) -> None:
        await typed(
            interaction,
            "digest",
            f"ping {'everyone' if role and role.is_default() else role.id if role else ''}".strip(),
        )

    return group


def _verbs(group: Group, command: str, typed: Typed, verbs: dict[str, str]) -> None:
    """Commands without anything to fill in."""
    for verb, description in verbs.items():
        run = _verb(command, verb, typed)
        group.add_command(app_commands.Command(name=verb, description=locale_str(description), callback=run))


def _verb(command: str, verb: str, typed: Typed) -> Callable[[Interaction], Coroutine[Any, Any, None]]:
    async def callback(interaction: Interaction) -> None:
        await typed(interaction, command, verb)

    return callback


def _on_message(name: str, action: str, chosen: Chosen) -> app_commands.ContextMenu:
    async def callback(interaction: Interaction, message: discord.Message) -> None:  # noqa: ARG001  # tells the SDK its kind
        await chosen(interaction, action)

    return app_commands.ContextMenu(name=locale_str(name), callback=callback)


async def fingerprint(made: app_commands.CommandTree[Any]) -> str:
    """Of what would be sent to Discord: commands are sent again only when this has changed."""
    translator = made.translator
    payload = [
        await command.get_translated_payload(made, translator) if translator else command.to_dict(made)
        for command in made.get_commands()
    ]
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
