"""Judges by rules whether a quotation, with the passage around it, supports a sentence. Pure.

Figures and names must stand in the quotation, its sentence or its table. Negation, direction and
the order of a comparison must agree, and enough of the content must be shared: by words, and in
Chinese by the glossary. What rules cannot decide is doubtful, for a model to confirm.
"""

from __future__ import annotations

# ruff: noqa: SIM905, E501  # lists of words read as words
import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import combinations, pairwise, permutations

from rapidfuzz.distance import Levenshtein, Opcode

from digest.checks.facts.claims import missing_figures, missing_names, part_of_name, places_of_figure
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.names import COMMON, abbreviates, initials_of, squeezed
from digest.checks.facts.notation import with_english_numbers, with_english_units
from digest.checks.facts.number_words import counts_in_words, with_counts_in_digits
from digest.checks.language import base
from digest.evidence import certainty
from digest.evidence.amounts import (
    ALL,
    bounded_the_other_way,
    bounds_at,
    changes,
    overstated,
    part_at,
    parts,
    quantifiers,
)
from digest.evidence.comparison import compared_with, order_of
from digest.evidence.directions import AXES, COMPARATORS, NEGATION, NEGATIVE_STARTS, Axis, negations
from digest.model import Form, FullText
from digest.patterns import GAP, regex
from digest.retrieval.glossary import translated
from digest.retrieval.terms import LITTLE, stem, terms


class Support(StrEnum):
    SUPPORTED = "supported"
    DOUBTFUL = "doubtful"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Verdict:
    support: Support
    reason: str = ""
    """What does not fit, in English, for the model's repair and the log."""
    ask: bool = False
    """Whether rules cannot decide, so that a model may confirm a doubtful sentence."""
    slight: bool = False
    """Whether a doubtful sentence stays unmarked when no model can be asked."""


_SUPPORTED = Verdict(Support.SUPPORTED)
LONGEST = 1_500
"""Characters of a sentence that rules judge."""


@dataclass(frozen=True)
class Ground:
    """What a sentence is held against."""

    quotation: str
    whole: str
    """The sentences that the quotation is from; of a table, all its rows and its caption."""
    around: str = ""
    """Two sentences before and after it."""
    table: bool = False


# ---------------------------------------------------------------- the paper

_END = regex(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bvs\.)(?<!\bFig\.)(?<!\bcf\.)(?<!\bEq\.)[)\]”\"’']*\s+(?=[A-Z(\[“\"‘'])|(?<=[a-z]{5}\.)(?<!\bapprox\.)\s+(?=\d)|(?<=[。！？])"
)
_PAPER_MARKS = regex(r"\b(?:BIBREF|TABREF|FIGREF|SECREF|EQREF|INLINEFORM|DISPLAYFORM|UID)\d*\b")
_TABLES = (Form.TABLE, Form.CAPTION)


@dataclass(frozen=True)
class _Piece:
    """A sentence of a paper; of a table or caption the whole passage."""

    text: str
    passage: int
    start: int
    end: int
    """In the squeezed text of the passage."""
    form: Form


class SupportIndex:
    """A paper's sentences, to find what a sentence is held against."""

    def __init__(self, text: FullText, title: str = "") -> None:
        self.title = title
        self._verdicts: dict[tuple[str, str, str], Verdict] = {}
        self._passages = [passage for section in text.sections for passage in section.passages]

    @cached_property
    def own(self) -> str:
        """What the authors call their own work, as the title and the abstract say."""
        found = _OWN_TITLE.match(self.title) or _PRESENTED.search(self.opening) or _OWN_SUBJECT.match(self.opening)
        return found["name"] if found else ""

    @property
    def opening(self) -> str:
        """The abstract, with which a text begins."""
        return self._passages[0].text if self._passages else ""

    @cached_property
    def _squeezed(self) -> list[str]:
        return [_letters(p.text) for p in self._passages]

    @cached_property
    def _pieces(self) -> list[_Piece]:
        found: list[_Piece] = []
        for number, passage in enumerate(self._passages):
            whole = passage.form in (*_TABLES, Form.EQUATION, Form.CODE)
            at = 0
            for text in [passage.text] if whole else _END.split(passage.text):
                length = len(_letters(text))
                found.append(_Piece(text.strip(), number, at, at + length, passage.form))
                at += length
        return found

    @cached_property
    def _stems(self) -> list[frozenset[str]]:
        return [frozenset(s for w in _words(p.text) for s in w.stems) for p in self._pieces]

    @cached_property
    def _holding(self) -> dict[str, list[int]]:
        """The pieces that hold a stem."""
        found: dict[str, list[int]] = {}
        for number, stems in enumerate(self._stems):
            for one in stems:
                found.setdefault(one, []).append(number)
        return found

    def prepare(self) -> None:
        """Builds the index, which otherwise the first question does."""
        _ = self._holding, self._squeezed

    def support(self, sentence: str, quotation: str, language: str) -> Verdict:
        """Whether a quotation of this paper supports a sentence; each pair is judged once."""
        pair = sentence, quotation, language
        if pair not in self._verdicts:
            self._verdicts[pair] = support_of(sentence, self.ground([quotation]), language, self)
        return self._verdicts[pair]

    def weight(self, word: Word) -> float:
        """How rare a word is in the paper: 0.3 to 1."""
        held = min((len(self._holding.get(s, ())) for s in word.stems), default=0)
        return max(0.3, 1 - math.log1p(held) / math.log1p(max(len(self._pieces), 12)))

    def ground(self, quotations: Sequence[str]) -> Ground:
        """What the quotations and the paper around them say."""
        wanted: list[int] = []
        for quotation in quotations:
            wanted += [n for n in self._places(quotation) if n not in wanted]
        if not wanted:
            return Ground("\n".join(quotations), "\n".join(quotations))
        return self._ground("\n".join(quotations), sorted(wanted))

    def nearest(self, sentence: str, most: int = 3) -> Ground:
        """The sentences of the paper that share most with one that cites nothing."""
        scored = self._scored(list(words(sentence)))
        best = [n for _, n in sorted(scored, reverse=True)[:most]]
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
        """The neighbouring rows and captions."""
        for step in (-1, 1):
            at = number + step
            while 0 <= at < len(self._pieces) and self._pieces[at].form in _TABLES and abs(at - number) <= 3:
                yield at
                at += step

    def _places(self, quotation: str) -> list[int]:
        """The pieces in which a quotation stands, or one of its parts around an ellipsis."""
        found: list[int] = []
        for part in re.split(GAP + r"(?:…|\.{3,})\s*", quotation):
            bare = _letters(part)
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
        """The largest share of the words that one other sentence of the paper holds."""
        total = sum(self.weight(w) for w in said) or 1.0
        elsewhere = [score for score, n in self._scored(said) if self._pieces[n].text not in ground.whole]
        return max(elsewhere, default=0.0) / total


_OWN_TITLE = regex(r"\s*(?P<name>[A-Z][\w-]*[\w](?: [A-Z0-9][\w-]*)?)\s*:")
_PRESENTED = regex(
    r"\b(?:present|introduc|propos|develop|releas|call|nam|dubb|describ)(?:e|es|ed|s)?\b(?:,? (?:a|an|the|our|new|novel|it|called|named)){0,4},? (?P<name>[A-Z]\w*(?:-[\w.]+)*)"
)
_OWN_SUBJECT = regex(
    r"\s*(?P<name>(?!(?:We|This|These|The|Our|In|A|An|It|Most|Many|Recent|Despite|Existing|While|Large|Deep)\b)[A-Z]\w*(?:-[\w.]+)*) (?:is|[a-z]+s)\b"
)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


# ---------------------------------------------------------------- words


@dataclass(frozen=True)
class Word:
    raw: str
    start: int
    stems: frozenset[str]
    """Any of them is this word; a Chinese one has several translations."""
    name: bool = False


_LATIN = regex(r"[A-Za-zÀ-ɏ]{3,}(?:['’][a-z]+)?|[A-Za-zÀ-ɏ]+")
_LABEL = regex(r"[^\W_]+")
_HAN = regex(r"[\u3400-\u9fff]")
_UNREAD = regex(r"[^\W\d_A-Za-zÀ-ɏ]")
_EAST = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GENERAL = frozenset(
    stem(w)
    for w in """report reports show shows find finds found result results method approach propose proposed present presents study work states state explain provide give given accord according discuss text
    quote passage number value figure table section word words see note notes write written evaluation experiment experiments conclude observe observed demonstrate demonstrates indicate indicates suggest
    suggests mention highlight emphasize obtain obtained achieve achieves achieved reach reaches reached perform performed performs performance consider considered able describe described based including
    include includes various respectively furthermore moreover thus hence therefore however although since while whereas within towards across per via could would many one two three first second new make
    makes made main key compared comparison respect set way case kind type certain bibref tabref figref secref inlineform displayform eqref uid""".split()
)
"""Words with which papers are spoken about; that two sentences share them shows nothing."""


@lru_cache(maxsize=20_000)
def _content_stems(word: str) -> frozenset[str]:
    return frozenset(t for t in terms(word) if t not in _GENERAL and len(t) > 1)


@lru_cache(maxsize=256)
def words(text: str) -> tuple[Word, ...]:
    """The content words of a text; Chinese ones by the glossary, other scripts not at all."""
    return tuple(_words(text))


def _words(text: str) -> Iterator[Word]:
    plain = _PAPER_MARKS.sub(" ", text)
    for match in _LATIN.finditer(plain):
        raw = match[0]
        if found := _content_stems(raw):
            yield Word(raw, match.start(), found, raw[0].isupper() or not raw.islower())
    if _HAN.search(plain):
        for start, raw, english in translated(plain):
            stems = frozenset(s for w in english.split() if w not in LITTLE and (s := stem(w)) not in _GENERAL)
            if stems:
                yield Word(raw, start, stems)


class _Vocabulary:
    def __init__(self, text: str) -> None:
        self.words = list(words(text))
        self.stems = frozenset(s for w in self.words for s in w.stems)
        self._starts = frozenset(s[:6] for s in self.stems if len(s) >= 6)
        self._text = text

    def directed(self, word: Word) -> bool:
        """`drops` where the text has `falls`."""
        return any(name in _COMPARED for name, _ in _sides(word.raw) & self._sides)

    @cached_property
    def _sides(self) -> frozenset[tuple[str, bool]]:
        return frozenset(side for w in self.words for side in _sides(w.raw))

    @cached_property
    def _initials(self) -> str:
        return initials_of(self._text)

    def holds(self, word: Word) -> bool:
        if any(s in self.stems or (len(s) >= 6 and s[:6] in self._starts) for s in word.stems):
            return True
        return word.raw.isupper() and abbreviates(word.raw.lower(), self._initials)


_vocabulary = lru_cache(maxsize=128)(_Vocabulary)
_COMPARED = frozenset(axis.name for axis in AXES[:3])


# ---------------------------------------------------------------- the verdict


@dataclass(frozen=True)
class _Doubt:
    reason: str
    level: int
    """1: slight; 2: to be asked; 3: marked without asking; 4: the quotation says otherwise."""


def support_of(
    sentence: str, ground: Ground, language: str, index: SupportIndex | None = None, *, granted: str = ""
) -> Verdict:
    """`granted`: what may be said without proof, such as the paper's title and number."""
    bare = " ".join(_PAPER_MARKS.sub("", _CITATIONS.sub("", sentence)).split()).strip(' *_"“”')
    if not bare or _letters(bare) == _letters(ground.quotation) or _is_whole_sentence(bare, ground):
        return _SUPPORTED
    if len(bare) > LONGEST:  # the rules take the product of its length and the quotation's
        return Verdict(Support.DOUBTFUL, "too long to be held against a quotation", ask=True)
    read = with_english_units(with_english_numbers(bare, language, f"{ground.whole}\n{ground.around}"), language)
    said = _in_scale_of_table(read, ground.whole) if ground.table else read
    case = _Case(said, ground, language, index, f"{granted}\n{index.title if index else ''}")
    doubts = list(case.doubts())
    worst = max(doubts, key=lambda d: d.level, default=None)
    if worst is None:
        return _SUPPORTED
    if worst.level == 4:
        return Verdict(Support.CONTRADICTED, worst.reason)
    return Verdict(Support.DOUBTFUL, worst.reason, ask=worst.level < 3, slight=worst.level == 1)


_CITATIONS = regex(GAP + r"(?:\[\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\]|\(\?\))")


def _in_scale_of_table(sentence: str, table: str) -> str:
    """`182 million` as the cell has it, `182`, where the table is in millions."""
    factors = {_FACTORS[m[0].lower().removesuffix("s")] for m in _SCALE_OF_TABLE.finditer(table)}
    for figure in figures(sentence):
        for factor in factors if figure.plain and figure.step >= min(factors, default=math.inf) / 1_000 else ():
            bare = f"{figure.value / factor:.6g}"
            if re.search(r"[^\W\d]", figure.text) and re.search(rf"\|\s*{re.escape(bare)}\s*(?=\|)", table):
                sentence = sentence.replace(figure.text, f"{bare} ", 1)
    return sentence


_FACTORS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_SCALE_OF_TABLE = regex(r"(?<!\d )(?<!\d)\b(?:thousand|million|billion)s?\b", re.IGNORECASE)


def _is_whole_sentence(sentence: str, ground: Ground) -> bool:
    """Also after words of reporting: `The authors report that …`."""
    own = _letters(sentence)
    for whole in map(_letters, _END.split(ground.whole)):
        if len(whole) > 20 and own.endswith(whole):
            said = sum(1 for w in words(sentence)) - sum(1 for w in words(ground.whole))
            return len(own) - len(whole) < 40 and (own == whole or said <= 0)
    return False


class _Case:
    def __init__(self, sentence: str, ground: Ground, language: str, index: SupportIndex | None, granted: str) -> None:
        self.sentence, self.ground, self.index = sentence, ground, index
        self.latin = not _EAST.search(sentence)
        self.language = language
        self.foreign = base(language) != "en" and not _EAST.search(ground.whole)
        self.whole = _PAPER_MARKS.sub(" ", ground.whole)
        self.own = index.own if index and index.own and not _holds(self.whole, index.own) else ""
        if self.own and _POINTS_AT_OWN.search(self.whole):
            granted = f"{granted}\n{self.own}"
        self.granted = granted
        numbers = [range(f.start, f.start + len(f.text)) for f in figures(sentence)]
        self.said = [w for w in words(sentence) if not any(w.start in number for number in numbers)]
        if self.foreign and self.latin:  # its little words are not known
            self.said = [w for w in self.said if (w.name and w.start) or len(w.raw) >= 6]
        self.mine = _vocabulary(self.whole)
        self.near = _vocabulary(f"{self.whole}\n{ground.around}\n{granted}\n{self.own}")

    @cached_property
    def order(self) -> str:
        """Whether two compared names stand as in the quotation, or exchanged."""
        pieces = [p for p in _END.split(self.whole) if p]
        found = {order_of(self.sentence, piece) for piece in pieces} - {""}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def order_of_own(self) -> str:
        """The same where the quotation calls the authors' work `it`, or not at all."""
        own = self.index.own if self.index else ""
        if not own or self.order or not _holds(self.sentence, own):
            return ""
        pieces = [p for p in _END.split(self.whole) if p and not _holds(p, own)]
        found = {order_of(self.sentence, _with_own(p, own)) for p in pieces} - {""}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def turned_twice(self) -> bool:
        """`slower with the larger` for `faster with the smaller`: in one clause it is the same."""
        if self.foreign or not self.latin or _JOINS.search(self.sentence):
            return False
        theirs = [t.raw for piece in _END.split(self.whole) for t in _tokens(piece) if _is_direction(t.raw)]
        mine = {t.raw.lower() for t in _tokens(self.sentence) if _is_direction(t.raw)}
        held = {word.lower() for word in theirs}
        turned = {word for word in mine - held if any(_opposite(word, other) for other in held - mine)}
        return len(turned) == 2

    # -------------------------------------------------------- all rules

    def doubts(self) -> Iterator[_Doubt]:
        yield from self._figures()
        yield from self._names()
        yield from self._negation()
        yield from self._quantifiers()
        yield from self._shares()
        yield from self._scales()
        yield from self._graded()
        yield from self._other_part()
        yield from self._certainty()
        yield from self._conditions()
        yield from self._causes()
        yield from self._subjects()
        yield from self._in_turn()
        yield from self._set_against()
        if self.turned_twice:
            yield _Doubt("the quotation says it of the opposite", 1)
        else:
            yield from self._directions()
            yield from self._comparison()
            yield from self._copy()
        yield from self._table_order()
        yield from self._partners()
        yield from self._roles()
        yield from self._content()

    # -------------------------------------------------------- content

    def _weight(self, word: Word) -> float:
        return self.index.weight(word) if self.index else 1.0

    def _share(self, vocabulary: _Vocabulary, said: Sequence[Word]) -> float:
        total = sum(map(self._weight, said))
        held = sum(self._weight(w) for w in said if vocabulary.holds(w) or vocabulary.directed(w))
        return held / total if total else 1.0

    @cached_property
    def share(self) -> float:
        """Of the content words, how much the quotation's sentences and the passage hold."""
        return max(self._share(self.mine, self.said), 0.75 * self._share(self.near, self.said))

    @cached_property
    def telling(self) -> int:
        """How many figures and names the sentence shares with the quotation's sentences."""
        shared = [f for f in figures(self.sentence) if f.plain and (f.unit or f.step < 1 or f.value >= 10)]
        held = {f.value for f in shared if places_of_figure(f, self.whole)}
        if self.foreign:
            held |= self._worded & {f.value for f in figures(self.whole)}
        return len(held) + len({w.raw for w in self.said if w.name and w.start and self.mine.holds(w)})

    @cached_property
    def _shares_figures(self) -> bool:
        """Of a sentence whose words are not known."""
        own = [f for f in figures(self.sentence) if f.plain] if self.foreign and self.latin else []
        return any(places_of_figure(f, self.whole) for f in own)

    @cached_property
    def _worded(self) -> set[float]:
        return {float(n) for n in counts_in_words(self.sentence, self.language)} if self.foreign else set()

    def _content(self) -> Iterator[_Doubt]:
        said, telling = self.said, self.telling
        low, slight = (0.2, 0.3) if self.foreign else (0.3, 0.45)
        if len(said) >= 3 or (self.foreign and len(said) == 2 and not telling):
            if self.share < low and telling < 2:
                plain = self.share < 0.5 * low and len(said) >= 3
                yield _Doubt(
                    "the quotation is about something else",
                    1 if telling or self._shares_figures else 3 if plain and not (self.foreign and self.latin) else 2,
                )
            elif self.share < slight and not telling:
                yield _Doubt("the quotation says little of it", 1)
            elif self.index and self.share < 0.6:
                elsewhere = self.index.best_elsewhere(said, self.ground)
                if elsewhere > 0.6 and self.share < 0.65 * elsewhere:
                    yield _Doubt("another passage says it, not the quotation", 1 if telling else 2)
        elif (
            self.foreign
            and not telling
            and (self.share < 0.5 if said else base(self.language) != "zh")
            and not self._shares_figures
        ):
            rest = _SPOKEN.sub("", self.sentence)
            if len(_UNREAD.findall(rest)) >= 6:
                yield _Doubt("nothing of it is known from the quotation", 1)
        yield from self._strange_clause()

    def _strange_clause(self) -> Iterator[_Doubt]:
        """A part of the sentence whose words stand nowhere around."""
        if self.foreign and self.latin:  # its words are not known, and German nouns look like names
            return
        for clause in _CLAUSES.split(self.sentence):
            own = list(words(clause))
            if not 2 <= len(own) < len(self.said):
                continue
            part = self._share(self.near, own)
            told = any(f.plain and places_of_figure(f, self.whole) for f in figures(clause))
            if len(own) >= 3 and part < 0.35:
                level = 1 if part >= 0.15 else 2 if told else 3
            elif len(own) == 2 and not part and not told and len(_HAN.findall(clause)) >= 8:
                level = 1
            else:
                continue
            yield _Doubt(f"the passage does not say “{clause.strip()[:80]}”", level)
            return

    # -------------------------------------------------------- figures

    def _figures(self) -> Iterator[_Doubt]:
        near = f"{self.ground.around}\n{self.granted}"
        missing = [
            f
            for f in missing_figures(self.sentence, self.whole)
            if not self._printed(f) and not self._each(f) and not self._between_two(f) and not self._of_counts(f)
        ]
        for figure in missing:
            if not missing_figures(figure.text, near):
                yield _Doubt(f"the quotation does not hold {figure.text}", 2)
                continue
            if self._between_neighbours(figure):
                yield _Doubt(f"the quotation does not say {figure.text}, the difference of two of its figures", 1)
                continue
            if self._rest_of(figure):
                yield _Doubt(f"the quotation says it of the rest, not {figure.text}", 1)
                continue
            other = [f for f in figures(self.whole) if f.plain and f.unit == figure.unit and f.value != figure.value]
            alike = other and (figure.unit or figure.step < 1) and self.share >= 0.5
            yield _Doubt(f"the quotation does not hold {figure.text}", 4 if alike else 3)
        gone = {f.text for f in missing}
        for figure in figures(self.sentence):
            told = figure.plain and figure.text not in gone and not part_of_name(self.sentence, figure)
            if told and not missing_figures(figure.text, self.whole):
                yield from self._fits(figure)
        yield from self._counts()
        yield from self._bounds()

    def _each(self, figure: Figure) -> bool:
        """`1文あたり`, `1개당` for `each`, `per`, `a single`."""
        return self.foreign and figure.value == 1 and _EACH.search(self.whole) is not None

    def _of_counts(self, figure: Figure) -> bool:
        """`6 %` for `17 of 300`, and what a change leaves."""
        slack = max(0.5 * figure.step, 0.05 * figure.value if figure.about else 0.0)
        shares = (100 * n / m for n, m in parts(self.whole) if m)
        left = self._left_of_changes if figure.unit == "%" else ()
        return figure.unit == "%" and any(abs(share - figure.value) <= slack for share in (*shares, *left))

    @cached_property
    def _left_of_changes(self) -> list[float]:
        """`28 % of the memory` for `cuts memory by 72 %`."""
        if not _SHARE.search(self.sentence):
            return []
        return [100 - float(m[m.lastindex or 0]) for m in _CHANGE.finditer(self.whole)]

    def _rest_of(self, figure: Figure) -> bool:
        """`2.5 % were not` for `97.5 % were`."""
        whole = [f.value for f in figures(self.whole) if f.unit == "%"]
        turned = (len(self._negations) - len(negations(self.whole))) % 2
        return figure.unit == "%" and bool(turned) and any(abs(100 - n - figure.value) < 1e-6 for n in whole)

    def _between_two(self, figure: Figure) -> bool:
        """Whether it is the difference of two figures of both: `by 5.6, from 41.2 to 46.8`."""
        told = [f for f in figures(self.sentence) if f.text != figure.text and self._printed(f)]
        return any(
            one.unit in ("", other.unit)
            and abs(abs(one.value - other.value) - figure.value) < max(figure.step, 1e-9) / 2
            for one, other in combinations(told, 2)
        )

    def _between_neighbours(self, figure: Figure) -> bool:
        """The same of two figures of the quotation that stand together: `saves 184 euros`."""
        found = figures(self.whole)
        return figure.value >= 10 and any(
            abs(abs(one.value - other.value) - figure.value) < 1e-9
            for one, other in pairwise(found)
            if one.unit == other.unit and figure.unit in ("", one.unit) and other.start - one.start < _CLOSE
        )

    def _printed(self, figure: Figure) -> bool:
        return re.search(rf"(?<![\d.]){re.escape(figure.text)}(?![\d]|\.\d)", self.whole) is not None

    def _fits(self, figure: Figure) -> Iterator[_Doubt]:
        """Whether the figure belongs to what the sentence says of it."""
        places = places_of_figure(figure, self.whole)
        if not places or (figure.step == 1 and 1900 <= figure.value <= 2100):
            return
        if doubt := self._counts_other(figure, places):
            yield doubt
            return
        if self.ground.table and (rows := _rows(self.whole)):
            yield from self._in_table(figure, rows)
            return
        yield from self._beside_another(figure, places)

    def _counts_other(self, figure: Figure, places: Sequence[Figure]) -> _Doubt | None:
        """A unit where the quotation counts things, things for a unit, or other things."""
        if figure.unit in _MEASURES and not self.ground.table and not any(p.unit for p in places):
            if noun := _counted(self.whole, places[0]):
                return _Doubt(f"the quotation counts {noun} with {figure.text}", 2)
            if all(_FACTOR.search(self.whole[max(0, p.start - 12) : p.start]) for p in places):
                return _Doubt(f"the quotation has a factor, not {figure.text}", 2)
        if other := self._other_counted(figure, places):
            return _Doubt(f"the quotation counts {other} with {figure.text}", 1)
        measured = not figure.unit and all(p.unit in _MEASURES for p in places)
        if measured and not (self.foreign and self.latin) and (noun := _counted(self.sentence, figure)):
            return _Doubt(f"the quotation counts no {noun} with {figure.text}", 2)
        return None

    def _beside_another(self, figure: Figure, places: Sequence[Figure]) -> Iterator[_Doubt]:
        """Another figure of the quotation stands beside the words of this one."""
        told = list(figures(self.sentence))
        anchors = _anchors(self.sentence, figure, told)
        if not anchors:
            return
        values = {f.value for f in told}
        others = [f for f in figures(self.whole) if f.plain and f.value not in values and _as_fine(f, figure)]
        mine = max((self._near_figure(p, anchors) for p in places), key=len)
        for other in others:
            theirs = self._near_figure(other, anchors)
            if theirs - mine and not mine - theirs:
                beside = any(_holds_both(piece, places, other) for piece in self._spans)
                named = any(w.name and w.raw in theirs - mine for w in anchors) and not (beside and self.foreign)
                yield _Doubt(f"in the quotation {figure.text} belongs to something else", 3 if named else 2)
                return

    def _other_counted(self, figure: Figure, places: Sequence[Figure]) -> str:
        """What the quotation counts with a figure, if a Chinese sentence counts another thing."""
        if figure.unit or not self.foreign or len(places) != 1:
            return ""
        end = figure.start + len(figure.text)
        word = next((w for w in self.said if _HAN.match(w.raw) and end <= w.start <= end + 2), None)
        noun = _after(self.whole, places[0])
        return noun if word and noun and noun not in word.stems and not self.near.holds(word) else ""

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """Where each sentence of the quotation stands."""
        ends = [0, *(m.end() for m in _END.finditer(self.whole)), len(self.whole)]
        return list(pairwise(ends))

    def _near_figure(self, figure: Figure, anchors: Sequence[Word]) -> set[str]:
        clause = _vocabulary(_clause_at(self.whole, figure.start))
        return {w.raw for w in anchors if clause.holds(w)}

    def _in_table(self, figure: Figure, rows: list[list[str]]) -> Iterator[_Doubt]:
        """The figure must stand in a row, and a column, that the sentence names."""
        cells = self._cells(figure, rows)
        if not cells:
            return
        said = {_folded(w) for w in _LABEL.findall(self.sentence)} | _vocabulary(self.sentence).stems
        if _OURS.search(self.sentence) or (self.index and self.index.own and _holds(self.sentence, self.index.own)):
            said |= {"our", "ours", "propos"}

        def named(cell: str) -> float:
            label = _label(cell)
            return sum(word in said for word in label) / len(label) if label else 0.0

        labels, heads = [named(row[0]) for row in rows], [named(cell) for cell in rows[0]]
        heads += [0.0] * max(0, max(map(len, rows)) - len(heads))
        best_row = max(labels[1:], default=0.0)
        for r, c in cells:
            # A column that is not named may be meant, if the named ones hold the other figures.
            taken = {k for k, head in enumerate(heads) if k and head and self._told_in(rows[r], k, figure)}
            free = max((head for k, head in enumerate(heads) if k and k not in taken), default=0.0)
            if labels[r] >= best_row and heads[c] >= free:
                if _BEST.search(self.sentence) and self._between(rows, c, figure.value):
                    yield _Doubt(f"in the table {figure.text} is not the best of its column", 3)
                unit = _unit_of_head(rows[0][c]) if c < len(rows[0]) else ""
                if figure.unit in _MEASURES and unit in _MEASURES and unit != figure.unit:
                    yield _Doubt(f"in the table {figure.text} is in {unit}", 3)
                return
        yield _Doubt(f"in the table {figure.text} stands in another row or column", 3)

    def _cells(self, figure: Figure, rows: list[list[str]]) -> list[tuple[int, int]]:
        """Where in a table a figure stands; most rows are passed over by their digits."""
        digits = {_DIGITS.sub("", p.text) for p in places_of_figure(figure, self.whole)}
        told = [
            (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if c and _DIGITS.sub("", cell) in digits
        ]
        told += (
            []
            if told
            else [
                (r, c)
                for r, row in enumerate(rows)
                for c, cell in enumerate(row)
                if c and any(d in cell for d in digits)
            ]
        )
        return [(r, c) for r, c in told if _same(figure, rows[r][c])]

    def _told_in(self, row: Sequence[str], column: int, but: Figure) -> bool:
        """Whether another figure of the sentence stands in a cell."""
        others = [f for f in figures(self.sentence) if f.text != but.text]
        return column < len(row) and any(_same(f, row[column]) for f in others)

    def _between(self, rows: list[list[str]], column: int, value: float) -> bool:
        """Whether others of the column are higher; where less is better, whether lower ones too."""
        others = [f.value for row in rows[1:] if column < len(row) for f in list(figures(row[column]))[:1]]
        least = any(axis.down.search(self.sentence) for axis in AXES[:1]) or _LESS_IS_BETTER.search(rows[0][column])
        return bool(others) and (min(others) < value if least else max(others) > value)

    def _table_order(self) -> Iterator[_Doubt]:
        """`A outperforms B` where B's row has the higher figure in the named column."""
        rows = _rows(self.whole) if self.ground.table else []
        said = {_folded(w) for w in _LABEL.findall(self.sentence)}
        columns = (
            [c for c, head in enumerate(rows[0]) if c and _label(head) and set(_label(head)) <= said] if rows else []
        )
        if len(columns) != 1 or _LESS_IS_BETTER.search(rows[0][columns[0]]):
            return
        values = {
            row[0]: f.value
            for row in rows[1:]
            if row[0] in self.sentence and columns[0] < len(row)
            for f in list(figures(row[columns[0]]))[:1]
        }
        for compared in compared_with(self.sentence):
            others = [n for n in values if n != compared.standard and n in self.sentence]
            if (
                compared.standard not in values
                or len(others) != 1
                or not (compared.up ^ compared.down) & {"better", "more"}
            ):
                continue
            ahead = values[others[0]] - values[compared.standard]
            if ahead and (ahead > 0) != bool(compared.up & {"better", "more"}):
                yield _Doubt("the table has them the other way round", 3)
                return

    def _counts(self) -> Iterator[_Doubt]:
        """Number words: `three models` where the quotation has `five models`."""
        own = [f for f in figures(self.sentence) if not f.plain and f.value > 1]
        for figure in own:
            noun = _after(self.sentence, figure)
            if not noun:
                continue
            counted = [f for f in figures(self.whole) if _after(self.whole, f) == noun]
            if counted and all(f.value != figure.value for f in counted):
                yield _Doubt(f"the quotation gives another number of {noun}", 2)
                return
        for alone in [] if self.foreign else _ALONE.finditer(self.sentence):
            several = [
                f
                for f in figures(self.whole)
                if f.value > 1 and alone[1] in (_counted(self.whole, f), _after(self.whole, f))
            ]
            if several and not _ALONE.search(self.whole):
                yield _Doubt(f"the quotation has {several[0].text} of {alone[1]}", 2)
                return
        if not self.foreign and (lacking := self._lacking_counts()):
            yield _Doubt(f"the quotation does not hold {lacking}", 2)
        yield from self._foreign_counts()

    def _lacking_counts(self) -> str:
        """A number word that bounds something, which the quotation bounds by another."""
        mine, theirs = dict(_bounded(self.sentence)), dict(_bounded(self.whole))
        held = {f.value for f in figures(f"{self.whole}\n{self.ground.around}")}
        return next((text for bound, (text, value) in mine.items() if bound in theirs and value not in held), "")

    def _foreign_counts(self) -> Iterator[_Doubt]:
        """`fünf Annotatoren` where the quotation has `three annotators`; `四分之一` for a third."""
        told = list(figures(self.sentence))
        worded = self._worded
        said = {f.value for f in told} | worded
        left = [f for f in figures(self.whole) if f.value not in said and f.value != 1]
        counts = any(f.step == 1 and f.value < 100 and f.unit not in ("%", "points") for f in left)
        lacking = [f"{n:g}" for n in sorted(worded) if counts and all(f.value != n for f in figures(self.whole))]
        if any(f.unit == "%" for f in left):
            shares = [f for f in told if f.unit == "%" and not f.plain]
            lacking += [f.text for f in shares if not places_of_figure(f, self.whole) and not _bounds_one(f, left)]
        if self.foreign:
            digits = with_english_units(with_counts_in_digits(self.sentence, self.language), self.language)
            lacking += [
                f.text
                for f in figures(digits)
                if f.unit in _MEASURES and f.value in worded and not places_of_figure(f, self.whole)
            ]
        if lacking:
            yield _Doubt(f"the quotation does not hold {lacking[0]}", 3)

    def _bounds(self) -> Iterator[_Doubt]:
        """`at least 4` for `up to 4`; `from 3 to 5` for `from 5 to 3`."""
        read = with_counts_in_digits(self.sentence, self.language)
        for figure in bounded_the_other_way(read, self.whole):
            turned = any(
                one.search(self.sentence) and other.search(self.whole)
                for one, other in permutations((_KEPT, _LEFT_OUT))
            )
            yield _Doubt(f"the quotation bounds {figure.text} the other way", 1 if turned else 3)
            return
        theirs = set(changes(self.whole))
        for start, end in changes(read):
            if start != end and (end, start) in theirs and (start, end) not in theirs:
                yield _Doubt(f"in the quotation it changes from {end:g} to {start:g}", 2)
                return

    # -------------------------------------------------------- names

    def _names(self) -> Iterator[_Doubt]:
        near = f"{self.whole}\n{self.ground.around}\n{self.granted}\n{self.own}"
        missing = missing_names(self.sentence, near, self.language)
        known, own = squeezed(near), squeezed(f"{self.whole}\n{self.granted}")
        for name in missing:
            if squeezed(name) not in known and not (name[1:].islower() and _is_direction(name)):
                yield _Doubt(f"the quotation does not name {name}", 3)
        for word in self.said[0 if self.foreign else 1 :]:
            if self.foreign and self.latin:  # its nouns may begin with a capital
                return
            if not (word.name or (self.foreign and not _HAN.search(word.raw))) or self._after_stop(word):
                continue
            if word.raw.lower() not in COMMON and not self.near.holds(word) and squeezed(word.raw) not in known:
                yield _Doubt(f"the quotation does not name {word.raw}", 2)
                return
            if not self.mine.holds(word) and squeezed(word.raw) not in own:
                yield _Doubt(f"{word.raw} stands beside the quotation, not in it", 1)

    def _after_stop(self, word: Word) -> bool:
        before = self.sentence[: word.start].rstrip(' "“(')
        return not self.foreign and (not before or before[-1] in ".:!?")

    # -------------------------------------------------------- negation

    def _negation(self) -> Iterator[_Doubt]:
        mine, theirs = self._negations, negations(self.whole)
        own, ground = _denials(self.sentence), _denials(self.whole)
        if self.foreign:
            yield from self._foreign_negation(own, ground)
            return
        turned = [*own.turned_in(ground), *ground.turned_in(own)]
        if turned:
            hidden = _HIDDEN_NEGATION.search(self.whole) or _HIDDEN_NEGATION.search(self.sentence)
            odd = (len(mine) - len(theirs)) % 2
            both = set(turned) & ground.affirmed & ground.denied  # said of one thing, denied of another
            hidden = hidden or _NOT_MORE.search(self.sentence) or _NOT_MORE.search(self.whole)
            # `did not trigger the drainage` says nothing against `the drainage began`.
            level = 4 if self.share >= 0.6 and not hidden and not both and odd else 2
            if not self._no_more and (own.predicates | ground.predicates) & {*turned}:
                yield _Doubt(f"the quotation says the opposite of “{turned[0]}”", level)
        elif mine and not theirs and not _NEGATED_WORD.search(self.whole):
            level = 1 if _HIDDEN_NEGATION.search(self.whole) else 2
            yield _Doubt("the sentence denies what the quotation does not", level)
        for word in self.said:
            for one in word.stems:
                opposite = [f"{start}{one}" for start in NEGATIVE_STARTS]
                bare = [one.removeprefix(start) for start in NEGATIVE_STARTS if one.startswith(start)]
                other = next((s for s in (*opposite, *bare) if s in self.mine.stems and len(s) > 3), None)
                if other and one not in self.mine.stems and not mine and not theirs:
                    yield _Doubt(f"the quotation says “{other}”, not “{one}”", 4 if self.share >= 0.5 else 2)
                    return

    @cached_property
    def _no_more(self) -> bool:
        """`not above` for `at most`, `the same as` or `below`."""
        more, better = AXES[:2]
        less = more.down, better.down, next(axis.up for axis in AXES if axis.name == "same")
        return any(
            more.up.search(" ".join(one[m.end() :].split()[:3])) and any(side.search(other) for side in less)
            for one, other in permutations((self.sentence, self.whole))
            for m in negations(one)
        )

    @cached_property
    def _negations(self) -> Sequence[re.Match[str]]:
        found = negations(self.sentence)
        return [m for m in found if m[0].lower() != "no"] if base(self.language) == "pt" else found  # `no MATH`: in it

    def _foreign_negation(self, own: _Denials, ground: _Denials) -> Iterator[_Doubt]:
        mine, spoken = self._negations, self._spoken_of()
        if own.turned_in(ground) and ground.turned_in(own):
            yield _Doubt("the quotation denies the other of the two", 3)
        elif self.order == "same":
            return
        elif mine and not negations(spoken) and (self.latin or not _NEGATED_WORD.search(spoken)):
            level = 1 if _HIDDEN_NEGATION.search(spoken) else 2
            yield _Doubt("the sentence denies what the quotation does not", level)
        elif not mine and negations(self.ground.quotation) and not _OTHER_SIDE.search(self.sentence):
            yield _Doubt("the quotation denies it", 2)

    def _spoken_of(self) -> str:
        """Of several sentences, those that share a word with this one; all where none does."""
        pieces = [p for p in _END.split(self.whole) if p and p.strip()]
        shared = [p for p in pieces if any(_vocabulary(p).holds(w) for w in self.said if not w.name)]
        return "\n".join(shared if shared and not self.latin else pieces)

    # -------------------------------------------------------- quantifiers

    def _phrase_at(self, start: int) -> Iterator[Word]:
        """The Chinese words that follow each other: after `所有` in `所有机器人公司` two."""
        for word in sorted(self.said, key=lambda w: w.start):
            if word.start == start and _HAN.match(word.raw):
                yield word
                start += len(word.raw)

    def _quantifiers(self) -> Iterator[_Doubt]:
        """`all` where the quotation has `most` or `some`."""
        mine, theirs = quantifiers(self.sentence), quantifiers(self.whole)
        wholes = (self._phrase_at(m.end()) for rank, m in mine if rank == ALL and len(m[0]) > 1)
        if any(not self.mine.holds(word) for whole in wholes for word in whole):
            yield _Doubt("the quotation speaks of no such whole", 2)
        whole = next((m for rank, m in mine if rank == ALL), None)
        if whole and all(rank != ALL for rank, _ in theirs):
            yield from self._of_a_part(whole[0])
        if not overstated({r for r, _ in mine}, {r for r, _ in theirs}):
            return
        if self.foreign or any(self._beside(a, b) for _, a in mine for _, b in theirs):
            yield _Doubt(f"the quotation says “{theirs[0][1][0]}”, not “{mine[0][1][0]}”", 3)

    def _of_a_part(self, word: str) -> Iterator[_Doubt]:
        """`word` says all, and the quotation does not."""
        loose = word.lower() in _LOOSE or word.startswith("每")
        if not negations(self.whole) and not loose:
            yield _Doubt(f"the quotation does not say “{word}”", 2)
        elif not negations(self.whole) and not _PER.search(self.whole) and len(_names_in_order(self.sentence)) < 2:
            yield _Doubt(f"the quotation does not say “{word}”", 1)
        own = {f.value for f in figures(self.sentence)}
        shares = {f.value for f in figures(self.whole) if f.unit == "%" and not f.plain}
        if any(n not in own and m in own for n, m in parts(self.whole)) or (shares and not shares & own):
            yield _Doubt("the quotation speaks of a part", 3)
        if (only := _ONLY.search(self.whole)) and not _ONLY.search(self.sentence):
            said = (m for rank, m in quantifiers(self.sentence) if rank == ALL)
            if self.foreign or any(self._beside(m, only) for m in said):
                yield _Doubt(f"the quotation says “{only[0]}”", 2)

    def _shares(self) -> Iterator[_Doubt]:
        """`40 % of the baseline's` where the quotation has `40 % less than the baseline`."""
        kinds = ("a share", _SHARE, _CHANGE), ("a change", _CHANGE, _SHARE)
        for kind, own, other in kinds:
            theirs = {m[m.lastindex or 0] for m in other.finditer(self.whole)}
            kept = {m[m.lastindex or 0] for m in own.finditer(self.whole)}
            for match in own.finditer(self.sentence):
                figure = match[match.lastindex or 0]
                if figure in theirs - kept:
                    yield _Doubt(f"{figure} % is not {kind} in the quotation", 3)
                    return

    def _scales(self) -> Iterator[_Doubt]:
        """Points for a relative change, per cent for a fraction or for another measure."""
        for figure in figures(self.sentence):
            places = places_of_figure(figure, self.whole) if figure.unit in ("%", "points") else []
            if not places or self.ground.table:
                continue
            of_points = figure.unit == "points" and all(p.unit == "%" for p in places)
            if of_points and _RELATIVE.search(self.whole) and not _RELATIVE.search(self.sentence):
                yield _Doubt(f"the quotation says {places[0].text} relative to another", 2)
            bare = [p for p in places if not p.unit and p.value <= 1 and p.step < 1]
            if figure.unit == "%" and bare and len(bare) == len(places):
                if figure.value == bare[0].value:
                    yield _Doubt(f"the quotation has {bare[0].text}, not {figure.text}", 2)
                elif (noun := _after(self.whole, bare[0])) and not any(noun in w.stems for w in self.said):
                    yield _Doubt(f"the quotation counts {noun} with {bare[0].text}", 1 if self.foreign else 2)

    def _graded(self) -> Iterator[_Doubt]:
        """`more fluent` where the quotation has `less fluent`."""
        if self.foreign or self.turned_twice or self.order:
            return
        mine, theirs = _grades(self.sentence), _grades(self.whole)
        for word, signs in mine.items():
            other = theirs.get(word, set())
            if other and not signs & other:
                yield _Doubt(f"the quotation grades “{word}” the other way", 2)
                return

    def _other_part(self) -> Iterator[_Doubt]:
        """What the quotation sets against each other, said of one: `B grows linearly` where it has
        `A grows linearly, whereas B grows quadratically`."""
        pieces = [_contrasted(piece) for piece in _END.split(self.whole) if piece]
        # Among many sentences another one may say it.
        if self.ground.table or (self.foreign and self.latin) or len(pieces) > _FEW_SENTENCES:
            return
        if not any(len(sides) > 1 for sides in pieces):
            yield from self._other_coordinated()
        for sides in pieces:
            if len(sides) < 2 or any(_POINTS_BACK.search(side) for side in sides):
                continue
            held = [_vocabulary(side) for side in sides]
            for clause in _CLAUSES.split(self.sentence):
                own = [[h.holds(w) for h in held] for w in words(clause)]
                alone = {holds.index(True) for holds in own if sum(holds) == 1}
                told = [f for f in figures(clause) if f.plain]
                alone |= {n for f in told for n, side in enumerate(sides) if self._stands_in(f, side, sides)}
                if len(alone) > 1:
                    yield _Doubt("the quotation says it of the other of two", 2)
                    return

    def _other_coordinated(self) -> Iterator[_Doubt]:
        """The same of `A is …, and B is …`: a figure beside the words of the other part."""
        for piece in _END.split(self.whole):
            sides = _COORDINATED.split(piece)
            if len(sides) != 2:
                continue
            held = [_vocabulary(side) for side in sides]
            for clause in _CLAUSES.split(self.sentence):
                every = figures(clause)
                own = [
                    [h.holds(w) for h in held]
                    for w in words(clause)
                    if w.raw not in _TAKES and not any(f.start <= w.start < f.start + len(f.text) for f in every)
                ]
                worded = {holds.index(True) for holds in own if sum(holds) == 1}
                told = [f for f in every if f.plain or f.value > 1]
                given = {n for f in told for n, side in enumerate(sides) if self._stands_in(f, side, sides)}
                if worded and given and not worded & given:
                    yield _Doubt("the quotation says it of the other of two", 2)
                    return
                if len(worded) > 1 and not given:
                    yield _Doubt("the quotation says it of the other of two", 1)
                    return

    @staticmethod
    def _stands_in(figure: Figure, side: str, sides: Sequence[str]) -> bool:
        """Whether a figure stands on this side alone."""
        return [one for one in sides if places_of_figure(figure, one)] == [side]

    # -------------------------------------------------------- certainty, conditions, causes

    @cached_property
    def _quoted(self) -> str:
        """The quotation's sentence that shares most with this one."""
        if self.ground.table or not self.ground.quotation:
            return ""
        quoted = _letters(self.ground.quotation)
        pieces = [p for p in _END.split(self.whole) if p and ((own := _letters(p)) in quoted or quoted in own)]
        said = [f for f in figures(self.sentence) if f.plain]

        def shared(piece: str) -> float:
            told = sum(bool(places_of_figure(f, piece)) for f in said)
            return told + self._share(_vocabulary(piece), self.said)

        return max(pieces, key=shared, default="") if self.said or self.foreign else ""

    def _certainty(self) -> Iterator[_Doubt]:
        """`proves that` where the quotation has `may` or `whether`."""
        if (hedge := certainty.HEDGE.search(self._quoted)) and not certainty.HEDGE.search(self.sentence):
            proved = certainty.PROOF.search(self.sentence)
            if proved and not certainty.PROOF.search(self._quoted):
                yield _Doubt(f"the quotation says “{hedge[0]}”, not “{proved[0]}”", 3)
            elif not negations(self.sentence) and not certainty.DEPENDS.search(self.sentence):
                yield _Doubt(f"the quotation says “{hedge[0]}”", 2 if certainty.OPEN.search(self._quoted) else 1)

    def _conditions(self) -> Iterator[_Doubt]:
        """`unless`, `as long as` or `if`, left out or waived."""
        quoted = self._quoted
        any_case = certainty.WHATEVER.search(self.sentence)
        exception, condition = certainty.EXCEPTION.search(quoted), certainty.CONDITION.search(quoted)
        limited = certainty.LIMITED.search(self.sentence)
        waived = quoted and not negations(self.whole)
        if any_case and certainty.IN_ANY_CASE.search(self.whole):
            return
        if any_case and (waived or exception or condition or _LIMIT.search(quoted)):
            yield _Doubt(f"the quotation does not say “{any_case[0]}”", 2)
        elif exception and not limited:
            yield _Doubt(f"the quotation says it only “{exception[0]}”", 1 if self.foreign and self.latin else 2)
        elif condition and not limited:
            yield _Doubt(f"the quotation says it only “{condition[0]}”", 1)

    def _causes(self) -> Iterator[_Doubt]:
        """A cause where the quotation has what goes together, or another cause."""
        cause, together = certainty.CAUSE.search(self.sentence), certainty.TOGETHER.search(self._quoted)
        hedged = certainty.HEDGE.search(self.sentence)
        if cause and together and not hedged and not certainty.TOGETHER_SAID.search(self.sentence):
            level = 1 if certainty.CAUSE.search(self._quoted) else 2
            yield _Doubt(f"the quotation says “{together[0]}”, not “{cause[0]}”", level)
            return
        for given in () if hedged or (self.foreign and self.latin) else certainty.BECAUSE_OF.finditer(self.sentence):
            said = words(given["cause"] or given["han"])
            if said and not any(self.mine.holds(w) for w in said):
                yield _Doubt(f"the quotation gives no such cause as “{(given['cause'] or given['han']).strip()}”", 2)
                return

    def _subjects(self) -> Iterator[_Doubt]:
        """What stands around the quotation, not in it."""
        if (self.foreign and self.latin) or self.ground.table:
            return
        said = [w for w in self.said if w.raw not in self.granted or self.mine.holds(w)]
        held = sum(bool(places_of_figure(f, self.whole)) for f in figures(self.sentence))
        few = 0.25 if len(said) > 2 else 0.01
        if len(said) >= 2 and held < 2 and self._share(self.mine, said) < few:
            if self.foreign and held and (len(said) < 3 or self._share(self.mine, said) > 0.1):
                return
            yield _Doubt("the quotation says nothing of it", 1 if held or self.telling or self.foreign else 2)

    def _in_turn(self) -> Iterator[_Doubt]:
        """`B 52.8 and A 54.2` where the quotation has `A 52.8 and B 54.2`; so for columns."""
        own = self.index.own if self.index else ""
        told = [f for f in figures(self.sentence) if f.plain and not part_of_name(self.sentence, f)]
        if self.ground.table:
            yield from self._columns_in_turn(told)
            return
        for piece in [p for p in _END.split(self.whole) if p]:
            read = _with_own(piece, own) if own and not _holds(piece, own) and _holds(self.sentence, own) else piece
            values = [f.value for f in told if places_of_figure(f, read)]
            theirs = [f.value for f in figures(read) if f.plain and f.value in values]
            mine, others = _named_in_order(self.sentence, read), _named_in_order(read, self.sentence)
            alike = len({f.unit for f in told if f.value in values}) == 1 and len({n.islower() for n in mine}) == 1
            if not alike or len(values) != 2 or sorted(values) != sorted(theirs) or values[0] == values[1]:
                continue
            if len(mine) == 2 and sorted(mine) == sorted(others) and (mine == others) != (values == theirs):
                yield _Doubt("the quotation gives the names each other's figures", 2)
                return
            if len(mine) == 1 and mine == others and values != theirs and _before(mine[0], self.sentence, read, told):
                yield _Doubt(f"the quotation gives {mine[0]} the other figure", 2)
                return

    def _columns_in_turn(self, told: Sequence[Figure]) -> Iterator[_Doubt]:
        rows = _rows(self.whole)
        heads = sorted(
            (at, c) for c, h in enumerate(rows[0] if rows else ()) if c and h and (at := self.sentence.find(h)) >= 0
        )
        if len(heads) < 2 or len(heads) != len(told):
            return
        for figure, (_, column) in zip(told, heads, strict=True):
            cells = {c for _, c in self._cells(figure, rows)}
            if cells and column not in cells and cells & {c for _, c in heads}:
                yield _Doubt(f"in the table {figure.text} stands in another column", 2)
                return

    def _set_against(self) -> Iterator[_Doubt]:
        """What the quotation says of the authors' work, said of what that is set against."""
        if not self.own or _holds(self.sentence, self.own) or compared_with(self.sentence):
            return
        against = {m[0] for side in _AGAINST.finditer(self.whole) for m in _NAMED.finditer(side[0])}
        subject = next(iter(_named_in_order(self.sentence, self.whole)), "")
        if subject in against:
            yield _Doubt(f"the quotation sets it against {subject}", 2)

    # -------------------------------------------------------- directions

    def _directions(self) -> Iterator[_Doubt]:
        compared = _compared(self.sentence), _compared(self.whole)
        crossed = compared[0] and compared[1] and compared[0].crosses(compared[1])
        for axis in AXES:
            if axis in AXES[:3] and (self.order or self.order_of_own or crossed):
                continue  # the sides are exchanged too, or known not to be
            for mine, opposite in ((axis.up, axis.down), (axis.down, axis.up)):
                if doubt := self._against(axis, mine, opposite):
                    yield doubt
                    if not self.foreign:
                        return

    def _against(self, axis: Axis, mine: re.Pattern[str], opposite: re.Pattern[str]) -> _Doubt | None:
        """One direction of the sentence against the other one in the quotation."""
        own = list(mine.finditer(self.sentence))
        if not own:
            return None
        if opposite.search(self.sentence):
            said = "" if self.foreign or axis not in AXES[:3] else self._turned_beside(own, mine, opposite)
            return _Doubt(f"the quotation says the opposite of “{said}”", 2) if said else None
        without = negations(self.whole) and all(NEGATION.fullmatch(m[0]) for m in own)  # says what `no` says
        if without or self._agrees(own, list(mine.finditer(self.whole))):
            return None
        found = [m for m in opposite.finditer(self.whole) if not self._turned(m)]
        if self.foreign and found:
            return _Doubt(f"the quotation says “{found[0][0]}”", 2 if axis.name in _STATED else 1)
        if any(self._beside(a, b) for a in own for b in found):
            level = 4 if self.share >= 0.5 and not mine.search(self.whole) else 2
            return _Doubt(f"the quotation says “{found[0][0]}”, not “{own[0][0]}”", level)
        return None

    def _turned_beside(self, own: Sequence[re.Match[str]], same: re.Pattern[str], opposite: re.Pattern[str]) -> str:
        """`longer … lower the latency` where the quotation has `longer … raise the latency`."""
        agreeing, turned = (
            {word for m in side.finditer(self.whole) for word in _next_to(self.whole, m)} for side in (same, opposite)
        )
        for match in own:
            beside = _next_to(self.sentence, match)
            if beside & turned and not beside & agreeing and not self._negations and not negations(self.whole):
                return match[0]
        return ""

    def _turned(self, theirs: re.Match[str]) -> bool:
        """Whether a negation on one side makes the two directions agree."""
        around = part_at(self.whole, theirs.start(), theirs.end(), _END)
        return (len(negations(self.sentence)) - len(negations(around))) % 2 == 1

    def _agrees(self, own: Sequence[re.Match[str]], found: Sequence[re.Match[str]]) -> bool:
        """Whether the quotation has the direction too, of the same thing if that is known."""
        known = not self.foreign or any(self.mine.holds(w) for m in own for w in _window(self.sentence, m))
        return bool(found) and (not known or any(self._beside(a, b) for a in own for b in found))

    def _beside(self, mine: re.Match[str], theirs: re.Match[str]) -> bool:
        """Whether both stand beside a common word."""
        one = {s for w in _window(self.sentence, mine) for s in w.stems}
        other = {s for w in _window(self.whole, theirs) for s in w.stems}
        return bool(one & other)

    # -------------------------------------------------------- order

    def _comparison(self) -> Iterator[_Doubt]:
        """`A outperforms B` where the quotation says `B outperforms A`."""
        if self.order == "exchanged":
            yield _Doubt("the quotation compares them the other way round", 3 if self.foreign else 4)
        if self.order_of_own == "exchanged":
            yield _Doubt("the quotation compares them the other way round", 2)
        if self.order or self.order_of_own:
            return
        if not self.foreign and self._ahead_for_behind():
            yield _Doubt("the quotation compares them the other way round", 2)
        own = _compared(self.sentence)
        for piece in _END.split(self.whole):
            ground = _compared(piece)
            if own is None or ground is None or ground.axis != own.axis:
                continue
            if own.crosses(ground) if own.up == ground.up else own.follows(ground):
                yield _Doubt("the quotation compares them the other way round", 4)
                return
        mine = [] if self.foreign and self.latin else _names_in_order(self.sentence)
        for piece in _END.split(self.whole):
            theirs = [n for n in _names_in_order(piece) if n in mine]
            if len(theirs) > 1 and theirs != [n for n in mine if n in theirs]:
                yield _Doubt(
                    "the quotation has the names in another order", 2 if len(theirs) == 2 and not self.foreign else 1
                )
                return

    def _ahead_for_behind(self) -> bool:
        """`beats B by 2 points` for `2 points below B`."""
        if _LESS_IS_BETTER.search(self.whole):
            return False
        signs = [
            (("better" in mine.up, "better" in mine.down), ("more" in theirs.up, "more" in theirs.down))
            for mine in compared_with(self.sentence)
            for theirs in compared_with(self.whole)
            if mine.standard == theirs.standard
        ]
        return any(one != (False, False) and one == other[::-1] for one, other in signs)

    def _partners(self) -> Iterator[_Doubt]:
        """`A on M, B on N` where the quotation has `B on M, A on N`."""
        mine, theirs = _together(self.sentence, _CLAUSES), _together(self.whole, _PARTS)
        shared = {n for pair in mine for n in pair} & {n for pair in theirs for n in pair}
        for a, b in (sorted(p) for p in mine - theirs if p <= shared):
            exchanged = [
                (c, d)
                for c in shared - {a, b}
                for d in shared - {a, b, c}
                if {frozenset((c, d))} <= mine - theirs and {frozenset((a, d)), frozenset((b, c))} <= theirs - mine
            ]
            if exchanged:
                yield _Doubt("the quotation gives the names each other's part", 3)
                return

    def _roles(self) -> Iterator[_Doubt]:
        """`from A into B` where the quotation has `from B into A`."""
        if self.foreign:
            return
        mine, theirs = _roles(self.sentence), _roles(self.whole)
        said = {t.norm for t in _tokens(self.sentence)}
        exchanged = [
            name
            for name, roles in mine.items()
            if (own := theirs.get(name))
            and any(roles & others - own for other, others in theirs.items() if other != name and other in said)
        ]
        if exchanged:
            yield _Doubt("the quotation gives the names each other's part", 3 if len(exchanged) > 1 else 2)

    def _copy(self) -> Iterator[_Doubt]:
        """Words replaced or exchanged in a sentence that is else the quotation's."""
        own = [] if self.foreign else [t for piece in _END.split(self.sentence) if (t := _tokens(piece))]
        for mine in own:
            for theirs in map(_tokens, _END.split(self.whole)):
                ops = list(Levenshtein.opcodes([t.norm for t in mine], [t.norm for t in theirs]))
                same = sum(op.src_end - op.src_start for op in ops if op.tag == "equal")
                if len(theirs) >= 4 and same >= 0.7 * len(mine):
                    yield from _edited(mine, theirs, ops)
                    break


_AGAINST = regex(
    r"\b(?:instead of|than|compared (?:with|to)|against|versus|as opposed to|rather than|unlike)\b(?:[^,;.]|[,.](?=\d)){0,80}"
)
_NAMED = regex(r"(?<![A-Za-z0-9-])(?:[A-Z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*|[a-z]+(?:-[a-z0-9]+)+)(?![A-Za-z0-9-])")


def _named_in_order(text: str, other: str) -> list[str]:
    """Names, and labels such as `test-clean`, that both texts hold, as they first stand here."""
    found = (m for m in _NAMED.finditer(text) if _holds(other, m[0]) and m[0].lower() not in COMMON)
    return list(dict.fromkeys(m[0] for m in found if m[0].islower() or not _is_place(text, m)))


def _is_place(text: str, name: re.Match[str]) -> bool:
    """`on COCO`, `COCO 上`: where something is measured, which may stand anywhere."""
    before, after = text[max(0, name.start() - 12) : name.start()], text[name.end() : name.end() + 4]
    return bool(_PLACE_BEFORE.search(before) or _PLACE_AFTER.match(after))


_PLACE_BEFORE = regex(r"\b(?:on|auf|bei|in|im|sur|dans|en|no|na|em|на|в)\s(?:the\s)?$", re.IGNORECASE)
_PLACE_AFTER = regex(r"\s?(?:上|中|において|で(?!は?な)|に(?!比)|에서|에(?! 비)|数据集)")


def _before(name: str, sentence: str, piece: str, told: Sequence[Figure]) -> bool:
    """Whether the name stands before the figures in both."""
    first = min((f.start for f in figures(piece) if any(f.value == t.value for t in told)), default=0)
    return sentence.find(name) < min(f.start for f in told) and piece.find(name) < first


def _bounds_one(share: Figure, found: Sequence[Figure]) -> bool:
    """`more than four fifths` for 83 %."""
    over = [f.value - share.value for f in found if f.unit == "%"]
    return any(0 < (rest if share.bound == ">" else -rest) <= 10 for rest in over) if share.bound else False


def _as_fine(one: Figure, other: Figure) -> bool:
    near = min(abs(one.value), abs(other.value)) * 1_000 >= max(abs(one.value), abs(other.value))
    return one.step == other.step or (near and min(one.step, other.step) >= 1)


def _holds_both(span: tuple[int, int], places: Sequence[Figure], other: Figure) -> bool:
    start, end = span
    return start <= other.start < end and any(start <= p.start < end for p in places)


def _holds(text: str, name: str) -> bool:
    # A Korean or Japanese ending may follow, and a Chinese word.
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None


def _with_own(piece: str, own: str) -> str:
    """With the name for `it`, or before all."""
    named = _IT.sub(own, piece, count=1)
    return named if named != piece else f"{own}: {piece}"


_IT = regex(r"\b(?:it|its|ours|our \w+|we)\b", re.IGNORECASE)
_POINTS_AT_OWN = regex(
    r"\b(?:we|our|ours|us|it|its|this|they|their|the (?:proposed |new |full )?(?:model|method|system|network|approach|framework|tool|agent|algorithm|defen[cs]e|policy|tutor|swarm))\b",
    re.IGNORECASE,
)
_LIMIT = regex(
    r"\b(?:above|below|beyond|up to|within|under|over|at (?:least|most)|more than|less than|fewer than|between)\s+(?:\w+\s+){0,2}\d",
    re.IGNORECASE,
)
_ONLY = regex(
    r"\b(?:only|exclusively|solely|nur|ausschließlich|lediglich|seulement|uniquement|s[oó]lo|solamente|somente|apenas)\b|只有|只在|仅|のみ|だけ|뿐|(?<=\w)만\b",
    re.IGNORECASE,
)
_COORDINATED = regex(
    r",\s+and\s+(?=(?:the|an?|our|on|in|for|at|its)\b|[\w-]+(?: [\w-]+){0,3} (?:is|are|was|were|by|grew|rose|fell|took|takes|needs?|costs?)\b)"
)
_TAKES = frozenset(("take", "takes", "took", "need", "needs", "needed", "cost", "costs"))
_CONTRASTED = regex(
    r";\s|(?:,\s+|(?<![\s,])\s+)whereas\s|,\s+(?:while(?!\s+\w+ing\b)|although|though)\s|,\s+but\s+(?=(?:the|a|an|our)\b|[A-Z])"
)
_UNLIKE = regex(r"\A\W*(?:Unlike|In contrast to)\s[^,]+,(?:\s+which\s[^,]+,)?")
_FEW_SENTENCES = 3
_CLOSE = 60
"""Characters."""
_POINTS_BACK = regex(
    r"\b(?:it|its|they|them|their|this|these|those|both|latter|former|ones?|respectively)\b", re.IGNORECASE
)


def _contrasted(sentence: str) -> list[str]:
    """The parts of a sentence that it sets against each other, each with a subject of its own."""
    if unlike := _UNLIKE.match(sentence):
        return [unlike[0], sentence[unlike.end() :]]
    return [side for side in _CONTRASTED.split(sentence) if side.strip()]


_SHARE = regex(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+of\s+(?:the|that|its|their|what)\b|(?:是|为|仅|只有|相当于)[^，。；]{0,24}的\s?(\d+(?:\.\d+)?)\s?%(?!的?[提增降减上下])"
    r"|の\s?(\d+(?:\.\d+)?)\s?[%％](?:で|に|だ)"
    r"|(?<![\d.])(\d+(?:\.\d+)?)\s?%\s+(?:des|der|de (?:los|las)|d[ao]s|всех)\s(?!\w+ (?:en )?(?:moins|plus|menos|más|mais|weniger|mehr)\b)",
    re.IGNORECASE,
)
_CHANGE = regex(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+of\s+the\s+\w+\s+(?:is|are|was|were)\s+(?:saved|lost|removed|cut)\b|(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+(?:fewer|less|lower|smaller|shorter|faster|slower|higher|larger|more|better|worse|cheaper|reduction|decrease|drop|increase|improvement|gain)\b"
    r"|\b(?:reduc|decreas|lower|cut|drop|shrink|increas|improv|rais|grow)\w*\b[^.;]{0,60}?\bby\s+(?:about |around |up to )?(\d+(?:\.\d+)?)\s?(?:%|percent)"
    r"|(?:少|低|减少|降低|下降|缩短|节省|提升|提高|增加|高|快)了?(?:约)?\s?(\d+(?:\.\d+)?)\s?%",
    re.IGNORECASE,
)
_RELATIVE = regex(r"\brelativ\w*\b|相对", re.IGNORECASE)
_GRADE = regex(r"\b(more|most|less|least)\s+(?:\w+ly\s+)?([a-z]{4,})\b", re.IGNORECASE)


def _grades(text: str) -> dict[str, set[bool]]:
    """Of each graded word, whether there is more of it."""
    found: dict[str, set[bool]] = {}
    for grade, word in _GRADE.findall(text):
        if word.lower() not in LITTLE:
            found.setdefault(stem(word), set()).add(grade.lower() in ("more", "most"))
    return found


def _together(text: str, clauses: re.Pattern[str]) -> set[frozenset[str]]:
    """Pairs of names in one clause."""
    pieces = (clause for piece in _END.split(text) if piece for clause in clauses.split(piece))
    named = ({w.raw for w in words(piece) if w.name} for piece in pieces)
    return {frozenset(pair) for names in named if len(names) <= 6 for pair in combinations(sorted(names), 2)}


_PARTS = regex(r"[;:](?=\s)|[；：]|\b(?:while|whereas|but)\b", re.IGNORECASE)
_PLACING = frozenset(("from", "to", "into", "onto", "on", "for"))


def _roles(text: str) -> dict[str, set[str]]:
    """Of each name, the prepositions of place before it."""
    found: dict[str, set[str]] = {}
    for before, name in pairwise(_tokens(text)):
        if name.name:
            found.setdefault(name.norm, set()).update({before.raw} & _PLACING)
    return found


def _edited(mine: Sequence[_Token], theirs: Sequence[_Token], ops: Sequence[Opcode]) -> Iterator[_Doubt]:
    """What a near copy put in, took out or moved."""
    held = {t.norm for t in theirs}
    new: list[_Token] = []
    old: list[_Token] = []
    for op in ops:
        put = [t for t in mine[op.src_start : op.src_end] if t.content and op.tag != "equal"]
        out = [t for t in theirs[op.dest_start : op.dest_end] if t.content and op.tag != "equal"]
        new += put
        old += out
        if put and out:
            yield from _replaced(put, out, held)
    if moved := {t.norm for t in new} & {t.norm for t in old}:
        yield _Doubt(f"“{min(moved)}” has another place in the quotation", 2 if len(moved) > 1 else 1)
    if any(t.name for t in old) and (strange := [t.raw for t in new if t.name and t.norm not in held]):
        yield _Doubt(f"the quotation does not say {strange[0]}", 3)


def _replaced(put: Sequence[_Token], out: Sequence[_Token], held: AbstractSet[str]) -> Iterator[_Doubt]:
    new, old = put[0].raw, out[0].raw
    if any(_opposite(a.raw, b.raw) for a in put for b in out):
        yield _Doubt(f"the quotation says “{old}”, not “{new}”", 4)
    elif any(t.norm in held for t in put):
        every = all(t.norm in held for t in put)
        yield _Doubt(f"“{new}” stands elsewhere in the quotation", 2 if every else 1)
    elif _same_direction(new, old):
        return
    elif any(t.name for t in put) and any(t.name for t in out):
        yield _Doubt(f"the quotation says {old}, not {new}", 3)
    else:
        yield _Doubt(f"the quotation says “{old}”, not “{new}”", 1)


_BEST = regex(
    r"\b(?:best|highest|largest|lowest|smallest|fastest|am besten|höchste\w*|besten?|meilleur\w*|mejor|melhor|(?:la|le|el|o|a) (?:plus|más|mais) \w+)\b|最[高好优佳大低小快]|가장|최고",
    re.IGNORECASE,
)
_JOINS = regex(r"\b(?:and|or|but|while|whereas)\b|;", re.IGNORECASE)
_LESS_IS_BETTER = regex(
    r"↓|\b(?:errors?|loss|perplexity|ppl|wer|cer|mae|rmse|mse|fid|latency|time|params?|parameters|memory|cost)\b",
    re.IGNORECASE,
)
_EACH = regex(r"\b(?:each|every|per|single|an?|one)\b", re.IGNORECASE)
_NOT_MORE = regex(
    r"\bwith (?:it|them|this)\b|\b(?:not?|never|n['’]t)\s(?:\w+\s){0,2}(?:more|less|fewer|better|worse|\w+er)\b",
    re.IGNORECASE,
)
_FACTOR = regex(r"\bfactor of\s$", re.IGNORECASE)
_PER = regex(r"\b(?:each|every|per|both|all)\b", re.IGNORECASE)
_MEASURES = frozenset(
    (
        "us",
        "ns",
        "um",
        "angstrom",
        "mev",
        "ev",
        "kev",
        "pa",
        "hpa",
        "kpa",
        "mpa",
        "nmol/l",
        "umol/l",
        "mmol/l",
        "ms",
        "s",
        "min",
        "h",
        "d",
        "wk",
        "mo",
        "y",
        "gb",
        "mb",
        "kb",
        "tb",
        "km",
        "cm",
        "mm",
        "nm",
    )
)
_KEPT = regex(
    r"\b(?:keep\w*|kept|retain\w*|behalt\w*|conserv\w*|gard\w+|mantuv\w*|mantid\w*|сохран\w*)\b|保留|残し|残さ|유지",
    re.IGNORECASE,
)
_LEFT_OUT = regex(
    r"\b(?:discard\w*|exclud\w*|remov\w*|filter\w*|dropped|reject\w*|verworfen|écart\w*|descart\w*|exclui\w*|исключ\w*|entfern\w*|weggelass\w*|supprim\w*|retir\w*|elimin\w*|quita\w*|удал\w*)\b|丢弃|剔除|去掉|排除|除外|取り除|除去|제외|제거|버려",
    re.IGNORECASE,
)
_LOOSE = frozenset(("都", "均", "any", "each", "both", "cada", "chaque", "entire", "모두", "jede", "jeder", "jedes"))
"""Words of a whole that a sentence may add by itself."""
_STATED = frozenset(("more", "better", "fast", "positive", "same", "most", "twice", "present"))
"""Axes that are read across languages: the others have words that mean much else."""
_CLAUSES = regex(
    r"[,;:](?=\s)|[，；：。]|\s[–—]\s|\b(?:while|whereas|although|but|and|because|so that|which|compared (?:to|with)|versus|vs\.?)\b|而|但|并且|以及",
    re.IGNORECASE,
)
_NEGATED_WORD = regex(
    r"\b(?:un(?!i|der)|non-?|dis(?!t|c|p))[a-z]{4,}|\b(?:in(?:frequent|sufficient|correct|valid|accura|complete|effect|effici|significan|consist|depend)|im(?:possib|perfect)|irreleva)\w*|\b\w+(?:less|free)\b",
    re.IGNORECASE,
)
_HIDDEN_NEGATION = regex(
    r"\b(?:un(?!i|der)|non-?|dis(?!t|c|p))[a-z]{4,}|\b(?:in(?:frequent|sufficient|correct|valid|accura|complete|effect|effici|significan|consist|depend)|im(?:possib|perfect)|irreleva)\w*|\b\w+(?:less|free)\b"
    r"|\b(?:only|limit\w*|difficult\w*|hard|poor\w*|except|avoid\w*|exclud\w*|remov\w*|dropping|ablat\w*|disabl\w*|ignor\w*|prevent\w*|beyond|miss\w*|instead|rather|reject\w*|omit\w*|alone|until|at most)\b",
    re.IGNORECASE,
)
"""Words that a true sentence may render by a negation."""
_OTHER_SIDE = regex(
    rf"beyond|difficult|hard|limit|难|有限|局限|缺|只|唯一|除外|落后|有待|\berst\b|{_ONLY.pattern}|{_LEFT_OUT.pattern}",
    re.IGNORECASE,
)
"""Words that a true sentence may render a negation by."""
_SPOKEN = regex(
    r"论文|文章|作者|本文|文中|正文|原文|引文|引用|说明|指出|提到|提出|报告|给出|写明|认为|表明|显示|介绍|讨论|描述|这一点|这里|其中|结果|数值|直接|相关|实验|结论|强调|一点|做法|有效|围绕|方法|研究|工作|可以|具体|主要|[的了在是和与对把被从为以及也都就还会能用着过到这那其此见上下里中并且]"
)
"""Chinese words with which papers are spoken about."""
_NOUN_AFTER = regex(r"[\s-]*(?:(?:[a-z]+(?:ed|al|ive|ent|ing|er|ual)|[A-Z]\w*|different|new|such)\s+){0,2}([a-z]{3,})")


_ALONE = regex(r"\b(?:a single|only one|just one)\s+([A-Za-z][\w-]*)")
_BOUND = regex(r"\b(fewer than|less than|more than|at least|at most|up to|over|under)\s+$", re.IGNORECASE)


def _bounded(text: str) -> Iterator[tuple[str, tuple[str, float]]]:
    """`fewer than five`: what bounds, and the number."""
    for figure in figures(text):
        if not figure.unit and (bound := _BOUND.search(text[max(0, figure.start - 24) : figure.start])):
            yield bound[1].lower(), (figure.text, figure.value)


def _after(text: str, figure: Figure) -> str:
    """The stem of the noun that a figure counts."""
    found = _NOUN_AFTER.match(text, figure.start + len(figure.text))
    return stem(found[1]) if found and found[1] not in LITTLE else ""


def _counted(text: str, figure: Figure) -> str:
    """The noun or the name after a figure: `8 A100 GPUs`, `36块A100`."""
    named = _NAME_AFTER.match(text, figure.start + len(figure.text))
    return _after(text, figure) or (named[1] if named else "")


_NAME_AFTER = regex(r"\s*+(?:[\u3400-\u9fff]{1,2}\s*+)?([A-Z][A-Za-z]*\d[\w-]*)")


def _clause_at(text: str, position: int) -> str:
    bounds = [bounds_at(text, position, position, stops) for stops in (_CLAUSES, _END)]
    return text[max(start for start, _ in bounds) : min(end for _, end in bounds)]


def _rows(text: str) -> list[list[str]]:
    rows = [line for line in text.splitlines() if line.count("|") >= 2 and not re.fullmatch(r"[\s|:-]+", line)]
    return [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows] if len(rows) > 1 else []


def _unit_of_head(head: str) -> str:
    """`GB` of `Memory (GB)`."""
    found = _IN_BRACKETS.search(head)
    return next((f.unit for f in figures(f"1 {found[1]}")), "") if found else ""


_IN_BRACKETS = regex(r"[(\[]([^()\[\]]{1,12})[)\]]")
_OURS = regex(
    r"\b(?:our|ours|proposed|authors?['’]?|vorgeschlagen\w*|autoren|proposée?s?|auteurs|propuest[oa]s?|autores|propost[oa]s?|предлож\w*|автор\w*)\b|作者|本文|提出|我们|提案|著者|제안|저자",
    re.IGNORECASE,
)
"""What `Ours` in a table is called."""


def _label(cell: str) -> list[str]:
    return [_folded(w) for w in _LABEL.findall(cell)]


def _folded(word: str) -> str:
    return stem(word.lower())


def _anchors(text: str, figure: Figure, told: Sequence[Figure]) -> list[Word]:
    """The words of the figure's clause that stand nearer to it than to another figure."""
    clause = _clause_at(text, figure.start)
    start = text.find(clause)
    found = []
    for word in words(clause):
        at = start + word.start
        if min(told, key=lambda f: abs(f.start - at)).start == figure.start:
            found.append(word)
    return found


_DIGITS = regex(r"[^\d.]+")


def _same(figure: Figure, cell: str) -> bool:
    return bool(places_of_figure(figure, cell))


def _scope(text: str, negation: re.Match[str]) -> str:
    """The words a negation turns round: up to the end of its clause."""
    end = _SCOPE_END.search(text, negation.end())
    return text[negation.end() : end.start() if end else len(text)]


_SCOPE_END = regex(r"[,;:.](?=\s|$)|\)|[，；。]|\b(?:and|but|which|while|because|although|however|so)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Denials:
    heads: tuple[frozenset[str], ...]
    """Of each negation, the stems it stands before."""
    predicates: frozenset[str]
    """Those of them before an article, which begins an object."""
    denied: frozenset[str]
    affirmed: frozenset[str]

    def turned_in(self, other: _Denials) -> list[str]:
        """What is denied here and affirmed there."""
        found = []
        for head in self.heads:
            shared = head & (other.denied | other.affirmed)
            if shared and not shared & other.denied:
                found += sorted(shared)
        return found


@lru_cache(maxsize=128)
def _denials(text: str) -> _Denials:
    every = list(words(text))
    denied: set[int] = set()
    heads = []
    predicates: set[str] = set()
    for negation in negations(text):
        end = negation.end() + len(_scope(text, negation))
        fails = _FAILS.match(text, negation.start())
        if fails:
            end = negation.end()
        inside = [i for i, w in enumerate(every) if negation.end() <= w.start < end][:4]
        start, _ = bounds_at(text, negation.start(), negation.end(), _CLAUSES)
        before = [i for i, w in enumerate(every) if start <= w.start < negation.start()]
        if not inside:  # `… is not.`: what stands before it in its clause
            inside = before[-2:]
        denied.update(inside, before[-2:])
        heads.append(frozenset(s for i in inside[:2] for s in every[i].stems))
        article = _ARTICLE.search(text, every[inside[0]].start, end) if inside else None
        stop = article.start() if article else end
        predicates.update(s for i in ([] if fails else inside[:2]) if every[i].start < stop for s in every[i].stems)
    for gone in _GONE.finditer(text):
        denied.update([i for i, w in enumerate(every) if w.start >= gone.end()][:4])
    stems = [(i in denied, s) for i, w in enumerate(every) for s in w.stems]
    return _Denials(
        tuple(heads),
        frozenset(predicates),
        frozenset(s for no, s in stems if no),
        frozenset(s for no, s in stems if not no),
    )


_ARTICLE = regex(r"\b(?:for|the|an?|any|th(?:is|at|ese|ose)|its|their|our|every|each)\s", re.IGNORECASE)
_FAILS = regex(r"(?:nothing|none|fail(?:s|ed|ing)?|br[eo]aks? down|broke down)\b(?! to\b)", re.IGNORECASE)
"""A denial of what stands before it."""
_GONE = regex(r"\b(?:unless|(?:remov|ablat|exclud|omit|disabl|dropp|delet)\w*)\b", re.IGNORECASE)
"""Words after which a thing is away, as after `without`."""


def _window(text: str, match: re.Match[str], size: int = 4) -> list[Word]:
    """The words beside a match, in its clause."""
    start, end = bounds_at(text, match.start(), match.end(), _CLAUSES)
    every = words(text)
    every = every[bisect_left(every, start, key=_start_of) : bisect_left(every, end, key=_start_of)]
    before = [w for w in every if w.start < match.start()][-size:]
    after = [w for w in every if w.start >= match.end()][:size]
    return [*before, *after]


def _next_to(text: str, match: re.Match[str]) -> set[str]:
    """The stems of the content words right before and after a match."""
    every = [w for w in words(text) if not _is_direction(w.raw)]
    at = bisect_left(every, match.start(), key=_start_of)
    return {s for w in every[max(0, at - 1) : at + 1] for s in w.stems}


def _start_of(word: Word) -> int:
    return word.start


@dataclass(frozen=True)
class _Compared:
    left: frozenset[str]
    right: frozenset[str]
    axis: str
    up: bool

    def crosses(self, other: _Compared) -> bool:
        """Whether each side stands on the other's other side."""
        one, two = self.left & other.right, self.right & other.left
        return bool(one and two) and len(self.right & other.right) < len(two)

    def follows(self, other: _Compared) -> bool:
        one, two = self.left & other.left, self.right & other.right
        return bool(one and two) and len(self.right & other.left) < len(two)


def _compared(text: str) -> _Compared | None:
    match = COMPARATORS.search(text)
    if match is None:
        return None
    every = list(words(text))
    # `more retention than`: what is compared stands inside.
    left = {s for w in every if w.start < match.end() for s in w.stems}
    right = {s for w in [w for w in every if w.start >= match.end()][:5] for s in w.stems}
    axis, up = _axis_of(match[0])
    before = _BI.search(text)
    if before and _HAN.search(text):
        right, left = (
            {s for w in every if before.end() <= w.start < match.start() for s in w.stems},
            {s for w in every if w.start < before.start() for s in w.stems},
        )
    return _Compared(frozenset(left - right), frozenset(right - left), axis, up)


_BI = regex(r"比|相较于|相比于")


def _opposite(one: str, other: str) -> bool:
    sides = [(axis.up, axis.down) for axis in AXES]
    return any(
        (up.fullmatch(one) and down.fullmatch(other)) or (down.fullmatch(one) and up.fullmatch(other))
        for up, down in sides
    )


def _same_direction(one: str, other: str) -> bool:
    return any(side.search(one) and side.search(other) for axis in AXES for side in (axis.up, axis.down))


def _names_in_order(text: str) -> list[str]:
    named = {m.start() for m in _NAMED.finditer(text) if _is_place(text, m)}
    found = (w.raw.lower() for w in words(text) if w.name and w.start and w.start not in named)
    return list(dict.fromkeys(found))


def _axis_of(comparator: str) -> tuple[str, bool]:
    """The axis of `faster than` and of `more quickly than`, which is the same one."""
    for axis in reversed(AXES[:3]):
        for side in (axis.up, axis.down):
            if side.search(comparator):
                less = axis is not AXES[0] and AXES[0].down.match(comparator)
                return ("size" if axis.name == "more" else axis.name), (side is axis.up) != bool(less)
    return "", True


@dataclass(frozen=True)
class _Token:
    norm: str
    raw: str
    content: bool
    name: bool


@lru_cache(maxsize=20_000)
def _sides(word: str) -> frozenset[tuple[str, bool]]:
    """The axes a word is on, and whether it is up there."""
    return frozenset(
        (axis.name, side is axis.up) for axis in AXES for side in (axis.up, axis.down) if side.fullmatch(word)
    )


def _is_direction(word: str) -> bool:
    return bool(_sides(word))


@lru_cache(maxsize=128)
def _tokens(text: str) -> tuple[_Token, ...]:
    """All words in order, figures left out."""
    found = []
    for number, match in enumerate(_LABEL.finditer(_PAPER_MARKS.sub(" ", text))):
        raw = match[0]
        if raw[0].isdecimal():
            continue
        norm = _folded(raw)
        directed = _is_direction(raw)
        content = directed or (raw.lower() not in LITTLE and norm not in _GENERAL)
        found.append(_Token(norm, raw, content, content and number > 0 and not raw.islower()))
    return tuple(found)
