"""PDFium's functions, called with plain addresses in place of handles and output buffers.

A page has thousands of characters, and ctypes' checks of each argument take longer than the call. A
wrong address crashes the process.
"""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

from pypdfium2 import raw


def _with_addresses(function: Any, *arguments: Any) -> Any:
    result = function.restype
    plain = (
        result
        if result in (ctypes.c_double, ctypes.c_ulong)
        else ctypes.c_void_p
        if _is_handle(result)
        else ctypes.c_int
    )
    return ctypes.PYFUNCTYPE(plain, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _is_handle(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, ctypes._Pointer)  # noqa: SLF001  # has no public name


_P, _L = ctypes.c_void_p, ctypes.c_ulong
_I = SimpleNamespace(from_param=int)
"""A small number, passed as it is: `c_int` takes a third of a call's time."""

render_mode = _with_addresses(raw.FPDFTextObj_GetTextRenderMode, _P)
objects = _with_addresses(raw.FPDFPage_CountObjects, _P)
object_of = _with_addresses(raw.FPDFPage_GetObject, _P, _I)
form_objects = _with_addresses(raw.FPDFFormObj_CountObjects, _P)
form_object = _with_addresses(raw.FPDFFormObj_GetObject, _P, _L)
kind = _with_addresses(raw.FPDFPageObj_GetType, _P)
bounds = _with_addresses(raw.FPDFPageObj_GetBounds, _P, _P, _P, _P, _P)
matrix_of = _with_addresses(raw.FPDFPageObj_GetMatrix, _P, _P)
colour_of = _with_addresses(raw.FPDFPageObj_GetFillColor, _P, _P, _P, _P, _P)
is_transparent = _with_addresses(raw.FPDFPageObj_HasTransparency, _P)
stroke_colour_of = _with_addresses(raw.FPDFPageObj_GetStrokeColor, _P, _P, _P, _P, _P)
marks = _with_addresses(raw.FPDFPageObj_CountMarks, _P)
set_active = _with_addresses(raw.FPDFPageObj_SetIsActive, _P, _I)
draw_mode = _with_addresses(raw.FPDFPath_GetDrawMode, _P, _P, _P)
path_segments = _with_addresses(raw.FPDFPath_CountSegments, _P)
stroke_width = _with_addresses(raw.FPDFPageObj_GetStrokeWidth, _P, _P)
clip_path = _with_addresses(raw.FPDFPageObj_GetClipPath, _P)
clip_paths = _with_addresses(raw.FPDFClipPath_CountPaths, _P)
clip_segments = _with_addresses(raw.FPDFClipPath_CountPathSegments, _P, _I)
clip_segment = _with_addresses(raw.FPDFClipPath_GetPathSegment, _P, _I, _I)
segment_point = _with_addresses(raw.FPDFPathSegment_GetPoint, _P, _P, _P)
characters = _with_addresses(raw.FPDFText_CountChars, _P)
object_at = _with_addresses(raw.FPDFText_GetTextObject, _P, _I)
box_of = _with_addresses(raw.FPDFText_GetLooseCharBox, _P, _I, _P)
origin = _with_addresses(raw.FPDFText_GetCharOrigin, _P, _I, _P, _P)
font_size = _with_addresses(raw.FPDFText_GetFontSize, _P, _I)
matrix = _with_addresses(raw.FPDFText_GetMatrix, _P, _I, _P)
font = _with_addresses(raw.FPDFText_GetFontInfo, _P, _I, _P, _L, _P)
font_of_object = _with_addresses(raw.FPDFTextObj_GetFont, _P)
text_of_object = _with_addresses(raw.FPDFTextObj_GetText, _P, _P, _P, _L)
unicode_of = _with_addresses(raw.FPDFText_GetUnicode, _P, _I)
is_unmapped = _with_addresses(raw.FPDFText_HasUnicodeMapError, _P, _I)
character_of = _with_addresses(raw.FPDFText_GetCharIndexFromTextIndex, _P, _I)
text_of = _with_addresses(raw.FPDFText_GetTextIndexFromCharIndex, _P, _I)


def address(value: Any) -> int:
    """Of a ctypes value to fill in, which must outlive the address."""
    return ctypes.addressof(value)


def handle(pointer: Any) -> int:
    """The address of pypdfium2's page, text page or other object."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
