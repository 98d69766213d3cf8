"""Helpers for elements of a page, and HiddenText, which finds text that people cannot see.

Hidden text never reaches a section. It is reported only if it reads as text: LaTeXML itself hides
single signs (phantoms, white zeros that align a column).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import Comment, _Element

from digest.fulltext.hidden import MAX_QUOTED, first_order, reads_as_text
from digest.fulltext.html.visibility import Rules, hidden_by_style
from digest.model import Hidden

_HIDDEN_CLASSES = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "ltx_hidden", "ltx_phantom", "is-sr-only", "screenreader", "ltx_nodisplay",
     "d-none", "invisible", "opacity-0")
)  # fmt: skip
"""Of LaTeXML and of the style sheets that arXiv's pages load."""


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
    rules: Rules = field(default_factory=dict)
    """The page's own style sheet."""

    def hides(self, el: _Element) -> bool:
        how = _how_hidden(el, self.rules)
        if not how:
            return False
        text = all_text(el)
        if reads_as_text(text) or first_order(text):
            self.record(text, how)
        return True

    def record(self, text: str, how: str) -> None:
        self.found.append(Hidden(text[:MAX_QUOTED], how, self.place))

    def record_comments(self, article: _Element) -> None:
        """Records only comments that give orders."""
        for comment in article.iter(Comment):
            text = re.sub(r"\s+", " ", comment.text or "").strip()
            if first_order(text):
                self.found.append(Hidden(text[:MAX_QUOTED], "hidden-markup", "a comment"))


def _how_hidden(el: _Element, rules: Rules) -> str:
    if el.get("hidden") is not None or not classes(el).isdisjoint(_HIDDEN_CLASSES):
        return "hidden-markup"
    if el.get("aria-hidden") == "true" and first_order(all_text(el)):
        return "hidden-markup"
    return hidden_by_style(el, rules)
