"""Whether the names of a sentence stand in its quotation, each beside its own figure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
from collections.abc import Iterator, Sequence

from digest.checks.facts.claims import missing_names, part_of_name, places_of_figure
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.names import COMMON, squeezed
from digest.evidence.clauses import END
from digest.evidence.comparison import compared_with
from digest.evidence.content_words import HAN, NAMED, Word, is_direction, is_place
from digest.evidence.rules.case import Case, Doubt, holds_name, with_own
from digest.evidence.rules.tables import columns_in_turn
from digest.patterns import regex


def names_stand(case: Case) -> Iterator[Doubt]:
    near = f"{case.whole}\n{case.ground.around}\n{case.granted}\n{case.own}"
    missing = missing_names(case.sentence, near, case.language)
    known, own = squeezed(near), squeezed(f"{case.whole}\n{case.granted}")
    for name in missing:
        if squeezed(name) not in known and not (name[1:].islower() and is_direction(name)):
            yield Doubt(f"the quotation does not name {name}", 3)
    for word in case.said[0 if case.foreign else 1 :]:
        if case.foreign and case.latin:  # its nouns may begin with a capital
            return
        if not (word.name or (case.foreign and not HAN.search(word.raw))) or _after_stop(case, word):
            continue
        if word.raw.lower() not in COMMON and not case.near.holds(word) and squeezed(word.raw) not in known:
            yield Doubt(f"the quotation does not name {word.raw}", 2)
            return
        if not case.mine.holds(word) and squeezed(word.raw) not in own:
            yield Doubt(f"{word.raw} stands beside the quotation, not in it", 1)


def _after_stop(case: Case, word: Word) -> bool:
    before = case.sentence[: word.start].rstrip(' "“(')
    return not case.foreign and (not before or before[-1] in ".:!?")


def in_turn(case: Case) -> Iterator[Doubt]:
    """`B 52.8 and A 54.2` where the quotation has `A 52.8 and B 54.2`; so for columns."""
    own = case.index.own if case.index else ""
    told = [f for f in figures(case.sentence) if f.plain and not part_of_name(case.sentence, f)]
    if case.ground.table:
        yield from columns_in_turn(case, told)
        return
    for piece in [p for p in END.split(case.whole) if p]:
        read = with_own(piece, own) if own and not holds_name(piece, own) and holds_name(case.sentence, own) else piece
        values = [f.value for f in told if places_of_figure(f, read)]
        theirs = [f.value for f in figures(read) if f.plain and f.value in values]
        mine, others = _named_in_order(case.sentence, read), _named_in_order(read, case.sentence)
        alike = len({f.unit for f in told if f.value in values}) == 1 and len({n.islower() for n in mine}) == 1
        if not alike or len(values) != 2 or sorted(values) != sorted(theirs) or values[0] == values[1]:
            continue
        if len(mine) == 2 and sorted(mine) == sorted(others) and (mine == others) != (values == theirs):
            yield Doubt("the quotation gives the names each other's figures", 2)
            return
        if len(mine) == 1 and mine == others and values != theirs and _before(mine[0], case.sentence, read, told):
            yield Doubt(f"the quotation gives {mine[0]} the other figure", 2)
            return


def set_against(case: Case) -> Iterator[Doubt]:
    """What the quotation says of the authors' work, said of what that is set against."""
    if not case.own or holds_name(case.sentence, case.own) or compared_with(case.sentence):
        return
    against = {m[0] for side in _AGAINST.finditer(case.whole) for m in NAMED.finditer(side[0])}
    subject = next(iter(_named_in_order(case.sentence, case.whole)), "")
    if subject in against:
        yield Doubt(f"the quotation sets it against {subject}", 2)


_AGAINST = regex(
    r"\b(?:instead of|than|compared (?:with|to)|against|versus|as opposed to|rather than|unlike)\b(?:[^,;.]|[,.](?=\d)){0,80}"
)


def _named_in_order(text: str, other: str) -> list[str]:
    """Names, and labels such as `test-clean`, that both texts hold, as they first stand here."""
    found = (m for m in NAMED.finditer(text) if holds_name(other, m[0]) and m[0].lower() not in COMMON)
    return list(dict.fromkeys(m[0] for m in found if m[0].islower() or not is_place(text, m)))


def _before(name: str, sentence: str, piece: str, told: Sequence[Figure]) -> bool:
    """Whether the name stands before the figures in both."""
    first = min((f.start for f in figures(piece) if any(f.value == t.value for t in told)), default=0)
    return sentence.find(name) < min(f.start for f in told) and piece.find(name) < first
