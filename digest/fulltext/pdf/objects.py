"""Surveys a PDF page for text that may be hidden, by colour, mode, clip or what lies on it.

A page has hundreds of objects, so each property is asked of all of them in one `map`, with a buffer
for all answers. Whether a suspicious text is hidden, only a picture of the page tells
(`visibility`).
"""

from __future__ import annotations

import ctypes
import re
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.pdf import pdfium_calls

LIGHT = 180
"""Of 255, in each colour: text this light is examined. PDFium gives 191 for a pattern."""
ALIKE = 40
"""Of 255: text that differs less from the box it stands on is examined."""
FAINT = 250
"""Of 255: less opaque text is examined."""
THICK = 3.0
"""Points: a thinner rule covers no text."""
STEP = 24
"""Characters between two of the sample: the shortest message is longer."""
MAX_COVERS = 3_000
MAX_DEPTH = 6
FEW_OBJECTS = 12
"""Of a form, which PDFium calls transparent also if a part of it is."""
TALL = 40.0
"""Points: text that runs upwards is higher."""
MAX_SEGMENTS = 64
"""Of a clipping path."""
EDGE = 3.0
"""Points that a letter may stand out of its clip."""
MAX_OBJECT_STREAMS = 300
MAX_STREAM = 1_000_000
"""Bytes of one that are unpacked."""
_INVISIBLE = frozenset((raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP))
_FILLED = raw.FPDF_TEXTRENDERMODE_FILL
_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^\x00]{0,300}?stream\r?\n")

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""
Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity."""
Rank = tuple[int, ...]
"""In the order of painting: the number of an object in its page, or of each form around it."""
Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Place(NamedTuple):
    """Where a text stands."""

    matrix: Matrix
    """From the space of its form to that of the page."""
    depth: int
    """How many forms are around it."""
    why: str
    """Why its form may be hidden."""


_PAGE = Place(UNIT, 0, "")


class Suspect(NamedTuple):
    why: str
    """`white`, `invisible` or `hidden-markup`."""
    drawn: bool
    """Whether a drawing may show its letters as outlines too."""


@dataclass(slots=True)
class Cover:
    rank: Rank
    box: Box
    colour: tuple[int, int, int] | None
    """None for a picture or a pattern."""


@dataclass
class Survey:
    texts: dict[int, tuple[Rank, Place]] = field(default_factory=dict)
    """The place of each in the order of painting and in the forms, by its address."""
    suspects: dict[int, Suspect] = field(default_factory=dict)
    covers: list[Cover] = field(default_factory=list)
    pictures: float = 0.0
    """Square points of the page that pictures take."""


def _alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < ALIKE


def has_layers(data: bytes) -> bool:
    """Whether a file has optional content, which a reader may have turned off."""
    if b"/OCProperties" in data:
        return True
    for number, found in enumerate(_OBJECT_STREAM.finditer(data)):
        if number >= MAX_OBJECT_STREAMS:
            return True
        try:
            objects = zlib.decompressobj().decompress(data[found.end() : found.end() + MAX_STREAM], MAX_STREAM)
        except zlib.error:
            continue
        if b"/OCProperties" in objects:
            return True
    return False


class Surveyor:
    def __init__(self, *, layers: bool) -> None:
        self._layers = layers
        self._rgba = (ctypes.c_uint * 4)()
        self._to_rgba = [pdfium_calls.address(self._rgba) + 4 * i for i in range(4)]
        self._colours: dict[Colour, str] = {}
        """Each colour with why text in it may be hidden."""
        self._sides = (ctypes.c_float * 4)()
        self._to_sides = [pdfium_calls.address(self._sides) + 4 * i for i in range(4)]
        self._fill, self._stroke, self._width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
        self._to_fill, self._to_stroke, self._to_width = (
            pdfium_calls.address(v) for v in (self._fill, self._stroke, self._width)
        )
        self._matrix = raw.FS_MATRIX()
        self._to_matrix = pdfium_calls.address(self._matrix)

    def survey(self, page: pdfium.PdfPage, text: int, count: int) -> Survey:
        """The texts of a page that may be hidden, with the reason.

        Of texts a sample is examined first, all of them only where one of the sample may be hidden.
        """
        made = Survey()
        handle = pdfium_calls.handle(page.raw)
        objects = map(pdfium_calls.object_of, repeat(handle), range(pdfium_calls.objects(handle)))
        self._add(made, [(obj, (rank,), _PAGE) for rank, obj in enumerate(objects)])
        sampled = set(map(pdfium_calls.object_at, repeat(text), range(0, count, STEP)))
        if self._examine(made, [obj for obj in made.texts if obj in sampled]):
            self._examine(made, [obj for obj in made.texts if obj not in sampled])
        return made

    def _examine(self, made: Survey, texts: list[int]) -> bool:
        """Adds those of the texts that may be hidden to the suspects."""
        values = array("I", bytes(16 * len(texts)))
        known = map(pdfium_calls.colour_of, texts, *_slots(values))
        modes = map(pdfium_calls.render_mode, texts)
        transparent = map(pdfium_calls.is_transparent, texts)
        clips = map(pdfium_calls.clip_paths, map(pdfium_calls.clip_path, texts))
        own = list(zip(texts, known, modes, transparent, clips, strict=True))
        colours: list[Colour] = list(zip(*(values[i::4] for i in range(4)), strict=True))
        odd = {colour for colour in set(colours) if self._why(colour)}
        rest, rest_colours = [], []
        for (obj, is_known, mode, see_through, clipped), colour in zip(own, colours, strict=True):
            place = made.texts[obj][1]
            why = ""
            if mode in _INVISIBLE:
                why = "invisible"
            elif mode != _FILLED or not is_known or place.why:
                why = place.why or "hidden-markup"
            elif colour in odd:
                why = self._why(colour)
            elif (
                see_through
                or (self._layers and pdfium_calls.marks(obj) > 0)
                or (clipped > 0 and self._is_clipped(obj, clipped, place.matrix))
            ):
                why = "hidden-markup"
            if why:
                made.suspects[obj] = Suspect(why, place.depth > 0)
            else:
                rest.append(obj)
                rest_colours.append(colour[:3])
        if made.covers and rest:
            placed = (_moved(box, made.texts[obj][1].matrix) for obj, box in zip(rest, _boxes(rest), strict=True))
            self._compare_with_covers(made, list(zip(placed, rest, rest_colours, strict=True)))
        return bool(made.suspects)

    def _why(self, colour: Colour) -> str:
        """Why text of a colour may be hidden."""
        if (why := self._colours.get(colour)) is None:
            light, faint = min(colour[:3]) >= LIGHT, colour[3] < FAINT
            why = self._colours[colour] = "white" if light else "hidden-markup" if faint else ""
        return why

    def _compare_with_covers(self, made: Survey, boxes: list[tuple[Box, int, tuple[int, int, int]]]) -> None:
        boxes.sort(key=lambda placed: placed[0][1])
        flat = [placed for placed in boxes if placed[0][3] - placed[0][1] <= TALL]
        tall = [placed for placed in boxes if placed[0][3] - placed[0][1] > TALL]
        feet = [placed[0][1] for placed in flat]
        for cover in made.covers:
            left, bottom, right, top = cover.box
            for box, obj, colour in (*flat[bisect_left(feet, bottom - TALL) : bisect_right(feet, top)], *tall):
                if box[0] >= right or box[2] <= left or obj in made.suspects:
                    continue
                if min(top, box[3]) - max(bottom, box[1]) < 0.6 * (box[3] - box[1]):
                    continue
                rank, place = made.texts[obj]
                drawn = place.depth > 0 or cover.colour is not None
                if rank < cover.rank:
                    made.suspects[obj] = Suspect("hidden-markup", drawn)
                elif left < (box[0] + box[2]) / 2 < right and (cover.colour is None or _alike(colour, cover.colour)):
                    made.suspects[obj] = Suspect("white", drawn)

    def _add(self, made: Survey, found: list[tuple[int, Rank, Place]]) -> None:
        """Adds the objects of the page, then those of its forms, then of the forms in these."""
        for _ in range(MAX_DEPTH + 1):
            forms, others = [], []
            kinds = map(pdfium_calls.kind, [obj for obj, _, _ in found])
            for placed, kind in zip(found, kinds, strict=True):
                if kind == raw.FPDF_PAGEOBJ_TEXT:
                    made.texts[placed[0]] = placed[1:]
                elif kind == raw.FPDF_PAGEOBJ_FORM:
                    forms.append(placed)
                else:
                    others.append((placed, kind))
            boxes = _boxes([placed[0] for placed, _ in others])
            for ((obj, rank, inside), kind), box in zip(others, boxes, strict=True):
                if inside.matrix is UNIT and (box[2] - box[0] < THICK or box[3] - box[1] < THICK):
                    continue
                if len(made.covers) < MAX_COVERS:
                    self._add_cover(made, obj, _moved(box, inside.matrix), kind, rank)
            found = [inner for form in forms for inner in self._parts(*form)]

    def _parts(self, form: int, rank: Rank, inside: Place) -> list[tuple[int, Rank, Place]]:
        count = pdfium_calls.form_objects(form)
        why, matrix = inside.why, inside.matrix
        if not why and (self._layers or (count <= FEW_OBJECTS and pdfium_calls.is_transparent(form))):
            why = "hidden-markup"
        if pdfium_calls.matrix_of(form, self._to_matrix):
            m = self._matrix
            own = (m.a, m.b, m.c, m.d, m.e, m.f)
            matrix = matrix if own == UNIT else _product(own, matrix)
        place = Place(matrix, inside.depth + 1, why)
        return [(pdfium_calls.form_object(form, i), (*rank, i), place) for i in range(count)]

    def _add_cover(self, made: Survey, obj: int, box: Box, kind: int, rank: Rank) -> None:
        wide, high = box[2] - box[0], box[3] - box[1]
        if wide < THICK or high < THICK:
            return
        colour = None
        stroke = 0.0
        if kind == raw.FPDF_PAGEOBJ_PATH:
            pdfium_calls.draw_mode(obj, self._to_fill, self._to_stroke)
            if not self._fill.value and self._stroke.value and pdfium_calls.stroke_width(obj, self._to_width):
                stroke = self._width.value
            get_colour = pdfium_calls.colour_of if self._fill.value else pdfium_calls.stroke_colour_of
            if (not self._fill.value and stroke < THICK) or not get_colour(obj, *self._to_rgba):
                return
            red, green, blue, alpha = self._rgba
            if alpha < FAINT:
                return
            colour = (red, green, blue)
        if stroke and min(wide, high) > 1.6 * stroke:
            return  # a frame
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            made.pictures += wide * high
        made.covers.append(Cover(rank, box, colour))

    def _is_clipped(self, obj: int, count: int, matrix: Matrix) -> bool:
        """Whether a clipping path leaves out a part of a text's box."""
        clip = pdfium_calls.clip_path(obj)
        (box,) = _boxes([obj])
        placed = _moved(box, matrix)
        return not all(self._leaves(clip, path, box, placed) for path in range(count))

    def _leaves(self, clip: int, path: int, box: Box, placed: Box) -> bool:
        """Whether the box of a clipping path holds a text's: two corners often suffice."""
        cut: Box | None = None
        count = min(pdfium_calls.clip_segments(clip, path), MAX_SEGMENTS)
        for segment in (*range(0, count, 2), *range(1, count, 2)):
            at = pdfium_calls.clip_segment(clip, path, segment)
            if not at or not pdfium_calls.segment_point(at, *self._to_sides[:2]):
                continue
            x, y = self._sides[0], self._sides[1]
            cut = (min(cut[0], x), min(cut[1], y), max(cut[2], x), max(cut[3], y)) if cut else (x, y, x, y)
            if segment and (_holds(cut, box) or _holds(cut, placed)):
                return True
        cut = cut or (0.0, 0.0, 0.0, 0.0)
        return _holds(cut, box) or _holds(cut, placed)


def _slots(values: array[Any]) -> list[range]:
    """The addresses of the first values of each four, of the second ones, and so on."""
    start, count = values.buffer_info()
    return [range(start + 4 * i, start + 4 * count, 16) for i in range(4)]


def _boxes(objects: list[int]) -> list[Box]:
    if not objects:
        return []
    sides = array("f", bytes(16 * len(objects)))
    deque(map(pdfium_calls.bounds, objects, *_slots(sides)), maxlen=0)
    return list(zip(*(sides[i::4] for i in range(4)), strict=True))


def _holds(outer: Box, inner: Box) -> bool:
    x0, y0, x1, y1 = outer
    return x0 <= inner[0] + EDGE and y0 <= inner[1] + EDGE and x1 >= inner[2] - EDGE and y1 >= inner[3] - EDGE


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(box: Box, matrix: Matrix) -> Box:
    if matrix is UNIT or matrix == UNIT:
        return box
    a, b, c, d, e, f = matrix
    if not b and not c and a > 0 and d > 0:
        return (a * box[0] + e, d * box[1] + f, a * box[2] + e, d * box[3] + f)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))
