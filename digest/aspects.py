"""Compares papers by aspects: asks the model one question and reads the cells of its answer.

A cell is checked as any sentence of an answer is: its quotations are in the paper, or it is marked.
Without a model, a cell is the passage that the aspect's words find."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.model import MARK, Answer, Quote
from digest.patterns import GAP, regex
from digest.ports import Analyst, Source, show_nothing

ASPECTS = ("task", "data", "method", "result", "code", "limits")
"""The aspects if the question names none."""
MAX_PAPERS = 6
MAX_ASPECTS = 8
_WORDS = {
    "task": "What is it about?",
    "data": "Which dataset or data does it use?",
    "method": "What is the proposed method or approach?",
    "result": "What is the main result?",
    "code": "Is the code released?",
    "limits": "What are its limitations?",
}
"""The question about each aspect, for a paper that no model reads."""
_LINE = regex(r"^\W*+(?P<aspect>[^|｜\n]{1,80}?)\s*+[|｜]\s*+\W{0,3}(?P<paper>\d{1,4})\W{0,3}\s*+[|｜](?P<text>.*)$")
_CITED = regex(GAP + r"\[(\d+)\]")
_EDGES = " \t\u00a0\u3000|｜"
_NOTHING = regex(r"[-–—]*|n/?a|none|not stated\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """What one paper says about one aspect. Without text and quotations, it says nothing."""

    text: str = ""
    """Markdown in the asker's language; empty if there is only the quotation."""
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Comparison:
    aspects: tuple[str, ...]
    papers: tuple[str, ...]
    """The papers' ids, in the order of the columns."""
    answer: Answer
    """The answer that the cells were read from."""
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    """Cells by aspect and paper; none if nothing was answered."""

    @property
    def found(self) -> bool:
        return any(cell.text or cell.quotes for cell in self.cells.values())


def question_for(numbers: Sequence[int], aspects: Sequence[str]) -> str:
    """Returns the question for all cells. Its answer has a line for each cell."""
    papers = ", ".join(map(str, numbers))
    return (
        f"Compare the papers {papers} by these aspects: {', '.join(aspects)}. Write one line for each aspect of each "
        "paper and nothing else before the block of quotations, in this form: aspect | paper number | what the paper "
        "says, in at most 20 words, with its quotation [1]. Keep the aspects' names as they are given. Where a paper "
        "does not say, write: aspect | paper number | -"
    )


def cells_of(answer: Answer, aspects: Sequence[str], papers: Sequence[tuple[int, str]]) -> dict[tuple[str, str], Cell]:
    """Returns the cells of an answer. `papers`: numbers and ids. Lines that name no aspect or no
    such paper are left out."""
    names = {" ".join(aspect.split()).casefold(): aspect for aspect in aspects}
    ids = dict(papers)
    quotes = {quote.number: quote for quote in answer.quotes}
    cells: dict[tuple[str, str], Cell] = {}
    for line in answer.text.splitlines():
        found = _LINE.match(line)
        aspect = names.get(" ".join(found["aspect"].strip("*_ ").split()).casefold()) if found else None
        if found is None or aspect is None or int(found["paper"]) not in ids:
            continue
        paper = ids[int(found["paper"])]
        cited = [quotes[int(n)] for n in _CITED.findall(found["text"]) if int(n) in quotes]
        own = tuple(quote for quote in cited if quote.paper_id == paper)
        text = _CITED.sub("", found["text"]).strip(_EDGES)
        if _NOTHING.fullmatch(text.replace(MARK, "").strip()):
            cells.setdefault((aspect, paper), Cell())
            continue
        if not own and MARK not in text:  # no quotation of this paper supports it
            text = f"{text} {MARK}"
        cells.setdefault((aspect, paper), Cell(text, own))
    return cells


async def compare_by_words(
    stand_in: Analyst, sources: Sequence[Source], aspects: Sequence[str], language: str
) -> Comparison:
    """Returns what the words of each aspect find in each paper, or what is known about its code."""

    async def one(aspect: str, source: Source) -> Answer:
        return await stand_in.answer(_WORDS.get(aspect, aspect), [source], (), language, show_nothing)

    pairs = [(aspect, source) for aspect in aspects for source in sources]
    answers = await asyncio.gather(*(one(*pair) for pair in pairs))
    cells = {
        (aspect, source.paper.id): Cell("" if answer.quotes else answer.text, answer.quotes[:1])
        for (aspect, source), answer in zip(pairs, answers, strict=True)
        if answer.found
    }
    ids = tuple(source.paper.id for source in sources)
    quotes = tuple(quote for cell in cells.values() for quote in cell.quotes)
    return Comparison(tuple(aspects), ids, Answer("", quotes, ids, language, stand_in.name, bool(cells)), cells)
