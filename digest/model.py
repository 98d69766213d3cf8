"""The values a digest is made of: frozen, free of I/O, with no behaviour beyond derived properties.

The words are those of the docs: a Paper is metadata only; its body is a FullText of Sections and Passages; a Profile is what a
channel wants; a Score, an Analysis, a Summary are what is said; Evidence is a quotation that was found in the FullText.
All are pydantic-friendly dataclasses: `to_json` and `from_json` at the end are the one way they are stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from pydantic import TypeAdapter

# ---------------------------------------------------------------- papers


@dataclass(frozen=True)
class Paper:
    """One arXiv paper at one version: metadata only."""

    id: str
    """Without the version: `2601.22153`, or of the old style `math.GT/0309136`."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """The primary category first."""
    published: datetime
    """Submission of version 1 (not the announcement), aware, UTC."""
    updated: datetime
    """Submission of this version."""
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    withdrawn: bool = False

    @property
    def versioned(self) -> str:
        return f"{self.id}v{self.version}"

    @property
    def primary(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def abs_url(self) -> str:
        return f"https://arxiv.org/abs/{self.versioned}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.versioned}"

    @property
    def html_url(self) -> str:
        return f"https://arxiv.org/html/{self.versioned}"


class Kind(StrEnum):
    """How a paper came into an announcement. Replacements are not news and never appear here."""

    NEW = "new"
    CROSS = "cross"


@dataclass(frozen=True)
class Listed:
    """A paper in the latest announcement list (the feed)."""

    paper: Paper
    kind: Kind


@dataclass(frozen=True)
class Listing:
    """What arXiv showed at one look: its latest list, and what its API holds of the last 14 days."""

    categories: tuple[str, ...]
    day: date | None
    """The date of the latest list in the feed; None when the feed is empty (weekend, holiday)."""
    latest: tuple[Listed, ...]
    window: tuple[Paper, ...]
    """Submitted in the last 14 days, by the API, newest first. Also holds what is not announced yet at the moment of looking."""
    seen_at: datetime


# ---------------------------------------------------------------- full text


class Basis(StrEnum):
    """What a FullText, and so an Analysis, rests on."""

    HTML = "html"
    PDF = "pdf"
    ABSTRACT = "abstract"

    @property
    def full(self) -> bool:
        return self is not Basis.ABSTRACT


class Form(StrEnum):
    TEXT = "text"
    CAPTION = "caption"
    TABLE = "table"
    EQUATION = "equation"
    LIST = "list"
    FOOTNOTE = "footnote"
    CODE = "code"


@dataclass(frozen=True)
class Passage:
    """A piece of text and the place it links to."""

    text: str
    form: Form = Form.TEXT
    anchor: str = ""
    """The HTML id to link to: `S3`, `S3.p2`, `S4.T1`."""
    page: int = 0
    """The PDF page, counted from 1; 0 when the text is not from a PDF. A passage that runs over a page end names its first page."""


@dataclass(frozen=True)
class Section:
    title: str
    """As printed, with its number: `3.2 Training`."""
    level: int
    """1 for a section, 2 for a subsection, …"""
    anchor: str = ""
    page: int = 0
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Hidden:
    """Text in a paper meant for machines and not for people. It is kept out of `sections` and so from the model."""

    text: str
    how: str
    """One of: `white`, `tiny`, `off-page`, `invisible-characters`, `hidden-markup`, `instruction` (visible text that gives orders to models)."""
    place: str = ""
    """`p. 3` or a section's title."""


@dataclass(frozen=True)
class FullText:
    """The body of a paper with its sections. The first Section is the abstract, whatever the basis."""

    paper_id: str
    version: int
    basis: Basis
    sections: tuple[Section, ...]
    references: tuple[str, ...] = ()
    pages: int = 0
    """PDF pages read; 0 otherwise."""
    hidden: tuple[Hidden, ...] = ()
    note: str = ""
    """Why the basis is not better, in English, for the log and for `Entry.notes`: `no HTML (404); the PDF is broken`."""

    @cached_property
    def text(self) -> str:
        """Everything people read, in order, one passage a paragraph, without references."""
        return "\n\n".join(p.text for s in self.sections for p in s.passages)

    def url(self, passage: Passage) -> str:
        """The link people see for a passage, always on arxiv.org: the section in the HTML, the page in the PDF, else the abstract."""
        versioned = f"{self.paper_id}v{self.version}"
        if self.basis is Basis.HTML and passage.anchor:
            return f"https://arxiv.org/html/{versioned}#{passage.anchor}"
        if self.basis is Basis.PDF and passage.page:
            return f"https://arxiv.org/pdf/{versioned}#page={passage.page}"
        return f"https://arxiv.org/abs/{versioned}"


# ---------------------------------------------------------------- wishes and scores


@dataclass(frozen=True)
class Profile:
    """What a channel wants. Everything in it may enter a ranking call; nothing in it names a person of the channel."""

    categories: tuple[str, ...] = ("cs.CV",)
    interests: str = ""
    """In the team's own words."""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Watched authors: their papers are always shown, in addition."""
    language: str = "en"
    """BCP 47."""


@dataclass(frozen=True)
class Score:
    """Relevance and significance of a paper for one Profile."""

    paper_id: str
    relevance: float
    """0 to 10."""
    significance: float
    """0 to 10."""
    reason: str
    """A sentence, in the Profile's language."""
    by: str
    """The Analyst's name: a model's, or `extractive`."""

    @property
    def total(self) -> float:
        """What ranks are made by: relevance counts twice, because a channel reads for itself first."""
        return (2 * self.relevance + self.significance) / 3


# ---------------------------------------------------------------- what is said


class Fault(StrEnum):
    """Kinds of Problem. The values are stored and counted; do not rename."""

    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    REFUSAL = "refusal"
    ASKS_FOR_INPUT = "asks-for-input"
    PREAMBLE = "preamble"
    CHATTER = "chatter"
    WRONG_LANGUAGE = "wrong-language"
    TRUNCATED = "truncated"
    REPETITION = "repetition"
    LEAKED = "leaked"
    """Prompt, JSON, reasoning tags or a template's brackets."""
    OTHER_PAPER = "other-paper"
    OBEYED = "obeyed"
    """The text follows an instruction that stands in the paper."""
    TOO_LONG = "too-long"
    QUOTATION = "quotation"
    """A quotation that is not in the text."""
    NUMBER = "number"
    NAME = "name"
    UNKNOWN_ID = "unknown-id"
    INVALID = "invalid"
    """Not the structure that was asked for."""


@dataclass(frozen=True)
class Problem:
    """Something a check found wrong with model output."""

    fault: Fault
    where: str
    """A path into the output: `parts.method.short`, `findings.2.quotation`, `answer`."""
    detail: str = ""
    """In English, for the model's repair and the log: what exactly is wrong."""


@dataclass(frozen=True)
class Evidence:
    """A quotation that was found in the FullText."""

    quotation: str
    """As it stands in the paper (the paper's characters, not the model's)."""
    url: str
    label: str
    """Where it stands, for people: `3.2 Training`, `p. 4`, `Abstract`."""
    exact: bool = True


@dataclass(frozen=True)
class Finding:
    statement: str
    """In the reader's language."""
    evidence: Evidence | None = None
    """None: no quotation of the paper could be verified for it. Then the statement is shown as unverified, or not at all."""
    unsupported: tuple[str, ...] = ()
    """Figures and names in the statement that do not stand in the paper, where they were not reason enough to drop it."""


FULL_PARTS = ("abstract", "motivation", "method", "novelty", "experiments", "practical", "conclusion")
"""Of an analysis of the full text: translated abstract, motivation, method, difference to others, experiments, practical use, conclusion and limits."""
ABSTRACT_PARTS = ("contribution", "innovation", "impact", "applications", "limitations")
"""Of an analysis of the abstract alone."""


@dataclass(frozen=True)
class Part:
    name: str
    """One of FULL_PARTS or ABSTRACT_PARTS."""
    short: str
    """At most 220 Chinese characters or 90 words: asked for and checked, never cut. Markdown."""
    full: str
    """Markdown, without headings above level 4."""
    unsupported: tuple[str, ...] = ()
    """Figures in it that do not stand in the paper, shown as such."""


@dataclass(frozen=True)
class Analysis:
    """What is said of one paper, in the reader's language. Nothing in it is specific to a channel."""

    paper_id: str
    version: int
    basis: Basis
    language: str
    by: str
    """The Analyst's name. `extractive` texts are the paper's own sentences and are labelled so."""
    core: str
    """The core idea in a sentence or two; empty when it was unusable."""
    parts: tuple[Part, ...]
    """In order; a part that was unusable is absent and named in `missing`."""
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    """Names of parts, or `core`, `findings`, that could not be had in a usable form."""
    problems: tuple[Problem, ...] = ()
    """What the checks found, after repair."""
    selected: bool = False
    """Only a selection of the sections was read, because the text exceeds the model's context."""


@dataclass(frozen=True)
class Mention:
    """One paper named in the Summary, with what is said of it there."""

    paper_id: str
    text: str


@dataclass(frozen=True)
class Theme:
    """A point of the Summary and the papers it rests on. `text` may be empty where the mentions say it all."""

    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Summary:
    """The executive summary, written from the finished analyses. Every paper of the digest is mentioned exactly once over all four lists."""

    language: str
    by: str
    headline: str
    """The day's news in at most 90 characters: what a lock screen shows."""
    overview: str
    """One to three sentences."""
    first: tuple[Mention, ...]
    """What to read first."""
    trends: tuple[Theme, ...]
    highlights: tuple[Theme, ...]
    directions: tuple[Theme, ...]
    """Emerging directions."""

    @property
    def mentions(self) -> tuple[Mention, ...]:
        themed = (m for themes in (self.trends, self.highlights, self.directions) for t in themes for m in t.mentions)
        return (*self.first, *themed)


# ---------------------------------------------------------------- the document


@dataclass(frozen=True)
class Link:
    """A link to code, data or a project that stands in the paper (found by rule, not by a model)."""

    kind: str
    """`code`, `data`, `model`, `project`."""
    url: str
    known: bool
    """The host is one of the known code and data hosts: shown as a link; otherwise as text."""


@dataclass(frozen=True)
class Entry:
    """One chosen paper in a Digest."""

    number: int
    """Counted from 1, in the order of the digest: what people call it by."""
    paper: Paper
    score: Score
    analysis: Analysis | None
    """None: nothing usable could be said; `notes` tells why, and the abstract is shown."""
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences in the reader's language: what is missing and why, a warning about hidden text, an earlier digest."""
    hidden: tuple[Hidden, ...] = ()
    watched: tuple[str, ...] = ()
    """Watched authors among its authors: why it is shown in addition."""
    late: bool = False
    """Announced before the latest list (held, or missed), and taken up now."""
    learned: str = ""
    """Why the channel's own votes brought it here, in the reader's language; empty when they did not."""


@dataclass(frozen=True)
class Skip:
    paper_id: str
    title: str
    reason: str
    """In English, short: `withdrawn`, `no metadata`."""


@dataclass(frozen=True)
class Coverage:
    """The numbers of the day. announced = considered + len(skipped); considered = chosen + rest."""

    announced: int
    considered: int
    chosen: int
    late: tuple[str, ...] = ()
    """Ids of considered papers that were not in the latest list."""
    skipped: tuple[Skip, ...] = ()

    @property
    def rest(self) -> int:
        return self.considered - self.chosen


@dataclass(frozen=True)
class Usage:
    """Calls and tokens of a model. Sums with `+`."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    """None when the price of a model in it is unknown."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            None if self.usd is None or other.usd is None else self.usd + other.usd,
        )


@dataclass(frozen=True)
class Candidate:
    """A considered paper that was not chosen, in rank order: what is behind "Others"."""

    rank: int
    paper: Paper
    score: Score


@dataclass(frozen=True)
class Digest:
    """The whole document for one subscription and one run."""

    subscription: str
    run: str
    """`daily` or `now-<n>`; with `local_date` it names the run."""
    local_date: date
    """The local date of the run."""
    day: date | None
    """The date of arXiv's list it rests on; None when only late papers are in it."""
    made_at: datetime
    profile: Profile
    entries: tuple[Entry, ...]
    summary: Summary
    coverage: Coverage
    cost: Usage
    papers: int = 10
    """At most so many were asked for; watched authors' come in addition."""
    others: tuple[Candidate, ...] = ()
    """The next fifteen."""
    notes: tuple[str, ...] = ()
    """Sentences in the reader's language that stand at the top: what is missing in the whole."""

    @property
    def language(self) -> str:
        return self.profile.language

    @property
    def key(self) -> str:
        return f"{self.subscription}:{self.local_date.isoformat()}:{self.run}"

    def entry(self, paper_id: str) -> Entry | None:
        return next((e for e in self.entries if e.paper.id == paper_id), None)


# ---------------------------------------------------------------- questions


@dataclass(frozen=True)
class Turn:
    """One question and its answer, as the conversation of a thread keeps them."""

    question: str
    answer: str
    paper_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    """`[1]` in an answer."""

    number: int
    evidence: Evidence
    paper_id: str


@dataclass(frozen=True)
class Answer:
    """The final form of an answer: checked, so that every quotation in it is in the paper."""

    text: str
    """Markdown with `[1]` for quotations. What could not be verified is left out or marked `(?)`."""
    quotes: tuple[Quote, ...]
    paper_ids: tuple[str, ...]
    language: str
    by: str
    found: bool = True
    """False: the paper does not say; `nearest` is then the closest passage."""
    nearest: Evidence | None = None
    unsupported: tuple[str, ...] = ()
    """Figures and names in the text that do not stand in the paper."""
    problems: tuple[Problem, ...] = ()
    selected: bool = False
    """Only a selection of the passages was read."""
    unmatched: bool = False
    """That selection is a paper's beginning: nothing in it fits the question."""


# ---------------------------------------------------------------- storing

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(value: Any) -> bytes:
    """Any of the values above (or a tuple of one kind) as UTF-8 JSON."""
    return _adapter(type(value)).dump_json(value)


def from_json(kind: type[T], data: bytes | str) -> T:
    """The inverse of `to_json`. Raises `pydantic.ValidationError` (a ValueError) for anything else."""
    value: T = _adapter(kind).validate_json(data)
    return value
