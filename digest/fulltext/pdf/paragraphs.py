"""Groups lines into paragraphs, captions, footnotes, list items, equations and tables. Pure.

A paragraph ends if the next line is indented, further below or of another type, or after a short
line that ends a sentence. It continues across columns and pages if its sentence does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.fulltext.pdf.blocks import (
    BULLET,
    Block,
    has_ended,
    is_tabular,
    is_unspaced,
    join,
    join_continued,
    join_tables,
    same_column,
)
from digest.fulltext.pdf.characters import BREAK
from digest.fulltext.pdf.headings import Heading, heading
from digest.fulltext.pdf.layout import Type, edges, leading
from digest.fulltext.pdf.pages import Line
from digest.model import Form
from digest.patterns import regex

CAPTION = regex(
    r"(?:Figure|Fig\.|FIG\.|FIGURE|Table|TABLE|Tab\.|Algorithm|ALGORITHM|Listing|Scheme|Plate|图|表)\s*"
    r"(?:[A-Z]\.?)?(?:\d{1,3}|[IVX]{1,5})(?:\.\d{1,2})?\s*(?:[.:|—–]|[(（]|(?=[A-Z]))"
)
_ITEM = regex(
    r"\d{1,2}\. [A-Z]|[-–—·] [^\W\d_]|\((?:[ivx]{1,4}|[a-h]|\d{1,2})\) \w{2}|(?:[ivx]{1,4}|[a-h]|\d{1,2})\) [A-Z]\w"
)
_NOTE = regex(r"(?:\d{1,2}|[∗*†‡§¶])\s?\S")
_WORDS = regex(
    r"(?:(?!\d)[\u0590-\u1cff]){2,}|[A-Za-z\u00c0-\u024f\u1e00-\u1eff]{3,}"
    r"|[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff]{2,}"
)
"""Words of three Latin letters, or two letters of another script with their signs."""
_OF_WORDS = regex(r"[\w\u0900-\u0fff]")
"""Letters, digits and signs beyond ASCII."""
UNSPACED = 4
"""Characters of a word in a script without blanks between words."""
_ASCII = bytes(range(128))
_ASCII_LETTERS = bytes(ord("a" if c < 128 and chr(c).isalpha() else " ") for c in range(256))
_MATHS = regex(r"[=≤≥≈∼∑∫∏√∈→∀∃±×·∂∇∞⟨⟩]|\(\d{1,2}[a-z]?\)\Z")


def blocks(lines: Sequence[Line], body: Type) -> list[Block]:
    """Returns blocks in reading order. Joins paragraphs that continue elsewhere."""
    return join_continued(join_tables(_BlockBuilder(lines, body).build()))


class _BlockBuilder:
    def __init__(self, lines: Sequence[Line], body: Type) -> None:
        self._lines = lines
        self._body = body
        sides = edges(lines)
        for line in lines:
            line.left, line.right = sides.get((line.page, line.column), (line.x0, line.x1))
        self._step = leading(lines, body)

    def build(self) -> list[Block]:
        found: list[Block] = []
        for line in self._lines:
            last = found[-1] if found else None
            if last and not last.heading and self._clearly_continues(last.lines[-1], line):
                last.lines.append(line)
            elif last and last.heading and self._heading_continues(last, line):
                last.lines.append(line)
                last.heading = Heading(join([last.heading.title, line.text]), last.heading.level)
            elif title := heading(line, self._body):
                found.append(Block([line], heading=title))
            elif last is None or last.heading or self._starts(last, line):
                found.append(Block([line], self._opening(line), indented=line.x0 - line.left > 0.6 * line.size))
            else:
                last.lines.append(line)
        before: Block | None = None
        for block in found:
            block.own = join([line.text for line in block.lines])
            if block.heading is None and block.form is Form.TEXT:
                block.form = Form.FOOTNOTE if self._is_below_notes(before, block) else self._form(block)
            block.full = _reaches_the_edge(block.lines[-1])
            before = block
        return found

    def _is_below_notes(self, before: Block | None, block: Block) -> bool:
        """Returns whether it is small print below a footnote, such as an address or a venue."""
        small = block.lines[0].size < self._body.size * 0.93 and len(block.lines) <= 2
        return (
            small
            and before is not None
            and before.form is Form.FOOTNOTE
            and same_column(before.lines[-1], block.lines[0])
        )

    def _heading_continues(self, last: Block, line: Line) -> bool:
        before = last.lines[-1]
        same = line.font == before.font and abs(line.size - before.size) < 0.3 and same_column(before, line)
        own_number = re.match(r"(?:\d{1,2}|[A-Z])(?:\.\d+)*\.? [A-Z]", line.text)
        differs = line.font != self._body.font or line.size > self._body.size * 1.08
        return (
            same and differs and len(last.lines) < 3 and not own_number and 0 < before.y_end - line.y < line.size * 1.5
        )

    def _opening(self, line: Line) -> Form:
        if line.text[0].islower() and line.text[1:2] != ")" and line.text[2:3] != ")":
            return Form.TEXT
        if "A" <= line.text[0] <= "Z":
            return Form.CAPTION if CAPTION.match(line.text) else Form.TEXT
        if CAPTION.match(line.text):
            return Form.CAPTION
        if _NOTE.match(line.text) and line.size < self._body.size * 0.93 and line.lead_size < line.size * 0.85:
            return Form.FOOTNOTE
        return Form.LIST if BULLET.match(line.text) or _ITEM.match(line.text) else Form.TEXT

    def _starts(self, last: Block, line: Line) -> bool:
        before = last.lines[-1]
        if not same_column(before, line) or before.upright != line.upright:
            return True
        step = self._step * line.size / self._body.size
        down = before.y_end - line.y
        if down > 1.32 * step + 0.5 or down < -0.5 * line.size or self._has_other_size(last, line):
            return True
        opening = self._opening(line)
        if opening is Form.CAPTION:
            return down > 1.12 * step or has_ended(before.text)
        if opening is Form.LIST and BULLET.match(line.text) is None:
            return self._is_short(before) or has_ended(before.text)
        return opening is not Form.TEXT or self._paragraph_starts(last, line, down > 1.12 * step)

    def _clearly_continues(self, before: Line, line: Line) -> bool:
        """Recognises the usual case: a full line, then one of the same type in lower case."""
        return (
            line.size == before.size
            and line.text[0].islower()
            and line.x0 - line.left < 0.6 * line.size
            and before.x1 > before.right - 2.5 * line.size
            and same_column(before, line)
            and before.upright == line.upright
            and line.text[1:2] != ")"
            and 0 < before.y_end - line.y <= 1.12 * self._step * line.size / self._body.size
        )

    def _is_short(self, line: Line) -> bool:
        return line.x1 < line.right - 2.5 * line.size

    def _has_other_size(self, last: Block, line: Line) -> bool:
        """Returns whether its size differs from the block's, apart from single signs of
        formulas."""
        other = 0.08 * self._body.size
        return (
            abs(line.size - last.lines[-1].size) > other
            and abs(line.size - last.lines[0].size) > other
            and len(line.text) > 12
        )

    def _paragraph_starts(self, last: Block, line: Line, apart: bool) -> bool:
        before = last.lines[-1]
        left = line.left
        short = self._is_short(before)
        ended = has_ended(before.text)
        opens = not line.text[:1].islower()
        indent = line.x0 - left
        beside = abs(line.x0 - last.lines[0].x0) < 1
        if short and opens and beside and len(last.lines) == 1 and indent > 0.6 * line.size:
            return ended or last.form is Form.LIST  # after a paragraph or item of one indented line
        if last.form in (Form.LIST, Form.FOOTNOTE):
            return short and ended and line.x0 < last.lines[0].x0 - 1
        if last.form is Form.CAPTION:
            return short and ended and apart
        if 0.6 * line.size < indent < 4 * line.size and before.x0 - left < 0.5 * line.size and opens:
            return ended or short
        return short and ended and opens and (apart or len(last.lines) > 1)

    def _form(self, block: Block) -> Form:
        """Returns text, or equation or table if the lines are not prose."""
        text = block.own
        solid = len(text) - text.count(" ")
        words, letters = _words(text)
        first = block.lines[0]
        left, right = first.left, first.right
        ended = has_ended(text)
        if (
            len(block.lines) <= 2
            and words < 8
            and not ended
            and self._is_short(block.lines[-1])
            and not (text[0].islower() and first.x0 - left < first.size)
        ):
            return Form.EQUATION if _MATHS.search(text) and letters < 0.45 * solid and solid > 3 else Form.TABLE
        if letters > 0.55 * solid and (
            words > 6 * len(block.lines)
            or sum(line.x1 - line.x0 > 0.7 * (right - left) for line in block.lines) >= max(1, len(block.lines) - 1)
        ):
            return Form.TEXT
        if (
            len(block.lines) <= 8
            and not is_tabular(text)
            and _MATHS.search(text)
            and letters < 0.45 * solid
            and solid > 3
        ):
            return Form.EQUATION
        if (
            letters > 0.5 * solid
            and words >= 2
            and abs(first.size - self._body.size) < 0.6
            and first.x0 - left < 3 * first.size
            and ended
        ):
            return Form.TEXT
        return Form.TABLE


def _words(text: str) -> tuple[int, int]:
    """Returns how many words `_WORDS` finds, and their letters. Fast for ASCII."""
    coded = text.encode("utf-8", "surrogatepass")
    if not text.isascii():
        others = coded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
        if _OF_WORDS.search(others):
            words = _WORDS.findall(text)
            return sum(max(1, len(w) // UNSPACED if is_unspaced(w[-1]) else 1) for w in words), sum(map(len, words))
    spaced = b" " + coded.translate(_ASCII_LETTERS)
    of_one, of_two, of_three = map(spaced.count, (b" a", b" aa", b" aaa"))  # or more letters
    return of_three, spaced.count(b"a") - of_one - of_two + 2 * of_three


def _reaches_the_edge(line: Line) -> bool:
    """Returns whether the line may continue: at a ragged margin, a long word may be missing."""
    return line.x1 > line.right - 0.15 * (line.right - line.left) or line.text.endswith(("-", BREAK))
