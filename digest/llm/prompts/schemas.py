"""Holds the JSON Schemas of structured outputs.

Strict mode wants all properties required, no others, no defaults and no bounds."""

from __future__ import annotations

from typing import Any

from digest.llm.server.wire import Schema
from digest.model import ABSTRACT_PARTS, FULL_PARTS

STRING: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
INTEGER: dict[str, Any] = {"type": "integer"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _analysis(parts: tuple[str, ...]) -> dict[str, Any]:
    return _object(
        core=STRING,
        findings=_list(_object(statement=STRING, quotation=STRING)),
        parts=_object(**{name: _object(short=STRING, full=STRING) for name in parts}),
    )


_MENTION = _object(n=INTEGER, claim=STRING, text=STRING)
_THEMES = _list(_object(text=STRING, mentions=_list(_MENTION)))

RANKING = Schema(
    "ranking", _object(scores=_list(_object(n=INTEGER, relevance=NUMBER, significance=NUMBER, reason=STRING)))
)
ANALYSIS = Schema("analysis", _analysis(FULL_PARTS))
ABSTRACT_ANALYSIS = Schema("abstract_analysis", _analysis(ABSTRACT_PARTS))
SUMMARY = Schema(
    "summary",
    _object(
        headline=STRING, overview=STRING, first=_list(_MENTION), trends=_THEMES, highlights=_THEMES, directions=_THEMES
    ),
)
SUPPORT = Schema("support", _object(verdicts=_list(_object(n=INTEGER, reason=STRING, word=STRING))))
FIXES = Schema("fixes", _object(fixes=_list(_object(where=STRING, text=STRING))))

ALL = (RANKING, ANALYSIS, ABSTRACT_ANALYSIS, SUMMARY, SUPPORT, FIXES)
