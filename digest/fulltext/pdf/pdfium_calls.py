"""PDFium's functions with plain addresses for handles and for what they fill in.

The one thing to know: a page has thousands of characters and objects, and wrapping each handle and checking each argument costs
more than the call. These are the same functions of the same library; an address that is none of its handles would crash it.
"""

from __future__ import annotations

import ctypes
from typing import Any

from pypdfium2 import raw


def _lean(function: Any, *arguments: Any) -> Any:
    result = function.restype
    plain = (
        result
        if result in (ctypes.c_double, ctypes.c_ulong)
        else ctypes.c_void_p
        if _is_handle(result)
        else ctypes.c_int
    )
    return ctypes.CFUNCTYPE(plain, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _is_handle(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, ctypes._Pointer)  # noqa: SLF001  # there is no public name for it


_P, _I, _L = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong

mode = _lean(raw.FPDFTextObj_GetTextRenderMode, _P)
characters = _lean(raw.FPDFText_CountChars, _P)
ink = _lean(raw.FPDFText_GetFillColor, _P, _I, _P, _P, _P, _P)
object_at = _lean(raw.FPDFText_GetTextObject, _P, _I)
box_of = _lean(raw.FPDFText_GetLooseCharBox, _P, _I, _P)
origin = _lean(raw.FPDFText_GetCharOrigin, _P, _I, _P, _P)
font_size = _lean(raw.FPDFText_GetFontSize, _P, _I)
matrix = _lean(raw.FPDFText_GetMatrix, _P, _I, _P)
font = _lean(raw.FPDFText_GetFontInfo, _P, _I, _P, _L, _P)
character_of = _lean(raw.FPDFText_GetCharIndexFromTextIndex, _P, _I)
text_of = _lean(raw.FPDFText_GetTextIndexFromCharIndex, _P, _I)


def address(value: Any) -> int:
    """Of a ctypes value that is filled in. It must live as long as the address is used."""
    return ctypes.addressof(value)


def handle(pointer: Any) -> int:
    """The address of a page, a text page, … of pypdfium2."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
