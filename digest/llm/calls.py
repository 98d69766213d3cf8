"""Builds each call of the model from values: rules first, then the data, then what differs. Pure.

Nothing of a channel or a person can get in: no function here is given one (a Profile is wishes, not people).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from digest.fulltext import abstract_text
from digest.llm import prompts, schemas
from digest.llm.answer_text import sentences
from digest.llm.server.wire import Ask, Message, assistant, system, user
from digest.model import Entry, FullText, Paper, Problem, Profile, Turn

EXTRACT = 700
"""Characters of an abstract for ranking: its first sentences and its last one tell a reader whether it is for them."""
_TURNS = 6
_TURN_CHARS = 1_500
_QUESTION_CHARS = 4_000

_DELIMITER = re.compile(r"<(/?\s*papers?\b)", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")


# ---------------------------------------------------------------- data


def harmless(text: str) -> str:
    """Text of a paper cannot close its own delimiters."""
    return _DELIMITER.sub(r"< \1", _SPACES.sub(" ", text))


def paper_block(title: str, text: FullText, number: int) -> str:
    """A paper for reading: its sections with their headings, one passage a line."""
    lines = [f'<paper n="{number}">', harmless(title)]
    for section in text.sections:
        lines.append(f"\n{'#' * min(max(section.level, 1), 4)} {harmless(section.title)}")
        lines += [harmless(passage.text) for passage in section.passages]
    return "\n".join([*lines, "</paper>"])


def extract(abstract: str, limit: int = EXTRACT) -> str:
    """The first sentences and the last one of an abstract, within about `limit` characters; the whole where it is short."""
    abstract = " ".join(abstract.split())
    if len(abstract) <= limit:
        return abstract
    *opening, last = (s.strip() for s in sentences(abstract, "en")) if abstract else ("", "")
    taken: list[str] = []
    for sentence in opening:
        if taken and sum(map(len, taken)) + len(sentence) + len(last) > limit:
            break
        taken.append(sentence)
    kept = " ".join(taken) or abstract[:limit]
    tail = f" … {last}" if len(taken) < len(opening) else f" {last}"
    return (kept + tail)[: 2 * limit]


# ---------------------------------------------------------------- ranking


def ranking(papers: Sequence[Paper], profile: Profile, *, again: bool = False) -> Ask:
    """`again`: of papers that a first answer left out; another request, or its stored answer would be read."""
    wishes = prompts.RANK_WISHES.format(
        categories=", ".join(profile.categories) or "any",
        interests=profile.interests.strip() or "not stated",
        wanted=", ".join(profile.wanted) or "not stated",
        unwanted=", ".join(profile.unwanted) or "not stated",
        language=prompts.language_name(profile.language),
    )
    blocks = [
        f'<paper n="{n}">\n{harmless(" ".join(p.title.split()))}\n{harmless(extract(_screened(p)))}\n</paper>'
        for n, p in enumerate(papers, 1)
    ]
    data = "\n".join(blocks) + "\n\n" + (prompts.RANK_AGAIN if again else prompts.RANK_LAST).format(count=len(papers))
    return Ask(
        (system(f"{prompts.RANK}\n\n{wishes}"), user(data)),
        schemas.RANKING,
        fast=True,
        likely_tokens=60 * len(papers),
    )


def _screened(paper: Paper) -> str:
    """The abstract without orders to models: one in it would otherwise set its own score."""
    return " ".join(passage.text for section in abstract_text(paper).sections for passage in section.passages)


# ---------------------------------------------------------------- analysis


def analysis(paper: Paper, text: FullText, language: str, *, selected: bool, max_tokens: int) -> Ask:
    last = prompts.ANALYSE_LAST.format(
        language=prompts.language_name(language), selected=prompts.SELECTED if selected else ""
    )
    full = text.basis.full
    return Ask(
        (
            system(prompts.ANALYSIS if full else prompts.ABSTRACT_ANALYSIS),
            user(paper_block(paper.title, text, 1)),
            user(last),
        ),
        schemas.ANALYSIS if full else schemas.ABSTRACT_ANALYSIS,
        max_tokens=max_tokens,
        likely_tokens=4_500 if full else 1_800,
    )


def repair(asked: Ask, texts: Mapping[str, str], problems: Sequence[Problem], language: str) -> Ask:
    """The same data, and only the flawed places asked anew; the whole where there is nothing to mend."""
    if not texts:
        fields = ", ".join((asked.schema or schemas.FIXES).json["properties"])
        words = "; ".join(dict.fromkeys(p.detail or p.fault.value for p in problems))
        return _instead(
            asked, prompts.ANEW_LAST.format(problems=words, fields=fields, language=prompts.language_name(language))
        )
    listed = []
    for where in dict.fromkeys(p.where for p in problems):
        found = "; ".join(dict.fromkeys(f"{p.fault.value}: {p.detail}" for p in problems if p.where == where))
        listed.append(f"- where: {where}\n  problem: {found}\n  text: {_shortened(texts.get(where, ''))}")
    last = prompts.REPAIR_LAST.format(problems="\n".join(listed), language=prompts.language_name(language))
    mended = _instead(asked, last)
    return Ask(
        mended.messages, schemas.FIXES, asked.fast, asked.max_tokens, min(asked.likely_tokens, 300 * len(listed))
    )


def _instead(asked: Ask, last: str) -> Ask:
    """With another last message: what comes before it stays the same, and so in the server's prompt cache."""
    kept: tuple[Message, ...] = asked.messages
    return Ask((*kept, user(last)), asked.schema, asked.fast, asked.max_tokens, asked.likely_tokens)


def _shortened(text: str, limit: int = 600) -> str:
    text = harmless(" ".join(text.split()))
    return text if len(text) <= limit else text[:limit] + prompts.SHORTENED


# ---------------------------------------------------------------- summary


def material(entry: Entry) -> str:
    """What the summary may say of one paper: its core idea, what it does, its findings."""
    analysis = entry.analysis
    if analysis is None:
        return ""
    said = [p.short for p in analysis.parts if p.name in ("method", "experiments", "contribution", "innovation")]
    return "\n".join([analysis.core, *said, *(f"- {f.statement}" for f in analysis.findings)]).strip()


def summary(entries: Sequence[Entry], language: str) -> Ask:
    """Only of entries that have an Analysis: nothing is written from a title alone."""
    blocks = [
        f'<paper n="{e.number}">\n{harmless(e.paper.title)}\n{harmless(material(e))}\n</paper>'
        for e in entries
        if e.analysis
    ]
    last = prompts.SUMMARY_LAST.format(count=len(blocks), language=prompts.language_name(language))
    return Ask(
        (system(prompts.SUMMARY), user("\n".join(blocks)), user(last)),
        schemas.SUMMARY,
        likely_tokens=1_200,
    )


# ---------------------------------------------------------------- answers


def answer(
    question: str, papers: Sequence[tuple[int, str, FullText]], history: Sequence[Turn], language: str, max_tokens: int
) -> Ask:
    """`papers`: number, title, text. Rules and papers are the same at every question about them; what differs comes last."""
    blocks = "\n".join(paper_block(title, text, number) for number, title, text in papers)
    talk: list[Message] = []
    for turn in history[-_TURNS:]:
        talk += [user(harmless(turn.question)[:_TURN_CHARS]), assistant(harmless(turn.answer)[:_TURN_CHARS])]
    last = prompts.ANSWER_LAST.format(
        language=prompts.language_name(language), question=harmless(question.strip())[:_QUESTION_CHARS]
    )
    return Ask((system(prompts.ANSWER), user(blocks), *talk, user(last)), max_tokens=max_tokens, likely_tokens=500)
