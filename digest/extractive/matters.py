"""Recognises questions that ask for one thing only: a fact of the metadata, a part of every paper,
or a matter of all papers. One glossary covers the languages of teams. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import NamedTuple

from digest.checks.facts.number_words import without_accents
from digest.checks.language import is_english, is_little
from digest.patterns import regex

_LONGEST = 1_500
"""Characters of a question that are read."""
_SPACED = regex(r"[0-9a-z\u00df-\u052f\u0620-\u06ff]+")
_PIECE = regex(rf"{_SPACED.pattern}|[^\W\d_a-z]")
"""A word, or a letter of a script without spaces."""
_SPACED_WORD = regex(r"(?<!\w)(?:[^\W\d_]{2,}|[^\W\d_](?=['’]))(?!\w)")
_HIRAGANA_OR_LETTER = regex(r"[\u3041-\u309f]|[a-z]")
"""Hiragana are mostly particles and endings, and single letters are elided articles."""
_STOP = regex(r"[,:;.!?…，：；。！？、،؟]|\s[-–—]\s")
_WORD = regex(r"\w")
_LONGEST_WORD = 12
_STEM = 5
"""Letters of a glossary word from which it may have any ending."""
_WORDS = 2
"""The most words of a phrase."""
_NEUTRAL = frozenset(("asking", "publishing", "appearing", "where", "telling"))
_NO_FACT = frozenset(("telling", "elsewhere"))
_BESIDE = {"code": ("data", "page"), "version": ("date",), **dict.fromkeys(("affiliation", "cited"), ("authors",))}
"""By fact: what its words may also ask for, as in `which university are the authors from?`"""
UNSAID = {"limits": "limitation drawback weakness shortcoming", "future": "future"}
"""By part: English words by which it is searched if the paper has no good sentence."""
LICENCE = "licence license copyright"


class _Glossary(NamedTuple):
    names: Mapping[str, str]
    """By word: the name of what it asks for."""
    facts: tuple[str, ...]
    parts: tuple[str, ...]
    searched: Mapping[str, str]
    """By matter: the English words that find its passages."""


@cache
def _glossary() -> _Glossary:
    names: dict[str, str] = {}
    blocks: list[list[str]] = [[]]
    searched: dict[str, str] = {}
    for line in files(__package__).joinpath("matters.txt").read_text("utf-8").splitlines():
        if not line:
            blocks.append([])
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(":")
        name, _, english = head.partition(" (")
        if english:
            searched[name] = english.rstrip(")")
        blocks[-1].append(name)
        for word in words.replace("|", " ").split():
            names.setdefault(without_accents(word).replace("_", " "), name)
    return _Glossary(names, tuple(blocks[0]), tuple(blocks[1]), searched)


@lru_cache(maxsize=32)
def _asked(question: str) -> Mapping[str, list[str]]:
    """Returns the words of the question, else of its last clause, by what they ask for; none if it
    has others."""
    clause = next(filter(_WORD.search, reversed(_STOP.split(question[:_LONGEST]))), "")
    return _asked_by(question) or _asked_by(clause)


def _asked_by(question: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, name in _named(without_accents(question[:_LONGEST])):
        if not name:
            return {}
        found.setdefault(name, []).append(word)
    return found


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Yields each word of the text and what it asks for; an empty name for unknown words."""
    names, at = _glossary().names, 0
    while piece := _PIECE.search(text, at):
        end, name = next(
            ((end, names[word]) for end, word in _readings(text, piece) if word in names), (piece.end(), "")
        )
        word = text[piece.start() : end]
        yield word, name or ("asking" if _says_nothing(word) else "")
        at = end


def _readings(text: str, piece: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Yields what the glossary may have of the text from here, longest first, and where it ends."""
    start, end = piece.span()
    if not _SPACED.match(piece[0]):
        yield from ((at, text[start:at]) for at in range(min(start + _LONGEST_WORD, len(text)), start, -1))
        return
    following = [end, *(m.end() for m in islice(_SPACED.finditer(text, end), _WORDS - 1))]
    yield from ((at, " ".join(_SPACED.findall(text, start, at))) for at in reversed(following))
    yield from ((end, piece[0][:letters]) for letters in range(len(piece[0]), _STEM - 1, -1))


def _says_nothing(word: str) -> bool:
    return is_little(word) or bool(_HIRAGANA_OR_LETTER.fullmatch(word))


def asked_facts(question: str) -> tuple[str, ...]:
    """Returns the names of the facts that the question asks for."""
    found = _asked(question)
    names = found.keys() - _NEUTRAL
    if _NO_FACT & found.keys():
        return ()
    for name, beside in _BESIDE.items():
        if name in names and names <= {name, *beside}:
            return (name,)
    if not names and {"where", "appearing"} <= found.keys():
        return ("venue",)
    return tuple(n for n in _glossary().facts if n in names) if names <= {*_glossary().facts} else ()


def asked_part(question: str) -> str:
    """Returns `core`, `result`, `method`, `limits`, `difference` … if only that is asked for."""
    found = _asked(question)
    if found.keys() == {"asking"} and "what" in found["asking"]:
        return "core"
    names = found.keys() - _NEUTRAL - {"authors"}
    return next((p for p in _glossary().parts if p in names), "") if names <= {*_glossary().parts} else ""


def asked_matter(question: str) -> tuple[str, str]:
    """Returns the question's words for a matter of all papers, if it asks only for that, and
    English ones to search by if the paper lacks those."""
    found, all_papers = _asked(question), _glossary()
    if (part := asked_part(question)) in UNSAID:
        return "", UNSAID[part]
    if found.keys() - _NEUTRAL - {"authors"} - {*all_papers.parts} - all_papers.searched.keys() - {"licence"}:
        return "", ""
    if "licence" in found:
        return " ".join(found["licence"]), LICENCE
    return next(((" ".join(found[n]), english) for n, english in all_papers.searched.items() if n in found), ("", ""))


def asks_nothing(question: str) -> bool:
    """Returns whether all its words ask for nothing by themselves: `and what of the next?`"""
    return _asked(question).keys() <= {"asking"} and all(
        name for _, name in _named(without_accents(question[:_LONGEST]))
    )


def without_asking(question: str) -> str:
    """Returns the question without words that ask for nothing by themselves. An English question
    keeps them, because a search leaves stop words out anyway."""
    if any(map(is_english, _SPACED_WORD.findall(question))):
        return question
    return _SPACED_WORD.sub(lambda m: " " if only_asks(m[0]) else m[0], question)


def only_asks(word: str) -> bool:
    return [name for _, name in _named(without_accents(word))] == ["asking"]


def known_ending(text: str) -> str:
    """Returns the known words at its end: `tiene codigo` of `falsas tiene codigo`."""
    known: list[str] = []
    for word, name in _named(without_accents(text)):
        known = [*known, word] if name else []
    return " ".join(known)
