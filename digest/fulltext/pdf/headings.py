"""Finds the headings among the lines of a PDF, and their levels. Pure.

Words alone make no heading (lists and tables of contents have them, too). A heading's type must
differ from the running text, and its line must be short."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.fulltext.pdf.characters import FAR_SCRIPTS
from digest.fulltext.pdf.layout import Type
from digest.fulltext.pdf.pages import Line
from digest.patterns import regex

_NUMBER = regex(
    r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){1,3}\.?|\d{1,2}\.?|[IVX]{1,5}\.|[A-Z]\.|(?:Appendix|APPENDIX|Chapter|CHAPTER) [A-Z\d]{1,2}[.:]?|[A-Z](?= [A-Z]))"
    r"(?:\s+|(?=[\u3040-\u9fff]))(?P<title>[^\W\d_].*)"
)
_NAMED = regex(
    r"(?:abstract|a b s t r a c t|summary|introduction|background|related works?|preliminaries|methods?|methodology|approach|experiments?|"
    r"experimental (?:setup|results)|results?|results and discussion|discussions?|evaluation|analysis|conclusions?|"
    r"conclusions? and (?:future work|discussion|outlook)|discussion and conclusions?|summary and conclusions?|future work|"
    r"limitations?|broader impacts?|ethic(?:s|al) (?:statement|considerations?)|reproducibility statement|"
    r"acknowledge?ments?|acknowledge?ments? and disclosure of funding|author contributions?|funding|data availability|references|bibliography|literature cited|"
    r"(?:supplementary|supplemental) materials?|appendi(?:x|ces)|appendi(?:x|ces)[. :].{3,80}|supplement|contents|table of contents|keywords|ccs concepts|notation|"
    r"摘要|引言|参考文献|结论|附录)[.:]?",
    re.IGNORECASE,
)
_ABSTRACT = regex(r"(?:abstract|a b s t r a c t|摘\s?要)\s*[.:—–-]*\s*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_REFERENCES = regex(
    r"(?:(?:\d{1,2}|[IVX]+)\.?\s+)?(?:references(?: and notes)?|bibliography|literature cited|参考文献)[.:]?",
    re.IGNORECASE,
)
_CONTENTS = regex(r"(?:table of )?contents\.?", re.IGNORECASE)
_NO_TITLE = regex(r"[=<>∼≤≥∑∫√{}|]|\d\.\d{2,}|@|https?:|[,;]$")
MAX_TITLE = 140


@dataclass(frozen=True)
class Heading:
    title: str
    level: int


def heading(line: Line, body: Type) -> Heading | None:
    if line.page == 1 and line.upright and abstract_rest(line.text) == "":
        return Heading(line.text, 1)
    plain = not line.heavy and line.font == body.font and max(line.size, line.lead_size) < body.size * 1.08
    shortest = 2 if line.text >= FAR_SCRIPTS and line.text.isalpha() else 3
    if not shortest <= len(line.text) <= MAX_TITLE or not line.upright or (plain and not line.text.isupper()):
        return None
    found = _heading(line, body)
    return None if found is None or _NO_TITLE.search(line.text) else found


def _heading(line: Line, body: Type) -> Heading | None:
    text = line.text
    if max(line.size, line.lead_size) < body.size * 0.82:  # small capitals have a larger first letter
        return None
    capitals = text.upper() == text and sum(c.isalpha() for c in text) > 3
    small_capitals = line.lead_size > line.size * 1.1 and (capitals or line.lead_size > body.size * 1.2)
    marked = line.heavy or line.size > body.size * 1.08 or small_capitals
    differs = line.font != body.font
    if (numbered := _NUMBER.fullmatch(text)) and len(text.split()) <= 18 and not text.endswith("."):
        deep = numbered["number"].count(".") >= 1
        is_heading = marked or (capitals and (differs or deep)) or (differs and deep and len(text) < 60)
        if is_heading and not numbered["title"][0].islower():
            return Heading(text, _level(numbered["number"]))
    if _NAMED.fullmatch(text) and (marked or capitals or differs):
        return Heading(text.rstrip(".:"), 1)
    opens = text[0].isalpha() and not text[0].islower()
    if line.size > body.size * 1.12 and opens and len(text.split()) <= 12 and not text.endswith((".", ",")):
        return Heading(text, 1)
    return None


def _level(number: str) -> int:
    """Returns the level of a number: 1 for `3` and `IV.`, 2 for `3.2`, `A.1` and REVTeX's `A.`."""
    if number.startswith(("Appendix", "APPENDIX", "Chapter", "CHAPTER")):
        return 1
    parts = [p for p in number.split(".") if p]
    if len(parts) == 1 and number.endswith(".") and number[0].isalpha() and not re.fullmatch(r"[IVX]+\.", number):
        return 2
    return min(len(parts), 5)


def abstract_rest(text: str) -> str | None:
    """Returns the text after the word `Abstract` that begins a line; None without the word."""
    match = _ABSTRACT.match(text)
    if match is None:
        return None
    rest = match["rest"]
    lead = text[: len(text) - len(rest)].strip().lower()
    if rest and not re.search(r"[.:—–-]$", lead):
        return None  # `Abstract reasoning is …`
    return rest


def is_references(title: str) -> bool:
    return _REFERENCES.fullmatch(title.strip()) is not None


def is_contents(text: str) -> bool:
    return _CONTENTS.fullmatch(text.strip()) is not None
