"""Renders a Panel as one ephemeral message. Pure.

Typed fields are behind a button; the others are menus. A menu holds 25 entries, so a long list has
a second menu of its groups, which changes the first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core import lists
from bot.core.chat import Button, Checklist, Field, Panel, Post, Style
from bot.core.texts import say
from bot.discord.ids import ComponentId
from bot.discord.render.forms import Filling, PanelState
from bot.discord.render.messages import (
    LABEL,
    OPTIONS,
    TEXT,
    button,
    component,
    of_components,
    option,
    pieces,
    select,
    shortened,
)
from bot.discord.render.packing import size
from digest.render.markdown import escape
from digest.render.width import colon

TYPED = ("line", "lines", "time")
MANY = ("choices", "searches")
"""The kinds of fields with several values."""
SECTIONS = 12
"""Sections in a message: it holds 40 components, and a section takes three."""
VALUE = 300
"""Characters shown of a typed value. Its modal shows all."""
Component = dict[str, Any]


def begun(panel: Panel, values: Mapping[str, str], before: PanelState | None, round: int) -> Filling:  # noqa: A002
    """Returns the panel as it is stored. `values`: what was chosen since the panel was made."""
    below = json.dumps([component(p) for p in pieces(Post(panel.blocks, panel.form.title, panel.form.language))])
    groups = before.groups if before else {}
    state = PanelState(panel.state, panel.more, panel.buttons, panel.problems, below, groups, round)
    return Filling(panel.form, values, state)


def fields(filling: Filling) -> list[Field]:
    """Returns the fields of the page shown."""
    assert filling.panel is not None
    return [f for f in filling.form.fields if f.more == filling.panel.more]


def typed(filling: Filling) -> list[Field]:
    return [f for f in fields(filling) if f.kind in TYPED]


def message(name: str, filling: Filling) -> dict[str, Any]:
    assert filling.panel is not None
    parts = [*_fields(name, filling), *json.loads(filling.panel.below)]
    if filling.form.fields:
        parts.append(_buttons(name, filling))
    return of_components(parts)


def _fields(name: str, filling: Filling) -> Iterator[Component]:
    form, panel = filling.form, filling.panel
    if not form.fields or panel is None:
        return
    yield _text(f"### {escape(form.title)}")
    if written := typed(filling):
        yield _text("\n".join(line for f in written for line in _said(f, filling)))
        yield _row(button(Button("open", name, say("discord.panel.change", form.language))))
    for field in fields(filling):
        if field.kind not in TYPED:
            offered = {v for _, v in _offered(field, filling)}
            hidden = field.kind in MANY and not offered.issuperset(_chosen(field, filling))
            yield _text("\n".join(_said(field, filling, value=hidden)))
            yield _row(_select(name, field, filling))
            if field.kind == "searches":
                yield _row(_groups(name, field, filling))
    if panel.more:
        for field in form.fields:
            if field.kind == "search":
                yield _row(_groups(name, field, filling))
                if field.name in panel.groups:
                    yield _row(_select(name, field, filling))


def _said(field: Field, filling: Filling, *, value: bool = True) -> list[str]:
    """Returns the field's label, its value and what is wrong with it."""
    shown = shortened(_value(field, filling) or "–", VALUE)
    problem = filling.panel.problems.get(field.name) if filling.panel else None
    said = f"{colon(field.label, filling.form.language)}{escape(shown)}" if value else ""
    line = f"**{escape(field.label)}**{said}"
    return [line, *([f"⚠ {escape(problem)}"] if problem else [])]


def _value(field: Field, filling: Filling) -> str:
    return filling.values.get(field.name, field.value)


def _select(name: str, field: Field, filling: Filling) -> Component:
    many, chosen = field.kind in MANY, _chosen(field, filling)
    options = [option(text, v, chosen=v in chosen) for text, v in _offered(field, filling)]
    least, most = int(field.required), len(options) if many else 1
    pressed = ComponentId("set", f"{name}:{field.name}")
    return select(pressed, field.label, options, min_values=least, max_values=most)


def _chosen(field: Field, filling: Filling) -> list[str]:
    value = _value(field, filling)
    return [v for v in value.split(",") if v] if field.kind in MANY else [value]


def _offered(field: Field, filling: Filling) -> list[tuple[str, str]]:
    """Returns the entries of a field's menu: the open group or the field's own options, after as
    many of the chosen values as there is room for."""
    group = filling.panel.groups.get(field.name, "") if filling.panel else ""
    listed = lists.groups(field.listed, filling.form.language).get(group, ()) if group else field.options[:OPTIONS]
    labels = {v: text for text, v in (*field.options, *listed)}
    others = [v for v in _chosen(field, filling) if v not in {value for _, value in listed}] if field.listed else []
    room = OPTIONS - len(listed)
    return [*((labels.get(v, v), v) for v in others[:room]), *listed]


def value_after(field: Field, filling: Filling, values: Sequence[str]) -> str:
    """Returns the field's value after these entries of its menu are chosen. Earlier choices that
    the menu had no room for stay."""
    if field.kind not in MANY:
        return ",".join(values)
    offered = {v for _, v in _offered(field, filling)}
    return ",".join([*(v for v in _chosen(field, filling) if v not in offered), *values])


def _groups(name: str, field: Field, filling: Filling) -> Component:
    group = filling.panel.groups.get(field.name, "") if filling.panel else ""
    listed = lists.groups(field.listed, filling.form.language)
    options = [option(text, text, chosen=text == group) for text in listed]
    placeholder = say("discord.panel.list", filling.form.language, name=field.label)
    return select(ComponentId("group", f"{name}:{field.name}"), placeholder, options[:OPTIONS])


def _buttons(name: str, filling: Filling) -> Component:
    assert filling.panel is not None
    save = Button("save", "", filling.form.submit, Style.PLAIN)
    return _row(*(button(b, ComponentId("press", f"{name}:{b.action}")) for b in (save, *filling.panel.buttons)))


def checklist(given: Checklist) -> list[dict[str, Any]]:
    """Returns messages of sections with buttons; without buttons, a menu of several choices."""
    if any(row.button is None for row in given.rows):
        menu = _row(_several(given, given.action, given.ask))
        return [of_components([_text(f"### {escape(given.title)}"), menu])]
    told = f"\n-# {escape(given.told)}" if given.told else ""
    made: list[list[Component]] = [[_text(f"### {escape(given.title)}{told}")]]
    used = 0
    for row in given.rows:
        text = f"**{escape(row.label)}**" + (f"\n{escape(row.detail)}" if row.detail else "")
        if len(made[-1]) > SECTIONS or used + size(text) > TEXT - LABEL * 4:
            made.append([])
            used = 0
        assert row.button is not None
        made[-1].append({"type": 9, "components": [_text(text)], "accessory": button(row.button)})
        used += size(text)
    if given.instead and len(given.rows) > 1:
        named = replace(
            given, least=2, most=5, rows=tuple(replace(r, value=r.button.value) for r in given.rows if r.button)
        )
        made[-1].append(_row(_several(named, given.instead.action, given.instead.label)))
    return [of_components(parts) for parts in made]


def _several(given: Checklist, action: str, asked: str) -> Component:
    options = [option(row.label, row.value, detail=row.detail) for row in given.rows[:OPTIONS]]
    most = min(given.most, len(options))
    return select(ComponentId(action, ""), asked or given.title, options, min_values=given.least, max_values=most)


def _text(text: str) -> Component:
    return {"type": 10, "content": text}


def _row(*items: Component) -> Component:
    return {"type": 1, "components": [*items]}
