"""Judges by rules whether a quotation, with the passage around it, supports a sentence. Pure.

Figures and names must be in the quotation, its sentence or its table. Negation, direction and the
order of a comparison must agree. Enough of the content must be shared, by words; in Chinese by the
glossary. What rules cannot decide is doubtful, for a model to confirm."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product

from digest.checks.facts.figures import figures as figures_in
from digest.checks.facts.notation import with_english_numbers, with_english_units
from digest.evidence.clauses import END
from digest.evidence.content_words import PAPER_MARKS, words
from digest.evidence.ground import Ground, SentenceIndex, letters
from digest.evidence.rules import (
    amounts,
    certainty,
    content,
    copies,
    exchanged,
    figures,
    names,
    negation,
    opposites,
    order,
    parts,
    shares,
    tables,
)
from digest.evidence.rules.case import Case, Doubt
from digest.model import FullText
from digest.patterns import GAP, regex


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
    """Rules cannot decide, so a model may confirm a doubtful sentence."""
    slight: bool = False
    """A doubtful sentence stays unmarked if no model can be asked."""
    reworded: bool = False
    """A supported sentence has words that its quotation lacks, or that are not known."""


_SUPPORTED = Verdict(Support.SUPPORTED)
LONGEST = 1_500
"""Characters of a sentence that rules judge."""


def support_of(
    sentence: str, ground: Ground, language: str, index: SentenceIndex | None = None, *, granted: str = ""
) -> Verdict:
    """Returns how well the ground supports the sentence.

    `granted`: what may be said without proof, such as the paper's title and number."""
    bare = " ".join(PAPER_MARKS.sub("", _CITATIONS.sub("", sentence)).split()).strip(' *_"“”')
    if not bare or letters(bare) == letters(ground.quotation) or _is_whole_sentence(bare, ground):
        return _SUPPORTED
    if len(bare) > LONGEST:  # the rules take the product of its length and the quotation's
        return Verdict(Support.DOUBTFUL, "too long to be held against a quotation", ask=True)
    read = with_english_units(with_english_numbers(bare, language, f"{ground.whole}\n{ground.around}"), language)
    said = _in_scale_of_table(read, ground.whole) if ground.table else read
    case = Case(said, ground, language, index, f"{granted}\n{index.title if index else ''}")
    doubts = {rule: list(rule(case)) for rule in RULES}
    worst = max((d for found in doubts.values() for d in found), key=lambda d: d.level, default=None)
    if worst is None:
        return Verdict(Support.SUPPORTED, reworded=case.reworded)
    if worst.level == 4:
        return Verdict(Support.CONTRADICTED, worst.reason)
    agree = worst.level > 1 and not case.ablated and any(doubts[one] and doubts[other] for one, other in _AGREEING)
    return Verdict(Support.DOUBTFUL, worst.reason, ask=worst.level < 3 and not agree, slight=worst.level == 1)


RULES: tuple[Callable[[Case], Iterable[Doubt]], ...] = (
    figures.figures_fit,
    names.names_stand,
    names.names_beside,
    negation.negation,
    amounts.quantifiers_agree,
    shares.shares,
    shares.scales,
    shares.by_or_to,
    opposites.graded,
    parts.other_part,
    certainty.certainty,
    certainty.conditions,
    certainty.circumstances,
    certainty.causes,
    certainty.plans,
    certainty.advice,
    content.subjects,
    names.in_turn,
    names.words_in_turn,
    exchanged.figures_exchanged,
    exchanged.sides_exchanged,
    opposites.directions,
    opposites.removed,
    order.comparison,
    copies.copy,
    tables.table_order,
    order.of_figures,
    content.content,
)
"""The order in which doubts of one level are reported."""
_SURENESS = certainty.certainty, certainty.conditions, certainty.causes
_AGREEING = (
    *product((negation.negation, opposites.directions), (certainty.certainty, certainty.causes)),
    *combinations(_SURENESS, 2),
    (opposites.directions, figures.figures_fit),
)
"""Rules that read different words. If two doubt a sentence, no model is asked."""
_CITATIONS = regex(GAP + r"(?:\[\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\]|\(\?\))")


class SupportIndex(SentenceIndex):
    """A paper's sentences, with cached verdicts on what was compared with them."""

    def __init__(self, text: FullText, title: str = "") -> None:
        super().__init__(text, title)
        self._verdicts: dict[tuple[str, str, str], Verdict] = {}

    def support(self, sentence: str, quotation: str, language: str) -> Verdict:
        """Returns whether a quotation of this paper supports a sentence. Judges each pair once."""
        pair = sentence, quotation, language
        if pair not in self._verdicts:
            self._verdicts[pair] = support_of(sentence, self.ground([quotation]), language, self)
        return self._verdicts[pair]


def _in_scale_of_table(sentence: str, table: str) -> str:
    """Returns `182` for `182 million`, as in the cell, if the table or column is in millions."""
    worded = {_FACTORS[m[0].lower().removesuffix("s")] for m in _SCALE_OF_TABLE.finditer(table)}
    headed = _factors_of_columns(table)
    for figure in figures_in(sentence):
        if not figure.plain or not re.search(r"[^\W\d]", figure.text):
            continue
        for factor in {*worded, *headed}:
            bare = f"{figure.value / factor:.6g}"
            in_table = factor in worded and figure.step >= min(worded) / 1_000 and _is_cell(bare, table)
            if in_table or bare in headed.get(factor, ()):
                sentence = sentence.replace(figure.text, f"{bare} ", 1)
    return sentence


def _is_cell(text: str, table: str) -> bool:
    return re.search(rf"\|\s*{re.escape(text)}\s*(?=\|)", table) is not None


def _factors_of_columns(table: str) -> dict[float, set[str]]:
    """Returns the cells under `Params (M)` by the number that `M` stands for."""
    found: dict[float, set[str]] = {}
    rows = tables.table_rows(table)
    for column, head in enumerate(rows[0] if rows else ()):
        if scale := _SCALE_OF_COLUMN.search(head):
            cells = found.setdefault(_FACTORS[scale[1].upper()], set())
            cells.update(row[column] for row in rows[1:] if column < len(row))
    return found


_FACTORS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "K": 1e3, "M": 1e6, "B": 1e9}
_SCALE_OF_TABLE = regex(r"(?<!\d )(?<!\d)\b(?:thousand|million|billion)s?\b", re.IGNORECASE)
_SCALE_OF_COLUMN = regex(r"[(\[](?:in )?([KkMB])[)\]]")


def _is_whole_sentence(sentence: str, ground: Ground) -> bool:
    """Returns whether it is whole, also after words of reporting: `The authors report that …`."""
    own = letters(sentence)
    for whole in map(letters, END.split(ground.whole)):
        if len(whole) > 20 and own.endswith(whole):
            said = sum(1 for w in words(sentence)) - sum(1 for w in words(ground.whole))
            return len(own) - len(whole) < 40 and (own == whole or said <= 0)
    return False
