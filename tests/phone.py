"""How many lines a message takes on a phone, counted from its payload: lines of 40 columns, a row of buttons as one line."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from digest.render.width import lines

WIDTH = 40


def wrapped(text: str) -> int:
    return lines(text, WIDTH)


# ---------------------------------------------------------------- Slack


def slack_lines(blocks: Iterable[Mapping[str, Any]]) -> int:
    """Of a section that Slack folds, the words that open it count as the line they are."""
    return sum(wrapped(text) for block in blocks for text in _slack(block))


def slack_text(blocks: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(text for block in blocks for text in _slack(block))


def _slack(block: Mapping[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if kind in ("header", "section"):
        said = _seen(block["text"])
        yield "…" if kind == "section" and block.get("expand") is False else said
    elif kind == "context":
        yield " ".join(_seen(e) for e in block["elements"] if "text" in e)
    elif kind == "rich_text":
        yield from (_elements(p) for part in block["elements"] for p in _sections(part))
    elif kind in ("actions", "context_actions"):
        yield "buttons"
    elif kind == "image":
        yield "image"


def _sections(part: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return part["elements"] if part["type"] == "rich_text_list" else [part]


def _elements(part: Mapping[str, Any]) -> str:
    return "".join(e.get("text") or e.get("fallback") or e.get("url", "") for e in part["elements"]).removesuffix("\n")


def _seen(text: Mapping[str, Any]) -> str:
    if text["type"] == "plain_text":
        return str(text["text"])
    return html.unescape(re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", text["text"]))


# ---------------------------------------------------------------- Discord


def discord_lines_above(components: Iterable[Mapping[str, Any]]) -> int:
    """Up to the first separator or row of buttons: what a reader decides by."""
    return sum(map(wrapped, _above(_flat(components))))


def discord_text(components: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(filter(None, _flat(components)))


def _above(texts: Iterable[str | None]) -> Iterator[str]:
    for line in texts:
        if line in (None, "buttons"):
            return
        yield line or ""


def _flat(components: Iterable[Mapping[str, Any]]) -> Iterator[str | None]:
    """Texts, `buttons` for a row, None for a separator."""
    for component in components:
        match component["type"]:
            case 17:
                yield from _flat(component["components"])
            case 10:
                yield _without_marks(component["content"])
            case 14:
                yield None
            case 12:
                yield "image"
            case 1:
                yield "buttons"


def _without_marks(text: str) -> str:
    text = re.sub(r"\[((?:\\.|[^\]\\])*)\]\(<?[^)>]*>?\)", r"\1", text)
    text = re.sub(r"(?m)^(?:#{1,3} |-# |> )", "", text)
    return re.sub(r"\*\*|\\(?=\W)", "", text)
