"""Surveys a PDF page for text that may be hidden, by colour, mode, clip or what lies on it.

A page has hundreds of objects, so each property is asked of all of them in one `map`, with a buffer
for all answers. Only a picture of the page shows whether a suspicious text is hidden
(`visibility`)."""

from __future__ import annotations

import ctypes
import math
import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, repeat
from operator import sub
from typing import NamedTuple

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.pdfium_calls import Argument, argument, long

LIGHT = 180
"""Of 255, in each colour. Text as light as this is examined, also text that a pattern paints."""
_PATTERN_COLOURS = frozenset(((191, 191, 191), (255, 255, 255)))
"""The colours that PDFium gives for tiles and for gradients."""
ALIKE = 40
"""Of 255. Text that differs less from the box below it is examined."""
FAINT = 250
"""Of 255. Less opaque text is examined."""
SHEER = 128
"""Of 255. What is less opaque hides no text, unless many such things overlap."""
THICK = 3.0
"""Points. A thinner rule covers no text."""
TOUCH = 1.5
"""Points. What reaches less far into a text covers no letter."""
STEP = 24
"""Characters between two that are sampled. The shortest message is longer."""
MAX_COVERS = 3_000
MAX_DEPTH = 6
FEW_OBJECTS = 12
"""Objects of a transparent form. With more, a transparent part may be why PDFium calls it so."""
EDGE, OUT = 3.0, 0.3
"""Points, and share of its height, by which a letter may extend beyond its clip."""
MAX_RECTANGLE = 5
"""Segments of a clipping path that is a plain rectangle. A longer path may have holes."""
_FRAME = (4, 5)
"""Segments of a rectangle. Fewer are a line, more may be a scribble."""
RULE = 1.0
"""Points. Rules of tables are thinner."""
GAP = 4.0
"""Points between stripes that others may fill."""
WIDE_STRIPE = 24.0
"""Points. A shorter rule is no part of what covers a text."""
TWIN = 1.5
"""Points between the middles of a text and of the same text drawn on it, as an outline."""
MAX_OBJECT_STREAMS = 300
MAX_STREAM = 1_000_000
"""Bytes of a stream that are unpacked."""
_INVISIBLE = frozenset((raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP))
_FILLED = raw.FPDF_TEXTRENDERMODE_FILL
_TEXT, _PATH, _FORM = raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM
_ARE_TEXTS = bytes(kind == _TEXT for kind in range(256))
_ARE_FORMS = bytes(kind == _FORM for kind in range(256))
_ARE_OTHERS = bytes(kind not in (_TEXT, _FORM) for kind in range(256))
"""Tables for `bytes.translate`, from the kinds of objects to the selectors of `compress`."""


def _name(name: str) -> str:
    """Returns a pattern for a name of PDF, in which any character may be written as its number."""
    return "".join(f"(?:{c}|#(?i:{ord(c):02x}))" for c in name)


_DRAWN = "|".join(map(_name, ("AP", "Circle", "Ink", "Square", "Widget")))
_NAMES = re.compile(
    (
        f"/(?=[OPACISW#])(?:(?P<layers>{_name('OCProperties')})|(?P<patterns>{_name('PatternType')})"
        f"|(?:(?P<annotations>{_DRAWN})|{_name('ObjStm')})\\b)"
    ).encode()
)
"""Names of optional content, of patterns, of annotations that are drawn (by their appearance, or by
their kind alone), and of object streams, which may hold these names."""
_STREAM = re.compile(rb"[^\x00]{0,300}?stream\r?\n")

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""
Rank = tuple[int, ...]
"""The order of painting: an object's number in its page, after those of the forms around it."""
Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Place(NamedTuple):
    """Where an object stands."""

    matrix: Matrix
    """The matrix from the space of its form to that of the page."""
    rank: Rank
    """The rank of its form; empty on the page itself."""
    why: str
    """Why its form may be hidden."""
    form: int
    outer: Place | None
    """The place of the form."""


_PAGE = Place(UNIT, (), "", 0, None)
Form = tuple[list[int], Place]
"""The objects of the page or a form, and their place."""
Position = tuple["Level", int]
"""The level of an object, and its index there."""
Colour = tuple[int, int, int]
Placed = tuple[Box, Position, Rank, Colour]
"""A text: its box on the page, its position, its rank and its colour."""


class Suspect(NamedTuple):
    why: str
    """`white`, `invisible` or `hidden-markup`."""
    drawn: bool
    """Whether a drawing may show its letters, too, as outlines."""


class Level:
    """The objects of the page, or of all forms at one depth."""

    def __init__(self, found: list[Form]) -> None:
        self.objects: list[int] = []
        self._within: list[tuple[Place, int]] = []
        for parts, place in found:
            self._within += repeat((place, len(self.objects)), len(parts))
            self.objects += parts
        self._moved = any(place.matrix is not UNIT for _, place in found)
        self.arguments = list(map(argument, self.objects))
        self.kinds = bytes(map(pdfium_calls.kind, self.arguments))

    def place(self, at: int) -> Place:
        return self._within[at][0]

    def rank(self, at: int) -> Rank:
        place, start = self._within[at]
        return (*place.rank, at - start)

    def positions(self, kinds: bytes) -> list[int]:
        """Returns positions of objects of some kinds, given as a table for `bytes.translate`."""
        return list(compress(range(len(self.objects)), self.kinds.translate(kinds)))

    def those(self, wanted: Container[int]) -> Iterable[Position]:
        """Returns the positions of objects that are given by their addresses."""
        return zip(repeat(self), compress(range(len(self.objects)), map(wanted.__contains__, self.objects)))

    def own_boxes(self, positions: list[int]) -> list[Box]:
        """Returns the boxes of objects, each in the space of its form."""
        return _boxes([self.arguments[at] for at in positions])

    def boxes(self, positions: list[int]) -> list[Box]:
        """Returns the boxes of objects on the page."""
        own = self.own_boxes(positions)
        return list(map(_moved, own, [self._within[at][0].matrix for at in positions])) if self._moved else own


@dataclass(slots=True)
class Cover:
    level: Level
    at: int
    """The index in its level; for stripes, that of the last one."""
    box: Box
    colour: Colour | None = None
    """None for a picture or a pattern."""
    cut: bool = False
    """Whether its clips were read."""
    painted: bool = False
    """Whether its paint is known."""

    @property
    def argument(self) -> Argument:
        return self.level.arguments[self.at]

    @property
    def is_path(self) -> bool:
        return bool(self.level.kinds[self.at] == _PATH)


@dataclass
class Survey:
    texts: list[Position] = field(default_factory=list)
    """The texts that were examined: those of the sample, or all."""
    suspects: dict[int, Suspect] = field(default_factory=dict)
    sample: list[int] = field(default_factory=list)
    """The objects of sampled characters, at equal steps."""
    covers: list[Cover] = field(default_factory=list)
    pictures: float = 0.0
    """Square points of the page that pictures take."""
    stripe: Cover | None = None
    """The last thin cover: many side by side cover what one alone does not."""
    doubted: bool = False
    """Whether a form may be hidden."""
    levels: list[Level] = field(default_factory=list)
    annotations: list[Box] = field(default_factory=list)
    """The boxes of annotations that are drawn."""
    passed: list[Position] = field(default_factory=list)
    """Forms that were not searched, because they hold and cover no text of the sample."""

    def moved(self, texts: list[Position], boxes: list[Box]) -> list[Box]:
        """Returns the boxes of texts on the page."""
        if len(self.levels) == 1:
            return boxes
        return [_moved(box, level.place(at).matrix) for (level, at), box in zip(texts, boxes, strict=True)]


def _alike(one: Colour, other: Colour) -> bool:
    return all(map(ALIKE.__gt__, map(abs, map(sub, one, other))))


class Means(NamedTuple):
    """What a file has, or may have, that PDFium does not report with its objects."""

    layers: bool = False
    """Optional content, which a reader may have turned off."""
    patterns: bool = False
    """Gradients and tiles, whose colour PDFium does not give."""
    annotations: bool = False
    """Annotations that are drawn, and may lie on a text."""


_ANY = Means(True, True, True)


def means(data: bytes) -> Means:
    found: set[str | None] = set()
    for number, name in enumerate(_NAMES.finditer(data)):
        if name.lastgroup:
            found.add(name.lastgroup)
            continue
        start = _STREAM.match(data, name.end())
        if start is None or number >= MAX_OBJECT_STREAMS:
            return _ANY
        try:
            objects = zlib.decompressobj().decompress(data[start.end() : start.end() + MAX_STREAM], MAX_STREAM)
        except zlib.error:
            return _ANY
        found.update(name.lastgroup for name in _NAMES.finditer(objects))
    return Means(*(name in found for name in Means._fields))


class Surveyor:
    def __init__(self, means: Means) -> None:
        self._layers, self._patterns, self._annotations = means.layers, means.patterns, means.annotations
        self._rgba = (ctypes.c_uint * 4)()
        self._to_rgba = [pdfium_calls.address(self._rgba, 4 * i) for i in range(4)]
        self._sides = (ctypes.c_float * 4)()
        self._to_sides = [pdfium_calls.address(self._sides, 4 * i) for i in range(4)]
        self._fill, self._stroke, self._width = ctypes.c_int(), ctypes.c_int(), ctypes.c_float()
        self._to_fill, self._to_stroke, self._to_width = (
            pdfium_calls.address(v) for v in (self._fill, self._stroke, self._width)
        )
        self._matrix = (ctypes.c_float * 6)()
        self._to_matrix = pdfium_calls.address(self._matrix)
        self._clips: dict[int, tuple[Box, bool]] = {}
        """By clipping path: its box on the page, and whether it is a plain rectangle."""

    def survey(self, page: pdfium.PdfPage, text: Argument, characters: int) -> Survey:
        """Returns the texts of the sample that may be hidden, with the reason."""
        made = Survey()
        self._clips.clear()
        handle = pdfium_calls.handle(page.raw)
        objects = list(map(pdfium_calls.object_of, repeat(handle), range(pdfium_calls.objects(handle))))
        if self._annotations:
            made.annotations = _annotations(page)
        made.sample = list(map(pdfium_calls.object_at, repeat(text), range(0, characters, STEP)))
        sampled = set(made.sample) - {None}
        self._add(made, [(objects, _PAGE)], sampled)
        self._examine(made, made.texts)
        return made

    def examine_others(self, made: Survey) -> None:
        """Adds the texts outside the sample, and ranks all suspects in the order of painting."""
        self._add(made, self._opened(made, made.passed))
        sampled = set(made.sample)
        others = [
            (level, at)
            for level in made.levels
            for at in level.positions(_ARE_TEXTS)
            if level.objects[at] not in sampled
        ]
        made.texts += others
        self._examine(made, others)
        ranked = sorted(
            (level.rank(at), level.objects[at]) for level in made.levels for _, at in level.those(made.suspects)
        )
        made.suspects = {obj: made.suspects[obj] for _, obj in ranked}

    def _examine(self, made: Survey, texts: list[Position]) -> None:
        """Adds those of the texts that may be hidden to the suspects."""
        arguments = [level.arguments[at] for level, at in texts]
        known, (reds, greens, blues, alphas) = pdfium_calls.COLOURS.ask(pdfium_calls.colour_of, arguments)
        modes = list(map(pdfium_calls.render_mode, arguments))
        transparent = list(map(pdfium_calls.is_transparent, arguments))
        clips = list(map(argument, map(pdfium_calls.clip_path, arguments)))
        counts = list(map(pdfium_calls.clip_paths, clips))
        has_clips = max(counts, default=0) > 0
        may_be_covered = bool(made.covers or made.annotations)
        boxes = _boxes(arguments) if has_clips or may_be_covered else []
        placed = made.moved(texts, boxes) if boxes else []
        clipped = self._clipped(texts, zip(clips, counts, strict=True), boxes, placed) if has_clips else set()
        light = map(LIGHT.__le__, map(min, reds, greens, blues)) if max(reds, default=0) >= LIGHT else ()
        if self._layers or made.doubted or clipped or any(modes) or any(transparent) or not all(known) or any(light):
            types = zip(modes, known, transparent, reds, greens, blues, alphas, strict=True)
            for text, kind in zip(texts, types, strict=True):
                level, at = text
                place = level.place(at)
                why = self._why(*kind)
                if why != "invisible":
                    why = place.why or why
                if not why and ((self._layers and pdfium_calls.marks(level.arguments[at]) > 0) or text in clipped):
                    why = "hidden-markup"
                if why:
                    made.suspects[level.objects[at]] = Suspect(why, bool(place.rank))
        if may_be_covered:
            ranks = [level.rank(at) for level, at in texts]
            found = list(zip(placed, texts, ranks, zip(reds, greens, blues, strict=True), strict=True))
            self._compare_with_covers(made, _Texts(found))

    @staticmethod
    def _why(mode: int, known: int, see_through: int, red: int, green: int, blue: int, alpha: int) -> str:
        """Returns why text of a type may be hidden."""
        if mode in _INVISIBLE:
            return "invisible"
        if mode != _FILLED or not known:
            return "hidden-markup"
        if min(red, green, blue) >= LIGHT:
            return "white"
        return "hidden-markup" if see_through or alpha < FAINT else ""

    def _compare_with_covers(self, made: Survey, texts: _Texts) -> None:
        under = {box: texts.under(box) for box in {cover.box for cover in made.covers}}
        over = [under[cover.box] for cover in made.covers]
        clear = self._clear([c for c, found in zip(made.covers, over, strict=True) if found and not c.painted])
        kept = []
        for cover, found in zip(made.covers, over, strict=True):
            if found:
                if id(cover) in clear:
                    continue
                hidden = self._hidden_by(made, cover, found)
                if hidden and not cover.cut:
                    if not self._cut(cover):
                        continue
                    hidden = self._hidden_by(made, cover, texts.under(cover.box))
                made.suspects.update(hidden)
            kept.append(cover)
        made.covers = kept
        for annotation in made.annotations:
            for _, (level, at), *_ in texts.under(annotation):
                made.suspects.setdefault(level.objects[at], Suspect("hidden-markup", drawn=False))

    @staticmethod
    def _hidden_by(made: Survey, cover: Cover, texts: list[Placed]) -> dict[int, Suspect]:
        """Returns texts that a later cover hides, or that have the colour of what is below them."""
        hidden = {}
        rank = cover.level.rank(cover.at)
        for box, (level, at), own, colour in texts:
            obj = level.objects[at]
            if obj in made.suspects:
                continue
            drawn = bool(level.place(at).rank) or cover.is_path
            if own < rank:
                hidden[obj] = Suspect("hidden-markup", drawn)
            elif cover.box[0] < (box[0] + box[2]) / 2 < cover.box[2] and (
                cover.colour is None or _alike(colour, cover.colour)
            ):
                hidden[obj] = Suspect("white", drawn)
        return hidden

    def _add(self, made: Survey, found: list[Form], sampled: AbstractSet[int] = frozenset()) -> None:
        """Adds the objects of the page, then those of its forms, then those of the forms in these.

        Once all texts of a sample are found, only the forms that may hide one are searched."""
        missing = len(sampled)
        for _ in range(MAX_DEPTH + 1):
            if not found:
                return
            level = Level(found)
            made.levels.append(level)
            self._add_covers(made, level)
            if missing:
                texts = list(level.those(sampled))
                made.texts += texts
                missing -= len(texts)
            if _FORM not in level.kinds:
                return
            if sampled and not missing:
                forms = self._on_texts(made, level)
            else:
                forms = [(level, at) for at in level.positions(_ARE_FORMS)]
            found = self._opened(made, forms)

    @staticmethod
    def _on_texts(made: Survey, level: Level) -> list[Position]:
        """Returns the forms that may hide a text of the sample. The others are skipped."""
        boxes = made.moved(made.texts, _boxes([holder.arguments[at] for holder, at in made.texts]))
        texts = _Texts(list(zip(boxes, made.texts, repeat(()), repeat((0, 0, 0)))))
        forms = level.positions(_ARE_FORMS)
        boxes = level.boxes(forms)
        known = {box: _may_hide(box, texts) for box in set(boxes)}
        hide = [
            hides or (striped and _has_parts(level.arguments[at]))
            for at, (hides, striped) in zip(forms, map(known.__getitem__, boxes), strict=True)
        ]
        made.passed += [(level, at) for at, hides in zip(forms, hide, strict=True) if not hides]
        return [(level, at) for at in compress(forms, hide)]

    def _add_covers(self, made: Survey, level: Level) -> None:
        others = level.positions(_ARE_OTHERS)
        for at, box in zip(others, level.boxes(others), strict=True):
            wide, high = box[2] - box[0], box[3] - box[1]
            if wide < THICK or high < THICK:
                striped = (wide > WIDE_STRIPE and high > RULE) or (high > WIDE_STRIPE and wide > RULE)
                if striped:
                    self._add_stripe(made, Cover(level, at, box))
            elif len(made.covers) < MAX_COVERS:
                made.covers.append(Cover(level, at, box))
                if level.kinds[at] == raw.FPDF_PAGEOBJ_IMAGE:
                    made.pictures += wide * high

    def _opened(self, made: Survey, forms: list[Position]) -> list[Form]:
        arguments = [level.arguments[at] for level, at in forms]
        counts = list(map(pdfium_calls.form_objects, arguments))
        numbers = pdfium_calls.longs(max(counts, default=0))
        transparent = map(pdfium_calls.is_transparent, arguments)
        faint = map(FAINT.__gt__, pdfium_calls.COLOURS.ask(pdfium_calls.colour_of, arguments)[1][3])
        known, values = pdfium_calls.MATRICES.ask(pdfium_calls.matrix_of, arguments)
        properties = zip(forms, arguments, counts, transparent, faint, known, zip(*values, strict=True), strict=True)
        opened: list[Form] = []
        for (level, at), form, count, see_through, is_faint, has_own, own in properties:
            inside = level.place(at)
            why, matrix = inside.why, inside.matrix
            parts = list(map(pdfium_calls.form_object, repeat(form, count), numbers))
            if not why and (self._layers or (see_through and (is_faint or self._is_itself_transparent(parts)))):
                why = "hidden-markup"
            made.doubted = made.doubted or bool(why)
            if has_own and own != UNIT:
                matrix = _product(own, matrix)
            opened.append((parts, Place(matrix, level.rank(at), why, level.objects[at], inside)))
        return opened

    @staticmethod
    def _is_itself_transparent(parts: list[int]) -> bool:
        """Returns whether a form is transparent itself: PDFium calls it so also if a part is."""
        return len(parts) <= FEW_OBJECTS or not any(map(pdfium_calls.is_transparent, map(argument, parts)))

    def _own_matrix(self, obj: Argument) -> Matrix:
        if not pdfium_calls.matrix_of(obj, self._to_matrix):
            return UNIT
        a, b, c, d, e, f = self._matrix
        own = (a, b, c, d, e, f)
        return UNIT if own == UNIT else own

    def _add_stripe(self, made: Survey, stripe: Cover) -> None:
        """Adds a thin box to the last one, if they are side by side."""
        last = made.stripe
        if last is not None and _lie_side_by_side(last.box, stripe.box) and self._is_painted(last):
            last.level, last.at, last.box = stripe.level, stripe.at, _around(last.box, stripe.box)
            if last not in made.covers[-1:] and min(_sides(last.box)) >= THICK:
                made.covers.append(last)
        elif len(made.covers) < MAX_COVERS:
            made.stripe = stripe

    def _is_painted(self, stripe: Cover) -> bool:
        """Sets the colour of the first of some stripes. Their clips are not read."""
        if stripe.painted:
            return True
        stripe.painted = stripe.cut = True
        return not stripe.is_path or self._paints(stripe)

    def _cut(self, cover: Cover) -> bool:
        """Cuts the box of a cover to its clips. Returns False if nothing is left."""
        cover.cut = True
        obj = cover.level.objects[cover.at]
        inside: Place | None = cover.level.place(cover.at)
        while inside is not None:
            clip = argument(pdfium_calls.clip_path(argument(obj)))
            for path in range(pdfium_calls.clip_paths(clip)):
                if found := self._clip(clip, path):
                    cover.box = _within(cover.box, _moved(found[0], inside.matrix))
            obj, inside = inside.form, inside.outer
        return min(_sides(cover.box)) > 0

    def _clear(self, covers: list[Cover]) -> set[int]:
        """Sets the colours of covers, and returns those that hide nothing."""
        paths = [cover for cover in covers if cover.is_path]
        arguments = [path.argument for path in paths]
        _, (fills, _) = pdfium_calls.PAINTS.ask(pdfium_calls.draw_mode, arguments)
        known, (*rgb, alphas) = pdfium_calls.COLOURS.ask(pdfium_calls.colour_of, arguments)
        colours = zip(*rgb, strict=True)
        clear = set()
        for path, fill, is_known, colour, alpha in zip(paths, fills, known, colours, alphas, strict=True):
            path.colour = self._known(colour)
            if not (is_known and alpha >= SHEER if fill else self._paints(path)):
                clear.add(id(path))
        for cover in covers:
            cover.painted = True
        return clear

    def _known(self, colour: Colour) -> Colour | None:
        """Returns the colour of a path; None if PDFium may mean a pattern by it."""
        return None if self._patterns and colour in _PATTERN_COLOURS else colour

    def _paints(self, cover: Cover) -> bool:
        """Sets the colour of a path. False for a frame, a thin line and what shines through."""
        stroke, obj = 0.0, cover.argument
        pdfium_calls.draw_mode(obj, self._to_fill, self._to_stroke)
        if not self._fill.value and self._stroke.value and pdfium_calls.stroke_width(obj, self._to_width):
            matrix = cover.level.place(cover.at).matrix
            stroke = self._width.value * _scale(self._own_matrix(obj)) * _scale(matrix)
        get_colour = pdfium_calls.colour_of if self._fill.value else pdfium_calls.stroke_colour_of
        if (not self._fill.value and stroke < THICK) or not get_colour(obj, *self._to_rgba):
            return False
        red, green, blue, alpha = self._rgba
        cover.colour = self._known((red, green, blue))
        hollow = stroke and min(_sides(cover.box)) > 2.2 * stroke  # the box of a line is twice as wide as the line
        return not (alpha < SHEER or (hollow and pdfium_calls.path_segments(obj) in _FRAME))

    def _clipped(
        self, texts: list[Position], clips: Iterable[tuple[Argument, int]], boxes: list[Box], placed: list[Box]
    ) -> set[Position]:
        """Returns the texts of which a clipping path may cut off a part."""
        clipped = set()
        for text, (clip, count), own, box in zip(texts, clips, boxes, placed, strict=True):
            for path in range(count):
                found = self._clip(clip, path)
                if found is None or not found[1] or not (_holds(found[0], own) or _holds(found[0], box)):
                    clipped.add(text)
                    break
        return clipped

    def _clip(self, clip: Argument, path: int) -> tuple[Box, bool] | None:
        """Returns the box of a clipping path, and whether the path is a plain rectangle.

        Objects that share a path share its segments, so the address of the first identifies the
        path."""
        first = pdfium_calls.clip_segment(clip, path, 0)
        if first in self._clips or not first:
            return self._clips.get(first)
        count = pdfium_calls.clip_segments(clip, path)
        xs, ys = [], []
        for segment in range(count):
            at = pdfium_calls.clip_segment(clip, path, segment)
            if not at or not pdfium_calls.segment_point(argument(at), *self._to_sides[:2]):
                return None
            xs.append(self._sides[0])
            ys.append(self._sides[1])
        box = (min(xs), min(ys), max(xs), max(ys))
        corners = {(x, y) for x in box[::2] for y in box[1::2]}
        plain = count <= MAX_RECTANGLE and len(corners) == 4 and set(zip(xs, ys, strict=True)) == corners
        self._clips[first] = box, plain
        return self._clips[first]


def _annotations(page: pdfium.PdfPage) -> list[Box]:
    """Returns the boxes of a page's annotations. A link is drawn only if it has an appearance."""
    boxes = []
    rectangle = raw.FS_RECTF()
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_COVERS)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        is_link = raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_LINK
        is_drawn = not is_link or raw.FPDFAnnot_GetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2
        if is_drawn and raw.FPDFAnnot_GetRect(annotation, rectangle):
            boxes.append((rectangle.left, rectangle.bottom, rectangle.right, rectangle.top))
        raw.FPDFPage_CloseAnnot(annotation)
    return boxes


def _may_hide(form: Box, texts: _Texts) -> tuple[bool, bool]:
    """Returns whether a form may cover a text, alone or as a stripe, and whether its parts may."""
    if not texts.touch(form):
        return False, False
    wide, high = _sides(form)
    striped = wide > WIDE_STRIPE or high > WIDE_STRIPE
    return (striped and (wide < THICK or high < THICK)) or bool(texts.under(form)), striped


def _has_parts(form: Argument) -> bool:
    """Returns whether a form may contain something smaller than itself."""
    count = pdfium_calls.form_objects(form)
    return count > 1 or (count == 1 and pdfium_calls.kind(argument(pdfium_calls.form_object(form, long(0)))) == _FORM)


def look_for_twins(made: Survey) -> None:
    """Clears a suspicious text if it may be the outline of the same text drawn over it."""
    boxes = _boxes([level.arguments[at] for level, at in made.texts])
    middles: dict[tuple[int, int], list[tuple[int, float, float, float]]] = {}
    for (level, at), box in zip(made.texts, boxes, strict=True):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        middles.setdefault((round(x / 8), round(y / 8)), []).append((level.objects[at], x, y, box[2] - box[0]))
    for near in middles.values():
        for obj, x, y, wide in near if len(near) > 1 else ():
            if obj in made.suspects and any(
                other not in made.suspects and abs(a - x) < TWIN and abs(b - y) < TWIN and abs(c - wide) < 6 * TWIN
                for other, a, b, c in near
            ):
                made.suspects[obj] = made.suspects[obj]._replace(drawn=True)


class _Texts:
    """Finds texts on the page by the height of their middles."""

    def __init__(self, texts: list[Placed]) -> None:
        middles = [(box[1] + box[3]) / 2 for box, *_ in texts]
        upwards = sorted(range(len(texts)), key=middles.__getitem__)
        self._texts = [texts[at] for at in upwards]
        self._middles = [middles[at] for at in upwards]

    @cached_property
    def _reach(self) -> float:
        """Returns how far a text extends from its middle at most."""
        return max([box[3] - box[1] for box, *_ in self._texts], default=0.0) / 2

    def under(self, cover: Box) -> list[Placed]:
        """Returns texts that a cover takes most of the height of, and more than the edge."""
        left, bottom, right, top = cover
        start = bisect_left(self._middles, bottom)
        end = bisect_right(self._middles, top, start)
        if start == end:
            return []
        return [
            placed
            for placed in self._texts[start:end]
            if (box := placed[0])[0] + TOUCH < right
            and box[2] - TOUCH > left
            and (most := 0.6 * (box[3] - box[1])) <= top - box[1]
            and most <= box[3] - bottom
            and most <= top - bottom
        ]

    def touch(self, box: Box) -> bool:
        left, bottom, right, top = box
        start = bisect_left(self._middles, bottom - self._reach)
        for other, *_ in self._texts[start : bisect_right(self._middles, top + self._reach, start)]:
            if other[0] <= right and other[2] >= left and other[3] >= bottom and other[1] <= top:
                return True
        return False


def _within(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def _sides(box: Box) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _around(one: Box, other: Box) -> Box:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _lie_side_by_side(one: Box, other: Box) -> bool:
    def same(low: int) -> bool:
        return abs(one[low] - other[low]) < 1 and abs(one[low + 2] - other[low + 2]) < 1

    def touch(low: int) -> bool:
        return other[low] <= one[low + 2] + GAP and other[low + 2] >= one[low] - GAP

    return (same(0) and touch(1)) or (same(1) and touch(0))


def _boxes(objects: list[Argument]) -> list[Box]:
    _, sides = pdfium_calls.BOUNDS.ask(pdfium_calls.bounds, objects)
    return list(zip(*sides, strict=True))


def _holds(outer: Box, inner: Box) -> bool:
    x0, y0, x1, y1 = outer
    edge = min(EDGE, OUT * (inner[3] - inner[1]))
    return x0 <= inner[0] + edge and y0 <= inner[1] + edge and x1 >= inner[2] - edge and y1 >= inner[3] - edge


def _scale(matrix: Matrix) -> float:
    """Returns the largest factor by which it widens a line."""
    a, b, c, d, _, _ = matrix
    return max(math.hypot(a, b), math.hypot(c, d))


def _product(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _moved(box: Box, matrix: Matrix) -> Box:
    if matrix is UNIT:
        return box
    a, b, c, d, e, f = matrix
    if not b and not c and a > 0 and d > 0:
        left, bottom, right, top = box
        return (a * left + e, d * bottom + f, a * right + e, d * top + f)
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))
