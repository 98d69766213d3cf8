"""arXiv's query language, evaluated over papers: fields, AND, OR, ANDNOT, brackets, phrases, dates. Strict: what it cannot read is an error."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from digest.model import Paper

Test = Callable[[Paper], int]
"""How well a paper fits; 0 not at all."""

_TOKEN = re.compile(
    r'\s*(?:(\()|(\))|(AND|ANDNOT|OR)(?=[\s(]|$)|(?:([a-zA-Z]+):)?(?:"([^"]*)"|(\[[^\]]*\])|([^\s()"\[\]:]+)))'
)
FIELDS = {
    "ti": lambda p: p.title, "abs": lambda p: p.abstract, "co": lambda p: p.comment, "jr": lambda p: p.journal_ref,
    "au": lambda p: " ; ".join(p.authors), "all": lambda p: " ; ".join((p.title, p.abstract, *p.authors, p.comment)),
}  # fmt: skip


class BadQuery(Exception):
    pass


def compiled(text: str) -> Test:
    tokens = _tokens(text)
    test, rest = _either(tokens)
    if rest:
        raise BadQuery(f"unexpected {rest[0]!r}")
    return test


def _tokens(text: str) -> list[tuple[str, str, str]]:
    """(kind, field, value)."""
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or match.end() == at:
            raise BadQuery(f"cannot read {text[at:]!r}")
        at = match.end()
        opened, closed, operator, name, phrase, span, word = match.groups()
        if opened or closed or operator:
            found.append((opened or closed or operator, "", ""))
        else:
            found.append(("term", name or "all", phrase if phrase is not None else span or word))
    return found


Parsed = tuple[Test, list[tuple[str, str, str]]]


def _either(tokens: list[tuple[str, str, str]]) -> Parsed:
    test, rest = _both(tokens)
    while rest and rest[0][0] == "OR":
        other, rest = _both(rest[1:])
        test = _or(test, other)
    return test, rest


def _both(tokens: list[tuple[str, str, str]]) -> Parsed:
    test, rest = _one(tokens)
    while rest and rest[0][0] in ("AND", "ANDNOT"):
        joined = _and if rest[0][0] == "AND" else _and_not
        other, rest = _one(rest[1:])
        test = joined(test, other)
    return test, rest


def _or(a: Test, b: Test) -> Test:
    return lambda p: a(p) + b(p)


def _and(a: Test, b: Test) -> Test:
    return lambda p: (a(p) + b(p)) if a(p) and b(p) else 0


def _and_not(a: Test, b: Test) -> Test:
    return lambda p: 0 if b(p) else a(p)


def _one(tokens: list[tuple[str, str, str]]) -> Parsed:
    if not tokens:
        raise BadQuery("something is missing")
    (kind, field, value), rest = tokens[0], tokens[1:]
    if kind == "(":
        test, rest = _either(rest)
        if not rest or rest[0][0] != ")":
            raise BadQuery("a bracket is open")
        return test, rest[1:]
    if kind != "term":
        raise BadQuery(f"unexpected {kind}")
    return _term(field, value), rest


def _term(field: str, value: str) -> Test:
    if field == "cat":
        pattern = re.compile(re.escape(value).replace(r"\*", ".*"), re.IGNORECASE)
        return lambda p: int(any(pattern.fullmatch(c) for c in p.categories))
    if field == "submittedDate":
        span = re.fullmatch(r"\[(\d{12}) TO (\d{12})\]", value)
        if not span:
            raise BadQuery(f"no span of time: {value}")
        start, end = (datetime.strptime(t, "%Y%m%d%H%M").replace(tzinfo=UTC) for t in span.groups())
        return lambda p: int(start <= p.published.replace(second=0, microsecond=0) <= end)
    if field not in FIELDS:
        raise BadQuery(f"no such field: {field}")
    words = re.compile(r"\b" + r"\W+".join(map(re.escape, re.findall(r"\w+", value))) + r"\b", re.IGNORECASE)
    read = FIELDS[field]
    return lambda p: len(words.findall(read(p)))
