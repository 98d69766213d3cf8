"""Answers one interaction: implements the Responder port.

Discord wants a first response within three seconds and accepts more for fifteen minutes. The next
message replaces a progress line or "thinking…". After the interaction has expired, messages are
sent as direct messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, Self

from bot.core.chat import (
    Actions,
    Button,
    Checklist,
    Form,
    Panel,
    Person,
    Place,
    Post,
    Small,
    TargetMissing,
    Text,
    Upload,
)
from bot.core.texts import say
from bot.discord.draft import EPHEMERAL
from bot.discord.ids import ComponentId
from bot.discord.render import panels
from bot.discord.render.forms import Filling, Forms, modal, panel_modal
from bot.discord.render.messages import COMPONENTS, NOBODY, TEXT, V2, button, messages, pieces, v2, with_upload
from bot.discord.render.packing import Row, pack
from bot.discord.rest import CALLBACK, ORIGINAL, File, Refused, Rest, webhook_message

log = logging.getLogger(__name__)

FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"


class ResponseType(Enum):
    """Discord's numbers for the kinds of first response."""

    MESSAGE = 4
    THINKING = 5
    LATER = 6
    UPDATE = 7
    MODAL = 9


@dataclass(frozen=True)
class InteractionData:
    id: str
    token: str = field(repr=False)
    application: str
    place: Place
    person: Person
    language: str
    component: bool = False
    """A button or menu. Its message can be updated, so no new message is needed."""


class Sender(Protocol):
    """What a responder uses of `DiscordChat`, which makes responders: they cannot import it."""

    rest: Rest
    streaming_tokens: set[str]

    async def send_payload(
        self, to: Person, payload: Mapping[str, Any], key: str, upload: Upload | None = None
    ) -> None: ...


class Responder:
    def __init__(
        self, ticket: InteractionData, rest: Rest, chat: Sender, forms: Forms, pressed: ComponentId | None = None
    ) -> None:
        self.ticket = ticket
        self.acknowledged = False
        self._rest, self._chat, self._forms = rest, chat, forms
        self._pressed = pressed
        """The button whose pages can be turned."""
        self._replaceable = ""
        self._page: int | None = None
        """The page that replaces the current one."""
        self._lock = asyncio.Lock()
        self._sent_count = 0
        self._deferred = False
        """A button was acknowledged without a message of ours, so the original is its message."""
        self._panel_message = ORIGINAL
        self._panel, self._round = "", 0
        """The panel that is shown or acted in, and how many things were done in it."""
        self._fields: Mapping[str, str] = {}
        """The panel's fields at that time. What was chosen since stays."""
        self._thinking = False
        """Discord shows "thinking…", and nothing has been sent since."""
        self._hook: dict[str, Any] = {"webhook_id": ticket.application, "webhook_token": ticket.token}

    def handed_over(self) -> Mapping[str, str]:
        ticket = self.ticket
        return {
            "id": ticket.id,
            "application": ticket.application,
            "token": ticket.token,
            "language": ticket.language,
            "replaceable": self._replaceable,
        }

    @classmethod
    def resumed(cls, place: Place, person: Person, extra: Mapping[str, str], chat: Sender, forms: Forms) -> Self:
        """Returns a responder that continues from what another one handed over."""
        name, token, application = (extra.get(field, "") for field in ("id", "token", "application"))
        language = extra.get("language", person.language)
        ticket = InteractionData(name, token, application, place, person, language, component=True)
        made = cls(ticket, chat.rest, chat, forms)
        made.acknowledged, made._replaceable = True, extra.get("replaceable", "")
        made._deferred = not made._replaceable
        return made

    def at_page(self, page: int) -> Responder:
        self._page = page
        return self

    async def show(self, post: Post, *, picture: Upload | None = None) -> None:
        if picture is not None:  # a first response cannot carry a file here
            await self.acknowledge()
        async with self._lock:
            for i, payload in enumerate(messages(post, private=True, pictured=picture is not None)):
                await self._send(payload, None if i else picture)

    async def progress(self, text: str) -> None:
        if self._page is not None or not self.ticket.token:
            return
        async with self._lock:
            self._thinking = False
            (payload,) = messages(Post((Small(text),), text))[:1]
            try:
                if not self.acknowledged:
                    await self._respond(ResponseType.MESSAGE, {**payload, "flags": V2 | EPHEMERAL})
                    self._replaceable = ORIGINAL
                elif slot := self._take_replaceable():
                    self._replaceable = slot
                    await self._rest.write("PATCH", webhook_message(slot), payload, **self._hook)
                elif self.ticket.token not in self._chat.streaming_tokens:
                    made = await self._rest.write("POST", FOLLOW_UP, {**payload, "flags": V2 | EPHEMERAL}, **self._hook)
                    self._replaceable = str(made["id"])
            except TargetMissing:  # the interaction has expired, and progress is not worth a direct message
                self.acknowledged = True

    async def form(self, form: Form) -> None:
        filling = Filling(form)
        await self._forms.keep(self.ticket.id, self.ticket.person.id, filling)
        await self.open_modal(self.ticket.id, filling, 0)

    async def panel(self, panel: Panel) -> None:
        name, person = self._panel or self.ticket.id, self.ticket.person.id
        first, self._panel = not self._panel, name
        filling: Filling | None
        if first:
            filling = panels.begun(panel, {}, None, self._round)
            await self._forms.keep(name, person, filling)
        else:
            filling = await self._forms.change(name, person, lambda before: self._filled(panel, before))
        if filling is None:
            log.info("event=panel_changed_since")
        else:
            await self.draw_panel(name, filling, first=first)

    def _filled(self, panel: Panel, before: Filling) -> Filling | None:
        """Returns the panel with what was chosen since its check began; None after another
        press."""
        if before.panel is not None and before.panel.round != self._round:
            return None
        since = {n: v for n, v in before.values.items() if self._fields.get(n) != v}
        return panels.begun(panel, since, before.panel, self._round)

    async def checklist(self, checklist: Checklist) -> None:
        async with self._lock:
            for payload in panels.checklist(checklist):
                await self._send(payload)

    def in_panel(self, name: str, round: int, fields: Mapping[str, str]) -> None:  # noqa: A002
        """Answers an action in this panel: the `round`-th, with these fields."""
        self._panel, self._round, self._fields = name, round, fields

    async def draw_panel(self, name: str, filling: Filling, *, first: bool = False) -> None:
        payload = panels.message(name, filling)
        async with self._lock:
            if self._deferred and first:  # everyone sees the original, which is the button's message
                made = await self._rest.write("POST", FOLLOW_UP, {**payload, "flags": V2 | EPHEMERAL}, **self._hook)
                self._panel_message = str(made["id"])
            elif self.acknowledged:
                self._thinking = False
                if self._replaceable == ORIGINAL:
                    self._replaceable = ""
                await self._rest.write("PATCH", webhook_message(self._panel_message), payload, **self._hook)
            elif first:
                await self._respond(ResponseType.MESSAGE, {**payload, "flags": V2 | EPHEMERAL})
            else:
                await self._respond(ResponseType.UPDATE, payload)

    async def open_panel_modal(self, name: str, filling: Filling) -> None:
        shown = panel_modal(name, filling.form.title, panels.typed(filling), filling.values)
        async with self._lock:
            await self._respond(ResponseType.MODAL, shown)

    async def open_modal(self, name: str, filling: Filling, step: int, *, last: bool = False) -> None:
        async with self._lock:
            if not self.acknowledged:
                await self._respond(ResponseType.MODAL, modal(name, filling, step, last=last))
                return
        language = self.ticket.language
        button = Button("form", f"{name}:{step}{':l' if last else ''}", filling.form.title)
        words = say("discord.again", language)
        await self.show(Post((Text(words), Actions((button,))), words, language))

    async def page(self, title: str, post: Post) -> None:  # noqa: ARG002  # the post has its title
        pages = _pages(post)
        if len(pages) == 1:
            await self.show(post)
        elif self._pressed is None:
            async with self._lock:
                for payload in pages:
                    await self._send(payload)
        else:
            await self._show_page(pages, self._pressed)

    async def file(self, name: str, text: str) -> None:
        async with self._lock:
            if not self.acknowledged:
                await self._respond(ResponseType.THINKING, {"flags": EPHEMERAL})
            self._replaceable = ""
            body = {"attachments": [{"id": "0", "filename": name}], "flags": EPHEMERAL, "allowed_mentions": NOBODY}
            upload = File(name, text.encode())
            await self._rest.write("POST", FOLLOW_UP, body, needs="“Attach Files”", upload=upload, **self._hook)

    async def acknowledge(self) -> None:
        """Sends a first response before the three seconds are over, unless one was sent."""
        async with self._lock:
            if self.acknowledged:
                return
            if self.ticket.component:
                self._deferred = True
                await self._respond(ResponseType.LATER, None)
            else:
                await self._respond(ResponseType.THINKING, {"flags": EPHEMERAL})
                self._replaceable, self._thinking = ORIGINAL, True

    async def confirm(self) -> None:
        """Confirms a command or form that got no other answer."""
        if self.ticket.component:
            await self.acknowledge()
        elif not self.acknowledged or self._thinking:
            await self.progress(say("discord.taken", self.ticket.language))

    async def _respond(self, kind: ResponseType, data: dict[str, Any] | None) -> None:
        """Sends the first response. Raises TargetMissing if Discord no longer waits for it."""
        self.acknowledged = True
        body = {"type": kind.value} | ({"data": data} if data is not None else {})
        parts: dict[str, Any] = {"webhook_id": self.ticket.id, "webhook_token": self.ticket.token}
        await self._rest.write("POST", CALLBACK, body, **parts)

    async def _send(self, payload: dict[str, Any], upload: Upload | None = None) -> None:
        body = {**with_upload(payload, upload), "flags": V2 | EPHEMERAL, "allowed_mentions": NOBODY}
        self._sent_count += 1
        self._thinking = False
        try:
            await self._send_response(body, upload)
        except TargetMissing:
            log.info("event=interaction_ended")
            key = f"late:{self.ticket.id}:{self._sent_count}"
            await self._chat.send_payload(self.ticket.person, payload, key, upload)

    async def _send_response(self, body: dict[str, Any], upload: Upload | None) -> None:
        if not self.ticket.token:  # the token has expired and was not kept
            raise TargetMissing(say.sentence("error.discord.ended"))
        if not self.acknowledged:
            await self._respond(ResponseType.MESSAGE, body)
        elif slot := self._take_replaceable():
            await self._change(slot, {**body, "flags": V2}, upload)
        else:
            await self._rest.write("POST", FOLLOW_UP, body, upload=upload, **self._hook)

    async def _change(self, slot: str, change: dict[str, Any], upload: Upload | None) -> None:
        """Replaces a message by another. If the picture is refused, the message stays."""
        try:
            await self._rest.write("PATCH", webhook_message(slot), change, upload=upload, **self._hook)
        except Refused:
            if upload is not None:
                self._replaceable = slot
            raise

    def _take_replaceable(self) -> str:
        """Returns the message to replace; none while it holds an unfinished answer."""
        slot, self._replaceable = self._replaceable, ""
        return "" if slot == ORIGINAL and self.ticket.token in self._chat.streaming_tokens else slot

    async def _show_page(self, pages: list[dict[str, Any]], pressed: ComponentId) -> None:
        at = min(self._page or 0, len(pages) - 1)
        payload = {**pages[at], "components": [*pages[at]["components"], _pager(at, len(pages), pressed)]}
        async with self._lock:
            if self._page is None:
                await self._send(payload)
            elif not self.acknowledged:
                await self._respond(ResponseType.UPDATE, {**payload, "flags": V2})
            else:
                await self._rest.write("PATCH", webhook_message(ORIGINAL), {**payload, "flags": V2}, **self._hook)


def _pages(post: Post) -> list[dict[str, Any]]:
    """Returns messages that leave room for the pager."""
    found = [p for p in pieces(post) if not isinstance(p, Row)]
    return [v2(m) for m in pack(found, lambda _: (TEXT, COMPONENTS - 4))]


def _pager(at: int, pages: int, pressed: ComponentId) -> dict[str, Any]:
    """Returns `‹ 2/3 ›`. The buttons hold the original press, so paging works after a restart."""

    def turn(label: str, to: int) -> dict[str, Any]:
        turned = button(Button("page", f"{to}:{pressed.action}:{pressed.value}", label))
        return {**turned, "disabled": not 0 <= to < pages}

    here = {**button(Button("here", "", f"{at + 1}/{pages}")), "disabled": True}
    return {"type": 1, "components": [turn("‹", at - 1), here, turn("›", at + 1)]}
