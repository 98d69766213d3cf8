"""Handles commands, buttons, menus and modals of Discord within its three seconds.

A control's action is in its custom_id, so it works after a restart. If two processes have the same
token, both get every interaction, and the first to claim it answers."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord

from bot.core.chat import (
    CHANGED,
    ELSEWHERE,
    Actions,
    Button,
    ChatError,
    Click,
    Command,
    EventHandler,
    Form,
    Place,
    Post,
    Style,
    Submission,
    Text,
)
from bot.core.texts import say
from bot.discord import permissions
from bot.discord.chat import DiscordChat
from bot.discord.events import NAME, chat_message_id, person_of, place_of, subject_of
from bot.discord.ids import ComponentId, components, parse_custom_id
from bot.discord.listeners.commands import Interaction
from bot.discord.render import forms, panels
from bot.discord.render.forms import Filling, Forms
from bot.discord.responder import InteractionData, Responder
from bot.discord.rest import Rest
from bot.discord.roles import AskRoles
from digest.errors import PaperboyError, for_log
from digest.ports import Cache
from digest.render.catalogs import in_language

log = logging.getLogger(__name__)

ACKNOWLEDGE_AFTER = 1.8
"""Seconds until an interaction is acknowledged; Discord waits for three."""
CLAIM = timedelta(minutes=15)
IN_PANEL = ("set", "group", "open", "press")
"""The actions of a panel's controls."""
SUGGEST_WITHIN = 2.0
"""Seconds that suggestions may take."""


class Interactions:
    def __init__(self, handler: EventHandler, chat: DiscordChat, memory: Cache, rest: Rest, roles: AskRoles) -> None:
        self._handler, self._chat, self._memory, self._rest = handler, chat, memory, rest
        self._forms = Forms(memory)
        self._roles = roles
        self.running: set[asyncio.Task[Any]] = set()

    async def handle_command(
        self, interaction: Interaction, name: str, text: str, question: str = "", channel: str = ""
    ) -> None:
        responder = await self._responder(interaction)

        async def work() -> None:
            ticket = await self._there(interaction, responder, channel)
            if ticket is None:
                return
            at, extra = interaction.created_at, _extra(interaction)
            command = Command(ticket.id, name, text, ticket.place, ticket.person, at, extra, question)
            await self._handler.on_command(command, responder)

        await self._run_once(interaction, responder, work())

    async def _there(self, interaction: Interaction, responder: Responder, channel: str) -> InteractionData | None:
        """Returns the interaction as one in another channel of the server, with the person's rights
        there; unchanged if the channel is empty or this one. If it is hidden, says so: None."""
        ticket = responder.ticket
        if channel in ("", ticket.place.channel) or interaction.guild_id is None:
            return ticket
        try:
            if not (await self._rest.read("/channels/{channel_id}", channel_id=channel)).get("guild_id"):
                return ticket  # the person's own settings belong to no server
            found, has = await permissions.load_held(self._rest, channel, ticket.person.id)
        except ChatError as error:
            words = in_language(error.sentence, ticket.language)
            await responder.show(Post((Text(words),), words[:90]))
            return None
        manages = has.view_channel and has.manage_channels and found.guild.id == interaction.guild_id
        person = replace(ticket.person, admin=manages, moderates=manages)
        return replace(ticket, place=Place(NAME, channel), person=person)

    async def handle_message_command(self, interaction: Interaction, action: str) -> None:
        """Handles a command on a message. The interaction includes the message."""
        data: Any = interaction.data
        message: dict[str, Any] = data["resolved"]["messages"][data["target_id"]]
        responder = await self._responder(interaction)
        value = subject_of(message, action, self._rest.me)
        if not value:
            words = say("discord.no paper", responder.ticket.language)
            await self._run_once(interaction, responder, responder.show(Post((Text(words),), words)))
            return
        await self._click(interaction, responder, ComponentId(action, value), str(message["id"]))

    async def handle_component(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        custom = str(data["custom_id"])
        if custom.startswith("pb:menu:") and data.get("values"):  # a menu in a message of an earlier version
            custom = str(data["values"][0])
        pressed = parse_custom_id(custom)
        if pressed is None:
            return
        if data.get("values") and pressed.action not in IN_PANEL:  # its own value numbers the menus of a list
            pressed = ComponentId(pressed.action, ",".join(map(str, data["values"])), pressed.confirm)
        assert interaction.message is not None
        if pressed.action == "page":
            page, _, rest = pressed.value.partition(":")
            action, _, value = rest.partition(":")
            pressed = ComponentId(action, value)
            responder = (await self._responder(interaction, pressed)).at_page(int(page))
        else:
            responder = await self._responder(interaction, pressed)
        if pressed.action in IN_PANEL:
            values = [str(v) for v in data.get("values") or ()]
            await self._run_once(interaction, responder, self._act_in_panel(interaction, responder, pressed, values))
        elif pressed.action in ("form", "send"):
            await self._run_once(interaction, responder, self._continue_form(interaction, pressed, responder))
        elif pressed.confirm:
            await self._run_once(interaction, responder, self._ask_to_confirm(interaction, responder, pressed, custom))
        else:
            await self._click(interaction, responder, pressed, str(interaction.message.id))

    async def handle_modal(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        if name := forms.of_panel_modal(str(data["custom_id"])):
            responder = await self._responder(interaction, component=True)
            typed = forms.filled(data["components"])
            await self._run_once(interaction, responder, self._type_in_panel(interaction, responder, name, typed))
            return
        ours = forms.of_modal(str(data["custom_id"]))
        if ours is None:
            return
        name, step, last = ours
        responder = await self._responder(interaction)
        await self._run_once(
            interaction, responder, self._store_step(interaction, responder, name, step, last, data["components"])
        )

    async def complete(self, interaction: Interaction, field: str, typed: str) -> Sequence[tuple[str, str]]:
        """Returns suggestions; none if they take too long."""
        try:
            async with asyncio.timeout(SUGGEST_WITHIN):
                return await self._handler.complete(field, typed, place_of(interaction.channel))
        except (PaperboyError, TimeoutError):
            log.info("event=no_suggestions field=%s", field)
            return []

    async def _ask_to_confirm(
        self, interaction: Interaction, responder: Responder, pressed: ComponentId, custom: str
    ) -> None:
        """Asks the person to confirm, unless they may not do it."""
        message = str(interaction.message.id) if interaction.message else ""
        if refusal := await self._handler.refusal(_click_of(interaction, responder, pressed, message)):
            await responder.show(Post((Text(refusal),), refusal[:90]))
        else:
            await responder.show(_confirmation(pressed, _label(interaction, custom), responder))

    async def _click(self, interaction: Interaction, responder: Responder, pressed: ComponentId, message: str) -> None:
        click = _click_of(interaction, responder, pressed, message)
        await self._run_once(interaction, responder, self._handler.on_click(click, responder))

    async def _run_once(
        self, interaction: Interaction, responder: Responder, work: Coroutine[Any, Any, object]
    ) -> None:
        """Does the work unless another process claimed the interaction."""
        here = asyncio.current_task()
        assert here is not None
        self.running.add(here)
        try:
            if await self._claim(str(interaction.id)):
                await self._run_in_time(responder, work)
            else:
                work.close()
        finally:
            self.running.discard(here)

    async def _run_in_time(self, responder: Responder, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=ACKNOWLEDGE_AFTER)
        try:
            if not done:
                await responder.acknowledge()
            await task
            await responder.confirm()
        except ChatError as error:
            log.warning("event=interaction_unanswered reason=%r", for_log(error))
            try:
                await task
            except PaperboyError as failed:
                if failed is not error:
                    log.warning("event=interaction_failed reason=%r", for_log(failed))
        except PaperboyError as error:
            log.warning("event=interaction_failed reason=%r", for_log(error))
            words = say("discord.failed", responder.ticket.language)
            await responder.show(Post((Text(words),), words))

    async def _claim(self, name: str) -> bool:
        """Returns whether this process may answer. Without the store, every process may."""
        mine = secrets.token_bytes(8)

        async def make() -> bytes:
            return mine

        try:
            return await self._memory.once(f"discord:interaction:{name}", CLAIM, make) == mine
        except PaperboyError:
            return True

    async def _responder(
        self, interaction: Interaction, pressed: ComponentId | None = None, *, component: bool = False
    ) -> Responder:
        """`component`: the interaction changes its message, although it is not a component's."""
        language = str(interaction.locale)
        asks = await self._roles.allow(interaction.user, direct=interaction.guild_id is None)
        ticket = InteractionData(
            id=str(interaction.id),
            token=interaction.token,
            application=str(interaction.application_id),
            place=place_of(interaction.channel),
            person=person_of(interaction.user, interaction.permissions, language, asks=asks),
            language=language,
            component=component or interaction.type is discord.InteractionType.component,
        )
        return Responder(ticket, self._rest, self._chat, self._forms, pressed)

    async def _act_in_panel(
        self, interaction: Interaction, responder: Responder, pressed: ComponentId, values: Sequence[str]
    ) -> None:
        name, _, part = pressed.value.partition(":")
        filling = await self._forms.load(name, responder.ticket.person.id)
        if filling is None or filling.panel is None:
            await self._tell_expired(responder)
        elif pressed.action == "open":
            await responder.open_panel_modal(name, filling)
        elif pressed.action == "press":
            await self._send_panel(interaction, responder, name, filling, part)
        elif pressed.action == "group":
            opened = await self._forms.change(
                name, responder.ticket.person.id, lambda held: forms.with_group(held, part, values[0])
            )
            await responder.draw_panel(name, opened or filling)
        else:
            field = next(f for f in filling.form.fields if f.name == part)
            await self._set_in_panel(
                interaction, responder, name, filling, lambda held: {part: panels.value_after(field, held, values)}
            )

    async def _type_in_panel(
        self, interaction: Interaction, responder: Responder, name: str, typed: Mapping[str, str]
    ) -> None:
        filling = await self._forms.load(name, responder.ticket.person.id)
        if filling is None or filling.panel is None:
            await self._tell_expired(responder)
        else:
            await self._set_in_panel(interaction, responder, name, filling, lambda _: typed)

    async def _set_in_panel(
        self,
        interaction: Interaction,
        responder: Responder,
        name: str,
        filling: Filling,
        values: Callable[[Filling], Mapping[str, str]],
    ) -> None:
        """Takes a panel's live values. Also takes typed values, because they may be wrong."""
        before, given = {f.name: filling.values.get(f.name, f.value) for f in filling.form.fields}, values(filling)
        changed = await self._forms.change(
            name, responder.ticket.person.id, lambda held: forms.with_values(held, values(held))
        )
        filling = changed or filling
        kinds = {
            f.name: f
            for f in filling.form.fields
            if f.name in given and filling.values.get(f.name, f.value) != before.get(f.name)
        }
        told = [n for n, f in kinds.items() if f.live] or [n for n, f in kinds.items() if f.kind in panels.TYPED]
        if told:
            await self._send_panel(interaction, responder, name, filling, f"{CHANGED}{told[0]}")
        else:
            await responder.draw_panel(name, filling)

    async def _send_panel(
        self, interaction: Interaction, responder: Responder, name: str, filling: Filling, pressed: str
    ) -> None:
        ticket, form = responder.ticket, filling.form
        filling = await self._forms.change(name, ticket.person.id, forms.next_round) or filling
        panel = filling.panel
        assert panel is not None
        fields = {f.name: filling.values.get(f.name, f.value) for f in form.fields}
        responder.in_panel(name, panel.round, fields)
        await responder.acknowledge()
        there = await self._there(interaction, responder, _channel_of(form.value))
        if there is None:
            return
        sent = _submission_of(interaction, there, form, fields)
        if there is not ticket:
            sent = replace(sent, extra={**sent.extra, ELSEWHERE: there.place.channel})
        await self._handler.on_submit(replace(sent, pressed=pressed, state=panel.state), responder)

    async def _continue_form(self, interaction: Interaction, pressed: ComponentId, responder: Responder) -> None:
        """Opens a form's next step or submits the form."""
        name, step, last = forms.asked_for(pressed.value) if pressed.action == "form" else (pressed.value, 0, False)
        filling = await self._forms.load(name, responder.ticket.person.id)
        if filling is None:
            await self._tell_expired(responder)
        elif pressed.action == "form":
            await responder.open_modal(name, filling, step, last=last)
        else:
            await self._send(interaction, responder, name, filling)

    async def _store_step(
        self,
        interaction: Interaction,
        responder: Responder,
        name: str,
        step: int,
        last: bool,
        components: list[dict[str, Any]],
    ) -> None:
        filling = await self._forms.load(name, responder.ticket.person.id)
        if filling is None:
            await self._tell_expired(responder)
            return
        filling = forms.with_values(filling, forms.filled(components))
        await self._forms.keep(name, responder.ticket.person.id, filling)
        if last or step + 1 >= len(filling.steps):
            await self._send(interaction, responder, name, filling)
        else:
            await responder.show(forms.between(name, filling, step, responder.ticket.language))

    async def _send(self, interaction: Interaction, responder: Responder, name: str, filling: Filling) -> None:
        sent = _submission_of(interaction, responder.ticket, filling.form, filling.values)
        # The answer may start before `on_submit` returns and needs the first response.
        await responder.acknowledge()
        wrong = await self._handler.on_submit(sent, responder)
        if wrong:
            await responder.show(forms.problems(name, filling, wrong, responder.ticket.language))

    async def _tell_expired(self, responder: Responder) -> None:
        words = say("discord.expired", responder.ticket.language)
        await responder.show(Post((Text(words),), words))


def _extra(interaction: Interaction) -> dict[str, str]:
    """Returns the data that any process needs to answer later."""
    ids = {"application": str(interaction.application_id), "token": interaction.token}
    return ids | permissions.told(interaction)


def _channel_of(value: str) -> str:
    """Returns the channel that a panel of settings is about."""
    found = re.fullmatch(rf"{NAME}:(\d+)", value)
    return found[1] if found else ""


def _click_of(interaction: Interaction, responder: Responder, pressed: ComponentId, message: str) -> Click:
    ticket, at, extra = responder.ticket, interaction.created_at, _extra(interaction)
    message = chat_message_id(ticket.place, message)
    return Click(ticket.id, pressed.action, pressed.value, ticket.place, ticket.person, message, at, extra)


def _submission_of(
    interaction: Interaction, ticket: InteractionData, form: Form, values: Mapping[str, str]
) -> Submission:
    at, extra = interaction.created_at, _extra(interaction)
    return Submission(ticket.id, form.action, form.value, values, ticket.place, ticket.person, at, extra)


def _label(interaction: Interaction, custom: str) -> str:
    message: Any = {"components": [c.to_dict() for c in interaction.message.components] if interaction.message else []}
    for component in components(message):
        if component.get("custom_id") == custom and component.get("label"):
            return str(component["label"])
        options: Any = component.get("options") or []
        for option in options:
            if option.get("value") == custom:
                return str(option["label"])
    return ""


def _confirmation(pressed: ComponentId, label: str, responder: Responder) -> Post:
    """Returns a question with the same button, which then asks no more."""
    language = responder.ticket.language
    words = say("discord.sure", language, label=label)
    yes = Button(pressed.action, pressed.value, say("discord.yes", language, label=label), Style.DANGER)
    return Post((Text(words), Actions((yes,))), words, language)
