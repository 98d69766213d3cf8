"""Helpers for elements of a page, and HiddenText, which holds what people cannot see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import _Element

from digest.fulltext.hidden import MAX_QUOTED
from digest.model import Hidden


def tag(el: _Element) -> str:
    """The local name in lower case; empty for comments and processing instructions."""
    return el.tag.rpartition("}")[2].lower() if isinstance(el.tag, str) else ""


def classes(el: _Element) -> frozenset[str]:
    return frozenset((el.get("class") or "").split())


def with_class(el: _Element, name: str) -> list[_Element]:
    return cast(list[_Element], el.xpath(f'.//*[contains(concat(" ", @class, " "), " {name} ")]'))


def all_text(el: _Element) -> str:
    """All text of an element on one line, without comments."""
    texts = (t for t in el.itertext() if isinstance(t, str))
    return re.sub(r"\s+", " ", " ".join(texts)).strip()


@dataclass
class HiddenText:
    place: str = ""
    """The title of the current section."""
    found: list[Hidden] = field(default_factory=list)

    def record(self, text: str, how: str) -> None:
        self.found.append(Hidden(text[:MAX_QUOTED], how, self.place))
