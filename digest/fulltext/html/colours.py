"""Reads CSS colours and tells whether people can see one on another. Pure."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

from digest.fulltext.html.lengths import pixels
from digest.fulltext.html.values import split
from digest.patterns import regex

Colour = tuple[float, float, float, float]
"""Red, green and blue from 0 to 255; alpha from 0 to 1."""

WHITE: Colour = (255.0, 255.0, 255.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0, 1.0)
CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)
DARK: Colour = (18.0, 18.0, 18.0, 1.0)
"""The background of a page that asks for dark colours."""
LEAST_CONTRAST = 36.0
"""Of 255, in the colour channel that differs most. With less, text is unreadable."""
_GROUND = ("canvas", "field", "background", "window", "menu", "scrollbar", "infobackground", "white")
_SYSTEM = {"transparent": CLEAR, "canvastext": BLACK, "black": BLACK, **dict.fromkeys(_GROUND, WHITE)}
_PART = regex(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(%|deg|turn|rad|grad)?|none", re.IGNORECASE)
_CALCULATION = regex(r"(?:calc|min|max|clamp)\((?:[^()]|\([^()]*\))*\)")
_CHANNEL = regex(r"\b[a-z]\b")
_TURNS = {"deg": 1.0, "turn": 360.0, "rad": 57.29578, "grad": 0.9, "": 1.0}


def faded(top: Colour, share: float) -> Colour:
    return (top[0], top[1], top[2], top[3] * share)


def over(top: Colour, below: Colour) -> Colour:
    """Returns `top` painted on an opaque colour."""
    share = top[3]
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(top[:3], below[:3], strict=True))
    return (red, green, blue, 1.0)


def can_be_seen(text: Colour, background: Colour) -> bool:
    painted = over(text, background)
    return max(abs(a - b) for a, b in zip(painted[:3], background[:3], strict=True)) >= LEAST_CONTRAST


@lru_cache(maxsize=1_000)
def colour(value: str) -> Colour | None:
    """Returns the colour of a CSS value without variables; None if the value names none."""
    value = value.strip().lower()
    if value.startswith("#"):
        return _hexadecimal(value[1:])
    if found := re.fullmatch(r"([a-z-]+)\((.*)\)", value, re.DOTALL):
        return _function(found[1], found[2])
    return _named(value) if value.isalpha() else None


def _named(name: str) -> Colour | None:
    if name in _SYSTEM:
        return _SYSTEM[name]
    from PIL.ImageColor import getrgb  # noqa: PLC0415  # few pages name colours

    try:
        red, green, blue = map(float, getrgb(name))
    except ValueError:
        return None
    return (red, green, blue, 1.0)


def _hexadecimal(digits: str) -> Colour | None:
    if len(digits) in (3, 4):
        digits = "".join(d * 2 for d in digits)
    if not re.fullmatch(r"[0-9a-f]{6}(?:[0-9a-f]{2})?", digits):
        return None
    red, green, blue = (float(int(digits[i : i + 2], 16)) for i in (0, 2, 4))
    return (red, green, blue, int(digits[6:] or "ff", 16) / 255)


def _function(name: str, inside: str) -> Colour | None:
    if name in ("light-dark", "dark-light"):  # the latter if the page asks for dark colours
        light, *dark = split(inside, ",")
        return colour(dark[0] if dark and name == "dark-light" else light)
    if name == "color-mix":
        return _mixed(inside)
    inside = _worked_out(inside)
    values, _, alpha = inside.partition("/")
    if values.startswith("from "):
        return _derived(name, split(values, " ")[1:], alpha)
    parts = [(float(m[1] or 0), (m[2] or "").lower()) for m in _PART.finditer(re.sub(r"[a-z]+\d\b", "", values))]
    if not alpha and len(parts) == 4:
        number, unit = parts.pop()
        alpha = f"{number}{unit}"
    if len(parts) != 3:
        return None
    return faded(made, _alpha(alpha)) if (made := _opaque(name, parts)) else None


def _worked_out(inside: str) -> str:
    """Returns the values with calculations worked out, except those with a channel's name."""
    return _CALCULATION.sub(
        lambda m: m[0] if (value := pixels(m[0], 0, 100)) is None else f"{value}{'%' * m[0].count('%')}", inside
    )


def _derived(name: str, values: list[str], alpha: str) -> Colour | None:
    """Returns a colour derived from another, with its lightness if no channel is set."""
    base = colour(values[0])
    set_anew = [value for value in values[1:] if value]
    if base is None or len(set_anew) < 3:
        return base and faded(base, _alpha(alpha))
    red, green, blue = (part / 255 for part in base[:3])
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = {
        "rgb": {"r": base[0], "g": base[1], "b": base[2]},
        "hsl": {"h": hue * 360, "s": saturation * 100, "l": light * 100},
        "hwb": {"h": hue * 360, "w": min(base[:3]) / 2.55, "b": 100 - max(base[:3]) / 2.55},
    }.get(name.removesuffix("a"))
    if channels is None:
        return faded(base, _alpha(alpha))
    parts = (_CHANNEL.sub(lambda m: str(channels.get(m[0], m[0])), value) for value in set_anew[:3])
    made = _function(name, _worked_out(" ".join(parts)))
    return made and faded(made, _alpha(alpha))


def _opaque(name: str, parts: list[tuple[float, str]]) -> Colour | None:
    (a, _), (b, _), (c, _) = parts
    if name in ("rgb", "rgba"):
        red, green, blue = (min(max(n * 2.55 if unit == "%" else n, 0), 255) for n, unit in parts)
        return (red, green, blue, 1.0)
    if name == "color":
        red, green, blue = (min(max(n / 100 if unit == "%" else n, 0), 1) * 255 for n, unit in parts)
        return (red, green, blue, 1.0)
    if name in ("hsl", "hsla"):
        hue = a * _TURNS.get(parts[0][1], 1.0) / 360 % 1
        red, green, blue = colorsys.hls_to_rgb(hue, min(c, 100) / 100, min(b, 100) / 100)
        return (red * 255, green * 255, blue * 255, 1.0)
    if name == "hwb":
        red, green, blue = colorsys.hls_to_rgb(a * _TURNS.get(parts[0][1], 1.0) / 360 % 1, 0.5, 1.0)
        white, black = min(b, 100) / 100, min(c, 100) / 100
        if white + black >= 1:
            red = green = blue = 0.0
            white, black = white / (white + black), black / (white + black)
        return (*((x * (1 - white - black) + white) * 255 for x in (red, green, blue)), 1.0)  # type: ignore[return-value]
    if name in ("lab", "lch", "oklab", "oklch"):  # only the lightness counts; a strong colour counts as dark
        light = a / 100 if parts[0][1] == "%" or not name.startswith("ok") else a
        strong = max(abs(b), abs(c) if name.endswith("lab") else 0.0) > (0.04 if name.startswith("ok") else 6)
        grey = 0.0 if strong else min(max(light, 0), 1) * 255
        return (grey, grey, grey, 1.0)
    return None


def _mixed(inside: str) -> Colour | None:
    inside = inside.replace("currentcolor", "black")
    pieces = [p for p in re.split(r",(?![^()]*\))", inside)[1:] if p.strip()]
    mixed = [(colour(re.sub(r"\s+[\d.]+%|[\d.]+%\s+", "", p)), re.search(r"(\d+\.?\d*|\.\d+)%", p)) for p in pieces]
    if len(mixed) != 2 or mixed[0][0] is None or mixed[1][0] is None:
        return None
    (first, one), (second, two) = mixed
    share = float(one[1]) / 100 if one else 1 - float(two[1]) / 100 if two else 0.5
    return tuple(a * share + b * (1 - share) for a, b in zip(first, second, strict=True))  # type: ignore[return-value,arg-type]


def _alpha(alpha: str) -> float:
    found = _PART.search(alpha)
    if not found or not found[1]:
        return 0.0 if found else 1.0
    return min(max(float(found[1]) / (100 if found[2] == "%" else 1), 0), 1)
