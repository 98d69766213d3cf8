"""Calls PDFium's functions with arguments that are made once for many calls.

A page has thousands of characters, and ctypes takes longer to convert each argument than to call.
So the functions have no argument types. They take small numbers, and what `argument`, `address`,
`long`, `handle` and `Room` return. ctypes would cut a plain address to 32 bits, and a wrong one
crashes the process. No types are safer than some: arguments beyond the declared ones are passed as
to a variadic function, which differs on Macs with Apple's processors."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from typing import Any, NewType, cast

from pypdfium2 import raw

Argument = NewType("Argument", object)
"""An address, as ctypes passes it."""
argument: Callable[[int | None], Argument] = cast(Any, ctypes.c_void_p.from_param)
"""Converts an address that a function here returned."""
long: Callable[[int], Argument] = cast(Any, ctypes.c_ulong.from_param)
"""Converts a number that PDFium takes as an unsigned long."""


_longs: list[Argument] = []


def longs(count: int) -> list[Argument]:
    """Returns the numbers below `count`, each made once."""
    _longs.extend(map(long, range(len(_longs), count)))
    return _longs[:count]


_OfInt = ctypes.PYFUNCTYPE(ctypes.c_int)


class _Plain(_OfInt.__base__):  # type: ignore[misc, name-defined]  # has no public name
    """A function without a type of result returns an int, and looks for no way to convert it."""

    _flags_ = _OfInt._flags_


def _prepared(function: Any) -> Any:
    result = function.restype
    plain = (
        ctypes.PYFUNCTYPE(result)
        if result in (ctypes.c_double, ctypes.c_ulong)
        else ctypes.PYFUNCTYPE(ctypes.c_void_p)
        if _is_handle(result)
        else _Plain
    )
    return plain(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _is_handle(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, ctypes._Pointer)  # noqa: SLF001  # has no public name


_Of = Callable[[Argument], int]
_Nth = Callable[[Argument, int], int]
_Fill = Callable[[Argument, Argument], int]
_FillNth = Callable[[Argument, int, Argument], int]
_FillFour = Callable[[Argument, Argument, Argument, Argument, Argument], int]

render_mode: _Of = _prepared(raw.FPDFTextObj_GetTextRenderMode)
objects: _Of = _prepared(raw.FPDFPage_CountObjects)
object_of: _Nth = _prepared(raw.FPDFPage_GetObject)
form_objects: _Of = _prepared(raw.FPDFFormObj_CountObjects)
form_object: _Fill = _prepared(raw.FPDFFormObj_GetObject)
kind: _Of = _prepared(raw.FPDFPageObj_GetType)
bounds: _FillFour = _prepared(raw.FPDFPageObj_GetBounds)
matrix_of: _Fill = _prepared(raw.FPDFPageObj_GetMatrix)
colour_of: _FillFour = _prepared(raw.FPDFPageObj_GetFillColor)
is_transparent: _Of = _prepared(raw.FPDFPageObj_HasTransparency)
stroke_colour_of: _FillFour = _prepared(raw.FPDFPageObj_GetStrokeColor)
marks: _Of = _prepared(raw.FPDFPageObj_CountMarks)
mark_of: _Nth = _prepared(raw.FPDFPageObj_GetMark)
mark_name: Callable[[Argument, Argument, Argument, Argument], int] = _prepared(raw.FPDFPageObjMark_GetName)
mark_value: Callable[[Argument, bytes, Argument, Argument, Argument], int] = _prepared(
    raw.FPDFPageObjMark_GetParamBlobValue
)
set_active: _Nth = _prepared(raw.FPDFPageObj_SetIsActive)
draw_mode: Callable[[Argument, Argument, Argument], int] = _prepared(raw.FPDFPath_GetDrawMode)
path_segments: _Of = _prepared(raw.FPDFPath_CountSegments)
stroke_width: _Fill = _prepared(raw.FPDFPageObj_GetStrokeWidth)
clip_path: _Of = _prepared(raw.FPDFPageObj_GetClipPath)
clip_paths: _Of = _prepared(raw.FPDFClipPath_CountPaths)
clip_segments: _Nth = _prepared(raw.FPDFClipPath_CountPathSegments)
clip_segment: Callable[[Argument, int, int], int] = _prepared(raw.FPDFClipPath_GetPathSegment)
segment_point: Callable[[Argument, Argument, Argument], int] = _prepared(raw.FPDFPathSegment_GetPoint)
text_page_of: _Of = _prepared(raw.FPDFText_LoadPage)
close_text_page: _Of = _prepared(raw.FPDFText_ClosePage)
get_text: Callable[[Argument, int, int, Argument], int] = _prepared(raw.FPDFText_GetText)
characters: _Of = _prepared(raw.FPDFText_CountChars)
object_at: _Nth = _prepared(raw.FPDFText_GetTextObject)
box_of: _FillNth = _prepared(raw.FPDFText_GetLooseCharBox)
origin: Callable[[Argument, int, Argument, Argument], int] = _prepared(raw.FPDFText_GetCharOrigin)
font_size: Callable[[Argument, int], float] = _prepared(raw.FPDFText_GetFontSize)
matrix: _FillNth = _prepared(raw.FPDFText_GetMatrix)
font: Callable[[Argument, int, Argument, Argument, Argument], int] = _prepared(raw.FPDFText_GetFontInfo)
font_of_object: _Of = _prepared(raw.FPDFTextObj_GetFont)
text_of_object: Callable[[Argument, Argument, Argument, Argument], int] = _prepared(raw.FPDFTextObj_GetText)
unicode_of: _Nth = _prepared(raw.FPDFText_GetUnicode)
is_generated: _Nth = _prepared(raw.FPDFText_IsGenerated)
is_unmapped: _Nth = _prepared(raw.FPDFText_HasUnicodeMapError)
character_of: _Nth = _prepared(raw.FPDFText_GetCharIndexFromTextIndex)
text_of: _Nth = _prepared(raw.FPDFText_GetTextIndexFromCharIndex)


def address(value: Any, offset: int = 0) -> Argument:
    """Returns the address of a ctypes value to fill in."""
    return Argument(ctypes.byref(value, offset))


def handle(pointer: Any) -> Argument:
    """Returns the handle of pypdfium2's page, text page or other object."""
    return address(pointer.contents)


class Room:
    """Holds the answers to many calls. It is kept because making an argument costs what a call
    does.

    PDFium allows one thread, so one room is enough for each kind of answer."""

    SIZE = 512
    """How many answers fit at a time."""

    def __init__(self, code: str, wide: int, *, apart: bool = False) -> None:
        """`code`: the type of a value, as arrays name it. `wide`: the number of values in an
        answer. `apart`: whether each value has its own argument."""
        self._wide = wide
        self._values = array(code, bytes(array(code).itemsize * wide * self.SIZE))
        self._bytes = (ctypes.c_char * (self._values.itemsize * len(self._values))).from_buffer(self._values)
        self._nothing = self._values[:wide]
        step = self._values.itemsize * wide
        starts = [self._values.itemsize * i for i in range(wide if apart else 1)]
        self._places = [[address(self._bytes, start + step * n) for n in range(self.SIZE)] for start in starts]

    def ask(self, get: Callable[..., int], *arguments: Sequence[Any]) -> tuple[list[int], list[array[Any]]]:
        """Returns what the calls returned, and all first values, all second values and so on."""
        count = len(arguments[0])
        if count <= self.SIZE:
            return self._ask(get, arguments, count)
        returned: list[int] = []
        values = [self._values[:0] for _ in range(self._wide)]
        for start in range(0, count, self.SIZE):
            part = [held[start : start + self.SIZE] for held in arguments]
            more, found = self._ask(get, part, len(part[0]))
            returned += more
            for same, others in zip(values, found, strict=True):
                same.extend(others)
        return returned, values

    def _ask(
        self, get: Callable[..., int], arguments: Sequence[Sequence[Any]], count: int
    ) -> tuple[list[int], list[array[Any]]]:
        filled = self._wide * count
        returned = list(map(get, *arguments, *self._places))
        if 0 in returned:  # a failed call leaves the values of another
            for at in range(count):
                if not returned[at]:
                    self._values[at * self._wide : (at + 1) * self._wide] = self._nothing
        return returned, [self._values[i : filled : self._wide] for i in range(self._wide)]


COLOURS = Room("I", 4, apart=True)
PAINTS = Room("i", 2, apart=True)
BOUNDS = Room("f", 4, apart=True)
BOXES = Room("f", 4)
MATRICES = Room("f", 6)
ORIGINS = Room("d", 2, apart=True)


def text_range(page: Argument, start: int, count: int) -> str:
    """Returns what some characters of a text page say. Those at the ends that have no place in the
    text are left out, because PDFium would read on."""
    end = start + count - 1
    while start <= end and (first := text_of(page, start)) < 0:
        start += 1
    while start <= end and (last := text_of(page, end)) < 0:
        end -= 1
    if start > end:
        return ""
    room = array("H", bytes(2 * (last + 2 - first)))
    written = get_text(page, start, end + 1 - start, argument(room.buffer_info()[0]))
    return str(memoryview(room)[: written - 1], "utf-16-le", "ignore")


def boxes(page: Argument, indexes: list[int]) -> list[array[float]]:
    """Returns all left, top, right and bottom sides of some characters."""
    return BOXES.ask(box_of, [page] * len(indexes), indexes)[1]


def box(page: Argument, index: int) -> raw.FS_RECTF:
    """Returns the box of a character."""
    found = raw.FS_RECTF()
    box_of(page, index, address(found))
    return found
