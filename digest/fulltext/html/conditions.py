"""Tells which conditions of style sheets hold for readers at a screen with a mouse. Pure.

A condition that browsers do not know is None: neither it nor its opposite holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from digest.fulltext.html.lengths import SCREEN, pixels
from digest.fulltext.html.values import split
from digest.patterns import regex

MAX_BRACKETS = 40
"""Most brackets of a condition that is read."""
_NUMBERS = {
    "width": SCREEN[0], "height": SCREEN[1], "inline-size": SCREEN[0], "block-size": SCREEN[1],
    "device-width": SCREEN[0], "device-height": SCREEN[1], "aspect-ratio": SCREEN[0] / SCREEN[1],
    "device-aspect-ratio": SCREEN[0] / SCREEN[1], "resolution": 1.0, "-webkit-device-pixel-ratio": 1.0,
    "color": 8.0, "color-index": 0.0, "monochrome": 0.0, "grid": 0.0,
}  # fmt: skip
_WORDS = {
    "orientation": "landscape", "hover": "hover", "any-hover": "hover", "pointer": "fine", "any-pointer": "fine",
    "prefers-color-scheme": "light", "prefers-reduced-motion": "no-preference", "prefers-contrast": "no-preference",
    "prefers-reduced-transparency": "no-preference", "prefers-reduced-data": "no-preference", "forced-colors": "none",
    "inverted-colors": "none", "scripting": "enabled", "update": "fast", "overflow-block": "scroll",
    "overflow-inline": "scroll", "display-mode": "browser", "color-gamut": "srgb", "dynamic-range": "standard",
    "video-dynamic-range": "standard", "scan": "progressive", "environment-blending": "opaque", "nav-controls": "back",
}  # fmt: skip
_NOTHING = ("none", "no-preference")
_TYPED = regex(r"\s*(not|only)\s+(?!not\b)(?=[a-z])")
_JOINED = regex(r"\b(and|or|not)(?=\()")
_RANGE = regex(r"(?:([^<>=]+?)\s*([<>]=?|=)\s*)?([a-z-]+)\s*(?:([<>]=?|=|:)\s*([^<>=]+))?")
_UNITS = {"dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}
_RATIO = regex(r"([\d.]+)\s*(?:/\s*([\d.]+)|(dppx|x|dpi|dpcm))?")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, ":": lambda a, b: a == b,
}  # fmt: skip


def media_holds(query: str) -> bool:
    """Returns whether a list of media queries holds."""
    queries = [one for one in split(query.lower(), ",") if one.strip()]
    return not query.strip() or any(map(_query_holds, queries))


def _query_holds(query: str) -> bool:
    """Returns whether a query holds. `not` before a type of media negates the whole query."""
    found = _TYPED.match(query)
    held = holds(query[found.end() :] if found else query, _medium)
    return held is (found is None or found[1] != "not")


def container_holds(query: str) -> bool:
    """Returns whether it holds for a container as large as the window, whose style always fits."""
    return holds(re.sub(r"\A(?!not\b)[\w-]+\s+(?=\(|not\b)", "", query.lower().strip()), _container) is True


def holds(condition: str, is_so: Callable[[str], bool | None]) -> bool | None:
    """Evaluates `and`, `or`, `not` and brackets. `is_so` evaluates what is in them."""
    condition = _JOINED.sub(r"\1 ", condition.strip())
    if condition.count("(") > MAX_BRACKETS:
        return None
    words = [word for word in split(condition, " ") if word]
    for joint, settles in (("or", True), ("and", False)):
        if joint in words:
            parts = [" ".join(group) for is_joint, group in groupby(words, joint.__eq__) if not is_joint]
            held = [holds(part, is_so) for part in parts]
            return settles if settles in held else None if None in held else not settles
    if words and words[0] == "not":
        denied = holds(words[1], is_so) if len(words) == 2 else None
        return None if denied is None else not denied
    if condition.startswith("(") and condition.endswith(")"):
        inner = condition[1:-1].strip()
        if inner.startswith(("(", "not ")):
            return holds(inner, is_so)
    return is_so(condition)


def _container(condition: str) -> bool | None:
    return condition.startswith("style(") or (_medium(condition) if condition.startswith("(") else None)


def _medium(condition: str) -> bool | None:
    if not condition.startswith("("):
        return condition in ("all", "screen")
    found = _RANGE.fullmatch(condition[1:-1].strip())
    if found is None:
        return None
    left, before, name, after, right = found.groups()
    bound = next((sign for prefix, sign in (("min-", ">="), ("max-", "<=")) if name.startswith(prefix)), "")
    name = name[4:] if bound else name
    if name in _WORDS:
        return right == _WORDS[name] if after else _WORDS[name] not in _NOTHING
    value = _NUMBERS.get(name)
    if value is None or not (before or after):
        return None if value is None else value > 0
    held = [_is_so(_number(left), before, value)] if before else []
    held += [_is_so(value, bound if bound and after == ":" else after, _number(right))] if after else []
    return None if None in held else all(held)


def _is_so(one: float | None, sign: str, other: float | None) -> bool | None:
    return None if one is None or other is None else _COMPARED[sign](one, other)


def _number(text: str) -> float | None:
    found = _RATIO.fullmatch(text.strip())
    if not found:
        return pixels(text, 16.0, 0.0)
    try:
        return float(found[1]) / float(found[2] or 1) * _UNITS.get(found[3], 1.0)
    except (ValueError, ZeroDivisionError):
        return None
