"""Papers as BibTeX, RIS and CSL-JSON. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate, chain, count
from string import ascii_lowercase
from typing import Any

from digest.model import Paper
from digest.patterns import regex
from digest.render import tex
from digest.retrieval.folding import fold


class Format(StrEnum):
    BIBTEX = "bibtex"
    RIS = "ris"
    CSL = "csl"

    @property
    def suffix(self) -> str:
        return {"bibtex": "bib", "ris": "ris", "csl": "json"}[self]

    @property
    def label(self) -> str:
        return {"bibtex": "BibTeX", "ris": "RIS", "csl": "CSL-JSON"}[self]


@dataclass(frozen=True)
class Name:
    """An author. `given` is empty for a name that stands as a whole."""

    family: str
    given: str = ""
    suffix: str = ""
    """`Jr.`, `III`."""


MOST_AUTHORS, OTHERS = 50, "others"
LONGEST_WORD = 30
"""Characters of a word in an entry's key."""
_GROUP = regex(
    r"\b(?:Collaborations?|Consorti(?:um|a)|Teams?|Groups?|Community|Projects?|Workshop|Labs?|Laborator(?:y|ies)|"
    r"Institute|University|Initiative|Alliance|Network|Foundation|Research)\b|\b\d|[ .]AI\Z"
)
_CJK = regex(r"[\u3040-\u9fff\uac00-\ud7af]")
_SUFFIX = regex(r"(?:Jr|Sr)\.?|I{2,3}|IV|2nd|3rd", re.IGNORECASE)
_PARTICLE = regex(r"(?:v[ao]n|de[nrls]?|di|da|dos|du|la|le|el|al|ter|ten|zu|'t)")
_CAPITAL = regex(r"Van|Von|De[nrl]?|Dei|Della|Di|Da|Dos|La|Le|El|Al")
"""Particles that many write in capitals: `Luc Van Gool`."""
_AFTER_A_GIVEN_NAME = frozenset("nguyen tran pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh".split())  # noqa: SIM905
"""Vietnamese family names, before which `Van` and `Le` are given ones."""
_AND = frozenset({"y", "i", "e"})
"""Between two family names."""


def name_of(author: str) -> Name:
    """Splits a name as arXiv prints it: given names, particles, family name."""
    words = (tex.plain(author) if re.search(r"[\\{]", author) else author).split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if suffix:
        words[-1] = words[-1].rstrip(",")
    whole = " ".join(words)
    if len(words) < 2 or _GROUP.search(whole) or "," in whole or " and " in whole or _CJK.search(whole):
        return Name(f"{whole} {suffix}".strip())
    last = len(words) - 1
    while last > 1 and _is_particle(words[last - 1], words[-1]):
        last -= 2 if words[last - 1] in _AND and last > 2 else 1
    if all(_PARTICLE.fullmatch(word) for word in words[:last]):
        last = 0
    return Name(" ".join(words[last:]), " ".join(words[:last]), suffix)


def _is_particle(word: str, family: str) -> bool:
    if word.lstrip("'’`")[:1].islower():
        return True
    return _CAPITAL.fullmatch(word) is not None and fold(family) not in _AFTER_A_GIVEN_NAME


def exported(papers: Iterable[Paper], form: Format) -> str:
    """The papers as a file of this form, each once, under keys that differ."""
    once = list({paper.id: paper for paper in papers}.values())
    made: Mapping[Format, Callable[[Mapping[str, Paper]], str]] = {
        Format.BIBTEX: _bibtex, Format.RIS: _ris, Format.CSL: _csl,
    }  # fmt: skip
    return made[form](_keyed(once))


def _keyed(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Papers by entry key: surname, year, first word of the title; a letter where two coincide."""
    found: dict[str, Paper] = {}
    further: dict[str, Iterator[str]] = {}
    for paper in papers:
        family = _ascii(name_of(paper.authors[0]).family) if paper.authors else ""
        words = [word for word in map(_ascii, tex.plain(paper.title).split()) if word]
        key = f"{family[:LONGEST_WORD]}{paper.published:%Y}{words[0][:LONGEST_WORD] if words else ''}"
        if not family or not words:
            key = f"arxiv{re.sub(r'[^a-z0-9]', '', paper.id.lower())}"
        names = further.setdefault(key, chain([""], ascii_lowercase, map(str, count(1))))
        found[next(name for end in names if (name := f"{key}{end}") not in found)] = paper
    return found


def _ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if c.isascii() and c.isalnum()).lower()


def doi_of(paper: Paper) -> str:
    """Returns the DOI, the first if arXiv has several, without characters that would end a
    field."""
    return next(iter(paper.doi.split()), "").replace("{", "").replace("}", "")


def note_of(paper: Paper) -> str:
    return "Withdrawn" if paper.withdrawn else ""


# ---------------------------------------------------------------- BibTeX

_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _escaped(text: str) -> str:
    return "".join(_TEX.get(c, c) for c in " ".join(text.split()))


def _tex_title(title: str) -> str:
    """Returns arXiv's title for BibTeX. Formulas stay TeX; all other characters stand for
    themselves."""
    words, formulas = tex.apart(title)
    said = _escaped(words).translate({held: _tex_formula(formula) for held, formula in formulas.items()})
    return said or _escaped(title)


def _tex_formula(formula: str) -> str:
    """Returns a formula in which nothing can end the field, the formula or the line."""
    depths = list(accumulate((c == "{") - (c == "}") for c in formula))
    if depths[-1] or min(depths) < 0 or "$" in formula:
        return _escaped(tex.plain(f"${formula}$"))
    escaped = re.sub(r"(?<!\\)[%#&]", r"\\\g<0>", formula)
    return f"${' '.join(escaped.split())}$"


def shortened(paper: Paper) -> Paper:
    """Returns the paper with no more authors than a page has room for, and then "others", as BibTeX
    has it."""
    if len(paper.authors) <= MOST_AUTHORS:
        return paper
    return replace(paper, authors=(*paper.authors[:MOST_AUTHORS], OTHERS))


def _tex_name(author: str) -> str:
    if author == OTHERS:
        return OTHERS
    name = name_of(author)
    if name.given:
        return ", ".join(map(_escaped, filter(None, (name.family, name.suffix, name.given))))
    return f"{{{_escaped(name.family)}}}"


def _bibtex(papers: Mapping[str, Paper]) -> str:
    return "\n".join(_entry(key, paper) for key, paper in papers.items())


def _entry(key: str, paper: Paper) -> str:
    fields = {
        "title": f"{{{_tex_title(paper.title)}}}",
        "author": " and ".join(map(_tex_name, paper.authors)),
        "year": f"{paper.published:%Y}",
        "month": f"{paper.published:%m}".lstrip("0"),
        "eprint": paper.id,
        "archiveprefix": "arXiv",
        "primaryclass": paper.primary,
        "version": str(paper.version),
        "journal": _escaped(tex.plain(paper.journal_ref)),
        "doi": doi_of(paper),
        "note": note_of(paper),
        "url": paper.abs_url,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'article' if paper.journal_ref else 'misc'}{{{key},\n{lines}\n}}\n"


# ---------------------------------------------------------------- RIS


def _ris(papers: Mapping[str, Paper]) -> str:
    return "\n".join(
        "".join(f"{tag}  - {value}\n" for tag, value in _tags(k, p) if value) + "ER  - \n" for k, p in papers.items()
    )


def _tags(key: str, paper: Paper) -> Iterable[tuple[str, str]]:
    yield "TY", "JOUR" if paper.journal_ref else "UNPB"
    yield "ID", key
    yield "TI", tex.plain(paper.title)
    for author in paper.authors:
        name = name_of(author)
        yield "AU", ", ".join(filter(None, (name.family, name.given, name.suffix)))
    yield "PY", f"{paper.published:%Y}"
    yield "DA", f"{paper.published:%Y/%m/}" if paper.month_only else f"{paper.published:%Y/%m/%d}"
    yield "T2", tex.plain(paper.journal_ref)
    yield "PB", "" if paper.journal_ref else "arXiv"
    yield "DO", doi_of(paper)
    yield "UR", paper.abs_url
    yield "AN", f"arXiv:{paper.versioned} [{paper.primary}]"
    yield "N1", note_of(paper)
    yield "AB", tex.plain(paper.abstract)
    for category in paper.categories:
        yield "KW", category


# ---------------------------------------------------------------- CSL-JSON


def _csl(papers: Mapping[str, Paper]) -> str:
    return json.dumps([_item(key, paper) for key, paper in papers.items()], ensure_ascii=False, indent=1) + "\n"


def _item(key: str, paper: Paper) -> dict[str, Any]:
    names = [name_of(author) for author in paper.authors]
    day = paper.published
    item = {
        "id": key,
        "type": "article-journal" if paper.journal_ref else "article",
        "title": tex.plain(paper.title),
        "author": [_csl_name(name) for name in names],
        "issued": {"date-parts": [[day.year, day.month, *([] if paper.month_only else [day.day])]]},
        "container-title": tex.plain(paper.journal_ref),
        "publisher": "" if paper.journal_ref else "arXiv",
        "number": f"arXiv:{paper.id}",
        "version": str(paper.version),
        "archive": "arXiv",
        "archive_location": f"{paper.versioned} [{paper.primary}]",
        "DOI": doi_of(paper),
        "URL": paper.abs_url,
        "note": note_of(paper),
        "abstract": tex.plain(paper.abstract),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})
