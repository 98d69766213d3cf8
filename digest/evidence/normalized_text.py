"""A paper's normalised text, and the way back to its own characters and places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.evidence import normalize
from digest.model import Form, Passage, Section


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


class NormalizedText:
    """The normalised text of passages, without page numbers and running heads (`heads`)."""

    def __init__(self, places: Sequence[Place], heads: frozenset[str] = frozenset()) -> None:
        self.places = places
        self._heads = heads
        self.norms: list[str] = []
        self.starts: list[int] = []
        """Start of each token in `compact`."""
        self.spans: list[tuple[int, int, int]] = []
        """For each token: index of its place, first and last character there."""
        at = 0
        for index, place in enumerate(places):
            beside = lines_beside(place.passage, heads)
            for token in normalize.tokens(place.passage.text):
                if any(start <= token.start < end for start, end in beside):
                    continue
                self.norms.append(token.norm)
                self.starts.append(at)
                self.spans.append((index, token.start, token.end))
                at += len(token.norm)
        self.compact = "".join(self.norms)

    def token_at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def whole(self, start: int, end: int) -> bool:
        first, last = self.token_at(start), self.token_at(end - 1)
        return self.starts[first] == start and self.starts[last] + len(self.norms[last]) == end

    def occurrences(self, needle: str, start: int = 0, end: int | None = None) -> Iterator[int]:
        at = self.compact.find(needle, start, end)
        while at >= 0:
            if self.whole(at, at + len(needle)):
                yield at
            at = self.compact.find(needle, at + 1, end)

    def characters(self, first: int, last: int) -> str:
        """The paper's characters between two tokens, with their punctuation."""
        pieces: list[str] = []
        for index in range(self.spans[first][0], self.spans[last][0] + 1):
            text = self.places[index].passage.text
            start = self.spans[first][1] if index == self.spans[first][0] else 0
            end = self.spans[last][2] if index == self.spans[last][0] else len(text)
            for a, b in reversed(lines_beside(self.places[index].passage, self._heads)):
                if start <= a and b <= end:
                    text, end = text[:a] + text[b:], end - (b - a)
            pieces.append(_with_ends(text, start, end))
        return re.sub(r"\s+", " ", " ".join(p.strip() for p in pieces if p.strip()))


def lines_beside(passage: Passage, heads: frozenset[str]) -> list[tuple[int, int]]:
    if "\n" not in passage.text or passage.form is not Form.TEXT:
        return []
    found: list[tuple[int, int]] = []
    at = 0
    for line in passage.text.split("\n"):
        bare = line.strip()
        if (bare.isdecimal() and len(bare) <= 4) or bare in heads:
            found.append((at, at + len(line) + 1))
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
