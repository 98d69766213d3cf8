"""Parses Slack's payloads into values of `bot.core.chat`. Pure."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.core.chat import CHANGED, HOME, Click, Command, Person, Place, Question, Submission, VoteKind
from bot.slack.markup import LINK, parse_text
from bot.slack.render.blocks import ASKS, MENU_ACTION, action_of
from bot.slack.render.views import PAGE_ACTION, Memo, field_of, form_values

Payload = Mapping[str, Any]

REACTIONS: Mapping[str, VoteKind] = {
    "+1": VoteKind.MORE,
    "thumbsup": VoteKind.MORE,
    "-1": VoteKind.FEWER,
    "thumbsdown": VoteKind.FEWER,
    "bookmark": VoteKind.SAVED,
}


def time_of(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def is_direct(channel: str) -> bool:
    return channel.startswith("D")


def place_of(channel: str, thread: str = "", ts: str = "") -> Place:
    """Returns the place. A thread's parent (`thread` equals `ts`) is in the channel itself."""
    return Place("slack", channel, "" if thread == ts else thread, is_direct(channel))


SPOKEN_SUBTYPES = (None, "thread_broadcast", "file_share")
"""Subtypes of messages written by people."""


def is_by_person(message: Payload, bot: str) -> bool:
    """Returns whether a person wrote the message: not the bot, an app or Slack itself."""
    person = message.get("user")
    return bool(person) and person != bot and not message.get("bot_id") and message.get("subtype") in SPOKEN_SUBTYPES


def question(message: Payload, channel: str, team: str, bot: str, person: Person) -> Question:
    """Returns the Question of a message. Both events of one mention give the same id."""
    ts = str(message["ts"])
    place = place_of(channel, str(message.get("thread_ts") or ""), ts)
    what = parse_text(str(message.get("text") or ""), bot)
    return Question(
        id=f"slack:{channel}:{ts}",
        place=place,
        person=person,
        text=what.text,
        at=time_of(ts),
        message=ts,
        addressed=what.to_bot or place.direct,
        mentions_others=what.to_others,
        extra={"team": team},
    )


def reaction(name: str) -> VoteKind | None:
    """Returns the vote that an emoji's name stands for. Ignores skin tones."""
    return REACTIONS.get(name.partition("::")[0])


def command(body: Payload, person: Person, now: datetime) -> Command:
    name = str(body["command"]).lstrip("/")
    trigger = str(body.get("trigger_id", ""))
    return Command(
        id=f"slack:command:{trigger}",
        name=name,
        text=html.unescape(LINK.sub(lambda m: m[1], str(body.get("text") or ""))).strip(),
        place=place_of(str(body["channel_id"])),
        person=person,
        at=now,
        extra={
            "kind": "command",
            "response_url": str(body.get("response_url", "")),
            "trigger": trigger,
            "team": str(body.get("team_id", "")),
            "channel_name": str(body.get("channel_name", "")),
        },
    )


@dataclass(frozen=True)
class Pressed:
    """A pressed button, option or page turn, with its context."""

    action: str
    value: str
    memo: Memo
    label: str = ""
    asks: bool = False
    """The press needs confirmation by the question in `block`."""
    block: str = ""
    page: str = ""


def pressed(body: Payload) -> Pressed | None:
    """Returns what was pressed; None for elements without an action, such as a date picker."""
    if not body.get("actions"):
        return None
    act = body["actions"][0]
    option = act.get("selected_option") or {}
    value = str(option.get("value") or act.get("value") or "")
    label = str((option.get("text") or act.get("text") or {}).get("text", ""))
    action, asks = action_of(str(act["action_id"])), False
    memo = _memo(body)
    if action == PAGE_ACTION:
        return Pressed(memo.action, memo.value, memo, label, page=value)
    if action == MENU_ACTION:
        asks = value.startswith(ASKS)
        action, _, value = value.removeprefix(ASKS).partition("|")
    return Pressed(action, value, memo, label, asks, str(act.get("block_id", "")))


def is_home_click(body: Payload) -> bool:
    """Returns whether the press was on the Home tab, which has no Memo."""
    return body.get("type") == "block_actions" and (body.get("view") or {}).get("type") == "home"


def _memo(body: Payload) -> Memo:
    """Returns the context of a press: of a message, a modal with a Memo, or the Home tab."""
    where = body.get("container") or {}
    if is_home_click(body):
        return Memo("", "")
    if where.get("type") == "view":
        try:
            return Memo.load(str(body["view"].get("private_metadata", "")))
        except ValueError:
            return Memo("", "")
    channel, ts = str(where.get("channel_id", "")), str(where.get("message_ts", ""))
    thread = str(where.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or "")
    shown_in = thread if thread != ts else ""
    own = "" if where.get("is_ephemeral") or is_direct(channel) else ts
    return Memo("", "", channel, thread or own, is_direct(channel), ts, shown_in)


def question_in(block: str) -> tuple[str, str]:
    """Returns a confirmation's (question, language) from the block's id. Older have none."""
    head, _, question = block.partition(ASKS)
    return question, head.partition(" ")[2]


def click(pressed: Pressed, body: Payload, person: Person, now: datetime) -> Click:
    action, value, memo, page = pressed.action, pressed.value, pressed.memo, pressed.page
    acts = body.get("actions") or [{}]
    stamp = str(acts[0].get("action_ts") or body.get("action_ts") or body.get("trigger_id") or "")
    view = (body.get("view") or {}).get("id", "") if (body.get("container") or {}).get("type") == "view" else ""
    extra = {**_extra(body, memo, "click"), "action": action, "value": value}
    if page:
        extra |= {"page": page, "view": view, "view_hash": str(body["view"].get("hash", ""))}
    elif view and (body.get("view") or {}).get("type") == "modal":
        extra["in_modal"] = "yes"
    return Click(
        id=f"slack:{memo.channel}:{memo.message}:{action}:{stamp}",
        action=action,
        value=value,
        place=memo.place,
        person=person,
        message=memo.message,
        at=now,
        extra=extra,
    )


def submission(body: Payload, person: Person, now: datetime) -> Submission:
    """Returns the submission of a modal. Raises ValueError for another app's view."""
    view = body["view"]
    memo = Memo.load(str(view.get("private_metadata", "")))
    return Submission(
        id=f"slack:{view['id']}:{view.get('hash', '')}",
        action=memo.action,
        value=memo.value,
        fields=form_values(view),
        place=memo.place,
        person=person,
        at=now,
        extra=_extra(body, memo, "form"),
        state=memo.state,
    )


def panel_act(body: Payload, person: Person, now: datetime) -> Submission:
    """Returns a change or a button press in a panel, with the values filled in. Raises ValueError
    for another app's view."""
    view, act = body["view"], body["actions"][0]
    sent = submission(body, person, now)
    button = act.get("type") == "button"
    pressed = action_of(str(act["action_id"])) if button else CHANGED + field_of(str(act["block_id"]))
    name = f"slack:{view['id']}:{act.get('action_ts', '')}"
    return replace(sent, id=name, pressed=pressed, extra={**sent.extra, "panel": str(view["id"])})


def _extra(body: Payload, memo: Memo, kind: str) -> dict[str, str]:
    return {
        "kind": kind,
        "response_url": str(body.get("response_url", "")),
        "trigger": str(body.get("trigger_id", "")),
        "team": str((body.get("team") or {}).get("id", "")),
        "message": memo.message,
        "shown_in": memo.shown_in,
        **({HOME: memo.home} if memo.home else {}),
    }
