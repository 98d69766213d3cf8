"""Which text of a PDF page people cannot see: white on white, in no ink at all, tiny, or off the page.

The one thing to know: white text is common in figures, over dark boxes. So a page with light text that reads as sentences is
rendered small once, and only what leaves its place on the page of one shade counts as hidden. A page whose text is all without ink
is a scan with its recognised text beneath: that is what people read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.hidden import order, reads_as_text
from digest.fulltext.pdf import pdfium_calls

LIGHT = 200
"""Of 255: how light ink must be to be looked at."""
TINY = 2.0
"""Points."""
STEP = 18
"""Characters between two looks: the shortest message is longer."""
BETWEEN = 2
"""Characters PDFium makes up between two pieces: a space, the end of a line."""
SCALE = 1.5
"""Pixels a point."""
SAMPLES = 200
"""Characters of a run that are looked at."""
CONTRAST = 24
"""Of 255: less than this within a character's box, and nobody reads it."""
MAX_RENDERED = 30
"""Pages rendered per paper; beyond them light text is taken as the last rendered page's was."""
_NO_INK = frozenset((raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP))


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
        self._to_colour = [pdfium_calls.address(c) for c in self._colour]
        self._rendered = 0
        self._last_hidden = False

    def unseen(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> list[Unseen]:
        """Runs of characters nobody sees that read as text. Cheap for a page without light text, and that is nearly every page."""
        text = pdfium_calls.handle(text_page.raw)
        count = pdfium_calls.characters(text)
        looked = range(0, count, STEP)
        light = [at for at in looked if self._is_light(text, at)]
        inkless = [at for at in looked[::2] if _has_no_ink(text, at)]
        if len(inkless) * 4 > len(looked):  # a picture of a page, and the text recognised in it
            inkless = []
        runs = _runs(light, count, "white", lambda at: self._is_light(text, at))
        runs += _runs(inkless, count, "hidden-markup", lambda at: _has_no_ink(text, at))
        told = [run for run in runs if _says_something(text_page, run)]
        return [r for r in told if r.how != "white"] + self._blank(page, text, [r for r in told if r.how == "white"])

    def _is_light(self, text: int, index: int) -> bool:
        if not pdfium_calls.ink(text, index, *self._to_colour):
            return False
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
        pdfium_calls.box_of(text, index, pdfium_calls.address(box))
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


def _has_no_ink(text: int, index: int) -> bool:
    return pdfium_calls.mode(pdfium_calls.object_at(text, index)) in _NO_INK


def _runs(hits: list[int], count: int, how: str, is_hidden: Callable[[int], bool]) -> list[Unseen]:
    """What lies around the hits, to where the text can be seen again; gaps of a few characters included."""
    runs: list[Unseen] = []
    for hit in hits:
        if runs and hit < runs[-1].end:
            continue
        end = _reach(hit, count, 1, is_hidden) + 1
        runs.append(Unseen(_reach(hit, count, -1, is_hidden), end, how))
    return runs


def _reach(start: int, count: int, step: int, is_hidden: Callable[[int], bool]) -> int:
    """The last hidden character from `start` on in one direction."""
    last = at = start
    while 0 <= at < count and abs(at - last) <= BETWEEN + 1:
        if is_hidden(at):
            last = at
        at += step
    return last


def _says_something(text_page: pdfium.PdfTextPage, run: Unseen) -> bool:
    text = text_page.get_text_range(run.start, run.end - run.start)
    return reads_as_text(text) or bool(order(text))
