"""The values of a digest: frozen dataclasses without I/O and with derived properties only.

A Paper is metadata only, a FullText its body, a Profile what a channel wants, and Evidence a
quotation found in the FullText. `to_json` and `from_json` store them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# ---------------------------------------------------------------- papers


@dataclass(frozen=True)
class Paper:
    """One arXiv paper at one version: metadata only."""

    id: str
    """Without the version: `2601.22153`, or in the old style `math.GT/0309136`."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """The primary category first."""
    published: datetime
    """When version 1 was submitted (not announced), in UTC."""
    updated: datetime
    """When this version was submitted, in UTC."""
    comment: str = ""
    journal_ref: str = ""
    doi: str = ""
    withdrawn: bool = False
    month_only: bool = False
    """Only the year and month of its dates are known."""

    @property
    def dated(self) -> str:
        """Returns when version 1 was submitted, as far as known: `2026-01-30`, or `2026-01`."""
        return f"{self.published:%Y-%m}" if self.month_only else f"{self.published:%Y-%m-%d}"

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
    paper: Paper
    kind: Kind


@dataclass(frozen=True)
class Listing:
    """What arXiv shows: its latest list, and the API's papers of the last 14 days."""

    categories: tuple[str, ...]
    day: date | None
    """The date of the latest list in the feed; None if the feed is empty (weekend, holiday)."""
    latest: tuple[Listed, ...]
    window: tuple[Paper, ...]
    """Papers submitted in the last 14 days, from the API, newest first, also unannounced ones."""
    replaced: tuple[str, ...] = ()
    """Ids of papers with a new version in the latest list."""


# ---------------------------------------------------------------- full text


class Basis(StrEnum):
    """What a FullText, and so an Analysis, is based on."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"
    """Sections as another source gives them, without anchors or pages."""
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
    """The PDF page where the passage begins, counted from 1; 0 without a PDF."""


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
    """Text in a paper meant for machines, kept out of `sections` and so from the model."""

    text: str
    how: str
    """One of: `white`, `tiny`, `off-page`, `invisible-characters`, `hidden-markup`,
    `instruction` (visible text that gives orders to models)."""
    place: str = ""
    """`p. 3` or a section's title."""


@dataclass(frozen=True)
class Figure:
    """A paper's teaser figure, whose licence allows showing it again."""

    path: str
    """The picture's path below arXiv's `/html/`: `2601.22153v1/x1.png`."""
    label: str
    """`Figure 1`; empty if the page has none."""
    caption: str
    """Plain text with TeX formulas, without the label."""
    anchor: str
    licence: str
    """`CC BY-NC-SA 4.0`."""


@dataclass(frozen=True)
class FullText:
    """The body of a paper. The first Section is the abstract, whatever the basis."""

    paper_id: str
    version: int
    basis: Basis
    sections: tuple[Section, ...]
    references: tuple[str, ...] = ()
    pages: int = 0
    """How many PDF pages were read; 0 without a PDF."""
    hidden: tuple[Hidden, ...] = ()
    note: str = ""
    """Why the basis is not better, in English: `no HTML (404); the PDF is broken`."""
    lost: float = 0.0
    """Share of the document's letters that were not read."""
    missing: tuple[str, ...] = ()
    """Parts that arXiv's HTML lacks, by title or file name: `3 Method`, `sections/method.tex`."""
    figure: Figure | None = None
    """None if arXiv's HTML has no suitable figure, or its licence does not allow showing it."""

    @cached_property
    def text(self) -> str:
        """Returns all that people read, in order, one passage a paragraph, without references."""
        return "\n\n".join(p.text for s in self.sections for p in s.passages)

    def url(self, passage: Passage) -> str:
        """Returns the link on arxiv.org: the section in the HTML, the PDF's page, else the
        abstract."""
        versioned = f"{self.paper_id}v{self.version}"
        if self.basis is Basis.HTML and passage.anchor:
            return f"https://arxiv.org/html/{versioned}#{passage.anchor}"
        if self.basis is Basis.PDF and passage.page:
            return f"https://arxiv.org/pdf/{versioned}#page={passage.page}"
        return f"https://arxiv.org/abs/{versioned}"


# ---------------------------------------------------------------- wishes and scores


@dataclass(frozen=True)
class Profile:
    """What a channel wants. It may enter a ranking call, so it names nobody of the channel."""

    categories: tuple[str, ...] = ("cs.CV",)
    interests: str = ""
    """In the team's own words."""
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Watched authors. Their papers are always shown, in addition to the best."""
    language: str = "en"
    """BCP 47."""


@dataclass(frozen=True)
class Score:
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
        """Returns the score that ranks papers: relevance counts twice."""
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
    """The prompt, JSON, reasoning tags or template brackets."""
    OTHER_PAPER = "other-paper"
    OBEYED = "obeyed"
    """The text obeys an instruction in the paper."""
    TOO_LONG = "too-long"
    QUOTATION = "quotation"
    """A quotation that is not in the text."""
    NUMBER = "number"
    NAME = "name"
    UNKNOWN_ID = "unknown-id"
    SUPPORT = "support"
    """A sentence that its quotation contradicts."""
    INVALID = "invalid"
    """Not the structure that the model was asked for."""


@dataclass(frozen=True)
class Problem:
    fault: Fault
    where: str
    """A path into the output: `parts.method.short`, `findings.2.quotation`, `answer`."""
    detail: str = ""
    """What exactly is wrong, in English, for the model's repair and the log."""


@dataclass(frozen=True)
class Evidence:
    """A quotation that was found in the FullText."""

    quotation: str
    """In the paper's characters, not the model's."""
    url: str
    label: str
    """The place, for people: `3.2 Training`, `p. 4`, `Abstract`."""
    exact: bool = True


MARK = "(?)"
"""Marks a sentence that could not be verified."""


@dataclass(frozen=True)
class Doubt:
    """A sentence that rules could not find in its quotation; a model may confirm it."""

    where: str
    """A path into the output, as in a Problem, or the id of a paper that a Summary mentions."""
    sentence: str
    quotation: str
    around: str
    """The passage around the quotation."""
    slight: bool = False
    """The sentence is shown without a mark unless a model denies it."""
    reworded: bool = False
    """Rules support the sentence, but its words differ from its quotation's."""


@dataclass(frozen=True)
class Finding:
    statement: str
    """In the reader's language."""
    evidence: Evidence | None = None
    """None if no quotation was verified. The statement is then marked or not shown."""
    unsupported: tuple[str, ...] = ()
    """Figures and names in the statement that are not in the paper."""


FULL_PARTS = ("abstract", "motivation", "method", "novelty", "experiments", "practical", "conclusion")
"""The parts of an analysis of the full text."""
ABSTRACT_PARTS = ("contribution", "innovation", "impact", "applications", "limitations")
"""The parts of an analysis of the abstract."""


@dataclass(frozen=True)
class Part:
    name: str
    """One of FULL_PARTS or ABSTRACT_PARTS."""
    short: str
    """Markdown, at most 220 Chinese characters or 90 words: asked for and checked, never cut."""
    full: str
    """Markdown, without headings above level 4."""
    unsupported: tuple[str, ...] = ()
    """Figures in it that are not in the paper. They are shown as such."""


@dataclass(frozen=True)
class Analysis:
    """What the Analyst says about one paper, in the reader's language, for any channel."""

    paper_id: str
    version: int
    basis: Basis
    language: str
    by: str
    """The Analyst's name. `extractive` texts are the paper's own sentences and are labelled so."""
    core: str
    """The core idea in one or two sentences; empty if unusable."""
    parts: tuple[Part, ...]
    """The parts in order. An unusable part is absent and named in `missing`."""
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()
    """Names of the unusable parts, also `core` and `findings`."""
    problems: tuple[Problem, ...] = ()
    """What the checks still found after repair."""
    selected: bool = False
    """Only selected sections were read, because the text exceeds the model's context."""
    doubts: tuple[Doubt, ...] = ()
    """Sentences that nobody has confirmed yet. They are marked, except slight ones."""
    read_whole: bool = True
    """The model is known to have read all that was sent."""
    lacking: bool = False
    """Parts of the paper are missing from the text that was read."""


CLAIM = 60
"""The most columns: characters of Latin script, or half as many Chinese ones."""


@dataclass(frozen=True)
class Mention:
    paper_id: str
    text: str
    claim: str = ""
    """What the paper contributes, in at most CLAIM columns, for one line beside its name; empty if
    the Analyst gave none that is short, sound and supported."""


@dataclass(frozen=True)
class Theme:
    """A point of the Summary and its papers. `text` may be empty if the mentions say it all."""

    text: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Summary:
    """The executive summary. It mentions every paper once over all four lists."""

    language: str
    by: str
    headline: str
    """The day's news for a lock screen, at most 90 characters."""
    overview: str
    """One to three sentences."""
    first: tuple[Mention, ...]
    """What to read first."""
    trends: tuple[Theme, ...]
    highlights: tuple[Theme, ...]
    directions: tuple[Theme, ...]
    """Emerging directions."""
    doubts: tuple[Doubt, ...] = ()
    """Mentions that nobody has confirmed yet. They are marked, except slight ones."""
    overview_replaced: bool = False
    """The model's overview was unusable, and `overview` only counts the papers."""

    @property
    def mentions(self) -> tuple[Mention, ...]:
        themed = (m for themes in (self.trends, self.highlights, self.directions) for t in themes for m in t.mentions)
        return (*self.first, *themed)


# ---------------------------------------------------------------- the document


@dataclass(frozen=True)
class Link:
    kind: str
    """`code`, `data`, `model`, `project`."""
    url: str
    known: bool
    """Whether the host is a known code or data host: then shown as a link, else as text."""


@dataclass(frozen=True)
class Entry:
    number: int
    """Counted from 1 in the digest's order; people name papers by it."""
    paper: Paper
    score: Score
    analysis: Analysis | None
    """None if there is no usable analysis. `notes` then tells why, and the abstract is shown."""
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    """In the reader's language: what is missing and why, hidden text, an earlier digest."""
    hidden: tuple[Hidden, ...] = ()
    watched: tuple[str, ...] = ()
    """The paper's watched authors, the reason to show it in addition."""
    late: bool = False
    """The paper was announced before the latest list (held, or missed) and is considered now."""
    learned: str = ""
    """Why votes brought the paper here, in the reader's language; empty if they did not."""
    figure: Figure | None = None
    """The teaser figure, if its picture is stored (`cache_keys.picture`)."""


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
    """Ids of considered papers outside the latest list."""
    skipped: tuple[Skip, ...] = ()

    @property
    def rest(self) -> int:
        return self.considered - self.chosen


@dataclass(frozen=True)
class Usage:
    """Calls and tokens of a model. `+` adds two."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    """None if the price of one of its models is unknown."""

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
    """A considered paper that was not chosen, in rank order: shown behind "Others"."""

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
    day: date | None
    """The date of arXiv's list; None if the digest holds only late papers."""
    made_at: datetime
    profile: Profile
    entries: tuple[Entry, ...]
    summary: Summary
    coverage: Coverage
    cost: Usage
    papers: int = 10
    """The most papers asked for. Those of watched authors come in addition."""
    others: tuple[Candidate, ...] = ()
    """The next fifteen candidates."""
    notes: tuple[str, ...] = ()
    """Sentences at the top, in the reader's language, about what the whole digest lacks."""

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
    question: str
    answer: str
    paper_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quote:
    number: int
    evidence: Evidence
    paper_id: str


@dataclass(frozen=True)
class Answer:
    """The final form of an answer. Every quotation in it is in the paper."""

    text: str
    """Markdown with `[1]` for quotations. Unverified text is left out or marked `(?)`."""
    quotes: tuple[Quote, ...]
    paper_ids: tuple[str, ...]
    language: str
    by: str
    found: bool = True
    """False if the paper does not say. `nearest` is then the closest passage."""
    nearest: Evidence | None = None
    opening: bool = False
    """`nearest` is the paper's opening, because no passage shares a word with the question."""
    unsupported: tuple[str, ...] = ()
    """Figures and names in the text that are not in the paper."""
    problems: tuple[Problem, ...] = ()
    selected: bool = False
    """Only selected passages were read."""
    unmatched: bool = False
    """The selection is the paper's beginning, because nothing matches the question."""
    unconfirmed: bool = False
    """A mark in it says that the quoted passage does not confirm a sentence."""
    read_whole: bool = True
    """The model is known to have read all that was sent."""


# ---------------------------------------------------------------- storing

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # noqa: PLC0415  # slow to load, and the child that parses does without

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(value: Any) -> bytes:
    """Returns a value above (or a tuple of one kind) as UTF-8 JSON."""
    return _adapter(type(value)).dump_json(value)


def from_json(kind: type[T], data: bytes | str) -> T:
    """Reads what `to_json` wrote. Raises `pydantic.ValidationError` (a ValueError)."""
    value: T = _adapter(kind).validate_json(data)
    return value
