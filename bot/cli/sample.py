"""A recorded sample day: ten papers with their full texts, and what a model wrote about them.

The texts come from QASPER (CC BY 4.0). `bot/cli/sample_day/papers.json` names the source and what
was changed. To check a digest's worth of replies takes ten seconds, so what came of it is bundled
too, as `checked.json`. `python -m bot.cli.sample` makes it anew from the replies.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process, utils

from bot.core.texts import say
from digest.arxiv.ids import parse
from digest.aspects import ASPECTS, question_for
from digest.errors import ArxivUnavailable
from digest.extractive.analyst import ExtractiveAnalyst
from digest.llm.analyst import ModelAnalyst
from digest.llm.recorded import OutsideRecording, RecordedModel, Recording, load_recording
from digest.model import Answer, Basis, Form, FullText, Kind, Listed, Listing, Paper, Passage, Profile, Section, Turn
from digest.pipeline import Request, make_digest
from digest.ports import Cache, MemoryCache, OnText, Services, Source
from digest.selection.ledger import Ledger

FOLDER = files("bot.cli").joinpath("sample_day")
CATEGORY = "cs.CL"
FIGURES = "Figures and tables"
CHECKED = "checked.json"
"""Cache keys and values of the scores, the analyses and the summary, in each language."""
LIFE = timedelta(days=1)


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

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:  # noqa: ARG002  # as the port
        papers = tuple(self._papers.values())
        return Listing(tuple(categories), self.day, tuple(Listed(p, Kind.NEW) for p in papers), papers)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """Raises ArxivUnavailable for papers that are not of the day."""
        found = [self._papers.get(ref.id) for ref in map(parse, ids) if ref]
        if None in found:
            raise ArxivUnavailable(say.sentence("demo.not there"))
        return [paper for paper in found if paper]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        """By titles and authors, which may be misspelled, else by abstracts with all the words."""
        titles = {p.id: f"{p.title} {' '.join(p.authors)}" for p in self._papers.values()}
        abstracts = {p.id: p.abstract for p in self._papers.values()}
        how: dict[str, Any] = {"scorer": fuzz.token_set_ratio, "processor": utils.default_process, "limit": limit}
        found = process.extract(words, titles, score_cutoff=60, **how)
        found = found or process.extract(words, abstracts, score_cutoff=100, **how)
        if not found:
            raise ArxivUnavailable(say.sentence("demo.not there"))
        return [self._papers[i] for _, _, i in found]

    async def read(self, paper: Paper) -> FullText:
        abstract = Section("Abstract", 1, passages=(Passage(paper.abstract),))
        sections = tuple(_section(s) for s in self._sections[paper.id])
        return FullText(paper.id, paper.version, Basis.TEXT, (abstract, *sections))

    async def fill(self, cache: Cache, language: str) -> None:
        """Puts the checked results into a cache, where a digest finds them."""
        checked = json.loads(FOLDER.joinpath(language, CHECKED).read_text("utf-8"))
        await asyncio.gather(*(cache.put(k, json.dumps(v).encode(), LIFE) for k, v in checked.items()))


def _paper(bundled: dict[str, Any]) -> Paper:
    month_only = bundled["date"].count("-") == 1
    published = datetime.fromisoformat(bundled["date"] + ("-01" if month_only else "")).replace(tzinfo=UTC)
    return Paper(
        id=bundled["id"],
        version=1,
        title=bundled["title"],
        abstract=bundled["abstract"],
        authors=tuple(bundled["authors"]),
        categories=(CATEGORY,),
        published=published,
        updated=published,
        month_only=month_only,
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

    async def prepare(self) -> None:
        """Needs nothing: what is played back first is checked (`checked.json`)."""

    @property
    def version(self) -> str:
        """The recording's: its replies do not depend on the prompts."""
        return self._recording.version

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        if question == question_for([source.number for source in sources], ASPECTS):
            question = "compare"
        try:
            return await super().answer(question, sources, history, language, on_text)
        except OutsideRecording:
            self._tell(language)
            return await self._by_words.answer(question, sources, history, language, on_text)


class _Kept(MemoryCache):
    """Keeps what a digest stores."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}

    async def put(self, key: str, value: bytes, life: timedelta) -> None:
        if key.startswith(("score:", "analysis:", "summary:")):
            self.values[key] = json.loads(value)
        await super().put(key, value, life)


async def check_recording(
    sample: SampleDay, language: str, known: Mapping[str, Any] = MappingProxyType({})
) -> Mapping[str, Any]:
    """The content of `checked.json`: what the checks make of the recorded replies. `known`: values
    by cache key that are not made anew."""
    analyst, kept = RecordedAnalyst(sample.recording, lambda _language: None), _Kept()
    for key, value in known.items():
        await kept.put(key, json.dumps(value).encode(), LIFE)
    services = Services(sample, sample, analyst, ExtractiveAnalyst(), kept)
    request = Request("sample", "now-1", sample.day, Profile(categories=(CATEGORY,), language=language))
    await make_digest(request, Ledger(), services, sample.morning)
    return dict(sorted(kept.values.items()))


def main() -> None:
    sample = SampleDay()
    for language in sample.recording.languages:
        checked = asyncio.run(check_recording(sample, language))
        path = Path(str(FOLDER.joinpath(language, CHECKED)))
        path.write_text(json.dumps(checked, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
