"""Implements the Analyst by a language model. Each task has a module of its own.

Sound output costs one call, flawed output at most one more. Doubts of an answer or a digest that
rules cannot settle cost one call for all of them. The client stores every response, so a task may
be run again at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from digest.extractive.analyst import ExtractiveAnalyst, headline_of
from digest.llm.analysis import analyse_paper
from digest.llm.answering import Question, answer_question
from digest.llm.confirmation import confirm_doubts
from digest.llm.prompts import tasks
from digest.llm.ranking import rank_papers
from digest.llm.replies.marks import settle_analysis, settle_summary
from digest.llm.replies.marks import settled as settled_sentence
from digest.llm.server.client import Model
from digest.llm.summary import core_of, summarise_papers
from digest.model import Analysis, Answer, Entry, FullText, Paper, Profile, Score, Summary, Turn
from digest.patterns import compile_all
from digest.ports import OnText, Source


class ModelAnalyst:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._stand_in = ExtractiveAnalyst()

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def version(self) -> str:
        return tasks.version()

    async def prepare(self) -> None:
        """Returns when the model can be asked. Compiles the checks of its reply meanwhile."""
        await self._model.prepare()
        asyncio.get_running_loop().run_in_executor(None, compile_all)

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        return await rank_papers(self._model, papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        return await analyse_paper(self._model, paper, text, language)

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        stand_in = await self._stand_in.summarise(entries, language, day)
        summary = await summarise_papers(self._model, entries, language, stand_in.overview)
        if summary.headline:
            return summary
        first = [m.paper_id for m in summary.first]
        ordered = sorted(entries, key=lambda e: (e.paper.id not in first[:1], e.number))
        return replace(summary, headline=headline_of(ordered, language, day))

    async def confirm(self, entries: Sequence[Entry], summary: Summary) -> tuple[tuple[Entry, ...], Summary]:
        doubtful = [(e, d) for e in entries if e.analysis for d in e.analysis.doubts]
        words = await confirm_doubts(self._model, [*(d for _, d in doubtful), *summary.doubts])
        if not words:
            return tuple(entries), summary
        settled = tuple(replace(e, analysis=settle_analysis(e.analysis, words)) if e.analysis else e for e in entries)
        texts = {(e.paper.id, d.sentence): settled_sentence(d, words.get(d)) for e, d in doubtful}
        texts |= {(new.paper.id, core_of(old)): core_of(new) for old, new in zip(entries, settled, strict=True)}
        return settled, settle_summary(summary, words, texts, {e.paper.id: core_of(e) for e in settled})

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        return await answer_question(
            self._model, self._stand_in, Question(question, sources, history, language), on_text
        )
