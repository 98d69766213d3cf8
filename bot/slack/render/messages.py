"""Renders posts as one or more messages and a digest's thread as steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.chat import Post, Step, StepKind, Thread, Upload, picture_in, without_pictures
from bot.core.ids import REPLY, StepKey, further_key, link_to
from bot.slack.render import lengths, mrkdwn
from bot.slack.render.blocks import SlackBlock, blocks, with_file
from digest.render.width import shortened

MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 9_000
"""Visible characters of a message. Undocumented; refusals were reported from about 11,300."""
MESSAGE_WEIGHT = 10_500
"""The same with `lengths.LINK` for each URL."""
FALLBACK = 300

EVENT_TYPE = "paperboy"
"""Type of the message metadata with a step's key."""


def render_post(post: Post, key: str = "", *, pictured: bool = False) -> list[dict[str, Any]]:
    """Returns the messages of a Post, with `key`, `key.2`, … as metadata. `pictured`: with its
    picture, whose file is uploaded first (`blocks.FILE`)."""
    groups = spread(blocks(post if pictured else without_pictures(post)), MESSAGE_BLOCKS - 1)
    fallback = shortened(post.fallback, FALLBACK) or "…"
    out = []
    for number, group in enumerate(groups, 1):
        place = f"{fallback} · {number}/{len(groups)}" if len(groups) > 1 else fallback
        top = [_small(place)] if number > 1 or not group else []
        message = {"text": mrkdwn.escape(place), "unfurl_links": False, "unfurl_media": False, "blocks": [*top, *group]}
        if key:
            message["metadata"] = mark(key if number == 1 else further_key(key, number))
        out.append(message)
    return out


def render_with(picture: Upload | None, post: Post, key: str = "") -> list[dict[str, Any]]:
    """Returns the messages of a Post, with its picture if that was uploaded."""
    shown = render_post(post, key, pictured=picture is not None)
    return [with_file(message, picture.file) for message in shown] if picture else shown


def _small(text: str) -> SlackBlock:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}


def mark(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def key_of(message: Mapping[str, Any]) -> str:
    """Returns the key in a message's metadata; empty for other messages."""
    metadata = message.get("metadata") or {}
    return str(metadata.get("event_payload", {}).get("key", "")) if metadata.get("event_type") == EVENT_TYPE else ""


def spread(whole: Sequence[SlackBlock], most: int) -> list[list[SlackBlock]]:
    """Spreads blocks over as few messages as possible, without dividers at their edges. Leaves room
    for the block that `render_post` puts above the second and later messages."""
    groups: list[list[SlackBlock]] = [[]]
    seen = heavy = 0
    for block in whole:
        light, weighed = lengths.weight(block)
        spare = FALLBACK + 20 if len(groups) > 1 else 0
        seen, heavy = seen + light, heavy + weighed
        full = len(groups[-1]) >= most or seen + spare > MESSAGE_CHARACTERS or heavy + spare > MESSAGE_WEIGHT
        if groups[-1] and full:
            groups.append([])
            seen, heavy = light, weighed
        groups[-1].append(block)
    return [trimmed for group in groups if (trimmed := _without_edges(group))] or [[]]


def _without_edges(group: list[SlackBlock]) -> list[SlackBlock]:
    while group and group[0]["type"] == "divider":
        group = group[1:]
    while group and group[-1]["type"] == "divider":
        group = group[:-1]
    return group


def steps(thread: Thread, key: str) -> list[Step]:
    """Returns the parent, its overflow, a reply per paper, and an edit of the parent. The edit has
    `{{link:<key of that step>}}` for the links `reply:<n>` of `finished`. It is left out if it
    needs a different number of messages."""
    parent_key = str(StepKey(key, "0"))
    parents = render_post(thread.parent, parent_key)
    out = [Step(parent_key, StepKind.POST, parents[0])]
    out += [_reply(m, parent_key) for m in parents[1:]]
    for number, reply in enumerate(thread.replies):
        reply_key = str(StepKey(key, str(number + 1)))
        first, *more = render_post(reply, reply_key)
        picture = picture_in(reply)
        shown = render_post(reply, reply_key, pictured=True) if picture else []
        step = _reply(first, parent_key, number)
        # The plan must not depend on whether the picture can be uploaded.
        out.append(
            replace(step, payload=shown[0], picture=picture, bare=first) if shown[1:] == more and shown else step
        )
        out += [_reply(m, parent_key) for m in more]
    finished = render_post(thread.finished, parent_key) if thread.finished else []
    if len(finished) == len(parents):
        for message in finished:
            target = key_of(message)
            payload = _linked({k: v for k, v in message.items() if not k.startswith("unfurl")}, key)
            out.append(Step(str(StepKey(target, "edit")), StepKind.EDIT, payload, on=target))
    return out


def _reply(message: Mapping[str, Any], parent: str, reply: int = -1) -> Step:
    return Step(key_of(message), StepKind.REPLY, message, on=parent, reply=reply)


def _linked(node: Any, key: str) -> Any:
    if isinstance(node, Mapping):
        return {
            k: REPLY.sub(lambda m: link_to(StepKey(key, str(int(m[1]) + 1))), v)
            if k == "url" and isinstance(v, str)
            else _linked(v, key)
            for k, v in node.items()
        }
    if isinstance(node, list):
        return [_linked(item, key) for item in node]
    return node
