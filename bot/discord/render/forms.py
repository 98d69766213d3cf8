"""Renders forms as Discord's modals.

A modal has at most five fields and cannot open another modal, so a longer form has steps with a
message and a button between them. Filled-in values are stored until the form is submitted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

from bot.core.chat import Actions, Button, Field, Form, Post, Style, Text
from bot.core.texts import say
from bot.discord.render.messages import OPTIONS, option, shortened
from bot.discord.render.packing import size
from digest.model import from_json, to_json
from digest.ports import Cache
from digest.render.markdown import escape

FIELDS = 5
TITLE = 45
LABEL = 45
HINT = 100
VALUE = 4000
LIFE = timedelta(hours=2)
PANEL = "pbp"
"""The beginning of the custom_id of a panel's modal."""


@dataclass(frozen=True)
class PanelState:
    """What a panel's message shows beside the fields, so that it can be drawn again."""

    state: str = ""
    more: bool = False
    buttons: tuple[Button, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    below: str = ""
    """Components below the fields, as JSON."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """By field with a long list: the group that is open."""
    round: int = 0
    """How many things the person has done in the panel."""


@dataclass(frozen=True)
class Filling:
    """A form with the values entered so far."""

    form: Form
    values: Mapping[str, str] = field(default_factory=dict)
    panel: PanelState | None = None
    """The state, if the form is a Panel."""

    @property
    def steps(self) -> tuple[tuple[Field, ...], ...]:
        """Returns the fields, split evenly over as few modals as possible."""
        fields = self.form.fields
        count = -(-len(fields) // FIELDS)
        base, more = divmod(len(fields), count)
        ends = [base * i + min(i, more) for i in range(count + 1)]
        return tuple(fields[ends[i] : ends[i + 1]] for i in range(count))


class Forms:
    """Stores half-filled forms, each for the person who opened it."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def change(self, name: str, person: str, change: Callable[[Filling], Filling | None]) -> Filling | None:
        """Changes a stored form by `change`. Returns what is then stored; None without a form or a
        change.

        One change at a time, so that no choice is lost while a check of the panel ends."""
        async with self._locks.setdefault(f"{person}:{name}", asyncio.Lock()):
            held = await self.load(name, person)
            changed = change(held) if held is not None else None
            if changed is not None:
                await self.keep(name, person, changed)
            return changed

    async def keep(self, name: str, person: str, filling: Filling) -> None:
        """Stores a form without its secrets. People who correct the form type them again."""
        secret = {f.name for f in filling.form.fields if f.secret}
        filling = replace(filling, values={n: v for n, v in filling.values.items() if n not in secret})
        await self._cache.put(f"discord:form:{person}:{name}", to_json(filling), LIFE)

    async def load(self, name: str, person: str) -> Filling | None:
        kept = await self._cache.get(f"discord:form:{person}:{name}")
        return from_json(Filling, kept) if kept is not None else None


def modal(name: str, filling: Filling, step: int, *, last: bool = False) -> dict[str, Any]:
    """Returns the modal. `last`: submit after this step, because it is a correction."""
    steps = filling.steps
    title = filling.form.title + (f" ({step + 1}/{len(steps)})" if len(steps) > 1 else "")
    return _modal(f"pbf:{name}:{step}:{'l' if last else ''}", title, steps[step], filling.values)


def panel_modal(name: str, title: str, fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, Any]:
    """Returns the typed fields of a panel's page."""
    return _modal(f"{PANEL}:{name}", title, fields[:FIELDS], values)


def _modal(custom: str, title: str, fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, Any]:
    shown = [label(f, values.get(f.name, f.value)) for f in fields]
    return {"custom_id": custom, "title": shortened(title, TITLE), "components": shown}


def of_panel_modal(custom: str) -> str:
    """Returns the panel's name; empty for any other modal."""
    kind, _, name = custom.partition(":")
    return name if kind == PANEL else ""


def of_modal(custom: str) -> tuple[str, int, bool] | None:
    """Returns (name, step, last) of one of our modals, else None."""
    parts = custom.split(":")
    if len(parts) != 4 or parts[0] != "pbf" or not parts[2].isdigit():
        return None
    return parts[1], int(parts[2]), parts[3] == "l"


def label(field: Field, value: str) -> dict[str, Any]:
    made: dict[str, Any] = {"type": 18, "label": shortened(field.label, LABEL), "component": _control(field, value)}
    if field.hint:
        made["description"] = shortened(field.hint, HINT)
    return made


def _control(field: Field, value: str) -> dict[str, Any]:
    if field.kind in ("choice", "choices") and 0 < len(field.options) <= OPTIONS:
        chosen = {v.strip() for v in value.split(",")} if field.kind == "choices" else {value}
        options = [option(label, v, chosen=v in chosen) for label, v in field.options]
        most = len(options) if field.kind == "choices" else 1
        least = 1 if field.required else 0
        return {
            "type": 3,
            "custom_id": field.name,
            "options": options,
            "min_values": least,
            "max_values": most,
            "required": field.required,
        }
    made: dict[str, Any] = {
        "type": 4,
        "custom_id": field.name,
        "style": 2 if field.kind == "lines" else 1,
        "required": field.required,
        "max_length": VALUE,
    }
    if value and size(value) <= VALUE:
        made["value"] = value
    if field.kind == "time":
        made["placeholder"] = "09:00"
    return made


def filled(components: list[dict[str, Any]]) -> dict[str, str]:
    """Returns the submitted values by field name. Several choices are comma-separated."""
    found: dict[str, str] = {}
    for component in components:
        inner = component.get("component") or next(iter(component.get("components", ())), None)
        if inner and "custom_id" in inner:
            values = inner.get("values")
            found[inner["custom_id"]] = ",".join(values) if values is not None else inner.get("value") or ""
    return found


def with_values(filling: Filling, values: Mapping[str, str]) -> Filling:
    return replace(filling, values={**filling.values, **values})


def with_group(filling: Filling, field: str, group: str) -> Filling:
    """Returns the panel with this group of a long list open."""
    assert filling.panel is not None
    return replace(filling, panel=replace(filling.panel, groups={**filling.panel.groups, field: group}))


def next_round(filling: Filling) -> Filling:
    assert filling.panel is not None
    return replace(filling, panel=replace(filling.panel, round=filling.panel.round + 1))


def between(name: str, filling: Filling, done: int, language: str) -> Post:
    """Returns the offer of the next step, or of saving, after step `done` (from 0)."""
    steps = len(filling.steps)
    title = escape(filling.form.title)
    buttons = (
        Button(
            "form", f"{name}:{done + 1}", say("discord.continue", language, step=done + 2, steps=steps), Style.PRIMARY
        ),
        Button("send", name, say("discord.save", language)),
    )
    text = say("discord.step", language, title=title, step=done + 1, steps=steps)
    return Post((Text(text), Actions(buttons)), filling.form.title, language)


def problems(name: str, filling: Filling, wrong: Mapping[str, str], language: str) -> Post:
    """Returns the problems by field, and a button that reopens the first step with one."""
    labels = {f.name: f.label for f in filling.form.fields}
    lines = [
        say("discord.problem", language, label=escape(labels.get(f, f)), problem=said) for f, said in wrong.items()
    ]
    at = next((i for i, step in enumerate(filling.steps) if any(f.name in wrong for f in step)), 0)
    button = Button("form", f"{name}:{at}:l", say("discord.fix", language), Style.PRIMARY)
    return Post((Text("\n\n".join(f"⚠ {line}" for line in lines)), Actions((button,))), filling.form.title, language)


def asked_for(value: str) -> tuple[str, int, bool]:
    """Returns (name, step, last) of a button's value `name:step[:l]`."""
    name, _, rest = value.partition(":")
    step, _, last = rest.partition(":")
    return name, int(step), last == "l"
