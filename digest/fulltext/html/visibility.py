"""Decides from styles whether people can see an element's text. Pure.

It knows an element's own style and colour and simple rules of the page's `<style>`: text without
size, without contrast or off the page. It does not know overlaps and scripts.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from functools import lru_cache

from lxml.etree import _Element

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_ZERO = r"0*\.?0*"
_STYLES = (
    ("hidden-markup", re.compile(
        rf"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:(?:{_ZERO}|0?\.0\d*|[0-5](?:\.\d+)?%)(?:;|$)"
        rf"|filter:opacity\((?:{_ZERO}|0?\.0\d*|[0-5]%)\)|clip:rect\(0|clip-path:(?:inset\((?:50|100)%|circle\(0|ellipse\(0|polygon\((?:0(?:px|%)?0(?:px|%)?,?)+\)))")),
    ("tiny", re.compile(
        rf"(?:^|;)(?:font-size:(?:0(?:\.0*)?(?:[a-z%]*)(?:;|$)|0?\.\d+(?:pt|px)|1(?:\.\d+)?(?:pt|px)(?:;|$)|(?:1?\d|2[0-4])(?:\.\d+)?%|0?\.[012]\d*r?em|calc\([^;]*\*{_ZERO}\))"
        rf"|(?:-webkit-)?transform:[^;]*scale[xy]?\((?:{_ZERO}|0?\.[01]\d*)[,)]|scale:(?:{_ZERO}|0?\.[01]\d*)(?:;|$)|zoom:(?:{_ZERO}|0?\.[01]\d*|[0-9]%)(?:;|$))")),
    ("off-page", re.compile(r"(?:^|;)(?:left|right|top|bottom|text-indent|margin-left|margin-top):-\d{3,}|translate[xy]?\(-\d{3,}")),
)  # fmt: skip
_NO_SIZE = re.compile(r"(?:^|;)(?:max-)?(?:height|width|inline-size|block-size):[01](?:px|pt|em)?(?:;|$)")
_CLIPPED = re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)")
_COLOUR = re.compile(r"(?:^|;)(?:color|--ltx-fg-color|-webkit-text-fill-color):([^;]+)")
_BACKGROUND = re.compile(r"(?:^|;)(?:background(?:-color)?|--ltx-bg-color):([^;]+)")
_PALE = frozenset(
    "white snow ivory ghostwhite whitesmoke floralwhite azure mintcream seashell aliceblue honeydew lavenderblush oldlace transparent".split()  # noqa: SIM905
)
_NO_BACKGROUND = frozenset(("none", "transparent", "inherit", "initial", "unset", "white", "#fff", "#ffffff"))
_LIGHT = 240
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NESTED = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?([.#])([\w-]+)", re.IGNORECASE)
MAX_RULES = 50_000
"""Characters of the style sheet that are read."""

Rules = Mapping[str, str]
"""Declarations without blanks, by `.class` or `#id`."""


def rules_of(page: _Element) -> Rules:
    """Rules of a single class or id, without those for a medium, a state or a position."""
    css = " ".join(e.text or "" for e in page.getroottree().getroot().iter("style"))[:MAX_RULES]
    found: dict[str, str] = {}
    for selectors, body in _RULE.findall(_NESTED.sub("", _CSS_COMMENT.sub("", css))):
        for selector in selectors.split(","):
            simple = _SIMPLE.fullmatch(selector.strip())
            if simple:
                key = simple[1] + simple[2]
                found[key] = f"{found.get(key, '')};{squeezed(body)}"
    return found


def squeezed(style: str) -> str:
    return re.sub(r"\s|!important", "", style.lower()).strip(";")


def style_of(el: _Element, rules: Rules) -> str:
    """Declarations of the page, of the `color` attribute and of the element, in this order."""
    own = [rules[key] for key in _keys(el) if key in rules] if rules else []
    if colour := el.get("color"):
        own.append(f"color:{colour.lower()}")
    return ";".join([*own, squeezed(el.get("style") or "")]).strip(";")


def _keys(el: _Element) -> list[str]:
    return [f".{c}" for c in (el.get("class") or "").split()] + ([f"#{el.get('id')}"] if el.get("id") else [])


def hidden_by_style(el: _Element, rules: Rules) -> str:
    style = style_of(el, rules)
    if not style:
        return ""
    for how, pattern in _STYLES:
        if pattern.search(style):
            return how
    if _NO_SIZE.search(style) and _CLIPPED.search(style):
        return "tiny"
    colours = [resolved(c, style) for c in _COLOUR.findall(style)]
    if not colours:
        return ""
    backgrounds = [resolved(g, style) for g in _BACKGROUND.findall(style)]
    if backgrounds and colours[-1] == backgrounds[-1] and colours[-1] != "inherit":
        return "white"
    return "white" if is_pale(colours[-1]) and not _has_background(el, rules) else ""


def resolved(value: str, style: str) -> str:
    """The value of `var(--c)` in the same style."""
    named = re.fullmatch(r"var\((--[\w-]+)(?:,([^)]*))?\)", value)
    if not named:
        return value
    set_here = re.search(rf"(?:^|;){re.escape(named[1])}:([^;]+)", style)
    return set_here[1] if set_here else named[2] or value


@lru_cache(maxsize=1_000)
def is_pale(colour: str) -> bool:
    """White, nearly white or transparent. Without blanks `rgb(0 0 0/0)` is `rgb(000/0)` here."""
    if colour in _PALE:
        return True
    if colour.startswith("#"):
        digits = colour[1:]
        if len(digits) in (3, 4):
            digits = "".join(d * 2 for d in digits)
        if not re.fullmatch(r"[0-9a-f]{6}(?:[0-9a-f]{2})?", digits):
            return False
        faint = len(digits) == 8 and int(digits[6:], 16) < 13
        return faint or all(int(digits[i : i + 2], 16) >= _LIGHT for i in (0, 2, 4))
    found = re.fullmatch(r"(rgb|hsl)a?\((.+)\)", colour)
    return bool(found) and _is_pale_function(found[1], found[2])  # type: ignore[index]


def _is_pale_function(name: str, inside: str) -> bool:
    values, _, alpha = inside.partition("/")
    parts = re.findall(rf"({_NUMBER})(%?)", values)
    if not alpha and len(parts) == 4:
        alpha = "".join(parts.pop())
    if alpha and _share(alpha) < 0.05:
        return True
    if len(parts) != 3:
        return False
    if name == "hsl":
        red, green, blue = colorsys.hls_to_rgb(0, float(parts[2][0]) / 100, float(parts[1][0]) / 100)
        return min(red, green, blue) * 255 >= _LIGHT
    return all(float(n) * (2.55 if percent else 1) >= _LIGHT for n, percent in parts)


def _share(alpha: str) -> float:
    number = re.match(_NUMBER, alpha)
    value = float(number[0]) if number else 1.0
    return value / 100 if alpha.endswith("%") else value


def _has_background(el: _Element, rules: Rules) -> bool:
    """Whether the element or one around it has a background: white on a dark box is visible."""
    for around in (el, *el.iterancestors()):
        style = style_of(around, rules)
        backgrounds = [
            g for g in _BACKGROUND.findall(style) if g not in _NO_BACKGROUND and not is_pale(resolved(g, style))
        ]
        drawn = isinstance(around.tag, str) and around.tag.rpartition("}")[2].lower() == "svg"
        if backgrounds or around.get("bgcolor") or drawn:
            return True
    return False
