"""How an element looks, from its own style, its colour and the simple rules of the page's `<style>`: whether people can see its text. Pure.

The one thing to know: it knows what hides text by itself (no size, no ink, no place); what stands before other things, or is shown by a
script, it does not know.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from functools import lru_cache

from lxml.etree import _Element

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_NOUGHT = r"0*\.?0*"
_STYLES = (
    ("hidden-markup", re.compile(
        rf"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:(?:{_NOUGHT}|0?\.0\d*|[0-5](?:\.\d+)?%)(?:;|$)"
        rf"|filter:opacity\((?:{_NOUGHT}|0?\.0\d*|[0-5]%)\)|clip:rect\(0|clip-path:(?:inset\((?:50|100)%|circle\(0|ellipse\(0|polygon\((?:0(?:px|%)?0(?:px|%)?,?)+\)))")),
    ("tiny", re.compile(
        rf"(?:^|;)(?:font-size:(?:0(?:\.0*)?(?:[a-z%]*)(?:;|$)|0?\.\d+(?:pt|px)|1(?:\.\d+)?(?:pt|px)(?:;|$)|(?:1?\d|2[0-4])(?:\.\d+)?%|0?\.[012]\d*r?em|calc\([^;]*\*{_NOUGHT}\))"
        rf"|(?:-webkit-)?transform:[^;]*scale[xy]?\((?:{_NOUGHT}|0?\.[01]\d*)[,)]|scale:(?:{_NOUGHT}|0?\.[01]\d*)(?:;|$)|zoom:(?:{_NOUGHT}|0?\.[01]\d*|[0-9]%)(?:;|$))")),
    ("off-page", re.compile(r"(?:^|;)(?:left|right|top|bottom|text-indent|margin-left|margin-top):-\d{3,}|translate[xy]?\(-\d{3,}")),
)  # fmt: skip
_NO_ROOM = re.compile(r"(?:^|;)(?:max-)?(?:height|width|inline-size|block-size):[01](?:px|pt|em)?(?:;|$)")
_CUT_OFF = re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)")
_COLOUR = re.compile(r"(?:^|;)(?:color|--ltx-fg-color|-webkit-text-fill-color):([^;]+)")
_GROUND = re.compile(r"(?:^|;)(?:background(?:-color)?|--ltx-bg-color):([^;]+)")
_PALE = frozenset(
    "white snow ivory ghostwhite whitesmoke floralwhite azure mintcream seashell aliceblue honeydew lavenderblush oldlace transparent".split()  # noqa: SIM905
)
_NO_GROUND = frozenset(("none", "transparent", "inherit", "initial", "unset", "white", "#fff", "#ffffff"))
_LIGHT = 240
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NESTED = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?([.#])([\w-]+)", re.IGNORECASE)
MAX_RULES = 50_000
"""Characters of a page's rules that are read."""

Rules = Mapping[str, str]
"""By `.class` or `#id`, its declarations without blanks."""


def rules_of(page: _Element) -> Rules:
    """Rules of a single class or id; what depends on a medium, a state or a place is left to those who draw."""
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
    """Its declarations, the page's first; what an attribute says of colour counts too."""
    own = [rules[key] for key in _keys(el) if key in rules] if rules else []
    if colour := el.get("color"):
        own.append(f"color:{colour.lower()}")
    return ";".join([*own, squeezed(el.get("style") or "")]).strip(";")


def _keys(el: _Element) -> list[str]:
    return [f".{c}" for c in (el.get("class") or "").split()] + ([f"#{el.get('id')}"] if el.get("id") else [])


def unseen(el: _Element, rules: Rules) -> str:
    """How its text is kept from people; empty when it is not."""
    style = style_of(el, rules)
    if not style:
        return ""
    for how, pattern in _STYLES:
        if pattern.search(style):
            return how
    if _NO_ROOM.search(style) and _CUT_OFF.search(style):
        return "tiny"
    colours = [resolved(c, style) for c in _COLOUR.findall(style)]
    if not colours:
        return ""
    grounds = [resolved(g, style) for g in _GROUND.findall(style)]
    if grounds and colours[-1] == grounds[-1] and colours[-1] != "inherit":
        return "white"
    return "white" if is_pale(colours[-1]) and not _on_a_ground(el, rules) else ""


def resolved(value: str, style: str) -> str:
    """`var(--c)` as the same style sets it."""
    named = re.fullmatch(r"var\((--[\w-]+)(?:,([^)]*))?\)", value)
    if not named:
        return value
    set_here = re.search(rf"(?:^|;){re.escape(named[1])}:([^;]+)", style)
    return set_here[1] if set_here else named[2] or value


@lru_cache(maxsize=1_000)
def is_pale(colour: str) -> bool:
    """White or nearly, or without ink. `colour` is in lower case and without blanks, so `rgb(0 0 0/0)` came as `rgb(000/0)`."""
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


def _on_a_ground(el: _Element, rules: Rules) -> bool:
    """Whether the element or one around it has a background of its own (white on a dark box is there to be read)."""
    for around in (el, *el.iterancestors()):
        style = style_of(around, rules)
        grounds = [g for g in _GROUND.findall(style) if g not in _NO_GROUND and not is_pale(resolved(g, style))]
        drawn = isinstance(around.tag, str) and around.tag.rpartition("}")[2].lower() == "svg"
        if grounds or around.get("bgcolor") or drawn:
            return True
    return False
