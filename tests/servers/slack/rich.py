"""Rich text: what Slack refuses in it, and reading blocks as people do."""

import re
from collections.abc import Iterator
from typing import Any

from tests.servers.slack.refused import keys, must, refuse

STYLES = {"bold", "italic", "strike", "code"}


def _inline(item: dict[str, Any]) -> None:
    kind = item.get("type")
    if kind == "text":
        keys(item, {"text"}, {"style"})
        must(bool(item["text"]), "rich text of 0 characters")
    elif kind == "link":
        keys(item, {"url"}, {"text", "style", "unsafe"})
        must(bool(re.match(r"(https?://|mailto:)\S+$", item["url"])), f"link to {item['url'][:60]!r}")
        must(len(item["url"]) <= 3000, "url of more than 3000 characters")
        must(item.get("text", "x") != "", "link text of 0 characters")
    elif kind == "date":
        keys(item, {"timestamp", "format"}, {"fallback", "url", "style"})
        must(isinstance(item["timestamp"], int), "date timestamp")
    elif kind == "channel":
        keys(item, {"channel_id"}, {"style"})
    elif kind in ("user", "usergroup", "broadcast"):
        refuse(f"would ping: {item}")
    else:
        refuse(f"rich text element {kind}")
    style = item.get("style", {"bold": True})
    must(bool(style) and set(style) <= STYLES and all(v is True for v in style.values()), f"style {style}")


def rich(block: dict[str, Any]) -> None:
    keys(block, {"elements"}, {"block_id"})
    must(bool(block["elements"]), "rich_text without elements")
    for part in block["elements"]:
        kind = part.get("type")
        if kind == "rich_text_list":
            keys(part, {"elements", "style"}, {"indent", "offset", "border"})
            must(part["style"] in ("bullet", "ordered"), f"list style {part['style']}")
            must(part.get("indent", 0) in range(9), "list indent of 0 to 8")
            sections = part["elements"]
            must(all(s.get("type") == "rich_text_section" for s in sections), "a list holds sections")
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            keys(part, {"elements"}, {"border"} if kind != "rich_text_section" else set())
            sections = [part]
        else:
            refuse(f"rich text part {kind}")
        must(bool(sections), "an empty list")
        for section in sections:
            must(bool(section["elements"]), f"{kind} of 0 elements")
            for item in section["elements"]:
                _inline(item)
                must(
                    kind != "rich_text_preformatted" or item["type"] in ("text", "link"),
                    "preformatted holds text and links",
                )


# ---------------------------------------------------------------- reading


def texts(node: Any, *, urls: bool = False) -> Iterator[str]:
    """Every piece of text in blocks, in order: what people see, with `urls` also the addresses of links."""
    if isinstance(node, list):
        for item in node:
            yield from texts(item, urls=urls)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                if key in ("text", "fallback", "initial_value") or (urls and key == "url"):
                    yield value
            elif key != "style":
                yield from texts(value, urls=urls)


def shown(blocks: Any) -> str:
    """What people see of blocks, as one string: of mrkdwn the labels of its links and dates, with entities decoded."""
    return " ".join(_shown(blocks))


def _shown(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _shown(item)
    elif isinstance(node, dict) and node.get("type") == "mrkdwn":
        labels = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", node["text"])
        yield labels.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    elif isinstance(node, dict):
        own = node.get("text") if isinstance(node.get("text"), str) else node.get("fallback")
        if isinstance(own, str):
            yield own
        for key, value in node.items():
            if key != "style":
                yield from _shown(value)
