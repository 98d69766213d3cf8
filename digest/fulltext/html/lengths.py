"""Turns CSS lengths into pixels. Pure."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable

from digest.patterns import regex

SCREEN = (1280.0, 800.0)
"""Width and height in pixels of an assumed reader's window."""
_UNITS = {
    "px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945, "rem": 16.0,
    "vw": SCREEN[0] / 100, "vh": SCREEN[1] / 100, "vmin": SCREEN[1] / 100, "vmax": SCREEN[0] / 100,
    "vi": SCREEN[0] / 100, "vb": SCREEN[1] / 100, "rlh": 19.2, "rex": 8.0, "rch": 8.0, "rcap": 11.0, "ric": 16.0,
}  # fmt: skip
_OF_A_WINDOW = regex(r"\A(?:[sld]v|cq)(?=(?:[whib]|min|max)\Z)")
"""Units of a window. A container counts as large as the window."""
_LENGTH = regex(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(%|[a-z]*)", re.IGNORECASE)
_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
MAX_CALCULATION = 200
"""Characters of a `calc()` that is evaluated."""


LONGEST = 2.0**25
"""Pixels. Browsers use about this for longer lengths."""


def pixels(value: str, size: float, whole: float) -> float | None:
    """Returns pixels; None for words. `size`: the font's. `whole`: what per cent are of."""
    length = _unbounded(value.strip(), size, whole)
    return None if length is None or math.isnan(length) else bounded(length)


def bounded(number: float) -> float:
    return min(max(number, -LONGEST), LONGEST)


def _unbounded(value: str, size: float, whole: float) -> float | None:
    if found := _LENGTH.fullmatch(value):
        return _one(found, size, whole)
    if value.startswith(("calc(", "min(", "max(", "clamp(")) and len(value) <= MAX_CALCULATION:
        sums = _LENGTH.sub(
            lambda m: f"({_one(m, size, whole) or 0.0:.6f})", re.sub(r"(?<=[\w%)])([-+])(?=\s)", r" \1", value)
        )
        try:
            return _worked_out(ast.parse(sums.replace("calc", ""), mode="eval").body)
        except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
            return None
    return None


def _one(found: re.Match[str], size: float, whole: float) -> float | None:
    number, unit = float(found[1]), found[2].lower()
    if unit == "%":
        return number * whole / 100
    if unit in ("em", "ex", "ch", "lh", "ic", "cap"):
        return number * size * (0.5 if unit in ("ex", "ch") else 1.0)
    unit = _OF_A_WINDOW.sub("v", unit)
    return number * _UNITS[unit] if unit in _UNITS else None


def _worked_out(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_worked_out(node.left), _worked_out(node.right))
    if isinstance(node, ast.UnaryOp):
        value = _worked_out(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        values = [_worked_out(argument) for argument in node.args]
        if node.func.id == "clamp":
            least, wanted, most = values
            return max(least, min(wanted, most))
        return min(values) if node.func.id == "min" else max(values)
    raise ValueError(node)
