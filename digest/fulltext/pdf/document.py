"""Parses a PDF to a FullText with PDFium, in a child process because PDFium is not thread-safe.

`pages` reads lines, `logical` spells those of some scripts, and `layout` orders them. `paragraphs`
joins them to blocks under their `headings`, and `characters` repairs their text."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import pypdfium2 as pdfium

from digest.errors import Unreadable
from digest.fulltext.abstract import ABSTRACT
from digest.fulltext.completeness import letters, lost_share, read_letters
from digest.fulltext.hidden import screened
from digest.fulltext.pdf import characters, indic, pdfium_calls
from digest.fulltext.pdf.blocks import Block, has_ended, join
from digest.fulltext.pdf.headings import abstract_rest, is_contents, is_references
from digest.fulltext.pdf.layout import Margins, PageLines, body_type, margins, reading_order
from digest.fulltext.pdf.objects import means
from digest.fulltext.pdf.pages import Line, PageReader
from digest.fulltext.pdf.paragraphs import blocks
from digest.fulltext.pdf.pdfium_calls import argument
from digest.fulltext.pdf.references import entries, unnamed_references
from digest.model import Basis, Form, FullText, Passage, Section
from digest.patterns import regex

FRONT = "Front matter"
BODY = "Main text"
BACK = "Appendix"
MIN_PARAGRAPH = 200
"""Characters of a paragraph before the first heading that is no address."""
MIN_PROSE = 500
"""Characters of a paragraph among the references that is no reference."""
A_YEAR_IN = 800
"""Characters of prose that may name one year. A reference is shorter."""
NAMES = 0.3
"""Share of words with a capital. A list of authors has more."""
MIN_SENTENCE = 5
"""Words that end in a full stop. Fewer may be an address."""
MAX_TITLE_BLOCK = 0.1
"""Largest share of a text that may be a title block."""
MIN_TEXT = 200
"""Characters. With fewer, the pages are scanned pictures."""
MAX_PAGES = 1_200
"""Longer PDFs are read up to this page, with a note. A thousand pages take 2 s and 120 MB."""
_YEAR = regex(r"(?:19|20)\d\d|\barXiv\b", re.IGNORECASE)


def read_pdf(data: bytes, paper_id: str, version: int, max_pages: int = MAX_PAGES) -> FullText:
    """Returns the FullText, with a `note` of pages left out. Raises Unreadable if the PDF is
    broken, locked, empty or a scan."""
    with _without_collector():
        return _read(data, paper_id, version, max_pages)


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Turns the garbage collector off: reading makes tens of thousands of objects, hardly any of
    them in cycles, and looking for cycles took a fiftieth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(data: bytes, paper_id: str, version: int, max_pages: int) -> FullText:
    has = means(data)
    reader = PageReader(has)
    pages, total = _pages(data, max_pages, reader, with_forms=has.annotations)
    body = body_type(pages)
    lines = reading_order(pages, body)
    whole = "\n".join(line.text for line in lines)
    if indic.is_as_seen(whole):
        for line in lines:
            line.text = indic.spelled(line.text)
        whole = "\n".join(line.text for line in lines)
    there = letters(whole)
    garbled = reader.unmapped + letters(characters.malformed(whole))
    end = unnamed_references(lines)
    found = blocks(lines[:end], body)
    spelling = characters.Spelling("\n".join(block.raw for block in found))
    builder = _SectionBuilder(spelling, partial(margins, lines, body))
    for block in found:
        builder.add(block)
    builder.in_references = builder.in_references or end < len(lines)
    for block in blocks(lines[end:], body):
        builder.add(block)
    sections, references = builder.sections(), builder.references()
    if sum(len(p.text) for s in sections for p in s.passages) < MIN_TEXT:
        raise Unreadable("The paper's PDF has no text; it may be a scan.")
    note = f"only the first {max_pages} of {total} pages were read" if total > max_pages else ""
    text = FullText(paper_id, version, Basis.PDF, sections, references, len(pages), tuple(reader.hidden), note)
    of_all = round(there * total / max(1, len(pages) - reader.pictures)) - builder.left_out
    lost = lost_share(of_all + reader.undecoded, read_letters(text) - garbled)
    return screened(replace(text, lost=lost))


def _pages(data: bytes, max_pages: int, reader: PageReader, *, with_forms: bool) -> tuple[list[PageLines], int]:
    if not data[:1024].lstrip().startswith(b"%PDF-") and b"%PDF-" not in data[:1024]:
        raise Unreadable("arXiv did not send a PDF.")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as e:
        raise Unreadable("The paper's PDF is broken or locked with a password.") from e
    pages: list[PageLines] = []
    try:
        if with_forms:
            document.init_forms()  # without it, no field is drawn in the pictures that show what people see
        total = len(document)
        for index in range(min(total, max_pages)):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                continue  # skip a damaged page
            text_page = argument(pdfium_calls.text_page_of(pdfium_calls.handle(page.raw)))
            try:
                width, height = page.get_size()
                pages.append(PageLines(index + 1, width, height, reader.lines(page, text_page, index + 1)))
            finally:
                pdfium_calls.close_text_page(text_page)
            page.close()
    finally:
        document.close()
    if not pages:
        raise Unreadable("The paper's PDF has no readable page.")
    return pages, total


class _SectionBuilder:
    """Collects sections, the abstract first. Of the text before it, only prose is kept."""

    def __init__(self, whole: characters.Spelling, sides: Callable[[], Margins]) -> None:
        self._whole = whole
        self._margins = sides
        self._front: list[Line] = []
        """The first line of each passage of the front matter."""
        self._open: list[tuple[str, int, int, list[Passage]]] = [(FRONT, 1, 1, [])]
        self._abstract: int | None = None
        self.in_references = False
        self._in_contents = False
        self._reference_lines: list[Line] = []
        self.left_out = 0
        """Letters of the title, the authors and the table of contents."""

    def add(self, block: Block) -> None:
        text = characters.hyphens(block.raw, self._whole).strip()
        if block.heading:
            self._add_heading(block, text)
        elif (rest := abstract_rest(text)) is not None and self._abstract is None and block.page <= 3:
            self._merge_front_matter()
            self._start(ABSTRACT, 1, block.page)
            self._abstract = 1
            self._put(rest, block)
        elif self._in_contents and _looks_like_contents(text):
            self.left_out += letters(text)
        elif self.in_references and block.form is not Form.CAPTION and not _is_prose(text):
            self._reference_lines.extend(line for part in (block, *block.parts) for line in part.lines)
        else:
            if self.in_references and block.form is not Form.CAPTION:
                self.in_references = False
                self._start(BACK, 1, block.page)
            self._put(text, block)

    def _add_heading(self, block: Block, text: str) -> None:
        assert block.heading is not None
        if is_contents(text) or (self._in_contents and _looks_like_contents(text)):
            self._in_contents = True
            self.left_out += letters(text)
            return
        self._in_contents = False
        self.in_references = is_references(text)
        if self.in_references:
            self.left_out += letters(text)
            return
        title = characters.hyphens(block.heading.title, self._whole)
        if abstract_rest(title) == "" and self._abstract is None and block.page <= 3:
            self._abstract = 1
            self._merge_front_matter()
            title = ABSTRACT
        elif block.page == 1 and self._has_no_text() and not _has_number(title):
            self.left_out += letters(text)
            return  # the paper's own title
        self._start(title, block.heading.level, block.page)

    def _has_no_text(self) -> bool:
        """Returns whether neither the abstract nor a section nor a paragraph has begun."""
        return self._abstract is None and len(self._open) == 1 and not any(map(_is_paragraph, self._open[0][3]))

    def _merge_front_matter(self) -> None:
        """Merges sections before the abstract into the front matter, such as numbered addresses."""
        for _, _, _, held in self._open[1:]:
            self._open[0][3].extend(held)
        del self._open[1:]

    def _start(self, title: str, level: int, page: int) -> None:
        self._open.append((title, level, page, []))

    def _put(self, text: str, block: Block) -> None:
        if not text:
            return
        if block.form is Form.TABLE:
            rows = "\n".join(line.text for line in block.lines)
            text = characters.hyphens(rows.replace(f"{characters.BREAK}\n", characters.BREAK), self._whole)
        held = self._open[-1][3]
        if len(self._open) == 1:
            self._front.append(block.lines[0])
        held.append(Passage(text, block.form, page=block.page))

    def references(self) -> tuple[str, ...]:
        return tuple(characters.hyphens(join(entry), self._whole).strip() for entry in entries(self._reference_lines))

    def sections(self) -> tuple[Section, ...]:
        made = [Section(title, level, "", page, tuple(held)) for title, level, page, held in self._open]
        front, rest = made[0], made[1:]
        if self._abstract is not None:
            abstract = made[self._abstract]
            rest = [s for s in rest if s is not abstract]
        else:
            abstract = Section(ABSTRACT, 1)
        if self._abstract is not None:
            kept = tuple(p for p in front.passages if p.form is Form.CAPTION or _is_paragraph(p))
        else:
            as_text = list(map(self._margins().hold, self._front))
            kept = _without_title_block(front.passages, as_text, sum(_letters(s.passages) for s in (front, *rest)))
        self.left_out += _letters(front.passages) - _letters(kept)
        front = Section(FRONT if rest else BODY, 1, "", 1, kept)
        return (abstract, *((front,) if kept else ()), *rest)


def _without_title_block(passages: tuple[Passage, ...], as_text: list[bool], whole: int) -> tuple[Passage, ...]:
    """Returns the text before the first heading, without the title and the authors.

    It begins with the first sentence, or with what is set like text, such as a letter's date and
    addressee. If that would leave out too much of the `whole` letters, there is no title block."""
    first = next(
        (i for i, p in enumerate(passages) if as_text[i] or _is_paragraph(p) or _is_sentence(p)), len(passages)
    )
    return passages if _letters(passages[:first]) > MAX_TITLE_BLOCK * whole else passages[first:]


def _letters(passages: Sequence[Passage]) -> int:
    return letters("".join(p.text for p in passages))


def _is_paragraph(passage: Passage) -> bool:
    return passage.form is Form.TEXT and _weight(passage.text) > MIN_PARAGRAPH


def _is_prose(text: str) -> bool:
    weight = _weight(text)
    if weight <= MIN_PROSE or weight <= A_YEAR_IN * len(_YEAR.findall(text)):
        return False
    words = text.split()
    return sum(word[:1].isupper() for word in words) < NAMES * len(words)


def _is_sentence(passage: Passage) -> bool:
    words = max(len(passage.text.split()), _weight(passage.text) // 12)
    return passage.form is Form.LIST or (words >= MIN_SENTENCE and has_ended(passage.text))


def _weight(text: str) -> int:
    """Returns its length. A character of Chinese, Japanese or Korean counts as three."""
    if text.isascii() or max(text) < "\u3040":  # otherwise it looks at each character
        return len(text)
    return len(text) + 2 * sum("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)


def _has_number(title: str) -> bool:
    return re.match(r"(?:\d|[IVX]+\.)", title) is not None or title.lower().startswith("introduction")


def _looks_like_contents(text: str) -> bool:
    return re.search(r"\d{1,3}\s*\Z", text) is not None or " . . " in text or "...." in text
