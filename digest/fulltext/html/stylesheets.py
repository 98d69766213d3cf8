"""Reads a page's style sheets and gives each element its declarations by the cascade. Pure.

tinycss2 parses and cssselect2 matches. This module adds what matters for what people see. It leaves
out rules for another medium, a state such as `:hover`, or a part of a text."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import cast
from urllib.parse import unquote_to_bytes

from cssselect2 import ElementWrapper, Matcher, SelectorError, compile_selector_list
from cssselect2.compiler import CompiledSelector
from lxml import etree
from lxml.etree import XPath, _Element
from tinycss2 import parse_blocks_contents, parse_component_value_list, parse_rule_list, parse_stylesheet, serialize
from tinycss2.ast import Node

from digest.fulltext.html.colours import colour
from digest.fulltext.html.conditions import container_holds, holds, media_holds
from digest.fulltext.html.fonts import family, is_blank
from digest.fulltext.html.values import split
from digest.patterns import regex

Declarations = dict[str, str]
"""Values in lower case, by property."""
_Declared = tuple[tuple[str, str, bool], ...]
"""Property, value and importance of each declaration of a block."""
_Layer = tuple[float, ...]
"""Its place among the layers, then that within it, …. Declarations outside of layers count most."""
_NO_LAYER: _Layer = (math.inf,)
MAX_SHEET = 200_000
"""Characters of style sheets that are read, and of selectors of nested rules when written out."""
MAX_SELECTOR = 400
MAX_NESTED = 8

ARXIV = """
.ltx_rdf, .ltx_nodisplay, .ltx_hidden, .d-none { display: none }
.ltx_phantom, .invisible { visibility: hidden }
.sr-only, .visually-hidden, .visuallyhidden, .is-sr-only, .screenreader { display: none }
.opacity-0 { opacity: 0 }
"""
"""What the style sheets loaded by arXiv's and ar5iv's pages hide."""

_READ = regex(
    r"--(?!ltx-(?:fo|stroke|fill))|initial-value|backdrop-filter|(?:-webkit-|-ms-)?(?:display|visibility|content|opacity|filter|mix-blend-mode|color|text-fill-color|background|font$|font-size|font-family"
    r"|zoom|transform$|scale|rotate|translate|letter-spacing|line-height|position|left|right$|top|bottom|inset|margin$|margin-(?:left|top|right|inline|block)"
    r"|text-indent|text-security|text-shadow|text-stroke|text-decoration|box-shadow|outline|animation|white-space|line-clamp|overflow|contain|width|height|max-|inline-size|block-size|padding$|padding-(?:top|bottom|block)|grid-template-|grid-area|flex|perspective|offset-|box-sizing|clip|mask|z-index|backface)"
)
"""Properties that may hide text or show it."""
_ALONE_HARMLESS = ("white-space", "padding")
"""Properties that hide something only together with another."""
_VALUES = {
    "display": regex(
        r"none|contents|(?:[\w-]*(?:block|inline|flex|grid|table|ruby|box|flow|list-item|math)[\w-]*\s*)+"
    ),
    "visibility": regex(r"visible|hidden|collapse"),
    "content-visibility": regex(r"visible|auto|hidden"),
    "opacity": regex(r"[-+.\d].*|[a-z-]+\(.*"),
    "font-size": regex(r"[+.\d].*|-0.*|[a-z-]+\(.*|x*-?(?:small|large)|medium|smaller|larger|math"),
}
_COLOURED = frozenset(("color", "background-color", "-webkit-text-fill-color"))
_WORD = regex(r"[a-z]+")
_ANY_VALUE = regex(r"inherit|initial|unset|revert(?:-layer)?|.*(?:\bvar|\battr|--[\w-]+)\(.*")
_ATTRIBUTE = regex(r"attr\(\s*([\w-]+)(?:\s+(?:type\([^()]*\)|[a-z%-]+))?\s*(?:,([^()]*))?\)")
_CUSTOM = regex(r"(--[\w-]+)\(([^()]*)\)")
_OTHERS = ("-moz-", "-ms-", "-o-", "-khtml-")
"""Properties of other browsers alone. Sheets ask for them to spare the rest a rule."""
_CONDITION = regex(r"\(\s*([\w-]+)\s*:(.*)\)", re.DOTALL)
_WITH_STYLE = XPath(".//*[@style]")
_CLASSES = XPath(".//@class", smart_strings=False)
_OF_CLASS = XPath('.//*[contains(concat(" ", normalize-space(@class), " "), concat(" ", $name, " "))]')
_OF_ID = XPath(".//*[@id=$name]")
_STATE = regex(r":([\w-]+)(?:\([^():]*\))?(?![\w(-])")
_PARTS = (None, "before", "after", "first-line")


class _Wrapped(ElementWrapper):  # type: ignore[misc]
    """Wraps each element once. Walks siblings without recursion: a page may have thousands."""

    @cached_property
    def children(self) -> dict[_Element, _Wrapped]:
        return {child.etree_element: child for child in super().iter_children()}

    def iter_children(self) -> Iterator[_Wrapped]:
        return iter(self.children.values())

    @property
    def previous_siblings(self) -> Iterator[_Wrapped]:
        before = self.previous
        while before is not None:
            yield before
            before = before.previous


class StyleSheet:
    def __init__(self) -> None:
        self.ends: dict[str, Declarations] = {}
        """By name: how an animation leaves an element."""
        self.starts: dict[str, Declarations] = {}
        """By name: how an animation that does not run shows an element."""
        self.throughout: dict[str, Declarations] = {}
        """By name: what holds from the start to the end of an animation."""
        self.has_parts = False
        """A rule is for what comes before or after an element."""
        self.initial: Declarations = {}
        """Initial values of custom properties, for elements that do not set them."""
        self.blank_fonts: frozenset[str] = frozenset()
        """Families with letters that nobody could read."""
        self._functions: dict[str, tuple[list[str], str]] = {}
        """By name: the parameters and the result of a function that a sheet defines."""
        self._layers: dict[str, _Layer] = {}
        self._matcher = Matcher()
        self._wrapped: dict[_Element, _Wrapped] = {}
        self._room = MAX_SHEET

    def add(self, css: str) -> None:
        self._add(parse_stylesheet(css, skip_comments=True, skip_whitespace=True), (), 0, "")

    def declarations(self, el: _Element, part: str = "") -> Declarations:
        """Returns what sheets and `style` declare for the element, or for its `::before`."""
        matched = [block for *_, pseudo, block in self._matcher.match(self._of(el)) if (pseudo or "") == part]
        blocks = [[block for _, block in matched], [block for _, block in matched]]
        if self._layers:
            matched.sort(key=itemgetter(0))
            blocks[0] = [block for _, block in matched]
            matched.sort(key=itemgetter(0), reverse=True)  # important declarations count most in the first layer
            blocks[1] = [block for _, block in matched]
        own = () if part else _parsed(el.get("style") or "")
        declared = {
            name: self._put_in(value, el)
            for important in (False, True)
            for block in (*blocks[important], own)
            for name, value, i in block
            if i is important
        }
        return self._animated(declared) if self.ends and not part else declared

    def styled(self, page: _Element) -> Iterator[_Element]:
        """Yields the elements in `page` that a rule or their own `style` may be for."""
        for el in cast(list[_Element], _WITH_STYLE(page)):
            if _parsed(el.get("style") or ""):
                yield el
        rules = self._matcher
        if rules.other_selectors or rules.lang_attr_selectors or rules.namespace_selectors:
            yield from page.iter(etree.Element)
            return
        used = {c for value in set(cast(list[str], _CLASSES(page))) for c in value.split()}
        for name in rules.class_selectors:
            if name in used:
                yield from cast(list[_Element], _OF_CLASS(page, name=name))
        for name in rules.id_selectors:
            yield from cast(list[_Element], _OF_ID(page, name=name))
        if names := rules.lower_local_name_selectors:
            yield from (el for el in page.iter(etree.Element) if str(el.tag).lower() in names)

    def _put_in(self, value: str, el: _Element) -> str:
        """Returns the value with the element's attributes and the sheet's functions put in."""
        if "attr(" in value:
            value = _ATTRIBUTE.sub(lambda m: (el.get(m[1]) or m[2] or "").lower()[:MAX_SELECTOR], value, MAX_NESTED)
        return _CUSTOM.sub(self._result, value, MAX_NESTED) if self._functions and "--" in value else value

    def _result(self, call: re.Match[str]) -> str:
        names, result = self._functions.get(call[1], ([], call[0]))
        for name, given in zip(names, call[2].split(","), strict=False):
            result = result.replace(f"var({name})", given.strip()[:MAX_SELECTOR])
        return result

    def _of(self, el: _Element) -> _Wrapped:
        if el not in self._wrapped:
            parent = el.getparent()
            self._wrapped.update({el: _Wrapped.from_html_root(el)} if parent is None else self._of(parent).children)
        return self._wrapped[el]

    def _add(self, nodes: list[Node], around: Iterable[Node], depth: int, layer: str) -> None:
        """Adds what holds on a screen. `around`: the selectors of the rule around the nodes."""
        if depth > MAX_NESTED:
            return
        if declared := _declared(nodes) if around else ():
            for selector in _selectors(around):
                self.has_parts |= selector.pseudo_element is not None
                self._matcher.add_selector(selector, (self._layer(layer), declared))
        for node in nodes:
            if node.type == "qualified-rule":
                if selectors := self._nested(around, node.prelude) if around else node.prelude:
                    self._add(_contents(node), selectors, depth + 1, layer)
            elif node.type == "at-rule":
                self._add_at_rule(node, around, depth, layer)

    def _layer(self, name: str) -> _Layer:
        """Returns the layer's place. Layers count in the order in which they are first named."""
        if not name:
            return _NO_LAYER
        if name not in self._layers:
            outer, _, _ = name.rpartition(".")
            self._layers[name] = (*self._layer(outer)[:-1], len(self._layers), math.inf)
        return self._layers[name]

    def _named_layers(self, outer: str, names: str) -> str:
        """Gives each layer its place. Returns the first, a new one if it has no name."""
        whole = [f"{outer}.{name.strip() or len(self._layers)}".strip(".") for name in names.split(",")]
        for name in whole:
            if name.count(".") > MAX_NESTED:
                return outer
            self._layer(name)
        return whole[0]

    def _add_at_rule(self, node: Node, around: Iterable[Node], depth: int, layer: str) -> None:
        name, query = node.lower_at_keyword, _written(node.prelude)
        if name == "import":
            self._import(node.prelude)
        elif name == "layer":
            layer = self._named_layers(layer, query)
        if node.content is None:
            return
        if name.endswith("keyframes"):
            self._add_animation(query, _contents(node))
        elif name == "property":
            declared = {k: v for k, v, _ in _declared(_contents(node))}
            self.initial[query] = declared.get("initial-value", "")
        elif name == "font-face":
            self._add_font(_contents(node))
        elif name == "function":
            self._add_function(query, _contents(node))
        elif name == "scope" and (outside := _scope(node.prelude)):
            self._add_scoped(_contents(node), *outside, depth, layer)
        elif _applies(name, query):
            rules = _contents(node) if around else parse_rule_list(node.content, skip_whitespace=True)
            self._add(rules, around, depth + 1, layer)

    def _import(self, prelude: Iterable[Node]) -> None:
        for address in _addresses(prelude):
            self.add(_of_data_url(address))

    def _add_font(self, nodes: list[Node]) -> None:
        of = {node.lower_name: node.value for node in nodes if node.type == "declaration"}
        addresses = [*_addresses(of.get("src", ()))]
        if any(address.startswith("data:") and is_blank(_unpacked(address)) for address in addresses[:1]):
            self.blank_fonts |= {family(_written(of.get("font-family", ())))}

    def _add_function(self, head: str, nodes: list[Node]) -> None:
        results = [_written(node.value) for node in nodes if node.type == "declaration" and node.lower_name == "result"]
        if (found := _CUSTOM.match(head)) and results:
            names = [one.split()[0] for one in found[2].split(",") if one.strip()]
            self._functions[found[1]] = (names, results[-1][:MAX_SELECTOR])

    def _add_scoped(self, nodes: list[Node], root: str, limit: str, depth: int, layer: str) -> None:
        """Adds rules for what is inside elements of `root`, but not inside those of `limit`."""
        if len(root) + len(limit) > MAX_SELECTOR:
            return
        around = parse_component_value_list(root)
        until = f":not({limit}):not(:is({limit}) *)" if limit else ""
        for node in nodes:
            if node.type == "qualified-rule" and self._room > 0:
                own = [text.replace(":scope", "&") + until for text in _apart(node.prelude)]
                if selectors := self._nested(around, parse_component_value_list(",".join(own))):
                    self._add(_contents(node), selectors, depth + 1, layer)

    def _nested(self, around: Iterable[Node], own: Iterable[Node]) -> list[Node]:
        """Returns the selectors of a nested rule, written out."""
        outer = f":is({_serialized(around)})"
        inner = [text if "&" in text else f"& {text}" for text in _apart(own)]
        self._room -= sum(len(text) + text.count("&") * len(outer) for text in inner)
        if self._room < 0:
            return []
        return cast(list[Node], parse_component_value_list(",".join(text.replace("&", outer) for text in inner)))

    def _add_animation(self, name: str, nodes: list[Node]) -> None:
        rules = [node for node in nodes if node.type == "qualified-rule"]
        frames = {at.strip(): _declared(_contents(rule)) for rule in rules for at in _written(rule.prelude).split(",")}
        start, end = (
            {k: v for at in names for k, v, _ in frames.get(at, ())} for names in (("from", "0%"), ("to", "100%"))
        )
        self.starts[name], self.ends[name] = start, end
        self.throughout[name] = {k: v for k, v in end.items() if start.get(k) == v}

    def _animated(self, declared: Declarations) -> Declarations:
        """Returns the declarations with what an animation leaves of them, or always holds."""
        words = " ".join(v for k, v in declared.items() if k.startswith("animation")).split()
        shown = self.ends if "forwards" in words or "both" in words else self.throughout
        for name in words:
            declared = {**declared, **(self.starts if "paused" in words else shown).get(name, {})}
        return declared


def sheet_of(page: _Element) -> StyleSheet:
    """Returns arXiv's rules that hide, then those of the page itself."""
    sheet = StyleSheet()
    sheet.add(ARXIV)
    left = MAX_SHEET
    for el in page.getroottree().getroot().iter("style", "link"):
        css = (el.text or "") if el.tag == "style" else _linked(el)
        if media_holds(el.get("media") or ""):
            sheet.add(css[:left])
            left -= len(css[:left])
    return sheet


def _linked(el: _Element) -> str:
    kinds = (el.get("rel") or "").lower().split()
    return _of_data_url(el.get("href") or "") if "stylesheet" in kinds and "alternate" not in kinds else ""


def _addresses(nodes: Iterable[Node]) -> Iterator[str]:
    for token in nodes:
        address = token.arguments[0] if token.type == "function" and token.arguments else token
        if address.type in ("string", "url"):
            yield address.value


def _of_data_url(url: str) -> str:
    """Returns the style sheet in a `data:` URL."""
    return _unpacked(url).decode("utf-8", "replace") if url.startswith("data:text/css") else ""


def _unpacked(url: str) -> bytes:
    """Returns the content of a `data:` URL."""
    head, _, data = url.partition(",")
    raw = unquote_to_bytes(data)
    try:
        return base64.b64decode(raw) if head.endswith(";base64") else raw
    except binascii.Error:
        return b""


def _contents(rule: Node) -> list[Node]:
    return cast(list[Node], parse_blocks_contents(rule.content, skip_whitespace=True))


def _serialized(nodes: Iterable[Node]) -> str:
    """Returns the text of the nodes; empty if they are nested too deeply."""
    try:
        return cast(str, serialize(nodes))
    except RecursionError:
        return ""


def _written(nodes: Iterable[Node]) -> str:
    return _serialized(nodes).strip().lower()


def _apart(selectors: Iterable[Node]) -> list[str]:
    """Returns the selectors of a list."""
    groups: list[list[Node]] = [[]]
    for node in selectors:
        if node == ",":
            groups.append([])
        else:
            groups[-1].append(node)
    return [_serialized(group).strip() for group in groups]


def _selectors(selectors: Iterable[Node]) -> Iterator[CompiledSelector]:
    """Yields selectors. Skips unknown ones: browsers know more than cssselect2."""
    apart = _apart(selectors)
    if not all(apart):
        return  # browsers skip the whole rule
    for text in apart:
        if len(text) <= MAX_SELECTOR:
            yield from _compiled(text)


@lru_cache(maxsize=2_000)
def _compiled(selector: str) -> tuple[CompiledSelector, ...]:
    selector = selector.replace(":dir(ltr)", ":not([dir=rtl], [dir=rtl] *)")
    try:
        return tuple(s for s in compile_selector_list(selector) if s.pseudo_element in _PARTS)
    except SelectorError as e:
        why, *unknown = e.args
        if why != "Unknown pseudo-class":
            return ()
        known = _STATE.sub(lambda found: ":hover" if found[1].lower() in unknown else found[0], selector)
        return _compiled(known) if known != selector else ()  # `:hover` matches nothing
    except (SyntaxError, RecursionError, MemoryError):  # from the Python that cssselect2 writes
        return ()


def _applies(name: str, query: str) -> bool:
    """Returns whether the rules within an at-rule hold on a screen."""
    if name == "media":
        return media_holds(query)
    if name == "container":
        return container_holds(query)
    if name == "supports":
        return holds(query, _is_supported) is True
    return name in ("layer", "scope")


def _is_supported(condition: str) -> bool:
    """Returns whether browsers know a declaration. They know all selectors and fonts asked for."""
    found = _CONDITION.fullmatch(condition)
    if found is None:
        return not condition.startswith("(")
    return not found[1].startswith(_OTHERS) and _is_valid(found[1], found[2].strip())


def _scope(prelude: Iterable[Node]) -> tuple[str, str] | None:
    """Returns the selectors of the elements where the scope begins, and where it ends."""
    ends = [_serialized(node.content) for node in prelude if node.type == "() block"]
    return (ends[0], ends[1] if len(ends) > 1 else "") if ends else None


@lru_cache(maxsize=2_000)
def _parsed(style: str) -> _Declared:
    return _declared(parse_blocks_contents(style[:MAX_SHEET], skip_comments=True, skip_whitespace=True))


def _declared(nodes: Iterable[Node]) -> _Declared:
    found = []
    for node in nodes:
        if node.type == "declaration" and _READ.match(node.lower_name):
            value = _written(node.value)
            if "if(" in value:
                value = _written(_decided(node.value))
            if _is_valid(node.lower_name, value):
                found.append((node.lower_name, value, node.important))
    return tuple(found) if any(not name.startswith(_ALONE_HARMLESS) for name, *_ in found) else ()


def _decided(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yields what `if()` chooses on a screen. Conditions on an element's style hold."""
    for node in nodes:
        if node.type != "function" or node.lower_name != "if":
            yield node
            continue
        for branch in split(_written(node.arguments), ";"):
            condition, *value = split(branch, ":")
            if holds(condition, _is_chosen):
                yield from _decided(parse_component_value_list(":".join(value)))
                break


def _is_chosen(condition: str) -> bool | None:
    name, _, query = condition.removesuffix(")").partition("(")
    if name == "media":
        return media_holds(f"({query})" if ":" in query or re.search("[<=>]", query) else query)
    return _applies(name, f"({query})") if name == "supports" else name in ("else", "style")


def _is_valid(name: str, value: str) -> bool:
    """Returns whether browsers know the value. They skip a declaration that they do not know."""
    if name in _COLOURED and _WORD.fullmatch(value):
        return value == "currentcolor" or colour(value) is not None or _ANY_VALUE.fullmatch(value) is not None
    known = _VALUES.get(name)
    return known is None or known.fullmatch(value) is not None or _ANY_VALUE.fullmatch(value) is not None
