"""Decides from computed style whether people can see an element and its text. Pure.

`Look` is what an element's text inherits. `how_hidden` checks what hides an element with all its
content. LaTeXML scales and turns tables by `ltx_transformed_inner`, which hides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from digest.fulltext.html.colours import BLACK, CLEAR, WHITE, Colour, can_be_seen, colour, faded, over
from digest.fulltext.html.fonts import family
from digest.fulltext.html.lengths import SCREEN, bounded, pixels
from digest.fulltext.html.stylesheets import Declarations
from digest.fulltext.html.values import split
from digest.patterns import regex

TINY = 3.6
"""Pixels of type. Smaller type is unreadable."""
TINY_ABSOLUTE = 4.01
"""Pixels, if the size is in points or pixels: LaTeXML writes per cent."""
FAR = 400.0
"""Pixels. Text moved further is off the page."""
COLUMN = 800.0
"""Pixels of a paper's column, as assumed."""
SMALLEST_SCALE = 0.2
UNREADABLE_SCALE = 0.02
"""Scale of a box that LaTeXML scales: it gets the size of a nested one wrong by up to 0.1."""
UNREADABLE_BLUR = 6.0
"""Pixels by which a box blurs what is behind it."""
LEAST_COVER = 8.0
"""Width or height in pixels. A smaller box covers no text."""
NARROWEST = -0.45
"""Letter spacing in units of the type's size. Below it, letters cover each other."""
THICK_LINE = 0.6
"""Line thickness in units of the type's size. A thicker one covers the letters."""
WIDE_STROKE = 0.2
"""Outline in units of the type's size. A wider one covers the letters."""
_KEYWORD_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_VARIABLE = regex(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
_CALL = regex(r"([a-z][a-z0-9-]*)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
_NUMBER = regex(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
NARROW_LETTER = 0.4
"""Width in units of the type's size. No text has narrower letters on average."""
_ZERO = regex(r"0+(?:\.0*)?(?![.\d])")
_PLAIN = regex(r"[\d.]+")
_DEGREES = {"turn": 360.0, "grad": 0.9, "rad": 57.29578}
_IN_THE_DARK = (("light-dark(", "dark-light("), ("canvastext", "white"), ("canvas", "#121212"))
"""Browsers' own colours, and what they are where an element asks for dark ones."""
_LIGHTENING = frozenset(("screen", "lighten", "color-dodge", "plus-lighter"))


@dataclass(frozen=True)
class Look:
    """How text at a place of the page looks."""

    colour: Colour = BLACK
    background: Colour | None = WHITE
    """None if a picture or a drawing may be behind the text."""
    bare: bool = True
    """No element around the text paints a background, so there is nothing to blend with."""
    dark: bool = False
    """The page asks for a browser's dark colours."""
    flat: bool = False
    """The rows or columns of the grid around the text are as small as their content can be."""
    flexible: bool = False
    """The text is a part of a flex box, which sets its width or height."""
    depth: float | None = None
    """The perspective of the box around the text, in pixels."""
    start: float = 0.0
    """Pixels from the page's left edge to the box around the text, at least."""
    size: float = 16.0
    """The type's size in pixels."""
    scale: float = 1.0
    alpha: float = 1.0
    visible: bool = True
    outlined: bool = False
    """A shadow or outline of the letters shows them, whatever their colour."""
    blank_fonts: frozenset[str] = frozenset()
    """Families with letters that nobody could read."""
    blank: bool = False
    """The type is of a blank font."""
    pressed: bool = False
    """Letters or lines are set on top of each other."""
    clip: tuple[float, float] | None = None
    """Width and height of the box around the text that clips overflow."""
    room: tuple[float, float] | None = None
    """The most characters of a line, and lines, that the box around the text shows."""
    variables: Declarations = field(default_factory=dict)

    @cached_property
    def hidden(self) -> str:
        """Returns how people are kept from reading such text; empty if they can read it."""
        if not self.visible or self.blank:
            return "hidden-markup"
        if self.size * self.scale < TINY or self.pressed:
            return "tiny"
        if self.background is None or self.outlined:
            return "hidden-markup" if self.alpha < 0.1 else ""
        if can_be_seen(faded(self.colour, self.alpha), self.background):
            return ""
        return "hidden-markup" if can_be_seen(self.colour, self.background) else "white"


class Style:
    """An element's declarations with variables put in. `Look` is that around the element."""

    def __init__(self, declared: Declarations, around: Look) -> None:
        own = {k: v for k, v in declared.items() if k.startswith("--")}
        self.variables = {**around.variables, **own} if own else around.variables
        self.dark = around.dark
        """The browser's own colours are dark. Readers are assumed to ask for none."""
        self._declared = declared
        self._around = around
        self.is_plain = not declared
        if words := self["color-scheme"].split():
            self.dark = "dark" in words and "light" not in words
        if self.is_plain:
            self.size = around.size
            return
        self.size = self._font_size()

    def __getitem__(self, name: str) -> str:
        value = self._declared.get(name, "")
        if not value:
            return value
        for _ in range(5):
            if "var(" not in value:
                break
            value = _VARIABLE.sub(lambda m: self.variables.get(m[1], m[2] or ""), value)[:1_000]
        if self.dark:
            for light, dark in _IN_THE_DARK:
                value = value.replace(light, dark)
        return value.strip()

    def first(self, *names: str) -> str:
        return next((value for name in names if (value := self[name])), "")

    def length(self, *names: str, whole: float = COLUMN) -> float | None:
        value = self.first(*names)
        return pixels(value, self.size, whole) if value else None

    def _font_size(self) -> float:
        around = self._around.size
        value = self["font-size"]
        if found := re.search(r"(?:^|\s)([\d.]+(?:[a-z]+|%)?)(?:\s*/\s*[\w.%]+)?\s+\S", self["font"]):
            value = found[1]
        if value in _KEYWORD_SIZES:
            return _KEYWORD_SIZES[value]
        if value in ("smaller", "larger"):
            return around * (0.83 if value == "smaller" else 1.2)
        size = pixels(value, around, around) if value else None
        if adjusted := _NUMBER.search(self["font-size-adjust"]):  # of the letters without stems, about half the size
            return 2 * float(adjusted[0]) * (around if size is None else size)
        if size is None:
            return around
        relative = value.endswith(("%", "em", "ex", "ch")) and not value.endswith("rem")
        return 0.0 if size < TINY_ABSOLUTE and not relative else size


def look(style: Style, around: Look, *, drawn: bool, boxed: bool) -> Look:
    """Returns the Look inside. `drawn`: it is part of a picture. `boxed`: LaTeXML scaled it."""
    if not drawn and style.is_plain:
        return around
    made = replace(
        around,
        size=style.size,
        variables=style.variables,
        dark=style.dark,
        flat=_is_flat(style),
        depth=style.length("perspective"),
        flexible="flex" in style["display"],
        start=around.start + _start(style),
    )
    if around.blank_fonts and (families := style["font-family"] or style["font"].rpartition(" ")[2]):
        made = replace(made, blank=family(families) in around.blank_fonts)
    made = _with_colour(made, style)
    made = _with_background(made, style, drawn=drawn)
    made = _with_inner_shadow(made, style)
    made = _with_edges(made, style, around.background or WHITE)
    if (visibility := style["visibility"]) and visibility != "inherit":
        made = replace(made, visible=visibility not in ("hidden", "collapse"))
    if style["-webkit-text-security"] in ("disc", "circle", "square"):
        made = replace(made, visible=False)
    made = replace(made, alpha=made.alpha * _opacity(style), pressed=made.pressed or _is_pressed(style))
    if not boxed:
        made = replace(made, scale=made.scale * _scale(style))
    if any(
        x in ("hidden", "clip", "scroll", "auto") for x in style.first("overflow", "overflow-x", "overflow-y").split()
    ):
        width, height = (
            style.length("width", "max-width", "inline-size"),
            style.length("height", "max-height", "block-size"),
        )
        made = replace(made, clip=(width if width is not None else 1e6, height if height is not None else 1e6))
        made = replace(made, room=_room(style, width, height) or made.room)
    return _filtered(made, style, around)


def _is_flat(style: Style) -> bool:
    return any(_ZERO.match(style[f"grid-template-{name}"]) for name in ("rows", "columns"))


def _start(style: Style) -> float:
    """Returns how far its text is from the left edge of what is around it, in pixels."""
    names = ["margin-left", "padding-left", *(["left"] if style["position"] not in ("", "static") else [])]
    return sum(max(style.length(name) or 0.0, 0.0) for name in names)


def _room(style: Style, width: float | None, height: float | None) -> tuple[float, float] | None:
    """Returns a generous bound where text cannot be scrolled to."""
    cut = style.first("overflow", "overflow-x", "overflow-y").split()
    single = style["white-space"] in ("nowrap", "pre")
    lines = pixels(style.first("-webkit-line-clamp", "line-clamp"), 0, 0)
    if lines is None and height is not None:
        lines = float(round((height + _padding_below(style)) / (0.9 * style.size))) if style.size else 0.0
    if not {"hidden", "clip"} & set(cut) or (lines is None and not single):
        return None
    wide = (SCREEN[0] if width is None else width) / (NARROW_LETTER * style.size or 1.0)
    return wide, 1.0 if single else max(1.0, lines or 1.0)


def _padding_below(style: Style) -> float:
    """Returns how much a box shows of higher text: boxes clip at the edge of their padding."""
    if "clip" in style.first("overflow", "overflow-y").split() and style["overflow-clip-margin"]:
        return max((style.length("overflow-clip-margin") or 0.0), 0.0)
    if "border-box" in style["box-sizing"]:
        return 0.0
    below = [pixels(p, style.size, COLUMN) or 0.0 for p in split(style["padding"], " ")]
    alone = style.length("padding-bottom", "padding-block-end")
    return _four(below)[2] if alone is None else alone


def _with_background(made: Look, style: Style, *, drawn: bool) -> Look:
    if drawn:
        return replace(made, background=None)
    value = style.first("background-color", "--ltx-bg-color")
    whole = style["background"]
    picture = f"{style['background-image']} {whole}"
    if "url(" in picture or "gradient(" in picture:
        stops = _colours(picture)
        plain = (
            stops and "url(" not in picture and all(stop[3] == 1 and not can_be_seen(stop, stops[0]) for stop in stops)
        )
        return replace(made, background=stops[0] if plain else None, bare=False)
    for piece in (value, *split(whole, " ")):
        found = made.colour if piece == "currentcolor" else colour(piece) if piece else None
        if found is not None and found[3] > 0 and made.background is not None:
            return replace(made, background=over(faded(found, made.alpha), made.background), bare=False)
        if found is not None and found[3] == 1:
            return replace(made, background=found, bare=False)
    return made


def _with_inner_shadow(made: Look, style: Style) -> Look:
    """Returns the Look on a shadow that fills its box. The first shadow is on top."""
    for shadow in reversed(split(style["box-shadow"], ",") if "inset" in style["box-shadow"] else []):
        away = [n for piece in split(shadow, " ") if (n := pixels(piece, style.size, 0)) is not None]
        away[2:3] = []  # a blur paints a box's edges alone
        shades = [made.colour] if "currentcolor" in shadow else _colours(shadow) or [made.colour]
        if "inset" in shadow and max(map(abs, away), default=0.0) >= 1.5 * style.size:
            made = replace(made, background=over(shades[0], made.background or WHITE), bare=False)
    return made


def _with_colour(made: Look, style: Style) -> Look:
    value = style.first("-webkit-text-fill-color", "color", "--ltx-fg-color")
    if value and value not in ("inherit", "currentcolor", "unset", "revert"):
        found = BLACK if value == "initial" else colour(value)
        return replace(made, colour=found, outlined=False) if found else made
    return made


def _with_edges(made: Look, style: Style, behind: Colour) -> Look:
    """Returns the Look with a shadow, an outline or a background clipped to the letters."""
    ground = made.background or WHITE
    near = [shadow for shadow in split(style["text-shadow"], ",") if not _is_thrown_far(shadow, style.size)]
    edges = f"{' '.join(near)} {style.first('-webkit-text-stroke', '-webkit-text-stroke-color')}"
    whole = f"{style['background']} {style.first('background-clip', '-webkit-background-clip')}"
    if "text" in whole.split():
        ground = behind
        edges += f" {whole} {style['background-image']} {style['background-color']}"
        made = replace(made, background=behind)
    width = re.match(r"[\d.]+\S*", style["-webkit-text-stroke"])
    wide = pixels(width[0], made.size, 0) if width else None
    stroke = _colours(style.first("-webkit-text-stroke-color", "-webkit-text-stroke"))
    if wide is not None and wide > WIDE_STROKE * made.size and stroke:
        made = replace(made, colour=stroke[0])
    seen = "url(" in edges or any(can_be_seen(edge, ground) for edge in _colours(edges))
    return replace(made, outlined=True) if seen else made


def _is_thrown_far(shadow: str, size: float) -> bool:
    away = [n for piece in split(shadow, " ") if (n := pixels(piece, size, 0)) is not None]
    return any(abs(n) >= FAR for n in away[:2])


def _colours(value: str) -> list[Colour]:
    pieces = [
        m[0]
        for m in re.finditer(r"#[0-9a-f]{3,8}\b|(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\([^()]*\)|\b[a-z]{3,}\b", value)
    ]
    words = (
        "url", "linear", "radial", "conic", "repeating", "gradient", "none", "deg", "top", "bottom",
        "left", "right",
    )  # fmt: skip
    return [found for p in pieces if p not in words and (found := colour(p)) is not None]


def _opacity(style: Style) -> float:
    alpha = 1.0
    values = [
        style["opacity"],
        *(m[2] for m in _CALL.finditer(style.first("filter", "-webkit-filter")) if m[1] == "opacity"),
    ]
    for value in values:
        if value:
            share = pixels(value, 0, 1)
            alpha *= 1.0 if share is None else min(max(share, 0.0), 1.0)
    return alpha


def _is_pressed(style: Style) -> bool:
    spacing = style.length("letter-spacing")
    if spacing is not None and style.size and spacing / style.size <= NARROWEST:
        return True
    height = style["line-height"]
    if height and _PLAIN.fullmatch(height):
        height += "em"
    lines = pixels(height, style.size, style.size) if height else None
    return lines is not None and lines < 0.15 * style.size


def _filtered(made: Look, style: Style, around: Look) -> Look:
    """Returns the Look with filters, which change text and background, and blending."""
    text, ground = made.colour, made.background or WHITE
    own = any(style[name] for name in ("background", "background-color", "background-image"))
    for call in _CALL.finditer(style.first("filter", "-webkit-filter")):
        name, value = call[1], call[2].strip()
        share = pixels(value, style.size, 1) if value else 1.0
        if share is None:
            continue
        if name == "blur" and share >= style.size / 4:
            return replace(made, visible=False)
        if name in _FILTERS:
            text, ground = (_changed(c, name, share) if c is text or own else c for c in (text, ground))
    blend = "" if around.bare else style["mix-blend-mode"]
    if blend in _LIGHTENING and min(ground[:3]) >= 240:
        text = CLEAR
    if blend in ("difference", "exclusion"):
        red, green, blue = (abs(a - b) for a, b in zip(text[:3], ground[:3], strict=True))
        text = (red, green, blue, text[3])
    if made.background not in (None, ground):
        made = replace(made, background=ground)
    return made if text == made.colour else replace(made, colour=text)


_FILTERS: dict[str, Callable[[float, float], float]] = {
    "invert": lambda value, share: value + (255 - 2 * value) * min(share, 1),
    "brightness": lambda value, share: value * share,
    "contrast": lambda value, share: 127.5 + (value - 127.5) * share,
}


def _changed(before: Colour, name: str, share: float) -> Colour:
    red, green, blue = (min(max(_FILTERS[name](x, share), 0), 255) for x in before[:3])
    return (red, green, blue, before[3])


def _calls(value: str) -> list[tuple[str, list[float]]]:
    return [(m[1], _numbers_in(m[2])) for m in _CALL.finditer(value)]


def _numbers_in(text: str) -> list[float]:
    return [bounded(float(number)) for number in _NUMBER.findall(text)]


def _scale(style: Style) -> float:
    """Returns the smaller of the scales in both directions."""
    across = down = 1.0
    zoom = style["zoom"]
    if zoom and (share := pixels(zoom, 0, 1)):
        across, down = across * share, down * share
    elif zoom and share == 0:
        return 0.0
    transform = style.first("transform", "-webkit-transform", "-ms-transform")
    for name, numbers in _calls(transform):
        x, y = _scales(name, numbers, transform)
        across, down = across * x, down * y
    if alone := _numbers_in(style["scale"]):
        percent = 0.01 if "%" in style["scale"] else 1.0
        across, down = across * alone[0] * percent, down * alone[min(1, len(alone) - 1)] * percent
    if found := re.search(rf"\b(?:[xy]|0 1 0|1 0 0)\s+({_NUMBER.pattern})deg", style["rotate"]):
        across *= 0.0 if abs(float(found[1])) % 180 == 90 else 1.0
    return min(abs(across), abs(down), 1.0)


def _scales(name: str, numbers: list[float], transform: str) -> tuple[float, float]:
    """Returns how much a function of a transform scales horizontally and vertically."""
    match name, numbers:
        case (("scale" | "scale3d"), [x, *rest]):
            percent = 0.01 if "%" in transform else 1.0
            return x * percent, (rest[0] if rest else x) * percent
        case (("scalex" | "scaley"), [one]):
            return (one, 1.0) if name == "scalex" else (1.0, one)
        case ("matrix", [a, b, c, d, *_]) | ("matrix3d", [a, b, _, _, c, d, *_]):
            return (a * a + b * b) ** 0.5, (c * c + d * d) ** 0.5
        case (("rotatex" | "rotatey"), [turn]) | ("rotate3d", [0.0, 1.0, 0.0, turn] | [1.0, _, 0.0, turn]):
            return _foreshortened(turn, transform), 1.0
        case (("skew" | "skewx" | "skewy"), [first, *_]):
            return (0.0 if 85 <= round(abs(first)) % 180 <= 95 else 1.0), 1.0
    return 1.0, 1.0


def _foreshortened(turn: float, transform: str) -> float:
    """Returns what is left of a width or height that is turned out of the page."""
    unit = next((degrees for name, degrees in _DEGREES.items() if name in transform), 1.0)
    return 0.0 if round(abs(turn * unit)) % 180 == 90 else 1.0


def how_hidden(style: Style, around: Look, *, drawn: bool, boxed: bool) -> str:
    """Returns how the element is hidden with all its content; empty if it is not."""
    if style.is_plain:
        return ""
    if style["display"] == "none" or style["content-visibility"] == "hidden" or _opacity(style) * around.alpha < 0.01:
        return "hidden-markup"
    if boxed:  # LaTeXML's own scaling and turning
        numbers = next((n for name, n in _calls(style["transform"]) if name == "scale"), [1.0])
        return "tiny" if min(abs(n) for n in numbers or [1.0]) <= UNREADABLE_SCALE else ""
    if _scale(style) * around.scale < (UNREADABLE_SCALE if drawn else SMALLEST_SCALE) or _has_no_room(style, around):
        return "tiny"
    if any(
        is_so(style) for is_so in (_is_clipped, _is_masked, _is_behind, _shows_its_back, _is_replaced, _is_struck_out)
    ) or _is_behind_the_eye(style, around):
        return "hidden-markup"
    return "off-page" if not drawn and _is_far(style, around) else ""


def _has_no_room(style: Style, around: Look) -> bool:
    cut = style.first("overflow", "overflow-x", "overflow-y", "contain")
    if not any(word in cut for word in ("hidden", "clip", "scroll", "auto", "paint", "strict")):
        return False
    below = _padding_below(style)
    across = [style.length(f"{most}{name}") for most in ("", "max-") for name in ("width", "inline-size")]
    down = [
        style.length(f"{most}{name}", whole=SCREEN[1]) for most in ("", "max-") for name in ("height", "block-size")
    ]
    if any(side is not None and side < TINY for side in across):
        return True
    if around.flat or any(side is not None and side + below < TINY for side in down):
        return True
    if (around.flexible and _takes_no_space(style)) or (
        down[0] is None and "grid" in style["display"] and _is_flat(style)
    ):
        return True
    if any(word in ("size", "strict") for word in style["contain"].split()) and down[0] is down[1] is None:
        return True  # the box is as high as if it were empty
    return _is_pushed_out(style, below)


def _is_pushed_out(style: Style, below: float) -> bool:
    """Returns whether its padding or its first line's height sets the letters beneath it."""
    height, above = style.length("height", whole=SCREEN[1]), style.length("padding-top")
    if height is None:
        return False
    lines = style["line-height"]
    line = pixels(f"{lines}em" if _PLAIN.fullmatch(lines) else lines, style.size, style.size)
    if line is not None and (line - style.size) / 2 >= height + below:  # letters stand in the middle
        return True
    return above is not None and "border-box" in style["box-sizing"] and above >= height


def _takes_no_space(style: Style) -> bool:
    """Returns whether a part of a flex box begins with no size and does not grow."""
    parts = style["flex"].split()
    grows, begins = style["flex-grow"] or "0", style["flex-basis"]
    if parts and _PLAIN.fullmatch(parts[0]):
        grows = parts[0]
        begins = next((part for part in parts[1:] if not _PLAIN.fullmatch(part)), parts[2] if len(parts) > 2 else "0")
    return _ZERO.match(grows) is not None and _ZERO.match(begins) is not None


def _is_clipped(style: Style) -> bool:
    loose = style["position"] in ("absolute", "fixed")
    if rect := re.search(r"rect\(([^()]*)\)", style["clip"]) if loose else None:
        top, right, bottom, left = ([*re.split(r"[\s,]+", rect[1].strip()), "", "", "", ""])[:4]
        return _between(left, right, style) < TINY or _between(top, bottom, style) < TINY
    found = _CALL.search(style.first("clip-path", "-webkit-clip-path"))
    cuts = _CUTS.get(found[1]) if found else None
    return found is not None and cuts is not None and cuts(found[2], style.size)


def _numbers(inside: str, size: float) -> list[float]:
    return [n for p in split(inside.replace(",", " "), " ") if (n := pixels(p, size, 100.0)) is not None]


def _cuts_inset(inside: str, size: float) -> bool:
    numbers = _numbers(inside, size)
    top, right, bottom, left = _four(numbers)
    percent = "%" in inside or "calc" in inside
    return (percent and (top + bottom >= 98 or left + right >= 98)) or max(numbers or [0]) >= FAR


def _cuts_round(inside: str, size: float) -> bool:
    radius, _, centre = inside.partition("at")
    small, away = _numbers(radius, size), _numbers(centre, size)
    return (bool(small) and min(small) < TINY) or any(n < -50 or n > 1_000 for n in away)


def _cuts_polygon(inside: str, size: float) -> bool:
    at = [(pair[0], pair[1]) for p in split(inside, ",") if len(pair := _numbers(p, size)) == 2]
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(at, [*at[1:], *at[:1]], strict=True))) / 2
    return area < 4 or all(x <= 0 or y <= 0 for x, y in at)


def _cuts_shape(inside: str, size: float) -> bool:
    points = re.findall(r"\b(?:from|to)\s+(\S+\s+[^\s,]+)", inside)
    return "curve" not in inside and "arc" not in inside and _cuts_polygon(",".join(points), size)


def _cuts_rect(inside: str, size: float) -> bool:
    top, right, bottom, left = _four(_numbers(inside, size))
    return right - left < TINY or bottom - top < TINY


def _cuts_sized(inside: str, size: float) -> bool:
    return min(_numbers(inside, size)[2:4], default=TINY) < TINY


def _cuts_path(inside: str, _: float) -> bool:
    return len(_NUMBER.findall(inside)) < 5


_CUTS: dict[str, Callable[[str, float], bool]] = {
    "inset": _cuts_inset,
    "circle": _cuts_round,
    "ellipse": _cuts_round,
    "polygon": _cuts_polygon,
    "shape": _cuts_shape,
    "rect": _cuts_rect,
    "xywh": _cuts_sized,
    "path": _cuts_path,
}
"""Shapes of `clip-path`, and whether they leave nothing to see."""


def _between(start: str, end: str, style: Style) -> float:
    first, last = pixels(start, style.size, 100.0), pixels(end, style.size, 100.0)
    return 1e6 if last is None else last - (first or 0.0)


def _four(numbers: list[float]) -> tuple[float, float, float, float]:
    """Returns top, right, bottom and left of a CSS shorthand."""
    if not numbers:
        return (0.0, 0.0, 0.0, 0.0)
    top = numbers[0]
    right = numbers[1] if len(numbers) > 1 else top
    bottom = numbers[2] if len(numbers) > 2 else top
    return (top, right, bottom, numbers[3] if len(numbers) > 3 else right)


def _is_masked(style: Style) -> bool:
    mask = style.first("mask-image", "-webkit-mask-image", "mask", "-webkit-mask", "mask-border")
    if not mask or mask == "none":
        return False
    size = style.first("mask-size", "-webkit-mask-size") or mask.rpartition("/")[2]
    if "url(" in mask or re.match(r"\s*0(?:px|%|em)?\b", size):
        return True
    if style.first("mask-composite", "-webkit-mask-composite") in ("exclude", "subtract", "xor"):
        return True
    at = f"{mask} {style.first('mask-position', '-webkit-mask-position')}"
    away = [n for piece in split(at, " ") if (n := pixels(piece, style.size, 100.0)) is not None]
    if "no-repeat" in f"{mask} {style.first('mask-repeat', '-webkit-mask-repeat')}" and min(away, default=0) <= -FAR:
        return True
    stops = _colours(mask)
    return bool(stops) and all(stop[3] < 0.1 for stop in stops)


def _is_behind(style: Style) -> bool:
    return re.fullmatch(r"-\d+", style["z-index"]) is not None and style["position"] not in ("", "static")


def _is_behind_the_eye(style: Style, around: Look) -> bool:
    """Returns whether a transform moves it nearer than where people look from."""
    calls = _calls(style.first("transform", "-webkit-transform"))
    away = next((numbers[0] for name, numbers in calls if name == "perspective" and numbers), around.depth)
    near = sum(numbers[-1] for name, numbers in calls if name in ("translatez", "translate3d") and numbers)
    return away is not None and near >= max(away, 1.0)


def _is_replaced(style: Style) -> bool:
    """Returns whether a picture replaces the element's content."""
    return "url(" in style["content"] or "gradient(" in style["content"]


def _is_struck_out(style: Style) -> bool:
    """Returns whether a thick line or an outline covers the letters."""
    words = f"{style['text-decoration']} {style['text-decoration-line']}".split()
    thick = [pixels(word, style.size, style.size) for word in (*words, style["text-decoration-thickness"]) if word]
    if "line-through" in words and max((n for n in thick if n is not None), default=0.0) >= THICK_LINE * style.size:
        return True
    inwards = style.length("outline-offset")
    if inwards is None or inwards > -style.size / 2:
        return False
    widths = [pixels(word, style.size, 0) for word in (*style["outline"].split(), style["outline-width"]) if word]
    return max((n for n in widths if n is not None), default=0.0) >= style.size


def _shows_its_back(style: Style) -> bool:
    if style.first("backface-visibility", "-webkit-backface-visibility") != "hidden":
        return False
    turns = [n for name, n in _calls(style["transform"]) if name in ("rotatex", "rotatey")]
    return any(numbers and 90 <= abs(numbers[0]) % 360 <= 270 for numbers in turns)


def _is_far(style: Style, around: Look) -> bool:
    across, down = ["margin-left", "margin-right", "margin-inline-start"], ["margin-top", "margin-block-start"]
    whole = ["margin"]
    if style["position"] not in ("", "static"):
        across += ["left", "right", "inset-inline-start"]
        down += ["top", "bottom", "inset-block-start"]
        whole.append("inset")
    moved = [None if (n := style.length(name)) is None else n + around.start for name in across]
    moved += [style.length(n, whole=SCREEN[1]) for n in down]
    for name in whole:
        moved += [pixels(p, style.size, COLUMN) for p in split(style[name], " ")]
    if any(n is not None and n <= -FAR for n in moved):
        return True
    positioned = style["position"] in ("absolute", "fixed", "relative")
    far = [
        style.length("left"),
        style.length("right"),
        style.length("top", whole=SCREEN[1]),
        style.length("bottom", whole=SCREEN[1]),
    ]
    if positioned and any(n is not None and n >= (SCREEN[0] if i < 2 else 1e4) for i, n in enumerate(far)):
        return True
    if style["position"] == "fixed" and any(n is not None and n >= SCREEN[1] for n in far[2:]):
        return True
    indent = style.length("text-indent")
    if indent is not None and (indent <= -FAR or indent >= COLUMN):
        return True
    if around.clip is not None:
        width, height = around.clip
        across, down = ["margin-left", "text-indent"], ["margin-top", "padding-top"]
        for name in ("left", "top") if positioned else ():
            (across if name == "left" else down).append(name)
        if any(
            (n := style.length(name)) is not None and n >= limit
            for names, limit in ((across, width), (down, height))
            for name in names
        ):
            return True
    return _is_moved(style, around)


def _is_moved(style: Style, around: Look) -> bool:
    """Returns whether a transform moves it away, with the distance from what is around it."""
    transform = style.first("transform", "-webkit-transform")
    moves = [split(m[2], ",") for m in _CALL.finditer(transform) if m[1].startswith("translate")]
    for name, numbers in _calls(transform):
        if name.startswith("matrix") and len(numbers) in (6, 16):
            moves.append([f"{n}px" for n in (numbers[4:] if len(numbers) == 6 else numbers[12:14])])
    if style["translate"]:
        moves.append(style["translate"].split())
    if (path := style["offset-path"]).startswith("path("):
        points = _NUMBER.findall(path)
        moves.append(points[-2:] if style["offset-distance"].startswith("100") else points[:2])
    loose = style["position"] in ("absolute", "fixed", "relative")
    start = around.start + _start(style) + max((style.length("top") or 0.0) if loose else 0.0, 0.0)
    for move in moves:
        sizes = [pixels(p, style.size, 0.75 * COLUMN) for p in move]  # per cent are relative to the box's own size
        if any(n is not None and (n + start <= -FAR or n >= SCREEN[0]) for n in sizes):
            return True
    return False


def _blots_out(filters: str) -> bool:
    """Returns whether nobody could read black on white through the filters."""
    text, ground = BLACK, WHITE
    for call in _CALL.finditer(filters):
        name, share = call[1], pixels(call[2], 16.0, 1.0) if call[2] else 1.0
        if share is not None and name in _FILTERS:
            text, ground = _changed(text, name, share), _changed(ground, name, share)
        if share is not None and name == "blur" and share >= UNREADABLE_BLUR:
            return True
    return not can_be_seen(text, ground)


def covered_by(style: Style) -> str:
    """Returns where the content is that an opaque box covers: `around`, `before`, `after` or
    empty."""
    position = style["position"]
    margin = style.length("margin-top")
    ground = style.first("background-color", "background", "--ltx-bg-color")
    opaque = any((c := colour(p)) is not None and c[3] > 0.9 for p in split(ground, " ")) or "gradient(" in ground
    opaque = opaque or _blots_out(style.first("backdrop-filter", "-webkit-backdrop-filter"))
    small = any(side is not None and side < LEAST_COVER for side in map(style.length, ("width", "height")))
    if small or not opaque or style["z-index"].startswith("-") or style["opacity"].startswith("0"):
        return ""
    if position in ("relative", "sticky"):
        up = min((n for n in (margin, style.length("top")) if n is not None), default=0.0)
        return "before" if up <= -10 else ""
    if position not in ("absolute", "fixed"):
        return ""
    if margin is not None and margin <= -10:
        return "before"
    edges = [style.length(n) for n in ("top", "left")]
    if inset := style["inset"]:
        edges = [pixels(p, style.size, COLUMN) for p in split(inset, " ")]
    if any(n is None or n > 4 for n in edges):
        return "" if any(n is not None for n in edges) else "after"
    wide = style.length("width")
    return "around" if inset or style["right"] or (wide is not None and wide >= 200) else ""
