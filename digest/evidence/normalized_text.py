"""Holds a paper's normalised text, and the way back to its own characters and places."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, repeat

from digest.evidence import normalize
from digest.model import Form, Passage, Section
from digest.patterns import regex

Point = tuple[int, int]
"""The index of a place, and a character in it."""


@dataclass(frozen=True)
class Place:
    section: Section
    passage: Passage
    heading: bool = False


def places_of(section: Section) -> Iterator[Place]:
    if section.title:
        yield Place(section, Passage(section.title, anchor=section.anchor, page=section.page), heading=True)
    for passage in section.passages:
        yield Place(section, passage)


LIGATURES = regex(r"ff[il]?|f[il]")
"""Letters that are lost when a font draws them as one unnamed glyph. An `f` of `ffi` may stay."""
_MAY_BE_LOST = regex(r"f+[il]?")


class Tokens:
    """Holds normalised words, searched as one string without spaces."""

    def __init__(self, norms: Sequence[str]) -> None:
        self.norms = norms
        self.starts = array("I", [0, *accumulate(map(len, norms))][: len(norms)])
        """The start of each token in `compact`."""
        self.compact = "".join(norms)

    def token_at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def _whole(self, start: int, end: int) -> bool:
        first, last = self.token_at(start), self.token_at(end - 1)
        return self.starts[first] == start and self.starts[last] + len(self.norms[last]) == end

    def occurrences(self, needle: str, start: int = 0, end: int | None = None) -> Iterator[int]:
        at = self.compact.find(needle, start, end)
        while at >= 0:
            if self._whole(at, at + len(needle)):
                yield at
            at = self.compact.find(needle, at + 1, end)


class NormalizedText(Tokens):
    """The normalised text of passages, without page numbers and running heads (`heads`).

    A paper has some ten thousand tokens and a digest ten papers at once: the numbers lie in arrays,
    and equal words are one string.
    """

    def __init__(
        self, places: Sequence[Place], scans: Sequence[normalize.Scan], heads: frozenset[str] = frozenset()
    ) -> None:
        """`scans`: of the places' texts."""
        self.places = places
        norms: list[str] = []
        known: dict[str, str] = {}
        self._indexes, self._firsts, self._ends = array("I"), array("I"), array("I")
        self.citations: list[tuple[int, normalize.Citation]] = []
        """Citations, each with the number of tokens before it."""
        for index, (place, scan) in enumerate(zip(places, scans, strict=True)):
            beside = lines_beside(place.passage, heads)
            cited = deque(scan.citations)
            tokens = [t for t in scan.tokens if not any(a <= t.start < b for a, b in beside)] if beside else scan.tokens
            if cited:
                for before, token in enumerate(tokens, len(norms)):
                    while cited and cited[0].start < token.start:
                        self.citations.append((before, cited.popleft()))
            norms += [known.setdefault(norm, norm) for norm, _, _ in tokens]
            self._indexes.extend(repeat(index, len(tokens)))
            self._firsts.extend([start for _, start, _ in tokens])
            self._ends.extend([end for _, _, end in tokens])
            self.citations += [(len(norms), citation) for citation in cited]
        super().__init__(norms)

    def span(self, token: int) -> tuple[int, int, int]:
        """Returns the index of a token's place, and its first and last character there."""
        return self._indexes[token], self._firsts[token], self._ends[token]

    @cached_property
    def bare(self) -> Tokens:
        """Returns the same without letters that may have been lost."""
        return Tokens([without_ligatures(norm) for norm in self.norms])


def without_ligatures(norm: str) -> str:
    return _MAY_BE_LOST.sub("", norm) if "f" in norm else norm


def characters(places: Sequence[Place], heads: frozenset[str], start: Point, end: Point) -> str:
    """Returns the paper's characters between two points, with their punctuation."""
    pieces: list[str] = []
    for index in range(start[0], end[0] + 1):
        passage = places[index].passage
        text = passage.text
        first = start[1] if index == start[0] else 0
        last = end[1] if index == end[0] else len(text)
        for a, b in reversed(lines_beside(passage, heads)):
            if first <= a and b <= last:
                text, last = text[:a] + text[b:], last - (b - a)
        pieces.append(_with_ends(text, first, last))
    return re.sub(r"\s+", " ", " ".join(p.strip() for p in pieces if p.strip()))


def lines_beside(passage: Passage, heads: frozenset[str]) -> list[tuple[int, int]]:
    if "\n" not in passage.text or passage.form is not Form.TEXT:
        return []
    found: list[tuple[int, int]] = []
    at = 0
    for line in passage.text.split("\n"):
        bare = line.strip()
        if (bare.isdecimal() and len(bare) <= 4) or bare in heads:
            found.append((at, min(at + len(line) + 1, len(passage.text))))
        at += len(line) + 1
    return found


def _with_ends(text: str, start: int, end: int) -> str:
    """Widens a span by a full stop, brackets, and both dollars of a formula."""
    while end < len(text) and text[end] in ".!?)]}”\"'’%$。！？」）":
        end += 1
    while start > 0 and text[start - 1] in '([{“"‘$\\「（':
        start -= 1
    piece = text[start:end]
    if piece.count("$") % 2:
        piece = piece[1:] if piece.startswith("$") else piece.removesuffix("$")
    for opening, closing in ("()", "[]", "“”"):
        if piece.endswith(closing) and piece.count(closing) > piece.count(opening):
            piece = piece[:-1]
        if piece.startswith(opening) and piece.count(opening) > piece.count(closing):
            piece = piece[1:]
    return piece
