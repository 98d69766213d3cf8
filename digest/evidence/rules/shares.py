"""Checks whether a percentage is a share, a change, points or a fraction in both."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.directions import AXES
from digest.checks.facts.figures import Figure, figures
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


def by_or_to(case: Case) -> Iterator[Doubt]:
    """Doubts `lowers it to 40 °C` if the quotation has `lowers it by 40 °C`."""
    for figure in figures(case.sentence):
        places = places_of_figure(figure, case.whole) if figure.plain and not case.ground.table else []
        own = _role(case.sentence, figure)
        theirs = {_role(case.whole, place) for place in places}
        if own and len(theirs) == 1 and theirs <= {"by", "to"} - {own}:
            yield Doubt(f"the quotation says “{theirs.pop()} {places[0].text}”", 3 if not case.foreign else 2)
            return


def _role(text: str, figure: Figure) -> str:
    """Returns whether a thing changes `by` a figure or `to` it."""
    before, after = text[max(0, figure.start - _NEAR) : figure.start], text[figure.start + len(figure.text) :][:_NEAR]
    for role, words in (("to", _STANDS_AT), ("by", _LOST)):
        if words.search(before):
            return role
    if not AXES[0].up.search(before + after) and not AXES[0].down.search(before + after):
        return ""
    if _BY.search(before) or _BY_RANGE.search(before):
        return "by"
    return "to" if (_TO.search(before) and not _FROM.search(before)) or _TO_AFTER.match(after) else ""


_NEAR = 60
"""Characters."""
_ABOUT = r"\s{1,3}(?:(?:just|only|about|around|over|nearly|almost|some|rund|etwa|fast|environ|près de|unos|cerca de|casi|quase|approximately|aproximadamente)\s{1,3}){0,2}$"
_TO = regex(
    rf"(?:\b(?:to|auf|jusqu['’]à|à|hasta|para|до){_ABOUT}|[降升增减提少高低]\w{{0,2}}[至到为](?:原来的|约|大约)?\s?$)",
    re.IGNORECASE,
)
_TO_AFTER = regex(r"\s?(?:[%％°]|[A-Za-z]{1,3})?\s?(?:まで|へ|に(?=[減増上下低])|까지|으?로 (?=[줄늘낮높감증]))")
_BY = regex(rf"(?:\b(?:by|um){_ABOUT}|[降升增减提少高低加]\w?了约?\s?$)", re.IGNORECASE)
_BY_RANGE = regex(r"\b(?:by|um)\s[^,;.]{0,30}\d[^,;]{0,12}\s(?:to|bis)\s{1,3}$", re.IGNORECASE)
_FROM = regex(r"\b(?:von|de|desde|с|от)\s[^,;.]{0,30}\d[^,;]{0,30}$", re.IGNORECASE)
"""Before a second figure, of what it changes to or of a range."""
_STANDS_AT = regex(rf"\b(?:(?:stood|stands?|remain(?:s|ed)?|was|were|is|are) at){_ABOUT}", re.IGNORECASE)
_LOST = regex(rf"\b(?:lost|loses?|losing|gain(?:s|ed|ing)?|shed){_ABOUT}", re.IGNORECASE)
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
