"""Makes and reads markers of keys, ids of messages and custom_ids of buttons. Pure.

The id of a message in a thread is `<thread>/<message>`, otherwise `<message>`, so the id is enough
to link to, edit or delete the message. A thread has the id of the message that it starts from."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bot.core.chat import Place
from digest.patterns import regex

CUSTOM_ID = 100
NONCE = 25
DISCORD_EPOCH = 1_420_070_400_000
"""Unix milliseconds at which Discord's snowflakes begin."""


def marker(key: str) -> int:
    """Returns 31 bits of the key, never 0, for the `id` of a message's first component."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) & 0x7FFFFFFF or 1


def nonce(key: str) -> str:
    return "p" + hashlib.sha256(key.encode()).hexdigest()[: NONCE - 1]


def message_id(channel: str | int, message: str | int, *, thread: bool) -> str:
    # The starter of a forum post has its thread's id.
    return f"{channel}/{message}" if thread and str(channel) != str(message) else str(message)


def locate(place: Place, message: str) -> tuple[str, str]:
    """Returns (channel or thread, message) for one of our ids."""
    if "/" in message:
        channel, _, bare = message.partition("/")
        return channel, bare
    return place.channel, message


def snowflake(milliseconds: float) -> int:
    """Returns the smallest id of this time, given in Unix milliseconds."""
    return max(int(milliseconds) - DISCORD_EPOCH, 0) << 22


@dataclass(frozen=True)
class ComponentId:
    """The action and value of a button or option."""

    action: str
    value: str
    confirm: bool = False


_PRESS = regex(r"pb:(\??)([a-z_-]+):(.*?)(?:~([0-9a-f]{1,8}))?", re.DOTALL)


def custom_id(pressed: ComponentId, mark: int = 0) -> str:
    """Returns it. `mark`: the message's marker, for the first button of a forum's starter."""
    flag = "?" if pressed.confirm else ""
    text = f"pb:{flag}{pressed.action}:{pressed.value}" + (f"~{mark:x}" if mark else "")
    if len(text) > CUSTOM_ID:
        raise ValueError(f"a custom_id has over {CUSTOM_ID} characters: {pressed.action}")
    return text


def parse_custom_id(custom: str) -> ComponentId | None:
    """Returns the action and value, or None for a button that is not ours."""
    found = _PRESS.fullmatch(custom)
    return ComponentId(found[2], found[3], bool(found[1])) if found else None


def has_marker(message: dict[str, object], mark: int) -> bool:
    """Returns whether this message (Discord's JSON) has that marker."""
    first = next(iter(components(message)), None)
    if first is not None and first.get("id") == mark:
        return True
    return any(str(c.get("custom_id", "")).endswith(f"~{mark:x}") for c in components(message))


def components(message: dict[str, object]) -> list[dict[str, object]]:
    """Returns all components, depth first."""
    found: list[dict[str, object]] = []
    rest = message.get("components") or []
    assert isinstance(rest, list)
    for component in rest:
        found += [component, *components(component)]
    return found
