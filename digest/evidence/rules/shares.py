"""Checks whether a percentage is a share, a change, points or a fraction in both."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.figures import figures
from digest.evidence.rules.case import Case, Doubt
from digest.evidence.rules.counts import noun_after
from digest.patterns import regex


def shares(case: Case) -> Iterator[Doubt]:
    """Doubts `40 % of the baseline's` if the quotation has `40 % less than the baseline`."""
    kinds = ("a share", SHARE, CHANGE), ("a change", CHANGE, SHARE)
    for kind, own, other in kinds:
        theirs = {m[m.lastindex or 0] for m in other.finditer(case.whole)}
        kept = {m[m.lastindex or 0] for m in own.finditer(case.whole)}
        for match in own.finditer(case.sentence):
            figure = match[match.lastindex or 0]
            if figure in theirs - kept:
                yield Doubt(f"{figure} % is not {kind} in the quotation", 3)
                return


def scales(case: Case) -> Iterator[Doubt]:
    """Doubts points for a relative change, and per cent for a fraction or another measure."""
    for figure in figures(case.sentence):
        places = places_of_figure(figure, case.whole) if figure.unit in ("%", "points") else []
        if not places or case.ground.table:
            continue
        of_points = figure.unit == "points" and all(p.unit == "%" for p in places)
        if of_points and _RELATIVE.search(case.whole) and not _RELATIVE.search(case.sentence):
            yield Doubt(f"the quotation says {places[0].text} relative to another", 2)
        if figure.unit == "%" and all(p.unit == "points" for p in places):
            yield Doubt(f"the quotation says {places[0].text}", 1)
        bare = [p for p in places if not p.unit and p.value <= 1 and p.step < 1]
        if figure.unit == "%" and bare and len(bare) == len(places):
            if figure.value == bare[0].value:
                yield Doubt(f"the quotation has {bare[0].text}, not {figure.text}", 2)
            elif (noun := noun_after(case.whole, bare[0])) and not any(noun in w.stems for w in case.said):
                yield Doubt(f"the quotation counts {noun} with {bare[0].text}", 1 if case.foreign else 2)


SHARE = regex(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+of\s+(?:the|that|its|their|what)\b|(?:是|为|仅|只有|相当于)[^，。；]{0,24}的\s?(\d+(?:\.\d+)?)\s?%(?!的?[提增降减上下])"
    r"|の\s?(\d+(?:\.\d+)?)\s?[%％](?:で|に|だ)"
    r"|(?<![\d.])(\d+(?:\.\d+)?)\s?%\s+(?:des|der|de (?:los|las)|d[ao]s|всех)\s(?!\w+ (?:en )?(?:moins|plus|menos|más|mais|weniger|mehr)\b)",
    re.IGNORECASE,
)
CHANGE = regex(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+of\s+the\s+\w+\s+(?:is|are|was|were)\s+(?:saved|lost|removed|cut)\b|(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent)\s+(?:fewer|less|lower|smaller|shorter|faster|slower|higher|larger|more|better|worse|cheaper|reduction|decrease|drop|increase|improvement|gain)\b"
    r"|\b(?:reduc|decreas|lower|cut|drop|shrink|increas|improv|rais|grow)\w*\b[^.;]{0,60}?\bby\s+(?:about |around |up to )?(\d+(?:\.\d+)?)\s?(?:%|percent)"
    r"|(?:少|低|减少|降低|下降|缩短|节省|提升|提高|增加|高|快)了?(?:约)?\s?(\d+(?:\.\d+)?)\s?%",
    re.IGNORECASE,
)
_RELATIVE = regex(r"\brelativ\w*\b|相对", re.IGNORECASE)
