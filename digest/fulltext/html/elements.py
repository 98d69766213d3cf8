"""Small questions about an element of a page, and the Veil: markup that shows its text to machines and not to people.

The one thing to know: what the Veil covers never reaches a section; it is reported only when it reads as text, because LaTeXML
hides single signs for its own reasons (phantoms, white zeros that align a column).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import Comment, _Element

from digest.fulltext.hidden import MAX_QUOTED, order, reads_as_text
from digest.fulltext.html.visibility import Rules, unseen
from digest.model import Hidden

_HIDDEN_CLASSES = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "ltx_hidden", "ltx_phantom", "is-sr-only", "screenreader", "ltx_nodisplay",
     "d-none", "invisible", "opacity-0")
)  # fmt: skip
"""Of LaTeXML, and of the style sheets that arXiv's pages load."""


def tag(el: _Element) -> str:
    """The local name in lower case; empty for comments and processing instructions."""
    return el.tag.rpartition("}")[2].lower() if isinstance(el.tag, str) else ""


def classes(el: _Element) -> frozenset[str]:
    return frozenset((el.get("class") or "").split())


def with_class(el: _Element, name: str) -> list[_Element]:
    """The elements below `el` of that class, in document order."""
    return cast(list[_Element], el.xpath(f'.//*[contains(concat(" ", @class, " "), " {name} ")]'))


def all_text(el: _Element) -> str:
    """Everything in an element on one line, comments aside."""
    texts = (t for t in el.itertext() if isinstance(t, str))
    return re.sub(r"\s+", " ", " ".join(texts)).strip()


@dataclass
class Veil:
    """Sees which elements are hidden from people, and keeps what they say."""

    place: str = ""
    """The title of the section the walk is in."""
    found: list[Hidden] = field(default_factory=list)
    rules: Rules = field(default_factory=dict)
    """Of the page's own style sheet."""

    def covers(self, el: _Element) -> bool:
        how = _how(el, self.rules)
        if how == "":
            return False
        text = all_text(el)
        if reads_as_text(text) or order(text):
            self.keep(text, how)
        return True

    def keep(self, text: str, how: str) -> None:
        self.found.append(Hidden(text[:MAX_QUOTED], how, self.place))

    def note_comments(self, article: _Element) -> None:
        """Comments that give orders; all others are nobody's business."""
        for comment in article.iter(Comment):
            text = re.sub(r"\s+", " ", comment.text or "").strip()
            if order(text):
                self.found.append(Hidden(text[:MAX_QUOTED], "hidden-markup", "a comment"))


def _how(el: _Element, rules: Rules) -> str:
    """How an element is hidden; empty when it is not."""
    if el.get("hidden") is not None or not classes(el).isdisjoint(_HIDDEN_CLASSES):
        return "hidden-markup"
    if el.get("aria-hidden") == "true" and order(all_text(el)):
        return "hidden-markup"
    return unseen(el, rules)
