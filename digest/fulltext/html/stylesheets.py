"""Reads a page's style sheets and gives each element its declarations by the cascade. Pure.

A rule for another medium, a state such as `:hover` or a part of a text is left out.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, cast
from urllib.parse import unquote_to_bytes

from lxml import etree
from lxml.etree import XPath, _Element

from digest.fulltext.html.colours import colour
from digest.fulltext.html.values import split
from digest.patterns import regex

Declarations = dict[str, str]
"""Values in lower case, by property."""
_Ranked = tuple[bool, tuple[int, int, int], int, str, str]
"""Important, specificity, order, property, value."""
MAX_SHEET = 200_000
"""Characters of style sheets that are read."""
MAX_SELECTOR = 400
MAX_NESTED = 8
SCREEN = (1280.0, 800.0)
"""Width and height in pixels of the window that people are taken to read in."""

ARXIV = """
.ltx_rdf, .ltx_nodisplay, .ltx_hidden, .d-none { display: none }
.ltx_phantom, .invisible { visibility: hidden }
.sr-only, .visually-hidden, .visuallyhidden, .is-sr-only, .screenreader { display: none }
.opacity-0 { opacity: 0 }
"""
"""What the style sheets that arXiv's and ar5iv's pages load hide."""

_READ = regex(
    r"--(?!ltx-(?:fo|stroke|fill))|(?:-webkit-|-ms-)?(?:display|visibility|content|opacity|filter|mix-blend-mode|color|text-fill-color|background|font$|font-size"
    r"|zoom|transform$|scale|rotate|translate|letter-spacing|line-height|position|left|right$|top|bottom|inset|margin$|margin-(?:left|top|right|inline|block)"
    r"|text-indent|text-security|text-shadow|text-stroke|animation|white-space|line-clamp|overflow|contain|width|height|max-|inline-size|block-size|padding-top|box-sizing|clip|mask|z-index|backface)"
)
"""Properties that may hide text or show it."""
_VALUES = {
    "display": regex(
        r"none|contents|(?:[\w-]*(?:block|inline|flex|grid|table|ruby|box|flow|list-item|math)[\w-]*\s*)+"
    ),
    "visibility": regex(r"visible|hidden|collapse"),
    "content-visibility": regex(r"visible|auto|hidden"),
    "opacity": regex(r"[-+.\d].*|[a-z-]+\(.*"),
    "font-size": regex(r"[-+.\d].*|[a-z-]+\(.*|x*-?(?:small|large)|medium|smaller|larger|math"),
}
_COLOURED = frozenset(("color", "background-color", "-webkit-text-fill-color"))
_WORD = regex(r"[a-z]+")
_ANY_VALUE = regex(r"inherit|initial|unset|revert(?:-layer)?|.*var\(.*")
_CONDITION = regex(r"\s*(not\s)?\s*\(\s*([\w-]+)\s*:([^()]*)\)\s*")
_WITH_STYLE = XPath(".//*[@style]")
_CLASSES = XPath(".//@class", smart_strings=False)
_OF_CLASS = XPath('.//*[contains(concat(" ", normalize-space(@class), " "), concat(" ", $name, " "))]')
_OF_ID = XPath(".//*[@id=$name]")
_COMMENT = regex(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMMENT_OR_STRING = regex(_COMMENT.pattern + r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_ESCAPE = regex(r"\\([0-9a-fA-F]{1,6})\s?|\\([^\n0-9a-fA-F])")
_BRACE = regex(r"[{}]")
_IMPORTED = regex(r"""@import\s+(?:url\(\s*)?["']?(data:text/css[^"')]*)""", re.IGNORECASE)
_SIMPLE = regex(
    r"""(?P<kind>[.#]|::?)(?P<name>(?:[^\W]|[-\u00a2-\U0010ffff]|\\.)+)(?:\((?P<inside>(?:[^()]|\([^()]*\))*)\))?"""
    r"""|\[\s*(?P<attribute>[\w-]+)\s*(?:(?P<how>[~|^$*]?=)\s*["']?(?P<value>[^\]"']*?)["']?(?P<case>\s+[iI])?)?\s*\]"""
    r"""|(?P<tag>\*|[\w-]+)"""
)
_ELEMENT_PARTS = frozenset(("before", "after"))
_UNSEEN_MEDIA = regex(r"\b(?:print|speech|aural|braille|embossed|handheld|projection|tty|tv)\b")
_FEATURE = regex(r"\(\s*(min-|max-)?(width|height)\s*(?::|([<>]=?))\s*([\d.]+)(px|em|rem)?\s*\)")
_FALSE_FEATURE = regex(
    r"dark|reduce\b|forced-colors:\s*active|portrait|monochrome|hover:\s*none|coarse|prefers-contrast|inverted|\bnot\b"
)


class Simple(NamedTuple):
    kind: str
    name: str
    value: str = ""


@dataclass(frozen=True)
class Rule:
    """A selector, its last compound first, and the declarations of its block."""

    compounds: tuple[tuple[Simple, ...], ...]
    combinators: tuple[str, ...]
    specificity: tuple[int, int, int]
    order: int
    body: tuple[tuple[str, str, bool], ...]
    part: str = ""
    """`before` or `after`: the rule is for what stands before or after the element."""


@dataclass
class StyleSheet:
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    """By what the last compound asks for: `.class`, `#id`, `tag` or `*`."""
    count: int = 0
    ends: dict[str, Declarations] = field(default_factory=dict)
    """How an animation leaves an element, by name."""
    throughout: dict[str, Declarations] = field(default_factory=dict)
    """What holds from the start to the end of an animation, by name."""

    def add(self, css: str) -> None:
        for found in _IMPORTED.finditer(_COMMENT.sub(" ", css)):
            self.add(_of_data_url(found[1]))
        css = _COMMENT_OR_STRING.sub(_without_braces, css)
        for selectors, body in _blocks(css):
            if selectors.startswith("@"):
                self._add_animation(selectors.partition(" ")[2].strip().lower(), body)
                continue
            declared = tuple(_parsed(body))
            for selector in split(_unescaped(selectors, "\\"), ",") if declared else ():
                rule = _rule(selector.strip(), self.count, declared)
                self.count += 1
                if rule is not None:
                    self.rules.setdefault(_key(rule.compounds[0]), []).append(rule)

    def declarations(self, el: _Element, part: str = "") -> Declarations:
        """What the sheets and the element's `style` declare for it, or for `::before` of it."""
        ranked: list[_Ranked] = []
        for key in _keys(el):
            for rule in self.rules.get(key, ()):
                if rule.part == part and _fits(el, rule, 0):
                    ranked.extend((i, rule.specificity, rule.order, name, value) for name, value, i in rule.body)
        if len(ranked) > 1:
            ranked.sort(key=lambda r: r[:3])
        declared = {name: value for *_, name, value in ranked}
        if part:
            return declared
        important = {r[3] for r in ranked if r[0]}
        for name, value, own_important in _parsed(el.get("style") or ""):
            if own_important or name not in important:
                declared[name] = value
                if own_important:
                    important.add(name)
        return self._animated(declared) if self.ends else declared

    def _add_animation(self, name: str, body: str) -> None:
        frames = {at.strip().lower(): _parsed(inside) for places, inside in _blocks(body) for at in places.split(",")}
        start, end = (
            {k: v for at in names for k, v, _ in frames.get(at, ())} for names in (("from", "0%"), ("to", "100%"))
        )
        self.ends[name] = end
        self.throughout[name] = {k: v for k, v in end.items() if start.get(k) == v}

    def _animated(self, declared: Declarations) -> Declarations:
        """With what an animation leaves of them, or holds all the time."""
        words = " ".join(v for k, v in declared.items() if k.startswith("animation")).split()
        stays = "forwards" in words or "both" in words
        for name in words:
            declared = {**declared, **(self.ends if stays else self.throughout).get(name, {})}
        return declared

    def has_parts(self) -> bool:
        return any(rule.part for rules in self.rules.values() for rule in rules)

    def styled(self, page: _Element) -> Iterator[_Element]:
        """The elements in `page` that a rule or their own `style` may be for."""
        for el in cast(list[_Element], _WITH_STYLE(page)):
            if _parsed(el.get("style") or ""):
                yield el
        used = {c for value in set(cast(list[str], _CLASSES(page))) for c in value.split()}
        for key in self.rules:
            if key[0] == ".":
                if key[1:] in used:
                    yield from cast(list[_Element], _OF_CLASS(page, name=key[1:]))
            elif key[0] == "#":
                yield from cast(list[_Element], _OF_ID(page, name=key[1:]))
            elif key == "*":
                yield from page.iter(etree.Element)
            else:
                yield from (el for el in page.iter(etree.Element) if _tag(el) == key)


def sheet_of(page: _Element) -> StyleSheet:
    """ArXiv's rules that hide, then those that the page itself holds."""
    sheet = StyleSheet()
    sheet.add(ARXIV)
    left = MAX_SHEET
    for el in page.getroottree().getroot().iter("style", "link"):
        css = (el.text or "") if el.tag == "style" else _linked(el)
        if _is_shown(el.get("media") or ""):
            sheet.add(css[:left])
            left -= len(css[:left])
    return sheet


def _linked(el: _Element) -> str:
    return _of_data_url(el.get("href") or "") if "stylesheet" in (el.get("rel") or "") else ""


def _of_data_url(url: str) -> str:
    """The style sheet in a `data:` URL."""
    head, _, data = url.partition(",")
    if not head.startswith("data:text/css"):
        return ""
    raw = unquote_to_bytes(data)
    if head.endswith(";base64"):
        try:
            raw = base64.b64decode(raw)
        except binascii.Error:
            return ""
    return raw.decode("utf-8", "replace")


def _blocks(css: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Selectors and body of each rule that holds on a screen, also within `@media` and the like."""
    if depth > MAX_NESTED:
        return
    at = 0
    while (opened := css.find("{", at)) >= 0:
        prelude = css[at:opened].rpartition(";")[2].strip()
        closed = _closing(css, opened)
        inside = css[opened + 1 : closed]
        if prelude.startswith("@"):
            name, _, query = prelude[1:].partition(" ")
            if name.lower().endswith("keyframes"):
                yield prelude, inside
                holds = False
            elif name.lower() == "media":
                holds = _is_shown(query)
            elif name.lower() == "supports" and (condition := _CONDITION.fullmatch(query.lower())):
                holds = _is_valid(condition[2], condition[3].strip()) != bool(condition[1])
            else:
                holds = name.lower() in ("supports", "layer", "container", "scope") and not query.lstrip().startswith(
                    "not"
                )
            if holds:
                yield from _blocks(inside, depth + 1)
        elif "{" in inside:
            yield from _nested(prelude, inside, depth + 1)
        else:
            yield prelude, inside
        at = closed + 1


def _nested(prelude: str, inside: str, depth: int) -> Iterator[tuple[str, str]]:
    own = inside[: inside.find("{")].rpartition(";")[0]
    yield prelude, own
    for selectors, body in _blocks(inside[len(own) :].lstrip(";"), depth):
        for selector in split(selectors, ","):
            yield selector.replace("&", prelude) if "&" in selector else f"{prelude} {selector}", body


def _without_braces(found: re.Match[str]) -> str:
    """A comment as a blank, a string without what would end a block."""
    return " " if found[0].startswith("/*") else re.sub("[{}]", " ", found[0])


def _closing(css: str, opened: int) -> int:
    depth = 0
    for found in _BRACE.finditer(css, opened):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return len(css)


def _is_shown(query: str) -> bool:
    """Whether a media query holds for the window that people are taken to read in."""
    return not query.strip() or any(_holds(q.lower()) for q in query.split(","))


def _holds(query: str) -> bool:
    if _UNSEEN_MEDIA.search(query):
        return query.strip().startswith("not")
    if _FALSE_FEATURE.search(query):
        return False
    for bound, side, sign, number, unit in _FEATURE.findall(query):
        value = float(number) * (16 if unit in ("em", "rem") else 1)
        size = SCREEN[side == "height"]
        if (bound == "min-" or ">" in sign) and size < value:
            return False
        if (bound == "max-" or "<" in sign) and size > value:
            return False
    return True


@lru_cache(maxsize=2_000)
def _parsed(style: str) -> tuple[tuple[str, str, bool], ...]:
    """Property, value and whether it is important, for each declaration."""
    if not style:
        return ()
    found = []
    for declaration in split(_COMMENT.sub(" ", style), ";"):
        name, colon, value = _unescaped(declaration).partition(":")
        if not colon:
            continue
        name = name.strip().lower()
        if _READ.match(name):
            value, _, important = value.strip().lower().partition("!")
            if _is_valid(name, value.strip()):
                found.append((name, value.strip(), important.strip() == "important"))
    return tuple(found) if any(name != "white-space" for name, *_ in found) else ()  # alone it hides nothing


def _is_valid(name: str, value: str) -> bool:
    """Whether browsers know the value: they pass over a declaration that they do not understand."""
    if name in _COLOURED and _WORD.fullmatch(value):
        return value == "currentcolor" or colour(value) is not None or _ANY_VALUE.fullmatch(value) is not None
    known = _VALUES.get(name)
    return known is None or known.fullmatch(value) is not None or _ANY_VALUE.fullmatch(value) is not None


def _unescaped(text: str, before_sign: str = "") -> str:
    """Without CSS escapes; `before_sign` keeps a sign from its meaning in a selector."""
    if "\\" not in text:
        return text

    def written(found: re.Match[str]) -> str:
        char = chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else found[2]
        return char if char.isalnum() else before_sign + char

    return _ESCAPE.sub(written, text)


def _rule(selector: str, order: int, body: tuple[tuple[str, str, bool], ...]) -> Rule | None:
    if len(selector) > MAX_SELECTOR:
        return None
    compounds: list[tuple[Simple, ...]] = []
    combinators: list[str] = []
    part, combinator = "", " "
    pieces = [p for p in split(re.sub(r"([>+~])(?![^\[(]*[\])])", r" \1 ", selector), " ") if p]
    for i, piece in enumerate(pieces):
        if piece in (">", "+", "~"):
            combinator = piece
            continue
        compound = _compound(piece)
        if compound is None:
            return None
        parts = [s.name for s in compound if s.kind == "::"]
        if parts:
            if len(parts) > 1 or parts[0] not in _ELEMENT_PARTS or i != len(pieces) - 1:
                return None
            part = parts[0]
            compound = tuple(s for s in compound if s.kind != "::")
        if compounds:
            combinators.append(combinator)
        compounds.append(compound)
        combinator = " "
    if not compounds:
        return None
    all_simple = [s for c in compounds for s in c]
    specificity = (
        sum(s.kind == "#" for s in all_simple),
        sum(s.kind in (".", "[", "[i", ":") for s in all_simple),
        sum(s.kind == "tag" for s in all_simple),
    )
    return Rule(tuple(reversed(compounds)), tuple(reversed(combinators)), specificity, order, body, part)


def _compound(text: str) -> tuple[Simple, ...] | None:
    found: list[Simple] = []
    at = 0
    while at < len(text):
        match = _SIMPLE.match(text, at)
        if match is None:
            return None
        at = match.end()
        if match["attribute"]:
            kind = "[" if match["case"] is None else "[i"
            found.append(Simple(kind, match["attribute"].lower(), f"{match['how'] or ''}{match['value'] or ''}"))
        elif match["tag"]:
            if match["tag"] != "*":
                found.append(Simple("tag", match["tag"].lower()))
        else:
            kind, name = match["kind"], match["name"].replace("\\", "")
            if kind == ":" and name in _ELEMENT_PARTS:
                kind = "::"
            found.append(Simple(kind, name, match["inside"] or ""))
    return tuple(found)


def _key(compound: tuple[Simple, ...]) -> str:
    for kind in ("#", ".", "tag"):
        for simple in compound:
            if simple.kind == kind:
                return simple.name if kind == "tag" else kind + simple.name
    return "*"


def _keys(el: _Element) -> list[str]:
    keys = ["*", _tag(el)]
    if mine := el.get("class"):
        keys.extend("." + c for c in mine.split())
    if own := el.get("id"):
        keys.append("#" + own)
    return keys


def _tag(el: _Element) -> str:
    return el.tag.rpartition("}")[2].lower() if isinstance(el.tag, str) else ""


def _fits(el: _Element, rule: Rule, at: int) -> bool:
    if not all(_is(el, simple) for simple in rule.compounds[at]):
        return False
    if at == len(rule.combinators):
        return True
    combinator = rule.combinators[at]
    others: list[_Element] = []
    if combinator in " >":
        others = list(el.iterancestors())[: 1 if combinator == ">" else None]
    else:
        others = list(el.itersiblings(preceding=True))[: 1 if combinator == "+" else None]
    return any(_fits(other, rule, at + 1) for other in others)


def _is(el: _Element, simple: Simple) -> bool:
    match simple.kind:
        case ".":
            return simple.name in (el.get("class") or "").split()
        case "#":
            return el.get("id") == simple.name
        case "tag":
            return _tag(el) == simple.name
        case "[" | "[i":
            return _has_attribute(el, simple)
        case _:
            return _has_state(el, simple)


def _has_attribute(el: _Element, simple: Simple) -> bool:
    held = el.get(simple.name)
    if held is None or not simple.value:
        return held is not None
    sign, _, wanted = simple.value.partition("=")
    if simple.kind == "[i":
        held, wanted = held.lower(), wanted.lower()
    return {
        "": held == wanted,
        "~": wanted in held.split(),
        "|": held == wanted or held.startswith(wanted + "-"),
        "^": bool(wanted) and held.startswith(wanted),
        "$": bool(wanted) and held.endswith(wanted),
        "*": bool(wanted) and wanted in held,
    }[sign]


def _has_state(el: _Element, simple: Simple) -> bool:
    """Of the states only those that the document's structure gives."""
    name, inside = simple.name.lower(), simple.value
    if name in ("not", "is", "where", "matches", "any"):
        fits = any((rule := _rule(s.strip(), 0, ())) is not None and _fits(el, rule, 0) for s in split(inside, ","))
        return fits != (name == "not")
    if name == "has":
        return any(_holds_inside(el, s.strip()) for s in split(inside, ","))
    if name in ("root", "link", "any-link"):
        return el.getparent() is None if name == "root" else _tag(el) == "a" and el.get("href") is not None
    formula, _, among = inside.partition(" of ")
    rule = _rule(among.strip(), 0, ()) if among else None
    if rule is not None and not _fits(el, rule, 0):
        return False
    of_type = name.endswith("of-type")
    place, end = (_place(el, rule, of_type=of_type, last=last) for last in (False, True))
    return {
        "first": place == 1,
        "last": end == 1,
        "only": place == end == 1,
        "nth": _is_nth(place, formula),
        "nth-last": _is_nth(end, formula),
    }.get(name.removesuffix("-of-type").removesuffix("-child"), False)


def _holds_inside(el: _Element, selector: str) -> bool:
    """Whether the element holds one, or one after it is, as `:has()` asks."""
    sign = selector[:1] if selector[:1] in (">", "+", "~") else ""
    rule = _rule(selector[len(sign) :].strip(), 0, ())
    if rule is None:
        return False
    if sign in ("+", "~"):
        others = list(el.itersiblings(etree.Element))[: 1 if sign == "+" else None]
    else:
        others = list(el.iterchildren(etree.Element) if sign else el.iterdescendants(etree.Element))
    return any(_fits(other, rule, 0) for other in others)


def _place(el: _Element, among: Rule | None, *, of_type: bool, last: bool) -> int:
    others = [e for e in el.itersiblings(etree.Element, preceding=not last) if among is None or _fits(e, among, 0)]
    return 1 + sum(1 for e in others if not of_type or e.tag == el.tag)


def _is_nth(place: int, formula: str) -> bool:
    formula = {"odd": "2n+1", "even": "2n"}.get(formula.strip(), formula.replace(" ", ""))
    found = re.fullmatch(r"(?:([+-]?\d*)n)?([+-]?\d+)?", formula)
    if found is None:
        return False
    step = 0 if found[1] is None else int(found[1] + "1") if found[1] in ("", "+", "-") else int(found[1])
    rest = place - int(found[2] or 0)
    return rest == 0 if step == 0 else rest % step == 0 and rest // step >= 0
