"""Puts rows of Indic, Thai, Arabic, Hebrew and like scripts in the order in which they are spelled.

A browser writes what a cluster of glyphs means as `ActualText`. PDFium gives it the place of the
first glyph, says it again where it has sorted the glyphs, and takes the rest of the cluster for a
blank. Text from the right is set as it is seen, which PDFium turns only in parts. So the pieces of
such a row are put together anew by their places, and turned as in Unicode's annex 9.
"""

from __future__ import annotations

import ctypes
import math
import re
import statistics
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.characters import BREAK, FAR_SCRIPTS, beyond_ascii, is_sign
from digest.patterns import regex

BLANK = 0.15
"""Of the type's size: a wider gap is a blank."""
FAR = 0.6
"""The same beside a cluster, whose ink is narrower than it, in a row whose blanks are drawn."""
CLIMB = 0.7
"""Of the type's size: runs further above each other are of two rows."""
APART = 1.2
"""Of the type's size: what is set further apart is no one line."""
MAX_DEPTH = 4
"""Of forms within forms."""
_KINDS = {"L": "L", "R": "R", "AL": "A", "EN": "N", "AN": "N", "ES": "+", "CS": ",", "ET": "%"}
"""Of bidirectional types."""
_NUMBER = regex(r"[+,%]*N[N+,%]*")
_IN_ARABIC = regex(r"(?<=N),(?=N)")
_IN_OTHERS = regex(r"(?<=N)[+,](?=N)|(?<=N)%+|%+(?=N)")
_LEFTWARDS = regex(r"[RA]")
_FROM_LEFT = regex(r"N*L(?:[^R]*[LN])?|N+")
_FROM_RIGHT = regex(r"R(?:[^L]*R)?")
_BRACKETS = frozenset(("Ps", "Pe"))


Row = tuple[int, int, str]
"""The positions of its first and last character, and its text."""
Rank = tuple[int, int]
"""A run of reversed glyphs and the place in it; (0, 0) for others."""
_NONE = (0, 0)
_Glyph = tuple[int, int]
"""A character of the page and its position in the text, which is -1 if it means nothing."""


def _runs_left(char: str) -> bool:
    return char >= FAR_SCRIPTS and unicodedata.bidirectional(char) in ("R", "AL")


def needs_order(text: str) -> bool:
    """Whether it has signs or letters that `LogicalOrder` knows of."""
    return any(is_sign(char) or _runs_left(char) for char in beyond_ascii(text))


@dataclass(slots=True)
class _Piece:
    """A character, a ligature, or what a cluster of glyphs means."""

    text: str
    at: int
    """Its position in the page's text."""
    x0: float
    x1: float
    rank: Rank = _NONE
    form: str = ""
    """`cluster` or `ligature`, else nothing."""
    level: int = 0
    """As in annex 9: odd if it runs to the left."""

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    def distance(self, x: float) -> float:
        return max(self.x0 - x, x - self.x1)

    @property
    def is_blank(self) -> bool:
        return self.text.isspace()

    @property
    def is_sign(self) -> bool:
        return bool(self.text) and all(map(is_sign, self.text))


class _Cluster(NamedTuple):
    mark: int
    meaning: str
    x0: float
    x1: float


class _Drawn(NamedTuple):
    """What a page draws, beyond the characters that PDFium tells."""

    clusters: dict[int, _Cluster]
    """By text."""
    ranks: dict[int, Rank]
    """Of the texts of runs."""
    runs: dict[int, float]
    """Their usual baselines."""
    blanks: list[tuple[float, float, Rank]]
    """Their x and y."""


class LogicalOrder:
    """Of the rows of one page."""

    def __init__(
        self,
        page: pdfium.PdfPage,
        text_page: pdfium.PdfTextPage,
        text: str,
        place: Callable[[int], tuple[float, float, bool]],
        *,
        exact: bool,
    ) -> None:
        """`place`: size, baseline and uprightness of a character. `exact`: the text has them."""
        self._page = page
        self._characters = pdfium_calls.handle(text_page.raw)
        self._text = text
        self._exact = exact
        self._place = place
        used = beyond_ascii(text)
        self._signs = frozenset(filter(is_sign, used))
        self._leftwards = frozenset(filter(_runs_left, used))
        letters = sum(map(str.isalpha, text)) if self._leftwards else 0
        self.from_right = 2 * sum(map(text.count, self._leftwards)) > letters
        self._said: set[int] = set()
        """The marks of clusters that have said what they mean."""

    @cached_property
    def _drawn(self) -> _Drawn:
        return _drawn(self._page)

    def rows(self, found: list[Row]) -> list[Row]:
        """With the positions of what stands first and last."""
        rows: list[Row | list[_Glyph]] = []
        whole: dict[int, list[_Glyph]] = {}
        for start, end, text in found:
            if self._leftwards.isdisjoint(text) and not self.from_right:
                is_plain = self._signs.isdisjoint(text)
                rows.append((start, end, text) if is_plain else list(self._drawn_in(start, end)))
                continue
            for glyphs, runs in self._apart(list(self._drawn_in(start, end))):
                known = next((whole[run] for run in runs if run in whole), None)
                before = rows[-1] if rows else None
                if known is None and isinstance(before, list) and self._continues(before, glyphs):
                    known = before
                if known is None:
                    known = glyphs
                    rows.append(glyphs)
                else:  # a letter that climbs within a word, or a stop, is a row to PDFium
                    known += glyphs
                whole.update(dict.fromkeys(runs, known))
        return [row if isinstance(row, tuple) else self._row(row) for row in rows]

    def _continues(self, row: list[_Glyph], glyphs: list[_Glyph]) -> bool:
        """Whether they stand side by side in one line."""
        (size, y, _), (other, height, _) = self._place(row[-1][0]), self._place(glyphs[0][0])
        near = max(size, other)
        (x0, x1), (left, right) = self._sides(row), self._sides(glyphs)
        return abs(height - y) < CLIMB * near and -BLANK * near < max(left - x1, x0 - right) < APART * near

    def _sides(self, glyphs: list[_Glyph]) -> tuple[float, float]:
        lefts, _, rights, _ = pdfium_calls.BOXES.ask(
            pdfium_calls.box_of, [self._characters] * len(glyphs), [index for index, _ in glyphs]
        )[1]
        return min(lefts), max(rights)

    def _apart(self, glyphs: list[_Glyph]) -> Iterator[tuple[list[_Glyph], set[int]]]:
        """Runs of several rows that PDFium has taken for one, and the runs of each."""
        part: list[_Glyph] = []
        runs: set[int] = set()
        height = 0.0
        for glyph in glyphs:
            run = self._rank(glyph[0])[0]
            if run and run not in runs:
                own = self._drawn.runs[run]
                if runs and abs(own - height) > CLIMB * self._place(glyph[0])[0]:
                    yield part, runs
                    part, runs = [], set()
                height = own
                runs.add(run)
            part.append(glyph)
        if part:
            yield part, runs

    def _rank(self, index: int) -> Rank:
        return self._drawn.ranks.get(pdfium_calls.object_at(self._characters, index), _NONE)

    def _drawn_in(self, start: int, end: int) -> Iterator[_Glyph]:
        if not self._exact:
            start, end = (pdfium_calls.character_of(self._characters, at) for at in (start, end))
        for index in range(start, end + 1):
            at = index if self._exact else pdfium_calls.text_of(self._characters, index)
            if (at < 0 or self._text[at] not in "\r\n") and not pdfium_calls.is_generated(self._characters, index):
                yield index, at

    def _row(self, glyphs: list[_Glyph]) -> Row:
        known = [at for _, at in glyphs if at >= 0]
        row = "".join(self._text[at] for at in known)
        places = [self._place(index) for index, _ in glyphs[:: 1 + len(glyphs) // 4]]
        pieces = self._pieces(glyphs)
        shown = [piece for piece in pieces if piece.at >= 0]
        if not shown or not all(upright for _, _, upright in places):
            return min(known, default=0), max(known, default=0), row if shown else ""
        outer = (min(shown, key=lambda piece: piece.x0).at, max(shown, key=lambda piece: piece.x1).at)
        size, y, _ = max(places)
        runs = {piece.rank[0] for piece in pieces} - {0}
        blanks = []
        for x, height, rank in self._drawn.blanks:
            if rank[0] in runs:
                pieces.append(_Piece(" ", -1, x, x, rank))
            elif abs(height - y) < 0.1 * size:
                blanks.append(x)
        pieces = _with_blanks(_by_place(pieces, size), blanks, size)
        if not self._leftwards.isdisjoint(row):
            pieces = _turned(pieces, from_right=self.from_right)
        spelled = "".join(piece.text for piece in pieces) + BREAK * row.endswith(BREAK)
        return min(outer), max(outer), spelled

    def _pieces(self, glyphs: list[_Glyph]) -> list[_Piece]:
        """In PDFium's order, with the blanks that are drawn."""
        found: list[_Piece] = []
        box = raw.FS_RECTF()
        to_box = pdfium_calls.address(box)
        for index, at in glyphs:
            char = self._text[at] if at >= 0 else ""
            pdfium_calls.box_of(self._characters, index, to_box)
            x0, x1 = box.left, box.right
            if char.isspace() and x0 == x1:
                continue  # PDFium's own
            text = pdfium_calls.object_at(self._characters, index)
            rank = self._rank(index)
            cluster = None if char.isspace() else self._drawn.clusters.get(text)
            if cluster is None:
                if found and (x0, x1) == (found[-1].x0, found[-1].x1):
                    found[-1].text += char
                    found[-1].form = "ligature"
                else:
                    found.append(_Piece("" if char == BREAK else char, at, x0, x1, rank))
            elif cluster.mark not in self._said:
                self._said.add(cluster.mark)
                found.append(_Piece(cluster.meaning, at, min(cluster.x0, x0), max(cluster.x1, x1), rank, "cluster"))
        return found


def _drawn(page: pdfium.PdfPage) -> _Drawn:
    found = _Drawn({}, {}, {}, [])
    heights: defaultdict[int, list[float]] = defaultdict(list)
    names: dict[int, tuple[str, str]] = {}
    clusters: dict[int, list[pdfium.PdfObject]] = {}
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=MAX_DEPTH)
    for place, text in enumerate(texts):
        address = ctypes.addressof(text.raw.contents)
        x0, y, x1, _ = text.get_bounds()
        rank, means = _NONE, False
        for n in range(raw.FPDFPageObj_CountMarks(text)):
            mark = raw.FPDFPageObj_GetMark(text, n)
            key = ctypes.addressof(mark.contents)
            if key not in names:
                names[key] = (_name(mark), _meaning(mark))
            name, meaning = names[key]
            if name == "ReversedChars":
                rank = found.ranks[address] = (key, place)
                heights[key].append(text.get_matrix().f)
            elif meaning:
                means = True
                clusters.setdefault(key, []).append(text)
        if x0 == x1 and not means and not text.level:
            found.blanks.append((x0, y, rank))
    found.runs.update((run, statistics.median(ys)) for run, ys in heights.items())
    for key, together in clusters.items():
        bounds = [text.get_bounds() for text in together if not text.level]
        x0 = min((left for left, _, _, _ in bounds), default=math.inf)
        x1 = max((right for _, _, right, _ in bounds), default=-math.inf)
        for text in together:
            address = ctypes.addressof(text.raw.contents)
            found.clusters[address] = _Cluster(key, names[key][1], x0, x1)
    return found


def _name(mark: raw.FPDF_PAGEOBJECTMARK) -> str:
    length = ctypes.c_ulong()
    value = (ctypes.c_ushort * 32)()
    raw.FPDFPageObjMark_GetName(mark, value, ctypes.sizeof(value), length)
    return bytes(value).decode("utf-16-le", "replace").rstrip("\0")


def _meaning(mark: raw.FPDF_PAGEOBJECTMARK) -> str:
    """Its text, if that is in UTF-16, as it is in all scripts but Latin."""
    length = ctypes.c_ulong()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", None, 0, length)
    value = (ctypes.c_ubyte * length.value)()
    raw.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", value, length, length)
    coded = bytes(value)
    return coded.decode("utf-16", "replace") if coded.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) else ""


def _by_place(pieces: list[_Piece], size: float) -> list[_Piece]:
    """From the left, with signs behind their letter."""
    for at, piece in enumerate(pieces):
        if piece.form == "ligature" and len(pieces) > 1:
            before, after = (pieces[at - 1], piece) if at else (piece, pieces[1])
            if before.x0 > after.x0:  # PDFium has turned it with the letters around it
                piece.text = piece.text[::-1]
    shown = _with_signs(pieces, size)
    starts: dict[int, float] = {}
    for piece in shown:
        starts[piece.rank[0]] = min(starts.get(piece.rank[0], math.inf), piece.middle)

    def place(piece: _Piece) -> tuple[float, Rank, float]:
        return (starts[piece.rank[0]] if piece.rank[0] else piece.middle, piece.rank, piece.middle)

    return sorted(shown, key=place)


def _with_signs(pieces: list[_Piece], size: float) -> list[_Piece]:
    """Each behind its letter: that before it, unless it stands above or below another."""
    letters = [piece for piece in pieces if not (piece.is_sign or piece.is_blank)]
    found: list[_Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        if not piece.is_sign or before is None:
            found.append(piece)
            continue
        has_width = unicodedata.category(piece.text[0]) == "Mc"
        end = before.x1 + (BLANK if has_width else 1) * size
        if before.x0 <= (piece.x0 if has_width else piece.middle) <= end and not before.is_blank:
            before.text += piece.text
            before.x1 = max(before.x1, piece.x1)
        elif letters and not has_width:
            min(letters, key=lambda letter: letter.distance(piece.middle)).text += piece.text
        else:
            found.append(piece)
    return found


def _with_blanks(pieces: list[_Piece], blanks: list[float], size: float) -> list[_Piece]:
    """And those that PDFium has left out."""
    found = pieces[:1]
    right = found[0].x1 if found else 0.0
    for piece in pieces[1:]:
        before = found[-1]
        together = before.rank[0] == piece.rank[0] != 0 or piece.is_blank or before.is_blank
        wide = size * (FAR if blanks and "cluster" in (piece.form, before.form) else BLANK)
        if not together and (piece.x0 - right > wide or any(before.middle < x < piece.middle for x in blanks)):
            found.append(_Piece(" ", piece.at, right, piece.x0))
        found.append(piece)
        right = max(right, piece.x1)
    return found


def _turned(pieces: list[_Piece], *, from_right: bool) -> list[_Piece]:
    """In the order of spelling, from that of the eye."""
    row = "".join(map(_kind, pieces))
    from_right = from_right or len(_LEFTWARDS.findall(row)) > row.count("L")
    for piece, level in zip(pieces, _levels(row, from_right=from_right), strict=True):
        piece.level = level
    for least in (1, 2):
        runs = [(turns, list(run)) for turns, run in groupby(pieces, key=lambda piece: piece.level >= least)]
        pieces = [piece for turns, run in runs for piece in (run[::-1] if turns else run)]
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], None], strict=False):
        if len(piece.text) == 1 and unicodedata.category(piece.text) in _BRACKETS:
            piece.text = _bracket(piece.text, before, after)
    return pieces


def _kind(piece: _Piece) -> str:
    """`L`, `R` or `A` for letters, `N+,%` for what makes numbers, `b` for brackets, else `-`."""
    if len(piece.text) == 1 and unicodedata.category(piece.text) in _BRACKETS:
        return "b"
    kinds = [_KINDS.get(unicodedata.bidirectional(char), "-") for char in piece.text]
    return next((kind for kind in kinds if kind in "LRA"), kinds[0] if kinds else "-")


def _levels(row: str, *, from_right: bool) -> list[int]:
    """Of the kinds that are seen from left to right."""
    row = _NUMBER.sub(_number, row).replace("A", "R")
    levels = [int(from_right)] * len(row)
    for run in (_FROM_LEFT if from_right else _FROM_RIGHT).finditer(row):
        start, end = run.span()
        if run[0].count("b") % 2:  # a bracket belongs to what it holds
            start, end = start - row.startswith("b", start - 1), end + row.startswith("b", end)
        for at in range(start, end):
            levels[at] = 2 if from_right or row[at] == "N" else 1
    return levels


def _number(found: re.Match[str]) -> str:
    """With the signs in and at it; after Arabic letters, with a point or comma in it at most."""
    row = found.string
    before, after = row[: found.start()].rstrip("-b"), row[found.end() :].lstrip("-b")
    signs = _IN_ARABIC if after.startswith("A") and not before.endswith("L") else _IN_OTHERS
    return signs.sub(lambda sign: "N" * len(sign[0]), found[0])


def _bracket(found: str, before: _Piece | None, after: _Piece | None) -> str:
    """As it is spelled: PDFium mirrors some."""
    opens, closes = before is None or before.is_blank, after is None or after.is_blank
    if opens == closes or opens == (unicodedata.category(found) == "Ps"):
        return found
    name = unicodedata.name(found)
    one, other = ("LEFT", "RIGHT") if "LEFT" in name else ("RIGHT", "LEFT")
    return unicodedata.lookup(name.replace(one, other))
