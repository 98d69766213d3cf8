"""What Slack refuses, as pure checks on what was sent: blocks, views, texts, metadata.

Stricter than Slack where Slack's answer is unknown: a block type or a property that is not in these tables is refused, and so is anything
that would ping somebody. Lengths are those of Slack's reference; `TOTAL` is the undocumented sum that `chat.postMessage` refuses at.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.servers.slack.refused import BARE_PING, PING, Refused, keys, mrkdwn, must, refuse
from tests.servers.slack.rich import rich, shown, texts

__all__ = ["Refused", "shown", "texts"]

TOTAL = 11_000
"""Characters over all blocks, links' addresses included: the lowest refusal reported was at 11,341."""
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TEXT = 12_000

# ---------------------------------------------------------------- composition objects


def _text(item: Any, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
    must(isinstance(item, dict), "a text is an object")
    kind = item.get("type")
    must(kind in kinds, f"text of type {kind} where {kinds} is allowed")
    keys(item, {"text"}, {"emoji"} if kind == "plain_text" else {"verbatim"})
    text = item["text"]
    must(isinstance(text, str) and bool(text.strip()), "must be more than 0 characters")
    must(len(text) <= most, f"must be less than {most + 1} characters, is {len(text)}")
    if kind == "mrkdwn":
        mrkdwn(text)
        must(item.get("verbatim") is True or not BARE_PING.search(text), f"would ping: {text[:80]!r}")


def _option(item: Any) -> None:
    keys(item, {"text", "value"}, {"description"})
    _text(item["text"], 75, ("plain_text", "mrkdwn"))
    must(0 < len(item["value"]) <= 150, f"option value of {len(item['value'])} characters")
    if "description" in item:
        _text(item["description"], 75)


def _options(element: dict[str, Any], most: int = 100) -> None:
    must(("options" in element) != ("option_groups" in element), "either options or option_groups")
    groups = element.get("option_groups", [{"options": element.get("options")}])
    must(0 < len(groups) <= 100, f"{len(groups)} option groups")
    values = []
    for group in groups:
        if "label" in group:
            _text(group["label"], 75, ("plain_text",))
        must(1 <= len(group["options"]) <= most, f"{len(group['options'])} options, 1 to {most} are allowed")
        for option in group["options"]:
            _option(option)
            values.append(option["value"])
    must(len(values) == len(set(values)), "options with the same value")
    for initial in [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]:
        must(
            any(initial == o for g in groups for o in g["options"]),
            f"initial option {initial['value']} is not among the options",
        )


def _confirm(item: Any) -> None:
    keys(item, {"text", "confirm", "deny", "title"}, {"style"})
    _text(item["title"], 100, ("plain_text",))
    _text(item["text"], 300)
    _text(item["confirm"], 30, ("plain_text",))
    _text(item["deny"], 30, ("plain_text",))
    must(item.get("style", "primary") in ("primary", "danger"), "confirm style")


# ---------------------------------------------------------------- elements


def _interactive(item: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    keys(item, needed | {"action_id"}, allowed | {"confirm"})
    must(0 < len(item["action_id"]) <= 255, "action_id of 1 to 255 characters")
    if "confirm" in item:
        _confirm(item["confirm"])
    if "placeholder" in item:
        _text(item["placeholder"], 150, ("plain_text",))


def _button(item: dict[str, Any]) -> None:
    _interactive(item, {"text"}, {"value", "style", "url", "accessibility_label"})
    _text(item["text"], 75, ("plain_text",))
    must(len(item.get("value", "x")) in range(1, 2001), "button value of 1 to 2000 characters")
    must(item.get("style", "primary") in ("primary", "danger"), "button style")


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
    must(bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", item.get("initial_time", "00:00"))), "initial_time is HH:mm")


def _input_text(item: dict[str, Any]) -> None:
    _interactive(
        item,
        set(),
        {
            "initial_value", "multiline", "min_length", "max_length", "placeholder",
            "focus_on_load", "dispatch_action_config",
        },
    )  # fmt: skip
    triggers = item.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
    must(set(triggers) <= {"on_enter_pressed", "on_character_entered"}, "trigger_actions_on")
    must(len(item.get("initial_value", "")) <= item.get("max_length", 3000), "initial_value is longer than max_length")
    must(item.get("max_length", 1) <= 3000, "max_length is at most 3000")


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

# ---------------------------------------------------------------- blocks


def _feedback(item: dict[str, Any]) -> None:
    keys(item, {"action_id", "positive_button", "negative_button"}, set())
    must(0 < len(item["action_id"]) <= 255, "action_id of 1 to 255 characters")
    for name in ("positive_button", "negative_button"):
        button = item[name]
        keys(button, {"text", "value"}, {"accessibility_label"})
        _text(button["text"], 75, ("plain_text",))
        must(0 < len(button["value"]) <= 2000, f"{name} value of 1 to 2000 characters")
        must(0 < len(button.get("accessibility_label", "x")) <= 75, f"{name} accessibility_label of 1 to 75 characters")


def _icon(item: dict[str, Any]) -> None:
    _interactive(item, {"icon", "text"}, {"value", "visible_to_user_ids", "accessibility_label"})
    must(item["icon"] == "trash", f"icon {item['icon']}")
    _text(item["text"], 75, ("plain_text",))


CONTEXT_ELEMENTS: dict[str, Callable[[dict[str, Any]], None]] = {"feedback_buttons": _feedback, "icon_button": _icon}


def _context_actions(block: dict[str, Any]) -> None:
    keys(block, {"elements"}, {"block_id"})
    must(0 < len(block["elements"]) <= 5, f"context_actions of {len(block['elements'])} elements")
    for item in block["elements"]:
        _element(item, CONTEXT_ELEMENTS)
    ids = [item["action_id"] for item in block["elements"]]
    must(len(ids) == len(set(ids)), f"action_id is not unique: {ids}")


def _section(block: dict[str, Any]) -> None:
    keys(block, set(), {"block_id", "text", "fields", "accessory", "expand"})
    must(isinstance(block.get("expand", False), bool), "expand is true or false")
    must("text" in block or bool(block.get("fields")), "section without text")
    if "text" in block:
        _text(block["text"], 3000)
    must(len(block.get("fields", [])) <= 10, "more than 10 fields")
    for item in block.get("fields", []):
        _text(item, 2000)
    if "accessory" in block:
        _element(block["accessory"], ACTION_ELEMENTS)


def _element(item: dict[str, Any], table: dict[str, Callable[[dict[str, Any]], None]]) -> None:
    check = table.get(item.get("type", ""))
    if check is None:
        refuse(f"element {item.get('type')} is not allowed here")
    else:
        check(item)


def _header(block: dict[str, Any]) -> None:
    keys(block, {"text"}, {"block_id"})
    _text(block["text"], 150, ("plain_text",))


def _context(block: dict[str, Any]) -> None:
    keys(block, {"elements"}, {"block_id"})
    must(0 < len(block["elements"]) <= 10, f"context of {len(block['elements'])} elements")
    for item in block["elements"]:
        _text(item, 3000)


def _actions(block: dict[str, Any]) -> None:
    keys(block, {"elements"}, {"block_id"})
    must(0 < len(block["elements"]) <= 25, f"actions of {len(block['elements'])} elements")
    for item in block["elements"]:
        _element(item, ACTION_ELEMENTS)
    ids = [item["action_id"] for item in block["elements"]]
    must(len(ids) == len(set(ids)), f"action_id is not unique: {ids}")


def _divider(block: dict[str, Any]) -> None:
    keys(block, set(), {"block_id"})


def _input(block: dict[str, Any]) -> None:
    keys(block, {"label", "element"}, {"block_id", "hint", "optional", "dispatch_action"})
    _text(block["label"], 2000, ("plain_text",))
    if "hint" in block:
        _text(block["hint"], 2000, ("plain_text",))
    _element(block["element"], INPUT_ELEMENTS)


def _image(block: dict[str, Any]) -> None:
    keys(block, {"type", "alt_text", "slack_file"}, {"title", "block_id"})
    must(0 < len(block["alt_text"]) <= 2000, "alt_text of 1 to 2000 characters")
    if "title" in block:
        _text(block["title"], 2000, ("plain_text",))
    must(set(block["slack_file"]) == {"id"}, "slack_file has an id")


def _table(block: dict[str, Any]) -> None:
    keys(block, {"type", "rows"}, {"column_settings", "block_id"})
    rows = block["rows"]
    must(1 <= len(rows) <= 100 and all(1 <= len(row) <= 20 for row in rows), "a table of 1 to 100 rows, 1 to 20 cells")
    must(len({len(row) for row in rows}) == 1, "rows of one length")
    for cell in (cell for row in rows for cell in row):
        if cell["type"] == "raw_text":
            must(bool(cell["text"]), "a cell with text")
        else:
            rich(cell)


MESSAGE_BLOCK_CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "rich_text": rich,
    "image": _image,
    "table": _table,
}
VIEW_BLOCK_CHECKS = {**MESSAGE_BLOCK_CHECKS, "input": _input}
MESSAGE_ONLY_CHECKS = {**MESSAGE_BLOCK_CHECKS, "context_actions": _context_actions}


def _blocks(blocks: Any, most: int, table: dict[str, Callable[[dict[str, Any]], None]]) -> list[dict[str, Any]]:
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            refuse("blocks are not JSON", "invalid_blocks_format")
    must(isinstance(blocks, list) and all(isinstance(b, dict) for b in blocks), "blocks are a list of objects")
    must(0 < len(blocks) <= most, f"no more than {most} items allowed, got {len(blocks)}")
    for block in blocks:
        check = table.get(block.get("type", ""))
        if check is None:
            refuse(f"block of type {block.get('type')}")
        else:
            check(block)
    named = [b["block_id"] for b in blocks if "block_id" in b]
    must(all(0 < len(n) <= 255 for n in named), "block_id of 1 to 255 characters")
    must(len(named) == len(set(named)), "block_id is not unique")
    return list(blocks)


def message_blocks(blocks: Any) -> list[dict[str, Any]]:
    """The blocks of a message, parsed. Raises Refused."""
    checked = _blocks(blocks, MESSAGE_BLOCKS, MESSAGE_ONLY_CHECKS)
    total = sum(len(text) for text in texts(checked, urls=True))
    if total > TOTAL:
        refuse(f"{total} characters over all blocks", "msg_blocks_too_long")
    return checked


def view(raw: Any, kind: tuple[str, ...]) -> dict[str, Any]:
    """A view, parsed. Raises Refused."""
    if isinstance(raw, str):
        raw = json.loads(raw)
    try:
        _view(raw, kind)
    except Refused as refused:
        raise Refused("invalid_arguments", refused.detail, **refused.more) from refused
    must(len(json.dumps(raw)) <= 250_000, "view_too_large")
    return dict(raw)


def _view(raw: dict[str, Any], kind: tuple[str, ...]) -> None:
    must(raw.get("type") in kind, f"view of type {raw.get('type')}")
    common = {"callback_id", "private_metadata", "external_id"}
    modal = {"title", "submit", "close", "clear_on_close", "notify_on_close"}
    keys(
        raw,
        {"blocks"} | ({"title"} if raw["type"] == "modal" else set()),
        common | (modal if raw["type"] == "modal" else set()),
    )
    for name in ("title", "submit", "close"):
        if name in raw:
            _text(raw[name], 24, ("plain_text",))
    must(len(raw.get("private_metadata", "")) <= 3000, "private_metadata of more than 3000 characters")
    must(len(raw.get("callback_id", "")) <= 255, "callback_id of more than 255 characters")
    table = VIEW_BLOCK_CHECKS if raw["type"] == "modal" else MESSAGE_BLOCK_CHECKS
    blocks = _blocks(raw["blocks"], VIEW_BLOCKS, table)
    has_input = any(b["type"] == "input" for b in blocks)
    must(not has_input or "submit" in raw, "a modal with inputs needs submit")


def message_text(text: str | None) -> None:
    """The `text` of a message: it is always sent, and pings nobody. Raises Refused."""
    if not text or not text.strip():
        raise Refused("no_text")
    if len(text) > 4000:
        raise Refused("msg_too_long", f"text of {len(text)} characters; at most 4,000 are advised")
    mrkdwn(text)


def markdown_text(text: str | None) -> None:
    """Of a stream. Raises Refused."""
    if not text:
        raise Refused("no_text", "an empty chunk")
    if len(text) > MARKDOWN_TEXT:
        raise Refused("msg_too_long", f"{len(text)} characters in one chunk")
    if PING.search(text) or BARE_PING.search(text):
        refuse(f"would ping: {text[:80]!r}")


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
