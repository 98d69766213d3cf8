"""Finds a quotation in a paper and says where it is, or refuses it.

The normalised text is searched exactly. Other differences may only be what printing and extraction
do to words (lost ligatures, look-alike letters), in at most one token of five; never a number, a
name, a negation or another word."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from digest.evidence import normalize, sentences
from digest.evidence.normalized_text import (
    LIGATURES,
    NormalizedText,
    Place,
    Point,
    characters,
    lines_beside,
    places_of,
    without_ligatures,
)
from digest.evidence.sentences import Sentences
from digest.model import Basis, Evidence, Form, FullText
from digest.patterns import GAP, regex

FUZZ = 0.2
"""Share of tokens that may differ, each in a permitted way."""
LEAST_WORDS = 4
LEAST_CHARACTERS = 15
"""A shorter quotation must be rare in the paper and have a name or a figure."""
RARE = 5
"""How often a rare quotation may occur in the paper."""
APART = 2_500
"""The most normalised characters between the pieces of a quotation with an ellipsis."""
MOST_WIDENED = 1_000
"""The most characters added around the pieces of a quotation to make it whole. In longer sentences,
full stops were lost."""
_MOST = 4_000
"""How many characters of a quotation are read."""
_SEED = 14
_LEAST_WITH_LIGATURE = 4
"""Letters of a word that is recognised without its ligature."""
_DRIFT = 160
"""Most normalised characters by which a running head or page number shifts the rest."""

_CITATION_DRIFT = 1
"""By how many tokens a citation may be elsewhere in a copy."""
_CITATION_WORDS = 15
"""How many tokens after a quotation may be a citation without brackets: `Smith et al. (2020)`."""

_ELLIPSIS = regex(GAP + r"(?:\[\s*(?:\.{3,}|…)\s*\]|\(\s*(?:\.{3,}|…)\s*\)|(?:\.\s){2,}\.|\.{3,}|…{1,2})\s*")
_EDITED = regex(r"\A\[[^\[\]\d]{2,40}\]\s+(?=\S)")
"""A sentence start changed by an editor: `[The authors'] model`."""
_HAN = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "5": "s", "ı": "l"})
_BESIDE = (Form.CAPTION, Form.TABLE, Form.FOOTNOTE, Form.EQUATION, Form.CODE)
"""Forms between two halves of a sentence at a page end or around a figure."""


@dataclass(frozen=True)
class _Hit:
    first: int
    last: int
    """The index of the last token."""
    exact: bool


class Finder:
    def __init__(self, text: FullText) -> None:
        self._text = text
        self._places = places = [place for section in text.sections for place in places_of(section)]
        running = [p for p in places if p.passage.form not in _BESIDE and not p.heading]
        lines = Counter(line.strip() for p in running for line in p.passage.text.split("\n") if len(line.strip()) < 80)
        heads = frozenset(line for line, times in lines.items() if times >= 3 and line)
        self._heads = heads
        self._sentences = Sentences(places, heads)
        self._indexes = {id(place): index for index, place in enumerate(places)}
        scans = [normalize.scan(place.passage.text) for place in places]
        self._streams = [NormalizedText(places, scans)]
        if len(running) < len(places) or any(lines_beside(p.passage, heads) for p in running):
            of_running = [scans[self._indexes[id(place)]] for place in running]
            self._streams.append(NormalizedText(running, of_running, heads))

    def find(self, quotation: str) -> Evidence | None:
        """Returns the evidence; None if the quotation is not there or too short to prove much."""
        whole = _trimmed(quotation)
        pieces = [p for p in _ELLIPSIS.split(whole) if p.strip()]
        # The paper's own ellipsis joins nothing.
        for copies in ((whole,), pieces) if len(pieces) > 1 else (pieces,):
            if found := self._place_of(copies):
                return found
        return None

    def _place_of(self, copies: Sequence[str]) -> Evidence | None:
        pieces, scans = [], []
        for copy in copies:
            scan = normalize.scan(copy)
            if scan.tokens:
                pieces.append(copy)
                scans.append(scan)
        needles = [[token.norm for token in scan.tokens] for scan in scans]
        if not needles or not self._telling(needles, pieces):
            return None
        for find in (_stitched, self._nearly):
            for stream in self._streams:
                for chain in find(stream, needles):  # lazily, because each costs as much as its passage is long
                    if _cites(stream, chain, scans) and (evidence := self._evidence(stream, chain)):
                        return evidence
        return None

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

    def _nearly(self, stream: NormalizedText, needles: Sequence[Sequence[str]]) -> Iterator[list[_Hit]]:
        near = [self._near(stream, n) for n in needles]
        chain = [hit for hit in near if hit]
        if len(chain) == len(needles) and _in_order(stream, chain):
            yield chain

    def _near(self, stream: NormalizedText, needle: Sequence[str]) -> _Hit | None:
        compact = "".join(needle)
        exact = next(_exact(stream, needle), None)
        if exact:
            return exact
        bare = "".join(map(without_ligatures, needle))
        windows = [
            (stream.bare.token_at(at), stream.bare.token_at(at + len(bare) - 1)) for at in stream.bare.occurrences(bare)
        ]
        if not windows and len(needle) >= 6:
            windows = _windows(stream, compact)
        hits = [hit for first, last in windows if (hit := self._aligned(stream, needle, first, last))]
        return hits[0] if hits else None

    def _aligned(self, stream: NormalizedText, needle: Sequence[str], first: int, last: int) -> _Hit | None:
        """Returns the window cut to the quotation, if all differences come from printing."""
        ops = list(Levenshtein.opcodes(needle, stream.norms[first : last + 1]))
        while ops and ops[0].tag == "insert":
            ops.pop(0)
        while ops and ops[-1].tag == "insert":
            ops.pop()
        changed = [op for op in ops if op.tag != "equal"]
        cost = 0
        for op in changed:
            mine, theirs = needle[op.src_start : op.src_end], range(first + op.dest_start, first + op.dest_end)
            if not _loses_ligatures("".join(mine), "".join(stream.norms[i] for i in theirs)):
                cost += max(len(mine), 1)
        if not ops or cost > max(1, FUZZ * len(needle)):
            return None
        for op in changed:
            theirs = range(first + op.dest_start, first + op.dest_end)
            if not self._printed(stream, needle[op.src_start : op.src_end], theirs):
                # After the end of the quotation, any word may stand for its last one.
                narrower = op.src_end == len(needle) and last - first >= len(needle)
                return self._aligned(stream, needle, first, last - 1) if narrower else None
        return _Hit(first + ops[0].dest_start, first + ops[-1].dest_end - 1, exact=False)

    def _printed(self, stream: NormalizedText, mine: Sequence[str], theirs: range) -> bool:
        own = [stream.norms[i] for i in theirs]
        if not mine:
            return False
        joined, printed = "".join(mine), "".join(own)
        if any(c.isdigit() for c in joined + printed) and not (
            joined.translate(_LOOKALIKE) == printed.translate(_LOOKALIKE) and _mostly_letters(joined, printed)
        ):
            return False
        return _alike(joined, printed)

    def _evidence(self, stream: NormalizedText, hits: Sequence[_Hit]) -> Evidence | None:
        """Returns the whole sentences of the hits; None if an ellipsis joined distant pieces."""
        ends = [self._ends(stream, hit) for hit in hits]
        if not all(self._joinable(one, other) for one, other in pairwise(ends)):
            return None
        start, end = self._widened(ends[0][0], ends[-1][1])
        place = self._places[start[0]]
        return Evidence(
            self._between(start, end), self._text.url(place.passage), self._label(place), all(h.exact for h in hits)
        )

    def _widened(self, start: Point, end: Point) -> tuple[Point, Point]:
        first, last = self._sentences.start(start), self._sentences.end(end)
        return (
            first if len(self._between(first, start)) <= MOST_WIDENED else start,
            last if len(self._between(end, last)) <= MOST_WIDENED else end,
        )

    def _ends(self, stream: NormalizedText, hit: _Hit) -> tuple[Point, Point]:
        (first, start, _), (last, _, end) = stream.span(hit.first), stream.span(hit.last)
        return (self._indexes[id(stream.places[first])], start), (self._indexes[id(stream.places[last])], end)

    def _joinable(self, one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
        """Returns whether an ellipsis may join two pieces. Within a sentence, it may hide nothing
        that reverses the meaning (`drift maximization is … optimal` was `is not optimal`). Parts of
        two sentences must not be joined (the subject of one, the predicate of another), except a
        whole clause of the next. What is joined is shown with all that was left out."""
        end, start = one[1], other[0]
        if self._places[end[0]].heading or self._places[start[0]].heading:
            return False
        stop, begin = self._sentences.end(end), self._sentences.start(start)
        if begin < end:
            left_out = [self._between(end, start)]
        else:
            left_out = [self._between(end, stop), self._between(begin, start)]
        joined = len(left_out) == 2 and all(re.search(r"\w", part) for part in left_out)
        neighbours = not re.search(r"\w", self._between(stop, begin))
        if joined and not (neighbours and _CLAUSE_ENDS.search(left_out[1])):
            return False
        filled = len(self._between(end, start)) <= MOST_WIDENED
        return filled and not any(_TURNS.search(_BRACKET.sub("", part)) for part in left_out)

    def _between(self, start: Point, end: Point) -> str:
        """Returns what is between two points of running text, without figures and notes; all of it
        if one of the points is in such a thing."""
        places = list(range(start[0], end[0] + 1))
        running = [i for i in places if self._places[i].passage.form not in sentences.FLOATING]
        if running and (running[0], running[-1]) == (places[0], places[-1]):
            places = running
        own = [self._places[i] for i in places]
        return characters(own, self._heads, (0, start[1]), (len(own) - 1, end[1])) if own else ""

    def _label(self, place: Place) -> str:
        if place.section is self._text.sections[0] or self._text.basis is Basis.ABSTRACT:
            return "Abstract"
        if self._text.basis is Basis.PDF and place.passage.page:
            return f"p. {place.passage.page}"
        return place.section.title or "Abstract"


def _trimmed(quotation: str) -> str:
    text = quotation.strip()[:_MOST].strip(" \t\n\"'“”‘’«»「」『』`*_")
    text = _EDITED.sub("", text)
    return re.sub(r"^(?:\.{3,}|…|\[\s*(?:…|\.{3,})\s*\])\s*|" + GAP + r"(?:\[\s*(?:…|\.{3,})\s*\]|\.{3,}|…)$", "", text)


def _exact(stream: NormalizedText, needle: Sequence[str], start: int = 0, end: int | None = None) -> Iterator[_Hit]:
    compact = "".join(needle)
    for at in stream.occurrences(compact, start, end):
        hit = _Hit(stream.token_at(at), stream.token_at(at + len(compact) - 1), exact=True)
        if _same_sense(needle, stream.norms[hit.first : hit.last + 1]):
            yield hit


_NEGATIONS = frozenset("no not nor never none neither without".split())


def _same_sense(needle: Sequence[str], own: Sequence[str]) -> bool:
    """Returns whether joined or split words neither make nor break a negation or a figure."""
    if len(needle) == len(own):
        return list(needle) == list(own)
    mine, theirs = (Counter(w for word in words for w in _WHOLE.get(word, (word,))) for words in (needle, own))
    telling = _NEGATIONS | {w for w in (*mine, *theirs) if w[0].isdigit()}
    return all(mine[w] == theirs[w] for w in telling)


_TURNS = regex(
    r"\b(?:no|not|nor|never|none|neither|without|cannot|hardly|rarely|barely|scarcely|seldom|few|fewer|fails?|failed|lacks?|except|unless|only|unlike|instead|rather|nothing|nobody)\b|n['’]t\b|[不没未无非]|除非",
    re.IGNORECASE,
)
_BRACKET = regex(r"\([^()]*\)|\[[^\[\]]*\]")
_CLAUSE_ENDS = regex(r"[,;:，；：]\s*\Z")
_WHOLE = {"cannot": ("can", "not")}


def _stitched(stream: NormalizedText, needles: Sequence[Sequence[str]]) -> Iterator[list[_Hit]]:
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


def _cites(stream: NormalizedText, chain: Sequence[_Hit], scans: Sequence[normalize.Scan]) -> bool:
    """Returns whether the paper has every citation of the quotation there. One may be left out, but
    none added or changed."""
    for hit, scan in zip(chain, scans, strict=True):
        drift = _CITATION_DRIFT + abs(hit.last - hit.first + 1 - len(scan.tokens))
        behind = frozenset(stream.norms[hit.last + 1 : hit.last + 1 + _CITATION_WORDS])
        for own in scan.citations:
            at = hit.first + sum(token.start < own.start for token in scan.tokens)
            near = [c for place, c in stream.citations if abs(place - at) <= drift]
            printed = [c for c in near if c.numbered == own.numbered] or near
            unbracketed = at > hit.last - drift and own.names and own.words <= behind
            if not unbracketed and not any(own.may_stand_for(c) for c in printed):
                return False
    return True


def _in_order(stream: NormalizedText, chain: Sequence[_Hit]) -> bool:
    return all(a.last < b.first and stream.starts[b.first] - stream.starts[a.last] <= APART for a, b in pairwise(chain))


def _windows(stream: NormalizedText, compact: str) -> list[tuple[int, int]]:
    """Returns first and last tokens around exact pieces of the quotation; searches at most 24."""
    step = max(_SEED // 2, (len(compact) - _SEED) // 23)
    found: list[tuple[int, int]] = []
    for offset in range(0, max(1, len(compact) - _SEED + 1), step):
        seed = compact[offset : offset + _SEED]
        at = stream.compact.find(seed)
        for _ in range(8):
            if at < 0:
                break
            found.append((at - offset, offset))
            at = stream.compact.find(seed, at + 1)
    clusters = _clusters(sorted(found))
    clusters.sort(key=len, reverse=True)
    return [_span(stream, cluster, len(compact)) for cluster in clusters[:4]]


def _clusters(found: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Groups pieces that are as far apart as in the quotation, allowing for running heads."""
    clusters: list[list[tuple[int, int]]] = []
    for shift, offset in found:
        if clusters and shift - clusters[-1][-1][0] <= _DRIFT:
            clusters[-1].append((shift, offset))
        else:
            clusters.append([(shift, offset)])
    return clusters


def _span(stream: NormalizedText, cluster: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """Returns the cluster's span, two tokens wider if the outermost piece was not found."""
    shift, offset = min(cluster, key=lambda piece: piece[1])
    end_shift, end_offset = max(cluster, key=lambda piece: piece[1])
    first = stream.token_at(max(0, shift)) - (2 if offset else 0)
    last = stream.token_at(min(len(stream.compact) - 1, end_shift + length - 1))
    return max(0, first), min(len(stream.norms) - 1, last + (2 if end_offset + 2 * _SEED <= length else 1))


def _skeleton(word: str) -> str:
    """Returns the word without look-alike letters."""
    return word.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w")


def _alike(one: str, other: str) -> bool:
    """Returns whether two tokens print the same word."""
    return _skeleton(one) == _skeleton(other) or _loses_ligatures(one, other)


def _loses_ligatures(one: str, other: str) -> bool:
    """Returns whether one of the words is the other without some of its ligatures."""
    whole, rest = (_skeleton(word) for word in sorted((one, other), key=len, reverse=True))
    if not whole.isalpha() or len(whole) < _LEAST_WITH_LIGATURE or len(whole) == len(rest):
        return False
    lost = LIGATURES.sub(lambda m: f"(?:{m[0]}|f)?" if len(m[0]) == 3 else f"(?:{m[0]})?", whole)
    return bool(re.fullmatch(lost, rest))


def _mostly_letters(one: str, other: str) -> bool:
    return all(sum(c.isalpha() for c in w) >= max(3, len(w) - 2) for w in (one, other))
