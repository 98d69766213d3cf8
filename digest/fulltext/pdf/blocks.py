"""Holds blocks of lines, and joins them across figures, columns and pages. Pure.

A sentence without an end at the foot of a column continues in the next text that is not
indented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.fulltext.pdf.characters import BREAK, WRAP
from digest.fulltext.pdf.headings import Heading
from digest.fulltext.pdf.pages import Line
from digest.model import Form
from digest.patterns import regex

BULLET = regex(r"[•◦▪‣➢❖∙⋄]\s*\S|[-–—·] [A-Z]")
_ENDS = regex(r"(?:[.!?:;。！？；：…؟۔।]|(?<=\D)[.!?]\d{1,2}(?:,\d{1,2})*)[\"'”’)\]∗†‡]*\Z")
_FIGURE = regex(r"[-−±]?\d[\d.,/]*[%kMKB*]?|[-–—✓✗]")


def has_ended(text: str) -> bool:
    last = text[-1:]
    return last == "." or (not last.isalpha() and _ENDS.search(text[-16:]) is not None)


@dataclass
class Block:
    """Lines that belong together. `parts` are blocks elsewhere that continue this one."""

    lines: list[Line]
    form: Form = Form.TEXT
    heading: Heading | None = None
    indented: bool = False
    full: bool = False
    """The last line reaches the right edge, so it may continue elsewhere."""
    own: str = ""
    parts: list[Block] = field(default_factory=list)

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def raw(self) -> str:
        """Returns the text with that of its parts, and U+FFFE where a word was broken."""
        return join([self.own, *(part.own for part in self.parts)]) if self.parts else self.own


def join(texts: Sequence[str]) -> str:
    """Joins lines by a space; in Chinese by nothing, at a hyphen by U+FFFE, in Korean by U+FFFB."""
    pieces: list[str] = []
    for text in texts:
        if not text:
            continue
        last = pieces[-1] if pieces else BREAK
        end = last[-1]
        if end == "-" and last[-2:-1].isalpha() and text[0].isalpha():
            pieces[-1] = last[:-1] + BREAK
        elif end <= "\u0dff" or (end != BREAK and not (is_unspaced(end) and is_unspaced(text[0]))):
            pieces.append(WRAP if _is_korean(end) and _is_korean(text[0]) else " ")
        pieces.append(text)
    return "".join(pieces)


def _is_korean(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def is_unspaced(char: str) -> bool:
    """Returns whether its script, such as Chinese or Thai, has no space between words."""
    far_east = "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"
    return far_east or "\u0e00" <= char <= "\u0eff" or "\u1000" <= char <= "\u109f" or "\u1780" <= char <= "\u17ff"


def is_tabular(text: str) -> bool:
    """Returns whether it is mostly numbers: rows of a table, even with signs of a formula."""
    tokens = text.split()
    numbers = sum(1 for token in tokens if not token[0].isalpha() and _FIGURE.fullmatch(token))
    return numbers >= 4 and numbers > 0.3 * len(tokens)


def same_column(before: Line, line: Line) -> bool:
    return before.page == line.page and before.column == line.column


def join_tables(found: Sequence[Block]) -> list[Block]:
    """Joins adjacent rows and cells to one table, and pieces of a formula to one formula."""
    kept: list[Block] = []
    for block in found:
        last = kept[-1] if kept else None
        if last is None or last.heading or block.heading or not same_column(last.lines[-1], block.lines[0]):
            kept.append(block)
        elif last.form is Form.TABLE and block.form is Form.TABLE:
            _append(last, block)
        elif {last.form, block.form} <= {Form.TABLE, Form.EQUATION} and _is_torn(last, block):
            _append(last, block)
            last.form = Form.EQUATION
        else:
            kept.append(block)
    return kept


def _append(last: Block, block: Block) -> None:
    last.lines.extend(block.lines)
    last.own = join([last.own, block.own])


def _is_torn(last: Block, block: Block) -> bool:
    """Returns whether they are pieces of one formula: small and close together."""
    near = abs(last.lines[-1].y_end - block.lines[0].y) < 2.2 * max(last.lines[-1].size, block.lines[0].size)
    table = last if last.form is Form.TABLE else block
    if is_tabular(last.own) or is_tabular(block.own):
        return False
    small = table.form is Form.EQUATION or all(len(line.text) < 25 for line in table.lines)
    return near and small and len(last.lines) + len(block.lines) < 30


def join_continued(found: Sequence[Block]) -> list[Block]:
    """Joins text that a column's end, a figure or a footnote interrupts."""
    kept: list[Block] = []
    open_text: Block | None = None
    moved = False
    for block in found:
        if block.heading or block.form is Form.EQUATION:
            open_text = None
        elif block.form in (Form.TEXT, Form.LIST):
            far = open_text is not None and (moved or not same_column(open_text.lines[-1], block.lines[0]))
            if (
                open_text is not None
                and far
                and BULLET.match(block.lines[0].text) is None
                and _continues(open_text, block)
            ):
                open_text.parts.append(block)
                moved = True
                continue
            open_text, moved = block, False
        elif open_text is not None:
            moved = True
        kept.append(block)
    return kept


def _continues(last: Block, block: Block) -> bool:
    end = last.parts[-1] if last.parts else last
    before = end.lines[-1].text
    if not end.full or abs(block.lines[0].size - last.lines[0].size) > 0.6:
        return False
    if before.endswith(("-", BREAK)):
        return True
    return not has_ended(before) and (block.lines[0].text[:1].islower() or not block.indented)
