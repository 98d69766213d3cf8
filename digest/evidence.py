"""Finds a quotation in a paper and says where it stands, or refuses it. The one thing to know: the folded text is searched exactly; what then still
differs may only be what printing and extraction do to words (lost ligatures, look-alike letters, running heads), never a number, a name, a
negation or another word, and at most one token in eight.
"""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from digest import normal
from digest.model import Basis, Evidence, Form, FullText, Passage, Section

FUZZ = 0.125
"""Share of tokens that may differ, each in a permitted way."""
LEAST_WORDS = 4
LEAST_CHARACTERS = 15
"""Shorter quotations prove nothing, unless they stand in the paper a few times only and hold a name or a figure."""
RARE = 5
"""Times a short quotation may stand in the paper and still point at something."""
APART = 2_500
"""Folded characters between the pieces of a quotation stitched with an ellipsis, at most."""
_MOST = 4_000
"""Characters of a quotation that are looked at."""
_SEED = 14

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|(?:\.\s){2,}\.|\.{3,}|…{1,2})\s*")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "ı": "l"})
_LIGATURES = re.compile(r"ff[il]|f[fil]")
_BESIDE = (Form.CAPTION, Form.TABLE, Form.FOOTNOTE, Form.EQUATION, Form.CODE)
"""What stands between two halves of a sentence when a page ends or a figure floats in."""


@dataclass(frozen=True)
class _Place:
    section: Section
    passage: Passage


@dataclass
class _Stream:
    """Folded text of some passages in a row, and the way back to their characters."""

    places: list[_Place]
    compact: str = ""
    norms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    """Where each token begins in `compact`."""
    spans: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each token: index of its place, first and last character there."""

    def build(self) -> _Stream:
        at = 0
        parts: list[str] = []
        for index, place in enumerate(self.places):
            for token in normal.tokens(place.passage.text):
                parts.append(token.norm)
                self.starts.append(at)
                self.spans.append((index, token.start, token.end))
                at += len(token.norm)
        self.norms = parts
        self.compact = "".join(parts)
        return self

    def token_at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def whole(self, start: int, end: int) -> bool:
        """`compact[start:end]` begins and ends where tokens do."""
        first, last = self.token_at(start), self.token_at(end - 1)
        return self.starts[first] == start and self.starts[last] + len(self.norms[last]) == end

    def occurrences(self, needle: str, start: int = 0, end: int | None = None) -> Iterator[int]:
        at = self.compact.find(needle, start, end)
        while at >= 0:
            if self.whole(at, at + len(needle)):
                yield at
            at = self.compact.find(needle, at + 1, end)

    def characters(self, first: int, last: int) -> str:
        """The paper's characters from token `first` to token `last`, with the punctuation that belongs to them."""
        pieces: list[str] = []
        for index in range(self.spans[first][0], self.spans[last][0] + 1):
            text = self.places[index].passage.text
            start = self.spans[first][1] if index == self.spans[first][0] else 0
            end = self.spans[last][2] if index == self.spans[last][0] else len(text)
            pieces.append(_with_ends(text, start, end))
        return re.sub(r"\s+", " ", " ".join(p.strip() for p in pieces if p.strip()))


def _with_ends(text: str, start: int, end: int) -> str:
    """Takes in a closing full stop or bracket, an opening bracket, and both dollars of a formula."""
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


@dataclass(frozen=True)
class _Hit:
    first: int
    last: int
    """Tokens."""
    exact: bool


class Finder:
    """Of one paper. Building it reads the whole text once; `find` is then fast."""

    def __init__(self, text: FullText) -> None:
        self._text = text
        places = [_Place(s, p) for s in text.sections for p in s.passages]
        self._streams = [_Stream(places).build()]
        running = [p for p in places if p.passage.form not in _BESIDE]
        if len(running) < len(places):
            self._streams.append(_Stream(running).build())
        lines = Counter(
            line.strip() for p in places for line in p.passage.text.split("\n") if 0 < len(line.strip()) < 80
        )
        self._heads = {normal.fold(re.sub(r"\W+", "", line)) for line, times in lines.items() if times >= 3}

    def find(self, quotation: str) -> Evidence | None:
        """Where it stands, with the paper's characters; None when it does not stand there, or is too short to prove anything."""
        return next(self._found(quotation), None)

    def find_all(self, quotation: str) -> tuple[Evidence, ...]:
        """Every place it stands in word for word, in the paper's order; a near match only where there is no exact one."""
        found: dict[tuple[str, str], Evidence] = {}
        for evidence in self._found(quotation):
            found.setdefault((evidence.url, evidence.quotation), evidence)
        return tuple(found.values())

    def _found(self, quotation: str) -> Iterator[Evidence]:
        whole = _trimmed(quotation)
        pieces = [p for p in _ELLIPSIS.split(whole) if p.strip()]
        if len(pieces) > 1 and self._stands(whole):
            pieces = [whole]
        needles = [n for n in ([t.norm for t in normal.tokens(p)] for p in pieces) if n]
        if not needles or not self._telling(needles, pieces):
            return
        for stream in self._streams:
            hits = list(_stitched(stream, needles))
            if hits:
                yield from (self._evidence(stream, h) for h in hits)
                return
        for stream in self._streams:
            near = [self._near(stream, n) for n in needles]
            chain = [hit for hit in near if hit]
            if len(chain) == len(needles) and _in_order(stream, chain):
                yield self._evidence(stream, chain)
                return

    def _stands(self, text: str) -> bool:
        """Word for word, its ellipsis being the paper's own."""
        needle = [t.norm for t in normal.tokens(text)]
        return any(next(_exact(stream, needle), None) for stream in self._streams)

    def _telling(self, needles: Sequence[Sequence[str]], pieces: Sequence[str]) -> bool:
        words, length = sum(len(n) for n in needles), sum(len("".join(n)) for n in needles)
        han = sum(len(_HAN.findall(p)) for p in pieces)
        if (words >= LEAST_WORDS and length >= LEAST_CHARACTERS) or han >= 8:
            return len(needles) == 1 or all(len("".join(n)) >= 6 for n in needles)
        if len(needles) > 1 or length < 5:
            return False
        distinctive = any(any(c.isdigit() for c in n) for n in needles[0]) or any(
            re.search(r"[A-Z]", w[1:]) or (w[0].isupper() and i) for i, w in enumerate(pieces[0].split())
        )
        return distinctive and 1 <= len(list(self._streams[0].occurrences("".join(needles[0])))) <= RARE

    # ------------------------------------------------------------ near

    def _near(self, stream: _Stream, needle: Sequence[str]) -> _Hit | None:
        """The best window that differs only as print does."""
        compact = "".join(needle)
        exact = next(_exact(stream, needle), None)
        if exact or len(needle) < 6:
            return exact
        best: tuple[int, _Hit] | None = None
        for first in _windows(stream, compact, needle):
            hit, cost = self._aligned(stream, needle, first)
            if hit and (best is None or cost < best[0]):
                best = (cost, hit)
        return best[1] if best else None

    def _aligned(self, stream: _Stream, needle: Sequence[str], start: int) -> tuple[_Hit | None, int]:
        begin = max(0, start - 4)
        window = stream.norms[begin : start + len(needle) + max(12, len(needle) // 4)]
        ops = list(Levenshtein.opcodes(needle, window))
        # What stands before and after the quotation in the window is no difference.
        while ops and ops[0].tag == "insert":
            ops.pop(0)
        while ops and ops[-1].tag == "insert":
            ops.pop()
        if not ops:
            return None, 0
        first, last = begin + ops[0].dest_start, begin + ops[-1].dest_end - 1
        cost = 0
        for op in ops:
            if op.tag == "equal":
                continue
            mine = needle[op.src_start : op.src_end]
            theirs = range(begin + op.dest_start, begin + op.dest_end)
            if not self._printed(stream, mine, theirs):
                return None, 0
            cost += max(len(mine), 1)
        return (_Hit(first, last, exact=False), cost) if cost <= max(1, FUZZ * len(needle)) else (None, 0)

    def _printed(self, stream: _Stream, mine: Sequence[str], theirs: range) -> bool:
        """Whether a difference is of print or extraction alone."""
        own = [stream.norms[i] for i in theirs]
        if not mine:
            return self._between(stream, theirs)
        joined, printed = "".join(mine), "".join(own)
        if any(c.isdigit() for c in joined + printed) and not (
            joined.translate(_LOOKALIKE) == printed.translate(_LOOKALIKE) and _mostly_letters(joined, printed)
        ):
            return False
        return _skeleton(joined) == _skeleton(printed)

    def _between(self, stream: _Stream, theirs: range) -> bool:
        """Extra tokens of the paper: a page number or running head in the middle."""
        words = [stream.norms[i] for i in theirs]
        if len(words) == 1 and words[0].isdecimal() and len(words[0]) <= 4:
            index, start, end = stream.spans[theirs[0]]
            text = stream.places[index].passage.text
            line = text[text.rfind("\n", 0, start) + 1 : (text + "\n").index("\n", end)]
            return line.strip() == text[start:end] and ("\n" in text or len(text.strip()) == end - start)
        return "".join(words) in self._heads

    # ------------------------------------------------------------ said

    def _evidence(self, stream: _Stream, hits: Sequence[_Hit]) -> Evidence:
        place = stream.places[stream.spans[hits[0].first][0]]
        quotation = " … ".join(stream.characters(h.first, h.last) for h in hits)
        return Evidence(quotation, self._text.url(place.passage), self._label(place), all(h.exact for h in hits))

    def _label(self, place: _Place) -> str:
        """`Abstract`, `3.2 Training`, or the page where a paper has no sections to link to."""
        if place.section is self._text.sections[0] or self._text.basis is Basis.ABSTRACT:
            return "Abstract"
        if self._text.basis is Basis.PDF and place.passage.page:
            return f"p. {place.passage.page}"
        return place.section.title or "Abstract"


def _trimmed(quotation: str) -> str:
    text = quotation.strip()[:_MOST].strip(" \t\n\"'“”‘’«»「」『』`*_")
    return re.sub(r"^(?:\.{3,}|…|\[\s*(?:…|\.{3,})\s*\])\s*|\s*(?:\[\s*(?:…|\.{3,})\s*\]|\.{3,}|…)$", "", text)


def _exact(stream: _Stream, needle: Sequence[str], start: int = 0, end: int | None = None) -> Iterator[_Hit]:
    compact = "".join(needle)
    for at in stream.occurrences(compact, start, end):
        hit = _Hit(stream.token_at(at), stream.token_at(at + len(compact) - 1), exact=True)
        if _same_sense(needle, stream.norms[hit.first : hit.last + 1]):
            yield hit


_NEGATIONS = frozenset("no not nor never none neither cannot without non un in im dis".split())


def _same_sense(needle: Sequence[str], own: Sequence[str]) -> bool:
    """Words run together or apart are the printer's; not where that makes or unmakes a negation or a figure."""
    if len(needle) == len(own):
        return list(needle) == list(own)
    for word in _NEGATIONS | {w for w in (*needle, *own) if w[0].isdigit()}:
        if needle.count(word) != own.count(word) and word not in ("un", "in", "im", "dis", "non"):
            return False
    return True


def _stitched(stream: _Stream, needles: Sequence[Sequence[str]]) -> Iterator[list[_Hit]]:
    """All pieces exactly, in order, near each other."""
    for first in _exact(stream, needles[0]):
        chain = [first]
        for needle in needles[1:]:
            after = chain[-1].last + 1
            if after >= len(stream.starts):
                break
            start = stream.starts[after]
            found = next(_exact(stream, needle, start, start + APART), None)
            if found is None:
                break
            chain.append(found)
        if len(chain) == len(needles):
            yield chain


def _in_order(stream: _Stream, chain: Sequence[_Hit]) -> bool:
    return all(a.last < b.first and stream.starts[b.first] - stream.starts[a.last] <= APART for a, b in pairwise(chain))


def _windows(stream: _Stream, compact: str, needle: Sequence[str]) -> list[int]:
    """Where the quotation may begin, as tokens: voted by its pieces of 14 characters, most votes first."""
    votes: Counter[int] = Counter()
    for offset in range(0, max(1, len(compact) - _SEED + 1), _SEED // 2):
        seed = compact[offset : offset + _SEED]
        at, seen = stream.compact.find(seed), 0
        while at >= 0 and seen < 20:
            votes[(at - offset) // 40] += 1
            at, seen = stream.compact.find(seed, at + 1), seen + 1
    merged: Counter[int] = Counter()
    for bucket, count in votes.items():
        merged[bucket] = count + votes.get(bucket + 1, 0)
    enough = max(2, len(compact) // _SEED // 3) if len(needle) > 8 else 1
    found = [bucket for bucket, count in merged.most_common(4) if count >= enough]
    return [max(0, stream.token_at(max(0, bucket * 40 + 20))) for bucket in found] or []


def _skeleton(word: str) -> str:
    """What print and extraction leave alone."""
    shape = word.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w")
    return _LIGATURES.sub("", re.sub("f[fl]+", "", shape)) if len(word) > 5 else shape


def _mostly_letters(one: str, other: str) -> bool:
    return all(sum(c.isalpha() for c in w) >= max(3, len(w) - 2) for w in (one, other))
