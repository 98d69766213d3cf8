"""A synthetic paper as a PDF: one or two columns, words broken with a hyphen at line ends, running heads and page numbers."""

import logging
import re
import unicodedata
from collections.abc import Iterator

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from digest.model import Paper
from tests.servers.papers_text import Body, Table

logging.getLogger("fpdf").setLevel(logging.WARNING)
logging.getLogger("fontTools").setLevel(logging.WARNING)

LONGEST_WORD = 8
"""Words of at least this length may be broken."""


class _Paper(FPDF):
    def __init__(self, head: str) -> None:
        super().__init__(format="letter")
        self._head = head
        self.set_auto_page_break(auto=False)
        self.set_margins(18, 22, 18)

    def header(self) -> None:
        if self.page_no() > 1:
            self.set_font("Times", "I", 8)
            self.set_xy(18, 12)
            self.cell(0, 4, self._head, align="C")

    def footer(self) -> None:
        self.set_xy(18, -14)
        self.set_font("Times", "", 8)
        self.cell(0, 4, str(self.page_no()), align="C")


def document(paper: Paper, body: Body, *, two_columns: bool = True) -> bytes:
    pdf = _Paper(_latin(paper.title)[:80])
    pdf.set_creation_date(paper.published)
    pdf.add_page()
    pdf.set_font("Times", "B", 15)
    pdf.multi_cell(0, 7, _latin(paper.title), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font("Times", "", 10)
    pdf.multi_cell(0, 5, _latin(", ".join(paper.authors)), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    _Columns(pdf, 2 if two_columns else 1).fill(paper, body)
    return bytes(pdf.output())


class _Columns:
    """Sets lines down a column, then the next, then the next page."""

    def __init__(self, pdf: _Paper, count: int) -> None:
        self._pdf = pdf
        self._count = count
        self._width = (pdf.epw - 8 * (count - 1)) / count
        self._column = 0
        self._top = pdf.get_y() + 6
        pdf.set_y(self._top)

    def fill(self, paper: Paper, body: Body) -> None:
        self._heading("Abstract")
        self._text(paper.abstract)
        section = sub = 0
        for block in body.blocks:
            section, sub = (section + 1, 0) if block.level == 1 else (section, sub + 1)
            self._heading(f"{section}{f'.{sub}' if sub else ''} {block.title}")
            for piece in block.pieces:
                if isinstance(piece, Table):
                    self._text(f"Table 1: {piece.caption}")
                    for row in piece.rows:
                        self._line("   ".join(row))
                elif piece.startswith("$$"):
                    self._line("L = sum l(x, y) + lambda |theta|   (1)")
                else:
                    self._text(re.sub(r"\$\\?([^$]+)\$", r"\1", piece))
        self._heading("References")
        for n, reference in enumerate(body.references, 1):
            self._text(f"[{n}] {reference}")

    def _heading(self, text: str) -> None:
        self._line("")
        self._pdf.set_font("Times", "B", 11)
        self._line(_latin(text))

    def _text(self, text: str) -> None:
        self._pdf.set_font("Times", "", 9.5)
        for line in self._broken(_latin(text)):
            self._line(line)

    def _line(self, text: str) -> None:
        if self._pdf.get_y() > self._pdf.h - 24:
            self._next_column()
        self._pdf.set_x(self._pdf.l_margin + self._column * (self._width + 8))
        self._pdf.cell(self._width, 4.4, text, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _next_column(self) -> None:
        self._column += 1
        if self._column == self._count:
            style, size = self._pdf.font_style, self._pdf.font_size_pt
            self._pdf.add_page()
            self._pdf.set_font("Times", style, size)
            self._column, self._top = 0, 22
        self._pdf.set_y(self._top)

    def _broken(self, text: str) -> Iterator[str]:
        """Lines as TeX would break them: a long word at the end is hyphenated."""
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self._pdf.get_string_width(longer) <= self._width - 2:
                line = longer
                continue
            head = self._head_of(line, word)
            if head:
                yield f"{line} {head}-".strip()
                line = word[len(head) :]
            else:
                yield line
                line = word
        if line:
            yield line

    def _head_of(self, line: str, word: str) -> str:
        """As much of a long word as fits behind a line with a hyphen; nothing when it must not be broken."""
        if not word.isalpha() or len(word) < LONGEST_WORD:
            return ""
        fits = (word[:n] for n in range(len(word) - 3, 2, -1))
        return next((h for h in fits if self._pdf.get_string_width(f"{line} {h}-") <= self._width - 2), "")


def _latin(text: str) -> str:
    """The built-in fonts know Latin-1 only."""
    plain = "".join(c if ord(c) < 256 else unicodedata.normalize("NFKD", c) for c in text)
    return plain.replace("ı", "i").encode("latin-1", "ignore").decode("latin-1")
