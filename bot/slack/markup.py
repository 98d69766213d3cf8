"""Reads the markup of messages that people wrote on Slack. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from digest.patterns import regex

# No part extends beyond the next "<", so a message with thousands of them is read once.
_USER = regex(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
_GROUP = regex(r"<!(?:subteam\^[^<>|]*|here|channel|everyone)(?:\|[^<>]*)?>")
_CHANNEL = regex(r"<#[A-Z0-9]+(?:\|([^<>]*))?>")
_OTHER = regex(r"<![^<>|]*(?:\|([^<>]*))?>")
LINK = regex(r"<((?:https?|mailto)[^<>|]*)(?:\|([^<>]*))?>")
_SEPARATOR = regex(r"\A(?:[,，：、\s]|:(?![\w'+-]+:))+")
"""What separates a mention from its question. It is not the colon of an emoji, `:wave:`."""


@dataclass(frozen=True)
class MessageText:
    """A message's text without ids: the bot's mention is removed, and others become `@…`."""

    text: str
    to_bot: bool
    to_others: bool


def parse_text(text: str, bot: str) -> MessageText:
    """Returns `text`, as Slack sends it, with its markup resolved."""
    people = _USER.findall(text)
    others = any(p != bot for p in people) or bool(_GROUP.search(text))
    text = _USER.sub(lambda m: " " if m[1] == bot else "@…", text)
    text = _CHANNEL.sub(lambda m: f"#{m[1] or '…'}", _GROUP.sub("@…", text))
    text = LINK.sub(_link, _OTHER.sub(lambda m: m[1] or "", text))
    text = html.unescape(re.sub(r"[ \t]+", " ", text)).strip()
    if bot in people:
        text = _SEPARATOR.sub("", text)
    return MessageText(text, bot in people, others)


def _link(match: re.Match[str]) -> str:
    url, label = match[1], match[2]
    return url if not label or label in url or url.endswith(label) else f"{label} ({url})"
