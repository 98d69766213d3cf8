"""Checks the form of Slack's requests, in the fields that are read. Ignores all others.

Slack signs what it sends. A request of another form comes from a proxy, or from someone with the
secret. https://docs.slack.dev/reference/events,
https://docs.slack.dev/reference/interaction-payloads"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError, create_model

Ts = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,12})?$")]
"""A message's time, which is its id."""
Json = dict[str, Any]


def _shape(needed: Mapping[str, Any], **others: Any) -> Any:
    """Returns a model of an object with these fields. Fields that are not needed may be null."""
    fields: dict[str, Any] = {name: (kind, ...) for name, kind in needed.items()}
    fields |= {name: (kind | None, None) for name, kind in others.items()}
    return create_model("Shape", **fields)


_NAMED = _shape({"id": str})
_MESSAGE = _shape({}, ts=Ts, user=str, text=str, thread_ts=str)
_EVENT = _shape(
    {"type": str},
    subtype=str,
    channel=str,
    user=str,
    ts=Ts,
    text=str,
    deleted_ts=Ts,
    message=_MESSAGE,
    previous_message=Json,
    item=_shape({"type": str}, channel=str, ts=str),
    reaction=str,
    links=list[Json],
    tokens=Json,
    assistant_thread=_shape({"user_id": str, "channel_id": str}),
)
_OPTION = {"value": str, "text": Json}
_VIEW = _shape(
    {"id": str, "type": str}, callback_id=str, state=_shape({}, values=dict[str, dict[str, Json]]), blocks=list[Json]
)
_INTERACTION = _shape(
    {},
    command=str,
    callback_id=str,
    user_id=str,
    channel_id=str,
    text=str,
    actions=list[_shape({"action_id": str}, selected_option=_shape({}, **_OPTION), **_OPTION)],  # type: ignore[misc]
    user=_NAMED,
    team=_NAMED,
    channel=_NAMED,
    message=_MESSAGE,
    view=_VIEW,
    container=Json,
)
"""The form of a command, a press, a submission or a shortcut."""

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "command": ("user_id", "channel_id"),
    "block_actions": ("user", "actions"),
    "view_submission": ("user", "view"),
    "message_action": ("user", "channel", "message.ts"),
    "app_home_opened": ("user", "channel"),
    "app_mention": ("channel", "user", "ts"),
    "assistant_thread_started": ("assistant_thread",),
    "link_shared": ("channel",),
    "member_joined_channel": ("channel",),
    "message": ("channel", "ts"),
    "message_changed": ("channel", "message.ts"),
    "message_deleted": ("channel", "deleted_ts"),
    "reaction_added": ("user", "item", "reaction"),
    "reaction_removed": ("user", "item", "reaction"),
    **dict.fromkeys(("channel_archive", "channel_left", "channel_unarchive"), ("channel",)),
    **dict.fromkeys(("group_archive", "group_left", "group_unarchive"), ("channel",)),
}
"""Forms by the type of a request, an event or a message."""


def flaw(body: Json, events: Collection[str]) -> str:
    """Returns where a request's form differs from Slack's; empty if it does not. `events`: the
    types that are read. Others may have any form."""
    if body.get("type") == "event_callback":
        event = body.get("event")
        if not isinstance(event, dict):
            return "event"
        kind = event.get("type")
        if not isinstance(kind, str) or kind not in events:
            return "" if isinstance(kind, str) else "event.type"
        return _flaw(_EVENT, event, str(event.get("subtype") or ""), kind)
    return _flaw(_INTERACTION, body, str(body.get("type") or ("command" if "command" in body else "")))


def _flaw(form: type[BaseModel], given: Json, *kinds: str) -> str:
    try:
        form.model_validate(given)
    except ValidationError as error:
        return ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])[:80]
    needed = next((_NEEDED[kind] for kind in kinds if kind in _NEEDED), ())
    return next((name for name in needed if not _at(given, name)), "")


def _at(given: Json, name: str) -> Any:
    first, _, rest = name.partition(".")
    found = given.get(first)
    return _at(found, rest) if rest and found else found
