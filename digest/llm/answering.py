"""One question, one call: the papers are given, the prose is shown as it comes, and the final form is judged against the papers.

There is no repair: an answer that is none (a refusal to an honest question, leaked or obeyed text, nothing) is replaced by the nearest passages,
labelled as the extractive Analyst's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.errors import ModelUnavailable
from digest.evidence.finder import Finder
from digest.llm import calls, prompts
from digest.llm.analysis import own_links
from digest.llm.answer_text import Provisional
from digest.llm.checked_answer import Judge, Read, answer_from, marked, unusable
from digest.llm.server.client import Model
from digest.llm.server.failures import Overlong
from digest.llm.server.wire import tokens_of
from digest.llm.similarity import nearness
from digest.model import Answer, Turn
from digest.ports import Analyst, OnText, Source
from digest.retrieval.passages import Selection, select

log = logging.getLogger(__name__)

WHOLE = 2
"""Papers of one question that are read whole where they fit; of each of more, passages are chosen."""
PASSAGES = 24_000
"""Characters of each then."""
OUTPUT = 8_000
"""Tokens, of which a model that reasons uses most before it writes."""


@dataclass(frozen=True)
class Asked:
    """A question with all that its answer may rest on."""

    question: str
    sources: Sequence[Source]
    history: Sequence[Turn]
    language: str


async def answered(model: Model, stand_in: Analyst, asked: Asked, on_text: OnText) -> Answer:
    """Raises ModelUnavailable, OverBudget, Misconfigured."""
    room = 1.0
    while True:
        try:
            answer = await _once(model, asked, on_text, room)
        except Overlong as error:
            room /= 2
            if room < 0.1:
                raise ModelUnavailable(error.sentence) from error
        else:
            break
    flaws = unusable(answer)
    if not flaws:
        return answer
    log.warning("event=answer_unusable problems=%s", [(p.fault.value, p.where) for p in flaws])
    passages = await stand_in.answer(asked.question, asked.sources, asked.history, asked.language, on_text)
    return replace(passages, problems=(*flaws, *passages.problems))


async def _once(model: Model, asked: Asked, on_text: OnText, room: float) -> Answer:
    numbers = numbered(asked.sources)
    given = await _given(model, asked, room)
    shown_to_model = [(n, s.paper.title, g.text) for n, s, g in zip(numbers, asked.sources, given, strict=True)]
    # Folding whole papers, and judging against them, is work for a thread: the loop has others to serve.
    papers, judge = await asyncio.to_thread(_read, numbers, asked)
    ask = calls.answer(asked.question, shown_to_model, asked.history, asked.language, _output(model))
    growing = _Growing(judge, asked.language, on_text)
    reply = await model.stream(ask, growing)
    answer = await asyncio.to_thread(
        answer_from,
        reply.text,
        papers,
        asked.question,
        asked.language,
        by=model.name,
        selected=any(g.text is not s.text for g, s in zip(given, asked.sources, strict=True)),
        unmatched=not all(g.matched for g in given),
        cut=reply.finish == "length",
    )
    return replace(answer, problems=(reply.trouble, *answer.problems)) if reply.trouble else answer


def _read(numbers: Sequence[int], asked: Asked) -> tuple[list[Read], Judge]:
    papers = [
        Read(n, s.paper, s.text, Finder(s.text), own_links(s.paper, s.text))
        for n, s in zip(numbers, asked.sources, strict=True)
    ]
    judge = Judge(papers, asked.question, asked.language)
    # The papers' figures and names are gathered at the first use: now, and not between two sentences.
    judge.doubts("1")
    return papers, judge


class _Growing:
    """Shows what may be shown of a text while it comes; a sentence that cannot be verified is marked at once."""

    def __init__(self, judge: Judge, language: str, on_text: OnText) -> None:
        self._judge = judge
        self._provisional = Provisional(language, self._checked)
        self._on_text = on_text
        self._shown = ""

    async def __call__(self, raw: str) -> None:
        visible = self._provisional.feed(raw)
        if visible and visible != self._shown:
            self._shown = visible
            await self._on_text(visible)

    def _checked(self, sentence: str) -> str:
        return marked(sentence) if self._judge.doubts(sentence) else sentence


def numbered(sources: Sequence[Source]) -> list[int]:
    """The papers' numbers in the digest; counted from 1 where they have none, or two have the same."""
    numbers = [s.number for s in sources]
    if all(numbers) and len(set(numbers)) == len(numbers):
        return numbers
    return list(range(1, len(sources) + 1))


def _output(model: Model) -> int:
    return min(OUTPUT, model.context_tokens // 4)


async def _given(model: Model, asked: Asked, room: float) -> list[Selection]:
    """The texts as the model gets them. Whole texts are the same at every question, and so read from the server's cache."""
    most = await asyncio.to_thread(_shares, model, asked, room)
    return list(await asyncio.gather(*(_part(model, asked, s, m) for s, m in zip(asked.sources, most, strict=True))))


async def _part(model: Model, asked: Asked, source: Source, most: int) -> Selection:
    if len(source.text.text) <= most:
        return Selection(source.text, matched=True)
    near = await nearness(model, source.text, asked.question)
    return await asyncio.to_thread(
        select, source.text, asked.question, max(most, 500), analysis=source.analysis, near=near
    )


def _shares(model: Model, asked: Asked, room: float) -> list[int]:
    """Characters of each paper that the model is given."""
    sources = asked.sources
    said = tokens_of(prompts.ANSWER) + sum(tokens_of(t.question + t.answer) for t in asked.history) + 500
    limit = max(500, int((model.context_tokens - _output(model) - said) * room))
    lengths = [len(s.text.text) for s in sources]
    sizes = [tokens_of(s.text.text) for s in sources]
    if sum(sizes) <= limit and (len(sources) <= WHOLE or sum(lengths) <= PASSAGES * WHOLE):
        return lengths
    share = limit / max(1, len(sources))
    of_each = [int(length * min(1.0, share / max(1, size))) for length, size in zip(lengths, sizes, strict=True)]
    return of_each if len(sources) <= WHOLE else [min(most, PASSAGES) for most in of_each]
