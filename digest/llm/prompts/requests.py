"""Builds the request of each task: rules first, then the data, then what differs. Pure.

No function here takes a channel or a person, so nothing about them can reach the model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digest.evidence.sentences import sentences
from digest.fulltext import abstract_text
from digest.llm.prompts import schemas, tasks
from digest.llm.server.wire import Message, Request, assistant, system, user
from digest.model import MARK, Doubt, Entry, FullText, Paper, Problem, Profile, Turn
from digest.patterns import regex

EXTRACT_CHARACTERS = 700
"""Characters of an abstract, for ranking: its first sentences and the last one are enough."""
_TURNS = 6
_TURN_CHARS = 1_500
_QUESTION_CHARS = 4_000

_DELIMITER = regex(r"<(/?\s*(?:papers?|pair)\b)", re.IGNORECASE)
_SPACES = regex(r"[^\S\n]+")


def escaped(text: str) -> str:
    """Keeps a paper's text from closing its own `<paper>` delimiters."""
    return _DELIMITER.sub(r"< \1", _SPACES.sub(" ", text))


def paper_block(title: str, text: FullText, number: int) -> str:
    """Returns a paper's sections with their headings, one passage a line."""
    lines = [f'<paper n="{number}">', escaped(title)]
    for section in text.sections:
        lines.append(f"\n{'#' * min(max(section.level, 1), 4)} {escaped(section.title)}")
        lines += [escaped(passage.text) for passage in section.passages]
    return "\n".join([*lines, "</paper>"])


def abstract_extract(abstract: str) -> str:
    """Returns the first sentences and the last, EXTRACT_CHARACTERS or so; a short text whole."""
    abstract = " ".join(abstract.split())
    if len(abstract) <= EXTRACT_CHARACTERS:
        return abstract
    *opening, last = (s.strip() for s in sentences(abstract, "en")) if abstract else ("", "")
    taken: list[str] = []
    for sentence in opening:
        if taken and sum(map(len, taken)) + len(sentence) + len(last) > EXTRACT_CHARACTERS:
            break
        taken.append(sentence)
    kept = " ".join(taken) or abstract[:EXTRACT_CHARACTERS]
    tail = f" … {last}" if len(taken) < len(opening) else f" {last}"
    return (kept + tail)[: 2 * EXTRACT_CHARACTERS]


def ranking_request(
    papers: Sequence[Paper], profile: Profile, *, again: bool = False, max_tokens: int = 16_000
) -> Request:
    """Returns the request. `again`: it is for papers that a first reply omitted, in other words, so
    that no stored reply is reused."""
    wishes = tasks.RANK_WISHES.format(
        categories=", ".join(profile.categories) or "any",
        interests=profile.interests.strip() or "not stated",
        wanted=", ".join(profile.wanted) or "not stated",
        unwanted=", ".join(profile.unwanted) or "not stated",
        language=tasks.language_name(profile.language),
    )
    blocks = [
        f'<paper n="{n}">\n{escaped(" ".join(p.title.split()))}\n{escaped(abstract_extract(_screened(p)))}\n</paper>'
        for n, p in enumerate(papers, 1)
    ]
    data = "\n".join(blocks) + "\n\n" + (tasks.RANK_AGAIN if again else tasks.RANK_LAST).format(count=len(papers))
    return Request(
        (system(f"{tasks.RANK}\n\n{wishes}"), user(data)),
        schemas.RANKING,
        fast=True,
        max_tokens=max_tokens,
        likely_tokens=60 * len(papers),
    )


def _screened(paper: Paper) -> str:
    """Returns the abstract without orders to models, which could otherwise raise its score."""
    return " ".join(passage.text for section in abstract_text(paper).sections for passage in section.passages)


def analysis_request(paper: Paper, text: FullText, language: str, *, selected: bool, max_tokens: int) -> Request:
    last = tasks.ANALYSE_LAST.format(
        language=tasks.language_name(language), selected=tasks.SELECTED if selected else ""
    )
    full = text.basis.full
    return Request(
        (
            system(tasks.ANALYSIS if full else tasks.ABSTRACT_ANALYSIS),
            user(paper_block(paper.title, text, 1)),
            user(last),
        ),
        schemas.ANALYSIS if full else schemas.ABSTRACT_ANALYSIS,
        max_tokens=max_tokens,
        likely_tokens=4_500 if full else 1_800,
        quotes=full,
    )


def anew_request(request: Request, problems: Sequence[Problem], language: str) -> Request:
    """Asks again for a whole output that was unusable. All but the last message stays the same, so
    the server's prompt cache has it."""
    fields = ", ".join((request.schema or schemas.FIXES).json["properties"])
    words = "; ".join(dict.fromkeys(p.detail or p.fault.value for p in problems))
    last = tasks.ANEW_LAST.format(problems=words, fields=fields, language=tasks.language_name(language))
    return replace(request, messages=(*request.messages, user(last)))


def shortened(text: str, limit: int) -> str:
    """Returns the text on one line, cut to `limit` characters."""
    text = escaped(" ".join(text.split()))
    return text if len(text) <= limit else text[:limit] + tasks.SHORTENED


def summary_material(entry: Entry) -> str:
    """Returns a paper's core idea, method and findings from its Analysis, without marked text."""
    analysis = entry.analysis
    if analysis is None:
        return ""
    parts = [p.short for p in analysis.parts if p.name in ("method", "experiments", "contribution", "innovation")]
    findings = [f.statement for f in analysis.findings if MARK not in f.statement]
    core = "" if MARK in analysis.core else analysis.core
    return "\n".join([core, *parts, *(f"- {said}" for said in findings)]).strip()


def material_block(entry: Entry, characters: int | None = None) -> str:
    material = escaped(summary_material(entry))[:characters]
    return f'<paper n="{entry.number}">\n{escaped(entry.paper.title)}\n{material}\n</paper>'


def summary_request(
    entries: Sequence[Entry], language: str, *, max_tokens: int = 16_000, characters: int | None = None
) -> Request:
    """Returns the request. Leaves out entries without an Analysis: a title alone says too little.
    `characters`: those of each paper's material."""
    blocks = [material_block(e, characters) for e in entries if e.analysis]
    last = tasks.SUMMARY_LAST.format(count=len(blocks), language=tasks.language_name(language))
    return Request(
        (system(tasks.SUMMARY), user("\n".join(blocks)), user(last)),
        schemas.SUMMARY,
        max_tokens=max_tokens,
        likely_tokens=1_500,
    )


def support_request(doubts: Sequence[Doubt]) -> Request:
    """Returns pairs of sentence and quotation with the passage around it, for the fast model."""
    pairs = [
        f'<pair n="{n}">\nsentence: {_line(d.sentence)}\nquotation: {_line(d.quotation)}\n'
        f"around: {_line(d.around)}\n</pair>"
        for n, d in enumerate(doubts, 1)
    ]
    likely = 40 * len(doubts)
    return Request(
        (system(tasks.SUPPORT), user("\n".join(pairs) + f"\n\nJudge these {len(doubts)} pairs.")),
        schemas.SUPPORT,
        fast=True,
        max_tokens=max(2_000, 4 * likely),
        likely_tokens=likely,
    )


def _line(text: str) -> str:
    return shortened(text, 1_200)


def answer_request(
    question: str, papers: Sequence[tuple[int, str, FullText]], history: Sequence[Turn], language: str, max_tokens: int
) -> Request:
    """Returns the request. `papers`: number, title, text. What every question repeats is first."""
    blocks = "\n".join(paper_block(title, text, number) for number, title, text in papers)
    talk: list[Message] = []
    for turn in history[-_TURNS:]:
        talk += [user(escaped(turn.question)[:_TURN_CHARS]), assistant(escaped(turn.answer)[:_TURN_CHARS])]
    last = tasks.ANSWER_LAST.format(
        language=tasks.language_name(language), question=escaped(question.strip())[:_QUESTION_CHARS]
    )
    messages = (system(tasks.ANSWER), user(blocks), *talk, user(last))
    return Request(messages, max_tokens=max_tokens, likely_tokens=500, quotes=True)
