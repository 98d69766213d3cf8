"""Puts a PDF's lines into reading order, without running heads and page numbers. Pure.

A PDF's content is nearly always in reading order already; a page is sorted by geometry only if its
prose jumps upwards.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import attrgetter

from digest.fulltext.pdf import characters
from digest.fulltext.pdf.pages import Line
from digest.patterns import regex

EDGE = 0.09
"""Share of the page's height in which page numbers are."""
WIDE_EDGE = 0.14
"""Share of the page's height in which repeated text is a running head or foot."""
MAX_FURNITURE = 8
"""Lines of a page's heads and foots. A text with more repeats itself."""
PAGE_NUMBER_APART = 1.5
"""Distance of a page number to the text, in units of its size."""
INITIAL = 1.8
"""Size of a large first letter of a text, in units of the text's size."""
USUAL = 0.04
"""Share of the long lines that begin at the left edge of running text."""
_STAMP = regex(r"arXiv:\s?(?:\d{4}\.\d{4,6}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s+\[[\w.-]+\]\s+\d{1,2} \w{3} \d{4}")
_PAGE_NUMBER = regex(r"(?:page |p\. ?|[-–—] ?)?(?:\d{1,4}|[ivxlc]{1,6})(?: ?[-–—]| ?(?:/|of) ?\d{1,4})?", re.IGNORECASE)
_HEAD_NUMBER = regex(r"\A\d{1,4} \D{4,}\Z|\A\D{4,} \d{1,4}\Z")
_DIGITS = regex(r"\d+|\b[ivxlc]+\b")
_RULER = regex(r"\d{2,4}(?: \d{2,4})*\Z")


@dataclass(frozen=True)
class PageLines:
    number: int
    width: float
    height: float
    lines: list[Line]

    @cached_property
    def outer(self) -> list[Line]:
        """Returns lines that may be a running head or foot, a page number or arXiv's stamp."""
        top, bottom = self.height * (1 - WIDE_EDGE), self.height * (WIDE_EDGE - 0.015)
        return [
            line
            for line in self.lines
            if line.y > top or line.y < bottom or not line.upright or line.text.startswith("arXiv:")
        ]

    @cached_property
    def heights(self) -> list[float]:
        """Returns baselines of upright lines, lowest first, and two made-up ones."""
        return sorted({line.y for line in self.lines if line.upright} | {self.height * 0.4, self.height * 0.6})


@dataclass(frozen=True)
class Type:
    """Size in points and font of a paper's running text."""

    size: float
    font: str


def body_type(pages: Sequence[PageLines]) -> Type:
    """Returns the type of most characters."""
    fonts: Counter[tuple[float, str]] = Counter()
    exact: defaultdict[str, defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))
    for page in pages:
        for line in page.lines:
            if line.upright:
                exact[line.font][line.size] += len(line.text)
    for font, of_font in exact.items():
        for size, count in of_font.items():
            fonts[round(size, 1), font] += count
    if not fonts:
        return Type(10.0, "")
    sizes: Counter[float] = Counter()
    for (at, _), count in fonts.items():
        sizes[at] += count
    usual = sizes.most_common(1)[0][0]
    return Type(usual, max((count, font) for (at, font), count in fonts.items() if at == usual)[1])


def reading_order(pages: Sequence[PageLines], body: Type) -> list[Line]:
    """Returns all lines as they are read, without running heads, page and line numbers."""
    repeated = _repeated(pages)
    title = _title(pages)
    numbers = _page_numbers(pages)
    ordered: list[Line] = []
    for page in pages:
        furniture = [line for line in page.outer if _is_furniture(line, page, repeated, body, title)]
        if len(furniture) > MAX_FURNITURE:
            furniture = [line for line in page.outer if _is_furniture(line, page, frozenset(), body, title)]
        left_out = set(map(id, furniture)) | numbers
        kept = [line for line in page.lines if id(line) not in left_out] if left_out else page.lines
        kept = _with_initials(kept, body)
        ordered.extend(_in_columns(_without_ruler(kept, page), page, body))
    return ordered


def _at_edge(line: Line, page: PageLines, edge: float = EDGE) -> bool:
    return line.y > page.height * (1 - edge) or line.y < page.height * (edge - 0.015) or not line.upright


@lru_cache(maxsize=1_000)
def _shapes(line: str) -> frozenset[str]:
    """Returns the text without each one of its numbers, which may be the page's.

    Without all of them, two rows of a table would be alike."""
    text = line.lower()
    return frozenset(f"{text[: n.start()]}#{text[n.end() :]}" for n in _DIGITS.finditer(text)) or frozenset((text,))


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalpha()) or "-"


def _title(pages: Sequence[PageLines]) -> str:
    """Returns the letters of the largest text on the first page."""
    first = [line for line in pages[0].lines if line.upright] if pages else []
    largest = max((line.size for line in first), default=0.0)
    return _letters("".join(line.text for line in first if line.size > largest * 0.97))


def _repeated(pages: Sequence[PageLines]) -> frozenset[str]:
    """Returns texts at the edge of three pages and a quarter of all pages (heads alternate)."""
    seen: Counter[str] = Counter()
    for page in pages:
        edge = [line.text for line in page.outer if _at_edge(line, page, WIDE_EDGE) and len(line.text) < 200]
        seen.update(set().union(*map(_shapes, edge)))
    least = max(3, len(pages) // 4) if len(pages) > 3 else 2
    return frozenset(shape for shape, count in seen.items() if count >= least)


def _page_numbers(pages: Sequence[PageLines]) -> set[int]:
    """Returns the lowest or highest lines, by identity, that count the pages."""
    held: defaultdict[tuple[int, int], list[Line]] = defaultdict(list)
    for page in pages:
        upright = sorted((line for line in page.lines if line.upright), key=attrgetter("y"))
        for line, beside in ((upright[0], upright[1]), (upright[-1], upright[-2])) if len(upright) > 2 else ():
            if line.text.isdecimal() and len(line.text) < 5 and abs(line.y - beside.y) > PAGE_NUMBER_APART * line.size:
                held[round(line.y), int(line.text) - page.number].append(line)
    return {id(line) for lines in held.values() if len(lines) > 1 for line in lines}


def _is_furniture(line: Line, page: PageLines, repeated: frozenset[str], body: Type, title: str) -> bool:
    if _STAMP.match(line.text) and (not line.upright or line.x1 < page.width * 0.12 or _at_edge(line, page)):
        return True
    if _at_edge(line, page, WIDE_EDGE) and not repeated.isdisjoint(_shapes(line.text)):
        return True
    if _at_edge(line, page) and _PAGE_NUMBER.fullmatch(line.text.strip()):
        return True
    set_small = line.size <= body.size * 1.02 and not line.heavy
    return set_small and _at_edge(line, page, WIDE_EDGE) and _is_lone_head(line, page, title)


def _is_lone_head(line: Line, page: PageLines, title: str) -> bool:
    """Returns whether it is a short first or last line with a number or title: `2 Z. Shen et
    al.`"""
    if len(line.text) > 110 or page.number == 1:
        return False
    if line.text.endswith((".", "-", characters.BREAK)) != ("et al" in line.text):
        return False
    if line.y > page.height / 2:
        apart = line.y == page.heights[-1] and line.y > page.heights[-2] + 1.3 * line.size
    else:
        apart = line.y == page.heights[0] and line.y < page.heights[1] - 1.3 * line.size
    return apart and bool(_HEAD_NUMBER.search(line.text) or "et al." in line.text or _letters(line.text) in title)


def _with_initials(lines: list[Line], body: Type) -> list[Line]:
    """Puts a large first letter, over several lines, before the words beside its top."""
    alone: set[int] = set()
    for large in lines:
        if len(large.text) > 1 or not large.text.isupper() or large.size < body.size * INITIAL or not large.upright:
            continue
        beside = [
            line
            for line in lines
            if line is not large
            and -1 < line.x0 - large.x1 < body.size
            and -1 < line.y - large.y < large.size
            and line.size < large.size / 1.5
        ]
        if len(beside) > 1 or (beside and beside[0].y > large.y + 0.3 * large.size):
            first = max(beside, key=attrgetter("y"))
            first.text, first.x0 = large.text + first.text, large.x0
            alone.add(id(large))
    return [line for line in lines if id(line) not in alone] if alone else lines


def _without_ruler(lines: list[Line], page: PageLines) -> list[Line]:
    """Drops line numbers of review copies: a column of bare numbers at the margin."""
    left, right = page.width * 0.13, page.width * 0.87
    ruler = {id(line) for line in lines if (line.x1 < left or line.x0 > right) and _RULER.match(line.text)}
    return [line for line in lines if id(line) not in ruler] if len(ruler) >= 15 else lines


def _in_columns(lines: list[Line], page: PageLines, body: Type) -> list[Line]:
    gutter = _gutter(lines, page)
    if gutter is None:
        return lines
    before: Line | None = None
    for line in lines:
        line.column = 1 if line.x1 <= gutter + 3 and line.x0 < gutter else 2 if line.x0 >= gutter - 3 else 0
        if before and line.column == 1 and before.column == 0 and _ends_paragraph(before, line):
            line.column = 0
        before = line
    return _by_columns(lines) if _jumps(lines, body) else lines


def _ends_paragraph(before: Line, line: Line) -> bool:
    """Returns whether it is the short last line of a paragraph across both columns."""
    return (
        abs(line.x0 - before.x0) < 0.3 * line.size
        and abs(line.size - before.size) < 0.3
        and 0 < before.y_end - line.y < 1.4 * line.size
    )


def _gutter(lines: list[Line], page: PageLines) -> float | None:
    """Returns the x between two columns: much text left and right of it, little across."""
    upright = [line for line in lines if line.upright]
    total = sum(len(line.text) for line in upright)
    starts = Counter(
        round(line.x0) for line in upright if 0.4 * page.width < line.x0 < 0.62 * page.width and len(line.text) > 15
    )
    best: tuple[float, float] | None = None
    for start, count in starts.most_common(4):
        if count < 4:
            break
        at = start - 4.0
        left = sum(len(line.text) for line in upright if line.x1 <= at + 3)
        right = sum(len(line.text) for line in upright if line.x0 >= at - 3)
        if min(left, right) > 0.12 * total and left + right > 0.5 * total and (best is None or left + right > best[0]):
            best = (left + right, at)
    return None if best is None else best[1]


def _jumps(lines: Sequence[Line], body: Type) -> bool:
    """Returns whether the running text jumps upwards or alternates between the columns."""
    prose = [
        line
        for line in lines
        if line.upright and len(line.text) > 30 and abs(line.size - body.size) < 0.6 and line.column
    ]
    upwards, backwards = 0, 0
    for last, line in pairwise(prose):
        upwards += line.column <= last.column and line.y > last.y_end + 2 * body.size
        backwards += line.column < last.column
    return upwards >= 2 or backwards > 4


def _by_columns(lines: Sequence[Line]) -> list[Line]:
    """Orders lines between those of full width: the left column, then the right, downwards."""
    downwards = sorted(lines, key=lambda line: (-line.y, line.x0))
    ordered: list[Line] = []
    band: list[Line] = []
    for line in downwards:
        if line.column == 0:
            ordered.extend(sorted(band, key=lambda x: x.column))
            band = []
            ordered.append(line)
        else:
            band.append(line)
    return ordered + sorted(band, key=lambda x: x.column)


def leading(lines: Sequence[Line], body: Type) -> float:
    """Returns the usual distance between baselines of running text, in points."""
    steps: Counter[float] = Counter()
    for last, line in pairwise(lines):
        if (
            last.page == line.page
            and last.column == line.column
            and abs(line.size - body.size) < 0.3
            and len(line.text) > 25
        ):
            step = round(last.y_end - line.y, 1)
            if 0.9 * body.size < step < 2.5 * body.size:
                steps[step] += 1
    return steps.most_common(1)[0][0] if steps else 1.2 * body.size


def edges(lines: Sequence[Line]) -> dict[tuple[int, int], tuple[float, float]]:
    """Returns left and right edge by page and column, from lines long enough to show them."""
    by_column: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        if line.upright and len(line.text) > 25:
            by_column.setdefault((line.page, line.column), []).append(line)
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for key, held in by_column.items():
        left = Counter(round(line.x0) for line in held).most_common(1)[0][0]
        right = statistics.quantiles([line.x1 for line in held], n=10)[-1] if len(held) > 1 else held[0].x1
        found[key] = (left, right)
    return found


@dataclass(frozen=True)
class Margins:
    """Where the lines of running text begin and end, in points, and their size."""

    starts: frozenset[int]
    end: float
    size: float

    def hold(self, line: Line) -> bool:
        """Returns whether a line is set like running text, not centred or in other type."""
        near = 0.6 * line.size
        at_side = line.x1 > self.end - near or any(abs(line.x0 - start) < near for start in self.starts)
        return at_side and abs(line.size - self.size) < 0.05 * self.size


def margins(lines: Sequence[Line], body: Type) -> Margins:
    long = [line for line in lines if line.upright and len(line.text) > 25 and abs(line.size - body.size) < 0.3]
    starts = Counter(round(line.x0) for line in long)
    least = max(2.0, USUAL * len(long))
    end = statistics.quantiles([line.x1 for line in long], n=10)[-1] if len(long) > 1 else math.inf
    return Margins(frozenset(at for at, count in starts.items() if count >= least), end, body.size)
