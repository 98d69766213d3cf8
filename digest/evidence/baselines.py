"""Finds the baseline of a comparison: the name that something is compared with, by language. Pure.

In `better than Kestrel`, `übertrifft Kestrel`, `von Kestrel übertroffen`, `Kestrel を上回る`, `与
Kestrel 相比`, it is `Kestrel`. With the direction, it tells who is ahead."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from digest.checks.facts.directions import AXES, Axis
from digest.patterns import regex

_BETTER = AXES[1]
_NAME = regex(r"(?<![A-Za-z0-9])[A-Z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*")
_ARTICLE = r"(?:the|our|its|der|den|dem|die|das|le|la|les|el|los|las|os?|as?)\s+"
_THAN = regex(
    r"(?:(?:\b(?:than|over|versus|below|above|behind|compared (?:with|to)|relative to|als|gegenüber|vergl(?:ichen|eich) (?:mit|zu)|as (?:\w+ ){1,6}as|so (?:\w+ ){1,6}wie|que|par rapport à|frente a|respecto a|compara(?:do|ção|ción) (?:con|com|a)|em relação a[o]?)\s|\bqu['’])"
    rf"(?:(?:that|those) of )?(?:in |with |for |by )?(?:{_ARTICLE})?|(?:比|较|相比于|相较于|[高低多少大小快慢]于)\s?)$",
    re.IGNORECASE,
)
_TIMES = regex(
    rf"\b(?:half|halv\w+|twice|doubl\w+) (?:{_ARTICLE})?(?:\w+ ){{1,2}}of (?:{_ARTICLE})?(?:[^,.;]{{1,40}}, )?$",
    re.IGNORECASE,
)
"""`half the error of the best earlier system, Kestrel`"""
_BEHIND = regex(r"^\s*(?:より|[にと]比べ|を上回|を下回|보다|에 비해|[과와] 비교|相比|相较|的\s?[\d.]+\s?倍)")
_AGENT = regex(rf"\b(?:by|von|vom|par|por|pel[oa]|da|do)\s(?:{_ARTICLE})?$", re.IGNORECASE)
_OBJECT = regex(r"^\s*(?:を|을|를)\s*")
_BESIDE = regex(rf"^\s?(?:(?:{_ARTICLE})|(?:a|über)\s)?(?:{_ARTICLE})?$", re.IGNORECASE)
_CLAUSE = regex(r",(?=\s)|[;，；]|\b(?:but|while|whereas|although|and|aber|und|mais|et|pero|y|mas|e)\b|但|而")
MORE = regex(
    r"\b(?:mehr|plus|más|mais|twice|doubl\w+|\d+(?:\.\d+)?(?: times|-mal|x) (?:as|so))\b|\d\s?倍|多い|更多|多用|多[花耗需]",
    re.IGNORECASE,
)
LESS = regex(r"\b(?:weniger|moins|menos|half|halv\w+)\b|少な|少[用花耗需]|적[은게다]", re.IGNORECASE)
_BEHIND_ANOTHER = regex(r"\b(?:trail(?:s|ed|ing)?|lag(?:s|ged|ging)?(?: behind)?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Compared:
    standard: str
    """The name that another is compared with."""
    names: frozenset[str]
    up: frozenset[str]
    down: frozenset[str]
    """Names of the axes on which the other is ahead or behind."""


@lru_cache(maxsize=64)
def compared_with(text: str) -> tuple[Compared, ...]:
    """Returns every name that is a comparison's standard, with the directions of its clause.

    Of two names, the other is the standard of a clause that names none: `…, but A is faster`."""
    return tuple(_compared_with(text))


def _compared_with(text: str) -> Iterator[Compared]:
    names = list(_NAME.finditer(text))
    every = frozenset(m[0] for m in names)
    clauses = list(_clauses(text))
    used = set()
    for name in names:
        turned = _standard(text, name)
        if turned is None:
            continue
        clause, (up, down) = _clause_of(clauses, name)
        used.add(clause)
        own = frozenset(m[0] for m in _NAME.finditer(clause))
        yield Compared(name[0], own if len(own) > 1 else every, *((down, up) if turned else (up, down)))
    for clause in clauses if len(every) == 2 and used else ():
        own = frozenset(m[0] for m in _NAME.finditer(clause))
        if len(own) == 1 and clause not in used and any(found := _directions(clause)):
            yield Compared(next(iter(every - own)), every, *found)


def _standard(text: str, name: re.Match[str]) -> bool | None:
    """Returns whether the direction is the standard's own, as in the passive, or None."""
    before, after = text[max(0, name.start() - 48) : name.start()], text[name.end() : name.end() + 48]
    if _THAN.search(before) or _TIMES.search(before) or _BEHIND.match(after):
        return False
    verbs = _verbs(text)
    if any(_BESIDE.match(text[m.end() : name.start()]) for m in verbs if 0 <= name.start() - m.end() < 48):
        return False
    if _OBJECT.match(after) and any(name.end() < m.start() <= name.end() + 24 for m in verbs):
        return False
    return True if verbs and _AGENT.search(before) else None


@lru_cache(maxsize=64)
def _verbs(text: str) -> tuple[re.Match[str], ...]:
    return tuple(m for side in (_BETTER.up, _BETTER.down, _BEHIND_ANOTHER) for m in side.finditer(text))


def _clauses(text: str) -> Iterator[str]:
    start = 0
    for match in _CLAUSE.finditer(text):
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


def _clause_of(clauses: list[str], name: re.Match[str]) -> tuple[str, tuple[frozenset[str], frozenset[str]]]:
    """Returns the standard's clause, or the next (`Compared with A, …`), and its directions."""
    own = next((i for i, c in enumerate(clauses) if re.search(rf"(?<!\w){re.escape(name[0])}(?!\w)", c)), 0)
    for clause in clauses[own : own + 2]:
        if any(found := _directions(clause)):
            return clause, found
    whole = "".join(clauses)
    return whole, _directions(whole)


def _directions(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the axes on which something is ahead and behind; `less robust` is behind."""
    plain, turned = _GRADED.sub("", text), set()
    for degree in _GRADED.finditer(text):
        less = bool(re.fullmatch(_FEWER, degree["degree"], re.IGNORECASE))
        turned |= {
            (a.name, bool(a.up.match(degree["word"])) != less)
            for a in AXES[1:3]
            if a.up.match(degree["word"]) or a.down.match(degree["word"])
        }
    if not turned:
        plain = text
    up = {axis.name for axis in AXES[:3] if _ahead(axis, plain)} | {name for name, ahead in turned if ahead}
    down = {axis.name for axis in AXES[:3] if _behind(axis, plain)} | {name for name, ahead in turned if not ahead}
    return frozenset(up - down), frozenset(down - up)


_FEWER = r"less|weniger|moins|menos"
_GRADED = regex(rf"\b(?P<degree>more|mehr|plus|más|mais|{_FEWER})\s+(?P<word>\w+)", re.IGNORECASE)


def _ahead(axis: Axis, text: str) -> bool:
    return bool(axis.up.search(text) or (axis.name == "more" and MORE.search(text)))


def _behind(axis: Axis, text: str) -> bool:
    own = {"more": LESS, "better": _BEHIND_ANOTHER}.get(axis.name)
    return bool(axis.down.search(text) or (own and own.search(text)))


def order_of(sentence: str, quotation: str) -> str:
    """Returns `same`, `exchanged`, or empty if both do not compare the same two names."""
    found = set()
    for mine in compared_with(sentence):
        for theirs in compared_with(quotation):
            both = {mine.standard, theirs.standard} <= mine.names & theirs.names
            agree = bool(mine.up & theirs.up or mine.down & theirs.down)
            cross = bool(mine.up & theirs.down or mine.down & theirs.up)
            if both and agree != cross:
                found.add("same" if (mine.standard == theirs.standard) == agree else "exchanged")
    return found.pop() if len(found) == 1 else ""
