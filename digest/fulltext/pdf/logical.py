"""Spells rows of Indic, Thai, Arabic, Hebrew and similar scripts in logical order.

A browser writes what a cluster of glyphs means as `ActualText`. PDFium puts it in the place of the
first glyph, repeats it where it has sorted the glyphs, and takes the rest of the cluster for a
blank. Text from the right is in visual order, which PDFium turns only in parts. So the pieces of
such a row are put together again by their places, and turned as in Unicode's annex 9."""

from __future__ import annotations

import ctypes
import math
import re
import statistics
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress, groupby, repeat
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.completeness import letters
from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.characters import BREAK, FAR_SCRIPTS, beyond_ascii, is_sign
from digest.fulltext.pdf.pdfium_calls import Argument, argument
from digest.patterns import regex

BLANK = 0.15
"""Width in units of the type's size. A wider gap is a blank."""
THIN = 0.1
"""The same among letters that do not join: TeX narrows its blanks."""
FAR = 0.6
"""The same beside a cluster, whose ink is narrower than it, in a row whose blanks are drawn."""
CLIMB = 0.7
"""Height in units of the type's size. Runs further above each other belong to two rows."""
APART = 1.2
"""Width in units of the type's size. Runs further apart are not one line."""
TOUCHING = 0.05
"""Width in units of the type's size. A blank between closer letters only separates them."""
SHORT, MANY = 4, 1 / 3
"""Letters of a piece that PDFium takes for a row, and the share of such pieces in climbing text."""
UNREAD = "\ufffd"
"""Replaces a glyph that the font does not explain."""
JOINER = "\u200c"
MAX_DEPTH = 4
"""Depth of forms within forms that are read."""
_KINDS = {"L": "L", "R": "R", "AL": "A", "EN": "N", "AN": "N", "ES": "+", "CS": ",", "ET": "%"}
"""Kinds by bidirectional type."""
_NUMBER = regex(r"[+,%]*N[N+,%]*")
_IN_ARABIC = regex(r"(?<=N),(?=N)")
_IN_OTHERS = regex(r"(?<=N)[+,](?=N)|(?<=N)%+|%+(?=N)")
_LEFTWARDS = regex(r"[RA]")
_FROM_LEFT = regex(r"N*L(?:[^R]*[LN])?|N+")
_FROM_RIGHT = regex(r"R(?:[^L]*R)?")
_REVERSED = "ReversedChars"
_BRACKETS = frozenset(("Ps", "Pe"))


Row = tuple[int, int, str]
"""The positions of its first and last character, and its text."""
Rank = tuple[int, int]
"""A run of reversed glyphs and the place in it; (0, 0) for other glyphs."""
_NONE = (0, 0)
_Glyph = tuple[int, int]
"""A character of the page and its position in the text, which is -1 if it means nothing."""


def _runs_left(char: str) -> bool:
    return char >= FAR_SCRIPTS and unicodedata.bidirectional(char) in ("R", "AL")


def needs_order(used: set[str]) -> bool:
    """Returns whether a text's characters have signs or letters that `LogicalOrder` handles."""
    return any(is_sign(char) or _runs_left(char) for char in used)


@dataclass(slots=True)
class _Piece:
    """A character, a ligature, or the meaning of a cluster of glyphs."""

    text: str
    at: int
    """The piece's position in the page's text."""
    x0: float
    x1: float
    rank: Rank = _NONE
    form: str = ""
    """`cluster`, `ligature` or empty."""
    level: int = 0
    """The level as in annex 9: odd if it runs to the left."""

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
        return _is_sign(self.text)


class _Cluster(NamedTuple):
    mark: int
    meaning: str
    x0: float
    x1: float


class _Drawn(NamedTuple):
    """What a page draws, in addition to the characters that PDFium reports."""

    clusters: dict[int, _Cluster]
    """Clusters by text."""
    ranks: dict[int, Rank]
    """Ranks by text of a run."""
    runs: dict[int, float]
    """The usual baselines of runs."""
    blanks: list[tuple[float, float, Rank]]
    """The x and y of blanks."""


class LogicalOrder:
    """Orders the rows of one page."""

    def __init__(
        self,
        page: pdfium.PdfPage,
        characters: Argument,
        text: str,
        place: Callable[[int], tuple[float, float, bool]],
        *,
        exact: bool,
    ) -> None:
        """`place`: size, baseline and uprightness of a character. `exact`: the text has them."""
        self._page = page
        self._characters = characters
        self._text = text
        self._exact = exact
        self._place = place
        used = beyond_ascii(text)
        self._signs = frozenset(filter(is_sign, used))
        self._leftwards = frozenset(filter(_runs_left, used))
        count = sum(map(str.isalpha, text)) if self._leftwards else 0
        self.from_right = 2 * sum(map(text.count, self._leftwards)) > count
        self.unread = 0
        """Letters of words with glyphs that no font explains, or whose order is a guess."""
        self._said: set[int] = set()
        """The marks of clusters whose meaning was used."""

    @cached_property
    def _drawn(self) -> _Drawn:
        return _drawn(self._page)

    def rows(self, found: list[Row]) -> list[Row]:
        """Returns the rows with the positions of what is first and last."""
        self.unread += self._climbing(found)
        rows: list[Row | list[_Glyph]] = []
        whole: dict[int, list[_Glyph]] = {}
        for start, end, text in found:
            if self._leftwards.isdisjoint(text) and not self.from_right:
                is_plain = self._signs.isdisjoint(text)
                rows.append((start, end, text) if is_plain else self._glyphs(start, end))
                continue
            for glyphs, runs in self._apart(self._glyphs(start, end)):
                known = next((whole[run] for run in runs if run in whole), None)
                before = rows[-1] if rows else None
                if known is None and isinstance(before, list) and self._continues(before, glyphs):
                    known = before
                if known is None:
                    known = glyphs
                    rows.append(glyphs)
                else:  # PDFium takes a letter that climbs within a word, or a full stop, for a row
                    known += glyphs
                whole.update(dict.fromkeys(runs, known))
        return [row if isinstance(row, tuple) else self._row(row) for row in rows]

    def _climbing(self, found: list[Row]) -> int:
        """Counts letters in pieces of rows, as in Nastaliq, that nothing joins."""
        counts = [sum(map(text.count, self._leftwards)) for _, _, text in found]
        short = sum(count for count in counts if count <= SHORT)
        return short if short > MANY * sum(counts) else 0

    def _continues(self, row: list[_Glyph], glyphs: list[_Glyph]) -> bool:
        """Returns whether they are side by side in one line."""
        (size, y, _), (other, height, _) = self._place(row[-1][0]), self._place(glyphs[0][0])
        near = max(size, other)
        (x0, x1), (left, right) = self._sides(row), self._sides(glyphs)
        return abs(height - y) < CLIMB * near and -BLANK * near < max(left - x1, x0 - right) < APART * near

    def _sides(self, glyphs: list[_Glyph]) -> tuple[float, float]:
        lefts, rights = self._boxes(glyphs)
        return min(lefts), max(rights)

    def _boxes(self, glyphs: list[_Glyph]) -> tuple[Sequence[float], Sequence[float]]:
        """Returns all left and right sides."""
        indexes = [index for index, _ in glyphs]
        boxes = pdfium_calls.BOXES.ask(pdfium_calls.box_of, [self._characters] * len(glyphs), indexes)[1]
        return boxes[0], boxes[2]

    def _apart(self, glyphs: list[_Glyph]) -> Iterator[tuple[list[_Glyph], set[int]]]:
        """Yields the glyphs and runs of each row, where PDFium has joined several."""
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

    def _glyphs(self, start: int, end: int) -> list[_Glyph]:
        if not self._exact:
            start, end = (pdfium_calls.character_of(self._characters, at) for at in (start, end))
        indexes = range(start, end + 1)
        of_page = repeat(self._characters)
        positions = indexes if self._exact else map(pdfium_calls.text_of, of_page, indexes)
        generated = map(pdfium_calls.is_generated, of_page, indexes)
        return [
            (index, at)
            for index, at, is_own in zip(indexes, positions, generated, strict=False)
            if not is_own and (at < 0 or self._text[at] not in "\r\n")
        ]

    def _row(self, glyphs: list[_Glyph]) -> Row:
        known = [at for _, at in glyphs if at >= 0] or [0]
        row = self._text[min(known) : max(known) + 1]
        places = [self._place(index) for index, _ in glyphs[:: 1 + len(glyphs) // 4]]
        pieces = self._pieces(glyphs)
        shown = [piece for piece in pieces if piece.at >= 0]
        if not shown or not all(upright for _, _, upright in places):
            return min(known), max(known), " ".join(row.split()) if shown else ""
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
        if UNREAD in spelled:
            self.unread += sum(letters(word) for word in spelled.split() if UNREAD in word)
        return min(outer), max(outer), spelled

    def _pieces(self, glyphs: list[_Glyph]) -> list[_Piece]:
        """Returns the pieces in PDFium's order, with the blanks that are drawn."""
        found: list[_Piece] = []
        texts = map(pdfium_calls.object_at, repeat(self._characters), [index for index, _ in glyphs])
        for (index, at), text, x0, x1 in zip(glyphs, texts, *self._boxes(glyphs), strict=True):
            char = self._text[at] if at >= 0 else ""
            is_blank = char.isspace()
            if is_blank and x0 == x1:
                continue  # PDFium made it
            rank = self._drawn.ranks.get(text, _NONE)
            cluster = None if is_blank else self._drawn.clusters.get(text)
            if cluster is None:
                if char and pdfium_calls.is_unmapped(self._characters, index) == 1:
                    if found and found[-1].form == "ligature":
                        found[-1].x1 = max(found[-1].x1, x1)
                        continue  # the rest of a cluster, whose first glyph means all of it
                    char = UNREAD
                if found and (x0, x1) == (found[-1].x0, found[-1].x1):
                    found[-1].text += char
                    found[-1].form = "ligature"
                else:
                    found.append(_Piece("" if char == BREAK else char, at, x0, x1, rank))
            elif cluster.mark not in self._said:
                self._said.add(cluster.mark)
                found.append(_Piece(cluster.meaning, at, min(cluster.x0, x0), max(cluster.x1, x1), rank, "cluster"))
        return _said_once(found)


def _said_once(pieces: list[_Piece]) -> list[_Piece]:
    """Drops what a second glyph of a cluster repeats: some programs give the meaning to each."""
    found: list[_Piece] = []
    said: defaultdict[str, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.form and len(piece.text) > 1:
            same = said["".join(sorted(piece.text))]
            again = next((one for one in same if min(one.x1, piece.x1) > max(one.x0, piece.x0)), None)
            if again is not None:
                again.x0, again.x1 = min(again.x0, piece.x0), max(again.x1, piece.x1)
                again.rank = max(again.rank, piece.rank)
                continue
            same.append(piece)
        found.append(piece)
    return found


def _drawn(page: pdfium.PdfPage) -> _Drawn:
    found = _Drawn({}, {}, {}, [])
    marks = _Marks()
    heights: defaultdict[int, list[float]] = defaultdict(list)
    clusters: defaultdict[int, list[_Placed]] = defaultdict(list)
    for place, text in enumerate(_texts(pdfium_calls.handle(page.raw))):
        rank, cluster = _NONE, 0
        for n in range(text.marks):
            mark = pdfium_calls.mark_of(text.argument, n)
            said = marks.says(mark)
            if said == _REVERSED:
                rank = found.ranks[text.address] = (mark, place)
                heights[mark].append(text.y)
            elif said:
                cluster = mark
        if cluster:
            clusters[cluster].append(text)
        elif text.x0 == text.x1:
            found.blanks.append((text.x0, text.y, rank))
    found.runs.update((run, statistics.median(ys)) for run, ys in heights.items())
    for key, together in clusters.items():
        x0, x1 = min(text.x0 for text in together), max(text.x1 for text in together)
        whole = _Cluster(key, marks.says(key), x0, x1)
        found.clusters.update((text.address, whole) for text in together)
    return found


class _Placed(NamedTuple):
    address: int
    argument: Argument
    marks: int
    x0: float
    x1: float
    y: float


def _texts(page: Argument) -> Iterator[_Placed]:
    """Yields the page's texts in their order. Those in forms have no sides."""
    objects = list(map(pdfium_calls.object_of, repeat(page), range(pdfium_calls.objects(page))))
    for depth in range(MAX_DEPTH):
        arguments = list(map(argument, objects))
        kinds = list(map(pdfium_calls.kind, arguments))
        are_texts = [kind == raw.FPDF_PAGEOBJ_TEXT for kind in kinds]
        objects, texts = list(compress(objects, are_texts)), list(compress(arguments, are_texts))
        lefts, _, rights, _ = pdfium_calls.BOUNDS.ask(pdfium_calls.bounds, texts)[1]
        ys = pdfium_calls.MATRICES.ask(pdfium_calls.matrix_of, texts)[1][5]
        for address, text, x0, x1, y in zip(objects, texts, lefts, rights, ys, strict=True):
            marks = pdfium_calls.marks(text)
            placed = _Placed(address, text, marks, x0, x1, y)
            yield placed._replace(x0=math.inf, x1=-math.inf) if depth else placed
        forms = [form for form, kind in zip(arguments, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_FORM]
        objects = [
            pdfium_calls.form_object(form, place)
            for form in forms
            for place in pdfium_calls.longs(pdfium_calls.form_objects(form))
        ]


class _Marks:
    """Reads what the marks of a page's content mean, each once."""

    SIZE = 66
    """Bytes. No cluster has a longer meaning; such a text is left to PDFium."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._length = ctypes.c_ulong()
        self._value = (ctypes.c_char * self.SIZE)()
        address = pdfium_calls.address
        self._room = (address(self._value), pdfium_calls.long(self.SIZE), address(self._length))

    def says(self, mark: int) -> str:
        """Returns a cluster's meaning, `_REVERSED`, or nothing."""
        known = self._known.get(mark)
        if known is None:
            known = self._known[mark] = self._meaning(argument(mark))
        return known

    def _meaning(self, mark: Argument) -> str:
        """Returns a short text in UTF-16, in which all scripts but Latin are written; else
        nothing."""
        self._length.value = 0
        pdfium_calls.mark_value(mark, b"ActualText", *self._room)
        coded = self._value.raw[: self._length.value]
        if coded:
            known = coded.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) and self._length.value <= self.SIZE
            return coded.decode("utf-16", "replace") if known else ""
        pdfium_calls.mark_name(mark, *self._room)
        return _REVERSED if self._value.raw.startswith(_REVERSED.encode("utf-16-le")) else ""


def _by_place(pieces: list[_Piece], size: float) -> list[_Piece]:
    """Orders the pieces from the left, with signs after their letter."""
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
    """Puts each sign after its letter: the one before, unless it is above or below another."""
    others = [piece for piece in pieces if not (piece.is_sign or piece.is_blank)]
    found: list[_Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        if not piece.is_sign or before is None:
            found.append(piece)
            continue
        has_width = unicodedata.category(piece.text[0]) == "Mc"
        end = before.x1 + (THIN if has_width else 1) * size
        if before.x0 <= (piece.x0 if has_width else piece.middle) <= end and not before.is_blank:
            before.text += piece.text
            before.x1 = max(before.x1, piece.x1)
        elif others and not has_width:
            min(others, key=lambda letter: letter.distance(piece.middle)).text += piece.text
        else:
            found.append(piece)
    return found


def _with_blanks(pieces: list[_Piece], blanks: list[float], size: float) -> list[_Piece]:
    """Adds blanks that PDFium has left out."""
    found = pieces[:1]
    right = found[0].x1 if found else 0.0
    usual = BLANK if any(p.form == "cluster" or "\u0e00" <= p.text <= "\u0eff" for p in pieces) else THIN
    for piece in pieces[1:]:
        before = found[-1]
        if before.is_blank and len(found) > 1 and _parts(found[-2], before, piece, TOUCHING * size):
            before.text = JOINER
        together = before.rank[0] == piece.rank[0] != 0 or piece.is_blank or before.is_blank
        wide = size * (FAR if blanks and "cluster" in (piece.form, before.form) else usual)
        if not together and (piece.x0 - right > wide or any(before.middle < x < piece.middle for x in blanks)):
            found.append(_Piece(" ", piece.at, right, piece.x0))
        found.append(piece)
        right = max(right, piece.x1)
    return found


def _parts(before: _Piece, blank: _Piece, piece: _Piece, near: float) -> bool:
    """Returns whether a blank without width keeps two letters from joining."""
    return (
        blank.rank == before.rank == piece.rank == _NONE
        and piece.x0 - before.x1 < near
        and any(letter.x0 - near < blank.x0 and blank.x1 < letter.x1 + near for letter in (before, piece))
        and _kind(before.text) == _kind(piece.text) == "A"
    )


def _turned(pieces: list[_Piece], *, from_right: bool) -> list[_Piece]:
    """Returns the pieces in logical order, from visual order."""
    row = "".join(_kind(piece.text) for piece in pieces)
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


@lru_cache(maxsize=10_000)
def _is_sign(text: str) -> bool:
    return bool(text) and all(map(is_sign, text))


@lru_cache(maxsize=10_000)
def _kind(text: str) -> str:
    """Returns `L`, `R` or `A` for letters, `N+,%` for numbers, `b` for brackets, else `-`."""
    if len(text) == 1 and unicodedata.category(text) in _BRACKETS:
        return "b"
    kinds = [_KINDS.get(unicodedata.bidirectional(char), "-") for char in text]
    return next((kind for kind in kinds if kind in "LRA"), kinds[0] if kinds else "-")


def _levels(row: str, *, from_right: bool) -> list[int]:
    """Returns the levels of kinds in visual order from the left."""
    row = _NUMBER.sub(_number, row).replace("A", "R")
    levels = [int(from_right)] * len(row)
    for run in (_FROM_LEFT if from_right else _FROM_RIGHT).finditer(row):
        start, end = run.span()
        if run[0].count("b") % 2:  # a bracket belongs to what it encloses
            start, end = start - row.startswith("b", start - 1), end + row.startswith("b", end)
        for at in range(start, end):
            levels[at] = 2 if from_right or row[at] == "N" else 1
    return levels


def _number(found: re.Match[str]) -> str:
    """Returns a number with its signs; after Arabic letters, only with a point or comma inside."""
    row = found.string
    before, after = row[: found.start()].rstrip("-b"), row[found.end() :].lstrip("-b")
    signs = _IN_ARABIC if after.startswith("A") and not before.endswith("L") else _IN_OTHERS
    return signs.sub(lambda sign: "N" * len(sign[0]), found[0])


def _bracket(found: str, before: _Piece | None, after: _Piece | None) -> str:
    """Returns a bracket as it is spelled: PDFium mirrors some."""
    opens, closes = before is None or before.is_blank, after is None or after.is_blank
    if opens == closes or opens == (unicodedata.category(found) == "Ps"):
        return found
    name = unicodedata.name(found)
    one, other = ("LEFT", "RIGHT") if "LEFT" in name else ("RIGHT", "LEFT")
    return unicodedata.lookup(name.replace(one, other))
