"""Renders a Post as Discord's messages within the length limits. Pure.

Messages are Components V2: text displays, separators, rows of buttons, and a coloured container for
a digest's parent. A forum post's first message is plain `content` with a classic row, because a
forum's list shows the content. No message can mention anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.core.chat import (
    Actions,
    Block,
    Button,
    Heading,
    Menu,
    Picture,
    Post,
    Quotation,
    Rule,
    Small,
    Style,
    Table,
    Text,
    Upload,
    table_lines,
    without_pictures,
)
from bot.core.ids import is_paper
from bot.discord.ids import ComponentId, custom_id, marker, nonce
from bot.discord.render.markdown import Target, Unit, line, plain, quote, units
from bot.discord.render.packing import Gallery, Line, Piece, Row, Words, pack, size
from digest.patterns import regex
from digest.render import width
from digest.render.markdown import escape

TEXT = 4000
"""Characters over all text displays of a message."""
CONTENT = 2000
COMPONENTS = 40
"""Components of a message, nested ones included."""
ROWS = 5
"""Rows of a classic message."""
BUTTONS = 5
OPTIONS = 25
LABEL = 80
OPTION = 100
PLACEHOLDER = 150
DESCRIPTION = 1024
"""Characters of a picture's description, which is its alt text."""

ACCENT = 0xB31B1B
"""ArXiv's red, for the day's message and the papers to read first."""
GREY = 0x8A8A8A
"""The colour of the other papers."""

V2 = 1 << 15
SILENT = 1 << 12
NO_EMBEDS = 1 << 2
NOBODY: dict[str, Any] = {"parse": []}

_STYLES = {Style.PRIMARY: 1, Style.DANGER: 4}
_MENU_FROM = 3
"""From this many MENU buttons on, they are behind `⋯`."""
_MOMENT = regex(r"(?<!\\)<t:(\d+)>")


def pieces(post: Post, target: Target = str, *, private: bool = False) -> list[Piece]:
    """Returns the blocks as text displays, lines and rows. Related text shares a text display."""
    found: list[Piece] = []
    previous: Shown | None = None
    for block in _without_tables(post.blocks):
        match block:
            case Rule():
                found.append(Line())
            case Picture():
                found += [Gallery(block.alt), Words((Unit(f"-# {plain(block.caption)}", "\n", opens=True),))]
            case Actions():
                found += _rows(block, private=private)
            case Menu():
                found += _menus(block)
            case _:
                written = _written(block, target)
                if not written:
                    continue
                last = found[-1] if found else None
                glue = _glue(previous, block)
                if isinstance(last, Words) and glue:
                    first = replace(written[0], glue=glue)
                    found[-1] = Words((*last.units, first, *written[1:]))
                else:
                    found.append(Words(written))
        previous = block
    return found


Shown = Heading | Text | Small | Quotation | Picture | Rule | Actions | Menu


def _without_tables(blocks: Iterable[Block]) -> Iterator[Shown]:
    """Yields the blocks with a text for each row of a table, because Discord has no tables."""
    for block in blocks:
        yield from table_lines(block) if isinstance(block, Table) else (block,)


def _written(block: Heading | Text | Small | Quotation, target: Target) -> tuple[Unit, ...]:
    match block:
        case Heading(markdown, level):
            text = line(markdown, target, bold=False)
            mark = {1: f"## {text}", 2: f"### {text}"}.get(level, f"**{text}**")
            return (Unit(mark, keep=True, opens=True),) if text else ()
        case Small(markdown):
            return tuple(Unit(f"-# {part}", "\n", opens=not i) for i, part in enumerate(_small(markdown, target)))
        case Quotation(words, label, url, number):
            source = line(f"[{escape(label.replace('[', '(').replace(']', ')'))}\u00a0↗]({url})", target)
            return (Unit(quote(f"{f'[{number}] ' if number else ''}“{plain(words)}” {source}")),)
        case Text(markdown):
            return units(markdown, target)


def _small(markdown: str, target: Target) -> list[str]:
    moments = _MOMENT.findall(markdown)
    text = "\n".join(u.text for u in units(_MOMENT.sub("\ue000", markdown), target))
    for moment in moments:
        text = text.replace("\ue000", f"<t:{moment}:f>", 1)
    return [part.strip() for part in text.split("\n") if part.strip()]


def _glue(previous: Block | None, block: Block) -> str:
    """Returns the separator from the previous text; empty for a new text display."""
    match previous, block:
        case (Text() | Quotation() | Small(), Heading(level=3)):
            return "\n\n"
        case _, Heading():
            return ""
        case (Text() | Quotation(), Text()):
            return "\n\n"
        case (Heading() | Small(), Small()) | (Heading(level=3), _) | (Text() | Quotation(), Quotation()):
            return "\n"
    return ""


def _rows(actions: Actions, *, private: bool) -> list[Piece]:
    """Returns rows of five. Three or more MENU buttons are behind one `⋯`, together with a plain
    button that has no room in its row. Private cards show `share`."""
    menu = [b for b in actions.buttons if b.style is Style.MENU and not (private and b.action == "share")]
    if len(menu) < _MENU_FROM:
        menu = []
    shown = [b for b in actions.buttons if b not in menu]
    moved = [b for b in shown if b.action == "save"] if menu and len(shown) >= BUTTONS else []
    made = [button(b) for b in shown if b not in moved]
    if menu:
        value = menu[0].value
        made.append(button(Button("menu" if is_paper(value) else "day_menu", value, "⋯")))
    return [Row(tuple(made[i : i + BUTTONS])) for i in range(0, len(made), BUTTONS)]


def button(button: Button, pressed: ComponentId | None = None) -> dict[str, Any]:
    """Returns the button. `pressed`: what it stands for, unless its own action and value."""
    if button.url:
        return {"type": 2, "style": 5, "url": button.url, "label": shortened(button.counted, LABEL)}
    pressed = pressed or ComponentId(button.action, button.value, bool(button.confirm))
    made: dict[str, Any] = {"type": 2, "style": _STYLES.get(button.style, 2), "custom_id": custom_id(pressed)}
    if button.style is Style.FEEDBACK and (emoji := re.match(r"[\U0001F300-\U0001FAFF]", button.label)):
        return {**made, "emoji": {"name": emoji[0]}} | ({"label": str(button.count)} if button.count else {})
    return {**made, "label": shortened(button.counted, LABEL)}


def _menus(menu: Menu) -> Iterator[Row]:
    """Yields as many menus as the options need, each with an id of its own."""
    for start in range(0, len(menu.options), OPTIONS):
        part = menu.options[start : start + OPTIONS]
        many = len(menu.options) > OPTIONS
        placeholder = f"{menu.placeholder} ({start + 1}–{start + len(part)})" if many else menu.placeholder
        pressed = ComponentId(menu.action, str(start or ""))
        yield Row((select(pressed, placeholder, [option(label, value) for label, value in part]),))


def select(pressed: ComponentId, placeholder: str, options: Sequence[dict[str, Any]], **bounds: int) -> dict[str, Any]:
    """Returns a menu. `bounds`: `min_values` and `max_values`."""
    placeholder = shortened(placeholder, PLACEHOLDER)
    return {"type": 3, "custom_id": custom_id(pressed), "placeholder": placeholder, "options": options, **bounds}


def option(label: str, value: str, *, chosen: bool = False, detail: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"label": shortened(label, OPTION), "value": value}
    if chosen:
        made["default"] = True
    if detail:
        made["description"] = shortened(detail, OPTION)
    return made


def shortened(label: str, limit: int) -> str:
    """Returns the label of a control, never empty. Only labels are ever truncated."""
    return width.shortened(label, limit, size) or "…"


def messages(
    post: Post, *, private: bool = False, pictured: bool = False, accent: int | None = None
) -> list[dict[str, Any]]:
    """Returns the messages. `pictured`: with the post's picture, whose file goes with the message
    (`with_file`). `accent`: the colour of a container for all; a paper's card has one anyway."""
    shown = _without_folded(post if pictured else without_pictures(post))
    if accent is None and _is_card(post):
        accent = GREY
    packed = pack(pieces(shown, private=private), lambda _: (TEXT, COMPONENTS - (accent is not None)))
    return [v2(m, accent) for m in packed or [[Words((Unit(plain(post.fallback) or "…"),))]]]


def _without_folded(post: Post) -> Post:
    """Returns the post without what only repeats a button's content: Discord cannot fold."""
    fold = next((n for n, b in enumerate(post.blocks) if isinstance(b, Rule) and b.behind_button), len(post.blocks))
    controls = (b for b in post.blocks[fold:] if isinstance(b, Actions | Menu))
    return replace(post, blocks=(*post.blocks[:fold], *controls))


def _is_card(post: Post) -> bool:
    """Returns whether people can vote on what the post shows, under its title."""
    titled = bool(post.blocks) and isinstance(post.blocks[0], Heading)
    return titled and any(
        isinstance(b, Actions) and any(x.style is Style.FEEDBACK for x in b.buttons) for b in post.blocks
    )


def v2(message: Sequence[Piece], accent: int | None = None) -> dict[str, Any]:
    shown = [component(p) for p in message]
    if accent is not None:
        shown = [{"type": 17, "accent_color": accent, "components": shown}]
    return of_components(shown)


def of_components(shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {"flags": V2, "components": shown, "allowed_mentions": NOBODY}


ATTACHED = "attachment://"
"""The placeholder for the address of the file that is sent with the message."""


def with_file(message: dict[str, Any], name: str, more: dict[str, Any]) -> dict[str, Any]:
    """Returns the message with its picture's file. `more`: other fields of the file's entry."""

    def named(node: Any) -> Any:
        if isinstance(node, list):
            return [named(item) for item in node]
        if isinstance(node, dict):
            return {k: named(v) for k, v in node.items()}
        return f"{ATTACHED}{name}" if node == ATTACHED else node

    return {**message, "components": named(message["components"]), "attachments": [{**more, "filename": name}]}


def with_upload(message: dict[str, Any], upload: Upload | None) -> dict[str, Any]:
    """Returns the message with its picture, if there is one."""
    if upload is None:
        return message
    return with_file(message, upload.name, {"id": "0", "description": shortened(upload.alt, DESCRIPTION)})


def keyed(message: dict[str, Any], key: str) -> dict[str, Any]:
    """Adds the key as a nonce, recognised for minutes, and as a marker, found at any time."""
    return {**marked(message, key), "nonce": nonce(key), "enforce_nonce": True}


def marked(message: dict[str, Any], key: str) -> dict[str, Any]:
    first, *others = message["components"]
    return {**message, "components": [{**first, "id": marker(key)}, *others]}


def edited(message: dict[str, Any], key: str) -> dict[str, Any]:
    """Returns the payload of an edit, which takes no nonce and no silent flag."""
    return {**marked(message, key), "flags": V2}


def editable(message: dict[str, Any]) -> dict[str, Any]:
    """Returns a posted message without what an edit does not take."""
    kept = {k: v for k, v in message.items() if k not in ("nonce", "enforce_nonce")}
    return kept | {"flags": message.get("flags", 0) & ~SILENT}


def component(piece: Piece) -> dict[str, Any]:
    match piece:
        case Words():
            return {"type": 10, "content": piece.text}
        case Row():
            return {"type": 1, "components": list(piece.components)}
        case Gallery():
            item = {"media": {"url": ATTACHED}, "description": shortened(piece.alt, DESCRIPTION)}
            return {"type": 12, "items": [item]}
        case Line():
            return {"type": 14, "divider": True, "spacing": 1}
