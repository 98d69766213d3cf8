"""From what the model wrote to an Answer in which every quotation stands in its paper. Pure; truth is judged here.

A citation without a quotation that was found is taken out, and its sentence says `(?)` unless another citation carries it; so does a sentence
with a figure, a name, a quoted phrase or an id that does not stand in the papers. A link that does not stand there is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest import checks
from digest.evidence.finder import Finder
from digest.llm import prompts
from digest.llm.answer_text import Listed, halves, listed, sentences
from digest.llm.review import strange_ids
from digest.model import Answer, Evidence, Fault, FullText, Paper, Problem, Quote

MARK = "(?)"

_CITATION = re.compile(r"\s*\[(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\]")
_URL = re.compile(r"<?https?://[^\s<>()\[\]（）“”\"'，。；]+[^\s<>()\[\]（）“”\"'，。；.,;:!?]/?>?")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\((\S+?)(?:\s+\"[^\"]*\")?\)")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』\n]{15,})[”\"」』]")
_END = re.compile(r"[.。!！?？…]*[”\"」』)）*_]*(?:\s*\|)?\s*\Z")
"""A row of a table takes its mark into its last cell: what stands behind it is not shown."""
_DENIES = re.compile(
    r"\b(?:not(?! only)|no(?! doubt)|never|neither|nor|without|nothing|none|unclear|unstated|whether|nicht|keine?[rnms]?|ob|pas|aucune?|ningun[oa]?|ningún|nunca|não|nem|non)\b|n['’]t\b|没(?!错)|未(?!来)|不(?!仅|但|错|断|同)|无法|无从|并非|是否|否则?|ない|ません|않|없|아니|\bне\b|\bнет\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:](?=\s)|[，；：。]|\s[–—]\s")
_ABOUT = 5
"""Words of content that show what an answer is about."""
_SHARED = 0.34


@dataclass(frozen=True)
class Read:
    """A paper as it was given to the model."""

    number: int
    paper: Paper
    text: FullText
    finder: Finder
    allow: tuple[str, ...] = ()
    """Addresses of its own links that may stay links."""

    @property
    def source(self) -> str:
        return f"{self.paper.title}\n{self.paper.abstract}\n{self.paper.comment}\n{self.paper.id}\n{self.text.text}"


@dataclass
class Judge:
    """Judges one answer's sentences against the papers. What only the `question` says may be repeated to deny it or to leave it open: whoever
    asks `is it true that it reaches 99.9 %?` must not have it confirmed by a figure of his own.
    """

    papers: Sequence[Read]
    question: str
    language: str
    entries: Sequence[Listed] = ()
    quotes: list[Quote] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = " ".join(f"{r.number} #{r.number}" for r in self.papers)
        self._source = "\n".join([*(r.source for r in self.papers), numbers])
        self._with_question = f"{self._source}\n{self.question}"
        self._flat = re.sub(r"\s+", "", self._with_question).lower()
        self._found = {e.number: self.evidence(e) for e in self.entries if e.number}

    def evidence(self, entry: Listed) -> tuple[Evidence, str] | None:
        """In the paper it says it is from; in whichever, only where it does not say."""
        named = [r for r in self.papers if r.number == entry.paper] if entry.paper is not None else list(self.papers)
        for read in named or (list(self.papers) if len(self.papers) == 1 else []):
            if evidence := read.finder.find(entry.text):
                return evidence, read.paper.id
        self.problems.append(Problem(Fault.QUOTATION, f"quotes.{entry.number}", entry.text[:120]))
        return None

    # -------------------------------------------------------- sentences

    def sentence(self, text: str) -> str:
        """As it may be shown: citations renumbered, what could not be verified marked."""
        cited: list[int] = []

        def renumbered(group: re.Match[str]) -> str:
            new = [self._number(int(n)) for n in re.split(r"\D+", group[1])]
            cited.extend(new)
            return "".join(f" [{n}]" for n in dict.fromkeys(new) if n)

        body = self._links(_CITATION.sub(renumbered, text))
        doubts = self.doubts(body)
        self.unsupported += [d for d in doubts if d not in self.unsupported]
        self.problems += [Problem(Fault.NUMBER, "answer", f"not in the paper: {d}") for d in doubts]
        doubtful = bool(doubts) or (bool(cited) and not any(cited)) or MARK in body
        return marked(body) if doubtful and MARK not in body else body

    def doubts(self, text: str) -> tuple[str, ...]:
        """Figures, names, ids and quoted phrases that do not stand in the papers."""
        plain = _CITATION.sub("", text)
        found = [*checks.unsupported(plain, self._source)]
        if found and _DENIES.search(plain):
            denied = self._denied(plain)
            found = [item for item in found if item not in denied]
        found += strange_ids(plain, self._source)
        for phrase in _QUOTED.findall(plain):
            if re.sub(r"\s+", "", phrase).lower() not in self._flat and not any(
                r.finder.find(phrase) for r in self.papers
            ):
                found.append(f"“{phrase}”")
        return tuple(dict.fromkeys(found))

    def _denied(self, text: str) -> set[str]:
        """What only the question says, in the clauses that deny it: `it does not reach 99.9 %`, and not `it reaches 99.9 %, not less`."""
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
        """Numbers of every verified quotation, for an answer that cites none of them in its prose."""
        return [n for n in (self._number(old) for old in self._found) if n]

    def _links(self, text: str) -> str:
        text = _LINK.sub(lambda m: m[0] if self._stands(m[2]) and not m[0].startswith("!") else m[1] + " " + MARK, text)
        return _URL.sub(lambda m: m[0] if self._stands(m[0]) else MARK, text)

    def _stands(self, url: str) -> bool:
        bare = re.sub(r"^https?://(?:www\.)?|/$", "", url.strip("<>").lower())
        return len(bare) > 3 and re.sub(r"\s+", "", bare) in self._flat


def marked(text: str) -> str:
    """`It works.` becomes `It works (?).`"""
    return before_end(text, MARK)


def before_end(text: str, what: str) -> str:
    end = _END.search(text)
    cut = end.start() if end else len(text)
    return f"{text[:cut].rstrip()} {what}{text[cut:]}" if text.strip() else text


# ---------------------------------------------------------------- the whole


def answer_from(
    raw: str,
    papers: Sequence[Read],
    question: str,
    language: str,
    by: str,
    *,
    selected: bool,
    unmatched: bool = False,
    cut: bool = False,
) -> Answer:
    """`cut`: the text was ended by its limit; its last sentence is left out.

    The result may carry problems that make it no answer at all: see `unusable`.
    """
    prose, inside = halves(raw)
    entries = listed(inside or "")
    prose = checks.clean(prose, language)
    judge = Judge(papers, question, language, entries)
    pieces = sentences(prose, language)
    if cut and inside is None:
        pieces = pieces[:-1]
    text = "".join(judge.sentence(piece) if piece.strip() else piece for piece in pieces).strip()
    if not judge.quotes and (numbers := judge.cite_all()):
        # It does not say which of them carries what: so nothing is carried, and the reader may judge.
        text = before_end(marked(text), " ".join(f"[{n}]" for n in numbers))
    none = [e for e in entries if not e.number]
    found = not none or bool(judge.quotes)
    nearest = next((at for e in none if (at := judge.evidence(e))), None) if not found else None
    if found and not judge.quotes and not (inside is not None and not entries) and MARK not in text:
        # Nothing in the papers carries it, and it does not say so itself.
        judge.problems.append(Problem(Fault.QUOTATION, "answer", "no quotation carries it"))
        judge.problems += _about_something_else(text, papers, language)
        text = re.sub(r"[^\n]*\w[^\n]*", lambda line: marked(line[0]), text)
    return Answer(
        text=checks.safe_markdown(text, [url for r in papers for url in r.allow]),
        quotes=tuple(judge.quotes),
        paper_ids=tuple(r.paper.id for r in papers),
        language=language,
        by=by,
        found=found,
        nearest=nearest[0] if nearest else None,
        unsupported=tuple(judge.unsupported),
        problems=(*_as_a_whole(prose, papers, language, declined=inside is not None and not entries), *judge.problems),
        selected=selected,
        unmatched=unmatched,
    )


BLAMED = frozenset({Fault.QUOTATION, Fault.NUMBER, Fault.NAME, Fault.UNKNOWN_ID, Fault.TRUNCATED, Fault.TOO_LONG})
"""Faults that leave an answer one: its sentences are marked for them, or it was shortened."""


def unusable(answer: Answer) -> tuple[Problem, ...]:
    """Problems that make it no answer."""
    return tuple(p for p in answer.problems if p.fault not in BLAMED)


def _about_something_else(text: str, papers: Sequence[Read], language: str) -> list[Problem]:
    """No quotation, no word that there is none, and hardly a word of the papers: somebody had it write something else."""
    shared = checks.shared_words(text, "\n".join(r.source for r in papers), language)
    if shared is None or shared.of < _ABOUT or shared.found >= _SHARED * shared.of:
        return []
    return [Problem(Fault.OTHER_PAPER, "answer", "hardly any of its words are the papers'")]


def _as_a_whole(prose: str, papers: Sequence[Read], language: str, *, declined: bool) -> list[Problem]:
    """`declined`: with the empty list that a polite no is asked to have; a bare refusal has none."""
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
