"""Says what is wrong with a value in our words: pydantic finds the problem, none of its texts is
shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WANTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "model_type": "names with values, such as channel: slack:C0123ABCD",
    "model_attributes_type": "names with values, such as channel: slack:C0123ABCD",
    "dict_type": "names with values, such as channel: slack:C0123ABCD",
    "path_type": "the path of a folder",
    "url_parsing": "a URL",
}


def plain(problem: Mapping[str, Any]) -> str:
    """`'many' cannot be used; write a whole number`, of an item of `ValidationError.errors()`."""
    kind, limits = str(problem["type"]), problem.get("ctx", {})
    if kind == "missing":
        return "is missing"
    return f"{shown(problem['input'])} cannot be used; write {_wanted(kind, limits)}"


def shown(value: Any) -> str:
    """A value; only the length of a long one, which may be a misplaced secret."""
    text = str(value)
    return repr(text) if len(text) <= 24 else f"the given value ({len(text)} characters)"


def _wanted(kind: str, limits: Mapping[str, Any]) -> str:  # noqa: PLR0911  # one case a kind
    match kind:
        case "greater_than_equal":
            return f"{limits['ge']:g} or more"
        case "greater_than":
            return f"more than {limits['gt']:g}"
        case "less_than_equal":
            return f"{limits['le']:g} or less"
        case "less_than":
            return f"less than {limits['lt']:g}"
        case "literal_error" | "enum":
            return str(limits["expected"]).replace("'", "")
        case "string_too_long":
            return f"at most {limits['max_length']} characters"
        case _ if kind.startswith(("datetime_", "timezone_", "date_")):
            return "a date and time such as 2026-01-30T09:00:00+00:00"
        case _:
            return _WANTED.get(kind, "another one: see .env.example")
