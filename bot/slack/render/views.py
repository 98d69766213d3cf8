"""Renders modals (forms, pages, confirmations) and the Home tab. Pure.

A modal's context is a `Memo` in its private metadata, so it survives a restart.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from bot.core import lists
from bot.core.chat import INSTEAD, Actions, Button, Checklist, Field, Form, Panel, Place, Post, Row
from bot.core.crypto.signatures import Signer
from bot.core.texts import say
from bot.slack.render import lengths
from bot.slack.render.blocks import SlackBlock, action_id, blocks, options, plain_text, with_plain_feedback
from bot.slack.render.messages import spread
from digest.patterns import regex

VIEW_BLOCKS = 100
TITLE = SUBMIT = 24
INPUT_CHARACTERS = 3_000
RADIO_OPTIONS, CHECKBOX_OPTIONS = 4, 10
"""How many options radio buttons take, and check boxes of one group. More options become a menu."""

PAGE_ACTION = "page"
"""The action that turns to the page whose number is its value."""
CONFIRM_CALLBACK = "confirm"
FORM_CALLBACK = "form"
PANEL_CALLBACK = "panel"
CHECKLIST_CALLBACK = "checklist"
CHANNEL = r"[CG][A-Z0-9]{6,}"
VERSION = "~"
"""Separates a field's name and value in a block's id: Slack shows a new value by a new id."""


@dataclass(frozen=True)
class Memo:
    """The context of a view, with the action and value of its form or button."""

    action: str
    value: str
    channel: str = ""
    thread: str = ""
    direct: bool = False
    message: str = ""
    """The id of the message whose button opened it."""
    shown_in: str = ""
    """The thread of the press; empty in the channel itself."""
    state: str = ""
    """A panel's state."""
    home: str = ""
    """The direct conversation that answers an action from the Home tab."""
    mark: str = ""
    """The signature of these values for the person who sees the view."""

    @property
    def place(self) -> Place:
        return Place("slack", self.channel, self.thread, self.direct)

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def load(raw: str) -> Memo:
        """Returns the Memo. Raises ValueError for anything but a dumped Memo."""
        try:
            return Memo(**json.loads(raw))
        except TypeError as wrong:
            raise ValueError("no Memo") from wrong

    def signed(self, signer: Signer, user: str) -> Memo:
        return replace(self, mark=signer.sign(user, replace(self, mark="").dump()))

    def holds(self, signer: Signer, user: str) -> bool:
        """Returns whether we wrote the Memo for this person."""
        return signer.verify(self.mark, user, replace(self, mark="").dump())


def signed(view: Mapping[str, Any], signer: Signer, user: str) -> dict[str, Any]:
    """Returns the view with its Memo signed for the person who will see it."""
    return {**view, "private_metadata": Memo.load(view["private_metadata"]).signed(signer, user).dump()}


def is_signed(view: Mapping[str, Any], signer: Signer, user: str) -> bool:
    """Returns whether the view's Memo comes back as it was signed."""
    try:
        return Memo.load(str(view.get("private_metadata", ""))).holds(signer, user)
    except ValueError:
        return False


def _modal(
    callback: str, memo: Memo, title: str, shown: Sequence[SlackBlock], submit: str = "", close: str = ""
) -> dict[str, Any]:
    view = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": memo.dump(),
        "title": plain_text(title, TITLE),
        "blocks": shown,
    }
    buttons = {"submit": submit, "close": close}
    return view | {name: plain_text(label, SUBMIT) for name, label in buttons.items() if label}


def form(given: Form, memo: Memo) -> dict[str, Any]:
    """Returns a Form as a modal. `form_values` parses its submission."""
    top: list[SlackBlock] = []
    if len(given.title) > TITLE:
        top = [{"type": "section", "text": plain_text(given.title, lengths.BLOCK_CHARACTERS)}]
    shown = [*top, *(_input(field) for field in given.fields)]
    return _modal(FORM_CALLBACK, memo, given.title, shown, given.submit, say("slack.no", given.language))


def panel(given: Panel, memo: Memo) -> dict[str, Any]:
    """Returns a Panel as a modal. Without fields, it is a page that tells the outcome."""
    form, language = given.form, given.form.language
    below, memo = blocks(Post(given.blocks, form.title, language)), replace(memo, state=given.state)
    if not form.fields:
        return _modal(PAGE_ACTION, memo, form.title, below[:VIEW_BLOCKS], close=say("slack.close", language))
    fields = [
        b
        for f in form.fields
        if given.more or not f.more
        for b in _panel_field(f, given.problems.get(f.name), language)
    ]
    pressable = blocks(Post((Actions(given.buttons),), form.title, language)) if given.buttons else []
    shown = [*fields, *([{"type": "divider"}] if below else []), *below, *pressable][:VIEW_BLOCKS]
    return _modal(PANEL_CALLBACK, memo, form.title, shown, form.submit, say("slack.no", language))


def _panel_field(field: Field, problem: str | None, language: str) -> list[SlackBlock]:
    block = _input(field)
    if field.listed:
        block["element"] = _search(field, language)
        block["block_id"] += VERSION + hashlib.sha256(field.value.encode()).hexdigest()[:8]
    if field.live:
        block["dispatch_action"] = True
        if block["element"]["type"] == "plain_text_input":
            block["element"]["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    told: SlackBlock = {"type": "context", "elements": [plain_text(f"⚠ {problem}", lengths.CONTEXT_CHARACTERS)]}
    return [block, told] if problem else [block]


def checklist(given: Checklist, memo: Memo) -> dict[str, Any]:
    """Returns check boxes in groups of ten, the most that a block holds."""
    groups = [given.rows[start : start + CHECKBOX_OPTIONS] for start in range(0, len(given.rows), CHECKBOX_OPTIONS)]
    shown = [_checkboxes(n, group, given.ask or given.title) for n, group in enumerate(groups)]
    shown += [_what_to_do(given, given.instead)] if given.instead else []
    return _modal(CHECKLIST_CALLBACK, memo, given.title, shown, given.submit, say("slack.no", given.language))


def _checkboxes(number: int, rows: Sequence[Row], title: str) -> SlackBlock:
    options = [
        {
            "text": plain_text(row.label, lengths.OPTION_LABEL),
            "value": row.value,
            **({"description": plain_text(row.detail, lengths.OPTION_LABEL)} if row.detail else {}),
        }
        for row in rows
    ]
    name = f"rows{number}"
    return {
        "type": "input",
        "block_id": name,
        "label": plain_text(title, 2000),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "checkboxes", "action_id": name, "options": options},
    }


def _what_to_do(given: Checklist, instead: Button) -> SlackBlock:
    ways = ((given.told, given.action), (instead.label, instead.action))
    asked = say("card.others.what", given.language)
    return _input(Field(INSTEAD, asked, "choice", given.action, options=ways, required=True)) | {
        "dispatch_action": True
    }


def counted(view: Mapping[str, Any], submit: str) -> dict[str, Any]:
    """Returns a checklist, as Slack sent it, with another text on its submit button."""
    kept = ("type", "callback_id", "private_metadata", "title", "close", "blocks")
    return {**{k: view[k] for k in kept}, "submit": plain_text(submit, SUBMIT)}


def field_of(block_id: str) -> str:
    return block_id.partition(VERSION)[0]


def _input(field: Field) -> SlackBlock:
    hint: SlackBlock = {"hint": plain_text(field.hint, 2000)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, 2000),
        "optional": not field.required,
        "element": _element(field),
        **hint,
    }


def _element(field: Field) -> dict[str, Any]:
    if field.kind == "time":
        return {"type": "timepicker", "action_id": field.name, **({"initial_time": field.value} if field.value else {})}
    if field.kind in ("choice", "choices"):
        return _choice(field)
    text = field.value[:INPUT_CHARACTERS]
    return {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.kind == "lines",
        **({"initial_value": text} if text else {}),
    }


def _choice(field: Field) -> dict[str, Any]:
    """Returns radio buttons or check boxes for few options, else a menu. Adds current values."""
    many = field.kind == "choices"
    chosen = [v.strip() for v in field.value.split(",") if v.strip()] if many else [field.value] if field.value else []
    offered = [*field.options, *((v, v) for v in chosen if v not in {value for _, value in field.options})]
    made = options(offered)
    initial = [option for option in made if option["value"] in chosen]
    few = len(made) <= RADIO_OPTIONS
    kind = ("checkboxes" if few else "multi_static_select") if many else ("radio_buttons" if few else "static_select")
    out: dict[str, Any] = {"type": kind, "action_id": field.name}
    out |= {"options": made} if len(made) <= lengths.OPTIONS else {"option_groups": _groups(made)}
    if initial:
        out |= {"initial_options": initial} if many else {"initial_option": initial[0]}
    return out


def _search(field: Field, language: str) -> dict[str, Any]:
    """Returns a menu that searches: the field's own options, then the groups of its list."""
    many = field.kind == "searches"
    chosen = [v for v in field.value.split(",") if v] if many else [field.value]
    own = [*field.options, *((v, v) for v in chosen if v not in {value for _, value in field.options})]
    taken = {value for _, value in own}
    first = options(own)
    found = [_group(say("setup.suggested", language), first[: lengths.OPTIONS])] if first else []
    for name, members in lists.groups(field.listed, language).items():
        if rest := [member for member in members if member[1] not in taken]:
            found.append(_group(name, options(rest)))
    initial = [option for option in first if option["value"] in chosen]
    out: dict[str, Any] = {
        "type": "multi_static_select" if many else "static_select",
        "action_id": field.name,
        "option_groups": found,
    }
    if initial:
        out |= {"initial_options": initial} if many else {"initial_option": initial[0]}
    return out


def _groups(made: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups more than a hundred options by the first part of their values: `cs`, `Europe`."""
    out = []
    ordered = sorted(made, key=lambda o: (_stem(o["value"]), made.index(o)))
    for stem, group in groupby(ordered, key=lambda o: _stem(o["value"])):
        members = list(group)
        for start in range(0, len(members), lengths.OPTIONS):
            label = f"{stem} {start // lengths.OPTIONS + 1}" if start else stem
            out.append(_group(label, members[start : start + lengths.OPTIONS]))
    return out


def _group(label: str, members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"label": plain_text(label, lengths.OPTION_LABEL), "options": members}


def _stem(value: str) -> str:
    return re.split(r"[./]", value, maxsplit=1)[0] or "…"


def form_values(view: Mapping[str, Any]) -> dict[str, str]:
    """Returns the submitted values by field name. Several choices are comma-separated."""
    found = {}
    for name, elements in view["state"]["values"].items():
        for element in elements.values():
            found[field_of(name)] = _field_value(element)
    return found


def _field_value(element: Mapping[str, Any]) -> str:
    if "selected_options" in element:
        return ",".join(o["value"] for o in element["selected_options"] or [])
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    return str(element.get("selected_time") or element.get("value") or "")


def pages(title: str, post: Post, memo: Memo) -> list[dict[str, Any]]:
    """Returns a long Post as modals, one per page, with buttons to turn pages."""
    groups = spread(with_plain_feedback(blocks(post)), VIEW_BLOCKS - 2)
    empty: list[SlackBlock] = [{"type": "section", "text": plain_text(post.fallback or "…", 300)}]
    shown = [[*group, *_turning(number, len(groups))] or empty for number, group in enumerate(groups)]
    return [_modal(PAGE_ACTION, memo, title or post.fallback, page) for page in shown]


def _turning(number: int, total: int) -> list[SlackBlock]:
    ways = [(number - 1, f"‹ {number}/{total}"), (number + 1, f"{number + 2}/{total} ›")]
    buttons = [
        {"type": "button", "action_id": action_id(PAGE_ACTION, to), "text": plain_text(label, 75), "value": str(to)}
        for to, label in ways
        if 0 <= to < total
    ]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def confirm(label: str, question: str, language: str, memo: Memo) -> dict[str, Any]:
    """Returns a modal that asks for confirmation after a choice in `⋯`, where Slack cannot ask."""
    asked = {"type": "section", "text": plain_text(question or label, lengths.BLOCK_CHARACTERS)}
    return _modal(CONFIRM_CALLBACK, memo, label, [asked], say("slack.yes", language), say("slack.no", language))


def home(post: Post) -> dict[str, Any]:
    """Returns the Home tab, cut to a hundred blocks. Channel ids become channel links."""
    return {
        "type": "home",
        "blocks": [_named(b) for b in with_plain_feedback(blocks(post))[:VIEW_BLOCKS]] or [{"type": "divider"}],
    }


def _named(block: SlackBlock) -> SlackBlock:
    if block["type"] != "rich_text":
        return block
    return {**block, "elements": [_with_channel(section) for section in block["elements"]]}


def _with_channel(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the part with a link to a channel whose id is a heading or between two facts."""
    found: list[Any] = []
    for element in part.get("elements") or ():
        named = _CHANNEL.fullmatch(str(element.get("text", ""))) if element["type"] == "text" else None
        if element["type"] == "rich_text_section":
            found.append(_with_channel(element))
        elif named and (named["before"] or not found):
            channel = {"type": "channel", "channel_id": named["id"]}
            found += [{**element, "text": named["before"]}, channel, {**element, "text": named["after"]}]
        else:
            found.append(element)
    return {**part, "elements": [e for e in found if e.get("text", "x")]}


_CHANNEL = regex(rf"(?P<before>(?: · )?)(?P<id>{CHANNEL})(?P<after>(?: · )?)")
