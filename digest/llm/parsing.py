"""From what the model wrote to data, and to `{path: text}`, the form in which outputs are checked and repaired. Pure.

`parts.method.short` is the path of one text; a Problem names it in `where`, a repair gives its new text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import json_repair

_FENCED = re.compile(r"```(?:json|JSON)?\s*\n(.*?)(?:\n\s*```|\Z)", re.DOTALL)
_MOST = 400_000
"""Characters: more than any output limit allows."""


def data_of(text: str) -> dict[str, Any]:
    """The JSON object in a text: bare, fenced, wrapped in chatter, or slightly broken. Empty when there is none."""
    text = text[:_MOST].strip()
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
        mended = json_repair.loads(text[start:])
    except (ValueError, RecursionError):
        return {}
    if isinstance(mended, list):
        mended = next((m for m in mended if isinstance(m, dict)), {})
    return mended if isinstance(mended, dict) else {}


def texts_of(data: object, path: str = "") -> dict[str, str]:
    """Every string in the data by its path, in order; numbers are no texts."""
    if isinstance(data, str):
        return {path: data}
    items: Any = ()
    if isinstance(data, Mapping):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    found: dict[str, str] = {}
    for key, value in items:
        found |= texts_of(value, f"{path}.{key}" if path else str(key))
    return found


def list_at(data: object, *path: str) -> list[dict[str, Any]]:
    """The objects of a list somewhere in the data (a figure in the path is a place in a list); empty where there is none."""
    for key in path:
        if isinstance(data, list):
            data = data[int(key)] if key.isdecimal() and int(key) < len(data) else None
        else:
            data = data.get(key) if isinstance(data, Mapping) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def fixes_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What a repair gives: path to new text."""
    found = {}
    for fix in list_at(data, "fixes"):
        where, text = fix.get("where"), fix.get("text")
        if isinstance(where, str) and isinstance(text, str):
            found[where.strip().strip("`")] = text
    return found


def number_of(value: object, low: float, high: float) -> float | None:
    """A number within bounds, also from `"7"` or `7/10`; None for anything else."""
    if isinstance(value, str) and (match := re.match(r"\s*(\d+(?:\.\d+)?)", value)):
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return float(value)
