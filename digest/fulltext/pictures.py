"""Encodes a paper's picture anew, so that only its pixels are passed on. Runs in the child."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from digest.errors import Unreadable
from digest.fulltext.html.figures import MIN_HEIGHT, MIN_WIDTH, TALLEST, TYPES, WIDEST

MAX_PIXELS = 25_000_000
"""Pixels of a picture that is decoded: it takes up to 100 MB."""
LONGEST = 1_600
"""Pixels of the longer side: a wide screen shows no more."""
MAX_BYTES = 2_000_000
"""Bytes of the encoded picture."""
QUALITIES = (88, 75, 60)
"""Qualities of JPEG, tried in turn if PNG is too large."""


def redrawn(data: bytes, *, unchanged: bool = False) -> bytes:
    """Returns a PNG or a JPEG with the picture's pixels on white, at most LONGEST wide and high.

    `unchanged` keeps the picture's size, whatever it is. Raises Unreadable for what is no picture,
    is too large, too small or empty."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=sorted(set(TYPES.values()))) as image:
                _check_size(*image.size)
                lossy = image.format == "JPEG"
                made = _on_white(ImageOps.exif_transpose(image))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise Unreadable("the picture is broken") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable("the picture is too large") from error
    if all(low == high for low, high in _extremes(made)):
        raise Unreadable("the picture is empty")
    if not unchanged:
        made.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    made.info.clear()  # otherwise comments and profiles would be copied
    return _encoded(made, lossy=lossy)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unreadable("the picture is too large")
    if width < MIN_WIDTH or height < MIN_HEIGHT or width > WIDEST * height or height > TALLEST * width:
        raise Unreadable("the picture has the size or shape of no figure")


def _on_white(image: Image.Image) -> Image.Image:
    """Returns the image on white: a transparent figure's black lines vanish on a dark screen."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        drawn = image.convert("RGBA")
        white = Image.new("RGBA", drawn.size, "white")
        return Image.alpha_composite(white, drawn).convert("RGB")
    return image.convert("RGB")


def _extremes(image: Image.Image) -> list[tuple[int, int]]:
    return [band.getextrema() for band in image.split()]  # type: ignore[misc]


def _encoded(image: Image.Image, *, lossy: bool) -> bytes:
    for quality in QUALITIES if lossy else (None, *QUALITIES):
        out = io.BytesIO()
        if quality is None:
            image.save(out, "PNG", optimize=True)
        else:
            image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
    raise Unreadable("the picture is too large")
