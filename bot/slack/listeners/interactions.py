"""Handles commands, buttons, menus, modals and the message shortcut of Slack.

Slack sends these once and waits three seconds for an acknowledgement, with a form's problems."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from cachetools import LRUCache
from slack_bolt.async_app import AsyncAck

from bot.core.chat import (
    INSTEAD,
    MENU_OPTIONS,
    ChatError,
    Click,
    EventHandler,
    Menu,
    Outside,
    Person,
    Place,
    Post,
    Responder,
    Text,
)
from bot.core.ids import PaperById
from bot.core.texts import say
from bot.slack.chat import SlackChat
from bot.slack.listeners import payloads
from bot.slack.listeners.payloads import Payload, Pressed
from bot.slack.listeners.people import People
from bot.slack.render import views
from bot.slack.render.views import Memo
from bot.slack.web_api import WebApi
from digest.arxiv.ids import PaperRef, find_all
from digest.errors import for_log, trace
from digest.render.catalogs import in_language

log = logging.getLogger(__name__)

ACK_AFTER = 0.4
"""Seconds after which an interaction is acknowledged while its work goes on."""
FORM_TIMEOUT = 2.5
"""Seconds for a form's checks. Problems found later are sent as a message."""

OPENS = "open"
"""The action of buttons that open a page."""
COUNTED = 100
"""How many checklists are remembered."""

StartTask = Callable[[Awaitable[None]], "asyncio.Task[None]"]


class Interactions:
    """Handles interactions. `start_task` starts a task that the shutdown waits for."""

    def __init__(
        self, chat: SlackChat, handler: EventHandler, people: People, start_task: StartTask, now: Callable[[], datetime]
    ) -> None:
        self._chat, self._handler, self._people, self._start_task, self._now = chat, handler, people, start_task, now
        self._counting = asyncio.Lock()
        self._counted: LRUCache[str, tuple[str, str]] = LRUCache(COUNTED)
        """By checklist: the time of the press shown, and the hash of the view since then."""

    async def _ack_soon(self, work: Awaitable[None], ack: AsyncAck) -> None:
        await asyncio.wait({self._start_task(work)}, timeout=ACK_AFTER)
        await ack()

    async def _report_errors(self, work: Awaitable[None], respond: Responder, person: Person) -> None:
        """Shows a ChatError to the person; logs a bug with an id and shows the id."""
        try:
            await work
        except ChatError as error:
            log.warning("event=interaction_refused reason=%s", for_log(error))
            await self._say(respond, in_language(error.sentence, person.language))
        except Exception as error:  # noqa: BLE001  # logged, without its message
            mark = secrets.token_hex(4)
            log.error("event=bug id=%s\n%s", mark, trace(error))  # noqa: TRY400
            await self._say(respond, say("slack.bug", person.language, id=mark))

    async def _say(self, respond: Responder, sentence: str) -> None:
        try:
            await respond.show(Post((Text(sentence),), sentence))
        except ChatError as error:
            log.warning("event=not_told reason=%s", for_log(error))

    async def handle_command(self, ack: AsyncAck, body: Payload) -> None:
        await self._ack_soon(self._command(body), ack)

    async def _command(self, body: Payload) -> None:
        command = payloads.command(body, await self._people.person(str(body["user_id"])), self._now())
        respond = self._chat.responder(command.place, command.person, command.extra)
        await self._report_errors(self._handler.on_command(command, respond), respond, command.person)

    async def handle_click(self, ack: AsyncAck, body: Payload) -> None:
        await self._ack_soon(self._click(body), ack)

    async def _click(self, body: Payload) -> None:
        callback = (body.get("view") or {}).get("callback_id")
        if callback in (views.PANEL_CALLBACK, views.CHECKLIST_CALLBACK):
            await (self._act_in_panel if callback == views.PANEL_CALLBACK else self._count_checked)(body)
            return
        pressed = payloads.pressed(body)
        if pressed is None or pressed.action in ("", OPENS) or not await self._is_ours(body):
            return
        user = str(body["user"]["id"])
        if not pressed.memo.channel:
            pressed = replace(pressed, memo=await self._home_memo(user))
        person = await self._people.person(user)
        click = payloads.click(pressed, body, person, self._now())
        respond = self._chat.responder(click.place, person, click.extra)
        work = (
            self._ask_to_confirm(pressed, click, body, respond)
            if pressed.asks
            else self._handler.on_click(click, respond)
        )
        await self._report_errors(work, respond, person)
        if payloads.is_home_click(body):
            await publish_home(self._chat.api, self._handler, person)

    async def _count_checked(self, body: Payload) -> None:
        """Shows on the submit button how many boxes are checked. The last press counts."""
        if not await self._is_ours(body):
            return
        person, view = await self._people.person(str(body["user"]["id"])), body["view"]
        name, pressed_at = str(view["id"]), str(body["actions"][0].get("action_ts", ""))
        values = views.form_values(view)
        action = values.pop(INSTEAD, "") or Memo.load(view["private_metadata"]).action
        checked = sum(len(value.split(",")) for value in values.values() if value)
        bare, counted = (
            ("compare.button", "compare.checked") if action.startswith("compare_") else ("card.add", "card.add.checked")
        )
        submit = say(counted, person.language, n=checked) if checked else say(bare, person.language)
        async with self._counting:
            last, known = self._counted.get(name, ("", str(view.get("hash", ""))))
            if pressed_at < last:
                return
            self._counted[name] = pressed_at, known
            with contextlib.suppress(ChatError):
                changed = views.counted(view, submit)
                answer = await self._chat.api.call("views.update", view_id=name, view=changed, hash=known)
                self._counted[name] = pressed_at, str((answer.get("view") or {}).get("hash", ""))

    async def _act_in_panel(self, body: Payload) -> None:
        if not await self._is_ours(body):
            return
        person = await self._people.person(str(body["user"]["id"]))
        sent = payloads.panel_act(body, person, self._now())
        respond = self._chat.responder(sent.place, person, sent.extra)

        async def act() -> None:
            await self._handler.on_submit(sent, respond)

        await self._report_errors(act(), respond, person)

    async def _is_ours(self, body: Payload) -> bool:
        """Returns whether a view's context is as we signed it for this person; else tells them."""
        view, user = body.get("view"), str(body["user"]["id"])
        of_home = payloads.is_home_click(body)
        if not view or of_home or views.is_signed(view, self._chat.signer, user):
            return True
        log.warning("event=view_not_ours")
        person = await self._people.person(user)
        sentence = say("slack.no window", person.language)
        direct = Place("slack", await self._chat.open_direct(user), direct=True)
        await self._chat.send(direct, Post((Text(sentence),), sentence), "")
        return False

    async def _home_memo(self, user: str) -> Memo:
        """Returns the context of a click on Home, which the direct conversation answers."""
        direct = await self._chat.open_direct(user)
        return Memo("", "", direct, direct=True, home=direct)

    async def _ask_to_confirm(self, pressed: Pressed, click: Click, body: Payload, respond: Responder) -> None:
        """Asks the person to confirm, unless they may not do it."""
        if refusal := await self._handler.refusal(click):
            await respond.show(Post((Text(refusal),), refusal[:90]))
            return
        person = click.person
        remembered = replace(pressed.memo, action=pressed.action, value=pressed.value)
        question, language = payloads.question_in(pressed.block)
        view = views.confirm(pressed.label, question, language or person.language, remembered)
        signed = views.signed(view, self._chat.signer, person.id)
        await self._chat.api.call("views.open", trigger_id=str(body.get("trigger_id", "")), view=signed)

    async def handle_form(self, ack: AsyncAck, body: Payload) -> None:
        if body["view"].get("callback_id") == views.CONFIRM_CALLBACK:
            await self._ack_soon(self._confirmed(body), ack)
            return
        problems: dict[str, str] = {}
        task = self._start_task(self._submission(body, problems))
        await asyncio.wait({task}, timeout=FORM_TIMEOUT)
        if task.done() and problems:
            await ack(response_action="errors", errors=_errors_by_field(problems, body["view"]))
        else:
            await ack()

    async def _submission(self, body: Payload, problems: dict[str, str]) -> None:
        if not await self._is_ours(body):
            return
        person = await self._people.person(str(body["user"]["id"]))
        submission = payloads.submission(body, person, self._now())
        respond = self._chat.responder(submission.place, person, submission.extra)
        asked = asyncio.get_running_loop().time()

        async def check() -> None:
            problems.update(await self._handler.on_submit(submission, respond))
            if problems and asyncio.get_running_loop().time() - asked > FORM_TIMEOUT:
                await self._say(respond, "\n\n".join(problems.values()))

        await self._report_errors(check(), respond, person)

    async def _confirmed(self, body: Payload) -> None:
        if not await self._is_ours(body):
            return
        person = await self._people.person(str(body["user"]["id"]))
        memo = Memo.load(str(body["view"].get("private_metadata", "")))
        click = payloads.click(Pressed(memo.action, memo.value, memo), body, person, self._now())
        respond = self._chat.responder(click.place, person, click.extra)
        await self._report_errors(self._handler.on_click(click, respond), respond, person)

    async def handle_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        await self._ack_soon(self._ask_about(body), ack)

    async def _ask_about(self, body: Payload) -> None:
        person = await self._people.person(str(body["user"]["id"]))
        message = body["message"]
        place = await self._place_to_answer(str(body["channel"]["id"]), message, person)
        memo = Memo("", "", place.channel, place.thread, place.direct, str(message["ts"]))
        papers = list(dict.fromkeys(find_all(json.dumps(message, ensure_ascii=False))))
        pressed = Pressed("ask", str(PaperById(str(papers[0]))) if papers else "", memo)
        click = payloads.click(pressed, body, person, self._now())
        respond = self._chat.responder(place, person, click.extra)
        if len(papers) == 1:
            await self._report_errors(self._handler.on_click(click, respond), respond, person)
        else:
            await self._report_errors(self._ask_which(papers, respond, person), respond, person)

    async def _ask_which(self, papers: list[PaperRef], respond: Responder, person: Person) -> None:
        sentence = say("question.which" if papers else "slack.no paper", person.language)
        menu = Menu("ask", "…", tuple((str(p), str(PaperById(str(p)))) for p in papers[:MENU_OPTIONS]))
        await respond.show(Post((Text(sentence), menu) if papers else (Text(sentence),), sentence))

    async def _place_to_answer(self, channel: str, message: Payload, person: Person) -> Place:
        """Returns the message's thread if the bot is a member, else the direct conversation."""
        thread = str(message.get("thread_ts") or message["ts"])
        try:
            info = (await self._chat.api.call("conversations.info", channel=channel))["channel"]
        except Outside:
            info = {}
        if info.get("is_member") or info.get("is_im"):
            return Place("slack", channel, thread, payloads.is_direct(channel))
        return Place("slack", await self._chat.open_direct(person.id), direct=True)


async def publish_home(api: WebApi, handler: EventHandler, person: Person) -> None:
    """Shows the person's Home tab as it now is. Raises ChatError."""
    post = await handler.home(person, "slack")
    await api.call("views.publish", user_id=person.id, view=views.home(post))


def _errors_by_field(problems: Mapping[str, str], view: Payload) -> dict[str, str]:
    """Returns problems by field. Slack shows only those of existing fields: others go first."""
    fields = {views.field_of(b["block_id"]): b["block_id"] for b in view["blocks"] if b["type"] == "input"}
    placed: dict[str, str] = {}
    for name, sentence in problems.items():
        at = fields.get(name) or next(iter(fields.values()))
        placed[at] = f"{placed[at]} {sentence}" if at in placed else sentence
    return placed
