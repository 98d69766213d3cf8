"""Parses the model's output to JSON data, and to `{path: text}`, the form that is checked. Pure.

A path is `parts.method.short`. A Problem names it in `where`, and a repair gives a new text for
it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import json_repair

from digest.patterns import clean, regex

_FENCED = regex(r"```(?:json|JSON)?\s*\n(.*?)(?:\n[^\S\n]*```|\Z)", re.DOTALL)
_MAX_CHARACTERS = 400_000
"""More than any output limit allows."""


def parse_object(text: str) -> dict[str, Any]:
    """Returns the JSON object in a text: bare, fenced, amid words or slightly broken; or empty."""
    # Escapes inside the JSON may stand for half characters and control characters.
    found: dict[str, Any] = _cleaned(_parse_object(text))
    return found


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(k)): _cleaned(v) for k, v in value.items()}
    return [_cleaned(v) for v in value] if isinstance(value, list) else value


def _parse_object(text: str) -> dict[str, Any]:
    text = text[:_MAX_CHARACTERS].strip()
    for candidate in (text, *_FENCED.findall(text)):
        try:
            data = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(data, dict):
            return data
    start = text.find("{")
    if start < 0:
        return {}
    try:
        repaired = json_repair.loads(text[start:])
    except (ValueError, RecursionError):
        return {}
    if isinstance(repaired, list):
        repaired = next((m for m in repaired if isinstance(m, dict)), {})
    return repaired if isinstance(repaired, dict) else {}


def texts_by_path(data: object, path: str = "") -> dict[str, str]:
    """Returns every string in the data by its path, in order."""
    if isinstance(data, str):
        return {path: data}
    items: Any = ()
    if isinstance(data, Mapping):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    found: dict[str, str] = {}
    for key, value in items:
        found |= texts_by_path(value, f"{path}.{key}" if path else str(key))
    return found


def list_at(data: object, *path: str) -> list[dict[str, Any]]:
    """Returns the objects of the list at a path (digits are list indices); may be empty."""
    for key in path:
        if isinstance(data, list):
            data = data[int(key)] if key.isdecimal() and int(key) < len(data) else None
        else:
            data = data.get(key) if isinstance(data, Mapping) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def parse_fixes(data: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for fix in list_at(data, "fixes"):
        where, text = fix.get("where"), fix.get("text")
        if isinstance(where, str) and isinstance(text, str):
            found[where.strip().strip("`")] = text
    return found


def parse_number(value: object, low: float, high: float) -> float | None:
    """Returns a number within bounds, also from `"7"` or `"7/10"`; None for anything else."""
    if isinstance(value, str) and (match := re.match(r"\s*(\d+(?:\.\d+)?)", value)):
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return float(value)
