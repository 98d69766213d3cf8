"""Renders Slack's mrkdwn for context blocks with links and for fallback texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_MARKS = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
_LOOKALIKE = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_GLUE = "\u200b"
"""Slack formats only at word edges. A zero-width space makes one beside Chinese."""


def escape(text: str) -> str:
    """Escapes the three characters that Slack reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(elements: Sequence[Mapping[str, Any]]) -> str:
    """Returns elements as mrkdwn. Literal marks cannot be escaped, so lookalikes replace them."""
    out = ""
    for element in elements:
        piece = _piece(element)
        if element.get("style"):
            for name in element["style"]:
                piece = f"{_MARKS[name]}{piece}{_MARKS[name]}"
            piece = f"{_GLUE if out and not out[-1].isspace() else ''}{piece}{_GLUE}"
        out += piece
    return out


def _piece(element: Mapping[str, Any]) -> str:
    if element["type"] == "link":
        return f"<{escape(element['url']).replace('|', '%7C')}|{_literal(element['text']).replace('|', '∣')}>"
    if element["type"] == "date":
        return f"<!date^{element['timestamp']}^{element['format']}|{element['fallback']}>"
    text: str = element["text"]
    return escape(text.replace("`", "ˋ")) if element.get("style", {}).get("code") else _literal(text)


def _literal(text: str) -> str:
    return escape(re.sub(r"(?<!\w)_|_(?!\w)", "＿", text.translate(_LOOKALIKE)))
