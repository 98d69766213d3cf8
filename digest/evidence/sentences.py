"""Finds the sentences of a paper's passages: where the one around a character begins and ends.

A sentence may continue in the next passage: over a page end, around a figure, through an equation.
In tables and code, a line counts as a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sentencex

from digest.evidence.normalized_text import Place, Point, lines_beside
from digest.model import Form
from digest.patterns import regex

FLOATING = (Form.CAPTION, Form.TABLE, Form.FOOTNOTE, Form.CODE)
"""Forms that interrupt a sentence and are no part of it."""

_LINES = (Form.TABLE, Form.CODE)
_FORMULA = regex(r"\$[^$]{1,400}\$")
_ENDED = regex(r"[.!?:;…。！？：；｡।؟][\s\"”’'»」』)\]]*\Z")
_CITATIONS_ONLY = regex(r"\s*(?:\[\d+\]\s*)+")
_STARTS = regex(r"[\w$(\[]")

Span = tuple[int, int]


def sentences(text: str, language: str) -> list[str]:
    """Returns sentences with trailing space and citations. Joined, they are the text."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        for piece in sentencex.segment(language.split("-", 1)[0].lower(), line):
            if found and not found[-1].endswith("\n") and _CITATIONS_ONLY.fullmatch(piece):
                found[-1] += piece
            else:
                found.append(piece)
    return found


class Sentences:
    """Finds sentences. `places`: all of a paper, in order. `heads`: its running heads."""

    def __init__(self, places: Sequence[Place], heads: frozenset[str]) -> None:
        self._places, self._heads = places, heads
        self._spans: dict[int, list[Span]] = {}

    def start(self, point: Point) -> Point:
        """Returns where the sentence around a character begins."""
        index, at = point
        number = self._number(index, at)
        while number == 0 and (before := self._beside(index, -1)) is not None and self._goes_on(before, index):
            index, number = before, len(self._of(before)) - 1
        return index, self._of(index)[number][0]

    def end(self, point: Point) -> Point:
        """Returns the point after the last character of the sentence around a character."""
        index, at = point
        number = self._number(index, max(0, at - 1))
        while (
            number == len(self._of(index)) - 1
            and (after := self._beside(index, 1)) is not None
            and self._goes_on(index, after)
        ):
            index, number = after, 0
        return index, self._of(index)[number][1]

    def _number(self, index: int, at: int) -> int:
        return next((n for n, (_, end) in enumerate(self._of(index)) if at < end), len(self._of(index)) - 1)

    def _of(self, index: int) -> list[Span]:
        if index not in self._spans:
            passage = self._places[index].passage
            text = passage.text
            for start, end in lines_beside(passage, self._heads):
                text = text[:start] + " " * (end - start) + text[end:]
            spans = _lines(text) if passage.form in _LINES else _sentences(text)
            self._spans[index] = spans or [(0, len(text))]
        return self._spans[index]

    def _beside(self, index: int, step: int) -> int | None:
        """Returns the place before or after it in the same running text."""
        if self._floats(index):
            return None
        at = index + step
        while 0 <= at < len(self._places) and self._floats(at) and not self._places[at].heading:
            at += step
        inside = 0 <= at < len(self._places) and not self._places[at].heading
        return at if inside and self._places[at].section is self._places[index].section else None

    def _floats(self, index: int) -> bool:
        return self._places[index].heading or self._places[index].passage.form in FLOATING

    def _goes_on(self, one: int, other: int) -> bool:
        """Returns whether the last sentence of a place continues in the next one."""
        (before, after) = (self._places[i].passage for i in (one, other))
        text = before.text[: self._of(one)[-1][1]]
        if _ENDED.search(text):
            return False
        opening = _STARTS.search(after.text)
        return (
            after.form is Form.EQUATION
            or before.page != after.page
            or text.rstrip()[-1:] in ",，、-–—"
            or not (opening and opening[0].isupper())
        )


def _lines(text: str) -> list[Span]:
    return [(m.start(), m.end()) for m in re.finditer(r"\S[^\n]*", text)]


def _sentences(text: str) -> list[Span]:
    spans: list[Span] = []
    at = 0
    masked = _FORMULA.sub(lambda m: "X" * len(m[0]), text)
    for piece in sentencex.segment("en", masked):
        start, at = at, at + len(piece)
        bare = piece.strip()
        if not bare:
            continue
        span = (start + piece.index(bare), start + piece.index(bare) + len(bare))
        if spans and _goes_on(text[slice(*spans[-1])], bare):
            spans[-1] = (spans[-1][0], span[1])
        else:
            spans.append(span)
    return spans


def _goes_on(before: str, piece: str) -> bool:
    """Returns whether a piece was cut after an abbreviation: `Eq. (4)`, `Tab. 2`, `i.e. not`."""
    first = re.search(r"\w", piece)
    if first is None or first[0].islower():
        return True
    return before.endswith(".") and (first[0].isdigit() or piece[0] in "([")
