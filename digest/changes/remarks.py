"""Reads what authors say of their paper in its metadata: where it appears, what they corrected,
which code they published. Pure.

Metadata is English. What is not said plainly counts as not said: a promise, a submission or
another paper's acceptance is no news.
"""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator
from dataclasses import replace

from digest.fulltext.links import link_key, links
from digest.model import Link, Paper

PUBLISHED_KINDS = ("code", "data", "model")
"""Kinds of links that are news when they appear."""
_NO_PUBLICATION = ("10.48550/", "10.5281/", "10.6084/", "10.13140/", "10.36227/", "10.31219/", "10.20944/", "10.1101/")
"""DOI prefixes of arXiv, of data archives and of preprint servers."""

_CLAUSE = re.compile(r"\s*[;,]\s+|\s+[-–—|]\s+|(?<=[a-z0-9)\]])[.!?]\s+(?=[A-Z])|\.\s*$|\s*\n\s*")
_ACCEPTED = re.compile(
    r"\baccepted\b|\bto appear\b|\bto be (?:published|presented)\b|\bappear(?:s|ed)? (?:in|at)\b|\bpublished (?:in|at|by|as|online)\b"
    r"|\bforthcoming (?:in|at)\b|\bin press\b|\bcamera[- ]ready\b|\bin proceedings\b|\b(?:oral|spotlight|poster|highlight)\b.{0,20}\b(?:at|in)\b",
    re.IGNORECASE,
)
_VENUE = re.compile(
    r"(?:the )?(?:[A-Z][\w&+/-]* ){0,2}(?=\S*[A-Z]\S*[A-Z])[A-Za-z][\w&+/-]*[ ’'-]{1,2}(?:20)?\d\d"
    r"(?:\s*[(:]?\s*(?:oral|spotlight|poster|highlight|main|main track|main conference|best paper.{0,20})\)?)?"
)
"""A clause that is only a conference with its year: `CVPR 2026 (oral)`."""
_NOT_YET = re.compile(
    r"\b(?:submitted|submission|submit|under (?:review|consideration|revision)|in review|reject\w*|withdrawn|conditional\w*|provisional\w*|resubmi\w*|tentative\w*|"
    r"templates?|style|formatted|challenge|competition|track report|awaiting|pending|potential\w*)\b"
    r"|\b(?:not|never|if|once|when|until|unless|upon|before|after|being|is to be|yet to be|hop\w+ to be|wait\w* to be)\s+(?:\w+\s+){0,2}accepted\b"
    r"|\bto be (?:submitted|accepted)\b|\baccepted (?:practice|view|manuscripts? will)\b",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(
    r"\b(?:earlier|previous|preliminary|prior|initial|first|short(?:er)?|abridged|extended|expanded|longer|conference|workshop|journal|thesis)\s+(?:\w+\s+)?(?:version|draft|paper|abstract|edition)\b"
    r"|\b(?:extension|extends|expands|expansion|continuation|follow[- ]?up|companion|sequel|supplement\w*|erratum|comment|reply|response)\b"
    r"|\b(?:code|dataset|model|software|package|demo|talk|patent)s?\b.{0,30}\b(?:accepted|published|appear)",
    re.IGNORECASE,
)
_PROMISED = re.compile(
    r"\b(?:will|shall|would) (?:\w+\s+){0,3}(?:be|become|release|publish|make|open|provide|share|appear)\b|\bcoming soon\b|\bsoon\b|\bto be (?:\w+\s+)?(?:released|published|made|added|available|open)\b"
    r"|\b(?:upon|after|on|once|if|when)\s+(?:\w+\s+){0,2}(?:accept\w*|publication|published|request|approval)\b|\b(?:going|plan\w*|intend\w*) to\b|\bTBA\b|\bplaceholder\b|\bunder construction\b|\bno longer\b|\bnot (?:yet )?available\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z(\[])|;\s+|\n+")
_CORRECTS = re.compile(
    r"\b(?:errors?|mistakes?|bugs?|flaws?|flawed|erratum|errata|corrigendum|incorrect\w*|wrong|invalid)\b",
    re.IGNORECASE,
)
_REVISES = re.compile(
    r"\b(?:new|added|adds|adding|additional|updated|updates|revised|extended|more|further|corrected|changed|removed)\b.{0,40}"
    r"\b(?:experiments?|results?|baselines?|ablations?|theorems?|proofs?|evaluations?|benchmarks?|datasets?|conclusions?|claims?)\b"
    r"|\b(?:experiments?|results?|theorems?|proofs?|conclusions?|claims?)\b.{0,20}\b(?:added|updated|corrected|changed|removed|revised)\b"
    r"|\bmajor (?:update|changes?|rewrite|correction)\b",
    re.IGNORECASE,
)
_MINOR = re.compile(
    r"\b(?:typos?|typograph\w*|misprints?|spelling|grammar|grammatical|wording|language|minor|small|slight\w*|cosmetic|presentation\w*|exposition|latex|tex|compil\w*|render\w*|format\w*|layout|"
    r"affiliations?|authors?|names?|acknowledge?ments?|funding|grants?|references?|refs?|citations?|bibliograph\w*|bibtex|metadata|links?|urls?|hyperlinks?|resolution|captions?|margins?|styles?|fonts?|"
    r"upload\w*|files?|titles?|abstract|e-?mails?|orcid|licen[sc]e|keywords|numbering|labels?|notation|appendi\w*|supplement\w*|pages?|figures?|tables?)\b",
    re.IGNORECASE,
)


def publications(paper: Paper) -> tuple[str, ...]:
    """Where the metadata says that the paper appears, in its own words."""
    said = []
    if (
        paper.journal_ref
        and not _NOT_YET.search(paper.journal_ref)
        and not re.match(r"arxiv\b", paper.journal_ref, re.IGNORECASE)
    ):
        said.append(paper.journal_ref)
    if _is_accepted(paper.comment):
        said.append(paper.comment)
    if paper.doi and not paper.doi.removeprefix("https://doi.org/").startswith(_NO_PUBLICATION):
        said.append(f"doi.org/{paper.doi.removeprefix('https://doi.org/')}")
    return tuple(said)


def _is_accepted(comment: str) -> bool:
    clauses = list(_clauses(comment))
    if any(re.search(r"\b(?:submitted to|under review|submission to)\b", c, re.IGNORECASE) for c in clauses):
        clauses = [c for c in clauses if _ACCEPTED.search(c)]  # a bare conference is where it was sent
    return any(
        (_ACCEPTED.search(c) or _VENUE.fullmatch(c)) and not _NOT_YET.search(c) and not _OTHER_WORK.search(c)
        for c in clauses
    )


def _clauses(text: str) -> Iterator[str]:
    for clause in _CLAUSE.split(text):
        if bare := clause.strip(" .,;:*"):
            yield bare


def published_links(paper: Paper) -> tuple[Link, ...]:
    """Links to the authors' code, data and models that comment and abstract give, not promise."""
    kept = replace(paper, comment=_given(paper.comment), abstract=_given(paper.abstract))
    return tuple(link for link in links(kept) if link.kind in PUBLISHED_KINDS and link.known)


def _given(text: str) -> str:
    return " ".join(sentence for sentence in _SENTENCE.split(text) if not _PROMISED.search(sentence))


def keys_of(found: tuple[Link, ...]) -> frozenset[str]:
    return frozenset(f"{link.kind} {link_key(link.url)}" for link in found)


def revision(before: str, now: str) -> str:
    """What a new comment says of corrected errors or other results; empty if it says nothing."""
    known = {_letters(clause) for clause in _clauses(before)}
    for clause in re.split(r"\s*;\s+|(?<=[a-z0-9)\]])[.!?]\s+(?=[A-Zv])|\.\s*$", now):
        bare = clause.strip()
        new = bare and _letters(bare) not in known and _letters(bare) not in _letters(before)
        if new and (_CORRECTS.search(bare) or _REVISES.search(bare)) and not _MINOR.search(bare):
            return bare
    return ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
