"""Names of things on Discord: keys on messages, ids of messages, what stands behind a button. Pure.

A message in a thread is called `<thread>/<message>`, one in a channel or a direct message just `<message>`: so whoever holds an
id can link to it, edit it and delete it without knowing more. A thread from a message has the message's id.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bot.core.chat import Place

CUSTOM_ID = 100
NONCE = 25
DISCORD_EPOCH = 1_420_070_400_000
"""Milliseconds, where Discord's snowflakes begin."""


def marker(key: str) -> int:
    """31 bits of the key, never 0: the `id` of a message's first component, which Discord gives back with the message."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) & 0x7FFFFFFF or 1


def nonce(key: str) -> str:
    return "p" + hashlib.sha256(key.encode()).hexdigest()[: NONCE - 1]


def message_id(channel: str | int, message: str | int, *, thread: bool) -> str:
    # The starter of a forum post has its thread's id, and is the thread.
    return f"{channel}/{message}" if thread and str(channel) != str(message) else str(message)


def where(place: Place, message: str) -> tuple[str, str]:
    """(channel or thread, message) of an id of ours, in its place."""
    if "/" in message:
        channel, _, bare = message.partition("/")
        return channel, bare
    # A forum post's starter is in the thread of its own id; a parent in a text channel is in the channel.
    return place.channel, message


def snowflake(milliseconds: float) -> int:
    """The least id a thing of this time (in Unix milliseconds) can have."""
    return max(int(milliseconds) - DISCORD_EPOCH, 0) << 22


@dataclass(frozen=True)
class Press:
    """What stands behind a button or an option."""

    action: str
    value: str
    confirm: bool = False


_PRESS = re.compile(r"pb:(\??)([a-z_-]+):(.*?)(?:~([0-9a-f]{1,8}))?", re.DOTALL)


def custom_id(press: Press, mark: int = 0) -> str:
    """`mark`: the message's marker again, on the first button of a forum's starter."""
    flag = "?" if press.confirm else ""
    text = f"pb:{flag}{press.action}:{press.value}" + (f"~{mark:x}" if mark else "")
    if len(text) > CUSTOM_ID:
        msg = f"what stands behind a button is over {CUSTOM_ID} characters: {press.action}"
        raise ValueError(msg)
    return text


def pressed(custom: str) -> Press | None:
    """None: not a button of ours."""
    found = _PRESS.fullmatch(custom)
    return Press(found[2], found[3], bool(found[1])) if found else None


def carries(message: dict[str, object], mark: int) -> bool:
    """Whether this message (Discord's JSON) is the one with that marker."""
    first = next(iter(components(message)), None)
    if first is not None and first.get("id") == mark:
        return True
    return any(str(c.get("custom_id", "")).endswith(f"~{mark:x}") for c in components(message))


def components(message: dict[str, object]) -> list[dict[str, object]]:
    """All components, depth first."""
    found: list[dict[str, object]] = []
    rest = message.get("components") or []
    assert isinstance(rest, list)
    for component in rest:
        found += [component, *components(component)]
    return found
