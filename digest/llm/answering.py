"""Answers a question with one call: streams the prose, then checks the final text.

There is no repair. If the output is no answer (a refusal, leaked or obeyed text, nothing), the
extractive Analyst's nearest passages replace it, labelled as such."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.errors import ModelUnavailable
from digest.evidence.finder import Finder
from digest.llm.analysis import own_links
from digest.llm.confirmation import confirm_doubts
from digest.llm.prompts import tasks
from digest.llm.prompts.requests import answer_request
from digest.llm.replies.answer_text import ProvisionalText
from digest.llm.replies.checked_answer import AnswerChecker, GivenPaper, check_answer, unusable
from digest.llm.replies.marks import marked
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.wire import Request, estimate_tokens, request_tokens
from digest.llm.similarity import measure_similarity
from digest.model import Answer, Turn
from digest.ports import Analyst, OnText, Source
from digest.retrieval.passages import Selection, select

log = logging.getLogger(__name__)

MAX_WHOLE_PAPERS = 2
"""Up to this many papers are sent whole if they fit. Of more papers, only passages are sent."""
SELECTED_CHARACTERS = 24_000
"""Characters of each paper, if only passages are sent."""
LONGEST_ANSWER = 20_000
"""Characters that are checked and shown. The rest counts as cut off."""
_LONGEST_SENTENCE = 2_000
"""Characters of a sentence that is checked while an answer streams. A longer one waits."""
OUTPUT_TOKENS = 8_000
"""Tokens. A model that reasons spends most of them before it writes."""
_LEAST_OUTPUT = 2_500
_TRIES = 6
"""Each request has at most half the text of the last, or what the server said it can read."""


@dataclass(frozen=True)
class Question:
    text: str
    sources: Sequence[Source]
    history: Sequence[Turn]
    language: str


async def answer_question(model: Model, stand_in: Analyst, question: Question, on_text: OnText) -> Answer:
    """Returns the answer. Raises ModelUnavailable, OverBudget, Misconfigured."""
    sent = 0
    for _ in range(_TRIES):
        limits = await model.limits()
        output = limits.output(OUTPUT_TOKENS, _LEAST_OUTPUT)
        room = limits.narrower(output, sent) if sent else limits.room(output)
        request, selections = await _request(model, question, output, room)
        try:
            answer = await _ask_model(model, question, request, selections, on_text)
            break
        except RequestTooLong as error:
            sent, last = request_tokens(request), error
    else:
        raise ModelUnavailable(last.sentence) from last
    flaws = unusable(answer)
    if not flaws:
        return answer
    log.warning("event=answer_unusable problems=%s", [(p.fault.value, p.where) for p in flaws])
    passages = await stand_in.answer(question.text, question.sources, question.history, question.language, on_text)
    return replace(passages, problems=(*flaws, *passages.problems))


async def _request(model: Model, question: Question, output: int, room: int) -> tuple[Request, list[Selection]]:
    numbers = paper_numbers(question.sources)
    selections = await _select_texts(model, question, room)
    sent = [(n, s.paper.title, t.text) for n, s, t in zip(numbers, question.sources, selections, strict=True)]
    return answer_request(question.text, sent, question.history, question.language, output), selections


async def _ask_model(
    model: Model, question: Question, request: Request, selections: Sequence[Selection], on_text: OnText
) -> Answer:
    numbers = paper_numbers(question.sources)
    # In a thread, because normalising whole papers and checking against them takes long.
    papers, checker = await asyncio.to_thread(_checker, numbers, question)
    reply = await model.stream(request, _AnswerStream(checker, question.language, on_text))
    text = reply.text[:LONGEST_ANSWER]
    checked = await asyncio.to_thread(
        check_answer,
        text,
        papers,
        question.text,
        question.language,
        by=model.name,
        selected=any(t.text is not s.text for t, s in zip(selections, question.sources, strict=True)),
        unmatched=not all(t.matched for t in selections),
        cut=reply.finish == "length" or text != reply.text,
    )
    answer = checked.settled(await confirm_doubts(model, checked.to_ask))
    answer = replace(answer, read_whole=reply.read)
    return replace(answer, problems=(reply.problem, *answer.problems)) if reply.problem else answer


def _checker(numbers: Sequence[int], question: Question) -> tuple[list[GivenPaper], AnswerChecker]:
    papers = [
        GivenPaper(n, s.paper, s.text, Finder(s.text), own_links(s.paper, s.text))
        for n, s in zip(numbers, question.sources, strict=True)
    ]
    checker = AnswerChecker(papers, question.text, question.language)
    checker.index()  # before the first sentence needs it
    return papers, checker


class _AnswerStream:
    def __init__(self, checker: AnswerChecker, language: str, on_text: OnText) -> None:
        self._checker = checker
        self._provisional = ProvisionalText(language, self._check)
        self._on_text = on_text
        self._shown = ""

    async def __call__(self, raw: str) -> None:
        # In a thread: the first sentence with a figure derives others from the paper's, and a
        # sentence with hundreds takes long.
        visible = await asyncio.to_thread(self._provisional.feed, raw)
        if visible and visible != self._shown:
            self._shown = visible
            await self._on_text(visible)

    def _check(self, sentence: str) -> str:
        if len(sentence) > _LONGEST_SENTENCE:
            return ""
        return marked(sentence) if self._checker.unverified(sentence) else sentence


def paper_numbers(sources: Sequence[Source]) -> list[int]:
    """Returns the papers' numbers in the digest; if one is missing or double, counts from 1."""
    numbers = [s.number for s in sources]
    if all(numbers) and len(set(numbers)) == len(numbers):
        return numbers
    return list(range(1, len(sources) + 1))


async def _select_texts(model: Model, question: Question, room: int) -> list[Selection]:
    """Returns each paper's text to send. The server's prompt cache has whole texts."""
    limits = await asyncio.to_thread(_limits, question, room)
    pairs = zip(question.sources, limits, strict=True)
    return list(await asyncio.gather(*(_select_text(model, question, s, limit) for s, limit in pairs)))


async def _select_text(model: Model, question: Question, source: Source, limit: int) -> Selection:
    if len(source.text.text) <= limit:
        return Selection(source.text, matched=True)
    near = await measure_similarity(model, source.text, question.text)
    return await asyncio.to_thread(
        select, source.text, question.text, max(limit, 500), analysis=source.analysis, near=near
    )


def _limits(question: Question, room: int) -> list[int]:
    """Returns how many characters of each paper fit into the request."""
    sources = question.sources
    fixed = estimate_tokens(tasks.ANSWER) + sum(estimate_tokens(t.question + t.answer) for t in question.history)
    limit = max(500, room - fixed - 500)
    lengths = [len(s.text.text) for s in sources]
    sizes = [estimate_tokens(s.text.text) for s in sources]
    if sum(sizes) <= limit and (
        len(sources) <= MAX_WHOLE_PAPERS or sum(lengths) <= SELECTED_CHARACTERS * MAX_WHOLE_PAPERS
    ):
        return lengths
    each = limit / max(1, len(sources))
    limits = [int(length * min(1.0, each / max(1, size))) for length, size in zip(lengths, sizes, strict=True)]
    return limits if len(sources) <= MAX_WHOLE_PAPERS else [min(most, SELECTED_CHARACTERS) for most in limits]
