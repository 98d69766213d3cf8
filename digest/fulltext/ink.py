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
        return [run for run in told if run.how == "hidden-markup" or self._is_blank(page, text_page, run)]

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

    def _is_blank(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, run: Unseen) -> bool:
        """Whether the page shows one shade where the text stands."""
        if self._rendered >= MAX_RENDERED:
            return self._last_hidden
        self._rendered += 1
        box = _box(text_page.raw, run)
        left, bottom, right, top = page.get_bbox()
        crop = (
            max(0.0, box.left - left),
            max(0.0, box.bottom - bottom),
            max(0.0, right - box.right),
            max(0.0, top - box.top),
        )
        if crop[0] + crop[2] >= right - left - 1 or crop[1] + crop[3] >= top - bottom - 1:
            return True
        bitmap = page.render(scale=1.5, crop=crop, grayscale=True, may_draw_forms=False)
        shades = bytes(bitmap.buffer)
        row = bitmap.stride
        seen = b"".join(shades[y * row : y * row + bitmap.width] for y in range(bitmap.height))
        bitmap.close()
        light = sum(1 for shade in seen if shade > 235)
        self._last_hidden = light > 0.97 * len(seen)
        return self._last_hidden


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


def _box(page: Any, run: Unseen) -> raw.FS_RECTF:
    """Around the run's first line: enough to see whether it shows."""
    whole, one = raw.FS_RECTF(), raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(page, run.start, ctypes.byref(whole))
    for index in range(run.start + 1, min(run.end, run.start + 400)):
        raw.FPDFText_GetLooseCharBox(page, index, ctypes.byref(one))
        whole.left, whole.right = min(whole.left, one.left), max(whole.right, one.right)
        whole.bottom, whole.top = min(whole.bottom, one.bottom), max(whole.top, one.top)
    return whole
