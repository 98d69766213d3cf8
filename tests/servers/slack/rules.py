"""What Slack refuses, as pure checks on what was sent: blocks, views, texts, metadata.

Stricter than Slack where Slack's answer is unknown: a block type or a property that is not in these tables is refused, and so is anything
that would ping somebody. Lengths are those of Slack's reference; `TOTAL` is the undocumented sum that `chat.postMessage` refuses at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

TOTAL = 11_000
"""Characters over all blocks, links' addresses included: the lowest refusal reported was at 11,341."""
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TEXT = 12_000

PING = re.compile(r"<!(?:channel|here|everyone|subteam)|<@[UW]", re.IGNORECASE)
BARE_PING = re.compile(r"(?<![\w.])@(?:channel|here|everyone)\b", re.IGNORECASE)


class Refused(Exception):
    """`ok: false` with this error."""

    def __init__(self, error: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error, self.detail, self.more = error, detail, more


def _refuse(detail: str, error: str = "invalid_blocks") -> None:
    raise Refused(error, detail, response_metadata={"messages": [f"[ERROR] {detail}"]})


def _must(held: bool, detail: str) -> None:
    if not held:
        _refuse(detail)


def _keys(item: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    _must(isinstance(item, dict), f"not an object: {item!r}")
    unknown = set(item) - needed - allowed - {"type"}
    _must(not unknown, f"unknown properties {sorted(unknown)} in {item.get('type')}")
    _must(needed <= set(item), f"{item.get('type')} lacks {sorted(needed - set(item))}")


# ---------------------------------------------------------------- composition objects


def _text(item: Any, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
    _must(isinstance(item, dict), "a text is an object")
    kind = item.get("type")
    _must(kind in kinds, f"text of type {kind} where {kinds} is allowed")
    _keys(item, {"text"}, {"emoji"} if kind == "plain_text" else {"verbatim"})
    text = item["text"]
    _must(isinstance(text, str) and bool(text.strip()), "must be more than 0 characters")
    _must(len(text) <= most, f"must be less than {most + 1} characters, is {len(text)}")
    if kind == "mrkdwn":
        _mrkdwn(text)
        _must(item.get("verbatim") is True or not BARE_PING.search(text), f"would ping: {text[:80]!r}")


def _mrkdwn(text: str) -> None:
    _must(not PING.search(text), f"would ping: {text[:80]!r}")
    for markup in re.findall(r"<([^<>]*)>", text):
        good = re.match(
            r"(?:https?://|mailto:)[^|\s]+(?:\|[^|]+)?$|!date\^\d+\^[^|^]+(?:\^https?://[^|]+)?\|[^|]+$", markup
        )
        _must(bool(good), f"mrkdwn that is neither a link nor a date: <{markup[:60]}>")
    rest = re.sub(r"<[^<>]*>", "", text)
    _must("<" not in rest and ">" not in rest.replace("\n>", "\n"), f"unescaped angle bracket in {text[:80]!r}")
    _must(not re.search(r"&(?!amp;|lt;|gt;)", rest), f"unescaped ampersand in {text[:80]!r}")


def _option(item: Any) -> None:
    _keys(item, {"text", "value"}, {"description"})
    _text(item["text"], 75, ("plain_text", "mrkdwn"))
    _must(0 < len(item["value"]) <= 150, f"option value of {len(item['value'])} characters")
    if "description" in item:
        _text(item["description"], 75)


def _options(element: dict[str, Any], most: int = 100, least: int = 1) -> None:
    _must(("options" in element) != ("option_groups" in element), "either options or option_groups")
    groups = element.get("option_groups", [{"options": element.get("options")}])
    _must(0 < len(groups) <= 100, f"{len(groups)} option groups")
    values = []
    for group in groups:
        if "label" in group:
            _text(group["label"], 75, ("plain_text",))
        _must(least <= len(group["options"]) <= most, f"{len(group['options'])} options, {least} to {most} are allowed")
        for option in group["options"]:
            _option(option)
            values.append(option["value"])
    _must(len(values) == len(set(values)), "options with the same value")
    for initial in [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]:
        _must(
            any(initial == o for g in groups for o in g["options"]),
            f"initial option {initial['value']} is not among the options",
        )


def _confirm(item: Any) -> None:
    _keys(item, {"text", "confirm", "deny", "title"}, {"style"})
    _text(item["title"], 100, ("plain_text",))
    _text(item["text"], 300)
    _text(item["confirm"], 30, ("plain_text",))
    _text(item["deny"], 30, ("plain_text",))
    _must(item.get("style", "primary") in ("primary", "danger"), "confirm style")


# ---------------------------------------------------------------- elements


def _interactive(item: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    _keys(item, needed | {"action_id"}, allowed | {"confirm"})
    _must(0 < len(item["action_id"]) <= 255, "action_id of 1 to 255 characters")
    if "confirm" in item:
        _confirm(item["confirm"])
    if "placeholder" in item:
        _text(item["placeholder"], 150, ("plain_text",))


def _button(item: dict[str, Any]) -> None:
    _interactive(item, {"text"}, {"value", "style", "url", "accessibility_label"})
    _text(item["text"], 75, ("plain_text",))
    _must(len(item.get("value", "x")) in range(1, 2001), "button value of 1 to 2000 characters")
    _must(item.get("style", "primary") in ("primary", "danger"), "button style")


def _overflow(item: dict[str, Any]) -> None:
    _interactive(item, {"options"}, set())
    _options(item, most=5)


def _select(item: dict[str, Any]) -> None:
    _interactive(item, set(), {"options", "option_groups", "placeholder", "initial_option", "focus_on_load"})
    _options(item)


def _multi_select(item: dict[str, Any]) -> None:
    _interactive(
        item,
        set(),
        {"options", "option_groups", "placeholder", "initial_options", "focus_on_load", "max_selected_items"},
    )
    _options(item)


def _external(item: dict[str, Any]) -> None:
    _interactive(item, set(), {"placeholder", "initial_option", "initial_options", "min_query_length", "focus_on_load"})


def _checks(item: dict[str, Any]) -> None:
    _interactive(item, {"options"}, {"initial_option", "initial_options", "focus_on_load"})
    _options(item, most=10)


def _time(item: dict[str, Any]) -> None:
    _interactive(item, set(), {"initial_time", "placeholder", "timezone", "focus_on_load"})
    _must(bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", item.get("initial_time", "00:00"))), "initial_time is HH:mm")


def _input_text(item: dict[str, Any]) -> None:
    _interactive(
        item, set(), {"initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"}
    )
    _must(len(item.get("initial_value", "")) <= item.get("max_length", 3000), "initial_value is longer than max_length")
    _must(item.get("max_length", 1) <= 3000, "max_length is at most 3000")


ACTION_ELEMENTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _select,
    "external_select": _external,
}
INPUT_ELEMENTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "plain_text_input": _input_text,
    "static_select": _select,
    "multi_static_select": _multi_select,
    "external_select": _external,
    "multi_external_select": _external,
    "radio_buttons": _checks,
    "checkboxes": _checks,
    "timepicker": _time,
}

# ---------------------------------------------------------------- rich text

STYLES = {"bold", "italic", "strike", "code"}


def _inline(item: dict[str, Any]) -> None:
    kind = item.get("type")
    if kind == "text":
        _keys(item, {"text"}, {"style"})
        _must(bool(item["text"]), "rich text of 0 characters")
    elif kind == "link":
        _keys(item, {"url"}, {"text", "style", "unsafe"})
        _must(bool(re.match(r"(https?://|mailto:)\S+$", item["url"])), f"link to {item['url'][:60]!r}")
        _must(len(item["url"]) <= 3000, "url of more than 3000 characters")
        _must(item.get("text", "x") != "", "link text of 0 characters")
    elif kind == "date":
        _keys(item, {"timestamp", "format"}, {"fallback", "url", "style"})
        _must(isinstance(item["timestamp"], int), "date timestamp")
    elif kind == "channel":
        _keys(item, {"channel_id"}, {"style"})
    elif kind in ("user", "usergroup", "broadcast"):
        _refuse(f"would ping: {item}")
    else:
        _refuse(f"rich text element {kind}")
    style = item.get("style", {"bold": True})
    _must(bool(style) and set(style) <= STYLES and all(v is True for v in style.values()), f"style {style}")


def _rich(block: dict[str, Any]) -> None:
    _keys(block, {"elements"}, {"block_id"})
    _must(bool(block["elements"]), "rich_text without elements")
    for part in block["elements"]:
        kind = part.get("type")
        if kind == "rich_text_list":
            _keys(part, {"elements", "style"}, {"indent", "offset", "border"})
            _must(part["style"] in ("bullet", "ordered"), f"list style {part['style']}")
            _must(part.get("indent", 0) in range(9), "list indent of 0 to 8")
            sections = part["elements"]
            _must(all(s.get("type") == "rich_text_section" for s in sections), "a list holds sections")
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            _keys(part, {"elements"}, {"border"} if kind != "rich_text_section" else set())
            sections = [part]
        else:
            _refuse(f"rich text part {kind}")
        _must(bool(sections), "an empty list")
        for section in sections:
            _must(bool(section["elements"]), f"{kind} of 0 elements")
            for item in section["elements"]:
                _inline(item)
                _must(
                    kind != "rich_text_preformatted" or item["type"] in ("text", "link"),
                    "preformatted holds text and links",
                )


# ---------------------------------------------------------------- blocks


def _section(block: dict[str, Any]) -> None:
    _keys(block, set(), {"block_id", "text", "fields", "accessory", "expand"})
    _must("text" in block or bool(block.get("fields")), "section without text")
    if "text" in block:
        _text(block["text"], 3000)
    _must(len(block.get("fields", [])) <= 10, "more than 10 fields")
    for item in block.get("fields", []):
        _text(item, 2000)
    if "accessory" in block:
        _element(block["accessory"], ACTION_ELEMENTS)


def _element(item: dict[str, Any], table: dict[str, Callable[[dict[str, Any]], None]]) -> None:
    check = table.get(item.get("type", ""))
    if check is None:
        _refuse(f"element {item.get('type')} is not allowed here")
    else:
        check(item)


def _header(block: dict[str, Any]) -> None:
    _keys(block, {"text"}, {"block_id"})
    _text(block["text"], 150, ("plain_text",))


def _context(block: dict[str, Any]) -> None:
    _keys(block, {"elements"}, {"block_id"})
    _must(0 < len(block["elements"]) <= 10, f"context of {len(block['elements'])} elements")
    for item in block["elements"]:
        _text(item, 3000)


def _actions(block: dict[str, Any]) -> None:
    _keys(block, {"elements"}, {"block_id"})
    _must(0 < len(block["elements"]) <= 25, f"actions of {len(block['elements'])} elements")
    for item in block["elements"]:
        _element(item, ACTION_ELEMENTS)
    ids = [item["action_id"] for item in block["elements"]]
    _must(len(ids) == len(set(ids)), f"action_id is not unique: {ids}")


def _divider(block: dict[str, Any]) -> None:
    _keys(block, set(), {"block_id"})


def _input(block: dict[str, Any]) -> None:
    _keys(block, {"label", "element"}, {"block_id", "hint", "optional", "dispatch_action"})
    _text(block["label"], 2000, ("plain_text",))
    if "hint" in block:
        _text(block["hint"], 2000, ("plain_text",))
    _element(block["element"], INPUT_ELEMENTS)


MESSAGE_BLOCK_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "rich_text": _rich,
}
VIEW_BLOCK_CHECKS = {**MESSAGE_BLOCK_CHECKS, "input": _input}


def _blocks(blocks: Any, most: int, table: dict[str, Callable[[dict[str, Any]], None]]) -> list[dict[str, Any]]:
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            _refuse("blocks are not JSON", "invalid_blocks_format")
    _must(isinstance(blocks, list) and all(isinstance(b, dict) for b in blocks), "blocks are a list of objects")
    _must(0 < len(blocks) <= most, f"no more than {most} items allowed, got {len(blocks)}")
    for block in blocks:
        check = table.get(block.get("type", ""))
        if check is None:
            _refuse(f"block of type {block.get('type')}")
        else:
            check(block)
    named = [b["block_id"] for b in blocks if "block_id" in b]
    _must(all(0 < len(n) <= 255 for n in named), "block_id of 1 to 255 characters")
    _must(len(named) == len(set(named)), "block_id is not unique")
    return list(blocks)


def message_blocks(blocks: Any) -> list[dict[str, Any]]:
    """The blocks of a message, parsed. Raises Refused."""
    checked = _blocks(blocks, MESSAGE_BLOCKS, MESSAGE_BLOCK_CHECKS)
    total = sum(len(text) for text in texts(checked, urls=True))
    if total > TOTAL:
        _refuse(f"{total} characters over all blocks", "msg_blocks_too_long")
    return checked


def view(raw: Any, kind: tuple[str, ...]) -> dict[str, Any]:
    """A view, parsed. Raises Refused."""
    if isinstance(raw, str):
        raw = json.loads(raw)
    try:
        _view(raw, kind)
    except Refused as refused:
        raise Refused("invalid_arguments", refused.detail, **refused.more) from refused
    _must(len(json.dumps(raw)) <= 250_000, "view_too_large")
    return dict(raw)


def _view(raw: dict[str, Any], kind: tuple[str, ...]) -> None:
    _must(raw.get("type") in kind, f"view of type {raw.get('type')}")
    common = {"callback_id", "private_metadata", "external_id"}
    modal = {"title", "submit", "close", "clear_on_close", "notify_on_close"}
    _keys(
        raw,
        {"blocks"} | ({"title"} if raw["type"] == "modal" else set()),
        common | (modal if raw["type"] == "modal" else set()),
    )
    for name in ("title", "submit", "close"):
        if name in raw:
            _text(raw[name], 24, ("plain_text",))
    _must(len(raw.get("private_metadata", "")) <= 3000, "private_metadata of more than 3000 characters")
    _must(len(raw.get("callback_id", "")) <= 255, "callback_id of more than 255 characters")
    table = VIEW_BLOCK_CHECKS if raw["type"] == "modal" else MESSAGE_BLOCK_CHECKS
    blocks = _blocks(raw["blocks"], VIEW_BLOCKS, table)
    has_input = any(b["type"] == "input" for b in blocks)
    _must(not has_input or "submit" in raw, "a modal with inputs needs submit")


def message_text(text: str | None) -> None:
    """The `text` of a message: it is always sent, and pings nobody. Raises Refused."""
    if not text or not text.strip():
        raise Refused("no_text")
    if len(text) > 4000:
        raise Refused("msg_too_long", f"text of {len(text)} characters; at most 4,000 are advised")
    _mrkdwn(text)


def markdown_text(text: str | None) -> None:
    """Of a stream. Raises Refused."""
    if not text:
        raise Refused("no_text", "an empty chunk")
    if len(text) > MARKDOWN_TEXT:
        raise Refused("msg_too_long", f"{len(text)} characters in one chunk")
    if PING.search(text) or BARE_PING.search(text):
        _refuse(f"would ping: {text[:80]!r}")


def metadata(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = json.loads(raw)
    if (
        not isinstance(raw, dict)
        or set(raw) != {"event_type", "event_payload"}
        or not isinstance(raw["event_payload"], dict)
    ):
        raise Refused("invalid_metadata_format")
    return raw


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
