"""Commands, buttons, menus and modals: from Discord's interaction to the EventHandler and back, within Discord's three seconds.

What stands behind a control is read from its custom_id, not from objects in memory, so it works after a restart. Two processes
with one token both get every interaction: the first to claim it answers.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

import discord

from bot.core.chat import Actions, Button, ChatError, Click, Command, EventHandler, Post, Style, Submission, Text
from bot.core.texts import say
from bot.discord.chat import DiscordChat
from bot.discord.events import named, person_of, place_of, roles_of, subject_of
from bot.discord.ids import Press, components, pressed
from bot.discord.listeners.commands import Interaction
from bot.discord.render import forms
from bot.discord.render.forms import Filling, Forms
from bot.discord.responder import Responder, Ticket
from bot.discord.rest import Rest
from digest.errors import PaperboyError
from digest.ports import Cache

log = logging.getLogger(__name__)

IN_TIME = 1.8
"""Seconds until something is said to an interaction; Discord waits for three."""
CLAIM = timedelta(minutes=15)
COMPLETE = 2.0
"""Seconds for suggestions, after which there are none."""
ASKING = frozenset({"ask", "lookup", "pick"})


class Interactions:
    def __init__(
        self, handler: EventHandler, chat: DiscordChat, memory: Cache, rest: Rest, roles: frozenset[str]
    ) -> None:
        self._handler, self._chat, self._memory, self._rest = handler, chat, memory, rest
        self._forms = Forms(memory)
        self._roles = roles
        self.running: set[asyncio.Task[Any]] = set()

    # ------------------------------------------------------------ entrances

    async def typed(self, interaction: Interaction, name: str, text: str) -> None:
        """An application command."""
        responder = self._responder(interaction)
        if name == "paper" and not self._may_ask(interaction):
            await self._refuse(responder)
            return
        ticket = responder.ticket
        command = Command(
            ticket.id, name, text, ticket.place, ticket.person, interaction.created_at, _extra(interaction)
        )
        await self._in_time(interaction, responder, self._handler.on_command(command, responder))

    async def chosen(self, interaction: Interaction, action: str) -> None:
        """A command on a message, which comes with the interaction whatever intents the bot has."""
        data: Any = interaction.data
        message: dict[str, Any] = data["resolved"]["messages"][data["target_id"]]
        responder = self._responder(interaction)
        value = subject_of(message, action)
        if not value:
            words = say("discord.no paper", responder.ticket.language)
            await self._in_time(interaction, responder, responder.show(Post((Text(words),), words)))
            return
        await self._click(interaction, responder, Press(action, value), str(message["id"]))

    async def component(self, interaction: Interaction) -> None:
        """A button or a menu."""
        data: Any = interaction.data
        custom = (
            str((data.get("values") or [""])[0]) if str(data["custom_id"]).startswith("pb:menu:") else data["custom_id"]
        )
        press = pressed(custom)
        if press is None:
            return
        if data.get("values") and not press.value:
            press = Press(press.action, data["values"][0], press.confirm)
        assert interaction.message is not None
        if press.action == "page":
            page, _, rest = press.value.partition(":")
            action, _, value = rest.partition(":")
            press = Press(action, value)
            responder = self._responder(interaction, press).turning(int(page))
        else:
            responder = self._responder(interaction, press)
        if press.action in ("form", "send"):
            await self._in_time(interaction, responder, self._go_on(interaction, press, responder))
        elif press.confirm:
            await self._in_time(
                interaction, responder, responder.show(_sure(press, _label(interaction, custom), responder))
            )
        else:
            await self._click(interaction, responder, press, str(interaction.message.id))

    async def modal(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        ours = forms.of_modal(str(data["custom_id"]))
        if ours is None:
            return
        name, step, last = ours
        responder = self._responder(interaction)
        await self._in_time(
            interaction, responder, self._filled(interaction, responder, name, step, last, data["components"])
        )

    async def complete(self, interaction: Interaction, field: str, typed: str) -> Sequence[tuple[str, str]]:
        """Suggestions; none where they would come too late."""
        try:
            async with asyncio.timeout(COMPLETE):
                return await self._handler.complete(field, typed, place_of(interaction.channel))
        except (PaperboyError, TimeoutError):
            log.info("event=no_suggestions field=%s", field)
            return []

    # ------------------------------------------------------------ on the way

    async def _click(self, interaction: Interaction, responder: Responder, press: Press, message: str) -> None:
        if press.action in ASKING and not self._may_ask(interaction):
            await self._refuse(responder)
            return
        ticket = responder.ticket
        click = Click(
            ticket.id, press.action, press.value, ticket.place, ticket.person, named(ticket.place, message),
            interaction.created_at, _extra(interaction),
        )  # fmt: skip
        await self._in_time(interaction, responder, self._handler.on_click(click, responder))

    async def _in_time(self, interaction: Interaction, responder: Responder, work: Coroutine[Any, Any, object]) -> None:
        """Does the work, if no other process does; when it takes longer than Discord waits, something is said first."""
        here = asyncio.current_task()
        assert here is not None
        self.running.add(here)
        try:
            if await self._claimed(str(interaction.id)):
                await self._done_in_time(responder, work)
            else:
                work.close()
        finally:
            self.running.discard(here)

    async def _done_in_time(self, responder: Responder, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=IN_TIME)
        try:
            if not done:
                await responder.in_time()
            await task
            await responder.done()
        except ChatError as error:
            log.warning("event=interaction_unanswered reason=%r", str(error))
            await asyncio.gather(task, return_exceptions=True)
        except PaperboyError as error:
            log.warning("event=interaction_failed reason=%r", str(error))
            words = say("discord.failed", responder.ticket.language)
            await responder.show(Post((Text(words),), words))

    async def _claimed(self, name: str) -> bool:
        """One process answers. Without the store, who got it answers: better twice than not at all."""
        mine = secrets.token_bytes(8)

        async def make() -> bytes:
            return mine

        try:
            return await self._memory.once(f"discord:interaction:{name}", CLAIM, make) == mine
        except PaperboyError:
            return True

    def _responder(self, interaction: Interaction, press: Press | None = None) -> Responder:
        language = str(interaction.locale)
        ticket = Ticket(
            id=str(interaction.id),
            token=interaction.token,
            application=str(interaction.application_id),
            place=place_of(interaction.channel),
            person=person_of(interaction.user, interaction.permissions, language),
            language=language,
            component=interaction.type is discord.InteractionType.component,
        )
        return Responder(ticket, self._rest, self._chat, self._forms, press)

    def _may_ask(self, interaction: Interaction) -> bool:
        return not self._roles or interaction.guild_id is None or bool(self._roles & roles_of(interaction.user))

    async def _refuse(self, responder: Responder) -> None:
        words = say("discord.not yours", responder.ticket.language)
        await responder.show(Post((Text(words),), words))

    # ------------------------------------------------------------ forms

    async def _go_on(self, interaction: Interaction, press: Press, responder: Responder) -> None:
        """To a form's next step, or sends it as it is."""
        name, step, last = forms.asked_for(press.value) if press.action == "form" else (press.value, 0, False)
        filling = await self._forms.load(name)
        if filling is None:
            await self._expired(responder)
        elif press.action == "form":
            await responder.open(name, filling, step, last=last)
        else:
            await self._send(interaction, responder, name, filling)

    async def _filled(  # what a modal brings
        self,
        interaction: Interaction,
        responder: Responder,
        name: str,
        step: int,
        last: bool,
        components: list[dict[str, Any]],
    ) -> None:
        filling = await self._forms.load(name)
        if filling is None:
            await self._expired(responder)
            return
        filling = forms.with_values(filling, forms.filled(components))
        await self._forms.keep(name, filling)
        if last or step + 1 >= len(filling.steps):
            await self._send(interaction, responder, name, filling)
        else:
            await responder.show(forms.between(name, filling, step, responder.ticket.language))

    async def _send(self, interaction: Interaction, responder: Responder, name: str, filling: Filling) -> None:
        ticket, form = responder.ticket, filling.form
        sent = Submission(
            ticket.id, form.action, form.value, dict(filling.values), ticket.place, ticket.person, interaction.created_at, _extra(interaction),
        )  # fmt: skip
        # What answers it may be at work before this returns, and writes into the first response.
        await responder.in_time()
        wrong = await self._handler.on_submit(sent, responder)
        if wrong:
            await responder.show(forms.problems(name, filling, wrong, ticket.language))

    async def _expired(self, responder: Responder) -> None:
        words = say("discord.expired", responder.ticket.language)
        await responder.show(Post((Text(words),), words))


def _extra(interaction: Interaction) -> dict[str, str]:
    """What answering it later takes, also in another process."""
    return {"application": str(interaction.application_id), "token": interaction.token}


def _label(interaction: Interaction, custom: str) -> str:
    """What stands on the control that was pressed."""
    message: Any = {"components": [c.to_dict() for c in interaction.message.components] if interaction.message else []}
    for component in components(message):
        if component.get("custom_id") == custom and component.get("label"):
            return str(component["label"])
        options: Any = component.get("options") or []
        for option in options:
            if option.get("value") == custom:
                return str(option["label"])
    return ""


def _sure(press: Press, label: str, responder: Responder) -> Post:
    """Asked before it acts; the answer is the same button without the question."""
    language = responder.ticket.language
    words = say("discord.sure", language, label=label)
    yes = Button(press.action, press.value, say("discord.yes", language, label=label), Style.DANGER)
    return Post((Text(words), Actions((yes,))), words, language)
