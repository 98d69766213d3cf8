"""Holds a sentence and its quotation, with what several rules ask about them. Pure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.directions import AWAY, AXES, negations
from digest.checks.facts.figures import figures
from digest.checks.facts.number_words import counts_in_words
from digest.checks.language import base
from digest.evidence.baselines import order_of
from digest.evidence.clauses import END
from digest.evidence.content_words import (
    HAN,
    PAPER_MARKS,
    Vocabulary,
    Word,
    are_opposite,
    is_direction,
    tokens,
    vocabulary_of,
    words,
    words_beside,
)
from digest.evidence.ground import Ground, SentenceIndex, letters
from digest.patterns import regex

EAST = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Doubt:
    reason: str
    level: int
    """1: slight; 2: must be asked; 3: marked without asking; 4: the quotation says otherwise."""


def holds_name(text: str, name: str) -> bool:
    # A Korean or Japanese ending may follow, or a Chinese word.
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None


def with_own(piece: str, own: str) -> str:
    """Returns the piece with the name in place of `it`, or before all."""
    named = _IT.sub(own, piece, count=1)
    return named if named != piece else f"{own}: {piece}"


_IT = regex(r"\b(?:it|its|ours|our \w+|we)\b", re.IGNORECASE)
_POINTS_AT_OWN = regex(
    r"\b(?:we|our|ours|us|it|its|this|they|their|the (?:proposed |new |full )?(?:model|method|system|network|approach|framework|tool|agent|algorithm|defen[cs]e|policy|tutor|swarm))\b",
    re.IGNORECASE,
)
_READ = 0.15
"""Share of a Chinese sentence's characters. Particles and common verbs are most of the rest."""
_TELLING = 12
"""Characters. `Hardly.` says nothing by itself."""
CHANGES = frozenset(("more", "better", "fast", "twice"))
"""Axes of what a change achieves."""
_JOINS = regex(r"\b(?:and|or|but|while|whereas)\b|;", re.IGNORECASE)


class Case:
    """A sentence and its quotation. `granted`: what may be said without proof."""

    def __init__(self, sentence: str, ground: Ground, language: str, index: SentenceIndex | None, granted: str) -> None:
        self.sentence, self.ground, self.index = sentence, ground, index
        self.latin = not EAST.search(sentence)
        self.language = language
        self.foreign = base(language) != "en" and not EAST.search(ground.whole)
        self.whole = PAPER_MARKS.sub(" ", ground.whole)
        self.own = index.own if index and index.own and not holds_name(self.whole, index.own) else ""
        if self.own and _POINTS_AT_OWN.search(self.whole):
            granted = f"{granted}\n{self.own}"
        self.granted = granted
        numbers = [range(f.start, f.start + len(f.text)) for f in figures(sentence)]
        self.said = [w for w in words(sentence) if not any(w.start in number for number in numbers)]
        if self.foreign and self.latin:  # its function words are not known
            self.said = [w for w in self.said if (w.name and w.start) or len(w.raw) >= 6]
        self.mine = vocabulary_of(self.whole)
        self.near = vocabulary_of(f"{self.whole}\n{ground.around}\n{granted}\n{self.own}")

    @cached_property
    def order(self) -> str:
        """Returns whether two compared names are in the quotation's order, or exchanged."""
        pieces = [p for p in END.split(self.whole) if p]
        found = {order_of(self.sentence, piece) for piece in pieces} - {""}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def turned_twice(self) -> bool:
        """Returns whether it is like `slower with the larger` for `faster with the smaller`."""
        if self.foreign or not self.latin or _JOINS.search(self.sentence):
            return False
        theirs = [t.raw for piece in END.split(self.whole) for t in tokens(piece) if is_direction(t.raw)]
        mine = {t.raw.lower() for t in tokens(self.sentence) if is_direction(t.raw)}
        held = {word.lower() for word in theirs}
        turned = {word for word in mine - held if any(are_opposite(word, other) for other in held - mine)}
        return len(turned) == 2

    @cached_property
    def ablated(self) -> bool:
        """Returns whether it is `removing the module lowers` for `the module raises`."""
        return (
            not self.foreign
            and bool(AWAY.search(self.sentence)) != bool(AWAY.search(self.whole))
            and any(
                mine.search(self.sentence) and not other.search(self.sentence) and other.search(self.whole)
                for axis in AXES
                if axis.name in CHANGES
                for mine, other in ((axis.up, axis.down), (axis.down, axis.up))
            )
        )

    def weight(self, word: Word) -> float:
        return self.index.weight(word) if self.index else 1.0

    def share_of(self, vocabulary: Vocabulary, said: Sequence[Word]) -> float:
        total = sum(map(self.weight, said))
        held = sum(self.weight(w) for w in said if vocabulary.holds(w) or vocabulary.directed(w))
        return held / total if total else 1.0

    @cached_property
    def share(self) -> float:
        """Returns the share of its content words in the quotation's sentences and the passage."""
        return max(self.share_of(self.mine, self.said), 0.75 * self.share_of(self.near, self.said))

    @cached_property
    def telling(self) -> int:
        """Returns how many figures and names the sentence shares with the quotation's sentences."""
        shared = [f for f in figures(self.sentence) if f.plain and (f.unit or f.step < 1 or f.value >= 10)]
        held = {f.value for f in shared if places_of_figure(f, self.whole)}
        if self.foreign:
            held |= self.worded & {f.value for f in figures(self.whole)}
        return len(held) + len({w.raw for w in self.said if w.name and w.start and self.mine.holds(w)})

    @cached_property
    def worded(self) -> set[float]:
        return {float(n) for n in counts_in_words(self.sentence, self.language)} if self.foreign else set()

    @property
    def reworded(self) -> bool:
        """Returns whether it has words that the quotation lacks, if its language's are known."""
        known = not self.foreign or (base(self.language) == "zh" and self.read)
        told = bool(self.ground.quotation) and len(self.sentence) >= _TELLING
        return told and (not known or any(not self.mine.holds(w) and not self.mine.directed(w) for w in self.said))

    @property
    def read(self) -> bool:
        """Returns whether enough of its Chinese is known, apart from numbers."""
        every = len(HAN.findall(self.sentence))
        return sum(len(HAN.findall(w.raw)) for w in self.said) >= _READ * every

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Returns where each sentence of the quotation is."""
        ends = [0, *(m.end() for m in END.finditer(self.whole)), len(self.whole)]
        return list(pairwise(ends))

    @cached_property
    def negations(self) -> Sequence[re.Match[str]]:
        found = negations(self.sentence)
        return [m for m in found if m[0].lower() != "no"] if base(self.language) == "pt" else found  # `no MATH`: in it

    @cached_property
    def quoted(self) -> str:
        """Returns the quotation's sentence that shares most with this one."""
        if self.ground.table or not self.ground.quotation:
            return ""
        quoted = letters(self.ground.quotation)
        pieces = [p for p in END.split(self.whole) if p and ((own := letters(p)) in quoted or quoted in own)]
        said = [f for f in figures(self.sentence) if f.plain]

        def shared(piece: str) -> float:
            told = sum(bool(places_of_figure(f, piece)) for f in said)
            return told + self.share_of(vocabulary_of(piece), self.said)

        return max(pieces, key=shared, default="") if self.said or self.foreign else ""

    def beside(self, mine: re.Match[str], theirs: re.Match[str]) -> bool:
        """Returns whether both are beside a common word."""
        one = {s for w in words_beside(self.sentence, mine) for s in w.stems}
        other = {s for w in words_beside(self.whole, theirs) for s in w.stems}
        return bool(one & other)
