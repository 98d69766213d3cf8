"""What Discord refuses, written down: limits of messages, components, modals and threads, and who would be pinged. Pure.

Stricter than Discord in one thing: a property it does not know is refused here, where Discord may ignore it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from tests.paths import SHARED

V2, EPHEMERAL, SILENT, NO_EMBEDS = 1 << 15, 1 << 6, 1 << 12, 1 << 2
SPEC = SHARED / "specs/discord-openapi.json"


class Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def bad(message: str) -> Refused:
    return Refused(400, 50035, f"Invalid Form Body: {message}")


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# ---------------------------------------------------------------- components


def walk(components: Any) -> Iterator[dict[str, Any]]:
    for component in components or []:
        yield component
        yield from walk(component.get("components"))
        if "component" in component:
            yield from walk([component["component"]])
        if "accessory" in component:
            yield from walk([component["accessory"]])


_KEYS: Mapping[int, set[str]] = {
    1: {"type", "id", "components"},
    2: {"type", "id", "style", "label", "emoji", "custom_id", "url", "disabled"},
    3: {"type", "id", "custom_id", "options", "placeholder", "min_values", "max_values", "disabled", "required"},
    4: {"type", "id", "custom_id", "style", "min_length", "max_length", "required", "value", "placeholder", "label"},
    9: {"type", "id", "components", "accessory"},
    10: {"type", "id", "content"},
    12: {"type", "id", "items"},
    14: {"type", "id", "divider", "spacing"},
    17: {"type", "id", "components", "accent_color", "spoiler"},
    18: {"type", "id", "label", "description", "component"},
}


def check_components(components: list[dict[str, Any]], *, v2: bool) -> None:
    every = list(walk(components))
    if len(every) > 40:
        raise bad(f"components: {len(every)} components, 40 at most")
    if not v2 and len(components) > 5:
        raise bad("components: 5 rows at most")
    allowed = {1, 9, 10, 12, 14, 17} if v2 else {1}
    for component in components:
        if component["type"] not in allowed:
            raise bad(f"components: type {component['type']} is not allowed here")
    ids = [c["id"] for c in every if c.get("id")]
    customs = [c["custom_id"] for c in every if "custom_id" in c]
    if len(set(ids)) != len(ids):
        raise bad("components: ids must be unique")
    if len(set(customs)) != len(customs):
        raise bad("components: Component custom id cannot be duplicated")
    if sum(size(c["content"]) for c in every if c["type"] == 10) > 4000:
        raise bad("components: The total size of the text displays exceeds 4000")
    for component in every:
        _check_component(component)


def _check_component(component: dict[str, Any]) -> None:  # one rule a kind
    kind = component["type"]
    if unknown := set(component) - _KEYS.get(kind, set()):
        raise bad(f"component type {kind}: unknown properties {sorted(unknown)}")
    if not isinstance(component.get("id", 0), int) or not 0 <= component.get("id", 0) < 1 << 31:
        raise bad("id must be a 32-bit integer")
    if "custom_id" in component and not 1 <= size(component["custom_id"]) <= 100:
        raise bad("custom_id: Must be between 1 and 100 in length")
    if kind == 1:
        inner = [c["type"] for c in component["components"]]
        if not (inner == [3] or (1 <= len(inner) <= 5 and set(inner) == {2})):
            raise bad("an action row holds 1 to 5 buttons or one select")
    elif kind == 2:
        _check_button(component)
    elif kind == 3:
        _check_select(component)
    elif kind == 4:
        _check_input(component)
    elif kind == 12:
        if not 1 <= len(component["items"]) <= 10:
            raise bad("items: Must be between 1 and 10 in length")
        if any(size(i.get("description") or "") > 1024 for i in component["items"]):
            raise bad("description: Must be 1024 or fewer in length")
    elif kind == 9:
        if not 1 <= len(component["components"]) <= 3 or any(c["type"] != 10 for c in component["components"]):
            raise bad("a section holds 1 to 3 texts")
        if component["accessory"]["type"] not in (2, 11):
            raise bad("a section's accessory is a button or a thumbnail")
    elif kind == 10 and not component["content"].strip():
        raise bad("content: This field is required")
    elif kind == 17:
        if not component["components"]:
            raise bad("a container holds at least one component")
        if any(c["type"] not in (1, 10, 12, 14) for c in component["components"]):
            raise bad("a container holds rows, texts, galleries and separators")
    elif kind == 18:
        if not 1 <= size(component["label"]) <= 45 or size(component.get("description") or "") > 100:
            raise bad("label: 45 characters at most, description 100")
        if component["component"]["type"] not in (3, 4):
            raise bad("a label holds a text input or a select")


def _check_button(button: dict[str, Any]) -> None:
    if not button.get("label") and not button.get("emoji"):
        raise bad("a button needs a label or an emoji")
    if size(button.get("label") or "") > 80:
        raise bad("label: Must be 80 or fewer in length")
    link = button["style"] == 5
    if link != ("url" in button) or link == ("custom_id" in button):
        raise bad("a button has a custom_id, a link button a url")
    if size(button.get("url", "")) > 512:
        raise bad("url: Must be 512 or fewer in length")


def _check_select(select: dict[str, Any]) -> None:
    options = select["options"]
    if not 1 <= len(options) <= 25:
        raise bad("options: Must be between 1 and 25 in length")
    if len({o["value"] for o in options}) != len(options):
        raise bad("options: The specified option value is already used")
    for option in options:
        if not 1 <= size(option["label"]) <= 100 or not 1 <= size(option["value"]) <= 100:
            raise bad("options: label and value must be between 1 and 100 in length")
    if size(select.get("placeholder") or "") > 150:
        raise bad("placeholder: Must be 150 or fewer in length")
    if not 0 <= select.get("min_values", 1) <= select.get("max_values", 1) <= 25:
        raise bad("min_values, max_values")


def _check_input(field: dict[str, Any]) -> None:
    if size(field.get("value") or "") > min(4000, field.get("max_length") or 4000):
        raise bad("value: too long")
    if size(field.get("placeholder") or "") > 100:
        raise bad("placeholder: Must be 100 or fewer in length")


def check_modal(data: dict[str, Any]) -> None:
    if not 1 <= size(data["title"]) <= 45:
        raise bad("title: Must be between 1 and 45 in length")
    if not 1 <= len(data["components"]) <= 5:
        raise bad("components: Must be between 1 and 5 in length")
    for component in data["components"]:
        if component["type"] not in (1, 10, 18):
            raise bad("a modal holds labels, texts or rows")
        if component["type"] == 1 and component["components"][0]["type"] != 4:
            raise bad("a row of a modal holds a text input")
    for component in walk(data["components"]):
        if component["type"] != 1:
            _check_component(component)


# ---------------------------------------------------------------- messages

_MESSAGE = {
    "content", "nonce", "tts", "embeds", "allowed_mentions", "message_reference", "components", "flags",
    "attachments", "enforce_nonce", "sticker_ids",
}  # fmt: skip


def check_message(
    body: dict[str, Any], *, flags: int, edit: bool = False, starter: bool = False, webhook: bool = False
) -> None:
    """`flags`: as they will be. For an edit, what is absent stays."""
    if unknown := set(body) - _MESSAGE:
        raise bad(f"unknown properties {sorted(unknown)}")
    if (starter or webhook) and (body.get("nonce") or body.get("enforce_nonce")):
        raise bad("nonce is not taken here")
    if edit and body.get("nonce"):
        raise bad("an edit takes no nonce")
    if size(str(body.get("nonce") or "")) > 25:
        raise bad("nonce: Must be 25 or fewer in length")
    content, components = body.get("content"), body.get("components") or []
    if flags & V2:
        if content or body.get("embeds"):
            raise bad("content: cannot be used with MessageFlags.IS_COMPONENTS_V2")
        if starter:
            raise bad("flags: Components V2 in a forum's starter is not documented")
    if size(content or "") > 2000:
        raise bad("content: Must be 2000 or fewer in length")
    check_components(components, v2=bool(flags & V2))
    shown = {item["media"]["url"] for c in walk(components) if c["type"] == 12 for item in c["items"]}
    if missing := shown - {f"attachment://{a.get('filename')}" for a in body.get("attachments") or []}:
        raise bad(f"components: {sorted(missing)} are not among the attachments")
    filled = (content or "").strip() or (flags & V2 and components) or body.get("attachments")
    if not edit and not filled:
        raise Refused(400, 50006, "Cannot send an empty message")


def texts(body: Mapping[str, Any]) -> str:
    shown = [body.get("content") or "", *(c["content"] for c in walk(body.get("components")) if c["type"] == 10)]
    return "\n".join(shown)


_MENTION = re.compile(r"@everyone|@here|<@!?\d+>|<@&\d+>")


def mentioned(body: Mapping[str, Any]) -> list[str]:
    """What in it has the form of a mention, whether it is allowed to ping or not (code does not count as safe)."""
    return _MENTION.findall(texts(body))


def pinged(body: Mapping[str, Any]) -> list[str]:
    """Who would be notified. Without `allowed_mentions` everybody named is."""
    allowed = body.get("allowed_mentions")
    found = mentioned(body)
    if allowed is None:
        return found
    parse = set(allowed.get("parse") or [])
    roles, users = set(allowed.get("roles") or []), set(allowed.get("users") or [])

    def pings(text: str) -> bool:
        if text.startswith("<@&"):
            return "roles" in parse or text[3:-1] in roles
        if text.startswith("<@"):
            return "users" in parse or text.strip("<@!>") in users
        return "everyone" in parse

    return [text for text in found if pings(text)] + (["reply"] if allowed.get("replied_user") else [])


def check_thread(body: Mapping[str, Any]) -> None:
    if not 1 <= size(body.get("name") or "") <= 100:
        raise bad("name: Must be between 1 and 100 in length")
    if body.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        raise bad("auto_archive_duration: Value must be one of (60, 1440, 4320, 10080)")
    if len(body.get("applied_tags") or []) > 5:
        raise bad("applied_tags: Must be 5 or fewer in length")


def check_commands(commands: list[dict[str, Any]]) -> None:
    """Of the bulk overwrite: names, descriptions, options, the total of 8000 characters a command."""
    kinds = [c.get("type", 1) for c in commands]
    if kinds.count(1) > 100 or kinds.count(3) > 15:
        raise bad("too many commands")
    for command in commands:
        if sum(_command_size(command, words) for words in ("name", "description")) > 8000:
            raise bad(f"{command['name']}: over 8000 characters")
        _check_command(command, slash=command.get("type", 1) == 1)


def _command_size(command: Mapping[str, Any], words: str) -> int:
    own = max([command.get(words) or "", *(command.get(f"{words}_localizations") or {}).values()], key=len)
    return len(own) + sum(_command_size(o, words) for o in command.get("options") or [])


_NAME = re.compile(r"[-_'\w]{1,32}")


def _check_command(command: Mapping[str, Any], *, slash: bool) -> None:
    for name in [command["name"], *(command.get("name_localizations") or {}).values()]:
        if not 1 <= len(name) <= 32 or (slash and (not _NAME.fullmatch(name) or name != name.lower())):
            raise bad(f"name {name!r}")
    if slash:
        for said in [command["description"], *(command.get("description_localizations") or {}).values()]:
            if not 1 <= len(said) <= 100:
                raise bad(f"description of {command['name']}")
    if len(command.get("options") or []) > 25:
        raise bad("25 options at most")
    for option in command.get("options") or []:
        _check_command(option, slash=True)


# ---------------------------------------------------------------- the public description


@cache
def _spec() -> dict[str, Any] | None:
    return json.loads(SPEC.read_text()) if SPEC.exists() else None


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**(_spec() or {}), "$ref": f"#/components/schemas/{name}"})


def check_spec(name: str, body: Any) -> None:
    """Against Discord's OpenAPI description, where the folder with it is there."""
    if _spec() is not None:
        error = next(iter(_validator(name).iter_errors(body)), None)
        if error is not None:
            where = "/".join(map(str, error.instance_path))
            raise bad(f"{name} {where}: {error.message[:300]}")
