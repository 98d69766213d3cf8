"""Checks whether a quotation is about what the sentence says."""

from __future__ import annotations

from collections.abc import Iterator

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.figures import figures
from digest.checks.language import base
from digest.evidence.clauses import CLAUSES
from digest.evidence.content_words import HAN, words
from digest.evidence.rules.case import Case, Doubt
from digest.patterns import regex


def _shares_figures(case: Case) -> bool:
    """Returns whether a sentence of unknown words shares its figures."""
    own = [f for f in figures(case.sentence) if f.plain] if case.foreign and case.latin else []
    return any(places_of_figure(f, case.whole) for f in own)


def content(case: Case) -> Iterator[Doubt]:
    said, telling = case.said, case.telling
    low, slight = (0.2, 0.3) if case.foreign else (0.3, 0.45)
    if len(said) >= 3 or (case.foreign and len(said) == 2 and not telling):
        if case.share < low and telling < 2:
            plain = case.share < 0.5 * low and len(said) >= 3
            yield Doubt(
                "the quotation is about something else",
                3 if plain and not (case.foreign and case.latin) and not (telling or _shares_figures(case)) else 1,
            )
        elif case.share < slight and telling < (1 if case.foreign else 2):
            yield Doubt("the quotation says little of it", 1)
        elif case.index and case.share < 0.6:
            elsewhere = case.index.best_elsewhere(said, case.ground)
            if elsewhere > 0.6 and case.share < 0.65 * elsewhere:
                yield Doubt("another passage says it, not the quotation", 1 if telling else 2)
    elif (
        case.foreign
        and not telling
        and (case.share < 0.5 if said else base(case.language) != "zh")
        and not _shares_figures(case)
    ):
        rest = _SPOKEN.sub("", case.sentence)
        if len(_UNREAD.findall(rest)) >= 6:
            yield Doubt("nothing of it is known from the quotation", 1)
    yield from _strange_clause(case)


def _strange_clause(case: Case) -> Iterator[Doubt]:
    """Doubts a part of the sentence whose words are nowhere around the quotation."""
    if case.foreign and case.latin:  # its words are not known, and German nouns look like names
        return
    for clause in CLAUSES.split(case.sentence):
        own = list(words(clause))
        if not 2 <= len(own) < len(case.said):
            continue
        part = case.share_of(case.near, own)
        told = any(f.plain and places_of_figure(f, case.whole) for f in figures(clause))
        if len(own) >= 3 and part < 0.35:
            level = 1 if part >= 0.15 else 2 if told or part else 3
        elif len(own) == 2 and not part and not told and len(HAN.findall(clause)) >= 8:
            level = 1
        else:
            continue
        yield Doubt(f"the passage does not say “{clause.strip()[:80]}”", level)
        return


def subjects(case: Case) -> Iterator[Doubt]:
    """Doubts words that are around the quotation and not in it."""
    if (case.foreign and case.latin) or case.ground.table:
        return
    said = [w for w in case.said if w.raw not in case.granted or case.mine.holds(w)]
    held = sum(bool(places_of_figure(f, case.whole)) for f in figures(case.sentence))
    few = 0.25 if len(said) > 2 else 0.01
    if len(said) >= 2 and held < 2 and case.share_of(case.mine, said) < few:
        if case.foreign and held and (len(said) < 3 or case.share_of(case.mine, said) > 0.1):
            return
        yield Doubt("the quotation says nothing of it", 1 if held or case.telling or case.foreign else 2)


_UNREAD = regex(r"[^\W\d_A-Za-zÀ-ɏ]")
_SPOKEN = regex(
    r"论文|文章|作者|本文|文中|正文|原文|引文|引用|说明|指出|提到|提出|报告|给出|写明|认为|表明|显示|介绍|讨论|描述|这一点|这里|其中|结果|数值|直接|相关|实验|结论|强调|一点|做法|有效|围绕|方法|研究|工作|可以|具体|主要|[的了在是和与对把被从为以及也都就还会能用着过到这那其此见上下里中并且]"
)
"""Chinese words for talking about papers."""
