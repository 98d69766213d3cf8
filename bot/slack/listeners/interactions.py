"""Commands, buttons, menus, modals and the message shortcut: acknowledged once the EventHandler has them, or after a moment, and then worked on.

Slack waits three seconds and gives none of these twice. A form's problems have to be in the acknowledgement itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from slack_bolt.async_app import AsyncAck

from bot.core.chat import ChatError, EventHandler, Gone, Menu, Person, Place, Post, Responder, Text
from bot.core.texts import say
from bot.slack.chat import SlackChat
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload, Pressed
from bot.slack.listeners.people import People
from bot.slack.render import views
from bot.slack.render.views import Memo
from digest.arxiv.ids import PaperRef, find_all
from digest.render.catalogs import in_language

log = logging.getLogger(__name__)

MOMENT = 0.2
"""Seconds in which what is quick is done before it is acknowledged."""
FORM = 2.5
"""Seconds a form's checks may take; what they find later is told in a message."""

Begin = Callable[[Awaitable[None]], "asyncio.Task[None]"]


class Interactions:
    """`begin` runs a task that shutting down waits for."""

    def __init__(
        self, chat: SlackChat, handler: EventHandler, people: People, begin: Begin, now: Callable[[], datetime]
    ) -> None:
        self._chat, self._handler, self._people, self._begin, self._now = chat, handler, people, begin, now

    async def _shortly(self, work: Awaitable[None], ack: AsyncAck) -> None:
        await asyncio.wait({self._begin(work)}, timeout=MOMENT)
        await ack()

    async def _told(self, work: Awaitable[None], respond: Responder, person: Person) -> None:
        """The edge: a refusal of Slack is told as it is; a bug is logged once with an id, and people see the id."""
        try:
            await work
        except ChatError as error:
            log.warning("event=interaction_refused reason=%s", error)
            await self._say(respond, in_language(error.sentence, person.language))
        except Exception:
            mark = secrets.token_hex(4)
            log.exception("event=bug id=%s", mark)
            await self._say(respond, say("slack.bug", person.language, id=mark))

    async def _say(self, respond: Responder, sentence: str) -> None:
        try:
            await respond.show(Post((Text(sentence),), sentence))
        except ChatError as error:
            log.warning("event=not_told reason=%s", error)

    # ------------------------------------------------------------ commands

    async def commanded(self, ack: AsyncAck, body: Payload) -> None:
        await self._shortly(self._command(body), ack)

    async def _command(self, body: Payload) -> None:
        command = payloads.command(body, await self._people.person(str(body["user_id"])), self._now())
        respond = self._chat.responder(command.place, command.person, command.extra)
        await self._told(self._handler.on_command(command, respond), respond, command.person)

    # ------------------------------------------------------------ buttons

    async def clicked(self, ack: AsyncAck, body: Payload) -> None:
        await self._shortly(self._click(body), ack)

    async def _click(self, body: Payload) -> None:
        pressed = payloads.pressed(body)
        if pressed is None or not pressed.action:
            return
        user = str(body["user"]["id"])
        if not pressed.memo.channel:
            pressed = replace(pressed, memo=await self._at_home(user))
        person = await self._people.person(user)
        click = payloads.click(pressed, body, person, self._now())
        respond = self._chat.responder(click.place, person, click.extra)
        work = self._ask_first(pressed, body, person) if pressed.asks else self._handler.on_click(click, respond)
        await self._told(work, respond, person)

    async def _at_home(self, user: str) -> Memo:
        """What is pressed on the Home tab is answered in the direct conversation."""
        return Memo("", "", await self._chat.direct(user), direct=True)

    async def _ask_first(self, pressed: Pressed, body: Payload, person: Person) -> None:
        remembered = replace(pressed.memo, action=pressed.action, value=pressed.value)
        question, language = payloads.question_in(pressed.block)
        view = views.confirm(pressed.label, question, language or person.language, remembered)
        await self._chat.wire.call("views.open", trigger_id=str(body.get("trigger_id", "")), view=view)

    # ------------------------------------------------------------ modals

    async def submitted(self, ack: AsyncAck, body: Payload) -> None:
        if body["view"].get("callback_id") == views.CONFIRM_CALLBACK:
            await self._shortly(self._confirmed(body), ack)
            return
        problems: dict[str, str] = {}
        task = self._begin(self._submission(body, problems))
        await asyncio.wait({task}, timeout=FORM)
        if task.done() and problems:
            await ack(response_action="errors", errors=_placed(problems, body["view"]))
        else:
            await ack()

    async def _submission(self, body: Payload, problems: dict[str, str]) -> None:
        person = await self._people.person(str(body["user"]["id"]))
        submission = payloads.submission(body, person, self._now())
        respond = self._chat.responder(submission.place, person, submission.extra)
        asked = asyncio.get_running_loop().time()

        async def check() -> None:
            problems.update(await self._handler.on_submit(submission, respond))
            if problems and asyncio.get_running_loop().time() - asked > FORM:
                await self._say(respond, "\n\n".join(problems.values()))

        await self._told(check(), respond, person)

    async def _confirmed(self, body: Payload) -> None:
        person = await self._people.person(str(body["user"]["id"]))
        memo = Memo.load(str(body["view"].get("private_metadata", "")))
        click = payloads.click(Pressed(memo.action, memo.value, memo), body, person, self._now())
        respond = self._chat.responder(click.place, person, click.extra)
        await self._told(self._handler.on_click(click, respond), respond, person)

    # ------------------------------------------------------------ the shortcut on a message

    async def shortcut(self, ack: AsyncAck, body: Payload) -> None:
        await self._shortly(self._ask_about(body), ack)

    async def _ask_about(self, body: Payload) -> None:
        person = await self._people.person(str(body["user"]["id"]))
        message = body["message"]
        place = await self._answerable(str(body["channel"]["id"]), message, person)
        memo = Memo("", "", place.channel, place.thread, place.direct, str(message["ts"]))
        papers = list(dict.fromkeys(find_all(json.dumps(message, ensure_ascii=False))))
        pressed = Pressed("ask", f"paper:{papers[0]}" if papers else "", memo)
        click = payloads.click(pressed, body, person, self._now())
        respond = self._chat.responder(place, person, click.extra)
        if len(papers) == 1:
            await self._told(self._handler.on_click(click, respond), respond, person)
        else:
            await self._told(self._which(papers, respond, person), respond, person)

    async def _which(self, papers: list[PaperRef], respond: Responder, person: Person) -> None:
        sentence = say("question.which" if papers else "slack.no paper", person.language)
        menu = Menu("ask", "…", tuple((str(p), f"paper:{p}") for p in papers[:25]))
        await respond.show(Post((Text(sentence), menu) if papers else (Text(sentence),), sentence))

    async def _answerable(self, channel: str, message: Payload, person: Person) -> Place:
        """In the message's thread where the bot is a member, else in the direct conversation."""
        thread = str(message.get("thread_ts") or message["ts"])
        try:
            info = (await self._chat.wire.call("conversations.info", channel=channel))["channel"]
        except Gone:
            info = {}
        if info.get("is_member") or info.get("is_im"):
            return Place("slack", channel, thread, payloads.is_direct(channel))
        return Place("slack", await self._chat.direct(person.id), direct=True)


def _placed(problems: Mapping[str, str], view: Payload) -> dict[str, str]:
    """Slack shows a problem only below a field it knows."""
    fields = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    placed: dict[str, str] = {}
    for name, sentence in problems.items():
        at = name if name in fields else fields[0]
        placed[at] = f"{placed[at]} {sentence}" if at in placed else sentence
    return placed
