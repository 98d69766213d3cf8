"""Checks the model's answer against the papers and builds the Answer from what was verified. Pure.

A citation whose quotation was not found is removed; a sentence left without any is marked `(?)`.
So is a sentence with a figure, name, quoted phrase or id that is not in the papers. Links that are
not in the papers are removed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest import checks
from digest.evidence.finder import Finder
from digest.llm import prompts
from digest.llm.answer_text import QuotationEntry, parse_quotations, sentences, split_answer
from digest.llm.review import unknown_ids
from digest.model import Answer, Evidence, Fault, FullText, Paper, Problem, Quote

MARK = "(?)"

_CITATION = re.compile(r"\s*\[(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\]")
_URL = re.compile(r"<?https?://[^\s<>()\[\]（）“”\"'，。；]+[^\s<>()\[\]（）“”\"'，。；.,;:!?]/?>?")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((\S+?)(?:\s+\"[^\"]*\")?\)")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』\n]{15,})[”\"」』]")
_SENTENCE_END = re.compile(r"[.。!！?？…]*[”\"」』)）*_]*(?:\s*\|)?\s*\Z")
"""In a row of a table the mark goes into the last cell: text behind the row is not shown."""
_DENIES = re.compile(
    r"\b(?:not(?! only)|no(?! doubt)|never|neither|nor|without|nothing|none|unclear|unstated|whether|nicht|keine?[rnms]?|ob|pas|aucune?|ningun[oa]?|ningún|nunca|não|nem|non)\b|n['’]t\b|没(?!错)|未(?!来)|不(?!仅|但|错|断|同)|无法|无从|并非|是否|否则?|ない|ません|않|없|아니|\bне\b|\bнет\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:](?=\s)|[，；：。]|\s[–—]\s")
_MIN_CONTENT_WORDS = 5
"""With fewer, the words do not show what an answer is about."""
_MIN_SHARED = 0.34
"""Share of an answer's content words that stand in the papers."""


@dataclass(frozen=True)
class GivenPaper:
    """A paper as the model got it."""

    number: int
    paper: Paper
    text: FullText
    finder: Finder
    allow: tuple[str, ...] = ()
    """URLs of its own that may stay links."""

    @property
    def source(self) -> str:
        return f"{self.paper.title}\n{self.paper.abstract}\n{self.paper.comment}\n{self.paper.id}\n{self.text.text}"


@dataclass
class AnswerChecker:
    """Checks the sentences of one answer against the papers.

    A figure that only the question holds may be denied or left open, never confirmed: a question
    `is it true that it reaches 99.9 %?` is no evidence for 99.9 %.
    """

    papers: Sequence[GivenPaper]
    question: str
    language: str
    entries: Sequence[QuotationEntry] = ()
    quotes: list[Quote] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = " ".join(f"{r.number} #{r.number}" for r in self.papers)
        self._source = "\n".join([*(r.source for r in self.papers), numbers])
        self._with_question = f"{self._source}\n{self.question}"
        self._squeezed = re.sub(r"\s+", "", self._with_question).lower()
        self._found = {e.number: self.find_evidence(e) for e in self.entries if e.number}

    def find_evidence(self, entry: QuotationEntry) -> tuple[Evidence, str] | None:
        """Searches the paper that the entry names; all papers where it names none."""
        named = [r for r in self.papers if r.number == entry.paper] if entry.paper is not None else list(self.papers)
        for paper in named or (list(self.papers) if len(self.papers) == 1 else []):
            if evidence := paper.finder.find(entry.text):
                return evidence, paper.paper.id
        self.problems.append(Problem(Fault.QUOTATION, f"quotes.{entry.number}", entry.text[:120]))
        return None

    def check(self, text: str) -> str:
        """A sentence as it is shown: citations renumbered, marked if something is unverified."""
        cited: list[int] = []

        def renumbered(group: re.Match[str]) -> str:
            new = [self._number(int(n)) for n in re.split(r"\D+", group[1])]
            cited.extend(new)
            return "".join(f" [{n}]" for n in dict.fromkeys(new) if n)

        body = self._without_foreign_links(_CITATION.sub(renumbered, text))
        unverified = self.unverified(body)
        self.unsupported += [d for d in unverified if d not in self.unsupported]
        self.problems += [Problem(Fault.NUMBER, "answer", f"not in the paper: {d}") for d in unverified]
        doubtful = bool(unverified) or (bool(cited) and not any(cited)) or MARK in body
        return marked(body) if doubtful and MARK not in body else body

    def unverified(self, text: str) -> tuple[str, ...]:
        """Figures, names, ids and quoted phrases that are not in the papers."""
        plain = _CITATION.sub("", text)
        found = [*checks.unsupported(plain, self._source)]
        if found and _DENIES.search(plain):
            denied = self._denied(plain)
            found = [item for item in found if item not in denied]
        found += unknown_ids(plain, self._source)
        for phrase in _QUOTED.findall(plain):
            if re.sub(r"\s+", "", phrase).lower() not in self._squeezed and not any(
                r.finder.find(phrase) for r in self.papers
            ):
                found.append(f"“{phrase}”")
        return tuple(dict.fromkeys(found))

    def _denied(self, text: str) -> set[str]:
        """Items that only the question holds, in clauses that deny them.

        `it does not reach 99.9 %` is such a clause, `it reaches 99.9 %, not less` is not.
        """
        clauses = [c for c in _CLAUSE.split(text) if _DENIES.search(c)]
        return {
            item
            for clause in clauses
            for item in checks.unsupported(clause, self._source)
            if item not in checks.unsupported(clause, self._with_question)
        }

    def _number(self, old: int) -> int:
        found = self._found.get(old)
        if found is None:
            return 0
        evidence, paper_id = found
        for quote in self.quotes:
            if quote.evidence.quotation == evidence.quotation and quote.paper_id == paper_id:
                return quote.number
        self.quotes.append(Quote(len(self.quotes) + 1, evidence, paper_id))
        return len(self.quotes)

    def cite_all(self) -> list[int]:
        """Numbers of every verified quotation, for an answer whose prose cites none."""
        return [n for n in (self._number(old) for old in self._found) if n]

    def _without_foreign_links(self, text: str) -> str:
        text = _LINK.sub(
            lambda m: m[0] if self._is_in_papers(m[2]) and not m[0].startswith("!") else m[1] + " " + MARK, text
        )
        return _URL.sub(lambda m: m[0] if self._is_in_papers(m[0]) else MARK, text)

    def _is_in_papers(self, url: str) -> bool:
        bare = re.sub(r"^https?://(?:www\.)?|/$", "", url.strip("<>").lower())
        return len(bare) > 3 and re.sub(r"\s+", "", bare) in self._squeezed


def marked(text: str) -> str:
    """`It works.` becomes `It works (?).`."""
    return insert_before_end(text, MARK)


def insert_before_end(text: str, addition: str) -> str:
    end = _SENTENCE_END.search(text)
    cut = end.start() if end else len(text)
    return f"{text[:cut].rstrip()} {addition}{text[cut:]}" if text.strip() else text


def answer_from(
    raw: str,
    papers: Sequence[GivenPaper],
    question: str,
    language: str,
    by: str,
    *,
    selected: bool,
    unmatched: bool = False,
    cut: bool = False,
) -> Answer:
    """`cut`: the text ended at the token limit, so its last sentence is dropped. See `unusable`."""
    prose, quotations = split_answer(raw)
    entries = parse_quotations(quotations or "")
    prose = checks.clean(prose, language)
    checker = AnswerChecker(papers, question, language, entries)
    pieces = sentences(prose, language)
    if cut and quotations is None:
        pieces = pieces[:-1]
    text = "".join(checker.check(piece) if piece.strip() else piece for piece in pieces).strip()
    if not checker.quotes and (numbers := checker.cite_all()):
        # It does not say which quotation supports what: all are cited, and the text is marked.
        text = insert_before_end(marked(text), " ".join(f"[{n}]" for n in numbers))
    declined = quotations is not None and not entries
    not_found = [e for e in entries if not e.number]
    found = not not_found or bool(checker.quotes)
    nearest = next((at for e in not_found if (at := checker.find_evidence(e))), None) if not found else None
    if found and not checker.quotes and not declined and MARK not in text:
        # No quotation supports it, and it does not say so itself.
        checker.problems.append(Problem(Fault.QUOTATION, "answer", "no quotation carries it"))
        checker.problems += _off_topic(text, papers, language)
        text = re.sub(r"[^\n]*\w[^\n]*", lambda line: marked(line[0]), text)
    return Answer(
        text=checks.safe_markdown(text, [url for r in papers for url in r.allow]),
        quotes=tuple(checker.quotes),
        paper_ids=tuple(r.paper.id for r in papers),
        language=language,
        by=by,
        found=found,
        nearest=nearest[0] if nearest else None,
        unsupported=tuple(checker.unsupported),
        problems=(*_whole_problems(prose, papers, language, declined=declined), *checker.problems),
        selected=selected,
        unmatched=unmatched,
    )


MARKED_FAULTS = frozenset(
    {Fault.QUOTATION, Fault.NUMBER, Fault.NAME, Fault.UNKNOWN_ID, Fault.TRUNCATED, Fault.TOO_LONG}
)
"""Faults with which an answer stays usable: its sentences are marked, or it was shortened."""


def unusable(answer: Answer) -> tuple[Problem, ...]:
    """The problems that make it no answer; empty for a usable one."""
    return tuple(p for p in answer.problems if p.fault not in MARKED_FAULTS)


def _off_topic(text: str, papers: Sequence[GivenPaper], language: str) -> list[Problem]:
    """For an answer without quotations: a problem where it shares hardly a word with the papers."""
    shared = checks.shared_words(text, "\n".join(r.source for r in papers), language)
    if shared is None or shared.of < _MIN_CONTENT_WORDS or shared.found >= _MIN_SHARED * shared.of:
        return []
    return [Problem(Fault.OTHER_PAPER, "answer", "hardly any of its words are the papers'")]


def _whole_problems(prose: str, papers: Sequence[GivenPaper], language: str, *, declined: bool) -> list[Problem]:
    """`declined`: it ends in an empty list, as the prompt asks of a polite no."""
    instructions = tuple(h.text for r in papers for h in r.text.hidden)
    source = "\n".join(r.source for r in papers)
    problems = checks.problems_of(
        _CITATION.sub("", prose),
        where="answer",
        language=language,
        source=source,
        kind="answer",
        prompt=prompts.ANSWER,
        instructions=instructions,
    )
    return [p for p in problems if not (declined and p.fault in (Fault.REFUSAL, Fault.ASKS_FOR_INPUT))]
