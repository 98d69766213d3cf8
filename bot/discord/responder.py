"""How one interaction is answered: a `bot.core.chat.Responder`.

Discord wants a first response within three seconds, and gives fifteen minutes for more; `slot` is the ephemeral message that the
next thing to the asker may replace (a progress line, "thinking…"). When the interaction has ended, what is said goes into the
channel or, where it was for the asker alone, into a direct message.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.core.chat import Actions, Button, Form, Gone, Person, Place, Post, Small, Text
from bot.core.texts import say
from bot.discord.chat import DiscordChat
from bot.discord.draft import EPHEMERAL
from bot.discord.events import named
from bot.discord.ids import Press, custom_id
from bot.discord.render.forms import Filling, Forms, modal
from bot.discord.render.messages import COMPONENTS, NOBODY, TEXT, V2, messages, pieces, v2
from bot.discord.render.packing import Row, pack
from bot.discord.rest import ORIGINAL, Rest, shown

log = logging.getLogger(__name__)

CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"


class First(Enum):
    """The kinds of first response (Discord's numbers)."""

    MESSAGE = 4
    THINKING = 5
    LATER = 6
    UPDATE = 7
    MODAL = 9


@dataclass(frozen=True)
class Ticket:
    """What answering takes."""

    id: str
    token: str
    application: str
    place: Place
    person: Person
    language: str
    component: bool = False
    """A button or menu: the message it stands under can be updated, and silence is an answer."""


class Responder:
    def __init__(self, ticket: Ticket, rest: Rest, chat: DiscordChat, forms: Forms, press: Press | None = None) -> None:
        self.ticket = ticket
        self.acknowledged = False
        self._rest, self._chat, self._forms = rest, chat, forms
        self._press = press
        """What was pressed: pages of it can be turned."""
        self._slot = ""
        self._turn: int | None = None
        """The page to be shown in place of the one before."""
        self._one = asyncio.Lock()
        self._said = 0
        self._thinking = False
        """Discord shows "thinking…", and nothing was said since."""
        self._hook = {"webhook_id": ticket.application, "webhook_token": ticket.token}

    def turning(self, page: int) -> Responder:
        self._turn = page
        return self

    # ------------------------------------------------------------ the port

    async def show(self, post: Post, *, private: bool = True) -> str:
        first = ""
        async with self._one:
            for payload in messages(post, private=private):
                sent = await self._say(payload, private=private)
                first = first or sent
        return first

    async def progress(self, text: str) -> None:
        if self._turn is not None:
            return
        async with self._one:
            self._thinking = False
            (payload,) = messages(Post((Small(text),), text))[:1]
            try:
                if not self.acknowledged:
                    await self._first(First.MESSAGE, {**payload, "flags": V2 | EPHEMERAL})
                    self._slot = ORIGINAL
                elif slot := self._take_slot():
                    self._slot = slot
                    await self._rest.write("PATCH", shown(slot), payload, **self._hook)
                elif self.ticket.token not in self._chat.whispering:
                    made = await self._rest.write("POST", FOLLOW_UP, {**payload, "flags": V2 | EPHEMERAL}, **self._hook)
                    self._slot = str(made["id"])
            except Gone:  # it has ended; progress is not worth a letter
                self.acknowledged = True

    async def form(self, form: Form) -> None:
        filling = Filling(form)
        await self._forms.keep(self.ticket.id, filling)
        await self.open(self.ticket.id, filling, 0)

    async def open(self, name: str, filling: Filling, step: int, *, last: bool = False) -> None:
        async with self._one:
            if not self.acknowledged:
                await self._first(First.MODAL, modal(name, filling, step, last=last))
                return
        language = self.ticket.language
        button = Button("form", f"{name}:{step}{':l' if last else ''}", filling.form.title)
        words = say("discord.again", language)
        await self.show(Post((Text(words), Actions((button,))), words, language))

    async def page(self, title: str, post: Post) -> None:  # noqa: ARG002  # the post opens with its title
        pages = _pages(post)
        if len(pages) == 1:
            await self.show(post)
        elif self._press is None:
            async with self._one:
                for payload in pages:
                    await self._say(payload, private=True)
        else:
            await self._show_page(pages, self._press)

    async def file(self, name: str, text: str) -> None:
        async with self._one:
            if not self.acknowledged:
                await self._first(First.THINKING, {"flags": EPHEMERAL})
            self._slot = ""
            await self._rest.upload(FOLLOW_UP, name, text.encode(), **self._hook)

    # ------------------------------------------------------------ the deadline

    async def in_time(self) -> None:
        """Called before the three seconds are over: something is said, if nothing was yet."""
        async with self._one:
            if self.acknowledged:
                return
            if self.ticket.component:
                await self._first(First.LATER, None)
            else:
                await self._first(First.THINKING, {"flags": EPHEMERAL})
                self._slot, self._thinking = ORIGINAL, True

    async def done(self) -> None:
        """All was done: a command or form that was answered with nothing is told that it was taken."""
        if self.ticket.component:
            await self.in_time()
        elif not self.acknowledged or self._thinking:
            await self.progress(say("discord.taken", self.ticket.language))

    # ------------------------------------------------------------ saying

    async def _first(self, kind: First, data: dict[str, Any] | None) -> Any:
        """The first response. If Discord no longer waits for it, what follows is said without the interaction."""
        self.acknowledged = True
        body = {"type": kind.value} | ({"data": data} if data is not None else {})
        path = CALLBACK + ("?with_response=true" if kind is First.MESSAGE else "")
        parts = {"webhook_id": self.ticket.id, "webhook_token": self.ticket.token}
        return await self._rest.write("POST", path, body, **parts)

    async def _say(self, payload: dict[str, Any], *, private: bool) -> str:
        body = {**payload, "flags": V2 | EPHEMERAL if private else V2, "allowed_mentions": NOBODY}
        self._said += 1
        self._thinking = False
        try:
            message = await self._put(body, private=private)
        except Gone:
            return await self._without_interaction(payload, private=private)
        return "" if private or not message else named(self.ticket.place, message)

    async def _put(self, body: dict[str, Any], *, private: bool) -> str:
        if not self.acknowledged:
            made = await self._first(First.MESSAGE, body)
            return str(((made or {}).get("resource") or {}).get("message", {}).get("id", ""))
        slot = self._take_slot()
        if slot and private:
            change = {k: v for k, v in body.items() if k != "flags"} | {"flags": V2}
            made = await self._rest.write("PATCH", shown(slot), change, **self._hook)
        else:
            if slot:  # the first word after "thinking" would stay with the asker alone
                await self._rest.write("DELETE", shown(slot), **self._hook)
            made = await self._rest.write("POST", FOLLOW_UP, body, **self._hook)
        return str(made["id"])

    def _take_slot(self) -> str:
        """What may be replaced: not the first response, when an answer is being written into it."""
        slot, self._slot = self._slot, ""
        return "" if slot == ORIGINAL and self.ticket.token in self._chat.whispering else slot

    async def _without_interaction(self, payload: dict[str, Any], *, private: bool) -> str:
        log.info("event=interaction_ended")
        place, person = self.ticket.place, self.ticket.person
        key = f"late:{self.ticket.id}:{self._said}"
        return await self._chat.send_made(place, payload, key, person if private else None)

    # ------------------------------------------------------------ pages

    async def _show_page(self, pages: list[dict[str, Any]], press: Press) -> None:
        at = min(self._turn or 0, len(pages) - 1)
        payload = {**pages[at], "components": [*pages[at]["components"], _pager(at, len(pages), press)]}
        async with self._one:
            if self._turn is None:
                await self._say(payload, private=True)
            elif not self.acknowledged:
                await self._first(First.UPDATE, {**payload, "flags": V2})
            else:
                await self._rest.write("PATCH", shown(ORIGINAL), {**payload, "flags": V2}, **self._hook)


def _pages(post: Post) -> list[dict[str, Any]]:
    """Messages with room for the pager."""
    found = [p for p in pieces(post) if not isinstance(p, Row)]
    return [v2(m) for m in pack(found, lambda _: (TEXT, COMPONENTS - 4))]


def _pager(at: int, pages: int, press: Press) -> dict[str, Any]:
    """‹ 2/3 ›: the buttons remember what was pressed, so pages turn also after a restart."""

    def button(label: str, to: int, *, disabled: bool) -> dict[str, Any]:
        turned = Press("page", f"{to}:{press.action}:{press.value}")
        return {"type": 2, "style": 2, "label": label, "custom_id": custom_id(turned), "disabled": disabled}

    here = {"type": 2, "style": 2, "label": f"{at + 1}/{pages}", "custom_id": "pb:here:", "disabled": True}
    return {
        "type": 1,
        "components": [button("‹", at - 1, disabled=at == 0), here, button("›", at + 1, disabled=at == pages - 1)],
    }
