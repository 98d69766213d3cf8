"""Finds text in a drawing that is outside of the drawing or under a later shape. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element

from digest.fulltext.html.colours import colour
from digest.fulltext.html.elements import tag
from digest.fulltext.html.lengths import pixels
from digest.patterns import regex

_Matrix = tuple[float, float, float, float, float, float]
_Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""
_AS_IS: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOVE = regex(r"(matrix|translate|scale)\(([^()]*)\)")
_NUMBER = regex(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_POINT = regex(r"([^\s,]+)[\s,]+([^\s,]+)[\s,]*")
_MEASURES = ("x", "y", "width", "height", "cx", "cy", "r", "rx", "ry")
_CLIPS = {
    "rect": "xywh({x} {y} {width} {height})",
    "circle": "circle({r} at {cx} {cy})",
    "ellipse": "ellipse({rx} {ry} at {cx} {cy})",
    "polygon": "polygon({points})",
    "path": "path('{d}')",
}
"""By element: the CSS of a shape."""
BEYOND = 400.0
"""Pixels. Text further outside of a drawing that does not clip is off the page."""


def unseen_texts(svg: _Element) -> list[_Element]:
    boxes = list(_boxes(svg, _AS_IS))
    texts = [(i, el, box) for i, (el, box) in enumerate(boxes) if tag(el) == "foreignobject"]
    lids = [(i, box) for i, (el, box) in enumerate(boxes) if _is_opaque(el)]
    left, top, right, bottom = _window(svg)
    cuts = BEYOND if svg.get("overflow") == "visible" or "visible" in (svg.get("style") or "") else 0.0
    unseen = []
    for i, el, box in texts:
        outside = box[2] <= left - cuts or box[0] >= right + cuts or box[3] <= top - cuts or box[1] >= bottom + cuts
        if outside or any(i < j and _holds(lid, box) for j, lid in lids):
            unseen.append(el)
    return unseen


def shapes_by_id(page: _Element) -> dict[str, str]:
    """Returns by id in lower case what clips and filters that may hide are in CSS."""
    parts = page.iter("clippath", "filter")
    kept = (part for part in parts if tag(part) == "clippath" or not _keeps_its_source(part))
    return {(part.get("id") or "").lower(): _clip(part) for part in kept}


def _clip(path: _Element) -> str:
    """Returns a `<clipPath>` in CSS. Several shapes are taken to clip nothing away."""
    shapes = [child for child in path if tag(child)]
    if not shapes:
        return "circle(0)"
    unit, sign = (100.0, "%") if path.get("clippathunits") == "objectBoundingBox" else (1.0, "px")
    of = shapes[0]
    values = {name: f"{unit * (pixels(of.get(name) or '', 16.0, 800.0) or 0.0)}{sign}" for name in _MEASURES}
    points = _POINT.sub(r"\1px \2px,", of.get("points") or "").strip(",")
    written = _CLIPS.get(tag(of), "none") if len(shapes) == 1 else "none"
    return written.format(**values, points=points, d=of.get("d") or "")


def _keeps_its_source(effects: _Element) -> bool:
    """Returns whether the last step of a `<filter>` draws its source, as shadows do."""
    steps = [child for child in effects if tag(child)]
    last = [] if not steps else list(steps[-1].iter())
    named = {x.get(name) for x in last for name in ("in", "in2")}
    return not steps or "SourceGraphic" in named or tag(steps[-1]) == "fedropshadow"


def _boxes(el: _Element, around: _Matrix) -> Iterator[tuple[_Element, _Box]]:
    for child in el:
        matrix = around
        for name, inside in _MOVE.findall(child.get("transform") or "") if tag(child) else ():
            matrix = _joined(matrix, _matrix(name, [float(n) for n in _NUMBER.findall(inside)]))
        if tag(child) in ("foreignobject", "rect"):
            x, y, width, height = (pixels(child.get(n) or "", 16.0, 0.0) or 0.0 for n in ("x", "y", "width", "height"))
            a, b, c, d, e, f = matrix
            at = [(a * p + c * q + e, b * p + d * q + f) for p in (x, x + width) for q in (y, y + height)]
            across, down = zip(*at, strict=True)
            yield child, (min(across), min(down), max(across), max(down))
        elif tag(child) == "g":
            yield from _boxes(child, matrix)


def _matrix(name: str, numbers: list[float]) -> _Matrix:
    match name, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [e, *f]:
            return (1.0, 0.0, 0.0, 1.0, e, f[0] if f else 0.0)
        case "scale", [a, *d]:
            return (a, 0.0, 0.0, d[0] if d else a, 0.0, 0.0)
    return _AS_IS


def _joined(outer: _Matrix, inner: _Matrix) -> _Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _window(svg: _Element) -> _Box:
    """Returns the part of the plane that the drawing shows; unbounded if it does not say."""
    numbers = [float(n) for n in _NUMBER.findall(svg.get("viewbox") or svg.get("viewBox") or "")]
    if len(numbers) == 4:
        x, y, width, height = numbers
        return (x, y, x + width, y + height)
    width, height = (float(found[0]) if (found := re.match(r"\d+(?:\.\d+)?(?=px|\Z)", svg.get(n) or "")) else 1e6
                     for n in ("width", "height"))  # fmt: skip
    return (0.0, 0.0, width, height)


def _is_opaque(el: _Element) -> bool:
    painted = colour(el.get("fill") or "black")
    clear = any((el.get(name) or "1") != "1" for name in ("opacity", "fill-opacity"))
    return tag(el) == "rect" and painted is not None and painted[3] == 1 and not clear and not el.get("style")


def _holds(outer: _Box, inner: _Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
