"""Which text of a PDF page people cannot see: white on white, in no ink at all, tiny, or off the page.

The one thing to know: white text is common in figures, over dark boxes. So a page with light text that reads as sentences is
rendered small once, and only what leaves its place on the page of one shade counts as hidden. A page whose text is all without ink
is a scan with its recognised text beneath: that is what people read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.hidden import order, reads_as_text

LIGHT = 200
"""Of 255: how light ink must be to be looked at."""
TINY = 2.0
"""Points."""
LEAST = 24
"""Bytes of UTF-16 in suspect objects below which a page says nothing."""
MAX_OBJECTS = 30_000
MAX_DEPTH = 4
SCALE = 1.5
"""Pixels a point."""
SAMPLES = 200
"""Characters of a run that are looked at."""
CONTRAST = 24
"""Of 255: less than this within a character's box, and nobody reads it."""
MAX_RENDERED = 30
"""Pages rendered per paper; beyond them light text is taken as the last rendered page's was."""
_NO_INK = frozenset((raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP))


def _lean(function: Any, *arguments: Any) -> Any:
    """The same function with plain addresses for handles: a page has hundreds of objects, and wrapping each costs more than asking it."""
    result = ctypes.c_void_p if issubclass(function.restype, ctypes._Pointer) else ctypes.c_int  # noqa: SLF001
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_P, _I, _U = ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_uint)
_count = _lean(raw.FPDFPage_CountObjects, _P)
_object = _lean(raw.FPDFPage_GetObject, _P, _I)
_form_count = _lean(raw.FPDFFormObj_CountObjects, _P)
_form_object = _lean(raw.FPDFFormObj_GetObject, _P, ctypes.c_ulong)
_kind = _lean(raw.FPDFPageObj_GetType, _P)
_mode = _lean(raw.FPDFTextObj_GetTextRenderMode, _P)
_fill = _lean(raw.FPDFPageObj_GetFillColor, _P, _U, _U, _U, _U)
_length = _lean(raw.FPDFTextObj_GetText, _P, _P, _P, ctypes.c_ulong)
_characters = _lean(raw.FPDFText_CountChars, _P)
_box_of = _lean(raw.FPDFText_GetLooseCharBox, _P, _I, ctypes.POINTER(raw.FS_RECTF))
_object_at = _lean(raw.FPDFText_GetTextObject, _P, _I)


def _handle(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


@dataclass(frozen=True)
class Unseen:
    """Characters `start` to `end` (not included) of a page's character list."""

    start: int
    end: int
    how: str


class Ink:
    """Looks at the pages of one document, in order."""

    def __init__(self) -> None:
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._refs = [ctypes.byref(c) for c in self._colour]
        self._rendered = 0
        self._last_hidden = False

    def unseen(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, samples: Sequence[int]) -> list[Unseen]:
        """Runs of characters nobody sees that read as text. `samples` are places of characters, one or more of each line.

        Cheap for a page without light text, and that is nearly every page.
        """
        handle, text = _handle(page.raw), _handle(text_page.raw)
        suspects = dict.fromkeys(self._suspects(handle), "white")
        inkless = {at for at in samples if _mode(_object_at(text, at)) in _NO_INK}
        if len(inkless) * 2 > len(samples):  # a scan and the text recognised in it
            inkless = set()
        suspects.update((_object_at(text, at), "hidden-markup") for at in inkless)
        if sum(_length(item, text, None, 0) for item in suspects) < LEAST:
            return []
        told = [run for run in _runs(text, suspects) if _says_something(text_page, run)]
        return [r for r in told if r.how != "white"] + self._blank(page, text, [r for r in told if r.how == "white"])

    def _suspects(self, page: int) -> Iterator[int]:
        """Text objects in light ink, those within forms too."""
        left = MAX_OBJECTS
        todo = [(_count(page), _object, page, 0)]
        while todo:
            count, get, holder, depth = todo.pop()
            for index in range(min(count, left)):
                item = get(holder, index)
                kind = _kind(item)
                if kind == raw.FPDF_PAGEOBJ_TEXT:
                    if _fill(item, *self._refs) and self._is_light():
                        yield item
                elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                    todo.append((_form_count(item), _form_object, item, depth + 1))
            left = max(0, left - count)

    def _is_light(self) -> bool:
        red, green, blue, alpha = self._colour
        return alpha.value < 20 or (red.value >= LIGHT and green.value >= LIGHT and blue.value >= LIGHT)

    def _blank(self, page: pdfium.PdfPage, text: int, runs: list[Unseen]) -> list[Unseen]:
        """Those of the runs in whose characters' places the rendered page shows one shade."""
        if not runs:
            return []
        if self._rendered >= MAX_RENDERED:
            return runs if self._last_hidden else []
        self._rendered += 1
        picture = _Picture(page)
        hidden = [run for run in runs if picture.is_blank(text, run)]
        self._last_hidden = bool(hidden)
        return hidden


class _Picture:
    """A page, small and grey."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._left, _, _, self._top = page.get_bbox()
        bitmap = page.render(scale=SCALE, grayscale=True, may_draw_forms=False)
        self._shades = bytes(bitmap.buffer)
        self._row, self._width, self._height = bitmap.stride, bitmap.width, bitmap.height
        bitmap.close()

    def is_blank(self, text: int, run: Unseen) -> bool:
        step = max(1, (run.end - run.start) // SAMPLES)
        contrasts = [self._contrast(text, index) for index in range(run.start, run.end, step)]
        seen = [c for c in contrasts if c >= 0]
        return sum(c < CONTRAST for c in seen) >= 0.8 * len(seen)

    def _contrast(self, text: int, index: int) -> int:
        """Between the lightest and the darkest spot of a character's box; -1 outside of the page."""
        box = raw.FS_RECTF()
        _box_of(text, index, ctypes.byref(box))
        x0, x1 = (
            max(0, int((box.left - self._left) * SCALE)),
            min(self._width, int((box.right - self._left) * SCALE) + 1),
        )
        y0, y1 = (
            max(0, int((self._top - box.top) * SCALE)),
            min(self._height, int((self._top - box.bottom) * SCALE) + 1),
        )
        spots = (
            b"".join(self._shades[y * self._row + x0 : y * self._row + x1] for y in range(y0, y1)) if x1 > x0 else b""
        )
        return max(spots) - min(spots) if spots else -1


def _runs(text: int, suspects: dict[int, str]) -> list[Unseen]:
    """Neighbouring characters of suspect objects, generated spaces between them included."""
    runs: list[Unseen] = []
    start, how, last = -1, "", -1
    for index in range(_characters(text)):
        item = _object_at(text, index)
        mine = suspects.get(item, "") if item else how
        if mine != how:
            if how:
                runs.append(Unseen(start, last + 1, how))
            start, how = index, mine
        if item:
            last = index
    if how:
        runs.append(Unseen(start, last + 1, how))
    return runs


def _says_something(text_page: pdfium.PdfTextPage, run: Unseen) -> bool:
    text = text_page.get_text_range(run.start, run.end - run.start)
    return reads_as_text(text) or bool(order(text))
