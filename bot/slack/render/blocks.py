"""Renders a Post as Slack blocks within the limits of a block. Pure.

Text becomes rich text, Small a context, a plain Heading a header. Buttons form a row that ends in
`⋯`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
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
    table_lines,
)
from bot.core.texts import say
from bot.slack.render import lengths, mrkdwn, richtext
from bot.slack.render.richtext import Element, Part
from digest.render.width import shortened

SlackBlock = dict[str, Any]


def blocks(post: Post) -> list[SlackBlock]:
    """Returns all blocks of a Post. `messages` spreads them over messages."""
    given = post.blocks
    fold = next((n for n, b in enumerate(given) if isinstance(b, Rule) and b.folds), len(given))
    end = next((n for n in range(fold, len(given)) if isinstance(given[n], Actions | Menu)), len(given))
    out = [*_shown(given[:fold], post.language, 0), *_folded(given[fold + 1 : end])]
    return [*out, *_shown(given[end:], post.language, len(out))]


def _shown(given: Sequence[Block], language: str, before: int) -> list[SlackBlock]:
    """Returns the blocks. `before`: the number of blocks above."""
    out: list[SlackBlock] = []
    held: list[Part] = []
    """The parts of one block: a label with its text, a finding with its quotation."""

    def flush() -> None:
        out.extend(_rich(held))
        held.clear()

    for block, following in zip_longest(given, given[1:]):
        if isinstance(block, Heading) and block.level >= 2:
            flush()
            held.extend(_line(richtext.inline(block.markdown, bold=True)))
            if block.level == 2 or not isinstance(following, Text | Quotation):
                flush()
        elif isinstance(block, Text):
            if not (len(held) == 1 and _is_label(held[0])):
                flush()
            held.extend(richtext.parts(block.markdown))
        elif isinstance(block, Quotation):
            held.append(_quotation(block))
        else:
            flush()
            out.extend(_other(block, language, before + len(out)))
    flush()
    return out


def _folded(given: Sequence[Block]) -> Iterator[SlackBlock]:
    """Yields sections that Slack hides behind "See more". These take only mrkdwn."""
    held = ""
    for block in given:
        for line in _folded_lines(block):
            for piece in _fitting(line):
                if held and len(held) + len(piece) > lengths.BLOCK_CHARACTERS - 1:
                    yield _section(held)
                    held = ""
                held = f"{held}\n{piece}" if held else piece.lstrip("\n")
    if held.strip():
        yield _section(held)


def _section(text: str) -> SlackBlock:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": False}


def _folded_lines(block: Block) -> Iterator[list[Element]]:
    if isinstance(block, Quotation):
        yield _quotation(block)["elements"]
    elif isinstance(block, Heading):
        yield [{"type": "text", "text": "\n"}, *richtext.inline(block.markdown, bold=True)]
    elif isinstance(block, Text | Small):
        for part in richtext.parts(block.markdown):
            yield from richtext.lines(part)


def _fitting(line: Sequence[Element]) -> Iterator[str]:
    """Yields the line as mrkdwn, in pieces that fit into a section. Escapes make a line longer."""
    whole = mrkdwn.mrkdwn(line)
    if len(whole) < lengths.BLOCK_CHARACTERS - 1:
        yield whole
        return
    for piece in lengths.split_elements(line, lengths.BLOCK_CHARACTERS // 6):
        yield mrkdwn.mrkdwn(piece)


def _line(elements: Sequence[Element]) -> list[Part]:
    return [{"type": "rich_text_section", "elements": list(elements)}] if elements else []


def _is_label(part: Part) -> bool:
    """Returns whether the part is a bold line."""
    bold = part["type"] == "rich_text_section" and all(e.get("style", {}).get("bold") for e in part["elements"])
    return bold and "\n" not in richtext.plain(part["elements"])


def _quotation(quotation: Quotation) -> Part:
    number = [{"type": "text", "text": f"[{quotation.number}] ", "style": {"bold": True}}] if quotation.number else []
    said = {"type": "text", "text": f"“{quotation.text}” "}
    place: list[Element] = [{"type": "text", "text": quotation.label}] if quotation.label else []
    if re.match(r"https?://\S+$", quotation.url):
        place = [{"type": "link", "url": quotation.url, "text": f"{quotation.label or quotation.url}\u00a0↗"}]
    return {"type": "rich_text_quote", "elements": [*number, said, *place]}


MOST = lengths.BLOCK_CHARACTERS - 10


def _rich(held: Sequence[Part]) -> Iterator[SlackBlock]:
    """Yields rich text blocks up to BLOCK_CHARACTERS. Only paragraphs have an empty line."""
    whole = [piece for part in held for piece in lengths.split_part(part, MOST)]
    group: list[Part] = []
    size = 0
    for number, part in enumerate(whole):
        if part["type"] == "divider":
            yield from _block(group)
            yield {"type": "divider"}
            group, size = [], 0
            continue
        length = sum(len(richtext.plain(line)) for line in _sections(part))
        if group and size + length > MOST:
            yield from _block(group)
            group, size = [], 0
        after = whole[number + 1]["type"] if number + 1 < len(whole) else ""
        gap = part["type"] == after == "rich_text_section" and not _is_label(part)
        group.append({**part, "elements": [*part["elements"], {"type": "text", "text": "\n"}]} if gap else part)
        size += length
    yield from _block(group)


def _sections(part: Part) -> list[list[Element]]:
    return [i["elements"] for i in part["elements"]] if part["type"] == "rich_text_list" else [part["elements"]]


def _block(group: list[Part]) -> Iterator[SlackBlock]:
    if not group:
        return
    last = group[-1]
    if last["type"] == "rich_text_section" and last["elements"][-1] == {"type": "text", "text": "\n"}:
        group = [*group[:-1], {**last, "elements": last["elements"][:-1]}]
    yield {"type": "rich_text", "elements": group}


def _other(block: Block, language: str, position: int) -> Iterator[SlackBlock]:
    if isinstance(block, Heading):
        yield from _header(block)
    elif isinstance(block, Small):
        yield from _context(block)
    elif isinstance(block, Rule):
        yield {"type": "divider"}
    elif isinstance(block, Picture):
        yield _image(block)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Actions):
        yield from _actions(block, language, position)
    elif isinstance(block, Menu):
        yield {"type": "actions", "elements": [_select(block)]}


def _header(heading: Heading) -> Iterator[SlackBlock]:
    elements = richtext.inline(heading.markdown)
    said = richtext.plain(elements)
    if len(said) <= lengths.HEADER_CHARACTERS and said.strip() and all(e["type"] == "text" for e in elements):
        yield {"type": "header", "text": {"type": "plain_text", "text": said, "emoji": False}}
    else:
        yield from _rich(_line(richtext.inline(heading.markdown, bold=True)))


def _context(small: Small) -> Iterator[SlackBlock]:
    """Yields plain text if there are no links and styles, because it needs no escaping."""
    elements = richtext.inline(small.markdown)
    literal = all(e["type"] == "text" and "style" not in e for e in elements)
    for group in lengths.split_elements(elements, lengths.CONTEXT_CHARACTERS):
        if literal:
            text: dict[str, Any] = {"type": "plain_text", "text": richtext.plain(group), "emoji": False}
        else:
            text = {"type": "mrkdwn", "text": mrkdwn.mrkdwn(group), "verbatim": True}
        yield {"type": "context", "elements": [text]}


def _table(table: Table) -> Iterator[SlackBlock]:
    """Yields Slack's table if it fits, else a text for each row."""
    head = [richtext.inline(name, bold=True) for name in table.header]
    cells = [head, *([richtext.inline(cell) for cell in row] for row in table.rows)]
    size = sum(len(richtext.plain(cell)) for row in cells for cell in row)
    if size > lengths.TABLE_CHARACTERS or len(cells) > lengths.TABLE_ROWS or len(table.header) > lengths.TABLE_COLUMNS:
        for text in table_lines(table):
            yield from _rich(richtext.parts(text.markdown))
        return
    yield {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in table.header],
        "rows": [[_table_cell(cell) for cell in row] for row in cells],
    }


def _table_cell(elements: Sequence[Element]) -> dict[str, Any]:
    if not elements:
        return {"type": "raw_text", "text": " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


FILE = "{{file}}"
"""The placeholder in a payload for the id of the file that is uploaded before the post."""


def _image(picture: Picture) -> SlackBlock:
    return {
        "type": "image",
        "slack_file": {"id": FILE},
        "alt_text": shortened(picture.alt, lengths.ALT_TEXT),
        "title": {"type": "plain_text", "text": shortened(picture.caption, lengths.IMAGE_TITLE), "emoji": False},
    }


def with_file(message: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Returns the message with the id of its picture's file."""
    shown = [
        {**block, "slack_file": {"id": file}} if block.get("slack_file", {}).get("id") == FILE else block
        for block in message["blocks"]
    ]
    return {**message, "blocks": shown}


def file_of(message: Mapping[str, Any]) -> str:
    """Returns the id of the file that a posted message shows; empty if it shows none."""
    files = (block.get("slack_file") or {} for block in message.get("blocks") or [])
    return next((str(file["id"]) for file in files if file.get("id")), "")


def action_id(action: str, number: int) -> str:
    """Returns an id that is unique in its block. `action_of` parses it."""
    return f"{action}:{number}"


def action_of(identifier: str) -> str:
    return identifier.partition(":")[0]


MENU_ACTION = "menu"
"""The action of an overflow menu. An option's value is `action|value`."""
FEEDBACK = 99
"""Numbers the action of a pair of thumbs, apart from those of overflow menus."""
ASKS = "?"
"""Prefix of an option that needs confirmation. The block's id has the language and the question."""
SHORT_LABEL = 3
"""Characters of a bare thumb's label. Bare thumbs share a row with other buttons."""


def _actions(actions: Actions, language: str, position: int) -> Iterator[SlackBlock]:
    """Yields buttons, then `⋯`. Labelled thumbs get a row of their own."""
    plain = [b for b in actions.buttons if b.style not in (Style.MENU, Style.FEEDBACK)]
    menu = [b for b in actions.buttons if b.style is Style.MENU]
    thumbs = [b for b in actions.buttons if b.style is Style.FEEDBACK]
    if len(menu) == 1:
        plain, menu = [*plain, *menu], []
    if thumbs and not menu and all(len(b.label) <= SHORT_LABEL for b in thumbs):
        plain, thumbs = [*thumbs, *plain], []
    elements = [_button(b, n, language) for n, b in enumerate(plain)]
    starts = range(0, len(menu), lengths.OVERFLOW_OPTIONS)
    elements += [_overflow(menu[start : start + lengths.OVERFLOW_OPTIONS], start) for start in starts]
    for start in range(0, len(elements), lengths.ACTIONS_ELEMENTS):
        asks = _questions(menu, position, language) if not start else {}
        yield {"type": "actions", **asks, "elements": elements[start : start + lengths.ACTIONS_ELEMENTS]}
    if len(thumbs) == 2:  # thumbs up and down
        yield {"type": "context_actions", "elements": [_feedback(*thumbs)]}
    elif thumbs:
        yield {"type": "actions", "elements": [_button(b, n, language) for n, b in enumerate(thumbs)]}


def _feedback(more: Button, fewer: Button) -> dict[str, Any]:
    """Returns two small icons. A value is `action|value`, as in an overflow menu."""

    def one(button: Button) -> dict[str, Any]:
        said = shortened(button.counted, lengths.BUTTON_LABEL)
        return {
            "text": {"type": "plain_text", "text": said, "emoji": True},
            "accessibility_label": said,
            "value": f"{button.action}|{button.value}",
        }

    return {
        "type": "feedback_buttons",
        "action_id": action_id(MENU_ACTION, FEEDBACK),
        "positive_button": one(more),
        "negative_button": one(fewer),
    }


def has_feedback(given: Sequence[SlackBlock]) -> bool:
    return any(block["type"] == "context_actions" for block in given)


def with_plain_feedback(given: Sequence[SlackBlock]) -> list[SlackBlock]:
    """Returns the blocks with ordinary buttons for feedback icons, which some places refuse."""
    return [_plain_feedback(block) if block["type"] == "context_actions" else block for block in given]


def _plain_feedback(block: SlackBlock) -> SlackBlock:
    pairs = [e[name] for e in block["elements"] for name in ("positive_button", "negative_button")]
    elements = []
    for number, one in enumerate(pairs):
        action, _, value = one["value"].partition("|")
        button = {"type": "button", "action_id": action_id(action, number), "text": one["text"], "value": value}
        elements.append(button)
    return {"type": "actions", "elements": elements}


def _button(button: Button, number: int, language: str) -> dict[str, Any]:
    out: dict[str, Any] = {
        "type": "button",
        "action_id": action_id(button.action, number),
        "text": {"type": "plain_text", "text": shortened(button.counted, lengths.BUTTON_LABEL), "emoji": True},
    }
    if button.value:
        out["value"] = button.value
    if button.url:
        out["url"] = button.url
    if button.style in (Style.PRIMARY, Style.DANGER):
        out["style"] = str(button.style)
    if button.confirm:
        out["confirm"] = confirmation(button.label, button.confirm, language)
    return out


def plain_text(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": shortened(text, most)}


def confirmation(label: str, question: str, language: str) -> dict[str, Any]:
    return {
        "title": plain_text(label, lengths.CONFIRM_TITLE),
        "text": plain_text(question, lengths.CONFIRM_TEXT),
        "confirm": plain_text(say("slack.yes", language), lengths.CONFIRM_LABEL),
        "deny": plain_text(say("slack.no", language), lengths.CONFIRM_LABEL),
    }


def _overflow(buttons: Sequence[Button], number: int) -> dict[str, Any]:
    """Returns the menu. Marks options to confirm: Slack cannot ask after a choice, so we do."""
    options = [
        {
            "text": {"type": "plain_text", "text": shortened(b.counted, lengths.OPTION_LABEL), "emoji": True},
            "value": f"{ASKS if b.confirm else ''}{b.action}|{b.value}",
        }
        for b in buttons
    ]
    return {"type": "overflow", "action_id": action_id(MENU_ACTION, number), "options": options}


def _questions(menu: Sequence[Button], position: int, language: str) -> dict[str, str]:
    question = next((b.confirm for b in menu if b.confirm), "")
    return {"block_id": shortened(f"{position} {language}{ASKS}{question}", lengths.BLOCK_ID)} if question else {}


def _select(menu: Menu) -> dict[str, Any]:
    return {
        "type": "static_select",
        "action_id": action_id(menu.action, 0),
        "placeholder": plain_text(menu.placeholder or "…", lengths.PLACEHOLDER),
        "options": options(menu.options),
    }


def options(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Returns (label, value) pairs as options. A long label continues in the description."""
    return [_option(label or value, value) for label, value in pairs]


def _option(label: str, value: str) -> dict[str, Any]:
    label = " ".join(label.split())
    short = shortened(label, lengths.OPTION_LABEL)
    option: dict[str, Any] = {"text": {"type": "plain_text", "text": short}, "value": value}
    if short != label:
        rest = shortened(label[len(short) - 1 :], lengths.OPTION_LABEL)
        option["description"] = {"type": "plain_text", "text": rest}
    return option
