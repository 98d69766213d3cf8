"""Finds arXiv ids in any form that people paste, in sentences and directly beside Chinese
characters.

An id is `YYMM.NNNNN` (four digits until 1412, five from 1501) or, in the old style,
`archive/YYMMNNN`, with or without a version. Text that looks like an id but is none (`2413.00001`,
an arxiv.org page without a paper) is a typing error, not words to search for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from digest.errors import BadInput
from digest.patterns import regex


@dataclass(frozen=True)
class PaperRef:
    id: str
    """Without the version; in the old style with the subject class if given: `math.GT/0309136`."""
    version: int | None = None

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc"
    "|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_VERSION = r"(?:v(?P<version>[1-9]\d{0,2}))?"
_NOT_AFTER = r"(?![0-9a-z]|\.\d)"
_NEW = regex(
    r"(?:(?<![0-9a-z])arxiv[.:\s]{0,3}|(?<![0-9a-z.]))(?P<month>\d\d(?:0[1-9]|1[0-2]))\.(?P<number>\d{4,6})"
    + _VERSION
    + _NOT_AFTER,
    re.ASCII | re.IGNORECASE,
)
_OLD = regex(
    rf"(?:(?<![0-9a-z])arxiv[.:\s]{{0,3}}|(?<![0-9a-z.-]))(?P<archive>{_ARCHIVES})(?P<subject>\.[a-z]{{2}}|\.[a-z]+-[a-z]+)?/"
    r"(?P<month>\d\d(?:0[1-9]|1[0-2]))(?P<number>\d{3})" + _VERSION + _NOT_AFTER,
    re.ASCII | re.IGNORECASE,
)
_INDEXED = regex(r"\b(?:(?:19|20)\d\darXiv|corr/abs-)(?P<month>\d{4})-?(?P<number>\d{4,5})[A-Z]?\b", re.ASCII)
"""A bibcode of ADS (`2024arXiv240100001S`), a key of DBLP (`corr/abs-2401-00001`)."""
_OTHER_DOI = regex(r"\b10\.(?!48550/)\d{4,9}/$", re.ASCII)
_DOI_LENGTH = 20
"""Characters of the prefix of another DOI, at most."""

_SHAPES = (
    regex(r"(?:arxiv[:.\s]*)?\d{3,6}\.\d{3,7}(?:v\d*)?", re.ASCII | re.IGNORECASE),
    regex(r"(?:arxiv[:.\s]*)?[a-z]+(?:-[a-z]+)?(?:\.[a-z-]+)?/\d{5,9}(?:v\d*)?", re.ASCII | re.IGNORECASE),
    regex(r"arxiv:\S*", re.IGNORECASE),
    regex(r"(?:https?://)?(?:[a-z0-9-]+\.)*arxiv\.org(?:/\S*)?", re.IGNORECASE),
)

_LINK = regex(
    r"(?:https?://(?:[^\s/@]*@)?|(?<![\w@./-])(?=(?:[a-z0-9-]+\.)+[a-z]{2,}/))(?P<host>[a-z0-9.-]+\.[a-z]{2,})(?::\d+)?(?:[/?#]\S*)?"
    r"|(?<![\w/])(?:doi[:\s]\s?)?(?P<doi>10\.\d{4,9}/[^\s]+)",
    re.ASCII | re.IGNORECASE,
)
"""An address with its scheme or a path, or a DOI."""

_CURIE = regex(
    r"[a-z][a-z0-9]{1,11}:\s?[a-z]?\d[\d.-]{4,}|PMC\d{5,9}|hal-\d{8}"
    r"|(?:acl:\s?)?20\d\d\.[a-z]\w*-[a-z]\w*\.\d{1,4}",
    re.ASCII | re.IGNORECASE,
)
"""An id with the name of its registry (`PMID: 31452104`), or in a form of its own
(`hal-04123456`, `2024.acl-long.123`)."""

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))
_EDGES = " \t\r\n<>()[]{}\"'“”‘’「」『』《》〈〉【】`*_.,;:!?。，；：！？、…"


def parse(text: str) -> PaperRef | None:
    """Returns the first id in a text; None if there is none."""
    return next(iter(find_all(text)), None)


def find_all(text: str) -> list[PaperRef]:
    """Returns each paper that a text names once, in order, in the first of several forms."""
    found: dict[str, PaperRef] = {}
    for _, ref in sorted(_matches(_plain(text)), key=lambda at_ref: at_ref[0]):
        found.setdefault(plain_id(ref.id), ref)
    return list(found.values())


def looks_like_id(text: str) -> bool:
    """Returns whether the whole text is a mistyped id or arxiv.org address."""
    bare = _plain(text).strip(_EDGES).split("|")[0].strip(_EDGES)
    return any(shape.fullmatch(bare) for shape in _SHAPES) and parse(text) is None


def elsewhere(text: str) -> str:
    """Returns the host or DOI of the first link in a text that names no arXiv paper; else empty."""
    plain = _plain(text)
    match = None if parse(text) else _LINK.search(plain)
    return (match["host"] or match["doi"]).lower()[:60] if match else ""


def only_elsewhere(text: str) -> str:
    """As `elsewhere`, for a text that is only the link, or an id of another registry."""
    bare = _plain(text).strip(_EDGES).split("|")[0].strip(_EDGES)
    if _CURIE.fullmatch(bare) and parse(bare) is None:
        return bare
    return elsewhere(bare) if _LINK.fullmatch(bare) else ""


def named(text: str) -> PaperRef | None:
    """Returns the paper that a text names; None for words. Raises BadInput for a mistyped id, or a
    link to another place."""
    if looks_like_id(text):
        shown = " ".join(text.split())[:80]
        raise BadInput(
            f"“{shown}” looks like an arXiv id or address but is not one. An id looks like 2401.00001 or "
            "hep-th/9901001; an address like https://arxiv.org/abs/2401.00001."
        )
    if place := only_elsewhere(text):
        raise BadInput(
            f"This link leads to {place}, and Paperboy reads papers on arXiv only. If the paper is on arXiv too, "
            "write its arXiv id or its title."
        )
    return parse(text)


def plain_id(paper_id: str) -> str:
    """Returns the id without the subject class of old ids, to compare forms of one paper."""
    archive, slash, number = paper_id.partition("/")
    return f"{archive.partition('.')[0]}/{number}" if slash else paper_id


def _plain(text: str) -> str:
    """Returns full-width forms as ASCII, without invisible characters and percent escapes."""
    text = text.translate(_HALF_WIDTH).translate(_INVISIBLE)
    text = re.sub(r"(?<=\d)。(?=\d)", ".", text)
    text = unquote(text) if "%" in text else text
    return _INDEXED.sub(r"arXiv:\g<month>.\g<number>", text)


def _matches(text: str) -> Iterator[tuple[int, PaperRef]]:
    for match in _NEW.finditer(text):
        if _fits(match["month"], match["number"]) and not _follows_doi(text, match.start()):
            yield match.start(), PaperRef(f"{match['month']}.{match['number']}", _version(match))
    for match in _OLD.finditer(text):
        if match["month"] >= "9107" or match["month"] <= "0703":
            subject = match["subject"] or ""
            subject = subject.upper() if len(subject) == 3 else subject.lower()
            yield (
                match.start(),
                PaperRef(f"{match['archive'].lower()}{subject}/{match['month']}{match['number']}", _version(match)),
            )


def _follows_doi(text: str, at: int) -> bool:
    return _OTHER_DOI.search(text, max(0, at - _DOI_LENGTH), at) is not None


def _fits(month: str, number: str) -> bool:
    """Returns whether the number fits the month: new ids began in 0704 with four digits, have five
    since 1501, and may get six."""
    if month < "0704" or month > "9012" or not int(number):
        return False
    return len(number) == 4 if month < "1501" else len(number) >= 5


def _version(match: re.Match[str]) -> int | None:
    return int(match["version"]) if match["version"] else None
