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
from digest.model import Hidden

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_STYLES = (
    ("hidden-markup", re.compile(r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0?\.?0*(?:;|%|$)|clip:rect\(0|clip-path:inset\((?:50|100)%)")),
    ("tiny", re.compile(r"(?:^|;)font-size:(?:0(?:\.0*)?(?:[a-z%]*)(?:;|$)|0?\.\d+(?:pt|px)|1(?:\.\d+)?(?:pt|px)(?:;|$)|[0-9](?:\.\d+)?%|0?\.[01]\d*r?em)")),
    ("off-page", re.compile(r"(?:^|;)(?:left|right|top|bottom|text-indent|margin-left|margin-top):-\d{3,}|translate[xy]?\(-\d{3,}")),
)  # fmt: skip
_COLOUR = re.compile(rf"(?:^|;)(?:color|--ltx-fg-color):(#[0-9a-f]{{3,8}}|white|transparent|rgba?\({_NUMBER}[^)]*\))")
_BACKGROUND = re.compile(
    r"(?:^|;)(?:background(?:-color)?|--ltx-bg-color):(?!none|transparent|inherit|white|#fff(?:fff)?(?:;|$))"
)
_HIDDEN_CLASSES = frozenset(
    ("sr-only", "visually-hidden", "visuallyhidden", "ltx_hidden", "ltx_phantom", "is-sr-only", "screenreader")
)


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

    def covers(self, el: _Element) -> bool:
        how = _how(el)
        if how == "":
            return False
        text = all_text(el)
        if reads_as_text(text) or order(text):
            self.found.append(Hidden(text[:MAX_QUOTED], how, self.place))
        return True

    def note_comments(self, article: _Element) -> None:
        """Comments that give orders; all others are nobody's business."""
        for comment in article.iter(Comment):
            text = re.sub(r"\s+", " ", comment.text or "").strip()
            if order(text):
                self.found.append(Hidden(text[:MAX_QUOTED], "hidden-markup", "a comment"))


def _how(el: _Element) -> str:
    """How an element is hidden; empty when it is not."""
    if el.get("hidden") is not None or not classes(el).isdisjoint(_HIDDEN_CLASSES):
        return "hidden-markup"
    if el.get("aria-hidden") == "true" and order(all_text(el)):
        return "hidden-markup"
    style = el.get("style")
    if not style:
        return ""
    style = re.sub(r"\s|!important", "", style.lower())
    for how, pattern in _STYLES:
        if pattern.search(style):
            return how
    colour = _COLOUR.search(style)
    return "white" if colour and _is_white(colour[1]) and not _on_a_ground(el) else ""


def _is_white(colour: str) -> bool:
    if colour in ("white", "transparent"):
        return True
    if colour.startswith("#"):
        digits = colour[1:]
        if len(digits) in (3, 4):
            digits = "".join(d * 2 for d in digits)
        return len(digits) >= 6 and all(int(digits[i : i + 2], 16) >= 240 for i in (0, 2, 4))
    parts = [float(n) for n in re.findall(_NUMBER, colour)]
    return len(parts) >= 3 and (min(parts[:3]) >= 240 or (len(parts) > 3 and parts[3] < 0.05))


def _on_a_ground(el: _Element) -> bool:
    """Whether the element or one around it has a background of its own (white on a dark box is there to be read)."""
    around = (el, *el.iterancestors())
    return any(
        _BACKGROUND.search(re.sub(r"\s", "", (a.get("style") or "").lower())) or a.get("bgcolor") or tag(a) == "svg"
        for a in around
    )
