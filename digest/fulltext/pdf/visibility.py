"""Finds text on a PDF page that people cannot see: white on white or invisible.

White text is common over dark boxes of figures. So a page with light sentences is rendered once,
and only text without contrast counts as hidden. A page whose text is all invisible is a scan with
its recognised text beneath, which people do read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

from digest.fulltext.hidden import first_order, reads_as_text
from digest.fulltext.pdf import pdfium_calls

LIGHT = 200
"""Of 255, in each colour: text this light is examined."""
TINY = 2.0
"""Points."""
STEP = 18
"""Characters between two samples: the shortest message is longer."""
MAX_GAP = 2
"""Characters that PDFium inserts between two pieces: a space, a line end."""
SCALE = 1.5
"""Pixels per point."""
SAMPLES = 200
"""Characters of a run that are examined."""
CONTRAST = 24
"""Of 255, within a character's box: with less, it is unreadable."""
MAX_RENDERED = 30
"""Pages rendered per paper; later light text is treated as on the last rendered page."""
_INVISIBLE_MODES = frozenset((raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP))


@dataclass(frozen=True)
class HiddenRun:
    """Characters `start` to `end` (not included) of a page's character list."""

    start: int
    end: int
    how: str


class HiddenTextFinder:
    def __init__(self) -> None:
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._to_colour = [pdfium_calls.address(c) for c in self._colour]
        self._rendered = 0
        self._last_hidden = False

    def hidden_runs(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> list[HiddenRun]:
        """Hidden runs of characters that read as text. Cheap for a page without light text."""
        text = pdfium_calls.handle(text_page.raw)
        count = pdfium_calls.characters(text)
        samples = range(0, count, STEP)
        light = [at for at in samples if self._is_light(text, at)]
        invisible = [at for at in samples[::2] if _is_invisible(text, at)]
        if len(invisible) * 4 > len(samples):  # a scan with its recognised text
            invisible = []
        runs = _runs(light, count, "white", lambda at: self._is_light(text, at))
        runs += _runs(invisible, count, "hidden-markup", lambda at: _is_invisible(text, at))
        found = [run for run in runs if _is_message(text_page, run)]
        white = [run for run in found if run.how == "white"]
        return [run for run in found if run.how != "white"] + self._without_contrast(page, text, white)

    def _is_light(self, text: int, index: int) -> bool:
        if not pdfium_calls.fill_colour(text, index, *self._to_colour):
            return False
        red, green, blue, alpha = self._colour
        return alpha.value < 20 or (red.value >= LIGHT and green.value >= LIGHT and blue.value >= LIGHT)

    def _without_contrast(self, page: pdfium.PdfPage, text: int, runs: list[HiddenRun]) -> list[HiddenRun]:
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
    def __init__(self, page: pdfium.PdfPage) -> None:
        self._left, _, _, self._top = page.get_bbox()
        bitmap = page.render(scale=SCALE, grayscale=True, may_draw_forms=False)
        self._shades = bytes(bitmap.buffer)
        self._row, self._width, self._height = bitmap.stride, bitmap.width, bitmap.height
        bitmap.close()

    def is_blank(self, text: int, run: HiddenRun) -> bool:
        step = max(1, (run.end - run.start) // SAMPLES)
        contrasts = [self._contrast(text, index) for index in range(run.start, run.end, step)]
        seen = [c for c in contrasts if c >= 0]
        return sum(c < CONTRAST for c in seen) >= 0.8 * len(seen)

    def _contrast(self, text: int, index: int) -> int:
        """Between the lightest and darkest pixel of a character's box; -1 outside the page."""
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


def _is_invisible(text: int, index: int) -> bool:
    return pdfium_calls.render_mode(pdfium_calls.object_at(text, index)) in _INVISIBLE_MODES


def _runs(hits: list[int], count: int, how: str, is_hidden: Callable[[int], bool]) -> list[HiddenRun]:
    """The hidden runs around the hits, across gaps of a few characters."""
    runs: list[HiddenRun] = []
    for hit in hits:
        if runs and hit < runs[-1].end:
            continue
        end = _reach(hit, count, 1, is_hidden) + 1
        runs.append(HiddenRun(_reach(hit, count, -1, is_hidden), end, how))
    return runs


def _reach(start: int, count: int, step: int, is_hidden: Callable[[int], bool]) -> int:
    """The last hidden character from `start` on in one direction."""
    last = at = start
    while 0 <= at < count and abs(at - last) <= MAX_GAP + 1:
        if is_hidden(at):
            last = at
        at += step
    return last


def _is_message(text_page: pdfium.PdfTextPage, run: HiddenRun) -> bool:
    text = text_page.get_text_range(run.start, run.end - run.start)
    return reads_as_text(text) or bool(first_order(text))
