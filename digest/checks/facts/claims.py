"""Finds figures and names in a text that its source does not support.

A figure is supported if the source has it, rounded at most as the text says. It is also supported
if the text compares two adjacent figures by it: as their difference, ratio or percentage change."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import chain, combinations, islice, permutations
from typing import NamedTuple

from digest.checks.facts.directions import AXES
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.names import abbreviates, initials_of, names, squeezed
from digest.checks.facts.notation import read_units, with_english_numbers, without_noun
from digest.checks.language import base
from digest.patterns import regex

_NOT_CLAIMS = regex(
    r"https?://\S+|\barxiv\s*+(?:[:：]\s*+)?\d{4}\.\d{4,5}(?:v\d+)?|\b\d{4}\.\d{4,5}(?:v\d+)?\b|\[\d{1,3}(?:\s*[,，–-]\s*\d{1,3})*\]|```.{0,1000}?```|`[^`\n]*`"
    r"|(?<![A-Za-z])(?:sub-?)?(?:sections?|sec\.|figures?|fig\.|tables?|tab\.|eq\.|equations?|appendix|chapter|page|pp?\.|step|stage|phase|part|algorithm|theorem|lemma|definition|corollary|no\.|paper|question|rq)\s*\(?\d++(?:\.\d++)*+(?!\s*[%％])\)?[a-z]?"
    # `Tables 3, 4 and 5`, but not `Table 3, 95.2%` nor `phase 3, 412 patients`.
    r"(?:\s*(?:–|-|to)\s*\d++(?:\.\d++)*+(?!\s*[%％])|\s*(?:,\s*)?(?:and|&)\s*\d{1,2}+(?:\.\d++)*+(?!\d|\s*[%％])|\s*,\s*\d{1,2}+(?:\.\d{1,2})*+(?=\s*+(?:[,;:)\]–-]|and\b|&|\.(?!\w)|\Z)))*"
    r"|第\s*\d+(?:\.\d+)*\s*(?:节|章|页|篇|步|阶段|部分|个|条|次|层|行|列|类|代|届)?"
    # `如图3`, but not `分布式64张`, `代表30%`, `试图40次`.
    r"|(?:(?:(?<![\u4e00-\u9fff])|(?<=[见如在和与及或由从据到自看附中对的于照]))[图表式]|公式|附录|章节|步骤|阶段|算法|定理|引理|问题)\s*\(?\d++(?:\.\d++)*+(?!\s*[%％])\)?(?:\s*[-–、和]\s*\d{1,2}+(?!\.?\d|\s*[%％]))*"
    r"|^[ \t]*(?:\(?\d{1,2}[.)、）](?!\d)|（\d{1,2}）|[①-⑳])|(?P<mark>(?<=[：:；;。，,\s（(])\(?\d{1,2}[)）](?=\s*[^\d\s]))|(?:(?<=[；;。\n])[ \t]*\d{1,2}|(?<=[：:])[ \t]*1)[.、](?!\d)(?=\s*[^\d\s])",
    re.IGNORECASE | re.MULTILINE,
)
_YEAR = regex(r"(?<!\d)(?:19[5-9]\d|20[0-4]\d)(?!\d)(?:\s*年)?")
_DATE = regex(
    r"\d{4}\s?[-/年]\s?\d{1,2}\s?[-/月]\s?\d{1,2}\s?日?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}\s?年\s?\d{1,2}\s?月"
)
_SENTENCE = regex(r"(?:[^.。！？!?\n;；]|\.(?!\s+[A-Z\u4e00-\u9fff]|\s*\Z|\n))*(?:[.。！？!?\n;；]|\Z)")
_MORE = regex(
    r"提升|提高|增加|增长|增益|高出|高于|领先|超出|超过|优于|多出|改善|改进|加速|快|increas|improv|gain|higher|better|outperform|more|faster|speed|above|exceed|surpass|rise|rose|grow|larger|greater|boost|advantage|lead|ahead",
    re.IGNORECASE,
)
_LESS = regex(
    r"降低|减少|下降|缩短|缩减|低于|落后|节省|压缩|仅为|少|慢|decreas|reduc|lower|less|fewer|drop|declin|slower|sav(?:e|ing)|smaller|shorter|fall|fell|behind|worse|loss|cheaper|cut|fraction|only",
    re.IGNORECASE,
)
_COMPARES = regex(
    r"差|gap|difference|ratio|比|倍|margin|相差|between|than|versus|vs|compared|relative|相对", re.IGNORECASE
)
_SCORE = regex(
    r"accura|score|precision|recall|\bF1|\bAUC|\bmAP|\bIoU|(?<!learning )\brate|percent|BLEU|ROUGE|\bEM\b|准确|得分|率",
    re.IGNORECASE,
)
_MAX_DISTANCE = 260
"""Characters between two figures of the source that count as adjacent."""
_PIECE = 50_000
"""Characters of a piece of text."""
_MAX_FIGURES = 12
"""Figures of a sentence that are used in arithmetic."""
_MOST_FIGURES = 30_000
"""Figures of a source: several times those of a book."""
_MOST_PLACES = 30
"""Places of a figure in a source whose neighbours are tried."""
_MOST_PAIRS = 2_000
"""Pairs of figures tried for one result."""
_UNITS_OF_TIME = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "wk": 604800.0}
_UNITS_OF_SIZE = {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}
_SCALES = (
    _UNITS_OF_TIME,
    {"mo": 1.0, "y": 12.0},
    _UNITS_OF_SIZE,
    {"angstrom": 1e-10, "nm": 1e-9, "um": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3},
    {"ug": 1e-9, "mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3},
    {"ul": 1e-6, "ml": 1e-3, "l": 1.0},
    {"milliw": 1e-3, "w": 1.0, "kw": 1e3, "megaw": 1e6, "gw": 1e9},
    {"hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    {"mev": 1e-3, "ev": 1.0, "kev": 1e3, "megaev": 1e6, "gev": 1e9},
    {"pa": 1.0, "hpa": 1e2, "kpa": 1e3, "mpa": 1e6, "gpa": 1e9},
    {"pmol/l": 1e-12, "nmol/l": 1e-9, "umol/l": 1e-6, "mmol/l": 1e-3},
)


class _SourceIndex:
    def __init__(self, text: str) -> None:
        self.text = text
        self.held: dict[Figure, bool] = {}
        self.derived: dict[tuple[str, Figure, bool], bool] = {}
        self._whole: dict[str, bool] = {}
        self._scores: dict[int, bool] = {}

    @cached_property
    def figures(self) -> Sequence[Figure]:
        return figures(_claims_only(self.text), _MOST_FIGURES)

    @cached_property
    def starts(self) -> list[int]:
        return [f.start for f in self.figures]

    @cached_property
    def _by_unit(self) -> dict[str, tuple[list[float], list[Figure]]]:
        units = defaultdict[str, list[Figure]](list)
        for figure in sorted(self.figures, key=_by_place):
            units[figure.unit].append(figure)
        return {unit: ([f.value for f in ordered], ordered) for unit, ordered in units.items()}

    @cached_property
    def squeezed(self) -> str:
        return "".join(map(squeezed, _pieces(self.text)))

    @cached_property
    def lower(self) -> str:
        return self.text.lower()

    @cached_property
    def words(self) -> frozenset[str]:
        words = (re.findall(r"[^\s,;:()\[\]{}\"'“”]+", piece) for piece in _pieces(self.text))
        return frozenset(map(squeezed, set(chain.from_iterable(words))))

    @cached_property
    def initials(self) -> str:
        return "\n".join(map(initials_of, _pieces(self.text)))

    def between(self, low: float, high: float, units: Collection[str] | None = None) -> Iterator[Figure]:
        """Yields figures of these units, by value; of any unit without `units`."""
        for unit in self._by_unit if units is None else units:
            values, ordered = self._by_unit.get(unit, ([], []))
            yield from ordered[bisect_left(values, low) : bisect_right(values, high)]

    @cached_property
    def pairs(self) -> _Pairs:
        """Returns pairs of adjacent figures in a sentence."""
        return _pairs(self.text)

    def has_whole(self, bare: str) -> bool:
        """Returns whether the source has it as whole words: `ELMo` is not in `a wheel moves`."""
        if bare not in self._whole:
            pattern = r"(?<![a-z0-9])" + r"[\W_]*".join(map(re.escape, bare)) + r"s?(?![a-z0-9])"
            self._whole[bare] = re.search(pattern, self.lower) is not None
        return self._whole[bare]

    def is_score(self, figure: Figure) -> bool:
        """Returns whether a bare figure may be a percentage: a decimal, among others, or beside a
        score's name."""
        if figure.step < 1:
            return True
        if figure.start not in self._scores:
            many = len(re.findall(r"\d+(?:\.\d+)?", self._around(figure))) >= 4
            self._scores[figure.start] = many or self.is_beside_score(figure)
        return self._scores[figure.start]

    def is_beside_score(self, figure: Figure) -> bool:
        return _SCORE.search(self._around(figure)) is not None

    def _around(self, figure: Figure) -> str:
        return self.text[max(0, figure.start - 60) : figure.start + len(figure.text) + 40]


_PAPER = 5_000
"""Characters from which a source counts as a paper."""
_index_of_paper = lru_cache(maxsize=16)(_SourceIndex)
"""Several texts are checked against one source, and the ten papers of a digest at once."""
_index_of_passage = lru_cache(maxsize=64)(_SourceIndex)
"""Cached separately, because ten papers have some fifty passages, which would displace papers."""


def _indexed(source: str) -> _SourceIndex:
    return _index_of_paper(source) if len(source) > _PAPER else _index_of_passage(source)


def index_source(source: str) -> None:
    """Indexes a source. Otherwise the first text checked against it does."""
    index = _indexed(source)
    _ = [*index.between(0.0, 0.0)], index.starts, index.squeezed, index.lower, index.words, index.initials


@lru_cache(maxsize=32)  # each entry holds its source, which may be a whole paper
def unsupported(text: str, source: str, language: str = "en") -> tuple[str, ...]:
    """Returns figures and names of `text` that `source` does not support, as written, each once.

    Does not check numbers of lists, sections, figures and tables, years, counts under ten, and
    code."""
    index = _indexed(source)
    plain = _claims_only(text)
    read, places = read_units(with_english_numbers(plain, language, source), language)
    wrong = [f for f in _claimed(read) if not _in_source(f, index) and not _derived(f, read, index, language)]
    missing = [text[places[f.start] : places[f.start + len(f.text)]] for f in wrong]
    missing += _missing_names(plain, index, language)
    return tuple(dict.fromkeys(missing))


def missing_figures(text: str, source: str) -> list[Figure]:
    """Returns figures of `text`, with years and counts under ten, that a short `source` lacks."""
    index, plain = _indexed(source), _claims_only(text)
    claimed = [f for f in figures(plain) if f.plain and not part_of_name(plain, f)]
    return [f for f in claimed if not _in_source(f, index) and not _derived(f, plain, index)]


def missing_names(text: str, source: str, language: str = "en") -> list[str]:
    """Returns names of `text` that `source` lacks."""
    index = _indexed(source)
    return _missing_names(_claims_only(text), index, language)


def _missing_names(plain: str, index: _SourceIndex, language: str) -> list[str]:
    return [n for n in names(plain) if not _named(n, index) and not _named(without_noun(n, language), index)]


def places_of_figure(figure: Figure, source: str) -> list[Figure]:
    """Returns figures of `source` that are the same quantity, in whatever form."""
    index = _indexed(source)
    return [f for form in _forms(figure) for f in sorted(_same(figure, form, index), key=_by_place)]


def _by_place(figure: Figure) -> tuple[float, int]:
    return figure.value, figure.start


def _claims_only(text: str) -> str:
    return "".join(_DATE.sub(_spaces, _NOT_CLAIMS.sub(_no_claim, piece)) for piece in _pieces(text))


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _no_claim(match: re.Match[str]) -> str:
    """Returns spaces, except for a figure that ends a parenthesis: `(batch size 64)`."""
    mark = match["mark"] or "("
    return match[0] if mark[0].isdecimal() and _inside_parentheses(match) else _spaces(match)


def _inside_parentheses(mark: re.Match[str]) -> bool:
    """Returns whether words are between it and the parenthesis that it closes."""
    before = mark.string[max(0, mark.start() - _LONGEST) : mark.start()].rpartition("\n")[2]
    opened, closed = (max(map(before.rfind, pair)) for pair in ("(（", ")）"))
    return closed < opened < len(before) - 1


_LONGEST = 300
"""Characters within parentheses."""


def _pieces(text: str) -> Iterator[str]:
    """Yields the text in lines or pieces of `_PIECE`: a pattern that runs over a whole book blocks
    all threads for seconds."""
    at = 0
    while at < len(text):
        end = text.rfind("\n", at, at + _PIECE) + 1 if at + _PIECE < len(text) else len(text)
        end = end or text.rfind(" ", at, at + _PIECE) + 1 or at + _PIECE
        yield text[at:end]
        at = end


def _claimed(text: str) -> Iterator[Figure]:
    for figure in figures(text):
        if not figure.plain or part_of_name(text, figure):
            continue
        if not figure.unit and (figure.value < 10 and figure.step == 1.0):
            continue
        if figure.unit in ("", "y") and _YEAR.fullmatch(figure.text.strip()):
            continue
        yield figure


def part_of_name(text: str, figure: Figure) -> bool:
    """Returns whether it belongs to a name: `GPT-4`, `ResNet50`, `H.264`, `3D`."""
    before, after = text[max(0, figure.start - 2) : figure.start], text[figure.start + len(figure.text) :][:2]
    return bool(re.search(r"[A-Za-z_][-_./]?$", before) and not re.search(r"\bby-$", before)) or (
        not figure.unit and bool(re.match(r"-?[A-Za-z]", after)) and not re.match(r"-[a-z]", after)
    )


def _in_source(figure: Figure, index: _SourceIndex) -> bool:
    asked = replace(figure, start=0)
    if asked not in index.held:  # a text may repeat a figure many times
        found = (other for form in _forms(figure) for other in _same(figure, form, index))
        index.held[asked] = next(found, None) is not None
    return index.held[asked]


def _same(figure: Figure, form: tuple[float, float, str], index: _SourceIndex) -> Iterator[Figure]:
    value, step, unit = form
    for other in index.between(*_accepted(figure, value, step), _units_like(unit)):
        if unit == "1" and not (other.value <= 1.0 and other.step < 1):
            continue
        if unit == "score" and not (other.step < 1 and index.is_beside_score(other)):
            continue
        if unit != "%" or other.unit or index.is_score(other):
            yield other


def _forms(figure: Figure) -> Iterator[tuple[float, float, str]]:
    """Yields the quantity in each form that the source may use: value, step, unit."""
    value, step, unit = figure.value, figure.step, figure.unit
    yield value, step, unit
    if unit in ("%", "points"):
        yield value / 100, step / 100, "1"
    if not unit and value <= 1 and step < 1:
        yield value * 100, step * 100, "%%"
        yield value * 100, step * 100, "score"
    if not unit and 1 < value <= 100 and step < 1:
        yield value / 100, step / 100, "score"
    for scale in _SCALES:
        if unit in scale:
            for other, size in scale.items():
                if other != unit:
                    yield value * scale[unit] / size, step * scale[unit] / size, other


def _accepted(figure: Figure, value: float, step: float) -> tuple[float, float]:
    """Returns the bounds between which the figure holds, in one of its forms."""
    exact = min(max(abs(value) * 1e-6, 1e-12), max(step, abs(value) * 1e-9) + 1e-12)
    low = high = exact
    if figure.about:
        low = high = max(exact, max(0.5 * step, 0.05 * abs(value)) * 1.0001)
    elif figure.bound:
        slack = max(step, 0.1 * abs(value)) if _round(value) and figure.unit not in ("%", "points", "x") else step
        low, high = (exact, max(exact, slack)) if figure.bound == ">" else (max(exact, slack), exact)
    elif step >= 1000 and value >= 1000:
        # A magnitude (`1.5M`, `150万`) is always rounded.
        low = high = max(exact, min(0.5 * step, 0.05 * value))
    return value - low, value + high


def _round(value: float) -> bool:
    """Returns whether a figure is round, as after `more than`: 1,000, 250, 40."""
    digits = f"{value:.6g}".replace(".", "").strip("0")
    return len(digits) <= 1 or (len(digits) == 2 and digits.endswith("5"))


def _units_like(unit: str) -> Collection[str] | None:
    """Returns units that the source may use for this one of `_forms`; None for any."""
    if unit in ("", "1", "%%", "score"):
        return {"": None, "1": ("",), "%%": ("%",), "score": ("",)}[unit]
    return ("%", "points", "") if unit in ("%", "points") else (unit, "")


def derived_from(figure: Figure, sentence: str, source: str) -> bool:
    """Returns whether it is the difference, ratio, share or change of two in a short text."""
    change = _change_in(sentence)
    found = [f for f in islice(figures(source), _MAX_FIGURES) if not part_of_name(source, f)]
    if any(f.value in (figure.value * 1_000, figure.value / 1_000) and _bare(f) and _bare(figure) for f in found):
        return True  # `0.64 dollars per kilogram` for `640 dollars per tonne`
    shares = ((a.value / b.value) * 100 for a, b in permutations(found, 2) if figure.unit == "%" and b.value > a.value)
    return any(abs(share - figure.value) <= _tolerance(figure) for share in shares) or any(
        _follows(figure, a, b, change) for a, b in combinations(found, 2)
    )


def _bare(figure: Figure) -> bool:
    """Returns whether it has neither a unit nor a word such as `million`."""
    return not figure.unit and not re.search(r"[^\W\d]", figure.text)


def _derived(figure: Figure, text: str, index: _SourceIndex, language: str = "en") -> bool:
    """Returns whether it follows from two adjacent figures of the text or of the source."""
    sentence = _sentence_at(text, figure.start)
    asked = sentence, replace(figure, start=0), base(language) not in ("en", "zh")
    if asked not in index.derived:  # a sentence may repeat a figure many times
        index.derived[asked] = _derived_in(sentence, asked[1], index, asked[2])
    return index.derived[asked]


def _derived_in(sentence: str, figure: Figure, index: _SourceIndex, foreign: bool) -> bool:
    """Returns whether it follows. `foreign`: the text's language is not that of the words here."""
    change = _change_in(sentence, foreign)
    if not (any(change) or _COMPARES.search(sentence)):
        return False
    own = [f for f in islice(figures(sentence), _MAX_FIGURES) if f.plain and f.text != figure.text]
    own = [f for f in own if not part_of_name(sentence, f)]
    anchored = [f for f in own if _in_source(f, index)]
    named = [(a, b) for i, a in enumerate(anchored) for b in anchored[i + 1 :] if _comparable(a, b)]
    if named:
        return any(_follows(figure, a, b, change) for a, b in named)
    if anchored:
        return any(_follows(figure, a, b, change) for a in anchored for b in _neighbours(a, index))
    return any(_follows(figure, a, b, change) for a, b in index.pairs.near(figure))


class _Change(NamedTuple):
    more: bool
    less: bool


def _change_in(sentence: str, foreign: bool = False) -> _Change:
    """Returns whether the sentence says that something is more, less, better or worse."""
    axes = AXES[:2] if foreign else ()
    return _Change(
        any(side.search(sentence) for side in (_MORE, *(axis.up for axis in axes))),
        any(side.search(sentence) for side in (_LESS, *(axis.down for axis in axes))),
    )


def _comparable(a: Figure, b: Figure) -> bool:
    return a.unit == b.unit and a.value != b.value


def _neighbours(figure: Figure, index: _SourceIndex) -> Iterator[Figure]:
    """Yields figures beside this one in the first places where the source has it."""
    for other in islice(index.between(figure.value - 1e-9, figure.value + 1e-9), _MOST_PLACES):
        first = bisect_left(index.starts, other.start - _MAX_DISTANCE)
        last = bisect_right(index.starts, other.start + _MAX_DISTANCE)
        yield from (f for f in index.figures[first:last] if f is not other)


_FOLLOWS: Sequence[Callable[[float, float], float]] = (
    lambda low, high: high / low,
    lambda low, high: high / low - 1,
    lambda low, high: high - low,
    lambda low, high: (high - low) * 100,
    lambda low, high: (high - low) / low * 100,
    lambda low, high: (high - low) / high * 100,
    lambda low, high: low / high * 100,
)
"""Words of a text for a relation of two figures. `_results` says when each holds."""


class _Pairs:
    """Pairs of adjacent figures, by what follows from them."""

    def __init__(self, pairs: Sequence[tuple[Figure, Figure]]) -> None:
        ordered = [((a, b), sorted((a.value, b.value))) for a, b in pairs if min(a.value, b.value) > 0]
        self._pairs = [pair for pair, _ in ordered]
        self._kinds: list[tuple[array[float], array[int]]] = []
        for follow in _FOLLOWS:
            values = [follow(low, high) for _, (low, high) in ordered]
            order = sorted(range(len(values)), key=values.__getitem__)
            self._kinds.append((array("d", (values[n] for n in order)), array("l", order)))

    def near(self, figure: Figure) -> Iterator[tuple[Figure, Figure]]:
        """Yields pairs from which a value follows that the figure may stand for."""
        tolerance = _tolerance(figure)
        for values, order in self._kinds:
            first = bisect_left(values, figure.value - tolerance)
            last = bisect_right(values, figure.value + tolerance)
            yield from (self._pairs[n] for n in order[first : min(last, first + _MOST_PAIRS)])


def _pairs(text: str) -> _Pairs:
    found: list[tuple[Figure, Figure]] = []
    for sentence in _SENTENCE.finditer(text):
        if len(sentence[0]) > 600:
            continue
        inside = [f for f in figures(sentence[0]) if f.plain]
        if 2 <= len(inside) <= 6:
            found += [
                (a, b)
                for i, a in enumerate(inside)
                for b in inside[i + 1 :]
                if a.unit == b.unit or not a.unit or not b.unit
            ]
        if len(found) > _MOST_PAIRS * 10:
            break
    return _Pairs(found[: _MOST_PAIRS * 10])


def _tolerance(figure: Figure) -> float:
    rounded = 0.05 * figure.value if figure.about or figure.bound else 0.0
    return max(min(0.5 * figure.step, 0.1 * figure.value), rounded) * 1.0001


def _follows(figure: Figure, a: Figure, b: Figure, change: _Change) -> bool:
    """Returns whether `figure` is the exact difference, ratio or change of `a` and `b`."""
    high, low = max(a.value, b.value), min(a.value, b.value)
    if high == low or low <= 0 or (a.unit and b.unit and a.unit != b.unit):
        return False
    tolerance = _tolerance(figure)
    return any(
        abs(figure.value - c) <= tolerance
        for c in _results(figure, (low, high), (min(a.step, b.step), a.unit or b.unit), change)
    )


def _results(
    figure: Figure, pair: tuple[float, float], precision: tuple[float, str], change: _Change
) -> Iterator[float]:
    """Yields what follows from `pair` (low, high) in the figure's unit. `precision`: step, unit."""
    (low, high), (step, kind) = pair, precision
    if figure.unit == "x":
        yield high / low
        yield high / low - 1
        return
    if figure.unit not in ("%", "points", "") and figure.unit != kind:
        return
    if figure.unit or (figure.step < 1 and figure.step >= step):
        yield high - low
    if figure.unit and high <= 1.0:
        yield (high - low) * 100
    if figure.unit == "%":
        more, less = change
        if more or not less:
            yield (high - low) / low * 100
        if less or not more:
            yield (high - low) / high * 100
            yield low / high * 100


def _sentence_at(text: str, position: int) -> str:
    start = max(0, position - 300)
    for match in _SENTENCE.finditer(text, start, min(len(text), position + 300)):
        if match.end() > position or match.end() == match.start():
            return match[0]
    return text[start : position + 300]


def _named(name: str, index: _SourceIndex) -> bool:
    bare = squeezed(name)
    single = bare.removesuffix("s")
    if bare in index.words or single in index.words or f"{bare}s" in index.words or len(bare) < 2:
        return True
    if bare in index.squeezed and index.has_whole(bare):
        return True
    if name.rstrip("s").replace("-", "").isupper() and abbreviates(single, index.initials):
        return True
    head, *numbers = name.split("/")
    if numbers and head[-1:].isdecimal() and all(map(str.isdecimal, numbers)):  # `CIFAR-10/100`
        return all(_named(one, index) for one in (head, *(head.rstrip("0123456789.") + n for n in numbers)))
    parts = [squeezed(p) for p in re.split(r"[-_/+.·]", name) if p]
    known = all(p in index.words or p.removesuffix("s") in index.words for p in parts)
    return len(parts) > 1 and known and not any(p.isdecimal() for p in parts)
