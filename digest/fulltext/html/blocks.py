"""Walks through a LaTeXML article block by block and fills sections with passages. Pure.

The table `_kinds` names the method that reads an element, by the element's classes and tag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from lxml.etree import _Element

from digest.fulltext.abstract import ABSTRACT
from digest.fulltext.html.elements import LeftOut, classes, tag
from digest.fulltext.html.inline import Notes, collect, is_dropped, text_of, tidy, visible_tex
from digest.fulltext.html.tables import table_text
from digest.model import Form, Passage, Section

FRONT = "Front matter"
BODY = "Main text"
BACK = "Appendix"
_SECTIONS = frozenset(
    f"ltx_{n}"
    for n in ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph", "appendix",
              "acknowledgements", "glossary")
)  # fmt: skip
_Read = Callable[[_Element, str, int], None]


@dataclass
class Walk:
    abstract: Section = field(default_factory=lambda: Section(ABSTRACT, 1))
    sections: list[Section] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    left_out: LeftOut = field(default_factory=LeftOut)
    closed: bool = False
    """True after the references: text without a heading then belongs to no earlier section."""
    lead: str = ""
    """A run-in heading (`Theorem 1.`) of the next paragraph."""
    _in_abstract: bool = False

    def open(self, title: str, level: int, anchor: str) -> None:
        self.sections.append(Section(title, level, anchor))
        self.left_out.place, self.closed = title, False

    def put(self, text: str, form: Form, anchor: str) -> None:
        if text:
            self._append(Passage(text, form, anchor))
        for note_anchor, note in self.notes.take():
            self._append(Passage(note, Form.FOOTNOTE, note_anchor or anchor))

    def _append(self, passage: Passage) -> None:
        if self._in_abstract:
            self.abstract = replace(self.abstract, passages=(*self.abstract.passages, passage))
            return
        if not self.sections or self.closed:
            self.open(BACK if self.closed else BODY if self.abstract.passages else FRONT, 1, passage.anchor)
        last = self.sections[-1]
        self.sections[-1] = replace(last, passages=(*last.passages, passage))

    def block(self, el: _Element, anchor: str, level: int = 0) -> None:
        """Reads one element in block position, or its children if its kind is unknown."""
        if is_dropped(el):
            self.left_out.leave(el)
            return
        mine, name = classes(el), tag(el)
        anchor = self._anchor(el, anchor, mine, name)
        for marks, names, read in self._kinds:
            if name in names or not mine.isdisjoint(marks):
                read(el, anchor, level)
                return
        self._children(el, anchor, level)

    @cached_property
    def _kinds(self) -> tuple[tuple[frozenset[str], frozenset[str], _Read], ...]:
        """Returns classes, tags and the method that reads them. The first match counts."""
        return (
            (frozenset(("ltx_abstract",)), frozenset(), self._read_abstract),
            (frozenset(("ltx_bibliography", "ltx_biblist", "ltx_bibitem")), frozenset(), self._read_references),
            (_SECTIONS, frozenset(), self._read_section),
            (frozenset(("ltx_equationgroup", "ltx_equation")), frozenset(), self._read_equations),
            (frozenset(("ltx_tabular",)), frozenset(), self._read_table),
            (frozenset(("ltx_caption",)), frozenset(), self._read_caption),
            (frozenset(("ltx_listing", "ltx_verbatim")), frozenset(("pre",)), self._read_code),
            (frozenset(("ltx_item",)), frozenset(), self._read_item),
            (frozenset(("ltx_title",)), frozenset(), self._keep_lead),
            (frozenset(("ltx_p", "ltx_keywords", "ltx_classification")), frozenset(("p", "svg")), self._read_paragraph),
        )

    def _children(self, el: _Element, anchor: str, level: int, *, but: _Element | None = None) -> None:
        """Reads the children of an element, and its own text as paragraphs."""
        loose: list[str] = [el.text or ""]
        for child in el:
            if child is but:
                pass
            elif _is_block(child):
                self._flush(loose, anchor)
                self.block(child, anchor, level)
            else:
                collect(child, loose, self.notes, self.left_out)
            loose.append(child.tail or "")
        self._flush(loose, anchor)

    def _flush(self, loose: list[str], anchor: str) -> None:
        text = tidy("".join(loose))
        loose.clear()
        if text or self.notes.held:
            self.put(self._with_lead(text), Form.TEXT, anchor)

    @staticmethod
    def _anchor(el: _Element, anchor: str, mine: frozenset[str], name: str) -> str:
        """Returns the id to link to: the block's own, else the nearest above, but no sentence's."""
        own = el.get("id") or ""
        linkable = name in ("section", "figure", "table", "li", "article") or not mine.isdisjoint((
            "ltx_para", "ltx_item", "ltx_figure", "ltx_table", "ltx_float", "ltx_abstract",
            "ltx_equation", "ltx_equationgroup", "ltx_theorem",
        ))  # fmt: skip
        fine = "ltx_tabular" in mine and anchor
        return own if own and linkable and not fine else anchor

    def _read_abstract(self, el: _Element, anchor: str, level: int) -> None:
        self._in_abstract, self.left_out.place = True, ABSTRACT
        self.abstract = replace(self.abstract, anchor=self.abstract.anchor or el.get("id") or "")
        self._children(el, anchor, level, but=_title_of(el))
        self._in_abstract = False

    def _read_references(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        for item in el.iter():
            if isinstance(item.tag, str) and "ltx_title" in classes(item):
                self.left_out.leave(item)
            if (
                isinstance(item.tag, str)
                and "ltx_bibitem" in classes(item)
                and (text := text_of(item, Notes(hrefs=False), self.left_out))
            ):
                self.references.append(text)
        self.closed = True

    def _read_section(self, el: _Element, anchor: str, level: int) -> None:
        self.lead = ""
        title = _title_of(el)
        self.open("" if title is None else text_of(title, self.notes, self.left_out), level + 1, anchor)
        self.put("", Form.TEXT, anchor)
        self._children(el, anchor, level + 1, but=title)
        self.lead = ""

    def _read_paragraph(self, el: _Element, anchor: str, level: int) -> None:
        """Reads a paragraph. Tables and lists inside it become blocks of their own."""
        if any(_is_block(child) for child in el):
            self._children(el, anchor, level)
        else:
            self.put(self._with_lead(text_of(el, self.notes, self.left_out)), Form.TEXT, anchor)

    def _read_item(self, el: _Element, anchor: str, level: int) -> None:
        if tag(el) == "dt":
            self.lead = text_of(el, self.notes, self.left_out)
            return
        mark = next((c for c in el if "ltx_tag" in classes(c)), None)
        before = len(self._passages())
        if mark is not None or tag(el) != "dd":  # the lead of a `dd` is its `dt`
            self.lead = "" if mark is None else text_of(mark, self.notes, self.left_out)
        self._children(el, anchor, level, but=mark)
        self._mark_items(before)

    def _mark_items(self, since: int) -> None:
        passages = self._passages()
        items = (replace(p, form=Form.LIST) if p.form is Form.TEXT else p for p in passages[since:])
        marked = (*passages[:since], *items)
        if self._in_abstract:
            self.abstract = replace(self.abstract, passages=marked)
        elif self.sections:
            self.sections[-1] = replace(self.sections[-1], passages=marked)

    def _passages(self) -> tuple[Passage, ...]:
        if self._in_abstract:
            return self.abstract.passages
        return self.sections[-1].passages if self.sections else ()

    def _keep_lead(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        self.lead = tidy(f"{self.lead} {text_of(el, self.notes, self.left_out)}")

    def _with_lead(self, text: str) -> str:
        lead, self.lead = self.lead, ""
        return f"{lead} {text}".strip() if text else lead

    def _read_equations(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        rows = [r for r in el.iter() if isinstance(r.tag, str) and "ltx_eqn_row" in classes(r)] or [el]
        for row in rows:
            own = next(
                (
                    a.get("id")
                    for a in (row, *row.iterancestors())
                    if a.get("id") and ("ltx_equation" in classes(a) or a is el or tag(a) == "tbody")
                ),
                None,
            )
            if text := self._equation(row):
                self.put(text, Form.EQUATION, own or anchor)
                continue
            between = text_of(row, self.notes, self.left_out)  # words between two lines of a formula
            self.put(between if any(map(str.isalpha, between)) else "", Form.TEXT, own or anchor)

    def _equation(self, row: _Element) -> str:
        number = ""
        pieces: list[str] = []
        for el in _outermost(
            row, ("math",), ("ltx_tag_equation", "ltx_tag_equationgroup", "ltx_markedasmath", "ltx_text")
        ):
            if tag(el) == "math":
                pieces.append(self.left_out.leave(el, visible_tex(el, self.left_out)))
            elif "ltx_tag" in classes(el):
                number = text_of(el, self.notes, self.left_out)
            elif text := text_of(el, self.notes, self.left_out):
                pieces.append(f"\\text{{{text}}}")
        source = " ".join(p for p in pieces if p)
        return f"$${source}$$ {number}".strip() if source else ""

    def _read_table(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        self.put(table_text(el, self.notes, self.left_out), Form.TABLE, anchor)

    def _read_caption(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        self.put(text_of(el, self.notes, self.left_out), Form.CAPTION, anchor)

    def _read_code(self, el: _Element, anchor: str, level: int) -> None:  # noqa: ARG002
        self.put(self._code(el), Form.CODE, anchor)

    def _code(self, el: _Element) -> str:
        """Returns the code with its lines and indentation. The page's line numbers stay."""
        lines = [x for x in el.iter() if "ltx_listingline" in classes(x)] or [el]
        texts: list[str] = []
        for line in lines:
            out: list[str] = []
            collect(line, out, self.notes, self.left_out, "\n")
            raw = "".join(out).replace("\u00a0", " ").replace("\u00ad", "")
            kept = raw.split("\n") if len(lines) == 1 else [raw.replace("\n", " ")]
            texts.extend(k.rstrip() for k in kept)
        return "\n".join(t for t in texts if t.strip())


def _title_of(el: _Element) -> _Element | None:
    return next((c for c in el if "ltx_title" in classes(c)), None)


def _is_block(el: _Element) -> bool:
    """Returns whether the element ends a line of text. Unknown spans and links do not."""
    name, mine = tag(el), classes(el)
    if name in ("", "math", "a", "em", "cite", "sup", "sub", "br", "ruby", "rb", "rt", "rp") or "ltx_note" in mine:
        return False
    if name in ("span", "b", "i", "strong", "code"):
        return not mine.isdisjoint(
            (
                "ltx_tabular", "ltx_p", "ltx_para", "ltx_inline-para", "ltx_equation",
                "ltx_equationgroup", "ltx_listing", "ltx_inline-block", "ltx_transformed_inner",
                "ltx_minipage", "ltx_caption",
            )
        ) and (name != "span" or _holds_block(el))  # fmt: skip
    return True


def _holds_block(el: _Element) -> bool:
    """Returns whether a `<span>` box is a block: it holds paragraphs, tables, equations or code."""
    return "ltx_tabular" in classes(el) or any(
        not classes(x).isdisjoint(("ltx_p", "ltx_tabular", "ltx_equation", "ltx_listingline")) for x in el.iter()
    )


def _outermost(el: _Element, names: tuple[str, ...], marks: tuple[str, ...]) -> list[_Element]:
    found: list[_Element] = []
    for child in el:
        if tag(child) in names or not classes(child).isdisjoint(marks):
            found.append(child)
        elif isinstance(child.tag, str):
            found.extend(_outermost(child, names, marks))
    return found
