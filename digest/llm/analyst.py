"""The Analyst that is a language model. Each task has a module of its own.

Sound output costs one call, flawed output at most one more; an answer always costs one. The client
stores every response, so a task may be run again at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from digest.extractive.analyst import ExtractiveAnalyst
from digest.llm import prompts
from digest.llm.analysis import analyse_paper
from digest.llm.answering import Question, answer_question
from digest.llm.ranking import rank_papers
from digest.llm.server.client import Model
from digest.llm.summary import summarise_papers
from digest.model import Analysis, Answer, Entry, FullText, Paper, Profile, Score, Summary, Turn
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
        return prompts.version()

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        return await rank_papers(self._model, papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        return await analyse_paper(self._model, paper, text, language)

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        stand_in = await self._stand_in.summarise(entries, language, day)
        return await summarise_papers(self._model, entries, language, stand_in)

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        return await answer_question(
            self._model, self._stand_in, Question(question, sources, history, language), on_text
        )
