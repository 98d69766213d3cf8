"""Reads elements of a page. LeftOut counts what is not read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import XPath, _Element

from digest.fulltext.completeness import letters
from digest.fulltext.hidden import MAX_QUOTED
from digest.model import Hidden

_STRING = XPath("string()")


def tag(el: _Element) -> str:
    """Returns the local name in lower case; empty for comments and processing instructions."""
    return el.tag.rpartition("}")[2].lower() if isinstance(el.tag, str) else ""


def classes(el: _Element) -> frozenset[str]:
    return frozenset((el.get("class") or "").split())


def with_class(el: _Element, name: str) -> list[_Element]:
    return cast(list[_Element], el.xpath(f'.//*[contains(concat(" ", @class, " "), " {name} ")]'))


def all_text(el: _Element) -> str:
    """Returns all text of an element on one line, without comments."""
    texts = (t for t in el.itertext() if isinstance(t, str))
    return re.sub(r"\s+", " ", " ".join(texts)).strip()


@dataclass
class LeftOut:
    """What does not reach a section: words that a formula hides, and furniture of the page."""

    place: str = ""
    """The title of the current section."""
    hidden: list[Hidden] = field(default_factory=list)
    letters: int = 0
    """Letters left out on purpose, or written in another way, as formulas are."""
    added: int = 0
    """Letters of the sections that are not in the page's text: TeX and addresses."""

    def record(self, text: str, how: str) -> None:
        self.hidden.append(Hidden(text[:MAX_QUOTED], how, self.place))

    def leave(self, el: _Element, instead: str = "") -> str:
        """Counts the letters of an element that is left out, and of what is written instead."""
        if isinstance(el.tag, str):  # not a comment
            self.letters += letters(cast(str, _STRING(el)))
            self.added += letters(instead)
        return instead
