"""A recorded sample day: ten papers with their full texts, and what a model wrote about them.

The texts come from QASPER (CC BY 4.0). `bot/cli/sample_day/papers.json` names the source and what
was changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from importlib.resources import files
from typing import Any

from rapidfuzz import fuzz, process, utils

from bot.core.texts import say
from digest.arxiv.ids import parse
from digest.errors import ArxivUnavailable
from digest.extractive.analyst import ExtractiveAnalyst
from digest.llm.analyst import ModelAnalyst
from digest.llm.recorded import OutsideRecording, RecordedModel, Recording, load_recording
from digest.model import Answer, Basis, Form, FullText, Kind, Listed, Listing, Paper, Passage, Section, Turn
from digest.ports import OnText, Source

FOLDER = files("bot.cli").joinpath("sample_day")
CATEGORY = "cs.CL"
FIGURES = "Figures and tables"


class SampleDay:
    """Implements Papers and Texts."""

    def __init__(self) -> None:
        bundled = json.loads(FOLDER.joinpath("papers.json").read_text("utf-8"))
        self.day = date.fromisoformat(bundled["day"])
        self._papers = {p["id"]: _paper(p) for p in bundled["papers"]}
        self._sections = {p["id"]: p["sections"] for p in bundled["papers"]}

    @property
    def morning(self) -> datetime:
        """A time on its day, for a clock to start at."""
        return datetime.combine(self.day, time(9), UTC)

    @cached_property
    def recording(self) -> Recording:
        return load_recording(FOLDER, {p.id: p.title for p in self._papers.values()})

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        papers = tuple(self._papers.values())
        return Listing(tuple(categories), self.day, tuple(Listed(p, Kind.NEW) for p in papers), papers, now)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """Raises ArxivUnavailable for papers that are not of the day."""
        found = [self._papers.get(ref.id) for ref in map(parse, ids) if ref]
        if None in found:
            raise ArxivUnavailable(say.sentence("demo.not there"))
        return [paper for paper in found if paper]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        titles = {p.id: f"{p.title} {' '.join(p.authors)}" for p in self._papers.values()}
        found = process.extract(
            words, titles, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=limit, score_cutoff=60
        )
        if not found:
            raise ArxivUnavailable(say.sentence("demo.not there"))
        return [self._papers[i] for _, _, i in found]

    async def read(self, paper: Paper) -> FullText:
        abstract = Section("Abstract", 1, passages=(Passage(paper.abstract),))
        sections = tuple(_section(s) for s in self._sections[paper.id])
        return FullText(paper.id, paper.version, Basis.HTML, (abstract, *sections))


def _paper(bundled: dict[str, Any]) -> Paper:
    year, month, *day = map(int, bundled["date"].split("-"))
    published = datetime(year, month, *(day or [1]), tzinfo=UTC)
    return Paper(
        id=bundled["id"],
        version=1,
        title=bundled["title"],
        abstract=bundled["abstract"],
        authors=tuple(bundled["authors"]),
        categories=(CATEGORY,),
        published=published,
        updated=published,
        month_only=not day,
    )


def _section(bundled: dict[str, Any]) -> Section:
    form = Form.CAPTION if bundled["title"] == FIGURES else Form.TEXT
    return Section(bundled["title"], bundled["level"], passages=tuple(Passage(t, form) for t in bundled["text"]))


class RecordedAnalyst(ModelAnalyst):
    """Plays the recording back. A question outside of it is answered by words, after `tell`."""

    def __init__(self, recording: Recording, tell: Callable[[str], None], *, pace: float = 0.0) -> None:
        """`tell`: gets the language of such an answer. `pace`: see RecordedModel."""
        super().__init__(RecordedModel(recording, pace=pace))
        self._recording = recording
        self._tell = tell
        self._by_words = ExtractiveAnalyst()

    @property
    def version(self) -> str:
        return f"{super().version}-{self._recording.version}"

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        try:
            return await super().answer(question, sources, history, language, on_text)
        except OutsideRecording:
            self._tell(language)
            return await self._by_words.answer(question, sources, history, language, on_text)
