"""Finds what a sentence is compared with: a quotation and the sentences around it. Pure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from digest.evidence.clauses import END
from digest.evidence.content_words import Word, uncached_words, words
from digest.model import Form, FullText
from digest.patterns import GAP, regex


@dataclass(frozen=True)
class Ground:
    """What a sentence is compared with."""

    quotation: str
    whole: str
    """The sentences that the quotation is from; of a table, all its rows and its caption."""
    around: str = ""
    """Two sentences before and two after the quotation's."""
    table: bool = False


_TABLES = (Form.TABLE, Form.CAPTION)


@dataclass(frozen=True)
class _Piece:
    """A sentence of a paper; of a table or caption, the whole passage."""

    text: str
    passage: int
    start: int
    end: int
    """The end in the squeezed text of the passage."""
    form: Form


class SentenceIndex:
    """Indexes a paper's sentences, to find those that a sentence is compared with."""

    def __init__(self, text: FullText, title: str = "") -> None:
        self.title = title
        self._passages = [passage for section in text.sections for passage in section.passages]

    @cached_property
    def own(self) -> str:
        """Returns the authors' name for their own work, according to title and abstract."""
        found = _OWN_TITLE.match(self.title) or _PRESENTED.search(self.opening) or _OWN_SUBJECT.match(self.opening)
        return found["name"] if found else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """Returns words with a capital inside a sentence."""
        return frozenset(m for p in self._passages if p.form is Form.TEXT for m in _INSIDE.findall(p.text))

    @property
    def opening(self) -> str:
        """Returns the abstract, with which a text begins."""
        return self._passages[0].text if self._passages else ""

    @cached_property
    def _squeezed(self) -> list[str]:
        return [letters(p.text) for p in self._passages]

    @cached_property
    def _pieces(self) -> list[_Piece]:
        found: list[_Piece] = []
        for number, passage in enumerate(self._passages):
            whole = passage.form in (*_TABLES, Form.EQUATION, Form.CODE)
            at = 0
            for text in [passage.text] if whole else END.split(passage.text):
                length = len(letters(text))
                found.append(_Piece(text.strip(), number, at, at + length, passage.form))
                at += length
        return found

    @cached_property
    def _stems(self) -> list[frozenset[str]]:
        return [frozenset(s for w in uncached_words(p.text) for s in w.stems) for p in self._pieces]

    @cached_property
    def _holding(self) -> dict[str, list[int]]:
        """Returns the pieces by stem."""
        found: dict[str, list[int]] = {}
        for number, stems in enumerate(self._stems):
            for one in stems:
                found.setdefault(one, []).append(number)
        return found

    def prepare(self) -> None:
        """Builds the index. Otherwise the first question does."""
        _ = self._holding, self._squeezed

    def weight(self, word: Word) -> float:
        """Returns how rare a word is in the paper: 0.3 to 1."""
        held = min((len(self._holding.get(s, ())) for s in word.stems), default=0)
        return max(0.3, 1 - math.log1p(held) / math.log1p(max(len(self._pieces), 12)))

    def ground(self, quotations: Sequence[str]) -> Ground:
        """Returns what the quotations and the paper around them say."""
        wanted: list[int] = []
        for quotation in quotations:
            wanted += [n for n in self._places(quotation) if n not in wanted]
        if not wanted:
            return Ground("\n".join(quotations), "\n".join(quotations))
        return self._ground("\n".join(quotations), sorted(wanted))

    def nearest(self, sentence: str) -> Ground:
        """Returns the three sentences of the paper that share most with one that cites nothing."""
        scored = self._scored(list(words(sentence)))
        best = [n for _, n in sorted(scored, reverse=True)[:3]]
        return self._ground("\n".join(self._pieces[n].text for n in best), sorted(best)) if best else Ground("", "")

    def _ground(self, quotation: str, wanted: Sequence[int]) -> Ground:
        table = any(self._pieces[n].form in _TABLES for n in wanted)
        own = set(wanted)
        if table:
            own |= {m for n in wanted if self._pieces[n].form in _TABLES for m in self._same_table(n)}
        near = {m for n in wanted for m in range(max(0, n - 2), min(len(self._pieces), n + 3))} - own
        whole, around = ("\n".join(self._pieces[n].text for n in sorted(numbers)) for numbers in (own, near))
        return Ground(quotation, whole, around, table)

    def _same_table(self, number: int) -> Iterator[int]:
        """Yields the neighbouring rows and captions."""
        for step in (-1, 1):
            at = number + step
            while 0 <= at < len(self._pieces) and self._pieces[at].form in _TABLES and abs(at - number) <= 3:
                yield at
                at += step

    def _places(self, quotation: str) -> list[int]:
        """Returns the pieces that hold a quotation, or one of its parts around an ellipsis."""
        found: list[int] = []
        for part in re.split(GAP + r"(?:…|\.{3,})\s*", quotation):
            bare = letters(part)
            if not bare:
                continue
            for needle in dict.fromkeys((bare, bare[:48], bare[-48:])):
                place = next(((n, at) for n, t in enumerate(self._squeezed) if (at := t.find(needle)) >= 0), None)
                if place:
                    number, at = place
                    end = at + len(needle)
                    found += [
                        n
                        for n, p in enumerate(self._pieces)
                        if p.passage == number and p.start < end and at < p.end and n not in found
                    ]
                    if needle == bare:
                        break
        return found

    def _scored(self, said: Sequence[Word]) -> list[tuple[float, int]]:
        scores: dict[int, float] = {}
        for word in said:
            weight = self.weight(word)
            for number in {n for s in word.stems for n in self._holding.get(s, ())}:
                scores[number] = scores.get(number, 0.0) + weight
        return [(score, number) for number, score in scores.items()]

    def best_elsewhere(self, said: Sequence[Word], ground: Ground) -> float:
        """Returns the largest share of the words that one other sentence of the paper has."""
        total = sum(self.weight(w) for w in said) or 1.0
        elsewhere = [score for score, n in self._scored(said) if self._pieces[n].text not in ground.whole]
        return max(elsewhere, default=0.0) / total


_INSIDE = regex(r"(?<=[a-z,;] )[A-Z][\w-]+")
_OWN_TITLE = regex(r"\s*(?P<name>[A-Z][\w-]*[\w](?: [A-Z0-9][\w-]*)?)\s*:")
_PRESENTED = regex(
    r"\b(?:present|introduc|propos|develop|releas|call|nam|dubb|describ)(?:e|es|ed|s)?\b(?:,? (?:a|an|the|our|new|novel|it|called|named)){0,4},? (?P<name>[A-Z]\w*(?:-[\w.]+)*)"
)
_OWN_SUBJECT = regex(
    r"\s*(?P<name>(?!(?:We|This|These|The|Our|In|A|An|It|Most|Many|Recent|Despite|Existing|While|Large|Deep)\b)[A-Z]\w*(?:-[\w.]+)*) (?:is|[a-z]+s)\b"
)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
