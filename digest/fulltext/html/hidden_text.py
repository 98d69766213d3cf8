"""Takes text that people cannot see out of a page and reports it.

Only what reads as text is reported, because LaTeXML itself hides single signs (phantoms, white
zeros that align a column)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from math import ceil
from typing import cast

from lxml.etree import Comment, Element, XPath, _Element, iterwalk

from digest.fulltext.abstract import ABSTRACT
from digest.fulltext.hidden import MAX_FOUND, MAX_QUOTED, first_order, reads_as_text
from digest.fulltext.html.colours import DARK, WHITE
from digest.fulltext.html.drawings import shapes_by_id, unseen_texts
from digest.fulltext.html.elements import all_text, classes, tag
from digest.fulltext.html.inline import BREAKS, is_dropped
from digest.fulltext.html.lengths import SCREEN, pixels
from digest.fulltext.html.stylesheets import Declarations, StyleSheet
from digest.fulltext.html.tables import column_elements, columns
from digest.fulltext.html.visibility import NARROW_LETTER, Look, Style, covered_by, how_hidden, look
from digest.model import Hidden
from digest.patterns import regex

_SHAPES = frozenset(("rect", "path", "circle", "ellipse", "polygon", "image", "use"))
_DRAWING_ATTRIBUTES = ("opacity", "visibility", "display", "font-size", "clip-path", "mask", "filter", "transform")
_MATHS_ATTRIBUTES = (("mathcolor", "color"), ("mathbackground", "background-color"), ("mathsize", "font-size"))
_MARKS = tuple(
    (name.encode(), XPath(f"descendant-or-self::*/@{name}/.."))
    for name in ("color", "bgcolor", "hidden", "popover", "mathcolor", "mathsize", "mathbackground", "aria-hidden")
)
"""Attributes that may hide text."""
_IN_ABSTRACT = XPath('boolean(ancestor::*[contains(@class, "ltx_abstract")])')
_TITLES = XPath('preceding::*[contains(@class, "ltx_title") and not(contains(@class, "ltx_title_document"))]')
_ZERO = regex(r"0+(?:\.0*)?(?:[a-z%]|\Z)")
_URL = regex(r"url\(\s*[\"']?#([^\"')\s]+)")
_PICTURES = frozenset(("img", "canvas", "video", "svg"))


def take_out_hidden(article: _Element, sheet: StyleSheet, data: bytes) -> list[Hidden]:
    """Empties what people cannot see in `article`. Returns what reads as text.

    `data`: the page, in which a fast search shows what need not be looked for."""
    around = Look(variables=sheet.initial, blank_fonts=sheet.blank_fonts)
    work = _HiddenTexts(sheet)
    for el in reversed(list(article.iterancestors())):
        style = Style(work.declared(el), around)
        if tag(el) == "html" and style.dark:
            around = replace(around, background=DARK, colour=WHITE)
        around = look(style, around, drawn=False, boxed=False)
    around = replace(around, visible=True, alpha=1.0)
    lower = data.lower()
    if b"<clippath" in lower or b"<filter" in lower:
        work.shapes = shapes_by_id(article.getroottree().getroot())
    candidates = [*article.iter("details", "svg", "dialog"), *sheet.styled(article)]
    hosts = [el.getparent() for el in article.iter("template") if _covers_others(el)]
    work.hosts.update(el for el in hosts if el is not None)
    candidates.extend(work.hosts)
    for name, elements in _MARKS:
        if name in lower:
            candidates.extend(cast(list[_Element], elements(article)))
    work.find_covers(candidates)
    for el in candidates:
        work.expect(el, article)
    work.visit(article, around)
    work.report()
    for comment in article.iter(Comment):
        text = " ".join((comment.text or "").split())
        if first_order(text):
            work.found.append(Hidden(text[:MAX_QUOTED], "hidden-markup", "a comment"))
    return work.found


@dataclass
class _HiddenTexts:
    sheet: StyleSheet
    found: list[Hidden] = field(default_factory=list)
    _expected: set[_Element] = field(default_factory=set)
    """Elements that may hide something, and those around them. The others need no look."""
    _run: list[str] = field(default_factory=list)
    """Successive hidden texts, without a visible one between them."""
    _how: str = ""
    _first: _Element | None = None
    """The element of the first of these texts."""
    _covers: dict[_Element, _Element] = field(default_factory=dict)
    """By element: the box that lies on its content."""
    _covered: set[_Element] = field(default_factory=set)
    _of_column: dict[_Element, Declarations] = field(default_factory=dict)
    """By cell: what its column declares for it."""
    shapes: dict[str, str] = field(default_factory=dict)
    """By id in lower case: what a clip or filter of a drawing is in CSS."""
    hosts: set[_Element] = field(default_factory=set)
    """Elements in whose place people see a template without a slot for their content."""

    _looks: dict[tuple[object, ...], tuple[str, Look, Look]] = field(default_factory=dict)
    """The Looks, each with the Look around it, which must outlive its place in the key."""

    def expect(self, el: _Element, article: _Element) -> None:
        up: _Element | None = el
        while up is not None and up not in self._expected:
            self._expected.add(up)
            up = up.getparent() if up is not article else None

    def find_covers(self, candidates: list[_Element]) -> None:
        tables: dict[_Element, None] = {}
        grids: dict[_Element, None] = {}
        for el in candidates:
            declared = self.declared(el)
            if tag(el) in ("col", "colgroup"):
                tables.update(dict.fromkeys(islice(el.iterancestors("table"), 1)))
            if "grid-area" in declared and (grid := el.getparent()) is not None:
                grids[grid] = None
            if "position" not in declared:
                continue
            if lies_on := covered_by(Style(declared, Look())):
                self._cover(el, lies_on)
            for part in ("before", "after") if self.sheet.has_parts else ():
                drawn = self.sheet.declarations(el, part)
                if "content" in drawn and covered_by(Style(drawn, Look())) == "around":
                    self._covered.add(el)
        for table in tables:
            self._style_columns(table)
        for grid in grids:
            self._cover_cells(grid)
        candidates.extend((*self._covers, *self._covers.values(), *self._covered, *self._of_column))

    def _cover_cells(self, grid: _Element) -> None:
        """What is opaque covers what is before it in the same cell of a grid."""
        before: dict[str, list[_Element]] = {}
        for el in grid.iterchildren(Element):
            declared = self.declared(el)
            held = before.setdefault(declared.get("grid-area", ""), [])
            if "grid-area" in declared and covered_by(Style({**declared, "position": "absolute"}, Look())):
                self._covered.update(held)
                held.clear()
            held.append(el)

    def _style_columns(self, table: _Element) -> None:
        """Declares for its cells what a column does. A row's background is above a column's."""
        cols = [self._column(col) for col in column_elements(table)]
        for cell, at in columns(table).items():
            if at < len(cols) and (own := cols[at]):
                rows = [self.declared(row) for row in islice(cell.iterancestors(), 2)]
                grounded = any(name.startswith("background") for row in rows for name in row)
                self._of_column[cell] = {k: v for k, v in own.items() if k == "visibility" or not grounded}

    def _column(self, col: _Element) -> Declarations:
        """Returns what a `<col>` and its group declare that counts for cells."""
        group = col.getparent()
        both = {
            **(self.declared(group) if group is not None and tag(group) == "colgroup" else {}),
            **self.declared(col),
        }
        return {k: v for k, v in both.items() if k.startswith("background") or (k, v) == ("visibility", "collapse")}

    def _cover(self, box: _Element, lies_on: str) -> None:
        if lies_on == "around":
            for around in box.iterancestors():
                if self.declared(around).get("position", "static") != "static":
                    self._covers[around] = box
                    return
            return
        beside = box.getprevious() if lies_on == "before" else box.getnext()
        if beside is not None and isinstance(beside.tag, str):
            self._covered.add(beside)

    def visit(self, el: _Element, around: Look, *, in_drawing: bool = False, painted: bool = False) -> None:
        name = tag(el)
        if is_dropped(el) or name in ("annotation", "annotation-xml"):
            return
        if el not in self._expected and not around.hidden and not in_drawing:
            if self._run and all_text(el):
                self.report()
            return
        if name == "svg":
            in_drawing, painted = True, painted or any(tag(x) in _SHAPES for x in el.iter())
            self._covered.update(unseen_texts(el))
        how, inside = self._judged(el, around, in_drawing=in_drawing, painted=painted)
        if how or (name == "math" and inside.hidden):
            self._take_out(el, how or inside.hidden)
        elif name == "math" and self._expected.isdisjoint(el):
            self.report()
        else:
            if el in self.hosts or (name == "details" and el.get("open") is None):
                self._close(el)
            if self.sheet.has_parts and not inside.hidden:
                self._first_line(el, inside)
            self._texts(el, inside, in_drawing=in_drawing, painted=painted)
            if inside.room is not None and inside.room is not around.room:
                self._cut(el, *inside.room)

    def _cut(self, el: _Element, wide: float, lines: float) -> None:
        """Takes out what a box clips: the text after its last line."""
        used = 0.0
        for event, part in iterwalk(el, events=("start", "end")):
            if event == "start" and part is not el and tag(part) in BREAKS:
                used = ceil(used / wide) * wide + (wide if tag(part) == "br" else 0.0)
                used += self._empty_lines(part) * wide
            if event == "end" and (part is el):
                continue
            text = (part.text if event == "start" else part.tail) or ""
            if not text.strip() or tag(part) in ("math", "annotation"):
                continue
            left = max(0, int(wide * lines - used))
            used += len(text)
            if len(text) <= left:
                continue
            self._text(text[left:], "hidden-markup")
            if event == "start":
                part.text = text[:left] + " "
            else:
                part.tail = text[:left] + " "

    def _first_line(self, el: _Element, inside: Look) -> None:
        """Takes out the first line where a rule hides it."""
        declared = self.sheet.declarations(el, "first-line")
        if not declared or not (how := look(Style(declared, inside), inside, drawn=False, boxed=False).hidden):
            return
        left = int(SCREEN[0] / (NARROW_LETTER * inside.size or 1.0))
        for event, part in iterwalk(el, events=("start", "end")):
            if left <= 0 or (event == "start" and tag(part) == "br"):
                return
            name = "text" if event == "start" else "tail"
            if part is el and name == "tail":
                return
            if text := getattr(part, name):
                self._text(text[:left], how)
                setattr(part, name, text[left:])
                left -= len(text)

    def _empty_lines(self, el: _Element) -> int:
        """Returns an upper bound for the lines that an element without text takes."""
        height = pixels(self.declared(el).get("height", ""), 16.0, 0.0) if el in self._expected else None
        return int((height or 0.0) / 24.0) if len(el) == 0 and not (el.text or "").strip() else 0

    def _judged(self, el: _Element, around: Look, *, in_drawing: bool, painted: bool) -> tuple[str, Look]:
        """Returns how the element is hidden with its content, if it is, and the Look inside."""
        if el in self._covered or (el.get("aria-hidden") == "true" and first_order(all_text(el))):
            return "hidden-markup", around
        how, inside = "", around
        if declared := self.declared(el, in_drawing=in_drawing):
            declared = self._with_shapes(declared, in_drawing=in_drawing)
            how, inside = self._look(declared, around, (in_drawing, painted, "ltx_transformed_inner" in classes(el)))
        if el in self._covers or el in self._covers.values():
            inside = replace(inside, visible=el in self._covers.values())
        return how, inside

    def _with_shapes(self, declared: Declarations, *, in_drawing: bool) -> Declarations:
        """Returns them with the shape that clips. What a drawing's filter changes is hidden."""
        if not in_drawing and self._named(declared.get("filter", "")) is not None:
            return {**declared, "visibility": "hidden"}
        clip = self._named(declared.get("clip-path", ""))
        return declared if clip is None else {**declared, "clip-path": clip}

    def _named(self, value: str) -> str | None:
        found = _URL.search(value) if self.shapes else None
        return self.shapes.get(found[1]) if found else None

    def _look(self, declared: Declarations, around: Look, kind: tuple[bool, bool, bool]) -> tuple[str, Look]:
        """Returns how an element is hidden, and the Look inside. Most elements are styled alike."""
        key = (tuple(declared.items()), id(around), kind)
        if key not in self._looks:
            in_drawing, painted, boxed = kind
            style = Style(declared, around)
            how = how_hidden(style, around, drawn=in_drawing, boxed=boxed)
            self._looks[key] = (how, look(style, around, drawn=painted, boxed=boxed), around)
        return self._looks[key][:2]

    def _texts(self, el: _Element, inside: Look, *, in_drawing: bool, painted: bool) -> None:
        how = inside.hidden
        if how and self._first is None:
            self._first = el
        if el.text and el.text.strip():
            el.text = self._text(el.text, how)
        for child in list(el):
            if isinstance(child.tag, str):
                self.visit(child, inside, in_drawing=in_drawing, painted=painted)
            if child.tail and child.tail.strip():
                child.tail = self._text(child.tail, how)

    def _text(self, text: str, how: str) -> str:
        if not how:
            self.report()
            self._first = None
            return text
        self._how = self._how or how
        self._run.append(text)
        return " "

    def _take_out(self, el: _Element, how: str) -> None:
        self._first = el if self._first is None else self._first
        self._text(all_text(el), how)
        tail = el.tail
        el.clear()
        el.tail = tail

    def _close(self, details: _Element) -> None:
        """Empties a closed `<details>`, of which people see only the summary."""
        if tag(details) != "details" and details.text and details.text.strip():
            details.text = self._text(details.text, "hidden-markup")
        for child in list(details):
            if tag(child) != "summary":
                self._take_out(child, "hidden-markup")
            if child.tail and child.tail.strip():
                child.tail = self._text(child.tail, "hidden-markup")

    def report(self) -> None:
        if not self._run:
            return
        text = re.sub(r"\s+", " ", " ".join(self._run)).strip()
        if reads_as_text(text) or first_order(text):
            shown = self._first is not None and len(self.found) < MAX_FOUND  # all texts before it were looked through
            place = _section_of(self._first) if shown and self._first is not None else ""
            self.found.append(Hidden(text[:MAX_QUOTED], self._how, place))
        self._run.clear()
        self._how, self._first = "", None

    def declared(self, el: _Element, *, in_drawing: bool = False) -> Declarations:
        """Returns declarations: attributes, then style sheets, then the element's own `style`."""
        declared = {
            style: value for name, style in (("color", "color"), ("bgcolor", "background-color"), *_MATHS_ATTRIBUTES)
            if (value := (el.get(name) or "").lower())
        }  # fmt: skip
        closed = tag(el) == "dialog" and el.get("open") is None
        if closed or el.get("hidden") is not None or el.get("popover") is not None:
            declared["display"] = "none"
        if in_drawing:
            declared.update({n: own.lower() for n in _DRAWING_ATTRIBUTES if (own := el.get(n))})
            size = {name: el.get(name) or "auto" for name in ("width", "height")}
            if tag(el) == "svg" and any(map(_ZERO.match, size.values())):
                declared["display"] = "none"  # SVG's own rule, even where overflow would show
            if tag(el) == "foreignobject" and el.get("overflow") != "visible":
                declared.update(size, overflow="hidden")
        declared = {**self._of_column.get(el, {}), **declared, **self.sheet.declarations(el)}
        if "display" not in declared and tag(el) not in BREAKS:
            declared.pop("line-height", None)  # the line is as high as the type of its paragraph
        if tag(el) in _PICTURES and "position" in declared:
            declared["background"] = "black"
            declared = {**{name: el.get(name) or "" for name in ("width", "height")}, **declared}
        return declared


def _covers_others(template: _Element) -> bool:
    return template.get("shadowrootmode") is not None and next(template.iter("slot"), None) is None


def _section_of(el: _Element) -> str:
    """Returns the title of the section that an element belongs to."""
    if _IN_ABSTRACT(el):
        return ABSTRACT
    titles = cast(list[_Element], _TITLES(el))
    return all_text(titles[-1]) if titles else ""
