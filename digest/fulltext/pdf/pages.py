"""Reads the lines of a PDF page, with position and type, through PDFium.

A ctypes call takes half a microsecond and a page has thousands of characters, so only the first,
middle and last character of a line are examined. Coordinates are points, y upwards."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress, groupby, repeat
from operator import itemgetter, sub

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.hidden import MAX_QUOTED, first_order, reads_as_text
from digest.fulltext.pdf import characters, pdfium_calls
from digest.fulltext.pdf.accents import with_accents, with_first_accents, with_strokes
from digest.fulltext.pdf.columns import split_columns
from digest.fulltext.pdf.line_numbers import without_line_numbers
from digest.fulltext.pdf.logical import LogicalOrder, needs_order
from digest.fulltext.pdf.objects import Box, Means
from digest.fulltext.pdf.old_fonts import decoded
from digest.fulltext.pdf.pdfium_calls import Argument, argument
from digest.fulltext.pdf.visibility import NARROW, TINY, HiddenRun, HiddenTextFinder, is_report
from digest.model import Hidden
from digest.patterns import regex

_SUBSET = regex(r"\A[A-Z]{6}\+")
SMALL = 3.3
"""Points. A few lines in smaller type are unreadable; a shrunken table or figure has many."""
FEW = 8
UNMAPPED_STEP = 50
"""Characters from one whose meaning is asked to the next."""
MIN_TEXT = 20
"""Characters of a page. With fewer, it is blank or a picture."""
MIN_MESSAGE = 8
"""Words of tiny or off-page text that make a message."""
_UNKNOWN = characters.Spelling("")
_NUMBER = regex(r"\d(?:\d+|(?<=[\w)\]−–-]\d))")
"""Numbers, but no lone digit after a space or a full stop, which is no exponent."""
_MINUS = frozenset("−–-")
_CLOSING = frozenset(")]")
NAME = 96
"""Bytes of a font's name."""
_NAME_LENGTH = pdfium_calls.long(NAME)
_EXPONENT = regex(r"[−–-]?\d{1,3}")
SMALLER, HIGHER = 0.85, 0.15
"""Size and raise of an exponent, in units of the type before it."""
INITIAL = 0.6
"""Size in units of a letter that begins a text over several lines."""
_FORCE_BOLD = 1 << 18
_HEAVY = regex(r"bold|medi|cmbx|cmb\d|cmssbx|heavy|black|demi|-b\b|\.b\b|sfbx|ptmb|semib", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """A line of text. It ends in U+FFFE if a hyphen broke its last word."""

    text: str
    page: int
    x0: float
    x1: float
    y: float
    """The baseline."""
    y_end: float
    """The baseline of its end: lower if PDFium joined two lines at a hyphen."""
    size: float
    """The size of most of it, in points."""
    lead_size: float
    """The size of its first character: smaller for a footnote's mark."""
    font: str
    heavy: bool
    upright: bool = True
    column: int = 0
    """0: the whole width; 1: left; 2: right."""
    left: float = 0.0
    right: float = 0.0
    """The edges of its column."""


class PageReader:
    def __init__(self, means: Means) -> None:
        self._box = raw.FS_RECTF()
        self._to_box = pdfium_calls.address(self._box)
        self._finder = HiddenTextFinder(means)
        self.hidden: list[Hidden] = []
        self.unmapped = 0
        """Letters whose font does not say which they are."""
        self.undecoded = 0
        """Characters of words that no font explains. They are left out."""
        self.pictures = 0
        """Pages without text that are a picture."""
        self._inked: dict[str, bool] = {}
        """By font: whether it draws its letters."""
        self._name, self._flags = ctypes.create_string_buffer(NAME), ctypes.c_int()
        self._to_name, self._to_flags = map(pdfium_calls.address, (self._name, self._flags))
        self._sides = (ctypes.c_float * 4)()
        self._to_sides = [pdfium_calls.address(self._sides, 4 * i) for i in range(4)]

    def lines(self, page: pdfium.PdfPage, handle: Argument, number: int) -> list[Line]:
        """Returns the lines in the order of the page's content, with raised and lowered text.
        `handle`: of the text page."""
        count = pdfium_calls.characters(handle)
        text = pdfium_calls.text_range(handle, 0, count)
        exact = count == len(text)
        text, unmapped = self._mended(handle, text) if exact else (text, 0)
        if count < MIN_TEXT and _is_picture(page):
            self.pictures += 1
        used = characters.beyond_ascii(text)
        self.undecoded += characters.undecoded(text, used)
        text = self._with_powers(handle, text, exact=exact)
        rows = list(_rows(text))
        hidden = self._finder.hidden_runs(page, handle)
        if hidden:
            for run in hidden:
                text = self._blank_out(text, handle, run, exact=exact)
            self._report_runs(handle, hidden, number)
            rows = [(start, end, " ".join(row.split())) for start, end, row in _rows(text)]
            used = characters.beyond_ascii(text)
        elif exact:
            rows = split_columns(handle, without_line_numbers(handle, rows))
        order = None
        if needs_order(used):
            order = LogicalOrder(page, handle, text, lambda index: self._place(handle, index), exact=exact)
            rows = order.rows(rows)
            unmapped = max(unmapped, order.unread)
        self.unmapped += unmapped
        box = page.get_bbox()
        spans = [
            (start, end, clean)
            for start, end, row in rows
            if (clean := (row if row.isascii() and row.isprintable() else characters.characters(row)).strip())
        ]
        if not exact:
            spans = [
                (pdfium_calls.character_of(handle, i), pdfium_calls.character_of(handle, j), c) for i, j, c in spans
            ]
            spans = [span for span in spans if 0 <= span[0] <= span[1]]
        read = [
            (line, self._how_hidden(handle, line, box, first, last))
            for line, (first, last, _) in zip(self._lines(handle, spans, number), spans, strict=True)
        ]
        left, bottom, right, top = box
        ends = [ln for ln, _ in read if ln.x1 > right or ln.x0 < left or ln.y_end < bottom or ln.y_end > top]
        if any(_runs_off(line, box) for line in ends):
            read = list(self._cut(handle, read, spans, box))
        found = self._readable(read, number)
        return _mirrored(found, box) if order and order.from_right else _turned(found, box[3])

    @staticmethod
    def _mended(page: Argument, text: str) -> tuple[str, int]:
        """Returns the text with the letters of old fonts, and how many letters no font explains."""
        sample = map(str.isalnum, text[::UNMAPPED_STEP])
        samples = list(compress(range(0, len(text), UNMAPPED_STEP), sample))
        unmapped = UNMAPPED_STEP * list(map(pdfium_calls.is_unmapped, repeat(page), samples)).count(1)
        if unmapped:
            text, is_known = decoded(page, text)
            unmapped = 0 if is_known else unmapped
        if any(map(text.__contains__, characters.COMBINING)):
            text = with_first_accents(page, with_accents(page, text))
        return with_strokes(page, text), unmapped

    def _with_powers(self, page: Argument, text: str, *, exact: bool) -> str:
        """Returns the text with raised digits as superscripts: 10⁻⁵ is not 10−5."""
        runs = _runs_of_digits(text)
        ends = [i for base, end in runs for i in (base, end - 1)]
        objects = list(map(pdfium_calls.object_at, repeat(page), ends if exact else self._characters(page, ends)))
        runs = [run for run, base, last in zip(runs, objects[::2], objects[1::2], strict=True) if base != last]
        pieces = []
        done = 0
        for base, end in self._raised(page, runs, exact=exact):
            at = end - 1
            while at > base + 1 and self._raised(page, [(base, at)], exact=exact):
                at -= 1
            pieces += [text[done:at], characters.raised(text[at:end])]
            done = end
        return "".join([*pieces, text[done:]])

    def _raised(self, page: Argument, runs: list[tuple[int, int]], *, exact: bool) -> list[tuple[int, int]]:
        """Returns the runs whose last digit is higher than the base, and smaller."""
        ends = [i for base, end in runs for i in (base, end - 1)]
        if not exact:
            ends = self._characters(page, ends)
        heights = self._baselines(page, ends)
        higher = [i for i, (low, high) in enumerate(zip(heights[::2], heights[1::2], strict=True)) if high > low]
        sizes = self._sizes(page, [ends[at] for i in higher for at in (2 * i, 2 * i + 1)])
        return [
            runs[i]
            for i, (size, _), (small, _) in zip(higher, sizes[::2], sizes[1::2], strict=True)
            if small <= SMALLER * size and heights[2 * i + 1] - heights[2 * i] > HIGHER * size
        ]

    @staticmethod
    def _characters(page: Argument, positions: list[int]) -> list[int]:
        """Returns positions in the text as those of the page's characters."""
        return list(map(pdfium_calls.character_of, repeat(page), positions))

    def _baselines(self, page: Argument, indexes: list[int]) -> list[float]:
        _, (_, ys) = pdfium_calls.ORIGINS.ask(pdfium_calls.origin, [page] * len(indexes), indexes)
        return ys.tolist()

    def _place(self, page: Argument, index: int) -> tuple[float, float, bool]:
        """Returns size, baseline and uprightness."""
        size, upright = self._sizes(page, [index])[0]
        return size, self._baselines(page, [index])[0], upright

    def _sizes(self, page: Argument, indexes: list[int]) -> list[tuple[float, bool]]:
        """Returns sizes in points, and uprightness: a font's size is often 1, scaled by the
        matrix."""
        known, values = pdfium_calls.MATRICES.ask(pdfium_calls.matrix, [page] * len(indexes), indexes)
        sizes = map(pdfium_calls.font_size, repeat(page), indexes)
        return [
            (size * d, True)
            if is_known and not b and not c and d > 0
            else _scaled(size, b, c, d)
            if is_known
            else (size, True)
            for size, is_known, b, c, d in zip(sizes, known, *values[1:4], strict=True)
        ]

    def _readable(self, read: list[tuple[Line, str]], number: int) -> list[Line]:
        """Returns the lines that people can read, joined. Reports what the others say."""
        few = _few_small_lines([line for line, how in read if not how and line.size < SMALL])
        found: list[Line] = []
        small: list[tuple[str, str]] = []
        for line, how in read:
            if how or (few and line.size < SMALL):
                small.append((how or "tiny", line.text))
            elif found and _continues(found[-1], line):
                _join(found[-1], line)
            else:
                found.append(line)
        if small:
            self._report(small, number)
        return found

    def _cut(
        self, handle: Argument, read: list[tuple[Line, str]], spans: list[tuple[int, int, str]], box: Box
    ) -> Iterator[tuple[Line, str]]:
        """Yields the lines, with what is beyond the page set apart."""
        left, bottom, right, top = box
        for (line, how), (first, last, _) in zip(read, spans, strict=True):
            if how or not _runs_off(line, box):
                yield line, how
                continue
            indexes = range(first, last + 1)
            x0s, y1s, x1s, y0s = pdfium_calls.boxes(handle, list(indexes))
            on_page = [
                left < (x0 + x1) / 2 < right and bottom < (y0 + y1) / 2 < top
                for x0, y1, x1, y0 in zip(x0s, y1s, x1s, y0s, strict=True)
            ]
            for is_on_page, run in groupby(zip(indexes, on_page, strict=True), key=itemgetter(1)):
                part = [index for index, _ in run]
                text = characters.characters(pdfium_calls.text_range(handle, part[0], len(part))).strip()
                if text:
                    sides = x0s[part[0] - first], x1s[part[-1] - first]
                    yield replace(line, text=text, x0=min(sides), x1=max(sides)), "" if is_on_page else "off-page"

    def _how_hidden(self, page: Argument, line: Line, box: Box, first: int, last: int) -> str:
        left, bottom, right, top = box
        if line.x1 < left or line.x0 > right or line.y > top or line.y < bottom:
            return "off-page"
        if line.size < TINY or (_is_pressed(line) and self._is_pressed(page, line, first, last)):
            return "tiny"
        inked = self._inked.get(line.font) if line.font else None
        if inked is None:
            inked = self._has_ink(page, line, first, last)
        return "" if inked else "hidden-markup"

    def _report_runs(self, handle: Argument, runs: list[HiddenRun], number: int) -> None:
        pieces: dict[str, list[str]] = {}
        for run in runs:
            text = pdfium_calls.text_range(handle, run.start, run.end - run.start).replace(characters.BREAK, "")
            pieces.setdefault(run.how, []).append(" ".join(text.split()))
        for how, texts in pieces.items():
            if is_report(texts):
                self.hidden.append(Hidden(" ".join(texts)[:MAX_QUOTED], how, f"p. {number}"))

    @staticmethod
    def _blank_out(text: str, handle: Argument, run: HiddenRun, *, exact: bool) -> str:
        """Replaces hidden text by blanks, so that positions stay."""
        start, end = run.start, run.end
        if not exact:
            start, end = (pdfium_calls.text_of(handle, i) for i in (start, end - 1))
            end += 1
        return text[:start] + "".join(c if c in "\r\n" else " " for c in text[start:end]) + text[end:]

    def _report(self, small: list[tuple[str, str]], number: int) -> None:
        """Reports tiny and off-page sentences, not labels of shrunken figures."""
        for how in ("tiny", "off-page", "hidden-markup"):
            words = characters.hyphens(" ".join(text for h, text in small if h == how), _UNKNOWN)
            if first_order(words) or (reads_as_text(words) and len(words.split()) >= MIN_MESSAGE):
                self.hidden.append(Hidden(words[:MAX_QUOTED], how, f"p. {number}"))

    def _lines(self, page: Argument, spans: list[tuple[int, int, str]], number: int) -> list[Line]:
        """Returns the lines. Asks each property of all at once: PDFium's calls take most time."""
        firsts, lasts = [first for first, _, _ in spans], [last for _, last, _ in spans]
        lefts, tops, rights, bottoms = pdfium_calls.boxes(page, firsts)
        ends = pdfium_calls.boxes(page, lasts)
        sizes, ys = self._sizes(page, firsts), self._baselines(page, firsts)
        typical = [(first + last) // 2 for first, last, _ in spans]
        heights = zip(map(sub, tops, bottoms), map(sub, ends[1], ends[3]), strict=True)
        mixed = [  # type that differs at both ends
            i for i, (height, end) in enumerate(heights) if abs(end - height) > 0.02 * height
        ]
        middles = [size for size, _ in self._sizes(page, [typical[i] for i in mixed])]
        trails = [size for size, _ in self._sizes(page, [lasts[i] for i in mixed])]
        usual = [size for size, _ in sizes]
        for i, half, trail in zip(mixed, middles, trails, strict=True):
            usual[i], typical[i] = sorted(((half, typical[i]), (usual[i], firsts[i]), (trail, lasts[i])))[1]
        raised = [i for i in mixed if sizes[i][0] < usual[i] * 0.9]
        for i, y in zip(raised, self._baselines(page, [typical[i] for i in raised]), strict=True):
            ys[i] = y
        y_ends = ys.copy()
        joined = [  # two lines that PDFium joined at a hyphen
            i for i, (low, end, size) in enumerate(zip(bottoms, ends[3], usual, strict=True)) if abs(end - low) > size
        ]
        for i, y in zip(joined, self._baselines(page, [lasts[i] for i in joined]), strict=True):
            y_ends[i] = y
        fonts = self._fonts_at(page, typical)
        x0s, x1s = map(min, lefts, ends[0]), map(max, rights, ends[2])  # Arabic begins at the right
        rows = zip(spans, x0s, x1s, ys, y_ends, usual, sizes, fonts, strict=True)
        return [
            Line(text, number, x0, x1, y, y_end, size, lead, font, heavy, upright)
            for (_, _, text), x0, x1, y, y_end, size, (lead, upright), (font, heavy) in rows
        ]

    def _has_ink(self, page: Argument, line: Line, first: int, last: int) -> bool:
        """Returns whether the line's font draws letters, judged by its first long line."""
        if len(line.text) < MIN_TEXT:
            return True
        inked = False
        for index in range(first, last + 1, max(1, (last - first) // 6)):
            if pdfium_calls.bounds(argument(pdfium_calls.object_at(page, index)), *self._to_sides):
                _, bottom, _, top = self._sides
                inked = inked or top - bottom > 0.01
        self._inked[line.font] = inked
        return inked

    def _is_pressed(self, page: Argument, line: Line, first: int, last: int) -> bool:
        """Returns whether no letter of the line is further off: the last one may be an accent."""
        xs, ys = [], []
        for index in range(first, last + 1, max(1, (last - first) // 12)):
            pdfium_calls.box_of(page, index, self._to_box)
            xs.append(self._box.left)
            ys.append(self._box.bottom)
        return bool(max(max(xs) - min(xs), max(ys) - min(ys)) < NARROW * line.size * len(line.text))

    def _fonts_at(self, page: Argument, indexes: list[int]) -> list[tuple[str, bool]]:
        """Returns names without the subset's prefix, and whether name or flag say bold."""
        objects = map(argument, map(pdfium_calls.object_at, repeat(page), indexes))
        fonts = list(map(pdfium_calls.font_of_object, objects))
        known = {font: self._font_at(page, index) for font, index in dict(zip(fonts, indexes, strict=True)).items()}
        return [known[font] for font in fonts]

    def _font_at(self, page: Argument, index: int) -> tuple[str, bool]:
        length = pdfium_calls.font(page, index, self._to_name, _NAME_LENGTH, self._to_flags)
        return _named_font(self._name.value if 0 < length <= NAME else b"", self._flags.value if length else 0)


@lru_cache(maxsize=256)
def _named_font(name: bytes, flags: int) -> tuple[str, bool]:
    font = _SUBSET.sub("", name.decode("utf-8", "replace"))
    return font, _HEAVY.search(font) is not None or bool(flags & _FORCE_BOLD)


def _scaled(size: float, b: float, c: float, d: float) -> tuple[float, bool]:
    scale = math.hypot(c, d) if c else abs(d)
    return size * scale, abs(b) < 0.2 * scale or not scale


def _runs_of_digits(text: str) -> list[tuple[int, int]]:
    """Returns what may end in an exponent: the position of its base, and its end.

    The base is a digit, or a short name or a bracket before the digits."""
    runs = []
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        base = start - 1
        before = text[base] if start else ""
        if before == " ":
            runs.append((start, end))
            continue
        signed = base > 0 and before in _MINUS
        if signed:
            base -= 1
            before = text[base]
        if before in _CLOSING or (signed and before.isdigit()) or _is_short_name(text, base, before):
            runs.append((base, end))
        elif end - start > 1:
            runs.append((start, end))
    return runs


def _is_short_name(text: str, end: int, last: str) -> bool:
    return last.isalpha() and not (end > 1 and text[end - 2 : end + 1].isalpha())


def _turned(found: list[Line], top: float) -> list[Line]:
    """Sets lines that run downwards from the right, as in Japanese, as lines below each other."""
    vertical = [line for line in found if line.y > line.y_end and len(line.text) > 3 and _runs_downwards(line)]
    if not vertical or 2 * sum(len(line.text) for line in vertical) <= sum(len(line.text) for line in found):
        return found
    for line in found:
        if line.y >= line.y_end and 1 < len(line.text) <= 3 and _is_narrow(line):
            line.y_end = line.y - line.size * (len(line.text) - 1)
            vertical.append(line)
    for line in vertical:
        line.upright = True  # a number may be turned
        begin, end = top - line.y, top - line.y_end + line.size
        line.y, line.y_end, line.x0, line.x1 = line.x0, line.x0, begin, end
    others = [line for line in found if not any(line is v for v in vertical)]
    return sorted(vertical, key=lambda line: (-round(line.y), line.x0)) + others


def _mirrored(found: list[Line], box: Box) -> list[Line]:
    """Sets lines from the right as if from the left."""
    for line in found:
        line.x0, line.x1 = box[0] + box[2] - line.x1, box[0] + box[2] - line.x0
    return found


def _is_narrow(line: Line) -> bool:
    """Returns whether its letters, if as wide as high, cannot be side by side."""
    return not line.text.isascii() and line.x1 - line.x0 < 0.75 * line.size * len(line.text)


def _runs_downwards(line: Line) -> bool:
    return line.x1 - line.x0 < 3 * line.size and line.y - line.y_end > 0.6 * line.size * (len(line.text) - 1)


def _is_picture(page: pdfium.PdfPage) -> bool:
    """Returns whether a picture fills the page, as in a scan."""
    width, height = page.get_size()
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = found.get_bounds()
        if (right - left) * (top - bottom) > 0.7 * width * height:
            return True
    return False


def _runs_off(line: Line, box: Box) -> bool:
    """Returns whether an end of a line is beyond the page, by more than a letter."""
    left, bottom, right, top = box
    size = line.size
    return not (left - size <= line.x0 and line.x1 <= right + size and bottom - size <= line.y_end <= top + size)


def _is_pressed(line: Line) -> bool:
    """Returns whether the ends of a line are too close for its letters."""
    count = len(line.text)
    narrow = NARROW * line.size * count
    return count >= MIN_TEXT and line.x1 - line.x0 < narrow and abs(line.y_end - line.y) < narrow


def _few_small_lines(lines: list[Line]) -> bool:
    """Returns whether lines in hardly readable type are a message, not a shrunken table."""
    return 0 < len(lines) <= FEW and max(len(line.text.split()) for line in lines) >= MIN_MESSAGE


def _rows(text: str) -> Iterator[tuple[int, int, str]]:
    """Yields each printed row with the positions of its first and last visible character.

    Splits rows that PDFium joined at a hyphen."""
    at = 0
    for printed in text.split("\r\n"):
        inside = at
        for row in (printed,) if characters.BREAK not in printed else _after_breaks(printed):
            if stripped := row.strip():
                start = inside if row[0] == stripped[0] else inside + len(row) - len(row.lstrip())
                yield start, start + len(stripped) - 1, stripped
            inside += len(row)
        at += len(printed) + 2


def _after_breaks(printed: str) -> list[str]:
    *broken, rest = printed.split(characters.BREAK)
    return [piece + characters.BREAK for piece in broken] + [rest]


def _join(last: Line, line: Line) -> None:
    size = max(last.size, line.size)
    if last.text.endswith(characters.BREAK):  # a ligature without a name in the font: mostly `ffi`
        last.text = last.text[:-1] + ("ffl" if line.text.startswith("e") else "ffi") + line.text
    elif _is_power(last, line):
        last.text += characters.raised(line.text)
    else:
        last.text += (" " if line.x0 - last.x1 > 0.15 * size else "") + line.text
    as_large = line.size > last.size * 0.9 or line.size < last.size * INITIAL  # or after a large initial
    if line.size > last.size * 1.1 or (len(line.text) > len(last.text) / 2 and as_large):
        last.y, last.size, last.font, last.heavy = line.y, line.size, line.font, line.heavy
        last.y_end = line.y_end
    last.x1 = line.x1


def _is_power(last: Line, line: Line) -> bool:
    """Returns whether a short line is the exponent of the number that ends the last one."""
    return (
        _EXPONENT.fullmatch(line.text) is not None
        and last.text[-1:].isdigit()
        and line.size < SMALLER * last.size
        and line.y - last.y_end > HIGHER * last.size
        and line.x0 - last.x1 < HIGHER * last.size
    )


def _continues(last: Line, line: Line) -> bool:
    raised = abs(line.y - last.y_end)
    if (raised >= 1.1 * line.size and raised >= 1.1 * last.size) or not (last.upright and line.upright):
        return False
    apart, size = line.x0 - last.x1, max(line.size, last.size)
    if len(line.text) <= 3:  # a root or a large operator hangs from the top of the line
        return -0.6 * size <= apart <= 0.5 * size and raised < 1.1 * size
    return -0.6 * size <= apart <= 1.2 * size and raised < 0.62 * size
